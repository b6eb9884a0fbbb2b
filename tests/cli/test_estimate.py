"""`llm-cost estimate` in every form."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..repos import Repo
from .running import answer, cost, document, failed, llm_cost, passed, rows, start, total, words

SEARCH = cost("gpt-4o", 400, 50, 1000)
CLASSIFY = cost("gpt-4o-mini", 100, 50, 1000)
TODAY = {"as_of": None, "expired": False, "estimated": False}


def test_whole_document(prompts: Repo) -> None:
    found = answer(prompts, "estimate")
    assert list(found) == [
        "schema",
        "side",
        "currency",
        "unit",
        "grade",
        "prices",
        "prompts",
        "total",
        "manifests",
        "groups",
        "notes",
    ]
    assert found["schema"] == "llm-cost/estimate/1"
    assert found["side"] == {"label": "worktree", "commit": None, "prices": TODAY}
    assert (found["currency"], found["unit"]) == ("USD", {"calls": "declared", "period": "month"})
    assert found["total"] == {
        "cost": total(SEARCH, CLASSIFY),
        "cost_band": [total(SEARCH, CLASSIFY)] * 2,
        "at_least": total(SEARCH, CLASSIFY),
        "list_cost": total(SEARCH, CLASSIFY),
        "training_cost": "0",
        "input_tokens": 500,
    }
    search = rows(found)["search"]
    assert search["content_hash"] == prompts.oid("HEAD:prompts/search.md")
    expected = {"model": "gpt-4o", "input_tokens": 400, "output_tokens": 50, "calls": 1000, "effective_cost": SEARCH}
    assert {name: search[name] for name in expected} == expected
    assert rows(found)["classify"]["effective_cost"] == CLASSIFY


def test_table_and_markdown_say_the_same(prompts: Repo) -> None:
    table, markdown = (passed(llm_cost(prompts.path, "estimate", "--format", form)) for form in ("table", "markdown"))
    for text in (table.out, markdown.out):
        assert text.startswith("Estimated cost: worktree\n")
        assert "$1.50" in text and "$0.04" in text and "Total: $1.54" in text
        assert "Cost of 1,000 calls of every prompt per month; counts exact; prices of " in text
    assert "| search " in markdown.out


def test_three_sides(prompts: Repo) -> None:
    """HEAD, index and working tree hold different texts of one prompt."""
    prompts.stage("prompts/search.md", words(500))
    prompts.write("prompts/search.md", words(600))
    sides = {"--rev=HEAD": 400, "--staged": 500, "-q": 600}
    for option, tokens in sides.items():
        args = ("-q", "estimate") if option == "-q" else ("estimate", option)
        found = rows(answer(prompts, *args)) if option != "-q" else rows(answer(prompts, "estimate"))
        assert found["search"]["input_tokens"] == tokens
    for option, label, commit in (("--rev=HEAD", "main", prompts.oid("HEAD")), ("--staged", "index", None)):
        side = {"label": label, "commit": commit, "prices": TODAY}
        assert answer(prompts, "estimate", option)["side"] == side


@pytest.mark.parametrize(
    ("cwd", "args", "ids"),
    [
        (".", ("prompts/search.md",), {"search"}),
        (".", ("./prompts/search.md", "prompts/search.md", "prompts", "prompts/"), {"search", "classify"}),
        (".", (".",), {"search", "classify"}),
        ("prompts", ("search.md",), {"search"}),
        ("prompts", (".",), {"search", "classify"}),
        ("prompts", ("..",), {"search", "classify"}),
        ("prompts", (), {"search", "classify"}),
        ("prompts", ("../prompts/classify.md",), {"classify"}),
        (".", ("--exclude", "**/search.md"), {"classify"}),
        (".", ("--include", "**/s*.md"), {"prompts/search.md"}),
        (".", ("--include", "prompts/*", "--exclude", "**/c*"), {"prompts/search.md"}),
    ],
)
def test_which_files(prompts: Repo, cwd: str, args: tuple[str, ...], ids: set[str]) -> None:
    """A file that is named twice, by itself and by its directory, is one prompt."""
    if "--include" in args:
        ids = {"search"}  # the manifest still knows its id
    for side in ((), ("--staged",), ("--rev", "HEAD")):
        assert set(rows(answer(prompts.path / cwd, "estimate", *side, *args))) == ids


def test_absolute_path_and_symlinked_directory(prompts: Repo, tmp_path: Path) -> None:
    (tmp_path / "other").symlink_to(prompts.path, target_is_directory=True)
    for top in (prompts.path, tmp_path / "other"):
        for cwd in (prompts.path, tmp_path / "other"):
            assert set(rows(answer(cwd, "estimate", str(top / "prompts/search.md")))) == {"search"}


def test_untracked_only_where_named(prompts: Repo) -> None:
    prompts.write("prompts/new.md", words(7))
    assert set(rows(answer(prompts, "estimate"))) == {"search", "classify"}
    named = rows(answer(prompts, "estimate", "prompts/new.md"))
    assert named["prompts/new.md"]["input_tokens"] == 7
    manifest = prompts.path / "llm-cost.toml"
    manifest.write_text(manifest.read_text() + '\n[[prompts]]\npath = "prompts/new.md"\nprompt_id = "new"\n')
    assert rows(answer(prompts, "estimate"))["new"]["input_tokens"] == 7


@pytest.mark.parametrize("side", [(), ("--staged",), ("--rev", "HEAD")])
def test_path_that_is_not_there(prompts: Repo, side: tuple[str, ...]) -> None:
    """A misspelt name is not an empty answer."""
    failed(llm_cost(prompts.path, "estimate", "prompts/serach.md", *side), 2, "prompts/serach.md")


def test_path_outside(prompts: Repo, tmp_path: Path) -> None:
    (tmp_path / "out.md").write_text("x")
    for path in ("../out.md", str(tmp_path / "out.md")):
        failed(llm_cost(prompts.path, "estimate", path), 2, "outside of the repository")


def test_scenarios(prompts: Repo) -> None:
    failed(llm_cost(prompts.path, "estimate", "--scenario", "cached"), 2, "--cache-hit-ratio")
    cached = answer(prompts, "estimate", "--scenario", "cached", "--cache-hit-ratio", "0.5", "--model", "gpt-4o")
    assert answer(prompts, "estimate", "--cache-hit-ratio", "0.5", "--model", "gpt-4o") == cached
    search = rows(cached)["search"]
    assert (search["cached_input_tokens"], search["effective_cost"], search["list_cost"]) == (0, SEARCH, SEARCH)
    assert "gpt-4o caches prompts of 1,024 tokens and more: nothing of this one is cached" in str(cached["notes"])
    batch = rows(answer(prompts, "estimate", "--scenario", "batch"))["search"]
    assert (batch["effective_cost"], batch["list_cost"]) == ("0.75", SEARCH)
    assert "List cost: $1.54" in llm_cost(prompts.path, "estimate", "--scenario", "batch").out


@pytest.mark.parametrize(
    ("model", "least"),
    [("gpt-4o", 1024), ("azure/gpt-4o", 1024), ("claude-opus-5", 512), ("claude-sonnet-4-5", 1024),
     ("claude-opus-4-7", 2048), ("claude-haiku-4-5", 4096), ("anthropic.claude-opus-4-7", 4096),
     ("gemini-2.5-pro", 2048), ("deepseek-v4-pro", 64)],
)  # fmt: skip
def test_a_prompt_is_cached_from_the_length_on_that_the_provider_publishes(
    prompts: Repo, model: str, least: int
) -> None:
    for tokens, cached in ((least - 24, 0), (least - 1, 0), (least, least // 2)):
        manifest = f'version = 1\n[defaults]\nmodel = "{model}"\navg_input_tokens = {tokens}\n'
        prompts.write("llm-cost.toml", manifest)
        found = answer(prompts, "estimate", "--cache-hit-ratio", "0.5", "prompts/search.md")
        (row,) = rows(found).values()
        assert (row["input_tokens"], row["cached_input_tokens"]) == (tokens, cached)
        short = f"caches prompts of {least:,} tokens and more: nothing of this one is cached"
        assert (short in str(found["notes"])) == (cached == 0)


def test_assumptions_for_all(prompts: Repo) -> None:
    found = rows(answer(prompts, "estimate", "--model", "gpt-4o", "--calls", "3", "--output-ratio", "0.1"))
    assert found["search"]["effective_cost"] == cost("gpt-4o", 400, 40, 3)
    assert found["classify"]["effective_cost"] == cost("gpt-4o", 100, 10, 3)
    both = llm_cost(prompts.path, "estimate", "--output-ratio", "0.1", "--output-tokens", "3")
    failed(both, 2, "--output-ratio")


@pytest.fixture
def plain(repo: Repo) -> Repo:
    """No manifest; one prompt names its model, one does not, one file is no prompt."""
    repo.write(
        "prompts/own.prompt", f"---\nmodel: openai/gpt-4o-mini\nconfig:\n  maxOutputTokens: 30\n---\n{words(20)}"
    )
    repo.write("prompts/plain.txt", words(10))
    repo.write("src/main.py", "print('no prompt')")
    repo.commit()
    return repo


def test_without_manifest_or_model(plain: Repo) -> None:
    ran = passed(llm_cost(plain.path, "estimate"))
    assert "--model" in ran.out
    found = rows(answer(plain, "estimate"))
    assert set(found) == {"prompts/own.prompt", "prompts/plain.txt"}
    own, bare = found["prompts/own.prompt"], found["prompts/plain.txt"]
    assert (own["model"], own["effective_cost"], own["output_basis"]) == (
        "gpt-4o-mini", cost("gpt-4o-mini", 20, 30), "cap",
    )  # fmt: skip
    assert (bare["model"], bare["input_tokens"], bare["effective_cost"]) == (None, 10, None)


def test_no_model_anywhere(plain: Repo) -> None:
    plain.rm("prompts/own.prompt")
    ran = passed(llm_cost(plain.path, "estimate"))
    assert ran.out.startswith("Tokens: worktree\n") and "Total: 10 tokens" in ran.out and "$" not in ran.out
    assert "--model gpt-4o" in ran.out
    found = answer(plain, "estimate")
    assert found["total"] == {
        "cost": None, "cost_band": None, "at_least": "0", "list_cost": None, "training_cost": None,
        "input_tokens": 10,
    }  # fmt: skip


def test_model_for_all(plain: Repo) -> None:
    found = answer(plain, "estimate", "--model", "gpt-4o", "--output-tokens", "5")
    assert rows(found)["prompts/own.prompt"]["effective_cost"] == cost("gpt-4o", 20, 5)
    assert found["total"]["cost"] == total(cost("gpt-4o", 20, 5), cost("gpt-4o", 10, 5))


def test_as_text(plain: Repo) -> None:
    whole = rows(answer(plain, "estimate", "--as", "text", "--model", "gpt-4o"))["prompts/own.prompt"]
    assert whole["input_tokens"] > 30
    assert (whole["output_tokens"], whole["output_basis"], whole["effective_cost"]) == (None, "unknown", None)


@pytest.mark.parametrize("how", ["--git-dir", "GIT_DIR", "inside"])
def test_bare_repository(plain: Repo, tmp_path: Path, how: str) -> None:
    bare = plain.clone(tmp_path / "bare.git", "--bare").cwd
    env = {"GIT_DIR": bare} if how == "GIT_DIR" else {}
    before = ("--git-dir", bare) if how == "--git-dir" else ()
    cwd = bare if how == "inside" else str(tmp_path)
    rest = ("--include", "prompts/*.txt", "--as", "text", "--model", "gpt-4o", "--format", "json")
    found = rows(document(llm_cost(cwd, *before, "estimate", "--rev", "main", *rest, env=env)))
    assert [(row["path"], row["input_tokens"]) for row in found.values()] == [("prompts/plain.txt", 10)]
    failed(llm_cost(cwd, *before, "estimate", env=env), 2, "bare repository")
    failed(llm_cost(cwd, *before, "estimate", "--staged", env=env), 2, "bare repository")


def test_directory_option(prompts: Repo, tmp_path: Path) -> None:
    assert "search" in passed(llm_cost(tmp_path, "-C", prompts.cwd, "estimate")).out
    assert "search" in passed(llm_cost(tmp_path, "-C", prompts.cwd, "estimate", "prompts/search.md")).out
    failed(llm_cost(tmp_path, "-C", "nowhere", "estimate"), 2, "nowhere")
    failed(llm_cost(tmp_path, "--git-dir", "nowhere", "estimate"), 2, "not inside a git repository")


def test_outside_a_repository(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(words(8))
    found = answer(tmp_path, "estimate", "x.md", "./x.md", str(tmp_path / "x.md"), "--model", "gpt-4o")
    assert sum(row["input_tokens"] for row in found["prompts"]) == 8, "one file, named three ways"
    assert found["side"]["label"] == "files"
    failed(llm_cost(tmp_path, "estimate"), 2, "not inside a git repository")
    failed(llm_cost(tmp_path, "estimate", "."), 2, "not inside a git repository")
    failed(llm_cost(tmp_path, "estimate", "nowhere.md"), 2)
    failed(llm_cost(tmp_path, "estimate", "x.md", "--rev", "HEAD"), 2, "not inside a git repository")


def test_a_refused_repository_is_not_no_repository(prompts: Repo) -> None:
    env = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    for args in ((), ("prompts/search.md",)):
        failed(llm_cost(prompts.path, "estimate", *args, env=env), 2, "safe.directory")


def test_quiet_and_verbose(prompts: Repo) -> None:
    assert passed(llm_cost(prompts.path, "-q", "estimate")) == (0, "", "")
    ran = passed(llm_cost(prompts.path, "-v", "estimate"))
    assert "worktree: 2 prompts" in ran.err
    failed(llm_cost(prompts.path, "-q", "estimate", "--model", "gpt-40"), 4, "gpt-40", "gpt-4o")
    prompts.write("prompts/search.md", b"\xff")
    assert "not UTF-8" in failed(llm_cost(prompts.path, "-q", "estimate"), 3, "not UTF-8").out


def test_no_input_is_waited_for(prompts: Repo) -> None:
    """stdin is empty and no terminal; output to a pipe has no colour."""
    ran = passed(start(prompts.path, "estimate"))
    assert "\x1b" not in ran.out and "Total: $1.54" in ran.out


def test_ascii_output(prompts: Repo) -> None:
    env: dict[str, str | None] = {"PYTHONIOENCODING": "ascii"}
    ran = passed(start(prompts.path, "estimate", "--model", "gpt-4o", "--calls", "1", env=env))
    assert ran.out.isascii()
    assert os.linesep in ran.out
