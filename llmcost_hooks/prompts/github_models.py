"""GitHub Models `.prompt.yml`: YAML with `messages`, `model` and `modelParameters`.

`testData` and `evaluators` are used by `gh models eval` only; they are not sent.
"""

from __future__ import annotations

from ..errors import ParseError
from . import Message, Prompt, plain
from .declared import declared_cap, declared_model
from .yaml_text import parse_yaml


def parse_github_models(text: str) -> Prompt:
    """The messages' contents and roles. A file without `messages` is counted as it stands."""
    facts = parse_yaml(text)
    if not isinstance(facts, dict) or "messages" not in facts:
        return plain(text)
    messages = facts["messages"]
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise ParseError("has `messages` that are not a list of messages with role and content")
    contents = [message.get("content") for message in messages]
    if not contents or not all(isinstance(content, str) for content in contents):
        raise ParseError("has no messages, or one without a text as its `content`", "Write content: TEXT in each.")
    sent = tuple(
        Message(str(message.get("role", "user")), (text,)) for message, text in zip(messages, contents, strict=True)
    )
    return Prompt(sent, (), declared_model(facts), declared_cap(facts))
