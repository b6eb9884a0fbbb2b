"""A computed what-if: the same calls in batches."""

from __future__ import annotations

from decimal import localcontext

from .call_costs import call_cost
from .prices.exact import EXACT
from .prices.offers import STANDARD
from .render.money import format_exact
from .what_if import BATCH, Case, Suggestion, percent_saved


def in_batches(case: Case) -> Suggestion | None:
    """What `scenario = "batch"` saves, where the model is sold in batches and the prompt is not sent in them yet."""
    row = case.row
    if row.variant != STANDARD:
        return None
    cost = call_cost(
        case.offer, "batch", row.input_tokens, 0, row.output_tokens or 0, case.time, row.requests
    )  # fmt: skip
    if cost is None:
        return None
    with localcontext(EXACT):
        saving = row.inference_cost() - cost * row.calls
    if saving <= 0:
        return None
    formula = f"{format_exact(row.inference_cost())} - {case.formula('batch', 0)} * {row.calls}"
    percent = percent_saved(row.effective_cost, saving)
    return Suggestion(row.prompt_id, BATCH, row.model, row.model, saving, percent, formula)
