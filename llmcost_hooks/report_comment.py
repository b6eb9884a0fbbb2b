"""What a comment on a pull request says: the answer first, then the report of the change, then what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .compare import Comparison
from .errors import ConfigError
from .estimate import Estimate
from .manifest import Manifest
from .policy import Verdict
from .render.money import format_money, format_percent
from .report import Name, Report, Text, count_prompts
from .report_check import check_report, is_of_waivers
from .report_diff import diff_report
from .report_parts import has_money, inexact, marks
from .view import DELTA, View, token_change

LARGEST_FIRST = View(order=DELTA, changed_only=True)  # where the end is cut, the least is lost
_TWICE = (("Cannot be priced",), ("What changed",))  # which the report of the change has in words of its own


class CommentReport(NamedTuple):
    answer: Text
    report: Report
    how: tuple[Text, ...]  # to see the same locally


def comment_report(
    comparison: Comparison, manifest: Manifest | None, verdict: Verdict, extra: tuple[Text, ...],
    how: tuple[Text, ...], malformed: Sequence[str] = (),
) -> CommentReport:  # fmt: skip
    """`extra` notes come from how the sides were found; `how` are lines on how to see the same without the forge.

    `malformed` says what is wrong with waivers that cannot be read: a check ends with an error there.
    """
    report, checked = (
        diff_report(comparison, extra, LARGEST_FIRST),
        check_report(comparison.head, manifest, verdict, comparison),
    )
    waivers = tuple(section for section in checked.sections if is_of_waivers(section[0]))
    sections = report.sections
    if verdict.code() or verdict.warned:
        limits: tuple[Text, ...] = (checked.headline, *checked.below)
        others = (section for section in checked.sections if section[0] not in _TWICE and section not in waivers)
        sections = ((("Limits",), limits), *waivers, *others, *sections)
    else:  # what lets it pass is said where nothing else is
        sections = (*waivers, *sections)
    sections = (*_malformed(malformed), *sections)
    notes = tuple(dict.fromkeys((*report.notes, *checked.notes)))
    report = report._replace(sections=sections, notes=notes)
    return CommentReport(_answer(comparison, verdict, len(malformed)), report, how)


def unjudged_report(
    comparison: Comparison, why: ConfigError, extra: tuple[Text, ...], how: tuple[Text, ...],
    malformed: Sequence[str] = (),
) -> CommentReport:  # fmt: skip
    """Of a change that can be compared and not judged: a check ends with the error `why`."""
    report = diff_report(comparison, extra, LARGEST_FIRST)
    lines = tuple((Name(line),) for line in (why.message, *why.hint.splitlines()))
    sections = ((("Nothing was judged",), lines), *_malformed(malformed), *report.sections)
    return CommentReport((f"❌ {_change(comparison)}: nothing was judged",), report._replace(sections=sections), how)


def _malformed(waivers: Sequence[str]) -> tuple[tuple[Text, tuple[Text, ...]], ...]:
    return ((("Waivers that allow nothing",), tuple((Name(each),) for each in waivers)),) if waivers else ()


def _answer(comparison: Comparison, verdict: Verdict, malformed: int) -> Text:
    """ "✅ This change adds $0.83 per month (+13%): within budget, $2.77 left"."""
    if malformed:
        count = "a waiver is" if malformed == 1 else f"{malformed:,} waivers are"
        return (f"❌ {_change(comparison)}: {count} malformed",)
    mark = "❌" if verdict.code() else "⚠️" if verdict.warned else "✅"
    return (f"{mark} {_change(comparison)}: {_outcome(comparison.head, verdict)}{_waived(verdict)}",)


def _change(comparison: Comparison) -> str:
    base, head = comparison.base, comparison.head
    if not has_money(base, head):
        return _token_change(comparison)
    delta, percent = comparison.delta(), comparison.percent()
    if delta is None:
        return "What this change costs is not known in full"
    if delta == 0:
        return "This change leaves the cost as it is"
    about = "~" if any(inexact(row) for side in (base, head) for row in side.priced()) else ""
    per = _per(head, base)
    share = f" ({format_percent(percent)})" if percent else ""
    return f"This change {'adds' if delta > 0 else 'saves'} {about}{format_money(abs(delta))}{per}{share}"


def _per(*sides: Estimate) -> str:
    """The unit of what a change adds, where a few words can say it; the line below the table says it in any case."""
    period = next((side.period for side in sides if side.period), None)
    if period is not None:
        return f" per {period}"
    return " per call" if all(row.calls == 1 for side in sides for row in side.priced()) else ""


def _token_change(comparison: Comparison) -> str:
    known = [change for row in comparison.rows if (change := token_change(row)) is not None]
    if len(known) < len(comparison.rows):
        return "What this change adds is not known in full"
    if sum(known) == 0:
        return "This change leaves the number of tokens as it is"
    return f"This change {'adds' if sum(known) > 0 else 'saves'} {abs(sum(known)):,} input tokens"


def _outcome(head: Estimate, verdict: Verdict) -> str:
    if verdict.problems:
        return f"{count_prompts(len(verdict.problems))} cannot be priced"
    shown = head.at_upper_bound() if verdict.judged == "upper" else head
    limit = None if verdict.parts else verdict.budget.limit
    over = ""
    if limit is not None and shown.known_cost() > limit:
        over = f"over budget by {marks(*shown.rows)}{format_money(shown.known_cost() - limit)}"
    if verdict.exceeded:
        count = len(verdict.exceeded)
        one = over if verdict.exceeded[0].is_budget() and over else "a limit does not hold"
        return one if count == 1 else f"{count:,} limits do not hold"
    if verdict.parts:
        return f"the limits of {len(verdict.parts):,} manifests hold"
    if limit is None:
        return "no budget is set"
    if over:
        return f"{over}, {'accepted by a waiver' if verdict.over_by_waiver() else 'no more than before'}"
    left = marks(*shown.rows).replace("≥", "at most") + format_money(limit - shown.known_cost())
    return f"within budget, {left} left"


def _waived(verdict: Verdict) -> str:
    """Behind an answer that is yes because somebody accepted what would fail, where it does not say so itself."""
    said = verdict.over_by_waiver() and not verdict.parts
    return "; accepted by a waiver" if verdict.waived and not said and not verdict.code() else ""
