"""What a manifest's own prices are prices of: each stated name resolved once to an entry of the price file.

A price is matched by what its name means, never by how it is written, so that it holds under every name of its model
and under no name of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from .errors import ExitCode
from .models import Model, fine_tuned_of, near_names, resolve_model, tokenized
from .prices.book import PriceBook
from .prices.own import ALWAYS, MANIFEST, OwnPrices, OwnRates
from .prompts import Problem

Entry = tuple[str, "str | None"]  # ("azure/gpt-4o", "eu"), ("ft:gpt-5", None)


class Stated(NamedTuple):
    """The rates of one manifest, by what they are rates of; the earliest first."""

    rates: Mapping[Entry, tuple[OwnRates, ...]] = {}
    ids: frozenset[str] = frozenset()  # of the entries, whatever the region

    def of(self, ids: tuple[str, ...], region: str | None) -> list[OwnRates]:
        """What is stated for these entries in exactly this region; None: wherever they are sold."""
        return [rates for entry in ids for rates in self.rates.get((entry, region), ())]


def read_stated(own: OwnPrices, book: PriceBook) -> Stated:
    """Each name is resolved once; one that means nothing is left out (`mistake_in` says so)."""
    found: dict[Entry, list[OwnRates]] = {}
    for rates in sorted(own.rates, key=lambda rates: rates.effective_from):
        entry = _entry(rates, own, book)
        if entry is not None:
            found.setdefault(entry, []).append(rates)
    return Stated({entry: tuple(rates) for entry, rates in found.items()}, frozenset(entry for entry, _ in found))


def _entry(rates: OwnRates, own: OwnPrices, book: PriceBook) -> Entry | None:
    model: Model | None = resolve_model(rates.model, book, own)
    if model is not None and rates.fine_tuned:
        model = fine_tuned_of(model, rates.model, book)
    return None if model is None else (model.id, model.region)


# --- what is wrong with it ---------------------------------------------------------------------------------------


def mistake_in(own: OwnPrices, book: PriceBook) -> Problem | None:
    """The first price that would silently be none, or be another's: a name that nobody knows, or one known twice."""
    return next((problem for problem in _mistakes(own, book)), None)


def _mistakes(own: OwnPrices, book: PriceBook) -> Iterator[Problem]:
    for private in own.models.values():
        table = f'[prices.model."{private.name}"]'
        if resolve_model(private.name, book) is not None:
            hint = f'State its price as [prices.override."{private.name}"], or give a model of your own another name.'
            yield _wrong(f"{table} is a model of the price file", hint, ExitCode.CONFIG_ERROR)
        if private.base is not None and resolve_model(private.base, book) is None:
            hint = f"{_near(private.base, book)}A base is a model of the price file: llm-cost models"
            yield _wrong(f'{table} base = "{private.base}" names no model of the price file', hint)
    for name in own.overrides:
        if resolve_model(name, book) is None:
            hint = f'{_near(name, book)}A model of your own is written as [prices.model."{name}"].'
            yield _wrong(f'[prices.override."{name}"] names no model of the price file', hint)
    for name in dict.fromkeys(rates.model for rates in own.rates if rates.effective_from != ALWAYS):
        if resolve_model(name, book, own) is None:
            hint = f'{_near(name, book)}A model of your own needs its table too: [prices.model."{name}"].'
            yield _wrong(f'[[prices.rows]] model = "{name}" names no model of the price file', hint)
    yield from _stated_twice(read_stated(own, book))
    measured: dict[str, str] = {}
    for name in (ratio.model for ratio in own.ratios):
        model = resolve_model(name, book, own)
        if model is None:
            yield _wrong(f'[tokens."{name}"] names no model of the price file', f"{_near(name, book)}llm-cost models")
        elif measured.setdefault(tokenized(model), name) != name:
            what = f'the tokens of {model.id} are stated twice, as "{measured[tokenized(model)]}" and as "{name}"'
            yield _wrong(what, "Both names mean one model: keep one.", ExitCode.CONFIG_ERROR)


def _stated_twice(stated: Stated) -> Iterator[Problem]:
    """Two names of one model with prices from the same day: which of them holds would be chance."""
    for (entry, region), every in stated.rates.items():
        for one, other in pairwise(every):
            if one.effective_from == other.effective_from:
                since = "" if one.effective_from == ALWAYS else f" from {one.effective_from}"
                what = f"the prices of {entry}{f'#{region}' if region else ''}{since} are stated twice"
                hint = "Both names mean one model: keep one."
                yield _wrong(f'{what}, as "{one.model}" and as "{other.model}"', hint, ExitCode.CONFIG_ERROR)


def _wrong(what: str, hint: str, code: ExitCode = ExitCode.PRICING_ERROR) -> Problem:
    return Problem(f"{MANIFEST}: {what}", hint, code)


def _near(name: str, book: PriceBook) -> str:
    near = ", ".join(near_names(name, book))
    return f"Near names: {near}.\n" if near else ""
