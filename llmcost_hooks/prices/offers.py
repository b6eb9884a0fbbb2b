"""What a model costs: the values of the price file, and their reading from one line of it.

Rates are USD per 1,000,000 tokens. None = unknown (never priced), 0 = free.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ..errors import PricingError

Source = tuple[str, str, date]  # the page the libraries cite, who compared what, and when


class Rates(NamedTuple):
    """USD per 1,000,000 tokens of each kind."""

    input: Decimal | None
    output: Decimal | None
    cache_read: Decimal | None
    cache_write_5m: Decimal | None  # or the provider's only lifetime
    cache_write_1h: Decimal | None


class Tier(NamedTuple):
    """Rates of a request whose input exceeds a number of tokens."""

    above_input_tokens: int
    rates: Rates


class Tariff(NamedTuple):
    """Base rates, and the tiers above them in ascending order."""

    rates: Rates
    tiers: tuple[Tier, ...]

    def at(self, input_tokens: int) -> Rates:
        """Rates of the whole request: a cliff on total input tokens (cached ones included), strictly greater."""
        above = [tier.rates for tier in self.tiers if input_tokens > tier.above_input_tokens]
        return above[-1] if above else self.rates


class Offer(NamedTuple):
    """What one model costs through one channel from one day on."""

    model: str
    provider: str
    channel: str
    region: str | None
    effective_from: date
    source: str
    verified_by: str
    verified_at: date
    standard: Tariff
    batch: Tariff | None


class ModelRow(NamedTuple):
    """One model of the price file."""

    id: str
    provider: str
    context_window: int | None
    max_output_tokens: int | None
    tokenizer: str | None  # the encoding the provider's own tokenizer table gives it
    retires_at: date | None
    offers: tuple[Offer, ...]  # every channel and date


def parse_source(value: Mapping[str, Any]) -> Source:
    """A member of the header's `sources`. KeyError, TypeError or ValueError where it is damaged."""
    return str(value["url"]), str(value["verified_by"]), date.fromisoformat(value["verified_at"])


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
    provider, retires_at = value["provider"], value["lifecycle"]["retires_at"]
    offers = tuple(
        _offer(name, provider, offer, prices, sources) for offer in value["offers"] for prices in offer["prices"]
    )
    return ModelRow(
        name,
        provider,
        value["context_window"],
        value["max_output_tokens"],
        value["tokenizer"],
        date.fromisoformat(retires_at) if retires_at else None,
        offers,
    )


def _offer(
    name: str, provider: str, offer: Mapping[str, Any], prices: Mapping[str, Any], sources: Mapping[str, Source]
) -> Offer:
    source, verified_by, verified_at = sources[prices["source"]]
    batch = prices["variants"].get("batch")
    return Offer(
        model=name,
        provider=provider,
        channel=offer["channel"],
        region=offer["region"],
        effective_from=date.fromisoformat(prices["effective_from"]),
        source=source,
        verified_by=verified_by,
        verified_at=verified_at,
        standard=_tariff(prices["standard"], prices["tiers"], "standard"),
        batch=_tariff(batch, prices["tiers"], "batch") if batch is not None else None,
    )


def _tariff(base: Mapping[str, Any], tiers: list[Mapping[str, Any]], variant: str) -> Tariff:
    own = [Tier(int(tier["when_input_gt"]), _rates(tier)) for tier in tiers if tier["variant"] == variant]
    return Tariff(_rates(base), tuple(sorted(own, key=lambda tier: tier.above_input_tokens)))


def _rates(value: Mapping[str, Any]) -> Rates:
    return Rates(*(_price(value.get(dimension)) for dimension in Rates._fields))


def _price(value: object) -> Decimal | None:
    """A decimal string, never a float: 0.1 USD is not 0.1000000000000000055."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"a price must be a decimal string, not {value!r}")
    price = Decimal(value)
    if not price.is_finite() or price < 0:
        raise ValueError(f"{value} is no price")
    return price
