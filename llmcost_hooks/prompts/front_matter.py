"""The leading `---` block of a prompt file: cut off, and read leniently.

The block configures the call and is not sent. In real repositories one block in nine is not valid YAML
(`globs: **/*.ts` reads as an alias), so it is cut by its `---` lines and read leniently: a broken block costs the
model name that it may hold, never the run.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import ParseError
from . import Message, Prompt
from .declared import declared_cap, declared_model, positive
from .sniffed import sniffed
from .yaml_text import Value, parse_yaml

MAX_BLOCK = 16 * 1024  # characters; in markdown two `---` lines further apart are rules with text between them
LONG_BLOCK = 1_000_000  # where a file begins with a block in any case: samples in it can be whole documents
_OPEN = re.compile(r"\ufeff?---[ \t]*\r?\n")
_OPEN_AFTER_COMMENTS = re.compile(r"\ufeff?(?:#[^\n]*\n|[ \t]*\r?\n)*---[ \t]*\r?\n")
_SETTINGS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:[\"']?[\w.$-](?:[\w .$-]*[\w.$-])?[\"']?[ \t]*:(?:\s|$)|\{|\Z)")
_NAME = re.compile(r"[A-Za-z0-9][\w .:/@-]*")
_CLOSE = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)


class Cut(NamedTuple):
    """A file without its leading block."""

    block: str | None  # None: it has none
    body: str
    line: int = 1  # of the file, where the body begins
    comments: bool = False  # there are comments before the block, which are not sent either

    @property
    def not_sent(self) -> tuple[str, ...]:
        return (() if self.block is None else ("front matter",)) + (("comments",) if self.comments else ())


def cut_front_matter(text: str, *, comments_first: bool = False, opened: bool = False, longest: int = MAX_BLOCK) -> Cut:
    """The leading block and the rest. `opened`: the block has no `---` line before it, only one behind it."""
    if opened:
        start = 1 if text.startswith("\ufeff") else 0
        before = ""
    else:
        found = (_OPEN_AFTER_COMMENTS if comments_first else _OPEN).match(text, 0, longest)
        if found is None:
            return Cut(None, text)
        start, before = found.end(), found[0]
    closed = _CLOSE.search(text, start)
    if closed is None or closed.start() > start + longest:
        return Cut(None, text)
    block = text[start : closed.start()]
    if not _SETTINGS.match(block):
        return Cut(None, text)  # two `---` rules with prose between them: it is sent
    line = text.count("\n", 0, closed.end()) + 1
    return Cut(block, text[closed.end() :], line, "#" in before)


def read_block(block: str | None) -> Value:
    """What the block says. Where it is not valid YAML: its unindented `key: value` lines that name model and cap."""
    if block is None:
        return {}
    try:
        return parse_yaml(block)
    except ParseError:
        pairs = dict(re.findall(r"^(\w+)[ \t]*:[ \t]*([^\r\n#]+)", block, re.MULTILINE))
        cap = next((pairs[key] for key in ("max_tokens", "maxTokens", "maxOutputTokens") if key in pairs), None)
        model = pairs.get("model", "").strip(" \t\"'")
        read = {"model": model if _NAME.fullmatch(model) else None, "max_tokens": positive(cap)}
        return {key: str(value) for key, value in read.items() if value is not None}


def declared_by(cut: Cut) -> Prompt:
    """A prompt without messages: what the block says of model and cap."""
    if cut.block is None or ("model" not in cut.block and "max" not in cut.block):
        return Prompt((), not_sent=cut.not_sent)
    facts = read_block(cut.block)
    return Prompt((), model=declared_model(facts), output_cap=declared_cap(facts), not_sent=cut.not_sent)


def parse_front_matter(text: str) -> Prompt:
    """The text behind the block, in the template language that it seems to be written in."""
    cut = cut_front_matter(text)
    return declared_by(cut)._replace(messages=(Message(None, sniffed(cut.body)),))
