"""The report of `check` and of the hooks: whether the limits hold, and what to do where they do not."""

from __future__ import annotations

from .compare import Comparison
from .estimate import Estimate
from .manifest import Manifest
from .policy import Exceeded, Judged, Verdict
from .render.money import format_limit, format_money, format_share
from .report import Name, Report, Table, Text, count_prompts, name_list
from .report_caching import cache_warnings
from .report_parts import amount, expired_mark, inexact, marks, notes, price_warning, problem_lines, total, unit_line
from .report_suggest import suggestion_line

MAX_ROWS = 20


def check_report(
    estimate: Estimate,
    manifest: Manifest | None,
    verdict: Verdict,
    comparison: Comparison | None,
    extra: tuple[Text, ...] = (),
) -> Report:
    """`extra` notes come from how the sides were found. Several manifests: one line each, and what fails of each."""
    if verdict.parts:
        return _of_several(estimate, verdict, comparison, extra)
    shown = estimate.at_upper_bound() if verdict.judged == "upper" else estimate
    sections: list[tuple[Text, tuple[Text, ...]]] = []
    if problems := problem_lines(verdict.problems):
        sections.append((("Cannot be priced",), problems))
    if verdict.suggestions:
        sections.append((("Suggestions",), _suggestions(estimate, verdict)))
    warnings: list[Text] = [(text,) for text in verdict.notes]
    if comparison is not None:
        warnings += [("on base, ", Name(note)) for note in comparison.base.notes]
    if verdict.without_id:
        warnings.append(
            ("No prompt_id in llm-cost.toml: ", *name_list(list(verdict.without_id)), "; a move ends their history.")
        )
    return Report(
        (*_headline(shown, manifest, verdict, comparison), *expired_mark(estimate)),
        _breakdown(shown) if verdict.exceeded else None,
        tuple(_failure(each, shown, comparison, verdict.judged) for each in verdict.exceeded[1:]),
        tuple(sections),
        unit_line(estimate),
        (*extra, *warnings, *cache_warnings(estimate), *notes(estimate)),
        price_warning(estimate) or (price_warning(comparison.base) if comparison else ()),
    )


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
            sections += [((path, ": ", *title), lines) for title, lines in report.sections]
    return Report(
        headline,
        _manifests(verdict.parts),
        ((f"Total: {cost}", *expired_mark(estimate)),),
        tuple(sections),
        unit_line(estimate),
        (*extra, *dict.fromkeys(note for _, _, report in parts for note in report.notes)),
        price_warning(estimate) or (price_warning(comparison.base) if comparison else ()),
    )


def _manifests(parts: tuple[Judged, ...]) -> Table:
    """One line for each manifest: what it governs costs, what it allows, whether it holds."""
    rows: list[tuple[Text, ...]] = []
    for each in parts:
        limit = each.manifest.budget.limit if each.manifest else None
        code = each.verdict.code()
        shown = each.estimate.at_upper_bound() if each.verdict.judged == "upper" else each.estimate
        rows.append(
            (
                (Name(each.path()),),
                (f"{len(each.estimate.rows):,}",),
                (total(shown),),
                ("—" if limit is None else format_limit(limit),),
                (f"❌ {code.name}" if code else "✅",),
            )
        )
    return Table(("Manifest", "Prompts", "Cost", "Limit", "Result"), tuple(rows), right=(1, 2, 3))


def _headline(estimate: Estimate, manifest: Manifest | None, verdict: Verdict, comparison: Comparison | None) -> Text:
    if verdict.exceeded:
        return _failure(verdict.exceeded[0], estimate, comparison, verdict.judged)
    if verdict.problems:
        count = len(verdict.problems)
        return (f"❌ Cannot be judged: {count:,} of {count_prompts(len(estimate.rows))} cannot be priced",)
    if verdict.requires_output and verdict.without_output:
        return ("❌ No output size, and require_output is set: ", *name_list(list(verdict.without_output)))
    limit = manifest.budget.limit if manifest else None
    if limit is None:
        return (f"✅ {count_prompts(len(estimate.rows))} priced: {total(estimate)}",)
    left = marks(*estimate.rows).replace("≥", "at most") + format_money(limit - estimate.known_cost())
    where = _where(verdict.judged)
    return (f"✅ Within budget{where}: {total(estimate)} of {format_limit(limit)} (limit), {left} left",)


def _failure(exceeded: Exceeded, estimate: Estimate, comparison: Comparison | None, judged: str) -> Text:
    where = _where(judged)
    amount, limit = format_money(exceeded.amount), format_money(exceeded.limit)
    if amount == limit:  # it is over by less than is shown
        amount, limit = format_limit(exceeded.amount), format_limit(exceeded.limit)
    if exceeded.what == "max_cost":
        return (
            "❌ ",
            Name(exceeded.prompt_id or ""),
            f": one call costs {amount} > {limit}{where} (max_cost of its file)",
        )
    if exceeded.what == "limit":
        return (f"❌ Budget exceeded{where}: {marks(*estimate.rows)}{amount} > {format_limit(exceeded.limit)} (limit)",)
    base = comparison.base.rows if comparison else ()
    mark, of_base = ("~" if any(map(inexact, rows)) else "" for rows in ((*base, *estimate.rows), base))
    limit = f"{of_base if exceeded.stated.endswith('of base') else ''}{limit} (max_increase {exceeded.stated})"
    over = (" over ", Name(comparison.base.label)) if comparison else ()
    return (f"❌ Increase exceeded{where}: {mark}+{amount} > {limit}", *over)


def _where(judged: str) -> str:
    return " at the upper bound" if judged == "upper" else ""


def _breakdown(estimate: Estimate) -> Table:
    rows = sorted(estimate.priced(), key=lambda row: (-row.effective_cost, row.prompt_id))
    whole = estimate.known_cost()
    cells: list[tuple[Text, ...]] = []
    for n, row in enumerate(rows[:MAX_ROWS]):
        share = f"({format_share(row.effective_cost, whole)})" if whole else ""
        cells.append(((Name(row.prompt_id),), (amount(row),), (share + (" ← largest" if n == 0 else ""),)))
    if len(rows) > MAX_ROWS:
        rest = sum((row.effective_cost for row in rows[MAX_ROWS:]), start=whole * 0)
        more = marks(*rows[MAX_ROWS:]) + format_money(rest)
        cells.append(((f"{len(rows) - MAX_ROWS:,} more",), (more,), (f"({format_share(rest, whole)})",)))
    return Table(("Breakdown", "Cost", "Share"), tuple(cells), shares=True)


def _suggestions(estimate: Estimate, verdict: Verdict) -> tuple[Text, ...]:
    marked = {row.prompt_id: "~" if inexact(row) else "" for row in estimate.priced()}
    return tuple(suggestion_line(each, estimate.period, marked[each.prompt_id]) for each in verdict.suggestions)
