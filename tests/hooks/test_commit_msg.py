"""`llm-cost-message` started by the real git: an increase fails unless its message accepts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.running import PROJECT, call_hook, failed, passed, words
from ..repos import Ended, Repo
from .plain import Install, ran
from .test_loaded import NEVER_IN_VAIN, run_hook

HOOK = "llmcost_hooks.hooks.commit_msg"
SEARCH = "prompts/search.md"
DEAR = 9000  # tokens: 23 USD, where 10 is the limit
LIMITED = PROJECT.replace('period = "month"', 'period = "month"\nmax_increase = "$0.10"')  # 40 tokens more
ACCEPT = "LLM-Cost-Accept: search <= +$0.25/month (longer answers)"


@pytest.fixture
def hooked(prompts: Repo, install: Install) -> Repo:
    prompts.write("llm-cost.toml", LIMITED)
    prompts.commit("an increase is limited")
    install(prompts, "commit-msg")
    return prompts


def commit(repo: Repo, message: str, *args: str, ok: bool, said: str = "") -> Ended:
    """`git commit -m MESSAGE ARGS`, which the hook lets through in silence or refuses."""
    before = repo.oid("HEAD")
    ended = repo.run("commit", "-q", "-m", message, *args)
    assert ran(repo) == 1
    assert (ended.code == 0) == ok, ended
    assert (repo.oid("HEAD") != before) == ok
    assert said in ended.err and "Traceback" not in ended.err, ended
    assert not ok or ended.err == "", "silent where it passes"
    return ended


def test_an_increase_needs_a_waiver_that_is_large_enough(hooked: Repo) -> None:
    hooked.stage(SEARCH, words(500))
    ended = commit(hooked, "more", ok=False, said="❌ Increase exceeded: +$0.25 > $0.10 (max_increase $0.10) over HEAD")
    assert "Exit code: 1 (BUDGET_EXCEEDED)" in ended.err
    assert "  • LLM-Cost-Accept: search <= +$0.25/month (why)\n" in ended.err, "what to write"
    assert "owner: Ada Example (last author)" in ended.err
    small = ACCEPT.replace("0.25", "0.24")
    commit(hooked, f"more\n\n{small}", ok=False, said="this message: allows nothing: it is +$0.25/month")
    expired = ACCEPT.replace("(", "until 2026-01-31 (")
    commit(hooked, f"more\n\n{expired}", ok=False, said="expired on 2026-01-31, allows nothing")
    commit(hooked, f"more\n\n{ACCEPT.replace('search', 'classify')}", ok=False, said="unused: it is —/month")
    commit(hooked, f"more\n\n{ACCEPT.replace('search', 'serach')}", ok=False, said="unused: nothing here has that name")
    commit(hooked, f"more\n\n{ACCEPT}", ok=True)


@pytest.mark.parametrize("args", [("-a",), ("--only", SEARCH), ("-i", SEARCH)])
def test_what_git_takes_from_the_working_tree(hooked: Repo, args: tuple[str, ...]) -> None:
    hooked.write(SEARCH, words(500))
    commit(hooked, "more", *args, ok=False, said="Increase exceeded")
    commit(hooked, f"more\n\n{ACCEPT}", *args, ok=True)


def test_from_an_editor(hooked: Repo) -> None:
    """The file then has comments, and a diff below a cut line."""
    hooked.stage(SEARCH, words(500))
    env = {"GIT_EDITOR": f"sed -i '1i more\\n\\n{ACCEPT}'"}
    assert hooked.run("commit", "-v", env=env).code == 0
    hooked.stage(SEARCH, words(600))
    env = {"GIT_EDITOR": f"sed -i '1i more\\n\\n# {ACCEPT}'"}
    ended = hooked.run("commit", "-v", env=env)
    assert ended.code == 1 and "Increase exceeded" in ended.err


def test_malformed_trailers_fail_whatever_is_staged(hooked: Repo) -> None:
    hooked.stage("other.py", "x = 1\n")
    ended = commit(hooked, "x\n\nLLM-Cost-Accept: search <= 5 (x)", ok=False, said="this message: LLM-Cost-Accept")
    assert "Write for example: LLM-Cost-Accept: search <= +$120/month until 2027-01-31 (why)" in ended.err
    assert "Exit code: 2 (CONFIG_ERROR)" in ended.err
    commit(hooked, f"x\n\n{ACCEPT}\n\nmore text", ok=False, said="is not in the last paragraph")
    commit(hooked, "x\n\nMore text.", ok=True)


def test_another_period_fails(hooked: Repo) -> None:
    hooked.stage(SEARCH, words(500))
    for wrong, said in (("/year", "is stated per year, and [budget] period is month"), ("", "without a period")):
        commit(hooked, f"x\n\n{ACCEPT.replace('/month', wrong)}", ok=False, said=said)


def test_limits_that_are_no_increase_are_not_judged_here(hooked: Repo) -> None:
    """Before the message is known they were: by the pre-commit hook."""
    hooked.stage(SEARCH, words(DEAR))
    accepted = "LLM-Cost-Accept: search <= +$100/month (x)"
    ended = commit(hooked, "dear", ok=False, said="Increase exceeded")
    assert "Budget exceeded" not in ended.err
    commit(hooked, f"dear\n\n{accepted}", ok=True)


def test_what_cannot_be_known_fails(hooked: Repo) -> None:
    hooked.stage("llm-cost.toml", LIMITED.replace("gpt-4o-mini", "gpt-4o-minni"))
    commit(hooked, f"x\n\n{ACCEPT}", ok=False, said="gpt-4o-minni")
    hooked.stage("llm-cost.toml", "broken [")
    commit(hooked, f"x\n\n{ACCEPT}", ok=False, said="Exit code: 2 (CONFIG_ERROR)")


def test_approvals(hooked: Repo) -> None:
    hooked.stage("llm-cost.toml", PROJECT.replace('period = "month"', 'period = "month"\napprove_above = 0.20'))
    commit(hooked, "approvals", ok=True)
    hooked.stage(SEARCH, words(480))
    commit(hooked, "0.20 more", ok=True)
    hooked.stage(SEARCH, words(561))
    ended = commit(
        hooked, "more", ok=False, said="❌ Approval missing: +$0.2025 > $0.20 (approve_above $0.20) over HEAD"
    )
    assert "  • Cost-Approved-By: Name <mail>" in ended.err
    commit(hooked, "more\n\nCost-Approved-By: Ada", ok=False, said="Approval missing")
    commit(hooked, f"more\n\n{ACCEPT}", ok=False, said="Approval missing")
    commit(hooked, "more\n\nCost-Approved-By: Ada <ada@example.com>", ok=True)


def test_a_merge_brings_its_waivers(hooked: Repo) -> None:
    hooked.branch("side")
    hooked.stage(SEARCH, words(500))
    commit(hooked, f"more\n\n{ACCEPT}", ok=True)
    hooked.checkout("main")
    hooked.stage("other", "x")
    commit(hooked, "other", ok=True)
    assert hooked.run("merge", "--no-ff", "-m", "merge", "side").code == 0
    hooked.branch("dear", "main~1")
    hooked.stage(SEARCH, words(600))
    hooked.git("commit", "-q", "--no-verify", "-m", "not accepted")
    hooked.checkout("main")
    ran(hooked)
    hooked.git("reset", "-q", "--hard", "HEAD~1")
    hooked.stage("more", "x")
    hooked.git("commit", "-q", "--no-verify", "-m", "more")
    ended = hooked.run("merge", "--no-ff", "-m", "merge", "dear")
    assert ended.code != 0 and "Increase exceeded" in ended.err, ended


def test_nothing_of_ours_is_quick(repo: Repo, tmp_path: Path) -> None:
    """No object, no token and no price is read, and git is started as often as before the commit."""
    repo.write("llm-cost.toml", LIMITED)
    repo.write(SEARCH, words(400))
    repo.write("prompts/classify.md", words(100))
    repo.commit()
    repo.stage("src/a.py", "print()\n")
    message = repo.write("message", "a change\n")
    code, loaded, spawned = run_hook(repo, tmp_path, "commit_msg", str(message))
    assert code == 0 and loaded & NEVER_IN_VAIN == set()
    assert len(spawned) <= 3, spawned


def test_first_commit(repo: Repo, install: Install) -> None:
    install(repo, "commit-msg")
    repo.stage("llm-cost.toml", LIMITED)
    repo.stage(SEARCH, words(400))
    repo.stage("prompts/classify.md", words(3))
    assert repo.run("commit", "-q", "-m", "first").code == 0, "nothing to increase from"


def test_help_and_arguments(hooked: Repo, tmp_path: Path) -> None:
    assert "usage: llm-cost-message" in passed(call_hook(hooked.path, "--help", module=HOOK)).out
    failed(call_hook(hooked.path, "--verbose", "x", module=HOOK), 2, "--verbose")
    failed(call_hook(hooked.path, module=HOOK), 2, "git names it the file of the message")
    failed(call_hook(hooked.path, "a", "b", module=HOOK), 2, "git names it the file of the message")
    failed(call_hook(hooked.path, str(tmp_path / "none"), module=HOOK), 2, "cannot be read: missing")
    failed(call_hook(hooked.path, str(tmp_path), module=HOOK), 2, "cannot be read: not a regular file")
