"""The report of `estimate`: every prompt of one side."""

from __future__ import annotations

from .estimate import Estimate
from .pricing import PromptEstimate, Row
from .render.money import format_money
from .report import Name, Report, Table, Text
from .report_parts import (
    amount,
    expired_mark,
    has_money,
    marks,
    notes,
    price_warning,
    side,
    token_total,
    total,
    unit_line,
    without_price,
)


def estimate_report(estimate: Estimate) -> Report:
    """Every prompt with its cost, and the total."""
    if not estimate.rows:
        return Report(("No prompts were found in ", side(estimate), "."), notes=(_HOW_TO_NAME_PROMPTS,))
    money = has_money(estimate)
    headers = ("prompt_id", "Model", "Input", "Output", "Cost" if money else "Tokens")
    table = Table(headers, tuple(_cells(row) for row in estimate.rows), right=(2, 3, 4))
    tokens = f"{token_total(estimate)} tokens"
    below: list[Text] = [(f"Total: {total(estimate) if money else tokens}", *expired_mark(estimate))]
    listed, effective = estimate.known_list_cost(), estimate.known_cost()
    if listed != effective:
        below.append((f"List cost: {marks(*estimate.rows)}{format_money(listed)}",))
    return Report(
        ("Estimated cost: " if money else "Tokens: ", side(estimate)),
        table,
        tuple(below),
        without_price(estimate),
        unit_line(estimate),
        tuple(notes(estimate)),
        price_warning(estimate),
    )


_HOW_TO_NAME_PROMPTS: Text = (
    'Name prompts in llm-cost.toml ([[prompts]] or [discover]), on the command line, or with --include "GLOB".',
)


def _cells(row: Row) -> tuple[Text, ...]:
    mark = "" if row.grade == "exact" else "~"
    tokens = "?" if row.input_tokens is None else f"{mark}{row.input_tokens:,}"
    output = f"{row.output_tokens:,}" if isinstance(row, PromptEstimate) and row.output_tokens is not None else "?"
    return (Name(row.prompt_id),), (Name(row.model or "—"),), (tokens,), (output,), (amount(row),)
