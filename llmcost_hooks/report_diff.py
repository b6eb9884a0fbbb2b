"""The report of `diff`: two sides, what changed and what it costs."""

from __future__ import annotations

from datetime import date

from .compare import Comparison, PromptDelta
from .estimate import PromptEstimate, Unpriced
from .render.money import format_delta, format_percent
from .report import Name, Report, Table, Text
from .report_parts import amount, has_money, known_tokens, notes, price_notes, problem_lines, side, total, unit_line

FOLD_ABOVE = 20  # rows; beyond, prompts that did not change in any way become one line


def diff_report(comparison: Comparison, on: date, extra: tuple[Text, ...] = ()) -> Report:
    """`on` is today, for the age of the prices; `extra` notes come from how the sides were read."""
    base, head = comparison.base, comparison.head
    shown = [row for row in comparison.rows if not _same(row)] if len(comparison.rows) > FOLD_ABOVE else comparison.rows
    folded = len(comparison.rows) - len(shown)
    table = Table(
        ("prompt_id", "Content", "Base", "Head", "Δ Cost" if has_money(base, head) else "Δ Tokens"),
        tuple(_cells(row) for row in shown),
    )
    below = [(f"{folded:,} unchanged prompts are not shown.",)] if folded else []
    problems = problem_lines(head.unpriced())
    return Report(
        ("📊 Cost Comparison: ", side(base), " → ", side(head)),
        table if shown else None,
        (*below, _total(comparison)),
        (("Without a price", problems),) if problems else (),
        unit_line(base, head),
        (*extra, *_changes(comparison), *notes(head), *_only_on_base(comparison), *price_notes(head, on)),
    )


def _same(row: PromptDelta) -> bool:
    """Nothing to see: same content, same cost, same place."""
    moved = row.base is not None and row.head is not None and row.base.path != row.head.path
    unknown = isinstance(row.head, Unpriced) and row.head.input_tokens is None
    return row.content == "unchanged" and not row.cost and not moved and not unknown and not row.model_change()


def _cells(row: PromptDelta) -> tuple[Text, ...]:
    return (Name(row.prompt_id),), (row.content,), (amount(row.base),), (amount(row.head),), (_delta(row),)


def _delta(row: PromptDelta) -> str:
    if row.cost is None:
        change = _token_change(row)
        return "?" if change is None else "—" if change == 0 else f"{change:+,} tok"
    dearer = row.content in ("modified", "unchanged") and row.cost > 0
    return format_delta(row.cost) + (" ⚠️" if dearer else "")


def _token_change(row: PromptDelta) -> int | None:
    sides = [0 if side is None else side.input_tokens for side in (row.base, row.head)]
    return None if sides[0] is None or sides[1] is None else sides[1] - sides[0]


def _total(comparison: Comparison) -> Text:
    base, head = comparison.base, comparison.head
    if not has_money(base, head):
        before, after = known_tokens(base.rows), known_tokens(head.rows)
        return (f"Total: {before:,} → {after:,} tokens ({after - before:+,})",)
    percent = comparison.percent()
    change = f" ({format_percent(percent)})" if percent is not None and comparison.known_delta() != 0 else ""
    return (f"Total: {total(base)} → {total(head)}{change}",)


def _changes(comparison: Comparison) -> list[Text]:
    """What a row of the table cannot say: another path, another model, other tokens at an equal price."""
    lines: list[Text] = []
    for row in comparison.rows:
        if row.base is None or row.head is None or row.content == "removed":
            continue
        if row.base.path != row.head.path:
            lines.append((Name(row.prompt_id), ": moved from ", Name(row.base.path), " to ", Name(row.head.path)))
        if models := row.model_change():
            lines.append((Name(row.prompt_id), ": model ", Name(models[0]), " → ", Name(models[1])))
        if row.content == "unchanged" and row.cost and not models:
            lines.append((Name(row.prompt_id), ": same text, other assumptions in llm-cost.toml"))
        if row.content == "modified" and row.cost == 0 and isinstance(row.head, PromptEstimate):
            lines.append((Name(row.prompt_id), ": text changed, cost equal"))
    return (
        lines if len(lines) <= FOLD_ABOVE else [*lines[:FOLD_ABOVE], (f"{len(lines) - FOLD_ABOVE:,} more such notes",)]
    )


def _only_on_base(comparison: Comparison) -> list[Text]:
    """What fails on base only is a note: head is what is judged."""
    failing = {row.prompt_id for row in comparison.head.unpriced()}
    rows = [row for row in comparison.base.unpriced() if row.prompt_id not in failing]
    return [("on base, ", *line) for line in problem_lines(rows)]
