"""import(export(x)) = x: what an estimate's rows say is read back, in both layouts and in every version."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmcost_hooks.estimate import Estimate
from llmcost_hooks.focus.compact import compact_sheet
from llmcost_hooks.focus.rows import HASH_DIGITS, focus_sheet, hit_ratio
from llmcost_hooks.focus.sheet import clean
from llmcost_hooks.known.focus import VERSIONS
from llmcost_hooks.pricing import PromptEstimate
from llmcost_hooks.render.csv_text import render_csv
from llmcost_hooks.usage import compact, focus
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
            cache_write_5m_tokens=0,
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
