"""Days that are not like the others: named, and left out of what is fitted."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from .intervals import Z, student

SPREADS = 5.0  # times the days' usual spread, where there are many days
_NORMAL = 1.4826  # median absolute deviation of normal values -> their standard deviation
_FEW = 0.8  # Croux and Rousseeuw 1992: of k values that deviation is k / (k - 0.8) times too small
MIN_DAYS = 5  # with fewer nobody can say which of them is the unusual one

D = TypeVar("D", bound=Hashable)


def unlike(values: Sequence[tuple[D, float, float]], least: float) -> tuple[D, ...]:
    """The days whose value is further from the median than so many times the usual spread, and than `least`.

    Five times, and with few days more, as they say little of their spread: as much as Student's t is above the normal
    law's. Chosen so that of files without an outlier, with six days and more, about 5% at most have a day named.

    `values` are (day, value, what it is a mean of: tokens, or requests). The mean of a day with a fourth of the usual
    traffic varies twice as much by chance alone: it has to be twice as far away.

    The modified z-score of Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993. Empty where there are fewer
    than five days, or where more than a quarter of them differ: that is a change, and no anomaly.
    """
    if len(values) < MIN_DAYS:
        return ()
    middle, usual = median(value for _, value, _ in values), median(size for _, _, size in values)
    count = len(values)
    spread = _NORMAL * count / (count - _FEW) * median(abs(value - middle) for _, value, _ in values)
    limit = max(least, SPREADS * student(count - 1) / Z * spread)
    found = tuple(day for day, value, size in values if abs(value - middle) > limit * max(1.0, math.sqrt(usual / size)))
    return found if len(found) <= max(1, count // 4) else ()


def median(values: Iterable[float]) -> float:
    """Of one value and more."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
