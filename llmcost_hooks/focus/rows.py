"""An estimate as FOCUS rows: one for each prompt and meter (docs/adr/adr-007-focus-mapping.md)."""

from __future__ import annotations

from decimal import Decimal

from ..call_costs import ZERO
from ..estimate import Estimate
from ..known.focus import CHOICE, COLUMNS, CURRENCY, CUSTOM, PLACEHOLDERS, TEXT, UNIT, VERSIONS, Column
from ..pricing import PromptEstimate
from .charges import Charge, charges
from .period import Period
from .sheet import Cell, Field, Sheet, clean

ACCOUNT = "llmcost-estimate"  # nobody's billing account, and it says so
ACCOUNT_NAME = "llm-cost estimate (not a bill)"
SERVICE = "LLM Inference"
CATEGORY, SUBCATEGORY = "AI and Machine Learning", "Generative AI"
HASH_DIGITS = 12  # of a content hash, in what leaves the house
_KINDS = {CHOICE: TEXT, CURRENCY: TEXT, UNIT: TEXT}


def columns_of(version: str) -> tuple[Column, ...]:
    """The columns that a version of FOCUS has, by name; those of ours are not among them."""
    return tuple(column for column in COLUMNS if _has(version, column))


def focus_sheet(estimate: Estimate, version: str, period: Period, *, billed: bool = False) -> Sheet:
    """Rows for the prompts of an estimate without `unknown_parts`, in its order; meters in that of METERS.

    EffectiveCost adds up to the estimate's cost exactly. BilledCost is 0, because nobody is billed; with `billed` it
    is the effective cost, for tools that show nothing else.
    """
    columns = [
        *(column for column in columns_of(version) if column.written),
        *(column for column in CUSTOM if _has(version, column)),
    ]
    rows = []
    for charge in charges(estimate):
        cells = _cells(charge, estimate, period, billed=billed)
        rows.append(tuple(cells.get(column.name) for column in columns))
    return Sheet(tuple(Field(column.name, _KINDS.get(column.kind, column.kind)) for column in columns), tuple(rows))


def tags_of(row: PromptEstimate) -> dict[str, str]:
    """What every row is filtered by: the three tags of ours, which win, then the user's by name."""
    reserved = {"llm-cost-type": "estimate", "model": clean(row.model), "scenario": row.scenario}
    own = {clean(key): clean(value) for key, value in sorted(row.tags.items())}
    return {**reserved, **{key: value for key, value in own.items() if key not in reserved}}


def hit_ratio(row: PromptEstimate) -> Decimal | None:
    """The cache hit ratio that a row's costs assume; None outside of the cached scenario."""
    return row.cache_hit_ratio if row.scenario == "cached" else None


def _has(version: str, column: Column) -> bool:
    at = VERSIONS.index
    return at(column.since) <= at(version) and (column.before is None or at(version) < at(column.before))


def _as_name(text: str) -> str:
    """A prompt called NULL has that name: a reader of FOCUS would take the bare word for no value."""
    return f"./{text}" if text.strip().lower() in PLACEHOLDERS else text


def _cells(charge: Charge, estimate: Estimate, period: Period, *, billed: bool) -> dict[str, Cell]:
    """By column, for all versions together."""
    row, paid, meter = charge.row, charge.paid, charge.meter
    model, provider, cost = clean(row.model), clean(paid.offer.provider), charge.cost()
    prompt_id, path, region = clean(row.prompt_id), clean(row.path), region_of(charge)
    details = {
        "x_ModelId": model, "x_ServiceTier": row.variant, "x_TokenCacheAction": meter.cache_action,
        "x_TokenDirection": meter.direction,
    }  # fmt: skip
    billing = period.billing()
    return {
        "BilledCost": cost if billed else ZERO,
        "BillingAccountId": ACCOUNT,
        "BillingAccountName": ACCOUNT_NAME,
        "BillingCurrency": "USD",
        "BillingPeriodEnd": billing.end,
        "BillingPeriodStart": billing.start,
        "ChargeCategory": "Usage",
        "ChargeDescription": f"Estimated {meter.label} of prompt '{prompt_id}' on {model}",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodEnd": period.end,
        "ChargePeriodStart": period.start,
        "ConsumedQuantity": Decimal(charge.quantity),
        "ConsumedUnit": meter.unit,
        "ContractedCost": cost,
        "ContractedUnitPrice": charge.price,
        "EffectiveCost": cost,
        "HostProviderName": provider,
        "InvoiceIssuerName": provider,
        "ListCost": charge.list_cost(),
        "ListUnitPrice": charge.list_price,
        "PricingCategory": "Standard",
        "PricingCurrency": "USD",
        "PricingCurrencyContractedUnitPrice": charge.price,
        "PricingCurrencyEffectiveCost": cost,
        "PricingCurrencyListUnitPrice": charge.list_price,
        "PricingQuantity": charge.pricing_quantity(),
        "PricingUnit": meter.pricing_unit(),
        "ProviderName": provider,
        "PublisherName": clean(paid.model.row.developer or paid.offer.provider),
        "RegionId": region,
        "RegionName": region,
        "ResourceId": _as_name(prompt_id),
        # The specification wants no name that repeats the id.
        "ResourceName": None if path == prompt_id else _as_name(path),
        "ResourceType": "Prompt",
        "ServiceCategory": CATEGORY,
        "ServiceName": SERVICE,
        "ServiceProviderName": provider,
        "ServiceSubcategory": SUBCATEGORY,
        "SkuId": f"{model}-{meter.name}",
        "SkuMeter": meter.sku_meter,
        "SkuPriceDetails": {key: value for key, value in details.items() if value is not None},
        "SkuPriceId": _price_id(charge),
        "Tags": tags_of(row),
        "x_CacheHitRatio": hit_ratio(row),
        "x_ContentHash": row.content_hash[:HASH_DIGITS],
        "x_Grade": row.grade,
        "x_ModelId": model,
        "x_PriceDbVersion": estimate.prices.version,
        "x_PromptId": prompt_id,
        "x_RequestCount": Decimal(row.calls),
        "x_Scenario": row.scenario,
        "x_SkuMeter": meter.sku_meter,
        "x_TokenCountInput": Decimal(row.input_tokens),
        "x_TokenCountOutput": None if row.output_tokens is None else Decimal(row.output_tokens),
    }


def region_of(charge: Charge) -> str | None:
    """Where it runs, for channels that sell by region; None for a global API."""
    return clean(charge.paid.pricing_id.partition("#")[2]) or None


def _price_id(charge: Charge) -> str:
    """channel/model/meter/variant, then the tier and the region where there is one."""
    channel, model = charge.paid.offer.channel, clean(charge.row.model)
    parts = [model if model.startswith(f"{channel}/") else f"{channel}/{model}", charge.meter.name, charge.row.variant]
    if charge.above is not None:
        parts.append(f"above-{charge.above}")
    region = region_of(charge)
    return "/".join(parts) + (f"#{region}" if region else "")
