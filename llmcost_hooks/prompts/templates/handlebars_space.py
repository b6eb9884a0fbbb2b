"""Handlebars' whitespace: `~`, and the lines that a block tag, a partial or a comment has to itself.

As Handlebars does it, on the tree: the order of the steps decides which whitespace is left.
"""

from __future__ import annotations

from .handlebars_tree import Block, Body, Strip, Tag, Text

# What JavaScript takes for white space.
_SPACE = (
    " \t\n\v\f\r\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)


def strip_space(body: Body, root: bool = True) -> None:
    """Take away what is not sent, in `body` and in the blocks below."""
    nodes = body.nodes
    for i, node in enumerate(nodes):
        if isinstance(node, Text):
            continue
        before, behind = _line_before(nodes, i, root), _line_behind(nodes, i, root)
        if isinstance(node, Tag):
            strip, alone = node.strip, node.kind != "" and before and behind
            opens = closes = False
        else:
            strip, opens, closes = _block(node)
            opens, closes, alone = opens and before, closes and behind, False
        if strip.close:
            _trim_right_of(nodes, i, all=True)
        if strip.open:
            _trim_left_of(nodes, i, all=True)
        if alone:
            _trim_right_of(nodes, i)
            indent = _trim_left_of(nodes, i)
            if isinstance(node, Tag) and node.kind == ">":
                node.indent = indent
        if opens and isinstance(node, Block):
            _trim_right_of(_first(node).nodes, -1)
            _trim_left_of(nodes, i)
        if closes and isinstance(node, Block):
            _trim_right_of(nodes, i)
            last = (node.inverse or _first(node)).nodes
            _trim_left_of(last, len(last))


def _first(block: Block) -> Body:
    body = block.program or block.inverse
    assert body is not None  # a block has a body when it opens
    return body


def _block(block: Block) -> tuple[Strip, bool, bool]:
    """Strips inside of a block. Its outer `~`, and whether its opening and closing tag may be alone on their lines."""
    for body in (block.program, block.inverse):
        if body:
            strip_space(body, root=False)
    program = _first(block)
    inverse = block.inverse if block.program else None
    first = last = inverse
    if inverse and inverse.chained and isinstance(chained := inverse.nodes[0], Block):
        first = _first(chained)
        while last and last.chained and isinstance(below := last.nodes[-1], Block):
            last = _first(below)
    opens = _line_behind(program.nodes, -1, False)
    closing = (first or program).nodes
    closes = _line_before(closing, len(closing), False)
    if block.open.close:
        _trim_right_of(program.nodes, -1, all=True)
    if inverse and first and last:
        if block.between.open:
            _trim_left_of(program.nodes, len(program.nodes), all=True)
        if block.between.close:
            _trim_right_of(first.nodes, -1, all=True)
        if block.close.open:
            _trim_left_of(last.nodes, len(last.nodes), all=True)
        if _line_before(program.nodes, len(program.nodes), False) and _line_behind(first.nodes, -1, False):
            _trim_left_of(program.nodes, len(program.nodes))
            _trim_right_of(first.nodes, -1)
    elif block.close.open:
        _trim_left_of(program.nodes, len(program.nodes), all=True)
    return Strip(block.open.open, block.close.close), opens, closes


_Nodes = list[Text | Tag | Block]


def _line_before(nodes: _Nodes, i: int, root: bool) -> bool:
    """Whether only blanks stand between the node at `i` and the start of its line."""
    if i == 0:
        return root
    if not isinstance(before := nodes[i - 1], Text):
        return False
    kept = before.original.rstrip(_SPACE)
    return "\n" in before.original[len(kept) :] or (not kept and root and i == 1)


def _line_behind(nodes: _Nodes, i: int, root: bool) -> bool:
    if i + 1 == len(nodes):
        return root
    if not isinstance(behind := nodes[i + 1], Text):
        return False
    kept = behind.original.lstrip(_SPACE)
    blank = len(behind.original) - len(kept)
    return "\n" in behind.original[:blank] or (not kept and root and i + 2 == len(nodes))


def _trim_right_of(nodes: _Nodes, i: int, all: bool = False) -> None:
    """The text right of `i` loses the rest of its line, once; or all its leading whitespace."""
    if i + 1 >= len(nodes) or not isinstance(text := nodes[i + 1], Text) or (text.right_stripped and not all):
        return
    value = text.value
    if all:
        text.value = value.lstrip(_SPACE)
    else:
        text.value = value.lstrip(" \t").removeprefix("\r").removeprefix("\n")
    text.right_stripped = text.value != value


def _trim_left_of(nodes: _Nodes, i: int, all: bool = False) -> str:
    """The text left of `i` loses the blanks before `i`, once; or all whitespace. What it lost, of blanks."""
    if i == 0 or not isinstance(text := nodes[i - 1], Text) or (text.left_stripped and not all):
        return ""
    value = text.value
    text.value = value.rstrip(_SPACE) if all else value.rstrip(" \t")
    text.left_stripped = text.value != value
    return value[len(text.value) :]
