"""Edits of `llm-cost.toml` as text: what is there stays to the letter, comments included. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .manifest_places import text_places
from .manifest_source import KeyPath

NEW = "version = 1\n"
RATES = ("input", "cache_read", "output", "cache_write_5m", "training")


class NewRow(NamedTuple):
    """A dated row of prices to be added; USD per million tokens, None = not stated."""

    model: str
    effective_from: date
    input: Decimal | None
    output: Decimal | None
    cache_read: Decimal | None = None
    cache_write_5m: Decimal | None = None
    training: Decimal | None = None
    fine_tuned: bool = False
    estimated: bool = False
    operator: str = ""
    is_private: bool = False  # a model that no price list and no table of the manifest has yet
    base: str | None = None  # of such a one


def row_text(row: NewRow) -> str:
    """The TOML of a row, and of the private model that it may need."""
    return "\n".join(_lines(row)) + "\n"


def _lines(row: NewRow) -> Iterator[str]:
    if row.is_private:
        yield f"[prices.model.{quoted(row.model)}]"
        if row.base is not None:
            yield f"base = {quoted(row.base)}"
        yield ""
    yield "[[prices.rows]]"
    yield f"model = {quoted(row.model)}"
    yield f'effective_from = "{row.effective_from}"'
    for name in RATES:
        rate = getattr(row, name)
        if rate is not None:
            yield f"{name} = {rate:f}"
    if row.fine_tuned:
        yield "fine_tuned = true"
    if row.estimated:
        yield "estimated = true"
    if row.operator:
        yield f"operator = {quoted(row.operator)}"


def replace_text(text: str, path: KeyPath, value: str) -> str:
    """The manifest with the text at `path` replaced by one that needs no escape, between the quotes that are there.

    Raises KeyError where there is no text.
    """
    for place in text_places(text):
        if place.path == path:
            return text[: place.start] + value + text[place.end :]
    raise KeyError(path)


def quoted(text: str) -> str:
    """A basic string of TOML; JSON's escapes are among its own."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def append_row(text: str | None, row: NewRow) -> str:
    """The manifest with the row at its end, in the line endings that it has; None begins a manifest."""
    ending = "\r\n" if text and "\r\n" in text else "\n"
    before = NEW if text is None else text if not text or text.endswith("\n") else text + ending
    return before + f"\n{row_text(row)}".replace("\n", ending)
