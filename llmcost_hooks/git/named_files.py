"""Where files of one name lie in a tree, the index or the working tree: a look at names alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from ..errors import ConfigError
from .catfile import UNREPLACED
from .objects import open_objects
from .plumbing import run_git

# An entry of a tree object: mode, name, id (20 bytes; 32 where git hashes with SHA-256).
_ENTRY = {size: re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % size, re.DOTALL) for size in (20, 32)}
_TREE, _SUBMODULE = b"40000", b"160000"


def named_in_tree(cwd: str, tree_oid: str, name: str) -> list[str]:
    """The paths of all files called `name` in a tree, sorted. A symbolic link is one, a submodule is not.

    Raises ConfigError where the tree, or one below it, is not in this repository.
    """
    repository = open_objects(cwd)
    if repository is None:
        return _listed(cwd, tree_oid, name)
    wanted, entry, found = os.fsencode(name), _ENTRY[len(tree_oid) // 2], []
    directories = [(b"", tree_oid)]
    try:
        while directories:
            above, oid = directories.pop()
            for mode, inner, raw in entry.findall(repository.read(oid)[1]):
                if mode == _TREE:
                    directories.append((above + inner + b"/", raw.hex()))
                elif inner == wanted and mode != _SUBMODULE:
                    found.append(os.fsdecode(above + inner))
    except (KeyError, ValueError):  # a clone without its trees: git says which, or has them elsewhere
        return _listed(cwd, tree_oid, name)
    return sorted(found)


def named_on_disk(top: str, name: str) -> dict[str, bool]:
    """The paths of all files called `name` in the working tree that git tracks or would add: whether each is there.

    One that a sparse checkout leaves out is not, and counts as unchanged, as it does for git.
    """
    options = ("--cached", "--others", "--exclude-standard", "-t", "-z")
    out = run_git(top, "ls-files", *options, "--", f":(glob)**/{name}", env={"GIT_LITERAL_PATHSPECS": "0"}).stdout
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
