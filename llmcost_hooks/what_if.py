"""What a computed what-if is, and the arithmetic behind it, written so that a calculator takes it."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO, call_cost, per_request
from .lookup import Paid, Resolve
from .manifest import Assumptions
from .prices.offers import Offer, Rates
from .prices.own import OwnPrices
from .pricing import PromptEstimate
from .render.money import format_exact
from .snapshot import PromptFile

MODEL, BATCH, CACHING, ORDER = "model", "batch", "caching", "order"
SHARE = Decimal("0.0001")  # what a break-even hit ratio is rounded up to


class Suggestion(NamedTuple):
    """One prompt, used in another way, and what that saves."""

    prompt_id: str
    kind: str  # MODEL: another one; BATCH; CACHING of its prefix; ORDER: what varies behind what does not
    model: str
    other: str  # the model to use: another one where `kind` is MODEL
    saving: Decimal  # USD of all calls
    saving_percent: Decimal  # of the prompt's cost, rounded down to whole percents
    formula: str  # gives `saving`
    at_most: bool = False  # no hit ratio is stated: `saving` is that of all calls being hits
    tokens: int | None = None  # of the prefix that is cached
    break_even: Decimal | None = None  # the share of calls that have to be hits before caching saves, rounded up
    break_even_formula: str = ""
    variable: str | None = None  # that comes too early


class Case(NamedTuple):
    """A priced prompt, and what it is priced with."""

    row: PromptEstimate
    offer: Offer
    time: str | None  # UTC "HH:MM", where it is stated

    def rates(self, variant: str) -> Rates | None:
        """At the tier that one request reaches; None where it is not billed that way."""
        tariff = self.offer.tariff(variant, self.time)
        return tariff.at(per_request(self.row.input_tokens, self.row.requests)) if tariff else None

    def formula(self, variant: str, cached: int) -> str:
        """USD of one call that is billed that way, as arithmetic."""
        rates = self.rates(variant)
        assert rates is not None
        return call_formula(rates, self.row, cached, self.offer)


def case_of(row: PromptEstimate, file: PromptFile | None, resolve: Resolve, own: OwnPrices | None) -> Case | None:
    """None where the price cannot be told again from the row: nothing is said rather than something wrong."""
    assumed = file.assumptions if file else Assumptions()
    entry, _, region = row.pricing_id.partition("#")
    named = Assumptions(region=region or None, pricing_id=entry or row.model, price_version=assumed.price_version)
    paid = resolve(row.model, named, own)
    if not isinstance(paid, Paid):
        return None
    cost = call_cost(
        paid.offer, row.variant, row.input_tokens, row.cached_input_tokens, row.output_tokens or 0,
        assumed.time_of_day, row.requests, row.cache_write_tokens,
    )  # fmt: skip
    return Case(row, paid.offer, assumed.time_of_day) if cost == row.per_call else None


def call_formula(rates: Rates, row: PromptEstimate, cached: int, offer: Offer, written: int = 0) -> str:
    """ "(1247 * 2.5 + 600 * 1.25 + 523 * 10) / 1000000", and the fee of each request."""
    amounts = (
        (row.input_tokens - cached - written, rates.input),
        (cached, rates.cache_read),
        (written, rates.cache_write_5m),
        (row.output_tokens or 0, rates.output),
    )
    terms = [f"{tokens} * {format_exact(rate or ZERO)}" for tokens, rate in amounts if tokens]
    text = f"({' + '.join(terms)}) / 1000000" if terms else "0"
    fee = offer.per_request.get("request") if offer.per_request else None
    return f"({text} + {row.requests} * {format_exact(fee)})" if fee else text


def percent_saved(cost: Decimal, saving: Decimal) -> Decimal:
    """Rounded down to whole percents; 0 where nothing is paid."""
    if not cost:
        return ZERO
    with localcontext() as context:
        context.prec = 10
        return (saving / cost * 100).quantize(Decimal(1), "ROUND_DOWN")


def share_rounded_up(part: Decimal, whole: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 28
        return (part / whole).quantize(SHARE, ROUND_UP)
