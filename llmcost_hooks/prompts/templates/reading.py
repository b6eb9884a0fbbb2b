"""What every template language's reader needs: errors that name a line, and texts that are joined."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from ...errors import ParseError
from ..nodes import Node, Nodes

MAX_DEPTH = 64  # statements within statements
MAX_TAGS = 20_000  # of one template: a file of more takes seconds to read and is none that a person wrote

_DOUBLE = re.compile(r"\{\{")
_TAG = {
    "jinja2": re.compile(r"\{[{%#]"),
    "handlebars": _DOUBLE,
    "mustache": _DOUBLE,
    "f-string": re.compile(r"(?<!\{)(?:\{\{)*\{(?!\{)"),  # two braces are one that is sent
    "dollar": re.compile(r"\$"),
    "angle": re.compile("<<"),
    "semantic-kernel": _DOUBLE,
}


def refuse_many_tags(text: str, engine: str) -> None:
    """Before a template is read. What is "literal" has none."""
    if engine not in _TAG or len(text) <= MAX_TAGS:
        return
    if found := next(islice(_TAG[engine].finditer(text), MAX_TAGS, None), None):
        line = text.count("\n", 0, found.start()) + 1
        raise ParseError(f"holds more than {MAX_TAGS:,} template tags (line {line})", 'Set format = "literal".')


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
