"""A repository with a pull request in it, and `llm-cost comment` pointed at a forge's server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from llmcost_hooks.forges import http

from ..cli.running import Ran, llm_cost, project, words
from ..repos import Repo
from .server import TOKEN, Forge, serving

Comment = Callable[..., Ran]


@pytest.fixture(autouse=True)
def own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy, or a pipeline, of whoever runs the tests is none of theirs."""
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.startswith(("GITHUB_", "CI_", "SYSTEM_", "BITBUCKET_")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, sealed_session: Path) -> Path:
    repo = project(tmp_path_factory.mktemp("pull-request") / "repo")
    repo.branch("feat")
    repo.write("prompts/search.md", words(600))
    repo.commit("longer")
    return repo.path


@pytest.fixture
def repo(template: Path, tmp_path: Path) -> Repo:
    """main, and feat checked out, on which search costs more."""
    shutil.copytree(template, tmp_path / "repo", symlinks=True)
    return Repo(tmp_path / "repo")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client waited between attempts, which the tests do not."""
    waited: list[float] = []
    monkeypatch.setattr(http, "pause", waited.append)
    return waited


@pytest.fixture
def serve() -> Iterator[Callable[[Forge], str]]:
    """Starts servers, and stops them when the test ends."""
    with ExitStack() as running:
        yield lambda forge: running.enter_context(serving(forge))


NAMES = {
    "github": ("GITHUB_TOKEN", "o/r", ""),
    "gitlab": ("GITLAB_TOKEN", "group/project", ""),
    "azure-repos": ("SYSTEM_ACCESSTOKEN", "project/repo", ""),
    "bitbucket": ("BITBUCKET_TOKEN", "team/repo", "/2.0"),
    "data-center": ("BITBUCKET_TOKEN", "team/repo", ""),
}


@pytest.fixture
def comment(repo: Repo, pauses: list[float], serve: Callable[[Forge], str]) -> Comment:
    """`llm-cost comment NAME OPTIONS` for a server that runs, or is started."""

    def run(name: str, forge: Forge, *options: str, token: str = TOKEN, env: dict[str, str] | None = None) -> Ran:
        variable, place, below = NAMES[name]
        address = forge.address or serve(forge)
        command = ("comment", "bitbucket" if name == "data-center" else name)
        where = ("--api-url", address + below, "--repo", place, "--pull-request", "7")
        return llm_cost(repo.path, *command, *where, "--base", "main", *options, env={variable: token, **(env or {})})

    return run
