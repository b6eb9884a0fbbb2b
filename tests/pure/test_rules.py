"""`[policy]`: what each rule refuses, and that what nobody knows does not hold."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.errors import ExitCode
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.policy import Verdict, judge
from llmcost_hooks.pricing import Row
from llmcost_hooks.rules import matches

from .build import BOOK, ON, estimate, row, unpriced

ENTRY = '[[prompts]]\npath = "prompts/a.txt"\nprompt_id = "a"\n'


def verdict(rules: str, *rows: Row) -> Verdict:
    text = rules if rules.startswith("[") else f"[policy]\n{rules}"
    return judge(estimate(*rows), parse_manifest(f"version = 1\n{text}".encode()), None, None, BOOK, ON)


def broken(rules: str, *rows: Row) -> list[tuple[Any, ...]]:
    """(prompt, rule, why or by how much) of each."""
    return [
        (each.prompt_id, each.what, "".join(each.reason) or f"{each.amount} > {each.limit} {each.unit}")
        for each in verdict(rules, *rows).exceeded
    ]


def fine(rules: str, *rows: Row) -> bool:
    return verdict(rules, *rows).code() == ExitCode.OK


# --- sizes ------------------------------------------------------------------------------------------------------------


def test_the_size_of_any_prompt() -> None:
    assert fine("max_tokens = 1000", row("a"))
    assert broken("max_tokens = 999", row("a"), row("b", input_tokens=5)) == [("a", "max_tokens", "1000 > 999 tokens")]


def test_the_size_of_one_prompt_and_of_any_stand_beside_each_other() -> None:
    rules = f"{ENTRY}max_tokens = 999\n[policy]\nmax_tokens = 1500"
    assert broken(rules, row("a"), row("b")) == [("a", "max_tokens", "1000 > 999 tokens")]
    assert broken(rules.replace("999", "2000"), row("a", input_tokens=1600)) == [
        ("a", "max_tokens", "1600 > 1500 tokens")
    ]


def test_a_variable_of_unknown_size_fits_nowhere() -> None:
    unknown = row("a", undeclared=("question", "documents"))
    assert broken("max_tokens = 1000", unknown) == [("a", "max_tokens", "the size of question, documents is not known")]
    assert broken("max_tokens = 999", unknown) == [("a", "max_tokens", "1000 > 999 tokens")]


def test_what_has_tokens_and_no_price_is_judged_too() -> None:
    assert broken("max_tokens = 10", unpriced("a", input_tokens=11)) == [("a", "max_tokens", "11 > 10 tokens")]
    assert broken("max_tokens = 10", unpriced("a")) == [], "it fails for what it is"


@pytest.mark.parametrize(
    ("share", "taken", "holds"),
    [("10%", 900, True), ("10%", 901, False), ("0%", 1000, True), ("0%", 1001, False), ("100%", 0, True),
     ("100%", 1, False), ("9.95%", 900, True), ("9.95%", 901, False)],
)  # fmt: skip
def test_headroom(share: str, taken: int, holds: bool) -> None:
    prompt = row("a", input_tokens=taken, output_tokens=0, context_window=1000)
    assert fine(f'headroom = "{share}"', prompt) is holds
    halves = row("a", input_tokens=taken - taken // 2, output_tokens=taken // 2, context_window=1000)
    assert fine(f'headroom = "{share}"', halves) is holds


def test_headroom_of_one_request_of_several() -> None:
    assert fine('headroom = "0%"', row("a", input_tokens=3000, output_tokens=0, context_window=1000, requests=3))
    assert not fine('headroom = "0%"', row("a", input_tokens=3001, output_tokens=0, context_window=1000, requests=3))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"context_window": None}, "the context window of gpt-4o is not known"),
        ({"output_tokens": None, "context_window": 128_000}, "its output size is not known"),
        ({"undeclared": ("q",), "context_window": 128_000}, "the size of q is not known"),
        ({"output_tokens": None, "context_window": 999}, "1000 > 899 tokens"),
    ],
)
def test_headroom_that_nobody_knows(changes: dict[str, Any], why: str) -> None:
    assert broken('headroom = "9.92%"', row("a", **changes)) == [("a", "headroom", why)]


def test_what_has_no_price_fails_for_that_and_not_for_headroom() -> None:
    assert broken('headroom = "9.9%"', unpriced("a", input_tokens=10**9)) == []


def test_an_output_that_must_be_known() -> None:
    rules = "[budget]\nrequire_output = true"
    assert broken(rules, row("a"), row("b", output_tokens=None)) == [
        ("b", "require_output", "its output size is not known")
    ]


# --- models -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "model", "holds"),
    [
        ("gpt-4o", "gpt-4o", True),
        ("gpt-4o", "gpt-4o-mini", False),
        ("gpt-4o*", "gpt-4o-mini", True),
        ("*-preview", "azure/o1-preview", True),
        ("*-preview", "o1-preview-2", False),
        ("azure/*", "azure/eu/gpt-4o", True),
        ("GPT-4O", "gpt-4o", True),
        ("gpt-4o", "GPT-4o", True),
        ("*", "", True),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("a**b", "ab", True),
        ("a?c", "abc", False),
        ("[a]", "a", False),
    ],
)
def test_patterns_of_models(pattern: str, model: str, holds: bool) -> None:
    assert matches(pattern, model) is holds


@given(st.text("ab*", max_size=12), st.text("ab", max_size=12))
def test_patterns_are_what_shells_say(pattern: str, model: str) -> None:
    assert matches(pattern, model) is fnmatchcase(model, pattern)
    assert matches(pattern, model) is bool(re.fullmatch(pattern.replace("*", ".*"), model))


def test_many_stars_take_no_time() -> None:
    assert not matches("*a" * 5_000 + "*b", "a" * 10_000)


def test_models_that_are_allowed() -> None:
    rules = 'allow_models = ["gpt-4o*", "o3"]'
    assert fine(rules, row("a"), row("b", model="gpt-4o-mini"), row("c", model="o3"))
    assert broken(rules, row("a", model="gpt-4")) == [("a", "allow_models", "its model gpt-4 is not allowed")]
    assert fine(rules, row("a", model="o3-2025-04-16", stated_model="O3"))


def test_models_that_are_denied() -> None:
    rules = 'deny_models = ["*-preview", "gpt-4"]'
    assert fine(rules, row("a"))
    for prompt in (row("a", model="gpt-4"), row("a", model="gpt-4", stated_model="openai/gpt-4")):
        assert broken(rules, prompt) == [("a", "deny_models", "its model gpt-4 is denied")]
    assert not fine(rules, row("a", model="o1", stated_model="o1-preview"))


def test_what_is_allowed_and_denied_is_denied() -> None:
    assert not fine('allow_models = ["*"]\ndeny_models = ["gpt-4o"]', row("a"))


def test_a_model_without_a_price_is_judged_by_its_name() -> None:
    assert broken('deny_models = ["x*"]', unpriced("a", model="x1")) == [("a", "deny_models", "its model x1 is denied")]
    assert broken('allow_models = ["y"]', unpriced("a", model="x1")) == [
        ("a", "allow_models", "its model x1 is not allowed")
    ]
    assert broken('allow_models = ["y"]\ndeny_models = ["*"]', unpriced("a")) == []


# --- tags and ids -----------------------------------------------------------------------------------------------------


def test_tags_that_must_be_there() -> None:
    rules = 'require_tags = ["team", "app"]'
    assert fine(rules, row("a", tags={"team": "x", "app": "y", "more": "z"}))
    assert broken(rules, row("a", tags={"team": " "})) == [
        ("a", "require_tags", "it has no tag team"), ("a", "require_tags", "it has no tag app"),
    ]  # fmt: skip
    assert len(broken(rules, unpriced("a"))) == 2


def test_ids_that_must_be_there() -> None:
    assert fine("require_prompt_id = true", row("a"))
    assert broken("require_prompt_id = true", row("a", named=False), unpriced("b", named=False)) == [
        ("a", "require_prompt_id", "it has no prompt_id"), ("b", "require_prompt_id", "it has no prompt_id"),
    ]  # fmt: skip


def test_rules_come_in_their_order_and_do_not_hide_each_other() -> None:
    rules = (
        'max_tokens = 1\nheadroom = "99.9%"\nallow_models = ["x"]\ndeny_models = ["gpt*"]\nrequire_tags = ["t"]\n'
        "require_prompt_id = true"
    )
    found = broken(rules, row("a", named=False, context_window=1000))
    assert [each[1] for each in found] == [
        "max_tokens", "headroom", "allow_models", "deny_models", "require_tags", "require_prompt_id",
    ]  # fmt: skip


def test_without_a_failure_on_money_nothing_cheaper_is_suggested() -> None:
    assert verdict("max_tokens = 1", row("a")).suggestions == ()
