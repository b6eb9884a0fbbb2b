"""Real hooks, started by the git program: temporary indexes, linked worktrees, subdirectories, quarantine."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from ..repos import Repo

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("backend")


def watch(repo: Repo, hook: str, saw: Path, before: str = "", revisions: str = "") -> None:
    """Install a hook that writes down what it sees, and lets git go on."""
    command = f"{shlex.quote(sys.executable)} -m tests.git.saw {shlex.quote(str(saw))} {revisions}"
    repo.hook(hook, f"{before}\nPYTHONPATH={shlex.quote(str(ROOT))} exec {command}")


@pytest.fixture
def prompts(repo: Repo) -> Repo:
    """a.md and b.md are committed; both are edited, only b.md is staged."""
    for name in ("a.md", "b.md", "sub/c.md"):
        repo.write(name, f"{name} committed")
    repo.commit()
    repo.stage("b.md", "b.md staged")
    repo.write("a.md", "a.md edited")
    return repo


def commit(repo: Repo, saw: Path, *args: str, cwd: str = ".") -> dict[str, Any]:
    """`git commit ARGS`; what its hook saw, checked against the commit that it made."""
    ended = repo.run("-C", cwd, "commit", "-q", "-m", "message", *args)
    assert ended.code == 0, ended.err
    seen: dict[str, Any] = json.loads(saw.read_text())
    paths = repo.git("ls-tree", "-r", "--name-only", "HEAD").splitlines()
    made = {path: repr(repo.raw("cat-file", "blob", f"HEAD:{path}")) for path in paths}
    assert seen["index"] == made
    assert seen["named"] == {f":{path}": content for path, content in made.items()}
    changed = repo.git("diff", "--name-status", "--no-renames", "HEAD~1", "HEAD").splitlines()
    assert seen["staged"] == {path: status for status, path in (line.split("\t") for line in changed)}
    assert seen["cwd"] == seen["top"] == repo.cwd
    return seen


@pytest.mark.parametrize(
    ("args", "cwd", "changed"),
    [
        ((), ".", {"b.md"}),
        (("-a",), ".", {"a.md", "b.md"}),
        (("--only", "a.md"), ".", {"a.md"}),
        (("a.md",), ".", {"a.md"}),
        (("-i", "a.md"), ".", {"a.md", "b.md"}),
        ((), "sub", {"b.md"}),
        (("-a",), "sub", {"a.md", "b.md"}),
        (("../a.md",), "sub", {"a.md"}),
    ],
)
def test_commit(prompts: Repo, tmp_path: Path, args: tuple[str, ...], cwd: str, changed: set[str]) -> None:
    watch(prompts, "pre-commit", tmp_path / "saw")
    seen = commit(prompts, tmp_path / "saw", *args, cwd=cwd)
    assert set(seen["staged"]) == changed


def test_commit_in_a_linked_worktree(prompts: Repo, tmp_path: Path) -> None:
    watch(prompts, "pre-commit", tmp_path / "saw")
    prompts.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = Repo(tmp_path / "side")
    side.write("a.md", "a.md in the linked worktree")
    side.stage("new.md", "new")
    seen = commit(side, tmp_path / "saw", "-a")
    assert seen["staged"] == {"a.md": "M", "new.md": "A"}
    assert seen["index"]["b.md"] == repr(b"b.md committed")


def test_first_commit(repo: Repo, tmp_path: Path) -> None:
    watch(repo, "pre-commit", tmp_path / "saw")
    repo.stage("a.md", "a")
    repo.git("commit", "-q", "-m", "first")
    seen = json.loads((tmp_path / "saw").read_text())
    assert (seen["staged"], seen["index"]) == ({"a.md": "A"}, {"a.md": repr(b"a")})


def test_work_tree_from_elsewhere(prompts: Repo, tmp_path: Path) -> None:
    watch(prompts, "pre-commit", tmp_path / "saw")
    here = Repo.init(tmp_path / "elsewhere")
    ended = here.run(f"--git-dir={prompts.path}/.git", f"--work-tree={prompts.path}", "commit", "-q", "-am", "m")
    assert ended.code == 0, ended.err
    seen = json.loads((tmp_path / "saw").read_text())
    assert (seen["top"], seen["staged"]) == (prompts.cwd, {"a.md": "M", "b.md": "M"})


@pytest.mark.parametrize("bare", [True, False])
@pytest.mark.parametrize("hook", ["pre-receive", "update", "post-receive"])
def test_push(prompts: Repo, tmp_path: Path, hook: str, bare: bool) -> None:
    """In pre-receive the new objects are in quarantine."""
    server = Repo.init(tmp_path / "server", *(["--bare"] if bare else ["-b", "trunk"]))
    before, new = ("", "$3") if hook == "update" else ("read old new ref", "$new")
    watch(server, hook, tmp_path / "saw", before, new)
    prompts.commit()
    head = prompts.oid("HEAD")
    ended = prompts.run("push", "-q", server.cwd, "HEAD:refs/heads/main")
    assert ended.code == 0, ended.err
    seen = json.loads((tmp_path / "saw").read_text())
    assert seen["top"] is None
    assert seen[head]["a.md"] == repr(b"a.md edited")


def test_pre_push(prompts: Repo, tmp_path: Path) -> None:
    server = Repo.init(tmp_path / "server", "--bare")
    prompts.commit()
    head = prompts.oid("HEAD")
    prompts.write("a.md", "neither pushed nor committed")
    watch(prompts, "pre-push", tmp_path / "saw", "read ref new remote old", "$new")
    ended = prompts.run("push", "-q", server.cwd, "HEAD:refs/heads/main")
    assert ended.code == 0, ended.err
    assert json.loads((tmp_path / "saw").read_text())[head]["a.md"] == repr(b"a.md edited")
