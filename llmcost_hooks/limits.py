"""Limits on money, held against an estimate and what it grew from: of all prompts, of a tag, of one prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO
from .compare import Comparison, PromptDelta
from .estimate import Estimate
from .manifest import Manifest
from .manifest_budget import Budget, Limits, TagLimits, share_of
from .manifest_values import SIGNS
from .prices.exact import EXACT
from .pricing import PromptEstimate, Row
from .render.money import format_limit

INCREASES = ("max_increase", "max_prompt_increase", "approve_above")  # what is held against a base


class Exceeded(NamedTuple):
    """A limit or a policy that does not hold."""

    what: str  # its key: "limit", "max_increase", "max_tokens", ...; "warn" where a cost comes near its limit
    amount: Decimal | None  # the known part, so it can only be more; None of what is no number
    limit: Decimal | None
    stated: str  # the limit as it is stated
    prompt_id: str | None = None  # the prompt that it is about
    tag: str | None = None  # "team:search": the prompts that it is about, where it is not all of them
    unit: str = "USD"  # of `amount` and `limit`: "USD" (per period; of max_cost for one call), "tokens"
    reason: tuple[str, ...] = ()  # why, where no number says it; a `report.Name` where it is somebody's word
    left: Decimal | None = None  # of a warning: USD up to the limit

    def is_increase(self) -> bool:
        """Whether it is about what a change adds; everything else is about what there is."""
        return self.what in INCREASES

    def is_budget(self) -> bool:
        """Whether it is the limit on what all prompts cost."""
        return self.what == "limit" and self.prompt_id is None and self.tag is None


class Found(NamedTuple):
    """What does not hold, and what is only to be warned of."""

    exceeded: list[Exceeded]
    warned: list[Exceeded]


class _Part(NamedTuple):
    """Some of the prompts, and what they cost. USD per period."""

    limits: Limits
    cost: Decimal  # the known part
    before: Decimal  # the known part on base
    change: tuple[Decimal, Decimal] | None  # base and head, like with like; None: there is nothing to compare with
    prompt_id: str | None = None
    tag: str | None = None


def judge_limits(head: Estimate, manifest: Manifest | None, budget: Budget, comparison: Comparison | None) -> Found:
    """Every limit on money, in the order of the manifest. `budget` is the manifest's, as the command line changes it.

    Without `comparison` no increase is judged, and a ratchet holds nothing back.
    """
    found = Found([], [])
    with localcontext(EXACT):
        _judge(_part(budget.whole(), head.rows, comparison), budget, found)
        _judge_kinds(head, budget, comparison, found)
        if comparison is not None:
            _judge_each_prompt(comparison, budget, found)
        for each in budget.by_tag:
            _judge(_tagged(each, head, comparison), budget, found)
        for part in _limited_prompts(head, manifest, comparison):
            _judge(part, budget, found)
        found.exceeded.extend(_over_own_limits(head))
    return found


def written(usd: Decimal, budget: Budget) -> str:
    """An amount as its manifest states it: "$5.00", "€5.00", "5.00 CHF"; USD where it is none of the manifest."""
    stated = budget.stated(usd)
    if stated is None:
        return format_limit(usd)
    sign = next((sign for sign, code in SIGNS.items() if code == budget.currency), "")
    amount = format_limit(stated).replace("$", sign)
    return amount if sign else f"{amount} {budget.currency}"


def with_tag(rows: Iterable[Row], tag: str) -> list[Row]:
    """The prompts that have a tag, written "key:value"."""
    key, _, value = tag.partition(":")
    return [row for row in rows if row.tags.get(key) == value]


def _judge(part: _Part, budget: Budget, found: Found, what: str = "limit") -> None:
    limits, about = part.limits, (part.prompt_id, part.tag)
    level = limits.warns_from()
    if limits.limit is not None and part.cost > limits.limit:
        held = budget.ratchet and part.change is not None and part.before > limits.limit and not _grows(part.change)
        (found.warned if held else found.exceeded).append(Exceeded(what, part.cost, limits.limit, what, *about))
    elif level is not None and part.cost >= level:
        stated = "warn" if limits.warn_percent is None else f"{limits.warn_percent}% of limit"
        left = None if limits.limit is None else limits.limit - part.cost
        found.warned.append(Exceeded("warn", part.cost, level, stated, *about, left=left))
    if part.change is not None:
        found.exceeded.extend(_over_increase(limits, budget, part.change, "max_increase", *about))


def _grows(change: tuple[Decimal, Decimal]) -> bool:
    base, head = change
    return head > base


def _judge_kinds(head: Estimate, budget: Budget, comparison: Comparison | None, found: Found) -> None:
    """Training and everything else, each with its limit."""
    for what, limit, of in (("max_train", budget.max_train, _training), ("max_infer", budget.max_infer, _inference)):
        if limit is not None:
            base = comparison.base.rows if comparison else ()
            before, after = (sum(map(of, rows), ZERO) for rows in (base, head.rows))
            change = (before, after) if _comparable(comparison) else None
            _judge(_Part(Limits(limit), after, before, change), budget, found, what)


def _judge_each_prompt(comparison: Comparison, budget: Budget, found: Found) -> None:
    """Each prompt over its own base; a new one has none. Unknown on base counts as nothing there."""
    limits = Limits(max_increase_percent=budget.max_prompt_increase_percent, max_increase=budget.max_prompt_increase)
    if not limits.limits_increase() or not comparison.same_unit():
        return
    for row in comparison.rows:
        if row.base is not None and row.head is not None:
            change = comparison._replace(rows=(row,)).comparable()
            found.exceeded.extend(_over_increase(limits, budget, change, "max_prompt_increase", row.head.prompt_id))


def _over_increase(
    limits: Limits, budget: Budget, change: tuple[Decimal, Decimal], what: str, prompt_id: str | None = None,
    tag: str | None = None,
) -> Iterable[Exceeded]:  # fmt: skip
    base, head = change
    increase = head - base
    if limits.max_increase is not None and increase > limits.max_increase:
        yield Exceeded(what, increase, limits.max_increase, written(limits.max_increase, budget), prompt_id, tag)
    if limits.max_increase_percent is not None:
        allowed = share_of(base, limits.max_increase_percent)
        assert allowed is not None
        if increase > allowed:
            yield Exceeded(what, increase, allowed, f"{limits.max_increase_percent}% of base", prompt_id, tag)


def _over_own_limits(head: Estimate) -> list[Exceeded]:
    """Prompts whose own file limits what one call may cost."""
    return [
        Exceeded("max_cost", row.per_call, row.cost_limit, "max_cost", row.prompt_id)
        for row in head.priced()
        if row.cost_limit is not None and row.per_call > row.cost_limit
    ]


# --- which prompts ---------------------------------------------------------------------------------------------------


def _part(
    limits: Limits, rows: Sequence[Row], comparison: Comparison | None, prompt_id: str | None = None,
    tag: str | None = None,
) -> _Part:  # fmt: skip
    """`rows` of head, with all that `comparison` pairs."""
    base = comparison.base.rows if comparison else ()
    change = comparison.comparable() if comparison and _comparable(comparison) else None
    return _Part(limits, _known(rows), _known(base), change, prompt_id, tag)


def _comparable(comparison: Comparison | None) -> bool:
    """An increase over nothing (no prompt on base) has no measure; what is new is held against `limit` only."""
    return comparison is not None and bool(comparison.base.rows) and comparison.same_unit()


def _tagged(each: TagLimits, head: Estimate, comparison: Comparison | None) -> _Part:
    """The prompts that have a tag, on each side by the tags that they have there."""
    rows = with_tag(head.rows, each.tag())
    if comparison is not None:
        comparison = _narrowed(comparison, [_with_tag(row, each) for row in comparison.rows])
    return _part(each.limits, rows, comparison, tag=each.tag())


def _with_tag(row: PromptDelta, each: TagLimits) -> PromptDelta:
    base, head = (side if side and with_tag((side,), each.tag()) else None for side in (row.base, row.head))
    return row._replace(base=base, head=head)


def _limited_prompts(head: Estimate, manifest: Manifest | None, comparison: Comparison | None) -> Iterable[_Part]:
    limited = {entry.path: entry.limits for entry in manifest.prompts if entry.limits != Limits()} if manifest else {}
    if not limited:
        return
    deltas: Mapping[str, PromptDelta] = {}
    if comparison is not None:
        deltas = {row.head.path: row for row in comparison.rows if row.head is not None}
    for row in head.rows:
        if row.path in limited:
            own = comparison and _narrowed(comparison, [deltas[row.path]] if row.path in deltas else [])
            yield _part(limited[row.path], [row], own, row.prompt_id)


def _narrowed(comparison: Comparison, rows: list[PromptDelta]) -> Comparison:
    """The comparison of these rows alone."""
    kept = tuple(row for row in rows if row.base or row.head)
    base = comparison.base._replace(rows=tuple(row.base for row in kept if row.base))
    return comparison._replace(base=base, rows=kept)


# --- what they cost --------------------------------------------------------------------------------------------------


def _known(rows: Iterable[Row]) -> Decimal:
    return sum((row.effective_cost for row in rows if isinstance(row, PromptEstimate)), ZERO)


def _training(row: Row) -> Decimal:
    return row.training_cost if isinstance(row, PromptEstimate) else ZERO


def _inference(row: Row) -> Decimal:
    return row.inference_cost() if isinstance(row, PromptEstimate) else ZERO
