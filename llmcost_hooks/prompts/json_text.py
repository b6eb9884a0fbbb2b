"""JSON read strictly: one meaning, bounded depth and size, nothing that is no text or no number.

The json module alone takes the last of two equal keys, knows NaN, and lets half a character through, which no
tokenizer can encode. So a text is looked over token by token before it is read, which is also what knows lines. A short
one, as the lines of a batch are, is read at once with hooks, and looked over only where those find something.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import ParseError

MAX_DEPTH = 64
MAX_VALUES = 200_000
MAX_DIGITS = 40  # of a number as written

# A string up to its end or the end of the text, so that none fails half-way and the scan stays linear.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[{]|[\]}]|,|-?\d[\d.eE+-]*|-?(?:NaN|Infinity)', re.DOTALL)
_KEY_FOLLOWS = re.compile(r"[ \t\r\n]*:")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(text: str, first_line: int = 1) -> Any:
    """The value of one JSON text. Raises ParseError with the line, never with text of the file.

    `first_line` is the line on which `text` begins in its file.
    """
    text = text.removeprefix("\ufeff")
    if text.count("[") + text.count("{") <= MAX_DEPTH and not _HALF.search(text):
        try:
            return _HOOKED.decode(text)
        except (ValueError, RecursionError):
            pass  # to be said with its line
    _look_over(text, first_line)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno + first_line - 1}: {error.msg}"
        raise ParseError(f"is not valid JSON: {problem}") from None
    except (ValueError, RecursionError):
        raise ParseError(f"is not valid JSON (line {first_line})") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError
    return table


def _whole(written: str) -> int:
    return int(_sound(written))


def _fraction(written: str) -> float:
    return float(_sound(written))


def _sound(written: str) -> str:
    if _number_problem(written):
        raise ValueError
    return written


_HOOKED = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_whole, parse_float=_fraction, parse_constant=_sound)


def compact(value: Any) -> str:
    """A value as the shortest JSON, which is how a request carries a schema."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _look_over(text: str, first_line: int) -> None:
    """Refuse what the json module would accept. What is no JSON at all is left to it."""
    keys: list[set[str]] = []  # of each open bracket
    values = 0
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token[0] in "]}":
            if not keys:
                return
            keys.pop()
            continue
        values += 1
        if values > 2 * MAX_VALUES:  # a value and its comma
            raise ParseError(f"holds too many values ({_line(text, found.start(), first_line)})")
        if token[0] == '"':
            problem = _string_problem(token, _KEY_FOLLOWS.match(text, found.end()) and keys and keys[-1])
        elif token[0] in "[{":
            keys.append(set())
            problem = "is nested too deeply" if len(keys) > MAX_DEPTH else ""
        else:
            problem = "" if token == "," else _number_problem(token)
        if problem:
            raise ParseError(f"{problem} ({_line(text, found.start(), first_line)})")


def _string_problem(token: str, keys: Any) -> str:
    if "\\" not in token:
        value = token[1:-1]
    else:
        try:
            value = json.loads(token, strict=False)
        except ValueError:
            return ""  # no JSON, as json will say
        if _HALF.search(token) and any("\ud800" <= character <= "\udfff" for character in value):
            return "has half a character in a text"
    if isinstance(keys, set):
        if value in keys:
            return "has a duplicate key"
        keys.add(value)
    return ""


def _number_problem(token: str) -> str:
    if "N" in token or "I" in token:
        return "has NaN or Infinity, which is no number"
    if len(token) > MAX_DIGITS:
        return "has a number with too many digits"
    try:
        return "has a number that is too large" if abs(float(token)) == float("inf") else ""
    except ValueError:
        return ""


def _line(text: str, at: int, first_line: int) -> str:
    return f"line {text.count(chr(10), 0, at) + first_line}"
