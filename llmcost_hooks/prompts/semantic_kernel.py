"""Semantic Kernel: `skprompt.txt` with its settings in `config.json`, or both in one YAML file.

A template may write `<message role="...">` parts; then what stands outside of them is not sent. Without them the text
is one message without a role of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ParseError
from . import Message, Prompt, Sample
from .bodies import template_nodes
from .declared import named_model
from .json_text import parse_json
from .nodes import Node, Nodes
from .values import samples_of
from .yaml_text import parse_yaml

_ENGINES = {"semantic-kernel": "semantic-kernel", "handlebars": "handlebars", "liquid": "jinja2", "jinja2": "jinja2"}
_TAG = re.compile(r"<(/?)(message|text|image|audio|binary)\b([^<>]*)>", re.IGNORECASE)
_ROLE = re.compile(r"\brole[ \t]*=[ \t]*[\"']([^\"'<>]*)[\"']", re.IGNORECASE)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))
_DEFAULTS = ("default", "defaultValue", "default_value")
_MODELS = ("model_id", "ai_model_id", "ModelId")
_CAPS = ("max_tokens", "max_completion_tokens", "MaxTokens")


def parse_skprompt(text: str) -> Prompt:
    """The template of a pair of files."""
    return _sent(template_nodes(text, "semantic-kernel"))._replace(settings="config.json")


def parse_sk_yaml(text: str) -> Prompt:
    """Template and settings in one file."""
    return read_sk_yaml(parse_yaml(text.removeprefix("\ufeff")))


def read_sk_yaml(facts: object) -> Prompt:
    """The same, parsed already."""
    template = facts.get("template") if isinstance(facts, dict) else None
    if not isinstance(facts, dict) or not isinstance(template, str):
        raise ParseError("has no text as its `template`", "Write template: TEXT.")
    engine = str(facts.get("template_format", "semantic-kernel"))
    if engine not in _ENGINES:
        raise ParseError("has a `template_format` that is none", f"Known: {', '.join(_ENGINES)}.")
    said = read_sk_settings(facts)
    sent = _sent(template_nodes(template, _ENGINES[engine], getattr(template, "line", 1)))
    return said._replace(messages=sent.messages, not_sent=sent.not_sent)


def parse_sk_config(text: str) -> Prompt:
    """`config.json` beside a `skprompt.txt`: no messages, only what it says of them."""
    facts = parse_json(text)
    if not isinstance(facts, dict):
        raise ParseError("is no table of settings")
    return read_sk_settings(facts)


def read_sk_settings(facts: Mapping[str, Any]) -> Prompt:
    """Model, output cap and samples, by the old schema (`completion`, `input`) and the new one."""
    settings = list(_services(facts))
    models = list(dict.fromkeys(name for table in settings for name in _first(table, _MODELS)))
    caps = [int(cap) for table in settings for cap in _first(table, _CAPS) if cap.isascii() and cap.isdigit()]
    named = named_model(models[0]) if len(models) == 1 else None  # several services may answer: none is named
    return Prompt((), model=named, output_cap=max(caps, default=0) or None, samples=_samples(facts))


def _services(facts: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The settings of each service that may answer."""
    if isinstance(completion := facts.get("completion"), dict):
        names = facts.get("default_services", facts.get("default_backends"))
        yield {**({"model_id": names[0]} if isinstance(names, list) and len(names) == 1 else {}), **completion}
    for key in ("execution_settings", "models"):
        value = facts.get(key)
        tables = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        yield from (table for table in tables if isinstance(table, dict))


def _first(table: Mapping[str, Any], keys: tuple[str, ...]) -> list[str]:
    return [str(table[key]) for key in keys if isinstance(table.get(key), str | int)][:1]


def _samples(facts: Mapping[str, Any]) -> dict[str, Sample]:
    old = facts.get("input")
    tables = (facts.get("input_variables"), old.get("parameters") if isinstance(old, dict) else None)
    found: dict[str, Sample] = {}
    for described in (each for table in tables if isinstance(table, list) for each in table):
        if isinstance(described, dict) and isinstance(described.get("name"), str):
            value = next((described[key] for key in _DEFAULTS if key in described), None)
            found.update(samples_of({described["name"]: value}))
    return found


def _sent(nodes: Nodes) -> Prompt:
    """The messages that the template writes in tags, if it writes any."""
    messages: list[Message] = []
    outside: list[Node] = []
    inside: list[Node] | None = None
    role = ""
    media = 0  # how deep in a part that is no text
    images = False
    for node in nodes:
        if not isinstance(node, str):
            if not media:
                (outside if inside is None else inside).append(node)
            continue
        done = 0
        for tag in [*_TAG.finditer(node), None]:
            text = node[done : tag.start() if tag else len(node)]
            if text and inside is not None and not media:
                inside.append(text)
            if tag is None:
                break
            done = tag.end()
            closing, name = bool(tag[1]), tag[2].lower()
            if name == "message" and not closing and (found := _ROLE.search(tag[3])):
                role, inside, media = found[1], [], 0
            elif name == "message" and closing and inside is not None:
                messages += [*([Message(None, tuple(outside))] if outside else []), Message(role, _trimmed(inside))]
                inside, outside = None, []
            elif name not in ("message", "text") and inside is not None:
                media = 0 if closing or tag[3].rstrip().endswith("/") else 1
                images = True
    if not messages:
        return Prompt((Message(None, nodes),))
    left = [*outside, *(inside or [])]
    if left:
        messages.append(Message(None, tuple(left)))
    return Prompt(tuple(messages), not_sent=("images",) if images else ())


def _trimmed(nodes: list[Node]) -> Nodes:
    """The content of an element as it is read: characters for their entities, no white space at the ends."""
    kept = [_ENTITY.sub(lambda found: _ENTITIES[found[0]], node) if isinstance(node, str) else node for node in nodes]
    if kept and isinstance(first := kept[0], str):
        kept[0] = first.lstrip()
    if kept and isinstance(last := kept[-1], str):
        kept[-1] = last.rstrip()
    return tuple(node for node in kept if node)
