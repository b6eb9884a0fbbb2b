"""What a check says of each limit and rule that does not hold, or nearly: what, by how much, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .compare import Comparison, PromptDelta
from .estimate import Estimate
from .limits import INCREASES, Exceeded, with_tag, written
from .manifest_budget import USD, Budget
from .policy import Verdict
from .pricing import Row
from .render.money import format_delta, format_limit, format_money, format_over
from .report import Name, Text, name_list
from .report_parts import inexact, marks, training_marks
from .rules import NO_OUTPUT, SIZE_OF, WINDOW_OF

MAX_CHANGES = 5
REQUIRED = "require_output"


def failure_lines(verdict: Verdict, estimate: Estimate, comparison: Comparison | None) -> list[Text]:
    """One line each, in their order; prompts that break a rule in the same way together."""
    return [("❌ ", *line) for line in _lines(verdict.exceeded, verdict, estimate, comparison)]


def warning_lines(verdict: Verdict, estimate: Estimate, comparison: Comparison | None) -> list[Text]:
    return [("⚠️  ", *line) for line in _lines(verdict.warned, verdict, estimate, comparison)]


def failure_line(each: Exceeded, verdict: Verdict, estimate: Estimate, comparison: Comparison | None) -> Text:
    """What does not hold, or nearly, by itself: without a mark and an owner."""
    return _line([each], verdict, estimate, comparison)


def advice_on(each: Exceeded, verdict: Verdict) -> Text:
    """What to do about it, whatever is suggested."""
    return _advice(each, verdict._replace(suggestions=())) or ()


def advice_lines(verdict: Verdict) -> tuple[Text, ...]:
    """What to do about each kind of failure, once."""
    return tuple(dict.fromkeys(line for each in verdict.exceeded if (line := _advice(each, verdict))))


def change_lines(verdict: Verdict, comparison: Comparison | None) -> tuple[Text, ...]:
    """The edits that made an increase that fails, the largest first."""
    if comparison is None or not any(each.is_increase() for each in (*verdict.exceeded, *verdict.warned)):
        return ()
    if verdict.judged == "upper":
        comparison = comparison.at_upper_bound()
    grown = [(row.cost, row) for row in comparison.rows if row.cost is not None and row.cost > 0]
    grown.sort(key=lambda pair: (-pair[0], pair[1].prompt_id))
    lines: list[Text] = [
        (Name(row.prompt_id), f" {format_delta(cost)} (", *_edit(row), ")", *owner_of([row.prompt_id], verdict.owners))
        for cost, row in grown[:MAX_CHANGES]
    ]
    return (*lines, (f"{len(grown) - MAX_CHANGES:,} more",)) if len(grown) > MAX_CHANGES else tuple(lines)


def owner_of(prompt_ids: Iterable[str], owners: Mapping[str, str]) -> Text:
    """Whom to ask about these prompts, where all of them have one owner."""
    found = {owners.get(prompt_id) for prompt_id in prompt_ids}
    owner = found.pop() if len(found) == 1 else None
    return ("  owner: ", Name(owner)) if owner else ()


def _edit(row: PromptDelta) -> Text:
    """What is known without taking the difference apart; `diff` does that."""
    if models := row.model_change():
        also = "" if row.content == "unchanged" else f"{row.content}, "
        return (f"{also}model ", Name(models[0]), " → ", Name(models[1]))
    return (row.content if row.content != "unchanged" else "the same text, other assumptions or prices",)


def where(judged: str) -> str:
    return " at the upper bound" if judged == "upper" else ""


def in_currency(each: Exceeded, budget: Budget) -> str:
    """The limit as the manifest states it, where that is another currency."""
    if budget.currency == USD or each.limit is None or each.what == "max_cost" or each.stated.endswith("%"):
        return ""
    return f" {written(each.limit, budget)}"


def _lines(
    found: Sequence[Exceeded], verdict: Verdict, estimate: Estimate, comparison: Comparison | None
) -> Iterable[Text]:
    groups: dict[tuple[object, ...], list[Exceeded]] = {}
    for each in found:
        key = (each.what, each.reason, each.stated) if each.reason else (id(each),)
        groups.setdefault(key, []).append(each)
    for group in groups.values():
        line = _line(group, verdict, estimate, comparison)
        yield (*line, *owner_of([each.prompt_id for each in group if each.prompt_id], verdict.owners))


def _line(group: Sequence[Exceeded], verdict: Verdict, estimate: Estimate, comparison: Comparison | None) -> Text:
    first = group[0]
    if first.reason:
        return _rule(group)
    if first.unit == "tokens":
        return _tokens(first, verdict, estimate)
    if first.what == "warn":
        return _warning(first, verdict, estimate)
    if first.what in INCREASES:
        return _increase(first, verdict, estimate, comparison)
    return _cost(first, verdict, estimate)


def _rule(group: Sequence[Exceeded]) -> Text:
    names, first = name_list([each.prompt_id or "" for each in group]), group[0]
    if first.what == REQUIRED:
        return ("No output size, and require_output is set: ", *names)
    shown: Text = () if first.stated == "true" else (" ", Name(first.stated))
    return ("Policy: ", *names, ": ", *first.reason, f" ({first.what}", *shown, ")")


def _tokens(each: Exceeded, verdict: Verdict, estimate: Estimate) -> Text:
    what = "tokens of input and output" if each.what == "headroom" else "input tokens"
    shown = f" {each.stated}" if each.what == "headroom" else ""
    mark = _mark(each, estimate)
    amount = f"{mark}{each.amount:,f} {what} > {each.limit:,f}{where(verdict.judged)} ({each.what}{shown})"
    return ("Policy: ", Name(each.prompt_id or ""), f": {amount}")


def _cost(each: Exceeded, verdict: Verdict, estimate: Estimate) -> Text:
    amount, limit = _amounts(each)
    at = where(verdict.judged)
    if each.what == "max_cost":
        return (Name(each.prompt_id or ""), f": one call costs {amount} > {limit}{at} (max_cost of its file)")
    over = f"{_mark(each, estimate)}{amount} > {limit} ({each.what}{in_currency(each, verdict.budget)})"
    held = "" if each in verdict.exceeded else "; this change does not raise it (ratchet)"
    kinds = {"max_train": "Training", "max_infer": "Inference"}
    if each.prompt_id is None and each.tag is None:
        return (f"{kinds.get(each.what, 'Budget')} exceeded{at}: {over}{held}",)
    return (f"Budget exceeded{at}: ", Name(each.prompt_id or each.tag or ""), f" {over}{held}")


def _increase(each: Exceeded, verdict: Verdict, estimate: Estimate, comparison: Comparison | None) -> Text:
    amount, limit = _amounts(each, short=True)
    base = _rows(each, comparison.base) if comparison else []
    mark, of_base = ("~" if any(map(inexact, rows)) else "" for rows in ([*base, *_rows(each, estimate)], base))
    share = each.stated.endswith("of base")
    shown = f"{mark}+{amount} > {of_base if share else ''}{limit} ({each.what} {each.stated})"
    about: Text = (Name(each.prompt_id or each.tag or ""), " ") if each.prompt_id or each.tag else ()
    over: Text = (" over ", Name(comparison.base.label)) if comparison else ()
    if each.what == "approve_above":
        return (f"Approval missing{where(verdict.judged)}: ", shown, *over)
    return (f"Increase exceeded{where(verdict.judged)}: ", *about, shown, *over)


def _warning(each: Exceeded, verdict: Verdict, estimate: Estimate) -> Text:
    amount, level = _amounts(each)
    about: Text = (Name(each.prompt_id or each.tag or ""), " ") if each.prompt_id or each.tag else ()
    mark = _mark(each, estimate)
    if each.left is None or each.amount is None:
        return (f"Dear{where(verdict.judged)}: ", *about, f"{mark}{amount}, warned from {level} (warn)")
    left = mark.replace("≥", "at most") + format_money(each.left)
    limit = format_limit(each.amount + each.left)
    stated = in_currency(each._replace(limit=each.amount + each.left), verdict.budget)
    return (
        f"Near the limit{where(verdict.judged)}: ",
        *about,
        f"{mark}{amount} of {limit} (limit{stated}), {left} left; warned from {level}",
    )


def _amounts(each: Exceeded, *, short: bool = False) -> tuple[str, str]:
    """The limit whole, or rounded like the amount with `short`."""
    assert each.amount is not None and each.limit is not None
    amount, limit = format_over(each.amount, each.limit)
    return amount, limit if short else format_limit(each.limit)


def _mark(each: Exceeded, estimate: Estimate) -> str:
    rows = _rows(each, estimate)
    if each.unit == "tokens":
        return "~" if any(row.grade != "exact" for row in rows) else ""
    if each.what == "max_train":
        return training_marks(estimate)
    return marks(*rows)


def _rows(each: Exceeded, estimate: Estimate) -> list[Row]:
    """The prompts that it is about."""
    if each.prompt_id is not None:
        return [row for row in estimate.rows if row.prompt_id == each.prompt_id]
    return with_tag(estimate.rows, each.tag) if each.tag is not None else list(estimate.rows)


def _advice(each: Exceeded, verdict: Verdict) -> Text | None:
    if each.what in ("limit", "max_infer") and verdict.suggestions:
        return None  # these say it
    what = _TO_DO.get(each.what, "")
    if each.what in ("max_tokens", "headroom") and each.reason:
        what = _UNKNOWN.get(each.reason[0], _UNKNOWN[NO_OUTPUT])
    if each.what == "allow_models":
        return (what, " Allowed: ", Name(each.stated))
    return (what,) if what else None


_UNKNOWN = {  # by what is not known
    NO_OUTPUT: "Write output_tokens or output_ratio for it, or in [defaults].",
    SIZE_OF: "State what its variables stand for, in its [[prompts]] entry: variables = { question = 40 }.",
    WINDOW_OF: 'Name another model; one of your own has the window of its base: [prices.model."NAME"] base = "gpt-4o".',
}
_TO_DO = {
    "limit": "Shorten the largest prompts, call them less or name a cheaper model; or raise limit in llm-cost.toml.",
    "max_infer": "Shorten the largest prompts, call them less or name a cheaper model; or raise max_infer.",
    "max_train": "Train on less or less often: training_tokens, training_calls, calls_per_example; or raise max_train.",
    "max_increase": "Make the change smaller, or raise max_increase in llm-cost.toml.",
    "max_prompt_increase": "Make the change of that prompt smaller, or raise max_prompt_increase in llm-cost.toml.",
    "approve_above": "Have it approved by whom the project asks, or make the change smaller.",
    "max_tokens": "Shorten the prompt, or what its variables stand for; or raise max_tokens in llm-cost.toml.",
    "headroom": "Shorten the prompt or its output, or name a model with a larger context window.",
    "allow_models": "Name another model for it.",
    "deny_models": "Name another model for it.",
    "require_tags": 'Tag it in its [[prompts]] entry, for example tags = { team = "search" }; or all in [tags].',
    "require_prompt_id": 'Give it a [[prompts]] entry with a prompt_id: path = "...", prompt_id = "...".',
    REQUIRED: _UNKNOWN[NO_OUTPUT],
}
