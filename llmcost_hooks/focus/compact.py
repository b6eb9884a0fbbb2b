"""The compact layout: one row for each prompt, in the columns that a person reads at a glance.

Older than FOCUS 1.0 in some of its names, so FOCUS tools do not take it; `llm-cost calibrate` does.
"""

from __future__ import annotations

from decimal import Decimal

from ..estimate import Estimate
from ..known.focus import JSON, TEXT
from ..pricing import PromptEstimate
from ..render.money import format_exact
from .rows import CATEGORY, HASH_DIGITS, SERVICE, hit_ratio, tags_of
from .sheet import NUMBER, Cell, Field, Sheet, clean

NOTHING_BILLED = Decimal("0.00")
FIELDS = (
    Field("BilledCost", NUMBER),  # 0.00: nobody is billed for an estimate
    Field("EffectiveCost", NUMBER),  # USD in the scenario
    Field("ListCost", NUMBER),  # USD at standard prices, nothing cached
    Field("UsageQuantity", NUMBER),  # input and output tokens of all calls
    Field("UsageUnit", TEXT),
    Field("ResourceId", TEXT),  # prompt_id
    Field("ResourceName", TEXT),
    Field("ServiceName", TEXT),
    Field("ServiceCategory", TEXT),
    Field("Provider", TEXT),
    Field("ChargeCategory", TEXT),
    Field("Tags", JSON),
    Field("x-token-count-input", NUMBER),  # of one call
    Field("x-token-count-output", NUMBER),
    Field("x-cache-hit-ratio", NUMBER),  # empty outside of the cached scenario
    Field("x-content-hash", TEXT),
)


def compact_sheet(estimate: Estimate, *, billed: bool = False) -> Sheet:
    """A row for each prompt of an estimate without `unknown_parts`, in its order."""
    return Sheet(FIELDS, tuple(_row(row, billed=billed) for row in estimate.priced()))


def _row(row: PromptEstimate, *, billed: bool) -> tuple[Cell, ...]:
    assert row.paid is not None
    output = row.output_tokens or 0
    cost = _short(row.effective_cost)
    return (
        cost if billed else NOTHING_BILLED, cost, _short(row.list_cost),
        Decimal((row.input_tokens + output) * row.calls), "Tokens",
        clean(row.prompt_id), clean(row.path), SERVICE, CATEGORY, clean(row.paid.offer.provider), "Usage", tags_of(row),
        Decimal(row.input_tokens), Decimal(output), hit_ratio(row), row.content_hash[:HASH_DIGITS],
    )  # fmt: skip


def _short(amount: Decimal) -> Decimal:
    """The same number without zeros behind it."""
    return Decimal(format_exact(amount))
