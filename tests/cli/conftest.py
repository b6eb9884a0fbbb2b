from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..repos import Repo
from .running import listing, project, words

Ready = Callable[[Repo], None]


@pytest.fixture
def prompts(tmp_path: Path) -> Repo:
    """A repository with a manifest, two prompts and one commit."""
    return project(tmp_path / "project")


@pytest.fixture
def ready() -> Iterator[Ready]:
    """To be called when a repository is as it shall stay: at the end it is the same, down to times of change."""
    kept: list[tuple[Repo, dict[str, tuple[object, ...]]]] = []
    yield lambda repo: kept.append((repo, listing(repo.path)))
    for repo, before in kept:
        assert listing(repo.path) == before


@pytest.fixture
def branches(prompts: Repo) -> Repo:
    """`feat` adds a prompt after `main` was left; `main` then goes on. Index and working tree of `feat` differ too.

    Tokens of search: 300 on main, 400 at the merge base, 500 on feat, 600 in the index, 700 in the working tree.
    """
    prompts.branch("feat")
    prompts.write("prompts/search.md", words(500))
    prompts.commit("feat")
    prompts.checkout("main")
    prompts.write("prompts/search.md", words(300))
    prompts.commit("main goes on")
    prompts.checkout("feat")
    prompts.stage("prompts/search.md", words(600))
    prompts.write("prompts/search.md", words(700))
    return prompts
