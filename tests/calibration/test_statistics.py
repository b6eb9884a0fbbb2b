"""Intervals, anomalous days and confidence: against worked values, and against traffic whose truth is known."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest

from llmcost_hooks.calibration.anomalies import unlike
from llmcost_hooks.calibration.backtest import BackTest
from llmcost_hooks.calibration.fits import CACHE, HIGH, INPUT, LOW, MEDIUM, Fit, Sample, fit
from llmcost_hooks.calibration.intervals import half_width, student
from tools.check_intervals import many, one_run, small
from tools.simulate_traffic import LOAD_TEST, TRUTHS, Outlier, Shape, simulate

DAY = timedelta(days=1)
FIRST = date(2026, 10, 5)


def by_day(pairs: Sequence[tuple[float, float]], step: int = 1) -> dict[date, tuple[float, float]]:
    return {FIRST + number * step * DAY: pair for number, pair in enumerate(pairs)}


@pytest.mark.parametrize(("degrees", "t"), [(1, 12.706), (8, 2.306), (30, 2.042), (40, 2.0211), (120, 1.9799)])
def test_student(degrees: int, t: float) -> None:
    """Values of the tables of every textbook."""
    assert student(degrees) == pytest.approx(t, abs=5e-4)


def test_the_jackknife_of_a_mean_is_its_textbook_interval() -> None:
    """With equal sizes the ratio is a mean, and the jackknife's variance is s^2 / n, of days that are no neighbours."""
    values = [3.0, 5.0, 4.0, 8.0]
    mean = sum(values) / 4
    error = (sum((value - mean) ** 2 for value in values) / 3 / 4) ** 0.5
    assert half_width(by_day([(value, 1.0) for value in values], 2)) == pytest.approx(3.182 * error)


def test_neighbours_that_resemble_each_other_widen_it() -> None:
    """Deviations from the mean of -2, -2, 2, 2: squares 16, products of neighbours 4 - 4 + 4."""
    alike, apart = [3.0, 3.0, 7.0, 7.0], [3.0, 7.0, 3.0, 7.0]
    usual = 3.182 * (16 / 3 / 4) ** 0.5
    assert half_width(by_day([(value, 1.0) for value in alike])) == pytest.approx(usual * (1 + 2 * 4 / 16) ** 0.5)
    assert half_width(by_day([(value, 1.0) for value in apart])) == pytest.approx(usual)
    gap = by_day([(value, 1.0) for value in alike])
    gap[FIRST + 9 * DAY] = gap.pop(FIRST + 1 * DAY)  # nobody's neighbour: of the three products one is left
    assert half_width(gap) == pytest.approx(usual * (1 + 2 * 4 / 16) ** 0.5)


@pytest.mark.parametrize(
    "pairs", [[], [(3.0, 1.0)], [(3.0, 1.0), (0.0, 0.0)], [(3.0, 1.0), (2.0, 0.0)], [(1e30, 1e30), (1.0, 1.0)]]
)
def test_one_day_has_no_interval(pairs: list[tuple[float, float]]) -> None:
    """Nor have two of which one says nothing, or without which nothing is left to divide by."""
    assert half_width(by_day(pairs)) is None


def test_a_day_of_answers_alone_counts() -> None:
    """It is in the ratio of sums, so it is in the interval: leaving it out makes 0.5 of 0.75."""
    half = half_width(by_day([(50.0, 100.0), (50.0, 100.0), (50.0, 0.0)]))
    assert half is not None and half > 0.25 / 0.511


def test_days_that_share_a_day_are_covered() -> None:
    """Normal days, each with half of the day before: 92% of intervals hold, and 83% if days count as independent."""
    chance = random.Random(3)
    held = 0
    for _ in range(2000):
        own = [chance.gauss(0, 1) for _ in range(21)]
        mixed = [10 + (first + second) / 2 for first, second in pairwise(own)]
        half = half_width(by_day([(value, 1.0) for value in mixed]))
        assert half is not None
        held += abs(sum(mixed) / 20 - 10) <= half
    assert 0.90 <= held / 2000 <= 0.97


def test_one_day_unlike_the_others_is_found_and_a_change_is_none() -> None:
    usual = [(day, 0.28 + day * 0.001, 100.0) for day in range(8)]
    assert unlike([*usual, (8, 0.0, 100.0)], 0.05) == (8,)
    assert unlike([*usual, (8, 0.30, 100.0)], 0.05) == ()
    assert unlike([*usual[:3], (8, 0.0, 100.0)], 0.05) == ()  # too few to say which one it is
    assert unlike([*usual[:5], *((day, 0.6, 100.0) for day in (5, 6, 7))], 0.05) == ()


def test_a_quiet_day_has_to_be_further_away() -> None:
    """With a fourth of the traffic a mean varies twice as much by chance: 5 points become 10; with more it stays 5."""
    usual = [(day, 0.28, 100.0) for day in range(8)]
    for size, limit in ((400.0, 0.05), (100.0, 0.05), (25.0, 0.10), (1.0, 0.50)):
        assert unlike([*usual, (8, 0.28 + limit + 0.001, size)], 0.05) == (8,)
        assert unlike([*usual, (8, 0.28 + limit - 0.001, size)], 0.05) == ()


def test_few_days_say_little_of_their_spread() -> None:
    """Five spreads of many days; of 8 days 5 x 2.365 / 1.96 x 8 / 7.2, and a spread is 1.4826 usual deviations."""
    for count, limit in ((8, 6.703), (30, 5.360)):
        usual = [(day, 10.0 + (day % 2 or -1), 100.0) for day in range(count - 1)]
        far = limit * 1.4826
        assert unlike([*usual, (count, 10.0 + far * 1.01, 100.0)], 0.0) == (count,)
        assert unlike([*usual, (count, 10.0 + far * 0.97, 100.0)], 0.0) == ()


@pytest.mark.parametrize("count", [6, 8, 14, 30])
def test_ordinary_days_are_seldom_named(count: int) -> None:
    """In about 5% of files of three parameters; five spreads, whatever the number of days, named one in 13% with 8."""
    chance = random.Random(count)
    alarms = 0
    for _ in range(600):
        files = [[(day, chance.gauss(10, 1), 100.0) for day in range(count)] for _ in range(3)]
        alarms += any(unlike(days, 0.0) for days in files)
    assert alarms / 600 <= 0.075


@pytest.mark.parametrize(
    ("parameter", "assumed", "actual", "part"),
    [
        (CACHE, 0.60, 0.50, 1.0),
        (CACHE, 0.20, 0.05, 1.0),  # the larger of both says how small the ratio is
        (CACHE, 0.05, 0.20, 1.0),
        (CACHE, 0.19, 0.10, 0.95),
        (CACHE, 0.05, 0.10, 0.5),
        (CACHE, 0.00, 0.05, 0.25),
        (CACHE, None, 0.05, 0.25),
        (INPUT, 0.05, 0.10, 1.0),  # of sizes the interval is in percent, and in proportion by itself
    ],
)
def test_of_a_small_ratio_the_limits_shrink(parameter: str, assumed: float, actual: float, part: float) -> None:
    scale = 100.0 if parameter == CACHE else 100 / actual

    def confidence(half: float) -> str:
        apart = half / scale * 7**0.5 / 2.365  # alternately above and below, so that neighbours add nothing
        days = {FIRST + day * DAY: (actual + apart * (day % 2 or -1), 1.0, 1000) for day in range(8)}
        found = fit(parameter, assumed, days, 8 * DAY, lambda _: None)
        assert found is not None and found.half == pytest.approx(half)
        return found.confidence

    assert [confidence(half * part) for half in (4.99, 5.01, 14.99, 15.01)] == [HIGH, MEDIUM, MEDIUM, LOW]


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        (3.0, 4.0, True),
        (3.0, 3.99, False),
        (-3.0, 4.0, True),
        (3.0, -4.0, True),
        (-3.0, 3.99, False),
        (-30.0, 1.0, False),
        (0.0, None, False),
    ],
)
def test_worse_by_a_point_is_worse(before: float, after: float | None, worse: bool) -> None:
    tried = BackTest((FIRST, FIRST + DAY), (FIRST + 2 * DAY, FIRST + 2 * DAY), 100, before, after, False)
    assert tried.is_worse() is worse


@pytest.mark.parametrize(
    ("requests", "window", "half", "confidence"),
    [
        (99, 30 * DAY, 1.0, LOW),
        (100, DAY, 1.0, MEDIUM),
        (10_000, timedelta(hours=23), 1.0, LOW),
        (500, 8 * DAY, 1.0, MEDIUM),
        (501, 7 * DAY, 1.0, MEDIUM),
        (501, 7 * DAY + timedelta(seconds=1), 1.0, HIGH),
        (501, 8 * DAY, 5.1, MEDIUM),
        (501, 8 * DAY, 15.1, LOW),
        (501, 8 * DAY, None, LOW),
        (501, None, 1.0, LOW),
    ],
)
def test_confidence(requests: int, window: timedelta | None, half: float | None, confidence: str) -> None:
    assert Sample(requests, window).confidence(half) == confidence


@pytest.mark.parametrize(
    ("parameter", "assumed", "actual", "cost", "drift", "level"),
    [
        ("cache_hit_ratio", 0.60, 0.28, 10.0, -32, "warning"),
        ("cache_hit_ratio", 0.60, 0.41, 10.0, -19, "fine"),
        ("cache_hit_ratio", 0.60, 0.05, 10.0, -55, "error"),
        ("output_ratio", 0.02, 0.06, 45.0, 4, "warning"),
        ("output_ratio", 0.02, 0.08, 60.0, 6, "error"),
        ("avg_input_tokens", 1200, 1452, 21.0, 21, "warning"),
        ("avg_input_tokens", 1200, 1812, 51.0, 51, "error"),
    ],
)
def test_drift_is_points_of_ratios_and_percent_of_sizes(
    parameter: str, assumed: float, actual: float, cost: float, drift: float, level: str
) -> None:
    fit = Fit(parameter, assumed, actual, 1.0, 1000, HIGH, cost)
    assert fit.drift() == pytest.approx(drift)
    assert fit.level() == level


def test_an_outlier_changes_no_other_day() -> None:
    """What a day is multiplied by is all that differs: so runs with it and without can be compared."""
    usual, odd = (
        list(simulate(TRUTHS[0], Shape(6, 300, outliers=outliers, begins_at=7), random.Random(1)))
        for outliers in ((), (Outlier(2.0, 0.5, 3.0),))
    )
    same = [each for each in odd if each.outlier is None]
    assert set(same) < set(usual)
    changed = {each.at - 7 * timedelta(hours=1) for each in odd if each.outlier is not None}
    assert len({at.date() for at in changed}) == 1
    assert len(changed) == pytest.approx(3 * (len(usual) - len(same)), abs=1)


def test_traffic_with_a_known_truth() -> None:
    """A short one of docs/evidence/calibrate.txt: 150 intervals, of which 142 are expected to hold the truth."""
    found = many(Shape(9, 600, outliers=(LOAD_TEST,)), 50, seed=7)
    assert 0.88 <= found.covered / found.judged <= 1
    assert found.within >= 0.95 * found.applied
    assert found.missed <= 1
    assert found.moved and found.moved_far() <= 1


def test_an_outlier_day_that_is_named_twice_is_no_alarm() -> None:
    """Where days begin at noon it is in two days of UTC; both are its."""
    run = one_run(TRUTHS[0], Shape(14, 2000, outliers=(LOAD_TEST,), begins_at=12), 5)
    assert (run.outliers, run.missed, run.alarm) == (1, 0, False)


def test_nothing_is_recommended_below_100_requests() -> None:
    assert small(60, seed=3) == (60, 0)
