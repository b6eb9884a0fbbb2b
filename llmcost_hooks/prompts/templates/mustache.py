"""Mustache: variables, sections, partials; a tag of structure that stands alone takes its line with it."""

from __future__ import annotations

import re

from ..nodes import Choice, Include, Loop, Node, Nodes, Variable
from .reading import MAX_DEPTH, broken, joined

_REST_OF_LINE = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"\.|[\w$@-]+(?:\.[\w$@-]+)*")
_PARTIAL = re.compile(r"[^\s{}<>]+")
_ALONE = ("#", "^", "/", "!", ">", "=")  # tags that write nothing: alone on a line, the line goes too


def parse_mustache(text: str) -> Nodes:
    """The nodes of a template. A section is a loop whose items' members are named directly, or sent at most once.

    An indented partial keeps the indentation of its first line only.
    """
    opening, closing = "{{", "}}"
    top: list[Node] = []
    open_sections: list[tuple[str, str, int, list[Node]]] = []  # kind, name, offset, the nodes around
    nodes = top
    at = 0
    while (start := text.find(opening, at)) >= 0:
        before = text[at:start]
        kind, content, end = _tag(text, start, opening, closing)
        alone = _rest_of_line(text, at, before, end) if kind in _ALONE else None
        if alone is not None:
            bare = before.rstrip(" \t")
            indent = before[len(bare) :]
            before, end = bare, alone
        else:
            indent = ""
        nodes.append(before)
        at = end
        if kind == "!":
            continue
        if kind == "=":
            opening, closing = _delimiters(text, start, content)
            continue
        name = _name(text, start, content, _PARTIAL if kind == ">" else _NAME)
        if kind == ">":
            nodes += [indent, Include(name)]
        elif kind in ("#", "^"):
            if len(open_sections) == MAX_DEPTH:
                raise broken("Mustache", text, start, f"sections are nested more than {MAX_DEPTH} deep")
            open_sections.append((kind, name, start, nodes))
            nodes = []
        elif kind == "/":
            if not open_sections or open_sections[-1][1] != name:
                raise broken("Mustache", text, start, "a section is closed that is not the open one")
            opened, _, _, around = open_sections.pop()
            around.append(_section(opened, name, joined(nodes)))
            nodes = around
        else:
            nodes.append(Variable(name))
    if open_sections:
        raise broken("Mustache", text, open_sections[-1][2], "a section is not closed")
    return joined([*top, text[at:]])


def _tag(text: str, start: int, opening: str, closing: str) -> tuple[str, str, int]:
    """The tag at `start`: its kind, what is in it, and where it ends."""
    space = _SPACE.match(text, start + len(opening))
    inside = space.end() if space else start
    kind = text[inside : inside + 1]
    if kind in (*_ALONE, "{", "&"):
        inside += 1
    else:
        kind = ""
    last = {"{": "}" + closing, "=": "=" + closing}.get(kind, closing)
    end = text.find(last, inside)
    if end < 0:
        raise broken("Mustache", text, start, "a tag is not closed")
    return kind, text[inside:end], end + len(last)


def _rest_of_line(text: str, at: int, before: str, end: int) -> int | None:
    """Where the next line begins if the tag between `before` and `end` is alone on its line."""
    newline = before.rfind("\n")
    if before[newline + 1 :].strip(" \t") or (newline < 0 and at > 0 and text[at - 1] != "\n"):
        return None
    rest = _REST_OF_LINE.match(text, end)
    return rest.end() if rest else None


def _delimiters(text: str, start: int, content: str) -> tuple[str, str]:
    pair = content.split()
    if len(pair) != 2 or any("=" in each for each in pair):
        raise broken("Mustache", text, start, "a change of delimiters that does not name two")
    return pair[0], pair[1]


def _name(text: str, start: int, content: str, pattern: re.Pattern[str]) -> str:
    name = content.strip()
    if not pattern.fullmatch(name):
        raise broken("Mustache", text, start, "a tag that holds no name")
    return "this" if name == "." else name


def _section(kind: str, name: str, body: Nodes) -> Node:
    return Loop("", name, body) if kind == "#" else Choice((("!" + name, body),))
