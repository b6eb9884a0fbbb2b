"""An increase held against what a command line allows."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import NamedTuple

from .compare import Comparison
from .errors import ConfigError
from .prices.exact import EXACT


class Allowed(NamedTuple):
    """How much the total may grow: percent of base, or USD. One of the two is given."""

    percent: Decimal | None
    amount: Decimal | None


class Increase(NamedTuple):
    """More than is allowed. USD per period."""

    amount: Decimal
    allowed: Decimal


def over_increase(comparison: Comparison, allowed: Allowed) -> Increase | None:
    """The increase of what is known, where it is over; a base that is not known counts as nothing, so never too low.

    Raises ConfigError where the two sides are quoted for different periods.
    """
    if not comparison.same_unit():
        base, head = (side.period or "one call" for side in (comparison.base, comparison.head))
        raise ConfigError(
            f"[budget] period changes from {base} to {head}: an increase over it cannot be judged",
            "Compare costs of one call: --per call",
        )
    increase, (base_cost, _) = comparison.known_delta(), comparison.comparable()
    with localcontext(EXACT):
        most = base_cost * allowed.percent.scaleb(-2) if allowed.percent is not None else allowed.amount
    assert most is not None
    return Increase(increase, most) if increase > most else None
