"""What was used, priced: for records that no bill and no tool has priced."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from ..call_costs import ZERO
from ..lookup import Resolve
from ..manifest import Assumptions
from ..prices.exact import EXACT
from ..prices.offers import STANDARD, Rates, Tariff
from ..prices.own import OwnPrices
from ..prompts import Problem
from .record import PRICED, Usage


class Tokens(NamedTuple):
    """Tokens that are paid at different rates; nothing is in two of them."""

    uncached: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    output: int


class Priced(NamedTuple):
    """How the requests of one model and service tier are priced."""

    tariff: Tariff
    fee: Decimal  # USD of a request

    def at(self, input_tokens: int) -> Rates:
        return self.tariff.at(input_tokens)


Pricer = Callable[["str | None", "str | None"], "Priced | None"]


def make_pricer(resolve: Resolve, own: OwnPrices | None) -> Pricer:
    """(model, service tier) as a record names them -> its prices; None where nobody knows any. Each is asked once."""
    known: dict[tuple[str | None, str | None], Priced | None] = {}

    def price(model: str | None, tier: str | None) -> Priced | None:
        if (model, tier) not in known:
            paid = resolve(model, Assumptions(), own) if model else None
            tariff = None if paid is None or isinstance(paid, Problem) else paid.offer.tariff(tier or STANDARD)
            fee = ZERO if paid is None or isinstance(paid, Problem) else paid.offer.per_request.get("request", ZERO)
            known[model, tier] = None if tariff is None else Priced(tariff, fee)
        return known[model, tier]

    return price


def tokens_of(record: Usage) -> Tokens | None:
    """None where input or output is unknown."""
    if record.input_tokens is None or record.output_tokens is None:
        return None
    read, short = record.cache_read_tokens or 0, record.cache_write_5m_tokens or 0
    long = record.cache_write_1h_tokens or 0
    return Tokens(record.input_tokens - read - short - long, read, short, long, record.output_tokens)


def usage_cost(tokens: Tokens, rates: Rates) -> Decimal | None:
    """USD, exact; None where a rate is unknown of which there are tokens."""
    total = ZERO
    of_each = (rates.input, rates.cache_read, rates.cache_write_5m, rates.cache_write_1h, rates.output)
    for count, rate in zip(tokens, of_each, strict=True):
        if count and rate is None:
            return None
        total = EXACT.add(total, EXACT.multiply(count, rate or ZERO))
    return EXACT.scaleb(total, -6)


def call_price(prices: Priced, *, has_writes: bool) -> Callable[[float, float, float, float], float | None]:
    """(input, the parts of it that the cache served and that were written to it, output) of a call, which may be means
    -> USD; for comparisons, not for books. As in an estimate writes are for the shorter life, and input like any other
    where they have no price of their own (`call_costs.charges_writes`)."""

    def price(asked: float, cached: float, written: float, answered: float) -> float | None:
        rates = prices.at(int(asked))
        total = float(prices.fee)
        new = written if has_writes else 0.0
        parts = (asked - cached - new, rates.input), (cached, rates.cache_read), (new, rates.cache_write_5m)
        for count, rate in (*parts, (answered, rates.output)):
            if count and rate is None:
                return None
            total += count * float(rate or 0) / 1e6
        return total

    return price


def priced_usage(record: Usage, pricer: Pricer) -> Usage:
    """The record with a cost: its own, else by our prices, which its `cost_basis` then says; None where nobody
    knows."""
    if record.cost is not None:
        return record
    prices, tokens = pricer(record.model, record.service_tier), tokens_of(record)
    if prices is None or tokens is None or not record.requests:
        return record
    cost = usage_cost(tokens, prices.at(-(-(record.input_tokens or 0) // record.requests)))
    if cost is None:
        return record
    return record._replace(cost=EXACT.add(cost, EXACT.multiply(prices.fee, record.requests)), cost_basis=PRICED)
