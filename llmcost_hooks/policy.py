"""An estimate held against the manifest: a Verdict. Over budget is a value, not an exception."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

from .compare import Comparison
from .errors import ExitCode, worst
from .estimate import NO_MANIFEST, Estimate
from .manifest import Budget, Manifest
from .prices.book import PriceBook
from .prices.offers import EXACT
from .pricing import Unpriced
from .suggest import suggestions_for
from .what_if import Suggestion


class Exceeded(NamedTuple):
    """A limit that does not hold. USD per period."""

    what: str  # "limit", "max_increase" or "max_cost"
    amount: Decimal  # the known part, so it can only be more
    limit: Decimal
    stated: str  # the limit as it is stated
    prompt_id: str | None = None  # of the prompt whose own file states it, for one call


class Verdict(NamedTuple):
    exceeded: tuple[Exceeded, ...]
    problems: tuple[Unpriced, ...]  # prompts without a price: what is not known is not a pass
    without_output: tuple[str, ...]  # prompt_ids; a failure where the manifest requires output sizes
    requires_output: bool
    without_id: tuple[str, ...]  # listed prompts without a prompt_id
    notes: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    parts: tuple[Judged, ...] = ()  # what this is made of, where several manifests govern
    judged: str = "typical"  # or "upper": where in their bands the costs were held against the limits

    def code(self) -> ExitCode:
        codes = [row.problem.code for row in self.problems]
        if self.exceeded or (self.requires_output and self.without_output):
            codes.append(ExitCode.BUDGET_EXCEEDED)
        return worst(codes)


class Judged(NamedTuple):
    """One manifest of several, and the verdict on what it governs."""

    estimate: Estimate
    manifest: Manifest | None
    comparison: Comparison | None
    verdict: Verdict

    def path(self) -> str:
        """Where the manifest lies."""
        return self.manifest.path() if self.manifest else NO_MANIFEST


def join_verdicts(judged: Sequence[Judged]) -> Verdict:
    """The verdicts on several manifests as one, which fails where one of them does."""
    verdicts = [each.verdict for each in judged]
    required = [verdict for verdict in verdicts if verdict.requires_output]
    return Verdict(
        tuple(each for verdict in verdicts for each in verdict.exceeded),
        tuple(row for verdict in verdicts for row in verdict.problems),
        tuple(prompt_id for verdict in required or verdicts for prompt_id in verdict.without_output),
        bool(required),
        tuple(prompt_id for verdict in verdicts for prompt_id in verdict.without_id),
        tuple(f"{each.path()}: {note}" for each in judged for note in each.verdict.notes),
        tuple(suggestion for verdict in verdicts for suggestion in verdict.suggestions),
        tuple(judged),
        max(verdict.judged for verdict in verdicts),  # "upper" where one is
    )


def judge(
    head: Estimate, manifest: Manifest | None, comparison: Comparison | None, base_budget: Budget | None,
    book: PriceBook, on: date,
) -> Verdict:  # fmt: skip
    """Hold `head` against its own manifest's limits.

    `comparison` is None where no base is known: then an increase is not judged, and that is said. `base_budget` is
    what base's manifest allowed, to say where the change moves its own limit.
    """
    budget, typical = manifest.budget if manifest else Budget(), head
    if budget.judge == "upper":
        head, comparison = head.at_upper_bound(), comparison and comparison.at_upper_bound()
    exceeded = [*_over_limit(head, budget), *_over_increase(comparison, budget), *_over_own_limits(head)]
    own = manifest.prices if manifest else None
    suggestions = suggestions_for(typical, book, head.prices.as_of or on, own) if exceeded else ()
    listed = {entry.path for entry in manifest.prompts if entry.prompt_id is None} if manifest else set()
    return Verdict(
        tuple(exceeded),
        tuple(head.unpriced()),
        tuple(row.prompt_id for row in head.priced() if row.output_tokens is None),
        budget.require_output,
        tuple(row.prompt_id for row in head.rows if row.path in listed),
        tuple(_notes(budget, comparison, base_budget)),
        suggestions,
        judged=budget.judge,
    )


def _over_limit(head: Estimate, budget: Budget) -> list[Exceeded]:
    cost = head.known_cost()
    if budget.limit is None or cost <= budget.limit:
        return []
    return [Exceeded("limit", cost, budget.limit, "limit")]


def _over_own_limits(head: Estimate) -> list[Exceeded]:
    """Prompts whose own file limits what one call may cost."""
    return [
        Exceeded("max_cost", row.per_call, row.cost_limit, "max_cost", row.prompt_id)
        for row in head.priced()
        if row.cost_limit is not None and row.per_call > row.cost_limit
    ]


def _over_increase(comparison: Comparison | None, budget: Budget) -> list[Exceeded]:
    """An increase over nothing (no prompt on base) has no measure; what is new is held against `limit` only."""
    if comparison is None or not comparison.base.rows:
        return []
    increase, (base, _) = comparison.known_delta(), comparison.comparable()
    exceeded = []
    if budget.max_increase is not None and increase > budget.max_increase:
        exceeded.append(Exceeded("max_increase", increase, budget.max_increase, f"${budget.max_increase}"))
    if budget.max_increase_percent is not None:
        with localcontext(EXACT):
            allowed = base * budget.max_increase_percent.scaleb(-2)
        if increase > allowed:
            stated = f"{budget.max_increase_percent}% of base"
            exceeded.append(Exceeded("max_increase", increase, allowed, stated))
    return exceeded


def _notes(budget: Budget, comparison: Comparison | None, base_budget: Budget | None) -> list[str]:
    notes = []
    limits_increase = budget.limits_increase()
    if budget.limit is None and not limits_increase:
        notes.append("No [budget] limit is set: only that every prompt can be priced was judged.")
    if limits_increase and comparison is None:
        notes.append("max_increase was not judged: it needs a base to compare with (--base REV).")
    elif limits_increase and comparison is not None and not comparison.base.rows:
        notes.append("max_increase was not judged: base has no prompts, so there is nothing to increase from.")
    if base_budget is not None and base_budget != budget:
        notes.append("This change also moves the budget itself: " + _moved(base_budget, budget) + ".")
    return notes


def _moved(base: Budget, head: Budget) -> str:
    pairs = zip(Budget._fields, base, head, strict=True)
    return ", ".join(f"{name} {_shown(old)} → {_shown(new)}" for name, old, new in pairs if old != new)


def _shown(value: object) -> str:
    return "unset" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
