"""LLM-Cost-Accept and Cost-Approved-By: what a trailer says, and what is said of one that says nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.waivers import (
    FORM,
    MAX_LENGTH,
    Statements,
    Waiver,
    is_approval,
    join_statements,
    parse_statements,
    parse_waiver,
)

OID = "1234567890" * 4


def test_the_whole_form() -> None:
    text = "search <= +$120/month until 2027-01-31 (longer answers)"
    until = date(2027, 1, 31)
    expected = Waiver("search", True, Decimal(120), "USD", None, "month", until, "longer answers", text, OID)
    assert parse_waiver(text, OID) == expected
    assert parse_waiver(FORM.partition(": ")[2]).target == "search", "what messages tell to write can be read"


@pytest.mark.parametrize(
    ("text", "target", "increase", "amount", "currency", "percent", "period"),
    [
        ("a<=+$1(x)", "a", True, "1", "USD", None, None),
        ("a <= + $ 1.50 / month (x)", "a", True, "1.50", "USD", None, "month"),
        ("* <= +$1,234.50/year (x)", "total", True, "1234.50", "USD", None, "year"),
        ("total <= $12/month (x)", "total", False, "12", "USD", None, "month"),
        ("tag:team:search <= +25% (x)", "tag:team:search", True, None, "USD", "25", None),
        ("web:total <= +€5/week (x)", "web:total", True, "5", "EUR", None, "week"),
        ("my prompts/a b.md <= +5.5 CHF/day (x)", "my prompts/a b.md", True, "5.5", "CHF", None, "day"),
        ("a <= +0.000000001 USD (x)", "a", True, "0.000000001", "USD", None, None),
    ],
)
def test_amounts(
    text: str, target: str, increase: bool, amount: str | None, currency: str, percent: str | None, period: str | None
) -> None:
    waiver = parse_waiver(text)
    assert waiver[:6] == (
        target, increase, None if amount is None else Decimal(amount), currency,
        None if percent is None else Decimal(percent), period,
    )  # fmt: skip
    assert (waiver.until, waiver.reason, waiver.text, waiver.commit) == (None, "x", text, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a <= +$1 (one (two) three)", "one (two) three"),
        ("a <= +$1 ( spaces\n  and lines )", "spaces and lines"),
        ("a <= +$1 until 2027-01-31 (until 2028-01-31)", "until 2028-01-31"),
        ("a <= +$1 (b <= +$5 (c))", "b <= +$5 (c)"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    assert parse_waiver(text).reason == reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not say what may cost how much"),
        ("search", "does not say what may cost how much"),
        ("<= +$5 (x)", "does not say what may cost how much"),
        ("search < +$5 (x)", "does not say what may cost how much"),
        ("search <= +$5", "has no reason"),
        ("search <= +$5 ()", "has no reason"),
        ("search <= +$5 ( \n)", "has no reason"),
        ("search <= +$5/month until 2027-01-31", "has no reason"),
        ("search <= +$5 (x) until 2027-01-31", "has no reason"),
        ("search <= +$5 (x) until 2020-01-31 (y)", "says until behind its reason"),
        ("search <= (x)", "has no amount"),
        ("search <= -$5 (x)", "has no amount"),
        ("search <= 5 (x)", "has no amount"),
        ("search <= 25% (x)", "has no amount"),
        ("search <= +25%/month (x)", "has no amount"),
        ("search <= +$5e3 (x)", "has no amount"),
        ("search <= +$12,34 (x)", "has no amount"),
        ("search <= +$٥ (x)", "has no amount"),
        ("search <= +$NaN (x)", "has no amount"),
        ("search <= +$5/Month (x)", "has no amount"),
        ("search <= +$5 +$6 (x)", "has no amount"),
        ("search <= +$5 until tomorrow (x)", "does not end on a day"),
        ("search <= +$5 until 2027-02-30 (x)", "does not end on a day"),
        ("search <= +$5 until 20270131 (x)", "does not end on a day"),
        ("search <= +$5 until 2027-W01-1 (x)", "does not end on a day"),
        ("search <= +$5 (" + "x" * MAX_LENGTH + ")", "is longer than 1,000 characters"),
    ],
)
def test_what_is_malformed_is_said_with_its_commit(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_waiver(text, OID)
    assert raised.value.message.startswith("commit 123456789: LLM-Cost-Accept ")
    assert said in raised.value.message and len(raised.value.message) < 250
    assert FORM in raised.value.hint and "git commit --amend" in raised.value.hint
    with pytest.raises(ConfigError) as raised:
        parse_waiver(text)
    assert raised.value.message.startswith("this message: ") and "amend" not in raised.value.hint


def test_the_last_day_counts() -> None:
    waiver = parse_waiver("a <= +$1 until 2027-01-31 (x)")
    assert not waiver.expired(date(2027, 1, 31)) and waiver.expired(date(2027, 2, 1))
    assert not parse_waiver("a <= +$1 (x)").expired(date.max)


@pytest.mark.parametrize("text", ["Ada <ada@example.com>", " Ada Lovelace <a@b> ", "日本 <a@b>"])
def test_approvals(text: str) -> None:
    assert is_approval(text)


@pytest.mark.parametrize(
    "text", ["", "Ada", "ada@example.com", "<ada@example.com>", "Ada <>", "Ada <a>", "Ada <a@b> x", "Ada <a@b c>",
             "A" * MAX_LENGTH + " <a@b>"]
)  # fmt: skip
def test_an_approval_that_names_nobody_does_not_count(text: str) -> None:
    assert not is_approval(text)
    assert parse_statements([(OID, [], [text])]) == Statements()


def test_what_several_commits_repeat_counts_once() -> None:
    one, other = "a" * 40, "b" * 40
    text = "a <= +$1 (x)"
    said = parse_statements([(one, [text], ["A <a@b>"]), (other, ["a  <=\n +$1 (x)", "b <= +$1 (x)"], ["A  <a@b>"])])
    assert [(waiver.target, waiver.commit) for waiver in said.waivers] == [("a", one), ("b", other)]
    assert said.approvers == ("A <a@b>",)
    assert join_statements(said, said, Statements()) == said


ODD = st.text(st.characters(codec=None), max_size=60)
PIECES = st.lists(
    st.sampled_from(["search", "tag:a:b", "total", "*", " ", "<=", "+", "$", "€", "5", "1,000", ".5", "%", "/month",
                     " until ", "2027-01-31", "(", ")", "why", "\n", "\x00", "\x1b[2J", "CHF", ","]),
    max_size=14,
).map("".join)  # fmt: skip


@given(ODD | PIECES, st.none() | st.just(OID))
def test_no_text_raises_anything_but_a_config_error(text: str, commit: str | None) -> None:
    try:
        waiver = parse_waiver(text, commit)
    except ConfigError as error:
        assert error.message and error.hint
        return
    assert (waiver.amount is None) != (waiver.percent is None)
    assert waiver.target and waiver.reason
    assert waiver == parse_waiver(waiver.text, commit)


@given(ODD)
def test_any_text_may_stand_as_an_approval(text: str) -> None:
    assert is_approval(text) in (True, False)
