"""How long a forge's API is given, and when it is asked again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

MINUTE = 60.0  # the least to wait for a limit that does not say when it ends


class Wait(NamedTuple):
    """Seconds until the next attempt."""

    seconds: float
    stated: bool  # by the forge; else it is our own guess


class Deadline:
    """An end of all requests together. It is counted from the first of them: what is done before takes its time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end: float | None = None

    def left(self) -> float:
        """Seconds until it, on the monotonic clock; the first call starts it."""
        if self._end is None:
            self._end = time.monotonic() + self.seconds
        return self._end - time.monotonic()


def is_limit(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer says "slow down", by what all forges have in common."""
    if status == 403:
        return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return status == 429


def wait_after(
    status: int, headers: Mapping[str, str], attempt: int, *, limited: bool, least: float = 0.0
) -> Wait | None:
    """When to ask again after this answer; None where that cannot help. `least` is for limits that state no time."""
    if not limited and status < 500:
        return None
    stated = _stated(headers) if limited or status == 503 else None
    return Wait(max(2.0**attempt, least), False) if stated is None else Wait(max(stated, 0.0), True)


def _stated(headers: Mapping[str, str]) -> float | None:
    """What the forge says: seconds, a date, or the moment when a limit is reset."""
    from email.utils import parsedate_to_datetime

    stated = headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdigit():
        return float(stated[:9])
    if stated:
        try:
            return parsedate_to_datetime(stated).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    if headers.get("x-ratelimit-remaining", "0") != "0":
        return None  # that limit is not the one
    reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or ""
    return float(reset[:12]) - time.time() if reset.isascii() and reset.isdigit() else None
