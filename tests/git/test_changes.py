"""Staged changes, changes between trees and renames, against `git diff`."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.git.changes import Change, Renames, changed_between, renames, staged_changes
from llmcost_hooks.git.revisions import empty_tree, tree_of

from ..repos import Repo
from .conftest import Kinds
from .kinds import KINDS, READABLE, WITH_INDEX

WITH_HISTORY = [kind for kind in READABLE if kind not in ("unborn", "shallow", "attributes", "names")]


def status(changes: list[Change]) -> list[tuple[str, str]]:
    return sorted((change.status, change.path) for change in changes)


def git_status(repo: Repo, *args: str) -> list[tuple[str, str]]:
    """What `git diff --name-status` says."""
    fields = repo.git("diff", "--name-status", "-z", "--no-renames", *args).split("\0")
    return sorted(zip(fields[::2], fields[1::2], strict=False))


@pytest.mark.parametrize("kind", [*WITH_INDEX, "conflict"])
def test_staged(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    changes = staged_changes(repo.cwd)
    assert status(changes) == git_status(repo, "--cached")
    for change in changes:
        if change.status in "AM":
            assert repo.git("ls-files", "-s", change.path).split()[:2] == [change.mode, change.oid]
        if change.status in "MD":
            assert repo.oid(f"HEAD:{change.base_path}") == change.base_oid


@pytest.mark.parametrize("kind", [kind for kind in WITH_INDEX if kind not in ("partial_sha256",)])
def test_staged_after_edits(kind: str, tmp_path: Path) -> None:
    """The same edits are seen in every kind of repository: added, modified, deleted, type and mode changed."""
    repo = KINDS[kind](tmp_path / "repo")
    for path in ("prompts/kept.md", "prompts/gone.md", "prompts/type.md", "prompts/mode.md"):
        repo.stage(path, path)
    repo.commit(all=False)
    repo.stage("prompts/kept.md", "changed")
    repo.stage("prompts/added.md", "added")
    repo.rm("prompts/gone.md")
    (repo.path / "prompts/type.md").unlink()
    (repo.path / "prompts/type.md").symlink_to("kept.md")
    (repo.path / "prompts/mode.md").chmod(0o755)
    repo.git("add", "prompts/type.md", "prompts/mode.md")
    expected = [("A", "added"), ("D", "gone"), ("M", "kept"), ("M", "mode"), ("T", "type")]
    changes = staged_changes(repo.cwd)
    assert status(changes) == [(letter, f"prompts/{name}.md") for letter, name in expected]
    assert status(changes) == git_status(repo, "--cached")
    zero = "0" * len(empty_tree(repo.cwd))
    facts = {change.path: change for change in changes}
    assert facts["prompts/added.md"][3:] == ("000000", "100644", zero, repo.oid(":prompts/added.md"))
    assert facts["prompts/gone.md"][3:] == ("100644", "000000", repo.oid("HEAD:prompts/gone.md"), zero)
    assert facts["prompts/mode.md"][3:5] == ("100644", "100755")
    assert facts["prompts/type.md"][3:5] == ("100644", "120000")


@pytest.mark.parametrize("kind", WITH_HISTORY)
def test_between(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    base, head = repo.oid("HEAD~1^{tree}"), repo.oid("HEAD^{tree}")
    for sides in ((base, head), (head, base)):
        changes = changed_between(repo.cwd, *sides)
        assert status(changes) == git_status(repo, *sides)
        for change in changes:
            assert change.base_path == change.path
            if change.status == "M":
                blobs = [repo.oid(f"{side}:{change.path}") for side in sides]
                assert [change.base_oid, change.oid] == blobs
    assert changed_between(repo.cwd, head, head) == []


def test_configuration_does_not_change_the_answer(repo: Repo) -> None:
    repo.write("a/1.md", "text\n" * 20)
    repo.commit()
    repo.mv("a/1.md", "a/2.md")
    repo.write("b.md", "b")
    repo.commit()
    base, head = repo.oid("HEAD~1^{tree}"), repo.oid("HEAD^{tree}")
    expected = [("A", "a/2.md"), ("A", "b.md"), ("D", "a/1.md")]
    assert status(changed_between(repo.cwd, base, head)) == expected
    for key, value in {
        "diff.renames": "copies", "diff.relative": "true", "diff.ignoreSubmodules": "all", "diff.noprefix": "true",
        "diff.external": "false", "core.quotePath": "true", "color.ui": "always", "core.abbrev": "5",
    }.items():  # fmt: skip
        repo.git("config", key, value)
    assert status(changed_between(repo.cwd, base, head)) == expected
    assert all(len(change.oid) == 40 for change in changed_between(repo.cwd, base, head))


def test_a_staged_submodule_is_a_change(tmp_path: Path) -> None:
    """Something is staged, though no prompt: the hook must not take the index for equal to HEAD."""
    repo = KINDS["submodule"](tmp_path / "repo")
    repo.git("config", "submodule.library.ignore", "all")
    repo.git("config", "diff.ignoreSubmodules", "all")
    Repo(repo.path / "library").commit("moved")
    repo.git("add", "--force", "library")
    repo.git("update-index", "--cacheinfo", f"160000,{Repo(repo.path / 'library').oid('HEAD')},library")
    assert [(c.status, c.path, c.mode) for c in staged_changes(repo.cwd)] == [("M", "library", "160000")]


def test_a_broken_head_is_not_an_unborn_one(repo: Repo) -> None:
    repo.write("a", "a")
    repo.commit()
    (repo.path / ".git" / "refs" / "heads" / "main").write_text("1" * 40 + "\n")
    with pytest.raises(ConfigError, match="git diff-index failed: bad object HEAD"):
        staged_changes(repo.cwd)


def test_nothing_is_staged_in_a_bare_repository(kinds: Kinds) -> None:
    with pytest.raises(ConfigError, match="bare repository: nothing is staged") as caught:
        staged_changes(kinds("bare").cwd)
    assert "--rev" in caught.value.hint


def test_deleting_everything_is_a_change(repo: Repo) -> None:
    repo.write("a", "a")
    repo.commit()
    repo.rm("a")
    assert status(staged_changes(repo.cwd)) == [("D", "a")]


def paths_of(changes: list[Change]) -> list[str]:
    return [change.path for change in changes if change.status in "AD"]


def git_renames(repo: Repo, *args: str) -> dict[str, str]:
    fields = repo.git("diff", "--name-status", "-z", "-M50%", "-l0", "--diff-filter=R", *args).split("\0")
    return {new: old for old, new in zip(fields[1::3], fields[2::3], strict=False)}


def test_renames_between_trees(kinds: Kinds) -> None:
    repo = kinds("renamed")
    base, head = repo.oid("HEAD~1^{tree}"), repo.oid("HEAD^{tree}")
    paths = paths_of(changed_between(repo.cwd, base, head))
    expected = {"b/exact.md": "a/exact.md", "b/similar.md": "a/similar.md"}
    assert renames(repo.cwd, base, head, paths) == Renames(expected, True)
    assert git_renames(repo, base, head) == expected
    assert renames(repo.cwd, head, base, paths).pairs == {old: new for new, old in expected.items()}
    assert renames(repo.cwd, base, head, [*paths, "a/stays.md"]).pairs == expected, "a copy is no rename"
    assert renames(repo.cwd, base, head, []) == Renames({}, True)
    assert renames(repo.cwd, base, None, paths) == Renames({}, True)


def test_renames_only_among_the_paths_given(kinds: Kinds) -> None:
    repo = kinds("renamed")
    base, head = repo.oid("HEAD~1^{tree}"), repo.oid("HEAD^{tree}")
    pair = ["a/exact.md", "b/exact.md"]
    assert renames(repo.cwd, base, head, pair).pairs == {"b/exact.md": "a/exact.md"}
    assert renames(repo.cwd, base, head, ["a/exact.md"]).pairs == {}
    many = [*pair, *(f"directory/{'x' * 100}/{n}.md" for n in range(2000))]
    assert renames(repo.cwd, base, head, many).pairs == {"b/exact.md": "a/exact.md"}, "too many for a command line"


def test_renames_in_the_index_and_on_disk(repo: Repo) -> None:
    text = "".join(f"line {n}\n" for n in range(50))
    for name in ("old", "edited", "*"):
        repo.write(f"{name}.md", f"{name}\n{text}")
    repo.commit()
    for name in ("old", "edited"):
        repo.mv(f"{name}.md", f"new/{name} [1].md")
    repo.mv("*.md", "star?.md")
    repo.write("new/edited [1].md", f"edited further\n{text}")
    tree = tree_of(repo.cwd, "HEAD")
    expected = {"new/old [1].md": "old.md", "new/edited [1].md": "edited.md", "star?.md": "*.md"}
    paths = [*expected, *expected.values()]
    assert renames(repo.cwd, tree, None, paths, staged=True).pairs == git_renames(repo, "--cached") == expected
    assert renames(repo.cwd, tree, None, paths, worktree=True).pairs == git_renames(repo, "HEAD") == expected
    repo.write("new/edited [1].md", "rewritten\n" * 50)
    expected.pop("new/edited [1].md")
    assert renames(repo.cwd, tree, None, paths, worktree=True).pairs == git_renames(repo, "HEAD") == expected
    assert len(renames(repo.cwd, tree, None, paths, staged=True).pairs) == 3


def test_renames_without_the_contents(tmp_path: Path) -> None:
    """A blobless clone pairs what moved unchanged, and says that it could do no more."""
    server = KINDS["renamed"](tmp_path / "server")
    server.git("config", "uploadpack.allowFilter", "true")
    repo = server.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    base, head = tree_of(repo.cwd, "HEAD~1"), tree_of(repo.cwd, "HEAD")
    paths = paths_of(changed_between(repo.cwd, base, head))
    assert renames(repo.cwd, base, head, paths) == Renames({"b/exact.md": "a/exact.md"}, False)
    repo.git("read-tree", "HEAD")
    assert renames(repo.cwd, base, None, paths, staged=True) == Renames({"b/exact.md": "a/exact.md"}, False)


def test_a_tree_that_is_not_there(kinds: Kinds) -> None:
    repo = kinds("history")
    with pytest.raises(ConfigError, match="git diff-tree failed"):
        changed_between(repo.cwd, "1" * 40, repo.oid("HEAD^{tree}"))
    with pytest.raises(ConfigError, match="git diff-tree failed"):
        renames(repo.cwd, "1" * 40, repo.oid("HEAD^{tree}"), ["a"])
