"""`llm-cost prices diff`: what one price file changes in another."""

from __future__ import annotations

from typing import Any

import click

from ..clock import now
from ..facts import load_bundled_book, load_price_book
from ..prices.book import PriceBook
from ..prices.changes import Change, Changes, compare_books
from ..render.money import format_exact, format_percent
from ..render.sanitise import terminal_name
from ..report import Name, Report, Table, Text
from .options import format_option, show

HELP = """Compare two price files, on the day of today.

OLD and NEW are files, or the words installed (what is in use) and bundled (what this release brought).

\b
  llm-cost prices diff bundled installed
  llm-cost prices diff installed new.json --format markdown

\b
Whether NEW would be accepted: llm-cost prices verify NEW. What it does to your prompts: llm-cost update-db --check.
A file need not be signed for this. Exit codes: 0; 4 a file that is not there or cannot be used.
"""


@click.command("diff", help=HELP)
@click.argument("old")
@click.argument("new")
@format_option
@click.pass_context
def diff_command(ctx: click.Context, old: str, new: str, output: str) -> int:
    before, after = _book(old), _book(new)
    day = max(now().date(), before.generated_at, after.generated_at)
    changes = compare_books(before, after, day)
    if not ctx.obj["quiet"]:
        show(changes_report(changes, before, after), lambda: changes_document(changes, before, after), output)
    return 0


def _book(word: str) -> PriceBook:
    if word == "bundled":
        return load_bundled_book()
    if word == "installed":
        return load_price_book()
    from ..fetch import read_file
    from ..prices.price_file import Refused, check_document, parse_document, split_file

    data = read_file(word)
    try:
        check_document(parse_document(split_file(data).signed), data)
    except Refused as refused:
        raise Refused(refused.id, f"{terminal_name(word)}: {refused.message}", refused.hint) from None
    return PriceBook(data)


def changes_report(changes: Changes, before: PriceBook, after: PriceBook) -> Report:
    headers = ("Model", "Rate", "Old", "New", "Change")
    table = Table(headers, tuple(tuple(cells) for cells in map(_cells, changes.changed)), right=(2, 3, 4))
    notes: list[Text] = []
    for names, what in ((changes.added, "new"), (changes.removed, "gone")):
        if names:
            more = f" and {len(names) - 10:,} more" if len(names) > 10 else ""
            notes.append((f"{len(names):,} {what}: ", Name(", ".join(names[:10])), more))
    count = "1 price" if len(changes.changed) == 1 else f"{len(changes.changed):,} prices"
    return Report(
        (f"Prices of {before.generated_at} → {after.generated_at}: {count} changed",),
        table if changes.changed else None,
        unit=("USD per million tokens",),
        notes=tuple(notes),
    )


def _cells(change: Change) -> tuple[Text, ...]:
    region = f"#{change.region}" if change.region else ""
    rate = change.rate if change.variant == "standard" else f"{change.variant} {change.rate}"
    percent = change.percent()
    return (
        (Name(change.model + region),),
        (rate,),
        ("?" if change.old is None else f"${format_exact(change.old)}",),
        ("?" if change.new is None else f"${format_exact(change.new)}",),
        ("" if percent is None else format_percent(percent),),
    )


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
            {
                "model": each.model,
                "region": each.region,
                "variant": each.variant,
                "rate": each.rate,
                "old": None if each.old is None else format_exact(each.old),
                "new": None if each.new is None else format_exact(each.new),
            }
            for each in changes.changed
        ],
    }
