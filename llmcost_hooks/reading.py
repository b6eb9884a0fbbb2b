"""One side, read: its manifest and its prompts, out of a commit, the index or the working tree.

Composition only: `git/` reads, `snapshot` decides what is a prompt.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from .errors import ConfigError
from .git.catfile import read_named
from .git.changes import Change, staged_changes
from .git.index import index_entries, staged_over
from .git.objects import Unread, tree_entries
from .git.plumbing import Entry, Repository
from .git.revisions import branch_name, commit_and_tree, resolve_commit, tree_of
from .manifest import NAME, Manifest, parse_manifest
from .prompts import MAX_BYTES, Problem
from .snapshot import Finder, Selection, Snapshot, make_snapshot, place_of
from .unread import FETCH_ALL, unread_problem


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
    finder = Finder(manifest, selection)
    contents: dict[str, bytes] = {}
    found: Mapping[str, str | Problem] = {}
    if source.kind in ("commit", "index"):
        entries = _in_git(repo.cwd, source, finder)
        if NAME in entries and (manifest is None or borrowed) and not broken:
            raise ConfigError(f"{source.label}:{NAME} is not in this clone", f"To have it: {FETCH_ALL}")
        found = {path: entry.oid for path, entry in entries.items() if finder.finds(path)}
    elif source.kind == "worktree":
        found = _in_worktree(repo, manifest, selection, finder, contents)
    snapshot = make_snapshot(source.label, source.commit, manifest, selection, found, borrowed=borrowed)
    return Side(snapshot, contents, source)


def find_beside(cwd: str, source: Source, paths: Collection[str]) -> tuple[dict[str, str | Problem], dict[str, bytes]]:
    """What prompts include, out of the same source: (path -> oid, or why it cannot be read; contents by oid).

    A path that is not there has no entry. `cwd` is the repository's.
    """
    wanted = Named.of(paths)
    contents: dict[str, bytes] = {}
    if source.kind in ("commit", "index"):
        entries = _in_git(cwd, source, wanted)
        return {path: entry.oid for path, entry in entries.items() if wanted.finds(path)}, contents
    if source.kind == "worktree":
        return _files(cwd, wanted.roots(), wanted, paths, contents), contents
    return {}, contents


class Named(NamedTuple):
    """Finds the files of given paths and nothing else."""

    paths: frozenset[str]
    directories: frozenset[str]

    @classmethod
    def of(cls, paths: Iterable[str]) -> Named:
        above = {path[: cut + 1] for path in paths for cut in range(len(path)) if path[cut] == "/"}
        return cls(frozenset(paths), frozenset(above))

    def finds(self, path: str) -> bool:
        return path in self.paths

    def enters(self, directory: str) -> bool:
        return directory in self.directories

    def roots(self) -> tuple[str, ...]:
        return tuple(sorted({path.partition("/")[0] for path in self.paths}))


def _in_git(cwd: str, source: Source, finder: Finder | Named) -> dict[str, Entry]:
    """A commit's tree. For the index HEAD's, with what is staged over it; the whole index where HEAD is unborn."""
    if source.kind == "commit":
        return tree_entries(cwd, source.tree or "", finder.enters)
    tree = source.tree or (commit_and_tree(cwd, "HEAD") or ("", ""))[1]
    if not tree:
        return index_entries(cwd, finder.roots(), finder.finds)
    changes = staged_changes(cwd) if source.staged is None else source.staged
    ours = [change for change in changes if finder.finds(change.path) or change.path == NAME]
    return staged_over(tree_entries(cwd, tree, finder.enters), ours)


def _in_worktree(
    repo: Repository, manifest: Manifest | None, selection: Selection, finder: Finder, contents: dict[str, bytes]
) -> dict[str, str | Problem]:
    """Tracked prompts, and untracked ones that the manifest or the command line name. Fills `contents`."""
    named = [
        place_of(path) for path in (*(entry.path for entry in (manifest.prompts if manifest else ())), *selection.paths)
    ]
    return _files(_top(repo), finder.roots(), finder, named, contents)


def _files(
    top: str, roots: Collection[str], finder: Finder | Named, untracked: Iterable[str], contents: dict[str, bytes]
) -> dict[str, str | Problem]:
    """Tracked files that `finder` finds, and those of `untracked` that are there. Fills `contents`."""
    from .git.worktree import read_worktree, tracked_paths  # not on the hook path

    tracked = tracked_paths(top, tuple(roots), finder.finds)
    entries = {path: entry for path, entry in tracked.items() if finder.finds(path)}
    for path in untracked:
        if path not in entries and finder.finds(path) and os.path.isfile(os.path.join(top, path)):
            entries[path] = None
    read = read_worktree(top, [path for path, entry in entries.items() if entry is None], MAX_BYTES)
    found: dict[str, str | Problem] = {path: entry.oid for path, entry in entries.items() if entry is not None}
    for path, file in read.items():
        if isinstance(file, Unread):
            found[path] = unread_problem(file)
        else:
            contents[file.oid] = file.data
            found[path] = file.oid
    return found
