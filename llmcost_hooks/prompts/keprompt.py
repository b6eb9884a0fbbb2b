"""KePrompt `.prompt`: a program of lines that begin with a dot, each with its value on it and on the lines behind.

Nothing is run: what `.cmd` would put in is a Variable. Each `.exec` is a request that sends every message so far,
answers included, so the messages here are those of the first request, then again those and the next for the second,
and so on; `requests` says how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from ..errors import ParseError
from . import MAX_BYTES, Message, Prompt, Sample
from .declared import counted_cap, declared_model
from .json_text import parse_json
from .nodes import Include, Node, Nodes, Variable, texts
from .templates import parse_template

MAX_STATEMENTS = 20_000
MAX_MESSAGES = 10_000  # of all requests together
MAX_HEADER = 64 * 1024  # characters of one header: it is read twice where it is not quite JSON

_ROLES = {"system": "system", "user": "user", "assistant": "assistant", "tool_call": "assistant", "tool_result": "tool"}
_SETTINGS = ("prompt", "llm", "budget")
_SILENT = ("print", "clear", "debug", "#")  # for whoever runs it; nothing of them is sent
_KEYWORDS = (*_ROLES, *_SETTINGS, *_SILENT, "text", "image", "include", "cmd", "functions", "set", "exec", "exit")
_STATEMENT = re.compile(r"\.(#|[a-z_]+(?![\w.]))[ \t]*")
_COMMAND = re.compile(r"([\w.]+)[ \t]*\(.*\)([ \t]+as[ \t]+\w+)?[ \t]*", re.DOTALL)
_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)(\s*:)")
_BARE_VALUE = re.compile(r"(:\s*)(<<[\w.]+>>)")
_REFERENCE = re.compile(r"<<([\w.]+)>>")


class Statement(NamedTuple):
    keyword: str
    value: str
    line: int


def is_keprompt(text: str) -> bool:
    """Whether the first line that is not blank is a statement."""
    lines = text.removeprefix("\ufeff").lstrip()
    return bool((found := _STATEMENT.match(lines)) and found[1] in _KEYWORDS)


def parse_keprompt(text: str) -> Prompt:
    statements = list(_statements(text))
    settings, limit = _settings(statements)
    sent, requests = _requests(statements)
    if not sent:
        raise ParseError("has no message (line 1)", "Write .system, .user or .text with what is sent.")
    given = {
        name: value.strip()
        for name, _, value in (each.value.partition(" ") for each in statements if each.keyword == "set")
    }
    keywords = {each.keyword for each in statements}
    words = {"header": keywords & {*_SETTINGS}, "comments": keywords & {"#"}, "images": keywords & {"image"}}
    return Prompt(
        tuple(sent),
        model=_model(statements),
        output_cap=counted_cap(settings),
        samples={key: _sample(each) for key, each in settings.items() if key not in _NOT_VARIABLES} | given,
        not_sent=tuple(word for word, found in words.items() if found),
        cost_limit=limit,
        requests=requests,
    )


def _requests(statements: list[Statement]) -> tuple[list[Message], int]:
    """The messages of all requests, and how many requests that is."""
    history: list[Message] = []
    role = ""
    body: list[Node] = []  # of the message that statements add to
    tools: tuple[Message, ...] = ()
    sent: list[Message] = []
    requests, waiting = 0, False  # waiting: something is said that no request has sent
    for keyword, value, line in [*statements, Statement("exit", "", 1)]:
        if keyword in _ROLES or keyword in ("exec", "exit"):
            history += [Message(role, tuple(body))] if role else []
            role, body = _ROLES.get(keyword, ""), []
        if keyword == "exec" or (keyword == "exit" and (waiting or not requests)):  # KePrompt adds the last one itself
            sent += (*tools, *history)
            _refuse_too_much(sent, line)
            requests, waiting = requests + 1, False
            role, body = "assistant", [Variable("last_response")]
        elif keyword == "functions":
            tools = (Message(None, (Variable("functions"),)),) if value else ()  # their schemas are elsewhere
        elif keyword in _ROLES or keyword == "text":
            role, waiting = role or "user", True
            body += _nodes(value, line)
        elif keyword in ("include", "cmd"):
            role, waiting = role or "user", True
            body += _put_in(keyword, value, line)
        if keyword == "exit":
            break
    return sent, requests


def _settings(statements: list[Statement]) -> tuple[dict[str, Any], Decimal | None]:
    """What the headers say, their `params` among it, and the limit on the cost."""
    settings: dict[str, Any] = {}
    limit = None
    for keyword, value, line in statements:
        if keyword in _SETTINGS:
            found = _header(value, line) if keyword != "budget" or value.startswith("{") else {"max_cost": value}
            params = found.get("params")
            settings |= found | (params if isinstance(params, dict) else {})
            limit = _dollars(settings.get("max_cost"), line)
    return settings, limit


def _model(statements: list[Statement]) -> str | None:
    """The model of every request; `.exec` may name another one for itself and those behind it."""
    settings: dict[str, Any] = {}
    models: dict[str, int] = {}
    for keyword, value, line in [*statements, Statement("exit", "", 0)]:
        if keyword in _SETTINGS and keyword != "budget":
            settings = settings | _settings([Statement(keyword, value, line)])[0]
        elif keyword == "exec" or (keyword == "exit" and not models):
            if value:
                settings = settings | (_header(value, line) if value.startswith(("{", '"')) else {"model": value})
            model = settings.get("model")
            reference = _REFERENCE.fullmatch(model) if isinstance(model, str) else None
            if name := declared_model({"model": settings.get(reference[1]) if reference else model}):
                models.setdefault(name, line)
        if keyword == "exit":
            break
    if len(models) > 1:
        places = " and ".join(f"line {line}" for line in list(models.values())[:2])
        raise ParseError(f"names different models ({places})", "Split it: a prompt has one model.")
    return next(iter(models), None)


_NOT_VARIABLES = ("name", "version", "description", "params", "model", "max_tokens", "max_cost")


def _statements(text: str) -> Iterator[Statement]:
    """Lines that begin with a known keyword, and as "text" what stands behind one that takes a single line."""
    keyword, value, start, count = "", [""], 1, 0
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1):
        found = _STATEMENT.match(line) if line.startswith(".") else None
        begins = found[1] if found and found[1] in _KEYWORDS else ""
        if not begins and (keyword in _ROLES or keyword in ("text", *_SETTINGS)):
            value.append(line)
            continue
        if not begins and not line.strip():
            continue
        if keyword:
            yield Statement(keyword, "\n".join(value).strip(), start)
        keyword, start, count = begins or "text", number, count + 1
        value = [line[found.end() :] if found and begins else line]
        if count > MAX_STATEMENTS:
            raise ParseError(f"holds too many statements (line {number})")
    if keyword:
        yield Statement(keyword, "\n".join(value).strip(), start)


def _put_in(keyword: str, value: str, line: int) -> Nodes:
    """Another file, or what a function returns."""
    if keyword == "include":
        if not value:
            raise ParseError(f"has an .include without a path (line {line})")
        return (Include(value, format="angle"),)
    command = _COMMAND.fullmatch(value)
    if command is None:
        raise ParseError(f"has a .cmd that is no call (line {line})", "Write .cmd FUNCTION(ARGUMENTS).")
    return () if command[2] else (Variable(f"{command[1]}()"),)  # `as x` keeps the result in a variable


def _nodes(value: str, line: int) -> Nodes:
    try:
        return parse_template(value, "angle")
    except ParseError as error:
        raise ParseError(f"{error.message} (in the statement on line {line})", error.hint) from None


def _header(value: str, line: int) -> dict[str, Any]:
    """The value of `.prompt` or `.llm`: JSON with or without its braces; keys may lack quotes, and so may <<x>>."""
    if len(value) > MAX_HEADER:
        raise ParseError(f"has a header that is too long (line {line})")
    body = value if value.startswith("{") else f"{{{value}}}"
    try:
        found = parse_json(body, line)
    except ParseError:
        found = parse_json(_BARE_VALUE.sub(r'\1"\2"', _BARE_KEY.sub(r'\1"\2"\3', body)), line)
    return found if isinstance(found, dict) else {}


def _dollars(value: object, line: int) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    written = str(value).strip().removeprefix("$").removesuffix("USD").strip()
    try:
        amount = Decimal(written)
    except InvalidOperation:
        amount = Decimal(0)
    if not (amount.is_finite() and amount > 0) or len(written) > 20:
        raise ParseError(f"has a cost limit that is no amount (line {line})", "Write it in US dollars: 0.05.")
    return amount


def _sample(value: Any) -> Sample:
    """A value as it is put into text."""
    if isinstance(value, list):
        return [_sample(each) for each in value]
    if isinstance(value, dict):
        return {key: _sample(each) for key, each in value.items()}
    return value if isinstance(value, str | bool | None) else str(value)


def _refuse_too_much(sent: list[Message], line: int) -> None:
    """History is sent again by every request: many of them grow with their square."""
    size = sum(len(text) for message in sent for text in texts(message.body)) if len(sent) <= MAX_MESSAGES else 0
    if len(sent) > MAX_MESSAGES or size > MAX_BYTES:
        raise ParseError(f"has requests that are too large together (line {line})")
