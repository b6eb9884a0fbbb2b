"""The text of a `.baml` file -> what it defines. Only what a prompt needs is kept; the rest is passed over.

A scanner without backtracking: tokens one after another, comments dropped, every loop bound by the tokens there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from ..errors import ParseError

MAX_TOKENS = 30_000
MAX_DEPTH = 32

# What a type is: its name, or ("list", type), ("union", types...), ("map", key, value), ("literal", text).
Type: TypeAlias = "str | tuple[Any, ...]"


class Field(NamedTuple):
    name: str  # as the model is told: the alias where there is one
    type: Type
    description: str | None


class Definition(NamedTuple):
    """A class or an enum. The values of an enum are fields of no type."""

    name: str
    fields: tuple[Field, ...]
    description: str | None


class Function(NamedTuple):
    name: str
    arguments: dict[str, Type]
    returns: Type
    client: str  # "provider/model", or the name of a client
    prompt: str | None  # of a function without a prompt: None
    line: int


class Template(NamedTuple):
    """A `template_string`."""

    arguments: tuple[str, ...]
    text: str


class Source(NamedTuple):
    functions: dict[str, Function]
    templates: dict[str, Template]
    classes: dict[str, Definition]
    enums: dict[str, Definition]
    aliases: dict[str, Type]
    clients: dict[str, dict[str, Any]]
    tests: list[dict[str, Any]]


class _Token(NamedTuple):
    kind: str  # "word", "string", "mark", "end"
    value: str
    at: int


_SKIP = re.compile(r"(?:\s+|//[^\n]*)*")
_WORD = re.compile(r"@{0,2}\w[\w.-]*(?:/[\w.-]+)*|->")
_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_RAW = re.compile(r'#{1,16}"')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def parse_source(text: str) -> Source:
    """Raises ParseError with the line where the file is no BAML."""
    return _Reader(text).source()


def dedented(text: str) -> str:
    """A raw string as BAML takes it: common indentation and the blank ends removed."""
    lines = text.split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines).strip()


class _Reader:
    """Tokens with one token of looking ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = next(self._tokens)
        self._line, self._counted = 1, 0  # of the last function, and how far lines are counted

    def source(self) -> Source:
        source = Source({}, {}, {}, {}, {}, {}, [])
        while self._next.kind != "end":
            at = self._next.at
            kind = self._word()
            if kind == "function":
                function = self._function(at)
                source.functions[function.name] = function
            elif kind == "template_string":
                name = self._word()
                arguments = tuple(self._arguments()) if self._next.value == "(" else ()
                source.templates[name] = Template(arguments, self._string())
            elif kind in ("class", "enum"):
                definition = self._definition(kind)
                (source.classes if kind == "class" else source.enums)[definition.name] = definition
            elif kind == "type":
                name = self._word()
                self._mark("=")
                source.aliases[name] = self._type(0)
                self._attributes()
            elif kind == "client" and self._next.value == "<":
                self._mark("<")
                self._word()
                self._mark(">")
                name = self._word()
                source.clients[name] = self._table(0)
            elif kind == "test":
                self._word()
                source.tests.append(self._table(0))
            elif kind in ("retry_policy", "generator"):
                self._word()
                self._table(0)
            else:
                raise self._broken(at)
        return source

    def _function(self, at: int) -> Function:
        name = self._word()
        arguments = self._arguments()
        self._mark("->")
        returns = self._type(0)
        body = self._table(0)
        client, prompt = body.get("client"), body.get("prompt")
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return Function(
            name,
            arguments,
            returns,
            client if isinstance(client, str) else "",
            prompt if isinstance(prompt, str) else None,
            self._line,
        )

    def _arguments(self) -> dict[str, Type]:
        arguments: dict[str, Type] = {}
        self._mark("(")
        while not self._took(")"):
            name = self._word()
            arguments[name] = self._type(0) if self._took(":") else "string"
            if not self._took(",") and self._next.value != ")":
                raise self._broken(self._next.at)
        return arguments

    def _definition(self, kind: str) -> Definition:
        name = self._word()
        fields: list[Field] = []
        described: dict[str, str | None] = {}
        self._mark("{")
        while not self._took("}"):
            if self._next.value.startswith("@@"):
                described |= self._attributes()
                continue
            field = self._word()
            self._took(":")
            type = self._type(0) if kind == "class" else ""
            about = self._attributes(of_block=False)
            if "@skip" not in about:
                fields.append(Field(about.get("@alias") or field, type, about.get("@description")))
            self._took(",")
        return Definition(described.get("@@alias") or name, tuple(fields), described.get("@@description"))

    def _attributes(self, of_block: bool = True) -> dict[str, str | None]:
        """Attributes with their first text: `@alias("x")`, `@description(#"..."#)`, `@@dynamic`."""
        found: dict[str, str | None] = {}
        while self._next.kind == "word" and self._next.value.startswith("@"):
            if self._next.value.startswith("@@") and not of_block:
                break  # behind the last field
            name = self._word()
            found[name] = None
            if self._next.value == "(" and self._next.kind == "mark":
                self._take()
                depth = 1
                while depth:
                    token = self._take()
                    if token.kind == "string":
                        found[name] = found[name] or token.value
                    depth += (token.kind == "mark") * ((token.value == "(") - (token.value == ")"))
        return found

    def _type(self, depth: int) -> Type:
        kinds = [self._one_type(depth)]
        while self._took("|"):
            kinds.append(self._one_type(depth))
        return kinds[0] if len(kinds) == 1 else ("union", *kinds)

    def _one_type(self, depth: int) -> Type:
        if depth > MAX_DEPTH:
            raise ParseError(f"is nested too deeply ({self._place(self._next.at)})")
        type: Type
        if self._took("("):
            type = self._type(depth + 1)
            self._attributes()
            self._mark(")")
        elif self._next.kind == "string":
            type = ("literal", f'"{self._string()}"')
        else:
            type = self._word()
            if type == "map" and self._took("<"):
                key = self._type(depth + 1)
                self._mark(",")
                type = ("map", key, self._type(depth + 1))
                self._mark(">")
            elif type.isdigit() or type in ("true", "false"):
                type = ("literal", type)
        for _ in range(MAX_DEPTH):
            if self._took("["):
                self._mark("]")
                type = ("list", type)
            elif self._took("?"):
                type = ("union", type, "null")
            else:
                break
        return type

    def _table(self, depth: int) -> dict[str, Any]:
        """A block of keys and values; of a key written twice the first value."""
        if depth > MAX_DEPTH:
            raise ParseError(f"is nested too deeply ({self._place(self._next.at)})")
        table: dict[str, Any] = {}
        self._mark("{")
        while not self._took("}"):
            if self._next.value.startswith("@") and self._next.kind == "word":
                self._attributes()
            elif self._took(",") or self._took(":"):
                continue
            elif self._next.kind == "mark":
                self._value(depth)  # of code that is not read here
            else:
                key = self._take().value
                self._took(":")
                if self._next.value != "}" or self._next.kind == "string":
                    table.setdefault(key, self._value(depth))
        return table

    def _value(self, depth: int) -> Any:
        if self._next.kind != "mark":
            return self._take().value
        if self._next.value == "{":
            return self._table(depth + 1)
        if not self._took("["):
            return self._take().value
        if depth > MAX_DEPTH:
            raise ParseError(f"is nested too deeply ({self._place(self._next.at)})")
        items = []
        while not self._took("]"):
            if not self._took(","):
                items.append(self._value(depth + 1))
        return items

    def _took(self, mark: str) -> bool:
        if self._next.kind == "mark" and self._next.value == mark:
            self._take()
            return True
        return False

    def _mark(self, mark: str) -> None:
        if not self._took(mark):
            raise self._broken(self._next.at)

    def _word(self) -> str:
        if self._next.kind != "word":
            raise self._broken(self._next.at)
        return self._take().value

    def _string(self) -> str:
        if self._next.kind != "string":
            raise self._broken(self._next.at)
        return self._take().value

    def _take(self) -> _Token:
        token = self._next
        if token.kind == "end":
            raise self._broken(token.at)
        self._next = next(self._tokens)
        return token

    def _broken(self, at: int) -> ParseError:
        return ParseError(f"is not BAML that is read here ({self._place(at)})", "Exclude it if it is not a prompt.")

    def _place(self, at: int) -> str:
        return f"line {self._text.count(chr(10), 0, at) + 1}"


def _tokens(text: str) -> Iterator[_Token]:
    at, count = len(text) - len(text.removeprefix("\ufeff")), 0
    while True:
        at = _SKIP.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing too
        if at >= len(text):
            break
        count += 1
        if count > MAX_TOKENS:
            raise ParseError(f"holds too much (line {text.count(chr(10), 0, at) + 1})")
        start = at
        if text.startswith("{//", at):
            at = _until(text, "//}", at, at + 3)
            continue
        if raw := _RAW.match(text, at):
            close = raw[0][::-1]
            at = _until(text, close, at, raw.end())
            yield _Token("string", dedented(text[raw.end() : at - len(close)]), start)
            continue
        if text[at] == '"':
            found = _QUOTED.match(text, at)
            if found is None:
                raise ParseError(f"has a string without its end (line {text.count(chr(10), 0, at) + 1})")
            at = found.end()
            yield _Token("string", _ESCAPE.sub(lambda each: _ESCAPES.get(each[1], each[1]), found[0][1:-1]), start)
        elif word := _WORD.match(text, at):
            at = word.end()
            yield _Token("mark" if word[0] == "->" else "word", word[0], start)
        else:
            at += 1
            yield _Token("mark", text[start], start)
    while True:
        yield _Token("end", "", len(text))


def _until(text: str, close: str, opened: int, start: int) -> int:
    end = text.find(close, start)
    if end < 0:
        raise ParseError(f"has a string or comment without its end (line {text.count(chr(10), 0, opened) + 1})")
    return end + len(close)
