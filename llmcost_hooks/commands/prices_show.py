"""`llm-cost prices show`: everything that is known of one model's price."""

from __future__ import annotations

import click

from ..clock import today
from ..estimate import price_info
from ..facts import load_price_book
from ..lookup import Paid, error_of, make_resolver
from ..manifest import Assumptions
from ..prices.book import PriceBook
from ..prices.own import STATED
from ..report_price import Priced, price_document, price_report
from ..stated import mistake_in
from .options import format_option
from .own_prices import manifest_prices, read_date
from .showing import show

HELP = """Show everything that is known of one model's price on a day.

Every way to be billed, tiers above a size of the input, times of the day, fees, limits, names, and who says so. Inside
of a repository: what [prices] of its llm-cost.toml makes of it.

\b
  llm-cost prices show gpt-4o
  llm-cost prices show azure/gpt-4o --region eu
  llm-cost prices show gemini-4-argon --as-of 2026-12-01
  llm-cost prices show ft:gpt-4o-2024-08-06:acme::x1

\b
Exit codes: 0; 4 no price is known for it, there, on that day.
"""


@click.command("show", help=HELP)
@click.argument("name", metavar="MODEL")
@click.option("--as-of", "day", metavar="DATE", help="On this day, YYYY-MM-DD. Default: today.")
@click.option("--region", metavar="NAME", help="In this region.")
@format_option
@click.pass_context
def show_command(ctx: click.Context, /, name: str, day: str | None, region: str | None, output: str) -> int:
    book = load_price_book()
    own, notes = manifest_prices()
    pinned = read_date(day, "--as-of") if day is not None else own.as_of
    on = pinned or today()
    found = make_resolver(book, on)(name, Assumptions(region=region), own._replace(as_of=None))
    mistake = mistake_in(own, book)
    if not isinstance(found, Paid):
        raise error_of(mistake or found)
    listed = None if found.listed.origin == STATED else found.listed
    notes = (*found.notes, *notes, *((mistake.reason,) if mistake else ()))
    priced = Priced(found.model, found.offer, listed, found.offer.region, on, _aliases(book, found), notes)
    prices = price_info(book, today(), pinned)
    if not ctx.obj["quiet"]:
        show(price_report(priced, prices), lambda: price_document(priced, prices), output)
    return 0


def _aliases(book: PriceBook, found: Paid) -> tuple[str, ...]:
    target = {found.model.row.id, found.pricing_id}
    return tuple(name for name, text in book.lines()[1].items() if text.decode().strip('"') in target)
