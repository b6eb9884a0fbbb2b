"""Limits: where exactly they hold, and what is said beside."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.compare import compare_estimates
from llmcost_hooks.errors import PRECEDENCE, ExitCode
from llmcost_hooks.estimate import Estimate
from llmcost_hooks.limits import Exceeded
from llmcost_hooks.manifest import Assumptions, Manifest, PromptEntry
from llmcost_hooks.policy import Verdict, judge
from llmcost_hooks.pricing import NO_UPPER, Costs, Row

from .build import BOOK, ON, estimate, manifest, row, unpriced


def verdict(
    head: Estimate, rules: Manifest | None, base: Estimate | None = None, was: Manifest | None = None
) -> Verdict:
    comparison = compare_estimates(base, head) if base is not None else None
    return judge(head, rules, comparison, was, BOOK, ON)


def exceeded(head: str, base: str | None = None, **budget: Any) -> tuple[Exceeded, ...]:
    """What does not hold for one prompt that costs `head` and cost `base`."""
    before = None if base is None else estimate(row(cost=base))
    return verdict(estimate(row(cost=head)), manifest(**budget), before).exceeded


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "limit", "holds"),
    [("5", "5.00", True), ("5.000000001", "5", False), ("4.99", "5", True), ("0", "0", True), ("1E-12", "0", False)],
)
def test_a_limit_holds_up_to_itself(cost: str, limit: str, holds: bool) -> None:
    expected = () if holds else (Exceeded("limit", Decimal(cost), Decimal(limit), "limit"),)
    assert exceeded(cost, limit=limit) == expected


@pytest.mark.parametrize(
    ("base", "head", "allowed", "holds"),
    [("1", "6", "5", True), ("1", "6.01", "5", False), ("1", "0.5", "0", True), ("1", "1", "0", True),
     ("1", "1.000001", "0", False)],
)  # fmt: skip
def test_an_increase_in_usd(base: str, head: str, allowed: str, holds: bool) -> None:
    increase = Decimal(head) - Decimal(base)
    expected = () if holds else (Exceeded("max_increase", increase, Decimal(allowed), f"${allowed}.00"),)
    assert exceeded(head, base, max_increase=allowed) == expected


@pytest.mark.parametrize(
    ("base", "head", "percent", "holds"),
    [("4", "5", "25", True), ("4", "5.0000001", "25", False), ("4", "3", "0", True), ("4", "4.0001", "0", False),
     ("3", "3.01", "0.33333333", False), ("3", "6", "100", True), ("0", "0", "25", True), ("0", "0.01", "25", False)],
)  # fmt: skip
def test_an_increase_in_percent_of_base(base: str, head: str, percent: str, holds: bool) -> None:
    found = exceeded(head, base, max_increase_percent=percent)
    assert bool(found) is not holds
    for each in found:
        assert each.what == "max_increase"
        assert each.limit is not None
        assert Fraction(each.limit) == Fraction(base) * Fraction(percent) / 100
        assert each.stated == f"{percent}% of base"


def test_every_limit_that_does_not_hold_is_told() -> None:
    found = exceeded("10", "5", limit="9", max_increase="4", max_increase_percent="50")
    assert [each.what for each in found] == ["limit", "max_increase", "max_increase"]


def test_an_increase_is_over_the_known_part_of_base() -> None:
    base = estimate(row("a", "1"), unpriced("b"))
    head = estimate(row("a", "1"), row("b", "2"))
    assert [each.amount for each in verdict(head, manifest(max_increase="1"), base).exceeded] == [2]


def test_an_output_size_that_is_newly_stated_is_no_increase() -> None:
    base = estimate(row("a", "1", output_tokens=None))
    head = estimate(row("a", "9", input_cost=Decimal(1)))
    assert verdict(head, manifest(max_increase="0", max_increase_percent="0"), base).exceeded == ()
    dearer = estimate(row("a", "9", input_cost=Decimal("1.5")))
    over = verdict(dearer, manifest(max_increase_percent="25"), base).exceeded
    assert [(each.amount, each.limit) for each in over] == [(Decimal("0.5"), Decimal("0.25"))]


def test_over_nothing_there_is_no_increase() -> None:
    result = verdict(estimate(row(cost="100")), manifest(max_increase="1", limit="50"), estimate())
    assert [each.what for each in result.exceeded] == ["limit"]
    assert result.notes == ("max_increase was not judged: base has no prompts, so there is nothing to increase from.",)


@pytest.mark.parametrize("rule", [{"max_increase": "1"}, {"max_increase_percent": "1"}])
def test_an_increase_needs_a_base(rule: dict[str, str]) -> None:
    result = verdict(estimate(row(cost="100")), manifest(**rule))
    assert result.exceeded == ()
    assert result.notes == ("max_increase was not judged: it needs a base to compare with (--base REV).",)


@pytest.mark.parametrize("rules", [None, manifest()])
def test_without_limits_that_is_said(rules: Manifest | None) -> None:
    result = verdict(estimate(row(cost="100")), rules, estimate(row()))
    assert result.code() == ExitCode.OK
    assert result.notes == ("No [budget] limit is set: only that every prompt can be priced was judged.",)


def test_rules_are_no_limits_and_are_judged() -> None:
    (note,) = verdict(estimate(row()), manifest(require_output=True)).notes
    assert note == "No [budget] limit is set: only that every prompt can be priced, and keeps to its rules, was judged."


def test_a_limit_alone_needs_no_note() -> None:
    assert verdict(estimate(row()), manifest(limit="5")).notes == ()


# --- the budget moves -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now", "moved"),
    [
        ({"limit": "5"}, {"limit": "1E+3"}, "limit 5 → 1000"),
        ({"limit": "5"}, {}, "limit 5 → unset"),
        ({}, {"limit": "5.00"}, "limit unset → 5.00"),
        ({"limit": "5", "period": "day"}, {"limit": "5", "period": "month"}, "period day → month"),
        ({"max_increase_percent": "10"}, {"max_increase": "2"},
         "max_increase 10% → 2"),
        ({"limit": "5", "require_output": True}, {"limit": "5"}, "require_output true → false"),
    ],
)  # fmt: skip
def test_a_change_that_moves_its_own_limit_is_told(was: dict[str, Any], now: dict[str, Any], moved: str) -> None:
    notes = verdict(estimate(row()), manifest(**now), estimate(row()), manifest(**was)).moved
    assert ", ".join(notes) == moved


def test_the_same_budget_in_other_digits_is_the_same() -> None:
    assert verdict(estimate(row()), manifest(limit="5.0"), estimate(row()), manifest(limit="5.00")).moved == ()


# --- prompts ----------------------------------------------------------------------------------------------------------


def test_what_has_no_price_is_no_pass() -> None:
    result = verdict(estimate(row(), unpriced("x")), manifest(limit="5"))
    assert result.problems == (unpriced("x"),)
    assert result.exceeded == ()
    assert result.code() == ExitCode.PRICING_ERROR


@pytest.mark.parametrize(("required", "code"), [(False, ExitCode.OK), (True, ExitCode.BUDGET_EXCEEDED)])
def test_unknown_output_fails_where_it_is_required(required: bool, code: ExitCode) -> None:
    head = estimate(row("a"), row("b", output_tokens=None), unpriced("c"))
    result = verdict(estimate(*head.rows[:2]), manifest(require_output=required))
    assert [(each.what, each.prompt_id) for each in result.exceeded] == [("require_output", "b")] * required
    assert result.code() == code


def test_output_that_is_known_satisfies() -> None:
    assert verdict(estimate(row(output_tokens=0)), manifest(require_output=True)).code() == ExitCode.OK


def test_listed_prompts_without_an_id_are_told() -> None:
    entries = [
        PromptEntry("prompts/a.txt", None, Assumptions(), {}),
        PromptEntry("prompts/b.txt", "b", Assumptions(), {}),
        PromptEntry("prompts/gone.txt", None, Assumptions(), {}),
    ]
    head = estimate(row("prompts/a.txt", path="prompts/a.txt"), row("b"), row("found", path="found"))
    assert verdict(head, manifest(entries)).without_id == ("prompts/a.txt",)
    assert verdict(head, None).without_id == ()


def test_suggestions_are_for_the_three_largest_and_only_over_a_limit() -> None:
    prompts = [row(name, cost) for name, cost in (("a", "1"), ("b", "4"), ("c", "2"), ("d", "2"), ("e", "1"))]
    assert verdict(estimate(*prompts), manifest(limit="100")).suggestions == ()
    over = verdict(estimate(*prompts), manifest(limit="1")).suggestions
    assert [each.prompt_id for each in over] == ["b", "c", "d"]
    assert {each.other for each in over} == {"gpt-4o-mini"}
    stuck = verdict(estimate(row("a", "9", model="gpt-4"), row("b", "1")), manifest(limit="1")).suggestions
    assert [each.prompt_id for each in stuck] == ["b"]


# --- at the upper bound -----------------------------------------------------------------------------------------------


def banded(prompt_id: str, cost: str, high: str | None, **changes: Any) -> Row:
    """A prompt whose input may be larger than the typical one; `high` None: nobody lists a price for that."""
    upper = None if high is None else Costs(Decimal(high), Decimal(high), Decimal(high))
    made = row(prompt_id, cost, grade="heuristic", input_high=1500, per_call=Decimal(cost), **changes)
    return made._replace(upper=upper)


@pytest.mark.parametrize(("judge", "holds"), [("typical", True), ("upper", False)])
def test_a_limit_at_the_upper_bound(judge: str, holds: bool) -> None:
    result = verdict(estimate(banded("a", "4", "5.5")), manifest(limit="5", judge=judge))
    assert result.judged == judge
    assert result.exceeded == (() if holds else (Exceeded("limit", Decimal("5.5"), Decimal(5), "limit"),))


@pytest.mark.parametrize(
    ("judge", "increase", "holds"), [("typical", "1", True), ("upper", "1", False), ("upper", "1.5", True)]
)
def test_an_increase_is_from_upper_bound_to_upper_bound(judge: str, increase: str, holds: bool) -> None:
    base, head = estimate(banded("a", "2", "3"), row("gone", "1")), estimate(banded("a", "4", "5.5"), unpriced("b"))
    found = verdict(head, manifest(max_increase=increase, judge=judge), base).exceeded
    assert (not found) == holds
    assert [each.amount for each in found] == ([] if holds else [Decimal("1.5")])


def test_a_percentage_is_of_bases_upper_bound() -> None:
    base, head = estimate(banded("a", "1", "4")), estimate(banded("a", "1", "6"))
    assert exceeded("1", "1", max_increase_percent="0") == ()
    found = verdict(head, manifest(max_increase_percent="40", judge="upper"), base).exceeded
    assert [(each.amount, each.limit) for each in found] == [(Decimal(2), Decimal("1.6"))]


def test_the_limit_of_a_file_is_judged_there_too() -> None:
    head = estimate(banded("a", "4", "5.5", cost_limit=Decimal(5)))
    assert verdict(head, manifest()).exceeded == ()
    assert [each.what for each in verdict(head, manifest(judge="upper")).exceeded] == ["max_cost"]


def test_without_a_price_for_the_upper_bound_it_is_no_pass() -> None:
    result = verdict(estimate(banded("a", "1", None)), manifest(limit="5", judge="upper"))
    assert [problem.problem for problem in result.problems] == [NO_UPPER]
    assert result.code() == ExitCode.PRICING_ERROR
    assert verdict(estimate(banded("a", "1", None)), manifest(limit="5")).code() == ExitCode.OK


def test_a_budget_that_is_judged_elsewhere_has_moved() -> None:
    result = verdict(estimate(row()), manifest(limit="5", judge="upper"), was=manifest(limit="5"))
    assert result.moved == ("judge typical → upper",)


# --- exit codes -------------------------------------------------------------------------------------------------------

CODES = (ExitCode.CONFIG_ERROR, ExitCode.PARSE_ERROR, ExitCode.PRICING_ERROR)


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("codes", [part for size in range(4) for part in combinations(CODES, size)])
def test_the_first_of_2_3_4_1(codes: tuple[ExitCode, ...], over: bool) -> None:
    rows: list[Row] = [unpriced(code.name, code) for code in codes]
    result = verdict(estimate(row(cost="9"), *rows), manifest(limit="5" if over else "50"))
    happened = {*codes, *([ExitCode.BUDGET_EXCEEDED] if over else [])}
    assert result.code() == next((code for code in PRECEDENCE if code in happened), ExitCode.OK)
    assert PRECEDENCE == (2, 3, 4, 1)


# --- laws -------------------------------------------------------------------------------------------------------------

USD = st.decimals(0, 10**6, places=9)
PERCENT = st.decimals(0, 1000, places=4)


@given(USD, USD, USD, PERCENT, USD)
def test_more_cost_never_turns_a_failure_into_a_pass(
    base: Decimal, head: Decimal, limit: Decimal, percent: Decimal, more: Decimal
) -> None:
    rules = manifest(limit=limit, max_increase=limit, max_increase_percent=percent)
    less, dearer = (verdict(estimate(row(cost=cost)), rules, estimate(row(cost=base))) for cost in (head, head + more))
    assert len(less.exceeded) <= len(dearer.exceeded)
    assert less.code() <= dearer.code()


@given(USD, USD, USD, USD)
def test_a_higher_limit_never_turns_a_pass_into_a_failure(
    base: Decimal, head: Decimal, limit: Decimal, more: Decimal
) -> None:
    strict, loose = (
        verdict(estimate(row(cost=head)), manifest(limit=usd, max_increase=usd), estimate(row(cost=base)))
        for usd in (limit, limit + more)
    )
    assert {each.what for each in loose.exceeded} <= {each.what for each in strict.exceeded}


@given(USD, USD, USD, PERCENT)
def test_limits_are_what_fractions_say(base: Decimal, head: Decimal, limit: Decimal, percent: Decimal) -> None:
    rules = manifest(limit=limit, max_increase=limit, max_increase_percent=percent)
    found = verdict(estimate(row(cost=head)), rules, estimate(row(cost=base))).exceeded
    increase = Fraction(head) - Fraction(base)
    broken = [
        Fraction(head) > Fraction(limit),
        increase > Fraction(limit),
        increase > Fraction(base) * Fraction(percent) / 100,
    ]
    assert len(found) == sum(broken)
    assert all(each.amount is not None and each.limit is not None and each.amount > each.limit for each in found)


@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=5), USD)
def test_a_prompt_without_a_price_never_passes(codes: list[ExitCode], limit: Decimal) -> None:
    rows = [unpriced(f"p{n}", code) for n, code in enumerate(codes)]
    assert verdict(estimate(*rows), manifest(limit=limit)).code() in codes
