"""`llm-cost diff`: which two sides each form compares."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..repos import Repo
from .running import answer, cost, document, failed, llm_cost, passed, rows, total


@pytest.mark.parametrize(
    ("args", "base", "head", "labels"),
    [
        (("main",), 300, 700, ("main", "worktree")),
        (("HEAD",), 500, 700, ("feat", "worktree")),
        (("main...",), 400, 500, ("main", "feat")),
        (("main...feat",), 400, 500, ("main", "feat")),
        (("feat...main",), 400, 300, ("feat", "main")),
        (("...main",), 400, 300, ("feat", "main")),
        (("main..feat",), 300, 500, ("main", "feat")),
        (("main..",), 300, 500, ("main", "feat")),
        (("..main",), 500, 300, ("feat", "main")),
        (("main", "feat"), 300, 500, ("main", "feat")),
        (("feat", "main"), 500, 300, ("feat", "main")),
        (("--cached",), 500, 600, ("feat", "index")),
        (("--staged",), 500, 600, ("feat", "index")),
        (("--staged", "main"), 300, 600, ("main", "index")),
        (("--merge-base", "main"), 400, 700, ("main", "worktree")),
        (("--staged", "--merge-base", "main"), 400, 600, ("main", "index")),
        (("--base", "main"), 300, 500, ("main", "feat")),
        (("--base", "main", "--head", "HEAD"), 300, 500, ("main", "feat")),
        (("--base", "main", "--head", "HEAD~1"), 300, 400, ("main", "HEAD~1")),
        (("--base", "main", "--merge-base"), 400, 500, ("main", "feat")),
        (("main", "--"), 300, 700, ("main", "worktree")),
        (("main", "--", "prompts/search.md"), 300, 700, ("main", "worktree")),
        (("main", "prompts/search.md"), 300, 700, ("main", "worktree")),
        (("main", "--", "prompts"), 300, 700, ("main", "worktree")),
    ],
)
def test_sides(branches: Repo, args: tuple[str, ...], base: int, head: int, labels: tuple[str, str]) -> None:
    at = args.index("--") if "--" in args else len(args)
    options = ("--format", "json")
    ran = passed(llm_cost(branches.path, "diff", *args[:at], *options, *args[at:]))
    found = document(ran)
    row = rows(found)["search"]
    assert (row["base"]["input_tokens"], row["head"]["input_tokens"]) == (base, head)
    assert (found["base"]["label"], found["head"]["label"]) == labels
    headline = passed(llm_cost(branches.path, "diff", *args)).out.splitlines()[0]
    assert headline == f"📊 Cost Comparison: {labels[0]} → {labels[1]}"
    delta = total(cost("gpt-4o", head, 50, 1000), f"-{cost('gpt-4o', base, 50, 1000)}")
    assert row["delta"]["cost"] == delta == found["total"]["delta"]


def test_commits_are_named(branches: Repo) -> None:
    found = answer(branches, "diff", "main...")
    assert found["base"]["commit"] == branches.git("merge-base", "main", "feat")
    assert found["head"]["commit"] == branches.oid("feat")
    assert answer(branches, "diff", "main")["head"]["commit"] is None


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "llm-cost diff main"),
        (("a", "b", "c"), "two sides"),
        (("nowhere",), "'nowhere' does not name a commit"),
        (("main...nowhere",), "'nowhere' does not name a commit"),
        (("--head", "HEAD"), "--base"),
        (("--base", "main", "feat"), "both sides already"),
        (("--base", "main", "--cached"), "both sides already"),
        (("--base", "HEAD:prompts"), "HEAD:prompts"),
        (("main", "--", "../out"), "outside of the repository"),
        (("main", "--format", "yaml"), "yaml"),
        (("--output=/tmp/x", "main"), "--output"),
        (("main", "--calls", "-1"), "-1"),
        (("main", "--cache-hit-ratio", "1.5"), "1.5"),
        (("main", "--output-ratio", "nan"), "nan"),
        (("main", "--scenario", "batch", "--cache-hit-ratio", "0.5"), "--cache-hit-ratio"),
        (("main..HEAD", "--merge-base"), "--merge-base"),
        (("--cached", "main", "HEAD"), "--cached"),
        (("main", "--", "nosuch"), "nosuch"),
    ],
)
def test_refused(branches: Repo, args: tuple[str, ...], said: str) -> None:
    ran = failed(llm_cost(branches.path, "diff", *args), 2, said)
    assert ran.out == "", "nothing is compared with a guess"


def test_a_ratio_that_is_missing_is_named(branches: Repo) -> None:
    failed(llm_cost(branches.path, "diff", "main", "--scenario", "cached"), 2, "--cache-hit-ratio")


def test_word_that_is_both(branches: Repo) -> None:
    branches.write("main", "a file")
    failed(llm_cost(branches.path, "diff", "main"), 2, "--")
    assert "main → worktree" in passed(llm_cost(branches.path, "diff", "main", "--")).out
    assert "main → worktree" in passed(llm_cost(branches.path, "diff", "main", "--", "prompts")).out


def test_bare_repository(branches: Repo, tmp_path: Path) -> None:
    """Started inside of it, where a file called HEAD lies."""
    bare = branches.clone(tmp_path / "bare.git", "--bare")
    found = answer(bare, "diff", "main", "HEAD")
    assert found["head"]["label"] == "feat" and rows(found)["search"]["head"]["input_tokens"] == 500
    failed(llm_cost(bare.path, "diff", "main"), 2, "diff main HEAD")
    failed(llm_cost(bare.path, "diff", "--staged"), 2, "bare repository has no index")
    env = {"GIT_DIR": bare.cwd}
    outside = llm_cost(tmp_path, "diff", "main..feat", "--include", "prompts/*.md", "--format", "json", env=env)
    assert rows(document(outside))["search"]["head"]["input_tokens"] == 500
    option = llm_cost(tmp_path, "--git-dir", "bare.git", "diff", "main", "feat", "--format", "json")
    assert rows(document(option))["search"]["head"]["input_tokens"] == 500


def test_hint_where_main_has_moved_on(branches: Repo) -> None:
    assert "main... compares with the merge base" in llm_cost(branches.path, "diff", "main").out
    assert "moved on" not in llm_cost(branches.path, "diff", "main...").out
    assert "moved on" not in llm_cost(branches.path, "diff", "HEAD").out
