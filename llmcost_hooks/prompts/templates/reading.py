"""What every template language's reader needs: errors that name a line, and texts that are joined."""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import ParseError
from ..nodes import Node, Nodes

MAX_DEPTH = 64  # statements within statements


def broken(language: str, text: str, at: int, problem: str, hint: str = "") -> ParseError:
    """What is wrong with the template `text` at the offset `at`. The problem never quotes the text."""
    line = text.count("\n", 0, at) + 1
    return ParseError(f"is not a valid {language} template: line {line}: {problem}", hint)


def joined(nodes: Iterable[Node]) -> Nodes:
    """The same nodes with neighbouring texts made one, and no empty text."""
    result: list[Node] = []
    run: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            run.append(node)
            continue
        if text := "".join(run):
            result.append(text)
        run.clear()
        result.append(node)
    if text := "".join(run):
        result.append(text)
    return tuple(result)
