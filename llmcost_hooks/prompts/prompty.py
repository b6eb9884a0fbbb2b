"""Prompty: front matter and a template whose role lines (`system:`, `# user:`, `user[name="Ann"]:`) begin messages.

Both versions are read: the first has `model.configuration`, `model.parameters` and `sample`, the second `model.id`,
`model.options` and a list of `inputs`. What stands in other files or in the environment (`${file:x.json}`, `${env:X}`)
is not looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import Message, Prompt, Sample
from .bodies import template_nodes
from .declared import declared_cap, declared_model
from .front_matter import LONG_BLOCK, cut_front_matter, read_block
from .nodes import Node, Nodes, Variable
from .role_lines import split_at_roles
from .values import compact_json, samples_of

_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)")
_FIRST_VERSION = ("api", "configuration", "parameters")
_ENGINES = {"mustache": "mustache", "handlebars": "handlebars"}
_TYPES = {"float": "number"}  # other kinds of a property have their name in JSON Schema
_TABLES = (("inputs",), ("inputSchema",), ("inputSchema", "properties"), ("model", "inputs"))


def parse_prompty(text: str) -> Prompt:
    """The messages behind the role lines. Without one the text has no role."""
    cut = cut_front_matter(text, longest=LONG_BLOCK)
    read = read_block(cut.block)
    facts = read if isinstance(read, dict) else {}
    body = cut.body.lstrip("\r\n")
    nodes = template_nodes(body, _engine(facts), cut.line + cut.body.count("\n", 0, len(cut.body) - len(body)))
    before, *behind = [(role, _trimmed(inner, facts)) for role, inner in split_at_roles(nodes)]
    parts = [("system", before[1]), *behind] if behind else [before]
    written = tuple(Message(role, body) for role, body in parts if body or not behind)
    sent = tuple(message._replace(body=tuple(_without_images(message.body))) for message in written)
    tools, more = _tools(facts)
    not_sent = (*cut.not_sent, *(("images",) if sent != written else ()))
    return Prompt((*sent, *more), tools, declared_model(facts), declared_cap(facts), _samples(facts), not_sent)


def _engine(facts: Mapping[str, Any]) -> str:
    """Jinja if the file says nothing else; Nunjucks is written like it."""
    template = facts.get("template")
    kind = template.get("format", template.get("type")) if isinstance(template, dict) else template
    kind = kind.get("kind", kind.get("type")) if isinstance(kind, dict) else kind
    return _ENGINES.get(kind.lower(), "jinja2") if isinstance(kind, str) else "jinja2"


def _trimmed(nodes: list[Node], facts: Mapping[str, Any]) -> Nodes:
    """A message is its lines joined. The second version drops the empty ones at both ends as well."""
    kept = [node for node in nodes if node]
    first_version = _is_first_version(facts)
    if kept and isinstance(node := kept[0], str) and not first_version:
        kept[0] = node.lstrip("\r\n")
    if kept and isinstance(node := kept[-1], str):
        kept[-1] = node.removesuffix("\n").removesuffix("\r") if first_version else node.rstrip("\r\n")
    return tuple(node for node in kept if node)


def _is_first_version(facts: Mapping[str, Any]) -> bool:
    model = facts.get("model")
    return "sample" in facts or (isinstance(model, dict) and not model.keys().isdisjoint(_FIRST_VERSION))


def _without_images(nodes: Nodes) -> Iterator[Node]:
    for node in nodes:
        if not isinstance(node, str) or "![" not in node:
            yield node
        elif text := _IMAGE.sub("", node):
            yield text


def _samples(facts: Mapping[str, Any]) -> dict[str, Sample]:
    found: dict[str, Sample] = {}
    threads = set()
    for path in _TABLES:
        for name, described in _inputs(facts, path):
            if isinstance(described, dict):
                if described.get("kind") == "thread":
                    threads.add(name)
                values = [described[key] for key in ("sample", "example", "default") if key in described]
                for value in values[:1]:
                    found.update(samples_of({name: value}))
    found.update(samples_of(facts.get("sample")))
    return {name: value for name, value in found.items() if name not in threads}


def _inputs(facts: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Names of inputs and what is said of each, from a list or a table."""
    table: Any = facts
    for key in path:
        table = table.get(key) if isinstance(table, dict) else None
    if isinstance(table, list):
        yield from ((str(each["name"]), each) for each in table if isinstance(each, dict) and "name" in each)
    elif isinstance(table, dict):
        yield from table.items()


def _tools(facts: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    """The schemas of functions; other tools are described by a server or a file, so their size is unknown."""
    model = facts.get("model")
    parameters = model.get("parameters") if isinstance(model, dict) else None
    tools = facts.get("tools") or (parameters.get("tools") if isinstance(parameters, dict) else None)
    if not tools:
        return (), ()
    if isinstance(tools, dict):
        tools = [{"name": name, **each} if isinstance(each, dict) else each for name, each in tools.items()]
    each_tool = tools if isinstance(tools, list) else [tools]
    read = [_function(tool) if isinstance(tool, dict) else None for tool in each_tool]
    unknown = (Message(None, (Variable("tools"),)),) if None in read else ()
    return tuple(schema for schema in read if schema is not None), unknown


def _function(tool: Mapping[str, Any]) -> str | None:
    """A function as the request carries it."""
    if isinstance(tool.get("function"), dict):
        return compact_json(tool)
    if tool.get("kind", tool.get("type")) != "function":
        return None
    sent = {key: tool[key] for key in ("name", "description") if key in tool}
    parameters = tool.get("parameters", [])
    sent["parameters"] = _schema(parameters)
    if "strict" in tool:
        sent["strict"] = tool["strict"]
    return compact_json({"type": "function", "function": sent})


def _schema(parameters: object) -> object:
    """Prompty's list of parameters as JSON Schema; what is one already stays as it is."""
    if isinstance(parameters, dict) and parameters.get("type") == "object":
        return parameters
    if isinstance(parameters, dict) and isinstance(parameters.get("properties"), dict | list):
        parameters = parameters["properties"]
    properties: dict[str, Any] = {}
    required = []
    for name, described in _inputs({"parameters": parameters}, ("parameters",)):
        described = described if isinstance(described, dict) else {"kind": described}
        kind = str(described.get("kind", described.get("type", "string")))
        properties[name] = {"type": _TYPES.get(kind, kind)}
        properties[name].update({key: described[key] for key in ("description",) if key in described})
        for values in ("enumValues", "enum"):
            if values in described:
                properties[name]["enum"] = described[values]
        if described.get("required") == "true":
            required.append(name)
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema
