"""Both hooks in every situation of `situations`, by both ways to read objects and both ways to install hooks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ..preloaded import Preloaded
from ..repos import Repo
from .places import BACKENDS, plain
from .plain import MODULES as PROGRAMS
from .situations import RECEIVING, SITUATIONS, Situation, Verdict

STAGES = {
    "pre-commit": "pre-commit",
    "pre-merge-commit": "pre-commit",
    "pre-push": "pre-push",
    "pre-receive": "pre-push",
}
Place = Callable[[Situation], tuple[Path, Repo]]
TRUSTING = ("-c", "safe.directory=*")


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory, preloaded: Preloaded) -> Path:
    """Hook files of both ways to install them; in `bin` the programs that they start, which write down their end."""
    at = tmp_path_factory.mktemp("hooks")
    for name in set(STAGES.values()):
        program = _script(
            at / "bin" / f"llm-cost-{name}",
            preloaded.script(f"llm-cost-{name}", f"llmcost_hooks.hooks.{PROGRAMS[name]}:main"),
            'code=$?\necho "$LLMCOST_GIT_BACKEND $code" >> "$ENDED"\nexit $code',
        )
        for stage in (stage for stage, started in STAGES.items() if started == name):
            _script(at / "plain" / stage, f'exec {program.name} "$@"')
    repo = plain(at / "scratch")
    stages = [option for stage in STAGES if stage != "pre-receive" for option in ("-t", stage)]
    subprocess.run([sys.executable, "-m", "pre_commit", "install", *stages], cwd=repo.path, check=True)
    shutil.copytree(repo.path / ".git/hooks", at / "pre-commit")  # it writes the same files into every repository
    return at


def _script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The place of a situation as it was built, always in the same directory: git keeps absolute paths in some."""
    folder, built = tmp_path_factory.mktemp("places"), dict[str, tuple[Path, Repo]]()

    def anew(situation: Situation) -> tuple[Path, Repo]:
        key = repr(situation.build)
        if key in built:
            shutil.rmtree(built[key][0])
        else:
            at = folder / str(len(built))
            built[key] = at, situation.build(at)
            at.rename(at.with_suffix(".built"))
        at, repo = built[key]
        subprocess.run(["cp", "-a", at.with_suffix(".built"), at], check=True)  # it keeps owners too
        return at, repo

    return anew


def in_each(situations: Sequence[Situation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("situation", situations, ids=[situation.name for situation in situations])


@in_each([*SITUATIONS, *RECEIVING])
@pytest.mark.parametrize("backend", BACKENDS)
def test_plain_hooks(situation: Situation, backend: str, place: Place, hooks: Path) -> None:
    verdict = expected(situation, backend, "plain")
    said = judge(situation, {backend: verdict}, "plain", place, hooks, {"LLMCOST_GIT_BACKEND": backend})
    assert verdict != (0, (), True) or said == "", "silent where it passes"


@in_each(SITUATIONS)
def test_under_pre_commit(situation: Situation, place: Place, hooks: Path) -> None:
    verdicts = {backend: expected(situation, backend, "pre-commit") for backend in BACKENDS}
    said = judge(situation, verdicts, "pre-commit", place, hooks, {"PRE_COMMIT_HOME": str(hooks / "home")})
    assert said.count("...Passed\n") == [verdict.code for verdict in verdicts.values()].count(0)


def judge(
    situation: Situation, verdicts: dict[str, Verdict], way: str, place: Place, hooks: Path, more: dict[str, str]
) -> str:
    """What git prints for the situation's command, whose hooks come to these verdicts in this order."""
    at, repo = place(situation)
    names = {"at": str(at), "repo": repo.cwd}
    hooked = Repo(situation.hooked.format(**names))
    directory = hooked.path / hooked.git(*TRUSTING, "rev-parse", "--git-path", "hooks")
    shutil.copytree(hooks / way, directory, dirs_exist_ok=True)
    ended = at / "ended"
    env = {name: value.format(**names) for name, value in situation.env.items()} | more
    env |= {"PATH": f"{hooks / 'bin'}{os.pathsep}{os.environ['PATH']}", "ENDED": str(ended), "XDG_CACHE_HOME": str(at)}
    for command in situation.before:
        done = repo.run(*command.format(**names).split(), env=env)
        assert done.code == 0, done
    assert not ended.exists(), "git starts no hook of ours for it"

    names["remote"] = repo.run("rev-parse", "-q", "--verify", "origin/main").out.decode()[:9]
    before = state(at, repo)
    words = situation.command.format(**names).split()
    done = Repo(situation.cwd.format(**names)).run(*words, stdin=situation.stdin.encode(), env=env)

    said = done.err + os.fsdecode(done.out)
    codes = [f"{backend} {verdict.code}" for backend, verdict in verdicts.items() if verdict.code is not None]
    assert (ended.read_text().splitlines() if ended.exists() else []) == codes, said
    is_done = all(verdict.done for verdict in verdicts.values())
    assert (done.code == 0) == is_done, said
    assert (state(at, repo) != before) == (is_done and "run" not in words), said
    lines = [line.removeprefix("remote: ").rstrip() for line in said.splitlines()]
    for line in (line.format(**names) for verdict in verdicts.values() for line in verdict.says):
        assert line in lines, said
    assert "Traceback" not in said
    return said


def state(at: Path, repo: Repo) -> bytes:
    """What a commit or a push changes."""
    servers = [Repo(path).raw("for-each-ref") for path in at.rglob("server.git")]
    return b"".join([repo.run(*TRUSTING, "rev-parse", "-q", "--verify", "HEAD").out, *servers])


def expected(situation: Situation, backend: str, way: str) -> Verdict:
    cells = (f"{backend} {way}", backend, way)
    return next((situation.but[cell] for cell in cells if cell in situation.but), situation.verdict)
