"""A request to a chat API as JSON -> Prompt: OpenAI's chat and responses APIs, and Anthropic's messages.

One reader for all of them. They differ in where the system text stands (`system`, `instructions`, a message) and in
how a schema names its parameters, and no key means two things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..errors import ParseError
from . import Message, Prompt
from .content_parts import Content, call_of, content_of, part_of, together
from .declared import counted_cap, declared_model
from .json_text import compact
from .nodes import Node, Nodes, Variable
from .tool_schemas import schema_texts

# Text that the provider has stored and adds by itself: billed, and of unknown size here.
_STORED = ("previous_response_id", "conversation", "prompt")
# Items of a responses `input` without a role, and whose turn they are.
_ITEM_ROLES = {"function_call": "assistant", "reasoning": "assistant", "function_call_output": "tool"}

Reader = Callable[[str], Nodes]


def read_request(value: Any, read: Reader, where: str = "") -> Prompt:
    """One request, or a bare list of messages. `read` turns a message's text into nodes; `where` is its line."""
    body = {"messages": value} if isinstance(value, list) else value
    if not isinstance(body, dict):
        raise ParseError(f"has no request: not a JSON object{_in(where)}", "Write an object with `messages`.")
    contents: list[Content] = []
    messages = [*_system(body, read, where, contents), *_messages(body, read, where, contents)]
    beside = together(contents)
    if not messages:
        raise ParseError(f"has no messages{_in(where)}", "Write `messages`, `input` or `prompt` in the request.")
    return Prompt(
        tuple(messages),
        tools=(*_tools(body, where), *_output_schemas(body)),
        model=declared_model({"model": body.get("model")}),
        output_cap=counted_cap(body),
        not_sent=beside.not_sent,
        images=beside.images,
        forces_tool=_forces_tool(body.get("tool_choice")),
    )


def _forces_tool(choice: Any) -> bool:
    """OpenAI's "required" or a named function, Anthropic's "any" or a named tool."""
    kind = choice.get("type") if isinstance(choice, dict) else choice
    return kind in ("required", "any", "tool", "function")


def _system(body: dict[str, Any], read: Reader, where: str, contents: list[Content]) -> Iterator[Message]:
    for key in ("system", "instructions"):
        content = content_of(body.get(key), read, where or f"`{key}`")
        contents.append(content)
        if content.nodes:
            yield Message("system", content.nodes)


def _messages(body: dict[str, Any], read: Reader, where: str, contents: list[Content]) -> Iterator[Message]:
    for key in _STORED:
        if isinstance(body.get(key), (dict, str)) and not (key == "prompt" and isinstance(body[key], str)):
            yield Message(None, (Variable(key),))
    given: Any = next((body[key] for key in ("messages", "input", "prompt") if key in body), [])
    if isinstance(given, str):
        yield Message("user" if "input" in body else None, read(given))
    elif isinstance(given, list) and all(isinstance(item, str) for item in given):
        yield from (Message(None, read(item)) for item in given)  # texts to embed or to complete
    elif isinstance(given, list):
        for number, item in enumerate(given, 1):
            place = f"{where}, message {number}" if where else f"message {number}"
            role, content = _message(item, read, place)
            contents.append(content)
            name = item.get("name") if item.get("role") is not None else None
            yield Message(role, content.nodes, name if isinstance(name, str) and name else None)


def _message(item: Any, read: Reader, place: str) -> tuple[str, Content]:
    if not isinstance(item, dict):
        raise ParseError(f"has a message that is no object ({place})", "Write each message with role and content.")
    role = item.get("role")
    if role is None and item.get("type") in _ITEM_ROLES:
        return _ITEM_ROLES[item["type"]], part_of(item, read, place)
    if role is None and item.get("type") == "item_reference":
        return "user", part_of(item, read, place)
    if not isinstance(role, str) or not role or len(role) > 32 or not role.isprintable():
        raise ParseError(f"has a message without a role ({place})", "Write each message with role and content.")
    calls: list[Node] = [*call_of(item.get("function_call"))]
    for call in item.get("tool_calls") or ():
        calls += call_of(call.get("function") if isinstance(call, dict) else None)
    return role, together((content_of(item.get("content"), read, place), Content(tuple(calls))))


def _tools(body: dict[str, Any], where: str) -> tuple[str, ...]:
    schemas = [schema for key in ("tools", "functions") for schema in _list(body.get(key))]
    if not all(isinstance(schema, dict) for schema in schemas):
        raise ParseError(f"has a tool that is no object{_in(where)}", "Write each tool with its name and parameters.")
    return schema_texts(schemas)


def _output_schemas(body: dict[str, Any]) -> Iterator[str]:
    """The JSON schema that the answer has to follow; it is sent as a tool's schema is."""
    for path in (
        ("response_format", "json_schema"),
        ("text", "format"),
        ("output_format",),
        ("output_config", "format"),
    ):
        value: Any = body
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, dict) and isinstance(value.get("schema"), dict):
            yield compact(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _in(where: str) -> str:
    return f" ({where})" if where else ""
