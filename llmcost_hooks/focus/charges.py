"""What a prompt uses, meter by meter: each with its quantity and its prices, so that a product is its cost.

The same arithmetic as in `call_costs`, taken apart: the charges of a prompt add up to its effective cost, to the last
digit. A prompt whose costs cannot be taken apart has a Problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import NamedTuple

from ..call_costs import ZERO, per_request
from ..errors import ExitCode
from ..estimate import Estimate
from ..known.focus import CACHE_READ, INPUT, METERS, OUTPUT, REQUEST, Meter
from ..lookup import Paid
from ..prices.offers import EXACT, Offer, Rates
from ..pricing import PromptEstimate, Unpriced
from ..prompts import Problem

NO_OUTPUT = Problem(
    'the size of its answers is unknown, and a row cannot say "at least"',
    "State it: --output-ratio 0.1, or output_ratio = 0.1 in llm-cost.toml.",
    ExitCode.CONFIG_ERROR,
)
NO_SIZE = Problem(
    'variables of unknown size are in it, and a row cannot say "at least"',
    "State their tokens, variables = { name = 1200 } in llm-cost.toml; estimate names them.",
    ExitCode.CONFIG_ERROR,
)


class Charge(NamedTuple):
    """What one meter of one prompt comes to in the estimate's period. Prices are USD per `meter.size` units."""

    row: PromptEstimate
    paid: Paid
    meter: Meter
    quantity: int  # of all calls: tokens, or requests
    list_price: Decimal  # of the public list; the price that is paid where no list has one
    price: Decimal  # that is paid
    above: int | None  # input tokens of a request from which on these prices hold, where they depend on that

    def pricing_quantity(self) -> Decimal:
        return EXACT.divide(Decimal(self.quantity), Decimal(self.meter.size))

    def list_cost(self) -> Decimal:
        """USD, exact."""
        return EXACT.multiply(self.list_price, self.pricing_quantity())

    def cost(self) -> Decimal:
        """USD, exact."""
        return EXACT.multiply(self.price, self.pricing_quantity())


def unknown_parts(estimate: Estimate) -> list[Unpriced]:
    """The prompts that no row can stand for, each with its problem: without a price, or with a lower bound of one."""
    return [row if isinstance(row, Unpriced) else _bounded(row) for row in estimate.rows if not _is_known(row)]


def charges(estimate: Estimate) -> list[Charge]:
    """Of every prompt, in the estimate's order; meters that count nothing are left out.

    To be called for estimates without `unknown_parts`.
    """
    times = {file.prompt_id: file.assumptions.time_of_day for file in estimate.files}
    with localcontext(EXACT):
        return [charge for row in estimate.priced() for charge in _of_prompt(row, times.get(row.prompt_id))]


def _is_known(row: PromptEstimate | Unpriced) -> bool:
    return isinstance(row, PromptEstimate) and not row.bounded()


def _bounded(row: PromptEstimate) -> Unpriced:
    problem = NO_OUTPUT if row.output_tokens is None else NO_SIZE
    own = (row.prompt_id, row.path, row.content_hash, row.named, row.tags)
    return Unpriced(*own, row.model, row.grade, row.input_tokens, problem)


def _of_prompt(row: PromptEstimate, time: str | None) -> Iterator[Charge]:
    assert row.paid is not None
    size = per_request(row.input_tokens, row.requests)
    rates, above = _rates(row.paid.offer, row.variant, time, size)
    listed, _ = _rates(row.paid.listed, row.variant, time, size)
    fee, listed_fee = (offer.per_request.get("request", ZERO) for offer in (row.paid.offer, row.paid.listed))
    used = {
        INPUT: (row.input_tokens - row.cached_input_tokens, rates.input, listed.input),
        CACHE_READ: (row.cached_input_tokens, rates.cache_read, listed.cache_read),
        OUTPUT: (row.output_tokens or 0, rates.output, listed.output),
        REQUEST: (row.requests if fee or listed_fee else 0, fee, listed_fee),
    }
    for meter in METERS:
        count, price, list_price = used.get(meter, (0, None, None))
        if count and row.calls:
            assert price is not None  # a row whose price is unknown is Unpriced
            yield Charge(
                row, row.paid, meter, count * row.calls, price if list_price is None else list_price, price, above
            )


def _rates(offer: Offer, variant: str, time: str | None, size: int) -> tuple[Rates, int | None]:
    """Rates of a request of that size, and where they begin."""
    tariff = offer.tariff(variant, time)
    if tariff is None:
        return Rates(), None
    reached = [tier.above_input_tokens for tier in tariff.tiers if size > tier.above_input_tokens]
    return tariff.at(size), reached[-1] if reached else None
