"""A difference taken apart: text, model, assumptions, prices, exactly and in that order."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.compare import NO_CHANGE, Comparison, PromptDelta, Split, compare_estimates
from llmcost_hooks.estimate import estimate_snapshots
from llmcost_hooks.linking import Facts
from llmcost_hooks.lookup import make_resolver
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.prompts import PromptFacts
from llmcost_hooks.report_split import split_notes, why, why_total, worth_saying
from llmcost_hooks.snapshot import Snapshot, at_prices_of
from llmcost_hooks.split import chains, split_deltas, steps_between

from .build import BOOK, ON, estimate, facts, model, price_book, prompt, row

Side = tuple[str, PromptFacts, dict[str, Any]]  # a manifest's text, what the file says, its assumptions
MILLION = 1_000_000


def split(base: Side, head: Side, book: Any = BOOK) -> Comparison:
    """One prompt on two sides, compared and taken apart."""
    known, snapshots = {}, []
    for label, (text, said, assumed) in (("main", base), ("worktree", head)):
        manifest = parse_manifest(f"version = 1\n{text}".encode())
        oid = f"oid of {said.tokens} {said.model} {said.output_cap}"
        file = prompt(oid=oid, **assumed)._replace(prices=manifest.prices)
        known[file.format, oid] = said
        snapshots.append(Snapshot(label, None, manifest, (file,)))
    return taken_apart(snapshots, Facts(known), book)


def taken_apart(snapshots: list[Snapshot], known: Facts, book: Any = BOOK) -> Comparison:
    base, head = estimate_snapshots(snapshots, known, book, ON, force_stale=True)
    comparison = compare_estimates(base, head)
    found = chains(comparison, known, *(each.key() for each in snapshots))
    assert len(steps_between(found)) == 3 * len(found)
    return split_deltas(comparison, found, known, make_resolver(book, ON))


def parts(base: Side, head: Side) -> tuple[str | None, ...]:
    (found,) = split(base, head).rows
    assert found.split is not None
    return tuple(None if part is None else f"{part.normalize():f}" for part in found.split.parts())


def side(tokens: int = 1000, text: str = "", *, said: dict[str, Any] | None = None, **assumed: Any) -> Side:
    return text, facts(tokens, **(said or {})), {"model": "gpt-4o", "output_tokens": 100, "calls": MILLION, **assumed}


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (side(), side(), ("0", "0", "0", "0")),
        (side(1000), side(1001), ("2.5", "0", "0", "0")),
        (side(model="gpt-4o"), side(model="gpt-4o-mini"), ("0", "-3290", "0", "0")),
        (side(calls=MILLION), side(calls=2 * MILLION), ("0", "0", "3500", "0")),
        (side(), side(text='[prices.override."gpt-4o"]\ninput = 2\noutput = 10'), ("0", "0", "0", "-500")),
        (side(), side(text='[prices]\ndiscount = "10%"'), ("0", "0", "0", "-350")),
        # all at once: 10 tokens more, another model, 50 output tokens more, half the price
        (
            side(1000),
            side(1010, '[prices]\ndiscount = "50%"', model="gpt-4o-mini", output_tokens=150),
            ("25", "-3313.5", "30", "-120.75"),
        ),
        # what the file itself says: its model is a model, its cap an assumption
        (
            side(1000, model=None, output_tokens=None, said={"model": "gpt-4o", "cap": 100}),
            side(1010, model=None, output_tokens=None, said={"model": "gpt-4o-mini", "cap": 200}),
            ("25", "-3313.5", "60", "0"),
        ),
        # another encoding: one token more in cl100k_base
        (side(1000), side(1010, model="gpt-4"), ("25", str(1011 * 30 + 6000 - 3525), "0", "0")),
        (side(scenario="batch"), side(), ("0", "0", "1750", "0")),
        (side(service_tier="standard"), side(), ("0", "0", "0", "0")),
        # a model that only head's manifest knows has no price at base's; what did not change is still known
        (
            side(1000),
            side(1010, '[prices.model."ours"]\ninput = 1\noutput = 1\nbase = "gpt-4o"', model="ours"),
            ("25", None, "0", None),
        ),
        # no batch price of head's model with base's scenario
        (side(1000, scenario="batch"), side(1010, model="gpt-4", calls=MILLION), ("12.5", None, None, "0")),
        # an unknown output on both sides is left out of every part
        (side(1000, output_tokens=None), side(1010, output_tokens=None, calls=2 * MILLION), ("25", "0", "2525", "0")),
        # a measured input: the text does not move the cost
        (side(1000, avg_input_tokens=10), side(5000, avg_input_tokens=20), ("0", "0", "25", "0")),
    ],
)
def test_the_parts(base: Side, head: Side, expected: tuple[str | None, ...]) -> None:
    assert parts(base, head) == expected


def test_a_ratio_of_tokens_is_an_assumption() -> None:
    measured = '[tokens."claude-3-opus"]\nratio = 2\nlow = 1.9\nhigh = 2.1\non = "2026-11-01"'
    found = parts(side(1000, model="claude-3-opus"), side(1000, measured, model="claude-3-opus"))
    assert found[2] not in (None, "0") and (found[0], found[1], found[3]) == ("0", "0", "0")


def test_a_dated_row_is_a_price_and_goes_with_the_model_that_it_is_of() -> None:
    rows = '[[prices.rows]]\nmodel = "gpt-4o"\neffective_from = "2026-02-01"\ninput = 1\noutput = 1\noperator = "a"\n'
    rows += '[[prices.rows]]\nmodel = "gpt-4"\neffective_from = "2026-03-01"\ninput = 2\noutput = 2\noperator = "a"\n'
    day = parse_manifest(f"version = 1\n{rows}".encode()).prices
    assert day is not None
    first, second = (each.effective_from for each in day.rates)
    assert parts(side(text=rows), side(text=rows, price_version=first)) == ("0", "0", "0", "0")
    pinned = parts(side(text=rows), side(text=rows, model="gpt-4", price_version=second))
    assert pinned == ("0", str(2 * 1101 - 1100), "0", "0")


def test_new_and_removed_prompts_are_text_as_a_whole() -> None:
    there = estimate(row("a", "3"))
    for rows, cost in ((compare_estimates(estimate(), there).rows, 3), (compare_estimates(there, estimate()).rows, -3)):
        assert [each.split for each in rows] == [NO_CHANGE._replace(text=Decimal(cost))]


def test_a_difference_that_is_not_known_has_no_parts() -> None:
    found = split(side(output_tokens=None), side())
    assert (found.rows[0].cost, found.rows[0].split, found.split()) == (None, None, None)
    assert split(side(model="nonsense"), side()).rows[0].split is None


def test_sides_that_are_one_row_have_nothing_to_split() -> None:
    found = split(side(), side())
    assert found.rows[0].split == NO_CHANGE == found.split()


def test_at_the_upper_bound_nothing_is_taken_apart() -> None:
    found = split(side(), side(1010, model="gpt-4o-mini")).at_upper_bound()
    assert found.rows[0].split is None and found.split() is None


def test_base_at_the_prices_of_another_day() -> None:
    dated = model({"input": "4", "output": "10"}, since="2025-01-01")
    dated["offers"][0]["prices"] += model({"input": "1", "output": "10"}, since="2026-06-01")["offers"][0]["prices"]
    book = price_book({"gpt-4o": dated})
    said = {("text", "1"): facts(1000), ("text", "2"): facts(1010)}
    base, head = (
        Snapshot(label, None, None, (prompt(oid=oid, model="gpt-4o", output_tokens=0, calls=MILLION),))
        for label, oid in (("main", "1"), ("worktree", "2"))
    )
    found = taken_apart([at_prices_of(base, ON.replace(month=3)), head], Facts(said), book)
    assert found.rows[0].split == NO_CHANGE._replace(text=Decimal(40), prices=Decimal(-3030))
    assert found.base.prices.as_of == ON.replace(month=3) and found.head.prices.as_of is None


# --- laws -------------------------------------------------------------------------------------------------------------

MODELS = st.sampled_from(["gpt-4o", "gpt-4o-mini", "gpt-4", "tiered", "claude-3-opus", "free"])
MANIFESTS = st.sampled_from(
    [
        "", '[prices]\ndiscount = "12.3%"', '[prices.override."gpt-4o"]\ninput = 1.7\noutput = 3',
        '[prices]\nas_of = "2026-01-01"', '[tokens."gpt-4"]\nratio = 1.5\nlow = 1.4\nhigh = 1.6\non = "2026-11-01"',
    ]
)  # fmt: skip
SIDES = st.tuples(
    MANIFESTS,
    st.builds(facts, st.integers(0, 300_000), model=MODELS, cap=st.sampled_from([None, 500])),
    st.fixed_dictionaries(
        {"calls": st.integers(0, 10**9)},
        optional={
            "model": MODELS,
            "output_tokens": st.integers(0, 10**6),
            "output_ratio": st.decimals(0, 3, places=3),
            "scenario": st.sampled_from(["default", "batch", "cached"]),
            "cache_hit_ratio": st.decimals(0, 1, places=3),
            "variables": st.just((("more", 10, 20),)),
        },
    ),
)


@given(SIDES, SIDES)
def test_the_parts_sum_to_the_difference_to_the_last_digit(base: Side, head: Side) -> None:
    found = split(base, head)
    (delta,) = found.rows
    if delta.cost is None:
        assert delta.split is None
        return
    assert delta.split is not None
    known = [part for part in delta.split.parts() if part is not None]
    if delta.split.whole():
        assert sum(map(Fraction, known), Fraction(0)) == Fraction(delta.cost)
        assert delta.split.why == ""
    else:
        assert len(known) <= 2 and delta.split.why


@given(SIDES, SIDES, st.sampled_from(["text", "model", "assumptions", "prices"]))
def test_what_does_not_change_has_no_part(base: Side, head: Side, what: str) -> None:
    """Head with one of the four as on base: that part is exactly 0, whatever the others do."""
    text, said, assumed = head
    named = base[2].get("model") or base[1].model
    if what == "text":
        said = said._replace(tokens=base[1].tokens)
    elif what == "model":
        assumed = {**assumed, "model": named}
    elif what == "prices":
        text = base[0]
    else:
        said = said._replace(output_cap=base[1].output_cap)
        assumed = {**base[2], "model": assumed.get("model") or said.model}
        text = text if "tokens" not in text + base[0] else base[0]
    delta = split(base, (text, said, assumed)).rows[0]
    assert delta.split is None or getattr(delta.split, what) == 0


@given(st.lists(SIDES, min_size=2, max_size=2))
def test_the_way_back_has_the_same_total(sides: list[Side]) -> None:
    there, back = split(*sides), split(*reversed(sides))
    if there.rows[0].cost is not None:
        assert back.rows[0].cost == -there.rows[0].cost


# --- what is said of it -----------------------------------------------------------------------------------------------


def said(split: Split | None, **changes: Any) -> PromptDelta:
    base, head = row(**changes), row(content_hash="2", **changes)
    return PromptDelta("search", "modified", base, head, Decimal(1), split=split)


def test_the_wording() -> None:
    one, zero = Decimal(1), Decimal(0)
    assert why(said(None)) == ""
    assert why(said(NO_CHANGE)) == ""
    assert why(said(Split(one, zero, zero, zero))) == "text"
    assert why(said(Split(zero, zero, zero, -one))) == "prices"
    assert why(said(Split(one, -one, zero, zero))) == "text +$1.00, model -$1.00"
    assert why(said(Split(one, -one, zero, zero), grade="heuristic")) == "text ~+$1.00, model ~-$1.00"
    assert why(said(Split(zero, None, zero, None, "x"))) == "model ?, prices ?"
    assert why(said(Split(zero, None, zero, zero, "x"))) == "model ?"


def test_a_change_of_text_alone_is_no_news() -> None:
    one, zero = Decimal(1), Decimal(0)
    assert not worth_saying([said(None), said(NO_CHANGE), said(Split(one, zero, zero, zero))])
    assert worth_saying([said(Split(one, one, zero, zero))])
    assert worth_saying([said(Split(None, zero, zero, zero, "x"))])


def test_the_total_and_what_is_not_known_of_it() -> None:
    known = split(side(1000), side(1010, '[prices]\ndiscount = "50%"', model="gpt-4o-mini", output_tokens=150))
    assert why_total(known) == ("Of which: text +$25.00, model -$3,313.50, assumptions +$30.00, prices -$120.75",)
    assert split_notes(known) == ()
    lost = split(side(1000, scenario="batch"), side(1010, model="gpt-4"))
    assert why_total(lost) == ("Of which: text +$12.50, model ?, assumptions ?",)
    assert split_notes(lost) == (
        ("search", ": ", "what model and assumptions alone cost is not known: gpt-4 has no batch price"),
    )
    assert why_total(split(side(), side())) == ()
