"""Two statements about one model in one region become the rows of one offer. Pure.

Equal prices are taken; a price that only one source states is taken and named; different prices need a decision in
price_corrections.toml. Nothing is picked silently.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from tools.price_sources import DIMENSIONS, VARIANTS, Flat, Row, Statement, Tariff, flat

GENAI, LITELLM, UNKNOWN = "genai-prices", "litellm", "unknown"


class Asked(NamedTuple):
    """A disagreement, and the rule that decided it."""

    name: str
    region: str | None
    where: str
    genai: Decimal | None
    litellm: Decimal | None
    take: str
    rule: int  # its place in `[[decisions]]`


class Decisions:
    """The `[[decisions]]` of the corrections file; remembers what was asked."""

    def __init__(self, tables: list[dict[str, Any]]) -> None:
        self.tables = tables
        self.asked: list[Asked] = []
        self.undecided: list[str] = []
        self._used: set[tuple[int, str]] = set()

    def __call__(self, about: Statement, where: str, a: Decimal | None, b: Decimal | None) -> str:
        """The source to take, or UNKNOWN, also where nobody decided. The first rule that fits counts."""
        for number, table in enumerate(self.tables):
            names = [glob for glob in table["names"] if fnmatchcase(about.id, glob)]
            places = [glob for glob in table["where"] if fnmatchcase(where, glob)]
            regions = [glob for glob in table.get("regions", ["*"]) if fnmatchcase(about.region or "none", glob)]
            if names and places and regions:
                self._used |= {(number, glob) for glob in (*names, *places, *regions)}
                self.asked.append(Asked(about.id, about.region, where, a, b, table["take"], number))
                return str(table["take"])
        here = f" in {about.region}" if about.region else ""
        self.undecided.append(f"{about.id}{here}: the sources disagree on {where} ({a} / {b})")
        return UNKNOWN

    def idle(self) -> list[str]:
        """Parts of decisions that no disagreement asked for."""
        return [
            f"decision {number + 1}: {glob}"
            for number, table in enumerate(self.tables)
            for glob in (*table["names"], *table["where"], *table.get("regions", []))
            if (number, glob) not in self._used
        ]


class Merged(NamedTuple):
    """One row of an offer. A tier without rates is a tier that nobody knows the price of."""

    start: str | None
    kind: str  # "both", "single" (genai-prices alone), "litellm" or "retired": the row's source
    row: Row
    alone: dict[str, str]  # "batch.cache_read", or "batch" as a whole -> the one source that states it


def merge_rows(
    genai: Statement | None, litellm: Statement | None, decide: Decisions, day: str, *, archived: bool = False
) -> Iterator[Merged]:
    """The rows of an offer; litellm speaks of the row in force on `day` alone, as it knows today only.

    The word of an `archived` litellm confirms, and does not count alone.
    """
    if genai is None:
        assert litellm is not None
        yield from (Merged(row.start, LITELLM, _whole_tiers(row), {}) for row in litellm.rows)
        return
    for row in genai.rows:
        own = row if genai.own else row._replace(variants={"standard": row.variants["standard"]})
        if litellm is None or row is not genai.on(day):
            yield Merged(row.start, "single", _whole_tiers(own), {})
            continue
        asked = len(decide.asked)
        merged, alone = _merge(genai, litellm, row, litellm.on(day), decide, counts=(genai.own, not archived))
        since = max((str(decide.tables[a.rule].get("since", "")) for a in decide.asked[asked:]), default="")
        if since:  # the decision holds from a day on: until then genai-prices' word alone
            yield Merged(row.start, "single", _whole_tiers(own), {})
        start = since or row.start
        yield Merged(start, "retired" if archived else "both", _whole_tiers(merged._replace(start=start)), alone)


def _merge(
    genai: Statement, litellm: Statement, mine: Row, theirs: Row, decide: Decisions, *, counts: tuple[bool, bool]
) -> tuple[Row, dict[str, str]]:
    a, b, alone = flat(mine), flat(theirs), dict[str, str]()
    result: Flat = {}
    tiers: dict[str, set[int]] = {}  # by variant: also those that a decision leaves without a price
    parts = {_part(path) for path in (*a, *b)}
    for part in ["standard", *sorted(parts - {"standard"})]:
        own, other = _of(part, a), _of(part, b)
        if (own and other) or part == "per_request":
            for path in sorted({*own, *other}, key=lambda path: (path != f"{part}.input", path)):
                price = _pick(genai, litellm, path, own.get(path), other.get(path), decide, alone, counts)
                result.update({} if price is None else {path: price})
                if path == "standard.input" and own.get(path, price) != other.get(path, price):
                    counts = (price == own[path], price == other[path])  # who lost here adds nothing elsewhere
        elif part == "time" or (">" in part and _of(part.partition(">")[0], b if own else a)):
            # the other one states the variant without this tier, or the price without the hours
            take = decide(genai, part, None, None)
            result.update({GENAI: own, LITELLM: other, UNKNOWN: {}}[take])
            if not {GENAI: own, LITELLM: other, UNKNOWN: a}[take]:
                continue  # decided for the side that has no such tier
        elif counts[0] if own else counts[1]:
            result.update(own or other)
            if ">" not in part:
                alone[part] = genai.source if own else litellm.source
        if ">" in part:
            variant, _, start = part.partition(">")
            tiers.setdefault(variant, set()).add(int(start))
    if mine.windows and theirs.windows and mine.weekdays != theirs.weekdays:
        decide(genai, "time.weekdays", None, None)
    return _row(mine.start, result, tiers), alone


def _part(path: str) -> str:
    """What stands or falls together: a variant's base, one tier, all hours, the fees."""
    head = path.partition(".")[0]
    return "time" if head.startswith("time ") else head


def _of(part: str, prices: Flat) -> Flat:
    return {path: price for path, price in prices.items() if _part(path) == part}


def _pick(
    genai: Statement,
    litellm: Statement,
    where: str,
    a: Decimal | None,
    b: Decimal | None,
    decide: Decisions,
    alone: dict[str, str],
    counts: tuple[bool, bool],
) -> Decimal | None:
    if a == b:
        return a
    if a is not None and b is not None:
        return {GENAI: a, LITELLM: b, UNKNOWN: None}[decide(genai, where, a, b)]
    if not (counts[0] if b is None else counts[1]):
        return None
    alone[where] = genai.source if b is None else litellm.source
    return b if a is None else a


def _row(start: str | None, prices: Flat, tiers: dict[str, set[int]]) -> Row:
    """A row from its paths."""
    variants = {"standard": Tariff({}, {})}  # empty where a decision leaves nothing of it
    windows: dict[tuple[str, str], dict[str, Decimal]] = {}
    fees: dict[str, Decimal] = {}
    for path, price in prices.items():
        head, _, key = path.partition(".")
        if head == "per_request":
            fees[key] = price
        elif head.startswith("time "):
            begin, _, end = head.removeprefix("time ").partition("-")
            windows.setdefault((begin, end), {})[key] = price
        else:
            variant, _, above = head.partition(">")
            tariff = variants.setdefault(variant, Tariff({}, {}))
            (tariff.tiers.setdefault(int(above), {}) if above else tariff.base)[key] = price
    for variant, starts in tiers.items():
        for start_of in starts if variant in variants else ():
            variants[variant].tiers.setdefault(start_of, {})
    return Row(start, variants, windows, fees)


def _whole_tiers(row: Row) -> Row:
    """In a fixed order, and with every standard tier in every variant: above one that nobody states it is unknown."""
    starts = set(row.variants["standard"].tiers)
    variants = {}
    for name in [name for name in VARIANTS if name in row.variants]:
        base, tiers = row.variants[name]
        if name != "standard" and not base:
            continue
        variants[name] = Tariff(_sorted(base), {n: _sorted(tiers.get(n, {})) for n in sorted(starts | set(tiers))})
    windows = {hours: _sorted(rates) for hours, rates in sorted(row.windows.items())}
    return row._replace(variants=variants, windows=windows, per_request=dict(sorted(row.per_request.items())))


def _sorted(rates: dict[str, Decimal]) -> dict[str, Decimal]:
    return {key: rates[key] for key in DIMENSIONS if key in rates}


def context_window(genai: Statement | None, litellm: Statement | None) -> int | None:
    """Tokens that a request and its answer may have; the rules are in price_corrections.toml."""
    window = genai.context_window if genai else None
    if litellm is None or litellm.max_input_tokens is None:
        return window
    accepted = litellm.max_input_tokens
    if window is None or window == accepted:
        return accepted
    if window - (litellm.max_output_tokens or 0) == accepted:
        return window
    rounded = abs(window - accepted) <= window * 0.06
    return accepted if rounded or not (genai and genai.own) else None
