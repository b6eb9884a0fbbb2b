"""What a model costs: the values of the price file, and their reading from one line of it.

Rates are USD per 1,000,000 tokens. None = unknown (never priced), 0 = free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ..errors import PricingError
from .exact import EXACT

Source = tuple[str, str, date]  # the page the libraries cite, who compared what, and when
STANDARD = "standard"
_PRICE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,20})?")  # no sign, no exponent: what every reader reads alike


class Rates(NamedTuple):
    """USD per 1,000,000 tokens of each kind."""

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write_5m: Decimal | None = None  # or the provider's only lifetime
    cache_write_1h: Decimal | None = None


class Tier(NamedTuple):
    """Rates of a request whose input exceeds a number of tokens."""

    above_input_tokens: int
    rates: Rates


class Tariff(NamedTuple):
    """Base rates, and the tiers above them in ascending order."""

    rates: Rates
    tiers: tuple[Tier, ...] = ()

    def at(self, input_tokens: int) -> Rates:
        """Rates of the whole request: a cliff on total input tokens (cached ones included), strictly greater."""
        rates = self.rates
        for tier in self.tiers:
            if input_tokens > tier.above_input_tokens:
                rates = tier.rates
        return rates


class Window(NamedTuple):
    """Other rates between two times of the day, UTC "HH:MM"; the later may be the next day's."""

    utc_from: str
    utc_to: str
    variant: str
    rates: Rates

    def holds(self, time: str) -> bool:
        if self.utc_from <= self.utc_to:
            return self.utc_from <= time < self.utc_to
        return time >= self.utc_from or time < self.utc_to


class Offer(NamedTuple):
    """What one model costs through one channel, in one region, from one day on."""

    model: str
    provider: str
    channel: str
    region: str | None  # None: wherever no region is named
    effective_from: date
    source: str
    verified_by: str
    verified_at: date
    variants: Mapping[str, Tariff]  # "standard", and "batch", "flex", "priority", ... where stated
    windows: tuple[Window, ...] = ()
    per_request: Mapping[str, Decimal] = {}  # USD: "request" on every call, others (web_search) where they are used
    training: Decimal | None = None  # USD per 1,000,000 training tokens
    other: Mapping[str, Decimal] = {}  # rates of what is no text: "standard.input_audio"
    estimated: bool = False  # a person's guess, not a price list
    origin: str = ""  # "" = the price file as it is; otherwise what a manifest made of it (prices/own.py)

    @property
    def standard(self) -> Tariff:
        return self.variants[STANDARD]

    @property
    def batch(self) -> Tariff | None:
        return self.variants.get("batch")

    def tariff(self, variant: str, time: str | None = None) -> Tariff | None:
        """Rates of a way to be billed; None = unknown. `time` is UTC "HH:MM".

        Where rates depend on the time and none is named, each is the dearest of the day: never too low.
        """
        tariff = self.variants.get(variant)
        windows = [window for window in self.windows if window.variant == variant]
        if tariff is None or not windows:
            return tariff
        if time is not None:
            rates = next((window.rates for window in reversed(windows) if window.holds(time)), tariff.rates)
        else:
            rates = Rates(*map(_dearest, zip(tariff.rates, *(window.rates for window in windows), strict=True)))
        return tariff._replace(rates=rates)


class ModelRow(NamedTuple):
    """One model of the price file, as one channel sells it."""

    id: str
    provider: str  # who bills
    context_window: int | None = None
    max_output_tokens: int | None = None
    tokenizer: str | None = None  # the encoding the provider's own tokenizer table gives it
    retires_at: date | None = None
    offers: tuple[Offer, ...] = ()  # every region and date
    channel: str = ""
    developer: str | None = None  # who made it
    base_model: str | None = None  # the developer's own offer of the same model
    mode: str = "chat"
    cache_min_tokens: int | None = None  # a shorter prompt is not cached
    released: date | None = None
    deprecated_at: date | None = None
    replacement: str | None = None
    multipliers: Mapping[str, Decimal] = {}  # region -> factor on the offer without a region

    def regions(self) -> tuple[str, ...]:
        """The regions that have a price of their own, sorted."""
        return tuple(sorted({offer.region for offer in self.offers if offer.region} | set(self.multipliers)))

    def history(self, region: str | None = None) -> Iterator[Offer]:
        """The dated offers of exactly this region, oldest first; none where it is not stated."""
        own = [offer for offer in self.offers if offer.region == region]
        if not own and region in self.multipliers:
            factor = self.multipliers[str(region)]
            own = [scaled(offer, factor)._replace(region=region) for offer in self.offers if offer.region is None]
        return iter(sorted(own, key=_since))

    def offer(self, on: date, region: str | None = None) -> Offer | None:
        """What it costs in this region on that day; None before its first known price, or in an unknown region."""
        return max((o for o in self.history(region) if o.effective_from <= on), key=_since, default=None)


def _since(offer: Offer) -> date:
    return offer.effective_from


def _dearest(rates: tuple[Decimal | None, ...]) -> Decimal | None:
    """None where one of them is unknown: it could be the dearest."""
    known = [rate for rate in rates if rate is not None]
    return max(known) if len(known) == len(rates) else None


def scaled(offer: Offer, factor: Decimal) -> Offer:
    """The offer with every token rate multiplied, training too; fees per request stay. Exact: nothing is rounded."""

    def times(rates: Rates) -> Rates:
        return Rates(*[None if rate is None else EXACT.multiply(rate, factor) for rate in rates])

    variants = {
        name: Tariff(times(tariff.rates), tuple(Tier(tier[0], times(tier.rates)) for tier in tariff.tiers))
        for name, tariff in offer.variants.items()
    }
    windows = tuple(window._replace(rates=times(window.rates)) for window in offer.windows)
    other = {name: EXACT.multiply(rate, factor) for name, rate in offer.other.items()}
    training = None if offer.training is None else EXACT.multiply(offer.training, factor)
    return offer._replace(variants=variants, windows=windows, other=other, training=training)


# --- reading -----------------------------------------------------------------------------------------------------


def parse_source(value: Mapping[str, Any]) -> Source:
    """A member of the header's `sources`. KeyError, TypeError or ValueError where it is damaged."""
    return str(value["url"]), str(value["verified_by"]), _day(value["verified_at"])


def parse_row(name: str, value: Mapping[str, Any], sources: Mapping[str, Source]) -> ModelRow:
    """A model from the value of its line. PricingError where it is damaged."""
    try:
        return _row(name, value, sources)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise PricingError(
            f"The price file cannot be used: its entry for {name} is damaged ({type(error).__name__}: {error}).",
            "Reinstall llmcost-hooks to get its price file back.",
        ) from None


def _row(name: str, value: Mapping[str, Any], sources: Mapping[str, Source]) -> ModelRow:
    life, cache = value["lifecycle"], value.get("cache") or {}
    (channel,) = {
        _text(offer["channel"]) for offer in value["offers"]
    }  # an entry is one channel's: nothing falls across
    return ModelRow(
        id=name,
        provider=_text(value["provider"]),
        context_window=_whole(value["context_window"]),
        max_output_tokens=_whole(value["max_output_tokens"]),
        tokenizer=_maybe_text(value["tokenizer"]),
        retires_at=_maybe_day(life["retires_at"]),
        offers=tuple(
            _offer(name, value["provider"], offer, prices, sources)
            for offer in value["offers"]
            for prices in offer["prices"]
        ),
        channel=channel,
        developer=_maybe_text(value.get("developer")),
        base_model=_maybe_text(value.get("base_model")),
        mode=_text(value.get("mode", "chat")),
        cache_min_tokens=_whole(cache.get("min_tokens")),
        released=_maybe_day(life.get("released")),
        deprecated_at=_maybe_day(life.get("deprecated_at")),
        replacement=_maybe_text(life.get("replacement")),
        multipliers={
            region: _known_price(factor)
            for offer in value["offers"]
            if offer["region"] is None
            for region, factor in offer.get("region_multipliers", {}).items()
        },
    )


def _offer(
    name: str, provider: str, offer: Mapping[str, Any], prices: Mapping[str, Any], sources: Mapping[str, Source]
) -> Offer:
    source, verified_by, verified_at = sources[prices["source"]]
    stated = {STANDARD: prices[STANDARD], **prices["variants"]}
    training = prices.get("training")
    return Offer(
        model=name,
        provider=provider,
        channel=_text(offer["channel"]),
        region=_maybe_text(offer["region"]),
        effective_from=_day(prices["effective_from"]),
        source=source,
        verified_by=verified_by,
        verified_at=verified_at,
        variants={variant: _tariff(rates, prices["tiers"], variant) for variant, rates in stated.items()},
        windows=tuple(_window(window) for window in prices.get("time_of_day", ())),
        per_request={fee: _known_price(price) for fee, price in prices.get("per_request", {}).items()},
        training=_price(training),
        other={
            f"{variant}.{dimension}": _known_price(price)
            for variant, rates in stated.items()
            for dimension, price in rates.items()
            if dimension not in Rates._fields and price is not None
        },
    )


def _tariff(base: Mapping[str, Any], tiers: list[Mapping[str, Any]], variant: str) -> Tariff:
    own = [Tier(_count(tier["when_input_gt"]), _rates(tier)) for tier in tiers if tier["variant"] == variant]
    return Tariff(_rates(base), tuple(sorted(own, key=lambda tier: tier.above_input_tokens)))


def _window(value: Mapping[str, Any]) -> Window:
    begin, end = _text(value["utc_from"]), _text(value["utc_to"])
    for time in (begin, end):
        if len(time) != 5 or not "00:00" <= time <= "23:59" or time[2] != ":" or time[3] > "5":
            raise ValueError(f"{time} is no time of the day")
    return Window(begin, end, _text(value.get("variant", STANDARD)), _rates(value))


def _rates(value: Mapping[str, Any]) -> Rates:
    return Rates(*[_price(value.get(dimension)) for dimension in Rates._fields])


def _known_price(value: object) -> Decimal:
    price = _price(value)
    if price is None:
        raise ValueError("a price is missing")
    return price


def _price(value: object) -> Decimal | None:
    return None if value is None else parse_price(value)


def parse_price(value: object) -> Decimal:
    """A decimal string, never a float: 0.1 USD is not 0.1000000000000000055. TypeError or ValueError for all else."""
    if not isinstance(value, str):
        raise TypeError(f"a price must be a decimal string, not {value!r}")
    if not _PRICE.fullmatch(value):
        raise ValueError(f"{value[:40]} is no price")
    return Decimal(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is missing, here is {type(value).__name__}")
    return value


def _maybe_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"a number of tokens is missing, here is {type(value).__name__}")
    return value


def _whole(value: object) -> int | None:
    return None if value is None else _count(value)


def _day(value: object) -> date:
    text = _text(value)
    if len(text) != 10 or text[4] != "-" or text[7] != "-":  # newer Pythons read more forms
        raise ValueError(f"{text[:40]} is no date of the form 2026-11-26")
    return date.fromisoformat(text)


def _maybe_day(value: object) -> date | None:
    return None if value is None else _day(value)
