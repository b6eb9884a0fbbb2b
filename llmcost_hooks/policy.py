"""An estimate held against the manifest: a Verdict. Over budget is a value, not an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .accepting import WHOLE, Use, join_uses, missing_approval, settle
from .compare import Comparison
from .errors import ExitCode, worst
from .estimate import NO_MANIFEST, Estimate
from .limits import Exceeded, judge_limits, written
from .manifest import Manifest
from .manifest_budget import Budget
from .moved import moved_limits
from .prices.book import PriceBook
from .pricing import Unpriced
from .rules import has_rules, judge_rules
from .waivers import NOTHING_STATED, Statements

if TYPE_CHECKING:
    from .what_if import Suggestion


class Overrides(NamedTuple):
    """Limits of one run, in place of those of the manifest. USD per period."""

    limit: Decimal | None = None
    max_increase_percent: Decimal | None = None
    max_increase: Decimal | None = None

    def limits_increase(self) -> bool:
        return self.max_increase is not None or self.max_increase_percent is not None

    def over(self, budget: Budget) -> Budget:
        """The budget with these in place of its own; what it limits besides stays."""
        if self.limit is not None:
            budget = budget._replace(limit=self.limit)
        if self.limits_increase():
            budget = budget._replace(max_increase=self.max_increase, max_increase_percent=self.max_increase_percent)
        return budget


NO_OVERRIDES = Overrides()


class Verdict(NamedTuple):
    exceeded: tuple[Exceeded, ...]  # what fails
    problems: tuple[Unpriced, ...]  # prompts without a price: what is not known is not a pass
    without_id: tuple[str, ...]  # listed prompts without a prompt_id
    notes: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    warned: tuple[Exceeded, ...] = ()  # what does not fail: a cost near its limit, a limit that the ratchet holds back
    budget: Budget = Budget()  # that was judged by: the manifest's, as the command line changes it
    parts: tuple[Judged, ...] = ()  # what this is made of, where several manifests govern
    judged: str = "typical"  # or "upper": where in their bands the costs were held against the limits
    moved: tuple[str, ...] = ()  # limits that the change itself moves: "limit 5 → 10"; names in it are of others
    waived: tuple[Exceeded, ...] = ()  # what a waiver allows
    waivers: tuple[Use, ...] = ()  # all that the change's messages state, and what came of each
    approvers: tuple[str, ...] = ()  # "Name <mail>", as the messages state them
    owners: Mapping[str, str] = {}  # by prompt_id: whom to ask about what fails

    def code(self) -> ExitCode:
        """The one place that decides what a check ends with."""
        codes = [row.problem.code for row in self.problems]
        if self.exceeded:
            codes.append(ExitCode.BUDGET_EXCEEDED)
        return worst(codes)

    def over_by_waiver(self) -> bool:
        """Whether all cost more than the limit, and a waiver allows it."""
        return any(each.is_budget() for each in self.waived)


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
    return Verdict(
        tuple(each for verdict in verdicts for each in verdict.exceeded),
        tuple(row for verdict in verdicts for row in verdict.problems),
        tuple(prompt_id for verdict in verdicts for prompt_id in verdict.without_id),
        tuple(f"{each.path()}: {note}" for each in judged for note in each.verdict.notes),
        tuple(suggestion for verdict in verdicts for suggestion in verdict.suggestions),
        tuple(each for verdict in verdicts for each in verdict.warned),
        parts=tuple(judged),
        judged=max(verdict.judged for verdict in verdicts),  # "upper" where one is
        moved=tuple(f"{each.path()}: {moved}" for each in judged for moved in each.verdict.moved),
        waived=tuple(each for verdict in verdicts for each in verdict.waived),
        waivers=join_uses(verdict.waivers for verdict in verdicts),
        approvers=tuple(dict.fromkeys(each for verdict in verdicts for each in verdict.approvers)),
        owners={prompt_id: owner for verdict in verdicts for prompt_id, owner in verdict.owners.items()},
    )


def judge(
    head: Estimate, manifest: Manifest | None, comparison: Comparison | None, base: Manifest | None,
    book: PriceBook, on: date, overrides: Overrides = NO_OVERRIDES, said: Statements | None = None,
    stage: str = WHOLE,
) -> Verdict:  # fmt: skip
    """Hold `head` against its own manifest's limits and rules, and against what `said` allows of its increase.

    `comparison` is None where no base is known: then an increase is not judged, and that is said. `base` is the
    manifest of base, to say where the change moves its own limits.
    """
    typical, budget = head, overrides.over(manifest.budget if manifest else Budget())
    if budget.judge == "upper":
        head, comparison = head.at_upper_bound(), comparison and comparison.at_upper_bound()
    exceeded, warned = judge_limits(head, manifest, budget, comparison)
    if manifest is not None:
        exceeded += judge_rules(head, manifest)
    said = said or NOTHING_STATED
    exceeded += missing_approval(comparison, budget, said)
    settled = settle(exceeded, comparison, manifest.directory if manifest else "", budget, said, stage, on)
    exceeded = settled.exceeded
    suggestions: tuple[Suggestion, ...] = ()
    if any(each.unit == "USD" for each in exceeded):
        from .suggest import suggestions_for  # a hook that passes has no use for it

        own = manifest.prices if manifest else None
        suggestions = suggestions_for(typical, book, head.prices.as_of or on, own)
    listed = {entry.path for entry in manifest.prompts if entry.prompt_id is None} if manifest else set()
    return Verdict(
        tuple(exceeded),
        tuple(head.unpriced()),
        tuple(row.prompt_id for row in head.rows if row.path in listed),
        tuple(_notes(budget, manifest, comparison, overrides)),
        suggestions,
        (*settled.warned, *warned),
        budget,
        judged=budget.judge,
        moved=tuple(moved_limits(base, manifest)) if base else (),
        waived=tuple(settled.waived),
        waivers=tuple(settled.uses),
        approvers=said.approvers,
    )


def _notes(
    budget: Budget, manifest: Manifest | None, comparison: Comparison | None, overrides: Overrides
) -> list[str]:  # fmt: skip
    notes = []
    if overrides != NO_OVERRIDES:
        notes.append("Judged by the command line: " + ", ".join(_overridden(overrides, manifest)) + ".")
    if not _limits_anything(budget, manifest):
        rules = ", and keeps to its rules," if manifest is not None and has_rules(manifest) else ""
        notes.append(f"No [budget] limit is set: only that every prompt can be priced{rules} was judged.")
    bases = [key for key, needed in _needing_a_base(budget, manifest) if needed]
    unjudged = " and ".join(bases) + (" were" if len(bases) > 1 else " was")
    if bases and comparison is None:
        notes.append(f"{unjudged} not judged: it needs a base to compare with (--base REV).")
    elif bases and comparison is not None and not comparison.base.rows:
        notes.append(
            f"{' and '.join(bases)} was not judged: base has no prompts, so there is nothing to increase from."
        )
    if budget.approve_above is not None and comparison is None:
        notes.append("approve_above was not judged: it needs a base to compare with (--base REV).")
    if budget.ratchet and (comparison is None or not comparison.base.rows):
        notes.append("ratchet has no base to compare with (--base REV): limits were judged as they stand.")
    return notes


def _limits_anything(budget: Budget, manifest: Manifest | None) -> bool:
    own = manifest is not None and any(entry.limits.limit is not None for entry in manifest.prompts)
    totals = (budget.limit, budget.max_train, budget.max_infer, budget.approve_above)
    return own or budget.limits_increase() or any(each is not None for each in totals) or bool(budget.by_tag)


def _needing_a_base(budget: Budget, manifest: Manifest | None) -> list[tuple[str, bool]]:
    of_prompt = budget.max_prompt_increase is not None or budget.max_prompt_increase_percent is not None
    own = manifest.prompts if manifest else ()
    parts = [budget.whole(), *(each.limits for each in budget.by_tag), *(entry.limits for entry in own)]
    return [
        ("max_increase", any(limits.limits_increase() for limits in parts)),
        ("max_prompt_increase", of_prompt),
    ]


def _overridden(overrides: Overrides, manifest: Manifest | None) -> list[str]:
    """Each limit of the command line, and the one of the manifest that it stands for."""
    budget, said = manifest.budget if manifest else Budget(), []
    if overrides.limit is not None:
        said.append(f"--budget ${overrides.limit:f}" + _instead("limit", budget.limit, None, budget))
    increase = _instead("max_increase", budget.max_increase, budget.max_increase_percent, budget)
    if overrides.max_increase is not None:
        said.append(f"--max-increase ${overrides.max_increase:f}{increase}")
    if overrides.max_increase_percent is not None:
        said.append(f"--max-increase {overrides.max_increase_percent:f}%{increase}")
    return said


def _instead(key: str, usd: Decimal | None, percent: Decimal | None, budget: Budget) -> str:
    if usd is None and percent is None:
        return ""
    return f" in place of {key} " + (f"{percent:f}%" if usd is None else written(usd, budget))
