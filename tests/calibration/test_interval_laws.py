"""One day moves a value by no more than half of its interval, whatever that day is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from llmcost_hooks.calibration.advice import UPDATE_AT
from llmcost_hooks.calibration.fits import CACHE, HIGH, INPUT, LOW, POINTS, SMALL, UNITS, WIDE, WIDEST, fit
from llmcost_hooks.calibration.intervals import half_width, student

FIRST = date(2026, 10, 5)
PART = 0.511  # of half an interval
X = st.floats(0, 1e6) | st.sampled_from([1.0, 100.0, 10_000.0])  # days with a hundred times the traffic
PAIRS = st.lists(st.tuples(st.floats(0, 1e6), X), min_size=2, max_size=40)
GAPS = st.lists(st.integers(1, 3), min_size=40, max_size=40)


def part(days: int) -> float:
    """Of half the interval of so many days: the most that one of them can move the value."""
    return days / ((days - 1) * student(days - 1))


def by_day(pairs: Sequence[tuple[float, float]], gaps: Sequence[int]) -> dict[date, tuple[float, float]]:
    """Some of them neighbours, some not."""
    return {FIRST + timedelta(days=sum(gaps[:number])): pair for number, pair in enumerate(pairs)}


def ratio(pairs: Sequence[tuple[float, float]]) -> float:
    return sum(y for y, _ in pairs) / sum(x for _, x in pairs)


@given(PAIRS, GAPS)
def test_leaving_a_day_out_moves_the_value_by_less_than_the_law_says(
    pairs: list[tuple[float, float]], gaps: list[int]
) -> None:
    used = [(y, x) for y, x in pairs if x > 1e-3 or y > 1e-3]
    half = half_width(by_day(used, gaps))
    assume(half is not None)
    assert half is not None
    rest = [used[:number] + used[number + 1 :] for number in range(len(used))]
    assume(all(sum(x for _, x in each) > 1e-3 for each in rest))
    value, most = ratio(used), half * part(len(used))
    for each in rest:
        assert abs(ratio(each) - value) <= most * (1 + 1e-6) + 1e-9 * (value + ratio(each))


@pytest.mark.parametrize("count", [2, 3, 8, 14, 30, 90])
def test_a_day_can_come_as_near_to_it_as_it_likes(count: int) -> None:
    pairs = [(100.0, 100.0)] * (count - 1) + [(3e9, 1e9)]
    half = half_width(by_day(pairs, [2] * count))
    assert half is not None
    assert abs(ratio(pairs[:-1]) - ratio(pairs)) == pytest.approx(half * part(count), rel=1e-3)


def test_that_is_half_and_a_little() -> None:
    every = [part(days) for days in range(2, 2000)]
    assert every == sorted(every) and every[-1] < PART
    assert PART * WIDEST < UPDATE_AT


@given(
    parameter=st.sampled_from([CACHE, INPUT]),
    value=st.floats(0.01, 0.9),
    unlike=st.sampled_from([0.0, 0.02, 0.2, 1.0]),
    days=st.lists(st.tuples(st.floats(-1, 1), X), min_size=2, max_size=30),
    odd=st.tuples(st.floats(-0.3, 0.3), st.sampled_from([0.01, 1.0, 100.0])),
)
def test_what_is_recommended_does_not_hang_on_one_day(
    parameter: str, value: float, unlike: float, days: list[tuple[float, float]], odd: tuple[float, float]
) -> None:
    """At high confidence one day makes less than 2.6 points or percent, at medium less than 7.7, which is below 10;
    less in proportion where a ratio is small."""
    usual = [(x * value * max(0.0, 1 + unlike * apart), x) for apart, x in days if x > 1e-3]
    assume(usual)
    traffic = odd[1] * max(x for _, x in usual)
    pairs = [*usual, (max(0.0, value + odd[0]) * traffic, traffic)]
    at = {day: (y, x, 1000) for day, (y, x) in by_day(pairs, [1] * len(pairs)).items()}
    found = fit(parameter, None, at, timedelta(days=30), lambda _: None)
    assert found is not None
    if found.confidence == LOW:
        return
    in_points = UNITS[parameter] == POINTS
    most = PART * (WIDE if found.confidence == HIGH else WIDEST) * (min(1.0, found.actual / SMALL) if in_points else 1)
    for number in range(len(pairs)):
        moved = abs(ratio(pairs[:number] + pairs[number + 1 :]) - found.actual)
        assert moved * (100 if in_points else 100 / found.actual) <= most * (1 + 1e-6)
