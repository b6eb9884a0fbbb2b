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
# A string, or what is one up to the end of the text: it never fails half-way, so the whole scan is linear.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")  # UTF-8 itself can hold none
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
    except (ValueError, ArithmeticError):
        raise NotStrict("it is not JSON") from None
    if _SURROGATE.search(data):
        _refuse_halves(value)
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
    return value


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and len(text) <= 100


def _refuse_halves(value: Any) -> None:
    """Lone surrogates, which no encoding can write, in any text of the value."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise NotStrict("it holds half a character") from None
    elif isinstance(value, dict):
        for each in (*value, *value.values()):
            _refuse_halves(each)
    elif isinstance(value, list):
        for each in value:
            _refuse_halves(each)


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
