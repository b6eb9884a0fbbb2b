"""JSON read strictly: one meaning, bounded depth and size, nothing that is no text or no number.

The json module alone takes the last of two equal keys, knows NaN, and lets half a character through, which no
tokenizer can encode. Its scanner is fast and knows where a text breaks off, so it reads first, with hooks that refuse.
Only then is a refused thing looked for, in an outline of the text: without what stands in strings, that is quick.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate, islice
from typing import Any

from ..errors import ParseError

MAX_DEPTH = 64
MAX_VALUES = 100_000  # fewer are read: members and items, and the lists and objects that hold them
MAX_DIGITS = 40  # of a number as written

_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1, ",": 0}
_MARK = re.compile(r"[\[{\]},]")
_BRACKET = re.compile(r"[\[{\]}]")
_STRING_OR_BRACKET = re.compile(r'"_*"([ \t\r\n]*:)?|[\[{\]}]')
_HALF = re.compile(r"\\u[dD](?:[89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..\\u[dD])[c-fC-F])")
_MOST_QUOTES = 4 * MAX_VALUES + 1  # of a member's key and text; odd, so that the outline ends in a string


class _Refused(Exception):
    """What the json module would accept. `token` is a number as it is written; empty: it is a key."""

    def __init__(self, problem: str, token: str = "") -> None:
        super().__init__(problem)
        self.problem, self.token = problem, token


def parse_json(text: str, first_line: int = 1) -> Any:
    """The value of one JSON text. Raises ParseError with the line, never with text of the file.

    `first_line` is the line on which `text` begins in its file.
    """
    text = text.removeprefix("\ufeff")
    opened = text.count("[") + text.count("{")
    if opened > MAX_DEPTH or opened + text.count(",") >= MAX_VALUES:
        _refuse_large(text, first_line)
    try:
        value = _STRICT.decode(text)
    except json.JSONDecodeError as error:
        raise _broken(error, first_line) from None
    except _Refused as refused:
        raise _at(refused.problem, text, _place(text, refused.token), first_line) from None
    if "\\u" in text and (half := _HALF.search(text.replace("\\\\", "__"))):
        raise _at("has half a character in a text", text, half.start(), first_line)
    return value


def compact(value: Any) -> str:
    """A value as the shortest JSON, which is how a request carries a schema."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise _Refused("has a duplicate key")
    return table


def _whole(written: str) -> int:
    if len(written) > MAX_DIGITS:
        raise _Refused("has a number with too many digits", written)
    return int(written)


def _fraction(written: str) -> float:
    if len(written) > MAX_DIGITS:
        raise _Refused("has a number with too many digits", written)
    number = float(written)
    if number in (float("inf"), float("-inf")):
        raise _Refused("has a number that is too large", written)
    return number


def _no_number(written: str) -> None:
    raise _Refused("has NaN or Infinity, which is no number", written)


_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number
)


def _refuse_large(text: str, first_line: int) -> None:
    """Before anything is read: millions of empty lists fill the memory."""
    outline = _outline(text)
    if sum(map(outline.count, "[{,")) < MAX_VALUES and _depth(outline) <= MAX_DEPTH:
        return
    depth = values = 0
    for found in _MARK.finditer(outline):
        step = _STEPS[found[0]]
        depth += step
        values += step >= 0
        if depth > MAX_DEPTH or values >= MAX_VALUES:
            _refuse_broken(text[: found.start()], first_line)
            problem = "is nested too deeply" if depth > MAX_DEPTH else "holds too many values"
            raise _at(problem, text, found.start(), first_line)
        if depth < 0:
            return  # no JSON


def _depth(outline: str) -> int:
    """How deep brackets go; of text that closes more than it opens, of its beginning."""
    brackets = islice(_BRACKET.finditer(outline), 2 * MAX_VALUES)
    return max(accumulate(_STEPS[found[0]] for found in brackets), default=0)


def _refuse_broken(beginning: str, first_line: int) -> None:
    """What is no JSON before it is too large is said to be no JSON."""
    try:
        json.loads(beginning)
    except json.JSONDecodeError as error:
        if error.pos < len(beginning):
            raise _broken(error, first_line) from None


def _outline(text: str) -> str:
    """`text` with what stands in strings blanked, so that every place is where it was."""
    pieces = text.replace("\\\\", "__").replace('\\"', "__").split('"', _MOST_QUOTES)
    pieces[1::2] = ["_" * len(each) for each in pieces[1::2]]
    return '"'.join(pieces)


def _place(text: str, token: str) -> int:
    """Where a number stands first that is written `token`; without one, where a key stands a second time."""
    outline = _outline(text)
    if token:
        end = r"(?![\w.+-])" if len(token) <= MAX_DIGITS else ""
        found = re.search(rf"(?<![\w.+-]){re.escape(token[: MAX_DIGITS + 1])}{end}", outline)
        return found.start() if found else 0
    keys: list[set[str]] = []  # of each open bracket
    for found in _STRING_OR_BRACKET.finditer(outline):
        if found[0] in "[{":
            keys.append(set())
        elif found[0] in "]}":
            keys.pop()
        elif found[1]:
            key = text[found.start() + 1 : found.start(1) - 1]
            key = json.loads(f'"{key}"') if "\\" in key else key
            if key in keys[-1]:
                return found.start()
            keys[-1].add(key)
    return 0


def _broken(error: json.JSONDecodeError, first_line: int) -> ParseError:
    return ParseError(f"is not valid JSON: line {error.lineno + first_line - 1}: {error.msg}")


def _at(problem: str, text: str, at: int, first_line: int) -> ParseError:
    return ParseError(f"{problem} (line {text.count(chr(10), 0, at) + first_line})")
