"""Starting git, finding the repository, and what is said where that fails."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.git.objects import read_blobs
from llmcost_hooks.git.plumbing import Repository, open_at_head, open_repository, run_git
from llmcost_hooks.git.revisions import commit_and_tree, resolve_commit

from ..repos import Repo
from .conftest import Kinds
from .kinds import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_opens(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    top = None if kind == "bare" else repo.cwd
    assert open_repository(repo.cwd) == Repository(repo.cwd, top, "", kind == "shallow")


def test_below_the_top(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("a b/c\nd/file", "x")
    assert open_repository(f"{repo.cwd}/a b/c\nd") == Repository(repo.cwd, repo.cwd, "a b/c\nd/", False)
    monkeypatch.chdir(repo.path / "a b")
    assert open_repository() == Repository(repo.cwd, repo.cwd, "a b/", False)


def test_through_a_symbolic_link(repo: Repo, tmp_path: Path) -> None:
    repo.write("sub/file", "x")
    (tmp_path / "link").symlink_to(repo.path / "sub")
    assert open_repository(str(tmp_path / "link")) == Repository(repo.cwd, repo.cwd, "sub/", False)


def test_inside_the_git_directory_there_is_no_worktree(repo: Repo) -> None:
    git_dir = f"{repo.cwd}/.git"
    assert open_repository(git_dir) == Repository(git_dir, None, "", False)


def test_where_the_hooks_of_a_push_run(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.path / ".git")
    monkeypatch.setenv("GIT_DIR", ".")
    assert open_repository() == Repository(f"{repo.cwd}/.git", None, "", False)


def test_git_dir_alone(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`git --git-dir=repo/.git llm-cost`: the directory where the user stands is the working tree, as for git."""
    repo.write("a", "a")
    repo.commit()
    head = repo.oid("HEAD")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", "repo/.git")
    opened = open_repository()
    assert opened == Repository(str(tmp_path), str(tmp_path), "", False)
    assert resolve_commit(opened.cwd, "HEAD") == head
    assert dict(read_blobs(opened.cwd, [blob := repo.oid("HEAD:a")])) == {blob: b"a"}


@pytest.mark.parametrize("start", [".", "repo/sub", "repo/.git"])
def test_git_dir_and_work_tree(repo: Repo, tmp_path: Path, start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("sub/a", "a")
    repo.commit()
    head = repo.oid("HEAD")
    monkeypatch.chdir(tmp_path / start)
    monkeypatch.setenv("GIT_DIR", os.path.relpath(repo.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", os.path.relpath(repo.path))
    opened = open_repository()
    assert opened == Repository(repo.cwd, repo.cwd, {"repo/sub": "sub/", "repo/.git": ".git/"}.get(start, ""), False)
    assert resolve_commit(opened.cwd, "HEAD") == head
    assert dict(read_blobs(opened.cwd, [blob := repo.oid("HEAD:sub/a")])) == {blob: b"a"}


def test_a_bare_git_dir_from_elsewhere(kinds: Kinds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = kinds("bare")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", os.path.relpath(bare.path))
    opened = open_repository()
    assert opened == Repository(bare.cwd, None, "", False)
    blob = bare.oid("HEAD:prompts/0.md")
    monkeypatch.setenv("LLMCOST_GIT_BACKEND", "pygit2")
    assert dict(read_blobs(opened.cwd, [blob]))[blob] == run_git(opened.cwd, "cat-file", "blob", blob).stdout


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(ConfigError, match="is not inside a git repository") as caught:
        open_repository(str(tmp_path))
    assert str(tmp_path) in caught.value.message
    with pytest.raises(ConfigError, match="is not inside a git repository"):
        run_git(str(tmp_path), "rev-parse", "--git-dir", check=False)


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Cannot enter the directory .*nowhere: No such file or directory"):
        open_repository(str(tmp_path / "nowhere"))


def test_no_git(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"^git was not found on PATH$"):
        open_repository(repo.cwd)


def test_git_that_cannot_be_started(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "git").write_text("")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="git could not be started: Permission denied"):
        open_repository(repo.cwd)


def test_somebody_elses_repository(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """git's own switch for its tests makes every owner another one."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(ConfigError, match="belongs to another user") as caught:
        open_repository(repo.cwd)
    command = caught.value.hint.rpartition("type: ")[2]
    assert command == f"git config --global --add safe.directory '{repo.cwd}'"
    with pytest.raises(ConfigError, match="belongs to another user"):
        run_git(repo.cwd, "rev-parse", "-q", "--verify", "HEAD", check=False)


def test_a_path_to_type_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo.init(tmp_path / "it's; here")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(ConfigError) as caught:
        open_repository(repo.cwd)
    assert caught.value.hint.endswith("it'\\''s; here'")


def test_nothing_is_read_from_standard_input(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pre-push hook's own input must still be there after git ran."""
    read, write = os.pipe()
    os.write(write, b"refs/heads/main")
    os.close(write)
    kept = os.dup(0)
    os.dup2(read, 0)
    try:
        run_git(repo.cwd, "hash-object", "--stdin")
        assert os.read(0, 100) == b"refs/heads/main"
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(read)


def test_the_users_pathspec_settings_do_not_count(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.stage("a.md", "a")
    for name in ("GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"):
        monkeypatch.setenv(name, "1")
        assert run_git(repo.cwd, "ls-files", "--", "A.md", "*.md").stdout == b""


@pytest.mark.parametrize("kind", KINDS)
def test_head_is_what_git_says_it_is(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    opened, head = open_at_head(repo.cwd)
    assert opened == open_repository(repo.cwd)
    assert head == commit_and_tree(repo.cwd, "HEAD")
    assert (head is None) is (kind in ("unborn", "treeless"))


def test_a_path_that_looks_like_an_answer(repo: Repo) -> None:
    """Of a bare repository the path stands right before the ids of HEAD."""
    repo.write("a.txt", "a")
    repo.commit()
    place = repo.path / f"true\n{'1' * 40}\n{'2' * 40}"
    repo.git("clone", "-q", "--bare", repo.cwd, str(place))
    opened, head = open_at_head(str(place))
    assert (opened.cwd, opened.top) == (str(place), None)
    assert head == (repo.oid("HEAD"), repo.oid("HEAD^{tree}"))
