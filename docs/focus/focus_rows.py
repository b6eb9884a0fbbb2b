"""FOCUS 1.2 rows from counts of tokens: what the scripts of the guides beside this file share. Copy it, change it.

Python's own library is all it needs.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

INPUT, CACHE_READ = "Input Tokens", "Cache Read Input Tokens"
CACHE_WRITE, CACHE_WRITE_1H = "Cache Write Input Tokens", "Cache Write 1h Input Tokens"
OUTPUT = "Output Tokens"


def focus_row(
    prompt_id: str, model: str, meter: str, tokens: int, price: str, *, start: str, end: str, provider: str,
    publisher: str = "", requests: int | None = None, region: str = "", account: str = "", tier: str = "standard",
) -> dict[str, str]:  # fmt: skip
    """One meter of one prompt in one charge period. `price` is what a million tokens cost, in USD."""
    quantity = Decimal(tokens) / 1_000_000
    cost = _number(Decimal(price) * quantity)
    month = date(int(start[:4]), int(start[5:7]), 1)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    sku = f"{model}-{meter.lower().replace(' ', '-')}"
    return {
        "BilledCost": cost,
        "BillingAccountId": account or provider,
        "BillingAccountName": "",
        "BillingCurrency": "USD",
        "BillingPeriodEnd": f"{following}T00:00:00Z",
        "BillingPeriodStart": f"{month}T00:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeClass": "",
        "ChargeDescription": f"{meter} of {model}",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodEnd": end,
        "ChargePeriodStart": start,
        "ConsumedQuantity": _number(Decimal(tokens)),
        "ConsumedUnit": "Tokens",
        "ContractedCost": cost,
        "ContractedUnitPrice": _number(Decimal(price)),
        "EffectiveCost": cost,
        "InvoiceIssuerName": provider,
        "ListCost": cost,
        "ListUnitPrice": _number(Decimal(price)),
        "PricingCategory": "Standard",
        "PricingQuantity": _number(quantity),
        "PricingUnit": "1000000 Tokens",
        "ProviderName": provider,
        "PublisherName": publisher or provider,
        "RegionId": region,
        "RegionName": region,
        "ResourceId": prompt_id,
        "ResourceType": "Prompt",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "LLM Inference",
        "ServiceSubcategory": "Generative AI",
        "SkuId": sku,
        "SkuMeter": meter,
        "SkuPriceId": f"{sku}/{tier}" + (f"#{region}" if region else ""),
        "x_ModelId": model,
        "x_RequestCount": "" if requests is None else _number(Decimal(requests)),
        "x_ServiceTier": tier,
    }


def write_focus(path: str, rows: Iterable[dict[str, str]]) -> None:
    """The rows, which have the same columns, as CSV."""
    found = list(rows)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, found[0])
        writer.writeheader()
        writer.writerows(found)


def _number(amount: Decimal) -> str:
    """Every digit, no exponent, always a point: some readers take a column of whole numbers for something else."""
    text = f"{amount:f}"
    return text.rstrip("0") + ("0" if text.rstrip("0").endswith(".") else "") if "." in text else f"{text}.0"
