"""What runs our programs quickly answers as a process does that was started for it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .cli.running import Ran, project, start, words
from .preloaded import Preloaded
from .repos import Repo


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = project(tmp_path_factory.mktemp("preloaded") / "project")
    repo.stage("prompts/search.md", words(9000))
    return repo


def run(preloaded: Preloaded, cwd: Path, entry: str, *args: str, stdin: bytes = b"", **env: str) -> Ran:
    command = ["sh", "-c", preloaded.script("llm-cost", entry), "sh", *args]
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **env}, input=stdin, capture_output=True, check=False)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    ("module", "args", "stdin"),
    [
        ("llmcost_hooks.cli", ("check", "--staged"), b""),
        ("llmcost_hooks.cli", ("check", "--no-such-option", ""), b""),
        ("llmcost_hooks.cli", ("estimate", "--format", "json"), b""),
        ("llmcost_hooks.cli", ("estimate", "a b\n'\"", "\udce9"), b""),
        ("llmcost_hooks.hooks.pre_commit", (), b""),
        ("llmcost_hooks.hooks.pre_push", ("origin", "url"), b"not what git gives"),
    ],
)
def test_the_same_answer(repo: Repo, preloaded: Preloaded, module: str, args: tuple[str, ...], stdin: bytes) -> None:
    cold = start(repo.path, *args, module=module.replace(".cli", ""), stdin=stdin)
    assert run(preloaded, repo.path, f"{module}:main", *args, stdin=stdin) == cold


def test_the_environment_is_the_caller_s(repo: Repo, preloaded: Preloaded) -> None:
    ran = run(preloaded, repo.path, "llmcost_hooks.cli:main", "check", GIT_DIR="nowhere", GIT_WORK_TREE=".")
    assert ran.code == 2 and "not inside a git repository" in ran.err
    ran = run(preloaded, repo.path, "llmcost_hooks.cli:main", "check", "--rev", "HEAD", PINNED_TIME="4000000000")
    assert ran.code == 4 and "Pricing data too old" in ran.err


def test_several_at_once_and_ends_that_are_no_answer(repo: Repo, preloaded: Preloaded) -> None:
    command = ["sh", "-c", preloaded.script("x", "os:abort")]
    runs = [subprocess.Popen(command, cwd=repo.path, stderr=subprocess.DEVNULL) for _ in range(4)]
    assert [each.wait() for each in runs] == [134] * 4  # 128 and the signal's number, as in a shell
