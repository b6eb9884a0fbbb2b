"""Which rows of a report a reader sees, in which order, and their sub-totals by tag. It changes no number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from .call_costs import ZERO
from .compare import Comparison, PromptDelta
from .errors import ConfigError
from .estimate import Estimate
from .pricing import PromptEstimate, Row

COST, DELTA, NAME = "cost", "delta", "name"


class View(NamedTuple):
    """How a reader wants to see a report."""

    order: str = NAME  # or COST, DELTA: the largest first, what is not known last
    changed_only: bool = False
    group_by: str | None = None  # a tag's key


PLAIN = View()


def changed(row: PromptDelta) -> bool:
    """Whether there is anything to see: other content, cost, tokens or model."""
    if row.shared():
        return False
    same_number = row.cost == 0 if row.cost is not None else token_change(row) == 0
    return row.content != "unchanged" or not same_number or row.model_change() is not None


def token_change(row: PromptDelta) -> int | None:
    """Stands for the cost where no side has a price; None where that is not so, or not known."""
    if row.base and row.head and set(row.base.undeclared) != set(row.head.undeclared):
        return None
    sides = [0 if side is None else side.input_tokens for side in (row.base, row.head)]
    priced = any(isinstance(side, PromptEstimate) for side in (row.base, row.head))
    return None if priced or sides[0] is None or sides[1] is None else sides[1] - sides[0]


def shown_changes(comparison: Comparison, view: View) -> list[PromptDelta]:
    """The rows of a diff that are shown, in their order."""
    rows = [row for row in comparison.rows if not view.changed_only or changed(row)]
    if view.order == NAME:
        return rows
    return sorted(rows, key=lambda row: _largest(row.cost if view.order == DELTA else _cost(row.head or row.base)))


def shown_rows(estimate: Estimate, view: View) -> list[Row]:
    """The rows of an estimate, in their order."""
    rows = list(estimate.rows)
    return rows if view.order == NAME else sorted(rows, key=lambda row: _largest(_cost(row)))


def _cost(row: Row | None) -> Decimal | None:
    return row.effective_cost if isinstance(row, PromptEstimate) else None


def _largest(amount: Decimal | None) -> tuple[bool, Decimal]:
    return amount is None, -(amount or ZERO)


def estimate_groups(estimate: Estimate, key: str) -> list[tuple[str | None, Estimate]]:
    """(value of the tag, what has it) by value; what has no such tag is last, with None.

    Raises ConfigError where no prompt has the tag.
    """
    rows: dict[str | None, list[Row]] = {}
    for row in estimate.rows:
        rows.setdefault(row.tags.get(key), []).append(row)
    _refuse_unknown(key, rows, [estimate])
    return [(value, estimate._replace(rows=tuple(rows[value]))) for value in _sorted(rows)]


def change_groups(comparison: Comparison, key: str) -> list[tuple[str | None, Comparison]]:
    """The same of a diff. A prompt counts on both sides by the tag that it has on head, or had where it is gone."""
    rows: dict[str | None, list[PromptDelta]] = {}
    for row in comparison.rows:
        either = row.head or row.base
        rows.setdefault(either.tags.get(key) if either else None, []).append(row)
    _refuse_unknown(key, rows, [comparison.base, comparison.head])
    return [(value, _part(comparison, rows[value])) for value in _sorted(rows)]


def _part(comparison: Comparison, rows: list[PromptDelta]) -> Comparison:
    return comparison._replace(
        base=comparison.base._replace(rows=tuple(row.base for row in rows if row.base)),
        head=comparison.head._replace(rows=tuple(row.head for row in rows if row.head)),
        rows=tuple(rows),
    )


def _sorted(values: Iterable[str | None]) -> list[str | None]:
    return sorted(values, key=lambda value: (value is None, value or ""))


def _refuse_unknown(key: str, found: Iterable[str | None], sides: Sequence[Estimate]) -> None:
    if any(value is not None for value in found):
        return
    known = sorted({tag for side in sides for row in side.rows for tag in row.tags})
    hint = f"Tags that there are: {', '.join(known)}." if known else 'Write them: tags = { team = "search" }'
    raise ConfigError(f'No prompt has the tag "{key}"', hint)
