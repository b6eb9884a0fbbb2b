"""One side, read: its manifest and its prompts, out of a commit, the index or the working tree.

Composition only: `git/` reads, `snapshot` decides what is a prompt.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .attributes import NOTHING_SAID, Attributes
from .errors import ConfigError
from .finding import Files, files_of_index, files_of_tree, files_on_disk
from .git.catfile import read_named
from .git.changes import Change, staged_changes
from .git.index import staged_over
from .git.objects import Unread
from .git.plumbing import Entry, Repository
from .git.revisions import branch_name, commit_and_tree, resolve_commit, tree_of
from .manifest import NAME, Manifest, parse_manifest
from .prompts import MAX_BYTES, Problem
from .snapshot import Selection, Snapshot, make_snapshot, place_of
from .unread import FETCH_ALL, sort_out


class Source(NamedTuple):
    """Where a side is read from."""

    kind: str  # "commit", "index", "worktree" or "empty"
    label: str
    commit: str | None = None
    tree: str | None = None  # of `commit`; for the index that of HEAD, where it has been asked already
    staged: tuple[Change, ...] | None = None  # what the index changes in HEAD, where that has been asked already


EMPTY = Source("empty", "nothing")
STAGED = Source("index", "index")
WORKTREE = Source("worktree", "worktree")


def commit_source(repo: Repository, revision: str, label: str | None = None) -> Source:
    """The commit that `revision` names, called `label`; HEAD is called by its branch, an id by its first digits.

    Raises ConfigError, with what to type, where it names none.
    """
    found = resolve_commit(repo.cwd, revision)
    tree = tree_of(repo.cwd, found)
    if label is None and revision in ("HEAD", "@"):
        label = branch_name(repo.cwd)
    return Source("commit", label or (found[:9] if revision == found else revision), found, tree)


class Side(NamedTuple):
    snapshot: Snapshot
    contents: Mapping[str, bytes]  # by oid: what is in the working tree and not in the object database
    source: Source = EMPTY


def read_manifest(repo: Repository, source: Source) -> Manifest | None:
    """The side's own manifest, or None. Raises ConfigError where it is there and not right."""
    return parse_side_manifest(source, read_manifest_bytes(repo, (source,))[0])


def read_manifest_bytes(repo: Repository, sources: Sequence[Source]) -> list[bytes | None]:
    """Each side's manifest as it stands there, or None; one spawn for all that git holds."""
    names = [_manifest_name(repo, source) for source in sources]
    held = read_named(repo.cwd, [name for name in names if name]) if any(names) else {}
    return [
        held[name] if name else _manifest_in_worktree(repo) if source.kind == "worktree" else None
        for name, source in zip(names, sources, strict=True)
    ]


def parse_side_manifest(source: Source, data: bytes | None) -> Manifest | None:
    """What `read_manifest_bytes` found on a side, parsed; ConfigError names the side."""
    origin = NAME if source.kind == "worktree" else f"{source.label}:{NAME}"
    return None if data is None else parse_manifest(data, origin=origin)


def _manifest_name(repo: Repository, source: Source) -> str | None:
    """What git calls the side's manifest; None where the side is not in git."""
    if source.kind == "commit":
        return f"{source.tree}:{NAME}"
    return f":{NAME}" if source.kind == "index" else None


def _manifest_in_worktree(repo: Repository) -> bytes | None:
    from .git.worktree import read_worktree  # not on the hook path

    if not os.path.lexists(os.path.join(_top(repo), NAME)):
        return None
    found = read_worktree(repo.cwd, [NAME], MAX_BYTES)[NAME]
    if isinstance(found, Unread):
        raise ConfigError(f"{NAME} cannot be read: {found.reason}", "It has to be a regular file.")
    return found.data


def _top(repo: Repository) -> str:
    if repo.top is None:
        raise ConfigError("A bare repository has no working tree", "Name revisions: diff A B, or estimate --rev REV.")
    return repo.top


def read_side(
    repo: Repository,
    source: Source,
    manifest: Manifest | None,
    selection: Selection,
    *,
    borrowed: bool = False,
    broken: bool = False,
) -> Side:
    """The side's prompts. `borrowed`: the manifest is the other side's; this one has none, or a `broken` one."""
    contents: dict[str, bytes] = {}
    found: Mapping[str, str | Problem] = {}
    attributes = NOTHING_SAID
    if source.kind in ("commit", "index"):
        entries, finder, attributes = _in_git(repo, source, manifest, selection)
        if NAME in entries and (manifest is None or borrowed) and not broken:
            raise ConfigError(f"{source.label}:{NAME} is not in this clone", f"To have it: {FETCH_ALL}")
        found = {path: entry.oid for path, entry in entries.items() if finder.finds(path)}
    elif source.kind == "worktree":
        found, attributes = _in_worktree(repo, manifest, selection, contents)
    snapshot = make_snapshot(
        source.label, source.commit, manifest, selection, found, borrowed=borrowed, attributes=attributes
    )
    return Side(snapshot, contents, source)


def _in_git(repo: Repository, source: Source, manifest: Manifest | None, selection: Selection) -> Files[Entry]:
    """A commit's tree. For the index HEAD's, with what is staged over it; the whole index where HEAD is unborn."""
    if source.kind == "commit":
        return files_of_tree(repo.cwd, source.tree or "", (), manifest, selection)
    tree = source.tree or (commit_and_tree(repo.cwd, "HEAD") or ("", ""))[1]
    if not tree:
        return files_of_index(repo.cwd, manifest, selection)
    changes = staged_changes(repo.cwd) if source.staged is None else source.staged
    entries, finder, attributes = files_of_tree(repo.cwd, tree, changes, manifest, selection)
    ours = [change for change in changes if finder.finds(change.path) or change.path == NAME]
    return staged_over(entries, ours), finder, attributes


def _in_worktree(
    repo: Repository, manifest: Manifest | None, selection: Selection, contents: dict[str, bytes]
) -> tuple[dict[str, str | Problem], Attributes]:
    """Tracked prompts, and untracked ones that the manifest or the command line name. Fills `contents`."""
    from .git.worktree import read_worktree  # not on the hook path

    listed = [entry.path for entry in manifest.prompts] if manifest else []
    named = [place_of(path) for path in (*listed, *selection.paths)]
    tracked, finder, attributes = files_on_disk(_top(repo), manifest, selection, named)
    entries = {path: entry for path, entry in tracked.items() if finder.finds(path)}
    for path in named:
        if path not in entries and finder.finds(path) and os.path.isfile(os.path.join(_top(repo), path)):
            entries[path] = None
    read = read_worktree(_top(repo), [path for path, entry in entries.items() if entry is None], MAX_BYTES)
    found, data = sort_out(read)
    contents.update(data)
    return {**{path: entry.oid for path, entry in entries.items() if entry is not None}, **found}, attributes
