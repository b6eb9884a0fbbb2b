"""Expressions of Jinja, and what Nunjucks and Liquid write differently: tokens of one tag -> a small tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ...errors import ParseError
from .reading import broken

MAX_NESTING = 32
MAX_CHAIN = 64  # members and filters of one value
MAX_TOKENS = 10_000  # in one tag


class Token(NamedTuple):
    kind: str  # "name", "text", "number", "mark", "end"
    text: str
    at: int


class Const(NamedTuple):
    value: str | int | float | bool | None


class Name(NamedTuple):
    name: str


class Member(NamedTuple):
    """`user.name`, `rows[0]`, `rows[i]`; of `rows[1:]` the key is None."""

    of: Expression
    key: Expression | None


class Call(NamedTuple):
    of: Expression
    args: tuple[Expression, ...]
    named: tuple[tuple[str, Expression], ...]


class Filter(NamedTuple):
    of: Expression
    name: str
    args: tuple[Expression, ...] = ()


class Test(NamedTuple):
    of: Expression
    name: str


class Row(NamedTuple):
    items: tuple[Expression, ...]


class Table(NamedTuple):
    pairs: tuple[tuple[Expression, Expression], ...]


class Operation(NamedTuple):
    sign: str  # "not", "and", "or", "if", "~", "+", "==", "in", ...
    of: tuple[Expression, ...]  # of "if": condition, value, other value


Expression: TypeAlias = "Const | Name | Member | Call | Filter | Test | Row | Table | Operation"
_Parse = Callable[[], Expression]

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>0[bB][01_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|(?:(?<!\.)\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?|\d[\d_]*))"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<text>'[^'\\]*(?:\\.[^'\\]*)*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\")"
    r"|(?P<mark>===|!==|\*\*|//|==|!=|<>|<=|>=|\.\.|[-+/*%~\[\](){}<>=.:|,;])",
    re.DOTALL,
)
_ENDS = {"}}": re.compile(r"-\}\}\s*|\}\}"), "%}": re.compile(r"\+%\}|-%\}\s*|%\}")}
_CLOSES = {"(": ")", "[": "]", "{": "}"}


def tokens(text: str, at: int, end: str, language: str) -> tuple[list[Token], int]:
    """The tokens from `at` to the `end` of the tag, and where the text behind it begins.

    Braces of a table do not end the tag, nor does what stands in quotes.
    """
    start, found = at, []
    closing: list[str] = []
    ends = _ENDS[end]
    while True:
        if not closing and (last := ends.match(text, at)):
            found.append(Token("end", "", at))
            return found, last.end()
        token = _TOKEN.match(text, at)
        if token is None:
            problem = "a tag that is not closed" if at >= len(text) else "a character that no expression has"
            raise broken(language, text, start if at >= len(text) else at, problem)
        kind, written = token.lastgroup or "", token[0]
        if written in _CLOSES and kind == "mark":
            closing.append(_CLOSES[written])
        elif kind == "mark" and written in ")]}" and (not closing or closing.pop() != written):
            raise broken(language, text, at, f"a {written} that closes nothing")
        if len(closing) > MAX_NESTING or len(found) > MAX_TOKENS:
            raise broken(language, text, start, "a tag that is too long or nested too deeply, or not closed")
        if kind != "space":
            found.append(Token(kind, written, at))
        at = token.end()


_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None,
              "null": None, "nil": None}  # fmt: skip
_BEHIND_A_TEST = ("else", "or", "and", "is", "if", "not", "in")
_COMPARED = {"===": "==", "!==": "!=", "<>": "!="}
_COMPARES = ("==", "!=", "<", ">", "<=", ">=", "===", "!==", "<>")


class Reader:
    """Reads expressions off the tokens of one tag, as Jinja's own parser ranks the operators."""

    def __init__(self, tokens: list[Token], text: str, language: str) -> None:
        self.tokens = tokens
        self.text = text
        self.language = language
        self.at = 0
        self.depth = 0

    # --- tokens ---------------------------------------------------------------------------------------------------

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def done(self) -> bool:
        return self.next.kind == "end"

    def take(self) -> Token:
        token = self.next
        if token.kind != "end":
            self.at += 1
        return token

    def skip(self, *texts: str) -> bool:
        """Whether one of `texts` is next, as a name or mark; then it is passed."""
        if self.next.kind in ("name", "mark") and self.next.text in texts:
            self.at += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.skip(text):
            raise self.error(f"`{text}` is missing")

    def name(self) -> str:
        if self.next.kind != "name":
            raise self.error("a name is missing")
        return self.take().text

    def error(self, problem: str) -> ParseError:
        return broken(self.language, self.text, self.next.at, problem)

    def end(self) -> None:
        if not self.done():
            raise self.error("a tag that goes on behind its end")

    # --- expressions ----------------------------------------------------------------------------------------------

    def expression(self, ternary: bool = True) -> Expression:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error("an expression that is nested too deeply")
        value = self.either()
        turns = 0
        while ternary and self.skip("if"):
            condition = self.either()
            other = self.expression() if self.skip("else") else Const("")
            value = Operation("if", (condition, value, other))
            if (turns := turns + 1) > MAX_NESTING:
                raise self.error("an expression that is nested too deeply")
        self.depth -= 1
        return value

    def row(self) -> Expression:
        """An expression, or several with commas between them."""
        first = self.expression()
        if not (self.next.kind == "mark" and self.next.text == ","):
            return first
        items = [first]
        while self.skip(",") and not self.done():
            items.append(self.expression())
        return Row(tuple(items))

    def either(self) -> Expression:
        return self.several("or", self.both)

    def both(self) -> Expression:
        return self.several("and", self.negation)

    def several(self, sign: str, part: _Parse) -> Expression:
        parts = [part()]
        while self.skip(sign):
            parts.append(part())
        return Operation(sign, tuple(parts)) if len(parts) > 1 else parts[0]

    def negation(self) -> Expression:
        negated = False
        while self.skip("not"):
            negated = not negated
        value = self.comparison()
        return Operation("not", (value,)) if negated else value

    def comparison(self) -> Expression:
        parts = [self.sum()]
        signs = []
        while True:
            if self.next.kind == "mark" and self.next.text in _COMPARES:
                sign = self.take().text
                signs.append(_COMPARED.get(sign, sign))
            elif self.skip("in", "contains"):
                signs.append("in")
            elif self.next.text == "not" and self.tokens[self.at + 1].text == "in":
                self.at += 2
                signs.append("not in")
            else:
                break
            parts.append(self.sum())
        if not signs:
            return parts[0]
        return Operation(signs[0] if len(signs) == 1 else "compare", tuple(parts))

    def sum(self) -> Expression:
        return self.chain(("+", "-", ".."), lambda: self.chain(("~",), self.product))

    def product(self) -> Expression:
        return self.chain(("*", "/", "//", "%", "**"), self.unary)

    def chain(self, signs: tuple[str, ...], part: _Parse) -> Expression:
        parts, used = [part()], []
        while self.next.kind == "mark" and self.next.text in signs:
            used.append(self.take().text)
            parts.append(part())
        if not used:
            return parts[0]
        return Operation(used[0] if len(set(used)) == 1 else "arithmetic", tuple(parts))

    def unary(self) -> Expression:
        signs = 0
        while self.skip("-", "+"):
            signs += 1
        value = self.filtered(self.members(self.primary()))
        if not signs:
            return value
        return Operation("-", (Const(0), value))

    def primary(self) -> Expression:
        token = self.take()
        if token.kind == "name":
            return Const(CONSTANTS[token.text]) if token.text in CONSTANTS else Name(token.text)
        if token.kind == "number":
            return Const(self.number(token))
        if token.kind == "text":
            parts = [self.unescaped(token)]
            while self.next.kind == "text":
                parts.append(self.unescaped(self.take()))
            return Const("".join(parts))
        if token.text == "(":
            value = Row(()) if self.next.text == ")" and self.next.kind == "mark" else self.row()
            self.need(")")
            return value
        if token.text == "[":
            items = []
            while not self.skip("]"):
                items.append(self.expression())
                if not self.skip(","):
                    self.need("]")
                    break
            return Row(tuple(items))
        if token.text == "{":
            pairs = []
            while not self.skip("}"):
                key = self.expression()
                self.need(":")
                pairs.append((key, self.expression()))
                if not self.skip(","):
                    self.need("}")
                    break
            return Table(tuple(pairs))
        self.at -= token.kind != "end"
        raise self.error("a value is missing")

    def number(self, token: Token) -> int | float:
        written = token.text.replace("_", "")
        if len(written) > 18:
            raise broken(self.language, self.text, token.at, "a number that is too long")
        try:
            return int(written, 0 if written[:1] == "0" and written.strip("0123456789") else 10)
        except ValueError:
            return float(written)

    def unescaped(self, token: Token) -> str:
        def one(found: re.Match[str]) -> str:
            what = found[1]
            if what[0] in "xuU" and len(what) > 1:
                code = int(what[1:], 16)
            elif what.isdigit() and what.isascii():
                code = int(what, 8) if what[0] in "01234567" else -1
            else:
                return _ESCAPED.get(what, what if what in "\\'\"" else "\\" + what)
            if code < 0:
                return "\\" + what
            if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                raise broken(self.language, self.text, token.at, "a text with half a character")
            return chr(code)

        return _ESCAPE.sub(one, token.text[1:-1]) if "\\" in token.text else token.text[1:-1]

    def members(self, value: Expression) -> Expression:
        for _ in range(MAX_CHAIN):
            if self.skip("."):
                if self.next.kind not in ("name", "number"):
                    raise self.error("a name is missing")
                value = Member(value, Const(self.take().text))
            elif self.skip("["):
                value = Member(value, self.key())
            elif self.skip("("):
                value = Call(value, *self.arguments())
            else:
                return value
        raise self.error("a value with too many members")

    def key(self) -> Expression | None:
        """What stands in brackets. Of a slice, `[1:]`, nothing is kept."""
        key = None if self.next.text == ":" else self.expression()
        sliced = False
        while self.skip(":"):
            sliced = True
            if self.next.text not in (":", "]"):
                self.expression()
        self.need("]")
        return None if sliced else key

    def filtered(self, value: Expression) -> Expression:
        for _ in range(MAX_CHAIN):
            if self.skip("|"):
                name = self.name()
                while self.skip("."):
                    name = self.name()
                if self.skip("("):
                    args, _named = self.arguments()
                else:
                    args = self.liquid_arguments() if self.skip(":") else ()
                value = Filter(value, name, args)
            elif self.skip("is"):
                negated = self.skip("not")
                value = Test(value, self.test())
                value = Operation("not", (value,)) if negated else value
            elif self.skip("("):
                value = Call(value, *self.arguments())
            else:
                return value
        raise self.error("a value with too many filters")

    def test(self) -> str:
        """The name of a test; what it compares with is passed."""
        name = self.name()
        while self.skip("."):
            name = self.name()
        if self.skip("("):
            self.arguments()
        elif (self.next.kind in ("name", "text", "number") and self.next.text not in _BEHIND_A_TEST) or (
            self.next.kind == "mark" and self.next.text in "[{"
        ):
            self.members(self.primary())
        return name

    def arguments(self) -> tuple[tuple[Expression, ...], tuple[tuple[str, Expression], ...]]:
        """The arguments of a call, behind its opening bracket."""
        args: list[Expression] = []
        named: list[tuple[str, Expression]] = []
        while not self.skip(")"):
            if self.skip("*", "**"):
                self.expression()
                args.append(Name("*"))  # whatever is in it
            elif self.next.kind == "name" and self.tokens[self.at + 1].text == "=":
                name = self.take().text
                self.need("=")
                named.append((name, self.expression()))
            else:
                args.append(self.expression())
            if not self.skip(","):
                self.need(")")
                break
        return tuple(args), tuple(named)

    def liquid_arguments(self) -> tuple[Expression, ...]:
        args = []
        while True:
            if self.next.kind == "name" and self.tokens[self.at + 1].text == ":":
                self.at += 2
            args.append(self.members(self.primary()))
            if not self.skip(","):
                return tuple(args)
