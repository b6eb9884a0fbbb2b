"""The working tree: what `git add` would store of it, found out without storing anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .changes import parse_raw
from .conversion import blob_oid, converted
from .files import read_below
from .filters import without_filters
from .index import REGULAR, index_entries
from .objects import Unread
from .plumbing import Entry, fitting, run_git

_PLAIN = frozenset(b"-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


class WorktreeFile(NamedTuple):
    """A file as `git add` would store it."""

    oid: str
    data: bytes


class _Found(NamedTuple):
    path: str
    data: bytes
    encoding: str  # "" where the file is taken as it is


def tracked_paths(
    cwd: str, directories: Sequence[str] = (), concerns: Callable[[str], bool] = bool
) -> dict[str, Entry | None]:
    """The tracked regular files, by path: their entry where git knows them to be unchanged, else None.

    None is a file that `read_worktree` must read. What was deleted or is no regular file any more is left out; a file
    outside a sparse checkout counts as unchanged, as it does for git. Raises ConfigError as `index_entries` does.
    """
    found: dict[str, Entry | None] = {**index_entries(cwd, directories, concerns)}
    below = () if "" in directories else directories
    options = ("--raw", "-z", "--no-abbrev", "--no-relative", "--no-renames", "--ignore-submodules=all")
    out = run_git(cwd, *without_filters(cwd).options, "diff-files", *options, "--", *below).stdout
    for change in parse_raw(out):
        if change.mode in REGULAR:
            found[change.path] = None
        else:
            found.pop(change.path, None)
    return found


def untracked_paths(cwd: str) -> list[str]:
    """The regular files that git does not track and `git add` would take: what .gitignore names is not among them."""
    out = run_git(cwd, "ls-files", "--others", "--exclude-standard", "-z").stdout
    found = (path for path in os.fsdecode(out).split("\0") if path and path[-1] != "/")  # one with "/": a repository
    return sorted(path for path in found if _is_regular(os.path.join(cwd, path)))


def _is_regular(path: str) -> bool:
    return os.path.isfile(path) and not os.path.islink(path)


def read_worktree(cwd: str, paths: Sequence[str], limit: int = 10_000_000) -> dict[str, WorktreeFile | Unread]:
    """What `git add` would store of each path, tracked or not; Unread for a file of more than `limit` bytes.

    `cwd` must be the top of the working tree. The bytes are those that hash to the id that git computes. A file
    that a filter driver would convert is Unread, because no program that a configuration names is ever run.
    """
    filters = without_filters(cwd)
    result: dict[str, WorktreeFile | Unread] = {}
    found: list[_Found] = []
    contents = {path: read_below(cwd, path, limit) for path in paths}
    attributes = _attributes(cwd, [path for path, data in contents.items() if isinstance(data, bytes)])
    for path, data in contents.items():
        if isinstance(data, Unread):
            result[path] = data
            continue
        driver, encoding = attributes[path]
        if driver in filters.drivers:
            lfs = "stored by Git LFS (filter=lfs)"
            result[path] = Unread(lfs if driver == "lfs" else f"stored through filter={driver}, which is not run")
        elif encoding in ("set", "unset"):  # git refuses these, and every other file with them
            result[path] = Unread("working-tree-encoding has no value")
        else:
            plain = encoding.lower() in ("unspecified", "", "utf-8", "utf8")
            found.append(_Found(path, data, "" if plain else encoding))
    return result | _stored(cwd, filters.options, found)


def _attributes(cwd: str, paths: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Filter and working-tree-encoding of each path, as `git check-attr` prints them."""
    if not paths:
        return {}
    stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
    out = run_git(cwd, "check-attr", "-z", "--stdin", "filter", "working-tree-encoding", stdin=stdin).stdout
    values = os.fsdecode(out).split("\0")[2::3]  # of path, attribute, value
    return dict(zip(paths, zip(values[::2], values[1::2], strict=True), strict=True))


def _stored(cwd: str, options: Sequence[str], found: Sequence[_Found]) -> dict[str, WorktreeFile | Unread]:
    result: dict[str, WorktreeFile | Unread] = {}
    kept = {}
    for file, oid in zip(found, _hashes(cwd, options, [file.path for file in found]), strict=True):
        conversion = converted(file.data, file.encoding, oid)
        if conversion is None:
            result[file.path] = Unread(
                f"not convertible from {file.encoding}" if file.encoding else "changed while read"
            )
            continue
        stored, with_returns = conversion
        result[file.path] = WorktreeFile(oid, stored)
        if stored != with_returns:
            kept[file.path] = WorktreeFile(blob_oid(with_returns, like=oid), with_returns)
    keeping = _keeps_returns(cwd, list(kept))
    return result | {path: file for path, file in kept.items() if path in keeping}


def _hashes(cwd: str, options: Sequence[str], paths: Sequence[str]) -> list[str]:
    """The id that git computes for each file with every conversion but filter drivers."""
    if not paths:
        return []
    stdin = "".join(f'"{_quoted(os.fsencode(path))}"\n' for path in paths).encode("ascii")
    return run_git(cwd, *options, "hash-object", "--stdin-paths", stdin=stdin).stdout.decode("ascii").split()


def _quoted(name: bytes) -> str:
    return "".join(chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in name)


def _keeps_returns(cwd: str, paths: Sequence[str]) -> set[str]:
    """Which files `git add` would store with CRLF because the index has them so and text is only guessed.

    `git hash-object` does not read the index, and so does not know.
    """
    if not paths:
        return set()
    keeping = set()
    for record in os.fsdecode(run_git(cwd, "ls-files", "--eol", "-z", "--", *fitting(paths)).stdout).split("\0")[:-1]:
        facts, _, path = record.partition("\t")
        attribute = facts.partition("attr/")[2].strip()
        if facts.startswith(("i/crlf", "i/mixed")) and (not attribute or attribute.startswith("text=auto")):
            keeping.add(path)
    return keeping
