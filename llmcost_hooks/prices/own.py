"""What a project states of models itself: `[prices]` of a manifest, laid over the price file, and `[tokens]`. Pure.

Reviewed like code, because it is committed like code. Rates are USD per 1,000,000 tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .offers import STANDARD, Offer, Rates, Tariff, Window, scaled

MANIFEST = "llm-cost.toml"
STATED, DISCOUNTED = "stated", "discounted"  # what a manifest made of an offer
ALWAYS = date.min  # of rates that have no date
PRIVATE = "private"  # the channel of what only a manifest knows


class OwnRates(NamedTuple):
    """Rates of one model from one day on. What is None stays as it is listed."""

    model: str
    effective_from: date = ALWAYS
    variants: tuple[tuple[str, Rates], ...] = ()  # "standard" and others
    training: Decimal | None = None
    request: Decimal | None = None  # USD, on every call
    fine_tuned: bool = False  # of prompts with fine_tuned = true
    estimated: bool = False
    operator: str = ""  # who typed it
    note: str = ""


class PrivateModel(NamedTuple):
    """A model that no price list has."""

    name: str
    base: str | None = None  # the model whose tokenizer and limits it has
    provider: str = PRIVATE


class OwnRatio(NamedTuple):
    """Tokens of one model per token of o200k_base, as the project measured them, and the band around it."""

    model: str
    low: Decimal
    typical: Decimal
    high: Decimal
    on: date  # of the measurement


class OwnPrices(NamedTuple):
    """`[prices]` and `[tokens]` of one manifest."""

    as_of: date | None = None  # every price is that day's
    discount: Decimal = Decimal(0)  # share of every listed token price that is not paid
    rates: tuple[OwnRates, ...] = ()  # [prices.override], [prices.model] and [[prices.rows]]
    models: Mapping[str, PrivateModel] = {}
    overrides: tuple[str, ...] = ()  # the models whose listed prices [prices.override] replaces
    ratios: tuple[OwnRatio, ...] = ()  # [tokens]


NO_PRICES = OwnPrices()


def laid_over(offer: Offer | None, own: list[OwnRates], discount: Decimal, model: str, provider: str) -> Offer | None:
    """The offer that is paid: the listed one less the discount, and what the project states in its place.

    A stated rate is net: the discount is not taken from it. Later ones in `own` win, whatever their day. None where
    there is neither.
    """
    if offer is not None and discount:
        offer = scaled(offer, 1 - discount)._replace(origin=DISCOUNTED)
    if not own:
        return offer
    offer = offer or _nothing(model, provider)
    guessed: set[tuple[str, str]] = set()
    for rates in own:
        offer = _over(offer, rates)
        guessed = guessed | _stated_by(rates) if rates.estimated else guessed - _stated_by(rates)
    newest = max(own, key=lambda rates: rates.effective_from)
    if newest.effective_from != ALWAYS:
        offer = offer._replace(effective_from=newest.effective_from, verified_at=newest.effective_from)
    return offer._replace(
        source=MANIFEST, verified_by=newest.operator or "the project", origin=STATED, estimated=bool(guessed)
    )


def _over(offer: Offer, rates: OwnRates) -> Offer:
    return offer._replace(
        variants={**offer.variants, **dict(_merged(offer.variants, rates.variants))},
        windows=tuple(_window(window, dict(rates.variants)) for window in offer.windows),
        per_request={**offer.per_request, "request": rates.request} if rates.request is not None else offer.per_request,
        training=offer.training if rates.training is None else rates.training,
    )


def _stated_by(rates: OwnRates) -> set[tuple[str, str]]:
    """What a row states: a guess stays one until another row restates it."""
    pairs = (
        (variant, name) for variant, own in rates.variants for name, rate in own._asdict().items() if rate is not None
    )
    fees = (("", name) for name in ("training", "request") if getattr(rates, name) is not None)
    return {*pairs, *fees}


def _window(window: Window, own: Mapping[str, Rates]) -> Window:
    """A stated rate holds at every time of the day."""
    return window._replace(rates=_stated(own.get(window.variant, Rates()), window.rates))


def _stated(own: Rates, listed: Rates) -> Rates:
    return Rates(*[old if new is None else new for new, old in zip(own, listed, strict=True)])


def _merged(listed: Mapping[str, Tariff], own: tuple[tuple[str, Rates], ...]) -> Iterator[tuple[str, Tariff]]:
    """Tiers stay as they are listed, and are never below what is stated for a smaller input."""
    for variant, rates in own:
        below = listed.get(variant, Tariff(Rates()))
        tiers = tuple(tier._replace(rates=_at_least(rates, tier.rates)) for tier in below.tiers)
        yield variant, Tariff(_stated(rates, below.rates), tiers)


def _at_least(own: Rates, listed: Rates) -> Rates:
    pairs = zip(own, listed, strict=True)
    return Rates(*[old if new is None or old is None else max(new, old) for new, old in pairs])


def _nothing(model: str, provider: str) -> Offer:
    return Offer(model, provider, PRIVATE, None, ALWAYS, MANIFEST, "", ALWAYS, {STANDARD: Tariff(Rates())})
