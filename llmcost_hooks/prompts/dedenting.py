"""Indentation taken off a text with places in it, as `dedent` does it to a constant."""

from __future__ import annotations

import re
from textwrap import dedent

from .constants import Part

_PLACE = re.compile("\0(\\d+)\0")


def dedented(parts: list[Part]) -> list[Part]:
    return _changed(parts, dedent)


def stripped(parts: list[Part], left: bool = True, right: bool = True) -> list[Part]:
    def strip(text: str) -> str:
        text = text.lstrip() if left else text
        return text.rstrip() if right else text

    return _changed(parts, strip)


def cleaned(parts: list[Part]) -> list[Part]:
    """As `inspect.cleandoc` does it: the first line's indentation is not that of the others."""

    def clean(text: str) -> str:
        first, line, rest = text.expandtabs().partition("\n")
        return (first.lstrip() + line + dedent(rest)).strip("\n").rstrip()

    return _changed(parts, clean)


def _changed(parts: list[Part], change: object) -> list[Part]:
    assert callable(change)
    text = "".join(part.replace("\0", "") if isinstance(part, str) else f"\0{at}\0" for at, part in enumerate(parts))
    pieces = _PLACE.split(change(text))
    result = [parts[int(piece)] if at % 2 else piece for at, piece in enumerate(pieces)]
    return [part for part in result if part != ""]
