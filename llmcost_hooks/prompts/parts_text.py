"""`Parts` as a line of JSON and back, for the memo."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from .nodes import Block, Choice, Include, Loop, Node, Nodes, Variable
from .parts import Parts


def dump_parts(parts: Parts) -> str:
    """One line; what `load_parts` reads."""
    document = [
        [_dumped(nodes) for nodes in parts.messages],
        parts.tools,
        parts.samples,
        parts.counts,
        parts.settings,
        parts.requests,
        None if parts.cost_limit is None else str(parts.cost_limit),
    ]
    return json.dumps(document, separators=(",", ":"))


def load_parts(line: str) -> Parts:
    """Raises ValueError, or what a wrong shape leads to: TypeError, LookupError, ArithmeticError, RecursionError."""
    messages, tools, samples, counts, settings, requests, limit = json.loads(line)
    return Parts(
        tuple(_loaded(nodes) for nodes in messages),
        tuple(map(_whole, tools)),
        dict(samples),
        {str(encoding): tuple(map(_whole, row)) for encoding, row in counts.items()},
        None if settings is None else str(settings),
        _whole(requests),
        None if limit is None else Decimal(limit),
    )


def _dumped(nodes: Nodes) -> list[Any]:
    return [node if isinstance(node, int) else _node(node) for node in nodes]


def _node(node: Node) -> list[Any]:
    if isinstance(node, Variable):
        return ["v", node.name]
    if isinstance(node, Choice):
        return ["c", [[condition, _dumped(body)] for condition, body in node.branches]]
    if isinstance(node, Loop):
        return ["l", node.item, node.over, _dumped(node.body), _dumped(node.otherwise)]
    if isinstance(node, Include):
        return ["i", node.ref, _pairs(node.blocks), node.optional, node.format, _pairs(node.names)]
    assert isinstance(node, Block)
    return ["b", node.name, _dumped(node.body)]


def _pairs(named: tuple[tuple[str, Nodes], ...]) -> list[Any]:
    return [[name, _dumped(body)] for name, body in named]


def _named(pairs: list[Any]) -> tuple[tuple[str, Nodes], ...]:
    return tuple((str(name), _loaded(body)) for name, body in pairs)


def _loaded(nodes: list[Any]) -> Nodes:
    return tuple(_whole(node) if isinstance(node, int) else _read(*node) for node in nodes)


def _read(kind: str, *of: Any) -> Node:
    if kind == "v":
        return Variable(str(of[0]))
    if kind == "c":
        return Choice(tuple((str(condition), _loaded(body)) for condition, body in of[0]))
    if kind == "l":
        return Loop(str(of[0]), str(of[1]), _loaded(of[2]), _loaded(of[3]))
    if kind == "i":
        ref, blocks, optional, format, names = of
        return Include(str(ref), _named(blocks), bool(optional), format and str(format), _named(names))
    if kind == "b":
        return Block(str(of[0]), _loaded(of[1]))
    raise ValueError(kind)


def _whole(number: object) -> int:
    if not isinstance(number, int) or number < 0:
        raise ValueError(number)
    return number
