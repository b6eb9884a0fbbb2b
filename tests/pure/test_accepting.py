"""What waivers and approvals allow, and what they never do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.accepting import COMMIT, MESSAGE, WHOLE, Use, join_uses
from llmcost_hooks.compare import Comparison, compare_estimates
from llmcost_hooks.errors import ConfigError, ExitCode
from llmcost_hooks.estimate import Estimate
from llmcost_hooks.manifest import Manifest
from llmcost_hooks.manifest_budget import Budget, Limits, TagLimits
from llmcost_hooks.policy import Verdict, judge
from llmcost_hooks.render.jsondoc import check_document
from llmcost_hooks.render.jsonparts import render_json
from llmcost_hooks.render.markdown import render_markdown
from llmcost_hooks.render.text import render_text
from llmcost_hooks.report_accepting import statement_notes
from llmcost_hooks.report_check import check_report
from llmcost_hooks.report_diff import diff_report
from llmcost_hooks.waivers import NOTHING_STATED, Statements, parse_statements

from .build import BOOK, ON, estimate, row

APPROVED = "Ada <ada@example.com>"


def side(costs: dict[str, str], tags: dict[str, str] | None = None) -> Estimate:
    """Prompts by id and cost; the tag "team" of some."""
    teams = tags or {}
    return estimate(
        *(row(name, cost, tags={"team": teams[name]} if name in teams else {}) for name, cost in costs.items())
    )


def said(*waivers: str, approved: bool = False) -> Statements:
    return parse_statements([("a" * 40, list(waivers), [APPROVED] if approved else [])])


def verdict(
    base: Estimate, head: Estimate, *waivers: str, stage: str = WHOLE, approved: bool = False, on: date = ON,
    directory: str = "", **budget: Any,
) -> Verdict:  # fmt: skip
    rules = Manifest("llm-cost.toml", budget=Budget(**{"period": "month", **budget}), directory=directory)
    stated = said(*waivers, approved=approved)
    return judge(head, rules, compare_estimates(base, head), None, BOOK, on, said=stated, stage=stage)


def states(found: Verdict) -> list[str]:
    return [use.state for use in found.waivers]


TEN = side({"a": "10", "b": "10"}, {"a": "search", "b": "billing"})
MORE = side({"a": "15", "b": "11"}, {"a": "search", "b": "billing"})  # +5 and +1
LIMIT: dict[str, Any] = {"max_increase": Decimal(2)}


@pytest.mark.parametrize(
    ("waiver", "holds", "state"),
    [
        ("total <= +$6/month (x)", True, "used"),
        ("* <= +$6/month (x)", True, "used"),
        ("total <= +$5.99/month (x)", False, "exceeded"),
        ("total <= +30% (x)", True, "used"),
        ("total <= +29.9% (x)", False, "exceeded"),
        ("a <= +$5/month (x)", True, "used"),  # what is left, +1, is within max_increase
        ("a <= +$4.99/month (x)", False, "exceeded"),
        ("a <= +50% (x)", True, "used"),
        ("a <= +49% (x)", False, "exceeded"),
        ("b <= +$5/month (x)", False, "unused"),  # +5 of the other are left
        ("tag:team:search <= +$5/month (x)", True, "used"),
        ("tag:team:search <= +$4/month (x)", False, "exceeded"),
        ("tag:team:nobody <= +$9/month (x)", False, "unused"),
        ("web:total <= +$9/month (x)", False, "unused"),
        ("nothing <= +$9/month (x)", False, "unused"),
        ("total <= $99/month (x)", False, "unused"),  # what it may cost in all says nothing of an increase
        ("a <= +$5/month until 2026-11-22 (x)", True, "used"),
        ("a <= +$5/month until 2026-11-21 (x)", False, "expired"),
    ],
)
def test_an_increase_of_the_total(waiver: str, holds: bool, state: str) -> None:
    found = verdict(TEN, MORE, waiver, **LIMIT)
    assert (found.code() == 0, states(found)) == (holds, [state])
    assert len(found.exceeded) + len(found.waived) == 1


def test_waivers_do_not_add_up_but_name_different_prompts() -> None:
    assert verdict(TEN, MORE, "a <= +$3/month (x)", "a <= +$2/month (y)", max_increase=Decimal(0)).code()
    both = verdict(TEN, MORE, "a <= +$5/month (x)", "b <= +$1/month (y)", max_increase=Decimal(0))
    assert both.code() == 0 and states(both) == ["used", "used"]
    twice = verdict(TEN, MORE, "a <= +$5/month (x)", "tag:team:search <= +$5/month (y)", max_increase=Decimal(0))
    assert twice.code(), "an increase that two waivers name is accepted once"


def test_what_others_save_accepts_nothing_more() -> None:
    """A tag whose prompts together cost as before: its waiver does not make room for the increase of one of them."""
    teams = dict.fromkeys("ab", "search")
    base, head = side({"a": "10", "b": "10", "c": "1"}, teams), side({"a": "20", "b": "0", "c": "9"}, teams)
    assert verdict(base, head, "tag:team:search <= +$0/month (x)", **LIMIT).code()


def test_an_increase_of_one_prompt_and_of_a_tag() -> None:
    prompt: dict[str, Any] = {"max_prompt_increase": Decimal(2)}
    assert verdict(TEN, MORE, "a <= +$5/month (x)", **prompt).code() == 0
    assert verdict(TEN, MORE, "total <= +$99/month (x)", **prompt).code(), "it does not name the prompt"
    assert verdict(TEN, MORE, "tag:team:search <= +$99/month (x)", **prompt).code()
    tag: dict[str, Any] = {"by_tag": (TagLimits("team", "search", Limits(max_increase=Decimal(2))),)}
    assert verdict(TEN, MORE, **tag).code()
    assert verdict(TEN, MORE, "tag:team:search <= +$5/month (x)", **tag).code() == 0
    assert verdict(TEN, MORE, "a <= +$5/month (x)", **tag).code() == 0
    assert verdict(TEN, MORE, "tag:team:billing <= +$5/month (x)", **tag).code()
    assert verdict(TEN, MORE, "total <= +$99/month (x)", **tag).code()


def test_a_prompt_that_comes_into_a_tag() -> None:
    """To the tag it is new, whatever it cost before."""
    base, head = (
        side({"a": "10", "b": "5"}, {"b": "search"}),
        side({"a": "10", "b": "5"}, dict.fromkeys("ab", "search")),
    )
    tag: dict[str, Any] = {"by_tag": (TagLimits("team", "search", Limits(max_increase=Decimal(2))),)}
    assert verdict(base, head, "tag:team:search <= +100% (x)", **tag).code(), "100% of 5, and it is 10"
    assert verdict(base, head, "tag:team:search <= +200% (x)", **tag).code() == 0


@pytest.mark.parametrize(
    ("waiver", "holds"),
    [("total <= $26/month (x)", True), ("total <= $25/month (x)", False), ("total <= +$99/month (x)", False),
     ("a <= $99/month (x)", False), ("total <= $26/month until 2026-01-01 (x)", False)],
)  # fmt: skip
def test_a_limit_is_lifted_only_by_what_names_a_cost(waiver: str, holds: bool) -> None:
    assert (verdict(TEN, MORE, waiver, limit=Decimal(20)).code() == 0) == holds


def test_other_limits_are_never_lifted() -> None:
    everything = ("total <= $9999/month (x)", "a <= $9999/month (x)", "total <= +$9999/month (x)", "a <= +9999% (x)")
    assert verdict(TEN, MORE, *everything, max_infer=Decimal(1)).code() == ExitCode.BUDGET_EXCEEDED
    broken = estimate(row("a", "15", output_tokens=None))
    assert verdict(TEN, broken, *everything, require_output=True).code() == ExitCode.BUDGET_EXCEEDED


def test_approvals() -> None:
    above: dict[str, Any] = {"approve_above": Decimal(6)}
    assert verdict(TEN, MORE, **above).code() == 0
    above = {"approve_above": Decimal("5.99")}
    found = verdict(TEN, MORE, "total <= +$99/month (x)", **above)
    assert [each.what for each in found.exceeded] == ["approve_above"], "a waiver is no approval"
    approved = verdict(TEN, MORE, approved=True, **above)
    assert approved.code() == 0 and approved.approvers == (APPROVED,)
    assert verdict(side({}), MORE, **above).code(), "what begins dear needs one too"
    assert verdict(MORE, TEN, **above).code() == 0


def test_stages() -> None:
    limits: dict[str, Any] = {"limit": Decimal(20), "max_increase": Decimal(2), "approve_above": Decimal(3)}
    early = verdict(TEN, MORE, stage=COMMIT, **limits)
    assert [each.what for each in early.exceeded] == ["limit"]
    assert [each.what for each in early.warned] == ["max_increase", "approve_above"]
    message = verdict(TEN, MORE, stage=MESSAGE, **limits)
    assert [each.what for each in message.exceeded] == ["max_increase", "approve_above"] and not message.warned
    assert [each.what for each in verdict(TEN, MORE, **limits).exceeded] == ["limit", "max_increase", "approve_above"]
    assert verdict(TEN, MORE, stage=COMMIT, **LIMIT).code() == 0


@pytest.mark.parametrize(
    ("waiver", "budget", "reason"),
    [
        ("a <= +$5/week (x)", {}, "is stated per week, and [budget] period is month"),
        ("total <= +$5 (x)", {}, "is stated without a period, and [budget] period is month"),
        ("a <= +$5/month (x)", {"period": None}, "is stated per month, and [budget] has no period"),
        ("a <= +€5/month (x)", {}, "is in EUR, and [budget] in USD"),
        ("a <= +5 CHF/month (x)", {"currency": "EUR", "usd_rate": Decimal("1.1")}, "is in CHF, and [budget] in EUR"),
    ],
)
def test_another_unit_is_an_error(waiver: str, budget: dict[str, Any], reason: str) -> None:
    with pytest.raises(ConfigError) as raised:
        verdict(TEN, MORE, waiver, **budget)
    assert raised.value.message.startswith("commit aaaaaaaaa: LLM-Cost-Accept ") and reason in raised.value.message
    assert verdict(TEN, MORE, waiver.replace("(x)", "until 2026-01-01 (x)"), **budget).code() == 0, "expired: nothing"
    assert verdict(TEN, MORE, waiver.replace("a ", "c ").replace("total", "web:total"), **budget).code() == 0


def test_another_currency_is_the_manifests() -> None:
    euros: dict[str, Any] = {"currency": "EUR", "usd_rate": Decimal("1.25"), "max_increase": Decimal(2)}
    assert verdict(TEN, MORE, "total <= +€4.80/month (x)", **euros).code() == 0
    assert verdict(TEN, MORE, "total <= +€4.79/month (x)", **euros).code()
    assert verdict(TEN, MORE, "total <= +$6/month (x)", **euros).code() == 0


def test_a_manifest_below_the_top_is_named_by_its_directory() -> None:
    base, head = (side({f"web:{name}": cost for name, cost in costs.items()}) for costs in ({"a": "1"}, {"a": "9"}))
    for waiver, holds in (("web:total", True), ("web:a", True), ("total", False), ("a", False), ("web:b", False)):
        assert (verdict(base, head, f"{waiver} <= +$8/month (x)", directory="web/", **LIMIT).code() == 0) == holds


def test_one_use_of_several_manifests() -> None:
    one, other = said("a <= +$1/month (x)", "b <= +$1/month (x)").waivers
    uses = [[Use(one, "unused"), Use(other, "exceeded")], [Use(one, "used", Decimal(1)), Use(other, "unused")]]
    assert join_uses(uses) == (Use(one, "used", Decimal(1)), Use(other, "exceeded"))


# --- laws -------------------------------------------------------------------------------------------------------------

COST = st.integers(0, 12).map(lambda cents: str(Decimal(cents) / 4))
NAMES = ("a", "b", "c")
SIDES = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, COST))
TEAMS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, st.sampled_from(["search", "billing"])))
WAIVER = st.builds(
    "{} <= {} {}(x)".format,
    st.sampled_from([*NAMES, "total", "*", "tag:team:search", "tag:team:billing", "web:a"]),
    st.sampled_from(["+$0/month", "+$0.50/month", "+$1/month", "+$9/month", "+10%", "+100%", "$2/month", "$99/month"]),
    st.sampled_from(["", "", "until 2026-11-21 ", "until 2026-11-22 "]),
)
MONEY = st.none() | st.sampled_from([Decimal(0), Decimal("0.25"), Decimal(1)])
BUDGETS = st.fixed_dictionaries(
    {
        "max_increase": MONEY, "max_increase_percent": MONEY, "max_prompt_increase": MONEY, "limit": MONEY,
        "approve_above": MONEY,
        "by_tag": st.just(()) | MONEY.map(lambda most: (TagLimits("team", "search", Limits(most, max_increase=most)),)),
    }
)  # fmt: skip


@given(SIDES, SIDES, TEAMS, BUDGETS, st.lists(WAIVER, max_size=4), WAIVER, st.sampled_from([COMMIT, MESSAGE, WHOLE]))
def test_laws(
    before: dict[str, str], after: dict[str, str], teams: dict[str, str], budget: dict[str, Any], waivers: list[str],
    one_more: str, stage: str,
) -> None:  # fmt: skip
    base, head = side(before, teams), side(after, teams)
    none, some, more = (
        verdict(base, head, *each, stage=stage, **budget) for each in ([], waivers, [*waivers, one_more])
    )
    for fewer, with_more in ((none, some), (some, more)):
        assert set(with_more.exceeded) <= set(fewer.exceeded), "a waiver makes no failure"
        assert with_more.code() <= fewer.code()
        assert set(with_more.exceeded) | set(with_more.waived) >= set(fewer.exceeded)
    assert {each.amount for each in (*some.exceeded, *some.waived)} >= {each.amount for each in none.exceeded}, (
        "no cost"
    )
    expired = [each.replace("(x)", "until 2026-01-01 (x)") for each in waivers if "until" not in each]
    late = verdict(base, head, *expired, stage=stage, **budget)
    assert late.exceeded == none.exceeded and set(states(late)) <= {"expired"}
    assert (late.waived, late.warned) == ((), none.warned), "an expired waiver is none"
    assert all((use.state == "used") <= bool(some.waived) for use in some.waivers)
    assert [use.waiver for use in some.waivers] == list(said(*waivers).waivers), "all are listed"


@given(SIDES, SIDES, TEAMS, st.lists(WAIVER, min_size=1, max_size=4), st.sampled_from([Decimal(0), Decimal("0.5")]))
def test_no_more_is_accepted_than_is_written(
    before: dict[str, str], after: dict[str, str], teams: dict[str, str], waivers: list[str], limit: Decimal
) -> None:
    """Where the total passes, it is within the limit and all that unexpired waivers of increases accept together."""
    base, head = side(before, teams), side(after, teams)
    found = verdict(base, head, *waivers, max_increase=limit)
    if not found.code() and base.rows:
        comparison = compare_estimates(base, head)
        uses = [use for use in found.waivers if use.state == "used" and use.amount is not None]
        accepted = sum((_accepted(use, comparison) for use in uses), Decimal(0))
        assert comparison.known_delta() <= limit + accepted


def _accepted(use: Use, comparison: Comparison) -> Decimal:
    """USD that a waiver accepts; of a share the most that it can be of."""
    waiver = use.waiver
    if waiver.amount is not None:
        return waiver.amount
    assert waiver.percent is not None
    return comparison.base.known_cost() * waiver.percent / 100


HOSTILE = st.text(st.characters(codec=None, exclude_characters="<>="), min_size=1, max_size=40)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_trailers_are_harmless(target: str, reason: str, owner: str) -> None:
    """In what is printed for a terminal, in Markdown and in a document: no control character, no markup, one line."""
    try:
        stated = parse_statements([("a" * 40, [f"{target} <= +$1/month (x{reason})"], [f"{owner}x <a@b>"])])
    except ConfigError as error:
        assert error.hint
        return
    rules = Manifest("llm-cost.toml", budget=Budget(period="month", max_increase=Decimal(2)))
    comparison = compare_estimates(TEN, MORE)
    found = judge(MORE, rules, comparison, None, BOOK, ON, said=stated)._replace(owners={"a": f"{owner}x"})
    report = check_report(MORE, rules, found, comparison)
    plain = check_report(MORE, rules, judge(MORE, rules, comparison, None, BOOK, ON), comparison)
    notes = statement_notes(stated, [f"{target}{reason}"], ON)
    compared = diff_report(comparison, notes)
    for render in (render_text, render_markdown):
        for each in (report, compared):
            text = render(each).replace("\ufe0f", "").replace("\u200b", "")
            assert all(line.isprintable() for line in text.split("\n"))
        assert render(report).count("\n") - render(plain).count("\n") == WAIVER_LINES[render] + len(stated.approvers)
    assert render_json(check_document(MORE, rules, found, comparison)).isascii()
    assert "<" not in render_markdown(compared) and "\n#" not in render_markdown(report)


WAIVER_LINES = {render_text: 3, render_markdown: 4}  # an empty line, the title, the waiver


def test_nothing_stated_is_nothing() -> None:
    assert said() == NOTHING_STATED
    assert verdict(TEN, MORE, **LIMIT).waivers == ()
