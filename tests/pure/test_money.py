"""Numbers as people read them."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmcost_hooks.render.money import (
    format_delta,
    format_document_percent,
    format_exact,
    format_limit,
    format_money,
    format_over,
    format_percent,
    format_share,
)

USD = st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(map(int, str(digits))), exponent)),
    st.sampled_from([0, 1]),
    st.integers(0, 10**18),
    st.integers(-24, 12),
)
POSITIVE = USD.map(abs).filter(bool)


def read(text: str) -> Decimal:
    """The number that a person reads."""
    return Decimal(text.replace("$", "").replace(",", "").replace("+", ""))


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0.00"), ("4.1", "$4.10"), ("0.33", "$0.33"), ("1234.5", "$1,234.50"), ("1234567.891", "$1,234,567.89"),
     ("1E+9", "$1,000,000,000.00"), ("1E+30", "$1," + ",".join(["000"] * 10) + ".00"), ("0.01", "$0.01"),
     ("0.0149", "$0.01"), ("0.0099", "$0.0099"), ("0.00996", "$0.01"), ("0.009949", "$0.0099"), ("0.001", "$0.0010"),
     ("0.00034567", "$0.00035"), ("0.0000996", "$0.00010"), ("1E-12", "$0.0000000000010"), ("-4.1", "-$4.10"),
     ("-0.0012", "-$0.0012"), ("-0", "$0.00"), ("0.005", "$0.0050"), ("2.675", "$2.68"), ("2.665", "$2.66"),
     ("999.995", "$1,000.00")],
)  # fmt: skip
def test_money(amount: str, text: str) -> None:
    assert format_money(Decimal(amount)) == text


@given(USD)
@example(Decimal("0.00999999"))
@example(Decimal("-0.00000000999"))
def test_only_nothing_reads_as_nothing(amount: Decimal) -> None:
    text = format_money(amount)
    assert (read(text) == 0) == (amount == 0)
    assert text.startswith("-") == (amount < 0)
    assert re.fullmatch(r"-?\$(\d{1,3}(,\d{3})*)\.\d\d+", text)


@given(USD)
def test_money_is_rounded_to_cents_or_two_digits(amount: Decimal) -> None:
    error = abs(Fraction(read(format_money(amount))) - Fraction(amount))
    size = abs(amount)
    assert error <= (Fraction(1, 200) if size >= Decimal("0.01") or size == 0 else Fraction(size) / 20)


@given(USD, USD)
def test_money_keeps_its_order(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert read(format_money(low)) <= read(format_money(high))


@given(USD)
@example(Decimal("1E+3"))
@example(Decimal("10.00"))
@example(Decimal("0E-9"))
def test_documents_have_every_digit_and_no_more(amount: Decimal) -> None:
    text = format_exact(amount)
    assert Decimal(text) == amount
    assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", text)


@pytest.mark.parametrize(
    ("amount", "text"), [("9.8475", "9.8475"), ("10.00", "10"), ("1E+3", "1000"), ("0E-9", "0"), ("-0.50", "-0.5")]
)
def test_exact(amount: str, text: str) -> None:
    assert format_exact(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("limit", "text"),
    [("5", "$5.00"), ("5.00", "$5.00"), ("1000", "$1,000.00"), ("0.005", "$0.005"), ("5.001", "$5.001"), ("0", "$0.00"),
     ("1234.5678", "$1,234.5678"), ("0.0123", "$0.0123"), ("1E+15", "$1,000,000,000,000,000.00")],
)  # fmt: skip
def test_a_limit_is_shown_as_written(limit: str, text: str) -> None:
    assert format_limit(Decimal(limit)) == text


@pytest.mark.parametrize(
    ("amount", "limit", "text"),
    [("2.145", "2.1425", ("$2.145", "$2.1425")), ("3", "2.1425", ("$3.00", "$2.14")), ("0", "0", ("$0.00", "$0.00"))],
)
def test_what_is_over_by_less_than_is_shown_is_whole(amount: str, limit: str, text: tuple[str, str]) -> None:
    assert format_over(Decimal(amount), Decimal(limit)) == text


@given(POSITIVE)
def test_a_limit_loses_no_digit(limit: Decimal) -> None:
    assert read(format_limit(limit)) == limit


@pytest.mark.parametrize(
    ("change", "text"),
    [("0", "—"), ("0.00", "—"), ("0.5", "+$0.50"), ("-0.2", "-$0.20"), ("0.000012", "+$0.000012"),
     ("-1E-9", "-$0.0000000010")],
)  # fmt: skip
def test_a_change(change: str, text: str) -> None:
    assert format_delta(Decimal(change)) == text


@given(USD)
def test_a_change_has_a_sign_and_nothing_else_is_none(change: Decimal) -> None:
    text = format_delta(change)
    assert (text == "—") == (change == 0)
    if change:
        assert text[0] == ("+" if change > 0 else "-")
        assert text[1:] == format_money(abs(change))


@pytest.mark.parametrize(
    ("percent", "text"),
    [("12.96875", "+13%"), ("10", "+10%"), ("9.96", "+10%"), ("9.94", "+9.9%"), ("5", "+5%"), ("-5.04", "-5%"),
     ("0.1", "+0.1%"), ("0.04", "+<0.1%"), ("-0.04", "-<0.1%"), ("0.05", "+<0.1%"),
     ("0.051", "+0.1%"), ("-100", "-100%"),
     ("12345.6", "+12,346%"),
     ("10.5", "+10%"), ("1E-20", "+<0.1%")],
)  # fmt: skip
def test_a_percentage(percent: str, text: str) -> None:
    assert format_percent(Decimal(percent)) == text


@given(USD.filter(bool))
def test_no_change_reads_as_none(percent: Decimal) -> None:
    text = format_percent(percent)
    assert text[0] == ("+" if percent > 0 else "-")
    assert re.fullmatch(r"[+-](<0\.1|\d{1,3}(,\d{3})*(\.[1-9])?)%", text)
    assert not re.fullmatch(r"[+-]0(\.0)?%", text)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [("4.10", "7.23", "57%"), ("2.80", "7.23", "39%"), ("0.33", "7.23", "5%"), ("0", "7.23", "0%"),
     ("0.001", "7.23", "<1%"),
     ("7.23", "7.23", "100%"), ("1E-30", "1", "<1%")],
)  # fmt: skip
def test_a_share(part: str, whole: str, text: str) -> None:
    assert format_share(Decimal(part), Decimal(whole)) == text


@pytest.mark.parametrize(
    ("percent", "text"), [("12.96875", "12.97"), ("-100", "-100.00"), ("0.001", "0.00"), ("1E+3", "1000.00")]
)
def test_a_percentage_in_a_document(percent: str, text: str) -> None:
    assert format_document_percent(Decimal(percent)) == text
