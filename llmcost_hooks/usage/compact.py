"""The compact layout: a row for each prompt, in pre-1.0 names of FOCUS.

`UsageUnit` decides what `UsageQuantity` is. Tokens: those of all calls, and `x-token-count-*` are those of one call, so
that the calls follow. Requests, or nothing: calls, and `x-cache-hit-ratio`, `x-avg-output-tokens` and
`x-token-count-input` are means. A layout without times; where `ChargePeriodStart` and `ChargePeriodEnd` stand beside
it, they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from ..prices.exact import EXACT
from ..render.csv_text import unguarded_text
from .meters import flat_texts
from .reading import Unusable, read_amount, read_count, read_share, read_time
from .record import BILLED, NOT_USAGE, Usage, checked

NEEDED = ("ResourceId", "BilledCost", "UsageQuantity")
_INPUT = ("x-token-count-input", "x_TokenCountInput", "x-avg-input-tokens")
_OUTPUT = ("x-avg-output-tokens", "x-token-count-output", "x_TokenCountOutput")
_SHARE = ("x-cache-hit-ratio", "x_CacheHitRatio")
_NAMES = (
    "ResourceId", "ChargeCategory", "BillingCurrency", "UsageUnit", "Tags", "Provider", "x-content-hash",
)  # fmt: skip
_TIMES = ("ChargePeriodStart", "ChargePeriodEnd")
_SINGLE = ("UsageQuantity", "BilledCost", "EffectiveCost", "ListCost", *_TIMES)
COLUMNS = (*_NAMES, *_SINGLE, *_INPUT, *_OUTPUT, *_SHARE)  # that are read
_KINDS = 10_000  # that are remembered: a file may describe each row in other words


class _Kind(NamedTuple):
    """What the names in a row say; found out once for all rows that have the same."""

    prompt_id: str | None
    model: str | None
    provider: str | None
    content_hash: str | None
    is_estimate: bool
    counts_tokens: bool


class _Columns(NamedTuple):
    """Where the numbers of a row are; behind its end, where an empty cell is added, for those that no column has."""

    quantity: int
    billed: int
    effective: int
    listed: int
    start: int
    end: int
    asked: tuple[int, ...]
    answered: tuple[int, ...]
    share: tuple[int, ...]


def records_of(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]
) -> Iterator[tuple[int, Usage | Unusable | str]]:
    """(line, record) of each row; (line, Unusable) where it cannot be read, NOT_USAGE where it is no use of tokens."""
    cell = {name: place for place, name in enumerate(header)}
    named = [name for name in _NAMES if name in cell]
    names_of = itemgetter(*(cell[name] for name in (*named, "ResourceId")))  # two at least: a tuple
    kind_of = lru_cache(_KINDS)(lambda names: _kind(dict(zip(named, names, strict=False))))
    asked, answered, share = (
        tuple(cell[name] for name in names if name in cell) for names in (_INPUT, _OUTPUT, _SHARE)
    )
    quantity, billed, effective, listed, start, end = (cell.get(name, -1) for name in _SINGLE)
    columns = _Columns(quantity, billed, effective, listed, start, end, asked, answered, share)
    for line, row in rows:
        kind = kind_of(names_of(row))
        if isinstance(kind, _Kind):
            try:
                yield line, _record(kind, [*row, ""], columns)
            except Unusable as error:
                yield line, error
        else:
            yield line, kind


def _kind(names: Mapping[str, str]) -> _Kind | Unusable | str:
    cells = {name: cell for name, cell in names.items() if cell}
    if cells.get("ChargeCategory", "Usage") != "Usage":
        return NOT_USAGE
    try:
        if cells.get("BillingCurrency", "USD") != "USD":
            raise Unusable("BillingCurrency is not USD")
        tags = flat_texts(cells.get("Tags", ""), "Tags")
        unit = cells.get("UsageUnit", "Requests").lower()
        if unit not in ("request", "requests", "call", "calls", "token", "tokens"):
            raise Unusable("UsageUnit is neither Tokens nor Requests")
        return _Kind(
            _name(cells, "ResourceId"),
            tags.get("model"),
            _name(cells, "Provider"),
            cells.get("x-content-hash"),
            tags.get("llm-cost-type") == "estimate",
            unit in ("token", "tokens"),
        )
    except Unusable as error:
        return error


def _record(kind: _Kind, row: Sequence[str], at: _Columns) -> Usage:
    cost, listed, start, end = row[at.billed], row[at.listed], row[at.start], row[at.end]
    if kind.is_estimate:
        cost = row[at.effective]
    if not cost:
        raise Unusable(f"{'EffectiveCost' if kind.is_estimate else 'BilledCost'} is missing")
    asked, answered = _mean(row, at.asked, _INPUT[0]), _mean(row, at.answered, _OUTPUT[0])
    calls = _calls(row[at.quantity], kind, asked, answered)
    total_input = None if asked is None or calls is None else _times(asked, calls)
    share = next((_share(row[place]) for place in at.share if row[place]), None)
    cached = None if share is None or total_input is None else int(EXACT.multiply(total_input, share))
    return checked(Usage(
        "focus-compact", kind.prompt_id, kind.model, kind.provider,
        read_time(start, _TIMES[0]) if start else None,
        read_time(end, _TIMES[1]) if end else None,
        calls, total_input, cached, None, None,
        None if answered is None or calls is None else _times(answered, calls),
        cost=read_amount(cost, "BilledCost"),
        cost_basis=BILLED,
        list_cost=read_amount(listed, "ListCost") if listed else None,
        cache_hit_ratio=share,
        content_hash=kind.content_hash,
        is_estimate=kind.is_estimate,
    ))  # fmt: skip


@lru_cache(1000)
def _share(text: str) -> Decimal:
    return read_share(text, _SHARE[0])


def _name(cells: Mapping[str, str], column: str) -> str | None:
    return unguarded_text(cells[column]) if column in cells else None


def _calls(cell: str, kind: _Kind, asked: Decimal | None, answered: Decimal | None) -> int | None:
    """None where tokens are all that is known."""
    if not cell:
        raise Unusable("UsageQuantity is missing")
    quantity = read_count(cell, "UsageQuantity")
    if not kind.counts_tokens:
        return quantity
    of_one = EXACT.add(asked or 0, answered or 0)
    if not of_one:
        return None
    calls, rest = EXACT.divmod(Decimal(quantity), of_one)
    if rest:
        raise Unusable("UsageQuantity is no multiple of the tokens of one call")
    return int(calls)


def _mean(row: Sequence[str], places: tuple[int, ...], name: str) -> Decimal | None:
    for place in places:
        if row[place]:
            number = read_amount(row[place], name)
            if number < 0:
                raise Unusable(f"{name} is below 0")
            return number
    return None


def _times(mean: Decimal, calls: int) -> int:
    """All of `calls` that use `mean` each: whole, rounded half to even."""
    total = EXACT.multiply(mean, calls)
    whole = int(total)
    return whole if whole == total else int(total.to_integral_value(ROUND_HALF_EVEN))
