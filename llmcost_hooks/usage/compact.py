"""The compact layout: a row for each prompt, in pre-1.0 names of FOCUS.

`UsageUnit` decides what `UsageQuantity` is. Tokens: those of all calls, and `x-token-count-*` are those of one call, so
that the calls follow. Requests, or nothing: calls, and `x-cache-hit-ratio`, `x-avg-output-tokens` and
`x-token-count-input` are means. A layout without times; where `ChargePeriodStart` and `ChargePeriodEnd` stand beside
it, they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from ..prices.exact import EXACT
from ..render.csv_text import unguarded_text
from .focus import tagged
from .reading import Unusable, read_amount, read_count, read_share, read_time
from .record import BILLED, Usage, checked

NEEDED = ("ResourceId", "BilledCost", "UsageQuantity")
_INPUT = ("x-token-count-input", "x_TokenCountInput", "x-avg-input-tokens")
_OUTPUT = ("x-avg-output-tokens", "x-token-count-output", "x_TokenCountOutput")


def records_of(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]
) -> Iterator[tuple[int, Usage | Unusable | None]]:
    """(line, record) of each row; (line, Unusable) where it cannot be read, None where it is no use of tokens."""
    for line, row in rows:
        cells = {name: cell for name, cell in zip(header, row, strict=True) if cell}
        try:
            yield line, _record(cells) if cells.get("ChargeCategory", "Usage") == "Usage" else None
        except Unusable as error:
            yield line, error


def _record(cells: Mapping[str, str]) -> Usage:
    if cells.get("BillingCurrency", "USD") != "USD":
        raise Unusable("BillingCurrency is not USD")
    tags = tagged(cells.get("Tags", ""))
    is_estimate = tags.get("llm-cost-type") == "estimate"
    cost = "EffectiveCost" if is_estimate else "BilledCost"
    if cost not in cells:
        raise Unusable(f"{cost} is missing")
    asked, answered = _mean(cells, _INPUT), _mean(cells, _OUTPUT)
    share = cells.get("x-cache-hit-ratio") or cells.get("x_CacheHitRatio")
    ratio = None if share is None else read_share(share, "x-cache-hit-ratio")
    calls = _calls(cells, asked, answered)
    total_input = _times(asked, calls)
    start, end = cells.get("ChargePeriodStart"), cells.get("ChargePeriodEnd")
    return checked(Usage(
        "focus-compact", _name(cells, "ResourceId"), tags.get("model"), _name(cells, "Provider"),
        None if start is None else read_time(start, "ChargePeriodStart"),
        None if end is None else read_time(end, "ChargePeriodEnd"),
        calls,
        input_tokens=total_input,
        cache_read_tokens=None if ratio is None or total_input is None else int(EXACT.multiply(total_input, ratio)),
        output_tokens=_times(answered, calls),
        cost=read_amount(cells[cost], cost),
        cost_basis=BILLED,
        list_cost=read_amount(cells["ListCost"], "ListCost") if "ListCost" in cells else None,
        cache_hit_ratio=ratio,
        content_hash=cells.get("x-content-hash"),
        is_estimate=is_estimate,
    ))  # fmt: skip


def _name(cells: Mapping[str, str], column: str) -> str | None:
    return unguarded_text(cells[column]) if column in cells else None


def _calls(cells: Mapping[str, str], asked: Decimal | None, answered: Decimal | None) -> int | None:
    """None where tokens are all that is known."""
    if "UsageQuantity" not in cells:
        raise Unusable("UsageQuantity is missing")
    quantity = read_count(cells["UsageQuantity"], "UsageQuantity")
    unit = cells.get("UsageUnit", "Requests").lower()
    if unit in ("request", "requests", "call", "calls"):
        return quantity
    if unit not in ("token", "tokens"):
        raise Unusable("UsageUnit is neither Tokens nor Requests")
    of_one = (asked or 0) + (answered or 0)
    if not of_one:
        return None
    calls, rest = EXACT.divmod(Decimal(quantity), of_one)
    if rest:
        raise Unusable("UsageQuantity is no multiple of the tokens of one call")
    return int(calls)


def _mean(cells: Mapping[str, str], names: tuple[str, ...]) -> Decimal | None:
    for name in names:
        if name in cells:
            number = read_amount(cells[name], name)
            if number < 0:
                raise Unusable(f"{name} is below 0")
            return number
    return None


def _times(mean: Decimal | None, calls: int | None) -> int | None:
    if mean is None or calls is None:
        return None
    return int(EXACT.multiply(mean, calls).to_integral_value(ROUND_HALF_EVEN))
