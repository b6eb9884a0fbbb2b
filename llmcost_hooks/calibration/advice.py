"""What to write into the manifest, and what may be written without a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from .fits import CACHE, ERROR, HIGH, INPUT, LOW, MEDIUM, POINTS, WRITE, Fit, charges_writes, is_measured
from .overall import Prompt

UPDATE_AT = 10.0  # drift, in points or percent, or percent of the cost: below it nothing is worth an edit

_SURE = (LOW, MEDIUM, HIGH)


class Update(NamedTuple):
    """One value for the manifest."""

    prompt_id: str | None  # None: for [defaults]
    manifest: str  # where it lies
    key: str
    value: Decimal | int
    fit: Fit
    also: tuple[tuple[str, str | int | Decimal], ...] = ()  # keys without which it would mean nothing
    of: tuple[str, ...] = ()  # the prompts that it was fitted on, which take it

    def is_large(self) -> bool:
        return self.fit.level() == ERROR

    def is_sure(self) -> bool:
        return self.fit.confidence == HIGH


class Withheld(NamedTuple):
    """An update that would make an estimate worse, and is not recommended."""

    update: Update
    reason: str
    prompts: tuple[str, ...] = ()  # for which it is wrong or unknown


def is_worth_it(fit: Fit, least: float = UPDATE_AT) -> bool:
    """Whether a fit is to be recommended: enough is known, and it differs by `least`, and by more than its interval
    says by chance."""
    if fit.confidence == LOW:
        return False
    if fit.assumed is None:
        return True
    drift = fit.drift()
    beyond = drift is None or fit.half is None or abs(drift) > fit.half
    return beyond and fit.worst() >= least


def updates_of(
    prompt: Prompt, manifest: str, without: Iterable[str] = (), least: float = UPDATE_AT
) -> list[Update]:  # fmt: skip
    """For the prompt's own entry; parameters in `without` are not to be updated."""
    return _updates(prompt.assumed.prompt_id, manifest, prompt.fits, [prompt], set(without), least)


def updates_of_defaults(
    prompts: Sequence[Prompt], fits: Iterable[Fit], manifest: str, least: float = UPDATE_AT
) -> list[Update]:
    """For [defaults], of prompts that have no entry: their ratios together. Sizes are a prompt's own."""
    ratios = [fit for fit in fits if fit.unit() == POINTS]
    return _updates(None, manifest, ratios, prompts, set(), least)


def as_one(updates: Sequence[Update]) -> list[Update]:
    """Updates that are right together only: none is surer than the others."""
    least = min((update.fit.confidence for update in updates), key=_SURE.index, default=LOW)
    return [update._replace(fit=update.fit._replace(confidence=least)) for update in updates]


def _updates(
    prompt_id: str | None, manifest: str, fits: Iterable[Fit], prompts: Sequence[Prompt], without: set[str],
    least: float,
) -> list[Update]:  # fmt: skip
    found = []
    measured = {fit.parameter: fit for fit in fits}
    scenarios = {each.assumed.scenario for each in prompts}
    for fit in measured.values():
        if fit.parameter in without or not is_worth_it(fit, least):
            continue
        also: dict[str, str | int | Decimal] = {}
        needed: list[Fit] = []  # it is no surer than these
        if fit.parameter in (CACHE, WRITE):
            if "batch" in scenarios:
                continue  # a batch has no cached price: a note says so
            other = CACHE if fit.parameter == WRITE else WRITE
            if scenarios != {"cached"}:
                also["scenario"] = "cached"  # which takes a hit ratio, and wakes what is stated of writes
                if other in measured and (other == CACHE or measured[WRITE].confidence != LOW):
                    needed.append(measured[other])
                    also[other] = rounded(measured[other])
                elif other == CACHE:
                    continue
                elif all(is_measured(each.traffic, WRITE) and charges_writes(each.price) for each in prompts):
                    also[WRITE] = Decimal(0)
            elif other == CACHE in measured and _sum(prompts, fit) > 1:  # what is read cannot be written too
                needed.append(measured[CACHE])
                also[CACHE] = rounded(measured[CACHE])
            size = None if prompt_id is None else size_for_cache(prompts[0], measured, least)
            if size is not None:
                if INPUT in without or not is_countable(prompts[0], size):
                    continue
                needed.append(size)
                also[INPUT] = rounded_size(size)
            fit = fit._replace(confidence=min((each.confidence for each in (fit, *needed)), key=_SURE.index))
            if fit.confidence == LOW:
                continue
        names = tuple(each.assumed.prompt_id for each in prompts)
        found.append(Update(prompt_id, manifest, fit.parameter, rounded(fit), fit, tuple(also.items()), names))
    return found


def worse_off(update: Update, prompts: Iterable[Prompt]) -> list[str]:
    """The prompts whose own measured value is further from the update's than from what is assumed, or is not known.

    One value for several prompts is right for their sum and may be wrong for each of them.
    """
    return [each.assumed.prompt_id for each in prompts if _is_worse(update, each)]


def _is_worse(update: Update, prompt: Prompt) -> bool:
    fits = {fit.parameter: fit for fit in prompt.fits}
    for key, value in ((update.key, update.value), *update.also):
        if key == "scenario" or (key == WRITE and prompt.price is not None and not charges_writes(prompt.price)):
            continue  # what a scenario does is what its ratios do; and writes may count for nothing
        fit = fits.get(key)
        if fit is None and key != update.key:
            continue  # nothing of it was used
        if fit is None:
            return True
        if fit.assumed is not None:
            now, then = abs(fit.assumed - fit.actual), abs(float(value) - fit.actual)
            if then > now or (then == now and key == update.key):
                return True
    return False


def _sum(prompts: Sequence[Prompt], write: Fit) -> Decimal:
    """Of the hit ratio that is assumed and of the write ratio that would be written."""
    return max(Decimal(each.assumed.cache_hit_ratio()) for each in prompts) + rounded(write)


def size_for_cache(prompt: Prompt, measured: Mapping[str, Fit], least: float = UPDATE_AT) -> Fit | None:
    """The size of the input that has to be stated for what was measured of the cache to count; None where it counts as
    it is.

    An estimate takes no more for cached than what stands before the first thing that varies. Where a provider caches
    more than that (a conversation that only grows), only a measured size says so.
    """
    share = Decimal(rounded(measured[CACHE])) if CACHE in measured else Decimal(0)
    if WRITE in measured and (prompt.assumed.written_tokens or is_worth_it(measured[WRITE], least)):
        share = min(share + Decimal(rounded(measured[WRITE])), Decimal(1))
    return None if prompt.assumed.can_count(share) else measured.get(INPUT)


def is_countable(prompt: Prompt, size: Fit) -> bool:
    """Whether the estimate would count a cache hit ratio where this size is stated."""
    return size.confidence != LOW and size.actual >= prompt.assumed.cache_min_tokens


def rounded_size(fit: Fit) -> int:
    return max(1, round(fit.actual)) if fit.parameter == INPUT else round(fit.actual)


def rounded(fit: Fit) -> Decimal | int:
    """The value as it is written: two decimals of a ratio, and two digits where it is below 0.1; whole tokens."""
    if fit.unit() != POINTS:
        return rounded_size(fit)
    if fit.actual >= 0.1 or fit.actual == 0:
        return Decimal(f"{fit.actual:.2f}")
    return Decimal(f"{Decimal(f'{fit.actual:.1e}'):f}")


def applicable(updates: Sequence[Update], *, alone: bool) -> list[Update]:
    """Those that may be applied: `alone`, without a person, only what is sure."""
    return [update for update in updates if update.is_sure() or not alone]
