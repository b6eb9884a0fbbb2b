"""A parsed prompt without its text: what is counted, numbered, and the places where something is put in.

Kept for prompts that are more than a text: of those that are, a count says all.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from . import Prompt, Sample
from .nodes import Block, Choice, Include, Loop, Node, Nodes, literal

# A sample value without its text: the number of the text; of one that templates take for false, ~number.
Sized: TypeAlias = "int | list[Sized] | dict[str, Sized]"


class Parts(NamedTuple):
    """What one file sends, with each text as its number in `counts`."""

    messages: tuple[Nodes, ...]
    tools: tuple[int, ...] = ()
    samples: Mapping[str, Sized] = {}
    counts: Mapping[str, tuple[int, ...]] = {}  # by encoding: the tokens of each text
    settings: str | None = None
    requests: int = 1
    cost_limit: Decimal | None = None  # USD of one request


class Numbered(NamedTuple):
    texts: tuple[str, ...]
    parts: Parts | None  # None: all texts are sent as they stand, and there is nothing else


def numbered(prompt: Prompt) -> Numbered:
    """The texts of a prompt in one row, and what refers to them."""
    texts: list[str] = []
    messages = tuple(_nodes(message.body, texts) for message in prompt.messages)
    sent = len(texts)
    tools = tuple(_text(tool, texts) for tool in prompt.tools)
    samples = {name: _sized(value, texts) for name, value in prompt.samples.items()}
    rest = (prompt.settings, prompt.requests, prompt.cost_limit)
    only_text = prompt.messages and all(literal(message.body) for message in prompt.messages)
    if only_text and not tools and rest == (None, 1, None):
        return Numbered(tuple(texts[:sent]), None)
    return Numbered(tuple(texts), Parts(messages, tools, samples, {}, *rest))


def _text(text: str, texts: list[str]) -> int:
    texts.append(text)
    return len(texts) - 1


def _nodes(nodes: Nodes, texts: list[str]) -> Nodes:
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            result.append(_text(node, texts))
        elif isinstance(node, Choice):
            result.append(Choice(tuple((condition, _nodes(body, texts)) for condition, body in node.branches)))
        elif isinstance(node, Loop):
            result.append(node._replace(body=_nodes(node.body, texts), otherwise=_nodes(node.otherwise, texts)))
        elif isinstance(node, Include):
            blocks = tuple((name, _nodes(body, texts)) for name, body in node.blocks)
            names = tuple((name, _nodes(body, texts)) for name, body in node.names)
            result.append(node._replace(blocks=blocks, names=names))
        elif isinstance(node, Block):
            result.append(node._replace(body=_nodes(node.body, texts)))
        else:
            result.append(node)
    return tuple(result)


def _sized(value: Sample, texts: list[str]) -> Sized:
    if isinstance(value, dict):
        return {name: _sized(inner, texts) for name, inner in value.items()}
    if isinstance(value, list):
        return [_sized(inner, texts) for inner in value]
    if isinstance(value, str):
        number = _text(value, texts)
        return number if value else ~number
    if value is None:
        return ~_text("", texts)
    return _text("true", texts) if value else ~_text("false" if value is False else "0", texts)
