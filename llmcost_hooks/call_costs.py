"""From tokens to money: what one call costs at an offer's rates.

Money is USD as Decimal and exact: nothing is rounded here, and an operation that would have to round raises.
"""

from __future__ import annotations

from decimal import Decimal

from .prices.exact import EXACT
from .prices.offers import Offer

ZERO = Decimal(0)


def call_cost(
    offer: Offer, variant: str, tokens: int, cached: int, output: int, time: str | None = None, requests: int = 1,
    written: int = 0,
) -> Decimal | None:  # fmt: skip
    """USD of one call, or None where a rate is unknown: the sum of `call_parts`."""
    parts = call_parts(offer, variant, tokens, cached, output, time, requests, written)
    return None if parts is None else EXACT.add(*parts)


def call_parts(
    offer: Offer, variant: str, tokens: int, cached: int, output: int, time: str | None = None, requests: int = 1,
    written: int = 0,
) -> tuple[Decimal, Decimal] | None:  # fmt: skip
    """USD of one call's input and of its output, or None where a rate is unknown.

    `variant` is "standard", "batch", "flex" or "priority"; `cached` (served by the provider's cache) and
    `written` (to it) are parts of `tokens`, the input. Input: (the rest x input + cached x cache_read + written x
    cache_write_5m) / 1e6 + the fee of each request; output: output x output / 1e6; all at the tier that the whole input
    of a request reaches, and at the rates of `time` (UTC "HH:MM") where they depend on it.
    """
    tariff = offer.tariff(variant, time)
    if tariff is None:
        return None
    rates = tariff.at(per_request(tokens, requests))
    costs = []
    amounts = ((tokens - cached - written, rates.input), (cached, rates.cache_read), (output, rates.output))
    for amount, rate in amounts:
        if amount and rate is None:
            return None
        costs.append(EXACT.multiply(amount, rate) if amount and rate else ZERO)
    plain, from_cache, answer = costs
    if written:
        if rates.cache_write_5m is None:
            return None
        plain = EXACT.add(plain, EXACT.multiply(written, rates.cache_write_5m))
    asked = EXACT.scaleb(EXACT.add(plain, from_cache), -6)
    fee = offer.per_request.get("request") if offer.per_request else None
    return EXACT.add(asked, EXACT.multiply(fee, requests)) if fee else asked, EXACT.scaleb(answer, -6)


def charges_writes(offer: Offer, variant: str, time: str | None = None) -> bool:
    """Whether what is written to the cache has a price of its own: as it is billed, or as standard.

    Where only the latter is known, the former is unknown, and not the price of other input.
    """
    tariffs = offer.tariff(variant, time), offer.standard
    return any(tariff is not None and tariff.rates.cache_write_5m is not None for tariff in tariffs)


def per_request(tokens: int, requests: int) -> int:
    """Input tokens of one of several requests that are alike: what a tier or a context window is held against."""
    return -(-tokens // requests)
