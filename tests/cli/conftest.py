from __future__ import annotations

from pathlib import Path

import pytest

from ..repos import Repo
from .running import project


@pytest.fixture
def prompts(tmp_path: Path) -> Repo:
    """A repository with a manifest, two prompts and one commit."""
    return project(tmp_path / "project")
