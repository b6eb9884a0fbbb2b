"""What differs between two sides, by git's own comparison."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ..errors import ConfigError
from .filters import without_filters
from .plumbing import Completed, fitting, git_failed, run_git
from .revisions import empty_tree

SUBMODULE, NOTHING = "160000", "000000"  # modes
_RAW = ("--raw", "-r", "-z", "--no-abbrev", "--no-relative")
_CACHED = ("--cached", "--ita-invisible-in-index")


class Change(NamedTuple):
    """One path that differs. On a side where it does not exist its mode and oid are all zeros."""

    status: str  # A added, M modified, D deleted, T type changed, R renamed, U unmerged
    base_path: str  # differs from `path` in a rename only
    path: str
    base_mode: str
    mode: str
    base_oid: str
    oid: str  # all zeros too for content of the working tree, which git has not hashed


class Renames(NamedTuple):
    """Pairs of new path and old path."""

    pairs: dict[str, str]
    inexact: bool  # False: contents were not at hand (partial clone), so only unchanged files were paired


def staged_changes(cwd: str, tree: str = "HEAD", meanwhile: Callable[[], object] | None = None) -> list[Change]:
    """What a commit of the index would change in HEAD, or in nothing where HEAD is unborn.

    `tree` is HEAD's tree, where that is known already; `meanwhile` is as in `run_git`. Raises ConfigError in a bare
    repository.
    """
    found = index_against(cwd, tree, check=False, meanwhile=meanwhile)
    if found.returncode:
        if run_git(cwd, "rev-parse", "--verify", "-q", "HEAD", check=False).returncode == 0:
            raise git_failed("diff-index", found)
        found = index_against(cwd, empty_tree(cwd))
    changes = parse_raw(found.stdout)
    if changes and all(change.status == "D" for change in changes):
        require_worktree(cwd)
    return changes


def changed_between(cwd: str, base_tree: str, head_tree: str) -> list[Change]:
    """What differs between two trees, without looking for renames."""
    options = ("--no-renames", "--ignore-submodules=none", "--end-of-options")
    return parse_raw(run_git(cwd, "diff-tree", *_RAW, *options, base_tree, head_tree, "--").stdout)


def renames(
    cwd: str,
    base_tree: str,
    head_tree: str | None,
    paths: Sequence[str],
    *,
    staged: bool = False,
    worktree: bool = False,
) -> Renames:
    """The renames that git sees among `paths`, which must hold the removed and the added ones alike.

    The head is `head_tree` (None: nothing), with `staged` the index, with `worktree` the tracked files on disk.
    """
    if not paths:
        return Renames({}, True)
    if worktree:
        command = [*without_filters(cwd).options, "diff-index", *_RAW, "--ignore-submodules=all", base_tree]
    elif staged:
        command = ["diff-index", *_RAW, *_CACHED, base_tree]
    else:
        command = ["diff-tree", *_RAW, base_tree, head_tree or empty_tree(cwd, base_tree)]
    restricted = ["--", *fitting(paths)]
    found = run_git(cwd, *command, "-M50%", "-l0", *restricted, check=False)
    inexact = found.returncode == 0
    if not inexact:
        found = run_git(cwd, *command, "-M100%", *restricted)
    known = set(paths)
    moved = [c for c in parse_raw(found.stdout) if c.status == "R" and c.path in known and c.base_path in known]
    return Renames({change.path: change.base_path for change in moved}, inexact)


def index_against(
    cwd: str, treeish: str, paths: Iterable[str] = (), *, check: bool = True, env: Mapping[str, str] | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> Completed:  # fmt: skip
    """`git diff-index --cached` in raw form; an entry that is only intended to be added counts as absent.

    The other arguments are those of `run_git`.
    """
    options = ("--no-renames", "--ignore-submodules=none")
    return run_git(
        cwd, "diff-index", *_RAW, *_CACHED, *options, treeish, "--", *paths, check=check, env=env, meanwhile=meanwhile
    )


def parse_raw(output: bytes) -> list[Change]:
    """The records of git's `--raw -z --no-abbrev` form."""
    fields = iter(os.fsdecode(output).split("\0"))
    changes = []
    for header in fields:
        if header:
            base_mode, mode, base_oid, oid, status = header[1:].split(" ")
            base_path = next(fields)
            path = next(fields) if status[0] in "RC" else base_path
            changes.append(Change(status[0], base_path, path, base_mode, mode, base_oid, oid))
    return changes


def require_worktree(cwd: str) -> None:
    """Raise ConfigError in a bare repository, whose index is empty rather than equal to HEAD."""
    if run_git(cwd, "rev-parse", "--is-bare-repository").stdout == b"true\n":
        raise ConfigError(f"{cwd} is a bare repository: nothing is staged there", "Name a commit instead: --rev HEAD")
