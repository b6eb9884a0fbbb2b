"""What the updates would have been worth: fitted on the earlier days, tried on the later ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from .fits import cost_with, fit_prompt
from .overall import Prompt
from .traffic import NO_DAY


class BackTest(NamedTuple):
    """Errors are percent of the actual cost: above 0 the estimate was too high."""

    fitted: tuple[date, date]  # first and last day
    tried: tuple[date, date]
    requests: int  # of the days that it was tried on
    before: float
    after: float | None  # None: nothing is to be updated
    priced: bool  # whether our prices stand for a bill in the actual cost


def back_test(prompts: Sequence[Prompt], updated: Mapping[str, Collection[str]]) -> BackTest | None:
    """Of the days in order of time, two thirds are fitted and the last third is tried.

    `updated` has the parameters that are to be updated, by prompt. None where there are fewer than two days, or where a
    cost is not known.
    """
    days = sorted({at for each in prompts for at in each.traffic.days if at != NO_DAY and at not in each.left_out})
    cut = -(-2 * len(days) // 3)
    if len(days) < 2 or cut == len(days):
        return None
    early, late = days[:cut], days[cut:]
    before = after = actual = 0.0
    requests, priced = 0, False
    for each in prompts:
        tried = [day for at, day in each.traffic.days.items() if at in late and at not in each.left_out]
        if any(day.unpriced for day in tried):
            return None
        others = {at for at in each.traffic.days if at not in early}
        fits = fit_prompt(each.assumed, each.traffic, each.price, {*others, *each.left_out})
        wanted = updated.get(each.assumed.prompt_id, ())
        values = {fit.parameter: fit.actual for fit in fits if fit.parameter in wanted}
        old, new = cost_with(each.assumed, each.price, {}), cost_with(each.assumed, each.price, values)
        count = sum(day.requests for day in tried)
        if count and (old is None or new is None):
            return None
        before += (old or 0.0) * count
        after += (new or 0.0) * count
        actual += float(sum(day.cost for day in tried))
        requests += count
        priced = priced or any(day.priced for day in tried)
    if actual <= 0 or not requests:
        return None
    error = 100 * (after / actual - 1) if any(updated.values()) else None
    return BackTest((early[0], early[-1]), (late[0], late[-1]), requests, 100 * (before / actual - 1), error, priced)
