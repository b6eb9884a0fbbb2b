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


def freshness(valid_until: date, on: date) -> Freshness:
    """Fresh before `valid_until`, expired for 30 days from then on, too old after that."""
    days = (on - valid_until).days
    if days < 0:
        return Freshness(FRESH, valid_until, 0)
    return Freshness(EXPIRED if days <= GRACE_DAYS else TOO_OLD, valid_until, days)


def refuse_too_old(state: Freshness) -> None:
    """PricingError (exit 4) where prices are older than the 30 days of grace, with every way out."""
    if state.state == TOO_OLD:
        raise PricingError(
            f"Pricing data too old (expired: {state.valid_until}, {state.days_over:,} days ago)",
            "Financial estimates require current pricing.\n"
            "Run: llm-cost update-db\n"
            "Or:  upgrade llm-cost, or `rev` of its hooks: a newer release brings newer prices\n"
            'Or:  name the day whose prices you mean: [prices] as_of = "2026-06-01" in llm-cost.toml\n'
            "Or:  --force-stale (not recommended)",
        )
