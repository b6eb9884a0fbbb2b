"""Computed what-ifs: batches, caching, what varies last. What each saves, its formula, and when nothing is said."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.estimate import Estimate, estimate_snapshot
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import Manifest
from llmcost_hooks.manifest_budget import Budget
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.pricing import PromptEstimate
from llmcost_hooks.report_suggest import suggestion_line
from llmcost_hooks.snapshot import Snapshot
from llmcost_hooks.suggest import suggestions_for, what_ifs
from llmcost_hooks.what_if import BATCH, CACHING, MODEL, ORDER, Suggestion

from ..arithmetic import calculate
from .build import GPT_4O, MINI, ON, Prices, facts, model, price_book, prompt
from .owned import own as owned

WRITES: Prices = {"input": "4", "output": "20", "cache_read": "1", "cache_write_5m": "5"}
HALF: Prices = {"input": "1.25", "output": "5"}


def caches(prices: Prices, batch: Prices | None = None, least: int | None = 1000, **more: Any) -> dict[str, Any]:
    return {**model(prices, batch, **more), "cache": {"min_tokens": least}}


BOOK = price_book(
    {
        "gpt-4o": caches(GPT_4O, HALF),
        "writes": caches(WRITES, tokenizer="cl100k_base"),
        "plain": model(GPT_4O, tokenizer="cl100k_base"),
        "free": caches({"input": "0", "output": "0", "cache_read": "0"}, {"input": "0", "output": "0"}),
    }
)


def side(tokens: int = 2000, book: PriceBook = BOOK, prices: Any = None, **assumed: Any) -> Estimate:
    file = prompt(**{"model": "gpt-4o", "calls": 1000, "output_tokens": 100, **assumed})._replace(prices=prices)
    manifest = Manifest("llm-cost.toml", budget=Budget(period="month"), prices=prices)
    known = Facts({(file.format, str(file.oid)): facts(tokens)})
    return estimate_snapshot(Snapshot("worktree", None, manifest, (file,)), known, book, ON)


def found(kind: str, tokens: int = 2000, book: PriceBook = BOOK, **assumed: Any) -> Suggestion | None:
    return of_kind(kind, side(tokens, book, **assumed), book)


def of_kind(kind: str, estimate: Estimate, book: PriceBook = BOOK) -> Suggestion | None:
    (priced,) = estimate.rows
    assert isinstance(priced, PromptEstimate), priced
    file = estimate.files[0]
    each = {each.kind: each for each in what_ifs(priced, file, book, ON, file.prices)}.get(kind)
    if each is not None:
        assert calculate(each.formula) == Fraction(each.saving) > 0
        assert each.saving_percent == 100 * Fraction(each.saving) // Fraction(priced.effective_cost)
    return each


# --- batches ----------------------------------------------------------------------------------------------------------


def test_batches_cost_what_the_scenario_costs() -> None:
    each = found(BATCH)
    now, then = (next(iter(side(scenario=scenario).priced())).effective_cost for scenario in (None, "batch"))
    assert each is not None and each.saving == now - then
    assert each.formula == "6 - (2000 * 1.25 + 100 * 5) / 1000000 * 1000"
    assert (each.other, each.saving_percent) == ("gpt-4o", Decimal(50))


@pytest.mark.parametrize(
    "assumed",
    [
        {"scenario": "batch"},
        {"model": "plain"},  # not sold in batches
        {"model": "free"},
        {"calls": 0},
    ],
)
def test_no_batches(assumed: dict[str, Any]) -> None:
    assert found(BATCH, **assumed) is None


def test_batches_and_a_cache_are_compared_as_they_are_billed() -> None:
    """Batches have no cached rate in this estimate; where the cache saves more nothing is said."""
    assumed: dict[str, Any] = {"scenario": "cached", "cache_hit_ratio": Decimal("0.1")}
    each = found(BATCH, **assumed)
    assert each is not None and each.saving == Decimal("5.75") - 3
    dear = price_book({"gpt-4o": caches({**GPT_4O, "cache_read": "0"}, {"input": "2.4", "output": "9.9"})})
    assert found(BATCH, book=dear, **{**assumed, "cache_hit_ratio": Decimal("0.9")}) is None


def test_an_unknown_output_is_left_out_on_both_sides() -> None:
    each = found(BATCH, output_tokens=None)
    assert each is not None and each.formula == "5 - (2000 * 1.25) / 1000000 * 1000"


# --- caching ----------------------------------------------------------------------------------------------------------


def test_caching_saves_at_the_stated_hit_ratio_what_the_scenario_saves() -> None:
    """This provider charges nothing for writes."""
    each = found(CACHING, cache_hit_ratio=Decimal("0.6"))
    assumed: tuple[dict[str, Any], ...] = ({}, {"scenario": "cached", "cache_hit_ratio": Decimal("0.6")})
    now, then = (next(iter(side(**each).priced())).effective_cost for each in assumed)
    assert each is not None and each.saving == now - then
    assert each.formula == "(1200 * (2.5 - 1.25)) / 1000000 * 1000"
    assert (each.at_most, each.tokens, each.break_even, each.break_even_formula) == (False, 2000, Decimal(0), "")


def test_without_a_hit_ratio_it_is_the_most_that_can_be_saved() -> None:
    each = found(CACHING)
    assert each is not None and each.at_most
    assert each.formula == "(2000 * (2.5 - 1.25)) / 1000000 * 1000"


def test_writes_that_are_charged_are_counted_and_have_a_break_even_ratio() -> None:
    each = found(CACHING, model="writes", cache_hit_ratio=Decimal("0.6"))
    assert each is not None
    assert each.tokens == 2001
    assert each.formula == "(1200 * (4 - 1) - 801 * (5 - 4)) / 1000000 * 1000"
    assert each.break_even_formula == "(5 - 4) / (5 - 1)"
    assert each.break_even == calculate(each.break_even_formula) == Fraction(1, 4)


@pytest.mark.parametrize(("ratio", "saves"), [("0.24", False), ("0.25", False), ("0.26", True)])
def test_below_the_break_even_ratio_nothing_is_said(ratio: str, saves: bool) -> None:
    assert (found(CACHING, 1999, model="writes", cache_hit_ratio=Decimal(ratio)) is not None) == saves


@given(st.decimals(0, 1, places=4), st.integers(1000, 10**6))
def test_the_break_even_ratio_is_where_saving_begins(ratio: Decimal, tokens: int) -> None:
    """But for whole tokens, of which a hit ratio gives the lower number."""
    each, least = found(CACHING, tokens, model="writes", cache_hit_ratio=ratio), Decimal("0.25")
    if each is not None:
        assert ratio > least
    elif ratio > least:
        assert int((tokens + 1) * ratio) <= (tokens + 1) * least


@pytest.mark.parametrize(
    ("tokens", "assumed"),
    [
        (999, {}),  # shorter than what the provider caches
        (2000, {"model": "plain"}),  # from which length on it caches is not known
        (2000, {"scenario": "batch"}),
        (2000, {"scenario": "cached", "cache_hit_ratio": Decimal("0.1")}),  # it is cached already
        (2000, {"avg_input_tokens": 5000}),  # which of them are alike nobody knows
        (2000, {"model": "free"}),
        (2000, {"calls": 0}),
        (2000, {"cache_hit_ratio": Decimal(0)}),
    ],
)
def test_no_caching(tokens: int, assumed: dict[str, Any]) -> None:
    assert found(CACHING, tokens, **assumed) is None


@pytest.mark.parametrize("rates", [{"cache_read": None}, {"cache_read": "2.5"}, {"cache_read": "3"}])
def test_no_caching_without_a_cheaper_rate(rates: Prices) -> None:
    assert found(CACHING, book=price_book({"gpt-4o": caches({**GPT_4O, **rates})})) is None


# --- what varies last -------------------------------------------------------------------------------------------------


def varying(prefix: int, **changes: Any) -> Estimate:
    """A prompt of 2,000 tokens of which 1,900 are fixed, and a variable after the first `prefix` of them."""
    estimate = side(2000, **changes)
    (priced,) = estimate.rows
    parts = (("text", "", 1900), ("variable", "documents", 100))
    assert isinstance(priced, PromptEstimate)
    changed = priced._replace(cacheable_tokens=prefix, prefix_ends_at="documents", parts=parts)
    return estimate._replace(rows=(changed,))


def test_an_early_variable_keeps_the_rest_out_of_the_cache() -> None:
    each = of_kind(ORDER, varying(50))
    assert each is not None
    assert (each.variable, each.tokens, each.at_most) == ("documents", 1900, True)
    assert each.formula == "(1900 * (2.5 - 1.25)) / 1000000 * 1000"
    assert of_kind(CACHING, varying(50)) is None


def test_what_can_be_cached_as_it_is_is_no_gain() -> None:
    each = of_kind(ORDER, varying(1500, cache_hit_ratio=Decimal("0.9")))
    assert each is not None
    assert each.formula == "(1800 * (2.5 - 1.25)) / 1000000 * 1000 - (1500 * (2.5 - 1.25)) / 1000000 * 1000"
    assert of_kind(ORDER, varying(1900)) is None
    assert of_kind(ORDER, varying(1500, cache_hit_ratio=Decimal("0.5"))) is None  # as many hits either way


def test_too_little_fixed_text_is_not_worth_moving() -> None:
    short = price_book({"gpt-4o": caches(GPT_4O, least=1901)})
    assert of_kind(ORDER, varying(50, book=short), short) is None


# --- which are made ---------------------------------------------------------------------------------------------------


def test_a_price_that_cannot_be_told_again_gives_no_what_if() -> None:
    (priced,) = side().rows
    assert isinstance(priced, PromptEstimate)
    other = priced._replace(per_call=priced.per_call + 1)
    assert {each.kind for each in what_ifs(other, None, BOOK, ON, None)} == {MODEL}
    assert {each.kind for each in what_ifs(priced, None, BOOK, ON, None)} == {MODEL, BATCH, CACHING}
    nameless = priced._replace(model="nonsense", pricing_id="nonsense")
    assert what_ifs(nameless, None, BOOK, ON, None) == ()


def test_at_the_prices_of_the_project() -> None:
    prices = owned(
        '[prices.override."gpt-4o"]\ninput = 10\noutput = 10\n[prices.override."gpt-4o".batch]\ninput = 1\noutput = 1'
    )
    each = found(BATCH, prices=prices)
    assert each is not None and each.formula == "21 - (2000 * 1 + 100 * 1) / 1000000 * 1000"


def test_another_model_has_its_arithmetic_too() -> None:
    book = price_book({"gpt-4o": model(GPT_4O), "gpt-4o-mini": model(MINI)})
    each = found(MODEL, book=book)
    assert each is not None
    assert each.formula == "6 - (2000 * 0.15 + 100 * 0.6) / 1000000 * 1000"


def test_fees_of_requests_are_part_of_the_arithmetic() -> None:
    text = '[prices.override."gpt-4o"]\nrequest = 0.01\n[prices.override."gpt-4o".batch]\ninput = 1\noutput = 1'
    each = found(BATCH, prices=owned(text))
    assert each is not None
    assert each.formula == "16 - ((2000 * 1 + 100 * 1) / 1000000 + 1 * 0.01) * 1000"


def test_check_shows_a_model_for_each_of_the_largest_and_the_best_of_every_other_kind() -> None:
    book = price_book({"gpt-4o": caches(GPT_4O, HALF), "gpt-4o-mini": caches(MINI)})
    files = tuple(prompt(f"p{n}", model="gpt-4o", calls=n, output_tokens=100) for n in range(5))
    known = Facts({(file.format, str(file.oid)): facts(2000) for file in files})
    estimate = estimate_snapshot(Snapshot("worktree", None, None, files), known, book, ON)
    each = suggestions_for(estimate, book, ON, None)
    assert [(one.kind, one.prompt_id) for one in each[:3]] == [(MODEL, "p4"), (MODEL, "p3"), (MODEL, "p2")]
    assert [(one.kind, one.prompt_id) for one in each[3:]] == [(BATCH, "p4"), (CACHING, "p4")]


# --- what is said -----------------------------------------------------------------------------------------------------


def said(kind: str, **changes: Any) -> str:
    plain = Suggestion("search", kind, "gpt-4o", "gpt-4o-mini", Decimal("7.124"), Decimal(94), "7.124", tokens=1900)
    return "".join(suggestion_line(plain._replace(**changes), "month", "~"))


def test_the_wording() -> None:
    assert said(MODEL) == "search uses gpt-4o, consider gpt-4o-mini (-94%)"
    assert said(BATCH) == "search: in batches, where answers may come later (-94%), saves ~$7.12/month"
    assert said(CACHING) == "search: with its first ~1,900 tokens cached (-94%), saves ~$7.12/month"
    assert said(CACHING, at_most=True, break_even=Decimal("0.25")) == (
        "search: with its first ~1,900 tokens cached (-94%), saves up to ~$7.12/month;"
        " it pays from a hit ratio of 0.25 on"
    )
    assert said(ORDER, variable="documents") == (
        "search: with documents behind the static text, ~1,900 tokens can be cached (-94%), saves ~$7.12/month"
    )
    assert "".join(suggestion_line(Suggestion("a", MODEL, "b", "c", Decimal(1), Decimal(1), "1"), None)) == (
        "a uses b, consider c (-1%)"
    )
