"""Jinja: a template's text -> its tree of texts, values and statements, whitespace as Jinja's own lexer leaves it."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from ...errors import ParseError
from .expression_tokens import tokens
from .expressions import CONSTANTS, MAX_CHAIN, Const, Expression, Member, Name, Operation, Reader, Row
from .reading import MAX_DEPTH, broken

LANGUAGE = "Jinja"


class Output(NamedTuple):
    value: Expression


class If(NamedTuple):
    branches: tuple[tuple[Expression | None, Body], ...]  # None: the else


class For(NamedTuple):
    targets: tuple[str, ...]
    over: Expression
    only: Expression | None  # `if` behind the list
    body: Body
    otherwise: Body
    at: int


class Set(NamedTuple):
    targets: tuple[str, ...]
    value: Expression | None  # None: what `body` writes
    body: Body


class With(NamedTuple):
    """A scope of its own: `with`, and other blocks whose body is sent as it is."""

    pairs: tuple[tuple[str, Expression], ...]
    body: Body


class Part(NamedTuple):
    """`block`"""

    name: str
    body: Body
    at: int


class Insert(NamedTuple):
    """`include`"""

    ref: Expression
    optional: bool
    context: bool  # whether the file sees what is set where it is included
    at: int


class Extends(NamedTuple):
    ref: Expression
    at: int


class Macro(NamedTuple):
    name: str
    params: tuple[tuple[str, Expression | None], ...]
    body: Body


class CallBlock(NamedTuple):
    call: Expression
    body: Body
    at: int


class Known(NamedTuple):
    """Names of other files' macros."""

    names: tuple[str, ...]


class Cases(NamedTuple):
    """`case` and `switch`: one of the bodies."""

    bodies: tuple[Body, ...]
    otherwise: Body | None


Statement: TypeAlias = (
    "str | Output | If | For | Set | With | Part | Insert | Extends | Macro | CallBlock | Known | Cases"
)
Body: TypeAlias = tuple[Statement, ...]

_TAG = re.compile(r"\{(?:\{|%|#)")
_PLAIN = re.compile(r"\{\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}\}")
_COMMENT_END = re.compile(r"-#\}\s*|\+?#\}")
_RAW = re.compile(r"\{%[-+]?\s*(raw|verbatim|comment)\s*(?:[-+]?%\})(?:(?<=-%\})\s*)?")
_END_OF_RAW = {
    name: re.compile(r"\{%([-+]?)\s*end" + name + r"\s*[-+]?%\}(?:(?<=-%\})\s*)?")
    for name in ("raw", "verbatim", "comment")
}
_SAME = {"elseif": "elif", "elsif": "elif", "assign": "set", "render": "include"}
_SCOPES = ("filter", "autoescape")
_BLOCKS = ("if", "unless", "for", "block", "macro", "call", "with", "case", "capture", *_SCOPES)
_NEWLINE = re.compile(r"\r\n?")


class _Open:
    """A statement whose end is not read yet."""

    def __init__(self, kind: str, ends: str, at: int, head: Expression | None = None) -> None:
        self.kind = kind
        self.ends = ends
        self.at = at
        self.bodies: list[tuple[Expression | None, list[Statement]]] = [(head, [])]
        self.divided = False  # its else is read
        self.names: tuple[str, ...] = ()
        self.only: Expression | None = None
        self.pairs: tuple[tuple[str, Expression], ...] = ()
        self.params: tuple[tuple[str, Expression | None], ...] = ()


def parse_tree(text: str) -> Body:
    """The tree of a template. As in Jinja, line ends become newlines, and one at the very end is not sent."""
    return _Parser(_NEWLINE.sub("\n", text).removesuffix("\n")).tree()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.open = [_Open("", "", 0)]
        self.ends: set[str] | None = None

    def broken(self, at: int, problem: str, hint: str = "") -> ParseError:
        return broken(LANGUAGE, self.text, at, problem, hint)

    def put(self, statement: Statement) -> None:
        self.open[-1].bodies[-1][1].append(statement)

    def tree(self) -> Body:
        at, text = 0, self.text
        while found := _TAG.search(text, at):
            start = found.start()
            before = text[at:start]
            if text.startswith("-", start + 2):
                before = before.rstrip()
            if before:
                self.put(before)
            at = self.tag(found[0], start)
        if text[at:]:
            self.put(text[at:])
        if len(self.open) > 1:
            raise self.broken(self.open[-1].at, f"{self.open[-1].kind} is not closed")
        return tuple(self.open[0].bodies[0][1])

    def tag(self, sign: str, start: int) -> int:
        """Read the tag at `start`; where the text behind it begins."""
        if sign == "{{":
            if (
                (plain := _PLAIN.match(self.text, start))
                and plain[1].count(".") < MAX_CHAIN
                and plain[1] not in CONSTANTS
            ):
                first, *rest = plain[1].split(".")
                value: Expression = Name(first)
                for key in rest:
                    value = Member(value, Const(key))
                self.put(Output(value))
                return plain.end()
            read, end = self.read(start, "}}")
            self.put(Output(read.row()))
            read.end()
            return end
        if sign == "{#":
            closed = _COMMENT_END.search(self.text, start + 2)
            if closed is None:
                raise self.broken(start, "a comment is not closed")
            return closed.end()
        if raw := _RAW.match(self.text, start):
            return self.raw(raw, start)
        read, end = self.read(start, "%}")
        name = read.name()
        self.statement(_SAME.get(name, name), name, read, start)
        return end

    def read(self, start: int, end: str) -> tuple[Reader, int]:
        inside = start + 2 + (self.text[start + 2 : start + 3] in ("-", "+"))
        found, behind = tokens(self.text, inside, end, LANGUAGE)
        return Reader(found, self.text, LANGUAGE), behind

    def raw(self, raw: re.Match[str], start: int) -> int:
        closed = _END_OF_RAW[raw[1]].search(self.text, raw.end())
        if closed is None:
            raise self.broken(start, f"{raw[1]} is not closed")
        inner = self.text[raw.end() : closed.start()]
        if raw[1] != "comment" and (inner := inner.rstrip() if closed[1] == "-" else inner):
            self.put(inner)
        return closed.end()

    # --- statements -----------------------------------------------------------------------------------------------

    def statement(self, name: str, written: str, read: Reader, at: int) -> None:
        if written.startswith("end"):
            return self.close(written, at)
        if name == "else" or name == "elif" or name == "when":
            return self.divide(name, written, read, at)
        if name == "set":
            return self.set(read, at)
        if name in _BLOCKS:
            return self.begin(name, written, read, at)
        if name == "include":
            ref = read.expression()
            optional = read.skip("ignore") and read.skip("missing")
            return self.put(Insert(ref, optional, not read.skip("without"), at))
        if name == "extends":
            if len(self.open) > 1:
                raise self.broken(at, "extends inside of another statement")
            self.put(Extends(read.expression(), at))
            return read.end()
        if name == "import":
            read.expression()
            read.need("as")
            return self.put(Known((read.name(),)))
        if name == "from":
            return self.imported(read)
        if name in ("do", "break", "continue", "debug"):
            return None  # they write nothing
        if "end" + written in self.all_ends():
            return self.begin("", written, read, at)  # of an extension
        raise self.broken(at, "a statement that is not known", "Is it another template language? State the format.")

    def all_ends(self) -> set[str]:
        if self.ends is None:
            self.ends = set(re.findall(r"\{%[-+]?\s*(end\w+)", self.text))
        return self.ends

    def begin(self, name: str, written: str, read: Reader, at: int) -> None:
        if len(self.open) > MAX_DEPTH:
            raise self.broken(at, f"statements are nested more than {MAX_DEPTH} deep")
        frame = _Open(name, "end" + written, at)
        if name == "if" or name == "unless":
            condition = read.expression()
            frame.bodies = [(Operation("not", (condition,)) if name == "unless" else condition, [])]
            read.end()
        elif name == "for":
            self.loop(frame, read)
        elif name == "block" or name == "capture":
            if read.next.kind not in ("name", "text"):
                raise read.error("a name is missing")
            frame.names = (read.take().text.strip("'\""),)
        elif name == "macro":
            frame.names = (read.name(),)
            read.need("(")
            frame.params = self.params(read)
        elif name == "call":
            if read.skip("("):
                self.params(read)
            frame.bodies = [(read.expression(), [])]
        elif name == "with":
            pairs = []
            while not read.done():
                target = read.name()
                read.need("=")
                pairs.append((target, read.expression()))
                read.skip(",")
            frame.pairs = tuple(pairs)
        self.open.append(frame)

    def loop(self, frame: _Open, read: Reader) -> None:
        targets = [self.target(read)]
        while read.skip(","):
            targets.append(self.target(read))
        read.need("in")
        over = read.expression(ternary=False)
        if read.next.text == "," and read.next.kind == "mark":
            items = [over]
            while read.skip(","):
                items.append(read.expression(ternary=False))
            over = Row(tuple(items))
        if read.skip("if"):
            frame.only = read.expression()
        frame.names, frame.bodies = tuple(targets), [(over, [])]
        while read.skip("recursive", "reversed", "limit", "offset"):
            if read.skip(":"):
                read.expression()
        read.end()

    def target(self, read: Reader) -> str:
        read.skip("(")
        name = read.name()
        read.skip(")")
        return name

    def params(self, read: Reader) -> tuple[tuple[str, Expression | None], ...]:
        params: list[tuple[str, Expression | None]] = []
        while not read.skip(")"):
            name = read.name()
            params.append((name, read.expression() if read.skip("=") else None))
            if not read.skip(","):
                read.need(")")
                break
        return tuple(params)

    def set(self, read: Reader, at: int) -> None:
        targets = [self.dotted(read)]
        while read.skip(","):
            targets.append(self.dotted(read))
        if read.skip("="):
            self.put(Set(tuple(targets), read.row(), ()))
            return read.end()
        frame = _Open("set", "endset", at)
        frame.names = tuple(targets)
        if len(self.open) > MAX_DEPTH:
            raise self.broken(at, f"statements are nested more than {MAX_DEPTH} deep")
        self.open.append(frame)
        return None

    def dotted(self, read: Reader) -> str:
        name = read.name()
        while read.skip("."):
            name += "." + read.name()
        return name

    def imported(self, read: Reader) -> None:
        read.expression()
        read.need("import")
        names = []
        while read.next.kind == "name":
            name = read.name()
            names.append(read.name() if read.skip("as") else name)
            read.skip(",")
        self.put(Known(tuple(names)))

    def divide(self, name: str, written: str, read: Reader, at: int) -> None:
        frame = self.open[-1]
        if name == "when" and frame.kind == "case":
            default = False
        else:
            default = name == "else"
            allowed = ("if", "unless", "for", "case") if default else ("if", "unless")
            if frame.kind not in allowed:
                raise self.broken(at, f"{written} outside of an if")
        if frame.divided:
            raise self.broken(at, f"{written} behind the else")
        frame.divided = default
        condition = None if default or name == "when" else read.expression()
        frame.bodies.append((condition, []))
        return None

    def close(self, written: str, at: int) -> None:
        frame = self.open[-1]
        if len(self.open) == 1 or frame.ends != written:
            raise self.broken(at, f"{written} closes nothing that is open")
        self.open.pop()
        self.put(_closed(frame))


def _closed(frame: _Open) -> Statement:
    bodies = [(head, tuple(body)) for head, body in frame.bodies]
    head, body = bodies[0]
    if frame.kind in ("if", "unless"):
        return If(tuple(bodies))
    if frame.kind == "for" and head is not None:
        return For(frame.names, head, frame.only, body, bodies[1][1] if len(bodies) > 1 else (), frame.at)
    if frame.kind in ("set", "capture"):
        return Set(frame.names, None, body)
    if frame.kind == "block":
        return Part(frame.names[0], body, frame.at)
    if frame.kind == "macro":
        return Macro(frame.names[0], frame.params, body)
    if frame.kind == "call" and head is not None:
        return CallBlock(head, body, frame.at)
    if frame.kind == "case":
        whens = [each for _, each in bodies[1:]]
        return Cases(tuple(whens[:-1] if frame.divided else whens), whens[-1] if frame.divided else None)
    return With(frame.pairs, body)
