"""The hooks under the real pre-commit program, through real commits and pushes.

`language: python` would build this package in an environment of its own, which takes a package index;
tools/try_precommit.sh does that. Here the same hooks run with what runs the tests.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..cli.running import MODULES, PROJECT, ROOT, words
from ..preloaded import Preloaded
from ..repos import Ended, Repo
from .programs import entry_points

SEARCH = "prompts/search.md"
STAGES = ("pre-commit", "pre-push", "commit-msg", "prepare-commit-msg")
DEAR = words(9000)
PRE_COMMIT = [sys.executable, "-m", "pre_commit"]
OURS = {"PYTHONPATH": MODULES}


def hooks() -> list[dict[str, Any]]:
    found = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert isinstance(found, list)
    return found


def pre_commit(cwd: Path, *args: str, **env: str) -> Ended:
    """`pre-commit ARGS`."""
    done = subprocess.run(
        [*PRE_COMMIT, *args], cwd=cwd, env={**os.environ, **OURS, **env}, capture_output=True, text=True, check=False
    )
    return Ended(done.returncode, done.stdout.encode(), done.stderr)


def test_manifest_is_valid() -> None:
    ended = pre_commit(ROOT, "validate-manifest", ".pre-commit-hooks.yaml")
    assert ended.code == 0, ended
    assert [hook["id"] for hook in hooks()] == [
        "llm-cost-check", "llm-cost-budget", "llm-cost-manifest", "llm-cost-message", "llm-cost-trailer",
    ]  # fmt: skip


@pytest.fixture
def managed(prompts: Repo, tmp_path: Path, preloaded: Preloaded) -> Repo:
    """All hooks installed; a bare remote that has nothing yet."""
    programs = {name: shlex.join(preloaded.command(name, entry)) for name, entry in entry_points().items()}
    local = [{**hook, "entry": programs[hook["entry"]], "language": "system"} for hook in hooks()]
    config = {"repos": [{"repo": "local", "hooks": local}]}
    limited = PROJECT.replace('period = "month"', 'period = "month"\nmax_increase = "$1.00"')
    prompts.write("llm-cost.toml", limited)
    prompts.write(".pre-commit-config.yaml", yaml.safe_dump(config))
    prompts.git("add", "--all")
    prompts.git("commit", "-q", "--amend", "--no-edit")
    server = Repo.init(tmp_path / "server.git", "--bare")
    prompts.git("remote", "add", "origin", server.cwd)
    installed = pre_commit(prompts.path, "install", *(f"--hook-type={stage}" for stage in STAGES))
    assert installed.code == 0, installed
    return prompts


def git(repo: Repo, *args: str, ok: bool, said: str, **env: str) -> str:
    """`git ARGS` with the hooks; what it printed."""
    ended = repo.run(*args, env={**OURS, **env})
    text = ended.out.decode() + ended.err
    assert (ended.code == 0) == ok, text
    assert said in text and "Traceback" not in text
    return text


def test_commit(managed: Repo) -> None:
    """pre-commit puts away what is not staged, so it is the index in every way."""
    managed.stage(SEARCH, words(410))
    managed.write(SEARCH, DEAR)
    git(managed, "commit", "-m", "staged is cheap", ok=True, said="Passed")
    git(managed, "commit", "-am", "all of it", ok=False, said="Exit code: 1 (BUDGET_EXCEEDED)")
    git(managed, "commit", "-am", "all of it", ok=True, said="Skipped", SKIP="llm-cost-check,llm-cost-message")


def test_messages(managed: Repo) -> None:
    managed.write(SEARCH, words(900))
    said = "Increase exceeded: +$1.25 > $1.00"
    git(managed, "commit", "-am", "longer", ok=False, said=said)
    accepting = "longer\n\nLLM-Cost-Accept: search <= +$1.25/month (better answers)"
    git(managed, "commit", "-am", accepting, ok=True, said="Passed")
    assert managed.git("log", "-1", "--format=%(trailers:only)").splitlines() == [
        "LLM-Cost-Accept: search <= +$1.25/month (better answers)", "LLM-Cost-Delta: +$1.25/month",
    ]  # fmt: skip
    git(managed, "commit", "--amend", "-m", "longer", ok=True, said="Passed")
    managed.write(SEARCH, words(1400))
    git(managed, "commit", "-am", "longer", ok=True, said="Skipped", SKIP="llm-cost-message")
    git(
        managed, "commit", "--amend", "--allow-empty", "-m", "x\n\nLLM-Cost-Accept: x", ok=False, said="NAME <= +AMOUNT"
    )


def test_dated_prices_are_kept(managed: Repo) -> None:
    row = '\n[prices.model.x]\n[[prices.rows]]\nmodel = "x"\neffective_from = "2026-11-28"\ninput = 1\noutput = 2\n'
    text = (managed.path / "llm-cost.toml").read_text()
    managed.stage("llm-cost.toml", text + row)
    git(managed, "commit", "-m", "a price", ok=True, said="Passed")
    managed.stage("llm-cost.toml", text + row.replace("input = 1", "input = 9"))
    git(managed, "commit", "-m", "another", ok=False, said='the change edits the prices of "x" from 2026-11-28')
    git(managed, "commit", "-m", "another", ok=True, said="Skipped", SKIP="llm-cost-manifest")
    managed.rm("llm-cost.toml")
    git(managed, "commit", "-m", "none", ok=False, said='the change drops the prices of "x"', SKIP="llm-cost-check")


def test_deletion_alone(managed: Repo) -> None:
    """pre-commit passes no name of a deleted file; the hook runs always."""
    managed.rm(SEARCH)
    git(managed, "commit", "-m", "gone", ok=False, said="is listed in llm-cost.toml and is not there")


def test_all_files_and_ranges(managed: Repo) -> None:
    managed.write(SEARCH, DEAR)
    managed.git("commit", "-q", "--no-verify", "-am", "dear")
    managed.write(SEARCH, words(20))
    managed.git("commit", "-q", "--no-verify", "-am", "cheap")
    for args, code in (
        (("--all-files",), 0),
        (("--from-ref", "HEAD~2", "--to-ref", "HEAD~1"), 1),
        (("--from-ref", "HEAD~1", "--to-ref", "HEAD"), 0),
        (("--all-files", "--hook-stage", "pre-push"), 0),
        (("--hook-stage", "manual", "llm-cost-check", "--all-files"), 0),
    ):
        ended = pre_commit(managed.path, "run", *args)
        assert ended.code == code, ended
    managed.git("checkout", "-q", "--detach", "HEAD~1")
    for options in ("--all-files", "--all-files --hook-stage pre-push", "--files README.md"):
        assert pre_commit(managed.path, "run", *options.split()).code == 1
    assert pre_commit(managed.path, "run", "--all-files", SKIP="llm-cost-check").code == 0


def test_push(managed: Repo) -> None:
    """First the root commit, of which pre-commit names no range; then a branch; then what the remote has."""
    git(managed, "push", "origin", "main", ok=True, said="Within budget")
    managed.branch("feat")
    managed.write(SEARCH, words(700))
    managed.git("commit", "-q", "--no-verify", "-am", "longer")
    git(managed, "push", "origin", "feat", ok=True, said="Within budget")
    managed.write(SEARCH, words(1200))
    managed.git("commit", "-q", "--no-verify", "-am", "much longer")
    managed.checkout("main")
    git(managed, "push", "origin", "feat", ok=False, said="Increase exceeded: +$1.25 > $1.00")
    git(managed, "push", "origin", "feat", ok=True, said="Skipped", SKIP="llm-cost-budget")
    git(managed, "push", "origin", ":feat", ok=True, said="deleted")


def test_first_push_over_the_limit(managed: Repo) -> None:
    managed.write(SEARCH, DEAR)
    managed.git("commit", "-q", "--no-verify", "-am", "dear")
    managed.branch("elsewhere", "HEAD~1")
    git(managed, "push", "origin", "main", ok=False, said="Budget exceeded: $23.")
