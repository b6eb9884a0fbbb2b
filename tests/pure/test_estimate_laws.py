"""Laws of costs, over generated prompts and prices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from llmcost_hooks.call_costs import call_cost
from llmcost_hooks.estimate import estimate_snapshot, estimate_snapshots
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import Manifest
from llmcost_hooks.manifest_budget import Budget
from llmcost_hooks.prices.book import Offer, Rates, Tariff, Tier
from llmcost_hooks.pricing import PromptEstimate, Unpriced
from llmcost_hooks.prompts import Problem
from llmcost_hooks.snapshot import MISSING, Snapshot

from .build import BOOK, ON, facts, price, priced_one, prompt

TOKENS = st.integers(0, 10**7)
CALLS = st.integers(0, 10**12)
RATE = st.decimals(0, 1000, places=6)
SHARE = st.decimals(0, 1, places=12)
ANY = (row.offer(ON) for row in BOOK.rows())
OFFER = next(offer for offer in ANY if offer)

known_rates = st.builds(Rates, RATE, RATE, RATE, RATE, st.none())
tiers = st.lists(st.integers(1, 10**6), max_size=3, unique=True).flatmap(
    lambda bounds: st.tuples(*(st.builds(Tier, st.just(bound), known_rates) for bound in sorted(bounds)))
)
offers = st.builds(
    lambda standard, batch: OFFER._replace(variants={"standard": standard, "batch": batch}),
    st.builds(Tariff, known_rates, tiers),
    st.builds(Tariff, known_rates, tiers),
)
scenarios = st.sampled_from(["default", "batch", "cached"])
assumptions: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"model": st.sampled_from(["gpt-4o", "gpt-4o-mini", "gpt-4", "tiered", "claude-3-opus", "free", "nonsense"])},
    optional={
        "calls": CALLS,
        "output_tokens": TOKENS,
        "output_ratio": st.decimals(0, 100, places=12),
        "avg_input_tokens": TOKENS,
        "variables": st.lists(
            st.tuples(st.text(max_size=3), TOKENS, TOKENS).map(lambda v: (v[0], *sorted(v[1:]))), max_size=3
        ).map(tuple),
    },
)


def cost(offer: Offer, scenario: str, tokens: int, cached: int, output: int, written: int = 0) -> Decimal:
    found = call_cost(
        offer, "batch" if scenario == "batch" else "standard", tokens, cached, output, written=written
    )  # fmt: skip
    assert found is not None
    return found


@given(offers, scenarios, TOKENS, SHARE, SHARE, TOKENS)
def test_a_call_costs_what_fractions_say(
    offer: Offer, scenario: str, tokens: int, share: Decimal, of_rest: Decimal, output: int
) -> None:
    cached = int(tokens * Fraction(share)) if scenario == "cached" else 0
    written = int((tokens - cached) * Fraction(of_rest)) if scenario == "cached" else 0
    tariff = offer.batch if scenario == "batch" else offer.standard
    assert tariff is not None
    rates = [tariff.rates, *(tier.rates for tier in tariff.tiers if tokens > tier.above_input_tokens)][-1]
    amounts = (tokens - cached - written, cached, written, output)
    parts = zip(amounts, (rates.input, rates.cache_read, rates.cache_write_5m, rates.output), strict=True)
    expected = sum(amount * Fraction(rate or 0) for amount, rate in parts) / 10**6
    assert Fraction(cost(offer, scenario, tokens, cached, output, written)) == expected


@given(offers, scenarios, TOKENS, TOKENS, TOKENS, TOKENS)
def test_more_tokens_never_cost_less_within_a_tier(
    offer: Offer, scenario: str, tokens: int, more: int, output: int, more_output: int
) -> None:
    """Between tiers it may: prices of long requests are what a provider says they are."""
    flat = offer._replace(variants=dict.fromkeys(("standard", "batch"), Tariff(offer.standard.rates)))
    least = cost(flat, scenario, tokens, 0, output)
    assert least <= cost(flat, scenario, tokens + more, 0, output)
    assert least <= cost(flat, scenario, tokens, 0, output + more_output)


@given(offers, RATE, RATE, RATE, TOKENS, SHARE, TOKENS)
def test_a_higher_price_never_costs_less(
    offer: Offer, dearer: Decimal, output_dearer: Decimal, cache_dearer: Decimal, tokens: int, share: Decimal, out: int
) -> None:
    base = offer.standard.rates
    now = [base.input or Decimal(0), base.output or Decimal(0), base.cache_read or Decimal(0)]
    raised = Rates(now[0] + dearer, now[1] + output_dearer, now[2] + cache_dearer, None, None)
    low, high = (offer._replace(variants={"standard": Tariff(rates)}) for rates in (base, raised))
    cached = int(tokens * Fraction(share))
    assert cost(low, "cached", tokens, cached, out) <= cost(high, "cached", tokens, cached, out)


@given(offers, TOKENS, SHARE, TOKENS)
def test_cached_is_never_dearer_where_reading_the_cache_is_not(
    offer: Offer, tokens: int, share: Decimal, output: int
) -> None:
    rates = offer.standard.at(tokens)
    assert rates.input is not None
    assert rates.cache_read is not None
    assume(rates.cache_read <= rates.input)
    cached = int(tokens * Fraction(share))
    assert cost(offer, "cached", tokens, cached, output) <= cost(offer, "default", tokens, 0, output)


@given(TOKENS, st.integers(0, 10**6), st.integers(0, 10**6), TOKENS)
def test_cost_is_linear_in_calls(tokens: int, some: int, more: int, output: int) -> None:
    one, two, both = (
        priced_one(facts(tokens), model="gpt-4o", calls=calls, output_tokens=output)
        for calls in (some, more, some + more)
    )
    assert Fraction(one.list_cost) + Fraction(two.list_cost) == Fraction(both.list_cost)
    assert some * Fraction(both.list_cost) == (some + more) * Fraction(one.list_cost)


@given(st.lists(st.tuples(TOKENS, assumptions), max_size=8))
def test_a_total_is_the_sum_of_its_rows_in_any_order(prompts: list[tuple[int, dict[str, Any]]]) -> None:
    pairs = [(prompt(f"p{n}", **assumed), facts(tokens)) for n, (tokens, assumed) in enumerate(prompts)]
    side = price(*pairs)
    assert side == price(*reversed(pairs))
    assert Fraction(side.known_cost()) == sum(Fraction(row.effective_cost) for row in side.priced())
    assert Fraction(side.known_list_cost()) == sum(Fraction(row.list_cost) for row in side.priced())
    whole = [row for row in side.rows if isinstance(row, PromptEstimate) and row.output_tokens is not None]
    assert side.complete() == (len(whole) == len(side.rows))
    assert len(side.rows) == len(pairs)


@given(st.lists(st.tuples(st.sampled_from("abc"), TOKENS, assumptions), max_size=3), st.sampled_from([None, "day"]))
def test_sides_that_are_priced_together_are_priced_alike(
    changes: list[tuple[str, int, dict[str, Any]]], period: str | None
) -> None:
    base = [prompt(name, model="gpt-4o") for name in "abc"]  # without calls, so that a period matters
    edits = {name: prompt(name, oid=f"edited {name}", **assumed) for name, _, assumed in changes}
    head = [edits.get(file.prompt_id, file) for file in base]
    sizes = {("text", f"edited {name}"): facts(tokens) for name, tokens, _ in changes}
    known = Facts({**{(file.format, str(file.oid)): facts(7) for file in base}, **sizes})
    sides = [Snapshot("main", None, None, tuple(base)), Snapshot("index", None, per(period), tuple(head))]
    together = estimate_snapshots(sides, known, BOOK, ON)
    assert together == [estimate_snapshot(side, known, BOOK, ON) for side in sides]


def per(period: str | None) -> Manifest:
    return Manifest("llm-cost.toml", budget=Budget(period=period))


@given(TOKENS, st.integers(0, 20), assumptions)
def test_input_lies_in_its_band_and_above_its_parts(tokens: int, messages: int, assumed: Mapping[str, Any]) -> None:
    row = price((prompt(**assumed), facts(tokens, messages=messages))).rows[0]
    if isinstance(row, Unpriced):
        assert assumed["model"] == "nonsense"
        return
    assert row.input_low <= row.input_tokens <= row.input_high
    assert row.framing_tokens + row.cached_input_tokens <= row.input_tokens
    assert (row.grade == "exact") <= (row.input_low == row.input_high)
    assert row.list_cost >= 0


@given(TOKENS, assumptions, st.sampled_from([MISSING, None]))
def test_another_prompt_that_fails_changes_nothing(tokens: int, assumed: Mapping[str, Any], problem: Problem) -> None:
    good = (prompt("good", **assumed), facts(tokens))
    bad = (prompt("bad", problem=problem, model="nonsense"), facts())
    assert price(good).rows[0] == price(bad, good).rows[1]
