"""BAML functions: the `prompt` of each with its roles, the template strings that it calls, and its output format.

Everything else in the file (types, tests, clients) is not sent as it stands. `{{ ctx.output_format }}` is written
out from the classes of the same file, see baml_types.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import ParseError
from . import Message, Prompt, Sample
from .baml_source import Function, Source, Type, dedented, parse_source
from .baml_types import output_format
from .declared import declared_cap, declared_model
from .nearness import no_such_member
from .nodes import Block, Choice, Include, Loop, Node, Nodes, Variable, texts
from .several import together
from .templates import parse_template

MAX_CALLS = 16  # template strings inside of template strings
MAX_LENGTH = 1_000_000  # of a prompt with all of them put in

_MEDIA = {"image": "images", "audio": "audio", "pdf": "files", "video": "video"}
# What has to be found again once the template is read stands between NULs, which no prompt file can hold.
_MARK = re.compile("\0([^\0]*)\0")
_ROLE = re.compile(
    r"\{\{(-?)[ \t]{0,20}_\.(?:role|chat)\([ \t]{0,20}(?:role[ \t]{0,9}=[ \t]{0,9})?"
    r"(\"[^\"\n]{0,40}\"|'[^'\n]{0,40}'|[\w.]{1,99})"
    r"[^\n]{0,300}?\)[ \t]{0,20}(-?)\}\}"
)
_CALL = re.compile(r"\{\{(-?)\s{0,20}([A-Za-z_]\w{0,80})\(([^{}]{0,1000})\)\s{0,20}(-?)\}\}")
_FORMAT = re.compile(r"\{\{(-?)[ \t]{0,20}ctx\.output_format\(([^{}]{0,1000})\)[ \t]{0,20}(-?)\}\}")
_PREFIX = re.compile(r"prefix\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|(?:null|none))")
_PATH = re.compile(r"[A-Za-z_][\w.]*")
_LINE_STARTS = re.compile(r"^[ \t]+(?=\{[%#](?!\+))", re.MULTILINE)
_LINE_ENDS = re.compile(r"((?<!\+)[%#]\})\n")


class _Call(NamedTuple):
    template: str
    arguments: tuple[str, ...]


def parse_baml(text: str, member: str | None) -> Prompt:
    """Every function's request together, or that of the function `member`."""
    source = parse_source(text)
    functions = {name: each for name, each in source.functions.items() if each.prompt is not None}
    if member is not None and member not in functions:
        raise no_such_member(member, "function with a prompt", functions)
    if not functions:
        if "function" in text:
            raise ParseError("has no function with a prompt (line 1)", "Exclude it: clients and types are not sent.")
        return Prompt((), not_sent=("clients and types",))
    chosen = list(functions.values()) if member is None else [functions[member]]
    prompts = [(f"line {each.line}", _prompt(source, each)) for each in chosen]
    prompt = together(prompts, "List each function by itself: path = FILE.baml::FUNCTION.")
    return prompt._replace(not_sent=(*prompt.not_sent, *(("tests",) if source.tests else ())))


def _prompt(source: Source, function: Function) -> Prompt:
    nodes = _Inlining(source).nodes(function.prompt or "", 0)
    nodes = _replaced(nodes, _format_text(source, function.returns))
    media = {name: word for name, type in function.arguments.items() if (word := _medium(type))}
    if media:
        nodes = _replaced(nodes, lambda node: () if isinstance(node, Variable) and node.name in media else (node,))
    options = _options(source, function.client, 0)
    model = options.get("model", options.get("model_id"))
    named = isinstance(model, str) and not model.startswith("env.")
    return Prompt(
        _messages(nodes),
        model=declared_model({"model": model}) if named else None,
        output_cap=declared_cap(options),
        samples=_samples(source, function),
        not_sent=tuple(dict.fromkeys(media.values())),
    )


def _medium(type: Type) -> str | None:
    """The word for an argument that is no text: `image`, `image?`, `image[]`."""
    while not isinstance(type, str) and type[0] in ("union", "list"):
        type = type[1]
    return _MEDIA.get(type) if isinstance(type, str) else None


def _options(source: Source, client: str, depth: int) -> dict[str, Any]:
    """Options of a client: of one that falls back to others those of the first. A client elsewhere has none here."""
    if "/" in client:
        return {"model": client}
    defined = source.clients.get(client, {})
    options = defined.get("options")
    if not isinstance(options, dict):
        return {}
    strategy = options.get("strategy")
    if defined.get("provider") in ("fallback", "baml-fallback") and isinstance(strategy, list) and depth < 8:
        return _options(source, strategy[0], depth + 1) if strategy and isinstance(strategy[0], str) else {}
    return options


def _samples(source: Source, function: Function) -> dict[str, Sample]:
    """Texts that tests give for the arguments: of several the one of middle length."""
    given: dict[str, list[str]] = {}
    for test in source.tests:
        functions, arguments = test.get("functions"), test.get("args")
        if isinstance(functions, list) and function.name in functions and isinstance(arguments, dict):
            for name in function.arguments:
                if isinstance(arguments.get(name), str):
                    given.setdefault(name, []).append(arguments[name])
    return {name: sorted(values, key=len)[len(values) // 2] for name, values in given.items()}


def _messages(nodes: Nodes) -> tuple[Message, ...]:
    """Cut at the role marks. What stands before the first one has the role that clients give by default."""
    messages: list[tuple[str, list[Node]]] = [("system", [])]
    for node in nodes:
        if not isinstance(node, str):
            messages[-1][1].extend(_replaced((node,), _without_roles))
            continue
        text, *rest = _MARK.split(node)
        messages[-1][1].append(text)
        for role, text in zip(rest[::2], rest[1::2], strict=True):
            messages.append((role.removeprefix("role:") or "user", [text]))
    bodies = [(role, _stripped(body)) for role, body in messages]
    return tuple(Message(role, body) for role, body in bodies if body)


def _without_roles(node: Node) -> Nodes:
    """Inside a loop or a condition a role only starts a message; how many there will be is not known."""
    return tuple(text for text in (_MARK.sub("", node),) if text) if isinstance(node, str) else (node,)


def _stripped(body: list[Node]) -> Nodes:
    """BAML sends messages without white space at their ends."""
    nodes: list[Node] = []
    for node in body:  # texts beside each other are one
        if isinstance(node, str) and nodes and isinstance(nodes[-1], str):
            nodes[-1] += node
        elif node != "":
            nodes.append(node)
    if nodes and isinstance(nodes[0], str):
        nodes[0] = nodes[0].lstrip()
    if nodes and isinstance(nodes[-1], str):
        nodes[-1] = nodes[-1].rstrip()
    return tuple(node for node in nodes if node != "")


def _format_text(source: Source, returns: Type) -> Callable[[Node], Nodes]:
    def replace(node: Node) -> Nodes:
        if isinstance(node, str) and "\0format:" in node:
            parts: list[Node] = []
            for at, text in enumerate(_MARK.split(node)):
                mark = at % 2 and text.startswith("format:")
                parts += written(text[7:] or None) if mark else (f"\0{text}\0" if at % 2 else text,)
            return tuple(part for part in parts if part != "")
        return written(None) if node == Variable("ctx.output_format") else (node,)

    def written(prefix: str | None) -> Nodes:
        text = output_format(source, returns, prefix if prefix is None else prefix.removeprefix("="))
        return (Variable("ctx.output_format"),) if text is None else (text,)

    return replace


class _Inlining:
    """Prompts with template strings put in where they are called, each of them read once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._read: dict[str, Nodes] = {}

    def nodes(self, text: str, depth: int) -> Nodes:
        if len(text) > MAX_LENGTH:
            raise ParseError("has a prompt that is too large")
        calls: list[_Call] = []

        def call(found: re.Match[str]) -> str:
            if found[2] not in self._source.templates:
                return found[0]
            calls.append(_Call(found[2], tuple(each.strip() for each in found[3].split(",") if each.strip())))
            return _constant(found[1], f"call:{len(calls) - 1}", found[4])

        text = _LINE_ENDS.sub(r"\1", _LINE_STARTS.sub("", dedented(text)))  # as BAML sets up its Jinja
        text = _ROLE.sub(lambda found: _constant(found[1], f"role:{_quoted(found[2])}", found[3]), text)
        text = _FORMAT.sub(lambda found: _constant(found[1], f"format:{_prefix(found[2])}", found[3]), text)
        nodes = parse_template(_CALL.sub(call, text), "jinja2")

        def replace(node: Node) -> Nodes:
            if not isinstance(node, str) or "\0call:" not in node:
                return (node,)
            parts: list[Node] = []
            for at, piece in enumerate(_MARK.split(node)):
                mark = at % 2 and piece.startswith("call:")
                parts += self._called(calls[int(piece[5:])], depth) if mark else (f"\0{piece}\0" if at % 2 else piece,)
            return tuple(part for part in parts if part != "")

        nodes = _replaced(nodes, replace)
        size = 0
        for each in texts(nodes):
            size += len(each) + 10
            if size > MAX_LENGTH:
                raise ParseError("has template strings that are too large when put in")
        return nodes

    def _called(self, call: _Call, depth: int) -> Nodes:
        if depth >= MAX_CALLS:
            raise ParseError("has template strings that call each other too deeply")
        template = self._source.templates[call.template]
        if call.template not in self._read:
            self._read[call.template] = self.nodes(template.text, depth + 1)
        given = dict(zip(template.arguments, call.arguments, strict=False))
        given |= dict(each.split("=", 1) for each in call.arguments if re.match(r"\w+\s*=", each))
        return _renamed(self._read[call.template], {name.strip(): each.strip() for name, each in given.items()})


def _renamed(nodes: Nodes, given: dict[str, str]) -> Nodes:
    """A template string's nodes with its parameters called as the caller calls them."""

    def name(old: str) -> str:
        head, dot, rest = old.partition(".")
        new = given.get(head, head)
        return (new if _PATH.fullmatch(new) else head) + dot + rest

    def rename(node: Node) -> Nodes:
        if isinstance(node, Variable):
            value = given.get(node.name, "")
            return (value[1:-1],) if value[:1] in ("'", '"') and len(value) > 2 else (Variable(name(node.name)),)
        if isinstance(node, Loop):
            return (node._replace(over=name(node.over)),)
        if isinstance(node, Choice):
            branches = tuple(
                (f"!{name(when[1:])}" if when[:1] == "!" else name(when), body) for when, body in node.branches
            )
            return (Choice(branches),)
        return (node,)

    return _replaced(nodes, rename)


def _replaced(nodes: Nodes, replace: Callable[[Node], Nodes]) -> Nodes:
    """Every node, of branches and bodies too, as what `replace` makes of it."""
    result: list[Node] = []
    for node in nodes:
        for new in replace(node):
            if isinstance(new, Choice):
                new = Choice(tuple((when, _replaced(body, replace)) for when, body in new.branches))
            elif isinstance(new, Loop):
                new = new._replace(body=_replaced(new.body, replace), otherwise=_replaced(new.otherwise, replace))
            elif isinstance(new, Include):
                new = new._replace(blocks=tuple((name, _replaced(body, replace)) for name, body in new.blocks))
            elif isinstance(new, Block):
                new = new._replace(body=_replaced(new.body, replace))
            result.append(new)
    return tuple(result)


def _constant(left: str, mark: str, right: str) -> str:
    """An expression that is only a text, so that white space control around it stays what it was."""
    written = mark.replace("\\n", "\n").replace("\\", "").replace("'", "")
    return f"{{{{{left} '\0{written}\0' {right}}}}}"


def _quoted(role: str) -> str:
    return role[1:-1] if role[:1] in ("'", '"') else ""


def _prefix(arguments: str) -> str:
    """ "=" and the text of a `prefix` that is given, or nothing."""
    found = _PREFIX.search(arguments)
    return "=" + (found[1] or found[2] or "") if found else ""
