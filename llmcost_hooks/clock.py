"""The one place that asks what time it is."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import date, datetime, timezone

from .errors import ConfigError
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


def build_day(environ: Mapping[str, str]) -> date:
    """Today, or the day of SOURCE_DATE_EPOCH for outputs that are to be the same whenever they are built."""
    epoch = environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return today()
    if not re.fullmatch(r"\d{1,11}", epoch, re.ASCII):
        raise ConfigError("SOURCE_DATE_EPOCH is not a number of seconds", "Unset it, or: export SOURCE_DATE_EPOCH=0")
    return datetime.fromtimestamp(int(epoch), timezone.utc).date()
