"""`--format` of estimate, check and diff: what the programs that read them find, in a real repository."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from llmcost_hooks.render.formats import FORMATS

from ..repos import Repo
from .running import PROJECT, failed, llm_cost, passed, words

SUMMARY = "GITHUB_STEP_SUMMARY"


@pytest.fixture
def over(prompts: Repo) -> Repo:
    """Over its limit; one prompt over its own; an edit that adds to it."""
    text = PROJECT.replace("limit = 10.00", 'limit = 1.00\nmax_increase = "10%"')
    text = (
        text.replace('prompt_id = "classify"', 'prompt_id = "classify"\nlimit = 0.01')
        + "\n[policy]\nmax_tokens = 450\n"
    )
    prompts.write("llm-cost.toml", text)
    prompts.commit("limits")
    prompts.write("prompts/search.md", words(500))
    return prompts


def lines_of(repo: Repo) -> dict[str, int]:
    """Where the keys of the manifest stand."""
    text = (repo.path / "llm-cost.toml").read_text(encoding="utf-8").splitlines()
    return {line.split(" =")[0]: n for n, line in reversed(list(enumerate(text, 1)))}


def drawn(repo: Repo, *args: str, code: int = 1, env: dict[str, str] | None = None) -> str:
    ran = llm_cost(repo.path, *args, env=env or {SUMMARY: ""})
    assert ran.code == code, ran
    return ran.out


def test_sarif_says_where_the_limit_stands(over: Repo) -> None:
    (run,) = json.loads(drawn(over, "check", "--base", "HEAD", "--format", "sarif"))["runs"]
    at = lines_of(over)
    own = (over.path / "llm-cost.toml").read_text(encoding="utf-8").splitlines().index("limit = 0.01") + 1
    found = {(each["ruleId"], *where(each["locations"][0]), *related(each)) for each in run["results"]}
    assert found == {
        ("limit", "llm-cost.toml", at["limit"]),
        ("max_increase", "llm-cost.toml", at["max_increase"]),
        ("limit", "prompts/classify.md", 1, "llm-cost.toml", own),
        ("max_tokens", "prompts/search.md", 1, "llm-cost.toml", at["max_tokens"]),
    }


def where(location: dict[str, Any]) -> tuple[str, int]:
    place = location["physicalLocation"]
    return place["artifactLocation"]["uri"], place["region"]["startLine"]


def related(result: dict[str, Any]) -> tuple[object, ...]:
    return where(result["relatedLocations"][0]) if "relatedLocations" in result else ()


def test_fingerprints_stay_when_amounts_and_lines_move(over: Repo) -> None:
    def prints() -> list[str]:
        (run,) = json.loads(drawn(over, "check", "--base", "HEAD", "--format", "sarif"))["runs"]
        return [each["partialFingerprints"]["llmCost/v1"] for each in run["results"]]

    before = prints()
    assert len(set(before)) == len(before) == 4
    over.write("prompts/search.md", words(600))
    over.write("llm-cost.toml", "# moved\n" + (over.path / "llm-cost.toml").read_text(encoding="utf-8"))
    assert prints() == before


def test_junit_has_a_case_for_every_prompt(over: Repo) -> None:
    suite = ElementTree.fromstring(drawn(over, "check", "--base", "HEAD", "--format", "junit"))
    cases = {(case.get("classname"), case.get("name")): [each.tag for each in case] for case in suite.iter("testcase")}
    assert cases == {
        ("prompts/classify.md", "classify"): ["failure"],
        ("prompts/search.md", "search"): ["failure"],
        ("llm-cost", "limit of llm-cost.toml"): ["failure"],
        ("llm-cost", "max_increase of llm-cost.toml"): ["failure"],
    }
    within = ElementTree.fromstring(drawn(over, "check", "--rev", "HEAD~1", "--format", "junit", code=0))
    assert (within.get("tests"), within.get("failures"), within.get("errors")) == ("3", "0", "0")


def test_what_cannot_be_judged_is_an_error(prompts: Repo) -> None:
    prompts.write("prompts/search.md", b"\x00")
    suite = ElementTree.fromstring(drawn(prompts, "check", "--format", "junit", code=3))
    assert [case.get("name") for case in suite.iter("testcase") if case.find("error") is not None] == ["search"]
    (issue,) = json.loads(drawn(prompts, "check", "--format", "gitlab-codequality", code=3))
    assert (issue["severity"], issue["check_name"]) == ("critical", "llm-cost/PARSE_ERROR")
    assert issue["location"] == {"path": "prompts/search.md", "lines": {"begin": 1}}


def test_what_a_waiver_allows_is_suppressed_and_skipped(over: Repo) -> None:
    over.write("llm-cost.toml", PROJECT.replace("limit = 10.00", 'limit = 10.00\nmax_increase = "1%"'))
    over.commit("longer\n\nLLM-Cost-Accept: total <= +$5/month (answers)\n")
    (run,) = json.loads(drawn(over, "check", "--base", "HEAD~2", "--format", "sarif", code=0))["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["suppressions"][0]["kind"]) == ("max_increase", "external")
    suite = ElementTree.fromstring(drawn(over, "check", "--base", "HEAD~2", "--format", "junit", code=0))
    assert (suite.get("failures"), suite[0].get("skipped")) == ("0", "1")
    assert "::notice file=llm-cost.toml" in drawn(over, "check", "--base", "HEAD~2", "--format", "github", code=0)


def test_github_annotates_and_appends_a_summary(over: Repo, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    out = drawn(over, "check", "--base", "HEAD", "--format", "github", env={SUMMARY: str(summary)})
    at = lines_of(over)
    assert out.startswith("❌ Budget exceeded")
    assert f"\n::error file=llm-cost.toml,line={at['limit']},title=llm-cost%3A limit::Budget exceeded: $" in out
    assert f"%0AStated in llm-cost.toml:{at['max_tokens']}\n" in out
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n### llm-cost check\n\n❌ Budget exceeded")
    assert drawn(over, "check", "--base", "HEAD", "--format", "github") == out, "without a summary to write"


def test_a_summary_that_cannot_be_written_is_a_failure(prompts: Repo, tmp_path: Path) -> None:
    env = {SUMMARY: str(tmp_path / "none" / "summary.md")}
    failed(llm_cost(prompts.path, "check", "--format", "github", env=env), 2, "cannot be written")


def test_an_increase_is_shown_at_the_prompt_that_grows(over: Repo) -> None:
    (run,) = json.loads(drawn(over, "diff", "HEAD", "--fail-on-increase", "1%", "--format", "sarif"))["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], *where(result["locations"][0])) == ("fail_on_increase", "prompts/search.md", 1)
    assert json.loads(drawn(over, "diff", "HEAD", "--format", "sarif", code=0))["runs"][0]["results"] == []


def test_csv_has_every_digit(over: Repo) -> None:
    text = passed(llm_cost(over.path, "diff", "HEAD", "--format", "csv")).out
    rows = {row["prompt_id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    document = json.loads(passed(llm_cost(over.path, "diff", "HEAD", "--format", "json")).out)
    for each in document["prompts"]:
        line = rows.pop(each["prompt_id"])
        assert line["head_effective_cost"] == each["head"]["effective_cost"]
        assert (line["delta_cost"], line["delta_text"]) == (each["delta"]["cost"], each["delta"]["text"])
    assert rows == {}
    assert "\r\n" in text and "\n\n" not in text


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", [("estimate",), ("check",), ("diff", "HEAD")], ids=" ".join)
def test_every_format_of_every_command_twice(prompts: Repo, command: tuple[str, ...], form: str) -> None:
    first = drawn(prompts, *command, "--format", form, code=0)
    assert first and first.endswith("\n")
    assert drawn(prompts, *command, "--format", form, "--no-cache", code=0) == first


@pytest.mark.parametrize("option", [("--data", "rows.csv"), ("--models", "gpt-4o")])
def test_what_is_no_list_of_prompts_has_fewer_formats(prompts: Repo, option: tuple[str, str]) -> None:
    ran = llm_cost(prompts.path, "estimate", "prompts/search.md", *option, "--format", "html")
    failed(ran, 2, f"--format html and {option[0]} are both given")


def test_no_text_of_a_prompt_is_in_any_format(prompts: Repo) -> None:
    prompts.write("prompts/search.md", "CANARY-7731 {{ question }} " + words(50))
    for command in (("estimate",), ("check", "--base", "HEAD"), ("diff", "HEAD")):
        for form in FORMATS:
            ran = llm_cost(prompts.path, *command, "--format", form, env={SUMMARY: ""})
            assert "CANARY" not in ran.out + ran.err


def test_several_manifests_are_one_list(prompts: Repo) -> None:
    prompts.write(
        "sub/llm-cost.toml", PROJECT.replace("limit = 10.00", "limit = 0.10").replace("prompts/search", "more")
    )
    prompts.write("sub/more.md", words(900))
    prompts.write("sub/prompts/classify.md", words(10))
    (run,) = json.loads(drawn(prompts, "check", "--format", "sarif"))["runs"]
    (result,) = run["results"]
    assert where(result["locations"][0]) == ("sub/llm-cost.toml", lines_of(prompts)["limit"])
