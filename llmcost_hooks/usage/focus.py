"""FOCUS files, 1.0 to 1.4: one row for each prompt, charge period and meter -> one record for each prompt and period.

Which meter a row is of: `TokenDirection` and `TokenCacheAction` in `SkuPriceDetails` (also with `x_`), else a word in
the names of the SKU. How many requests there were: `x_RequestCount`, else rows whose unit is requests. BilledCost is
the cost; of rows that are tagged as estimates, which bill nothing, EffectiveCost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..prices.exact import EXACT
from ..render.csv_text import unguarded_text
from .reading import Unusable, plus, read_amount, read_count, read_share, read_time
from .record import BILLED, Usage, checked

NEEDED = ("ResourceId", "BilledCost", "ChargeCategory", "ConsumedQuantity", "ConsumedUnit")
INPUT, READ, WRITE_5M, WRITE_1H, OUTPUT, REQUESTS = "input", "read", "write_5m", "write_1h", "output", "requests"
_METERS = (INPUT, READ, WRITE_5M, WRITE_1H, OUTPUT, REQUESTS)
_ANY_TOKENS = 0b11111
_UNIT = re.compile(r"(?:(\d{1,12}) )?(tokens?|requests?|calls?)", re.IGNORECASE | re.ASCII)
_LONG = re.compile(r"\b(?:1|12)[ -]?h(?:our)?s?\b")
_NAMES = ("x_SkuMeter", "SkuMeter", "SkuId", "SkuPriceId", "ChargeDescription")

Read = Usage | Unusable | None  # None: a row that is no use of tokens


class _Group:
    """The rows of one prompt in one charge period, summed."""

    __slots__ = ("cost", "hash", "known", "line", "list_cost", "provider", "requests", "share", "tokens")

    def __init__(self, line: int) -> None:
        self.line = line
        self.tokens = [0, 0, 0, 0, 0]  # by meter, as in _METERS
        self.known = 0  # bits of the meters that had a row
        self.requests: list[int] | None = None  # by meter, because each row repeats them
        self.cost: Decimal = Decimal(0)
        self.list_cost: Decimal | None = Decimal(0)
        self.share: Decimal | None = None
        self.hash = self.provider = ""


def records_of(header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[tuple[int, Read]]:
    """(line, record) of a file; of rows that cannot be read (line, Unusable). Records come when all rows are read."""
    cell = {name: header.index(name) for name in header}
    groups: dict[tuple[Any, ...], _Group] = {}
    meter_of = _meter_reader(cell)

    def text(row: Sequence[str], *names: str) -> str:
        return next((row[cell[name]] for name in names if name in cell and row[cell[name]]), "")

    for line, row in rows:
        try:
            if text(row, "ChargeCategory") != "Usage":
                yield line, None
                continue
            unit = _UNIT.fullmatch(text(row, "ConsumedUnit"))
            if unit is None:
                yield line, None
                continue
            _add(groups, line, row, text, unit, meter_of)
        except Unusable as error:
            yield line, error
    for key, group in groups.items():
        try:
            yield group.line, _record(key, group)
        except Unusable as error:
            yield group.line, error


Text = Callable[..., str]


def _add(
    groups: dict[tuple[Any, ...], _Group], line: int, row: Sequence[str], text: Text, unit: re.Match[str],
    meter_of: Callable[[Sequence[str]], int],
) -> None:  # fmt: skip
    if text(row, "BillingCurrency") not in ("", "USD"):
        raise Unusable("BillingCurrency is not USD")
    quantity = read_amount(text(row, "ConsumedQuantity"), "ConsumedQuantity")
    count = read_count(quantity if unit[1] is None else EXACT.multiply(quantity, int(unit[1])), "ConsumedQuantity")
    meter = _METERS.index(REQUESTS) if unit[2][0] not in "tT" else meter_of(row)
    tags, details = _flat(text(row, "Tags"), "Tags"), _flat(text(row, "SkuPriceDetails"), "SkuPriceDetails")
    is_estimate = tags.get("llm-cost-type") == "estimate"
    billed = read_amount(text(row, "BilledCost"), "BilledCost")
    listed = text(row, "ListCost")
    cost = read_amount(text(row, "EffectiveCost"), "EffectiveCost") if is_estimate else billed
    requests = text(row, "x_RequestCount")
    key = (
        unguarded_text(text(row, "x_PromptId", "ResourceId")),
        text(row, "ChargePeriodStart"), text(row, "ChargePeriodEnd"),
        unguarded_text(text(row, "x_ModelId")) or _one(details, "ModelId") or tags.get("model") or "",
        _one(details, "ServiceTier") or text(row, "x_ServiceTier"), is_estimate,
    )  # fmt: skip
    group = groups.get(key)
    if group is None:
        group = groups[key] = _Group(line)
        group.provider = unguarded_text(text(row, "ServiceProviderName", "ProviderName"))
        group.hash = text(row, "x_ContentHash")
        share = text(row, "x_CacheHitRatio")
        group.share = read_share(share, "x_CacheHitRatio") if share else None
    group.known |= 1 << meter
    if meter < len(group.tokens):
        group.tokens[meter] += count
    if requests:
        group.requests = group.requests or [0] * len(_METERS)
        group.requests[meter] += read_count(requests, "x_RequestCount")
    elif meter == _METERS.index(REQUESTS):
        group.requests = group.requests or [0] * len(_METERS)
        group.requests[meter] += count
    group.cost = _sum(group.cost, cost)
    group.list_cost = (
        None if group.list_cost is None or not listed else group.list_cost + read_amount(listed, "ListCost")
    )


def _record(key: tuple[Any, ...], group: _Group) -> Usage:
    prompt_id, start, end, model, tier, is_estimate = key

    # A meter without a row charged nothing: 0. Without a row of any tokens nothing is known of them.
    counts = [count if group.known & _ANY_TOKENS else None for count in group.tokens]
    asked, read, short, long, answered = counts
    return checked(Usage(
        "focus", prompt_id or None, model or None, group.provider or None,
        read_time(start, "ChargePeriodStart") if start else None,
        read_time(end, "ChargePeriodEnd") if end else None,
        max(group.requests) if group.requests else None,
        input_tokens=plus(asked, read, short, long),
        cache_read_tokens=read,
        cache_write_5m_tokens=short,
        cache_write_1h_tokens=long,
        output_tokens=answered,
        service_tier=tier or None,
        cost=group.cost,
        cost_basis=BILLED,
        list_cost=group.list_cost,
        cache_hit_ratio=group.share if asked is None else None,
        content_hash=group.hash or None,
        is_estimate=is_estimate,
    ))  # fmt: skip


def _sum(total: Decimal, more: Decimal) -> Decimal:
    """Exact. Unusable where a number has more digits than any price has."""
    try:
        return EXACT.add(total, more)
    except ArithmeticError:
        raise Unusable("a cost has too many digits") from None


def _meter_reader(cell: Mapping[str, int]) -> Callable[[Sequence[str]], int]:
    details = cell.get("SkuPriceDetails")
    names = [cell[name] for name in _NAMES if name in cell]

    def meter_of(row: Sequence[str]) -> int:
        return _meter(row[details] if details is not None else "", tuple(row[n] for n in names))

    return meter_of


@lru_cache(maxsize=4096)
def _meter(details: str, names: tuple[str, ...]) -> int:
    stated = _flat(details, "SkuPriceDetails")
    direction, action = _one(stated, "TokenDirection"), _one(stated, "TokenCacheAction")
    name = next((name.lower() for name in names if _by_name(name.lower()) is not None), "")
    if direction == "Output":
        return _METERS.index(OUTPUT)
    if direction == "Input":
        long = WRITE_1H if _LONG.search(name) else WRITE_5M
        return _METERS.index({"Read": READ, "Write": long, "Uncached": INPUT, None: INPUT}.get(action, INPUT))
    found = _by_name(name)
    if found is None:
        raise Unusable("its meter is neither of input nor of output tokens")
    return _METERS.index(found)


def _by_name(name: str) -> str | None:
    if re.search("output|completion|generated|response", name):
        return OUTPUT
    if "cache" in name and re.search("writ|creat|stor", name):
        return WRITE_1H if _LONG.search(name) else WRITE_5M
    if "cache" in name and "uncached" not in name:
        return READ
    return INPUT if re.search("input|prompt", name) else None


@lru_cache(maxsize=4096)
def _flat(text: str, name: str) -> Mapping[str, str]:
    """A flat JSON object's texts."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Unusable(f"{name} is not JSON") from None
    if not isinstance(found, dict):
        raise Unusable(f"{name} is not a JSON object")
    return {key: value for key, value in found.items() if isinstance(value, str)}


def _one(details: Mapping[str, str], name: str) -> str | None:
    return details.get(name) or details.get(f"x_{name}") or None


def tagged(text: str) -> Mapping[str, str]:
    """The texts in a cell of Tags."""
    return _flat(text, "Tags")
