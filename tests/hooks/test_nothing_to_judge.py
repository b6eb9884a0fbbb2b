"""A gate that finds nothing to judge is no pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from llmcost_hooks.hooks import pre_commit, pre_push

from ..cli.running import failed, llm_cost, passed
from ..repos import Repo

MANIFEST = 'version = 1\n[defaults]\nmodel = "gpt-4o"\n[budget]\nlimit = 1\n'


@pytest.mark.parametrize("rest", ['[discover]\ninclude = ["promtps/**"]\n', "", '[discover]\nexclude = ["**"]\n'])
def test_a_manifest_that_finds_no_prompt(repo: Repo, rest: str) -> None:
    repo.write("llm-cost.toml", MANIFEST + rest)
    repo.write("src/main.py", "print()")
    repo.commit()
    for args in ((), ("--staged",), ("--rev", "HEAD"), ("--base", "HEAD")):
        failed(llm_cost(repo.path, "check", *args), 2, "finds no prompt", "[discover] include")


def test_without_a_manifest_too(repo: Repo) -> None:
    repo.write("src/main.py", "print()")
    repo.commit()
    failed(llm_cost(repo.path, "check"), 2, "No prompt was found")


def test_a_manifest_without_paths_uses_the_well_known_names(repo: Repo) -> None:
    repo.write("llm-cost.toml", MANIFEST)
    repo.write("prompts/a.md", "Answer in one word.\n" * 200_000)
    repo.commit()
    failed(llm_cost(repo.path, "check"), 1, "Exit code: 1 (BUDGET_EXCEEDED)")


@pytest.mark.parametrize("hook", [pre_commit.main, pre_push.main])
@pytest.mark.parametrize("name", ["PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"])
def test_half_a_range_is_an_error(
    repo: Repo,
    hook: Callable[[list[str]], int],
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    repo.commit()
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("PRE_COMMIT", "1")
    monkeypatch.setenv(name, "HEAD")
    assert hook([]) == 2
    assert "Only one of PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF" in capsys.readouterr().err


def test_an_unmerged_path_that_is_no_prompt_is_nobodys_business(repo: Repo) -> None:
    repo.write("prompts/a.md", "Answer in one word.")
    repo.write("src/main.c", "one")
    repo.commit()
    repo.branch("other")
    repo.write("src/main.c", "two")
    repo.commit()
    repo.checkout("main")
    repo.write("src/main.c", "three")
    repo.commit()
    assert repo.run("merge", "other").code != 0
    for args in ((), ("--staged",)):
        assert passed(llm_cost(repo.path, "estimate", "--model", "gpt-4o", *args)).code == 0


def test_the_increase_since_the_branch_left(repo: Repo) -> None:
    """main has lost a prompt since: against its tip the branch is dearer, against where it left it is not."""
    repo.write("llm-cost.toml", MANIFEST.replace("limit = 1", 'limit = 1\nmax_increase = "10%"'))
    repo.write("prompts/a.md", "Answer in one word.\n" * 50)
    repo.write("prompts/b.md", "Answer in two words.\n" * 50)
    repo.commit()
    repo.branch("feature")
    repo.checkout("main")
    repo.rm("prompts/b.md")
    repo.commit()
    repo.checkout("feature")
    failed(llm_cost(repo.path, "check", "--base", "main"), 1)
    passed(llm_cost(repo.path, "check", "--base", "main", "--merge-base"))
    failed(llm_cost(repo.path, "check", "--merge-base"), 2, "--merge-base needs --base")
