"""From tokens to money: what one call costs at an offer's rates.

Money is USD as Decimal and exact: nothing is rounded here, and an operation that would have to round raises.
"""

from __future__ import annotations

from decimal import Decimal

from .prices.exact import EXACT
from .prices.offers import Offer

ZERO = Decimal(0)


def call_cost(
    offer: Offer, variant: str, tokens: int, cached: int, output: int, time: str | None = None, requests: int = 1
) -> Decimal | None:
    """USD of one call, or None where a rate is unknown: the sum of `call_parts`."""
    parts = call_parts(offer, variant, tokens, cached, output, time, requests)
    return None if parts is None else EXACT.add(*parts)


def call_parts(
    offer: Offer, variant: str, tokens: int, cached: int, output: int, time: str | None = None, requests: int = 1
) -> tuple[Decimal, Decimal] | None:
    """USD of one call's input and of its output, or None where a rate is unknown.

    `variant` is "standard", "batch", "flex" or "priority"; `cached` is a part of `tokens`, the input. Input:
    (uncached x input + cached x cache_read) / 1e6 + the fee of each request; output: output x output / 1e6; all at the
    tier that the whole input of a request reaches, and at the rates of `time` (UTC "HH:MM") where they depend on it.
    """
    tariff = offer.tariff(variant, time)
    if tariff is None:
        return None
    rates = tariff.at(per_request(tokens, requests))
    costs = []
    for amount, rate in ((tokens - cached, rates.input), (cached, rates.cache_read), (output, rates.output)):
        if amount and rate is None:
            return None
        costs.append(EXACT.multiply(amount, rate) if amount and rate else ZERO)
    plain, from_cache, answer = costs
    asked = EXACT.scaleb(EXACT.add(plain, from_cache), -6)
    fee = offer.per_request.get("request") if offer.per_request else None
    return EXACT.add(asked, EXACT.multiply(fee, requests)) if fee else asked, EXACT.scaleb(answer, -6)


def per_request(tokens: int, requests: int) -> int:
    """Input tokens of one of several requests that are alike: what a tier or a context window is held against."""
    return -(-tokens // requests)
