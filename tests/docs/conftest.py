"""The demo's repository, built once and copied for each test."""

from __future__ import annotations

import shutil
from datetime import datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from llmcost_hooks import load_price_book
from llmcost_hooks.commands.demo import build_example
from llmcost_hooks.data import open_data
from tools.publish_prices import prefix, stamp

from ..preloaded import Preloaded
from ..trust.files import BUNDLED_AT, signed
from .shell import KEY, Shell, write_programs

NOON = datetime.combine(load_price_book().generated_at, time(12), timezone.utc).timestamp()


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory, preloaded: Preloaded) -> Path:
    folder = tmp_path_factory.mktemp("path") / "bin"
    write_programs(folder, preloaded)
    return folder


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory, sealed_session: Path) -> Path:
    folder = tmp_path_factory.mktemp("example") / "repo"
    build_example(str(folder))
    return folder


@pytest.fixture(scope="session")
def newer_prices() -> bytes:
    """The bundled prices a day later, gpt-4o's input a fifth cheaper, signed by a key of the tests."""
    lines = prefix(stamp(bytes(open_data("prices.json")), BUNDLED_AT + timedelta(days=1))).split(b"\n")
    cheaper = [
        line.replace(b'"input": "2.5"', b'"input": "2"') if line.startswith(b'    "gpt-4o": ') else line
        for line in lines
    ]
    return signed(b"\n".join(cheaper), KEY)


@pytest.fixture
def shell(example: Path, programs: Path, newer_prices: bytes, tmp_path: Path) -> Shell:
    """A shell in a copy of the demo's repository: main, and feat/new-prompts checked out; a price file beside it."""
    folder = tmp_path / "repo"
    shutil.copytree(example, folder, symlinks=True)
    (tmp_path / "prices.json").write_bytes(newer_prices)
    return Shell(folder, programs, NOON)
