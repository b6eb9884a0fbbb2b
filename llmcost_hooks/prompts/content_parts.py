"""The content of a chat message in JSON, a string or a list of parts -> nodes, and what of it is no text.

One reader for the parts of OpenAI's chat and responses APIs and of Anthropic's messages: their names do not collide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import ParseError
from .images import Image, stated_image
from .json_text import compact
from .nodes import Node, Nodes, Variable

# Parts that are no text. What is sent of them is not counted in tokens of text, and the estimate says so.
_MEDIA = {
    "image": "images", "image_url": "images", "input_image": "images",
    "audio": "audio", "input_audio": "audio",
    "file": "files", "input_file": "files", "document": "files",
    "thinking": "thinking", "redacted_thinking": "thinking", "reasoning": "thinking",
}  # fmt: skip


class Content(NamedTuple):
    nodes: Nodes = ()
    not_sent: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()


def content_of(content: Any, read: Callable[[str], Nodes], where: str) -> Content:
    """A message's content; `read` turns a text into nodes, `where` names the message in errors."""
    if content is None:
        return Content()
    if isinstance(content, str):
        return Content(read(content))
    parts = content if isinstance(content, list) else [content]
    return together(part_of(part, read, where) for part in parts)


def together(contents: Any) -> Content:
    nodes: list[Node] = []
    words: dict[str, None] = {}
    images: list[Image] = []
    for content in contents:
        nodes += content.nodes
        words |= dict.fromkeys(content.not_sent)
        images += content.images
    return Content(tuple(nodes), tuple(words), tuple(images))


def part_of(part: Any, read: Callable[[str], Nodes], where: str) -> Content:
    """One part of a content, or one item of a responses `input` that is no message."""
    if isinstance(part, str):
        return Content(read(part))
    kind = part.get("type", "text") if isinstance(part, dict) else None
    if kind in ("text", "input_text", "output_text", "refusal"):
        text = part.get("refusal" if kind == "refusal" else "text")
        if isinstance(text, str):
            return Content(read(text))
    elif kind == "document" and _source(part).get("type") == "text":
        return content_of(_source(part).get("data"), read, where)
    elif isinstance(kind, str) and _MEDIA.get(kind) == "images" and (image := stated_image(part)) is not None:
        return Content(images=(image,))
    elif isinstance(kind, str) and kind in _MEDIA:
        return Content((), (_MEDIA[kind],))
    elif kind == "tool_result":
        return content_of(part.get("content"), read, where)
    elif kind == "function_call_output":
        return content_of(part.get("output"), read, where)
    elif kind == "function" or kind == "function_call":
        return Content(call_of(part.get("function", part)))
    elif kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
        return Content(call_of({"name": part.get("name"), "arguments": part.get("input")}))
    elif isinstance(kind, str) and kind.isidentifier():
        return Content((Variable(kind),))  # a reference or a result of some kind: of unknown size
    raise ParseError(f"has a content part that is not read ({where})", "Write a text, or a part with its `type`.")


def call_of(call: Any) -> Nodes:
    """A call that the model made earlier: its name and its arguments are sent as text."""
    if not isinstance(call, dict):
        return ()
    arguments = call.get("arguments")
    written = arguments if isinstance(arguments, str) else "" if arguments is None else compact(arguments)
    return tuple(text for text in (call.get("name"), written) if isinstance(text, str) and text)


def _source(part: dict[str, Any]) -> dict[str, Any]:
    source = part.get("source")
    return source if isinstance(source, dict) else {}
