"""Whether prices are still good to estimate with. Pure: the day comes in."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

FRESH, EXPIRED, TOO_OLD = "fresh", "expired", "too old"
GRACE_DAYS = 30


class Freshness(NamedTuple):
    """The state of a price file on a day. Expired: say so with every number. Too old: no estimate."""

    state: str  # FRESH, EXPIRED or TOO_OLD
    valid_until: date
    days_over: int  # since valid_until; 0 while fresh


def freshness(valid_until: date, on: date) -> Freshness:
    """Fresh before `valid_until`, expired for 30 days from then on, too old after that."""
    days = (on - valid_until).days
    if days < 0:
        return Freshness(FRESH, valid_until, 0)
    return Freshness(EXPIRED if days <= GRACE_DAYS else TOO_OLD, valid_until, days)
