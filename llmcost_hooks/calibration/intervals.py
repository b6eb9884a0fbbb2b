"""The interval around a ratio of sums: the jackknife over days, with Student's t.

A day is left out in turn, which needs no model of how requests of a day resemble each other: traffic comes in sessions,
releases and weekends, and treating requests as independent makes intervals too narrow.

    r = Y / X,  r(i) = (Y - y_i) / (X - x_i),  v = (k - 1)/k * sum (r(i) - mean r(i))^2,  r +- t(0.975, k - 1) * sqrt(v)

Cochran, Sampling Techniques, 3rd edition, 6.17 (ratio estimates) and 9A (clusters); Efron and Tibshirani, An
Introduction to the Bootstrap, chapter 11 (the jackknife's variance).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

NAME = "95% jackknife over days, Student's t"

# Abramowitz and Stegun, Handbook of Mathematical Functions, table 26.10: t that 2.5% exceed, for 1 to 30 degrees of
# freedom.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_Z = 1.959964


def half_width(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Half of the 95% interval around sum(y) / sum(x), of (y, x) by day; None where fewer than two days say
    anything."""
    used = [(y, x) for y, x in pairs if x > 0]
    total_y, total_x = sum(y for y, _ in used), sum(x for _, x in used)
    count = len(used)
    if count < 2:
        return None
    left_out = [(total_y - y) / (total_x - x) for y, x in used]
    mean = sum(left_out) / count
    variance = (count - 1) / count * sum((each - mean) ** 2 for each in left_out)
    return student(count - 1) * math.sqrt(variance)


def student(degrees: int) -> float:
    """Student's t that 2.5% exceed; above 30 degrees by the expansion 26.7.5 of the same handbook."""
    if degrees <= len(_T):
        return _T[degrees - 1]
    first = (_Z**3 + _Z) / (4 * degrees)
    second = (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * degrees**2)
    return _Z + first + second
