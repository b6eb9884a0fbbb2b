"""`llm-cost-pre-push` on a server: judges what a push would make of the refs, before it makes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .pushed import is_zero, judge_each, judge_pushed

if TYPE_CHECKING:
    from ..git.plumbing import Repository
    from ..reading import Source

_LINE = re.compile(r"([0-9a-f]{40,}) ([0-9a-f]{40,}) (\S.*)")


class Received(NamedTuple):
    """One line of git's pre-receive protocol; an oid of zeros stands for nothing."""

    old_oid: str
    new_oid: str
    ref: str


def parse_received(text: str) -> list[Received] | None:
    """git's lines `<old oid> <new oid> <ref>`; None for anything else.

    No line of the pre-push protocol looks like one: it ends in an oid.
    """
    found = [_LINE.fullmatch(line) for line in text.removesuffix("\n").split("\n")]
    lines = [Received(*line.groups()) for line in found if line and not re.search(" [0-9a-f]{40,}$", line[3])]
    return lines if len(lines) == len(found) else None


def judge_received(refs: list[Received], force_stale: bool) -> int:
    """Judge every ref. New objects are in git's quarantine, which its environment names; nothing is written."""
    return judge_each([_judge(ref, force_stale) for ref in refs])


def _judge(ref: Received, force_stale: bool) -> Callable[[], int]:
    return lambda: judge_pushed(
        ref.new_oid, ref.ref, lambda repo, head: _base(repo, ref, head), force_stale=force_stale
    )


def _base(repo: Repository, ref: Received, head: Source) -> Source:
    """What the ref points at now; for a new one, where head left the repository's default branch."""
    from ..git.revisions import branch_name, nearest_known, try_merge_base, try_resolve_commit
    from ..reading import EMPTY, commit_source

    name = ref.ref.removeprefix("refs/heads/")
    if not is_zero(ref.old_oid):
        if try_resolve_commit(repo.cwd, ref.old_oid) is None:
            return EMPTY  # a tag of a file or of a tree
        return commit_source(repo, ref.old_oid, f"{name} before this push")
    commit = head.commit or ""
    if (default := try_resolve_commit(repo.cwd, "HEAD")) is None:
        known = nearest_known(repo.cwd, commit)
        return EMPTY if known is None else commit_source(repo, known, "the nearest commit of another branch")
    found = try_merge_base(repo.cwd, default, commit)
    return EMPTY if found is None else commit_source(repo, found, f"merge base with {branch_name(repo.cwd) or 'HEAD'}")
