"""A computed what-if: the same prompt on a cheaper model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, localcontext

from .call_costs import call_cost, charges_writes, per_request
from .lookup import Paid, make_resolver
from .manifest import Assumptions
from .models import Model, resolve_model
from .prices.book import ModelRow, PriceBook
from .prices.exact import EXACT
from .prices.offers import Offer
from .prices.own import OwnPrices
from .pricing import PromptEstimate
from .render.money import format_exact
from .what_if import MODEL, Suggestion, call_formula, percent_saved


def cheaper_model(row: PromptEstimate, book: PriceBook, on: date, own: OwnPrices | None = None) -> Suggestion | None:
    """A model that the same channel sells there, at least 1 % cheaper, that holds the prompt and counts tokens alike.

    At what the project pays (`own`), and never by somebody's guess. Among those the nearest by name, then the
    cheapest: gpt-4o -> gpt-4o-mini. Nothing stands in for a fine-tuned model.
    """
    model = resolve_model(row.model, book, own)
    if model is None or row.fine_tuned or row.training_cost or row.effective_cost == 0:
        return None
    with localcontext(EXACT):
        candidates = _cheaper(row, model, book, on, own)
        found = [(-_kinship(row.model, other.id), cost, other.id, offer) for other, cost, offer in candidates]
        if not found:
            return None
        _, cost, other, offer = min(found, key=lambda each: each[:3])
        saving = row.effective_cost - cost
    tariff = offer.tariff(row.variant)
    assert tariff is not None  # it has a cost
    rates = tariff.at(per_request(row.input_tokens, row.requests))
    call = call_formula(rates, row, row.cached_input_tokens, offer, _written(row, offer))
    formula = f"{format_exact(row.effective_cost)} - {call} * {row.calls}"
    percent = percent_saved(row.effective_cost, saving)
    return Suggestion(row.prompt_id, MODEL, row.model, other, saving, percent, formula)


def _cheaper(
    row: PromptEstimate, model: Model, book: PriceBook, on: date, own: OwnPrices | None
) -> Iterator[tuple[ModelRow, Decimal, Offer]]:
    resolve = make_resolver(book, on)
    region = row.pricing_id.partition("#")[2] or None
    for other in book.rows(model.row.channel):
        if other.id in (model.id, model.row.id) or other.mode != model.row.mode or not _usable(other, row, on):
            continue
        paid = resolve(other.id, Assumptions(region=region, pricing_id=other.id), own)
        if not isinstance(paid, Paid) or paid.offer.estimated:
            continue
        if _tokens_of(paid.model) != _tokens_of(model):
            continue
        sizes = row.input_tokens, row.cached_input_tokens, row.output_tokens or 0
        cost = call_cost(
            paid.offer, row.variant, *sizes, requests=row.requests, written=_written(row, paid.offer)
        )  # fmt: skip
        if cost is not None and 100 * cost * row.calls <= 99 * row.effective_cost:
            yield other, cost * row.calls, paid.offer


def _written(row: PromptEstimate, offer: Offer) -> int:
    """Plain input of a model whose writes have no price of their own."""
    return row.cache_write_tokens if charges_writes(offer, row.variant) else 0


def _tokens_of(model: Model) -> tuple[object, ...]:
    return model.encoding, model.grade, model.ratios, model.family


def _usable(other: ModelRow, row: PromptEstimate, on: date) -> bool:
    if other.retires_at is not None and other.retires_at <= on:
        return False
    output = row.output_tokens or 0
    if other.max_output_tokens is not None and output > other.max_output_tokens:
        return False
    return other.context_window is not None and row.input_tokens + output <= other.context_window


def _kinship(name: str, other: str) -> int:
    """How many leading parts of two names agree: gpt-4o-mini and gpt-4o-audio share 2."""
    pairs = zip(name.split("-"), other.split("-"), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(name.count("-"), other.count("-")) + 1)
