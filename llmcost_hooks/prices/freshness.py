"""Whether prices are still good to estimate with. Pure: the day comes in."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from ..errors import PricingError

FRESH, EXPIRED, TOO_OLD = "fresh", "expired", "too old"
GRACE_DAYS = 30


class Freshness(NamedTuple):
    """The state of a price file on a day. Expired: say so with every number. Too old: no estimate."""

    state: str  # FRESH, EXPIRED or TOO_OLD
    valid_until: date
    days_over: int = 0  # since valid_until; 0 while fresh
    to_come: date | None = None  # the pinned day that is judged, where it lies beyond today


def freshness(valid_until: date, on: date, as_of: date | None = None) -> Freshness:
    """Fresh before `valid_until`, expired for 30 days from then on, too old after that.

    Judged on the day `on`, or on the pinned day `as_of` where that is later: nobody can know its prices earlier.
    """
    to_come = as_of if as_of is not None and as_of > on else None
    days = ((to_come or on) - valid_until).days
    if days < 0:
        return Freshness(FRESH, valid_until, 0, to_come)
    return Freshness(EXPIRED if days <= GRACE_DAYS else TOO_OLD, valid_until, days, to_come)


def refuse_too_old(state: Freshness) -> None:
    """PricingError (exit 4) where prices are older than the 30 days of grace, with every way out."""
    if state.state == TOO_OLD:
        over = f"{state.days_over:,} days " + (f"before {state.to_come}" if state.to_come else "ago")
        raise PricingError(
            f"Pricing data too old (expired: {state.valid_until}, {over})",
            "Financial estimates require current pricing.\n"
            "Run: llm-cost update-db\n"
            "Or:  upgrade llm-cost, or `rev` of its hooks: a newer release brings newer prices\n"
            'Or:  name the day whose prices you mean: [prices] as_of = "2026-06-01" in llm-cost.toml\n'
            "Or:  --force-stale (not recommended)",
        )
