"""Handlebars: a template's text -> its tree of texts, tags and blocks, as Handlebars' own grammar reads it."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from ...errors import ParseError
from .reading import MAX_DEPTH, broken

MAX_WORDS = 1_000  # in one tag


class Path(NamedTuple):
    """`name`, `user.name`, `../name`, `this`, `@index`."""

    up: int  # how many contexts outwards
    parts: tuple[str, ...]
    this: bool = False  # starts at the context itself
    data: bool = False  # starts with "@"


class Literal(NamedTuple):
    text: str
    true: bool


class Call(NamedTuple):
    """What stands in a tag: a name, or a helper with its arguments."""

    head: Word
    args: tuple[Word, ...] = ()
    named: tuple[tuple[str, Word], ...] = ()
    params: tuple[str, ...] = ()  # `as |item index|`


Word: TypeAlias = "Path | Literal | Call"


class Strip(NamedTuple):
    """Whether a tag has a `~` at its left and its right."""

    open: bool = False
    close: bool = False


class Text:
    """Text of the template; `value` is what is left of it when whitespace is stripped."""

    def __init__(self, text: str) -> None:
        self.original = self.value = text
        self.left_stripped = self.right_stripped = False


class Tag:
    """`{{name}}`, `{{> partial}}` or a comment."""

    def __init__(self, kind: str, at: int, call: Call, strip: Strip) -> None:
        self.kind = kind  # "", ">", "!"
        self.at = at
        self.call = call
        self.strip = strip
        self.indent = ""  # before a partial that stands alone on its line


class Block:
    """`{{#name}}...{{else}}...{{/name}}`."""

    def __init__(self, kind: str, at: int, call: Call, strip: Strip) -> None:
        self.kind = kind  # "#", "^", "#>", "#*", "{{{{"
        self.at = at
        self.call = call
        self.program: Body | None = None
        self.inverse: Body | None = None
        self.open = strip
        self.between = Strip()
        self.close = Strip()


class Body:
    def __init__(self, chained: bool = False) -> None:
        self.nodes: list[Text | Tag | Block] = []
        self.chained = chained  # the body of an `{{else if ...}}`: its one node is that block


_TAG = re.compile(r"\{\{(~?)(?:(!--|!|#>|#\*?|>|/|\^|\{|&|\*)|\s*(else)\b)?")
_PLAIN = re.compile(r"\{\{([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\}\}(?!\})")  # by far the commonest tag
_ID = r"[^\s!\"#%-,./;->@\[-^`{-~]+"
_SEGMENT = rf"(?:{_ID}|\[[^\]\\]*(?:\\\]?[^\]\\]*)*\]|\.\.|\.(?=[=~}}\s/.)|]))"
_WORD = re.compile(
    r"\s*(?:(?P<close>\}~?\}\}|~?\}\}\}?\}?)"
    r"|(?P<text>\"[^\"\\]*(?:\\\"?[^\"\\]*)*\"|'[^'\\]*(?:\\'?[^'\\]*)*')"
    r"|(?P<params>as\s+\|[^|{}]*\|)"
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?(?=[~}\s)]))"
    rf"|(?P<path>@?{_SEGMENT}(?:[./]{_SEGMENT})*)"
    r"|(?P<mark>[=()]))"
)
# By how many braces there are more than two. Without more, three are a mistake to Handlebars, not two and a text.
_CLOSE = {"}": re.compile(r"\}~?\}\}"), "}}": re.compile(r"\}{4}"), "": re.compile(r"(?!\}~?\}\})~?\}\}")}
_PART = re.compile(rf"({_ID}|\[((?:\\\]|[^\]])*)\]|\.\.?)[./]?")
_COMMENT_END = re.compile(r"\}\}")
_LONG_COMMENT_END = re.compile(r"--~?\}\}")
_RAW = re.compile(rf"\{{\{{\{{\{{(?:/({_ID})\}}\}}\}}\}})?")
_NO_NAMES = ("else", "true", "false", "null", "undefined")
_LITERALS = {"true": True, "false": False, "null": False, "undefined": False}


def parse_tree(text: str) -> Body:
    """The tree of a template, its whitespace as written."""
    return _Reader(text).tree()


class _Open(NamedTuple):
    """A block whose end is not read yet."""

    block: Block  # the one that `{{/name}}` closes
    last: Block  # the one that the next `{{else}}` divides: of a chain the last
    around: Body
    depth: int  # of the last


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.body = Body()
        self.open: list[_Open] = []

    def broken(self, at: int, problem: str, hint: str = "") -> ParseError:
        return broken("Handlebars", self.text, at, problem, hint)

    def tree(self) -> Body:
        at = 0
        while (start := self.text.find("{{", at)) >= 0:
            if self.text.startswith("\\", start - 1) and start > at:
                twice = self.text.startswith("\\\\", start - 2) and start - 1 > at
                self.put(self.text[at : start - 1])
                if not twice:
                    at = self.escaped(start)
                    continue
            else:
                self.put(self.text[at:start])
            at = self.raw(start) if self.text.startswith("{{{{", start) else self.tag(start)
        self.put(self.text[at:])
        if self.open:
            raise self.broken(self.open[-1].block.at, "a block is not closed")
        return self.body

    def put(self, text: str) -> None:
        if text:
            self.body.nodes.append(Text(text))

    def escaped(self, start: int) -> int:
        """`\\{{name}}` is sent as it stands: up to the next tag, escaped or not."""
        end = self.text.find("{{", start + 2)
        if end < 0:
            end = len(self.text)
        for _ in range(2):
            if end > start + 2 and end < len(self.text) and self.text[end - 1] == "\\":
                end -= 1
        self.put(self.text[start:end])
        return end

    def tag(self, start: int) -> int:
        if (plain := _PLAIN.match(self.text, start)) and plain[1] not in _NO_NAMES:
            parts = tuple(plain[1].split("."))
            if "this" not in parts:
                self.body.nodes.append(Tag("", start, Call(Path(0, parts)), Strip()))
                return plain.end()
        found = _TAG.match(self.text, start)
        assert found is not None  # it starts with {{
        tilde, sign, otherwise = found.groups()
        if sign in ("!", "!--"):
            return self.comment(found.end(), start, bool(tilde), sign)
        call, close, end = self.call(found.end(), start, "}" if sign == "{" else "")
        strip = Strip(bool(tilde), "~" in close)
        if otherwise or (sign == "^" and call is None):
            self.divide(start, call, strip)
        elif call is None:
            raise self.broken(start, "a tag that holds no name")
        elif sign == "/":
            self.close(start, call, strip)
        elif sign in ("#", "#>", "#*", "^"):
            self.begin(Block(sign, start, call, strip))
        elif sign == "*":
            raise self.broken(start, "a decorator, which is not read")
        else:
            self.body.nodes.append(Tag(">" if sign == ">" else "", start, call, strip))
        return end

    def comment(self, at: int, start: int, tilde: bool, sign: str) -> int:
        found = (_LONG_COMMENT_END if sign == "!--" else _COMMENT_END).search(self.text, at)
        if found is None:
            raise self.broken(start, "a comment is not closed")
        strip = Strip(tilde, self.text[found.end() - 3] == "~")
        self.body.nodes.append(Tag("!", start, Call(Literal("", False)), strip))
        return found.end()

    # --- blocks ---------------------------------------------------------------------------------------------------

    def begin(self, block: Block) -> None:
        self.open.append(_Open(block, block, self.body, self.depth(block.at)))
        self.body = Body()
        if block.kind == "^":
            block.inverse = self.body
        else:
            block.program = self.body

    def depth(self, at: int) -> int:
        """Of a block that begins at `at`. Each `else if` is a block within the one before."""
        depth = self.open[-1].depth + 1 if self.open else 1
        if depth > MAX_DEPTH:
            raise self.broken(at, f"blocks are nested more than {MAX_DEPTH} deep")
        return depth

    def divide(self, start: int, call: Call | None, strip: Strip) -> None:
        if not self.open or self.open[-1].block.kind in ("#>", "#*"):
            raise self.broken(start, "an else outside of a block")
        block, last, around, _ = self.open[-1]
        inverted = last is block and block.kind == "^"
        if (last.program if inverted else last.inverse) is not None:
            raise self.broken(start, "an else behind the last else")
        last.between = strip
        inverse = Body(chained=call is not None)
        if inverted:
            last.program = inverse
        else:
            last.inverse = inverse
        self.body = inverse
        if call is None:
            return
        chained = Block("#", start, call, strip)
        chained.close = strip  # so Handlebars has it, but for the first of a chain
        chained.program = Body()
        inverse.nodes.append(chained)
        self.body = chained.program
        self.open[-1] = _Open(block, chained, around, self.depth(start))

    def close(self, start: int, call: Call, strip: Strip) -> None:
        if not self.open or _original(self.open[-1].block.call.head) != _original(call.head):
            raise self.broken(start, "a block is closed that is not the open one")
        block, _, self.body, _ = self.open.pop()
        block.close = strip
        for inverse in (block.inverse, block.program):
            if inverse and inverse.chained and isinstance(first := inverse.nodes[0], Block):
                first.close = strip
        self.body.nodes.append(block)

    def raw(self, start: int) -> int:
        """`{{{{name}}}}...{{{{/name}}}}`: what is in it is text, raw blocks too."""
        call, _, at = self.call(start + 4, start, "}}")
        if call is None:
            raise self.broken(start, "a tag that holds no name")
        block = Block("{{{{", start, call, Strip())
        block.program = Body()
        depth = 1
        for found in _RAW.finditer(self.text, at):
            if found.start() > at:
                block.program.nodes.append(Text(self.text[at : found.start()]))
            at = found.end()
            depth += -1 if found[1] else 1
            if depth == 0:
                if found[1] != _original(call.head):
                    raise self.broken(found.start(), "a block is closed that is not the open one")
                self.body.nodes.append(block)
                return at
            block.program.nodes.append(Text(found[0]))
        raise self.broken(start, "a block is not closed")

    # --- what stands in a tag -------------------------------------------------------------------------------------

    def call(self, at: int, start: int, more: str) -> tuple[Call | None, str, int]:
        """The call at `at`, its closing braces (`more` than two of them), and where these end."""
        self.words = 0
        close, end = self.closing(at, start, more)
        if close:
            return None, close, end
        head, at = self.word(at, start, 0)
        args, named, params, at = self.arguments(at, start, 0)
        close, end = self.closing(at, start, more)
        if not close:
            raise self.broken(start, "a tag that is not closed")
        return Call(head, args, named, params), close, end

    def closing(self, at: int, start: int, more: str) -> tuple[str, int]:
        found = _WORD.match(self.text, at)
        if found is None:
            problem = "a tag that is not closed" if self.text.find("}}", at) < 0 else "a tag that cannot be read"
            raise self.broken(start, problem)
        if not found["close"]:
            return "", at
        close = _CLOSE[more].match(self.text, found.start("close"))
        if close is None:
            raise self.broken(start, "a tag whose braces do not match")
        return close[0], close.end()

    def word(self, at: int, start: int, depth: int) -> tuple[Word, int]:
        found = _WORD.match(self.text, at)
        self.words += 1
        if found is None or self.words > MAX_WORDS or depth > MAX_DEPTH // 2:
            raise self.broken(start, "a tag that cannot be read")
        at = found.end()
        if path := found["path"]:
            if path in _LITERALS:
                return Literal(path, _LITERALS[path]), at
            return self.path(path, start), at
        if quoted := found["text"]:
            inner = quoted[1:-1].replace("\\" + quoted[0], quoted[0])
            return Literal(inner, bool(inner)), at
        if number := found["number"]:
            return Literal(number, float(number) != 0), at
        if found["mark"] == "(":
            head, at = self.word(at, start, depth + 1)
            args, named, _, at = self.arguments(at, start, depth + 1)
            if (end := _WORD.match(self.text, at)) and end["mark"] == ")":
                return Call(head, args, named), end.end()
        raise self.broken(start, "a tag that cannot be read")

    def arguments(
        self, at: int, start: int, depth: int
    ) -> tuple[tuple[Word, ...], tuple[tuple[str, Word], ...], tuple[str, ...], int]:
        args: list[Word] = []
        named: list[tuple[str, Word]] = []
        while found := _WORD.match(self.text, at):
            if found["close"] or found["mark"] == ")":
                break
            if params := found["params"]:
                return tuple(args), tuple(named), tuple(params.partition("|")[2][:-1].split()), found.end()
            equals = _WORD.match(self.text, found.end()) if found["path"] else None
            if equals and equals["mark"] == "=":
                value, at = self.word(equals.end(), start, depth)
                named.append((found["path"], value))
            elif named:
                break  # an argument without a name cannot follow
            else:
                value, at = self.word(at, start, depth)
                args.append(value)
        return tuple(args), tuple(named), (), at

    def path(self, text: str, start: int) -> Path:
        up, this = 0, False
        parts: list[str] = []
        for found in _PART.finditer(text.removeprefix("@")):
            part = found[1]
            if part in (".", "..", "this"):
                if parts:
                    raise self.broken(start, "a path that leads outwards behind a name")
                up += part == ".."
                this = True
            else:
                parts.append(part if found[2] is None else found[2].replace("\\]", "]"))
        return Path(up, tuple(parts), this, text.startswith("@"))


def _original(head: Word) -> str:
    return head.text if isinstance(head, Literal) else "/".join(head.parts) if isinstance(head, Path) else ""
