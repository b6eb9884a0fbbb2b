"""What differs between two price files. Pure.

Models whose lines are the same are not parsed, so that two files of thousands of models compare in milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .book import PriceBook
from .offers import STANDARD, ModelRow, Offer, Rates

NOTABLE = ("input", "output")
PER_REQUEST = "per_request"  # the "variant" of a fee
_Place = tuple[str, str, str, str]  # region or "", variant, "" or ">200000" or "@01:00", rate
_Lines = tuple[dict[str, bytes], dict[str, bytes]]  # models and aliases
_Prices = dict[_Place, "Decimal | None"]


class Change(NamedTuple):
    """One price that is another now. USD per million tokens, a fee in USD each; None = not stated."""

    model: str
    region: str | None
    variant: str  # "standard", "batch", ...; above a size "standard>200000", from a time of the day on "standard@01:00"
    rate: str  # "input", "output", "cache_read", ..., "training"; the name of a fee where the variant is PER_REQUEST
    old: Decimal | None
    new: Decimal | None

    def percent(self) -> Decimal | None:
        """Of the old price; None where that is 0 or one of the two is unknown."""
        if not self.old or self.new is None:
            return None
        return (self.new - self.old) / self.old * 100


class Moved(NamedTuple):
    """A name that leads elsewhere: to an id, or an id and a region. None: to nothing."""

    name: str
    old: str | None
    new: str | None


class Factor(NamedTuple):
    """What a fine-tuned model costs at a channel, in prices of its base model. None = unknown."""

    channel: str
    old: Decimal | None
    new: Decimal | None


class Changes(NamedTuple):
    """From an old to a new price file, on one day."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()  # sorted by model
    earlier: tuple[str, ...] = ()  # models with other prices on days before that one only
    later: tuple[str, ...] = ()  # models with other prices on days after it
    facts: tuple[str, ...] = ()  # with another tokenizer, limit, day of retirement and the like
    moved: tuple[Moved, ...] = ()  # names beside the ids
    factors: tuple[Factor, ...] = ()
    models: int = 0  # that differ in any of this

    def notable(self, most: int = 10) -> tuple[Change, ...]:
        """Standard input and output prices that moved, the largest move first; one line a model, its input first."""
        first: dict[str, Change] = {}
        for change in self.changed:
            if change.variant == STANDARD and change.rate in NOTABLE and not change.region and change.percent():
                first.setdefault(change.model, change)
        zero = Decimal(0)
        return tuple(sorted(first.values(), key=lambda each: (-abs(each.percent() or zero), each.model))[:most])


def compare_books(old: PriceBook, new: PriceBook, on: date) -> Changes:
    """What a prompt that is priced on the day `on` would see of the change, and on which other days one would."""
    (before, old_aliases), (after, new_aliases) = old.lines(), new.lines()
    changed: list[Change] = []
    kinds: dict[str, set[str]] = {}
    for name in [name for name in after if name in before and before[name] != after[name]]:
        row, now = old.find(name), new.find(name)
        assert row is not None and now is not None
        moves = list(_changes(row, now, on))
        changed += moves
        kinds[name] = _kinds(row, now, on) | ({"today"} if moves else set())

    def of_kind(kind: str, unless: str = "") -> tuple[str, ...]:
        return tuple(name for name, found in kinds.items() if kind in found and unless not in found)

    added = tuple(name for name in after if name not in before)
    removed = tuple(name for name in before if name not in after)
    return Changes(
        added,
        removed,
        tuple(changed),
        of_kind("earlier", unless="today"),  # what holds today began on a day before
        of_kind("later"),
        of_kind("facts"),
        tuple(_moved((before, old_aliases), (after, new_aliases))),
        tuple(_factors(old, new)),
        sum(map(bool, kinds.values())) + len(added) + len(removed),
    )


def _kinds(old: ModelRow, new: ModelRow, on: date) -> set[str]:
    """What differs in a model beside today's prices: those of days before or after, and what is no price."""
    days = {offer.effective_from for row in (old, new) for offer in row.offers} - {on}
    kinds = {"earlier" if day < on else "later" for day in days if any(True for _ in _changes(old, new, day))}
    facts = [row._replace(offers=(), multipliers={}) for row in (old, new)]
    return kinds | ({"facts"} if facts[0] != facts[1] else set())


def _changes(old: ModelRow, new: ModelRow, on: date) -> Iterator[Change]:
    before, after = _prices(old, on, (old, new)), _prices(new, on, (old, new))
    for place in sorted({**before, **after}, key=_order):
        region, variant, cut, rate = place
        was, now = before.get(place), after.get(place)
        plain = (region, variant, "", rate)
        if was != now and (not cut or (was, now) != (before.get(plain), after.get(plain))):
            yield Change(new.id, region or None, variant + cut, rate, was, now)


def _order(place: _Place) -> tuple[object, ...]:
    region, variant, cut, rate = place
    size = int(cut[1:]) if cut.startswith(">") else 0
    known = Rates._fields.index(rate) if rate in Rates._fields else len(Rates._fields)
    return region, variant != STANDARD, variant, cut[:1], size, cut, known, rate


def _prices(row: ModelRow, on: date, both: tuple[ModelRow, ModelRow]) -> _Prices:
    """What a model costs on that day in every region: at every size and time of the day where it, or the model that
    it is compared with, may begin to cost something else."""
    offers = [offer for each in both for offer in each.offers]
    sizes = {tier.above_input_tokens for each in offers for tariff in each.variants.values() for tier in tariff.tiers}
    times = {time for each in offers for window in each.windows for time in (window.utc_from, window.utc_to)}
    found: _Prices = {}
    for region in (None, *row.regions()):
        if offer := row.offer(on, region):
            found.update(((region or "", *place), price) for place, price in _stated(offer, sizes, times))
    return found


def _stated(offer: Offer, sizes: set[int], times: set[str]) -> Iterator[tuple[tuple[str, str, str], Decimal | None]]:
    for variant, tariff in offer.variants.items():
        sets = {"": tariff.rates, **{f">{size}": tariff.at(size + 1) for size in sizes}}
        for time in times:
            at_that_time = offer.tariff(variant, time)
            sets[f"@{time}"] = at_that_time.rates if at_that_time else tariff.rates
        for cut, rates in sets.items():
            yield from (((variant, cut, name), rate) for name, rate in rates._asdict().items())
    for name, rate in offer.other.items():
        variant, _, dimension = name.partition(".")
        yield (variant, "", dimension), rate
    yield from (((PER_REQUEST, "", fee), price) for fee, price in offer.per_request.items())
    yield (STANDARD, "", "training"), offer.training


def _moved(old: _Lines, new: _Lines) -> Iterator[Moved]:
    """Names beside the ids that lead elsewhere, or to nothing."""
    for name in sorted({*old[1], *new[1]}):
        was, now = _target(name, *old), _target(name, *new)
        if was != now:
            yield Moved(name, was, now)


def _target(name: str, models: dict[str, bytes], aliases: dict[str, bytes]) -> str | None:
    if name in models:
        return name
    return str(json.loads(aliases[name])) if name in aliases else None


def _factors(old: PriceBook, new: PriceBook) -> Iterator[Factor]:
    for channel in sorted({*old.channels, *new.channels}):
        was, now = old.fine_tuned_multiplier(channel), new.fine_tuned_multiplier(channel)
        if was != now:
            yield Factor(channel, was, now)
