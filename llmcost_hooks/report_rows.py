"""The report of `estimate PROMPT --data`: a batch, row by row, before it is run."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO
from .estimate import Estimate
from .prices.exact import EXACT
from .pricing import PromptEstimate, Row, Unpriced, worst_grade
from .render.money import format_exact, format_money
from .report import Name, Report, Table, Text, grouped_notes
from .report_parts import expired_mark, price_warning


class PricedRow(NamedTuple):
    line: int  # of the file of rows
    row: Row  # one call


class Batch(NamedTuple):
    path: str  # of the file of rows
    prompt_id: str
    rows: tuple[PricedRow, ...]

    def priced(self) -> list[PromptEstimate]:
        return [each.row for each in self.rows if isinstance(each.row, PromptEstimate)]

    def unpriced(self) -> list[tuple[int, Unpriced]]:
        return [(each.line, each.row) for each in self.rows if isinstance(each.row, Unpriced)]

    def total(self) -> Decimal:
        """USD of the rows that could be priced."""
        with localcontext(EXACT):
            return sum((row.effective_cost for row in self.priced()), ZERO)

    def dearest(self) -> PricedRow | None:
        """The most expensive row; the first of several."""
        known = [each for each in self.rows if isinstance(each.row, PromptEstimate)]
        return max(known, key=_cost, default=None)

    def known(self) -> bool:
        return not self.unpriced() and not any(row.bounded() for row in self.priced())


def _cost(each: PricedRow) -> Decimal:
    return each.row.effective_cost if isinstance(each.row, PromptEstimate) else ZERO


def at_rank(sorted_values: Sequence[Decimal], percent: int) -> Decimal:
    """The nearest-rank percentile: the least value that `percent` of all do not exceed."""
    return sorted_values[max(0, -(-len(sorted_values) * percent // 100) - 1)]


def rows_report(batch: Batch, estimate: Estimate) -> Report:
    """Total, median, 95th percentile and the most expensive row; `estimate`, of the prompt, says which prices hold."""
    priced = batch.priced()
    mark = ("" if batch.known() else "≥ ") + ("" if _exact(priced) else "~")
    headline: Text = (
        f"Estimated cost of {len(batch.rows):,} {'row' if len(batch.rows) == 1 else 'rows'}: ",
        Name(batch.prompt_id),
        " over ",
        Name(batch.path),
    )
    problems = grouped_notes((f"line {line}", row.problem.reason) for line, row in batch.unpriced())
    sections = ((("Without a price",), problems),) if problems else ()
    if not priced:
        return Report(headline, sections=sections)
    costs = sorted(row.effective_cost for row in priced)
    tokens = sorted(Decimal(row.input_tokens) for row in priced)
    dearest = batch.dearest()
    assert dearest is not None and isinstance(dearest.row, PromptEstimate)
    rows: list[tuple[str, Decimal, Decimal]] = [
        ("total", batch.total(), sum(tokens, ZERO)),
        ("p50", at_rank(costs, 50), at_rank(tokens, 50)),
        ("p95", at_rank(costs, 95), at_rank(tokens, 95)),
        (f"line {dearest.line} (most expensive)", dearest.row.effective_cost, Decimal(dearest.row.input_tokens)),
    ]
    least = "" if all(not row.undeclared for row in priced) and not problems else "≥ "
    counted = least + ("" if all(row.grade == "exact" for row in priced) else "~")
    cells = tuple(((what,), (f"{counted}{int(size):,}",), (mark + format_money(cost),)) for what, cost, size in rows)
    notes = grouped_notes((batch.prompt_id, note) for note in dict.fromkeys(n for row in priced for n in row.notes))
    return Report(
        (*headline, *expired_mark(estimate)),
        Table(("Row", "Input", "Cost"), cells, right=(1, 2)),
        sections=sections,
        unit=(f"Cost of one call for each row; prices of {estimate.prices.as_of or estimate.prices.published}",),
        warning=price_warning(estimate),
        notes=(*notes, *_without_output(priced)),
    )


def _without_output(priced: list[PromptEstimate]) -> tuple[Text, ...]:
    if all(row.output_tokens is not None for row in priced):
        return ()
    return (("output size unknown: input only, the costs are lower bounds",),)


def _exact(priced: list[PromptEstimate]) -> bool:
    return all(row.grade == "exact" and not row.price_estimated for row in priced)


def rows_document(batch: Batch) -> dict[str, object]:
    """`estimate --data --format json`."""
    priced = batch.priced()
    costs = sorted(row.effective_cost for row in priced)
    dearest, known = batch.dearest(), batch.known()

    def money(amount: Decimal) -> str:
        return format_exact(amount)

    return {
        "schema": "llm-cost/rows/1",
        "prompt_id": batch.prompt_id,
        "data": batch.path,
        "currency": "USD",
        "grade": worst_grade(row.grade for row in priced),
        "rows": len(batch.rows),
        "total": money(batch.total()) if known else None,
        "at_least": money(batch.total()),
        "input_tokens": sum(row.input_tokens for row in priced) if not batch.unpriced() else None,
        "p50": money(at_rank(costs, 50)) if costs else None,
        "p95": money(at_rank(costs, 95)) if costs else None,
        "most_expensive": {"line": dearest.line, "cost": money(_cost(dearest))} if dearest else None,
        "undeclared_variables": sorted({name for row in priced for name in row.undeclared}),
        "problems": [
            {"line": line, "reason": row.problem.reason, "code": row.problem.code.name}
            for line, row in batch.unpriced()
        ],
    }
