"""LangChain prompts as files: `_type` prompt (or none), few_shot or chat, in JSON or YAML; and serialised objects.

They name no model. The template stands in the file or, as `template_path`, in another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ParseError
from . import MAX_BYTES, Message, Prompt
from .bodies import template_nodes
from .json_text import parse_json
from .nodes import Include, Node, Nodes, Variable, texts
from .values import samples_of
from .yaml_text import parse_yaml

_ENGINES = ("f-string", "jinja2", "mustache")
_ROLES = {"human": "user", "ai": "assistant", "HumanMessage": "user", "AIMessage": "assistant"}
_KINDS = {"PromptTemplate": "prompt", "FewShotPromptTemplate": "few_shot", "ChatPromptTemplate": "chat"}
_HINT = "Write `template`, `template_path`, or `messages`."


def parse_langchain(text: str) -> Prompt:
    """One prompt as LangChain's `load_prompt` reads it, or as its `dumps` writes it."""
    return read_langchain(parse_json(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else parse_yaml(text))


def read_langchain(facts: object) -> Prompt:
    """The same, parsed already."""
    kind, table = _unwrapped(facts)
    if kind == "chat" or "messages" in table:
        messages = table.get("messages")
        if not isinstance(messages, list) or not messages:
            raise ParseError("has `messages` that are not a list of messages", "Write a list of role and template.")
        sent = tuple(_message(message, _engine(table, "f-string")) for message in messages)
        return Prompt(sent, samples=samples_of(table.get("partial_variables")))
    return Prompt((Message(None, _nodes(kind, table)),), samples=samples_of(table.get("partial_variables")))


def _unwrapped(value: object) -> tuple[str, Mapping[str, Any]]:
    """What a table says it is, and its settings. A serialised object names its class and has them in `kwargs`."""
    if not isinstance(value, dict):
        raise ParseError("is no LangChain prompt", _HINT)
    if "lc" in value and isinstance(value.get("kwargs"), dict):
        name = value.get("id", [""])
        last = str(name[-1]) if isinstance(name, list) and name else ""
        return _KINDS.get(last, last), value["kwargs"]
    return str(value.get("_type", "prompt")), value


def _engine(table: Mapping[str, Any], otherwise: str) -> str:
    engine = str(table.get("template_format", otherwise))
    if engine not in _ENGINES:
        raise ParseError("has a `template_format` that is none", f"Known: {', '.join(_ENGINES)}.")
    return engine


def _nodes(kind: str, table: Mapping[str, Any]) -> Nodes:
    engine = _engine(table, "f-string")
    if kind == "few_shot":
        return tuple(_few_shot(table, engine))
    if kind != "prompt":
        raise ParseError("has a `_type` that is not read", "Known: prompt, few_shot, chat.")
    return tuple(_part(table, "template", engine))


def _part(table: Mapping[str, Any], key: str, engine: str) -> Iterator[Node]:
    """The template under `key`, or the file that `<key>_path` names."""
    text, path = table.get(key), table.get(f"{key}_path")
    if isinstance(text, str):
        yield from template_nodes(text, engine, getattr(text, "line", 1))
    elif isinstance(path, str):
        if path.endswith(".py"):
            raise ParseError(f"has a `{key}_path` to a program, which is never run", "Write the template out.")
        yield Include(path, format=engine)
    else:
        raise ParseError(f"has no text as its `{key}`", _HINT)


def _few_shot(table: Mapping[str, Any], engine: str) -> Iterator[Node]:
    """Prefix, examples and suffix, with a separator between any two."""
    separator = str(table.get("example_separator", "\n\n"))
    pieces = [tuple(_part(table, "prefix", engine))] if table.get("prefix") or table.get("prefix_path") else []
    pieces += _examples(table)
    pieces.append(tuple(_part(table, "suffix", engine)))
    for at, piece in enumerate(pieces):
        if at and separator:
            yield separator
        yield from piece


def _examples(table: Mapping[str, Any]) -> list[Nodes]:
    examples, prompt = table.get("examples"), table.get("example_prompt")
    if not isinstance(examples, list) or not isinstance(prompt, dict):
        return [(Variable("examples"),)]  # in another file, or chosen when it is run
    kind, shape = _unwrapped(prompt)
    if kind != "prompt":
        raise ParseError("has an `example_prompt` that is no simple one", "Write its `template`.")
    written = tuple(_part(shape, "template", _engine(shape, "f-string")))
    size = len(written) + sum(map(len, texts(written)))
    if size * len(examples) > MAX_BYTES:
        raise ParseError("has examples that are too large together")
    return [tuple(_filled(written, example)) for example in examples if isinstance(example, dict)]


def _filled(nodes: Nodes, example: Mapping[str, Any]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, Variable) and isinstance(example.get(node.name), str | int):
            yield str(example[node.name])
        else:
            yield node


def _message(value: object, engine: str) -> Message:
    """One message of a chat: `{role, content}`, a class with a `prompt`, or the place of a conversation."""
    if isinstance(value, list) and len(value) == 2:
        value = {"role": value[0], "content": value[1]}
    kind, table = _unwrapped(value)
    if "variable_name" in table:
        return Message(None, (Variable(str(table["variable_name"])),))
    inner = table.get("prompt", table)
    _, shape = _unwrapped(inner)
    otherwise = "user" if kind == "prompt" else kind.removesuffix("PromptTemplate")
    named = str(table.get("role", table.get("type", otherwise)))
    role = _ROLES.get(named, named.removesuffix("Message").lower())
    text = next((shape[key] for key in ("template", "content") if isinstance(shape.get(key), str)), None)
    if text is None:
        return Message(role, tuple(_part(shape, "template", engine)))
    return Message(role, template_nodes(text, _engine(shape, engine), getattr(text, "line", 1)))
