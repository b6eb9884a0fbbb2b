"""Costs from the book against frozen figures of two public price libraries (tools/check_prices.py --freeze).

Prices of the past are never rewritten, so these figures hold for every later price file too.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from llmcost_hooks.data import open_data
from llmcost_hooks.prices.book import PriceBook

BOOK = PriceBook(open_data("prices.json"))
FIXTURE = Path(__file__).parents[2] / "fixtures" / "prices" / "reference.json"
REFERENCE: dict[str, Any] = json.loads(FIXTURE.read_bytes())
DAY = date.fromisoformat(REFERENCE["day"])
COSTS: dict[str, list[Any]] = REFERENCE["costs"]  # "azure/gpt-4o#eu|batch" -> [input, output, cached, both costs]
CHANNELS = sorted({name.partition("/")[0] if "/" in name else "own APIs" for name in COSTS})
NOON = "12:00"


def cost(name: str, tokens: int, output: int, cached: int) -> Decimal | None:
    """USD of one request, in the plainest way."""
    offered, _, variant = name.partition("|")
    model, _, region = offered.partition("#")
    row = BOOK.find(model)
    assert row is not None, name
    offer = row.offer(DAY, region or None)
    tariff = offer and offer.tariff(variant, NOON)
    assert tariff is not None, name
    rates = tariff.at(tokens)
    total = Decimal(0)
    for count, rate in ((tokens - cached, rates.input), (cached, rates.cache_read), (output, rates.output)):
        if count and rate is None:
            return None
        total += count * (rate or 0)
    return total / 1_000_000


def close(ours: Decimal, theirs: str, tolerance: str) -> bool:
    return abs(ours - Decimal(theirs)) <= Decimal(tolerance) * abs(ours)


@pytest.mark.parametrize("channel", CHANNELS)
def test_costs_equal_both_libraries(channel: str) -> None:
    for name, rows in COSTS.items():
        if channel != (name.partition("/")[0] if "/" in name else "own APIs"):
            continue
        for tokens, output, cached, genai, litellm in rows:
            ours = cost(name, tokens, output, cached)
            assert ours is not None, (name, tokens, output, cached)
            assert genai is None or close(ours, genai, "1e-9"), (name, tokens, output, cached, ours, genai)
            assert litellm is None or close(ours, litellm, "1e-6"), (name, tokens, output, cached, ours, litellm)


def test_a_wrong_cost_is_noticed() -> None:
    assert not close(Decimal("1.000001"), "1", "1e-9")
    assert not close(Decimal("1.00001"), "1", "1e-6")


def test_the_figures_cover_the_file() -> None:
    """Most models are in the grid, so that the comparison cannot shrink unseen."""
    models = {name.partition("#")[0] for name in COSTS}
    assert models >= {"gpt-4o", "claude-sonnet-5-5", "gemini-2.5-pro", "gpt-6-sol", "grok-4.7", "deepseek-v4-pro"}
    assert len(models) >= 0.95 * sum(1 for _ in BOOK.rows())
    variants = Counter(name.partition("|")[2] for name in COSTS)
    assert all(variants[variant] >= 20 for variant in ("batch", "flex", "priority", "fast"))
    rows = [row for rows in COSTS.values() for row in rows]
    assert sum(genai is not None and litellm is not None for *_, genai, litellm in rows) >= 1_300
    assert {tokens for tokens, *_ in rows} == {1_847, 200_001, 272_001}
    assert {name.partition("|")[0].partition("#")[2] for name in COSTS} >= {"", "eu", "us", "us-gov", "global", "apac"}


def test_the_fixture_stays_small() -> None:
    assert FIXTURE.stat().st_size < 400_000
