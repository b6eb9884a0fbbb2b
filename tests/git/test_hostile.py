"""A repository whose configuration names programs: none of them may run, whatever is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.git.catfile import read_named
from llmcost_hooks.git.changes import changed_between, renames, staged_changes
from llmcost_hooks.git.hook_place import find_hooks
from llmcost_hooks.git.index import index_entries
from llmcost_hooks.git.objects import Unread, read_blobs, tree_entries
from llmcost_hooks.git.plumbing import open_repository, run_git
from llmcost_hooks.git.revisions import branch_name, merge_base, resolve_commit, tree_of, try_resolve_commit
from llmcost_hooks.git.worktree import WorktreeFile, read_worktree, tracked_paths, untracked_paths

from ..repos import Repo

COMMANDS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.alternateRefsCommand",
    "core.gitProxy", "diff.external", "diff.planted.textconv", "diff.planted.command", "filter.planted.clean",
    "filter.planted.smudge", "filter.planted.process", "filter.a=b.clean", "filter.a=b.process", "merge.planted.driver",
    "pager.diff-index", "pager.rev-parse", "pager.cat-file", "alias.rev-parse", "alias.diff-index", "alias.cat-file",
    "alias.hash-object", "alias.ls-tree", "credential.helper", "uploadpack.packObjectsHook", "gpg.program",
    "remote.origin.uploadpack", "trace2.eventTarget", "interactive.diffFilter", "sequence.editor",
)  # fmt: skip


@pytest.fixture
def planted(repo: Repo, tmp_path: Path) -> Repo:
    """Everything that git could be told to run, told; files are young, so that git has to look into them."""
    for path in ("prompts/a.md", "prompts/b.md", "odd/c.md"):
        repo.write(path, f"{path}\n" * 20)
    repo.commit("first")
    repo.write("prompts/b.md", "changed\n" * 20)
    repo.commit("second")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{tmp_path}/ran'\ncat\n")
    program.chmod(0o755)
    for key in COMMANDS:
        repo.git("config", key, f"!{program}" if key.startswith(("alias", "credential")) else str(program))
    for driver in ("planted", "a=b"):
        repo.git("config", f"filter.{driver}.required", "true")
    repo.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    repo.git("config", "remote.origin.url", f"ext::{program}")
    repo.git("config", "remote.origin.promisor", "true")
    (tmp_path / "hooks").mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout", "pre-auto-gc"):
        (tmp_path / "hooks" / hook).symlink_to(program)
    attributes = "prompts/* filter=planted diff=planted merge=planted\nodd/* filter=a=b diff=planted\n"
    repo.write(".gitattributes", attributes)
    (repo.path / "prompts/a.md").rename(repo.path / "prompts/moved.md")
    index = repo.path / ".git" / "index"
    for file in repo.path.rglob("*.md"):  # as old as the index: git cannot tell from the time alone
        os.utime(file, ns=(index.stat().st_mtime_ns,) * 2)
    return repo


def ran(tmp_path: Path) -> str:
    file = tmp_path / "ran"
    return file.read_text() if file.exists() else ""


def test_nothing_planted_runs(planted: Repo, tmp_path: Path, backend: str) -> None:
    repo = open_repository(planted.cwd)
    head = resolve_commit(repo.cwd, "HEAD")
    base = resolve_commit(repo.cwd, "HEAD~1")
    trees = tree_of(repo.cwd, base), tree_of(repo.cwd, head)
    entries = tree_entries(repo.cwd, trees[1])
    assert len(dict(read_blobs(repo.cwd, [entry.oid for entry in entries.values()]))) == 3
    assert dict(read_blobs(repo.cwd, ["1" * 40])) == {"1" * 40: Unread("missing")}
    assert merge_base(repo.cwd, base, head) == base
    assert branch_name(repo.cwd) == "main"
    assert try_resolve_commit(repo.cwd, "1" * 40) is None
    assert staged_changes(repo.cwd) == []
    assert untracked_paths(repo.cwd) == [".gitattributes", "prompts/moved.md"]
    assert find_hooks(repo)[1:] == (str(tmp_path / "hooks"), "local", False)
    assert [change.path for change in changed_between(repo.cwd, *trees)] == ["prompts/b.md"]
    for paths in (["prompts/a.md", "prompts/moved.md"], ["prompts/a.md", "odd/c.md"]):
        renames(repo.cwd, trees[1], None, paths, worktree=True)
        renames(repo.cwd, trees[1], None, paths, staged=True)
        renames(repo.cwd, *trees, paths)
    assert len(index_entries(repo.cwd)) == 3
    assert len(read_named(repo.cwd, [":prompts/a.md", f"{trees[0]}:prompts/b.md", ":a\nb"])) == 3
    assert "prompts/b.md" in tracked_paths(repo.cwd)
    found = read_worktree(repo.cwd, ["prompts/b.md", "odd/c.md", "prompts/moved.md", ".gitattributes"])
    assert [type(file) for file in found.values()] == [Unread, Unread, Unread, WorktreeFile]
    assert ran(tmp_path) == ""
    planted.run("status")
    planted.run("add", "--all")
    assert "program" in ran(tmp_path), "the traps are live"


def test_a_submodules_configuration_does_not_run_either(tmp_path: Path) -> None:
    library = Repo.init(tmp_path / "library")
    library.write("x", "x")
    library.commit()
    repo = Repo.init(tmp_path / "repo")
    repo.stage("a.md", "a")
    repo.git("submodule", "--quiet", "add", f"file://{library.path}", "sub")
    repo.commit()
    head = repo.oid("HEAD")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> '{tmp_path}/ran'\n")
    program.chmod(0o755)
    sub = Repo(repo.path / "sub")
    sub.git("config", "core.fsmonitor", str(program))
    sub.git("config", "filter.planted.clean", str(program))
    sub.write(".gitattributes", "x filter=planted")
    sub.write("x", "y")
    tracked_paths(repo.cwd)
    staged_changes(repo.cwd)
    renames(repo.cwd, tree_of(repo.cwd, head), None, ["a.md", "sub"], worktree=True)
    read_worktree(repo.cwd, ["a.md", "sub/x", "sub"])
    assert ran(tmp_path) == ""
    repo.run("status")
    assert ran(tmp_path) != "", "the trap is live"


def test_too_many_filters_to_disable(repo: Repo) -> None:
    """A configuration that no command line can answer stops the run; its filters are not run instead."""
    repo.stage("a.md", "a")
    drivers = "".join(f'[filter "{n}{"x" * 1000}"]\n\tclean = false\n' for n in range(3000))
    with (repo.path / ".git" / "config").open("a") as config:
        config.write(drivers)
    with pytest.raises(ConfigError, match="git could not be started: Argument list too long"):
        tracked_paths(repo.cwd)


def test_the_network_is_closed(tmp_path: Path) -> None:
    """Not even a fetch that a caller asked for gets out."""
    server = Repo.init(tmp_path / "server")
    server.commit()
    repo = server.clone(tmp_path / "clone")
    with pytest.raises(ConfigError, match="transport 'file' not allowed"):
        run_git(repo.cwd, "fetch")


def test_a_foreign_repository_is_refused_by_both(repo: Repo, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root the owner is really changed, elsewhere git is told to take it for another."""
    repo.write("a", "a")
    repo.commit()
    oid = repo.oid("HEAD:a")
    if os.geteuid() == 0:
        for directory, _, files in os.walk(repo.path):
            for name in (".", *files):
                os.chown(os.path.join(directory, name), 12345, 12345)
    else:
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        monkeypatch.setenv("LLMCOST_GIT_BACKEND", "git")
    with pytest.raises(ConfigError, match="belongs to another user") as caught:
        list(read_blobs(repo.cwd, [oid]))
    assert f"safe.directory '{repo.cwd}'" in caught.value.hint
