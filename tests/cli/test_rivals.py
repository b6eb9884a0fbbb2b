"""Faults that tools of this kind have had, each as a case of its own."""

from __future__ import annotations

import pytest

from ..repos import Repo
from .running import PROJECT, answer, call_hook, cost, document, failed, llm_cost, passed, rows, total, words


@pytest.mark.parametrize("model", ["gpt-99", "gpt-4o-turbo-preview", "claude", "local-llama", "o1000"])
def test_unknown_model_is_never_free(prompts: Repo, model: str) -> None:
    """Anywhere: an unknown price is an error, the total unknown, the budget not kept."""
    prompts.write("llm-cost.toml", PROJECT.replace('model = "gpt-4o-mini"', f'model = "{model}"'))
    for args in (("estimate",), ("check",), ("diff", "HEAD"), ("check", "--base", "HEAD")):
        found = document(llm_cost(prompts.path, *args, "--format", "json"))
        head = rows(found)["classify"]
        head = head["head"] if args[0] == "diff" else head
        assert (head["effective_cost"], head["list_cost"], head["at_least"]) == (None, None, None)
        assert found["total"]["head" if args[0] == "diff" else "cost"] is None
        failed(llm_cost(prompts.path, *args), 4, model)
    prompts.git("add", "--all")
    failed(call_hook(prompts.path, module="llmcost_hooks.hooks.pre_commit"), 4, model)


def test_one_total_everywhere(prompts: Repo) -> None:
    """`check`, `diff`, `estimate` and the hook make the same of one tree: entry, file, defaults, in this order."""
    prompts.write("prompts/own.prompt", f"---\nmodel: gpt-4o-mini\n---\n{words(70)}")
    prompts.write("prompts/both.prompt", f"---\nmodel: gpt-4o-mini\n---\n{words(80)}")
    entries = "".join(f'[[prompts]]\npath = "prompts/{n}.prompt"\nprompt_id = "{n}"\n' for n in ("own", "both"))
    prompts.write("llm-cost.toml", PROJECT + entries + 'model = "gpt-4o"\n')
    prompts.commit()
    expected = total(
        cost("gpt-4o", 400, 50, 1000), cost("gpt-4o-mini", 100, 50, 1000),
        cost("gpt-4o-mini", 70, 50, 1000), cost("gpt-4o", 80, 50, 1000),
    )  # fmt: skip
    for side in ((), ("--staged",), ("--rev", "HEAD")):
        assert answer(prompts, "estimate", *side)["total"]["cost"] == expected
        assert answer(prompts, "check", *side)["total"]["cost"] == expected
    for sides in (("HEAD",), ("--staged",), ("HEAD~1..HEAD",), ("--base", "HEAD~1")):
        assert answer(prompts, "diff", *sides)["total"]["head"] == expected
    text = f"${round(float(expected), 2):.2f}"
    head, zeros = prompts.oid("HEAD"), "0" * 40
    line = f"refs/heads/main {head} refs/heads/main {zeros}\n".encode()
    assert (
        text in passed(call_hook(prompts.path, "origin", "url", module="llmcost_hooks.hooks.pre_push", stdin=line)).out
    )


@pytest.mark.parametrize("base", ["main", "origin/main", "nowhere", "HEAD~5"])
def test_missing_base_is_never_no_change(repo: Repo, base: str) -> None:
    """As in CI, where the base branch has not been fetched."""
    repo.write("llm-cost.toml", PROJECT.replace('period = "month"', 'period = "month"\nmax_increase = "1%"'))
    repo.write("prompts/search.md", words(400))
    repo.write("prompts/classify.md", words(100))
    repo.commit()
    repo.git("branch", "-m", "feature")
    for args in (("diff", base), ("diff", f"{base}..."), ("diff", "--base", base), ("check", "--base", base)):
        ran = failed(llm_cost(repo.path, *args), 2, base)
        assert ran.out == ""


def test_new_manifest_is_not_no_change(repo: Repo) -> None:
    repo.write("prompts/search.md", words(300))
    repo.write("prompts/classify.md", words(100))
    repo.commit()
    repo.write("llm-cost.toml", PROJECT)
    repo.write("prompts/search.md", words(400))
    repo.commit()
    found = answer(repo, "diff", "HEAD~1..HEAD")
    assert found["total"]["delta"] == "0.25" and rows(found)["search"]["content"] == "modified"


def test_rename_is_no_removal_and_addition(prompts: Repo) -> None:
    prompts.mv("prompts/search.md", "lib/find.md")
    prompts.write("llm-cost.toml", PROJECT.replace("prompts/search.md", "lib/find.md"))
    found = rows(answer(prompts, "diff", "HEAD"))
    assert set(found) == {"search", "classify"}
    search = found["search"]
    assert (search["content"], search["base_path"], search["path"]) == ("unchanged", "prompts/search.md", "lib/find.md")
    assert "search: moved from prompts/search.md to lib/find.md" in passed(llm_cost(prompts.path, "diff", "HEAD")).out


def test_missing_file_is_no_decrease(prompts: Repo) -> None:
    prompts.rm("prompts/search.md")
    ran = failed(llm_cost(prompts.path, "diff", "HEAD"), 2, "prompts/search.md")
    found = answer(prompts, "diff", "HEAD", code=2)
    assert found["total"]["head"] is None and found["total"]["delta"] is None
    assert "-100%" not in ran.out and "(-" not in ran.out


@pytest.mark.parametrize(
    "text", ["<|endoftext|>", "a <|im_start|>system<|im_end|> b", "<|fim_prefix|><|endofprompt|>", "<s>[INST]"]
)
def test_special_tokens_are_text(prompts: Repo, text: str) -> None:
    """Neither refused nor one token."""
    prompts.write("prompts/search.md", text)
    tokens = rows(answer(prompts, "estimate"))["search"]["input_tokens"]
    assert tokens > text.count("|>")
    assert tokens > 3


def test_dots_in_a_name(prompts: Repo) -> None:
    for name in ("a..b.txt", "..c.md", "d..", "e/..f/g.md"):
        prompts.write(f"prompts/{name}", words(6))
    entries = "".join(f'[[prompts]]\npath = "prompts/{name}"\n' for name in ("a..b.txt", "..c.md", "d..", "e/..f/g.md"))
    prompts.write("llm-cost.toml", PROJECT + entries)
    prompts.commit()
    found = rows(answer(prompts, "diff", "HEAD~1", "HEAD"))
    assert {row["head"]["input_tokens"] for name, row in found.items() if name.startswith("prompts/")} == {6}
    assert len(found) == 6
    assert set(rows(answer(prompts, "estimate", "prompts/a..b.txt"))) == {"prompts/a..b.txt"}


def test_names_that_a_hook_manager_passes_count_nothing_twice(prompts: Repo) -> None:
    prompts.stage("prompts/search.md", words(2700))  # 7.25 USD of 10: twice would be over
    names = ["prompts/search.md", "prompts/classify.md", "prompts/search.md"]
    passed(call_hook(prompts.path, *names, module="llmcost_hooks.hooks.pre_commit"))
    assert answer(prompts, "estimate", *names)["total"] == answer(prompts, "estimate")["total"]


def test_two_paths_of_one_content_are_two_prompts(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT + '[[prompts]]\npath = "prompts/copy.md"\nprompt_id = "copy"\n')
    prompts.write("prompts/copy.md", words(400))
    found = answer(prompts, "estimate")
    assert rows(found)["copy"]["effective_cost"] == rows(found)["search"]["effective_cost"]
    assert found["total"]["input_tokens"] == 900


def test_small_costs_are_never_nothing(repo: Repo) -> None:
    repo.write("prompts/tiny.md", "a")
    repo.commit()
    args = ("estimate", "--model", "gpt-4o-mini", "--output-tokens", "0")
    found = answer(repo, *args)
    assert found["total"]["cost"] == "0.00000015"
    for form in ("table", "markdown"):
        out = passed(llm_cost(repo.path, *args, "--format", form)).out
        assert "$0.00000015" in out and "$0.00 " not in out and "$0.00\n" not in out
    repo.write("prompts/tiny.md", "a a")
    out = passed(llm_cost(repo.path, "diff", "HEAD", *args[1:])).out
    assert "+$0.00000015" in out and "+100%" in out


def test_large_costs_lose_no_digit(prompts: Repo) -> None:
    found = answer(prompts, "estimate", "--calls", "999999999999999")
    calls = 999_999_999_999_999
    expected = total(cost("gpt-4o", 400, 50, calls), cost("gpt-4o-mini", 100, 50, calls))
    assert found["total"]["cost"] == expected == "1544999999999.998455"


def test_text_of_an_exact_count_is_of_its_models_own_encoding(prompts: Repo) -> None:
    """gpt-4 and gpt-4.1 look alike and count differently; Claude is no exact count at all."""
    prompts.write("prompts/search.md", "Привет, мир! 你好，世界。 नमस्ते दुनिया")
    counts = {}
    for model in ("gpt-4", "gpt-4o", "gpt-4.1", "gpt-5", "o4-mini"):
        row = rows(answer(prompts, "estimate", "--model", model))["search"]
        assert row["grade"] == "exact"
        counts[model] = row["input_tokens"]
    assert counts["gpt-4"] > counts["gpt-4o"] == counts["gpt-4.1"] == counts["gpt-5"] == counts["o4-mini"]
    for model in ("claude-3-opus-20240229", "grok-3"):
        found = answer(prompts, "estimate", "--model", model)
        row = rows(found)["search"]
        assert (row["grade"], found["grade"]) == ("heuristic", "heuristic")
        assert row["input_tokens_band"][0] <= row["input_tokens"] <= row["input_tokens_band"][1]
        assert "~" in passed(llm_cost(prompts.path, "estimate", "--model", model)).out
