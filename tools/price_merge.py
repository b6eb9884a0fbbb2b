"""Two statements about one model become one entry of the price file. Pure.

Equal prices are taken; a price that only one source states is taken and named; different prices need a decision in
price_corrections.toml. Nothing is picked silently.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from tools.price_sources import DIMENSIONS, Row, Statement, Tariff

UNKNOWN = "unknown"


class Decisions:
    """The `[[decisions]]` of the corrections file; remembers which ones were needed."""

    def __init__(self, tables: list[dict[str, Any]]) -> None:
        self.take = {
            (name, where): table["take"] for table in tables for name in table["names"] for where in table["where"]
        }
        self.needed: set[tuple[str, str]] = set()

    def __call__(self, name: str, where: str, stated: str) -> str:
        """The source to take, or UNKNOWN; ValueError where nobody decided."""
        if (name, where) not in self.take:
            raise ValueError(f"{name}: the sources disagree on {where} ({stated}); decide it in price_corrections.toml")
        self.needed.add((name, where))
        return str(self.take[name, where])

    def idle(self) -> list[tuple[str, str]]:
        """Decisions that no disagreement asked for."""
        return sorted(set(self.take) - self.needed)


class Side(NamedTuple):
    """One source's tariff for one variant of one model."""

    name: str  # "genai-prices" or "litellm"
    source: str  # with its version
    tariff: Tariff | None
    counts_alone: bool  # whether its word is taken where the other one is silent


class Merged(NamedTuple):
    """A tariff of the price file. None = unknown."""

    base: dict[str, Decimal | None]
    tiers: dict[int, dict[str, Decimal | None]]
    alone: dict[str, str]  # "batch.cache_read" -> the one source that states it


def merge_rows(
    name: str, genai: Statement, litellm: Statement | None, decide: Decisions, day: str, *, archived: bool = False
) -> Iterator[tuple[Row, Merged, Merged | None, bool]]:
    """(row, standard, batch, checked) per dated row; `checked` where litellm speaks of it too: it knows today only.

    The word of an `archived` litellm confirms, and does not count alone.
    """
    own = is_own(name, genai)
    for row in genai.rows:
        checked = litellm is not None and row is genai.on(day)
        other = litellm.on(day) if litellm is not None and checked else Row(None, Tariff({}, {}), None)
        sides = [
            (
                Side("genai-prices", genai.source, getattr(row, variant), own or not checked),
                Side("litellm", litellm.source if litellm else "", getattr(other, variant), not archived),
            )
            for variant in ("standard", "batch")
        ]
        standard = merge_tariff(name, "standard", *sides[0], decide) if checked else _single(row.standard)
        batch = merge_tariff(name, "batch", *sides[1], decide) if checked else _single(row.batch)
        if standard is None or None in (standard.base["input"], standard.base["output"]):
            raise ValueError(f"{name}: no standard price for input or output")
        yield row, standard, _with_tiers_of(standard, batch), checked


def is_own(name: str, genai: Statement) -> bool:
    """Whether genai-prices has a model of this name, or of this name less its date."""
    known = genai.model.removesuffix("-latest").removesuffix("-0")  # claude-3-opus-latest, claude-opus-4-0
    rest = name.removeprefix(known).replace("-", "")
    return name in (genai.model, known) or (rest != name and rest.isdecimal())


def merge_tariff(name: str, variant: str, genai: Side, litellm: Side, decide: Decisions) -> Merged | None:
    """One variant as both see it; None where nobody whose word counts states it."""
    if genai.tariff is None or litellm.tariff is None:
        only = genai if litellm.tariff is None else litellm
        if only.tariff is None or not only.tariff.base or not only.counts_alone:
            return None
        return Merged(_full(only.tariff.base), _full_tiers(only.tariff), {variant: only.source})
    alone: dict[str, str] = {}

    def rates(a: dict[str, Decimal], b: dict[str, Decimal], where: str) -> dict[str, Decimal | None]:
        return {
            key: _pick(name, f"{where}.{key}", genai, litellm, a.get(key), b.get(key), decide, alone)
            for key in DIMENSIONS
        }

    base = rates(genai.tariff.base, litellm.tariff.base, variant)
    tiers: dict[int, dict[str, Decimal | None]] = {}
    for start in sorted({*genai.tariff.tiers, *litellm.tariff.tiers}):
        a, b = genai.tariff.tiers.get(start), litellm.tariff.tiers.get(start)
        if a is None or b is None:
            tiers[start] = _decided_tier(decide(name, f"{variant}>{start}", "only one has the tier"), a, b)
        else:
            tiers[start] = rates(a, b, f"{variant}>{start}")
    return Merged(base, tiers, alone)


def _pick(
    name: str,
    where: str,
    genai: Side,
    litellm: Side,
    a: Decimal | None,
    b: Decimal | None,
    decide: Decisions,
    alone: dict[str, str],
) -> Decimal | None:
    if a == b:
        return a
    if a is not None and b is not None:
        return {"genai-prices": a, "litellm": b, UNKNOWN: None}[decide(name, where, f"{a} / {b}")]
    only = litellm if a is None else genai
    if not only.counts_alone:
        return None
    alone[where] = only.source
    return b if a is None else a


def _decided_tier(take: str, a: dict[str, Decimal] | None, b: dict[str, Decimal] | None) -> dict[str, Decimal | None]:
    chosen = {"genai-prices": a, "litellm": b, UNKNOWN: {}}[take]
    if chosen is None:
        raise ValueError(f"the decision takes {take}, which states no such tier")
    return _full(chosen)


def _single(tariff: Tariff | None) -> Merged | None:
    return Merged(_full(tariff.base), _full_tiers(tariff), {}) if tariff and tariff.base else None


def _full(rates: dict[str, Decimal]) -> dict[str, Decimal | None]:
    return {key: rates.get(key) for key in DIMENSIONS}


def _full_tiers(tariff: Tariff) -> dict[int, dict[str, Decimal | None]]:
    return {start: _full(rates) for start, rates in sorted(tariff.tiers.items())}


def _with_tiers_of(standard: Merged, batch: Merged | None) -> Merged | None:
    """Batch above a standard tier that nobody states for batch is unknown, not the base batch price."""
    if batch is None:
        return None
    missing = {start: _full({}) for start in standard.tiers if start not in batch.tiers}
    return batch._replace(tiers=dict(sorted({**batch.tiers, **missing}.items())))


def context_window(name: str, genai: Statement, litellm: Statement | None) -> int | None:
    """Tokens that a request and its answer may have; the rules are in price_corrections.toml."""
    window = genai.context_window
    if litellm is None or litellm.max_input_tokens is None:
        return window
    accepted = litellm.max_input_tokens
    if window is None or window == accepted:
        return accepted
    if window - (litellm.max_output_tokens or 0) == accepted:
        return window
    rounded = abs(window - accepted) <= window * 0.06
    return accepted if rounded or not is_own(name, genai) else None
