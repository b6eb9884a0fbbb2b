"""Intervals, anomalous days and confidence: against worked values, and against traffic whose truth is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from llmcost_hooks.calibration.anomalies import unlike
from llmcost_hooks.calibration.fits import HIGH, LOW, MEDIUM, Fit, Sample
from llmcost_hooks.calibration.intervals import half_width, student
from tools.check_intervals import many, small
from tools.simulate_traffic import LOAD_TEST, Shape

DAY = timedelta(days=1)


@pytest.mark.parametrize(("degrees", "t"), [(1, 12.706), (8, 2.306), (30, 2.042), (40, 2.0211), (120, 1.9799)])
def test_student(degrees: int, t: float) -> None:
    """Values of the tables of every textbook."""
    assert student(degrees) == pytest.approx(t, abs=5e-4)


def test_the_jackknife_of_a_mean_is_its_textbook_interval() -> None:
    """With equal sizes the ratio is a mean, and the jackknife's variance is s^2 / n."""
    values = [3.0, 5.0, 4.0, 8.0]
    mean = sum(values) / 4
    error = (sum((value - mean) ** 2 for value in values) / 3 / 4) ** 0.5
    assert half_width([(value, 1.0) for value in values]) == pytest.approx(3.182 * error)
    assert half_width([(3.0, 1.0), (0.0, 0.0)]) is None


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


def test_traffic_with_a_known_truth() -> None:
    """A short one of docs/evidence/calibrate.txt: 150 intervals, of which 142 are expected to hold the truth."""
    found = many(Shape(9, 600, outliers=(LOAD_TEST,)), 50, seed=7)
    assert 0.88 <= found.covered / found.judged <= 1
    assert found.within >= 0.95 * (found.runs - found.refused)
    assert found.missed_days <= 1


def test_nothing_is_recommended_below_100_requests() -> None:
    assert small(60, seed=3) == (60, 0)
