"""Where a manifest came from, and on which line a key stands: what its messages point at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from .errors import ConfigError

KeyPath = tuple[str | int, ...]  # ("prompts", 2, "tags", "team")

_KEY = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_KEYS = rf"[ \t]*({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)[ \t]*"


class Source(NamedTuple):
    """Where a manifest came from; finds the line of a key for a message."""

    origin: str
    data: bytes

    def text(self) -> str:
        """Raises UnicodeDecodeError. A byte order mark, which some editors write, is no part of the text."""
        return self.data.decode().removeprefix("\ufeff")

    def error(self, path: KeyPath, message: str, hint: str = "") -> ConfigError:
        return ConfigError(f"{self.origin}:{self.line(path)}: {message}", hint)

    def line(self, path: KeyPath) -> int:
        """The line of the key at `path`, else of the innermost table around it that has one, else 1.

        tomli keeps no positions; this reads headers and the keys that begin a line, which is enough to point a
        person at a place.
        """
        found, best = 1, 0
        for number, place, _ in places(self.text()):
            shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(place, path, strict=False)))
            if shared > best:
                found, best = number, shared
        return found


def places(text: str) -> Iterator[tuple[int, KeyPath, bool]]:
    """(line number, path of the key that the line begins, whether it is a header) for every header and every `key
    =`."""
    table: KeyPath = ()
    arrays: dict[KeyPath, int] = {}  # how many [[headers]] of an array there were
    inside = ""  # the quotes of the text of several lines that a line lies in
    for number, line in enumerate(text.split("\n"), 1):
        if not inside and (header := re.match(rf"[ \t]*(\[\[?){_KEYS}\]", line)):
            table = nested(_names(header[2]), arrays)
            if header[1] == "[[":
                arrays[table] = arrays.get(table, -1) + 1
                table = (*table, arrays[table])
            yield number, table, True
        elif not inside and (assignment := re.match(rf"{_KEYS}=", line)):
            yield number, (*table, *_names(assignment[1])), False
        for quotes in re.findall("\"\"\"|'''", line):
            inside = quotes if not inside else "" if quotes == inside else inside


def _names(dotted: str) -> list[str]:
    return [key.strip("\"'") for key in re.findall(_KEY, dotted)]


def nested(names: list[str], arrays: dict[KeyPath, int]) -> KeyPath:
    """A header's names as a path: a table below an array belongs to the array's last element."""
    path: KeyPath = ()
    for n, name in enumerate(names):
        path = (*path, name)
        if path in arrays and n + 1 < len(names):
            path = (*path, arrays[path])
    return path
