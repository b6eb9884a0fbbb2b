"""How rates are written, in tables and in documents: the same for every report of prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .prices.offers import Rates, Tariff
from .render.money import format_exact


def rate_text(rate: Decimal | None) -> str:
    """USD per million tokens with every digit; `?` = unknown."""
    return "?" if rate is None else f"${format_exact(rate)}"


def rate_value(rate: Decimal | None) -> str | None:
    return None if rate is None else format_exact(rate)


def rates_value(rates: Rates) -> dict[str, Any]:
    return {name: rate_value(rate) for name, rate in rates._asdict().items()}


def tiers_value(tariff: Tariff) -> list[dict[str, Any]]:
    return [{"above_input_tokens": tier.above_input_tokens, **rates_value(tier.rates)} for tier in tariff.tiers]
