"""`--models`, `choose`, `--per`, `--confirm-above`: which model, quoted for what, and a question before it is dear."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ..repos import Repo
from .running import PROJECT, Ran, answer, cost, failed, llm_cost, passed, total, words
from .terminal import converse

THREE = "gpt-4o,gpt-4o-mini,claude-sonnet-4-5"


def models(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in found["models"]}


# --- side by side -----------------------------------------------------------------------------------------------------


def test_each_model_is_what_model_says_alone(prompts: Repo) -> None:
    found = answer(prompts, "estimate", "--models", THREE)
    assert found["schema"] == "llm-cost/estimate-models/1"
    for name, each in models(found).items():
        alone = answer(prompts, "estimate", "--model", name)
        assert (each["total"], each["prompts"], each["grade"]) == (alone["total"], alone["prompts"], alone["grade"])
        calls = total(*(cost_of(row) for row in alone["prompts"]))
        assert each["per_call"] == calls
    assert [name for name, each in models(found).items() if each["cheapest"]] == ["gpt-4o-mini"]


def cost_of(row: dict[str, Any]) -> str:
    """USD of one call."""
    return f"{(Decimal(row['effective_cost']) / row['calls']).normalize():f}"


def test_the_table_has_a_column_for_each(prompts: Repo) -> None:
    out = passed(llm_cost(prompts.path, "estimate", "--models", THREE, "--sort", "cost")).out
    table = out.split("\n\n")[1].splitlines()
    assert table[0].split() == ["prompt_id", "gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"]
    cells = {line.split("  ")[0]: line.split()[-3:] for line in table[2:]}
    assert list(cells) == ["search", "classify", "Total", "One call", "Counts"]
    assert cells["search"][:2] == ["$1.50", "$0.09"] and cells["search"][2].startswith("~$")
    assert cells["Total"][:2] == ["$2.25", "$0.14"]
    assert cells["One call"][:2] == ["$0.0022", "$0.00014"]
    assert cells["Counts"] == ["exact", "exact", "heuristic"]
    assert "Cheapest: gpt-4o-mini, $0.14" in out and "counts heuristic (~)" in out
    markdown = passed(llm_cost(prompts.path, "estimate", "--models", THREE, "--format", "markdown")).out
    assert "| prompt_id " in markdown and "| gpt-4o-mini " in markdown


def test_a_model_without_a_price_says_why_beside_the_others(prompts: Repo) -> None:
    ran = failed(llm_cost(prompts.path, "estimate", "--models", "gpt-4o,gpt-5x,gpt-4o-mini"), 4, "gpt-5x", "gpt-5.6")
    assert 'gpt-5x: no price is known for the model "gpt-5x"' in ran.out
    assert "Cheapest: gpt-4o-mini" in ran.out
    found = models(answer(prompts, "estimate", "--models", "gpt-4o,gpt-5x", code=4))
    assert found["gpt-5x"]["total"]["cost"] is found["gpt-5x"]["per_call"] is None
    assert not found["gpt-5x"]["cheapest"] and found["gpt-4o"]["cheapest"]


def test_one_prompt_of_several_without_a_price_is_named(prompts: Repo) -> None:
    manifest = PROJECT.replace('prompt_id = "search"', 'prompt_id = "search"\nscenario = "batch"')
    prompts.write("llm-cost.toml", manifest)
    ran = failed(llm_cost(prompts.path, "estimate", "--models", "gpt-4o,gpt-4-32k"), 4)
    assert "gpt-4-32k: search: gpt-4-32k has no batch price" in ran.out
    assert "Cheapest: gpt-4o" in ran.out


def test_lower_bounds_rank_nothing(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace("output_tokens = 50\n", ""))
    ran = passed(llm_cost(prompts.path, "estimate", "--models", "gpt-4o,gpt-4o-mini"))
    assert "≥ $1.00" in ran.out and "Cheapest: not known, since costs are lower bounds (≥)" in ran.out
    assert not any(each["cheapest"] for each in answer(prompts, "estimate", "--models", THREE)["models"])


def test_bands_that_overlap_are_said(prompts: Repo) -> None:
    out = passed(llm_cost(prompts.path, "estimate", "--models", "claude-sonnet-4-5,claude-sonnet-4")).out
    assert "Cheapest: claude-sonnet-4-5" in out and "within the bands of counts it may be claude-sonnet-4" in out


def test_models_of_a_file_outside_of_any_repository(tmp_path: Any) -> None:
    (tmp_path / "a.md").write_text(words(100))
    found = models(answer(tmp_path, "estimate", "a.md", "--models", "gpt-4o,gpt-4", "--output-tokens", "0"))
    assert found["gpt-4o"]["total"]["cost"] == cost("gpt-4o", 100, 0) and found["gpt-4"]["total"]["cost"] == "0.003"
    (tmp_path / "none").mkdir()


def test_nothing_to_compare(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", 'version = 1\n[discover]\ninclude = ["none/*"]\n')
    assert "No prompts were found" in passed(llm_cost(prompts.path, "estimate", "--models", "gpt-4o")).out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--models", "gpt-4o,,gpt-4"), "--models has an empty name"),
        (("--models", ""), "--models has an empty name"),
        (("--models", "a", "--model", "b"), "--models and --model are both given"),
        (("--models", "a", "--show-parts"), "--models and --show-parts are both given"),
        (("--models", "a", "--confirm-above", "1"), "--models and --confirm-above are both given"),
        (("--models", "a", "--data", "x.csv"), "--data and --models are both given"),
        (("--per", "call", "--data", "x.csv"), "--data and --per are both given"),
        (("--per", "call", "--calls", "3"), "--per call and --calls are both given"),
        (("--per", "million", "--calls", "3"), "--per million and --calls are both given"),
    ],
)
def test_what_does_not_go_together(prompts: Repo, args: tuple[str, ...], said: str) -> None:
    failed(llm_cost(prompts.path, "estimate", *args), 2, said)


# --- per what ---------------------------------------------------------------------------------------------------------


def test_costs_of_a_call_of_the_period_and_of_a_million(prompts: Repo) -> None:
    whole = {
        unit: answer(prompts, "estimate", *(("--per", unit) if unit else ()))
        for unit in ("", "call", "period", "million")
    }
    assert whole["period"] == whole[""]
    assert whole["call"]["total"]["cost"] == total(cost("gpt-4o", 400, 50), cost("gpt-4o-mini", 100, 50))
    assert Decimal(whole["million"]["total"]["cost"]) == 10**6 * Decimal(whole["call"]["total"]["cost"])
    assert [each["unit"]["period"] for each in whole.values()] == ["month", None, "month", None]
    assert {row["calls"] for row in whole["million"]["prompts"]} == {10**6}
    said = passed(llm_cost(prompts.path, "estimate", "--per", "million")).out
    assert "Cost of 1,000,000 calls of every prompt; " in said
    assert "Cost of one call of every prompt; " in passed(llm_cost(prompts.path, "estimate", "--per", "call")).out


def test_without_a_period_there_is_no_cost_of_one(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace('period = "month"\n', ""))
    failed(llm_cost(prompts.path, "estimate", "--per", "period"), 2, "no period is declared", 'period = "month"')
    (prompts.path / "llm-cost.toml").unlink()
    failed(llm_cost(prompts.path, "estimate", "--per", "period", "--model", "gpt-4o"), 2, "no period is declared")


def test_a_diff_of_calls_when_the_period_changes(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace("month", "week"))
    prompts.write("prompts/search.md", words(500))
    assert answer(prompts, "diff", "HEAD")["total"]["delta"] is None
    found = answer(prompts, "diff", "HEAD", "--per", "call")
    assert found["total"]["delta"] == "0.00025" == found["total"]["split"]["text"]


def test_training_is_no_part_of_calls(prompts: Repo) -> None:
    manifest = PROJECT.replace('prompt_id = "search"\n', 'prompt_id = "search"\ntraining_tokens = 1000000\n')
    prompts.write("llm-cost.toml", manifest + '\n[prices.override."gpt-4o"]\ntraining = 25\n')
    trained = answer(prompts, "estimate")["total"]["cost"]
    assert Decimal(trained) > 10
    assert answer(prompts, "estimate", "--per", "call")["total"]["cost"] == total(
        cost("gpt-4o", 400, 50), cost("gpt-4o-mini", 100, 50)
    )


def test_several_manifests_lose_their_periods_together(prompts: Repo) -> None:
    prompts.write("sub/llm-cost.toml", PROJECT.replace("month", "week"))
    prompts.write("sub/prompts/search.md", words(400))
    prompts.write("sub/prompts/classify.md", words(100))
    prompts.commit("nested")
    failed(llm_cost(prompts.path, "estimate"), 2, "period differs between manifests")
    one = total(cost("gpt-4o", 400, 50), cost("gpt-4o-mini", 100, 50))
    assert answer(prompts, "estimate", "--per", "call")["total"]["cost"] == total(one, one)


def test_list_and_effective_cost_are_side_by_side(prompts: Repo) -> None:
    plain = passed(llm_cost(prompts.path, "estimate")).out
    assert "List cost" not in plain
    out = passed(llm_cost(prompts.path, "estimate", "--scenario", "batch")).out
    assert out.split("\n\n")[1].splitlines()[0].split()[-3:] == ["List", "cost", "Cost"]
    assert [line.split()[-2:] for line in out.splitlines() if line.startswith("search ")] == [["$1.50", "$0.75"]]
    assert "List cost: $1.54" in out
    diff = passed(llm_cost(prompts.path, "diff", "HEAD", "--scenario", "batch")).out
    assert "List cost: $1.54 → $1.54" in diff
    assert "List cost" not in passed(llm_cost(prompts.path, "diff", "HEAD")).out


def test_check_says_both_beside_its_limits(prompts: Repo) -> None:
    """The limits stay those of the period."""
    ran = passed(llm_cost(prompts.path, "check", "--per", "call", "--scenario", "batch"))
    assert "Within budget: $0.77 of $10.00" in ran.out
    assert "note: One call of every prompt: $0.00077\n" in ran.out and "note: List cost: $1.54\n" in ran.out
    ran = passed(llm_cost(prompts.path, "check", "--per", "million"))
    assert "note: 1,000,000 calls of every prompt: $1,545.00\n" in ran.out and "List cost" not in ran.out
    assert "calls of every prompt: $" not in passed(llm_cost(prompts.path, "check", "--per", "period")).out


# --- choose -----------------------------------------------------------------------------------------------------------

QUALITY = """
[quality]
"gpt-4o" = 90
"gpt-4o-mini" = 82
"claude-sonnet-4-5" = 93.5
"gpt-4" = 70
"""


@pytest.fixture
def judged(prompts: Repo) -> Repo:
    prompts.write("llm-cost.toml", PROJECT + QUALITY)
    return prompts


@pytest.mark.parametrize(
    ("args", "chosen"),
    [
        ((), "gpt-4o-mini"),
        (("--quality", "82"), "gpt-4o-mini"),
        (("--quality", "82.5"), "gpt-4o"),
        (("--quality", "91"), "claude-sonnet-4-5"),
        (("--quality", "90", "--max-cost", "1.50"), "gpt-4o"),
        (("--quality", "90", "--max-cost", "$0.0015", "--per", "call"), "gpt-4o"),
        (("--rev", "HEAD", "--quality", "91"), None),
    ],
)
def test_the_cheapest_that_is_good_enough(judged: Repo, args: tuple[str, ...], chosen: str | None) -> None:
    if chosen is None:
        failed(llm_cost(judged.path, "choose", "search", *args), 2, "has no [quality]")
        return
    found = answer(judged, "choose", "search", *args)
    assert (found["schema"], found["chosen"]) == ("llm-cost/choose/1", chosen)
    assert [each["model"] for each in found["candidates"] if each["chosen"]] == [chosen]
    ran = passed(llm_cost(judged.path, "choose", "search", *args))
    assert ran.out.startswith(f"✅ {chosen} for search: ")
    assert "4 models have a [quality] here; those without one are no candidates" in ran.out
    assert passed(llm_cost(judged.path, "-q", "choose", "search", *args)).out == ""


def refused(ran: Ran) -> str:
    assert ran.out.startswith("❌ No model can be chosen for search\n")
    return failed(ran, 1, "No model can be chosen for search", "--max-cost", "[quality]").out


def test_no_candidate_says_why_of_each(judged: Repo) -> None:
    out = refused(llm_cost(judged.path, "choose", "search", "--quality", "90", "--max-cost", "1.49"))
    assert "quality 82 is below 90" in out and "costs $1.50, more than $1.49" in out
    found = answer(judged, "choose", "search", "--quality", "95", code=1)
    assert found["chosen"] is None and found["min_quality"] == "95" and found["max_cost"] is None
    assert all(each["refused"].endswith("is below 95") for each in found["candidates"])


def test_what_is_over_by_less_than_a_cent_is_seen(judged: Repo) -> None:
    assert "costs $1.5, more than $1.4999" in refused(
        llm_cost(judged.path, "choose", "search", "--quality", "90", "--max-cost", "1.4999")
    ).replace("$1.50", "$1.5")


def test_the_context_has_to_hold_prompt_and_answer(judged: Repo) -> None:
    judged.write("prompts/search.md", words(8100))
    out = passed(llm_cost(judged.path, "choose", "search", "--output-tokens", "100", "--quality", "0")).out
    assert "8,100 input and 100 output tokens do not fit its context window of 8,192" in out
    out = refused(llm_cost(judged.path, "choose", "search", "--output-tokens", "100000"))
    assert "100,000 output tokens are more than the 16,384 that it gives" in out


def test_a_lower_bound_is_no_cost_to_choose_by(judged: Repo) -> None:
    judged.write("llm-cost.toml", (PROJECT + QUALITY).replace("output_tokens = 50\n", ""))
    assert "its cost is a lower bound: its output size is unknown" in refused(llm_cost(judged.path, "choose", "search"))
    judged.write("llm-cost.toml", PROJECT + QUALITY)
    judged.write("prompts/search.md", "About {{topic}}")
    assert "its cost is a lower bound: topic is unknown" in refused(llm_cost(judged.path, "choose", "search"))


def test_a_candidate_that_nobody_knows(judged: Repo) -> None:
    judged.write("llm-cost.toml", PROJECT + '\n[quality]\n"gpt-4o-minni" = 5\n"gpt-4o-mini" = 4\n')
    ran = passed(llm_cost(judged.path, "choose", "search"))
    assert 'no price is known for the model "gpt-4o-minni"' in ran.out
    assert "note: gpt-4o, which the prompt has now, is not among them" in ran.out
    refused(llm_cost(judged.path, "choose", "search", "--quality", "5"))


def test_a_model_of_the_project_with_no_known_window_is_no_candidate(judged: Repo) -> None:
    own = '\n[prices.model."ours"]\ninput = 1\noutput = 1\n[quality]\nours = 99\n'
    judged.write("llm-cost.toml", PROJECT + own)
    assert "its context window is not known" in refused(llm_cost(judged.path, "choose", "search"))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("serch",), "Did you mean: search"),
        (("search", "--model", "gpt-4o"), "Leave it out"),
        (("search", "--staged", "--rev", "HEAD"), "Keep one"),
    ],
)
def test_what_choose_refuses(judged: Repo, args: tuple[str, ...], said: str) -> None:
    failed(llm_cost(judged.path, "choose", *args), 2, said)


def test_quality_is_never_invented(prompts: Repo) -> None:
    failed(llm_cost(prompts.path, "choose", "search"), 2, "llm-cost.toml has no [quality]", '"gpt-4o" = 90')


def test_a_prompt_that_cannot_be_read_is_no_question_of_models(judged: Repo) -> None:
    judged.write("prompts/search.md", b"\xff\xfe")
    failed(llm_cost(judged.path, "choose", "search"), 3, "prompts/search.md")


@pytest.mark.parametrize("value", ['"high"', "-1", "true", '{ "gpt-4o" = "good" }'])
def test_what_is_no_quality(prompts: Repo, value: str) -> None:
    text = f'\n[quality]\n"gpt-4o" = {value}\n' if "{" not in value else ""
    prompts.write("llm-cost.toml", (f"quality = {value}\n" if not text else "") + PROJECT + text)
    failed(llm_cost(prompts.path, "estimate"), 2, "quality must be a table of numbers by model")


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "code"), [("1.545", 0), ("$1.60", 0), ("1.544", 1), ("0", 1)])
def test_without_a_terminal_what_is_dear_fails(prompts: Repo, most: str, code: int) -> None:
    ran = llm_cost(prompts.path, "estimate", "--confirm-above", most)
    if code:
        failed(ran, 1, "The cost is $1.54", "there is no terminal to ask on", "To go on: --yes")
    else:
        passed(ran)
    assert "Total: $1.54" in ran.out
    passed(llm_cost(prompts.path, "estimate", "--confirm-above", most, "--yes"))


def test_what_is_not_known_may_be_dear(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace("output_tokens = 50\n", ""))
    failed(llm_cost(prompts.path, "estimate", "--confirm-above", "1000"), 1, "The cost is at least $1.02")


def test_a_failure_comes_first(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace('"gpt-4o"', '"gpt-5x"'))
    failed(llm_cost(prompts.path, "estimate", "--confirm-above", "0", "--yes"), 4)


def test_a_batch_is_asked_about_as_a_whole(prompts: Repo) -> None:
    prompts.write("prompts/search.md", "About {{topic}}")
    prompts.write("rows.jsonl", '{"topic": "a"}\n' * 1000)
    batch = ("estimate", "prompts/search.md", "--data", "rows.jsonl", "--confirm-above")
    passed(llm_cost(prompts.path, *batch, "1"))
    failed(llm_cost(prompts.path, *batch, "0.1"), 1, "The cost is $0.5", "To go on: --yes")


@pytest.mark.parametrize(("reply", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_it_asks_and_no_is_the_default(prompts: Repo, reply: str, code: int) -> None:
    ended, shown = converse(
        prompts.path, "estimate", "--confirm-above", "1", answers=[("--confirm-above is $1.00. Go on? [y/N]", reply)]
    )
    assert ended == code
    assert ("not confirmed" in shown) == bool(code) and "Total: $1.54" in shown
