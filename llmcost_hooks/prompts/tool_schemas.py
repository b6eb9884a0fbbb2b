"""Schemas of tools and functions that are sent along with the messages, and files that hold nothing else.

A schema is input: it is counted as compact JSON, whatever its indentation in the file.
"""

from __future__ import annotations

from typing import Any

from ..errors import ParseError
from . import Prompt
from .json_text import compact, parse_json

_PARAMETERS = ("parameters", "input_schema", "inputSchema")
_MCP = ("name", "description", "inputSchema")  # what a client passes on of a tool that an MCP server lists


def parse_tools(text: str) -> Prompt:
    """A list of schemas, a single one, or an object that holds the list as `tools` or `functions`."""
    value = parse_json(text)
    schemas = schemas_in(value)
    if schemas is None:
        raise ParseError(
            "has no list of tools: line 1 begins another kind of JSON",
            'Write a list of schemas with "name" and "parameters", "input_schema" or "inputSchema".',
        )
    annotated = any("inputSchema" in schema and set(schema) - set(_MCP) for schema in schemas)
    return Prompt((), tools=schema_texts(schemas), not_sent=("annotations",) if annotated else ())


def schemas_in(value: object) -> list[dict[str, Any]] | None:
    """The schemas where `value` holds schemas of tools and nothing else, else None."""
    if isinstance(value, dict):
        held = next((value[key] for key in ("tools", "functions") if key in value), None)
        value = [value] if held is None else held
    if isinstance(value, list) and value and all(_is_schema(each) for each in value):
        return value
    return None


def _is_schema(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    function = value.get("function")
    if value.get("type") == "function" and isinstance(function, dict):
        return isinstance(function.get("name"), str)
    return isinstance(value.get("name"), str) and any(isinstance(value.get(key), dict) for key in _PARAMETERS)


def schema_texts(schemas: list[dict[str, Any]]) -> tuple[str, ...]:
    """Each schema as the text that is sent."""
    return tuple(compact(_sent(schema)) for schema in schemas)


def _sent(schema: dict[str, Any]) -> dict[str, Any]:
    if "inputSchema" in schema:
        return {key: schema[key] for key in _MCP if key in schema}
    return {key: value for key, value in schema.items() if key != "cache_control"}
