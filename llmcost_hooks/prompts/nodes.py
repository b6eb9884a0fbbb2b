"""What a prompt's text is made of once its template is read: text that is sent, and places where something is put in.

Templates are read for this and never run. A node is a text, the number of a text that was counted, or one of the types
below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

ELSE = "*"  # the condition of what is left when no other branch holds
UNKNOWN = ""  # a condition that cannot be read off


class Variable(NamedTuple):
    """A place where a value is put in."""

    name: str  # as the template writes it, filters left out: "question", "user.name", "documents.0.title"


class Choice(NamedTuple):
    """At most one of several texts: the first branch whose condition holds.

    A condition is `name` (that variable is there and not empty), `!name` (it is not), ELSE or UNKNOWN.
    """

    branches: tuple[tuple[str, Nodes], ...]


class Loop(NamedTuple):
    """A text for each item of a list.

    A value that is no list counts as one item, and an absent or empty one as none, as in a Mustache section. `item`
    is how the body calls the item: "doc", or "" where the item's own members are named directly.
    """

    item: str
    over: str  # the variable that holds the list
    body: Nodes
    otherwise: Nodes = ()  # sent where there is no item


class Include(NamedTuple):
    """Another file's text: of a partial, or of the template that this one extends."""

    ref: str  # as the template writes it
    blocks: tuple[tuple[str, Nodes], ...] = ()  # what stands in for the blocks of that file
    optional: bool = False  # a missing file is nothing, not an error
    format: str | None = None  # how that file is read; None: as its own name says
    names: tuple[tuple[str, Nodes], ...] = ()  # what is set where it is included, and seen in that file


class Block(NamedTuple):
    """A named part that a template which extends this one may replace."""

    name: str
    body: Nodes


Node: TypeAlias = "str | int | Variable | Choice | Loop | Include | Block"
Nodes: TypeAlias = tuple[Node, ...]


def texts(nodes: Nodes) -> Iterator[str]:
    """Every text in `nodes`, in their order; of branches and bodies too."""
    for node in nodes:
        if isinstance(node, str):
            yield node
        for inner in below(node):
            yield from texts(inner)


def below(node: Node) -> Iterator[Nodes]:
    """The nodes inside of one, in the order in which their texts are counted."""
    if isinstance(node, Choice):
        yield from (nodes for _, nodes in node.branches)
    elif isinstance(node, Loop):
        yield from (node.body, node.otherwise)
    elif isinstance(node, Include):
        yield from (nodes for _, nodes in (*node.blocks, *node.names))
    elif isinstance(node, Block):
        yield node.body


def written_in(nodes: Nodes, format: str) -> Nodes:
    """The same nodes, with `format` as that of every include which names none."""
    if not any(isinstance(node, Include) for node in every((nodes,))):
        return nodes
    return tuple(_written_in(node, format) for node in nodes)


def _written_in(node: Node, format: str) -> Node:
    if isinstance(node, Choice):
        return Choice(tuple((condition, written_in(body, format)) for condition, body in node.branches))
    if isinstance(node, Loop):
        return node._replace(body=written_in(node.body, format), otherwise=written_in(node.otherwise, format))
    if isinstance(node, Include):
        blocks, names = (
            tuple((name, written_in(body, format)) for name, body in pairs) for pairs in (node.blocks, node.names)
        )
        return node._replace(blocks=blocks, format=node.format or format, names=names)
    return node._replace(body=written_in(node.body, format)) if isinstance(node, Block) else node


def literal(nodes: Nodes) -> bool:
    """Whether nothing is put in: all of it is sent as it stands."""
    return all(isinstance(node, str) for node in nodes)


def variables(messages: Iterable[Nodes]) -> Iterator[str]:
    """The names of all variables in their order, once each."""
    return iter(dict.fromkeys(node.name for node in every(messages) if isinstance(node, Variable)))


def includes(messages: Iterable[Nodes]) -> Iterator[Include]:
    """Every include, in the order of the text."""
    return (node for node in every(messages) if isinstance(node, Include))


def every(messages: Iterable[Nodes]) -> Iterator[Node]:
    """All nodes, the ones inside of others too."""
    for nodes in messages:
        for node in nodes:
            yield node
            yield from every(below(node))
