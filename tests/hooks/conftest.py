from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.running import project
from ..repos import Repo


@pytest.fixture
def prompts(tmp_path: Path) -> Repo:
    """A repository with a manifest, two prompts and one commit."""
    return project(tmp_path / "project")
