"""Where hooks belong: git itself says so, by running what lies there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmcost_hooks.git.hook_place import find_hooks
from llmcost_hooks.git.plumbing import open_repository
from llmcost_hooks.git.worktree import untracked_paths

from ..repos import Repo


def runs_what_lies_in(repo: Repo, folder: str) -> bool:
    """Whether git runs a pre-commit hook of that directory."""
    path = Path(folder) / "pre-commit"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 7\n")
    path.chmod(0o755)
    return repo.run("commit", "--allow-empty", "-m", "m").code != 0


@pytest.mark.parametrize(
    ("stated", "in_tree"),
    [(None, False), (".githooks", True), ("a/../b c", True), (".git/own", False), ("{outside}", False), ("~/h", False)],
)
@pytest.mark.parametrize("below", ["", "sub/dir"])
def test_it_is_where_git_looks(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: str | None, in_tree: bool, below: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (repo.path / "sub/dir").mkdir(parents=True)
    (repo.path / "a").symlink_to("sub/dir")
    if stated is not None:
        repo.git("config", "core.hooksPath", stated.replace("{outside}", str(tmp_path / "outside")))
    place = find_hooks(open_repository(str(repo.path / below)))
    assert (place.in_tree, place.scope) == (in_tree, "" if stated is None else "local")
    assert os.path.isabs(place.directory) and runs_what_lies_in(repo, place.directory)


def test_linked_working_trees_and_submodules(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked")
    assert find_hooks(open_repository(linked.cwd)) == find_hooks(open_repository(repo.cwd))
    above = Repo.init(tmp_path / "above")
    above.git("submodule", "--quiet", "add", f"file://{repo.path}", "sub")
    sub = Repo(above.path / "sub")
    place = find_hooks(open_repository(sub.cwd))
    assert not place.in_tree and place.directory == str(above.path / ".git/modules/sub/hooks")
    assert runs_what_lies_in(sub, place.directory)


def test_of_which_configuration_it_comes(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gitconfig").write_text("[core]\nhooksPath = /everywhere\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    place = find_hooks(open_repository(repo.cwd))
    assert (place.directory, place.stated, place.scope) == ("/everywhere", "/everywhere", "global")
    repo.git("config", "core.hooksPath", "here")
    assert find_hooks(open_repository(repo.cwd)).scope == "local"


def test_untracked_files_are_those_that_git_add_would_take(repo: Repo, tmp_path: Path) -> None:
    repo.write("tracked.md", "x")
    repo.write(".gitignore", "ignored/\n*.log\n")
    repo.commit("first")
    names = ["new.md", "deep/er/new.md", "odd \"name'.md", "tab\there.md", "ü.md", "line\nbreak.md"]
    for name in (*names, "ignored/a.md", "b.log", os.fsdecode(b"byte\xff.md")):
        repo.write(name, "x")
    (repo.path / "link.md").symlink_to("tracked.md")
    os.mkfifo(repo.path / "pipe")
    Repo.init(repo.path / "inner").write("x.md", "x")
    found = untracked_paths(repo.cwd)
    assert found == sorted([*names, os.fsdecode(b"byte\xff.md")])
    repo.git("--literal-pathspecs", "add", "--", *found)
    assert untracked_paths(repo.cwd) == []
