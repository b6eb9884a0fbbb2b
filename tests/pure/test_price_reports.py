"""The reports of prices: what ends, which day is judged, and what is marked in them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from llmcost_hooks.estimate import price_info
from llmcost_hooks.models import resolve_model
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.prices.freshness import GRACE_DAYS
from llmcost_hooks.render.text import render_text
from llmcost_hooks.report_models import ModelLine, models_document, models_report
from llmcost_hooks.report_price import Priced, history_report, price_document, price_report

from .build import BOOK, GPT_4O, MINI, ON, model, price_book


def changing() -> PriceBook:
    """Batches, a tier and hours of their own until 2026-12-01; then a batch again."""
    value = model(GPT_4O, MINI, tiers=((1000, GPT_4O),))
    first: dict[str, Any] = value["offers"][0]["prices"][0]
    first["time_of_day"] = [{"utc_from": "01:00", "utc_to": "04:00", **MINI}]
    second = {**first, "effective_from": "2026-12-01", "variants": {}, "tiers": [], "time_of_day": []}
    third = {**second, "effective_from": "2026-12-05", "variants": {"batch": MINI}}
    value["offers"][0]["prices"] += [second, third]
    return price_book({"a": value})


def test_history_says_what_ends() -> None:
    found = resolve_model("a", changing())
    assert found is not None
    report = history_report(found, None, list(found.row.history()), date(2026, 12, 1))
    assert report.table is not None
    lines = [tuple("".join(cell) for cell in cells) for cells in report.table.rows]
    assert lines[4:] == [
        ("2026-12-01", "standard, input above 1,000", "—", "—", "—", "ends"),
        ("2026-12-01", "standard, 01:00-04:00 UTC", "—", "—", "—", "ends"),
        ("2026-12-01", "batch", "—", "—", "—", "ends"),
        ("2026-12-05", "batch", "$0.15", "$0.075", "$0.6", "to come"),
    ]


@pytest.mark.parametrize(
    ("days", "lines"),
    [
        (-1, []),
        (0, ["⚠️  Pricing data expired (valid until: 2027-01-06)", "    Run: llm-cost update-db"]),
        (
            GRACE_DAYS + 1,
            [
                "⚠️  Pricing data expired (valid until: 2027-01-06)",
                "    They are too old to estimate with.",
                "    Run: llm-cost update-db",
            ],
        ),
    ],
)
def test_prices_that_are_shown_say_that_they_have_expired(days: int, lines: list[str]) -> None:
    found = resolve_model("gpt-4o", BOOK)
    assert found is not None
    offer = found.row.offer(ON)
    assert offer is not None
    prices = price_info(BOOK, BOOK.valid_until + timedelta(days))
    priced = Priced(found, offer, offer, None, ON, (), ())
    for report in (price_report(priced, prices), models_report([ModelLine(found, offer)], prices)):
        text = render_text(report).splitlines()
        assert text[: len(lines)] == lines and ("expired" in "".join(text)) is bool(lines)
    for document in (price_document(priced, prices), models_document([ModelLine(found, offer)], prices)):
        assert document["prices"]["expired"] is bool(lines)
