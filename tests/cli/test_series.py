"""One prompt through a history: it stays the same prompt, and each step goes on from where the last one was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..repos import Repo
from .running import answer, cost, lines, llm_cost, passed, rows, words

ALL = ("--include", "**/*.md", "--as", "text", "--model", "gpt-4o", "--output-tokens", "9")

ENTRY = '[[prompts]]\npath = "{path}"\nprompt_id = "greeting"\nmodel = "{model}"\n'
NAMED = "version = 1\n[defaults]\noutput_tokens = 10\n" + ENTRY
DISCOVERED = 'version = 1\n[defaults]\nmodel = "{model}"\noutput_tokens = 10\n[discover]\ninclude = ["**/*.md"]\n'


@pytest.mark.parametrize("manifest", [NAMED, DISCOVERED], ids=["with an id", "known by its path"])
@pytest.mark.parametrize("how", ["commits", "index", "working tree"])
def test_one_prompt_through_five_commits(repo: Repo, manifest: str, how: str) -> None:
    """Move, edit, rename with edit, change of model, removal: one series, each step on from where the last one was."""

    def write(path: str, tokens_at_the_end: int, model: str = "gpt-4o") -> None:
        repo.write(path, lines("greeting") + words(tokens_at_the_end))
        repo.write("llm-cost.toml", manifest.format(path=path, model=model))

    write("a.md", 10)
    repo.commit("added")
    steps = [
        ("unchanged", "b/a.md", 10, "gpt-4o"),
        ("modified", "b/a.md", 20, "gpt-4o"),
        ("modified", "c/d.md", 40, "gpt-4o"),
        ("unchanged", "c/d.md", 40, "gpt-4o-mini"),
    ]
    path, series = "a.md", [answer(repo, "estimate")["prompts"][0]]
    for content, new_path, tokens, model in steps:
        if new_path != path:
            repo.mv(path, new_path)
        write(new_path, tokens, model)
        (row,) = step(repo, how)["prompts"]
        assert row["prompt_id"] == ("greeting" if manifest is NAMED else new_path)
        assert (row["content"], row["base_path"], row["path"]) == (content, path, new_path)
        last = {name: series[-1][name] for name in row["base"]}
        assert row["base"] == last, "it goes on from where it was"
        series.append(row["head"])
        path = new_path
    first, last = (each["input_tokens"] for each in (series[0], series[-1]))
    assert last == first + 30
    assert [row["effective_cost"] for row in series] == [
        cost("gpt-4o", first, 10), cost("gpt-4o", first, 10), cost("gpt-4o", first + 10, 10),
        cost("gpt-4o", first + 30, 10), cost("gpt-4o-mini", first + 30, 10),
    ]  # fmt: skip
    repo.rm("c/d.md")
    repo.write("llm-cost.toml", "version = 1\n[discover]\ninclude = ['**/*.md']\n")
    (row,) = step(repo, how)["prompts"]
    assert (row["content"], row["base_path"], row["path"], row["head"]) == ("removed", path, None, None)
    assert row["prompt_id"] == ("greeting" if manifest is NAMED else path)
    assert row["base"]["effective_cost"] == series[-1]["effective_cost"]


def step(repo: Repo, how: str) -> dict[str, Any]:
    """What the change on disk is, as a diff against HEAD; it is committed afterwards."""
    if how == "working tree":
        repo.git("add", "--all", "--intent-to-add")
        found = answer(repo, "diff", "HEAD")
        repo.commit()
        return found
    repo.git("add", "--all")
    if how == "index":
        found = answer(repo, "diff", "--staged")
        repo.commit()
        return found
    repo.commit()
    return answer(repo, "diff", "HEAD~1..HEAD")


def test_identity_when_an_id_is_given_later(repo: Repo) -> None:
    """The commit that lists a prompt with an id does not make another prompt of it."""
    repo.write("llm-cost.toml", DISCOVERED.format(model="gpt-4o"))
    repo.write("a.md", lines("a"))
    repo.commit()
    repo.write(
        "llm-cost.toml", DISCOVERED.format(model="gpt-4o") + '[[prompts]]\npath = "a.md"\nprompt_id = "new-id"\n'
    )
    (row,) = answer(repo, "diff", "HEAD")["prompts"]
    assert (row["prompt_id"], row["content"], row["delta"]["cost"]) == ("new-id", "unchanged", "0")


def test_document_survives_names_that_are_no_text(repo: Repo, tmp_path: Path) -> None:
    repo.write("p/caf\udce9.md", words(3))
    repo.commit()
    out = passed(llm_cost(repo.path, "estimate", *ALL, "--format", "json")).out
    (tmp_path / "document.json").write_text(out, encoding="ascii")
    assert rows(json.loads(out))["p/caf\udce9.md"]["input_tokens"] == 3
