"""Where the texts of a manifest stand, to the character: what an edit replaces, so that all else stays. Pure.

Reads any TOML document that a parser has accepted before; of anything else it may say what it likes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .manifest_source import KeyPath, nested

_BLANK = re.compile(r"(?:[ \t\r\n\ufeff,]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONG_STRING = re.compile(r"\"\"\"(?:[^\\]|\\.)*?\"{3,5}|'''.*?'{3,5}", re.DOTALL)
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_OTHER = re.compile(r"[^,\]}#\r\n]*")  # a number, a day, true
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


class Place(NamedTuple):
    """A text between its quotes."""

    path: KeyPath  # ("prompts", 2, "prompt_id")
    start: int
    end: int


def text_places(text: str) -> list[Place]:
    """Every value of a document that is a text, in the order in which they stand."""
    found: list[Place] = []
    table: KeyPath = ()
    arrays: dict[KeyPath, int] = {}  # how many [[headers]] of an array there were
    at = _skip(_BLANK, text, 0)
    while at < len(text):
        if text[at] == "[":
            brackets = 2 if text.startswith("[[", at) else 1
            keys, at = _keys(text, at + brackets)
            table = nested(keys, arrays)
            if brackets == 2:
                arrays[table] = arrays.get(table, -1) + 1
                table = (*table, arrays[table])
            at += brackets
        else:
            at = _assignment(text, at, table, found)
        at = _skip(_BLANK, text, at)
    return found


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _assignment(text: str, at: int, table: KeyPath, found: list[Place]) -> int:
    """Reads `key = value`; where it ends."""
    keys, equals = _keys(text, at)
    return _value(text, equals + 1, (*table, *keys), found)


def _keys(text: str, at: int) -> tuple[list[str], int]:
    """A dotted key, and where what comes behind it stands."""
    keys: list[str] = []
    while True:
        at = _skip(_SPACE, text, at)
        key = _STRING.match(text, at) or _BARE_KEY.match(text, at)
        if key is None:
            raise ValueError(f"there is no key at {at}")
        keys.append(_decoded(key[0]))
        at = _skip(_SPACE, text, key.end())
        if not text.startswith(".", at):
            return keys, at
        at += 1


def _decoded(key: str) -> str:
    if key[0] == "'":
        return key[1:-1]
    if key[0] == '"':
        return _ESCAPE.sub(_character, key[1:-1])
    return key


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(escape[3], escape[3])


def _value(text: str, at: int, path: KeyPath, found: list[Place]) -> int:
    """Reads a value; where it ends."""
    at = _skip(_SPACE, text, at)
    if long := _LONG_STRING.match(text, at):
        found.append(Place(path, at + 3, long.end() - 3))
        return long.end()
    if short := _STRING.match(text, at):
        found.append(Place(path, at + 1, short.end() - 1))
        return short.end()
    if text.startswith("[", at):
        number, at = 0, _skip(_BLANK, text, at + 1)
        while not text.startswith("]", at):
            at = _skip(_BLANK, text, _value(text, at, (*path, number), found))
            number += 1
        return at + 1
    if text.startswith("{", at):
        at = _skip(_BLANK, text, at + 1)
        while not text.startswith("}", at):
            at = _skip(_BLANK, text, _assignment(text, at, path, found))
        return at + 1
    return _skip(_OTHER, text, at)
