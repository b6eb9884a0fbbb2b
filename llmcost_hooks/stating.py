"""What the messages of a change state of its cost: read by git, parsed by `waivers`."""

from __future__ import annotations

import re

from .errors import ConfigError
from .git.files import read_file
from .git.objects import Unread
from .git.plumbing import Repository
from .git.revisions import merge_heads, try_resolve_commit
from .git.shallow import holds_range, knows_range
from .git.trailers import MESSAGE_BYTES, trailers_between, trailers_of_message
from .reading import Source
from .waivers import (
    APPROVAL,
    FORM,
    NOTHING_STATED,
    TRAILER,
    Statements,
    join_statements,
    parse_statements,
)

_KEYS = (TRAILER, APPROVAL)
_LINE = re.compile(rf"^({TRAILER}|{APPROVAL})\s*:".encode(), re.IGNORECASE | re.MULTILINE)


class UnknownRange(ConfigError):
    """A clone that could take what base accepted long ago for the change's own, or overlook what the change says."""


def read_statements(
    repo: Repository, base: Source | None, head: Source, malformed: list[str] | None = None
) -> Statements:
    """Of the commits that head has and base does not; of the index and the working tree, those that HEAD has.

    Nothing where no base is known. Raises ConfigError for a malformed waiver, or says in `malformed` what is wrong;
    UnknownRange in a shallow clone where it is not certain which commits these are.
    """
    if base is None:
        return NOTHING_STATED
    commit = head.commit or try_resolve_commit(repo.cwd, "HEAD")
    return NOTHING_STATED if commit is None else _stated(repo, base.commit, commit, malformed)


def read_message(cwd: str, path: str) -> Statements:
    """Of the message that is being written to the file `path`. One spawn, and none where it has no such line.

    Raises ConfigError for a malformed waiver, and for one that stands where git sees no trailer.
    """
    message = read_file(path, MESSAGE_BYTES)
    if isinstance(message, Unread):
        raise ConfigError(f"The message {path} cannot be read: {message.reason}", "git names it to a commit-msg hook.")
    lines = _LINE.findall(message)
    if not lines:
        return NOTHING_STATED
    accepted, approved = trailers_of_message(cwd, path, _KEYS)
    if len(lines) > len(accepted) + len(approved):
        raise ConfigError(
            f"this message: {lines[0].decode()} is not in the last paragraph, where git looks for trailers",
            f"Write it there, with an empty line above it:\n{FORM}",
        )
    return parse_statements([(None, accepted, approved)])


def read_merged(repo: Repository) -> Statements:
    """Of the commits that the merge which is being committed brings in; nothing where there is none."""
    return join_statements(*(_stated(repo, "HEAD", head) for head in merge_heads(repo.cwd)))


def _stated(repo: Repository, base: str | None, head: str, malformed: list[str] | None = None) -> Statements:
    found = trailers_between(repo.cwd, base, head, _KEYS)
    # Without any base all that is here is the change.
    if repo.shallow and base is not None and not (knows_range if found else holds_range)(repo.cwd, base, head):
        raise UnknownRange(
            "This shallow clone has too little history to tell which commits are the change's own and what they accept",
            "Type: git fetch --unshallow. In GitHub Actions: fetch-depth: 0",
        )
    return parse_statements([(commit, accepted, approved) for commit, (accepted, approved) in found], malformed)
