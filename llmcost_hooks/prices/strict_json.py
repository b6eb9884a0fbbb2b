"""JSON from somebody who may want harm, read strictly: one meaning, bounded time, no number that is none.

The json module alone takes the last of two equal members, guesses an encoding, and knows NaN; two readers of such a
file can see two prices.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

MAX_DEPTH = 16
MAX_DIGITS = 20  # of a number; no count of tokens and no price needs more
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[{]|[\]}]")


class NotStrict(ValueError):
    """The text is not JSON, or not JSON with one meaning. The message has no text of the file but a member's name."""


class Duplicate(NotStrict):
    """An object has a member twice."""


def parse_strict(data: bytes) -> Any:
    """The value of UTF-8 JSON text; numbers with a fraction are Decimal. Raises NotStrict."""
    _refuse_depth(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrict("it is not UTF-8") from None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_number, parse_int=_whole, parse_constant=_constant
        )
    except NotStrict:
        raise
    except (ValueError, RecursionError, ArithmeticError):
        raise NotStrict("it is not JSON") from None
    return value


def _refuse_depth(data: bytes) -> None:
    """Before the parser, which recurses: brackets outside of strings, counted."""
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", data)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > MAX_DEPTH:
            raise NotStrict("it is nested too deeply")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Duplicate(f'it has the member "{key}" twice' if _is_plain(key) else "it has a member twice")
            seen.add(key)
    for each in value.items():
        for text in each:
            if isinstance(text, str) and not _is_text(text):
                raise NotStrict("it holds half a character")
    return value


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and len(text) <= 100


def _is_text(text: str) -> bool:
    """No lone surrogate, which no encoding can write."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _number(text: str) -> Decimal:
    if len(text) > MAX_DIGITS + 5:
        raise NotStrict("a number is too long")
    return Decimal(text)


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise NotStrict("a number is too long")
    return int(text)


def _constant(text: str) -> Any:
    raise NotStrict(f"{text} is no number")
