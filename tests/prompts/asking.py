"""What the tests of several formats ask of a reader."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts import Prompt, parse_prompt
from llmcost_hooks.prompts.nodes import Nodes, Variable


def prompt_of(text: str, format: str, member: str = "") -> Prompt:
    return parse_prompt(text.encode(), path=f"a::{member}" if member else "a", format=format)


def refused(text: str, format: str, member: str = "") -> str:
    with pytest.raises(ParseError) as caught:
        prompt_of(text, format, member)
    return caught.value.message


def only(prompt: Prompt) -> Nodes:
    """The body of the one message."""
    assert len(prompt.messages) == 1
    return prompt.messages[0].body


def filled(nodes: Nodes, values: Mapping[str, str]) -> str:
    """The text that is sent where each variable has a value."""
    pieces = []
    for node in nodes:
        assert isinstance(node, str | Variable)
        pieces.append(node if isinstance(node, str) else values[node.name])
    return "".join(pieces)
