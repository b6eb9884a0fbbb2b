"""What leaves a run: its output, and the memo. No connection, no other file, no text of any prompt."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from .cli.running import MODULES, PROJECT, Ran, listing, llm_cost, project, start, words
from .repos import Repo

# Put first on the import path: it ends the process at any use of the network, and writes down every file that is
# opened for writing, made, moved or removed. Connections that native code opens are not seen by it, but libgit2 has
# nothing to connect to here and git itself is watched by GIT_ALLOW_PROTOCOL and by its trace.
WATCH = """
import os, sys, time

time.time = lambda: 1795867200.0  # tests/pinned/sitecustomize.py, which this stands for
log = os.open(os.environ["SEALED_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
network = ("socket.", "ssl.", "http.", "urllib.", "ftplib.", "smtplib.", "webbrowser.")
changes = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod")
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

def watch(event, args):
    if event.startswith(network):
        os.write(log, f"network {event}\\n".encode())
        os._exit(99)
    if event in changes or event == "sqlite3.connect" or (event == "open" and args[2] & writing):
        if not isinstance(args[0], int) and args[0] != os.devnull:  # an open pipe is no file
            name = os.fsdecode(args[0]) if isinstance(args[0], bytes) else args[0]  # bytes from sqlite3 in Python 3.10
            os.write(log, f"write {name}\\n".encode(errors="surrogateescape"))

sys.addaudithook(watch)
"""

READING = [
    ("estimate",),
    ("estimate", "prompts/search.md", "--model", "claude-3-opus-20240229"),
    ("estimate", "--staged", "--format", "json"),
    ("estimate", "--rev", "HEAD~1", "--format", "markdown"),
    ("check",),
    ("check", "--base", "HEAD~1", "--format", "json"),
    ("diff", "HEAD~1"),
    ("diff", "HEAD~1...", "--format", "markdown"),
    ("diff", "--staged", "--format", "json"),
    ("models",),
    ("models", "gpt-4o", "--format", "json"),
    ("--version",),
    ("diff", "--help"),
]
PRE_COMMIT, PRE_PUSH = ("llmcost_hooks.hooks.pre_commit",), ("llmcost_hooks.hooks.pre_push", "origin", "url")


class Sealed(NamedTuple):
    """A repository, and the world around it: home, cache, temporary files."""

    repo: Repo
    world: Path

    def run(self, *args: str, module: str = "llmcost_hooks", **env: str) -> tuple[Ran, list[str]]:
        """How `args` ends, and what it did to files besides."""
        log = self.world.parent / "sealed-log"
        log.unlink(missing_ok=True)
        around = {
            "PYTHONPATH": os.pathsep.join([str(self.world.parent / "watch"), MODULES]),
            "SEALED_LOG": str(log),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self.world / "tmp"),
            "HOME": str(self.world / "home"),
            "XDG_CACHE_HOME": str(self.world / "cache"),
        }
        head, zeros = self.repo.oid("HEAD"), "0" * 40
        stdin = f"refs/heads/main {head} refs/heads/main {zeros}\n".encode()
        ended = start(self.repo.path, *args, module=module, env={**around, **env}, stdin=stdin)
        return ended, log.read_text().splitlines()


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    """One prompt changed in a second commit, changed again in the index, and once more in the working tree."""
    repo = project(tmp_path / "project")
    repo.write("prompts/search.md", words(410))
    repo.commit()
    repo.stage("prompts/search.md", words(420))
    repo.write("prompts/search.md", words(430))
    for name in ("home", "cache", "tmp"):
        (tmp_path / "world" / name).mkdir(parents=True)
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch/sitecustomize.py").write_text(WATCH)
    return Sealed(repo, tmp_path / "world")


def test_the_watch_sees(sealed: Sealed) -> None:
    """Otherwise the tests below could not fail."""
    (sealed.repo.path / "reaches.py").write_text("import socket; socket.getaddrinfo('localhost', 1)")
    (sealed.repo.path / "writes.py").write_text("open('x', 'w')")
    assert sealed.run(module="reaches")[0].code == 99
    assert sealed.run(module="writes")[1] == ["write x"]


@pytest.mark.parametrize("args", [*READING, PRE_COMMIT, PRE_PUSH], ids=" ".join)
def test_no_network_and_no_file_but_the_memo(sealed: Sealed, args: tuple[str, ...]) -> None:
    """Cold, warm and without the memo: the same bytes."""
    is_hook = args in (PRE_COMMIT, PRE_PUSH)
    module, rest = (args[0], args[1:]) if is_hook else ("llmcost_hooks", args)
    before = listing(sealed.repo.path, sealed.world / "home", sealed.world / "tmp")
    cold, written = sealed.run(*rest, module=module)
    assert cold.code == 0 and cold.err == ""
    memo = str(sealed.world / "cache/llm-cost")
    assert [line for line in written if not line.startswith(f"write {memo}")] == []
    counts = is_hook or (args[0] in ("estimate", "check", "diff") and "--help" not in args)
    assert bool(written) == counts, "the memo is written where something was counted, and nowhere else"
    warm, again = sealed.run(*rest, module=module)
    assert warm == cold
    assert [line for line in again if not line.startswith(f"write {memo}")] == []
    if counts and not is_hook:
        assert sealed.run(*rest, "--no-cache") == (cold, [])
    assert listing(sealed.repo.path, sealed.world / "home", sealed.world / "tmp") == before
    files = {path.name for path in (sealed.world / "cache").rglob("*") if path.is_file()}
    assert files <= {"facts.sqlite"}


@pytest.mark.parametrize("args", [("estimate",), ("diff", "HEAD~1", "--format", "json"), PRE_PUSH], ids=" ".join)
def test_cache_and_home_that_cannot_be_written(sealed: Sealed, args: tuple[str, ...]) -> None:
    """Files in the place of directories: that stops every user, root too."""
    module, rest = (args[0], args[1:]) if args == PRE_PUSH else ("llmcost_hooks", args)
    expected = sealed.run(*rest, module=module)[0]
    for name in ("home", "cache"):
        (sealed.world / f"no-{name}").write_text("a file")
    places = {"HOME": str(sealed.world / "no-home"), "XDG_CACHE_HOME": str(sealed.world / "no-cache")}
    assert sealed.run(*rest, module=module, **places)[0] == expected
    assert expected.code == 0


def test_damaged_memo(sealed: Sealed) -> None:
    """It is thrown away, and nothing of it is believed."""
    expected = sealed.run("estimate")[0]
    path = sealed.world / "cache/llm-cost/facts.sqlite"
    whole = path.read_bytes()
    for damaged in (b"", b"no database", whole[:100], whole[:-700] + bytes(700)):
        path.write_bytes(damaged)
        assert sealed.run("estimate")[0] == expected
    path.unlink()
    path.mkdir()
    assert sealed.run("estimate")[0] == expected


def test_several_at_once(sealed: Sealed) -> None:
    """As a hook manager starts them: each has the same answer, whoever writes the memo first."""
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: llm_cost_in(sealed), range(4)))
    assert set(runs) == {llm_cost_in(sealed)}
    assert runs[0].code == 0


def llm_cost_in(sealed: Sealed) -> Ran:
    return start(sealed.repo.path, "diff", "HEAD~1", env={"XDG_CACHE_HOME": str(sealed.world / "cache")})


def test_memo_holds_no_text(sealed: Sealed) -> None:
    sealed.repo.write("prompts/search.md", "CANARY in a prompt")
    sealed.run("estimate")
    memo = (sealed.world / "cache/llm-cost/facts.sqlite").read_bytes()
    assert b"CANARY" not in memo and b"prompts" not in memo


def test_nothing_is_told_about_where_it_runs(sealed: Sealed) -> None:
    """A report can be posted as it is: no path of this machine, no user, no time."""
    for args in (("estimate",), ("diff", "HEAD~1"), ("check",)):
        for form in ("table", "markdown", "json"):
            out = sealed.run(*args, "--format", form)[0].out
            assert str(sealed.repo.path) not in out and str(sealed.world) not in out


def test_same_answer_in_another_clone(sealed: Sealed, tmp_path: Path) -> None:
    """Nothing is remembered between runs that could change a result."""
    clone = sealed.repo.clone(tmp_path / "elsewhere")
    args = ("diff", "HEAD~1..HEAD", "--format", "json")
    assert llm_cost(clone.path, *args) == llm_cost(sealed.repo.path, *args)
    assert PROJECT in (clone.path / "llm-cost.toml").read_text()
