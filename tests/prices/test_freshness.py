from __future__ import annotations

from datetime import date, timedelta

import pytest

from llmcost_hooks.prices.freshness import EXPIRED, FRESH, TOO_OLD, freshness

UNTIL = date(2027, 1, 6)


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(1970, 1, 1), FRESH),
        (date(2027, 1, 5), FRESH),
        (date(2027, 1, 6), EXPIRED),
        (date(2027, 2, 5), EXPIRED),
        (date(2027, 2, 6), TOO_OLD),
        (date(2040, 1, 1), TOO_OLD),
    ],
)
def test_states(on: date, state: str) -> None:
    assert freshness(UNTIL, on).state == state


def test_days_over_are_counted_from_valid_until() -> None:
    assert freshness(UNTIL, UNTIL - timedelta(3)).days_over == 0
    assert freshness(UNTIL, UNTIL + timedelta(75)).days_over == 75


@pytest.mark.parametrize(
    ("as_of", "state", "days"),
    [
        (date(2026, 1, 1), FRESH, 0),
        (date(2027, 1, 5), FRESH, 0),
        (date(2027, 1, 7), EXPIRED, 1),
        (date(2030, 1, 1), TOO_OLD, 1091),
    ],
)
def test_a_pinned_day_to_come_is_no_better_known_than_on_that_day(as_of: date, state: str, days: int) -> None:
    found = freshness(UNTIL, date(2026, 11, 26), as_of)
    assert (found.state, found.days_over) == (state, days)
    assert freshness(UNTIL, date(2040, 1, 1), as_of).state == TOO_OLD
