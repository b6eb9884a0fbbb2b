"""A verdict is monotone: dearer, larger, more often, or under stricter limits, what fails goes on failing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from llmcost_hooks.compare import compare_estimates
from llmcost_hooks.errors import ExitCode
from llmcost_hooks.estimate import Estimate, estimate_snapshot
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import Assumptions, Manifest, PromptEntry
from llmcost_hooks.manifest_budget import Budget, Limits, Policy, TagLimits
from llmcost_hooks.policy import Verdict, judge
from llmcost_hooks.prices.offers import Rates
from llmcost_hooks.prices.own import OwnPrices, OwnRates
from llmcost_hooks.snapshot import PromptFile, Snapshot

from .build import BOOK, ON, facts, prompt

Use = dict[str, Any]  # of one prompt: tokens, calls, output_tokens, training_tokens, its tag, whether it has an id
Side = dict[str, Use]


def made(kind: Callable[..., Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values with these fields; the others stay as they are without a word (`st.builds` would invent them)."""
    return st.fixed_dictionaries(fields).map(lambda values: kind(**values))


USD = st.decimals(0, 50, places=4)
PERCENTS = st.decimals(0, 300, places=2)
MAYBE_USD = st.none() | USD
SIZES = st.integers(0, 3000)
USES = st.fixed_dictionaries(
    {
        "tokens": SIZES,
        "calls": st.integers(0, 5000),
        "output_tokens": st.none() | SIZES,
        "training_tokens": st.none() | st.integers(0, 10**6),
        "team": st.sampled_from(["search", "mail", ""]),
        "named": st.booleans(),
    }
)
SIDES = st.dictionaries(st.sampled_from("abcd"), USES, min_size=1, max_size=4)
LIMITS = made(
    Limits, limit=MAYBE_USD, warn=MAYBE_USD, max_increase_percent=st.none() | PERCENTS, max_increase=MAYBE_USD
)
BUDGETS = made(
    Budget,
    limit=MAYBE_USD,
    period=st.just("month"),
    max_increase_percent=st.none() | PERCENTS,
    max_increase=MAYBE_USD,
    warn=MAYBE_USD,
    require_output=st.booleans(),
    judge=st.sampled_from(["typical", "upper"]),
    max_prompt_increase_percent=st.none() | PERCENTS,
    max_prompt_increase=MAYBE_USD,
    max_train=MAYBE_USD,
    max_infer=MAYBE_USD,
    ratchet=st.booleans(),
    by_tag=st.lists(st.builds(TagLimits, st.just("team"), st.just("search"), LIMITS), max_size=1).map(tuple),
)
PATTERNS = st.lists(st.sampled_from(["gpt-4o", "gpt-4o*", "o3", "*mini"]), max_size=2).map(tuple)
POLICIES = made(
    Policy,
    max_tokens=st.none() | SIZES,
    headroom=st.none() | st.decimals(90, 100, places=3),
    allow_models=PATTERNS,
    deny_models=PATTERNS,
    require_tags=st.sampled_from([(), ("team",), ("app",)]),
    require_prompt_id=st.booleans(),
)
ENTRIES = st.dictionaries(st.sampled_from("ab"), st.tuples(LIMITS, st.none() | SIZES), max_size=2)
RATES = st.decimals(0, 100, places=2)


def manifest(budget: Budget, policy: Policy, entries: dict[str, tuple[Limits, int | None]]) -> Manifest:
    prompts = tuple(
        PromptEntry(f"prompts/{name}.txt", name, Assumptions(), {}, limits, most)
        for name, (limits, most) in entries.items()
    )
    return Manifest("llm-cost.toml", budget=budget, policy=policy, prompts=prompts)


def priced(side: Side, rates: tuple[Decimal, Decimal, Decimal]) -> Estimate:
    """The prompts of a side, really counted and priced, at these rates of input, output and training."""
    own = OwnRates("gpt-4o", variants=(("standard", Rates(rates[0], rates[1])),), training=rates[2])
    prices = OwnPrices(rates=(own,))
    files: list[PromptFile] = []
    known = {}
    for name, use in sorted(side.items()):
        given = {key: use[key] for key in ("calls", "output_tokens", "training_tokens")}
        file = prompt(name, model="gpt-4o", oid=f"{name} {use['tokens']}", **given)
        tags = {"team": use["team"]} if use["team"] else {}
        files.append(file._replace(prices=prices, tags=tags, named=use["named"]))
        known[file.format, str(file.oid)] = facts(use["tokens"])
    of_month = Manifest("llm-cost.toml", budget=Budget(period="month"))
    return estimate_snapshot(Snapshot("worktree", None, of_month, tuple(files)), Facts(known), BOOK, ON)


def verdict(rules: Manifest, head: Estimate, base: Estimate | None) -> Verdict:
    comparison = None if base is None else compare_estimates(base, head)
    return judge(head, rules, comparison, None, BOOK, ON)


def failing(rules: Manifest, head: Estimate, base: Estimate | None) -> set[tuple[object, ...]]:
    """Every limit and rule that fails, and of which prompt: each has to go on failing, whatever else does."""
    found = verdict(rules, head, base)
    assert (found.code() != ExitCode.OK) == bool(found.exceeded or found.problems)
    return {(each.what, each.prompt_id, each.tag) for each in found.exceeded} | {
        ("no price", row.prompt_id) for row in found.problems
    }


SITUATION: tuple[Any, ...] = (
    BUDGETS, POLICIES, ENTRIES, SIDES, st.none() | SIDES, st.tuples(RATES, RATES, RATES),
)  # fmt: skip


@given(*SITUATION, st.sampled_from(["tokens", "calls", "output_tokens", "training_tokens"]), st.integers(1, 10**6))
def test_a_larger_prompt_goes_on_failing(
    budget: Budget, policy: Policy, entries: Any, head: Side, base: Side | None, rates: Any, what: str, more: int
) -> None:
    """More tokens, calls, output or training in what is judged: an unknown size stays unknown."""
    rules, before = manifest(budget, policy, entries), None if base is None else priced(base, rates)
    name = min(head)
    assume(head[name][what] is not None)
    larger = {**head, name: {**head[name], what: head[name][what] + more}}
    assert failing(rules, priced(head, rates), before) <= failing(rules, priced(larger, rates), before)


@given(*SITUATION, st.tuples(RATES, RATES, RATES))
def test_at_higher_prices_it_goes_on_failing(
    budget: Budget, policy: Policy, entries: Any, head: Side, base: Side | None, rates: Any, more: Any
) -> None:
    """Where base's prices stay: a price that rises on both sides may make what was taken away dearer."""
    rules, before = manifest(budget, policy, entries), None if base is None else priced(base, rates)
    dearer = tuple(rate + extra for rate, extra in zip(rates, more, strict=True))
    assert failing(rules, priced(head, rates), before) <= failing(rules, priced(head, dearer), before)


@given(*SITUATION, st.tuples(RATES, RATES, RATES))
def test_without_a_base_so_it_is_at_higher_prices_for_all(
    budget: Budget, policy: Policy, entries: Any, head: Side, base: Side | None, rates: Any, more: Any
) -> None:
    rules = manifest(budget, policy, entries)
    dearer = tuple(rate + extra for rate, extra in zip(rates, more, strict=True))
    assert failing(rules, priced(head, rates), None) <= failing(rules, priced(head, dearer), None)


@given(*SITUATION, st.sampled_from("efg"), USES)
def test_with_one_more_prompt_it_goes_on_failing(
    budget: Budget, policy: Policy, entries: Any, head: Side, base: Side | None, rates: Any, name: str, use: Use
) -> None:
    rules, before = manifest(budget, policy, entries), None if base is None else priced(base, rates)
    assert failing(rules, priced(head, rates), before) <= failing(rules, priced({**head, name: use}, rates), before)


KEYS = ("limit", "max_increase", "max_increase_percent", "max_prompt_increase", "max_prompt_increase_percent",
        "max_train", "max_infer")  # fmt: skip


@given(*SITUATION, st.sampled_from(KEYS), USD)
def test_under_a_lower_limit_it_goes_on_failing(
    budget: Budget, policy: Policy, entries: Any, head: Side, base: Side | None, rates: Any, key: str, lower: Decimal
) -> None:
    """A limit that is lowered, or set where there was none."""
    now = getattr(budget, key)
    change: dict[str, Any] = {key: lower if now is None else min(now, lower)}
    stricter = budget._replace(**change)
    _stricter(manifest(budget, policy, entries), manifest(stricter, policy, entries), head, base, rates)


@given(*SITUATION, LIMITS)
def test_under_limits_of_a_tag_or_a_prompt_it_goes_on_failing(
    budget: Budget, policy: Policy, entries: Any, head: Side, base: Side | None, rates: Any, limits: Limits
) -> None:
    rules = manifest(budget, policy, {})
    of_tag = budget._replace(by_tag=(*budget.by_tag, TagLimits("team", "mail", limits)))
    _stricter(rules, manifest(of_tag, policy, {}), head, base, rates)
    _stricter(rules, manifest(budget, policy, {"a": (limits, 7)}), head, base, rates)


@given(*SITUATION, POLICIES)
def test_under_one_more_rule_it_goes_on_failing(
    budget: Budget, policy: Policy, entries: Any, head: Side, base: Side | None, rates: Any, more: Policy
) -> None:
    """Rules that are added to none; a pattern more in deny_models; a lower size; more room."""
    _stricter(manifest(budget, Policy(), entries), manifest(budget, policy, entries), head, base, rates)
    tighter = policy._replace(
        max_tokens=_least(policy.max_tokens, more.max_tokens),
        headroom=_most(policy.headroom, more.headroom),
        deny_models=(*policy.deny_models, *more.deny_models),
        require_tags=(*policy.require_tags, *more.require_tags),
        require_prompt_id=policy.require_prompt_id or more.require_prompt_id,
    )
    _stricter(manifest(budget, policy, entries), manifest(budget, tighter, entries), head, base, rates)


@given(*SITUATION)
def test_at_the_upper_bound_an_absolute_limit_goes_on_failing(
    budget: Budget, policy: Policy, entries: Any, head: Side, base: Side | None, rates: Any
) -> None:
    typical = manifest(budget._replace(judge="typical"), policy, entries)
    _stricter(typical, typical._replace(budget=budget._replace(judge="upper")), head, None, rates)


@given(*SITUATION)
def test_what_fails_is_over_its_limit_and_what_is_only_warned_of_does_not_fail(
    budget: Budget, policy: Policy, entries: Any, head: Side, base: Side | None, rates: Any
) -> None:
    after, before = priced(head, rates), None if base is None else priced(base, rates)
    result = verdict(manifest(budget, policy, entries), after, before)
    for each in result.exceeded:
        assert each.reason or (each.amount is not None and each.limit is not None and each.amount > each.limit)
        assert each.what != "warn"
    for each in result.warned:
        assert each.what in ("warn", "limit", "max_train", "max_infer")
        assert each.what == "warn" or budget.ratchet
    assert (result.code() == ExitCode.OK) == (not result.exceeded and not result.problems)


def _stricter(loose: Manifest, strict: Manifest, head: Side, base: Side | None, rates: Any) -> None:
    after, before = priced(head, rates), None if base is None else priced(base, rates)
    assert failing(loose, after, before) <= failing(strict, after, before)


def _least(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _most(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return max((each for each in (one, other) if each is not None), default=None)
