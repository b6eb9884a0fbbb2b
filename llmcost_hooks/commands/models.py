"""`llm-cost models`: the models with a known price."""

from __future__ import annotations

import fnmatch
from datetime import date

import click

from ..clock import today
from ..errors import PricingError
from ..facts import load_price_book
from ..lookup import unknown_model
from ..models import resolve_model
from ..prices.book import ModelRow, PriceBook
from ..report_models import ModelLine, models_document, models_report
from .options import show

HELP = """List models with their prices in USD per million tokens.

\b
  llm-cost models                  all of them
  llm-cost models gpt-4o           one, by any of its names
  llm-cost models "claude-*"       a pattern
  llm-cost models --format json    for machines

\b
The grade says how good a token count for the model is: exact (its own tokenizer) or heuristic (estimated, with a band).
Exit codes: 0; 4 where no model matches.
"""


@click.command("models", help=HELP)
@click.argument("pattern", required=False)
@click.option("--format", "output", type=click.Choice(["table", "markdown", "json"]), default="table",
              show_default=True, help="What to print.")  # fmt: skip
@click.pass_context
def models_command(ctx: click.Context, /, pattern: str | None, output: str) -> int:
    book, on = load_price_book(), today()
    lines = [line for row in _matching(book, pattern) if (line := _line(row, book, on)) is not None]
    if not lines:
        unknown = unknown_model(pattern or "", book)
        raise PricingError(unknown.reason, unknown.hint)
    if not ctx.obj["quiet"]:
        show(models_report(lines, book.generated_at), lambda: models_document(lines, book), output)
    return 0


def _matching(book: PriceBook, pattern: str | None) -> list[ModelRow]:
    if pattern is None:
        return list(book.rows())
    model = resolve_model(pattern, book)
    if model is not None:
        return [model.row]
    return [row for row in book.rows() if fnmatch.fnmatchcase(row.id, pattern.lower())]


def _line(row: ModelRow, book: PriceBook, on: date) -> ModelLine | None:
    model, offer = resolve_model(row.id, book), book.offer(row, on)
    return ModelLine(model, offer) if model and offer else None
