"""`llm-cost-trailer` started by the real git: it adds a line, or nothing, and never stands in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.running import PROJECT, call_hook, start, words
from ..repos import Repo
from .plain import Install, ran

HOOK = "llmcost_hooks.hooks.prepare_commit_msg"
SEARCH = "prompts/search.md"


@pytest.fixture
def hooked(prompts: Repo, install: Install) -> Repo:
    install(prompts, "prepare-commit-msg")
    return prompts


def trailers(repo: Repo) -> list[str]:
    return repo.git("log", "-1", "--format=%(trailers:only)").splitlines()


def commit(repo: Repo, *args: str, env: dict[str, str] | None = None, warned: str = "") -> list[str]:
    """The trailers of the commit that `git commit ARGS` makes."""
    repo.commits += 1
    before = repo.run("rev-parse", "HEAD").out
    ended = repo.run("commit", "-q", *args, env=env)
    assert ended.code == 0 and ran(repo) == 1, ended
    assert repo.run("rev-parse", "HEAD").out != before
    assert warned in ended.err and (warned or not ended.err), ended
    return trailers(repo)


def test_what_changes_is_said(hooked: Repo) -> None:
    hooked.stage(SEARCH, words(732))
    assert commit(hooked, "-m", "more") == ["LLM-Cost-Delta: +$0.83/month"]
    hooked.write(SEARCH, words(400))
    signed = "Signed-off-by: Ada Example <ada@example.invalid>"
    assert commit(hooked, "-s", "-am", "less") == [signed, "LLM-Cost-Delta: -$0.83/month"]
    assert hooked.git("log", "-1", "--format=%s") == "less"


def test_nothing_is_said_where_nothing_changes(hooked: Repo) -> None:
    hooked.stage("other.py", "x = 1\n")
    assert commit(hooked, "-m", "other") == []
    hooked.stage("llm-cost.toml", PROJECT + "\n# a comment\n")
    assert commit(hooked, "-m", "a comment") == []
    assert commit(hooked, "--allow-empty", "-m", "empty") == []


def test_never_a_second_one(hooked: Repo) -> None:
    hooked.stage(SEARCH, words(732))
    assert commit(hooked, "-m", "more\n\nLLM-Cost-Delta: +$9/month") == ["LLM-Cost-Delta: +$0.83/month"]
    assert commit(hooked, "--amend", "--no-edit", "--date=2026-01-01T00:00:00") == ["LLM-Cost-Delta: +$0.83/month"]
    hooked.stage(SEARCH, words(400))
    assert commit(hooked, "-C", "HEAD") == ["LLM-Cost-Delta: +$0.83/month"], "a message of another commit is left alone"


def test_an_empty_message_still_ends_the_commit(hooked: Repo) -> None:
    """Where an editor opens, it is a comment: there to be taken, and gone where it is not."""
    hooked.stage(SEARCH, words(732))
    ended = hooked.run("commit", env={"GIT_EDITOR": "cat"})
    assert ended.code == 1 and "empty commit message" in ended.err
    assert b"\n# LLM-Cost-Delta: +$0.83/month\n" in ended.out
    ran(hooked)
    assert commit(hooked, env={"GIT_EDITOR": "sed -i '1s/^/more/'"}) == []
    hooked.stage(SEARCH, words(400))
    edit = "sed -i -e '1s/^/less\\n/' -e 's/^# LLM-Cost/LLM-Cost/'"
    assert commit(hooked, env={"GIT_EDITOR": edit}) == ["LLM-Cost-Delta: -$0.83/month"]
    hooked.stage(SEARCH, words(732))
    hooked.git("config", "commit.cleanup", "scissors")
    assert commit(hooked, "-v", env={"GIT_EDITOR": "sed -i '1s/^/more/'"}) == []
    assert hooked.git("log", "-1", "--format=%B").strip() == "more"


def test_merges_and_squashes_are_left_alone(hooked: Repo) -> None:
    for name, text in (("theirs", "x"), ("ours", "y")):
        hooked.checkout("main")
        hooked.branch(name)
        hooked.write(SEARCH, words(500, text))
        hooked.git("commit", "-q", "-am", name)
    ran(hooked)
    assert hooked.run("merge", "-q", "theirs").code == 1
    hooked.stage(SEARCH, words(600))
    assert commit(hooked, "-m", "by hand") == []
    hooked.checkout("main")
    assert hooked.run("merge", "--no-ff", "--no-edit", "theirs").code == 0
    assert trailers(hooked) == []
    hooked.git("reset", "-q", "--hard", "HEAD~1")
    hooked.git("merge", "-q", "--squash", "theirs")
    ran(hooked)
    assert commit(hooked, "--no-edit") == []


def test_rebase_says_what_the_new_commit_changes(hooked: Repo) -> None:
    hooked.branch("side")
    hooked.stage(SEARCH, words(732))
    commit(hooked, "-m", "more")
    hooked.checkout("main")
    hooked.stage("llm-cost.toml", PROJECT.replace("calls = 1000", "calls = 2000"))
    commit(hooked, "-m", "twice")
    hooked.checkout("side")
    assert hooked.run("rebase", "-q", "main").code == 0
    assert trailers(hooked) == ["LLM-Cost-Delta: +$1.66/month"]


def test_no_failure_of_ours_blocks_a_commit(hooked: Repo) -> None:
    said = "llm-cost: warning: LLM-Cost-Delta was not added: "
    hooked.stage("llm-cost.toml", PROJECT.replace("gpt-4o-mini", "gpt-4o-minni"))
    assert commit(hooked, "-m", "misspelt", warned=said + "what the change costs is not known") == []
    hooked.stage("llm-cost.toml", "broken [")
    assert commit(hooked, "-m", "broken", warned=said + "index:llm-cost.toml:1:") == []
    hooked.rm("llm-cost.toml")
    assert commit(hooked, "-m", "gone", warned=said) == []


@pytest.mark.parametrize("args", [(), ("--verbose",), ("nowhere/message", "message"), ("a", "merge"), ("a", "squash")])
def test_however_it_is_started(prompts: Repo, args: tuple[str, ...]) -> None:
    prompts.stage(SEARCH, words(732))
    ended = call_hook(prompts.path, *args, module=HOOK)
    assert ended.code == 0 and "Traceback" not in ended.err and "Exit code" not in ended.err
    assert (args[-1:] in (("merge",), ("squash",))) == (ended.err == "")


def test_a_crash_is_a_warning(prompts: Repo, tmp_path: Path) -> None:
    """A programming error of ours, too."""
    prompts.stage(SEARCH, words(732))
    message = tmp_path / "message"
    message.write_text("x\n")
    (tmp_path / "sitecustomize.py").write_text(
        "import decimal\nimport llmcost_hooks.compare as c\n"
        "def broken(self):\n    raise ZeroDivisionError('text of a prompt')\nc.Comparison.delta = broken\n"
    )
    from ..cli.running import ROOT

    env: dict[str, str | None] = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    ended = start(prompts.path, str(message), "message", module=HOOK, env=env)
    assert ended.code == 0 and message.read_text() == "x\n"
    assert "warning: LLM-Cost-Delta was not added: ZeroDivisionError at " in ended.err and "text of" not in ended.err


def test_help(prompts: Repo) -> None:
    ended = call_hook(prompts.path, "--help", module=HOOK)
    assert ended.code == 0 and ended.out.startswith("usage: llm-cost-trailer")
