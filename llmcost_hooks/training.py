"""What training of fine-tuned models costs: the runs of a period over their examples. Pure; USD."""

from __future__ import annotations

from decimal import Decimal

from .call_costs import ZERO
from .errors import ExitCode
from .manifest import Assumptions
from .prices.exact import EXACT
from .prices.offers import Offer
from .prompts import Problem


def trained_tokens(assumed: Assumptions) -> int:
    """Tokens of training that are billed in a period: of each example, as often as a run goes through it."""
    if assumed.training_tokens is None:
        return 0
    runs = 1 if assumed.training_calls is None else assumed.training_calls
    times = 1 if assumed.calls_per_example is None else assumed.calls_per_example
    return assumed.training_tokens * times * runs


def training_cost(assumed: Assumptions, offer: Offer) -> Decimal | None:
    """USD per period; 0 where no training is declared, None where it is and its rate is not known."""
    if assumed.training_tokens is None:
        return ZERO
    if offer.training is None:
        return None
    return EXACT.scaleb(EXACT.multiply(trained_tokens(assumed), offer.training), -6)


NO_PERIOD = Problem(
    "has training_tokens, and no [budget] period says how often a run of training is paid",
    'Write it in llm-cost.toml: [budget] period = "month".',
    ExitCode.CONFIG_ERROR,
)


def no_rate(model: str, add: str) -> Problem:
    """The problem of training whose rate nobody states; `add` is the command that states it."""
    return Problem(
        f"declares training, and {model} has no training price",
        f"State it: {add} --training USD\nOr remove training_tokens.",
        ExitCode.PRICING_ERROR,
    )
