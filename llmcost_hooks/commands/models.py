"""`llm-cost models`: the models with a known price."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

import click

from ..clock import today
from ..errors import ConfigError, PricingError
from ..facts import load_price_book
from ..lookup import unknown_model
from ..models import DIRECT, resolve_model
from ..prices.book import ModelRow, PriceBook
from ..prices.offers import Rates
from ..report import Text
from ..report_models import ModelLine, models_document, models_report
from .options import format_option, read_ratio, show

OWN_APIS = frozenset(DIRECT.values())
HELP = """List models with their prices in USD per million tokens.

Without a pattern: the models that their developers sell themselves, less the retired ones. Where a model is bought is
part of its name: gpt-4o at OpenAI, azure/gpt-4o, bedrock/..., vertex_ai/..., openrouter/...

\b
  llm-cost models                                 the developers' own APIs
  llm-cost models gpt-4o                          one, by any of its names
  llm-cost models "*claude*" --channel bedrock    a pattern, at one channel
  llm-cost models --provider Mistral              by who sells it, or who made it
  llm-cost models --cheaper-than gpt-4o           input and output both cheaper
  llm-cost models --context 1000000               with a context window of at least that
  llm-cost models --format json                   for machines

\b
The grade says how good a token count for the model is: exact (its own tokenizer) or heuristic (estimated, with a band).
Everything about one model: llm-cost prices show MODEL.
Exit codes: 0; 4 where no model matches.
"""


@click.command("models", help=HELP)
@click.argument("pattern", required=False)
@click.option("--provider", metavar="NAME", help="Sold or made by, e.g. OpenAI, AWS, Meta.")
@click.option("--channel", metavar="NAME", help="Bought at, e.g. openai, azure, bedrock.")
@click.option("--cheaper-than", metavar="MODEL|USD", help="Input and output both cheaper than this.")
@click.option("--context", metavar="N", type=click.IntRange(1), help="A context window of at least N tokens.")
@format_option
@click.pass_context
def models_command(
    ctx: click.Context, /, pattern: str | None, provider: str | None, channel: str | None, cheaper_than: str | None,
    context: int | None, output: str,
) -> int:  # fmt: skip
    book, on = load_price_book(), today()
    asked = any(each is not None for each in (pattern, provider, channel, cheaper_than, context))
    rows = _matching(book, pattern, channel)
    if provider is not None:
        rows = [row for row in rows if provider.lower() in _sellers(row)]
    if context is not None:
        rows = [row for row in rows if row.context_window is not None and row.context_window >= context]
    if cheaper_than is not None:
        rows = list(_cheaper(rows, _limit(cheaper_than, book, on), on))
    notes: tuple[Text, ...] = ()
    if not asked:
        rows, notes = _first_look(rows, on)
    lines = [line for row in rows if (line := _line(row, book, on)) is not None]
    if not lines:
        _refuse_nothing(book, pattern, provider, channel)
    if not ctx.obj["quiet"]:
        show(models_report(lines, book.generated_at, notes), lambda: models_document(lines, book), output)
    return 0


def _matching(book: PriceBook, pattern: str | None, channel: str | None) -> list[ModelRow]:
    if pattern is None:
        return list(book.rows(channel))
    model = resolve_model(pattern, book)
    if model is not None and channel in (None, model.row.channel):
        return [model.row]
    wanted = pattern.lower()
    ids = {name: True for name in book.names() if fnmatch.fnmatchcase(name.lower(), wanted)}
    found = {row.id: row for name in ids if (row := book.find(name)) and channel in (None, row.channel)}
    return [found[name] for name in sorted(found)]


def _sellers(row: ModelRow) -> set[str]:
    return {name.lower() for name in (row.provider, row.developer, row.channel) if name}


def _limit(text: str, book: PriceBook, on: date) -> tuple[Decimal, Decimal]:
    """(input, output) in USD per million tokens: a model's, or one amount for both."""
    amount = text.removeprefix("$")
    if amount.replace(".", "", 1).isdigit():
        return read_ratio(amount), read_ratio(amount)
    model = resolve_model(text, book)
    offer = model.row.offer(on, model.region) if model else None
    rates = offer.standard.rates if offer else Rates()
    if rates.input is None or rates.output is None:
        unknown = unknown_model(text, book)
        raise PricingError(unknown.reason, unknown.hint)
    return rates.input, rates.output


def _cheaper(rows: Iterable[ModelRow], limit: tuple[Decimal, Decimal], on: date) -> Iterator[ModelRow]:
    """Rows whose input and output are both known and both below; what is retired is no offer."""
    for row in rows:
        offer = row.offer(on)
        rates = offer.standard.rates if offer else Rates()
        if rates.input is None or rates.output is None or (row.retires_at and row.retires_at <= on):
            continue
        if rates.input < limit[0] and rates.output < limit[1]:
            yield row


def _first_look(rows: list[ModelRow], on: date) -> tuple[list[ModelRow], tuple[Text, ...]]:
    shown = [row for row in rows if row.channel in OWN_APIS and not (row.retires_at and row.retires_at <= on)]
    others = Counter(row.channel for row in rows if row.channel not in OWN_APIS)
    more = ", ".join(f"{channel} {count:,}" for channel, count in others.most_common())
    retired = sum(1 for row in rows if row.channel in OWN_APIS) - len(shown)
    notes: list[Text] = [(f"{others.total():,} more with --channel: {more}",)] if others else []
    return shown, (*notes, (f"{retired:,} retired models are left out; name one, or use a pattern",))


def _refuse_nothing(book: PriceBook, pattern: str | None, provider: str | None, channel: str | None) -> None:
    if channel is not None and channel not in book.channels:
        raise ConfigError(f'There is no channel "{channel}"', "Channels: " + ", ".join(sorted(book.channels)) + ".")
    if pattern is not None and provider is None and channel is None:
        unknown = unknown_model(pattern, book)
        raise PricingError(unknown.reason, unknown.hint)
    raise PricingError("No model matches all of that", "Leave one option out, or run: llm-cost models")


def _line(row: ModelRow, book: PriceBook, on: date) -> ModelLine | None:
    """The row's price; where it has one by region only, that of its first region."""
    model = resolve_model(row.id, book)
    if model is None:
        return None
    regions: tuple[str | None, ...] = (None, *row.regions())
    offer = next((offer for region in regions if (offer := row.offer(on, region))), None)
    return ModelLine(model, offer) if offer else None
