"""Trees and blobs by object id: through pygit2, or through the git program where libgit2 cannot open the repository.

The environment variable LLMCOST_GIT_BACKEND can insist on one: `git` never imports pygit2, `pygit2` never falls back.
The default, `auto`, is pygit2 with git behind it for whatever libgit2 cannot open or does not find.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ConfigError
from .catfile import UNREPLACED, cat_file, headers
from .index import REGULAR
from .plumbing import Entry, not_owned, run_git

if TYPE_CHECKING:
    import pygit2

Header = tuple[str, int]  # type and size in bytes
Contents = tuple[str, "bytes | Unread"]

TREE = "40000"
_GIT_TREE = 2  # its type in the object database
# An entry of a tree object: mode, name, id (20 bytes; 32 where git hashes with SHA-256).
_ENTRY = {size: re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % size, re.DOTALL) for size in (20, 32)}
_AT_ONCE = 32_000_000  # bytes of blobs that one `git cat-file` is asked for


class Unread(NamedTuple):
    """Content that was not read, and why: "missing", "too large", "not a blob", or one more of `worktree`'s."""

    reason: str
    size: int | None = None  # bytes, where known


_MISSING = Unread("missing")


def tree_entries(cwd: str, tree_oid: str, enter: Callable[[str], bool] | None = None) -> dict[str, Entry]:
    """The regular files of a tree, by path. A directory for which `enter("path/to/it/")` is false is left out.

    Raises ConfigError where the tree, or one below it, is not in this repository.
    """
    backend, repository = _backend(cwd)
    if repository is not None:
        try:
            return _walk(repository, tree_oid, enter)
        except (KeyError, ValueError):  # a clone without its trees
            if backend == "pygit2":
                raise ConfigError(f"Tree {tree_oid}, or one below it, is not in this repository") from None
    return _list_tree(cwd, tree_oid, enter)


def read_blobs(cwd: str, oids: Iterable[str], limit: int = 10_000_000) -> Iterator[Contents]:
    """Each distinct blob once, in any order; ids of zeros, which name nothing, are dropped.

    A blob of more than `limit` bytes is not loaded, and what a partial clone lacks is not fetched.
    """
    wanted = [oid for oid in dict.fromkeys(oids) if oid.strip("0")]
    if not wanted:
        return
    backend, repository = _backend(cwd)
    if repository is None:
        yield from _blobs_by_git(cwd, wanted, limit)
        return
    missing = []
    for oid, content in _blobs_by_pygit2(cwd, repository, wanted, limit):
        if content == _MISSING and backend == "auto":
            missing.append(oid)
        else:
            yield oid, content
    if missing:
        yield from _blobs_by_git(cwd, missing, limit)


def open_objects(cwd: str) -> pygit2.Repository | None:
    """libgit2's view of the repository; None where the git program reads instead."""
    return _backend(cwd)[1]


def _backend(cwd: str) -> tuple[str, pygit2.Repository | None]:
    backend = os.environ.get("LLMCOST_GIT_BACKEND") or "auto"
    if backend not in ("auto", "git", "pygit2"):
        raise ConfigError(f"LLMCOST_GIT_BACKEND is {backend!r}", "Use auto, git or pygit2.")
    if backend == "git":
        return backend, None
    git_dir = os.environ.get("GIT_DIR")
    located = ("GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
    opened = _open(os.path.abspath(git_dir or cwd), *(os.environ.get(name) for name in located))
    if isinstance(opened, str):
        if "not owned" in opened:
            raise not_owned(cwd)
        if backend == "pygit2":
            raise ConfigError(f"pygit2 cannot open {cwd}: {opened}", "Unset LLMCOST_GIT_BACKEND, or set it to git.")
        return backend, None
    return backend, opened


@lru_cache(maxsize=8)
def _open(start: str, *located: str | None) -> pygit2.Repository | str:
    """The repository, or libgit2's reason to refuse it. `located` is what it reads from the environment besides."""
    try:
        import pygit2  # 70 ms: never before there is something to read
    except (ImportError, OSError) as error:
        return str(error)
    if hasattr(pygit2.settings, "set_extensions"):  # not before pygit2 1.19, the first without Python 3.10
        pygit2.settings.set_extensions(["partialclone"])
    try:
        # FROM_ENV is what sees a hook's temporary index and quarantine, but not GIT_DIR.
        return pygit2.Repository(start, pygit2.enums.RepositoryOpenFlag.FROM_ENV)
    except (pygit2.GitError, KeyError, ValueError) as error:
        return str(error)


def _walk(repository: pygit2.Repository, tree_oid: str, enter: Callable[[str], bool] | None) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    directories = [("", tree_oid)]
    while directories:
        above, oid = directories.pop()
        files, inner = _directory(repository, oid)
        entries.update([(above + name, entry) for name, entry in files])
        below = [(f"{above}{name}/", oid) for name, oid in inner]
        directories += [each for each in below if enter is None or enter(each[0])]
    return entries


@lru_cache(maxsize=10_000)  # two sides have most of their directories in common
def _directory(repository: pygit2.Repository, oid: str) -> tuple[list[tuple[str, Entry]], list[tuple[str, str]]]:
    """(regular files, directories) of one tree, by their names."""
    found = tree_rows(repository, oid)
    names = os.fsdecode(b"\0".join([name for _, name, _ in found])).split("\0")
    rows = [(_kind(mode), name, raw.hex()) for (mode, _, raw), name in zip(found, names, strict=False)]
    files = [(name, Entry(kind, oid)) for kind, name, oid in rows if kind in REGULAR]
    return files, [(name, oid) for kind, name, oid in rows if kind == TREE]


def tree_rows(
    repository: pygit2.Repository, oid: str, telling: Sequence[bytes] = ()
) -> list[tuple[bytes, bytes, bytes]]:
    """(mode, name, raw id) of one tree's entries; none where it holds none of the bytes in `telling`.

    Several times as fast as libgit2's own entries, each of which becomes an object. Raises ValueError for what is no
    tree, or a damaged one, and KeyError for what is not in this repository.
    """
    kind, data = repository.read(oid)
    if kind != _GIT_TREE:
        raise ValueError
    if telling and not any(each in data for each in telling):
        return []  # most directories of a large tree: to look is quicker than to take apart
    entry = _ENTRY[len(oid) // 2]
    if entry.sub(b"", data):
        raise ValueError
    return entry.findall(data)


@cache
def _kind(mode: bytes) -> str:
    """A mode as git shows it: old trees have others for regular files."""
    bits = int(mode, 8)
    kind = f"{bits >> 12:o}"
    return ("100755" if bits & 0o100 else "100644") if kind == "10" else TREE if kind == "4" else kind


def _list_tree(cwd: str, tree_oid: str, enter: Callable[[str], bool] | None) -> dict[str, Entry]:
    out = run_git(cwd, "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", tree_oid, env=UNREPLACED).stdout
    entered = {"": True}

    def below(directory: str) -> bool:
        if directory not in entered:
            above = directory[: directory.rfind("/", 0, -1) + 1]
            entered[directory] = below(above) and (enter is None or enter(directory))
        return entered[directory]

    entries = {}
    for record in os.fsdecode(out).split("\0")[:-1]:
        facts, _, path = record.partition("\t")
        mode, _, oid = facts.split(" ")
        if mode in REGULAR and below(path[: path.rfind("/") + 1]):
            entries[path] = Entry(mode, oid)
    return entries


def _blobs_by_pygit2(cwd: str, repository: pygit2.Repository, oids: list[str], limit: int) -> Iterator[Contents]:
    import pygit2

    odb = repository.odb
    measured = _measure(odb, oids) if hasattr(odb, "read_header") else headers(cwd, oids)  # not before pygit2 1.19.2
    for oid, header in measured.items():
        unread = _unread(header, limit)
        try:
            yield oid, unread or odb.read(oid)[1]
        except (pygit2.GitError, KeyError):
            yield oid, _MISSING


def _measure(odb: pygit2.Odb, oids: list[str]) -> dict[str, Header | None]:
    import pygit2

    found: dict[str, Header | None] = {}
    for oid in oids:
        try:
            kind, size = odb.read_header(oid)
            found[oid] = pygit2.enums.ObjectType(kind).name.lower(), size
        except (pygit2.GitError, KeyError, ValueError):  # absent, damaged, or no id
            found[oid] = None
    return found


def _blobs_by_git(cwd: str, oids: list[str], limit: int) -> Iterator[Contents]:
    groups: list[list[str]] = [[]]
    room = _AT_ONCE
    for oid, header in headers(cwd, oids).items():
        unread = _unread(header, limit)
        if unread is not None:
            yield oid, unread
        elif header is not None:
            if header[1] > room:
                groups.append([])
                room = _AT_ONCE
            groups[-1].append(oid)
            room -= header[1]
    for group in groups:
        for oid, blob in zip(group, cat_file(cwd, group), strict=True):
            yield oid, _MISSING if blob is None else blob


def _unread(header: Header | None, limit: int) -> Unread | None:
    """Why an object of this type and size is not to be read, None if it is."""
    if header is None:
        return _MISSING
    if header[0] != "blob":
        return Unread("not a blob", header[1])
    return Unread("too large", header[1]) if header[1] > limit else None
