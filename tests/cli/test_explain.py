"""`llm-cost explain`: what it says of a number, and that a calculator agrees."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ..arithmetic import calculate
from ..repos import Repo
from .running import PROJECT, answer, document, failed, llm_cost, passed, rows, words

LINE = re.compile(r"^(?P<what>\S.*?)  +(?P<formula>[-0-9(mcf].*?)  += (?P<result>[0-9.]+) (?P<unit>USD|tokens)$")
TOTALS = ("call a month", "calls a month", "total")


def arithmetic(text: str) -> dict[str, tuple[str, str]]:
    """what -> (formula, result) of each printed line, after every one of them was computed again."""
    found = {}
    for line in text.splitlines():
        if match := LINE.match(line):
            assert calculate(match["formula"]) == Fraction(match["result"]), line
            found[match["what"]] = match["formula"], match["result"]
    assert len(found) > 3
    return found


def explained(repo: Repo, *args: str, code: int = 0) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """The document, and the arithmetic of the text; both say the same, and what `estimate` says."""
    found = answer(repo, "explain", *args, code=code)
    lines = arithmetic(llm_cost(repo.path, "explain", *args).out)
    assert {each["what"]: (each["formula"], each["result"]) for each in found["arithmetic"]} == lines
    return found, lines


def given(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["name"]: (each["value"], each["origin"]) for each in found["assumptions"]}


def test_from_blob_to_dollar(prompts: Repo) -> None:
    found, lines = explained(prompts, "search")
    assert found["schema"] == "llm-cost/explain/1"
    assert found["prompt"] == {**rows(answer(prompts, "estimate"))["search"]}
    assert lines == {
        "input of a call": ("(400 * 2.5) / 1000000", "0.001"),
        "output of a call": ("50 * 10 / 1000000", "0.0005"),
        "one call": ("0.001 + 0.0005", "0.0015"),
        "a million calls": ("0.0015 * 1000000", "1500"),
        "1,000 calls a month": ("0.0015 * 1000", "1.5"),
        "at list prices": ("(400 * 2.5 + 50 * 10) / 1000000 * 1000", "1.5"),
    }
    assert given(found) == {
        "calls": ("1000", "llm-cost.toml:5 [defaults]"),
        "output_tokens": ("50", "llm-cost.toml:6 [defaults]"),
        "period": ("month", "llm-cost.toml:10 [budget]"),
        "scenario": ("default", "default"),
    }
    model = found["model"]
    assert (model["stated"], model["origin"], model["id"]) == ("gpt-4o", "llm-cost.toml:4 [defaults]", "gpt-4o")
    assert found["billed"]["input"] == "2.5" and found["offer"]["verified_by"]
    out = passed(llm_cost(prompts.path, "explain", "search")).out
    oid = prompts.git("rev-parse", "HEAD:prompts/search.md")
    assert out.startswith("Explained: search in main: $1.50 a month\n") or "in worktree: $1.50 a month\n" in out
    for said in (f"blob {oid}", "400  static text", "gpt-4o  (llm-cost.toml:4 [defaults]) → gpt-4o", "Rounded: $1.50"):
        assert said in out


MUCH = """\
version = 1
[defaults]
model = "gpt-4o"
calls = 7
output_ratio = 0.3
region = "eu"

[budget]
period = "week"

[[prompts]]
path = "prompts/classify.md"

[[prompts]]
path = "prompts/search.md"
prompt_id = "search"
model = "claude-sonnet-4-5"
calls = 123
scenario = "cached"
cache_hit_ratio = 0.35
variables = { question = { p50 = 40, p95 = 90 }, more = 3 }
"""


def test_every_assumption_names_its_line(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", MUCH.replace('region = "eu"\n', ""))
    prompts.write("prompts/search.md", words(3000) + " {{question}} " + words(20))
    found, lines = explained(prompts, "search")
    line = {key: n for n, text in enumerate(MUCH.replace('region = "eu"\n', "").split("\n"), 1)
            for key in [text.partition(" =")[0]]}  # fmt: skip
    all_of = "[defaults]"

    def own(key: str) -> str:
        return f"llm-cost.toml:{line[key]} [[prompts]]"

    assert given(found) == {
        "calls": ("123", own("calls")),
        "output_ratio": ("0.3", f"llm-cost.toml:{line['output_ratio']} {all_of}"),
        "cache_hit_ratio": ("0.35", own("cache_hit_ratio")),
        "scenario": ("cached", own("scenario")),
        "variables": ("more 3, question 40 (p95 90)", own("variables")),
        "period": ("week", f"llm-cost.toml:{line['period']} [budget]"),
    }
    assert found["model"]["origin"] == own("model")
    assert lines["output tokens"][0].startswith("ceil(") and lines["cached tokens"][0].startswith("min(floor(")
    assert " + " in lines["input tokens"][0]
    assert "123 calls a week" in lines


def test_the_command_line_is_an_origin_and_beats_the_manifest(prompts: Repo) -> None:
    options = ("--calls", "5", "--output-ratio", "0.1", "--model", "gpt-4o-mini", "--scenario", "batch")
    found, lines = explained(prompts, "search", *options)
    assert given(found) == {
        "calls": ("5", "command line"),
        "output_ratio": ("0.1", "command line"),
        "scenario": ("batch", "command line"),
        "period": ("month", "llm-cost.toml:10 [budget]"),
    }
    assert (found["model"]["stated"], found["model"]["origin"]) == ("gpt-4o-mini", "command line")
    assert lines["output tokens"] == ("ceil(400 * 0.1)", "40")
    assert found["billed"]["variant"] == "batch"


def test_what_the_file_itself_says(prompts: Repo) -> None:
    prompts.rm("llm-cost.toml")
    prompts.write("prompts/one.prompt", "---\nmodel: gpt-4o\nconfig:\n  maxOutputTokens: 99999\n---\nHi there\n")
    prompts.git("add", "-A")
    found, lines = explained(prompts, "prompts/one.prompt")
    assert given(found) == {
        "calls": ("1", "default: one call, since no [budget] period is declared"),
        "output_tokens": ("at most 99999", "the file itself: its own limit"),
        "scenario": ("default", "default"),
    }
    assert found["model"]["origin"] == "the file itself"
    assert lines["output tokens"] == ("min(99999, 16384)", "16384")


def test_gitattributes_are_an_origin(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace('model = "gpt-4o"\n', ""))
    prompts.write(".gitattributes", "prompts/search.md llmcost-model=gpt-4o\n")
    assert explained(prompts, "search")[0]["model"]["origin"] == "llmcost-model in .gitattributes"


def test_an_unknown_answer_is_said(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace("output_tokens = 50\n", ""))
    found, lines = explained(prompts, "search")
    assert given(found)["output_tokens"] == ("unknown", "nobody states it: the cost is a lower bound")
    assert "output of a call" not in lines
    assert "≥ $1.00 a month" in llm_cost(prompts.path, "explain", "search").out


def test_a_long_input_pays_the_rates_of_its_tier(prompts: Repo) -> None:
    found, lines = explained(
        prompts, "search", "--model", "gemini-2.5-pro", "--output-tokens", "10"
    )  # fmt: skip
    assert found["billed"]["above_input_tokens"] is None
    prompts.write("prompts/search.md", words(250_000))
    found, lines = explained(prompts, "search", "--model", "gemini-2.5-pro", "--output-tokens", "10")
    assert found["billed"]["above_input_tokens"] == 200_000
    assert f"* {found['billed']['input']}" in lines["input of a call"][0]
    assert "input above 200,000 tokens" in llm_cost(prompts.path, "explain", "search", "--model", "gemini-2.5-pro").out


def test_prices_of_the_project_fees_and_training(prompts: Repo) -> None:
    own = '\n[prices]\ndiscount = "10%"\n[prices.override."gpt-4o"]\nrequest = 0.002\ntraining = 25\n'
    manifest = PROJECT.replace('prompt_id = "search"\n', 'prompt_id = "search"\ntraining_tokens = 5000\n')
    prompts.write("llm-cost.toml", manifest + own)
    found, lines = explained(prompts, "search")
    assert lines["training a month"] == ("5000 * 25 / 1000000", "0.125")
    assert lines["input of a call"][0] == "((400 * 2.25) / 1000000 + 1 * 0.002)"
    assert lines["total"][1] == found["prompt"]["effective_cost"]
    assert lines["at list prices"][1] == found["prompt"]["list_cost"] != found["prompt"]["effective_cost"]
    assert found["offer"]["origin"] == "stated"
    out = llm_cost(prompts.path, "explain", "search").out
    assert "• price file 2026" in out and "• training $25 per million tokens\n" in out


def test_a_price_that_only_the_project_states_is_in_no_price_file(prompts: Repo) -> None:
    row = '\n[[prices.rows]]\nmodel = "gpt-4o"\neffective_from = "2026-01-01"\ninput = 3\noutput = 9\n'
    row += 'fine_tuned = true\noperator = "T"\n'
    manifest = PROJECT.replace('prompt_id = "search"\n', 'prompt_id = "search"\nfine_tuned = true\n')
    prompts.write("llm-cost.toml", manifest + row)
    out = passed(llm_cost(prompts.path, "explain", "search")).out
    assert "• entry ft:gpt-4o, the row of 2026-01-01\n  • stated in llm-cost.toml by T" in out
    assert "price file" not in out


def test_what_would_be_cheaper_has_its_formula(prompts: Repo) -> None:
    prompts.write("prompts/search.md", words(2000))
    found, _ = explained(prompts, "search", "--model", "claude-sonnet-4-5")
    kinds = {each["kind"]: each for each in found["suggestions"]}
    assert {"model", "batch", "caching"} <= kinds.keys()
    for each in found["suggestions"]:
        assert calculate(each["formula"]) == Fraction(each["saving"])
        share = Fraction(each["saving"]) / Fraction(found["prompt"]["effective_cost"])
        assert int(each["saving_percent"]) == int(share * 100)
    assert Decimal(kinds["caching"]["break_even_hit_ratio"]) > 0
    out = llm_cost(prompts.path, "explain", "search", "--model", "claude-sonnet-4-5").out
    for each in found["suggestions"]:
        assert f"saving: {each['formula']} = {each['saving']}" in out
    assert "break-even hit ratio, rounded up: (3.75 - 3) / (3.75 - 0.3) = 0.2174" in out


# --- which prompt of which side ---------------------------------------------------------------------------------------


def test_another_side(branches: Repo) -> None:
    def tokens(*args: str) -> int:
        return int(answer(branches, "explain", "search", *args)["prompt"]["input_tokens"])

    assert [tokens(), tokens("--staged"), tokens("feat"), tokens("main"), tokens("main~1")] == [700, 600, 500, 300, 400]
    commit = branches.git("rev-parse", "main")
    assert f"of commit {commit}" in llm_cost(branches.path, "explain", "search", "main").out
    failed(llm_cost(branches.path, "explain", "search", "main", "--staged"), 2, "Keep one")
    failed(llm_cost(branches.path, "explain", "search", "nonsense"), 2, "nonsense")


def test_a_path_names_a_prompt_too(prompts: Repo) -> None:
    assert answer(prompts, "explain", "prompts/search.md")["prompt"]["prompt_id"] == "search"
    below = passed(llm_cost(prompts.path / "prompts", "explain", "./search.md", "--format", "json"))
    assert document(below)["prompt"]["prompt_id"] == "search"


@pytest.mark.parametrize(
    ("asked", "said"), [("serch", "Did you mean: search"), ("zzzzzz", "llm-cost estimate lists them all")]
)
def test_no_such_prompt(prompts: Repo, asked: str, said: str) -> None:
    failed(llm_cost(prompts.path, "explain", asked), 2, f'There is no prompt "{asked}" (worktree)', said)


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda repo: repo.write("llm-cost.toml", PROJECT.replace('"gpt-4o"', '"gpt-5x"')), 4, "gpt-5x"),
        (lambda repo: repo.write("prompts/search.md", b"\xff"), 3, "prompts/search.md"),
        (lambda repo: (repo.path / "prompts/search.md").unlink(), 2, "is not there"),
        (lambda repo: repo.write("llm-cost.toml", PROJECT.replace('model = "gpt-4o"\n', "")), 2, "no model is named"),
    ],
)
def test_what_cannot_be_explained_ends_as_elsewhere(prompts: Repo, change: Any, code: int, said: str) -> None:
    change(prompts)
    failed(llm_cost(prompts.path, "explain", "search"), code, said)
    found = answer(prompts, "explain", "search", code=code)
    assert found["arithmetic"] == found["suggestions"] == [] and found["billed"] is None
    assert found["prompt"]["problem"]["code"]


def test_a_nested_manifest_is_named(prompts: Repo) -> None:
    prompts.write("sub/llm-cost.toml", PROJECT)
    prompts.write("sub/prompts/search.md", words(10))
    prompts.write("sub/prompts/classify.md", words(10))
    prompts.commit("nested")
    found, _ = explained(prompts, "sub:search")
    assert given(found)["calls"] == ("1000", "sub/llm-cost.toml:5 [defaults]")


def test_it_is_quiet_where_it_should_be_and_has_a_markdown_form(prompts: Repo) -> None:
    assert passed(llm_cost(prompts.path, "-q", "explain", "search")).out == ""
    assert "| one call " in passed(llm_cost(prompts.path, "explain", "search", "--format", "markdown")).out


def test_a_hostile_id_is_harmless(prompts: Repo, tmp_path: Path) -> None:
    ran = failed(llm_cost(prompts.path, "explain", "\x1b[31mred"), 2)
    assert "\x1b" not in ran.err
