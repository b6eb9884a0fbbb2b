"""Several prompts as one: their requests of each day together, against what was assumed for just this mix of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from .fits import (
    CACHE,
    INPUT,
    OUTPUT,
    RATIO,
    WRITE,
    Fit,
    Pair,
    Price,
    assumed_value,
    cost_with,
    fit,
    pair_of,
)
from .profile import Assumed
from .traffic import PromptTraffic


class Prompt(NamedTuple):
    """One prompt: what was assumed, what was used, and what came of it."""

    assumed: Assumed
    traffic: PromptTraffic
    price: Price | None
    fits: tuple[Fit, ...]
    left_out: dict[date, tuple[str, ...]]  # days that are no part of the fits, and in which parameters they differ


def window_of(prompts: Sequence[Prompt]) -> timedelta | None:
    """From the first request to the last; None where one of them names no time."""
    ends = [(prompt.traffic.first, prompt.traffic.last) for prompt in prompts]
    if not ends or any(prompt.traffic.window() is None for prompt in prompts):
        return None
    return max(last for _, last in ends if last) - min(first for first, _ in ends if first)


def requests_of(prompts: Sequence[Prompt]) -> int | None:
    """How many there were; None where a record does not say how many it stands for."""
    return None if any(each.traffic.uncounted for each in prompts) else sum(each.traffic.requests() for each in prompts)


def fit_together(prompts: Sequence[Prompt]) -> tuple[Fit, ...]:
    window = window_of(prompts)
    found = []
    for parameter in (CACHE, WRITE, RATIO, OUTPUT, INPUT):
        used = [each for each in prompts if any(own.parameter == parameter for own in each.fits)]
        days: dict[date, Pair] = {}
        for each in used:
            for at, day in each.traffic.days.items():
                if at not in each.left_out:
                    y, x, requests = days.get(at, (0.0, 0.0, 0))
                    more_y, more_x, more = pair_of(day, parameter)
                    days[at] = y + more_y, x + more_x, requests + more
        together = fit(parameter, _assumed(used, parameter), days, window, _cost_change(used, parameter))
        if together is not None:
            found.append(together)
    return tuple(found)


def _assumed(prompts: Sequence[Prompt], parameter: str) -> float | None:
    """What the estimate says of the requests that there were; None where it says nothing of one of the prompts."""
    of_calls = of_values = 0.0
    for each in prompts:
        value, calls = assumed_value(each.assumed, parameter), _calls(each)
        if value is None:
            return None
        weight = calls * each.assumed.input_tokens if parameter in (CACHE, WRITE, RATIO) else calls
        of_calls += weight
        of_values += weight * value
    return of_values / of_calls if of_calls else None


def _calls(prompt: Prompt) -> float:
    """Requests; where records do not say how many, as many as would have used that input."""
    if not prompt.traffic.uncounted or not prompt.assumed.input_tokens:
        return float(prompt.traffic.requests())
    return sum(day.input for day in prompt.traffic.days.values()) / prompt.assumed.input_tokens


def _cost_change(prompts: Sequence[Prompt], parameter: str) -> Callable[[float], float | None]:
    """Percent of the cost of the requests that there were, with each prompt's own value of the parameter."""
    found = _change(prompts, parameter)
    return lambda _: found


def _change(prompts: Sequence[Prompt], parameter: str) -> float | None:
    before = after = 0.0
    for each in prompts:
        values = {each_fit.parameter: each_fit.actual for each_fit in each.fits if each_fit.parameter == parameter}
        old, new = cost_with(each.assumed, each.price, {}), cost_with(each.assumed, each.price, values)
        if old is None or new is None:
            return None
        before += old * _calls(each)
        after += new * _calls(each)
    return 100 * (after / before - 1) if before else None
