"""The demo's repository, built once and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from llmcost_hooks import load_price_book
from llmcost_hooks.commands.demo import build_example

from .shell import Shell, write_programs


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory, sealed_session: Path) -> Path:
    day = load_price_book().generated_at
    folder = tmp_path_factory.mktemp("path") / "bin"
    write_programs(folder, day.year, day.month, day.day)
    return folder


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory, sealed_session: Path) -> Path:
    folder = tmp_path_factory.mktemp("example") / "repo"
    build_example(str(folder))
    return folder


@pytest.fixture
def shell(example: Path, programs: Path, tmp_path: Path) -> Shell:
    """A shell in a copy of the demo's repository: main, and feat/new-prompts checked out."""
    folder = tmp_path / "repo"
    shutil.copytree(example, folder, symlinks=True)
    return Shell(folder, programs)
