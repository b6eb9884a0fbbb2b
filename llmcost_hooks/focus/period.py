"""The time that the rows of an estimate are for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from ..errors import ConfigError


class Period(NamedTuple):
    """Two days; the second is not part of it."""

    start: date
    end: date

    def billing(self) -> Period:
        """The calendar month around it; itself where it is in more than one."""
        month = _month(self.start.year, self.start.month)
        return month if self.end <= month.end else self


def read_period(text: str | None, unit: str | None, today: date) -> Period:
    """`text` as typed, which has to be of the unit that costs are quoted for; without it the current one.

    2026-11-27, 2026-W48, 2026-11, 2026-Q4 and 2026 are a day, a week, a month, a quarter and a year. Costs without a
    unit are of one call of each prompt: any time may hold them, and it is the current month. ConfigError for all else.
    """
    example = _typed(unit or "month", today)
    form = text or example
    kind = next((kind for kind, pattern in _FORMS.items() if re.fullmatch(pattern, form, re.ASCII)), None)
    if kind is None:
        raise ConfigError(f'--period "{form}" is not a time', f"For example: --period {example}")
    if unit not in (None, kind):
        raise ConfigError(
            f'Costs are per {unit} ([budget] period), and --period "{form}" is a {kind}', f"Write: --period {example}"
        )
    try:
        return _READ[kind](*(int(number) for number in re.findall(r"\d+", form)))
    except (ValueError, OverflowError):
        raise ConfigError(f'--period "{form}" is not in the calendar', f"For example: --period {example}") from None


def _typed(unit: str, on: date) -> str:
    """The unit around a day, as it is typed."""
    if unit == "week":
        iso = on.isocalendar()
        return f"{iso.year:04}-W{iso.week:02}"
    day, year = on.isoformat(), f"{on.year:04}"
    return {"day": day, "month": day[:7], "quarter": f"{year}-Q{(on.month + 2) // 3}", "year": year}[unit]


def _day(year: int, month: int, day: int) -> Period:
    start = date(year, month, day)
    return Period(start, start + timedelta(days=1))


def _week(year: int, week: int) -> Period:
    start = date.fromisocalendar(year, week, 1)
    return Period(start, start + timedelta(days=7))


def _month(year: int, month: int, count: int = 1) -> Period:
    over, last = divmod(month + count - 1, 12)
    return Period(date(year, month, 1), date(year + over, last + 1, 1))


def _quarter(year: int, quarter: int) -> Period:
    return _month(year, 3 * quarter - 2, 3)


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


_FORMS = {
    "day": r"\d{4}-\d\d-\d\d",
    "week": r"\d{4}-W\d\d",
    "month": r"\d{4}-\d\d",
    "quarter": r"\d{4}-Q[1-4]",
    "year": r"\d{4}",
}
_READ: dict[str, Callable[..., Period]] = {
    "day": _day, "week": _week, "month": _month, "quarter": _quarter, "year": _year,
}  # fmt: skip
