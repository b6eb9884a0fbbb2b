"""`llm-cost init`, on a terminal and without one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmcost_hooks.manifest import parse_manifest

from ..repos import Repo
from .running import answer, failed, listing, llm_cost, passed, rows, words
from .terminal import converse

WHERE, PROMPT_ID, MODEL, RATIO = "located?", "Prompt ID:", "Model", "Output tokens"


@pytest.fixture
def found(repo: Repo) -> Repo:
    """Two prompts that are tracked, one that is not yet, and what is none."""
    repo.write("prompts/search.txt", words(400))
    repo.write("prompts/README.md", "for people")
    repo.write(".gitignore", "node_modules/\n*.local.txt\n")
    repo.write("AGENTS.md", words(20))
    repo.commit("prompts")
    repo.write("src/prompts/auth.txt", words(100))
    repo.write("prompts/mine.local.txt", "ignored")
    repo.write("node_modules/x/prompts/y.txt", "ignored")
    return repo


def ids(repo: Repo) -> dict[str, str | None]:
    text = (repo.path / "llm-cost.toml").read_bytes()
    return {entry.path: entry.prompt_id for entry in parse_manifest(text).prompts}


ALL = {"AGENTS.md": "agents", "prompts/search.txt": "search", "src/prompts/auth.txt": "auth"}

# --- without a terminal -------------------------------------------------------------------------------------------


def test_yes_takes_every_proposal_and_the_result_works_at_once(found: Repo) -> None:
    ran = passed(llm_cost(found.path, "init", "--yes"))
    assert ran.err == "" and ran.out.startswith(
        "✓ Created llm-cost.toml\n\nTip: prompt_id is your cost tracking key.\n"
    )
    assert ids(found) == ALL
    manifest = parse_manifest((found.path / "llm-cost.toml").read_bytes())
    assert (manifest.include, manifest.exclude) == (("**/prompts/**/*.txt", "AGENTS.md"), ("**/README*",))
    assert (manifest.defaults.model, manifest.defaults.output_ratio) == ("gpt-4o", None)
    assert {each: row["input_tokens"] for each, row in rows(answer(found, "estimate")).items()} == {
        "agents": 20, "auth": 100, "search": 400,
    }  # fmt: skip
    passed(llm_cost(found.path, "check"))
    found.git("add", "--all")
    passed(llm_cost(found.path, "check", "--staged"))
    assert (found.path / "llm-cost.toml").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_prompt_that_comes_later_counts_at_once(found: Repo) -> None:
    passed(llm_cost(found.path, "init", "--yes"))
    found.write("prompts/new.txt", words(7))
    found.write("prompts/README.txt", "for people")
    found.git("add", "--all")
    assert sorted(rows(answer(found, "estimate"))) == ["agents", "auth", "prompts/new.txt", "search"]


def test_the_same_prompts_as_estimate_finds(found: Repo) -> None:
    """Well-known names, attributes, and what attributes take away."""
    found.write(".gitattributes", "*.tmpl llmcost\nAGENTS.md -llmcost\nprompts/old/** linguist-vendored\n")
    found.write("x/greeting.tmpl", words(3))
    found.write("prompts/old/a.txt", words(3))
    found.write("vendor/prompts/a.txt", words(3))
    found.git("add", "--all")
    before = sorted(rows(answer(found, "estimate", "--model", "gpt-4o")))
    passed(llm_cost(found.path, "init", "--yes"))
    assert sorted(ids(found)) == before == ["prompts/search.txt", "src/prompts/auth.txt", "x/greeting.tmpl"]
    assert sorted(rows(answer(found, "estimate"))) == ["auth", "greeting", "search"]


def test_attributes_alone(repo: Repo) -> None:
    repo.write(".gitattributes", "*.tmpl llmcost\n")
    repo.write("x/greeting.tmpl", words(3))
    passed(llm_cost(repo.path, "init", "--yes"))
    assert ids(repo) == {"x/greeting.tmpl": "greeting"}
    assert b"[discover]" not in (repo.path / "llm-cost.toml").read_bytes()
    found = rows(answer(repo, "estimate"))
    assert found["greeting"]["input_tokens"] == 3


def test_options_answer_questions(found: Repo) -> None:
    options = ("--include", "prompts", "--include", "src/**/*.txt", "--model", "gpt-4o-mini", "--output-ratio", "0.5")
    passed(llm_cost(found.path, "init", "--yes", *options))
    assert ids(found) == {path: own for path, own in ALL.items() if path != "AGENTS.md"}
    row = rows(answer(found, "estimate"))["search"]
    assert (row["model"], row["output_tokens"]) == ("gpt-4o-mini", 200)


def test_from_a_directory_below(found: Repo) -> None:
    ran = passed(llm_cost(found.path / "src", "init", "--yes", "--include", "./prompts/*.txt"))
    assert f"✓ Created llm-cost.toml in {found.path}\n" in ran.out
    assert ids(found) == {"prompts/search.txt": "search"}
    assert not (found.path / "src" / "llm-cost.toml").exists()


def test_what_another_manifest_governs_is_left_to_it(found: Repo) -> None:
    found.write("src/llm-cost.toml", 'version = 1\n[defaults]\nmodel = "gpt-4o"\n')
    passed(llm_cost(found.path, "init", "--yes"))
    assert ids(found) == {path: own for path, own in ALL.items() if not path.startswith("src/")}
    assert sorted(rows(answer(found, "estimate"))) == ["agents", "search"]
    found.git("add", "--all")
    assert sorted(rows(answer(found, "estimate"))) == ["agents", "search", "src/prompts/auth.txt"]


def test_what_cannot_be_priced_yet_is_said(found: Repo) -> None:
    found.write("prompts/broken.prompt", "---\nmodel: gpt-4o\n---\nHello {{#if name}}\n")
    ran = passed(llm_cost(found.path, "init", "--yes"))
    assert "warning: 1 of " in ran.err and "cannot be priced as yet" in ran.err
    assert "prompts/broken.prompt: is not a valid Handlebars template: line 4: a block is not closed" in ran.err
    assert llm_cost(found.path, "estimate").code == 3


def test_quiet(found: Repo) -> None:
    assert passed(llm_cost(found.path, "--quiet", "init", "--yes")) == (0, "", "")


def test_names_that_no_manifest_can_have(found: Repo) -> None:
    found.write("prompts/a\\b.txt", words(5))
    found.write("prompts/a\x1b.txt", words(5))
    ran = passed(llm_cost(found.path, "init", "--yes"))
    assert ids(found) == ALL
    assert "warning: prompts/a\\b.txt cannot be listed" in ran.err and "prompts/a\\x1b.txt cannot" in ran.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "To take every proposal: llm-cost init --yes"),
        (("--model", "gpt-4o"), "There is no terminal to ask on"),
        (("--yes", "--model", "gpt-4oo"), '--model: no model "gpt-4oo" is known\n  Near names: gpt-4o, '),
        (("--yes", "--include", "none/*.txt"), "none/*.txt finds no prompt"),
        (("--yes", "--include", "prompts/mine.local.txt"), "finds no prompt"),
        (("--yes", "--include", "../x/*.txt"), "is not a usable path pattern"),
        (("--yes", "--output-ratio", "-1"), "is not a number"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_written(found: Repo, args: tuple[str, ...], said: str) -> None:
    before = listing(found.path / "prompts")
    failed(llm_cost(found.path, "init", *args), 2, said)
    assert not (found.path / "llm-cost.toml").exists() and listing(found.path / "prompts") == before


def test_no_prompt_at_all(repo: Repo) -> None:
    failed(llm_cost(repo.path, "init", "--yes"), 2, "No prompt was found", 'llm-cost init --yes --include "GLOB"')
    assert [path.name for path in repo.path.iterdir()] == [".git"]


def test_more_prompts_than_a_manifest_can_list(repo: Repo) -> None:
    for number in range(1500):
        repo.write(f"prompts/{'x' * 80}{number}.md", "x")
    failed(llm_cost(repo.path, "init", "--yes"), 2, "1,500 prompts are too many for one llm-cost.toml", "--include")
    assert not (repo.path / "llm-cost.toml").exists()


def test_outside_and_bare(repo: Repo, tmp_path: Path) -> None:
    failed(llm_cost(tmp_path, "init", "--yes"), 2, "is not inside a git repository")
    failed(llm_cost(Repo.init(tmp_path / "bare.git", "--bare").path, "init", "--yes"), 2, "bare repository")


@pytest.mark.parametrize("text", ["", "version = 1\n", "broken ["])
def test_never_over_one_that_is_there(found: Repo, text: str) -> None:
    found.write("llm-cost.toml", text)
    failed(
        llm_cost(found.path, "init", "--yes"), 2, "llm-cost.toml is there already. Nothing was written", "[[prompts]]"
    )
    assert (found.path / "llm-cost.toml").read_text() == text


def test_a_link_that_leads_nowhere_is_one_that_is_there(found: Repo, tmp_path: Path) -> None:
    (found.path / "llm-cost.toml").symlink_to(tmp_path / "elsewhere.toml")
    failed(llm_cost(found.path, "init", "--yes"), 2, "is there already")
    assert not (tmp_path / "elsewhere.toml").exists()


# --- on a terminal ------------------------------------------------------------------------------------------------


def test_the_dialog(found: Repo) -> None:
    code, shown = converse(
        found.path, "init",
        answers=[
            (WHERE, "nowhere/**"),
            (WHERE, "/etc/*"),
            (WHERE, ""),
            (f"AGENTS.md\r\n  ? {PROMPT_ID} [agents] ", ""),
            (f"prompts/search.txt\r\n  ? {PROMPT_ID} [search] ", "a search"),
            (f"? {PROMPT_ID} [search] ", "agents"),
            (f"? {PROMPT_ID} [search] ", "src/prompts/auth.txt"),
            (f"? {PROMPT_ID} [search] ", "find"),
            (f"src/prompts/auth.txt\r\n  ? {PROMPT_ID} [auth] ", "api-auth"),
            (f"{MODEL} (of prompts that name no other one): [gpt-4o] ", "gpt-4oo"),
            (MODEL, "Claude Sonnet 4.5"),
            (RATIO, "much"),
            (RATIO, "0.5"),
        ],
    )  # fmt: skip
    assert code == 0, shown
    assert shown.startswith("? Where are your prompts located? [**/prompts/**/*.txt, ./AGENTS.md] ")
    for said in (
        "nowhere/** finds no prompt", "Patterns are relative to the top", "  Found 3 prompt files.\n",
        "? Assign stable IDs for cost tracking.\n  (These IDs persist forever — choose meaningful names)\n",
        "An ID is 1 to 128 of the characters", '"agents" is taken', '"src/prompts/auth.txt" is taken',
        'no model "gpt-4oo" is known\n  Near names: gpt-4o', "'much' is not a number",
        "✓ Created llm-cost.toml\n\nTip: prompt_id is your cost tracking key.\n",
        "     Rename files freely, but keep prompt_id stable for trending.\n",
    ):  # fmt: skip
        assert said in shown, said
    assert ids(found) == {"AGENTS.md": "agents", "prompts/search.txt": "find", "src/prompts/auth.txt": "api-auth"}
    row = rows(answer(found, "estimate"))["api-auth"]
    assert (row["model"], row["output_tokens"] is not None) == ("claude-sonnet-4-5", True)


def test_where_there_are_none_the_place_has_to_be_named(repo: Repo) -> None:
    repo.write("texts/one.text", words(9))
    code, shown = converse(
        repo.path, "init", "--model", "gpt-4o",
        answers=[(WHERE, ""), (WHERE, "texts/"), (PROMPT_ID, ""), (RATIO, "")],
    )  # fmt: skip
    assert code == 0 and "Found 1 prompt file.\n" in shown, shown
    assert ids(repo) == {"texts/one.text": "one"}
    assert rows(answer(repo, "estimate"))["one"]["input_tokens"] == 9


@pytest.mark.parametrize("takes", ["", "n"])
def test_many_ids_are_shown_and_taken_at_once(repo: Repo, takes: str) -> None:
    for number in range(21):
        repo.write(f"prompts/p{number:02}.md", words(number + 1))
    answers = [(WHERE, ""), ("Take these IDs? [Y/n]", takes), *([(PROMPT_ID, "")] * 21 if takes else [])]
    code, shown = converse(repo.path, "init", answers=[*answers, (MODEL, ""), (RATIO, "")])
    assert code == 0 and "  prompts/p20.md: p20\n" in shown
    assert len(ids(repo)) == 21


@pytest.mark.parametrize("typed", ["\x03", "\x04"])
@pytest.mark.parametrize("at", range(6))
def test_ctrl_c_leaves_nothing_behind(found: Repo, at: int, typed: str) -> None:
    answers = [(WHERE, ""), *[(PROMPT_ID, "")] * 3, (MODEL, ""), (RATIO, "")]
    before = listing(found.path)
    code, shown = converse(found.path, "init", answers=[*answers[:at], (answers[at][0], typed)])
    assert code == 130 and "Exit code" not in shown, shown
    assert listing(found.path) == before


def test_one_that_comes_while_it_asks_is_kept(found: Repo) -> None:
    def answers() -> Iterator[tuple[str, str]]:
        yield from [(WHERE, ""), *[(PROMPT_ID, "")] * 3, (MODEL, "")]
        found.write("llm-cost.toml", "version = 1\n")
        yield RATIO, ""

    code, shown = converse(found.path, "init", answers=answers())
    assert code == 2 and "llm-cost.toml is there already. Nothing was written" in shown, shown
    assert (found.path / "llm-cost.toml").read_text() == "version = 1\n"
