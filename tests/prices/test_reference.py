"""Costs from the book against frozen figures of two public price libraries (tools/check_prices.py --freeze).

Prices of the past are never rewritten, so these figures hold for every later price file too.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from llmcost_hooks.data import open_data
from llmcost_hooks.prices.book import PriceBook

DAY = date(2026, 11, 22)  # of the figures
BOOK = PriceBook(open_data("prices.json"))
FIXTURE = Path(__file__).parents[2] / "fixtures" / "prices" / "reference.json"
REFERENCE: dict[str, Any] = json.loads(FIXTURE.read_bytes())


def cost(model: str, tokens: int, output: int, cached: int) -> Decimal | None:
    """USD of one request, in the plainest way."""
    row = BOOK.find(model)
    assert row is not None, model
    offer = BOOK.offer(row, DAY)
    assert offer is not None, model
    rates = offer.standard.at(tokens)
    total = Decimal(0)
    for count, rate in ((tokens - cached, rates.input), (cached, rates.cache_read), (output, rates.output)):
        if count and rate is None:
            return None
        total += count * (rate or 0)
    return total / 1_000_000


def close(ours: Decimal, theirs: str, tolerance: str) -> bool:
    return abs(ours - Decimal(theirs)) <= Decimal(tolerance) * abs(ours)


@pytest.mark.parametrize("model", sorted(REFERENCE["models"]))
def test_costs_equal_both_libraries(model: str) -> None:
    for tokens, output, cached, genai, litellm in REFERENCE["models"][model]:
        ours = cost(model, tokens, output, cached)
        assert ours is not None, (tokens, output, cached)
        assert genai is None or close(ours, genai, "1e-9"), (tokens, output, cached, ours, genai)
        assert litellm is None or close(ours, litellm, "1e-6"), (tokens, output, cached, ours, litellm)
        assert genai or litellm


@pytest.mark.parametrize("exception", REFERENCE["exceptions"], ids=lambda e: f"{e['model']}: {e['reason'][:40]}")
def test_what_they_do_not_agree_on_is_not_priced_here(exception: dict[str, Any]) -> None:
    assert exception["reason"]
    for request in exception["requests"]:
        assert cost(exception["model"], *request) is None


def test_the_figures_cover_the_file() -> None:
    """Every model is in the grid, most with both libraries, so that the comparison cannot shrink unseen."""
    assert set(REFERENCE["models"]) >= {"gpt-4o", "claude-sonnet-5-5", "gemini-2.5-pro", "gpt-6-sol", "o1-mini"}
    rows = [row for rows in REFERENCE["models"].values() for row in rows]
    assert len(REFERENCE["models"]) >= 100
    assert len(rows) >= 1_500
    assert sum(genai is not None and litellm is not None for *_, genai, litellm in rows) >= 1_400
    assert {tokens for tokens, *_ in rows} == {100, 1_847, 200_000, 200_001, 272_001}
