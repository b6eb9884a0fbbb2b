"""A home of its own for a tool that runs git and llm-cost as somebody would who has just begun."""

from __future__ import annotations

import os
from pathlib import Path

from tests.repos import GIT_CONFIG

SHARED = ("GIT_", "XDG_", "LLMCOST_", "LLM_COST_", "PYTHON", "GITHUB_", "VIRTUAL_ENV")


def seal(folder: Path) -> None:
    """Takes out of this process's environment what belongs to whoever runs it, and gives it `folder` as home."""
    for name in list(os.environ):
        if name.startswith(SHARED) or name in ("CI", "NO_COLOR"):
            del os.environ[name]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gitconfig").write_text(GIT_CONFIG, encoding="utf-8")
    os.environ.update(
        HOME=str(folder),
        GIT_CONFIG_GLOBAL=str(folder / "gitconfig"),
        GIT_CONFIG_NOSYSTEM="1",
        LC_ALL="C.UTF-8",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
    )
