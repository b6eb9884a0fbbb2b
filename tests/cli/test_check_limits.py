"""`llm-cost check` with limits of tags, prompts, training and rules: what it says, and what its document holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ..repos import Repo
from .running import PROJECT, ROOT, answer, call_hook, cost, document, failed, llm_cost, passed, rows, total, words

SEARCH, CLASSIFY = cost("gpt-4o", 400, 50, 1000), cost("gpt-4o-mini", 100, 50, 1000)  # 1.5 and 0.045
TOTAL = total(SEARCH, CLASSIFY)
LIMIT = "limit = 10.00\n"
SCHEMA = Draft202012Validator(json.loads((ROOT / "llmcost_hooks/data/check.schema.json").read_text(encoding="utf-8")))
PRICE = '[[prices.rows]]\nmodel = "gpt-4o"\nfine_tuned = true\neffective_from = "2026-01-01"\ninput = 3\noutput = 12\n'


def rules(repo: Repo, budget: str = LIMIT, more: str = "", *changes: tuple[str, str]) -> None:
    """The project's manifest with other rules, and with `more` in the entry of `classify` or behind it."""
    text = PROJECT.replace(LIMIT, budget)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    repo.write("llm-cost.toml", text + more)


def judged(repo: Repo, *args: str, code: int) -> tuple[str, dict[str, Any]]:
    """The report as text, and the document, which is valid."""
    ran = llm_cost(repo.path, "check", *args)
    found = answer(repo, "check", *args, code=code)
    assert [error.message for error in SCHEMA.iter_errors(found)] == []
    assert passed(ran) if code == 0 else failed(ran, code)
    assert llm_cost(repo.path, "check", *args, "--format", "markdown").code == code
    return ran.out, found


# --- warnings ---------------------------------------------------------------------------------------------------------


def test_near_the_limit(prompts: Repo) -> None:
    rules(prompts, 'limit = 1.60\nwarn = "80%"\n')
    out, found = judged(prompts, code=0)
    assert out.startswith("⚠️  Near the limit: $1.54 of $1.60 (limit), $0.06 left; warned from $1.28\n")
    assert found["warned"] == [
        {"what": "warn", "amount": TOTAL, "limit": "1.28", "unit": "USD", "stated": "80% of limit", "reason": None,
         "prompt_id": None, "tag": None}
    ]  # fmt: skip
    assert (found["exceeded"], found["verdict"]) == ([], "OK")
    rules(prompts, 'limit = 2.00\nwarn = "80%"\n')
    assert judged(prompts, code=0)[0].startswith("✅ Within budget")


def test_a_warning_without_a_limit(prompts: Repo) -> None:
    rules(prompts, "warn = 1.5\n")
    assert judged(prompts, code=0)[0].startswith("⚠️  Dear: $1.54, warned from $1.50 (warn)\n")


# --- tags and prompts -------------------------------------------------------------------------------------------------


def test_over_the_limit_of_a_tag(prompts: Repo) -> None:
    search = '[[budget.by_tag]]\ntag = "team:search"\nlimit = 1.20\nwarn = 1.00\n'
    mail = '[[budget.by_tag]]\ntag = "team:mail"\nlimit = 5\n'
    rules(prompts, LIMIT, f'tags = {{ team = "mail" }}\n[tags]\nteam = "search"\n{search}{mail}')
    out, found = judged(prompts, code=1)
    assert out.startswith("❌ Budget exceeded: team:search $1.50 > $1.20 (limit)\n")
    assert [(each["tag"], each["amount"]) for each in found["exceeded"]] == [("team:search", SEARCH)]
    prompts.write("prompts/search.md", words(250))
    out, found = judged(prompts, code=0)
    assert "Near the limit: team:search $1.12 of $1.20 (limit), $0.08 left; warned from $1.00" in out


def test_over_the_limit_of_a_prompt(prompts: Repo) -> None:
    rules(prompts, LIMIT, "limit = 0.04\nmax_tokens = 99\n")
    out, found = judged(prompts, code=1)
    assert out.startswith("❌ Budget exceeded: classify $0.045 > $0.04 (limit)")
    assert "❌ Policy: classify: 100 input tokens > 99 (max_tokens)" in out
    assert [(each["what"], each["prompt_id"], each["unit"]) for each in found["exceeded"]] == [
        ("limit", "classify", "USD"), ("max_tokens", "classify", "tokens"),
    ]  # fmt: skip


def test_the_increase_of_a_prompt_is_named_with_its_edit(prompts: Repo) -> None:
    rules(prompts, LIMIT + 'max_increase = "50%"\nmax_prompt_increase = "20%"\n')
    prompts.commit("limits")
    prompts.write("prompts/classify.md", words(300))
    out, found = judged(prompts, "--base", "HEAD", code=1)
    assert out.startswith("❌ Increase exceeded: classify +$0.03 > $0.0090 (max_prompt_increase 20% of base) over main")
    assert "What changed:\n  • classify +$0.03 (modified)" in out
    assert [each["prompt_id"] for each in found["exceeded"]] == ["classify"]
    assert "max_increase and max_prompt_increase were not judged" in judged(prompts, code=0)[0]


# --- another currency -------------------------------------------------------------------------------------------------


def test_a_budget_in_euros(prompts: Repo) -> None:
    rules(prompts, 'limit = 1.40\ncurrency = "EUR"\nusd_rate = 1.10\nmax_increase = "€0.10"\n')
    prompts.commit("euros")
    out, found = judged(prompts, code=1)
    assert out.startswith("❌ Budget exceeded: $1.545 > $1.54 (limit €1.40)\n")
    assert "note: Limits are stated in EUR: 1 EUR = $1.1 (usd_rate of llm-cost.toml).\n" in out
    (manifest,) = found["manifests"]
    stated = {key: manifest[key] for key in ("limit", "limit_currency", "usd_rate", "stated_limit")}
    assert stated == {"limit": "1.54", "limit_currency": "EUR", "usd_rate": "1.1", "stated_limit": "€1.40"}
    prompts.write("prompts/search.md", words(445))
    assert "+$0.1125 > $0.11 (max_increase €0.10)" in judged(prompts, "--base", "HEAD", code=1)[0]
    out, _ = judged(prompts, "--budget", "$3", code=0)
    assert out.startswith("✅ Within budget: $1.66 of $3.00 (limit $3.00), $1.34 left\n")


def test_exactly_at_a_limit_in_another_currency(prompts: Repo) -> None:
    rules(prompts, 'limit = 1.5\ncurrency = "CHF"\nusd_rate = 1.03\n')  # 1.545 USD, to the last digit
    judged(prompts, code=0)
    rules(prompts, 'limit = 1.5\ncurrency = "CHF"\nusd_rate = 1.029999999999\n')
    assert "(limit 1.50 CHF)" in judged(prompts, code=1)[0]


# --- one run ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("budget", "code"), [("1.545", 0), ("$1.545", 0), ("1.544999", 1), ("0", 1), ("1000", 0)])
def test_a_budget_for_one_run(prompts: Repo, budget: str, code: int) -> None:
    out, found = judged(prompts, "--budget", budget, code=code)
    assert f"Judged by the command line: --budget ${budget.lstrip('$')} in place of limit $10.00." in out
    assert found["limit"] == budget.lstrip("$")


def test_a_budget_without_a_manifest(repo: Repo) -> None:
    repo.write("prompts/a.md", words(1000))
    repo.commit()
    args = ("--model", "gpt-4o", "--output-tokens", "0", "--calls", "1000")
    assert "$2.50 of $3.00" in judged(repo, *args, "--budget", "3", code=0)[0]
    assert "$2.50 > $2.00 (limit)" in judged(repo, *args, "--budget", "2", code=1)[0]


@pytest.mark.parametrize(("increase", "code"), [("25%", 0), ("0.1%", 1), ("$1", 0), ("$0", 1)])
def test_an_increase_for_one_run(prompts: Repo, increase: str, code: int) -> None:
    rules(prompts, LIMIT + 'max_increase = "1000%"\n')
    prompts.commit("limits")
    prompts.write("prompts/search.md", words(401))
    out, _ = judged(prompts, "--base", "HEAD", "--max-increase", increase, code=code)
    assert f"--max-increase {increase} in place of max_increase 1000%." in out


@pytest.mark.parametrize(
    "args", [("--budget", "much"), ("--budget", "-1"), ("--budget", "€5"), ("--budget", "1e3"), ("--budget", ""),
             ("--base", "HEAD", "--max-increase", "5"), ("--base", "HEAD", "--max-increase", "€5"),
             ("--base", "HEAD", "--max-increase", "-5%")],
)  # fmt: skip
def test_what_is_no_limit_for_one_run(prompts: Repo, args: tuple[str, ...]) -> None:
    failed(llm_cost(prompts.path, "check", *args), 2)


# --- the ratchet ------------------------------------------------------------------------------------------------------


def test_a_repository_that_is_over_already(prompts: Repo) -> None:
    rules(prompts, "limit = 1.00\nratchet = true\n")
    prompts.commit("over")
    assert "ratchet has no base to compare with" in judged(prompts, code=1)[0]
    out, found = judged(prompts, "--base", "HEAD", code=0)
    assert out.startswith("⚠️  Budget exceeded: $1.54 > $1.00 (limit); this change does not raise it (ratchet)\n")
    assert [each["what"] for each in found["warned"]] == ["limit"]
    prompts.write("prompts/search.md", words(399))
    judged(prompts, "--base", "HEAD", code=0)
    prompts.write("prompts/search.md", words(401))
    assert "Budget exceeded: $1.55 > $1.00 (limit)" in judged(prompts, "--base", "HEAD", code=1)[0]


# --- training ---------------------------------------------------------------------------------------------------------


def test_training_is_shown_apart_and_counts(prompts: Repo) -> None:
    tuned = ('prompt_id = "search"\n', 'prompt_id = "search"\nfine_tuned = true\ntraining_tokens = 500000\n')
    rules(prompts, LIMIT, PRICE + "training = 25\n", tuned)
    inference = total(cost("gpt-4o-mini", 100, 50, 1000), "1.8")
    out, found = judged(prompts, code=1)
    assert out.startswith("❌ Budget exceeded: $14.35 > $10.00 (limit)\n") or out.startswith(
        "❌ Budget exceeded: $14.34"
    )
    assert "Of it training: $12.50, inference: $1.84" in out or "inference: $1.85" in out
    assert (found["total"]["training_cost"], found["total"]["cost"]) == ("12.5", total("12.5", inference))
    assert rows(found)["search"]["training_cost"] == "12.5" and rows(found)["classify"]["training_cost"] == "0"
    estimate = passed(llm_cost(prompts.path, "estimate")).out
    assert "Training" in estimate and "$12.50" in estimate and "Of it training: $12.50" in estimate
    rules(prompts, "max_train = 12.49\nmax_infer = 2\n", PRICE + "training = 25\n", tuned)
    assert judged(prompts, code=1)[0].startswith("❌ Training exceeded: $12.50 > $12.49 (max_train)\n")
    rules(prompts, "max_train = 12.50\nmax_infer = 1.5\n", PRICE + "training = 25\n", tuned)
    assert judged(prompts, code=1)[0].startswith("❌ Inference exceeded: $1.8")
    more = ("training_tokens = 500000", "training_tokens = 500000\ntraining_calls = 2\ncalls_per_example = 3")
    rules(prompts, LIMIT, PRICE + "training = 25\n", tuned, more)
    assert judged(prompts, code=1)[1]["total"]["training_cost"] == "75"
    rules(prompts, LIMIT, PRICE, tuned)
    ran = failed(llm_cost(prompts.path, "check"), 4, "ft:gpt-4o has no training price")
    assert "llm-cost prices add gpt-4o --fine-tuned --training USD" in ran.err


# --- rules ------------------------------------------------------------------------------------------------------------

POLICY = """
[policy]
max_tokens = 300
headroom = "99.9%"
allow_models = ["gpt-4o-mini"]
deny_models = ["*-MINI"]
require_tags = ["team"]
require_prompt_id = true
"""


def test_every_rule_and_what_to_do(prompts: Repo) -> None:
    rules(prompts, LIMIT, POLICY, ('prompt_id = "classify"\n', ""))
    out, found = judged(prompts, code=1)
    assert out.startswith("❌ Policy: search: 400 input tokens > 300 (max_tokens)")
    for line in (
        "❌ Policy: prompts/classify.md: 150 tokens of input and output > 128 (headroom 99.9% of 128,000)",
        "❌ Policy: search: its model gpt-4o is not allowed (allow_models gpt-4o-mini)",
        "❌ Policy: prompts/classify.md: its model gpt-4o-mini is denied (deny_models *-MINI)",
        "❌ Policy: prompts/classify.md, search: it has no tag team (require_tags team)",
        "❌ Policy: prompts/classify.md: it has no prompt_id (require_prompt_id)",
        '  • Tag it in its [[prompts]] entry, for example tags = { team = "search" }; or all in [tags].',
        "  • Name another model for it. Allowed: gpt-4o-mini",
    ):
        assert line in out
    assert "Breakdown" not in out and "Suggestions" not in out
    assert {each["what"] for each in found["exceeded"]} == {
        "max_tokens", "headroom", "allow_models", "deny_models", "require_tags", "require_prompt_id",
    }  # fmt: skip


def test_the_stated_name_counts_as_well(prompts: Repo) -> None:
    rules(prompts, LIMIT, '[policy]\ndeny_models = ["openai/*"]\n', ('"gpt-4o-mini"', '"openai/gpt-4o-mini"'))
    assert "classify: its model gpt-4o-mini is denied" in judged(prompts, code=1)[0]
    rules(prompts, LIMIT, '[policy]\nallow_models = ["gpt-4o*"]\n', ('"gpt-4o-mini"', '"openai/gpt-4o-mini"'))
    judged(prompts, code=0)


def test_a_rule_that_the_change_drops_is_told(prompts: Repo) -> None:
    rules(prompts, LIMIT, POLICY)
    prompts.commit("rules")
    rules(prompts, LIMIT, "limit = 1\n")
    out, found = judged(prompts, "--base", "HEAD", code=0)
    assert "note: This change also moves the budget itself: max_tokens 300 → unset, headroom 99.9% → unset" in out
    assert any("classify limit unset → 1" in note for note in found["notes"])


def test_hostile_names_in_rules_move_no_cursor(prompts: Repo) -> None:
    evil = r"\u001b[2J"
    rules(prompts, LIMIT, f'tags = {{ "{evil}" = "{evil}" }}\n[[budget.by_tag]]\ntag = "{evil}:{evil}"\nlimit = 0\n'
          f'[policy]\nallow_models = ["{evil}"]\nrequire_tags = ["{evil}x"]\n')  # fmt: skip
    for args in ((), ("--format", "markdown")):
        ran = failed(llm_cost(prompts.path, "check", *args), 1)
        assert "\x1b" not in ran.out + ran.err
    rules(prompts, LIMIT, f'[[budget.by_tag]]\ntag = "{evil}:x"\nlimit = 0\n')
    assert "\x1b" not in failed(llm_cost(prompts.path, "check"), 2, "no prompt has that tag").err


# --- several manifests, hooks -----------------------------------------------------------------------------------------


def test_each_manifest_has_its_own(prompts: Repo) -> None:
    rules(prompts, "limit = 1.60\nwarn = 1.50\n")
    prompts.write("a/x.md", words(1000))
    prompts.write("a/llm-cost.toml", PROJECT.partition("[[prompts]]")[0].replace(LIMIT, "") + (
        '[policy]\nmax_tokens = 5\n[[prompts]]\npath = "x.md"\nprompt_id = "x"\n'))  # fmt: skip
    out, found = judged(prompts, code=1)
    assert "a/llm-cost.toml:\n  • ❌ Policy: a:x: 1,000 input tokens > 5 (max_tokens)" in out
    assert {each["path"]: (each["verdict"], len(each["warned"])) for each in found["manifests"]} == {
        "llm-cost.toml": ("OK", 1), "a/llm-cost.toml": ("BUDGET_EXCEEDED", 0),
    }  # fmt: skip


def test_the_hook_judges_by_the_same_rules(prompts: Repo) -> None:
    rules(prompts, LIMIT, "[policy]\nmax_tokens = 300\n")
    prompts.git("add", "--all")
    ran = call_hook(prompts.path, module="llmcost_hooks.hooks.pre_commit")
    assert failed(ran, 1).out.startswith("❌ Policy: search: 400 input tokens > 300 (max_tokens)")


def test_the_same_document_twice(prompts: Repo) -> None:
    rules(prompts, 'limit = 1\nwarn = "80%"\n', POLICY)
    one, other = (llm_cost(prompts.path, "check", "--format", "json") for _ in range(2))
    assert one == other and document(one)["exit_code"] == 1


def test_an_increase_names_the_edit(prompts: Repo) -> None:
    rules(prompts, LIMIT + 'max_increase = "1%"\n')
    prompts.commit("limits")
    text = prompts.path.joinpath("llm-cost.toml").read_text()
    assert text.count("calls = 1000") == 1
    prompts.write("llm-cost.toml", text.replace("calls = 1000", "calls = 2000"))
    out = judged(prompts, "--base", "HEAD", code=1)[0]
    assert "(the same text, other assumptions or prices)" in out
    prompts.write("llm-cost.toml", text.replace('"gpt-4o"', '"gpt-4"'))
    assert "(model gpt-4o → gpt-4)" in judged(prompts, "--base", "HEAD", code=1)[0]
    prompts.write("prompts/search.md", words(401))
    assert "(modified, model gpt-4o → gpt-4)" in judged(prompts, "--base", "HEAD", code=1)[0]


def test_a_prompt_that_changes_its_id_is_told(prompts: Repo) -> None:
    """Under another id it is a new prompt, which max_prompt_increase does not hold against anything."""
    rules(prompts, LIMIT + 'max_prompt_increase = "1%"\n')
    prompts.commit("limits")
    text = prompts.path.joinpath("llm-cost.toml").read_text()
    prompts.write("llm-cost.toml", text.replace('prompt_id = "search"', 'prompt_id = "find"'))
    prompts.write("prompts/search.md", words(600))
    for side in ((), ("--rev", "HEAD")):
        out = judged(prompts, "--base", "HEAD", *side, code=0)[0]
        assert ("search has become find, so no increase of it alone is known." in out) is (not side)
