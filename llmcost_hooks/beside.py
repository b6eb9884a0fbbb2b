"""Files that prompts pull in, found in the same commit, index or working tree as the prompts."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping

from .git.changes import staged_changes
from .git.index import index_entries, staged_over
from .git.objects import tree_entries
from .git.plumbing import Entry
from .git.revisions import commit_and_tree
from .loose import LOOSE, find_loose
from .prompts import MAX_BYTES, Problem
from .reading import Source
from .unread import sort_out

Found = tuple[dict[str, "str | Problem"], dict[str, bytes]]


def find_beside(cwd: str, source: Source, paths: Collection[str]) -> Found:
    """(path -> oid, or why it cannot be read; by oid, the contents that git does not hold).

    A path that is not there has no entry. `cwd` is the repository's.
    """
    if source.kind == LOOSE.kind:
        return find_loose(sorted(path for path in paths if os.path.isfile(path)))
    if source.kind == "worktree":
        return _on_disk(cwd, paths)
    entries = _in_git(cwd, source, paths) if source.kind in ("commit", "index") else {}
    return {path: entries[path].oid for path in paths if path in entries}, {}


def _in_git(cwd: str, source: Source, paths: Collection[str]) -> Mapping[str, Entry]:
    """A commit's tree; for the index HEAD's, with what is staged over it, or the index itself where HEAD is unborn."""
    above = {path[: cut + 1] for path in paths for cut in range(len(path)) if path[cut] == "/"}
    if source.kind == "commit":
        return tree_entries(cwd, source.tree or "", above.__contains__)
    tree = source.tree or (commit_and_tree(cwd, "HEAD") or ("", ""))[1]
    if not tree:
        return index_entries(cwd, _roots(paths), frozenset(paths).__contains__)
    changes = staged_changes(cwd) if source.staged is None else source.staged
    ours = [change for change in changes if change.path in paths]
    return staged_over(tree_entries(cwd, tree, above.__contains__), ours)


def _on_disk(top: str, paths: Collection[str]) -> Found:
    from .git.worktree import read_worktree, tracked_paths  # not on the hook path

    tracked = tracked_paths(top, _roots(paths), frozenset(paths).__contains__)
    known = {path: entry.oid for path in paths if (entry := tracked.get(path)) is not None}
    left = [path for path in paths if path not in known and os.path.isfile(os.path.join(top, path))]
    found, contents = sort_out(read_worktree(top, left, MAX_BYTES))
    return {**known, **found}, contents


def _roots(paths: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({path.partition("/")[0] for path in paths}))
