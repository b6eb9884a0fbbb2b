"""JSON and JSON lines that hold prompts, told apart by what they contain.

A file of a request per line is a batch: its messages together are what is sent, and `requests` says in how many
requests. In a batch everything is filled in, so its texts are literal; in a single request they may be templates.
"""

from __future__ import annotations

from typing import Any

from ..errors import ParseError
from . import Prompt
from .chat_request import read_request
from .dspy_program import predictors_in
from .json_text import parse_json
from .nodes import Nodes
from .several import together
from .sniffed import sniffed
from .tool_schemas import schemas_in

MAX_REQUESTS = 100_000  # of a file: providers take no more in a batch
_TO_STAND = 'Set format = "text" in llm-cost.toml to count the file as it stands.'


def parse_requests(text: str) -> Prompt:
    """Requests to OpenAI's or Anthropic's API: one, a list of messages, or one per line."""
    if _first_of_lines(text) is not None:
        lines = [each for each in enumerate(text.removeprefix("\ufeff").split("\n"), 1) if each[1].strip()]
        if len(lines) > MAX_REQUESTS:
            raise ParseError(f"holds more than {MAX_REQUESTS:,} requests (line {lines[MAX_REQUESTS][0]})", "Split it.")
        return _batch([(f"line {number}", parse_json(line, number)) for number, line in lines])
    value = parse_json(text)
    if isinstance(value, dict) and isinstance(value.get("requests"), list):
        return _batch([(f"request {number}", each) for number, each in enumerate(value["requests"], 1)])
    if isinstance(value, dict) and _envelope(value):
        return _batch([("line 1", value)])
    return read_request(value, sniffed)


def format_of_json(text: str) -> str:
    """The format that the content of a file says which is JSON by name.

    JSON of an unknown shape is "text", sent as it stands. What is no JSON is refused: it may be a batch cut off.
    """
    try:
        first = _first_of_lines(text)
        return _format_of(parse_json(text) if first is None else first)
    except ParseError as error:
        raise ParseError(error.message, _TO_STAND) from None


def _format_of(value: Any) -> str:
    if isinstance(value, list):
        messages = bool(value) and all(isinstance(each, dict) and "role" in each for each in value)
        return "openai" if messages else "text" if schemas_in(value) is None else "tools"
    if not isinstance(value, dict):
        return "text"
    if isinstance(value.get("_type"), str):
        return "langchain"
    if isinstance(value.get("messages"), list) or isinstance(value.get("requests"), list) or _envelope(value):
        return "openai"
    if "model" in value and ("input" in value or "prompt" in value):
        return "openai"
    if "template" in value or "template_path" in value:
        return "langchain"
    if predictors_in(value):
        return "dspy"
    return "text" if schemas_in(value) is None else "tools"


def _first_of_lines(text: str) -> Any:
    """The first line's object where that line is a whole one and more follows, else None."""
    first, _, rest = text.removeprefix("\ufeff").lstrip().partition("\n")
    if not (first.startswith("{") and first.rstrip().endswith("}") and rest.strip()):
        return None
    return parse_json(first, text.count("\n", 0, text.index("{")) + 1)


def _envelope(value: dict[str, Any]) -> dict[str, Any] | None:
    """The request inside a line of a batch: OpenAI's `body`, Anthropic's `params`."""
    return next((value[key] for key in ("body", "params") if isinstance(value.get(key), dict)), None)


def _batch(lines: list[tuple[str, Any]]) -> Prompt:
    if not lines:
        raise ParseError("has no requests (line 1)", "Write one request or more.")
    for where, value in lines:  # before any is read
        if not isinstance(value, dict):
            raise ParseError(f"has a line that is no request ({where})", "Write one JSON object per line.")
    return together([(where, _in_batch(value, where)) for where, value in lines], "A batch has one model: split it.")


def _in_batch(value: dict[str, Any], where: str) -> Prompt:
    return read_request(_envelope(value) or value, _literal, where)


def _literal(text: str) -> Nodes:
    return (text,) if text else ()
