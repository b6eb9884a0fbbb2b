"""import(export(x)) = x: what an estimate's rows say is read back, in both layouts and in every version."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timezone
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmcost_hooks.estimate import Estimate
from llmcost_hooks.focus.compact import compact_sheet
from llmcost_hooks.focus.rows import HASH_DIGITS, focus_sheet, hit_ratio
from llmcost_hooks.focus.sheet import clean
from llmcost_hooks.known.focus import VERSIONS
from llmcost_hooks.prices.exact import EXACT
from llmcost_hooks.pricing import PromptEstimate
from llmcost_hooks.render.csv_text import render_csv
from llmcost_hooks.usage import compact, focus
from llmcost_hooks.usage.reading import Unusable
from llmcost_hooks.usage.record import BILLED, Usage, read_record, usage_document

from ..focus.test_laws import NOVEMBER, estimates

FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
START, END = (datetime(2026, month, 1, tzinfo=timezone.utc) for month in (11, 12))


def read_back(module: Any, text: str) -> list[Usage]:
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    found = [record for _, record in module.records_of(header, list(enumerate(rows, 2)))]
    assert all(isinstance(record, Usage) for record in found), found
    return found


@FEW
@given(estimates(), st.sampled_from(VERSIONS), st.booleans())
def test_focus(estimate: Estimate, version: str, billed: bool) -> None:
    found = read_back(focus, render_csv(focus_sheet(estimate, version, NOVEMBER, billed=billed)))
    assert [record._replace(list_cost=None) for record in found] == [
        Usage(
            "focus", clean(row.prompt_id), clean(row.model), _provider(row), START, END, row.calls,
            input_tokens=row.input_tokens * row.calls,
            cache_read_tokens=row.cached_input_tokens * row.calls,
            cache_write_5m_tokens=row.cache_write_tokens * row.calls,
            cache_write_1h_tokens=0,
            output_tokens=(row.output_tokens or 0) * row.calls,
            service_tier=None if version == "1.0" else row.variant,  # which has no column for it
            cost=row.effective_cost,
            cost_basis=BILLED,
            content_hash=row.content_hash[:HASH_DIGITS],
            is_estimate=True,
        )
        for row in estimate.priced()
        if row.calls and (row.input_tokens or row.output_tokens)
    ]  # fmt: skip


@FEW
@given(estimates(), st.booleans())
def test_compact(estimate: Estimate, billed: bool) -> None:
    found = read_back(compact, render_csv(compact_sheet(estimate, billed=billed)))
    expected = []
    for row in estimate.priced():
        known = bool(row.input_tokens + (row.output_tokens or 0))  # else how many calls there were cannot be told
        ratio = hit_ratio(row)
        asked = row.input_tokens * row.calls if known else None
        expected.append(Usage(
            "focus-compact", clean(row.prompt_id), clean(row.model), _provider(row), None, None,
            row.calls if known else None,
            input_tokens=asked,
            cache_read_tokens=None if asked is None or ratio is None else int(asked * ratio),
            output_tokens=(row.output_tokens or 0) * row.calls if known else None,
            cost=row.effective_cost,
            cost_basis=BILLED,
            list_cost=row.list_cost,
            cache_hit_ratio=ratio,
            content_hash=row.content_hash[:HASH_DIGITS],
            is_estimate=True,
        ))  # fmt: skip
    assert found == expected


def _provider(row: PromptEstimate) -> str:
    assert row.paid is not None
    return clean(row.paid.offer.provider)


@FEW
@given(estimates(), st.sampled_from(VERSIONS))
def test_a_record_is_read_back_from_its_document(estimate: Estimate, version: str) -> None:
    for record in read_back(focus, render_csv(focus_sheet(estimate, version, NOVEMBER))):
        assert read_record(usage_document(record)) == record


def test_list_cost_is_read_where_every_row_has_one() -> None:
    header = [*focus.NEEDED, "SkuMeter", "ListCost"]
    rows = [(2, ["a", "1", "Usage", "10.0", "Tokens", "Input Tokens", "2"]),
            (3, ["a", "1", "Usage", "10.0", "Tokens", "Output Tokens", ""])]  # fmt: skip
    [(line, record)] = list(focus.records_of(header, rows))
    assert line == 2 and isinstance(record, Usage)
    assert (record.list_cost, record.cost) == (None, Decimal(2))


@pytest.mark.parametrize("unit", ["Tokens", "1000 Tokens", "1000000 Tokens"])
def test_a_unit_is_multiplied(unit: str) -> None:
    size = int(unit.partition(" ")[0]) if " " in unit else 1
    rows = [(2, ["a", "1", "Usage", "0.002" if size > 1 else "2", unit, "Input Tokens"])]
    [(_, record)] = list(focus.records_of([*focus.NEEDED, "SkuMeter"], rows))
    assert isinstance(record, Usage) and record.input_tokens == (2 if size == 1 else size * 2 // 1000)


# --- rows of FOCUS, by the thousand ---------------------------------------------------------------------------------

METERS = ["Input Tokens", "Cache Read Input Tokens", "Cache Write 1h Tokens", "Output Tokens"]
PERIODS = [*focus.NEEDED, "SkuMeter", "ChargePeriodStart", "ListCost", "x_RequestCount", "x_PromptId", "Tags"]


def row(
    meter: str, count: str = "10.0", cost: str = "1", day: int = 1, listed: str = "2", calls: str = "5", **more: str
) -> list[str]:
    tags = json.dumps({"model": more.get("model", "gpt-4o")})
    return [
        "a",
        cost,
        "Usage",
        count,
        "Tokens",
        meter,
        f"2026-10-{day:02}",
        listed,
        calls,
        more.get("prompt", ""),
        tags,
    ]


def records(rows: list[list[str]]) -> list[Usage | Unusable]:
    found = [record for _, record in focus.records_of(PERIODS, list(enumerate(rows, 2)))]
    assert not any(isinstance(each, str) for each in found)
    return found  # type: ignore[return-value]


@FEW
@given(st.lists(st.tuples(st.sampled_from(METERS), st.integers(0, 10**30), st.decimals(-99, 99, places=9),
                          st.integers(1, 3), st.sampled_from("ab")), max_size=40))  # fmt: skip
def test_rows_of_any_order_are_summed_by_prompt_and_period(rows: list[tuple[str, int, Decimal, int, str]]) -> None:
    """Against sums that are made one by one; counts do not fit into machine words."""
    found = records([row(meter, f"{count}.0", f"{cost:f}", day, prompt=name) for meter, count, cost, day, name in rows])
    expected: dict[tuple[str, int], list[Decimal]] = {}
    for meter, count, cost, day, name in rows:
        sums = expected.setdefault((name, day), [Decimal(0)] * 4)
        answered, written = meter == METERS[3], meter == METERS[2]
        with localcontext(EXACT):
            sums[answered] += count
            sums[2] += cost
            sums[3] += count * written
    assert {
        (each.prompt_id, each.start.day): [each.input_tokens, each.output_tokens, each.cost, each.cache_write_1h_tokens]
        for each in found if isinstance(each, Usage) and each.start
    } == expected  # fmt: skip
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("Input Tokens", "1.5"), "ConsumedQuantity is not a whole number"),
        (row("Input Tokens", cost="1,5"), "BilledCost is not a number"),
        (row("Input Tokens", listed="?"), "ListCost is not a number"),
        (row("Input Tokens", calls="-1"), "x_RequestCount is below 0, or too large"),
        (row("Sundries"), "its meter is neither of input nor of output tokens"),
        ([*row("Input Tokens")[:-1], "["], "Tags is not JSON"),
        ([*row("Input Tokens")[:-1], "[]"], "Tags is not a JSON object"),
    ],
)
def test_a_row_that_cannot_be_read_is_in_no_sum(bad: list[str], reason: str) -> None:
    good = [row("Input Tokens"), row("Output Tokens")]
    refused, record = records([*good, bad])
    assert isinstance(refused, Unusable) and refused.reason == reason
    assert [record] == records(good)


def test_a_period_that_is_no_time_is_refused_for_each_of_its_records() -> None:
    first, second = records([row("Input Tokens", day=32), row("Input Tokens", day=32, prompt="b")])
    assert isinstance(first, Unusable) and isinstance(second, Unusable)
    assert first.reason == "ChargePeriodStart is not a time, such as 2026-11-26T12:00:00Z"


def test_more_kinds_of_rows_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row("Input Tokens", model=f"m{n % 7}", prompt=f"p{n % 3}") for n in range(100)]
    expected = records(rows)
    assert len(expected) == 21
    monkeypatch.setattr(focus, "_KINDS", 2)
    assert records(rows) == expected
