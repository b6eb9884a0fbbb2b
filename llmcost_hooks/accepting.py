"""What the statements of a change allow of what it adds: waivers, approvals, and the stage at which that is known.

A waiver takes a failure away, and nothing else: it lowers no cost, and a verdict that passes without it passes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .call_costs import ZERO
from .compare import Comparison, PromptDelta
from .errors import ConfigError
from .limits import Exceeded, with_tag, written
from .manifest_budget import Budget, share_of
from .prices.exact import EXACT
from .pricing import Row
from .waivers import FORM, TRAILER, Statements, Waiver

# When a verdict is asked for. Increases fail where the message is known that may accept them: until then they are
# warnings. With the message of one commit nothing else is judged: it was before.
COMMIT, MESSAGE, WHOLE = "pre-commit", "commit-msg", "whole"

USED, EXCEEDED, UNUSED, EXPIRED = "used", "exceeded", "unused", "expired"


class Use(NamedTuple):
    """A waiver, and what came of it."""

    waiver: Waiver
    state: str  # "used"; "exceeded": what it names is more than it accepts; "unused"; "expired"
    amount: Decimal | None = None  # USD per period that what it names adds, or costs; None: it names nothing here


class Settled(NamedTuple):
    """What does not hold, sorted by what is to be done about it."""

    exceeded: list[Exceeded]  # fails
    warned: list[Exceeded]  # will fail when the message is known
    waived: list[Exceeded]
    uses: list[Use]


class _Bound(NamedTuple):
    """A waiver that holds for the prompts of one manifest. USD per period."""

    waiver: Waiver
    about: tuple[str, str]  # as of `_about`
    rows: tuple[PromptDelta, ...]
    allowed: Decimal
    amount: Decimal  # what the rows add, or cost
    rose: Decimal  # the sum of what each adds, without what others of them save

    def kept(self) -> bool:
        return self.amount <= self.allowed


def settle(
    exceeded: Sequence[Exceeded], comparison: Comparison | None, directory: str, budget: Budget, said: Statements,
    stage: str, on: date,
) -> Settled:  # fmt: skip
    """Sort what `exceeded` holds, of the manifest that governs `directory` ("" for the top, or ending in "/").

    Raises ConfigError where a waiver is stated for another period or in another currency than the manifest's.
    """
    bounds = [bound for waiver in said.waivers if (bound := _bind(waiver, comparison, directory, budget, on))]
    failing: list[Exceeded] = []
    waived: list[Exceeded] = []
    used: set[Waiver] = set()
    for each in exceeded:
        by = _allowed_by(each, bounds, comparison)
        (waived if by else failing).append(each)
        used.update(bound.waiver for bound in by)
    increases = [each for each in failing if each.is_increase()]
    others = [each for each in failing if not each.is_increase()]
    fails = {COMMIT: others, MESSAGE: increases}.get(stage, failing)
    return Settled(fails, increases if stage == COMMIT else [], waived, _uses(said.waivers, bounds, used, on))


def missing_approval(comparison: Comparison | None, budget: Budget, said: Statements) -> list[Exceeded]:
    """The failure of a change that adds more than `approve_above` and that nobody approved. Over nothing, too."""
    if comparison is None or budget.approve_above is None or said.approvers:
        return []
    increase = comparison.known_delta()
    if increase <= budget.approve_above:
        return []
    return [Exceeded("approve_above", increase, budget.approve_above, written(budget.approve_above, budget))]


def join_uses(parts: Iterable[Sequence[Use]]) -> tuple[Use, ...]:
    """The uses of several manifests as one: a waiver is used where one of them used it."""
    order = (USED, EXCEEDED, UNUSED, EXPIRED)
    best: dict[Waiver, Use] = {}
    for use in (use for uses in parts for use in uses):
        known = best.get(use.waiver)
        if known is None or order.index(use.state) < order.index(known.state):
            best[use.waiver] = use
    return tuple(best.values())


def accepting_line(exceeded: Exceeded, comparison: Comparison, directory: str) -> tuple[str, Decimal] | None:
    """(what a trailer that accepts this increase has to name, the USD that it has to accept); None: it cannot."""
    if exceeded.what == "approve_above" or not exceeded.is_increase() or exceeded.amount is None:
        return None
    before = f"{directory[:-1]}:" if directory else ""
    if exceeded.prompt_id is not None:
        return exceeded.prompt_id, exceeded.amount
    if exceeded.tag is not None:
        return f"{before}tag:{exceeded.tag}", exceeded.amount
    risen = [(row.prompt_id, rise) for row in comparison.rows if (rise := _rise(comparison, (row,))) > 0]
    return risen[0] if len(risen) == 1 else (f"{before}total", exceeded.amount)


def _allowed_by(each: Exceeded, bounds: list[_Bound], comparison: Comparison | None) -> list[_Bound]:
    """The waivers that allow it: one that names just this, or those that leave no more of it than its limit."""
    if each.amount is None or each.limit is None or each.what == "approve_above":
        return []
    if not each.is_increase():
        absolute = [b for b in bounds if not b.waiver.increase and b.about == _about(each)]
        return [b for b in absolute if each.what == "limit" and each.amount <= b.allowed][:1]
    direct = [b for b in bounds if b.waiver.increase and b.about == _about(each) and each.amount <= b.allowed]
    if direct or each.prompt_id is not None or comparison is None:
        return direct[:1]
    narrower = [b for b in bounds if b.waiver.increase and b.about[0] != "total" and b.rose <= b.allowed and b.kept()]
    named = {row.prompt_id for b in narrower for row in b.rows}
    covered = {
        row.prompt_id: rise
        for row in _rows_about(_about(each), comparison)
        if row.prompt_id in named and (rise := _rise(comparison, (row,))) > 0
    }
    if not covered or EXACT.subtract(each.amount, _sum(covered.values())) > each.limit:
        return []
    return [b for b in narrower if any(row.prompt_id in covered for row in b.rows)]


def _bind(waiver: Waiver, comparison: Comparison | None, directory: str, budget: Budget, on: date) -> _Bound | None:
    """The waiver with what it names here; None where that is nothing, or it has expired."""
    about = _named(waiver.target, directory)
    if about is None or comparison is None or waiver.expired(on):
        return None
    rows = _rows_about(about, comparison)
    if not rows and about[0] != "total":
        return None
    base, head = comparison._replace(rows=rows).comparable()
    allowed = share_of(base, waiver.percent) if waiver.percent is not None else _usd(waiver, budget)
    assert allowed is not None
    rose = _sum(max(_rise(comparison, (row,)), ZERO) for row in rows)
    amount = EXACT.subtract(head, base) if waiver.increase else head
    return _Bound(waiver, about, rows, allowed, amount, rose)


def _named(target: str, directory: str) -> tuple[str, str] | None:
    """What a target is about in `directory`; None where it names something of another one."""
    before = f"{directory[:-1]}:" if directory else ""
    if not target.startswith(before):
        return None
    inner = target[len(before) :]
    if inner in ("total", "*"):
        return "total", ""
    key, colon, value = inner.removeprefix("tag:").partition(":")
    return ("tag", f"{key}:{value}") if inner.startswith("tag:") and colon else ("prompt", target)


def _about(each: Exceeded) -> tuple[str, str]:
    if each.prompt_id is not None:
        return "prompt", each.prompt_id
    return ("total", "") if each.tag is None else ("tag", each.tag)


def _rows_about(about: tuple[str, str], comparison: Comparison) -> tuple[PromptDelta, ...]:
    """On each side the prompts that are it there: a tag may come or go."""
    kind, name = about
    if kind == "total":
        return comparison.rows
    if kind == "prompt":
        return tuple(row for row in comparison.rows if row.prompt_id == name)
    rows = (row._replace(base=_tagged(row.base, name), head=_tagged(row.head, name)) for row in comparison.rows)
    return tuple(row for row in rows if row.base or row.head)


def _tagged(side: Row | None, tag: str) -> Row | None:
    return side if side is not None and with_tag([side], tag) else None


def _usd(waiver: Waiver, budget: Budget) -> Decimal:
    assert waiver.amount is not None
    if waiver.period != budget.period:
        stated = f"is stated per {waiver.period}" if waiver.period else "is stated without a period"
        own = f"[budget] period is {budget.period}" if budget.period else "[budget] has no period"
        form = f"+$120/{budget.period}" if budget.period else "+$0.10: of one call of every prompt"
        raise ConfigError(
            f'{waiver.where()}: {TRAILER} "{waiver.text}" {stated}, and {own}', f"Write for example {form}"
        )
    if waiver.currency == "USD":
        return waiver.amount
    if waiver.currency != budget.currency or budget.usd_rate is None:
        raise ConfigError(
            f'{waiver.where()}: {TRAILER} "{waiver.text}" is in {waiver.currency}, and [budget] in {budget.currency}',
            f"Write it in US dollars or in the manifest's currency: {FORM}",
        )
    return EXACT.multiply(waiver.amount, budget.usd_rate)


def _rise(comparison: Comparison, rows: tuple[PromptDelta, ...]) -> Decimal:
    return comparison._replace(rows=rows).known_delta()


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def _uses(waivers: Sequence[Waiver], bounds: list[_Bound], used: set[Waiver], on: date) -> list[Use]:
    bound_of = {bound.waiver: bound for bound in bounds}
    uses = []
    for waiver in waivers:
        bound = bound_of.get(waiver)
        if waiver.expired(on):
            uses.append(Use(waiver, EXPIRED))
        elif bound is None:
            uses.append(Use(waiver, UNUSED))
        else:
            state = USED if waiver in used else UNUSED if bound.kept() else EXCEEDED
            uses.append(Use(waiver, state, bound.amount))
    return uses
