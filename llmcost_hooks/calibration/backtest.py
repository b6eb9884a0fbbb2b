"""What the updates would have been worth: fitted on the earlier days, tried on the later ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from .advice import Update, rounded
from .fits import INPUT, cost_with, fit_prompt
from .overall import Prompt, fit_together
from .traffic import NO_DAY

WORSE_BY = 1.0  # percent of the actual cost: a smaller difference is chance


class BackTest(NamedTuple):
    """Errors are percent of the actual cost: above 0 the estimate was too high."""

    fitted: tuple[date, date]  # first and last day
    tried: tuple[date, date]
    requests: int  # of the days that it was tried on
    before: float
    after: float | None  # None: nothing is to be updated
    priced: bool  # whether our prices stand for a bill in the actual cost

    def is_worse(self) -> bool:
        """Whether the estimate is further off with the updates than without."""
        return self.after is not None and abs(self.after) >= abs(self.before) + WORSE_BY


def back_test(prompts: Sequence[Prompt], updates: Sequence[Update], measured: Collection[str] = ()) -> BackTest | None:
    """Of the days in order of time, two thirds are fitted and the last third is tried.

    What is tried is what would be written: one value for all prompts of an update, rounded. A ratio of tokens corrects
    the input of the prompts in `measured`. None where there are fewer than two days, or where a
    cost is not known.
    """
    days = sorted({at for each in prompts for at in each.traffic.days if at != NO_DAY and at not in each.left_out})
    cut = -(-2 * len(days) // 3)
    if len(days) < 2 or cut == len(days):
        return None
    early, late = days[:cut], days[cut:]
    before = after = actual = 0.0
    requests, priced = 0, False
    fitted = {each.assumed.prompt_id: _of_days(each, early) for each in prompts}
    replaced: dict[str, dict[str, float]] = {name: {} for name in fitted}
    for name in measured:
        if name in fitted:
            replaced[name] |= _values([fitted[name]], {INPUT}, alone=True)
    for update in updates:
        names = [name for name in update.of if name in fitted]
        keys = {update.key, *(key for key, _ in update.also)}
        values = _values([fitted[name] for name in names], keys, alone=update.prompt_id is not None)
        for name in names:
            replaced[name] |= values
    for each in prompts:
        tried = [day for at, day in each.traffic.days.items() if at in late and at not in each.left_out]
        if any(day.unpriced for day in tried):
            return None
        values = replaced[each.assumed.prompt_id]
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
    error = 100 * (after / actual - 1) if updates or measured else None
    return BackTest((early[0], early[-1]), (late[0], late[-1]), requests, 100 * (before / actual - 1), error, priced)


def _of_days(prompt: Prompt, days: Collection[date]) -> Prompt:
    """The prompt as if there had been no other days."""
    left_out = {
        at: prompt.left_out.get(at, ()) for at in prompt.traffic.days if at not in days or at in prompt.left_out
    }
    fits = fit_prompt(prompt.assumed, prompt.traffic, prompt.price, left_out)
    return prompt._replace(fits=fits, left_out=left_out)


def _values(prompts: Sequence[Prompt], keys: Collection[str], *, alone: bool) -> dict[str, float]:
    """What the parameters `keys` are of one prompt, or of several together."""
    fits = prompts[0].fits if alone and prompts else fit_together(prompts)
    return {fit.parameter: float(rounded(fit)) for fit in fits if fit.parameter in keys}
