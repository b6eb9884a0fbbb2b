"""A user with a trusted key, and a publisher's server with a certificate of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from llmcost_hooks.facts import load_price_book
from llmcost_hooks.pricestore import change_trust

from ..certificates import make_certificate
from ..cli.running import Ran, llm_cost
from ..preloaded import Preloaded
from ..trust.files import BUNDLED_AT, Key, key, signed, small

K1 = key("publisher")
NEWER = BUNDLED_AT + timedelta(days=1)  # the tests' own day is the 28th: two days after the bundled file's


class Publisher(NamedTuple):
    """A server on this machine that answers with `folder`'s prices.json, and its certificate authority."""

    url: str
    folder: Path
    authority: Path

    def offer(self, data: bytes) -> None:
        (self.folder / "prices.json").write_bytes(data)


class User(NamedTuple):
    """Who runs update-db: a data directory, and what its process is told."""

    data: Path
    publisher: Publisher
    preloaded: Preloaded

    @property
    def store(self) -> Path:
        return self.data / "llm-cost"

    def run(self, *args: str, cwd: Path | None = None, **env: str) -> Ran:
        """In a process of its own where it reaches the network or its surroundings are its own; else in this one."""
        if not env and "--url" not in args:
            load_price_book.cache_clear()
            try:
                return llm_cost(cwd or self.data, *args, env={"XDG_DATA_HOME": str(self.data)})
            finally:
                load_price_book.cache_clear()
        told = {"XDG_DATA_HOME": str(self.data), "SSL_CERT_FILE": str(self.publisher.authority), **env}
        return self.preloaded.run(cwd or self.data, *args, env={**told, "HTTPS_PROXY": None, "https_proxy": None})

    def update(self, path: str = "prices.json", *args: str, **env: str) -> Ran:
        return self.run("update-db", "--url", f"{self.publisher.url}/{path}", *args, cwd=None, **env)

    def trust(self, *keys: Key) -> None:
        texts = tuple(each.text for each in keys)
        change_trust(str(self.store), lambda trust: trust._replace(trusted=texts))

    def installed(self) -> bytes | None:
        path = self.store / "prices.json"
        return path.read_bytes() if path.exists() else None


@pytest.fixture(scope="session")
def publisher(tmp_path_factory: pytest.TempPathFactory, sealed_session: Path) -> Iterator[Publisher]:
    folder = tmp_path_factory.mktemp("publisher")
    authority = make_certificate(folder)
    command = [sys.executable, str(Path(__file__).parent / "server.py"), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        yield Publisher(f"https://localhost:{port}", folder, authority)
        server.kill()


@pytest.fixture
def user(tmp_path: Path, publisher: Publisher, preloaded: Preloaded) -> User:
    """A user who trusts the publisher's key and has installed nothing yet."""
    publisher.offer(signed(small(NEWER), K1))
    found = User(tmp_path / "data", publisher, preloaded)
    found.data.mkdir()
    found.trust(K1)
    return found
