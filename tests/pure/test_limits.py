"""Limits of tags, of single prompts, of training; warnings, the ratchet, and what one run says instead."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from llmcost_hooks.compare import compare_estimates
from llmcost_hooks.errors import ExitCode
from llmcost_hooks.estimate import Estimate
from llmcost_hooks.limits import Exceeded, written
from llmcost_hooks.manifest import Manifest, parse_manifest
from llmcost_hooks.manifest_budget import Budget
from llmcost_hooks.policy import NO_OVERRIDES, Overrides, Verdict, judge
from llmcost_hooks.pricing import Costs, PromptEstimate

from .build import BOOK, ON, estimate, row, unpriced

TAG = '[[budget.by_tag]]\ntag = "team:search"\n'
ENTRY = '[[prompts]]\npath = "prompts/a.txt"\nprompt_id = "a"\n'


def manifest(text: str) -> Manifest:
    return parse_manifest(f"version = 1\n{text}".encode())


def verdict(
    rules: str, head: Estimate, base: Estimate | None = None, *, was: str | None = None,
    overrides: Overrides = NO_OVERRIDES,
) -> Verdict:  # fmt: skip
    comparison = None if base is None else compare_estimates(base, head)
    before = None if was is None else manifest(was)
    return judge(head, manifest(rules), comparison, before, BOOK, ON, overrides)


def found(each: Exceeded) -> tuple[Any, ...]:
    return each.what, str(each.amount), str(each.limit), each.prompt_id, each.tag


def failures(rules: str, head: Estimate, base: Estimate | None = None) -> list[tuple[Any, ...]]:
    return [found(each) for each in verdict(rules, head, base).exceeded]


def warnings(rules: str, head: Estimate, base: Estimate | None = None) -> list[tuple[Any, ...]]:
    result = verdict(rules, head, base)
    assert result.code() == ExitCode.OK
    return [found(each) for each in result.warned]


def tagged(prompt_id: str, cost: str, team: str = "search", **changes: Any) -> PromptEstimate:
    return row(prompt_id, cost, tags={"team": team}, **changes)


def trained(prompt_id: str, cost: str, training: str) -> PromptEstimate:
    return row(prompt_id, cost, training_cost=Decimal(training))


# --- tags -------------------------------------------------------------------------------------------------------------


def test_a_tag_counts_its_own_prompts() -> None:
    head = estimate(tagged("a", "2"), tagged("b", "1.5"), tagged("c", "9", "mail"), row("d", "9"))
    assert failures(TAG + "limit = 3.5", head) == []
    assert failures(TAG + "limit = 3.49", head) == [("limit", "3.5", "3.49", None, "team:search")]


@pytest.mark.parametrize(
    ("limit", "holds"), [('"$1.50"', True), ('"$1.49"', False), ('"75%"', True), ('"74.9%"', False)]
)
def test_an_increase_of_a_tag(limit: str, holds: bool) -> None:
    base = estimate(tagged("a", "2"), row("d", "100"))
    head = estimate(tagged("a", "3"), tagged("b", "0.5"), row("d", "100"))
    assert (failures(f"{TAG}max_increase = {limit}", head, base) == []) == holds


def test_a_prompt_that_comes_under_a_tag_is_an_increase_there() -> None:
    base, head = estimate(tagged("a", "1"), row("b", "5")), estimate(tagged("a", "1"), tagged("b", "5"))
    wanted = [("max_increase", "5", "4", None, "team:search")]
    assert failures(TAG + 'max_increase = "$4"', head, base) == wanted
    assert failures(TAG + 'max_increase = "$4"', base, head) == []


def test_over_nothing_a_tag_has_no_increase() -> None:
    base, head = estimate(row("d", "1")), estimate(tagged("a", "9"), row("d", "1"))
    assert failures(TAG + 'max_increase = "1%"', head, base) == []


# --- single prompts ---------------------------------------------------------------------------------------------------


def test_a_prompt_has_a_limit_of_its_own() -> None:
    head = estimate(row("a", "2"), row("b", "9"))
    assert failures(ENTRY + "limit = 2", head) == []
    assert failures(ENTRY + "limit = 1.99", head) == [("limit", "2", "1.99", "a", None)]


@pytest.mark.parametrize(("limit", "holds"), [("$1", True), ("$0.99", False), ("100%", True), ("99%", False)])
def test_a_prompt_has_an_increase_of_its_own(limit: str, holds: bool) -> None:
    base, head = estimate(row("a", "1"), row("b", "1")), estimate(row("a", "2"), row("b", "9"))
    assert (failures(f'{ENTRY}max_increase = "{limit}"', head, base) == []) == holds


def test_a_new_prompt_has_no_increase_of_its_own() -> None:
    head = estimate(row("a", "2"), row("b", "1"))
    assert failures(ENTRY + 'max_increase = "0%"', head, estimate(row("b", "1"))) == []
    assert failures('[budget]\nmax_prompt_increase = "0%"', head, estimate(row("b", "1"))) == []


@pytest.mark.parametrize(
    ("limit", "over"), [("$0.99", ["a", "c"]), ("$1", ["c"]), ("50%", ["a"]), ("100%", []), ("$2", [])]
)
def test_each_prompt_over_its_own_base(limit: str, over: list[str]) -> None:
    base = estimate(row("a", "1"), row("b", "5"), row("c", "10"), row("gone", "50"))
    head = estimate(row("a", "2"), row("b", "1"), row("c", "12"), row("new", "50"))
    result = failures(f'[budget]\nmax_prompt_increase = "{limit}"', head, base)
    assert [each[3] for each in result] == over
    assert {each[0] for each in result} <= {"max_prompt_increase"}


def test_unknown_on_base_is_an_increase_of_everything() -> None:
    base, head = estimate(unpriced("a"), row("b")), estimate(row("a", "2"), row("b"))
    rules = '[budget]\nmax_prompt_increase = "900%"'
    assert failures(rules, head, base) == [("max_prompt_increase", "2", "0.00", "a", None)]
    assert failures(ENTRY + 'max_increase = "$1.99"', head, base) == [("max_increase", "2", "1.99", "a", None)]


def test_in_another_unit_no_increase_is_measured() -> None:
    base, head = estimate(row("a", "1"), period="day"), estimate(row("a", "2"))
    rules = '[budget]\nmax_prompt_increase = "0%"\nmax_increase = "0%"\nlimit = 1\nratchet = true'
    assert failures(rules, head, base) == [("limit", "2", "1", None, None)]


def test_a_prompt_without_a_price_fails_for_that() -> None:
    result = verdict(ENTRY + 'limit = 0\nmax_increase = "0%"', estimate(unpriced("a")), estimate(row("a")))
    assert (result.exceeded, result.code()) == ((), ExitCode.PRICING_ERROR)


# --- training ---------------------------------------------------------------------------------------------------------


def test_training_and_inference_are_limited_apart() -> None:
    head = estimate(trained("a", "10", "6"), row("b", "1"))
    assert failures("[budget]\nmax_train = 6\nmax_infer = 5\nlimit = 11", head) == []
    assert failures("[budget]\nmax_train = 5.99", head) == [("max_train", "6", "5.99", None, None)]
    assert failures("[budget]\nmax_infer = 4.99", head) == [("max_infer", "5", "4.99", None, None)]
    assert failures("[budget]\nlimit = 10.99", head) == [("limit", "11", "10.99", None, None)]


# --- warnings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cost", "warns"), [("7.99", False), ("8", True), ("10", True)])
def test_from_its_level_on_it_is_warned(cost: str, warns: bool) -> None:
    result = verdict('[budget]\nlimit = 10\nwarn = "80%"', estimate(row("a", cost)))
    wanted = [("warn", Decimal(cost), Decimal(8), "80% of limit", 10 - Decimal(cost))] * warns
    assert [(each.what, each.amount, each.limit, each.stated, each.left) for each in result.warned] == wanted
    assert result.code() == ExitCode.OK


def test_over_the_limit_is_a_failure_and_no_warning() -> None:
    result = verdict('[budget]\nlimit = 10\nwarn = "80%"', estimate(row("a", "10.01")))
    assert (len(result.exceeded), result.warned) == (1, ())


def test_a_tag_has_a_warning_of_its_own() -> None:
    rules = f"[budget]\nwarn = 5\n{TAG}limit = 3\nwarn = 2"
    assert warnings(rules, estimate(tagged("a", "2"), row("b", "2.99"))) == [("warn", "2", "2", None, "team:search")]
    without_limit = verdict(rules, estimate(tagged("a", "1"), row("b", "4"))).warned
    assert [(each.left, each.stated) for each in without_limit] == [(None, "warn")]


# --- the ratchet ------------------------------------------------------------------------------------------------------

OVER = "[budget]\nratchet = true\nlimit = 10\n"


@pytest.mark.parametrize(
    ("base", "head", "fails"),
    [("12", "12", False), ("12", "11", False), ("12", "12.01", True), ("9", "11", True), ("10", "10.01", True),
     ("12", "10", False)],
)  # fmt: skip
def test_what_is_over_already_fails_only_where_it_grows(base: str, head: str, fails: bool) -> None:
    result = verdict(OVER, estimate(row("a", head)), estimate(row("a", base)))
    assert bool(result.exceeded) == fails
    assert [each.what for each in result.warned] == (["limit"] if Decimal(head) > 10 and not fails else [])
    assert result.notes == ()


@pytest.mark.parametrize("base", [None, estimate()])
def test_without_a_base_the_ratchet_holds_nothing_back(base: Estimate | None) -> None:
    result = verdict(OVER, estimate(row("a", "12")), base)
    assert [found(each) for each in result.exceeded] == [("limit", "12", "10", None, None)]
    assert result.notes == ("ratchet has no base to compare with (--base REV): limits were judged as they stand.",)


def test_the_ratchet_holds_for_every_limit_on_money() -> None:
    rules = f"[budget]\nratchet = true\nmax_train = 1\nmax_infer = 1\n{TAG}limit = 1\n{ENTRY}limit = 1"
    over = estimate(trained("a", "5", "2")._replace(tags={"team": "search"}))
    assert failures(rules, over, over) == []
    assert [each[0] for each in warnings(rules, over, over)] == ["max_train", "max_infer", "limit", "limit"]
    more = estimate(trained("a", "6", "2.5")._replace(tags={"team": "search"}))
    assert [each[0] for each in failures(rules, more, over)] == ["max_train", "max_infer", "limit", "limit"]


def test_what_is_unknown_on_base_was_not_over() -> None:
    base, head = estimate(row("a", "9"), unpriced("b")), estimate(row("a", "9"), row("b", "3"))
    assert len(failures(OVER, head, base)) == 1


def test_an_increase_is_judged_besides() -> None:
    rules = OVER + 'max_increase = "0%"\nmax_prompt_increase = "0%"'
    base, head = estimate(row("a", "12"), row("b", "1")), estimate(row("a", "12.5"), row("b", "0.1"))
    assert [each[0] for each in failures(rules, head, base)] == ["max_prompt_increase"]


# --- at the upper bound -----------------------------------------------------------------------------------------------


def test_every_limit_is_held_against_the_upper_end() -> None:
    high = Costs(Decimal(9), Decimal(9), Decimal(9))
    head = estimate(tagged("a", "4", input_high=1500, upper=high, context_window=1200, output_high=150))
    base = estimate(tagged("a", "4"))
    rules = (
        f'{ENTRY}limit = 5\nmax_increase = "10%"\nmax_tokens = 1200\n{TAG}limit = 5\n'
        f'[policy]\nmax_tokens = 1400\nheadroom = "0%"\n[budget]\nmax_infer = 5\nmax_prompt_increase = "10%"\n'
    )
    assert failures(rules, head, base) == []
    upper = failures(rules + 'judge = "upper"\n', head, base)
    assert [each[0] for each in upper] == [
        "max_infer", "max_prompt_increase", "limit", "limit", "max_increase", "max_tokens", "max_tokens", "headroom",
    ]  # fmt: skip


# --- one run ----------------------------------------------------------------------------------------------------------


def test_the_command_line_stands_for_the_manifest() -> None:
    base, head = estimate(row("a", "4")), estimate(row("a", "8"))
    rules = '[budget]\nlimit = 5\nmax_increase = "10%"\n'
    for overrides, what in (
        (Overrides(), ["limit", "max_increase"]),
        (Overrides(limit=Decimal(9)), ["max_increase"]),
        (Overrides(max_increase=Decimal(4)), ["limit"]),
        (Overrides(Decimal(9), Decimal(100)), []),
        (Overrides(Decimal(7), Decimal(99)), ["limit", "max_increase"]),
    ):
        result = verdict(rules, head, base, overrides=overrides)
        assert [each.what for each in result.exceeded] == what
        assert bool(result.notes) == (overrides != Overrides())


def test_what_the_command_line_stands_for_is_said() -> None:
    rules = '[budget]\nlimit = 5\nmax_increase = "10%"\n'
    head = estimate(row("a", "1"))
    said = verdict(rules, head, head, overrides=Overrides(Decimal("7.50"), Decimal(99))).notes
    assert said == (
        "Judged by the command line: --budget $7.50 in place of limit $5.00, "
        "--max-increase 99% in place of max_increase 10%.",
    )
    said = verdict('[budget]\nmax_increase = "$2"', head, head, overrides=Overrides(max_increase=Decimal(3))).notes
    assert said == ("Judged by the command line: --max-increase $3 in place of max_increase $2.00.",)
    alone = judge(head, None, None, None, BOOK, ON, Overrides(Decimal(1)))
    assert alone.notes == ("Judged by the command line: --budget $1.",)
    assert alone.code() == ExitCode.OK
    assert judge(head, None, None, None, BOOK, ON, Overrides(Decimal("0.5"))).code() == ExitCode.BUDGET_EXCEEDED


# --- what is said -----------------------------------------------------------------------------------------------------


def test_limits_that_need_a_base_are_named() -> None:
    head = estimate(tagged("a", "1"))
    one, two = "max_increase", "max_increase and max_prompt_increase"
    for rules, what in ((TAG + 'max_increase = "$1"', one), (ENTRY + 'max_increase = "1%"', one),
                        ('[budget]\nmax_increase = "1%"\nmax_prompt_increase = "1%"', two)):  # fmt: skip
        verb = "was" if what == one else "were"
        assert verdict(rules, head).notes[-1] == (
            f"{what} {verb} not judged: it needs a base to compare with (--base REV)."
        )


@pytest.mark.parametrize(
    "rules", ["[budget]\nmax_train = 1", "[budget]\nmax_infer = 99", TAG + "limit = 99", ENTRY + "limit = 99"]
)
def test_any_limit_is_a_limit(rules: str) -> None:
    assert verdict(rules, estimate(tagged("a", "1"))).notes == ()


@pytest.mark.parametrize(
    ("was", "now", "moved"),
    [
        (TAG + "limit = 5", TAG + "limit = 6", ["team:search limit 5 → 6"]),
        ("", TAG + "limit = 6", ["team:search limit unset → 6"]),
        (ENTRY + "limit = 5\nmax_tokens = 3", ENTRY + 'max_increase = "5%"',
         ["a limit 5 → unset", "a max_tokens 3 → unset", "a max_increase unset → 5%"]),
        ('[policy]\nheadroom = "10%"', '[policy]\nheadroom = "5.5%"', ["headroom 10% → 5.5%"]),
        ('[policy]\nallow_models = ["a", "b"]', "[policy]\nmax_tokens = 5",
         ["max_tokens unset → 5", "allow_models a, b → unset"]),
        ("[budget]\nratchet = true", "", ["ratchet true → false"]),
        ('[budget]\ncurrency = "EUR"\nusd_rate = 2\nlimit = 1', "[budget]\nlimit = 2",
         ["currency EUR → USD", "limit €1.00 → 2", "usd_rate 2 → unset"]),
    ],
)  # fmt: skip
def test_every_limit_that_a_change_moves_is_told(was: str, now: str, moved: list[str]) -> None:
    result = verdict(now, estimate(tagged("a", "0")), estimate(tagged("a", "0")), was=was)
    assert sorted(result.moved) == sorted(moved)


@pytest.mark.parametrize(
    ("currency", "usd", "text"),
    [("USD", "5", "$5.00"), ("EUR", "5", "€2.50"), ("CHF", "5", "2.50 CHF"), ("EUR", "0.0002", "€0.0001")],
)
def test_amounts_in_their_own_currency(currency: str, usd: str, text: str) -> None:
    budget = Budget(currency=currency, usd_rate=None if currency == "USD" else Decimal(2))
    assert written(Decimal(usd), budget) == text


def test_an_amount_that_the_manifest_cannot_have_stated_is_dollars() -> None:
    assert written(Decimal(1), Budget(currency="EUR", usd_rate=Decimal(3))) == "$1.00"
