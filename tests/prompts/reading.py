"""What the tests of every reader need: to read a text, and what it is refused with."""

from __future__ import annotations

import pytest

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts import Prompt, parse_prompt
from llmcost_hooks.prompts.nodes import Nodes

from ..pace import quiet_seconds


def read(text: str, format: str) -> Prompt:
    return parse_prompt(text.encode(), path="a", format=format)


def bodies(prompt: Prompt) -> list[tuple[str | None, Nodes]]:
    return [(message.role, message.body) for message in prompt.messages]


def refusal(text: str, format: str) -> str:
    with pytest.raises(ParseError) as caught:
        read(text, format)
    return caught.value.message


def seconds(text: str, format: str) -> float:
    """How long reading takes, whether it ends in a prompt or in a refusal."""

    def work() -> None:
        try:
            read(text, format)
        except ParseError as error:
            assert len(error.message) < 200

    return quiet_seconds(work, times=1)
