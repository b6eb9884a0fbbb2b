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
from ..known.focus import CACHE_READ, CACHE_WRITE, INPUT, METERS, OUTPUT, REQUEST, TRAINING, Meter
from ..lookup import Paid
from ..manifest import Assumptions
from ..prices.exact import EXACT
from ..prices.offers import Offer, Rates
from ..pricing import PromptEstimate, Unpriced
from ..prompts import Problem
from ..training import trained_tokens

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
NOT_OF_CALLS = Problem(
    "has costs beside those of its calls, which no row stands for",
    "Leave it out: --exclude GLOB.",
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
    """The prompts that no rows can stand for, each with its problem: without a price, or with a lower bound of one."""
    known = [row for row in estimate.priced() if not row.bounded()]
    costs = dict.fromkeys([row.prompt_id for row in known], ZERO)
    with localcontext(EXACT):
        for charge in charges(estimate._replace(rows=tuple(known))):
            costs[charge.row.prompt_id] += charge.cost()
    found = []
    for row in estimate.rows:
        if isinstance(row, Unpriced):
            found.append(row)
        elif row.bounded():
            found.append(_without_price(row, NO_OUTPUT if row.output_tokens is None else NO_SIZE))
        elif costs[row.prompt_id] != row.effective_cost:
            found.append(_without_price(row, NOT_OF_CALLS))
    return found


def charges(estimate: Estimate) -> list[Charge]:
    """Of every prompt, in the estimate's order; meters that count nothing are left out.

    To be called for estimates without `unknown_parts`.
    """
    assumed = {file.prompt_id: file.assumptions for file in estimate.files}
    with localcontext(EXACT):
        return [charge for row in estimate.priced() for charge in _of_prompt(row, assumed[row.prompt_id])]


def _without_price(row: PromptEstimate, problem: Problem) -> Unpriced:
    own = (row.prompt_id, row.path, row.content_hash, row.named, row.tags)
    return Unpriced(*own, row.model, row.grade, row.input_tokens, problem)


def _of_prompt(row: PromptEstimate, assumed: Assumptions) -> Iterator[Charge]:
    assert row.paid is not None
    paid, listed = row.paid.offer, row.paid.listed
    size, time = per_request(row.input_tokens, row.requests), assumed.time_of_day
    rates, above = _rates(paid, row.variant, time, size)
    list_rates, _ = _rates(listed, row.variant, time, size)
    fee, listed_fee = (offer.per_request.get("request", ZERO) for offer in (paid, listed))
    calls, written = row.calls, row.cache_write_tokens
    used: dict[Meter, tuple[int, Decimal | None, Decimal | None]] = {
        INPUT: ((row.input_tokens - row.cached_input_tokens - written) * calls, rates.input, list_rates.input),
        CACHE_READ: (row.cached_input_tokens * calls, rates.cache_read, list_rates.cache_read),
        CACHE_WRITE: (written * calls, rates.cache_write_5m, list_rates.cache_write_5m),
        OUTPUT: ((row.output_tokens or 0) * calls, rates.output, list_rates.output),
        REQUEST: (row.requests * calls if fee or listed_fee else 0, fee, listed_fee),
        TRAINING: (trained_tokens(assumed), paid.training, listed.training),
    }
    for meter in METERS:
        quantity, price, list_price = used.get(meter, (0, None, None))
        if quantity:
            assert price is not None  # a row whose price is unknown is Unpriced
            tier = None if meter is TRAINING else above
            yield Charge(row, row.paid, meter, quantity, price if list_price is None else list_price, price, tier)


def _rates(offer: Offer, variant: str, time: str | None, size: int) -> tuple[Rates, int | None]:
    """Rates of a request of that size, and where they begin."""
    tariff = offer.tariff(variant, time)
    if tariff is None:
        return Rates(), None
    reached = [tier.above_input_tokens for tier in tariff.tiers if size > tier.above_input_tokens]
    return tariff.at(size), reached[-1] if reached else None
