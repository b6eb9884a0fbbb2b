"""`[policy]`, held against every prompt: sizes, models, tags, ids. What cannot be known does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from .call_costs import per_request
from .estimate import Estimate
from .limits import Exceeded
from .manifest import Manifest
from .manifest_budget import Policy
from .prices.exact import EXACT
from .pricing import PromptEstimate, Row
from .report import Name, name_list

TOKENS = "tokens"
NO_OUTPUT = "its output size is not known"
SIZE_OF, WINDOW_OF = "the size of ", "the context window of "  # what is not known either


def judge_rules(head: Estimate, manifest: Manifest) -> list[Exceeded]:
    """Every rule that a prompt does not keep, by rule and then by prompt."""
    policy = manifest.policy
    found = []
    own = {entry.path: entry.max_tokens for entry in manifest.prompts if entry.max_tokens is not None}
    if own or policy.max_tokens is not None:
        for row in head.rows:
            found += [*_too_long(row, policy.max_tokens), *_too_long(row, own.get(row.path))]
    if manifest.budget.require_output:
        found += [_broken(row, "require_output", "true", NO_OUTPUT) for row in _without_output(head)]
    for wanted, rule in _RULES:
        if wanted(policy):
            found += [each for row in head.rows for each in rule(row, policy)]
    return found


def has_rules(manifest: Manifest) -> bool:
    """Whether any prompt has a rule to keep to."""
    own = any(entry.max_tokens is not None for entry in manifest.prompts)
    return own or manifest.budget.require_output or manifest.policy != Policy()


def matches(pattern: str, model: str) -> bool:
    """Whether a model's name is what `pattern` says: `*` stands for any characters, "/" too; case means nothing.

    In time proportional to both lengths: patterns come from files of others.
    """
    first, *rest = pattern.lower().split("*")
    name = model.lower()
    if not rest:
        return name == first
    if not name.startswith(first) or not name[len(first) :].endswith(rest[-1]):
        return False
    begin, end = len(first), len(name) - len(rest[-1])
    for part in rest[:-1]:
        at = name.find(part, begin, end)
        if at < 0:
            return False
        begin = at + len(part)
    return True


def _too_long(row: Row, limit: int | None) -> Iterator[Exceeded]:
    """A prompt that could not be read has no size, and fails for that."""
    if limit is None or row.input_tokens is None:
        return
    if row.input_tokens > limit:
        amounts = Decimal(row.input_tokens), Decimal(limit)
        yield Exceeded("max_tokens", *amounts, f"{limit:,}", row.prompt_id, unit=TOKENS)
    elif row.undeclared:
        reason = SIZE_OF, *name_list(list(row.undeclared)), " is not known"
        yield _broken(row, "max_tokens", f"{limit:,}", *reason)


def _without_headroom(row: Row, policy: Policy) -> Iterator[Exceeded]:
    if not isinstance(row, PromptEstimate) or policy.headroom is None:
        return
    window, stated = row.context_window, f"{policy.headroom}%"
    if window is None:
        yield _broken(row, "headroom", stated, WINDOW_OF, Name(row.model), " is not known")
        return
    most = EXACT.divide_int(EXACT.multiply(window, 100 - policy.headroom), 100)  # tokens are whole
    taken = per_request(row.input_tokens, row.requests) + (row.output_tokens or 0)
    if taken > most:
        amounts = Decimal(taken), most
        yield Exceeded("headroom", *amounts, f"{stated} of {window:,}", row.prompt_id, unit=TOKENS)
    elif row.output_tokens is None:
        yield _broken(row, "headroom", stated, NO_OUTPUT)
    elif row.undeclared:
        yield _broken(row, "headroom", stated, SIZE_OF, *name_list(list(row.undeclared)), " is not known")


def _not_allowed(row: Row, policy: Policy) -> Iterator[Exceeded]:
    names = _names(row)
    if names and not _any_match(policy.allow_models, names):
        yield _broken(
            row, "allow_models", ", ".join(policy.allow_models), "its model ", Name(names[0]), " is not allowed"
        )


def _denied(row: Row, policy: Policy) -> Iterator[Exceeded]:
    names = _names(row)
    if _any_match(policy.deny_models, names):
        yield _broken(row, "deny_models", ", ".join(policy.deny_models), "its model ", Name(names[0]), " is denied")


def _names(row: Row) -> tuple[str, ...]:
    """The model as it is resolved and as it is stated."""
    stated = row.stated_model if isinstance(row, PromptEstimate) else None
    return tuple(dict.fromkeys(name for name in (row.model, stated) if name))


def _any_match(patterns: Iterable[str], names: Iterable[str]) -> bool:
    return any(matches(pattern, name) for pattern in patterns for name in names)


def _without_tags(row: Row, policy: Policy) -> Iterator[Exceeded]:
    for key in policy.require_tags:
        if not row.tags.get(key, "").strip():
            yield _broken(row, "require_tags", key, "it has no tag ", Name(key))


def _without_id(row: Row, _: Policy) -> Iterator[Exceeded]:
    if not row.named:
        yield _broken(row, "require_prompt_id", "true", "it has no prompt_id")


def _without_output(head: Estimate) -> Iterator[PromptEstimate]:
    return (row for row in head.priced() if row.output_tokens is None)


def _broken(row: Row, what: str, stated: str, *reason: str) -> Exceeded:
    return Exceeded(what, None, None, stated, row.prompt_id, unit="", reason=reason)


_RULES: tuple[tuple[Callable[[Policy], object], Callable[[Row, Policy], Iterator[Exceeded]]], ...] = (
    (lambda policy: policy.headroom is not None, _without_headroom),
    (lambda policy: policy.allow_models, _not_allowed),
    (lambda policy: policy.deny_models, _denied),
    (lambda policy: policy.require_tags, _without_tags),
    (lambda policy: policy.require_prompt_id, _without_id),
)
