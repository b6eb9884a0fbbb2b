"""The scripts of `llm-cost install`, and what it does with one that is there."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.hook_managers import MANAGERS, find_manager
from llmcost_hooks.hook_scripts import (
    DEFAULT,
    PROGRAMS,
    TRAILER,
    Hook,
    hook_script,
    is_edited,
    is_ours,
    plan_install,
    plan_uninstall,
)

FOREIGN = b"#!/bin/sh\nexit 0\n"
SCRIPTS = [(hook, chained, beside) for hook in PROGRAMS for chained in (False, True) for beside in ("", "/a b/it's")]


@pytest.mark.parametrize(("hook", "chained", "beside"), SCRIPTS)
def test_a_script_is_known_as_ours_until_it_is_edited(hook: str, chained: bool, beside: str) -> None:
    script = hook_script(hook, chained=chained, beside=beside)
    assert is_ours(script) and not is_edited(script)
    for edited in (script + b"\n", script.replace(b"#!/bin/sh", b"#!/bin/bash", 1), script.replace(b"exit", b"true")):
        assert is_edited(edited) == (edited[:10] == script[:10]) and (edited[:10] != script[:10] or not is_ours(edited))
    assert not is_ours(FOREIGN) and not is_edited(FOREIGN) and not is_ours(b"")


@pytest.mark.parametrize(("hook", "chained", "beside"), SCRIPTS)
def test_every_shell_that_is_here_can_read_it(hook: str, chained: bool, beside: str) -> None:
    script = hook_script(hook, chained=chained, beside=beside)
    shells = [shell for shell in ("sh", "dash", "bash", "busybox", "ksh", "zsh") if shutil.which(shell)]
    assert "sh" in shells
    for shell in shells:
        command = [shell, *(["sh"] if shell == "busybox" else []), "-n"]
        done = subprocess.run(command, input=script, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), shell


@given(st.text(st.characters(exclude_characters="\0")))
def test_any_path_beside_is_one_word(path: str) -> None:
    script = hook_script("pre-commit", beside=f"/{path}")
    line = next(part for part in script.split(b"\ncommand -v")[1:] if b"program=" in part)
    word = line.partition(b"program=")[2].removesuffix(b"\n")
    assert is_ours(script)
    if word[:1] == b"'":
        assert word[1:-1].replace(b"'\"'\"'", b"").count(b"'") == 0


def test_what_the_documents_said_to_type_counts_as_ours() -> None:
    assert is_ours(b'#!/bin/sh\nexec llm-cost-pre-commit "$@"\n')
    assert not is_ours(b'#!/bin/sh\nmine; exec llm-cost-pre-commit "$@"\n')


def plan(script: bytes | None, *, chain: bool = False, executable: bool = True, legacy: bool = False) -> str:
    return plan_install(Hook("pre-push", script, executable, legacy), chain=chain).action


def test_plans_to_install() -> None:
    plain, chained = hook_script("pre-push"), hook_script("pre-push", chained=True)
    older = hook_script("pre-push", beside="/elsewhere")
    assert [plan(None), plan(plain), plan(older), plan(plain, executable=False)] == ["write", "keep", "write", "write"]
    assert [plan(chained), plan(chained, chain=True), plan(plain, chain=True)] == ["keep", "keep", "keep"]
    assert [plan(FOREIGN), plan(FOREIGN, chain=True), plan(FOREIGN, chain=True, legacy=True)] == [
        "refuse", "chain", "refuse",
    ]  # fmt: skip
    assert [plan(plain + b"\n"), plan(plain + b"\n", chain=True), plan(b"", chain=True)] == [
        "refuse",
        "refuse",
        "chain",
    ]
    step = plan_install(Hook("pre-push", hook_script("pre-push", chained=True, beside="/old")), chain=False)
    assert step.script == chained  # what was chained stays so


def test_plans_to_uninstall() -> None:
    def action(script: bytes | None, *, legacy: bool = False) -> str:
        return plan_uninstall(Hook("commit-msg", script, True, legacy)).action

    plain, chained = hook_script("commit-msg"), hook_script("commit-msg", chained=True)
    assert [action(None), action(FOREIGN), action(FOREIGN, legacy=True)] == ["keep", "keep", "keep"]
    assert [action(plain), action(plain, legacy=True), action(chained), action(chained, legacy=True)] == [
        "remove", "remove", "remove", "restore",
    ]  # fmt: skip
    assert action(chained + b"x") == "refuse"


def test_the_trailer_is_no_default() -> None:
    assert TRAILER not in DEFAULT and set(DEFAULT) | {TRAILER} == set(PROGRAMS)


def test_managers_are_known_by_their_files() -> None:
    for manager in MANAGERS:
        for mark in manager.marks:
            assert find_manager(mark.__eq__) == (manager, mark)
    assert find_manager(lambda mark: False) is None
