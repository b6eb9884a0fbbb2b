"""Invoices that were worked out by hand, line by line (fixtures/prices/invoices.json), against the bundled prices."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from llmcost_hooks.data import open_data
from llmcost_hooks.prices.book import PriceBook

BOOK = PriceBook(open_data("prices.json"))
FIXTURE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "prices" / "invoices.json").read_text(encoding="utf-8")
)
DAY = date.fromisoformat(FIXTURE["on"])
LINES = [(invoice, line) for invoice in FIXTURE["invoices"] for line in invoice["lines"]]
CENT = Decimal("0.01")


def amount(line: dict[str, Any]) -> Decimal:
    """USD of one line, in the plainest way."""
    located = BOOK.locate(line["model"])
    assert located
    row, region = located
    offer = row.offer(DAY, line.get("region", region))
    assert offer
    tariff = offer.tariff(line.get("variant", "standard"), line.get("hour"))
    assert tariff
    rates = tariff.at(line["input"])
    special = {kind: line.get(kind, 0) for kind in ("cached", "written_5m", "written_1h")}
    parts = (
        (line["input"] - sum(special.values()), rates.input),
        (special["cached"], rates.cache_read),
        (special["written_5m"], rates.cache_write_5m),
        (special["written_1h"], rates.cache_write_1h),
        (line["output"], rates.output),
    )
    total = offer.per_request.get("request", Decimal(0)) * 1_000_000
    for count, rate in parts:
        if count:
            assert rate is not None, line
            total += count * rate
    return total * int(line["requests"]) / 1_000_000


@pytest.mark.parametrize(("invoice", "line"), LINES, ids=lambda value: value.get("model") or value.get("provider"))
def test_a_line_is_what_it_was_worked_out_to_be(invoice: dict[str, Any], line: dict[str, Any]) -> None:
    assert amount(line) == Decimal(line["amount"])


@pytest.mark.parametrize("invoice", FIXTURE["invoices"], ids=lambda invoice: invoice["provider"])
def test_an_invoice_agrees_to_the_cent_and_within_a_twentieth_of_a_percent(invoice: dict[str, Any]) -> None:
    total, stated = sum((amount(line) for line in invoice["lines"]), Decimal(0)), Decimal(invoice["total"])
    assert total.quantize(CENT) == stated.quantize(CENT)
    assert abs(total - stated) <= stated * Decimal("0.0005")


@pytest.mark.parametrize(("invoice", "line"), LINES, ids=lambda value: value.get("model") or value.get("provider"))
def test_the_written_steps_add_up(invoice: dict[str, Any], line: dict[str, Any]) -> None:
    """The arithmetic in the text is right, so that the amount is not a copy of what the program says."""
    results = [Decimal(step.rpartition("= ")[2]) for step in line["steps"] if " = " in step]
    assert sum(results) == Decimal(line["amount"])
    for step in line["steps"]:
        factors = re.search(r"([\d.]+) M(?: [a-z5 ]+?)?((?: x [\d.]+)+) = ([\d.]+)$", step)
        if factors:
            product = Decimal(factors[1])
            for factor in factors[2].split(" x ")[1:]:
                product *= Decimal(factor)
            assert product == Decimal(factors[3]), step


def test_every_kind_of_price_is_in_an_invoice() -> None:
    assert len({invoice["provider"] for invoice in FIXTURE["invoices"]}) >= 5
    assert {line.get("variant") for _, line in LINES} >= {None, "batch", "flex", "priority"}
    assert all(
        any(kind in line for _, line in LINES) for kind in ("cached", "written_5m", "written_1h", "hour", "region")
    )
    assert all(
        sum((Decimal(line["amount"]) for line in invoice["lines"]), Decimal(0)) == Decimal(invoice["total"])
        for invoice in FIXTURE["invoices"]
    )
