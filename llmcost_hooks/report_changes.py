"""The report of `prices diff`, and what `update-db` says of the same: what differs between two price files."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from .prices.book import PriceBook
from .prices.changes import PER_REQUEST, Change, Changes, Factor, Moved
from .render.money import format_exact, format_percent
from .report import Name, Report, Table, Text, name_list
from .report_rates import rate_text, rate_value

SHOWN = 10  # names of a kind that are written out


def changes_report(changes: Changes, before: PriceBook, after: PriceBook) -> Report:
    headers = ("Model", "Rate", "Old", "New", "Change")
    table = Table(headers, tuple(tuple(_cells(change)) for change in changes.changed), right=(2, 3, 4))
    count = "1 price" if len(changes.changed) == 1 else f"{len(changes.changed):,} prices"
    return Report(
        (f"Prices of {before.generated_at} → {after.generated_at}: {count} changed",),
        table if changes.changed else None,
        unit=("USD per million tokens",),
        notes=tuple(
            (f"{what}: ", *name_list([_text(name) for name in names], SHOWN)) for names, what in _others(changes)
        ),
    )


def _cells(change: Change) -> Iterator[Text]:
    percent = change.percent()
    yield (Name(change.model + (f"#{change.region}" if change.region else "")),)
    if change.variant == PER_REQUEST:
        yield "fee ", Name(change.rate), " (each)"
    else:
        yield (Name(change.rate if change.variant == "standard" else f"{change.variant} {change.rate}"),)
    yield (rate_text(change.old),)
    yield (rate_text(change.new),)
    yield ("" if percent is None else format_percent(percent),)


def other_changes(changes: Changes) -> list[str]:
    """What differs beside the prices of that day: "3 new", one kind each."""
    return [what for _, what in _others(changes)]


_Named = tuple[str | Moved | Factor, ...]


def _others(changes: Changes) -> Iterator[tuple[_Named, str]]:
    """(what differs in one way, how many of what they are)."""
    moved = changes.moved
    kinds: tuple[tuple[_Named, str, str], ...] = (
        (changes.added, "new", "new"),
        (changes.removed, "gone", "gone"),
        (changes.later, "with other prices later on", "with other prices later on"),
        (changes.earlier, "with other prices in the past only", "with other prices in the past only"),
        (changes.facts, "with other limits, tokenizer or dates", "with other limits, tokenizers or dates"),
        (tuple(each for each in moved if each.old is None), "alias more", "aliases more"),
        (tuple(each for each in moved if each.new is None), "alias gone", "aliases gone"),
        (tuple(each for each in moved if each.old and each.new), "alias leads elsewhere", "aliases lead elsewhere"),
        (changes.factors, "factor of fine-tuned models changed", "factors of fine-tuned models changed"),
    )
    return ((names, f"{len(names):,} {one if len(names) == 1 else many}") for names, one, many in kinds if names)


def _text(each: str | Moved | Factor) -> str:
    if isinstance(each, Moved):
        return f"{each.name} ({each.old} → {each.new})" if each.old and each.new else each.name
    if isinstance(each, Factor):
        return f"{each.channel} ({_factor(each.old)} → {_factor(each.new)})"
    return each


def _factor(factor: Decimal | None) -> str:
    return "?" if factor is None else format_exact(factor)


def changes_document(changes: Changes, before: PriceBook, after: PriceBook) -> dict[str, Any]:
    return {
        "schema": "llm-cost/price-changes/1",
        "currency": "USD",
        "unit": "per million tokens",
        "old": before.version,
        "new": after.version,
        "added": list(changes.added),
        "removed": list(changes.removed),
        "changed": [
            {**each._asdict(), "old": rate_value(each.old), "new": rate_value(each.new)} for each in changes.changed
        ],
        "earlier": list(changes.earlier),
        "later": list(changes.later),
        "facts": list(changes.facts),
        "aliases": [each._asdict() for each in changes.moved],
        "fine_tuned": [
            {"channel": each.channel, "old": rate_value(each.old), "new": rate_value(each.new)}
            for each in changes.factors
        ],
    }
