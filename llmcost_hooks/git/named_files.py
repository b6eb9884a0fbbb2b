"""Where files of one name lie in a tree, the index or the working tree: a look at names alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ..errors import ConfigError
from .catfile import UNREPLACED
from .changes import NOTHING, SUBMODULE, Change, index_against, parse_raw
from .objects import open_objects, tree_rows
from .plumbing import run_git
from .revisions import empty_tree

_TREE, _SUBMODULE = b"40000", b"160000"
_GLOB = {"GIT_LITERAL_PATHSPECS": "0"}


def named_in_tree(cwd: str, tree_oid: str, name: str) -> list[str]:
    """The paths of all files called `name` in a tree, sorted. A symbolic link is one, a submodule is not.

    Raises ConfigError where the tree, or one below it, is not in this repository.
    """
    repository = open_objects(cwd)
    if repository is None:
        return _listed(cwd, tree_oid, name)
    wanted, found = os.fsencode(name), []
    telling = (_TREE + b" ", b" " + wanted + b"\0")
    directories = [(b"", tree_oid)]
    try:
        while directories:
            above, oid = directories.pop()
            for mode, inner, raw in tree_rows(repository, oid, telling):
                if mode == _TREE:
                    directories.append((above + inner + b"/", raw.hex()))
                elif inner == wanted and mode != _SUBMODULE:
                    found.append(os.fsdecode(above + inner))
    except (KeyError, ValueError):  # a clone without its trees: git says which, or has them elsewhere
        return _listed(cwd, tree_oid, name)
    return sorted(found)


def named_below_index(cwd: str, tree_oid: str, changes: Iterable[Change], name: str) -> list[str]:
    """The same of the tree that `changes` are staged over (`staged_changes`): one look at the index, none at a tree.

    In a repository of many directories that is several times as fast. An unmerged path is left out. libgit2, which is
    needed next, is loaded while git reads the index.
    """
    paths, load = (name, f"*/{name}"), lambda: open_objects(cwd)  # not ":(glob)**/", which is far slower
    listed = parse_raw(index_against(cwd, empty_tree(cwd, tree_oid), paths, env=_GLOB, meanwhile=load).stdout)
    found = {each.path for each in listed if each.mode != SUBMODULE}
    for change in changes:
        if change.path.rpartition("/")[2] == name:
            there = change.status != "U" and change.base_mode not in (NOTHING, SUBMODULE)
            (found.add if there else found.discard)(change.path)
    return sorted(found)


def named_on_disk(top: str, name: str) -> dict[str, bool]:
    """The paths of all files called `name` in the working tree that git tracks or would add: whether each is there.

    One that a sparse checkout leaves out is not, and counts as unchanged, as it does for git.
    """
    options = ("--cached", "--others", "--exclude-standard", "-t", "-z")
    out = run_git(top, "ls-files", *options, "--", f":(glob)**/{name}", env=_GLOB).stdout
    found = {}
    for tag, path in ((record[:1], record[2:]) for record in _paths(out)):
        there = os.path.lexists(os.path.join(top, path))
        if there or tag == "S":
            found[path] = there
    return found


def _listed(cwd: str, tree_oid: str, name: str) -> list[str]:
    options = ("-r", "-z", "--name-only", "--full-tree", "--end-of-options")
    done = run_git(cwd, "ls-tree", *options, tree_oid, env=UNREPLACED, check=False)
    if done.returncode:
        raise ConfigError(f"Tree {tree_oid}, or one below it, is not in this repository")
    return sorted(path for path in _paths(done.stdout) if path.rpartition("/")[2] == name)


def _paths(out: bytes) -> Iterator[str]:
    return (path for path in os.fsdecode(out).split("\0") if path)
