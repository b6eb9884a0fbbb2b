"""Two estimates -> what changed: an outer join on prompt_id."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from functools import reduce
from operator import itemgetter
from typing import NamedTuple

from .call_costs import ZERO
from .estimate import Estimate
from .nested import governing
from .prices.exact import EXACT
from .pricing import PromptEstimate, Row, Unpriced, at_upper_bound


class Split(NamedTuple):
    """What a difference is made of, in this order: see `split.py`. USD; None: that step cannot be told apart."""

    text: Decimal | None  # of the prompt's file and of what it pulls in
    model: Decimal | None  # which model, where it is bought
    assumptions: Decimal | None  # calls, output, scenario, variables, ...
    prices: Decimal | None  # of the manifest, and of the day
    why: str = ""  # why a part is None

    def parts(self) -> tuple[Decimal | None, ...]:
        return self.text, self.model, self.assumptions, self.prices

    def whole(self) -> bool:
        """Whether every part is known."""
        return None not in self.parts()

    def plus(self, other: Split) -> Split:
        """Both together. To be called within the context EXACT."""
        text, model, assumptions, prices = (
            None if one is None or more is None else one + more
            for one, more in zip(self.parts(), other.parts(), strict=True)
        )
        return Split(text, model, assumptions, prices, self.why or other.why)


NO_CHANGE = Split(ZERO, ZERO, ZERO, ZERO)


class PromptDelta(NamedTuple):
    prompt_id: str  # head's, where there is a head
    content: str  # "new", "removed", "modified" or "unchanged": what git says of the blob
    base: Row | None
    head: Row | None
    cost: Decimal | None  # USD, head - base; a side that does not exist costs 0; None: a part of one side is unknown
    via: tuple[str, ...] = ()  # paths of included files that differ, where the prompt's own text does not
    exact: bool = True  # False: `cost` leaves out unknown sizes, and what they cost may have changed too
    split: Split | None = None  # of `cost`; None: that is unknown, or nobody asked

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
    exact: bool = True  # as of PromptDelta


class Comparison(NamedTuple):
    base: Estimate
    head: Estimate
    rows: tuple[PromptDelta, ...]  # sorted by prompt_id
    exact_renames_only: bool = False  # a partial clone lacks contents: a move with an edit shows as removed and new

    def delta(self) -> Decimal | None:
        """USD, head - base; None where a part of it is unknown, or the units differ.

        It is known where neither total is, if what both leave out is the same: see `PromptDelta.exact`.
        """
        known = all(row.cost is not None and row.exact for row in self.rows)
        gone = any(row.missing() for row in self.base.unpriced())  # these are in no row
        return self.known_delta() if known and not gone and self.same_unit() else None

    def split(self) -> Split | None:
        """What `delta` is made of; None where a row's difference is unknown, or not split."""
        found = [row.split for row in self.rows]
        if self.delta() is None or None in found:
            return None
        with localcontext(EXACT):
            return reduce(Split.plus, (each for each in found if each and each is not NO_CHANGE), NO_CHANGE)

    def same_unit(self) -> bool:
        """Whether both sides are quoted for the same period; a side without prompts has no unit."""
        return self.base.period == self.head.period or not self.base.rows or not self.head.rows

    def known_delta(self) -> Decimal:
        """USD, head - base of what can be compared (`comparable`). Rows that both sides share differ in nothing."""
        with localcontext(EXACT):
            pairs = [_comparable(row) for row in self.rows if not row.shared()]
            return sum([head - base for base, head in pairs], ZERO)

    def parts(self) -> list[Comparison]:
        """The comparison of each of head's manifests: what it governs, with what that was on base.

        What was there on base alone is with the manifest of the same directory, else with the one above it.
        """
        heads = self.head.parts()
        if len(heads) == 1:
            return [self]
        directories = {part.directory(): part for part in heads}
        before = {part.directory(): part for part in self.base.parts()}
        rows: dict[str, list[PromptDelta]] = {directory: [] for directory in directories}
        for row in self.rows:
            either = row.head or row.base
            assert either is not None
            rows[governing(either.path, directories)].append(row)
        return [
            self._replace(
                base=_base_part(before.get(directory), self.base, rows[directory]),
                head=part,
                rows=tuple(rows[directory]),
            )
            for directory, part in directories.items()
        ]

    def comparable(self) -> tuple[Decimal, Decimal]:
        """USD of both sides, like with like: where one side's output size is unknown, the input of both.

        A prompt unknown on base counts as nothing there, which makes an increase larger, never smaller.
        """
        with localcontext(EXACT):
            pairs = [_comparable(row) for row in self.rows]
            return sum((base for base, _ in pairs), ZERO), sum((head for _, head in pairs), ZERO)

    def at_upper_bound(self) -> Comparison:
        """Both sides with every input at the upper end of its band; the pairs are the same."""
        rows = [
            row._replace(base=row.base and at_upper_bound(row.base), head=row.head and at_upper_bound(row.head))
            for row in self.rows
        ]
        return self._replace(
            base=self.base.at_upper_bound(), head=self.head.at_upper_bound(),
            rows=tuple([row._replace(cost=cost_delta(row.base, row.head), split=None) for row in rows]),
        )  # fmt: skip

    def percent(self) -> Decimal | None:
        """The delta in percent of base, to ten digits; None where the delta is unknown, or base is, or base is 0."""
        delta, base = self.delta(), self.base.known_cost()
        return None if delta is None or base == 0 or not self.base.complete() else _percent(delta, base)


def _base_part(part: Estimate | None, base: Estimate, rows: list[PromptDelta]) -> Estimate:
    """What `rows` are compared with, as the part of the same directory; what it lists and lacks stays in it."""
    lacking = [row for row in part.rows if _missing(row)] if part else []
    return (part or base)._replace(rows=(*lacking, *(row.base for row in rows if row.base)))


def shared_parts(comparison: Comparison) -> list[SharedPart]:
    """Included files that changed, by the prompts that they change: most expensive first."""
    groups: dict[tuple[str, ...], list[PromptDelta]] = {}
    for row in comparison.rows:
        if row.via:
            groups.setdefault(row.via, []).append(row)
    if not groups:
        return []
    users = [{path for path, _ in row.includes} for row in comparison.head.rows if row.includes]
    found = []
    with localcontext(EXACT):
        for paths, rows in groups.items():
            costs = [row.cost for row in rows if row.cost is not None]
            known = sum(costs, ZERO) if len(costs) == len(rows) else None
            used_by = sum(used.issuperset(paths) for used in users)
            found.append(SharedPart(paths, used_by, len(rows), known, all(row.exact for row in rows)))
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
        rows = _with_exact(rows, base, head)
    rows.sort(key=itemgetter(0))  # prompt_id
    comparison = Comparison(base, head, tuple(rows), exact_renames_only)
    if comparison.same_unit():
        return comparison
    return comparison._replace(rows=tuple(row._replace(cost=None, split=None) for row in rows))


def _missing(row: Row) -> bool:
    return isinstance(row, Unpriced) and row.missing()


def _pairs(base_rows: list[Row], head: Estimate, renames: Mapping[str, str]) -> dict[str, Row]:
    """head prompt_id -> base row: by id first, then by path where one of the two has no id of its own.

    Also by path where the same id stands in another manifest.
    """
    base_by_id = {row.prompt_id: row for row in base_rows}
    pairs = {row.prompt_id: base_by_id.pop(row.prompt_id) for row in head.rows if row.prompt_id in base_by_id}
    left = {row.path: row for row in base_by_id.values()}
    for row in head.rows if left else ():
        other = None if row.prompt_id in pairs else left.get(renames.get(row.path, row.path))
        if other is not None and (not (row.named and other.named) or _own_id(row) == _own_id(other)):
            pairs[row.prompt_id] = left.pop(other.path)
    return pairs


def _own_id(row: Row) -> str:
    """The id as its manifest states it: another one may govern the same file on the other side."""
    return row.prompt_id.rpartition(":")[2]


def _delta(base: Row | None, head: Row | None) -> PromptDelta:
    if base is head and isinstance(base, PromptEstimate):
        return PromptDelta(base.prompt_id, "unchanged", base, base, ZERO, (), True, NO_CHANGE)
    either = head or base
    assert either is not None
    via = _via(base, head)
    content = "modified" if via else _content(base, head)
    cost = cost_delta(base, head)
    whole = NO_CHANGE._replace(text=cost) if cost is not None and (base is None or head is None) else None
    return PromptDelta(either.prompt_id, content, base, head, cost, via, split=whole)


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


def cost_delta(base: Row | None, head: Row | None) -> Decimal | None:
    """USD, head - base. Like against like: where a size is known on one side only, no difference is known."""
    before, after = _cost(base), _cost(head)
    if before is None or after is None or (base and head and _unknown_sizes(base) != _unknown_sizes(head)):
        return None
    return after - before


def _unknown_sizes(row: Row) -> tuple[bool, tuple[str, ...]]:
    """What is left out of a row's cost: the same on both sides, it is no part of their difference."""
    assert isinstance(row, PromptEstimate)
    return row.output_tokens is None, tuple(sorted(row.undeclared))


def _with_exact(rows: list[PromptDelta], base: Estimate, head: Estimate) -> list[PromptDelta]:
    bounded = [
        not row.shared() and any(isinstance(side, PromptEstimate) and side.bounded() for side in (row.base, row.head))
        for row in rows
    ]
    if not any(bounded):
        return rows
    stated = [{file.prompt_id: (file.assumptions, file.prices) for file in side.files} for side in (base, head)]
    return [
        row._replace(exact=_same_left_out(row, *stated)) if open_ended else row
        for row, open_ended in zip(rows, bounded, strict=True)
    ]


def _same_left_out(row: PromptDelta, base_stated: Mapping[str, object], head_stated: Mapping[str, object]) -> bool:
    """Whether the unknown sizes of a prompt, the same on both sides, cost the same on both.

    That takes the same rates, which the same price, assumptions and own prices give, unless the longer input reaches
    another tier: then a token of it costs something else. And a variable may be put in more often in another text.
    """
    base, head = row.base, row.head
    if row.cost is None or not isinstance(base, PromptEstimate) or not isinstance(head, PromptEstimate):
        return False
    stated = base_stated.get(base.prompt_id)
    return (
        stated is not None
        and stated == head_stated.get(head.prompt_id)
        and _price(base) == _price(head)
        and _of_input(base) * head.input_tokens == _of_input(head) * base.input_tokens
        and _put_in_alike(base, head)
    )


def _of_input(row: PromptEstimate) -> Decimal:
    """USD of the input alone. To be called within the context EXACT."""
    return row.list_cost if row.output_tokens is None else row.input_cost - row.training_cost


def _put_in_alike(base: PromptEstimate, head: PromptEstimate) -> bool:
    """Whether what both have of variables of unknown size is the same, whatever their sizes are."""
    same_text = (base.content_hash, base.includes) == (head.content_hash, head.includes)
    counted = len(base.uses) == len(base.undeclared) and base.uses == head.uses
    return not base.undeclared or same_text or counted


def _price(row: PromptEstimate) -> tuple[object, ...]:
    return row.pricing_id, row.price_version, row.variant, row.model, row.calls, row.requests


def _cost(row: Row | None) -> Decimal | None:
    if row is None:
        return ZERO
    return row.effective_cost if isinstance(row, PromptEstimate) else None
