"""GitHub Models `.prompt.yml`: YAML with `messages`, `model` and `modelParameters`.

`testData` and `evaluators` are used by `gh models eval` only and are not sent; the data say how large the variables
are. `{{name}}` is replaced and nothing else is: sections, comments and partials are text there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import ParseError
from . import Message, Prompt, plain
from .declared import declared_cap, declared_model
from .json_text import parse_json
from .nodes import Nodes, Variable
from .values import compact_json, median_samples
from .yaml_text import parse_yaml

_VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_][\w.-]*)[ \t]*\}\}")


def parse_github_models(text: str) -> Prompt:
    """The messages' contents and roles.

    The file's name is also that of other YAML prompts: LangChain's and Semantic Kernel's, with a `template`. A file
    of neither kind is counted as it stands.
    """
    facts = parse_yaml(text)
    if isinstance(facts, dict) and "messages" in facts and "_type" not in facts:
        return _read(facts)
    if isinstance(facts, dict) and ("_type" in facts or "template_path" in facts or _names(facts)):
        from .langchain import read_langchain

        return read_langchain(facts)
    if isinstance(facts, dict) and "template" in facts:
        from .semantic_kernel import read_sk_yaml

        return read_sk_yaml(facts)
    return plain(text)


def _names(facts: Mapping[str, Any]) -> bool:
    """LangChain lists the names of variables; Semantic Kernel describes each."""
    names = facts.get("input_variables")
    return isinstance(names, list) and bool(names) and all(isinstance(name, str) for name in names)


def _read(facts: Mapping[str, Any]) -> Prompt:
    messages = facts["messages"]
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise ParseError("has `messages` that are not a list of messages with role and content")
    contents = [message.get("content") for message in messages]
    if not contents or not all(isinstance(content, str) for content in contents):
        raise ParseError("has no messages, or one without a text as its `content`", "Write content: TEXT in each.")
    sent = tuple(
        Message(str(message.get("role", "user")), _replaced(text))
        for message, text in zip(messages, contents, strict=True)
    )
    cases = facts.get("testData")
    return Prompt(
        sent,
        _schema(facts),
        declared_model(facts),
        declared_cap(facts),
        median_samples(cases if isinstance(cases, list) else []),
        tuple(key for key in ("testData", "evaluators") if facts.get(key)),
    )


def _replaced(text: str) -> Nodes:
    pieces = _VARIABLE.split(text)  # text, name, text, name, ..., text
    nodes = (Variable(piece) if at % 2 else piece for at, piece in enumerate(pieces))
    return tuple(node for node in nodes if node)


def _schema(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The schema of the answer, which is sent along where the answer's format asks for it."""
    schema = facts.get("jsonSchema")
    if facts.get("responseFormat") != "json_schema" or not schema:
        return ()
    try:
        return (compact_json(parse_json(schema) if isinstance(schema, str) else schema),)
    except ParseError as error:
        line = f" in line {schema.line}" if hasattr(schema, "line") else ""
        raise ParseError(f"has a `jsonSchema`{line} that is not valid JSON", error.hint) from None
