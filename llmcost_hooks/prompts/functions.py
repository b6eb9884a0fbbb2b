"""A tool's schema taken apart as OpenAI counts it: names and descriptions as texts, and how many of each kind."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Function(NamedTuple):
    texts: tuple[str, ...]
    properties: int
    enums: int
    values: int  # of enums


def function_of(tool: str) -> Function | None:
    """`tool` is compact JSON. None where it is no function, or its parameters are nested: no formula is published."""
    try:
        schema = json.loads(tool)
    except (ValueError, RecursionError):
        return None
    found = schema.get("function", schema) if isinstance(schema, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        return None
    parameters = found.get("parameters") or {}
    properties = parameters.get("properties") or {} if isinstance(parameters, dict) else None
    if not isinstance(properties, dict) or not all(map(_is_flat, properties.values())):
        return None
    texts = [f"{found['name']}:{_described(found)}"]
    enums = [value["enum"] for value in properties.values() if "enum" in value]
    texts += [f"{name}:{value['type']}:{_described(value)}" for name, value in properties.items()]
    texts += [str(each) for enum in enums for each in enum]
    return Function(tuple(texts), len(properties), len(enums), sum(map(len, enums)))


def _is_flat(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("type"), str)
        and isinstance(value.get("enum", []), list)
        and not {"properties", "items", "anyOf", "oneOf", "allOf", "$ref"} & value.keys()
    )


def _described(value: dict[str, Any]) -> str:
    return str(value.get("description") or "").removesuffix(".")
