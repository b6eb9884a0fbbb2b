"""Differences of two sides that leave unknown sizes out: known where what they leave out costs the same on both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from llmcost_hooks.compare import compare_estimates
from llmcost_hooks.prices.own import OwnPrices
from llmcost_hooks.pricing import PromptEstimate
from llmcost_hooks.render.jsondoc import diff_document
from llmcost_hooks.render.text import render_text
from llmcost_hooks.report_diff import diff_report

from .build import estimate, facts, price, prompt, row


def both_without(base: dict[str, Any], head: dict[str, Any]) -> tuple[Decimal | None, bool]:
    """The total's delta, and whether the row's is exact, of two texts of one prompt whose output size nobody states."""
    sides = []
    for n, each in enumerate((base, head)):
        given: dict[str, Any] = {"model": "gpt-4o", "tokens": 1000, "oid": f"{n}" * 40, "calls": 2} | each
        found = facts(given.pop("tokens"))
        sides.append(price((prompt(**given), found)))
    result = compare_estimates(sides[0], sides[1])
    return result.delta(), result.rows[0].exact


def test_what_both_sides_leave_out_alike_is_no_part_of_the_difference() -> None:
    assert both_without({}, {"tokens": 3000}) == (Decimal("0.01"), True)
    assert both_without({}, {"tokens": 0}) == (Decimal("-0.005"), True)
    assert both_without({"model": "tiered"}, {"model": "tiered", "tokens": 200_000})[1]


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ({}, {"model": "gpt-4o-mini"}),  # an output of unknown size is cheaper there too
        ({}, {"calls": 3}),
        ({}, {"scenario": "batch"}),
        ({}, {"time_of_day": "12:00"}),
        ({"model": "tiered"}, {"model": "tiered", "tokens": 200_001}),  # the output's rate is another one as well
    ],
)
def test_what_costs_something_else_on_the_other_side_is_not_alike(base: dict[str, Any], head: dict[str, Any]) -> None:
    assert both_without(base, head) == (None, False)


def test_own_prices_of_one_side_may_be_those_of_what_is_left_out() -> None:
    file, found = prompt(model="gpt-4o", calls=1), facts(10)
    base, head = (
        price((file, found)),
        price((file._replace(oid="0" * 40, prices=OwnPrices(discount=Decimal("0.1"))), found)),
    )
    assert compare_estimates(base, head).delta() is None
    assert compare_estimates(base, base).delta() == 0
    assert compare_estimates(estimate(), estimate(row(output_tokens=None))).delta() is None
    assert (
        compare_estimates(estimate(row(output_tokens=None)), estimate(row(output_tokens=None))).delta() is None
    )  # nobody says what was stated


@pytest.mark.parametrize(("head", "exact"), [({}, True), ({"oid": "0" * 40}, False)])
def test_a_variable_of_unknown_size_may_stand_twice_in_another_text(head: dict[str, Any], exact: bool) -> None:
    file = prompt(model="gpt-4o", calls=1, output_tokens=1)
    sides = []
    for each in (file, file._replace(tags={"team": "a"}, **head)):
        side = price((each, facts(10)))
        found = side.rows[0]
        assert isinstance(found, PromptEstimate)
        sides.append(side._replace(rows=(found._replace(undeclared=("question",)),)))
    result = compare_estimates(sides[0], sides[1])
    assert (result.rows[0].exact, result.delta()) == (exact, 0 if exact else None)


def test_what_a_difference_is_of_a_base_that_is_not_known_is_not_known() -> None:
    base = price((prompt(model="gpt-4o", calls=1), facts(1000)))
    head = price((prompt(model="gpt-4o", calls=1, oid="0" * 40), facts(2000)))
    result = compare_estimates(base, head)
    assert (result.delta(), result.percent()) == (Decimal("0.0025"), None)
    total = diff_document(result)["total"]
    assert [total[key] for key in ("base", "head", "delta", "percent")] == [None, None, "0.0025", None]
    assert diff_document(result)["prompts"][0]["delta"]["cost"] == "0.0025"
    assert "Total: ≥ $0.0025 → ≥ $0.0050 (+$0.0025)" in render_text(diff_report(result))


@pytest.mark.parametrize(("undeclared", "delta"), [((), "0.5"), (("question",), None)])
def test_what_an_included_file_costs_is_as_exact_as_its_prompts(undeclared: tuple[str, ...], delta: str | None) -> None:
    sides = [
        estimate(row(cost=cost, includes=(("base.md", oid),), undeclared=undeclared))
        for cost, oid in (("1", "1" * 40), ("1.5", "2" * 40))
    ]
    parts = diff_document(compare_estimates(sides[0], sides[1]))["shared_parts"]
    assert [(part["paths"], part["delta"]) for part in parts] == [(["base.md"], delta)]
