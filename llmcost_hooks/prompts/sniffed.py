"""Text of a message -> nodes, where nothing says which template language the message is written in."""

from __future__ import annotations

from ..errors import ParseError
from .nodes import Nodes, written_in
from .templates import parse_template, sniff


def sniffed(text: str) -> Nodes:
    """The nodes of `text` in the language that it looks written in; literal where it does not read as that."""
    if "{" not in text:
        return (text,) if text else ()
    engine = sniff(text)
    try:
        return written_in(parse_template(text, engine), engine)
    except ParseError:
        return (text,)
