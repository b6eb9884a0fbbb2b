"""What differs between two price files. Pure.

Models whose lines are the same are not parsed, so that two files of thousands of models compare in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .book import PriceBook
from .offers import STANDARD, ModelRow, Rates

NOTABLE = ("input", "output")


class Change(NamedTuple):
    """One rate that is another now. USD per million tokens; None = not stated."""

    model: str
    region: str | None
    variant: str  # "standard", "batch", ...; above a tier "standard>200000"
    rate: str  # "input", "output", "cache_read", ...
    old: Decimal | None
    new: Decimal | None

    def percent(self) -> Decimal | None:
        """Of the old price; None where that is 0 or one of the two is unknown."""
        if not self.old or self.new is None:
            return None
        return (self.new - self.old) / self.old * 100


class Changes(NamedTuple):
    """From an old to a new price file, on one day."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]  # sorted by model
    models: int  # that differ in any way

    def notable(self, most: int = 10) -> tuple[Change, ...]:
        """Standard input and output prices that moved, the largest move first; one line a model, its input first."""
        first: dict[str, Change] = {}
        for change in self.changed:
            if change.variant == STANDARD and change.rate in NOTABLE and not change.region and change.percent():
                first.setdefault(change.model, change)
        zero = Decimal(0)
        return tuple(sorted(first.values(), key=lambda each: (-abs(each.percent() or zero), each.model))[:most])


def compare_books(old: PriceBook, new: PriceBook, on: date) -> Changes:
    """What a prompt that is priced on the day `on` would see of the change."""
    before, after = old.lines()[0], new.lines()[0]
    differing = [name for name in after if name in before and before[name] != after[name]]
    found: list[Change] = []
    touched = 0
    for name in differing:
        one, other = old.find(name), new.find(name)
        if one is not None and other is not None and one.offers != other.offers:
            touched += 1
            found += _changes(one, other, on)
    added = tuple(name for name in after if name not in before)
    removed = tuple(name for name in before if name not in after)
    return Changes(added, removed, tuple(found), touched + len(added) + len(removed))


def _changes(old: ModelRow, new: ModelRow, on: date) -> Iterator[Change]:
    for region in sorted({None, *old.regions(), *new.regions()}, key=lambda name: name or ""):
        before, after = _rates(old, region, on), _rates(new, region, on)
        for variant in sorted({*before, *after}, key=lambda name: (name != STANDARD, name)):
            pairs = zip(before.get(variant, Rates()), after.get(variant, Rates()), strict=True)
            for rate, (was, is_now) in zip(Rates._fields, pairs, strict=True):
                if was != is_now:
                    yield Change(new.id, region, variant, rate, was, is_now)


def _rates(row: ModelRow, region: str | None, on: date) -> dict[str, Rates]:
    offer = row.offer(on, region)
    if offer is None:
        return {}
    found = {variant: tariff.rates for variant, tariff in offer.variants.items()}
    for variant, tariff in offer.variants.items():
        found.update({f"{variant}>{tier.above_input_tokens}": tier.rates for tier in tariff.tiers})
    return found
