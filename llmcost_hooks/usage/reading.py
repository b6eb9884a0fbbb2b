"""Single values of payloads and files: counts, amounts, times, ids.

Raises Unusable, whose message names the field and never quotes what is in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

MOST = 10**30  # tokens, requests, or USD
DECIMALS = 30  # an amount times a count, summed over a file, then has fewer digits than exact arithmetic allows
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?)?\s?(Z|UTC|[+-]\d\d:?\d\d)?")
_NUMBER = re.compile(r"-?(?:\d{1,37}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE]-?\d{1,2})?", re.ASCII)


class Unusable(Exception):
    """A record that cannot be read, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_count(value: object, name: str) -> int:
    """A whole number from 0; also as text, and as 12.0."""
    if type(value) is int:
        number = value
    elif type(value) is str and len(value) < 18 and value.isascii() and value.removesuffix(".0").isdecimal():
        return int(value.removesuffix(".0"))
    else:
        amount = read_amount(value, name)
        number = int(amount)
        if number != amount:
            raise Unusable(f"{name} is not a whole number")
    if not 0 <= number <= MOST:
        raise Unusable(f"{name} is below 0, or too large")
    return number


def read_amount(value: object, name: str) -> Decimal:
    """A decimal number; negative ones too. Bounded, so that what is computed of it is exact."""
    if type(value) is str and len(value) <= DECIMALS and value.isascii() and value.replace(".", "", 1).isdecimal():
        return Decimal(value)  # quick, for what nearly every value is
    if isinstance(value, Decimal):
        return _bounded(value, name)
    text = repr(value) if type(value) in (int, float) else value  # of a float its shortest digits, and no inf or nan
    if not isinstance(text, str) or not _NUMBER.fullmatch(text.strip()):
        raise Unusable(f"{name} is not a number")
    return _bounded(Decimal(text.strip()), name)


def _bounded(amount: Decimal, name: str) -> Decimal:
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or amount.copy_abs() > MOST:  # abs() would round, and overflow
        raise Unusable(f"{name} is not a number, or too large")
    if exponent < -DECIMALS:
        raise Unusable(f"{name} has more than {DECIMALS} decimals")
    return amount


def read_share(value: object, name: str) -> Decimal:
    """A number from 0 to 1."""
    share = read_amount(value, name)
    if not 0 <= share <= 1:
        raise Unusable(f"{name} is not a share from 0 to 1")
    return share


def read_text(value: object, name: str) -> str:
    """A text of 1 to 1,000 characters."""
    if not isinstance(value, str) or not 0 < len(value) <= 1000:
        raise Unusable(f"{name} is not a text of 1 to 1,000 characters")
    return value


def read_time(value: object, name: str) -> datetime:
    """UTC: of ISO 8601 text, where none is named it is UTC; of a number, seconds since 1970 (or milli-, micro- or
    nanoseconds, which are told by their size)."""
    if type(value) is int and 0 <= value < 10**11:
        return _EPOCH + timedelta(seconds=value)
    if isinstance(value, str) and not value.replace(".", "", 1).isdecimal():
        return _iso_time(value, name)
    number = read_amount(value, name)
    digits = 17, 14, 11  # of nano-, micro- and milliseconds; seconds of 11 digits are of the year 5138
    power = next((3 * n for n, least in zip((3, 2, 1), digits, strict=True) if number >= 10**least), 0)
    try:
        return _EPOCH + timedelta(microseconds=int(number.scaleb(6 - power)))
    except OverflowError:
        raise Unusable(f"{name} is not a time") from None


@lru_cache(maxsize=4096)
def _iso_time(text: str, name: str) -> datetime:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise Unusable(f"{name} is not a time, such as 2026-11-26T12:00:00Z")
    day, time, fraction, zone = found.groups()
    zone = "+00:00" if zone in (None, "Z", "UTC") else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    micro = f".{(fraction + '00000')[:6]}" if fraction else ""
    try:
        clock = "00:00:00" if time is None else f"{time}:00"[:8]
        at = datetime.fromisoformat(f"{day}T{clock}{micro}{zone}")
        return at if at.tzinfo is timezone.utc else at.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise Unusable(f"{name} is not a time, such as 2026-11-26T12:00:00Z") from None


def known_count(value: object, name: str) -> int | None:
    """None for null; quick for what nearly every value is."""
    if type(value) is int and 0 <= value <= MOST:
        return value
    return None if value is None else read_count(value, name)


def count_of(payload: Mapping[str, Any], *names: str) -> int | None:
    """The count under the first of `names` that is there and not null."""
    for name in names:
        value = payload.get(name)
        if value is not None:
            return value if type(value) is int and 0 <= value <= MOST else read_count(value, name)
    return None


def needed_count(payload: Mapping[str, Any], *names: str) -> int:
    found = count_of(payload, *names)
    if found is None:
        raise Unusable(f"{names[0]} is missing")
    return found


def object_of(payload: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The object under the first of `names` that is there; empty where none is."""
    for name in names:
        value = payload.get(name)
        if value is not None:
            if not isinstance(value, dict):
                raise Unusable(f"{name} is not an object")
            return value
    return {}


def text_of(payload: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = payload.get(name)
        if value is not None and value != "":
            return read_text(value, name)
    return None


def id_of(payload: Mapping[str, Any], *names: str) -> str | None:
    """An id under the first of `names` that is a text; None where none is, since it is nothing that is counted."""
    for name in names:
        value = payload.get(name)
        if isinstance(value, str) and 0 < len(value) <= 1000:
            return value
    return None


def time_of(payload: Mapping[str, Any], *names: str) -> datetime | None:
    for name in names:
        value = payload.get(name)
        if value is not None and value != "":
            return read_time(value, name)
    return None


def plus(*counts: int | None) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
