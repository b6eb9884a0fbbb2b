"""CloudZero's Common Bill Format: what its AnyCost connections read instead of FOCUS."""

from __future__ import annotations

from decimal import Decimal

from ..estimate import Estimate
from ..known.focus import DECIMAL, TEXT, TIME
from .charges import Charge, charges
from .period import Period
from .rows import ACCOUNT, SERVICE, region_of, tags_of
from .sheet import Cell, Field, Sheet, clean

FIELDS = (
    Field("lineitem/id", TEXT),
    Field("lineitem/type", TEXT),
    Field("lineitem/description", TEXT),
    Field("time/usage_start", TIME),
    Field("time/usage_end", TIME),
    Field("resource/id", TEXT),  # prompt_id
    Field("resource/service", TEXT),
    Field("resource/account", TEXT),
    Field("resource/region", TEXT),  # empty: CloudZero's own "no-region"
    Field("resource/usage_family", TEXT),  # model
    Field("action/operation", TEXT),  # how it is billed: standard, batch, flex, priority
    Field("action/usage_type", TEXT),  # meter
    Field("usage/amount", DECIMAL),
    Field("usage/units", TEXT),
    Field("cost/cost", DECIMAL),  # the estimate: CloudZero has no column for what nobody is billed for
    Field("cost/on_demand_cost", DECIMAL),  # at list prices
)
TAG = "resource/tag:"


def cbf_sheet(estimate: Estimate, period: Period) -> Sheet:
    """Rows for the prompts of an estimate without `unknown_parts`; a column for every tag that one of them has."""
    found = charges(estimate)
    tags = sorted({key for charge in found for key in tags_of(charge.row)})
    rows = tuple((*_row(charge, period), *(tags_of(charge.row).get(key) for key in tags)) for charge in found)
    return Sheet((*FIELDS, *(Field(TAG + key, TEXT) for key in tags)), rows)


def _row(charge: Charge, period: Period) -> tuple[Cell, ...]:
    row, meter, prompt_id, model = charge.row, charge.meter, clean(charge.row.prompt_id), clean(charge.row.model)
    return (
        f"{prompt_id}:{meter.name}:{period.start}", "Usage",
        f"Estimated {meter.label} of prompt '{prompt_id}' on {model}", period.start, period.end,
        prompt_id, SERVICE, ACCOUNT, region_of(charge), model, row.variant, meter.sku_meter,
        Decimal(charge.quantity), meter.unit, charge.cost(), charge.list_cost(),
    )  # fmt: skip
