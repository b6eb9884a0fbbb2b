"""The one place that asks what day it is."""

from __future__ import annotations

from datetime import date, datetime, timezone

from .facts import load_price_book


def today() -> date:
    """Today in UTC, because a build must not depend on where it runs; never before the day of the price file.

    A clock that stands at 1970, as on a board without a battery, can neither make old prices fresh nor lose a price
    that has begun since.
    """
    return max(datetime.now(timezone.utc).date(), load_price_book().generated_at)
