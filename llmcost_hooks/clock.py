"""The one place that asks what time it is."""

from __future__ import annotations

import time
from datetime import date, datetime, timezone

from .facts import load_price_book


def now() -> datetime:
    """The system's clock, in UTC, because a build must not depend on where it runs."""
    return datetime.fromtimestamp(time.time(), timezone.utc)


def today() -> date:
    """Today in UTC; never before the day of the price file.

    A clock that stands at 1970, as on a board without a battery, can neither make old prices fresh nor lose a price
    that has begun since.
    """
    return max(now().date(), load_price_book().generated_at)
