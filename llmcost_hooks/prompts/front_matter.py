"""Text with a leading `---` block: agents, skills, instructions, commands, `.prompt.md`, `.mdc`, Prompty, dotprompt.

The block configures the call and is not sent. In real repositories one block in nine is not valid YAML
(`globs: **/*.ts` reads as an alias), so it is cut by its `---` lines and read leniently: a broken block costs the
model name that it may hold, never the run.
"""

from __future__ import annotations

import re

from ..errors import ParseError
from . import Prompt, plain
from .declared import declared_cap, declared_model, named_model, positive
from .yaml_text import parse_yaml

MAX_BLOCK = 16 * 1024
_OPEN = re.compile(r"\ufeff?---[ \t]*\r?\n")
_OPEN_AFTER_COMMENTS = re.compile(r"\ufeff?(?:#[^\n]*\n|[ \t]*\r?\n)*---[ \t]*\r?\n")
_SETTINGS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:[\"']?[\w.$-](?:[\w .$-]*[\w.$-])?[\"']?[ \t]*:(?:\s|$)|\{|\Z)")
_NAME = re.compile(r"[A-Za-z0-9][\w .:/@-]*")
_CLOSE = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)


def parse_front_matter(text: str, *, comments_first: bool = False) -> Prompt:
    """The text behind the block, and what the block says of model and output cap."""
    opened = (_OPEN_AFTER_COMMENTS if comments_first else _OPEN).match(text, 0, MAX_BLOCK)
    closed = _CLOSE.search(text, opened.end()) if opened else None
    if opened is None or closed is None or closed.start() > opened.end() + MAX_BLOCK:
        return plain(text)
    block = text[opened.end() : closed.start()]
    if not _SETTINGS.match(block):
        return plain(text)  # two `---` rules with prose between them: it is sent
    body = text[closed.end() :]
    if "model" not in block and "max" not in block:
        return plain(body)
    try:
        facts = parse_yaml(block)
    except ParseError:
        model, cap = _by_line(block)
        return plain(body)._replace(model=model, output_cap=cap)
    return plain(body)._replace(model=declared_model(facts), output_cap=declared_cap(facts))


def _by_line(block: str) -> tuple[str | None, int | None]:
    """Model and cap from a block that is not valid YAML: its unindented `key: value` lines."""
    pairs = dict(re.findall(r"^(\w+)[ \t]*:[ \t]*([^\r\n#]+)", block, re.MULTILINE))
    cap = next((pairs[key] for key in ("max_tokens", "maxTokens", "maxOutputTokens") if key in pairs), None)
    model = pairs.get("model", "").strip(" \t\"'")
    return named_model(model) if _NAME.fullmatch(model) else None, positive(cap)
