"""A prompt's text read as the template it is written as, with the lines of the file in what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from ..errors import ParseError
from .nodes import Nodes, written_in
from .templates import parse_template

_LINE = re.compile(r"\bline (\d+)")
_Read = TypeVar("_Read")


def template_nodes(text: str, engine: str, line: int = 1) -> Nodes:
    """The nodes of `text`, which begins in `line` of its file. What it includes is read in the same language."""
    return written_in(at_line(line, lambda: parse_template(text, engine)), engine)


def at_line(line: int, read: Callable[[], _Read]) -> _Read:
    """What `read` returns. It reads a text that begins in `line`: lines in what it refuses are moved to there."""
    try:
        return read()
    except ParseError as error:
        moved = _LINE.sub(lambda found: f"line {int(found[1]) + line - 1}", error.message)
        raise ParseError(moved, error.hint) from None
