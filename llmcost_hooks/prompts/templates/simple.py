"""Template languages that only put values in: Python's format strings, `$name`, `<<name>>`, Semantic Kernel."""

from __future__ import annotations

import re

from ..nodes import Node, Nodes, Variable
from .reading import broken, joined

# --- format strings -----------------------------------------------------------------------------------------------

_BRACES = re.compile(r"((?:\{\{)+)|((?:\}\})+)|[{}]")
_PLAIN = re.compile(r"\{([^\W\d]\w*)\}")
_BRACE = re.compile(r"[{}]")
_FIELD = re.compile(r"([^\W\d]\w*|\d*)((?:\.\w+|\[[^\[\]{}]*\])*)(?:!([rsa]))?(?=[:}])")
_FORMAT = "Python format string"
_DOUBLED = "Write {{ and }} for braces that are sent."


def parse_format(text: str) -> Nodes:
    """As `str.format` reads it: `{name}`, `{user.name!r:>10}`, `{}`; doubled braces stand for themselves."""
    nodes: list[Node] = []
    at = 0
    numbered: dict[bool, int] = {}  # fields without a name, and fields with a number: one template has no both
    while braces := _BRACES.search(text, at):
        start = braces.start()
        nodes.append(text[at:start])
        if doubled := braces[1] or braces[2]:
            nodes.append(doubled[: len(doubled) // 2])
            at = braces.end()
            continue
        if plain := _PLAIN.match(text, start):
            nodes.append(Variable(plain[1]))
            at = plain.end()
            continue
        field = _FIELD.match(text, start + 1) if braces[0] == "{" else None
        keys = _keys(field[2]) if field else []
        if field is None or "" in keys:
            raise broken(_FORMAT, text, start, f"a single {braces[0]} that puts nothing in", _DOUBLED)
        first = field[1]
        if not first or first.isdigit():
            count = numbered.get(not first, 0)
            numbered[not first] = count + 1
            if len(numbered) > 1:
                raise broken(_FORMAT, text, start, "fields with and without numbers")
            first = first or str(count)
        nodes.append(Variable(".".join([first, *keys])))
        at = _end_of_format(text, field.end(), start)
    nodes.append(text[at:])
    return joined(nodes)


def _keys(members: str) -> list[str]:
    return [dotted or key for dotted, key in re.findall(r"\.(\w+)|\[([^\]]*)\]", members)]


def _end_of_format(text: str, at: int, start: int) -> int:
    """Where the field that opens at `start` ends. Its format may hold fields, `{x:{width}}`; these are not sent."""
    depth = 1
    for brace in _BRACE.finditer(text, at):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.end()
        if depth > 2:
            raise broken(_FORMAT, text, start, "a format within the format of a field")
    raise broken(_FORMAT, text, start, "a { that is not closed", _DOUBLED)


# --- dollars and angles -------------------------------------------------------------------------------------------

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_DOLLAR = re.compile(rf"\$(?:(\$)|({_NAME})|\{{({_NAME}(?:\.\w+)*|[0-9]+)\}}|([1-9])(?![0-9]|[.,][0-9]))")
_ANGLE = re.compile(rf"<<({_NAME}(?:[.-]\w+)*)>>")


def parse_dollar(text: str) -> Nodes:
    """`$name`, `${name}`, `${user.name}`, `$ARGUMENTS`, `$1`. `$$` is a dollar; any other stays: `$5.00`, `$(ls)`."""
    nodes: list[Node] = []
    at = 0
    for found in _DOLLAR.finditer(text):
        name = found[2] or found[3] or found[4]
        nodes += [text[at : found.start()], Variable(name) if name else "$"]
        at = found.end()
    return joined([*nodes, text[at:]])


def parse_angle(text: str) -> Nodes:
    """`<<name>>`; any other angle bracket is text."""
    nodes: list[Node] = []
    at = 0
    for found in _ANGLE.finditer(text):
        nodes += [text[at : found.start()], Variable(found[1])]
        at = found.end()
    return joined([*nodes, text[at:]])


# --- Semantic Kernel ----------------------------------------------------------------------------------------------

_TEXT = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_BLOCK = re.compile(
    rf"\{{\{{\s*(?:\$(\w+)|({_TEXT})|(\w+(?:[.-]\w+)*)(?:\s+(?:\w+\s*=\s*)?(?:\$\w+|{_TEXT}))*)\s*\}}\}}", re.DOTALL
)
_ESCAPED = re.compile(r"\\(['\"\\])")


def parse_semantic_kernel(text: str) -> Nodes:
    """`{{$name}}`, `{{'text'}}`, and `{{Plugin.Function $x}}`: a call, whose answer nobody can size from here."""
    nodes: list[Node] = []
    at = 0
    while (start := text.find("{{", at)) >= 0:
        nodes.append(text[at:start])
        block = _BLOCK.match(text, start)
        if block is None:
            problem = "a {{ that is not closed" if text.find("}}", start) < 0 else "a block that is no name and no call"
            raise broken("Semantic Kernel", text, start, problem, "Write {{'{{'}} for braces that are sent.")
        name, quoted, function = block.groups()
        if quoted:
            nodes.append(_ESCAPED.sub(r"\1", quoted[1:-1]))
        else:
            nodes.append(Variable(name or f"{function}()"))
        at = block.end()
    return joined([*nodes, text[at:]])
