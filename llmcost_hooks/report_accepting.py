"""What a check says of waivers: those that were given, and the one that would accept what fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .accepting import EXCEEDED, EXPIRED, USED, Use, accepting_line
from .compare import Comparison
from .policy import Verdict
from .render.money import format_delta, format_money, format_up
from .report import Name, Text
from .waivers import APPROVAL, TRAILER, Statements, Waiver

ACCEPTING: Text = ("To accept it, in the last paragraph of a commit's message",)
WAIVERS: Text = ("Waivers",)


def accepting_lines(verdict: Verdict, comparison: Comparison | None, directory: str) -> tuple[Text, ...]:
    """The trailers that would accept the increases that fail, or that will."""
    failing = [each for each in (*verdict.exceeded, *verdict.warned) if each.is_increase()]
    if comparison is None or not failing:
        return ()
    if verdict.judged == "upper":
        comparison = comparison.at_upper_bound()
    lines: list[Text] = []
    for each in failing:
        if each.what == "approve_above":
            lines.append((f"{APPROVAL}: Name <mail>",))
        elif named := accepting_line(each, comparison, directory):
            target, amount = named
            period = f"/{verdict.budget.period}" if verdict.budget.period else ""
            lines.append((f"{TRAILER}: ", Name(target), f" <= +{format_up(amount)}{period} (why)"))
    return tuple(dict.fromkeys(lines))


def accepted_lines(uses: Sequence[Use], approvers: Sequence[str], period: str | None) -> tuple[Text, ...]:
    """Every waiver with its commit, its reason and what came of it, and who approved.

    What lets the change pass is first: nobody can push it out of sight by stating more.
    """
    used = [use for use in uses if use.state == USED]
    others = [use for use in uses if use.state != USED]
    approved = [(f"{APPROVAL}: ", Name(each)) for each in approvers]
    return (*_waiver_lines(used, period), *approved, *_waiver_lines(others, period))


def _waiver_lines(uses: Sequence[Use], period: str | None) -> tuple[Text, ...]:
    return tuple((*stated(use.waiver), ": ", *_came_of(use, period)) for use in uses)


def stated(waiver: Waiver) -> Text:
    """The waiver as it is written, and where."""
    return (Name(waiver.text), f", {waiver.where()}")


def statement_notes(said: Statements, malformed: Sequence[str], on: date) -> tuple[Text, ...]:
    """The same where nothing is judged."""
    return (
        *(("accepted: ", *stated(waiver), " (expired)" if waiver.expired(on) else "") for waiver in said.waivers),
        *(("approved: ", Name(each)) for each in said.approvers),
        *(("allows nothing: ", Name(each)) for each in malformed),
    )


def _came_of(use: Use, period: str | None) -> Text:
    per = f"/{period}" if period else ""
    if use.state == EXPIRED:
        return (f"expired on {use.waiver.until}, allows nothing",)
    if use.amount is None:
        return ("unused: nothing here has that name",)
    amount = f"{format_delta(use.amount) if use.waiver.increase else format_money(use.amount)}{per}"
    if use.state == EXCEEDED:
        return (f"allows nothing: it is {amount}",)
    return (f"{'used' if use.state == USED else 'unused'}: it is {amount}",)
