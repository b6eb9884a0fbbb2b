"""The index: what is staged, whole."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..errors import ConfigError
from .changes import Change, index_against, require_worktree
from .plumbing import Entry
from .revisions import empty_tree

REGULAR = ("100644", "100755")

# Against the empty tree every entry is an addition, or unmerged. Three times as fast as `changes.parse_raw`.
_ENTRY = re.compile(r":000000 ([0-9]{6}) 0+ ([0-9a-f]+) ([AU])\0([^\0]+)\0")


def index_entries(
    cwd: str, directories: Sequence[str] = (), concerns: Callable[[str], bool] = bool
) -> dict[str, Entry]:
    """The regular files of the index, by path; only those at or below `directories`, if there are any.

    Symbolic links, submodules and files that are only intended to be added are left out. Raises ConfigError for an
    unmerged path that `concerns` the caller (every one, unless it says otherwise) and in a bare repository.
    """
    below = () if "" in directories else directories
    # Not `git ls-files -s`, which shows an intention to add as an empty file.
    listed = _ENTRY.findall(os.fsdecode(index_against(cwd, empty_tree(cwd), below).stdout))
    if not listed:
        require_worktree(cwd)
    entries = {}
    for mode, oid, status, path in listed:
        if status == "U" and concerns(path):
            raise _unmerged(path)
        if mode in REGULAR:
            entries[path] = Entry(mode, oid)
    return entries


def staged_over(entries: Mapping[str, Entry], changes: Iterable[Change]) -> dict[str, Entry]:
    """The regular files of the index: those of HEAD (`entries`) with what is staged over it (`staged_changes`).

    Costs no second look at an index that has already been compared. Raises ConfigError for an unmerged path.
    """
    staged = dict(entries)
    for change in changes:
        if change.status == "U":
            raise _unmerged(change.path)
        staged.pop(change.path, None)
        if change.mode in REGULAR:
            staged[change.path] = Entry(change.mode, change.oid)
    return staged


def _unmerged(path: str) -> ConfigError:
    return ConfigError(f"{path} is unmerged", "Resolve the conflict first, then: git add PATH")
