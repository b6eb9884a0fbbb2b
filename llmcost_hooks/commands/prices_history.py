"""`llm-cost prices history`: the dated rows of one model."""

from __future__ import annotations

import click

from ..clock import today
from ..errors import PricingError
from ..facts import load_price_book
from ..lookup import unknown_model
from ..models import resolve_model
from ..prices.offers import scaled
from ..report_price import history_document, history_report
from .options import format_option, show

HELP = """Show the dated rows of one model's price: past ones, and those to come.

\b
  llm-cost prices history o3
  llm-cost prices history gemini-4-argon --format json

\b
Rows are never rewritten: [prices] as_of = "2026-06-01" in llm-cost.toml prices at that day's again.
Exit codes: 0; 4 no price is known for it.
"""


@click.command("history", help=HELP)
@click.argument("name", metavar="MODEL")
@click.option("--region", metavar="NAME", help="In this region.")
@format_option
@click.pass_context
def history_command(ctx: click.Context, /, name: str, region: str | None, output: str) -> int:
    book = load_price_book()
    model = resolve_model(name, book)
    if model is None:
        unknown = unknown_model(name, book)
        raise PricingError(unknown.reason, unknown.hint)
    where = region or model.region
    offers = [scaled(offer, model.multiplier) for offer in model.row.history(where)]
    if not offers:
        known = ", ".join(model.row.regions()) or "none"
        raise PricingError(
            f'"{name}" has no price {f"in {where}" if where else "without a region"}', f"Regions: {known}."
        )
    if not ctx.obj["quiet"]:
        show(
            history_report(model, where, offers, today()), lambda: history_document(model, where, offers, book), output
        )
    return 0
