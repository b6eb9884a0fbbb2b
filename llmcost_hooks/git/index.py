"""The index: what is staged, whole."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ConfigError
from .changes import index_against, parse_raw, require_worktree
from .plumbing import Entry
from .revisions import empty_tree

REGULAR = ("100644", "100755")


def index_entries(cwd: str, directories: Sequence[str] = ()) -> dict[str, Entry]:
    """The regular files of the index, by path; only those at or below `directories`, if there are any.

    Symbolic links, submodules and files that are only intended to be added are left out. Raises ConfigError for an
    unmerged path and in a bare repository.
    """
    below = () if "" in directories else directories
    # Against the empty tree every entry is an addition; unlike in `git ls-files -s` intentions can be told apart.
    changes = parse_raw(index_against(cwd, empty_tree(cwd), below).stdout)
    if not changes:
        require_worktree(cwd)
    for change in changes:
        if change.status == "U":
            raise ConfigError(f"{change.path} is unmerged", "Resolve the conflict first, then: git add PATH")
    return {change.path: Entry(change.mode, change.oid) for change in changes if change.mode in REGULAR}
