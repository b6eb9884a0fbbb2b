"""Two estimates -> what changed: an outer join on prompt_id."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import NamedTuple

from .estimate import Estimate
from .prices.offers import EXACT
from .pricing import ZERO, PromptEstimate, Row, Unpriced


class PromptDelta(NamedTuple):
    prompt_id: str  # head's, where there is a head
    content: str  # "new", "removed", "modified" or "unchanged": what git says of the blob
    base: Row | None
    head: Row | None
    cost: Decimal | None  # USD, head - base; a side that does not exist costs 0; None: a part of one side is unknown
    via: tuple[str, ...] = ()  # paths of included files that differ, where the prompt's own text does not

    def shared(self) -> bool:
        """Whether both sides are one and the same priced row (`estimate_snapshots`): nothing can differ."""
        return self.base is self.head and self.cost is not None

    def model_change(self) -> tuple[str, str] | None:
        """(base's model, head's) where both are known and differ."""
        models = (self.base.model if self.base else None, self.head.model if self.head else None)
        return (models[0], models[1]) if models[0] and models[1] and models[0] != models[1] else None


class SharedPart(NamedTuple):
    """Files that several prompts include, and what their change costs."""

    paths: tuple[str, ...]
    prompts: int  # of head that include them
    alone: int  # and of them, those that nothing else changes
    cost: Decimal | None  # USD, head - base, of the prompts that are changed by these files alone


class Comparison(NamedTuple):
    base: Estimate
    head: Estimate
    rows: tuple[PromptDelta, ...]  # sorted by prompt_id
    exact_renames_only: bool = False  # a partial clone lacks contents: a move with an edit shows as removed and new

    def delta(self) -> Decimal | None:
        """USD, head - base; None where a part of either total is unknown, or the units differ."""
        known = self.base.complete() and self.head.complete() and self.same_unit()
        return self.known_delta() if known else None

    def same_unit(self) -> bool:
        """Whether both sides are quoted for the same period; a side without prompts has no unit."""
        return self.base.period == self.head.period or not self.base.rows or not self.head.rows

    def known_delta(self) -> Decimal:
        """USD, head - base of what can be compared (`comparable`)."""
        base, head = self.comparable()
        with localcontext(EXACT):
            return head - base

    def comparable(self) -> tuple[Decimal, Decimal]:
        """USD of both sides, like with like: where one side's output size is unknown, the input of both.

        A prompt unknown on base counts as nothing there, which makes an increase larger, never smaller.
        """
        with localcontext(EXACT):
            pairs = [_comparable(row) for row in self.rows]
            return sum((base for base, _ in pairs), ZERO), sum((head for _, head in pairs), ZERO)

    def percent(self) -> Decimal | None:
        """The delta in percent of base, to ten digits; None where the delta is unknown or base is 0."""
        delta, base = self.delta(), self.base.known_cost()
        return None if delta is None or base == 0 else _percent(delta, base)


def shared_parts(comparison: Comparison) -> list[SharedPart]:
    """Included files that changed, by the prompts that they change: most expensive first."""
    groups: dict[tuple[str, ...], list[PromptDelta]] = {}
    for row in comparison.rows:
        if row.via:
            groups.setdefault(row.via, []).append(row)
    users = [{path for path, _ in row.includes} for row in comparison.head.rows if row.includes]
    found = []
    with localcontext(EXACT):
        for paths, rows in groups.items():
            costs = [row.cost for row in rows if row.cost is not None]
            known = sum(costs, ZERO) if len(costs) == len(rows) else None
            found.append(SharedPart(paths, sum(used.issuperset(paths) for used in users), len(rows), known))
    return sorted(found, key=lambda part: (part.cost is None, -(part.cost or ZERO), part.paths))


def _comparable(row: PromptDelta) -> tuple[Decimal, Decimal]:
    sides = [side if isinstance(side, PromptEstimate) else None for side in (row.base, row.head)]
    input_only = all(sides) and any(side is not None and side.output_tokens is None for side in sides)
    base, head = ((side.input_cost if input_only else side.effective_cost) if side else ZERO for side in sides)
    return base, head


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 10
        return part / whole * 100


def compare_estimates(
    base: Estimate, head: Estimate, renames: Mapping[str, str] | None = None, *, exact_renames_only: bool = False
) -> Comparison:
    """Pair both sides' rows by prompt_id.

    A prompt without an id is known by its path, and the path is carried across `renames` (new path -> old path).
    """
    base_rows = [row for row in base.rows if not _missing(row)]
    base_of = _pairs(base_rows, head, renames or {})
    paired = {id(row) for row in base_of.values()}
    with localcontext(EXACT):
        rows = [_delta(base_of.get(row.prompt_id), row) for row in head.rows]
        rows += [_delta(row, None) for row in base_rows if id(row) not in paired]
    rows.sort(key=lambda row: row.prompt_id)
    comparison = Comparison(base, head, tuple(rows), exact_renames_only)
    if comparison.same_unit():
        return comparison
    return comparison._replace(rows=tuple(row._replace(cost=None) for row in rows))


def _missing(row: Row) -> bool:
    return isinstance(row, Unpriced) and row.missing()


def _pairs(base_rows: list[Row], head: Estimate, renames: Mapping[str, str]) -> dict[str, Row]:
    """head prompt_id -> base row: by id first, then by path where one of the two has no id of its own."""
    base_by_id = {row.prompt_id: row for row in base_rows}
    pairs = {row.prompt_id: base_by_id.pop(row.prompt_id) for row in head.rows if row.prompt_id in base_by_id}
    left = {row.path: row for row in base_by_id.values()}
    for row in head.rows:
        other = None if row.prompt_id in pairs else left.get(renames.get(row.path, row.path))
        if other is not None and not (row.named and other.named):
            pairs[row.prompt_id] = left.pop(other.path)
    return pairs


def _delta(base: Row | None, head: Row | None) -> PromptDelta:
    if base is head and isinstance(base, PromptEstimate):
        return PromptDelta(base.prompt_id, "unchanged", base, base, ZERO)
    either = head or base
    assert either is not None
    via = _via(base, head)
    content = "modified" if via else _content(base, head)
    return PromptDelta(either.prompt_id, content, base, head, _cost_delta(base, head), via)


def _via(base: Row | None, head: Row | None) -> tuple[str, ...]:
    """The included files that make a prompt another one whose own blob is the same."""
    if base is None or head is None or base.input_tokens is None or head.input_tokens is None:
        return ()
    before, after = dict(base.includes), dict(head.includes)
    differ = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return tuple(sorted(differ)) if base.content_hash == head.content_hash else ()


def _content(base: Row | None, head: Row | None) -> str:
    if head is None or _missing(head):
        return "removed"
    if base is None:
        return "new"
    same = head.content_hash is not None and base.content_hash == head.content_hash
    return "unchanged" if same else "modified"


def _cost_delta(base: Row | None, head: Row | None) -> Decimal | None:
    """Like against like: where a size is known on one side only, no difference is known."""
    before, after = _cost(base), _cost(head)
    if before is None or after is None or (base and head and _unknown_sizes(base) != _unknown_sizes(head)):
        return None
    return after - before


def _unknown_sizes(row: Row) -> tuple[bool, tuple[str, ...]]:
    """What is left out of a row's cost: the same on both sides, it is no part of their difference."""
    assert isinstance(row, PromptEstimate)
    return row.output_tokens is None, tuple(sorted(row.undeclared))


def _cost(row: Row | None) -> Decimal | None:
    if row is None:
        return ZERO
    return row.effective_cost if isinstance(row, PromptEstimate) else None
