"""The files of one side that may be prompts, and the `.gitattributes` files that have a word in it.

Attributes come from the side itself: a commit's from its trees, the index's from what is staged, the working tree's
from the disk. The files that count are those at the top and in every directory where prompts can lie; once one of
them sets `llmcost` that is every directory, and the side is listed again, whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from .attributes import NAME, NOTHING_SAID, Attributes, directory_of, files_above, parse_attributes
from .errors import ConfigError
from .git.changes import Change
from .git.index import index_entries, staged_over
from .git.objects import Unread, read_blobs, tree_entries
from .git.plumbing import Entry
from .manifest import Manifest
from .prompts import MAX_BYTES
from .snapshot import Finder, Selection
from .unread import FETCH_ALL

File = TypeVar("File", bound="Entry | None")  # None: to be read from the working tree

# What was listed, and what decides which of it are prompts.
Files: TypeAlias = "tuple[dict[str, File], Finder, Attributes]"


def files_of_tree(
    cwd: str, tree: str, changes: Sequence[Change], manifest: Manifest | None, selection: Selection
) -> Files[Entry]:
    """The regular files of a tree. Of `changes`, which are staged over it, those of attributes alone."""

    def listed(finder: Finder) -> dict[str, Entry]:
        stating = [change for change in changes if _counts(change.path, finder)]
        return staged_over(tree_entries(cwd, tree, finder.enters), stating)

    return _files(manifest, selection, listed, lambda entries, finder: _held(cwd, entries, finder))


def files_of_index(cwd: str, manifest: Manifest | None, selection: Selection) -> Files[Entry]:
    """The regular files of the whole index."""

    def listed(finder: Finder) -> dict[str, Entry]:
        return index_entries(cwd, _places(finder), _concerns(finder))

    return _files(manifest, selection, listed, lambda entries, finder: _held(cwd, entries, finder))


def files_on_disk(
    top: str, manifest: Manifest | None, selection: Selection, named: Sequence[str]
) -> Files[Entry | None]:
    """The tracked files of the working tree, by attributes as they lie on the disk, tracked or not.

    `named` are paths beside the tracked ones that attributes are asked of.
    """
    from .git.files import read_below
    from .git.worktree import tracked_paths  # not on the hook path

    def listed(finder: Finder) -> dict[str, Entry | None]:
        return tracked_paths(top, _places(finder), _concerns(finder))

    def read(entries: Mapping[str, Entry | None], finder: Finder) -> dict[str, bytes]:
        tracked = {path: entry for path, entry in entries.items() if entry is not None}
        held = _held(top, tracked, finder)
        for path in files_above([*entries, *named]):
            directory = path.removesuffix(NAME)
            beside = directory not in held and _counts(path, finder) and os.path.lexists(os.path.join(top, path))
            data = read_below(top, path, MAX_BYTES) if beside else b""
            if isinstance(data, Unread):
                _refuse_unreadable(path, data)
            elif data:
                held[directory] = data
        return held

    return _files(manifest, selection, listed, read)


def _files(
    manifest: Manifest | None,
    selection: Selection,
    listed: Callable[[Finder], dict[str, File]],
    read: Callable[[dict[str, File], Finder], dict[str, bytes]],
) -> Files[File]:
    finder = Finder(manifest, selection)
    entries = listed(finder)
    attributes = parse_attributes(read(entries, finder))
    if not attributes.rules:
        return entries, finder, NOTHING_SAID
    finder = Finder(manifest, selection, attributes)
    if attributes.name_prompts:
        entries = listed(finder)
        attributes = parse_attributes(read(entries, finder))
        finder = Finder(manifest, selection, attributes)
    return entries, finder, attributes


def _counts(path: str, finder: Finder) -> bool:
    """Whether the file at `path` states attributes, and its directory is one where prompts can lie."""
    directory = directory_of(path)
    return directory is not None and (not directory or finder.enters(directory))


def _concerns(finder: Finder) -> Callable[[str], bool]:
    return lambda path: finder.finds(path) or _counts(path, finder)


def _places(finder: Finder) -> tuple[str, ...]:
    """Where to look for files: () for everywhere."""
    roots = finder.roots()
    return (*roots, NAME) if roots else ()


def _held(cwd: str, entries: Mapping[str, Entry | None], finder: Finder) -> dict[str, bytes]:
    """The contents of the `.gitattributes` files among `entries`, by directory."""
    stating = [(path, entry) for path, entry in entries.items() if path.endswith(NAME) and _counts(path, finder)]
    oids = {path: entry.oid for path, entry in stating if entry is not None}
    blobs = dict(read_blobs(cwd, oids.values(), MAX_BYTES)) if oids else {}
    held = {}
    for path, oid in oids.items():
        data = blobs[oid]
        if isinstance(data, Unread):
            _refuse_unreadable(path, data)
        else:
            held[path.removesuffix(NAME)] = data
    return held


def _refuse_unreadable(path: str, unread: Unread) -> None:
    """What is no regular file has no say, in git either. What is there and unknown could say anything."""
    if unread.reason == "missing":
        raise ConfigError(
            f"{path} is not in this clone, and it can say which files are prompts", f"To have it: {FETCH_ALL}"
        )
    if unread.reason not in ("a symbolic link", "not a regular file"):
        raise ConfigError(f"{path} cannot be read: {unread.reason}", "It can say which files are prompts.")
