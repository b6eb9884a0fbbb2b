"""`llm-cost check`: every verdict, its exit code and what it says."""

from __future__ import annotations

import pytest

from ..repos import Repo
from .running import PROJECT, answer, cost, failed, llm_cost, passed, rows, total, words

TOTAL = total(cost("gpt-4o", 400, 50, 1000), cost("gpt-4o-mini", 100, 50, 1000))


def manifest(repo: Repo, *changes: tuple[str, str]) -> None:
    """Write the project's manifest with some of its text replaced."""
    text = PROJECT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    repo.write("llm-cost.toml", text)


def test_within_budget(prompts: Repo) -> None:
    ran = passed(llm_cost(prompts.path, "check"))
    assert ran.out.startswith("✅ Within budget: $1.54 of $10.00 (limit)")
    found = answer(prompts, "check")
    assert (found["schema"], found["verdict"], found["exit_code"]) == ("llm-cost/check/1", "OK", 0)
    assert (found["limit"], found["total"]["cost"], found["exceeded"]) == ("10", TOTAL, [])


def test_over_budget(prompts: Repo) -> None:
    manifest(prompts, ("10.00", "1.50"))
    ran = failed(llm_cost(prompts.path, "check"), 1)
    assert ran.out.startswith("❌ Budget exceeded: $1.54 > $1.50 (limit)")
    assert "search           $1.50  (97%) ← largest" in ran.out
    assert "search uses gpt-4o, consider gpt-4o-mini (-94%)" in ran.out
    found = answer(prompts, "check", code=1)
    assert found["exceeded"] == [
        {"what": "limit", "amount": TOTAL, "limit": "1.5", "unit": "USD", "stated": "limit", "reason": None,
         "prompt_id": None, "tag": None}
    ]  # fmt: skip
    assert (found["verdict"], found["exit_code"]) == ("BUDGET_EXCEEDED", 1)
    assert "| search " in failed(llm_cost(prompts.path, "check", "--format", "markdown"), 1).out


def test_exactly_at_the_limit(prompts: Repo) -> None:
    manifest(prompts, ("10.00", TOTAL))
    passed(llm_cost(prompts.path, "check"))
    manifest(prompts, ("10.00", total(TOTAL, "-0.000001")))
    failed(llm_cost(prompts.path, "check"), 1)


def test_three_sides(prompts: Repo) -> None:
    """HEAD keeps the limit, the index does not, the working tree does again."""
    prompts.stage("prompts/search.md", words(9000))
    prompts.write("prompts/search.md", words(10))
    passed(llm_cost(prompts.path, "check", "--rev", "HEAD"))
    failed(llm_cost(prompts.path, "check", "--staged"), 1)
    passed(llm_cost(prompts.path, "check"))
    failed(llm_cost(prompts.path, "check", "--staged", "--rev", "HEAD"), 2, "Keep one")


@pytest.mark.parametrize(
    ("limit", "tokens", "code"),
    [
        ('"25%"', 554, 0),  # 1.545 and a quarter more is 1.93125
        ('"25%"', 555, 1),
        ('"$0.50"', 600, 0),
        ('"$0.50"', 601, 1),
        ('"0%"', 400, 0),
        ('"0%"', 401, 1),
    ],
)
def test_increase(prompts: Repo, limit: str, tokens: int, code: int) -> None:
    manifest(prompts, ('period = "month"', f'period = "month"\nmax_increase = {limit}'))
    prompts.commit("a limit of increase")
    prompts.write("prompts/search.md", words(tokens))
    unjudged = passed(llm_cost(prompts.path, "check"))
    assert "max_increase was not judged" in unjudged.out and "--base" in unjudged.out
    ran = llm_cost(prompts.path, "check", "--base", "HEAD")
    assert ran.code == code, ran
    assert ("Increase exceeded" in ran.out) == bool(code)
    found = answer(prompts, "check", "--base", "main", code=code)
    assert [each["what"] for each in found["exceeded"]] == ["max_increase"] * code
    assert found["base"]["commit"] == prompts.oid("main")


def test_missing_base_is_no_pass(prompts: Repo) -> None:
    ran = failed(llm_cost(prompts.path, "check", "--base", "origin/main"), 2, "'origin/main' does not name a commit")
    assert ran.out == ""


def test_budget_that_the_change_moves(prompts: Repo) -> None:
    manifest(prompts, ("10.00", "20.00"))
    assert "limit 10.00 → 20.00" in passed(llm_cost(prompts.path, "check", "--base", "HEAD")).out


def test_without_manifest(repo: Repo) -> None:
    repo.write("prompts/a.md", words(10))
    repo.commit()
    failed(llm_cost(repo.path, "check"), 2, "prompts/a.md: no model is named", "--model gpt-4o")
    ran = passed(llm_cost(repo.path, "check", "--model", "gpt-4o", "--output-tokens", "1"))
    assert "No [budget] limit is set" in ran.out


def test_all_codes_and_their_order(prompts: Repo) -> None:
    """1 < 4 < 3 < 2, and whatever else failed is still said."""
    manifest(prompts, ("10.00", "0.01"))
    failed(llm_cost(prompts.path, "check"), 1)
    manifest(prompts, ("10.00", "0.01"), ("gpt-4o-mini", "gpt-4o-minni"))
    failed(llm_cost(prompts.path, "check"), 4, "gpt-4o-minni", "gpt-4o-mini")
    prompts.write("prompts/binary.md", b"\0")
    text = (prompts.path / "llm-cost.toml").read_text() + '[[prompts]]\npath = "prompts/binary.md"\n'
    prompts.write("llm-cost.toml", text)
    failed(llm_cost(prompts.path, "check"), 3, "is binary", "gpt-4o-minni")
    prompts.write("llm-cost.toml", text + '[[prompts]]\npath = "prompts/nowhere.md"\nprompt_id = "nowhere"\n')
    ran = failed(llm_cost(prompts.path, "check"), 2, "prompts/nowhere.md", "is binary", "gpt-4o-minni")
    assert "Budget exceeded: ≥ $1.50 > $0.01" in ran.out, "what is known is judged all the same"
    found = answer(prompts, "check", code=2)
    assert {name: row["problem"] and row["problem"]["code"] for name, row in rows(found).items()} == {
        "search": None, "classify": "PRICING_ERROR", "prompts/binary.md": "PARSE_ERROR", "nowhere": "CONFIG_ERROR",
    }  # fmt: skip
    assert found["total"]["cost"] is None and found["total"]["at_least"] == "1.5"


def test_output_that_must_be_known(prompts: Repo) -> None:
    manifest(prompts, ("output_tokens = 50\n", ""))
    lower = passed(llm_cost(prompts.path, "check"))
    assert "≥ $1.0" in lower.out and "input only" in lower.out
    assert answer(prompts, "check")["total"]["cost"] is None
    manifest(prompts, ("output_tokens = 50\n", ""), ('period = "month"', 'period = "month"\nrequire_output = true'))
    failed(llm_cost(prompts.path, "check"), 1)
    passed(llm_cost(prompts.path, "check", "--output-tokens", "50"))


def test_period_needs_calls(prompts: Repo) -> None:
    manifest(prompts, ("calls = 1000\n", ""))
    failed(llm_cost(prompts.path, "check"), 2, "calls")
    passed(llm_cost(prompts.path, "check", "--calls", "5"))
    manifest(prompts, ("calls = 1000\n", ""), ('period = "month"\n', ""))
    assert "Cost of one call of every prompt;" in passed(llm_cost(prompts.path, "check")).out


def test_warning_for_a_prompt_without_id(prompts: Repo) -> None:
    manifest(prompts, ('prompt_id = "search"\n', ""))
    assert "No prompt_id in llm-cost.toml: prompts/search.md" in passed(llm_cost(prompts.path, "check")).out


def test_quiet(prompts: Repo) -> None:
    assert passed(llm_cost(prompts.path, "-q", "check")) == (0, "", "")
    manifest(prompts, ("10.00", "1.50"))
    assert "Budget exceeded" in failed(llm_cost(prompts.path, "-q", "check"), 1).out


def test_a_broken_manifest_on_base_can_be_mended(repo: Repo) -> None:
    """What fails on base only is a note, or nobody could commit the mend."""
    repo.write("llm-cost.toml", "version = 1\n[budgte]\n")
    repo.write("prompts/a.md", "Answer in one word.")
    repo.commit()
    repo.write("llm-cost.toml", 'version = 1\n[defaults]\nmodel = "gpt-4o"\n')
    for command in ("diff HEAD", "check --base HEAD"):
        ran = passed(llm_cost(repo.path, *command.split()))
        assert "main has a broken llm-cost.toml (main:llm-cost.toml:2: " in ran.out, ran
