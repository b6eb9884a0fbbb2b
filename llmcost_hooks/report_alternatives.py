"""The reports of `estimate --models` and of `choose`: models side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from .alternatives import Alternative, Candidate, cheapest, chosen, may_be_cheaper
from .estimate import Estimate
from .pricing import PromptEstimate
from .render.jsonparts import prompt_members, side_members, total_members
from .render.money import format_exact, format_money
from .report import Name, Report, Table, Text, grouped_notes, name_list
from .report_parts import amount, expired_mark, inexact, marks, price_warning, side, total, unit_line
from .view import PLAIN, View, shown_rows


def alternatives_report(found: Sequence[Alternative], view: View = PLAIN) -> Report:
    """A column for each model; `found` has at least one."""
    first, best = found[0].estimate, cheapest(found)
    by_id = [{row.prompt_id: row for row in each.estimate.rows} for each in found]
    order = [row.prompt_id for row in shown_rows((best or found[0]).estimate, view)]
    rows: list[tuple[Text, ...]] = [
        ((Name(prompt_id),), *((amount(rows[prompt_id]),) for rows in by_id)) for prompt_id in order
    ]
    if len(order) > 1:
        rows.append((("Total",), *((total(each.estimate),) for each in found)))
    rows.append((("One call",), *((_per_call(each),) for each in found)))
    rows.append((("Counts",), *((each.estimate.grade() if _counted(each) else "?",) for each in found)))
    headers = ("prompt_id", *(Name(each.name) for each in found))
    problems = tuple(line for each in found for line in _problems(each))
    notes = grouped_notes(dict.fromkeys((each.name, note) for each in found for note in _notes(each)))
    return Report(
        ("Models side by side: ", side(first), *expired_mark(first)),
        Table(headers, tuple(rows), right=tuple(range(1, len(headers)))),
        (_best(best, found),),
        ((("Without a price",), problems),) if problems else (),
        unit_line(*(each.estimate for each in found)),
        notes,
        price_warning(first),
    )


def _problems(each: Alternative) -> Iterator[Text]:
    """Why a model has no price; of which prompts, where it is not all of them."""
    failing: dict[str, list[str]] = {}
    for row in each.estimate.unpriced():
        failing.setdefault(row.problem.reason, []).append(row.prompt_id)
    for reason, ids in failing.items():
        some = () if len(ids) == len(each.estimate.rows) else (": ", *name_list(ids))
        yield Name(each.name), *some, ": ", Name(reason)


def _notes(each: Alternative) -> Iterator[str]:
    """What is said of its prices and counts, without the model's own name in front."""
    for row in each.estimate.priced():
        yield from (note.removeprefix(f"{row.model}: ") for note in row.notes)


def _per_call(each: Alternative) -> str:
    cost = each.per_call()
    return "?" if cost is None else marks(*each.estimate.rows) + format_money(cost)


def _counted(each: Alternative) -> bool:
    return any(row.grade for row in each.estimate.rows)


def _best(best: Alternative | None, found: Sequence[Alternative]) -> Text:
    if best is None:
        bounded = any(row.bounded() for each in found for row in each.estimate.priced())
        return ("Cheapest: not known" + (", since costs are lower bounds (≥)" if bounded else ""),)
    near = may_be_cheaper(best, found)
    unsure: Text = ("; within the bands of counts it may be ", *name_list(near)) if near else ()
    return ("Cheapest: ", Name(best.name), f", {total(best.estimate)}", *unsure)


def alternatives_document(found: Sequence[Alternative], view: View = PLAIN) -> dict[str, Any]:
    best = cheapest(found)
    return {
        "schema": "llm-cost/estimate-models/1",
        **side_members(*(each.estimate for each in found)),
        "models": [
            {
                "name": each.name,
                "cheapest": each is best,
                "grade": each.estimate.grade() if _counted(each) else None,
                "per_call": None if (cost := each.per_call()) is None or each.cost() is None else format_exact(cost),
                "total": total_members(each.estimate),
                "prompts": [prompt_members(row, each.estimate) for row in shown_rows(each.estimate, view)],
            }
            for each in found
        ],
    }


# --- choose -----------------------------------------------------------------------------------------------------------


def choice_report(
    estimate: Estimate, prompt_id: str, candidates: Sequence[Candidate], notes: tuple[Text, ...]
) -> Report:
    """`estimate` is of the prompt as it is: where it lies, and what its costs are quoted for."""
    best = chosen(candidates)
    per = f" a {estimate.period}" if estimate.period else ""
    if best is None:
        headline: Text = ("❌ No model can be chosen for ", Name(prompt_id))
    else:
        quality = f"{amount(best.row)}{per}, quality {format_exact(best.quality)}"
        headline = ("✅ ", Name(best.name), " for ", Name(prompt_id), f": {quality}")
    ranked = sorted(candidates, key=lambda each: (each is not best, bool(each.refused), _known_cost(each), each.name))
    rows = tuple(_cells(each, each is best) for each in ranked)
    return Report(
        (*headline, *expired_mark(estimate)),
        Table(("Model", "Quality", "Cost", "One call", "Counts", ""), rows, right=(1, 2, 3)),
        unit=unit_line(estimate),
        notes=notes,
        warning=price_warning(estimate),
    )


def _known_cost(each: Candidate) -> Decimal:
    return each.row.effective_cost if isinstance(each.row, PromptEstimate) else Decimal("Infinity")


def _cells(each: Candidate, is_best: bool) -> tuple[Text, ...]:
    row = each.row
    priced = isinstance(row, PromptEstimate)
    call = ("~" if inexact(row) else "") + format_money(row.per_call) if isinstance(row, PromptEstimate) else "?"
    reason: Text = ("← cheapest",) if is_best else (Name(each.refused),) if each.refused else ("dearer",)
    cost = amount(row) if priced else "?"
    return (Name(each.name),), (format_exact(each.quality),), (cost,), (call,), (row.grade or "?",), reason


def choice_document(
    estimate: Estimate, prompt_id: str, candidates: Sequence[Candidate], least: Decimal | None, most: Decimal | None
) -> dict[str, Any]:
    best = chosen(candidates)
    return {
        "schema": "llm-cost/choose/1",
        **side_members(estimate),
        "prompt_id": prompt_id,
        "max_cost": None if most is None else format_exact(most),
        "min_quality": None if least is None else format_exact(least),
        "chosen": best.name if best else None,
        "candidates": [
            {
                "model": each.name,
                "quality": format_exact(each.quality),
                "chosen": each is best,
                "refused": each.refused or None,
                "prompt": prompt_members(each.row, estimate),
            }
            for each in candidates
        ],
    }
