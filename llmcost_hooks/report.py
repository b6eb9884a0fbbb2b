"""Reports: what a person reads of an estimate, a comparison or a verdict, before anything is drawn.

Made once from values; `render.text` and `render.markdown` draw the same report. Text is in parts, so that a part which
somebody else chose (`Name`) can be made harmless where it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Name(str):
    """A part that comes from outside: an id, a path, a branch, a model's name as a file states it."""


Text = tuple[str, ...]


class Table(NamedTuple):
    headers: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    right: tuple[int, ...] = ()  # columns of numbers
    shares: bool = False  # drawn as an indented list without headers
    amounts: tuple[int, ...] = ()  # columns of money, which a text has where they begin, and a page where they end


class Report(NamedTuple):
    headline: Text
    table: Table | None = None
    below: tuple[Text, ...] = ()  # right below the table: totals
    sections: tuple[tuple[Text, tuple[Text, ...]], ...] = ()  # (title, lines)
    unit: Text = ()  # what the money means, how good the counts are, which prices
    notes: tuple[Text, ...] = ()
    warning: tuple[Text, ...] = ()  # above everything else


def grouped_notes(pairs: Iterable[tuple[str, str]]) -> tuple[Text, ...]:
    """(prompt_id, note) pairs as one line a note: "search, summarize and 3 more: ..."."""
    ids: dict[str, list[str]] = {}
    for prompt_id, note in pairs:
        ids.setdefault(note, []).append(prompt_id)
    return tuple((*name_list(names), ": ", Name(note)) for note, names in ids.items())


def name_list(names: list[str], shown: int = 3) -> Text:
    parts: list[str] = []
    for name in names[:shown]:
        parts += [", ", Name(name)] if parts else [Name(name)]
    return (*parts, f" and {len(names) - shown:,} more") if len(names) > shown else tuple(parts)


def count_prompts(count: int) -> str:
    return "1 prompt" if count == 1 else f"{count:,} prompts"
