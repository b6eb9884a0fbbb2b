"""Laws of exports, over generated prompts and names."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.estimate import Estimate
from llmcost_hooks.focus.cbf import cbf_sheet
from llmcost_hooks.focus.charges import NOT_OF_CALLS, charges, unknown_parts
from llmcost_hooks.focus.compact import compact_sheet
from llmcost_hooks.focus.period import Period, read_period
from llmcost_hooks.focus.rows import focus_sheet
from llmcost_hooks.focus.validate import check_file
from llmcost_hooks.known.focus import VERSIONS
from llmcost_hooks.prices.exact import EXACT
from llmcost_hooks.render.csv_text import guarded_text, render_csv, unguarded_text

from ..pure.build import facts, price, prompt

NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))
MODELS = ("gpt-4o", "gpt-4o-mini", "tiered", "free", "claude-3-opus")
ids = st.text("abcz019._/-", min_size=1, max_size=12)
names = st.text(min_size=1, max_size=12)
sizes = st.integers(0, 10**7)
assumed: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"model": st.sampled_from(MODELS), "calls": st.integers(0, 10**15), "output_tokens": st.integers(0, 10**9)},
    optional={
        "cached": st.decimals(0, 1, places=6),
        "cache_write_ratio": st.decimals(0, 1, places=6),
        "avg_input_tokens": st.integers(0, 10**12),
    },
)


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    """Estimates whose every prompt is priced."""
    pairs = []
    for prompt_id in draw(st.lists(ids, max_size=4, unique=True)):
        values = draw(assumed)
        ratio = values.pop("cached", None)
        if ratio is not None:
            values.update(scenario="cached", cache_hit_ratio=ratio)
        file = prompt(prompt_id, path=draw(names), **values)
        tags = draw(st.dictionaries(names, names, max_size=3))
        pairs.append((file._replace(tags=tags), facts(draw(sizes))))
    estimate = price(*pairs, period="month")
    assume(not unknown_parts(estimate))
    return estimate


def rows_of(text: str) -> list[dict[str, str]]:
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert {len(row) for row in rows} <= {len(header)}
    return [dict(zip(header, row, strict=True)) for row in rows]


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    with localcontext(EXACT):
        return sum((Decimal(row[column]) for row in rows), Decimal(0))


@given(estimates(), st.sampled_from(VERSIONS))
def test_rows_add_up_exactly_and_keep_every_rule(estimate: Estimate, version: str) -> None:
    text = render_csv(focus_sheet(estimate, version, NOVEMBER))
    rows = rows_of(text)
    assert total(rows, "EffectiveCost") == total(rows, "ContractedCost") == estimate.known_cost()
    assert total(rows_of(render_csv(cbf_sheet(estimate, NOVEMBER))), "cost/cost") == estimate.known_cost()
    with localcontext(EXACT):
        for row in rows:
            quantity = Decimal(row["PricingQuantity"])
            assert Decimal(row["ListCost"]) == Decimal(row["ListUnitPrice"]) * quantity
            assert Decimal(row["ContractedCost"]) == Decimal(row["ContractedUnitPrice"]) * quantity
    header, *cells = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert check_file(header, cells, version).findings == ()
    assert render_csv(focus_sheet(estimate, version, NOVEMBER)) == text


@given(estimates())
def test_compact_rows_are_the_estimates_own(estimate: Estimate) -> None:
    rows = rows_of(render_csv(compact_sheet(estimate)))
    assert len(rows) == len(estimate.rows)
    assert total(rows, "EffectiveCost") == estimate.known_cost()
    assert total(rows, "ListCost") == estimate.known_list_cost()
    for row, priced in zip(rows, estimate.priced(), strict=True):
        assert row["ResourceId"].lstrip("'") == priced.prompt_id
        assert int(row["UsageQuantity"]) == (priced.input_tokens + (priced.output_tokens or 0)) * priced.calls


def test_a_cost_that_no_meter_stands_for_stops_the_file() -> None:
    """Such as one of training: an export may be refused, and is never too low."""
    estimate = price((prompt("search", model="gpt-4o", output_tokens=5), facts(1000)))
    (row,) = estimate.priced()
    dearer = estimate._replace(rows=(row._replace(effective_cost=row.effective_cost + 1),))
    assert [each.problem for each in unknown_parts(dearer)] == [NOT_OF_CALLS]
    assert unknown_parts(estimate) == []


@given(estimates())
def test_the_input_meters_of_a_prompt_are_disjoint_and_together_its_input(estimate: Estimate) -> None:
    for row in estimate.priced():
        own = [charge for charge in charges(estimate) if charge.row is row]
        counted = sum(charge.quantity for charge in own if charge.meter.direction == "Input")
        assert counted == row.input_tokens * row.calls
        assert all(charge.quantity for charge in own)


@given(estimates())
def test_reserved_tags_win_and_tags_are_flat_text(estimate: Estimate) -> None:
    for row in rows_of(render_csv(compact_sheet(estimate))):
        tags = json.loads(row["Tags"])
        assert list(tags)[:3] == ["llm-cost-type", "model", "scenario"]
        assert (tags["llm-cost-type"], row["ServiceName"]) == ("estimate", "LLM Inference")
        assert all(isinstance(value, str) for value in tags.values())


# --- cells -------------------------------------------------------------------------------------------------------


@given(st.text())
@example("=1+1")
@example("'=1+1")
@example("''")
@example("＝1")
@example("")
def test_a_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    guarded = guarded_text(text)
    assert not guarded.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert unguarded_text(guarded) == text
    assert guarded in (text, "'" + text)


@pytest.mark.parametrize("text", ["plain", "a=b", "'tis", "prompts/search.txt", "5-7", ""])
def test_what_begins_like_no_formula_stays_as_it_is(text: str) -> None:
    assert unguarded_text(text) == text


HOSTILE = (
    '=HYPERLINK("http://x.test","go")',
    "@SUM(A1)",
    "+1",
    "-2+3",
    "\tx\r\n=1",
    'quo"te,comma',
    "\u202eevil",
    "'=1",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_wherever_it_stands(name: str) -> None:
    """In a path, a tag and a region; numbers and JSON are not touched."""
    file = prompt("search", path=name, model="gpt-4o", output_tokens=5)._replace(tags={name: name})
    estimate = price((file, facts(1000)))
    for sheet in (focus_sheet(estimate, "1.2", NOVEMBER), compact_sheet(estimate), cbf_sheet(estimate, NOVEMBER)):
        text = render_csv(sheet)
        assert not set(text) & set("\t\u202e")
        for row in rows_of(text):
            for column, cell in row.items():
                assert not cell.startswith(tuple("=+-@\t\r\n")), column
                assert not column.startswith(tuple("=+-@")), column
    (first, *_) = rows_of(render_csv(focus_sheet(estimate, "1.2", NOVEMBER)))
    assert json.loads(first["Tags"])["llm-cost-type"] == "estimate"
    assert len(json.loads(first["Tags"])) == 4


# --- periods -----------------------------------------------------------------------------------------------------

FORMS = {
    "2026-11-30": (date(2026, 11, 30), date(2026, 12, 1)),
    "2026-12": (date(2026, 12, 1), date(2027, 1, 1)),
    "2026-W53": (date(2026, 12, 28), date(2027, 1, 4)),
    "2026-Q4": (date(2026, 10, 1), date(2027, 1, 1)),
    "2026-Q1": (date(2026, 1, 1), date(2026, 4, 1)),
    "2024": (date(2024, 1, 1), date(2025, 1, 1)),
}


@pytest.mark.parametrize("text", FORMS)
def test_a_time_as_typed(text: str) -> None:
    assert read_period(text, None, date(2026, 5, 5)) == FORMS[text]


@given(st.dates(date(1, 1, 1), date(9998, 1, 1)), st.sampled_from(["day", "week", "month", "quarter", "year", None]))
def test_the_current_time_of_a_unit_holds_today(today: date, unit: str | None) -> None:
    assume(unit != "week" or today >= date(1, 1, 8))
    start, end = read_period(None, unit, today)
    assert start <= today < end
    longest = {"day": 1, "week": 7, "month": 31, None: 31, "quarter": 92, "year": 366}[unit]
    assert timedelta(0) < end - start <= timedelta(longest)
    billing = Period(start, end).billing()
    assert billing.start <= start < end <= billing.end


@pytest.mark.parametrize("text", ["2026-W54", "2025-02-29", "2026-13", "0000", "9999", "9999-12", "2026-Q5", "26-11"])
def test_no_such_time(text: str) -> None:
    with pytest.raises(ConfigError):
        read_period(text, None, date(2026, 5, 5))


@pytest.mark.parametrize(
    ("unit", "text"), [("day", "2026-11"), ("month", "2026-11-01"), ("year", "2026-Q1"), ("week", "2026")]
)
def test_a_time_of_another_unit_is_refused_with_what_to_write(unit: str, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_period(text, unit, date(2026, 11, 28))
    written = refused.value.hint.split()[-1]
    assert read_period(written, unit, date(2020, 1, 1)).start <= date(2026, 11, 28)
