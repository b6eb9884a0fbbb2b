"""Reports: the two samples that this was asked for with, and what the wording has to keep apart."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.compare import compare_estimates
from llmcost_hooks.estimate import price_info
from llmcost_hooks.limits import Exceeded
from llmcost_hooks.policy import judge
from llmcost_hooks.prices.freshness import freshness
from llmcost_hooks.pricing import Row
from llmcost_hooks.render.jsondoc import diff_document
from llmcost_hooks.render.markdown import render_markdown
from llmcost_hooks.render.text import render_text
from llmcost_hooks.report import Name, Report, Table, count_prompts, grouped_notes, name_list
from llmcost_hooks.report_check import check_report
from llmcost_hooks.report_diff import FOLD_ABOVE, MOVES, diff_report
from llmcost_hooks.report_estimate import estimate_report
from llmcost_hooks.report_parts import amount, token_total, total, unit_line

from .build import BOOK, estimate, manifest, row, unpriced
from .situations import issue_check, issue_diff

DIFF = """\
📊 Cost Comparison: main → feat/new-prompts

| prompt_id   | Content   | Base    | Head    | Δ Cost     |
|-------------|-----------|---------|---------|------------|
| search      | modified  | $3.60   | $4.10   | +$0.50 ⚠️  |
| summarize   | unchanged | $2.80   | $2.80   | —          |
| classify    | new       | —       | $0.33   | +$0.33     |

Total: $6.40 → $7.23 (+13%)
"""
CHECK = """\
❌ Budget exceeded: $7.23 > $5.00 (limit)

Breakdown:
  search           $4.10  (57%) ← largest
  summarize        $2.80
  classify         $0.33

Suggestions:
  • search uses gpt-4o, consider gpt-4o-mini (-94%)
"""
UNIT = "Cost of 1,000 calls of every prompt per month; counts exact; prices of 2026-11-22"


def columns(markdown: str) -> list[list[str]]:
    """The cells of a Markdown table, without its rule."""
    lines = [line for line in markdown.splitlines() if line.startswith("|") and not line.startswith("|--")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_pull_request_table_that_was_asked_for() -> None:
    ours = render_markdown(issue_diff().report)
    assert columns(ours)[0] == columns(DIFF)[0]
    assert columns(ours)[1:] == sorted(columns(DIFF)[1:])  # by prompt_id
    outside = [line for line in ours.splitlines() if line and not line.startswith("|")]
    assert outside == [*(line for line in DIFF.splitlines() if line and not line.startswith("|")), f"_{UNIT}_"]


def test_the_check_that_was_asked_for() -> None:
    """Every line has its share here, not the largest alone."""
    ours = render_text(issue_check().report).splitlines()
    assert [line.split("  (39%)")[0].split("  (5%)")[0] for line in ours] == [*CHECK.splitlines(), "", UNIT]
    assert "  summarize        $2.80  (39%)" in ours
    assert "  classify         $0.33  (5%)" in ours


# --- amounts and units ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("each", "text"),
    [
        (None, "—"),
        (row(cost="4.1"), "$4.10"),
        (row(cost="4.1", grade="heuristic"), "~$4.10"),
        (row(cost="4.1", grade="calibrated"), "~$4.10"),
        (row(cost="4.1", output_tokens=None), "≥ $4.10"),
        (row(cost="4.1", output_tokens=None, grade="heuristic"), "≥ ~$4.10"),
        (unpriced(), "?"),
        (unpriced(input_tokens=1234), "1,234 tok"),
    ],
)
def test_the_marks_of_an_amount(each: Row | None, text: str) -> None:
    assert amount(each) == text


def test_a_total_is_marked_as_its_parts() -> None:
    assert total(estimate(row())) == "$1.00"
    assert total(estimate(row("a"), row("b", grade="heuristic"))) == "~$2.00"
    assert total(estimate(row("a"), row("b", output_tokens=None))) == "≥ $2.00"
    assert total(estimate(row("a"), unpriced("b"))) == "≥ $1.00"
    assert total(estimate(unpriced("a"), unpriced("b"))) == "unknown"
    assert total(estimate()) == "$0.00"


@pytest.mark.parametrize(
    ("rows", "period", "text"),
    [
        ([row(calls=1)], None, "Cost of one call of every prompt"),
        ([row(calls=1)], "day", "Cost of one call of every prompt per day"),
        ([row("a", calls=5), row("b", calls=5)], "month", "Cost of 5 calls of every prompt per month"),
        ([row("a", calls=5), row("b", calls=6)], "month", "Cost of the declared calls of every prompt per month"),
        ([row(calls=0)], "month", "Cost of 0 calls of every prompt per month"),
        (
            [row("a", calls=1, scenario="batch"), row("b", calls=1)],
            None,
            "Cost of one call of every prompt; scenario batch",
        ),
    ],
)
def test_every_report_says_what_its_money_means(rows: list[Row], period: str | None, text: str) -> None:
    side = estimate(*rows, period=period)
    assert unit_line(side) == (f"{text}; counts exact; prices of 2026-11-22",)
    assert estimate_report(side).unit == unit_line(side)


def test_both_sides_of_a_diff_speak_in_its_unit() -> None:
    line = unit_line(estimate(row(calls=5, grade="heuristic")), estimate(row(calls=6)))
    assert line == ("Cost of the declared calls of every prompt per month; counts heuristic (~); prices of 2026-11-22",)


@pytest.mark.parametrize(("days", "said"), [(-1, False), (0, True), (30, True), (400, True)])
def test_expired_prices_are_said_above_a_report_and_behind_its_totals(days: int, said: bool) -> None:
    on = BOOK.valid_until + timedelta(days)
    side = estimate(row())._replace(prices=price_info(BOOK, on))
    rules = manifest(limit="5")
    reports = [
        estimate_report(side),
        diff_report(compare_estimates(estimate(), side)),
        check_report(side, rules, judge(side, rules, None, None, BOOK, on), None),
    ]
    for report in reports:
        for text in (render_text(report), render_markdown(report)):
            assert text.startswith(f"⚠️  Pricing data expired (valid until: {BOOK.valid_until})") is said
            assert ("llm-cost update-db" in text) is said
            assert ("(using expired prices)" in text) is said


@pytest.mark.parametrize("on", [date(1970, 1, 1), date(2026, 11, 26), date(2040, 1, 1)])
def test_a_pinned_day_that_the_data_covers_needs_no_freshness(on: date) -> None:
    pinned = price_info(BOOK, on, BOOK.generated_at)
    assert pinned.freshness is None and not pinned.expired()
    assert unit_line(estimate(row())._replace(prices=pinned))[0].endswith(f"prices of {BOOK.generated_at}")
    beyond = price_info(BOOK, on, BOOK.generated_at + timedelta(1))
    assert beyond.freshness == freshness(BOOK.valid_until, on, BOOK.generated_at + timedelta(1))


def test_an_estimated_price_marks_every_number_that_it_is_in() -> None:
    side = estimate(row("a"), row("b", "2.00", price_estimated=True))
    assert (amount(side.rows[0]), amount(side.rows[1]), total(side)) == ("$1.00", "~$2.00", "~$3.00")
    assert unit_line(side)[0].endswith("; some prices estimated (~)")


@pytest.mark.parametrize(
    ("counts", "text"),
    [([], "0"), ([5, 1000], "1,005"), ([5, None], "≥ 5"), ([None], "unknown"), ([None, None], "unknown")],
)
def test_tokens_that_nobody_counted_are_not_0(counts: list[int | None], text: str) -> None:
    assert token_total(estimate(*(unpriced(f"p{n}", input_tokens=count) for n, count in enumerate(counts)))) == text


# --- diff -------------------------------------------------------------------------------------------------------------


def delta_of(base: Row | None, head: Row | None) -> str:
    """The last column of a diff of one prompt beside another one, which has a price."""
    left, right = ([row("zz"), each] if each else [row("zz")] for each in (base, head))
    report = diff_report(compare_estimates(estimate(*left), estimate(*right)))
    assert report.table is not None
    return "".join(report.table.rows[0][-1])


@pytest.mark.parametrize(
    ("base", "head", "text"),
    [
        (row("a", "1"), row("a", "1.50", content_hash="2"), "+$0.50 ⚠️"),
        (row("a", "1"), row("a", "1.50"), "+$0.50 ⚠️"),
        (row("a", "1"), row("a", "0.50", content_hash="2"), "-$0.50"),
        (row("a", "1"), row("a", "1", content_hash="2"), "—"),
        (None, row("a", "1"), "+$1.00"),
        (row("a", "1"), None, "-$1.00"),
        (row("a", "1"), row("a", "1.00000001"), "+$0.000000010 ⚠️"),
        (unpriced("a", input_tokens=5), unpriced("a", input_tokens=7), "+2 tok"),
        (unpriced("a", input_tokens=5), unpriced("a", input_tokens=5), "—"),
        (unpriced("a", input_tokens=5), None, "-5 tok"),
        (unpriced("a"), unpriced("a"), "?"),
        (row("a"), unpriced("a", input_tokens=1000), "?"),  # as many tokens, and nobody knows at which price
        (unpriced("a", input_tokens=1000), row("a"), "?"),
        (row("a"), row("a", output_tokens=None), "?"),
        (row("a", "1", output_tokens=None), row("a", "3", output_tokens=None), "+$2.00 ⚠️"),
        (None, row("a", output_tokens=None), "≥ +$1.00"),
        (row("a", output_tokens=None, grade="heuristic"), None, "≤ ~-$1.00"),
        (row("a"), row("a", "2", grade="heuristic"), "~+$1.00 ⚠️"),
        (row("a", "2", price_estimated=True), row("a"), "~-$1.00"),
        (row("a", grade="heuristic"), row("a", grade="heuristic"), "—"),
    ],
)
def test_a_change_is_money_tokens_or_unknown(base: Row | None, head: Row | None, text: str) -> None:
    assert delta_of(base, head) == text


def many(count: int, **changes: Any) -> list[Row]:
    return [row(f"p{n:03}", **changes) for n in range(count)]


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        (row("p000"), False),
        (row("p000", content_hash="2"), True),
        (row("p000", cost="2"), True),
        (row("p000", model="gpt-4"), True),
        (row("p000", path="elsewhere"), False),  # a note
        (row("p000", output_tokens=None), True),
        (unpriced("p000"), True),
        (unpriced("p000", input_tokens=1000), True),
        (row("new"), True),
    ],
)
def test_only_what_did_not_change_is_folded(changed: Row, shown: bool) -> None:
    base, head = many(FOLD_ABOVE + 1), [changed, *many(FOLD_ABOVE + 1)[1:]]
    report = diff_report(compare_estimates(estimate(*base), estimate(*head)))
    names = [cells[0][0] for cells in report.table.rows] if report.table else []
    assert (changed.prompt_id in names) is shown
    assert "".join(report.below[0]).endswith(" unchanged prompts are not shown.")


def test_a_few_rows_are_never_folded() -> None:
    report = diff_report(compare_estimates(estimate(*many(FOLD_ABOVE)), estimate(*many(FOLD_ABOVE))))
    assert report.table is not None
    assert len(report.table.rows) == FOLD_ABOVE


@given(st.lists(st.sampled_from(["same", "edited", "removed", "new", "moved"]), max_size=60))
def test_every_prompt_is_in_the_table_or_counted(kinds: list[str]) -> None:
    base = [row(f"p{n}") for n, kind in enumerate(kinds) if kind != "new"]
    changes: dict[str, dict[str, Any]] = {"edited": {"content_hash": "2"}, "moved": {"path": "x"}}
    head = [row(f"p{n}", **changes.get(kind, {})) for n, kind in enumerate(kinds) if kind != "removed"]
    report = diff_report(compare_estimates(estimate(*base), estimate(*head)))
    shown = len(report.table.rows) if report.table else 0
    folded = int(report.below[0][0].split()[0]) if len(report.below) == 2 else 0
    assert shown + folded == len(kinds)


def test_moves_are_told_up_to_a_number() -> None:
    base = many(MOVES + 3)
    head = [each._replace(path=f"new/{each.prompt_id}") for each in many(MOVES + 3)]
    notes = diff_report(compare_estimates(estimate(*base), estimate(*head))).notes
    assert len(notes) == MOVES + 1
    assert notes[-1] == ("3 more prompts moved",)


def test_a_partial_clone_is_said() -> None:
    comparison = compare_estimates(estimate(row()), estimate(row()))
    assert diff_report(comparison).notes == ()
    assert diff_report(comparison._replace(exact_renames_only=True)).notes == (
        ("This partial clone lacks contents: a prompt that was moved and edited shows as removed and new.",),
    )


def test_sides_of_other_periods_are_said_to_be() -> None:
    comparison = compare_estimates(estimate(row(), period=None), estimate(row(cost="2"), period="month"))
    report = diff_report(comparison)
    assert report.table is not None
    assert report.table.rows[0][-1] == ("?",)
    assert ("Base is quoted per call and head per month: their costs cannot be compared.",) in report.notes


def test_a_document_leaves_the_same_changes_unknown() -> None:
    """And those of lower bounds: a machine gets no difference of which a part is not known."""
    for base in (row(), row(output_tokens=None)):
        document = diff_document(compare_estimates(estimate(base), estimate(row(cost="2", output_tokens=None))))
        assert document["prompts"][0]["delta"] == dict.fromkeys(("cost", "text", "model", "assumptions", "prices"))
    document = diff_document(compare_estimates(estimate(row()), estimate(row(output_tokens=None))))
    assert document["total"]["delta"] is None
    assert document["total"]["head_at_least"] == "1"


# --- check ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exceeded", "text"),
    [
        (Exceeded("limit", Decimal("7.23"), Decimal("5"), "limit"), "Budget exceeded: $7.23 > $5.00 (limit)"),
        (Exceeded("limit", Decimal("5.001"), Decimal("5"), "limit"), "Budget exceeded: $5.001 > $5.00 (limit)"),
        (Exceeded("limit", Decimal("5.01"), Decimal("5.009"), "limit"), "Budget exceeded: $5.01 > $5.009 (limit)"),
        (Exceeded("limit", Decimal("1E-9"), Decimal(0), "limit"), "Budget exceeded: $0.0000000010 > $0.00 (limit)"),
        (Exceeded("max_increase", Decimal("2"), Decimal("1.5"), "$1.50"),
         "Increase exceeded: +$2.00 > $1.50 (max_increase $1.50)"),
        (Exceeded("max_increase", Decimal("1.6004"), Decimal("1.600325"), "25% of base"),
         "Increase exceeded: +$1.6004 > $1.600325 (max_increase 25% of base)"),
    ],
)  # fmt: skip
def test_what_is_over_a_limit_is_seen_to_be(exceeded: Exceeded, text: str) -> None:
    verdict = issue_verdict()._replace(exceeded=(exceeded,), suggestions=())
    report = check_report(estimate(row()), manifest(limit="5"), verdict, None)
    assert "".join(report.headline) == f"❌ {text}"


@pytest.mark.parametrize(
    ("changes", "mark", "left"),
    [
        ({}, "", ""),
        ({"grade": "heuristic"}, "~", "~"),
        ({"price_estimated": True}, "~", "~"),
        ({"output_tokens": None}, "≥ ", "at most "),
        ({"output_tokens": None, "grade": "heuristic"}, "≥ ~", "at most ~"),
    ],
)
def test_money_that_is_not_exact_is_marked_wherever_it_stands(changes: dict[str, Any], mark: str, left: str) -> None:
    side = estimate(*(row(f"p{n:02}", "0.10", list_cost=Decimal(1), **changes) for n in range(30)))
    within, over = (
        render_text(check_report(side, rules, judge(side, rules, None, None, BOOK, BOOK.generated_at), None))
        for rules in (manifest(limit="5"), manifest(limit="1"))
    )
    assert f"{left}$2.00 left" in within
    assert f"Budget exceeded: {mark}$3.00 > $1.00 (limit)" in over
    assert f"10 more {mark}$1.00 (33%)" in " ".join(over.split())
    assert f"List cost: {mark}$30.00\n" in render_text(estimate_report(side))


@pytest.mark.parametrize(
    ("base", "head", "text"),
    [
        ("exact", "exact", "+$1.00 > $0.25 (max_increase 25% of base)"),
        ("exact", "heuristic", "~+$1.00 > $0.25 (max_increase 25% of base)"),
        ("heuristic", "exact", "~+$1.00 > ~$0.25 (max_increase 25% of base)"),
    ],
)
def test_an_increase_is_marked_as_its_sides(base: str, head: str, text: str) -> None:
    comparison = compare_estimates(estimate(row(grade=base), label="main"), estimate(row(cost="2", grade=head)))
    rules = manifest(max_increase_percent="25")
    verdict = judge(comparison.head, rules, comparison, None, BOOK, BOOK.generated_at)
    headline = check_report(comparison.head, rules, verdict, comparison).headline
    assert "".join(headline) == f"❌ Increase exceeded: {text} over main"


def issue_verdict() -> Any:
    from llmcost_hooks.policy import judge

    return judge(estimate(row(cost="9")), manifest(limit="5"), None, None, BOOK, BOOK.generated_at)


# --- names and notes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b, c"), (["a", "b", "c", "d"], "a, b, c and 1 more"),
     ([f"p{n}" for n in range(2000)], "p0, p1, p2 and 1,997 more")],
)  # fmt: skip
def test_a_list_of_names(names: list[str], text: str) -> None:
    parts = name_list(names)
    assert "".join(parts) == text
    assert [part for part in parts if isinstance(part, Name)] == names[:3]


def test_notes_are_grouped_by_what_they_say() -> None:
    notes = grouped_notes([("a", "x"), ("b", "y"), ("c", "x")])
    assert ["".join(note) for note in notes] == ["a, c: x", "b: y"]


def test_prompts_are_counted_in_words() -> None:
    assert [count_prompts(n) for n in (0, 1, 2, 1000)] == ["0 prompts", "1 prompt", "2 prompts", "1,000 prompts"]


def test_a_report_can_be_a_headline_alone() -> None:
    assert render_text(Report(("Nothing.",))) == render_markdown(Report(("Nothing.",))) == "Nothing.\n"
    empty = Table(("a", "b"), ())
    assert render_markdown(Report(("Nothing.",), empty)) == "Nothing.\n"
    assert render_text(Report(("Nothing.",), empty)).startswith("Nothing.\n\na")
    assert render_text(Report(("Nothing.",), empty._replace(shares=True))) == "Nothing.\n\na:\n"
