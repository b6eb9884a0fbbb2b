"""`llm-cost diff`: what it says of two sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ..repos import Repo
from .running import PROJECT, answer, cost, document, failed, lines, llm_cost, passed, rows, start, total, words


@pytest.fixture
def changed(prompts: Repo) -> Repo:
    """Every kind of change at once, on `feat` against `main`."""
    for name in ("edited", "moved", "turned", "mode", "gone", "same"):
        prompts.write(f"prompts/{name}.md", lines(name))
    manifest = PROJECT + '\n[discover]\ninclude = ["prompts/**/*.md", "lib/**/*.md"]\n'
    prompts.write("llm-cost.toml", manifest)
    prompts.commit("more prompts")
    prompts.branch("feat")
    prompts.write("prompts/edited.md", lines("edited") + "One more rule.\n")
    prompts.mv("prompts/moved.md", "lib/moved.md")
    prompts.mv("prompts/turned.md", "lib/turned.md")
    prompts.write("lib/turned.md", lines("turned") + "One more rule.\n")
    (prompts.path / "prompts/mode.md").chmod(0o755)
    prompts.rm("prompts/gone.md")
    prompts.write("prompts/new.md", "quite new")
    prompts.commit("everything")
    return prompts


def git_says(repo: Repo, *args: str) -> dict[str, tuple[str, str]]:
    """`git diff --name-status -M ARGS` as path -> (content, base path); a mode alone changes no content."""
    found = {}
    for record in repo.git("diff", "--raw", "--no-abbrev", "-M", *args).splitlines():
        facts, *paths = record.split("\t")
        before, after, status = facts.split(" ")[2:]
        content = {"A": "new", "D": "removed"}.get(status, "unchanged" if before == after else "modified")
        found[paths[-1]] = (content, paths[0])
    return found


def we_say(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """A document's changes in the same form."""
    changes = {}
    for row in found["prompts"]:
        here = row["path"] or row["base_path"]
        if row["content"] != "unchanged" or row["path"] != row["base_path"]:
            changes[here] = (row["content"], row["base_path"] or row["path"])
    return changes


@pytest.mark.parametrize(
    "form", [("main", "feat"), ("main...feat",), ("main..feat",), ("feat", "main"), ("main",), ("--cached", "main")]
)
def test_same_files_as_git(changed: Repo, form: tuple[str, ...]) -> None:
    ours = we_say(answer(changed, "diff", *form))
    theirs = git_says(changed, *form)
    assert theirs.pop("prompts/mode.md") == ("unchanged", "prompts/mode.md")
    assert ours == theirs
    assert len(ours) == 5


def test_all_uncommitted(changed: Repo) -> None:
    """The same changes before they are committed: in the index, and in the working tree."""
    changed.git("reset", "-q", "--soft", "main")
    assert we_say(answer(changed, "diff", "--staged")) == we_say(answer(changed, "diff", "main")) != {}


def test_whole_document(prompts: Repo) -> None:
    prompts.write("prompts/search.md", words(480))
    found = answer(prompts, "diff", "HEAD")
    keys = ["schema", "base", "head", "currency", "unit", "grade", "prices", "prompts", "shared_parts"]
    assert list(found) == [*keys, "total", "manifests", "waivers", "approved_by", "groups", "notes"]
    assert found["schema"] == "llm-cost/diff/1"
    before = total(cost("gpt-4o", 400, 50, 1000), cost("gpt-4o-mini", 100, 50, 1000))
    after = total(cost("gpt-4o", 480, 50, 1000), cost("gpt-4o-mini", 100, 50, 1000))
    assert found["total"] == {
        "base": before, "head": after, "delta": "0.2", "percent": "12.94", "base_at_least": before,
        "head_at_least": after, "base_input_tokens": 500, "head_input_tokens": 580,
        "split": {"text": "0.2", "model": "0", "assumptions": "0", "prices": "0"},
    }  # fmt: skip
    search = rows(found)["search"]
    assert (search["content"], search["path"], search["base_path"]) == ("modified", *["prompts/search.md"] * 2)
    assert search["delta"]["cost"] == "0.2"
    table = passed(llm_cost(prompts.path, "diff", "HEAD")).out
    assert "+$0.20 ⚠️" in table and "Total: $1.54 → $1.74 (+13%)" in table
    markdown = passed(llm_cost(prompts.path, "diff", "HEAD", "--format", "markdown")).out
    assert "| search " in markdown and "+$0.20 ⚠️" in markdown


def test_mirror(changed: Repo) -> None:
    """The other way round every delta has the other sign."""
    here, back = (
        answer(changed, "diff", *sides, "--output-tokens", "5") for sides in (("main", "feat"), ("feat", "main"))
    )
    assert total(here["total"]["delta"], back["total"]["delta"]) == "0"
    swap = {"new": "removed", "removed": "new", "modified": "modified", "unchanged": "unchanged"}
    deltas = {(row["base_path"], row["path"], row["content"]): row["delta"]["cost"] for row in here["prompts"]}
    for row in back["prompts"]:
        delta = deltas[row["path"], row["base_path"], swap[row["content"]]]
        assert total(delta, row["delta"]["cost"]) == "0"


def test_each_side_has_its_own_manifest(prompts: Repo) -> None:
    """The model of one prompt changes in the manifest alone; its text does not."""
    prompts.write("llm-cost.toml", PROJECT.replace('model = "gpt-4o"\n', 'model = "gpt-4o-mini"\n', 1))
    found = answer(prompts, "diff", "HEAD")
    search = rows(found)["search"]
    assert (search["content"], search["base"]["model"], search["head"]["model"]) == (
        "unchanged", "gpt-4o", "gpt-4o-mini",
    )  # fmt: skip
    assert search["head"]["effective_cost"] == cost("gpt-4o-mini", 400, 50, 1000)
    assert rows(found)["classify"]["delta"]["cost"] == "0"


def test_options_apply_to_both_sides(branches: Repo) -> None:
    found = answer(branches, "diff", "main", "--model", "gpt-4o-mini", "--calls", "2", "--output-tokens", "1")
    search = rows(found)["search"]
    assert search["base"]["effective_cost"] == cost("gpt-4o-mini", 300, 1, 2)
    assert search["head"]["effective_cost"] == cost("gpt-4o-mini", 700, 1, 2)


def test_manifest_that_head_adds(repo: Repo) -> None:
    """What is new is the manifest, not the prompts: base is read with head's."""
    repo.write("prompts/search.md", words(400))
    repo.write("prompts/classify.md", words(100))
    repo.commit("before llm-cost")
    repo.write("llm-cost.toml", PROJECT)
    ran = passed(llm_cost(repo.path, "diff", "HEAD"))
    assert "main has no llm-cost.toml" in ran.out
    assert {row["content"] for row in answer(repo, "diff", "HEAD")["prompts"]} == {"unchanged"}


def test_tokens_where_no_model_is_known(repo: Repo) -> None:
    repo.write("prompts/a.md", words(10))
    repo.commit()
    repo.write("prompts/a.md", words(14))
    ran = passed(llm_cost(repo.path, "diff", "HEAD"))
    assert "+4 tok" in ran.out and "Total: 10 → 14 tokens (+4)" in ran.out and "--model" in ran.out
    assert answer(repo, "diff", "HEAD")["total"]["delta"] is None


def test_failure_on_base_only_is_a_note(prompts: Repo) -> None:
    prompts.write("prompts/search.md", b"bin\0ary")
    prompts.commit("binary")
    prompts.write("prompts/search.md", words(400))
    ran = passed(llm_cost(prompts.path, "diff", "HEAD"))
    assert "on base, search: is binary" in ran.out
    found = answer(prompts, "diff", "HEAD")
    assert found["total"]["percent"] is None and found["total"]["delta"] is None
    failed(llm_cost(prompts.path, "diff", "--base", "HEAD~1"), 3, "prompts/search.md: is binary")


def test_quiet(branches: Repo) -> None:
    assert passed(llm_cost(branches.path, "-q", "diff", "main")) == (0, "", "")


def test_from_a_subdirectory_and_a_linked_worktree(branches: Repo, tmp_path: Path) -> None:
    here = answer(branches, "diff", "main")
    below = document(passed(llm_cost(branches.path / "prompts", "diff", "main", "--format", "json")))
    assert below == here
    one = llm_cost(branches.path / "prompts", "diff", "main", "--format", "json", "--", "search.md")
    assert set(rows(document(one))) == {"search"}
    branches.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    linked = answer(tmp_path / "linked", "diff", "feat")
    assert linked["total"]["head"] == here["total"]["base"]


def test_every_process_gives_the_same_bytes(branches: Repo) -> None:
    seeds = [{"PYTHONHASHSEED": seed} for seed in ("1", "2")]
    runs = [start(branches.path, "diff", "main", "--format", "json", env={**seed}) for seed in seeds]
    assert runs[0] == runs[1] and runs[0].code == 0


def test_a_price_that_is_wrong_on_base_alone_is_a_note(prompts: Repo) -> None:
    wrong = '\n[prices.override."gpt-4oo"]\ninput = 1\n'
    prompts.write("llm-cost.toml", PROJECT + wrong)
    prompts.commit("a misspelt name")
    failed(llm_cost(prompts.path, "diff", "HEAD~1"), 4, 'llm-cost.toml: [prices.override."gpt-4oo"] names no model')
    prompts.write("llm-cost.toml", PROJECT)
    for command in (("diff", "HEAD"), ("check", "--base", "HEAD")):
        said = 'note: on base, llm-cost.toml: [prices.override."gpt-4oo"] names no model of the price file'
        assert said in passed(llm_cost(prompts.path, *command)).out
        notes = answer(prompts, *command)["notes"]
        assert [note for note in notes if said.removeprefix("note: ") in note] == notes[:1]
