"""Waivers: `LLM-Cost-Accept: search <= +$120/month until 2027-01-31 (reason)`, a trailer of a commit's message.

A waiver states how much a change may cost more. It never makes anything cheaper, and it is a statement of whoever
writes the commit: nothing proves who that is.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .errors import ConfigError
from .manifest_values import SIGNS

TRAILER = "LLM-Cost-Accept"
APPROVAL = "Cost-Approved-By"
WHOLE = ("*", "total")
FORM = f"{TRAILER}: search <= +$120/month until 2027-01-31 (why)"
MAX_LENGTH = 1000  # characters

_NUMBER = r"(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(\.\d{1,9})?"
# Compiled when a trailer is read, by `re` itself: a hook reads none in most commits.
_MONEY = rf"(?a)(\+?) ?(?:([$€£¥₹]) ?{_NUMBER}|{_NUMBER} ([A-Z]{{3}}))(?: ?/ ?([a-z]+))?"
_PERCENT = rf"(?a)\+ ?{_NUMBER} ?%"
_REST = r"(?s)([^(]*?)(?:\s+until\s+([^\s(]+))?\s*(?:\((.*)\))?"
_LATE_UNTIL = r"\)\s*until\b"  # a day that a reader sees, and that would be part of the reason
_APPROVED = r"[^<>]*\w[^<>]*<[^<>\s]+@[^<>\s]+>"


class Waiver(NamedTuple):
    """One LLM-Cost-Accept trailer."""

    target: str  # what it names: a prompt_id, "tag:key:value", or "total"
    increase: bool  # False: `amount` is what the target may cost in all
    amount: Decimal | None  # in `currency`, per `period`
    currency: str
    percent: Decimal | None  # of base; in place of an amount
    period: str | None  # None: of one call of every prompt
    until: date | None  # the last day (UTC) on which it allows anything; None: it does not end
    reason: str
    text: str  # as it is written
    commit: str | None = None  # None: the message that is being written

    def expired(self, on: date) -> bool:
        return self.until is not None and on > self.until

    def where(self) -> str:
        return _where(self.commit)


class Statements(NamedTuple):
    """What the messages of a change say of its cost."""

    waivers: tuple[Waiver, ...] = ()
    approvers: tuple[str, ...] = ()  # "Name <mail>" of Cost-Approved-By


NOTHING_STATED = Statements()


def parse_waiver(text: str, commit: str | None = None) -> Waiver:
    """The value of one trailer. Raises ConfigError, with what to write, for anything that is not of its form."""
    target, compared, rest = text.partition("<=")
    target = target.strip()
    if len(text) > MAX_LENGTH:
        raise _wrong(f"is longer than {MAX_LENGTH:,} characters", commit)
    if not compared or not target:
        raise _wrong(f"{_quoted(text)} does not say what may cost how much: NAME <= +AMOUNT", commit)
    found = re.fullmatch(_REST, rest.strip())
    stated, until, reason = found.groups() if found else (rest, None, None)
    if not (reason or "").strip():
        raise _wrong(f"{_quoted(text)} has no reason in parentheses at its end", commit)
    if re.search(_LATE_UNTIL, reason or ""):
        raise _wrong(f"{_quoted(text)} says until behind its reason: it belongs in front", commit)
    increase, amount, currency, percent, period = _amount(stated.strip(), text, commit)
    return Waiver(
        "total" if target in WHOLE else target,
        increase,
        amount,
        currency,
        percent,
        period,
        None if until is None else _day(until, text, commit),
        " ".join((reason or "").split()),
        " ".join(text.split()),
        commit,
    )


def is_approval(text: str) -> bool:
    """Whether the value of a Cost-Approved-By trailer names somebody: `Name <mail>`."""
    return len(text) <= MAX_LENGTH and re.fullmatch(_APPROVED, text.strip()) is not None


def parse_statements(
    said: list[tuple[str | None, list[str], list[str]]], malformed: list[str] | None = None
) -> Statements:
    """The trailers of each commit (None: of the message that is being written): waivers, and who approved.

    An approval that names nobody does not count. Raises ConfigError for a malformed waiver; with `malformed` given,
    what is wrong goes there instead.
    """
    waivers = []
    for text, commit in ((text, commit) for commit, accepted, _ in said for text in accepted):
        try:
            waivers.append(parse_waiver(text, commit))
        except ConfigError as error:
            if malformed is None:
                raise
            malformed.append(error.message)
    approvers = tuple(" ".join(text.split()) for _, _, approved in said for text in approved if is_approval(text))
    return join_statements(Statements(tuple(waivers), approvers))


def join_statements(*each: Statements) -> Statements:
    """All of them. One that several commits repeat, as cherry-picks and squashes do, counts once."""
    waivers: dict[str, Waiver] = {}
    for waiver in (waiver for said in each for waiver in said.waivers):
        waivers.setdefault(waiver.text, waiver)
    return Statements(
        tuple(waivers.values()), tuple(dict.fromkeys(approver for said in each for approver in said.approvers))
    )


def _amount(stated: str, text: str, commit: str | None) -> tuple[bool, Decimal | None, str, Decimal | None, str | None]:
    """(whether it is an increase, the amount, its currency, percent, period)."""
    if money := re.fullmatch(_MONEY, stated):
        plus, sign, *numbers, letters, period = money.groups()
        whole, decimals = numbers[:2] if sign else numbers[2:]
        return plus == "+", _number(whole, decimals), SIGNS.get(sign, letters), None, period
    if percent := re.fullmatch(_PERCENT, stated):
        return True, None, "USD", _number(percent[1], percent[2]), None
    raise _wrong(f"{_quoted(text)} has no amount such as +$120/month or +25%", commit)


def _number(whole: str, decimals: str | None) -> Decimal:
    return Decimal(whole.replace(",", "") + (decimals or ""))


def _day(until: str, text: str, commit: str | None) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", until, re.ASCII):
            return date.fromisoformat(until)
    except ValueError:
        pass
    raise _wrong(f"{_quoted(text)} does not end on a day such as 2027-01-31", commit)


def _wrong(what: str, commit: str | None) -> ConfigError:
    hint = f"Write for example: {FORM}"
    if commit is not None:
        hint += "\nin the message of that commit: git commit --amend, or git rebase -i for an older one."
    return ConfigError(f"{_where(commit)}: {TRAILER} {what}", hint)


def _quoted(text: str) -> str:
    shown = " ".join(text.split())
    return f'"{shown[:100]}…"' if len(shown) > 100 else f'"{shown}"'


def _where(commit: str | None) -> str:
    return "this message" if commit is None else f"commit {commit[:9]}"
