"""Which prompts are the same, and what changed between them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.compare import NO_CHANGE, Comparison, PromptDelta, Split, compare_estimates
from llmcost_hooks.pricing import Row
from llmcost_hooks.prompts import Problem
from llmcost_hooks.snapshot import MISSING

from .build import estimate, row, unpriced


def compare(base: list[Row], head: list[Row], renames: dict[str, str] | None = None) -> Comparison:
    return compare_estimates(estimate(*base, label="main"), estimate(*head, label="worktree"), renames)


def one(base: Row | None, head: Row | None, renames: dict[str, str] | None = None) -> PromptDelta:
    rows = compare([base] if base else [], [head] if head else [], renames).rows
    assert len(rows) == 1
    return rows[0]


def text(cost: str) -> Split:
    """All of a difference is the text."""
    return NO_CHANGE._replace(text=Decimal(cost))


def by_path(path: str, cost: str = "1.00", **changes: Any) -> Row:
    """A prompt without an id of its own."""
    return row(path, cost, path=path, named=False, **changes)


# --- content and cost -------------------------------------------------------------------------------------------------


def test_the_four_contents() -> None:
    assert one(None, row()) == PromptDelta("search", "new", None, row(), Decimal("1.00"), split=text("1"))
    assert one(row(), None) == PromptDelta("search", "removed", row(), None, Decimal("-1.00"), split=text("-1"))
    assert one(row(), row()) == PromptDelta("search", "unchanged", row(), row(), Decimal(0))
    edited = row(cost="1.25", content_hash="another")
    assert one(row(), edited) == PromptDelta("search", "modified", row(), edited, Decimal("0.25"))


def test_content_is_what_git_says_of_the_blob_and_nothing_else() -> None:
    assert one(row(), row(cost="9", model="gpt-4", path="moved.txt")).content == "unchanged"
    assert one(row(content_hash="a"), row(content_hash="b")).content == "modified"


def test_what_is_not_there_has_no_content_to_compare() -> None:
    unread = unpriced("search", content_hash=None)
    assert one(unread, unread).content == "modified"


def test_a_prompt_that_head_lists_and_does_not_have_is_removed() -> None:
    gone = unpriced("search", content_hash=None, problem=MISSING)
    delta = one(row(), gone)
    assert (delta.content, delta.head, delta.cost) == ("removed", gone, None)


def test_a_prompt_that_base_lists_and_does_not_have_is_new() -> None:
    """It was wrong on base, which is no reason to call it known there."""
    gone = unpriced("search", content_hash=None, problem=MISSING)
    result = compare([gone], [row()])
    assert result.rows == (PromptDelta("search", "new", None, row(), Decimal("1.00"), split=text("1")),)
    assert result.delta() is None  # base is not fully known
    assert compare([gone], []).rows == ()


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (row(), unpriced("search")),
        (unpriced("search"), row()),
        (unpriced("search"), unpriced("search")),
        (None, unpriced("search")),
        (unpriced("search"), None),
        (row(output_tokens=None), row()),  # input against input and output is no difference
        (row(), row(output_tokens=None)),
    ],
)
def test_a_difference_with_an_unknown_part_is_unknown(base: Row | None, head: Row | None) -> None:
    assert one(base, head).cost is None


def test_input_is_compared_with_input() -> None:
    delta = one(row(output_tokens=None), row(cost="1.50", output_tokens=None))
    assert delta.cost == Decimal("0.50")
    assert one(None, row(output_tokens=None)).cost == Decimal("1.00")


@pytest.mark.parametrize(
    ("base", "head", "change"),
    [
        (row(model="gpt-4"), row(), ("gpt-4", "gpt-4o")),
        (row(), row(), None),
        (row(), unpriced("search", model="nonsense"), ("gpt-4o", "nonsense")),
        (row(), unpriced("search"), None),
        (unpriced("search"), row(), None),
        (row(), None, None),
        (None, row(), None),
    ],
)
def test_a_change_of_model(base: Row | None, head: Row | None, change: tuple[str, str] | None) -> None:
    assert one(base, head).model_change() == change


# --- identity ---------------------------------------------------------------------------------------------------------


def pairs(base: list[Row], head: list[Row], renames: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    """(prompt_id, base's path or "", head's path or "") of every row."""
    rows = compare(base, head, renames).rows
    return [(each.prompt_id, each.base.path if each.base else "", each.head.path if each.head else "") for each in rows]


def test_an_id_is_kept_wherever_its_file_goes() -> None:
    assert pairs([row("a", path="x")], [row("a", path="y")]) == [("a", "x", "y")]


def test_ids_go_before_paths() -> None:
    swapped: list[Row] = [row("a", path="y"), row("b", path="x")]
    assert pairs([row("a", path="x"), row("b", path="y")], swapped) == [("a", "x", "y"), ("b", "y", "x")]


def test_another_id_is_another_prompt_even_at_the_same_path() -> None:
    assert pairs([row("a", path="x")], [row("b", path="x")]) == [("a", "x", ""), ("b", "", "x")]
    assert pairs([row("a", path="x")], [row("b", path="y")], {"y": "x"}) == [("a", "x", ""), ("b", "", "y")]


def test_a_path_is_an_identity_where_there_is_no_id() -> None:
    assert pairs([by_path("x")], [by_path("x")]) == [("x", "x", "x")]
    assert pairs([by_path("x")], [by_path("y")]) == [("x", "x", ""), ("y", "", "y")]


def test_a_path_is_carried_across_a_rename() -> None:
    assert pairs([by_path("x")], [by_path("y")], {"y": "x"}) == [("y", "x", "y")]


def test_an_id_can_be_given_and_taken() -> None:
    assert pairs([by_path("x")], [row("a", path="x")]) == [("a", "x", "x")]
    assert pairs([row("a", path="x")], [by_path("x")]) == [("x", "x", "x")]
    assert pairs([by_path("x")], [row("a", path="y")], {"y": "x"}) == [("a", "x", "y")]
    assert pairs([row("a", path="x")], [by_path("y")], {"y": "x"}) == [("y", "x", "y")]


def test_one_base_prompt_is_paired_once() -> None:
    copied = compare([by_path("x")], [by_path("y"), by_path("z")], {"y": "x", "z": "x"})
    assert [(each.prompt_id, each.content) for each in copied.rows] == [("y", "modified"), ("z", "new")]


def test_a_rename_in_a_circle() -> None:
    """Ids, here the paths, go first: each is the prompt at its place, edited."""
    around = {"y": "x", "x": "y"}
    both: list[Row] = [by_path("x"), by_path("y")]
    assert pairs(both, both, around) == [("x", "x", "x"), ("y", "y", "y")]


def test_a_chain_of_renames_is_followed_one_step() -> None:
    assert pairs([by_path("x"), by_path("y")], [by_path("y"), by_path("z")], {"y": "x", "z": "y"}) == [
        ("x", "x", ""),
        ("y", "y", "y"),
        ("z", "", "z"),
    ]


def test_renames_of_other_files_mean_nothing() -> None:
    assert pairs([row("a", path="x")], [row("a", path="x")], {"p": "q", "x": "r"}) == [("a", "x", "x")]


# --- totals -----------------------------------------------------------------------------------------------------------


def test_the_issues_totals() -> None:
    result = compare(
        [row("search", "3.60"), row("summarize", "2.80")],
        [row("search", "4.10"), row("summarize", "2.80"), row("classify", "0.33")],
    )
    assert (result.delta(), result.known_delta()) == (Decimal("0.83"), Decimal("0.83"))
    assert result.percent() == Decimal("12.96875")


def test_a_percentage_needs_a_base_and_no_unknown_part() -> None:
    assert compare([], [row()]).percent() is None
    assert compare([row(cost="0")], [row()]).percent() is None
    assert compare([row()], [row(), unpriced()]).percent() is None
    assert compare([row()], [row(output_tokens=None)]).percent() is None
    assert compare([row()], []).percent() == -100
    assert compare([row(cost="3")], [row(cost="4")]).percent() == Decimal("33.33333333")


def test_what_is_unknown_on_base_makes_an_increase_larger() -> None:
    result = compare([row("a", "1"), unpriced("b")], [row("a", "1"), row("b", "2")])
    assert result.delta() is None
    assert result.known_delta() == 2


def test_input_is_held_against_input_where_one_output_is_unknown() -> None:
    """Stating an output size is no increase, and dropping it no saving."""
    whole, part = row(cost="3", input_cost=Decimal(1)), row(cost="1", input_cost=Decimal(1), output_tokens=None)
    for base, head in ((whole, part), (part, whole)):
        result = compare([base, row("other", "2")], [head, row("other", "5")])
        assert result.comparable() == (Decimal(3), Decimal(6))
        assert result.known_delta() == 3
        assert result.delta() is None


def test_sides_of_other_periods_are_not_compared() -> None:
    day, month = estimate(row(), label="main", period="day"), estimate(row(cost="2"), period="month")
    result = compare_estimates(day, month)
    assert not result.same_unit()
    assert [(each.content, each.cost) for each in result.rows] == [("unchanged", None)]
    assert (result.delta(), result.percent()) == (None, None)


@pytest.mark.parametrize("empty", ["base", "head", "both"])
def test_a_side_without_prompts_has_no_unit(empty: str) -> None:
    nothing, something = estimate(period=None), estimate(row(), period="month")
    result = compare_estimates(
        nothing if empty in ("base", "both") else something, nothing if empty in ("head", "both") else something
    )
    assert result.same_unit()
    assert all(each.cost is not None for each in result.rows)


def test_comparing_with_itself_changes_nothing() -> None:
    side = estimate(row("a"), row("b", "0"), by_path("c", "7"))
    same = compare_estimates(side, side)
    assert [(each.content, each.cost) for each in same.rows] == [("unchanged", Decimal(0))] * 3
    assert same.delta() == 0
    assert all(each.shared() for each in same.rows)


def test_only_a_priced_row_that_both_sides_have_is_shared() -> None:
    both, unknown = row(), unpriced("search")
    assert one(both, both).shared()
    assert not one(both, row(cost="2")).shared()
    assert not one(unknown, unknown).shared()
    assert not one(None, both).shared()


def test_nothing_against_nothing() -> None:
    assert compare([], []).rows == ()
    assert compare([], []).delta() == 0
    assert compare([], []).percent() is None


# --- laws -------------------------------------------------------------------------------------------------------------

ID = st.sampled_from(["a", "b", "c", "d", "e"])
COST = st.decimals(0, 10**6, places=9)


@st.composite
def sides(draw: st.DrawFn, *, broken: bool = True) -> list[Row]:
    rows: list[Row] = []
    for name in draw(st.lists(ID, unique=True)):
        named = draw(st.booleans())
        prompt_id = f"id-{name}" if named else f"path-{name}"
        changes: dict[str, Any] = {
            "path": f"path-{name}", "named": named, "content_hash": draw(st.sampled_from(["1", "2"])),
        }  # fmt: skip
        if broken and draw(st.booleans()):
            rows.append(unpriced(prompt_id, problem=Problem("cannot be read", "", unpriced().problem.code), **changes))
        else:
            output = draw(st.sampled_from([None, 5])) if broken else 5
            rows.append(row(prompt_id, draw(COST), output_tokens=output, **changes))
    return rows


@given(sides(), sides())
def test_a_comparison_mirrors(base: list[Row], head: list[Row]) -> None:
    there, back = compare(base, head), compare(head, base)
    assert there.known_delta() == -back.known_delta()
    assert there.delta() == (None if back.delta() is None else -(back.delta() or 0))
    turned = {"new": "removed", "removed": "new"}
    mirrored = {(each.head, each.base, turned.get(each.content, each.content), each.cost) for each in _frozen(back)}
    assert {
        (each.base, each.head, each.content, None if each.cost is None else -each.cost) for each in _frozen(there)
    } == mirrored


class Frozen:
    """A delta that can be put into a set: rows by what tells them apart."""

    def __init__(self, delta: PromptDelta) -> None:
        self.base = delta.base and (delta.base.prompt_id, delta.base.path, delta.base.content_hash)
        self.head = delta.head and (delta.head.prompt_id, delta.head.path, delta.head.content_hash)
        self.content, self.cost = delta.content, delta.cost


def _frozen(comparison: Comparison) -> list[Frozen]:
    return [Frozen(delta) for delta in comparison.rows]


@given(sides(broken=False), sides(broken=False))
def test_deltas_sum_to_head_minus_base(base: list[Row], head: list[Row]) -> None:
    result = compare(base, head)
    parts = sum((Fraction(each.cost or 0) for each in result.rows), start=Fraction(0))
    assert parts == Fraction(result.head.known_cost()) - Fraction(result.base.known_cost())
    assert result.delta() == result.known_delta()
    assert Fraction(result.known_delta()) == parts


@given(sides(), sides())
def test_every_prompt_of_both_sides_is_in_one_row(base: list[Row], head: list[Row]) -> None:
    rows = compare(base, head).rows
    assert sorted(each.base.prompt_id for each in rows if each.base) == sorted(each.prompt_id for each in base)
    assert sorted(each.head.prompt_id for each in rows if each.head) == sorted(each.prompt_id for each in head)
    assert [each.prompt_id for each in rows] == sorted(each.prompt_id for each in rows)
    for each in rows:
        assert (each.content == "new") == (each.base is None)
        assert (each.content == "removed") == (each.head is None)


@given(sides(broken=False), sides(broken=False))
def test_a_percentage_is_of_base(base: list[Row], head: list[Row]) -> None:
    result = compare(base, head)
    percent, whole = result.percent(), Fraction(result.base.known_cost())
    if whole == 0:
        assert percent is None
        return
    assert percent is not None
    exact = Fraction(result.known_delta()) / whole * 100
    assert abs(Fraction(percent) - exact) <= abs(exact) / 10**9
