"""A template's text -> nodes. Templates are read for variables and includes, and never run.

The nodes, walked with values, give the text that the template's own engine renders with them; where a construct cannot
be followed, its place is a variable of unknown size.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..nodes import Nodes
from .reading import refuse_many_tags


def parse_template(text: str, engine: str) -> Nodes:
    """The nodes of `text`, written in the template language `engine` (one of `ENGINES`).

    Raises ParseError, with the line, where the template is broken or has too many tags.
    """
    refuse_many_tags(text, engine)
    return _ENGINES[engine](text)


_STATEMENT = re.compile(
    r"\{%[-+]?\s*(?:if|for|set|block|extends|include|import|from|macro|call|filter|with|raw|autoescape|unless|case|assign"
    r"|capture|render|comment)\b"
)
_BLOCK = re.compile(r"(?<![{$])\{\{~?(?:#[*>]?|/|>)\s*[\w@\"']")
_NAME = re.compile(r"(?<![{$])\{\{-?\s*[A-Za-z_]\w*(?:\.\w+)*\s*-?\}\}(?!\})")


def sniff(text: str) -> str:
    """The engine that a plain text seems written for. Without clear marks it is "literal".

    Single braces and dollars are no marks: in prompts they are mostly code and examples.
    """
    if "{%" in text and _STATEMENT.search(text):
        return "jinja2"
    if "{{" in text:
        if _BLOCK.search(text):
            return "handlebars"
        if _NAME.search(text):
            return "jinja2"
    return "literal"


def _literal(text: str) -> Nodes:
    return (text,) if text else ()


def _jinja(text: str) -> Nodes:
    from .jinja import parse_jinja

    return parse_jinja(text)


def _handlebars(text: str) -> Nodes:
    from .handlebars import parse_handlebars

    return parse_handlebars(text)


def _mustache(text: str) -> Nodes:
    from .mustache import parse_mustache

    return parse_mustache(text)


def _format(text: str) -> Nodes:
    from .simple import parse_format

    return parse_format(text)


def _dollar(text: str) -> Nodes:
    from .simple import parse_dollar

    return parse_dollar(text)


def _angle(text: str) -> Nodes:
    from .simple import parse_angle

    return parse_angle(text)


def _semantic_kernel(text: str) -> Nodes:
    from .simple import parse_semantic_kernel

    return parse_semantic_kernel(text)


# A new engine is one file and one line here.
_ENGINES: dict[str, Callable[[str], Nodes]] = {
    "literal": _literal,  # nothing is put in
    "jinja2": _jinja,  # also what Nunjucks and Liquid have in common with it
    "handlebars": _handlebars,
    "mustache": _mustache,
    "f-string": _format,  # Python's str.format
    "dollar": _dollar,  # $name and ${name}
    "angle": _angle,  # <<name>>
    "semantic-kernel": _semantic_kernel,
}
ENGINES = tuple(_ENGINES)
