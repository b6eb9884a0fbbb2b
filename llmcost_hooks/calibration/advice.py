"""What to write into the manifest, and what may be written without a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from .fits import CACHE, ERROR, HIGH, INPUT, LOW, POINTS, Fit
from .overall import Prompt

UPDATE_AT = 10.0  # drift, in points or percent, or percent of the cost: below it nothing is worth an edit


class Update(NamedTuple):
    """One value for the manifest."""

    prompt_id: str | None  # None: for [defaults]
    manifest: str  # where it lies
    key: str
    value: Decimal | int
    fit: Fit
    also: tuple[tuple[str, str], ...] = ()  # keys without which it would mean nothing

    def is_large(self) -> bool:
        return self.fit.level() == ERROR

    def is_sure(self) -> bool:
        return self.fit.confidence == HIGH


def is_worth_it(fit: Fit) -> bool:
    """Whether a fit is to be recommended: enough is known, and it differs by more than its interval says by chance."""
    if fit.confidence == LOW:
        return False
    if fit.assumed is None:
        return True
    drift = fit.drift()
    beyond = drift is None or fit.half is None or abs(drift) > fit.half
    return beyond and fit.worst() >= UPDATE_AT


def updates_of(prompt: Prompt, manifest: str, without: Iterable[str] = ()) -> list[Update]:
    """For the prompt's own entry; parameters in `without` are not to be updated."""
    return _updates(prompt.assumed.prompt_id, manifest, prompt.fits, [prompt], set(without))


def updates_of_defaults(prompts: Sequence[Prompt], fits: Iterable[Fit], manifest: str) -> list[Update]:
    """For [defaults], of prompts that have no entry: their ratios together. Sizes are a prompt's own."""
    ratios = [fit for fit in fits if fit.unit() == POINTS]
    return _updates(None, manifest, ratios, prompts, set())


def _updates(
    prompt_id: str | None, manifest: str, fits: Iterable[Fit], prompts: Sequence[Prompt], without: set[str]
) -> list[Update]:
    found = []
    scenarios = {each.assumed.scenario for each in prompts}
    for fit in fits:
        if fit.parameter in without or not is_worth_it(fit):
            continue
        also: tuple[tuple[str, str], ...] = ()
        if fit.parameter == CACHE:
            if "batch" in scenarios:
                continue  # a batch has no cached price: see `notes_on`
            also = () if scenarios == {"cached"} else (("scenario", "cached"),)
        found.append(Update(prompt_id, manifest, fit.parameter, rounded(fit), fit, also))
    return found


def rounded(fit: Fit) -> Decimal | int:
    """The value as it is written: two decimals of a ratio, and two digits where it is below 0.1; whole tokens."""
    if fit.unit() != POINTS:
        return max(1, round(fit.actual)) if fit.parameter == INPUT else round(fit.actual)
    if fit.actual >= 0.1 or fit.actual == 0:
        return Decimal(f"{fit.actual:.2f}")
    return Decimal(f"{Decimal(f'{fit.actual:.1e}'):f}")


def applicable(updates: Sequence[Update], *, alone: bool) -> list[Update]:
    """Those that may be applied: `alone`, without a person, only what is sure."""
    return [update for update in updates if update.is_sure() or not alone]
