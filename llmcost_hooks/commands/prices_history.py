"""`llm-cost prices history`: the dated rows of one model."""

from __future__ import annotations

import click

from ..clock import today
from ..errors import PricingError
from ..facts import load_price_book
from ..lookup import error_of, quoted, two_regions, unknown_model
from ..manifest import NAME
from ..models import resolve_model
from ..prices.offers import scaled
from ..report import Name, Text
from ..report_price import history_document, history_report
from ..stated import read_stated
from .options import format_option
from .own_prices import manifest_prices
from .showing import show

HELP = """Show the dated rows of one model's listed price: past ones, and those to come.

\b
  llm-cost prices history o3
  llm-cost prices history gemini-4-argon --format json

\b
Rows are never rewritten: [prices] as_of = "2026-06-01" in llm-cost.toml prices at that day's again. What [prices] of
llm-cost.toml makes of them is not in it: llm-cost prices show.
Exit codes: 0; 4 no price is known for it.
"""


@click.command("history", help=HELP)
@click.argument("name", metavar="MODEL")
@click.option("--region", metavar="NAME", help="In this region.")
@format_option
@click.pass_context
def history_command(ctx: click.Context, /, name: str, region: str | None, output: str) -> int:
    book = load_price_book()
    own, unread = manifest_prices()
    model, stated = resolve_model(name, book), read_stated(own, book)
    if model is None and name in own.models:
        raise PricingError(f'"{name}" is in no price list: its prices are those of {NAME}', _show(name))
    if model is None:
        raise error_of(unknown_model(name, book))
    if region is not None and model.region not in (None, region):
        raise error_of(two_regions(name, str(model.region), region))
    where = region or model.region
    offers = [scaled(offer, model.multiplier) for offer in model.row.history(where)]
    if not offers:
        known = ", ".join(model.row.regions()) or "none"
        raise PricingError(
            f'"{name}" has no price {f"in {where}" if where else "without a region"}', f"Regions: {known}."
        )
    if not ctx.obj["quiet"]:
        report = history_report(model, where, offers, today())
        notes: list[Text] = [(Name(note),) for note in unread]
        if own.discount or model.id in stated.ids:
            notes.append((f"as listed; {NAME} has prices of its own. ", Name(_show(name))))
        report = report._replace(notes=(*report.notes, *notes))
        show(report, lambda: history_document(model, where, offers, book), output)
    return 0


def _show(name: str) -> str:
    return f"Run: llm-cost prices show {quoted(name)}"
