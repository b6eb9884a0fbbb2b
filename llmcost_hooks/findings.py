"""What fails and what is only warned of, each with its place: one value for every program that shows findings.

SARIF, JUnit, GitLab's code quality and annotations draw it; none of them looks at a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .compare import Comparison
from .errors import ExitCode, worst
from .estimate import Estimate
from .limits import Exceeded
from .manifest import NAME, Manifest
from .manifest_source import KeyPath, Source
from .policy import Judged, Verdict
from .pricing import Row, Unpriced
from .report import Name, Text
from .report_caching import cache_warnings_of
from .report_failures import advice_on, failure_line
from .report_parts import inexact
from .report_suggest import suggestion_line
from .snapshot import place_of

ERROR, WARNING, NOTE = "error", "warning", "note"
FAIL_ON_INCREASE = "fail_on_increase"

RULES: dict[str, str] = {
    "limit": "The cost of the period is over its limit",
    "warn": "The cost of the period comes near its limit",
    "max_increase": "The change adds more than it may",
    "max_prompt_increase": "The change adds more to one prompt than it may",
    "approve_above": "An increase of this size needs an approval",
    "max_train": "Training costs more than it may",
    "max_infer": "Inference costs more than it may",
    "max_cost": "One call costs more than the prompt's own file allows",
    "max_tokens": "The input has more tokens than it may",
    "headroom": "Input and output leave too little of the context window",
    "allow_models": "The model is not among those that are allowed",
    "deny_models": "The model is denied",
    "require_tags": "A tag is missing",
    "require_prompt_id": "A prompt_id is required",
    "require_output": "The size of the output has to be stated",
    FAIL_ON_INCREASE: "The total grows by more than --fail-on-increase allows",
    "CONFIG_ERROR": "A prompt is listed and not there, or has no model",
    "PARSE_ERROR": "A prompt cannot be read",
    "PRICING_ERROR": "A prompt has no price",
    "prompt_id": "A listed prompt has no prompt_id: a move ends its history",
    "cacheable_prefix": "A variable near the start keeps the prompt out of the provider's cache",
}


class Finding(NamedTuple):
    rule: str  # a key of RULES
    level: str  # ERROR, WARNING or NOTE
    message: Text
    path: str  # what to look at: the prompt's file, else the manifest
    line: int
    advice: Text = ()
    stated: tuple[str, int] | None = None  # manifest and line that state the rule
    prompt_id: str | None = None  # the prompt that it is about; None: several, or all
    tag: str | None = None
    owner: str | None = None
    waived: bool = False  # it would fail, and a waiver allows it

    def stated_elsewhere(self) -> tuple[str, int] | None:
        """What states the rule, where that is another line than the one to look at."""
        return self.stated if self.stated != (self.path, self.line) else None

    def unknown(self) -> bool:
        """Whether something could not be judged at all."""
        return self.rule.endswith("_ERROR")


class Findings(NamedTuple):
    items: tuple[Finding, ...]
    prompts: tuple[tuple[str, str], ...]  # (prompt_id, path) of all that was looked at
    what: str  # "check", "diff" or "estimate"
    code: ExitCode


def check_findings(judged: Sequence[Judged], held: Mapping[str, bytes]) -> Findings:
    """Of verdicts; `held` has the bytes of their manifests by path, to find lines in."""
    items: list[Finding] = []
    for each in judged:
        items += _of_verdict(each, held)
    prompts = tuple(pair for each in judged for pair in _prompts(each.estimate))
    return Findings(tuple(items), prompts, "check", worst([each.verdict.code() for each in judged]))


def estimate_findings(
    estimate: Estimate, what: str = "estimate", extra: Iterable[Finding] = (), failing: Iterable[Unpriced] | None = None
) -> Findings:
    """Of one side that nothing limits: what cannot be priced, and what no cache can reuse.

    `failing` are the rows that make the run fail, where that is not all without a price.
    """
    rows = list(estimate.unpriced() if failing is None else failing)
    items = (*extra, *map(_problem, rows), *_caching(estimate))
    codes = [row.problem.code for row in rows] + [ExitCode.BUDGET_EXCEEDED for _ in extra]
    return Findings(items, tuple(_prompts(estimate)), what, worst(codes))


def increase_finding(comparison: Comparison, message: Text, advice: Text) -> Finding:
    """A total that grows by more than a command line allows, at the prompt that grows most."""
    grown = [(row.cost, row.head) for row in comparison.rows if row.cost is not None and row.head is not None]
    path = _file_of(max(grown, key=lambda pair: pair[0])[1].path) if grown else NAME
    return Finding(FAIL_ON_INCREASE, ERROR, message, path, 1, advice)


def _of_verdict(judged: Judged, held: Mapping[str, bytes]) -> Iterable[Finding]:
    estimate, verdict = judged.estimate, judged.verdict
    rows = {row.prompt_id: row for row in estimate.rows}
    for found, level, waived in ((verdict.exceeded, ERROR, False), (verdict.warned, WARNING, False),
                                 (verdict.waived, NOTE, True)):  # fmt: skip
        for each in found:
            yield _exceeded(each, level, judged, rows, held, waived=waived)
    yield from map(_problem, verdict.problems)
    for prompt_id in verdict.without_id:
        path = rows[prompt_id].path
        entry = _entry(judged.manifest, path)
        message: Text = ("No prompt_id: a move of ", Name(prompt_id), " ends its history")
        stated = _stated(judged.manifest, held, () if entry is None else ("prompts", entry))
        where = stated or (_file_of(path), 1)
        yield Finding("prompt_id", WARNING, message, *where, stated=stated, prompt_id=prompt_id)
    yield from _caching(estimate)


def _exceeded(
    each: Exceeded, level: str, judged: Judged, rows: Mapping[str, Row], held: Mapping[str, bytes], *, waived: bool
) -> Finding:
    estimate, manifest, comparison, verdict = judged
    shown = estimate.at_upper_bound() if verdict.judged == "upper" else estimate
    message = failure_line(each, verdict, shown, comparison)
    about = rows.get(each.prompt_id) if each.prompt_id is not None else None
    stated = None if each.what == "max_cost" else _stated(manifest, held, _key(each, manifest, about))
    if about is not None:
        path, line = _file_of(about.path), 1
    elif stated is not None:
        path, line = stated
    else:  # limits of the command line alone
        largest = max(estimate.priced(), key=lambda row: row.effective_cost, default=None)
        path, line = _file_of(largest.path) if largest else NAME, 1
    advice = () if waived else _suggested(each, estimate, verdict) or advice_on(each, verdict)
    owner = verdict.owners.get(each.prompt_id) if each.prompt_id is not None else None
    return Finding(each.what, level, message, path, line, advice, stated, each.prompt_id, each.tag, owner, waived)


def _suggested(each: Exceeded, estimate: Estimate, verdict: Verdict) -> Text:
    """The first suggestion that makes it cheaper, for the prompt if it is about one."""
    if each.unit != "USD" or each.is_increase() or each.what == "max_train":
        return ()
    about = [suggestion for suggestion in verdict.suggestions if each.prompt_id in (None, suggestion.prompt_id)]
    if not about:
        return ()
    mark = "~" if any(inexact(row) for row in estimate.priced() if row.prompt_id == about[0].prompt_id) else ""
    return suggestion_line(about[0], estimate.period, mark)


def _key(each: Exceeded, manifest: Manifest | None, about: Row | None) -> KeyPath:
    """Where the rule stands in its manifest."""
    entry = _entry(manifest, about.path) if about is not None else None
    own = ("limit", "warn", "max_increase", "max_tokens")
    if manifest is not None and entry is not None and each.what in own:
        listed = manifest.prompts[entry]
        if each.what != "max_tokens" or each.stated == f"{listed.max_tokens or 0:,}":
            return ("prompts", entry, each.what)
    if manifest is not None and each.tag is not None:
        tags = [limits.tag() for limits in manifest.budget.by_tag]
        return ("budget", "by_tag", tags.index(each.tag), each.what) if each.tag in tags else ("budget",)
    in_policy = ("max_tokens", "headroom", "allow_models", "deny_models", "require_tags", "require_prompt_id")
    return ("policy" if each.what in in_policy else "budget", each.what)


def _stated(manifest: Manifest | None, held: Mapping[str, bytes], key: KeyPath) -> tuple[str, int] | None:
    if manifest is None or manifest.path() not in held:
        return None
    path = manifest.path()
    return path, Source(path, held[path]).line(key)


def _file_of(path: str) -> str:
    """Never empty: a file may be named like a member of another one."""
    return place_of(path) or path


def _entry(manifest: Manifest | None, path: str) -> int | None:
    """Which [[prompts]] entry a prompt has."""
    entries = manifest.prompts if manifest else ()
    return next((n for n, entry in enumerate(entries) if entry.path == path), None)


def _problem(row: Unpriced) -> Finding:
    hint = row.problem.hint.splitlines()
    message: Text = (Name(row.prompt_id), ": ", Name(row.problem.reason))
    advice: Text = (Name(hint[0]),) if hint else ()
    return Finding(row.problem.code.name, ERROR, message, _file_of(row.path), 1, advice, prompt_id=row.prompt_id)


def _caching(estimate: Estimate) -> Iterable[Finding]:
    for row, line in cache_warnings_of(estimate):
        yield Finding("cacheable_prefix", NOTE, line, _file_of(row.path), 1, prompt_id=row.prompt_id)


def _prompts(estimate: Estimate) -> list[tuple[str, str]]:
    return [(row.prompt_id, row.path) for row in estimate.rows]
