"""Revisions as users type them, and the advice where git knows none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.git.changes import changed_between
from llmcost_hooks.git.revisions import (
    branch_name,
    empty_tree,
    merge_base,
    resolve_commit,
    tree_of,
    try_resolve_commit,
)

from ..repos import Repo
from .conftest import Kinds
from .kinds import KINDS, READABLE


def follow(hint: str, repo: Repo) -> None:
    """Type the git command that a hint names."""
    command = hint[hint.index("git fetch") :].split("  ")[0].split(" (")[0]
    subprocess.run(command.split(), cwd=repo.path, check=True, capture_output=True)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Tags, branches, an upstream, an abbreviated id, messages."""
    server = KINDS["octopus"](tmp_path_factory.mktemp("rich") / "server")
    repo = server.clone(server.path.with_name("clone"))
    repo.git("tag", "-a", "-m", "annotated", "v1", "HEAD~1")
    repo.git("tag", "light", "HEAD~2")
    repo.git("tag", "blob", repo.oid("HEAD:m"))
    repo.git("branch", "sl/ash", "HEAD~1")
    repo.checkout("sl/ash")
    repo.checkout("main")
    return repo


@pytest.mark.parametrize(
    "revision",
    ["HEAD", "@", "main", "v1", "light", "sl/ash", "HEAD~2", "HEAD^3", "HEAD^2~1", "main@{0}", "@{-1}", "@{u}", "v1^{}",
     "v1^{commit}", "origin", "origin/a", ":/version 1", "HEAD^{/version 0}", "refs/heads/main", "heads/main"],
)  # fmt: skip
def test_every_spelling(rich: Repo, revision: str) -> None:
    expected = rich.git("rev-list", "-1", revision)
    assert resolve_commit(rich.cwd, revision) == try_resolve_commit(rich.cwd, revision) == expected
    assert resolve_commit(rich.cwd, expected[:8]) == expected
    assert tree_of(rich.cwd, expected) == rich.oid(f"{expected}^{{tree}}")


@pytest.mark.parametrize(
    "revision",
    ["", "nope", "^main", "main..v1", "main...v1", "..", "main^@", "main^!", "--all", "--output=pwned", "-x", "-", "--",
     "blob", "HEAD:m", ":m", "HEAD^{tree}", "a\nb", "a\0b", "x" * 10_000, "1" * 40, "f" * 64, "0" * 40,
     ":/no such message", "@{-9}", "a@{u}", "main^9", "*", "\udce9", "HEAD -- x"],
)  # fmt: skip
def test_what_is_no_commit(rich: Repo, revision: str) -> None:
    assert try_resolve_commit(rich.cwd, revision) is None
    with pytest.raises(ConfigError, match="does not name a commit") as caught:
        resolve_commit(rich.cwd, revision)
    assert caught.value.message.startswith(repr(revision)) and caught.value.hint
    assert not (rich.path / "pwned").exists()


def test_git_says_why(rich: Repo) -> None:
    with pytest.raises(ConfigError, match=r"'a@\{u\}' does not name a commit: no such branch: 'a'"):
        resolve_commit(rich.cwd, "a@{u}")


def test_a_branch_that_only_the_remote_has(rich: Repo) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve_commit(rich.cwd, "b~1")
    assert "Did you mean origin/b~1?" in caught.value.hint
    assert resolve_commit(rich.cwd, "origin/b~1")


def test_no_remote_at_all(repo: Repo) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve_commit(repo.cwd, "main")
    assert caught.value.hint == "See git branch --all for what there is."


@pytest.mark.parametrize("name", ["feature/x", "origin/feature/x"])
@pytest.mark.parametrize("depth", [(), ("--depth=1",)])
def test_a_branch_that_was_not_fetched(tmp_path: Path, name: str, depth: tuple[str, ...]) -> None:
    """As in a CI job, which has one branch and often one commit: the command in the hint makes the base known."""
    server = KINDS["history"](tmp_path / "server")
    server.branch("feature/x", "HEAD~1")
    server.write("x", "x")
    server.commit("x")
    expected = server.oid("HEAD")
    server.checkout("main")
    repo = server.clone(tmp_path / "clone", "--single-branch", *depth)
    with pytest.raises(ConfigError) as caught:
        resolve_commit(repo.cwd, name)
    assert ("--unshallow" in caught.value.hint) == bool(depth)
    follow(caught.value.hint, repo)
    assert caught.value.hint.endswith("name it origin/feature/x")
    assert resolve_commit(repo.cwd, "origin/feature/x") == expected
    assert merge_base(repo.cwd, expected, repo.oid("HEAD")) == server.oid("main~1")


def test_another_remote(tmp_path: Path) -> None:
    repo = KINDS["history"](tmp_path / "server").clone(tmp_path / "clone", "--origin=upstream")
    with pytest.raises(ConfigError) as caught:
        resolve_commit(repo.cwd, "dev")
    assert "git fetch upstream +refs/heads/dev:refs/remotes/upstream/dev" in caught.value.hint


@pytest.mark.parametrize("revision", ["HEAD~1", "HEAD^", "deadbeefdeadbeef"])
def test_history_that_a_shallow_clone_lacks(tmp_path: Path, revision: str) -> None:
    repo = KINDS["shallow"](tmp_path / "clone")
    with pytest.raises(ConfigError) as caught:
        resolve_commit(repo.cwd, revision)
    assert caught.value.hint == "Type: git fetch --unshallow"
    follow(caught.value.hint, repo)
    assert try_resolve_commit(repo.cwd, "HEAD~1")


@pytest.mark.parametrize(
    "kind", [kind for kind in READABLE if kind not in ("unborn", "shallow", "names", "attributes")]
)
def test_merge_base(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    for a, b in (("HEAD", "HEAD~1"), ("HEAD~1", "HEAD"), ("HEAD", "HEAD")):
        ids = repo.git("rev-list", "--no-walk=unsorted", a, b).split()
        sides = (ids[0], ids[-1])
        found = repo.run("merge-base", *sides)
        if found.code == 0:
            assert merge_base(repo.cwd, *sides) == found.out.decode().strip()
        else:
            with pytest.raises(ConfigError, match="have no commit in common"):
                merge_base(repo.cwd, *sides)


def test_two_merge_bases(kinds: Kinds) -> None:
    repo = kinds("criss_cross")
    bases = repo.git("merge-base", "--all", "main", "side").split()
    assert len(bases) == 2
    assert merge_base(repo.cwd, repo.oid("main"), repo.oid("side")) == bases[0]


def test_no_merge_base(repo: Repo) -> None:
    repo.write("a", "a")
    repo.commit()
    main = repo.oid("HEAD")
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit()
    other = repo.oid("HEAD")
    with pytest.raises(ConfigError, match="have no commit in common") as caught:
        merge_base(repo.cwd, main, other)
    assert "A..B" in caught.value.hint


def test_no_merge_base_in_a_shallow_clone(tmp_path: Path) -> None:
    server = KINDS["history"](tmp_path / "server")
    server.branch("feature", "HEAD~1")
    server.commit("x")
    repo = server.clone(tmp_path / "clone", "--depth=1", "--no-single-branch")
    main, feature = repo.oid("origin/main"), repo.oid("origin/feature")
    with pytest.raises(ConfigError, match="is not in this shallow clone") as caught:
        merge_base(repo.cwd, main, feature)
    assert "fetch-depth: 0" in caught.value.hint
    follow(caught.value.hint, repo)
    assert merge_base(repo.cwd, main, feature) == server.oid("main~1")


def test_merge_base_of_what_is_not_there(kinds: Kinds) -> None:
    with pytest.raises(ConfigError, match="git merge-base failed: Not a valid commit name"):
        merge_base(kinds("history").cwd, "1" * 40, kinds("history").oid("HEAD"))


@pytest.mark.parametrize("kind", KINDS)
def test_empty_tree(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    empty = repo.git("hash-object", "-t", "tree", os.devnull)
    assert empty_tree(repo.cwd) == empty_tree(repo.cwd, empty[::-1]) == empty


def test_a_replaced_commit_has_the_tree_that_git_shows(kinds: Kinds) -> None:
    repo = kinds("replaced")
    commit = resolve_commit(repo.cwd, "HEAD")
    assert commit == repo.oid("HEAD")
    assert tree_of(repo.cwd, commit) == repo.git("log", "-1", "--format=%T")
    assert "prompts/9.md" in [
        c.path for c in changed_between(repo.cwd, empty_tree(repo.cwd), tree_of(repo.cwd, commit))
    ]


def test_a_tree_that_is_not_there(kinds: Kinds) -> None:
    with pytest.raises(ConfigError, match="git rev-parse failed: Needed a single revision"):
        tree_of(kinds("history").cwd, "1" * 40)


def test_branch_name(kinds: Kinds) -> None:
    assert branch_name(kinds("history").cwd) == "main"
    assert branch_name(kinds("unborn").cwd) == "main"
    assert branch_name(kinds("linked_worktree").cwd) == "side"
    assert branch_name(kinds("detached").cwd) is None


def test_an_odd_branch_name(repo: Repo) -> None:
    name = "fi\u00e9/\U0001f4a5\udce9"
    repo.commit()
    repo.branch(name)
    assert branch_name(repo.cwd) == name
    assert resolve_commit(repo.cwd, name) == repo.oid("HEAD")
