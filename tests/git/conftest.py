from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import pytest

from ..repos import Repo
from .kinds import KINDS

Kinds = Callable[[str], Repo]


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Kinds:
    """A repository of each kind by its name, built at its first use. Not to be written to."""
    return lru_cache(maxsize=None)(lambda kind: KINDS[kind](tmp_path_factory.mktemp("kinds") / kind))


@pytest.fixture(params=["git", "pygit2"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two ways to read objects, forced."""
    monkeypatch.setenv("LLMCOST_GIT_BACKEND", request.param)
    return str(request.param)
