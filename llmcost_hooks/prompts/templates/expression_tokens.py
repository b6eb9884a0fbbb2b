"""The words of an expression in a Jinja, Nunjucks or Liquid tag."""

from __future__ import annotations

import re
from typing import NamedTuple

from .reading import broken

MAX_NESTING = 32
MAX_TOKENS = 10_000  # in one tag


class Token(NamedTuple):
    kind: str  # "name", "text", "number", "mark", "end"
    text: str
    at: int


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


def number(token: Token, text: str, language: str) -> int | float:
    """The value of a number's token."""
    written = token.text.replace("_", "").lower()
    if len(written) > 18:
        raise broken(language, text, token.at, "a number that is too long")
    if written[:2] in ("0b", "0o", "0x"):
        if len(written) == 2:
            raise broken(language, text, token.at, "a number without digits")
        return int(written, 0)
    return float(written) if "." in written or "e" in written else int(written)


_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": ""}


def quoted(token: Token, text: str, language: str) -> str:
    """The text that a token in quotes stands for."""

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
            raise broken(language, text, token.at, "a text with half a character")
        return chr(code)

    return _ESCAPE.sub(one, token.text[1:-1]) if "\\" in token.text else token.text[1:-1]
