"""The report of `diff`: two sides, what changed and what it costs."""

from __future__ import annotations

from .compare import Comparison, PromptDelta, SharedPart, shared_parts
from .estimate import Estimate
from .pricing import PromptEstimate
from .render.money import format_delta, format_percent
from .report import Name, Report, Table, Text, count_prompts, grouped_notes, name_list
from .report_caching import prefix_notes
from .report_parts import (
    amount,
    by_manifest,
    expired_mark,
    has_money,
    inexact,
    list_total,
    notes,
    price_warning,
    problem_lines,
    side,
    tag_value,
    token_total,
    total,
    unit_line,
    without_price,
)
from .report_split import split_notes, why, why_total, worth_saying
from .view import PLAIN, View, change_groups, shown_changes, token_change

MOVES = 10  # notes of moved prompts that are written out
FOLD_ABOVE = 20  # rows; beyond, prompts that did not change in any way become one line


def diff_report(comparison: Comparison, extra: tuple[Text, ...] = (), view: View = PLAIN) -> Report:
    """`extra` notes come from how the sides were read."""
    base, head = comparison.base, comparison.head
    moved = comparison._replace(rows=tuple([row for row in comparison.rows if not row.shared()]))  # no other differs
    fold = len(comparison.rows) > FOLD_ABOVE
    changed_only = fold or view.changed_only
    shown = shown_changes(moved if changed_only else comparison, view._replace(changed_only=changed_only))
    folded = len(comparison.rows) - len(shown)
    reasons = ("Why",) if worth_saying(shown) else ()
    table = Table(
        ("prompt_id", "Content", "Base", "Head", "Δ Cost" if has_money(base, head) else "Δ Tokens", *reasons),
        tuple((*_cells(row), *(((why(row),),) if reasons else ())) for row in shown),
        amounts=(2, 3, 4),
    )
    below = [(f"{folded:,} unchanged {'prompt is' if folded == 1 else 'prompts are'} not shown.",)] if folded else []
    totals = [
        _total(moved),
        *_listed(moved),
        *([parts] if reasons and (parts := why_total(moved)) else []),
    ]
    return Report(
        ("📊 Cost Comparison: ", side(base), " → ", side(head)),
        table if shown else None,
        (*below, *totals),
        (*by_manifest(base, head), *group_sections(comparison, view), *without_price(head)),
        unit_line(base, head),
        (
            *extra,
            *_units(comparison),
            *_partial(comparison),
            *_shared(moved),
            *prefix_notes(moved),
            *_changes(moved),
            *split_notes(moved),
            *notes(head),
            *_only_on_base(comparison),
        ),
        price_warning(head) or price_warning(base),
    )


def _cells(row: PromptDelta) -> tuple[Text, ...]:
    return (Name(row.prompt_id),), _content(row), (amount(row.base),), (amount(row.head),), (_delta(row),)


def _content(row: PromptDelta) -> Text:
    return (f"{row.content} (via ", *name_list(list(row.via)), ")") if row.via else (row.content,)


def _delta(row: PromptDelta) -> str:
    if row.cost is None:
        change = token_change(row)
        return "?" if change is None else "—" if change == 0 else f"{change:+,} tok"
    dearer = row.content in ("modified", "unchanged") and row.cost > 0
    return (delta_marks(row) if row.cost else "") + format_delta(row.cost) + (" ⚠️" if dearer else "")


def delta_marks(row: PromptDelta) -> str:
    """Of a change of cost: what one side alone costs is a bound where its output size is unknown."""
    sides = [each for each in (row.base, row.head) if each is not None]
    alone = len(sides) == 1 and isinstance(sides[0], PromptEstimate) and sides[0].bounded()
    bound = ("≥ " if row.head else "≤ ") if alone else ""
    return bound + ("~" if any(map(inexact, sides)) else "")


def _total(comparison: Comparison) -> Text:
    base, head = comparison.base, comparison.head
    expired = (expired_mark(head) or expired_mark(base)) if has_money(base, head) else ()
    return (f"Total: {_change(comparison)}", *expired)


def _listed(moved: Comparison) -> list[Text]:
    """At list prices, where something is paid in another way."""
    sides = (moved.base, moved.head)
    rows = (*moved.head.rows, *(row.base for row in moved.rows))  # whatever else is on base is one of head's
    if all(row.list_cost == row.effective_cost for row in rows if isinstance(row, PromptEstimate)):
        return []
    return [(f"List cost: {' → '.join(list_total(each) for each in sides)}",)]


def _change(comparison: Comparison) -> str:
    base, head = comparison.base, comparison.head
    if not has_money(base, head):
        known = all(token_change(row) is not None for row in comparison.rows)
        change = f" ({_tokens(head) - _tokens(base):+,})" if known else ""
        return f"{token_total(base)} → {token_total(head)} tokens{change}"
    delta, percent = comparison.delta(), comparison.percent()
    change = f" ({format_percent(percent)})" if percent else ""
    # Both leave the same out: their difference is known, and not what it is of.
    if delta and percent is None and not base.complete():
        change = f" ({_delta_mark(comparison)}{format_delta(delta)})"
    return f"{total(base)} → {total(head)}{change}"


def group_sections(comparison: Comparison, view: View) -> tuple[tuple[Text, tuple[Text, ...]], ...]:
    """The section with the total of each value of a tag."""
    if view.group_by is None:
        return ()
    lines = [
        (*tag_value(view.group_by, value), f": {_change(part)}")
        for value, part in change_groups(comparison, view.group_by)
    ]
    return ((("By ", Name(view.group_by)), tuple(lines)),)


def _delta_mark(comparison: Comparison) -> str:
    return "~" if any(inexact(row) for side in (comparison.base, comparison.head) for row in side.priced()) else ""


def _tokens(estimate: Estimate) -> int:
    return sum(row.input_tokens or 0 for row in estimate.rows)


def _units(comparison: Comparison) -> list[Text]:
    if comparison.same_unit():
        return []
    periods = [side.period or "call" for side in (comparison.base, comparison.head)]
    return [(f"Base is quoted per {periods[0]} and head per {periods[1]}: their costs cannot be compared.",)]


def _partial(comparison: Comparison) -> list[Text]:
    if not comparison.exact_renames_only:
        return []
    return [("This partial clone lacks contents: a prompt that was moved and edited shows as removed and new.",)]


def _shared(comparison: Comparison) -> list[Text]:
    """What the change of an included file comes to: "base.md is in 14 prompts: +$412/month"."""
    per = f"/{comparison.head.period}" if comparison.head.period else ""
    return [
        (
            *name_list(list(part.paths)),
            f" {'is' if len(part.paths) == 1 else 'are'} in {count_prompts(part.prompts)}",
            ": " if part.alone == part.prompts else f", {part.alone:,} of them not changed otherwise: ",
            "cost unknown"
            if part.cost is None
            else "cost equal"
            if part.cost == 0
            else _inexact(comparison, part) + format_delta(part.cost) + per,
        )
        for part in shared_parts(comparison)
    ]


def _inexact(comparison: Comparison, part: SharedPart) -> str:
    return "~" if any(inexact(row.head) for row in comparison.rows if row.via == part.paths and row.head) else ""


def _changes(comparison: Comparison) -> list[Text]:
    """What a row of the table cannot say: another path, another model, other tokens at an equal price."""
    pairs = [row for row in comparison.rows if row.base and row.head and row.content != "removed"]
    lines = [line for row in pairs if (line := _move(row))]
    lines = lines if len(lines) <= MOVES else [*lines[:MOVES], (f"{len(lines) - MOVES:,} more prompts moved",)]
    return [*lines, *grouped_notes((row.prompt_id, note) for row in pairs for note in _reasons(row))]


def _move(row: PromptDelta) -> Text:
    if row.base is None or row.head is None or row.base.path == row.head.path:
        return ()
    to = (" to ", Name(row.head.path)) if row.head.path != row.prompt_id else ()
    return Name(row.prompt_id), ": moved from ", Name(row.base.path), *to


def _reasons(row: PromptDelta) -> list[str]:
    models = row.model_change()
    if models:
        return [f"model {models[0]} → {models[1]}"]
    if row.cost is None and isinstance(row.base, PromptEstimate) and isinstance(row.head, PromptEstimate):
        if (row.base.output_tokens is None) != (row.head.output_tokens is None):
            return ["its output size is known on one side only, so no difference is"]
        unlike = sorted(set(row.base.undeclared) ^ set(row.head.undeclared))
        return [f"the size of {', '.join(unlike)} is unknown on one side, so no difference is known"]
    if row.content == "unchanged" and row.cost and row.split is None:
        return ["same text, other assumptions or prices in llm-cost.toml"]
    return ["changed, cost equal"] if row.content == "modified" and row.cost == 0 else []


def _only_on_base(comparison: Comparison) -> list[Text]:
    """What fails on base only is a note: head is what is judged."""
    failing = {row.prompt_id for row in comparison.head.unpriced()}
    rows = [row for row in comparison.base.unpriced() if row.prompt_id not in failing]
    mistakes: list[Text] = [("on base, ", Name(note)) for note in comparison.base.notes]
    return [*mistakes, *(("on base, ", *line) for line in problem_lines(rows))]
