"""Where a manifest came from, and on which line a key stands: what its messages point at."""

from __future__ import annotations

import re
from typing import NamedTuple

from .errors import ConfigError

KeyPath = tuple[str | int, ...]  # ("prompts", 2, "tags", "team")


class Source(NamedTuple):
    """Where a manifest came from; finds the line of a key for a message."""

    origin: str
    data: bytes

    def error(self, path: KeyPath, message: str, hint: str = "") -> ConfigError:
        return ConfigError(f"{self.origin}:{self.line(path)}: {message}", hint)

    def line(self, path: KeyPath) -> int:
        """The line of the key at `path`, else that of its table's header, else 1.

        tomli keeps no positions; this reads headers and `key =` lines, which is enough to point a person at a place.
        """
        table, key = _header_of(path)
        at: KeyPath = ()
        found, arrays = 1, dict[str, int]()
        for number, text in enumerate(self.data.decode(errors="replace").splitlines(), 1):
            if header := re.match(r"\s*(\[\[?)\s*([\w.\"'-]+)\s*\]", text):
                name = header[2].replace('"', "").replace("'", "")
                at = (name,)
                if header[1] == "[[":
                    arrays[name] = arrays.get(name, -1) + 1
                    at = (name, arrays[name])
                if at == table:
                    found = number
            elif assignment := re.match(r"\s*[\"']?([^\"'=]+?)[\"']?\s*=", text):
                names = [name.strip(" \"'") for name in assignment[1].split(".")]
                if at == table and names[0] == key:
                    return number
                if not at and tuple(names) == (*table, key):
                    return number
        return found


def _header_of(path: KeyPath) -> tuple[KeyPath, str | int | None]:
    """("prompts", 2, "tags", "team") -> (("prompts", 2), "tags"); ("budget", "limit") -> (("budget",), "limit")."""
    if len(path) > 1 and isinstance(path[1], int):
        return path[:2], path[2] if len(path) > 2 else None
    if len(path) == 1:
        return ((), path[0]) if path[0] == "version" else (path, path[0])
    return path[:1], path[1] if len(path) > 1 else None
