"""The documents' fenced blocks, as a Markdown reader sees them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


class Fence(NamedTuple):
    """A fenced block: `line` is the 1-based line of its opening fence."""

    document: str
    line: int
    language: str
    text: str

    def place(self) -> str:
        return f"{self.document}:{self.line}"


def fences(*languages: str) -> list[Fence]:
    """All blocks of these languages in README and docs/."""
    return [fence for document in DOCUMENTS for fence in fences_of(document) if fence.language in languages]


def fences_of(document: Path) -> Iterator[Fence]:
    for token in MarkdownIt().parse(document.read_text(encoding="utf-8")):
        if token.type == "fence" and token.map:
            name = document.relative_to(ROOT).as_posix()
            yield Fence(name, token.map[0] + 1, token.info.strip(), token.content)


def tables_of(document: Path) -> list[list[list[str]]]:
    """The tables of a document: rows of cells as they are written, the header row first."""
    tables: list[list[list[str]]] = []
    tokens = MarkdownIt().enable("table").parse(document.read_text(encoding="utf-8"))
    for token, following in pairwise(tokens):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type in ("th_open", "td_open"):
            tables[-1][-1].append(following.content)
    return tables
