"""Files outside of any repository, as a side of their own: `llm-cost estimate FILE` works anywhere."""

from __future__ import annotations

import os
from collections.abc import Iterable

from .git.files import read_file
from .git.objects import Unread
from .prompts import MAX_BYTES, Problem
from .reading import Side, Source
from .snapshot import Selection, make_snapshot
from .unread import unread_problem

LOOSE = Source("files", "files")


def read_loose_files(paths: tuple[str, ...], selection: Selection) -> Side:
    """The files at `paths` as they are; there is no manifest, and no rule that could leave one of them out."""
    distinct = {os.path.realpath(path): os.path.normpath(path) for path in paths}
    found, contents = find_loose(distinct.values())
    return Side(make_snapshot(LOOSE.label, None, None, selection, found), contents, LOOSE)


def find_loose(paths: Iterable[str]) -> tuple[dict[str, str | Problem], dict[str, bytes]]:
    """(path -> the oid that git would give the file, or why it cannot be read; contents by oid)."""
    import hashlib  # a hook that reads no loose file goes without

    contents: dict[str, bytes] = {}
    found: dict[str, str | Problem] = {}
    for path in paths:
        data = read_file(path, MAX_BYTES)
        if isinstance(data, Unread):
            found[path] = unread_problem(data)
            continue
        oid = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        contents[oid] = data
        found[path] = oid
    return found, contents
