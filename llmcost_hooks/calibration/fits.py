"""Assumptions as they were measured: each with its drift, its interval and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from .anomalies import median, unlike
from .intervals import half_width
from .profile import Assumed
from .traffic import NO_DAY, Day, PromptTraffic

CACHE, WRITE = "cache_hit_ratio", "cache_write_ratio"
RATIO, OUTPUT, INPUT = "output_ratio", "output_tokens", "avg_input_tokens"
POINTS, PERCENT = "pts", "%"  # of ratios drift is in points, of sizes in percent
UNITS = {CACHE: POINTS, WRITE: POINTS, RATIO: POINTS, OUTPUT: PERCENT, INPUT: PERCENT}

LOW, MEDIUM, HIGH = "low", "medium", "high"
ENOUGH, MANY = 100, 500  # requests
DAY, WEEK = timedelta(hours=24), timedelta(days=7)
WIDE, WIDEST = 5.0, 15.0  # half an interval, in points or percent
SMALL = 0.2  # a ratio below it: its interval is judged in proportion to it
FINE, WARNING, ERROR = "fine", "warning", "error"
WARN_AT, FAIL_AT = 20.0, 50.0  # drift, in points or percent; and percent of the cost that it changes
# A day is no anomaly below these: parts of the usual value; of a ratio no more and no less than so many of 1.
_MATERIAL = {POINTS: 0.25, PERCENT: 0.15}
_LEAST, _MOST = 0.005, 0.05

# input, the parts of it that a cache served and that were written to it, output -> USD of a call
Price = Callable[[float, float, float, float], "float | None"]


class Fit(NamedTuple):
    """One parameter of one prompt, or of all together. Shares and ratios are from 0 to 1, sizes in tokens of a call."""

    parameter: str
    assumed: float | None  # None: nothing was assumed
    actual: float
    half: float | None  # of the interval, in the unit of `drift`; None: too few days to know
    requests: int  # that it rests on
    confidence: str
    cost_change: float | None = None  # percent of the cost of a call; None: no price is known

    def unit(self) -> str:
        return UNITS[self.parameter]

    def drift(self) -> float | None:
        """Actual less assumed: points of a ratio, percent of a size; None where nothing (or 0 tokens) was assumed."""
        if self.assumed is None:
            return None
        if self.unit() == POINTS:
            return 100 * (self.actual - self.assumed)
        return 100 * (self.actual / self.assumed - 1) if self.assumed else None

    def worst(self) -> float:
        """The larger of its drift and of what that does to the cost, without a sign; 0 where nothing was assumed."""
        return max(abs(self.drift() or 0.0), abs(self.cost_change or 0.0))

    def level(self) -> str:
        return level_of(self.worst())


def level_of(drift: float) -> str:
    """FINE, WARNING or ERROR, of a drift without its sign."""
    return ERROR if drift >= FAIL_AT else WARNING if drift >= WARN_AT else FINE


class Sample(NamedTuple):
    """How much there is to go by."""

    requests: int
    window: timedelta | None  # None: a record names no time

    def confidence(self, half: float | None, part: float = 1.0) -> str:
        """By how much was seen, and never better than the interval; `part` of whose limits holds."""
        half = None if half is None else half / part
        if self.requests < ENOUGH or self.window is None or self.window < DAY or half is None or half > WIDEST:
            return LOW
        return HIGH if self.requests > MANY and self.window > WEEK and half <= WIDE else MEDIUM


Pair = tuple[float, float, int]  # y, x of the ratio y / x, and requests


def parameters_of(assumed: Assumed, price: Price | None = None) -> tuple[str, ...]:
    """What is fitted of a prompt: writes to the cache where they cost, and the size of its answers in the form in which
    it is stated."""
    of_cache = (CACHE, WRITE) if charges_writes(price) and assumed.scenario != "batch" else (CACHE,)
    return *of_cache, OUTPUT if assumed.output_basis == "declared" else RATIO, INPUT


def assumed_value(assumed: Assumed, parameter: str) -> float | None:
    if parameter == CACHE:
        return assumed.cache_hit_ratio()
    if parameter == WRITE:
        return assumed.cache_write_ratio()
    if parameter == RATIO:
        return assumed.output_ratio()
    return assumed.input_tokens if parameter == INPUT else assumed.output_tokens


def pair_of(day: Day, parameter: str) -> Pair:
    if parameter == CACHE:
        if day.input:
            return float(day.cached), float(day.input), day.asked
        return float(day.shares), float(day.shares_of), day.shares_of
    if parameter == WRITE:
        return float(day.written), float(day.input), day.asked
    if parameter == RATIO:
        return float(day.answer), float(day.question), day.output_requests
    if parameter == OUTPUT:
        return float(day.output), float(day.output_requests), day.output_requests
    return float(day.input), float(day.asked), day.asked


def is_measured(traffic: PromptTraffic, parameter: str) -> bool:
    """Whether the records say it: what a cache served where any record does, sizes of a call where all are counted."""
    if parameter == CACHE:
        return any(day.shares_of or day.tells_cache for day in traffic.days.values())
    if parameter == WRITE:
        return any(day.tells_writes for day in traffic.days.values())
    return parameter == RATIO or not traffic.uncounted


def charges_writes(price: Price | None) -> bool:
    """Whether input that is written to the cache has another price than other input, or one that is not known; False
    where no price of the prompt is known."""
    return price is not None and price(1000, 0, 1000, 0) != price(1000, 0, 0, 0)


def anomalies(traffic: PromptTraffic, parameters: Iterable[str]) -> dict[date, tuple[str, ...]]:
    """The days that are not like the others of this prompt, each with the parameters in which it is not."""
    found: dict[date, list[str]] = {}
    for parameter in parameters:
        if is_measured(traffic, parameter):
            for day in _unlike(traffic.days, parameter):
                found.setdefault(day, []).append(parameter)
    return {day: tuple(names) for day, names in sorted(found.items())}


def _unlike(days: Mapping[date, Day], parameter: str) -> tuple[date, ...]:
    pairs = [(at, pair_of(day, parameter)) for at, day in days.items() if at != NO_DAY]
    values = [(at, y / x, x) for at, (y, x, _) in pairs if x > 0]
    if not values:
        return ()
    least = _MATERIAL[UNITS[parameter]] * median(value for _, value, _ in values)
    return unlike(values, min(max(least, _LEAST), _MOST) if UNITS[parameter] == POINTS else least)


def fit(
    parameter: str,
    assumed: float | None,
    days: Mapping[date, Pair],
    window: timedelta | None,
    cost: Callable[[float], float | None],
) -> Fit | None:
    """The parameter over the `days`; None where they say nothing. `cost` is the percent that a value changes."""
    total_x = sum(x for _, x, _ in days.values())
    if total_x <= 0:
        return None
    actual = sum(y for y, _, _ in days.values()) / total_x
    half = half_width({at: (y, x) for at, (y, x, _) in days.items()})
    if half is not None:
        scale = 100.0 if UNITS[parameter] == POINTS else 100 / actual if actual else None
        half = None if scale is None else half * scale
    requests = sum(count for _, _, count in days.values())
    confidence = Sample(requests, window).confidence(half, _part(parameter, max(actual, assumed or 0.0)))
    return Fit(parameter, assumed, actual, half, requests, confidence, cost(actual))


def _part(parameter: str, value: float) -> float:
    """What part of the limits of an interval holds: 5 points are nothing sure of a ratio of 0.05."""
    return min(1.0, value / SMALL) if UNITS[parameter] == POINTS and value > 0 else 1.0


def fit_prompt(
    assumed: Assumed, traffic: PromptTraffic, price: Price | None, left_out: Iterable[date] = ()
) -> tuple[Fit, ...]:
    """What one prompt's records say of its assumptions, without the days that are `left_out`."""
    skipped = set(left_out)
    days = {at: day for at, day in traffic.days.items() if at not in skipped}
    window = traffic.window()
    found = []
    for parameter in parameters_of(assumed, price):
        if is_measured(traffic, parameter):
            pairs = {at: pair_of(day, parameter) for at, day in days.items()}
            if parameter == WRITE and not assumed.written_tokens and not any(y for y, _, _ in pairs.values()):
                continue  # nothing was written, and nothing else was assumed
            value = assumed_value(assumed, parameter)
            change = _cost_change(assumed, parameter, price)
            if (fitted := fit(parameter, value, pairs, window, change)) is not None:
                found.append(fitted)
    return tuple(found)


def cost_with(assumed: Assumed, price: Price | None, values: Mapping[str, float]) -> float | None:
    """USD of one call with some parameters replaced; None where no price or no size of the answer is known."""
    if price is None:
        return None
    asked = values.get(INPUT, float(assumed.input_tokens))
    served = values.get(CACHE, assumed.cache_hit_ratio()) * asked
    written = values.get(WRITE, assumed.cache_write_ratio()) * asked
    if RATIO in values:
        answered: float | None = values[RATIO] * asked
    elif OUTPUT in values:
        answered = values[OUTPUT]
    elif assumed.output_basis == "ratio" and assumed.input_tokens and assumed.output_tokens is not None:
        answered = assumed.output_tokens / assumed.input_tokens * asked
    else:
        answered = assumed.output_tokens
    return None if answered is None else price(asked, served, min(written, max(0.0, asked - served)), answered)


def _cost_change(assumed: Assumed, parameter: str, price: Price | None) -> Callable[[float], float | None]:
    def change(value: float) -> float | None:
        before, after = cost_with(assumed, price, {}), cost_with(assumed, price, {parameter: value})
        return None if not before or after is None else 100 * (after / before - 1)

    return change
