"""FOCUS files, 1.0 to 1.4: one row for each prompt, charge period and meter -> one record for each prompt and period.

How many requests there were: `x_RequestCount`, else rows whose unit is requests. BilledCost is the cost; of rows that
are tagged as estimates, which bill nothing, EffectiveCost.

A correction (ChargeClass) takes from the sums of its prompt and period, and may have no quantity. Where the file has
nothing that it could take from, it is left out.

Written for files of a million rows. What the names in a row mean is found out once for all rows that have the same, and
there may be nearly as many sums as rows, so that they are columns of numbers and no objects.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, MutableSequence, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from ..prices.exact import EXACT
from ..render.csv_text import unguarded_text
from .amounts import Amounts
from .meters import INPUT, OUTPUT, READ, REQUESTS, TOKENS, WRITE_1H, WRITE_5M, flat_texts, meter_of, one
from .reading import Unusable, read_amount, read_count, read_share, read_time
from .record import BILLED, NOT_USAGE, NOTHING_TO_CORRECT, Usage, checked

NEEDED = ("ResourceId", "BilledCost", "ChargeCategory", "ConsumedQuantity", "ConsumedUnit")
_SKU = ("x_SkuMeter", "SkuMeter", "SkuId", "SkuPriceId", "ChargeDescription")
_NAMES = (
    "ChargeCategory", "ConsumedUnit", "BillingCurrency", "Tags", "SkuPriceDetails", "x_PromptId", "ResourceId",
    "x_ModelId", "x_ServiceTier", "ServiceProviderName", "ProviderName", "x_ContentHash", "x_CacheHitRatio",
    "ChargeClass", *_SKU,
)  # fmt: skip
COLUMNS = (  # that are read
    *_NAMES, "ConsumedQuantity", "BilledCost", "EffectiveCost", "ListCost", "x_RequestCount", "ChargePeriodStart",
    "ChargePeriodEnd",
)  # fmt: skip
_UNIT = re.compile(
    r"(?:(\d{1,3}(?:,\d{3}){1,3}|\d{1,12}) ?)?(?:(K|M|B|thousands?|millions?|billions?) )?"
    r"(tokens?|requests?|calls?)(?: \((?:in )?(K|M|B|thousands?|millions?|billions?)\))?",
    re.IGNORECASE | re.ASCII,
)
_POWERS = {"k": 10**3, "t": 10**3, "m": 10**6, "b": 10**9}  # by the first letter
_KINDS = 10_000  # that are remembered: a file may describe each row in other words
Times = tuple[datetime | None, datetime | None]
_ORDINARY = 128  # the bit that says that not all rows are corrections
_COUNTED = 1 << len((*TOKENS, REQUESTS))  # the bit that says that requests are known
_ANY_TOKENS = (1 << len(TOKENS)) - 1

Read = Usage | Unusable | str  # a text: why the row is left out


class _Whose(NamedTuple):
    """What the rows of one record have in common, besides its period."""

    prompt_id: str
    model: str
    tier: str
    is_estimate: bool


class _About(NamedTuple):
    """What a record takes from its first row."""

    provider: str
    content_hash: str
    share: Decimal | None


class _Kind(NamedTuple):
    """What the names in a row say."""

    whose: _Whose
    about: _About
    places: dict[int, int]  # of its _Whose: the number of a period -> where its sums are
    meter: int
    size: int  # of what ConsumedQuantity counts
    corrects: bool | None  # None: of a file without ChargeClass, where what is below 0 does


class _Sums:
    """Sums by place. Only `_add` changes them."""

    def __init__(self) -> None:
        self.line = array("q")
        self.period = array("q")
        self.known = array("B")  # bits of the meters that had a row, and _COUNTED
        self.tokens: list[MutableSequence[int]] = [array("q") for _ in TOKENS]
        self.requests: list[MutableSequence[int]] = [array("q") for _ in (*TOKENS, REQUESTS)]  # each row repeats them
        self.cost = Amounts()
        self.list_cost = Amounts()
        self.is_listed = array("B")  # 0: one of the rows has no list cost, and the sum is unknown
        self.kind: list[_Kind] = []  # of the first row
        self.corrections: dict[int, list[int]] = {}  # `line` of their sums -> their own

    def new(self, line: int, period: int, kind: _Kind) -> int:
        self.line.append(line)
        self.period.append(period)
        self.known.append(0)
        for column in self.tokens:
            column.append(0)
        for column in self.requests:
            column.append(0)
        self.cost.append_nothing()
        self.list_cost.append_nothing()
        self.is_listed.append(1)
        self.kind.append(kind)
        return len(self.line) - 1


def records_of(header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[tuple[int, Read]]:
    """(line, record) of a file; of rows that cannot be read (line, Unusable). Records come when all rows are read."""
    cell = {name: place for place, name in enumerate(header)}
    named = [name for name in _NAMES if name in cell]
    names_of = itemgetter(*(cell[name] for name in named))
    start, end = cell.get("ChargePeriodStart", -1), cell.get("ChargePeriodEnd", -1)
    whose: dict[_Whose, dict[int, int]] = {}
    kind_of = lru_cache(_KINDS)(lambda names: _kind(dict(zip(named, names, strict=True)), whose))
    periods: dict[str, int] = {}  # by both times as one text: there may be half as many as rows
    numbers = _Numbers(*(cell.get(name, -1) for name in _Numbers._fields))
    sums = _Sums()
    for line, row in rows:
        kind = kind_of(names_of(row))
        if not isinstance(kind, _Kind):
            yield line, kind
            continue
        period = f"{row[start] if start >= 0 else ''}\0{row[end] if end >= 0 else ''}"
        try:
            _add(sums, line, row, kind, periods.setdefault(period, len(periods)), numbers)
        except Unusable as error:
            yield line, error
    yield from _records(sums, list(periods))


class _Numbers(NamedTuple):
    """Where the numbers of a row are; -1: nowhere."""

    ConsumedQuantity: int
    BilledCost: int
    EffectiveCost: int
    ListCost: int
    x_RequestCount: int


def _kind(cells: Mapping[str, str], whose: dict[_Whose, dict[int, int]]) -> _Kind | Unusable | str:
    def text(*names: str) -> str:
        return next((cells[name] for name in names if cells.get(name)), "")

    unit = _UNIT.fullmatch(text("ConsumedUnit"))
    if text("ChargeCategory") != "Usage" or (unit is None and "token" not in text("ConsumedUnit").lower()):
        return NOT_USAGE
    try:
        if unit is None:
            raise Unusable("ConsumedUnit is of tokens, and not one that is known, such as Tokens or 1K Tokens")
        if text("BillingCurrency") not in ("", "USD"):
            raise Unusable("BillingCurrency is not USD")
        tags, details = flat_texts(text("Tags"), "Tags"), flat_texts(text("SkuPriceDetails"), "SkuPriceDetails")
        sku = [cells[name] for name in _SKU if name in cells]
        meter = meter_of(details, sku) if unit[3][0] in "tT" else REQUESTS
        share = text("x_CacheHitRatio")
        about = _About(
            unguarded_text(text("ServiceProviderName", "ProviderName")),
            text("x_ContentHash"),
            read_share(share, "x_CacheHitRatio") if share else None,
        )
    except Unusable as error:
        return error
    of = _Whose(
        unguarded_text(text("x_PromptId", "ResourceId")),
        unguarded_text(text("x_ModelId")) or one(details, "ModelId") or tags.get("model") or "",
        one(details, "ServiceTier") or text("x_ServiceTier"),
        tags.get("llm-cost-type") == "estimate",
    )
    return _Kind(
        of,
        about,
        whose.setdefault(of, {}),
        meter,
        _size(unit),
        None if "ChargeClass" not in cells else cells["ChargeClass"] == "Correction",
    )


def _size(unit: re.Match[str]) -> int:
    powers = [_POWERS[word[0].lower()] for word in unit.group(2, 4) if word]
    return int((unit[1] or "1").replace(",", "")) * (powers[0] if powers else 1) * (powers[1] if powers[1:] else 1)


def _add(sums: _Sums, line: int, row: Sequence[str], kind: _Kind, period: int, numbers: _Numbers) -> None:
    """Everything is read before anything is added: a row that cannot be read is in no sum."""
    whose, _, places, meter, size, corrects = kind
    quantity, billed, effective, listed, counted = numbers
    count = _signed(row[quantity], "ConsumedQuantity", size, corrects)
    cost = read_amount(row[billed], "BilledCost")
    if whose.is_estimate:
        cost = read_amount(row[effective] if effective >= 0 else "", "EffectiveCost")
    list_cost = read_amount(row[listed], "ListCost") if listed >= 0 and row[listed] else None
    requests = (
        _signed(row[counted], "x_RequestCount", 1, count < 0 or corrects is True)
        if counted >= 0 and row[counted]
        else None
    )
    at = places.get(period)
    if at is None:
        at = places[period] = sums.new(line, period, kind)
    sums.cost.add(at, cost)
    if list_cost is None:
        sums.is_listed[at] = 0
    else:
        sums.list_cost.add(at, list_cost)
    known = 1 << meter
    if count >= 0 and not corrects:
        known |= _ORDINARY
    else:
        sums.corrections.setdefault(sums.line[at], []).append(line)
    if meter != REQUESTS:
        _count(sums.tokens, meter, at, count)
    elif requests is None:
        requests = count
    if requests is not None:
        known |= _COUNTED
        _count(sums.requests, meter, at, requests)
    sums.known[at] |= known


def _signed(cell: str, name: str, size: int, corrects: bool | None) -> int:
    """A count of `size` each; of a correction also one below 0, or none."""
    if cell == "" and corrects:
        return 0
    if cell[:1] == "-" and corrects is not False:
        return -_signed(cell[1:], name, size, False)
    return read_count(cell if size == 1 else EXACT.multiply(read_amount(cell, name), size), name)


def _count(columns: list[MutableSequence[int]], meter: int, at: int, count: int) -> None:
    try:
        columns[meter][at] += count
    except OverflowError:  # a column of machine words becomes one of any numbers
        columns[meter] = list(columns[meter])
        columns[meter][at] += count


@lru_cache(_KINDS)
def _times(period: str) -> Times | Unusable:
    start, _, end = period.partition("\0")
    try:
        times = (
            read_time(start, "ChargePeriodStart") if start else None,
            read_time(end, "ChargePeriodEnd") if end else None,
        )
        checked(Usage("focus", None, None, None, *times))
        return times
    except Unusable as error:
        return error


def _records(sums: _Sums, periods: Sequence[str]) -> Iterator[tuple[int, Read]]:
    columns = zip(
        sums.line, sums.period, sums.known, sums.kind, sums.cost, sums.list_cost, sums.is_listed,
        zip(*sums.tokens, strict=True), zip(*sums.requests, strict=True), strict=True,
    )  # fmt: skip
    for line, period, known, (whose, about, *_), cost, list_cost, is_listed, tokens, requests in columns:
        when = _times(periods[period])
        if min(tokens) < 0 or min(requests) < 0 or (cost < 0 and not known & _ORDINARY):
            if known & _ORDINARY:
                yield line, Unusable("corrections take more than there is")
            else:
                yield from ((each, NOTHING_TO_CORRECT) for each in sums.corrections[line])
            continue
        if isinstance(when, Unusable):
            yield line, when
            continue
        if known & _ANY_TOKENS:  # a meter without a row charged nothing: 0
            asked, share = tokens[INPUT] + tokens[READ] + tokens[WRITE_5M] + tokens[WRITE_1H], None
            read, short, long, answered = tokens[READ], tokens[WRITE_5M], tokens[WRITE_1H], tokens[OUTPUT]
        else:  # without a row of any tokens nothing is known of them
            asked = read = short = long = answered = None
            share = about.share
        yield line, Usage(
            "focus", whose.prompt_id or None, whose.model or None, about.provider or None, when[0], when[1],
            max(requests) if known & _COUNTED else None, asked, read, short, long, answered,
            service_tier=whose.tier or None,
            cost=cost,
            cost_basis=BILLED,
            list_cost=list_cost if is_listed else None,
            cache_hit_ratio=share,
            content_hash=about.content_hash or None,
            is_estimate=whose.is_estimate,
        )  # fmt: skip
