"""An increase that cannot be measured is not taken for a fall."""

from __future__ import annotations

from ..cli.running import failed, llm_cost, passed
from ..repos import Repo

MANIFEST = """\
version = 1
[defaults]
model = "gpt-4o"
output_ratio = 5
calls = 1000
[budget]
limit = 500
period = "month"
max_increase = "5%"
[discover]
include = ["prompts/**/*.md"]
"""


def test_an_output_size_that_is_dropped(repo: Repo) -> None:
    """The input is compared with the input: eleven times larger, although the total reads lower."""
    repo.write("llm-cost.toml", MANIFEST)
    repo.write("prompts/a.md", "word " * 800)
    repo.commit()
    repo.write("llm-cost.toml", MANIFEST.replace("output_ratio = 5\n", ""))
    repo.write("prompts/a.md", "word " * 9000)
    failed(llm_cost(repo.path, "check", "--base", "HEAD"), 1, "Exit code: 1 (BUDGET_EXCEEDED)")


def test_another_period(repo: Repo) -> None:
    repo.write("llm-cost.toml", MANIFEST)
    repo.write("prompts/a.md", "word " * 10)
    repo.commit()
    repo.write("llm-cost.toml", MANIFEST.replace('"month"', '"day"').replace("calls = 1000", "calls = 500"))
    failed(llm_cost(repo.path, "check", "--base", "HEAD"), 2, "period changes from month to day")
    found = passed(llm_cost(repo.path, "diff", "HEAD"))
    assert "cannot be compared" in found.out and "%" not in found.out


def test_another_period_and_a_limit_of_the_command_line(repo: Repo) -> None:
    manifest = MANIFEST.replace('max_increase = "5%"\n', "")
    assert "max_increase" not in manifest
    repo.write("llm-cost.toml", manifest)
    repo.write("prompts/a.md", "word " * 10)
    repo.commit()
    repo.write("llm-cost.toml", manifest.replace('"month"', '"day"'))
    passed(llm_cost(repo.path, "check", "--base", "HEAD"))
    increase = ("--max-increase", "10%")
    failed(llm_cost(repo.path, "check", "--base", "HEAD", *increase), 2, "period changes from month to day")


def test_a_manifest_that_was_deleted(repo: Repo) -> None:
    repo.write("llm-cost.toml", MANIFEST.replace("limit = 500", "limit = 0.01"))
    repo.write("prompts/a.md", "word " * 3000)
    repo.commit()
    (repo.path / "llm-cost.toml").unlink()
    failed(llm_cost(repo.path, "check", "--model", "gpt-4o"), 2, "git checkout HEAD -- llm-cost.toml")


def test_a_base_that_moved_on_is_said(repo: Repo) -> None:
    repo.write("llm-cost.toml", MANIFEST)
    repo.write("prompts/a.md", "word " * 10)
    repo.commit()
    repo.branch("feature")
    repo.checkout("main")
    repo.write("other", "x")
    repo.commit()
    repo.checkout("feature")
    assert "main has moved on" in passed(llm_cost(repo.path, "check", "--base", "main")).out


def test_an_ambiguous_name(repo: Repo) -> None:
    repo.write("prompts/a.md", "word")
    repo.commit()
    repo.git("branch", "both")
    repo.git("tag", "both")
    failed(llm_cost(repo.path, "diff", "both", "--model", "gpt-4o"), 2, "refs/heads/both")


def test_a_rule_at_the_top_hides_no_text(repo: Repo) -> None:
    text = "---\n" + "You are a very careful assistant.\n" * 200 + "---\nGo.\n"
    repo.write("prompts/a.md", text)
    repo.commit()
    whole = llm_cost(repo.path, "estimate", "--model", "gpt-4o", "--as", "text").out
    assert llm_cost(repo.path, "estimate", "--model", "gpt-4o").out == whole
