"""Wrong arguments, manifests, repositories and machines: a clear message, the right code, nothing written."""

from __future__ import annotations

import os
import pwd
import time
from pathlib import Path

import pytest

from ..repos import Repo
from .conftest import Ready
from .running import (
    EVERY_SIDE,
    Ran,
    answer,
    call_hook,
    failed,
    llm_cost,
    passed,
    start,
    total,
    words,
)


@pytest.mark.parametrize("command", [("estimate", "--rev"), ("check", "--rev"), ("check", "--base"), ("diff",)])
@pytest.mark.parametrize(
    "revision", ["nowhere", "HEAD~99", "HEAD:prompts/search.md", "-x", "a..b..c", "deadbeef", "", "\n"]
)
def test_unreadable_revision(prompts: Repo, ready: Ready, command: tuple[str, ...], revision: str) -> None:
    ready(prompts)
    ran = failed(llm_cost(prompts.path, *command, revision), 2)
    assert ran.out == "" and len(ran.err.splitlines()) >= 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[budget", "llm-cost.toml:1: "),
        ("version = 1\n\n[budget]\nlimits = 3\n", 'llm-cost.toml:4: unknown key "limits"'),
        ("version = 1\n[budget]\nlimit = -1\n", "llm-cost.toml:3: "),
        ("version = 3\n", "version = 1 is required"),
        ("", "version = 1 is required"),
        ('version = 1\n[[prompts]]\npath = "../out.md"\n', "inside the repository"),
        ('version = 1\n[[prompts]]\npath = "/etc/passwd"\n', "relative to the top of the repository"),
        ('version = 1\n[[prompts]]\npath = "a"\n[[prompts]]\npath = "a"\n', "used twice"),
        ("version = 1 # " + "x" * 300_000, "larger than 256 KiB"),
        ("x = " + "[" * 100_000, "llm-cost.toml"),
    ],
)
def test_broken_manifest(prompts: Repo, ready: Ready, text: str, said: str) -> None:
    prompts.write("llm-cost.toml", text)
    prompts.commit("broken")
    ready(prompts)
    for command in EVERY_SIDE:
        ran = failed(llm_cost(prompts.path, *command), 2, said)
        assert ran.out == ""
        assert ('Did you mean "limit"?' in ran.err) == ("unknown key" in said)
    # The working tree can be right where the commit is not, and the other way round.
    assert "main:llm-cost.toml" in llm_cost(prompts.path, "estimate", "--rev", "HEAD").err


def test_manifest_deleted_on_head(prompts: Repo, ready: Ready) -> None:
    prompts.rm("llm-cost.toml")
    prompts.commit("without limits")
    ready(prompts)
    for command in (("diff", "HEAD~1"), ("diff", "HEAD~1..HEAD"), ("check", "--base", "HEAD~1")):
        ran = failed(llm_cost(prompts.path, *command), 2, "llm-cost.toml exists on HEAD~1 and not on")
        assert ran.out == "" and "git checkout" in ran.err


def test_shallow_clone(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    prompts.branch("feat")
    prompts.write("prompts/search.md", words(7))
    prompts.commit()
    clone = prompts.clone(tmp_path / "clone", "--depth=1", "--no-single-branch")
    ready(clone)
    for args in (("origin/main...",), ("--merge-base", "origin/main"), ("--base", "origin/main", "--merge-base")):
        ran = failed(llm_cost(clone.path, "diff", *args), 2, "is not in this shallow clone", "git fetch --unshallow")
        assert ran.out == "" and "fetch-depth: 0" in ran.err
    failed(llm_cost(clone.path, "diff", "HEAD~1"), 2, "git fetch --unshallow")
    ran = passed(llm_cost(clone.path, "diff", "origin/main", "HEAD"))
    assert "too little history to tell which commits are the change's own" in ran.out
    ran = failed(llm_cost(clone.path, "check", "--base", "origin/main"), 2, "too little history", "fetch-depth: 0")
    assert ran.out == ""
    whole = prompts.clone(tmp_path / "whole")
    assert "history" not in passed(llm_cost(whole.path, "diff", "origin/main", "HEAD")).out
    passed(llm_cost(whole.path, "check", "--base", "origin/main"))


def test_shallow_clone_of_one_branch(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    """As a checkout in CI: the base branch is not there at all."""
    prompts.branch("feat")
    clone = prompts.clone(tmp_path / "clone", "--depth=1")
    ready(clone)
    for args in (("main",), ("main...",), ("origin/main...",), ("--base", "main")):
        ran = failed(llm_cost(clone.path, "diff", *args), 2, "git fetch")
        assert ran.out == ""
    failed(llm_cost(clone.path, "check", "--base", "main"), 2, "git fetch")


@pytest.mark.parametrize("command", EVERY_SIDE[1:])
def test_manifest_whose_content_is_not_here(prompts: Repo, ready: Ready, command: tuple[str, ...]) -> None:
    """It is listed and cannot be read, as in a partial clone: that is not the same as no manifest, and no pass."""
    prompts.commit("another")
    oid = prompts.oid("HEAD:llm-cost.toml")
    (prompts.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    ready(prompts)
    if command == ("check",):
        command = ("check", "--staged")
    for args in (command, (*command, "--model", "gpt-4o")):
        ran = failed(llm_cost(prompts.path, *args), 2, "llm-cost.toml is not in this clone", "git fetch --refetch")
        assert ran.out == ""
    failed(call_hook(prompts.path, module="llmcost_hooks.hooks.pre_commit"), 2, "llm-cost.toml is not in this clone")


def test_prompt_whose_content_is_not_here(prompts: Repo, ready: Ready) -> None:
    oid = prompts.oid("HEAD:prompts/search.md")
    (prompts.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    ready(prompts)
    for args in (("estimate", "--rev", "HEAD"), ("check", "--staged")):
        failed(llm_cost(prompts.path, *args), 2, "prompts/search.md: is not in this clone", "git fetch --refetch")


@pytest.mark.parametrize("backend", ["auto", "git"])
def test_partial_clone_is_not_completed(prompts: Repo, tmp_path: Path, ready: Ready, backend: str) -> None:
    prompts.git("config", "uploadpack.allowFilter", "true")
    clone = prompts.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    ready(clone)
    trace = tmp_path / "trace"
    env = {"LLMCOST_GIT_BACKEND": backend, "GIT_TRACE2_EVENT": str(trace)}
    for args in (("estimate", "--rev", "HEAD"), ("check", "--rev", "HEAD"), ("diff", "HEAD", "HEAD")):
        failed(llm_cost(clone.path, *args, env=env), 2, "git fetch --refetch --no-filter")
    assert "upload-pack" not in trace.read_text()


def test_conflict_in_the_index(prompts: Repo, ready: Ready) -> None:
    for name in ("theirs", "ours"):
        prompts.branch(name, "main")
        prompts.write("prompts/search.md", name)
        prompts.commit(name)
    assert prompts.run("merge", "theirs").code == 1
    ready(prompts)
    for args in (("estimate",), ("estimate", "--staged"), ("check", "--staged"), ("diff", "HEAD")):
        failed(llm_cost(prompts.path, *args), 2, "prompts/search.md is unmerged", "git add")
    passed(llm_cost(prompts.path, "estimate", "--rev", "HEAD"))


def test_not_a_repository(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    ready(prompts)
    for args in (("estimate",), ("check",), ("diff", "main"), ("estimate", "--rev", "HEAD")):
        failed(llm_cost(tmp_path, *args), 2, "is not inside a git repository")


def test_git_is_missing(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    ready(prompts)
    env: dict[str, str | None] = {"PATH": str(tmp_path)}
    for module, args in (
        ("llmcost_hooks", ("estimate",)),
        ("llmcost_hooks", ("estimate", "prompts/search.md")),
        ("llmcost_hooks.hooks.pre_commit", ()),
    ):
        failed(start(prompts.path, *args, module=module, env=env), 2, "git was not found on PATH", "Install git")


def test_no_home(prompts: Repo, ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container under a user id that has no name: `~` stands for nothing, and is no directory here."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
    ready(prompts)
    assert "Total: $1.54" in passed(llm_cost(prompts.path, "estimate")).out
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert "Total: $1.54" in passed(llm_cost(prompts.path, "estimate")).out


@pytest.mark.parametrize("cache", ["/dev/null", "/proc/nowhere"])
def test_cache_that_cannot_be_made(prompts: Repo, ready: Ready, cache: str) -> None:
    """Silent: the memo is an offer. (Permissions would not stop root; these paths stop anybody.)"""
    ready(prompts)
    ran = passed(llm_cost(prompts.path, "estimate", env={"XDG_CACHE_HOME": cache}))
    assert ran.err == "" and "Total: $1.54" in ran.out


def test_read_only_repository(prompts: Repo, ready: Ready) -> None:
    directories = [prompts.path, *(path for path in prompts.path.rglob("*") if path.is_dir())]
    for path in directories:
        path.chmod(0o555)
    ready(prompts)
    for command in (("estimate",), ("estimate", "--staged"), ("check", "--base", "HEAD"), ("diff", "HEAD")):
        passed(llm_cost(prompts.path, *command))
    hook = call_hook(prompts.path, module="llmcost_hooks.hooks.pre_commit")
    assert hook == Ran(0, "", "")


def test_index_is_not_refreshed(prompts: Repo, ready: Ready) -> None:
    """A file touched without being changed makes git want to write the index."""
    path = prompts.path / "prompts/search.md"
    os.utime(path, ns=(1, 1))
    ready(prompts)
    for command in (("estimate",), ("check",), ("diff", "HEAD")):
        assert total(answer(prompts, *command)["total"]["head" if command[0] == "diff" else "cost"]) == "1.545"


@pytest.mark.parametrize(
    "args",
    [
        ("estimate", ""),
        ("estimate", "--rev", ""),
        ("estimate", "--model", ""),
        ("estimate", "--include", ""),
        ("estimate", "--exclude", ""),
        ("check", "--rev", ""),
        ("check", "--base", ""),
        ("diff", ""),
        ("diff", "--base", ""),
        ("diff", "--base", "main", "--head", ""),
        ("diff", "main", "--", ""),
        ("-C", "", "estimate"),
        ("--git-dir", "", "estimate"),
    ],
)
def test_empty_argument_is_not_a_missing_one(prompts: Repo, ready: Ready, args: tuple[str, ...]) -> None:
    """`check --base "$BASE"` where a script has not set BASE."""
    ready(prompts)
    assert failed(llm_cost(prompts.path, *args), 2).out == ""


def test_hostile_configuration_is_not_run(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    """Programs that a repository's configuration and attributes name."""
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    prompts.write(".gitattributes", "*.md filter=trap diff=trap\n")
    prompts.commit()
    for key in (
        "core.fsmonitor", "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "diff.trap.textconv",
        "diff.trap.command", "diff.external", "core.pager", "core.sshCommand", "core.editor", "credential.helper",
    ):  # fmt: skip
        prompts.git("config", key, str(trap))
    prompts.write("prompts/search.md", words(8))
    (tmp_path / "sprung").unlink(missing_ok=True)
    ready(prompts)
    for command in [*EVERY_SIDE[:-1], ("diff", "HEAD"), ("diff", "--staged")]:
        llm_cost(prompts.path, *command)
    call_hook(prompts.path, module="llmcost_hooks.hooks.pre_commit")
    assert not (tmp_path / "sprung").exists()


def test_a_codec_that_is_no_encoding_of_files(repo: Repo) -> None:
    """An attribute of the repository must not choose how long we take."""
    repo.write("prompts/a.md", "word " * 10)
    repo.commit()
    repo.write(".gitattributes", "*.md working-tree-encoding=punycode\n")
    repo.write("prompts/a.md", "word " * 200_000)
    start = time.monotonic()
    llm_cost(repo.path, "estimate", "--model", "gpt-4o")
    assert time.monotonic() - start < 5


def test_a_manifest_removed_from_the_index(repo: Repo) -> None:
    repo.write("llm-cost.toml", "version = 1\n")
    repo.write("prompts/a.md", "word")
    repo.commit()
    repo.git("rm", "-q", "--cached", "llm-cost.toml")
    assert "not in this clone" not in llm_cost(repo.path, "estimate", "--staged", "--model", "gpt-4o").err
