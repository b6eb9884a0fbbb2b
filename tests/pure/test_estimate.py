"""Costs worked out by hand with fractions, and every reason for which there is no cost."""

from __future__ import annotations

from decimal import Decimal, Inexact
from fractions import Fraction
from math import ceil
from typing import Any

import pytest

from llmcost_hooks.call_costs import call_cost
from llmcost_hooks.errors import ExitCode
from llmcost_hooks.models import resolve_model
from llmcost_hooks.prices.book import Rates, Tariff
from llmcost_hooks.pricing import NO_MODEL, NO_RATIO, PromptEstimate, Row, Unpriced, price_prompt, worst_grade
from llmcost_hooks.prompts import Problem, PromptFacts
from llmcost_hooks.snapshot import MISSING, PromptFile

from .build import BOOK, ON, facts, price, price_one, priced_one, prompt

MILLION = 1_000_000


FLEX_WRITES = {
    "scenario": "cached",
    "service_tier": "flex",
    "cache_hit_ratio": Decimal("0.5"),
    "cache_write_ratio": Decimal("0.5"),
}


def usd(numerator: int, denominator: int = MILLION) -> Fraction:
    return Fraction(numerator, denominator)


def test_list_cost_is_input_and_output_at_standard_prices() -> None:
    row = priced_one(facts(1847), model="gpt-4o", calls=1000, output_tokens=523)
    assert Fraction(row.list_cost) == 1000 * (1847 * Fraction("2.5") + 523 * 10) / MILLION
    assert row.list_cost == row.effective_cost == Decimal("9.8475")
    assert row[:11] == (
        "search", "prompts/search.txt", "oid of search", True, {}, "gpt-4o", "exact", 1847, 1847, 1847, 0,
    )  # fmt: skip
    assert row[11:16] == (0, 523, "declared", 1000, "default")
    assert row.notes == ()


def test_cached_input_is_rounded_down_and_priced_as_read() -> None:
    row = priced_one(facts(1001), model="gpt-4o", scenario="cached", cache_hit_ratio=Decimal("0.6"), output_tokens=7)
    assert row.cached_input_tokens == 600  # 600.6: a share of a token is not served
    assert Fraction(row.effective_cost) == (401 * Fraction("2.5") + 600 * Fraction("1.25") + 70) / MILLION
    assert Fraction(row.list_cost) == (1001 * Fraction("2.5") + 70) / MILLION


@pytest.mark.parametrize(("ratio", "cached"), [("0", 0), ("0.999", 999), ("1", 1000)])
def test_cache_ratios(ratio: str, cached: int) -> None:
    row = priced_one(facts(1000), model="gpt-4o", scenario="cached", cache_hit_ratio=Decimal(ratio))
    assert row.cached_input_tokens == cached


def test_a_ratio_without_the_scenario_caches_nothing() -> None:
    row = priced_one(facts(1000), model="gpt-4o", cache_hit_ratio=Decimal("0.5"))
    assert (row.scenario, row.cached_input_tokens) == ("default", 0)
    assert row.effective_cost == row.list_cost


def test_cache_writes_are_said_to_be_missing_where_they_cost() -> None:
    cached: dict[str, Any] = {"scenario": "cached", "cache_hit_ratio": Decimal("0.5")}
    claude = priced_one(facts(), model="claude-3-opus", **cached)
    assert claude.notes[1:] == (
        "claude-3-opus charges for cache writes; without cache_write_ratio they are not in this estimate",
    )
    assert priced_one(facts(), model="gpt-4o", **cached).notes == ()
    assert len(priced_one(facts(), model="claude-3-opus").notes) == 1
    assert len(priced_one(facts(), model="claude-3-opus", cache_write_ratio=Decimal(0), **cached).notes) == 1


@pytest.mark.parametrize(
    ("hit", "write", "cached", "written"),
    [
        ("0.6", "0.25", 600, 250),  # 250.25: a share of a token is not written
        ("0.6", "0", 600, 0),
        ("0", "1", 0, 1001),
        ("0.6", "0.9", 600, 401),  # a request reads or writes what can be cached, and no more
        ("1", "0.5", 1001, 0),
    ],
)
def test_cache_writes_have_their_own_price(hit: str, write: str, cached: int, written: int) -> None:
    ratios: dict[str, Any] = {"cache_hit_ratio": Decimal(hit), "cache_write_ratio": Decimal(write)}
    row = priced_one(
        facts(1001), model="claude-3-opus", scenario="cached", output_tokens=7, avg_input_tokens=1001, **ratios
    )
    assert (row.cached_input_tokens, row.cache_write_tokens) == (cached, written)
    plain = 1001 - cached - written
    parts = plain * 15 + cached * Fraction("1.5") + written * Fraction("18.75") + 7 * 75
    assert Fraction(row.effective_cost) == parts / MILLION
    assert Fraction(row.list_cost) == (1001 * Fraction(15) + 7 * 75) / MILLION
    assert not any("cache writes" in note for note in row.notes)


def test_writes_that_do_not_count_are_said() -> None:
    ratios: dict[str, Any] = {"cache_hit_ratio": Decimal("0.6"), "cache_write_ratio": Decimal("0.9")}
    row = priced_one(facts(), model="claude-3-opus", scenario="cached", avg_input_tokens=1000, **ratios)
    assert "of 900 tokens by cache_write_ratio 400 count: the others are read, or cannot be cached" in row.notes
    fits = priced_one(facts(), model="claude-3-opus", scenario="cached", avg_input_tokens=1000,
                      **{**ratios, "cache_write_ratio": Decimal("0.4")})  # fmt: skip
    assert not any("cache_write_ratio" in note for note in fits.notes)


def test_writes_may_have_a_price_in_one_way_of_billing_only() -> None:
    ratios: dict[str, Any] = {"cache_hit_ratio": Decimal("0.5"), "cache_write_ratio": Decimal("0.25")}
    row = priced_one(facts(), model="flex-writes", scenario="cached", service_tier="flex", output_tokens=0, **ratios)
    assert Fraction(row.effective_cost) == usd(250) + (500 * Fraction("0.6") + 250 * 2) / MILLION
    assert priced_one(facts(), model="flex-writes", scenario="cached", **ratios).cache_write_tokens == 0


def test_writes_cost_nothing_more_where_no_provider_charges_them_or_nothing_is_cached() -> None:
    ratios: dict[str, Any] = {"cache_hit_ratio": Decimal("0.5"), "cache_write_ratio": Decimal("0.5")}
    same = priced_one(facts(), model="gpt-4o", scenario="cached", **ratios)
    assert same.cache_write_tokens == 0
    assert same._replace(stated_model="") == priced_one(
        facts(), model="gpt-4o", scenario="cached", cache_hit_ratio=Decimal("0.5")
    )._replace(stated_model="")
    assert priced_one(facts(), model="claude-3-opus", **ratios).cache_write_tokens == 0


def test_no_more_is_written_at_an_end_of_the_band_than_is_sent() -> None:
    """Of a heuristic count: the lower end may be smaller than what is read and written together."""
    ratios: dict[str, Any] = {"cache_hit_ratio": Decimal("0.5"), "cache_write_ratio": Decimal("0.5")}
    row = priced_one(facts(), model="claude-3-opus", scenario="cached", output_tokens=0, **ratios)
    assert row.lower is not None and row.input_low < row.input_tokens
    of_low = row.cached_input_tokens * Fraction("1.5") + (row.input_low - row.cached_input_tokens) * Fraction("18.75")
    assert Fraction(row.lower.effective) == of_low / MILLION


def test_cached_needs_a_ratio() -> None:
    """Like any problem it is a value: on base alone it is a note, and the change that mends it can be made."""
    row = price_one(facts(), model="gpt-4o", scenario="cached")
    assert isinstance(row, Unpriced)
    assert (row.problem, row.model, row.grade, row.input_tokens) == (NO_RATIO, "gpt-4o", "exact", 1000)
    assert row.problem.code == ExitCode.CONFIG_ERROR
    assert "--cache-hit-ratio" in row.problem.hint


def test_batch_has_its_own_prices() -> None:
    row = priced_one(facts(1000), model="gpt-4o", scenario="batch", output_tokens=100, calls=3)
    assert Fraction(row.effective_cost) == 3 * usd(1000 * 5 // 4 + 100 * 5)
    assert Fraction(row.list_cost) == 3 * usd(2500 + 1000)


@pytest.mark.parametrize(
    ("tokens", "cached", "cost"),
    [
        (200_000, "0", usd(200_000)),
        (200_001, "0", usd(2 * 200_001)),
        (200_001, "1", usd(200_001, 5 * MILLION)),  # cached input counts for the tier
        (200_000, "1", usd(200_000, 10 * MILLION)),
    ],
)
def test_a_tier_holds_for_the_whole_request(tokens: int, cached: str, cost: Fraction) -> None:
    row = priced_one(facts(tokens), model="tiered", scenario="cached", cache_hit_ratio=Decimal(cached))
    assert Fraction(row.effective_cost) == cost


def test_a_tier_has_its_own_output_price() -> None:
    below, above = (priced_one(facts(n), model="tiered", output_tokens=1000) for n in (200_000, 200_001))
    assert Fraction(below.list_cost) == usd(200_000 + 4 * 1000)
    assert Fraction(above.list_cost) == usd(2 * 200_001 + 6 * 1000)


# --- output ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assumed", "cap", "output", "basis"),
    [
        ({"output_tokens": 50, "output_ratio": Decimal(3)}, 70, 50, "declared"),
        ({"output_tokens": 0}, 70, 0, "declared"),
        ({"output_ratio": Decimal("0.1")}, 70, 101, "ratio"),  # 100.1: never too low
        ({"output_ratio": Decimal(0)}, 70, 0, "ratio"),
        ({"output_ratio": Decimal("0.000000000001")}, None, 1, "ratio"),
        ({}, 70, 70, "cap"),
        ({}, None, None, "unknown"),
    ],
)
def test_the_order_of_what_says_an_output_size(
    assumed: dict[str, Any], cap: int | None, output: int | None, basis: str
) -> None:
    row = priced_one(facts(1001, cap=cap), model="gpt-4o", **assumed)
    assert (row.output_tokens, row.output_basis) == (output, basis)
    assert Fraction(row.list_cost) == (1001 * Fraction("2.5") + 10 * (output or 0)) / MILLION


def test_a_cap_is_never_more_than_the_model_gives() -> None:
    assert priced_one(facts(cap=16_385), model="gpt-4o").output_tokens == 16_384
    assert priced_one(facts(cap=16_383), model="gpt-4o").output_tokens == 16_383


def test_the_inputs_part_of_the_cost() -> None:
    row = priced_one(facts(1000), model="gpt-4o", calls=3, output_tokens=100)
    assert Fraction(row.input_cost) == 3 * usd(2500)
    unknown = priced_one(facts(1000), model="gpt-4o", calls=3)
    assert unknown.input_cost == unknown.effective_cost
    batch = priced_one(facts(1000), model="gpt-4o", scenario="batch", output_tokens=100)
    assert Fraction(batch.input_cost) == usd(1250)


def test_a_ratio_is_of_the_whole_input() -> None:
    row = priced_one(
        facts(100, messages=2), model="gpt-4o", output_ratio=Decimal("0.5"), variables=(("a", 10, 10), ("b", 5, 5))
    )
    assert row.input_tokens == 100 + 11 + 15
    assert row.output_tokens == 63


def test_an_unknown_output_makes_a_lower_bound() -> None:
    side = price((prompt("a", model="gpt-4o"), facts()), (prompt("b", model="gpt-4o", output_tokens=1), facts()))
    assert [isinstance(row, PromptEstimate) for row in side.rows] == [True, True]
    assert not side.complete()
    assert Fraction(side.known_cost()) == usd(2 * 2500 + 10)


# --- input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("messages", "framing"), [(0, 0), (1, 7), (2, 11), (10, 43)])
def test_messages_have_framing(messages: int, framing: int) -> None:
    row = priced_one(facts(100, messages=messages), model="gpt-4o")
    assert (row.framing_tokens, row.input_tokens) == (framing, 100 + framing)


def test_each_encoding_is_the_models() -> None:
    assert priced_one(facts(100), model="gpt-4o").input_tokens == 100
    assert priced_one(facts(100), model="gpt-4").input_tokens == 101


CLAUDE = resolve_model("claude-3-opus", BOOK)
assert CLAUDE is not None
BASIS, BAND = CLAUDE.basis, [Fraction(ratio) for ratio in CLAUDE.ratios[0]]  # prose


@pytest.mark.parametrize("counted", [0, 1, 3, 99, 100, 429, 10_000_000])
def test_a_heuristic_count_has_a_band_and_no_part_of_a_token_is_lost(counted: int) -> None:
    row = priced_one(facts(counted), model="claude-3-opus")
    assert [row.input_low, row.input_tokens, row.input_high] == [ceil(counted * ratio) for ratio in BAND]
    assert row.grade == "heuristic"
    assert row.notes[0] == f"claude-3-opus: {BASIS}"


def test_framing_and_variables_are_beside_the_band() -> None:
    row = priced_one(facts(100, messages=1), model="claude-3-opus", variables=(("documents", 1000, 1000),))
    assert [row.input_low, row.input_tokens, row.input_high] == [ceil(100 * ratio) + 1006 for ratio in BAND]


@pytest.mark.parametrize("name", ["gpt-4o", "claude-3-opus"])
def test_a_measured_input_stands_for_all_that_is_counted(name: str) -> None:
    row = priced_one(
        facts(100, messages=3), model=name, avg_input_tokens=5000, variables=(("a", 9, 9),), output_tokens=0
    )
    assert (row.input_low, row.input_tokens, row.input_high, row.framing_tokens) == (5000, 5000, 5000, 0)
    assert row.grade == "calibrated"  # whatever the model's tokenizer is
    assert row.notes == ("its input is avg_input_tokens: edits of its text do not move its cost",)


def test_a_prompt_larger_than_the_context_window_is_said() -> None:
    assert priced_one(facts(8191), model="gpt-4").notes == ()
    assert priced_one(facts(8192), model="gpt-4").notes == (
        "8,193 input tokens do not fit gpt-4's context window of 8,192",
    )


# --- calls ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "calls", "used"), [(None, None, 1), (None, 0, 0), (None, 7, 7), ("month", 7, 7), ("month", 0, 0)]
)
def test_calls(period: str | None, calls: int | None, used: int) -> None:
    row = priced_one(facts(), period=period, model="gpt-4o", calls=calls, output_tokens=0)
    assert row.calls == used
    assert Fraction(row.list_cost) == used * usd(2500)


def test_a_period_needs_calls() -> None:
    row = price_one(facts(), period="week", model="claude-3-opus")
    assert isinstance(row, Unpriced)
    assert row.problem == Problem(
        "has no calls, and costs are per week",
        "Write calls = N (requests per week) for it, or in [defaults].",
        ExitCode.CONFIG_ERROR,
    )
    assert (row.model, row.grade, row.input_tokens) == ("claude-3-opus", "heuristic", ceil(1000 * BAND[1]))


# --- no price -------------------------------------------------------------------------------------------------------


def unpriced(found: PromptFacts | Problem, **assumptions: Any) -> Unpriced:
    row = price_one(found, **assumptions)
    assert isinstance(row, Unpriced)
    return row


def test_without_a_model_there_are_tokens() -> None:
    row = unpriced(facts(100, messages=1), variables=(("a", 20, 20),))
    assert (row.problem, row.model, row.grade, row.input_tokens) == (NO_MODEL, None, "calibrated", 127)
    assert NO_MODEL.code == ExitCode.CONFIG_ERROR
    assert "--model" in NO_MODEL.hint
    measured = unpriced(facts(100), avg_input_tokens=500)
    assert (measured.grade, measured.input_tokens) == ("calibrated", 500)


@pytest.mark.parametrize(
    ("stated", "in_file", "default", "used"),
    [("gpt-4", "free", "tiered", "gpt-4"), (None, "free", "tiered", "free"), (None, None, "tiered", "tiered")],
)
def test_the_order_of_what_names_a_model(stated: str | None, in_file: str | None, default: str, used: str) -> None:
    assert priced_one(facts(model=in_file), model=stated, default_model=default).model == used


def test_an_unknown_model_has_near_names() -> None:
    row = unpriced(facts(), model="gpt-4o-minni")
    assert row.problem.reason == 'no price is known for the model "gpt-4o-minni"'
    assert row.problem.hint.startswith("Near names: gpt-4o-mini")
    assert row.problem.code == ExitCode.PRICING_ERROR
    assert (row.model, row.grade, row.input_tokens) == ("gpt-4o-minni", None, None)
    assert unpriced(facts(), model="zzzzzzzz").problem.hint == (
        "Run: llm-cost models\nOr state it: llm-cost prices add zzzzzzzz"
    )


def test_a_model_before_its_first_price() -> None:
    problem = unpriced(facts(), model="future").problem
    assert problem.reason == '"future" has no price on 2026-11-22'
    assert problem.hint == "Its dated rows begin on: 2027-01-01."


@pytest.mark.parametrize(
    ("name", "assumed", "what"),
    [
        ("gpt-4", {"scenario": "batch"}, "batch"),
        ("gpt-4", {"scenario": "cached", "cache_hit_ratio": Decimal("0.5")}, "cached input"),
        ("no-flex-writes", FLEX_WRITES, "flex cache write"),
        ("input-only", {"output_tokens": 1}, "standard"),
        ("output-only", {}, "standard"),
        ("output-only", {"scenario": "batch"}, "standard"),  # list cost is in standard prices
    ],
)
def test_a_price_that_is_not_known_is_never_0(name: str, assumed: dict[str, Any], what: str) -> None:
    row = unpriced(facts(), model=name, **assumed)
    assert row.problem == Problem(
        f"{name} has no {what} price", f"Run: llm-cost prices show {name}", ExitCode.PRICING_ERROR
    )
    assert row.input_tokens is not None


def test_a_price_that_is_not_needed_may_be_unknown() -> None:
    assert priced_one(facts(), model="input-only").list_cost == Decimal("0.00002")
    nothing_cached = priced_one(facts(), model="gpt-4", scenario="cached", cache_hit_ratio=Decimal(0))
    assert nothing_cached.effective_cost == nothing_cached.list_cost


def test_free_is_0() -> None:
    assert priced_one(facts(), model="free", output_tokens=10).list_cost == 0


def test_what_could_not_be_read_hides_nothing_else() -> None:
    unread = Problem("is binary", "Exclude it.", ExitCode.PARSE_ERROR)
    side = price(
        (prompt("a", problem=MISSING), facts()),
        (prompt("b"), unread),
        (prompt("c", model="gpt-4o", output_tokens=0), facts()),
    )
    a, b, c = side.rows
    assert isinstance(a, Unpriced)
    assert isinstance(b, Unpriced)
    assert (a.problem, a.missing(), a.content_hash) == (MISSING, True, None)
    assert (b.problem, b.missing(), b.content_hash) == (unread, False, "oid of b")
    assert list(side.priced()) == [c]
    assert list(side.unpriced()) == [a, b]
    assert side.known_cost() == side.known_list_cost() == Decimal("0.0025")
    assert not side.complete()


# --- a side ---------------------------------------------------------------------------------------------------------


def test_a_total_carries_its_worst_grade() -> None:
    exact = (prompt("a", model="gpt-4o", output_tokens=0), facts())
    measured = (prompt("b", model="gpt-4o", output_tokens=0, avg_input_tokens=5), facts())
    guessed = (prompt("c", model="claude-3-opus", output_tokens=0), facts())
    assert price().grade() == price(exact).grade() == "exact"
    assert price(exact, measured).grade() == "calibrated"
    assert price(exact, measured, guessed).grade() == "heuristic"
    assert price(exact, measured, guessed).complete()
    assert worst_grade(["exact", "heuristic", "calibrated"]) == "heuristic"


def test_nothing_costs_nothing() -> None:
    nothing = price()
    assert nothing.rows == ()
    assert nothing.known_cost() == nothing.known_list_cost() == 0
    assert nothing.complete()
    assert nothing.prices[:3] == (BOOK.version, BOOK.generated_at, BOOK.valid_until)


def test_an_estimate_names_its_side_and_period() -> None:
    side = price((prompt(model="gpt-4o", calls=1), facts()), period="quarter")
    assert (side.label, side.commit, side.period) == ("worktree", None, "quarter")
    assert price().period is None


def test_every_digit_is_kept() -> None:
    row = priced_one(facts(999_999_999_999_999), model="gpt-4o-mini", calls=10**15, output_tokens=10**15)
    assert (
        Fraction(row.list_cost)
        == 10**15 * (999_999_999_999_999 * Fraction("0.15") + 10**15 * Fraction("0.6")) / MILLION
    )


def test_an_operation_that_would_round_raises() -> None:
    offer = BOOK.find("gpt-4o").offer(ON)  # type: ignore[union-attr]
    assert offer is not None
    odd = offer._replace(variants={"standard": Tariff(Rates(Decimal("0." + "1" * 99), Decimal(0)))})
    assert call_cost(odd, "standard", 1, 0, 0) == Decimal("1" * 99 + "E-105")
    with pytest.raises(Inexact):
        call_cost(odd, "standard", 7_777_777, 0, 0)


def test_prompts_with_the_same_facts_are_computed_once_and_keep_their_own_names() -> None:
    """Equal facts and assumptions give equal numbers; what a row is called and where it lies stays its own."""
    known = facts(1000)
    one, other = prompt(model="gpt-4o"), prompt(model="gpt-4o")
    twin = other._replace(prompt_id="twin", path="elsewhere", oid="other oid", assumptions=one.assumptions)
    first, second = price((one, known), (twin, known)).rows
    assert isinstance(first, PromptEstimate) and isinstance(second, PromptEstimate)
    assert (second.prompt_id, second.path, second.content_hash) == ("twin", "elsewhere", "other oid")
    assert second[5:] == first[5:]


def test_a_band_without_a_price_at_one_end_is_unknown() -> None:
    whole = price((prompt(model="gpt-4o", calls=1, output_tokens=5), facts()))
    row = next(iter(whole.priced()))
    assert whole.cost_band() is not None
    for lacking in (row._replace(lower=None), row._replace(upper=None)):
        assert whole._replace(rows=(lacking,)).cost_band() is None


@pytest.mark.parametrize(("model", "times"), [("gpt-4o", 1), ("claude-3-opus", 2)])
def test_texts_of_one_length_are_priced_once_where_their_classes_say_nothing(
    monkeypatch: pytest.MonkeyPatch, model: str, times: int
) -> None:
    priced: list[PromptFile] = []

    def counted(file: PromptFile, *rest: Any) -> Row:
        priced.append(file)
        return price_prompt(file, *rest)

    monkeypatch.setattr("llmcost_hooks.estimate.price_prompt", counted)
    first = prompt("a", model=model, calls=1, output_tokens=1)
    second = prompt("b")._replace(assumptions=first.assumptions)
    prose, code = facts(1000), facts(1000)._replace(mix=(0, 100, 0, 0, 0))
    rows = price((first, prose), (second, code)).rows
    assert [(row.prompt_id, row.content_hash) for row in rows] == [("a", "oid of a"), ("b", "oid of b")]
    assert (rows[0].input_tokens == rows[1].input_tokens) == (times == 1)
    assert len(priced) == times
