"""`llm-cost prices diff`: what one price file changes in another."""

from __future__ import annotations

import click

from ..clock import now
from ..facts import load_bundled_book, load_price_book
from ..prices.book import PriceBook
from ..prices.changes import compare_books
from ..render.sanitise import terminal_name
from ..report_changes import changes_document, changes_report
from .options import format_option
from .showing import show

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
