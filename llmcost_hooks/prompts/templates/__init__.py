"""A template's text -> nodes. Templates are read for variables and includes, and never run."""

from __future__ import annotations

from collections.abc import Callable

from ..nodes import Nodes


def parse_template(text: str, engine: str) -> Nodes:
    """The nodes of `text`, written in the template language `engine` (one of `ENGINES`).

    Raises ParseError, with the line, where the template is broken.
    """
    return _ENGINES[engine](text)


def _literal(text: str) -> Nodes:
    return (text,) if text else ()


# A new engine is one file and one line here.
_ENGINES: dict[str, Callable[[str], Nodes]] = {
    "literal": _literal,  # nothing is put in
}
ENGINES = tuple(_ENGINES)
