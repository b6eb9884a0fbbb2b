"""The report of `check` and of the hooks: whether the limits hold, and what to do where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .call_costs import ZERO
from .compare import Comparison
from .estimate import Estimate
from .limits import written
from .manifest import Manifest
from .manifest_budget import USD, Budget
from .policy import Judged, Verdict
from .prices.exact import EXACT
from .pricing import PromptEstimate
from .render.money import format_exact, format_limit, format_money, format_share
from .report import Name, Report, Table, Text, count_prompts, name_list
from .report_accepting import ACCEPTING, WAIVERS, accepted_lines, accepting_lines
from .report_caching import cache_warnings
from .report_failures import advice_lines, change_lines, failure_lines, owner_of, warning_lines, where
from .report_parts import (
    amount,
    expired_mark,
    inexact,
    marks,
    notes,
    price_warning,
    problem_lines,
    total,
    training,
    unit_line,
)
from .report_suggest import suggestion_line
from .view import PLAIN, View

MAX_ROWS = 20


def check_report(
    estimate: Estimate,
    manifest: Manifest | None,
    verdict: Verdict,
    comparison: Comparison | None,
    extra: tuple[Text, ...] = (),
    view: View = PLAIN,
) -> Report:
    """`extra` notes come from how the sides were found. Several manifests: one line each, and what fails of each."""
    if verdict.parts:
        report = _of_several(estimate, verdict, comparison, extra)
        return report._replace(sections=(*_groups(estimate, comparison, view), *report.sections))
    shown = estimate.at_upper_bound() if verdict.judged == "upper" else estimate
    everybody = _shared_owner(shown, verdict.owners)
    if everybody:
        verdict = verdict._replace(owners={})  # said once, and not in every row
    failures, nearly = (lines(verdict, shown, comparison) for lines in (failure_lines, warning_lines))
    sections = [*_groups(shown, comparison, view)]
    if changes := change_lines(verdict, comparison):
        sections.append((("What changed",), changes))
    if problems := problem_lines(verdict.problems):
        sections.append((("Cannot be priced",), problems))
    if verdict.suggestions:
        sections.append((("Suggestions",), _suggestions(estimate, verdict)))
    if advice := advice_lines(verdict):
        sections.append((("What to do",), advice))
    if accepting := accepting_lines(verdict, comparison, manifest.directory if manifest else ""):
        sections.append((ACCEPTING, accepting))
    if accepted := accepted_lines(verdict.waivers, verdict.approvers, verdict.budget.period):
        sections.append((WAIVERS, accepted))
    warnings: list[Text] = [(text,) for text in verdict.notes]
    if verdict.moved:
        warnings.append(("This change also moves the budget itself: ", *name_list(list(verdict.moved), 10), "."))
    if everybody:
        warnings.append(("owner: ", Name(everybody)))
    if verdict.budget.usd_rate is not None:
        warnings.append((_rate(verdict.budget),))
    if comparison is not None:
        warnings += [("on base, ", Name(note)) for note in comparison.base.notes]
    if verdict.without_id:
        warnings.append(
            ("No prompt_id in llm-cost.toml: ", *name_list(list(verdict.without_id)), "; a move ends their history.")
        )
    return Report(
        (*_headline(shown, verdict, failures, nearly), *expired_mark(estimate)),
        _breakdown(shown, verdict.owners) if any(each.unit == "USD" for each in verdict.exceeded) else None,
        (*failures[1:], *(nearly if failures or verdict.problems else nearly[1:]), *_kinds(shown)),
        tuple(sections),
        unit_line(estimate),
        (*extra, *warnings, *cache_warnings(estimate), *notes(estimate)),
        price_warning(estimate) or (price_warning(comparison.base) if comparison else ()),
    )


def _groups(estimate: Estimate, comparison: Comparison | None, view: View) -> tuple[tuple[Text, tuple[Text, ...]], ...]:
    """The total of each value of a tag; with a base what changed of it."""
    if view.group_by is None:
        return ()
    from . import report_diff, report_estimate  # no hook groups

    if comparison is None:
        return tuple(report_estimate.group_sections(estimate, view))
    return report_diff.group_sections(comparison, view)


def _of_several(estimate: Estimate, verdict: Verdict, comparison: Comparison | None, extra: tuple[Text, ...]) -> Report:
    parts = [
        (Name(each.path()), each, check_report(each.estimate, each.manifest, each.verdict, each.comparison))
        for each in verdict.parts
    ]
    failing = [path for path, each, _ in parts if each.verdict.code()]
    cost = total(estimate)
    if failing:
        headline: Text = (f"❌ {len(failing):,} of {len(parts):,} manifests fail: ", *name_list(list(failing)))
    else:
        headline = (f"✅ {len(parts):,} manifests hold: {cost}",)
    sections: list[tuple[Text, tuple[Text, ...]]] = []
    for path, each, report in parts:
        if each.verdict.code():
            shares = report.table.rows if report.table else ()
            details = [(*name, " ", *amount, " ", *rest) for name, amount, rest in shares]
            sections.append(((path,), (report.headline, *report.below, *details)))
        kept = [section for section in report.sections if each.verdict.code() or is_of_waivers(section[0])]
        sections += [((path, ": ", *title), lines) for title, lines in kept]
    return Report(
        headline,
        _manifests(verdict.parts),
        ((f"Total: {cost}", *expired_mark(estimate)),),
        tuple(sections),
        unit_line(estimate),
        (*extra, *_notes_of_several([(path, report.notes) for path, _, report in parts])),
        price_warning(estimate) or (price_warning(comparison.base) if comparison else ()),
    )


def is_of_waivers(title: Text) -> bool:
    """Whether a section's title is that of waivers: of the one manifest, or of one of several."""
    return title[-len(WAIVERS) :] == WAIVERS


def _notes_of_several(parts: Sequence[tuple[Name, tuple[Text, ...]]]) -> list[Text]:
    """What holds for every manifest once; anything else behind the name of its manifest."""
    of_all = [note for note in parts[0][1] if all(note in notes for _, notes in parts)]
    return of_all + [(path, ": ", *note) for path, notes in parts for note in notes if note not in of_all]


def _manifests(parts: tuple[Judged, ...]) -> Table:
    """One line for each manifest: what it governs costs, what it allows, whether it holds."""
    rows: list[tuple[Text, ...]] = []
    for each in parts:
        limit = each.verdict.budget.limit
        code = each.verdict.code()
        shown = each.estimate.at_upper_bound() if each.verdict.judged == "upper" else each.estimate
        rows.append(
            (
                (Name(each.path()),),
                (f"{len(each.estimate.rows):,}",),
                (total(shown),),
                ("—" if limit is None else format_limit(limit),),
                (f"❌ {code.name}" if code else "✅ accepted by a waiver" if each.verdict.over_by_waiver() else "✅",),
            )
        )
    return Table(("Manifest", "Prompts", "Cost", "Limit", "Result"), tuple(rows), right=(1, 2, 3))


def _headline(estimate: Estimate, verdict: Verdict, failures: Sequence[Text], warnings: Sequence[Text]) -> Text:
    if failures:
        return failures[0]
    if verdict.problems:
        count = len(verdict.problems)
        return (f"❌ Cannot be judged: {count:,} of {count_prompts(len(estimate.rows))} cannot be priced",)
    if warnings:
        return warnings[0]
    limit = verdict.budget.limit
    if limit is None:
        return (f"✅ {count_prompts(len(estimate.rows))} priced: {total(estimate)}",)
    at, budget = where(verdict.judged), verdict.budget
    stated = "" if budget.currency == USD else f" {written(limit, budget)}"
    if verdict.over_by_waiver():
        held = f"{total(estimate)} > {format_limit(limit)} (limit{stated})"
        return (f"✅ Over budget{at}: {held}, accepted by a waiver",)
    left = marks(*estimate.rows).replace("≥", "at most") + format_money(limit - estimate.known_cost())
    return (f"✅ Within budget{at}: {total(estimate)} of {format_limit(limit)} (limit{stated}), {left} left",)


def _kinds(estimate: Estimate) -> tuple[Text, ...]:
    """Training and inference apart, where both are in the total."""
    trained = estimate.training_cost()
    if not trained:
        return ()
    rest = marks(*estimate.rows) + format_money(EXACT.subtract(estimate.known_cost(), trained))
    return ((f"Of it training: {training(estimate)}, inference: {rest}",),)


def _rate(budget: Budget) -> str:
    rate = format_exact(budget.usd_rate or ZERO)
    return f"Limits are stated in {budget.currency}: 1 {budget.currency} = ${rate} (usd_rate of llm-cost.toml)."


def _shared_owner(estimate: Estimate, owners: Mapping[str, str]) -> str | None:
    """The owner of all that is shown, where they have one and the same."""
    shown = _largest(estimate)[:MAX_ROWS]
    found = {owners.get(row.prompt_id) for row in shown}
    return found.pop() if len(found) == 1 and len(shown) > 1 else None


def _largest(estimate: Estimate) -> list[PromptEstimate]:
    return sorted(estimate.priced(), key=lambda row: (-row.effective_cost, row.prompt_id))


def _breakdown(estimate: Estimate, owners: Mapping[str, str]) -> Table:
    rows = _largest(estimate)
    whole = estimate.known_cost()
    cells: list[tuple[Text, ...]] = []
    for n, row in enumerate(rows[:MAX_ROWS]):
        share = f"({format_share(row.effective_cost, whole)})" if whole else ""
        mark = share + (" ← largest" if n == 0 else "")
        cells.append(((Name(row.prompt_id),), (amount(row),), (mark, *owner_of([row.prompt_id], owners))))
    if len(rows) > MAX_ROWS:
        rest = sum((row.effective_cost for row in rows[MAX_ROWS:]), start=whole * 0)
        more = marks(*rows[MAX_ROWS:]) + format_money(rest)
        cells.append(((f"{len(rows) - MAX_ROWS:,} more",), (more,), (f"({format_share(rest, whole)})",)))
    return Table(("Breakdown", "Cost", "Share"), tuple(cells), shares=True)


def _suggestions(estimate: Estimate, verdict: Verdict) -> tuple[Text, ...]:
    marked = {row.prompt_id: "~" if inexact(row) else "" for row in estimate.priced()}
    return tuple(suggestion_line(each, estimate.period, marked[each.prompt_id]) for each in verdict.suggestions)
