"""Findings: which line of a manifest states what fails, and what is looked at."""

from __future__ import annotations

from llmcost_hooks.findings import ERROR, RULES, WARNING, Finding, check_findings, estimate_findings
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.policy import Judged, judge

from .build import BOOK, ON, estimate, row, unpriced
from .situations import EVERYTHING, SITUATIONS


def found(name: str) -> tuple[Finding, ...]:
    result = SITUATIONS[name]().result
    assert result is not None
    return result.findings.items


def line_of(text: str, nth: int = 1) -> int:
    """The 1-based line of EVERYTHING that is `text`, the nth of them."""
    lines = [n for n, line in enumerate(EVERYTHING.split("\n"), 1) if line.startswith(text)]
    return lines[nth - 1]


def test_each_limit_and_rule_has_its_line() -> None:
    stated = {(each.rule, each.prompt_id, each.tag): each.stated for each in found("check_everything")}
    expected = {
        ("limit", None, None): line_of("limit = 5.00"),
        ("max_increase", None, None): line_of("max_increase"),
        ("max_prompt_increase", "a", None): line_of("max_prompt_increase"),
        ("max_train", None, None): line_of("max_train"),
        ("max_infer", None, None): line_of("max_infer"),
        ("limit", None, "team:search"): line_of("limit = 3"),
        ("max_increase", None, "team:search"): line_of("max_increase", 2),
        ("limit", "a", None): line_of("limit = 3.50"),
        ("max_increase", "a", None): line_of("max_increase", 3),
        ("require_output", "b", None): line_of("require_output"),
        ("headroom", "a", None): line_of("headroom"),
        ("allow_models", "a", None): line_of("allow_models"),
        ("deny_models", "a", None): line_of("deny_models"),
        ("require_tags", "b", None): line_of("require_tags"),
        ("require_prompt_id", "b", None): line_of("require_prompt_id"),
        ("max_tokens", "b", None): line_of("max_tokens"),
    }
    assert {key: stated[key] for key in expected} == {key: ("llm-cost.toml", n) for key, n in expected.items()}
    own, policy = (line_of("max_tokens", n) for n in (2, 1))
    both = [each.stated for each in found("check_everything") if (each.rule, each.prompt_id) == ("max_tokens", "a")]
    assert both == [("llm-cost.toml", policy), ("llm-cost.toml", own)]
    assert stated["max_cost", "b", None] is None, "its file limits it"


def test_what_one_prompt_breaks_is_looked_at_in_its_file() -> None:
    for each in found("check_everything"):
        assert each.path == ("llm-cost.toml" if each.prompt_id is None else f"prompts/{each.prompt_id}.txt")
        assert each.line == (1 if each.prompt_id else each.stated and each.stated[1])
        assert each.level == ERROR and each.advice


def test_what_is_only_warned_of() -> None:
    levels = [(each.rule, each.level) for each in found("check_warned")]
    assert levels == [("warn", WARNING), ("limit", WARNING), ("prompt_id", WARNING)]


def test_without_a_manifest_the_dearest_prompt_is_looked_at() -> None:
    head = estimate(row("a", "1", path="src/prompts.py::A"), row("b", "5", path="src/prompts.py::B"), label="head")
    rules = parse_manifest(b'version = 1\n[budget]\nlimit = 1\nperiod = "month"\n')
    verdict = judge(head, rules, None, None, BOOK, ON)
    (one,) = check_findings([Judged(head, None, None, verdict)], {}).items
    assert (one.rule, one.path, one.line, one.stated) == ("limit", "src/prompts.py", 1, None)


def test_of_an_estimate_and_a_diff() -> None:
    found = estimate_findings(estimate(row("a"), unpriced("b")))
    (one,) = found.items
    assert (one.rule, one.level, one.path, one.unknown()) == ("PRICING_ERROR", ERROR, "prompts/b.txt", True)
    assert found.code.name == "PRICING_ERROR"
    assert found.prompts == (("a", "prompts/a.txt"), ("b", "prompts/b.txt"))
    assert estimate_findings(estimate(unpriced("b")), failing=()).items == ()


def test_rules_are_described_in_a_sentence() -> None:
    assert all(text[0].isupper() and not text.endswith(".") for text in RULES.values())
