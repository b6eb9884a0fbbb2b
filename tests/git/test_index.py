"""The index whole, and blobs by name, against `git ls-files` and `git show`."""

from __future__ import annotations

import os

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.git.catfile import read_named
from llmcost_hooks.git.index import index_entries
from llmcost_hooks.git.objects import tree_entries
from llmcost_hooks.git.plumbing import Entry
from llmcost_hooks.git.revisions import empty_tree, tree_of

from ..repos import Repo
from .conftest import Kinds
from .kinds import NAMES, WITH_INDEX


def listed(repo: Repo, *paths: str) -> dict[str, Entry]:
    """Regular files of the index, as `git ls-files -s` lists them."""
    entries = {}
    for record in repo.git("--literal-pathspecs", "ls-files", "-s", "-z", "--", *paths).split("\0")[:-1]:
        facts, path = record.split("\t", 1)
        mode, oid, _ = facts.split(" ")
        if mode.startswith("100"):
            entries[path] = Entry(mode, oid)
    return entries


@pytest.mark.parametrize("kind", WITH_INDEX)
def test_entries(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    expected = listed(repo)
    if kind == "intent_to_add":
        del expected["prompts/new.md"]
        assert "prompts/empty.md" in expected, "an empty file that is really staged stays"
    assert index_entries(repo.cwd) == index_entries(repo.cwd, ["prompts", ""]) == expected != {}
    below = {path: entry for path, entry in expected.items() if path.startswith("prompts/")}
    assert index_entries(repo.cwd, ["prompts"]) == index_entries(repo.cwd, ["prompts/"]) == below


def test_links_submodules_and_modes(kinds: Kinds) -> None:
    entries = index_entries(kinds("attributes").cwd)
    assert entries["run.sh"].mode == "100755"
    assert not {"link.md", "outside.md"} & {*entries}
    assert "library" not in index_entries(kinds("submodule").cwd)


def test_directories_are_literal(repo: Repo) -> None:
    for path in ("*/a.md", "x/a.md", ":(glob)/a.md", "-d/a.md", "x*/b.md"):
        repo.stage(path, path)
    assert [*index_entries(repo.cwd, ["*"])] == ["*/a.md"]
    assert [*index_entries(repo.cwd, [":(glob)/", "-d/"])] == ["-d/a.md", ":(glob)/a.md"]
    assert [*index_entries(repo.cwd, ["x"])] == ["x/a.md"]
    assert index_entries(repo.cwd, ["none/"]) == {}


def test_an_empty_index(repo: Repo) -> None:
    assert index_entries(repo.cwd) == {}


def test_a_conflict_is_named(kinds: Kinds) -> None:
    with pytest.raises(ConfigError, match=r"prompts/0\.md is unmerged") as caught:
        index_entries(kinds("conflict").cwd)
    assert "git add" in caught.value.hint
    assert index_entries(kinds("conflict").cwd, ["prompts/1.md"]) != {}


def test_no_index_in_a_bare_repository(kinds: Kinds) -> None:
    with pytest.raises(ConfigError, match="bare repository"):
        index_entries(kinds("bare").cwd)


@pytest.mark.parametrize("kind", [kind for kind in WITH_INDEX if not kind.startswith("partial")])
def test_named_blobs(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    unreplaced = {"GIT_NO_REPLACE_OBJECTS": "1"}
    blobs = {path: repo.raw("cat-file", "blob", entry.oid, env=unreplaced) for path, entry in listed(repo).items()}
    blobs.pop("prompts/new.md", None)  # only intended to be added, see below
    assert read_named(repo.cwd, [f":0:{path}" for path in blobs]) == {f":0:{path}": blobs[path] for path in blobs}
    tree = empty_tree(repo.cwd) if kind == "unborn" else tree_of(repo.cwd, "HEAD")
    committed = {path: entry.oid for path, entry in tree_entries(repo.cwd, tree).items()}
    expected = {f"{tree}:{path}": repo.raw("cat-file", "blob", oid, env=unreplaced) for path, oid in committed.items()}
    assert read_named(repo.cwd, [*expected]) == expected


def test_named_blobs_that_are_not_there(kinds: Kinds) -> None:
    repo = kinds("names")
    tree = repo.oid("HEAD^{tree}")
    there = f":{os.fsdecode(NAMES[0])}"
    absent = [":nope", ":nope blob 12", f"{tree}:nope", "nope", "", ":", "--batch", ":a\nb", ":a\r", ":a\0b", tree]
    found = read_named(repo.cwd, [*absent, there, *absent])
    assert found == {**dict.fromkeys(absent), there: NAMES[0]}
    assert read_named(repo.cwd, []) == {}


def test_a_named_blob_that_is_unmerged(kinds: Kinds) -> None:
    repo = kinds("conflict")
    with pytest.raises(ConfigError, match="unmerged"):
        read_named(repo.cwd, [":prompts/0.md"])
    assert read_named(repo.cwd, [":prompts/1.md", ":2:prompts/0.md"])[":2:prompts/0.md"] == b"ours"


def test_a_named_blob_that_is_only_intended(kinds: Kinds) -> None:
    repo = kinds("intent_to_add")
    assert read_named(repo.cwd, [":prompts/new.md", ":prompts/empty.md"]) == {
        ":prompts/new.md": None,
        ":prompts/empty.md": b"",
    }


def test_a_missing_blob_stops_the_run(kinds: Kinds) -> None:
    """In a partial clone a manifest may exist and not be here: that is not "no manifest"."""
    repo = kinds("partial")
    with pytest.raises(ConfigError, match="promisor remote") as caught:
        read_named(repo.cwd, [":prompts/0.md"])
    assert "git fetch --refetch" in caught.value.hint
    assert read_named(repo.cwd, [":prompts/local.md", ":none"]) == {":prompts/local.md": b"made here", ":none": None}
    assert not (repo.path / ".git" / "FETCH_HEAD").exists()
