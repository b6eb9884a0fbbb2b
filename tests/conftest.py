"""A sealed environment for every test: own home, own git configuration, fixed dates, no network."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings

from .cli.running import MODULES
from .hooks import plain
from .pinned.sitecustomize import PINNED
from .preloaded import Preloaded
from .repos import GIT_CONFIG, Repo

settings.register_profile("suite", deadline=None, database=None, derandomize=True)
settings.load_profile("suite")

HERE = ("127.0.0.1", "::1", "localhost")


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook, so that no import order gets around it. Servers of the tests are on this machine."""
    if event in ("socket.connect", "socket.sendto", "socket.bind"):
        address = arguments[1]
        refused = isinstance(address, tuple) and address[0] not in HERE
    else:
        refused = event in ("socket.getaddrinfo", "socket.gethostbyname") and arguments[0] not in HERE
    if refused:
        raise AssertionError(f"A test reached for the network: {event} {arguments}")


sys.addaudithook(refuse_network)

# Collecting the tests makes a million objects that stay: to look through them for garbage again and again would take
# a third of that time, and then some of every test's.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The temporary directory of the run: under xdist the one above those of its workers."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def sealed_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The environment of the whole session; the home directory that it made."""
    home = tmp_path_factory.mktemp("home")
    (home / "gitconfig").write_text(GIT_CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("GIT_", "XDG_", "PRE_COMMIT", "LLMCOST_", "LLM_COST_")):
                patch.delenv(name)
        for name in ("NO_COLOR", "CI", "GITHUB_ACTIONS"):
            patch.delenv(name, raising=False)
        for name in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        patch.setenv("HOME", str(home))
        # Processes of the tests compile each module once for all of them, and beside no source.
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("PYTHONPYCACHEPREFIX", str(_shared(tmp_path_factory) / "compiled"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
        patch.setenv("GIT_AUTHOR_DATE", "2026-01-01T00:00:00+00:00")
        patch.setenv("GIT_COMMITTER_DATE", "2026-01-01T00:00:00+00:00")
        patch.setenv("GIT_EDITOR", "false")
        patch.setenv("TZ", "UTC")
        patch.setenv("LC_ALL", "C.UTF-8")
        # What the clock asks and not `now`, which a module imported earlier has by its own name.
        patch.setattr("llmcost_hooks.clock.time", SimpleNamespace(time=lambda: PINNED))
        yield home


@pytest.fixture(autouse=True)
def own_cache(sealed_session: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache directory of its own for each test, made only if the test uses it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(sealed_session / "cache" / str(abs(hash(request.node.nodeid)))))


@pytest.fixture(scope="session")
def preloaded(sealed_session: Path) -> Iterator[Preloaded]:
    """What runs our programs quickly where the start of a process is not what is tested."""
    with TemporaryDirectory() as folder:  # its name is short, as that of a socket has to be
        socket = Path(folder) / "socket"
        command = [sys.executable, "-m", "tests.preloaded", str(socket)]
        environment = {**os.environ, "PYTHONPATH": MODULES}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stdout.readline() == b"ready\n"
            yield Preloaded(socket)
            process.terminate()


@pytest.fixture
def install(preloaded: Preloaded) -> plain.Install:
    """`install(repo, *names)`: our hooks as scripts in its hooks directory."""
    return partial(plain.install, preloaded)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A new, empty repository."""
    return Repo.init(tmp_path / "repo")
