"""What runs our programs quickly answers as a process does that was started for it."""

from __future__ import annotations

import subprocess

import pytest

from .cli.running import project, start, words
from .preloaded import Preloaded
from .repos import Repo


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = project(tmp_path_factory.mktemp("preloaded") / "project")
    repo.stage("prompts/search.md", words(9000))
    return repo


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
    assert preloaded.run(repo.path, *args, entry=f"{module}:main", stdin=stdin) == cold


def test_the_environment_is_the_caller_s(repo: Repo, preloaded: Preloaded) -> None:
    ran = preloaded.run(repo.path, "check", env={"GIT_DIR": "nowhere", "GIT_WORK_TREE": "."})
    assert ran.code == 2 and "not inside a git repository" in ran.err
    ran = preloaded.run(repo.path, "check", "--rev", "HEAD", env={"PINNED_TIME": "4000000000"})
    assert ran.code == 4 and "Pricing data too old" in ran.err


def test_several_at_once_and_ends_that_are_no_answer(repo: Repo, preloaded: Preloaded) -> None:
    command = ["sh", "-c", preloaded.script("x", "os:abort")]
    runs = [subprocess.Popen(command, cwd=repo.path, stderr=subprocess.DEVNULL) for _ in range(4)]
    assert [each.wait() for each in runs] == [134] * 4  # 128 and the signal's number, as in a shell
