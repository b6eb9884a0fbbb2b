"""String constants of a TypeScript or JavaScript file: `const NAME = ...` at its top level. Scanned, never run.

Read are template literals (what stands in `${}` is a Variable), quoted strings, both joined by `+`, and functions that
only return one of these. The scanner
knows comments, strings, regular expressions and brackets, and nothing else of the language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import ParseError
from . import Prompt
from .constants import MAX_SOURCE, Constant, Named, Part, constants_prompt, refuse_unnamed
from .dedenting import dedented, stripped
from .nodes import Variable
from .sniffed import sniffed

MAX_TOKENS = 50_000
MAX_DEPTH = 32  # template literals inside of template literals
MAX_STATEMENT = 2_000  # tokens of a statement that are looked through for text

_SPACE = re.compile(r"(?:\s+|//[^\n]*)*")
_WORD = re.compile(r"[\w$]+")
_QUOTED = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"", re.DOTALL)
_REGEX = re.compile(r"/(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_PATH = re.compile(r"\s*([A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*)\s*")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_STATEMENTS = ("const", "let", "var", "export", "import", "function", "class", "interface", "type", "enum")
_DEDENTS = ("dedent", "outdent", "stripIndent", "stripIndents", "endent")


class _Token(NamedTuple):
    kind: str  # "word", "string", "template", "mark", "end"
    value: str  # of a string or template: what stands between its quotes
    at: int


def parse_typescript(text: str, member: str | None) -> Prompt:
    """The constant `member`, or every long one whose name says that it is a prompt."""
    if len(text) > MAX_SOURCE:
        raise ParseError(f"has {len(text):,} characters of source; {MAX_SOURCE:,} are read")
    refuse_unnamed(text, member, "ts")
    constants: dict[str, Constant] = {}
    tokens = list(_tokens(text))
    depth, line, counted = 0, 1, 0
    for at, token in enumerate(tokens):
        if token.kind == "mark":
            depth += (token.value in "([{") - (token.value in ")]}")
        elif depth == 0 and token.kind == "word" and token.value in ("const", "let", "var"):
            name, begin = _declared(tokens, at + 1)
            if begin:
                parts = _value(tokens, begin)
                line, counted = line + text.count("\n", counted, token.at), token.at
                messages: list[tuple[str | None, list[Part]]] = [] if parts is None else [(None, parts)]
                constants[name] = Constant(line, messages, characters=0 if messages else _characters(tokens, begin))
    return constants_prompt(constants, member, sniffed, "ts")


def _declared(tokens: list[_Token], at: int) -> tuple[str, int]:
    """The name behind `const`, and where its value begins; 0 where it has none."""
    if tokens[at].kind != "word":
        return "", 0
    depth = 0
    for behind in range(at + 1, min(at + 100, len(tokens))):  # a type may stand between
        mark = tokens[behind].value if tokens[behind].kind == "mark" else ""
        depth += (mark in ("(", "[", "{", "<")) - (mark in (")", "]", "}", ">"))
        if depth == 0 and mark == "=":
            return tokens[at].value, behind + 1
        if depth < 0 or (depth == 0 and mark in (";", ",")):
            break
    return "", 0


def _characters(tokens: list[_Token], at: int) -> int:
    """Of text in the statement that goes on at `at`."""
    characters = depth = 0
    for token in tokens[at : at + MAX_STATEMENT]:
        depth += (_is(token, "(", "[", "{")) - (_is(token, ")", "]", "}"))
        if depth < 0 or (depth == 0 and (_is(token, ";") or (token.kind == "word" and token.value in _STATEMENTS))):
            break
        characters += len(token.value) if token.kind in ("string", "template") else 0
    return characters


def _behind_arrow(tokens: list[_Token], at: int) -> int:
    """Where the body of a function `(name: string) => ...` begins; `at` where there is none."""
    begin, depth = at, 0
    for at in range(begin, min(begin + 200, len(tokens) - 1)):
        depth += (_is(tokens[at], "(", "[", "{")) - (_is(tokens[at], ")", "]", "}"))
        if depth == 0 and _is(tokens[at], "=") and _is(tokens[at + 1], ">"):
            return at + 2
        if depth < 0 or (
            depth == 0 and (tokens[at].kind in ("string", "template", "end") or _is(tokens[at], ";", "+"))
        ):
            break
    return begin


def _value(tokens: list[_Token], at: int) -> list[Part] | None:
    """Literals joined by `+`, or a function that returns them; None where the expression is anything else."""
    at = _behind_arrow(tokens, at)
    parts, is_text, at = _sum(tokens, at, 0)
    ends = tokens[at].kind in ("word", "end") or _is(tokens[at], ";", ",", "}")
    return parts if ends and is_text else None


def _sum(tokens: list[_Token], at: int, depth: int) -> tuple[list[Part] | None, bool, int]:
    """The parts, whether they are text for sure (names alone may be numbers), and where what follows begins."""
    parts: list[Part] = []
    is_text = False
    while True:
        operand: list[Part] | None
        if _is(tokens[at], "(") and depth < MAX_DEPTH:
            operand, inner_text, at = _sum(tokens, at + 1, depth + 1)
            if not _is(tokens[at], ")"):
                return None, False, at
            at += 1
            is_text = is_text or inner_text
        else:
            is_text = is_text or tokens[at].kind != "word" or tokens[at + 1].kind == "template"
            operand, at = _operand(tokens, at)
        if operand is None:
            return None, False, at
        parts += operand
        if not _is(tokens[at], "+"):
            return parts, is_text, at
        at += 1


def _is(token: _Token, *marks: str) -> bool:
    return token.kind == "mark" and token.value in marks


def _operand(tokens: list[_Token], at: int) -> tuple[list[Part] | None, int]:
    token = tokens[at]
    behind = at + 1
    if token.kind == "string":
        parts = [*_unescaped(token.value)]
    elif token.kind == "template":
        parts = _template(token.value)
    elif token.kind == "word" and tokens[behind].kind == "template":
        parts = _template(tokens[behind].value)
        parts = stripped(dedented(parts)) if token.value in _DEDENTS else parts
        behind += 1
    elif token.kind == "word" and _NAME.fullmatch(token.value):
        return [Named(token.value)], behind
    else:
        return None, at
    while [each.value for each in tokens[behind : behind + 4]] == [".", "trim", "(", ")"]:
        parts, behind = stripped(parts), behind + 4
    return parts, behind


def _template(text: str) -> list[Part]:
    """The inside of a template literal."""
    parts: list[Part] = []
    at = 0
    for begin, end in _holes(text):
        parts += _unescaped(text[at:begin])
        inside = text[begin + 2 : end - 1]
        path = _PATH.fullmatch(inside)
        if path:
            name = path[1].replace("?", "")
            parts.append(Named(name) if "." not in name else Variable(name))
        else:
            first = _NAME.search(inside)
            parts.append(Variable(first[0] if first else "expression"))
        at = end
    return [*parts, *_unescaped(text[at:])]


def _holes(text: str) -> Iterator[tuple[int, int]]:
    """Where each `${...}` begins and ends."""
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith("${", at):
            end = _behind_hole(text, at + 2, 0)
            yield at, end
            at = end
        else:
            at = _next(text, at + 1)


def _next(text: str, at: int) -> int:
    found = _NOTABLE.search(text, at)
    return found.start() if found else len(text)


_NOTABLE = re.compile(r"[\\$`]")


def _unescaped(text: str) -> list[Part]:
    if not text:
        return []
    if "\\" not in text:
        return [text.replace("\r\n", "\n")]
    written = _ESCAPE.sub(_character, text.replace("\r\n", "\n"))
    # two halves of a character that were written one by one are a character
    return [written.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")]


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        return chr(min(int(code, 16), 0x10FFFF))
    return _ESCAPES.get(found[4], found[4])


def _tokens(text: str) -> Iterator[_Token]:
    at = len(text) - len(text.removeprefix("\ufeff"))
    before = "("  # what the token before ended in: after an operand `/` divides, else it begins a regular expression
    # Where a quote has no end on its line none before the line's end is tried again: an apostrophe, or an attack.
    dead = {"'": 0, '"': 0, "/": 0}
    for _ in range(MAX_TOKENS):
        at = _behind_space(text, at)
        if at >= len(text):
            break
        begin, character = at, text[at]
        literal = character in dead and at >= dead[character] and (character != "/" or before in "([{,;=:?!&|+-*%<>~^}")
        pattern = _REGEX if character == "/" else _QUOTED
        found = pattern.match(text, at) if literal else None
        if literal and found is None:
            end = text.find("\n", at)
            dead[character] = end if end >= 0 else len(text)
        if character == "`":
            at = _behind_template(text, at + 1, 0)
            yield _Token("template", text[begin + 1 : at - 1], begin)
        elif found:
            at = found.end()
            yield _Token("mark" if character == "/" else "string", text[begin + 1 : at - 1], begin)
        elif word := _WORD.match(text, at):
            at = word.end()
            yield _Token("word", word[0], begin)
        else:
            at += 1
            yield _Token("mark", character, begin)
        before = text[at - 1]
    else:
        raise ParseError(f"holds too much (line {_line(text, at)})")
    for _ in range(8):  # so that looking ahead needs no bound
        yield _Token("end", "", len(text))


def _behind_space(text: str, at: int) -> int:
    """Behind white space and comments."""
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing too
        if not text.startswith("/*", at):
            return at
        at = _behind_comment(text, at)


def _behind_comment(text: str, at: int) -> int:
    end = text.find("*/", at + 2)
    if end < 0:
        raise ParseError(f"has a comment without its end (line {_line(text, at)})")
    return end + 2


def _behind_template(text: str, at: int, depth: int) -> int:
    """Behind the backtick that ends the template literal whose inside begins at `at`."""
    begin = at
    while (at := _next(text, at)) < len(text):
        if text[at] == "`":
            return at + 1
        if text.startswith("${", at):
            at = _behind_hole(text, at + 2, depth + 1)
        else:
            at += 2 if text[at] == "\\" else 1
    raise ParseError(f"has a template literal without its end (line {_line(text, begin)})")


def _behind_hole(text: str, at: int, depth: int) -> int:
    """Behind the brace that ends the `${` whose inside begins at `at`."""
    begin, open = at, 1
    if depth > MAX_DEPTH:
        raise ParseError(f"has template literals that are nested too deeply (line {_line(text, at)})")
    while found := _IN_HOLE.search(text, at):
        at = found.end()
        if found[0] == "`":
            at = _behind_template(text, at, depth)
        elif found[0] == "/*":
            at = _behind_comment(text, found.start())
        elif found[0] in "{}":
            open += 1 if found[0] == "{" else -1
            if open == 0:
                return at
    raise ParseError(f"has a template literal without its end (line {_line(text, begin)})")


_IN_HOLE = re.compile(r"[{}`]|'(?:[^'\\\n]|\\.)*'?|\"(?:[^\"\\\n]|\\.)*\"?|/\*|//[^\n]*")


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
