"""Files outside of any repository, as a side of their own: `llm-cost estimate FILE` works anywhere."""

from __future__ import annotations

import hashlib
import os

from .git.files import read_file
from .git.objects import Unread
from .prompts import MAX_BYTES, Problem
from .reading import Side
from .snapshot import Selection, make_snapshot
from .unread import unread_problem


def read_loose_files(paths: tuple[str, ...], selection: Selection) -> Side:
    """The files at `paths` as they are; there is no manifest, and no rule that could leave one of them out."""
    contents: dict[str, bytes] = {}
    found: dict[str, str | Problem] = {}
    distinct = {os.path.realpath(path): os.path.normpath(path) for path in paths}
    for path in distinct.values():
        data = read_file(path, MAX_BYTES)
        if isinstance(data, Unread):
            found[path] = unread_problem(data)
            continue
        oid = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        contents[oid] = data
        found[path] = oid
    return Side(make_snapshot("files", None, None, selection, found), contents)
