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
from ..estimate import price_info
from ..facts import load_price_book
from ..lookup import Paid, make_resolver
from ..manifest import Assumptions
from ..models import DIRECT, Model, resolve_model
from ..prices.book import ModelRow, PriceBook
from ..prices.offers import scaled
from ..report import Name, Text
from ..report_models import ModelLine, models_document, models_report
from .options import format_option, read_ratio
from .showing import show

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
    models = _matching(book, pattern, channel)
    if provider is not None:
        models = [model for model in models if provider.lower() in _sellers(model.row)]
    if context is not None:
        models = [model for model in models if (model.row.context_window or 0) >= context]
    notes: tuple[Text, ...] = ()
    if not asked:
        models, notes = _first_look(models, on)
    lines = [line for model in models if (line := _line(model, on)) is not None]
    if cheaper_than is not None:
        lines = list(_cheaper(lines, _limit(cheaper_than, book, on), on))
    if not lines:
        _refuse_nothing(book, on, pattern, provider, channel)
    prices = price_info(book, on)
    if not ctx.obj["quiet"]:
        show(models_report(lines, prices, notes), lambda: models_document(lines, prices), output)
    return 0


def _matching(book: PriceBook, pattern: str | None, channel: str | None) -> list[Model]:
    """Of a pattern: the models of that id, and the regions of those that only an alias of a region matches."""
    if pattern is None:
        return [model for row in book.rows(channel) if (model := resolve_model(row.id, book))]
    model = resolve_model(pattern, book)
    if model is not None and channel in (None, model.row.channel):
        return [model]
    wanted = pattern.lower()
    names = [name for name in book.names() if fnmatch.fnmatchcase(name.lower(), wanted)]
    found = {(model.id, model.region or ""): model for name in names if (model := resolve_model(name, book))}
    return [
        model
        for (name, region), model in sorted(found.items())
        if channel in (None, model.row.channel) and not (region and (name, "") in found)
    ]


def _sellers(row: ModelRow) -> set[str]:
    return {name.lower() for name in (row.provider, row.developer, row.channel) if name}


def _limit(text: str, book: PriceBook, on: date) -> tuple[Decimal, Decimal]:
    """(input, output) in USD per million tokens: a model's, or one amount for both."""
    amount = text.removeprefix("$")
    if amount.replace(".", "", 1).isdigit():
        return read_ratio(amount), read_ratio(amount)
    found = make_resolver(book, on)(text, Assumptions(), None)
    if not isinstance(found, Paid):
        raise PricingError(found.reason, found.hint)
    rates = found.offer.standard.rates
    if rates.input is None or rates.output is None:
        raise PricingError(f'"{text}" has no price of both input and output', "Name another model, or USD: 2.50")
    return rates.input, rates.output


def _cheaper(lines: Iterable[ModelLine], limit: tuple[Decimal, Decimal], on: date) -> Iterator[ModelLine]:
    """Those whose input and output are both known and both below; what is retired is no offer."""
    for line in lines:
        rates, retires = line.offer.standard.rates, line.model.row.retires_at
        if rates.input is None or rates.output is None or (retires and retires <= on):
            continue
        if rates.input < limit[0] and rates.output < limit[1]:
            yield line


def _first_look(models: list[Model], on: date) -> tuple[list[Model], tuple[Text, ...]]:
    own = [model for model in models if model.row.channel in OWN_APIS]
    shown = [model for model in own if not (model.row.retires_at and model.row.retires_at <= on)]
    others = Counter(model.row.channel for model in models if model.row.channel not in OWN_APIS)
    more = ", ".join(f"{channel} {count:,}" for channel, count in others.most_common())
    notes: list[Text] = [(f"{others.total():,} more with --channel: ", Name(more))] if others else []
    return shown, (*notes, (f"{len(own) - len(shown):,} retired models are left out; name one, or use a pattern",))


def _refuse_nothing(book: PriceBook, on: date, pattern: str | None, provider: str | None, channel: str | None) -> None:
    if channel is not None and channel not in book.channels:
        raise ConfigError(f'There is no channel "{channel}"', "Channels: " + ", ".join(sorted(book.channels)) + ".")
    if pattern is not None and provider is None and channel is None:
        found = make_resolver(book, on)(pattern, Assumptions(), None)
        if not isinstance(found, Paid):
            raise PricingError(found.reason, found.hint)
    raise PricingError("No model matches all of that", "Leave one option out, or run: llm-cost models")


def _line(model: Model, on: date) -> ModelLine | None:
    """Its price in the region that its name says; where it has one by region only, that of its first region."""
    regions = (model.region,) if model.region else (None, *model.row.regions())
    offer = next((offer for region in regions if (offer := model.row.offer(on, region))), None)
    return ModelLine(model, scaled(offer, model.multiplier)) if offer else None
