"""Picoschema, dotprompt's short way to write a schema, as the JSON Schema that a request carries.

name: string, of the person
age?: integer
tags(array, at most five): string
mood(enum): [HAPPY, SAD]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SCALARS = ("string", "boolean", "null", "number", "integer", "any")
_TYPES = (*_SCALARS, "object", "array")
_REST = "(*)"  # the key of what other properties may be


def json_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema written out; what is JSON Schema already stays as it is.

    None where it names a type that only the program which sends the prompt knows. The depth is that of the document,
    which has a limit.
    """
    if schema.get("type") in _TYPES:
        return dict(schema)
    if isinstance(schema.get("properties"), dict):
        return {**schema, "type": "object"}
    return _object(schema)


def _object(table: Mapping[str, Any]) -> dict[str, Any] | None:
    properties: dict[str, Any] = {}
    required: list[str] = []
    rest: Any = False
    for key, value in table.items():
        if key == _REST:
            rest = _value(value)
            if rest is None:
                return None
            continue
        head, _, told = key.partition("(")
        name = head.removesuffix("?")
        written = _property(value, told.removesuffix(")"))
        if written is None:
            return None
        properties[name] = written if name == head else _optional(written)
        if name == head:
            required.append(name)
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": rest}
    return schema if required else {key: each for key, each in schema.items() if key != "required"}


def _property(value: object, told: str) -> dict[str, Any] | None:
    """What stands behind a key; `told` is what the key has in brackets."""
    kind, _, description = (part.strip() for part in told.partition(","))
    if kind == "enum" and isinstance(value, list):
        written: dict[str, Any] | None = {"enum": value}
    elif kind == "array":
        items = _value(value)
        written = None if items is None else {"type": "array", "items": items}
    else:
        written = _value(value)
    return {**written, "description": description} if written is not None and description else written


def _value(value: object) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return _object(value)
    if not isinstance(value, str):
        return None
    kind, _, description = (part.strip() for part in value.partition(","))
    if kind not in _SCALARS:
        return None
    written = {} if kind == "any" else {"type": kind}
    return {**written, "description": description} if description else written


def _optional(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else schema
