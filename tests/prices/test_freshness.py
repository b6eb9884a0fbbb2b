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
