"""The interval around a ratio of sums: the jackknife over days, with Student's t.

A day is left out in turn, which needs no model of how requests of a day resemble each other: traffic comes in sessions,
releases and weekends, and treating requests as independent makes intervals too narrow.

    r = Y / X,  r(i) = (Y - y_i) / (X - x_i),  d_i = r(i) - mean r(i),  v = (k - 1)/k * sum d_i^2

Where the traffic's own days begin at another hour than midnight UTC, a day of UTC has parts of two of them and shares
one with each of its neighbours. So influences of neighbours correlate, and those of days further apart do not: what is
missing in v is twice the covariance of neighbours, with its full weight, and where it is above 0; below, it is chance.

    v' = v + (k - 1)/k * max(0, 2 * sum over neighbours of d_i * d_i+1),  r +- t(0.975, k - 1) * sqrt(v')

Of k days none can move r by more than k / ((k - 1) * t(0.975, k - 1)) of this half interval by being there or not,
which is below 0.511 for every k: r is a mean of the r(i) with weights (1 - x_i/X) / (k - 1), so that r(i) - r is
d_i + sum (x_j/X * d_j) / (k - 1), at most k/(k - 1) of the largest d, whose square is at most (k - 1)/k of the sum of
all squares, since the d sum to 0.

Cochran, Sampling Techniques, 3rd edition, 6.17 (ratio estimates) and 9A (clusters); Efron and Tibshirani, An
Introduction to the Bootstrap, chapter 11 (the jackknife's variance); Hansen and Hodrick, Forward Exchange Rates as
Optimal Predictors, 1980 (correlation that ends at a known distance, with its full weight).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

NAME = "95% jackknife over days and their neighbours, Student's t"

# Abramowitz and Stegun, Handbook of Mathematical Functions, table 26.10: t that 2.5% exceed, for 1 to 30 degrees of
# freedom.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
Z = 1.959964  # what 2.5% of normal values exceed


def half_width(days: Mapping[date, tuple[float, float]]) -> float | None:
    """Half of the 95% interval around sum(y) / sum(x), of the (y, x) of days; None where fewer than two days say
    anything, or all but one say next to nothing."""
    used = {at: (y, x) for at, (y, x) in days.items() if x > 0 or y > 0}
    total_y, total_x = sum(y for y, _ in used.values()), sum(x for _, x in used.values())
    count = len(used)
    if count < 2 or any(total_x <= x for _, x in used.values()):
        return None
    left_out = {at.toordinal(): (total_y - y) / (total_x - x) for at, (y, x) in used.items()}
    mean = sum(left_out.values()) / count
    apart = {at: each - mean for at, each in left_out.items()}
    own = sum(each**2 for each in apart.values())
    shared = sum(each * apart[at + 1] for at, each in apart.items() if at + 1 in apart)
    variance = (count - 1) / count * (own + max(0.0, 2 * shared))
    return student(count - 1) * math.sqrt(variance)


def student(degrees: int) -> float:
    """Student's t that 2.5% exceed; above 30 degrees by the expansion 26.7.5 of the same handbook."""
    if degrees <= len(_T):
        return _T[degrees - 1]
    first = (Z**3 + Z) / (4 * degrees)
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * degrees**2)
    return Z + first + second
