"""`llm-cost diff`: why costs changed, and what a reader asks to see or to fail on."""

from __future__ import annotations

import pytest

from ..repos import Repo
from .running import PROJECT, answer, failed, llm_cost, passed, rows, total, words

PARTS = ("text", "model", "assumptions", "prices")


def delta(repo: Repo, *args: str, prompt_id: str = "search") -> dict[str, str | None]:
    """The difference of one prompt; its parts add up to it."""
    found: dict[str, str | None] = rows(answer(repo, "diff", *args))[prompt_id]["delta"]
    parts = [part for name in PARTS if (part := found[name]) is not None]
    if len(parts) == len(PARTS):
        assert total(*parts) == found["cost"]
    return found


def in_gpt_4(manifest: str, calls: int = 1000) -> str:
    return manifest.replace('prompt_id = "search"\n', f'prompt_id = "search"\nmodel = "gpt-4"\ncalls = {calls}\n')


@pytest.mark.parametrize("memo", [(), ("--no-cache",)])
def test_every_reason_at_once(prompts: Repo, memo: tuple[str, ...]) -> None:
    """Head's text is counted in the encodings of both models: this word has 3 tokens in one and 6 in the other."""
    prompts.write("prompts/search.md", words(400) + " Größenordnungen")
    prompts.write("llm-cost.toml", in_gpt_4(PROJECT, 2000) + '\n[prices.override."gpt-4"]\ninput = 20\n')
    found = delta(prompts, "HEAD", *memo)
    assert found["text"] == "0.0075"  # 1,000 calls x 3 tokens x $2.5
    # 1,000 x (406 x $30 + 50 x $60) - 1,000 x (403 x $2.5 + 50 x $10)
    assert found["model"] == total("15.18", "-1.5075")
    assert found["assumptions"] == "15.18"
    assert found["prices"] == "-8.12"  # 2,000 x 406 x $10
    table = passed(llm_cost(prompts.path, "diff", "HEAD")).out
    assert "text +$0.0075, model +$13.67, assumptions +$15.18, prices -$8.12" in table
    assert "Of which: text +$0.0075" in table


def test_a_text_that_meets_another_model_is_counted_once_more_and_others_are_not(
    prompts: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from llmcost_hooks import counting, facts

    asked: list[int] = []

    def counted(*args: object) -> object:
        asked.append(len(args[1]))  # type: ignore[arg-type]
        return counting.count_blobs(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(facts, "count_blobs", counted)
    prompts.write("prompts/search.md", words(410))
    prompts.write("prompts/classify.md", words(110))
    answer(prompts, "diff", "HEAD", "--no-cache")
    assert sum(asked) == 4
    asked.clear()
    prompts.write("llm-cost.toml", in_gpt_4(PROJECT))
    answer(prompts, "diff", "HEAD", "--no-cache")
    assert sum(asked) == 5


def test_an_included_file_is_text(prompts: Repo) -> None:
    prompts.write("prompts/search.prompt", "---\nmodel: gpt-4o\n---\n{{>tail}} " + words(10))
    prompts.write("prompts/_tail.prompt", words(20))
    prompts.write("llm-cost.toml", PROJECT.replace("search.md", "search.prompt"))
    prompts.commit("partial")
    prompts.write("prompts/_tail.prompt", words(30))
    prompts.write("llm-cost.toml", in_gpt_4(PROJECT.replace("search.md", "search.prompt")))
    found = delta(prompts, "HEAD")
    assert found["text"] == "0.025"
    assert found["model"] not in (None, "0") and found["assumptions"] == found["prices"] == "0"


def test_a_moved_prompt_keeps_its_reasons(prompts: Repo) -> None:
    prompts.mv("prompts/search.md", "lib/search.md")
    prompts.write("llm-cost.toml", in_gpt_4(PROJECT).replace("prompts/search.md", "lib/search.md"))
    found = delta(prompts, "HEAD")
    assert found["text"] == "0" and found["model"] == found["cost"]


def test_a_part_that_is_not_known_is_said(prompts: Repo) -> None:
    manifest = PROJECT.replace("output_tokens = 50", 'output_tokens = 50\nscenario = "batch"')
    prompts.write("llm-cost.toml", manifest)
    prompts.commit("batch")
    prompts.write("llm-cost.toml", in_gpt_4(PROJECT).replace('"gpt-4"', '"gpt-4-32k"'))  # which is in no batch
    found = delta(prompts, "HEAD")
    assert (found["text"], found["model"], found["assumptions"], found["prices"]) == ("0", None, None, "0")
    out = passed(llm_cost(prompts.path, "diff", "HEAD")).out
    assert "model ?, assumptions ?" in out
    assert "search: what model and assumptions alone cost is not known: gpt-4-32k has no batch price" in out


# --- prices of another day --------------------------------------------------------------------------------------------

ROWS = """
[[prices.rows]]
model = "gpt-4o"
effective_from = "2025-01-01"
input = 5
output = 20
operator = "somebody"

[[prices.rows]]
model = "gpt-4o"
effective_from = "2026-02-01"
input = 2.5
output = 10
operator = "somebody"
"""


@pytest.mark.parametrize("day", ["2026-01-15", "HEAD~1"])
def test_prices_at_a_day_or_at_a_commit(prompts: Repo, day: str) -> None:
    """The commits of these tests are of January 2026."""
    prompts.write("llm-cost.toml", PROJECT + ROWS)
    prompts.commit("rows")
    prompts.write("prompts/search.md", words(410))
    found = delta(prompts, "HEAD", "--prices-at", day)
    assert found == {"cost": "-1.475", "text": "0.05", "model": "0", "assumptions": "0", "prices": "-1.525"}
    document = answer(prompts, "diff", "HEAD", "--prices-at", day)
    sides = [document[side]["prices"]["as_of"] for side in ("base", "head")]
    assert sides == [day if day[0] == "2" else "2026-01-01", None]
    assert delta(prompts, "HEAD")["prices"] == "0"


def test_prices_at_without_a_manifest_and_above_a_pinned_day(prompts: Repo) -> None:
    pinned = '\n[prices]\nas_of = "2026-10-20"\n'
    prompts.write("llm-cost.toml", PROJECT + pinned)
    prompts.commit("pinned")
    assert answer(prompts, "diff", "HEAD", "--prices-at", "2026-11-01")["base"]["prices"]["as_of"] == "2026-11-01"
    prompts.rm("llm-cost.toml")
    prompts.commit("none")
    document = answer(prompts, "diff", "HEAD", "--prices-at", "2026-11-01", "--model", "gpt-4o")
    assert document["base"]["prices"]["as_of"] == "2026-11-01"


@pytest.mark.parametrize("day", ["2026-13-01", "nothing", "2026-1-1"])
def test_what_is_no_day(prompts: Repo, day: str) -> None:
    failed(llm_cost(prompts.path, "diff", "HEAD", "--prices-at", day), 2, day)


# --- what to fail on --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "code"), [("13%", 0), ("12.95%", 0), ("12.9%", 1), ("$0.20", 0), ("$0.2", 0), ("$0.19", 1), ("0%", 1)]
)
def test_fail_on_increase(prompts: Repo, allowed: str, code: int) -> None:
    """From $1.545 to $1.745."""
    prompts.write("prompts/search.md", words(480))
    ran = llm_cost(prompts.path, "diff", "HEAD", "--fail-on-increase", allowed)
    if code:
        failed(ran, 1, "main → worktree: the cost increases by $0.2", "--fail-on-increase")
    else:
        passed(ran)
    assert "Total: " in ran.out
    quiet = llm_cost(prompts.path, "-q", "diff", "HEAD", "--fail-on-increase", allowed)
    assert quiet.code == code and bool(quiet.out) == bool(code)


def test_a_decrease_and_no_change_never_fail(prompts: Repo) -> None:
    passed(llm_cost(prompts.path, "diff", "HEAD", "--fail-on-increase", "0%"))
    prompts.write("prompts/search.md", words(1))
    passed(llm_cost(prompts.path, "diff", "HEAD", "--fail-on-increase", "$0"))


@pytest.mark.parametrize("allowed", ["1000%", "$0.01"])
def test_an_increase_over_nothing(prompts: Repo, allowed: str) -> None:
    """Any percentage of nothing is nothing."""
    prompts.git("checkout", "-q", "--orphan", "empty")
    prompts.git("rm", "-qrf", ".")
    prompts.write("README", "x")
    prompts.commit("empty")
    ran = llm_cost(prompts.path, "diff", "empty", "main", "--fail-on-increase", allowed)
    failed(ran, 1, "empty → main: the cost increases by $1.54")


def test_what_cannot_be_judged_does_not_pass(prompts: Repo) -> None:
    limit = ("diff", "HEAD", "--fail-on-increase", "1000%")
    prompts.write("llm-cost.toml", PROJECT.replace('"gpt-4o"', '"gpt-5x"'))
    failed(llm_cost(prompts.path, *limit), 4, "gpt-5x")
    prompts.write("llm-cost.toml", PROJECT.replace('model = "gpt-4o"\n', ""))
    passed(llm_cost(prompts.path, "diff", "HEAD"))  # without a model a diff shows tokens; a limit needs money
    failed(llm_cost(prompts.path, *limit), 2, "no model is named")
    prompts.write("llm-cost.toml", PROJECT.replace("month", "week"))
    failed(llm_cost(prompts.path, *limit), 2, "period changes from month to week")


@pytest.mark.parametrize("text", ["", "25", "5$", "-1%", "25 %%", "€5"])
def test_what_is_no_increase(prompts: Repo, text: str) -> None:
    failed(llm_cost(prompts.path, "diff", "HEAD", "--fail-on-increase", text), 2, "--fail-on-increase 25%")


# --- what to see ------------------------------------------------------------------------------------------------------


def test_order_and_changed_only(prompts: Repo) -> None:
    prompts.write("prompts/zero.md", words(1))
    prompts.write("llm-cost.toml", PROJECT + '\n[discover]\ninclude = ["prompts/*.md"]\n')
    prompts.commit("zero")
    prompts.write("prompts/search.md", words(380))
    prompts.write("prompts/classify.md", words(900))

    def order(*args: str) -> list[str]:
        found = answer(prompts, "diff", "HEAD", *args)
        assert found["total"] == answer(prompts, "diff", "HEAD")["total"]
        ids = [row["prompt_id"] for row in found["prompts"]]
        table = passed(llm_cost(prompts.path, "diff", "HEAD", *args)).out.splitlines()
        first = [line.split()[0] for line in table[4 : 4 + len(ids)]]
        assert first == ids
        return ids

    assert order() == order("--sort", "name") == ["classify", "prompts/zero.md", "search"]
    assert order("--sort", "delta") == ["classify", "prompts/zero.md", "search"]
    assert order("--sort", "cost") == ["search", "prompts/zero.md", "classify"]
    assert order("--changed-only", "--sort", "cost") == ["search", "classify"]
    assert "1 unchanged prompt is not shown." in llm_cost(prompts.path, "diff", "HEAD", "--changed-only").out


def test_groups_of_a_diff(prompts: Repo) -> None:
    tagged = PROJECT.replace('prompt_id = "search"', 'prompt_id = "search"\ntags = { team = "a|b" }')
    prompts.write("llm-cost.toml", tagged)
    prompts.write("prompts/search.md", words(480))
    found = answer(prompts, "diff", "HEAD", "--group-by", "team")
    groups = {each["value"]: each["total"] for each in found["groups"]}
    assert list(groups) == ["a|b", None] and {each["tag"] for each in found["groups"]} == {"team"}
    assert groups["a|b"]["delta"] == "0.2" and groups[None]["delta"] == "0"
    assert total(*(each["head"] for each in groups.values())) == found["total"]["head"]
    assert total(*(each["base"] for each in groups.values())) == found["total"]["base"]
    table = passed(llm_cost(prompts.path, "diff", "HEAD", "--group-by", "team")).out
    assert "By team:\n  • a|b: $1.50 → $1.70 (+13%)\n  • without team: $0.04 → $0.04\n" in table
    assert answer(prompts, "diff", "HEAD")["groups"] == []


def test_groups_and_order_of_an_estimate(prompts: Repo) -> None:
    tagged = PROJECT.replace('prompt_id = "search"', 'prompt_id = "search"\ntags = { team = "x" }')
    prompts.write("llm-cost.toml", tagged)
    found = answer(prompts, "estimate", "--group-by", "team", "--sort", "cost")
    assert [row["prompt_id"] for row in found["prompts"]] == ["search", "classify"]
    assert [(each["value"], each["total"]["cost"]) for each in found["groups"]] == [("x", "1.5"), (None, "0.045")]
    table = passed(llm_cost(prompts.path, "estimate", "--group-by", "team", "--sort", "cost")).out
    assert "By team:\n  • x: $1.50\n  • without team: $0.04\n" in table
    assert table.index("search") < table.index("classify")


def test_groups_of_a_check(prompts: Repo) -> None:
    tagged = PROJECT.replace('prompt_id = "search"', 'prompt_id = "search"\ntags = { team = "x" }')
    prompts.write("llm-cost.toml", tagged)
    prompts.write("prompts/search.md", words(480))
    found = answer(prompts, "check", "--group-by", "team")
    assert [(each["value"], each["total"]["cost"]) for each in found["groups"]] == [("x", "1.7"), (None, "0.045")]
    assert answer(prompts, "check")["groups"] == []
    alone = passed(llm_cost(prompts.path, "check", "--group-by", "team")).out
    assert "By team:\n  • x: $1.70\n  • without team: $0.04\n" in alone
    over = passed(llm_cost(prompts.path, "check", "--base", "HEAD", "--group-by", "team")).out
    assert "By team:\n  • x: $1.50 → $1.70 (+13%)\n  • without team: $0.04 → $0.04\n" in over


@pytest.mark.parametrize("command", [("diff", "HEAD"), ("estimate",), ("check",)])
def test_a_tag_that_nothing_has(prompts: Repo, command: tuple[str, ...]) -> None:
    failed(llm_cost(prompts.path, *command, "--group-by", "tema"), 2, 'No prompt has the tag "tema"', "Write them")
    prompts.write("llm-cost.toml", PROJECT + '\n[tags]\nteam = "x"\n')
    failed(llm_cost(prompts.path, *command, "--group-by", "tema"), 2, "Tags that there are: team.")
