"""The store on a real disk: what is installed, what is refused, and what is left when something goes wrong."""

from __future__ import annotations

import json
import os
import resource
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from llmcost_hooks import pricestore
from llmcost_hooks.data import open_data
from llmcost_hooks.errors import PricingError
from llmcost_hooks.prices.price_file import Refused
from llmcost_hooks.prices.trust import Roots
from llmcost_hooks.pricestore import change_trust, check, install, load_installed, load_trust, reset_trust

from ..cli.running import MODULES
from .files import BUNDLED_AT, key, revocation, signed, small

K1, K2 = key("one"), key("two")
ROOTS = Roots((K1.text, K2.text))
NOW = BUNDLED_AT + timedelta(days=2)
BUNDLED = bytes(open_data("prices.json"))
OLD, NEW = (signed(small(NOW - timedelta(hours=hours)), K1) for hours in (2, 1))


def put(directory: Path, data: bytes, **given: object) -> bool:
    """Install; whether it was there already."""
    return install(str(directory), data, BUNDLED, NOW, "1", roots=ROOTS, **given)[1]  # type: ignore[arg-type]


def installed(directory: Path) -> bytes:
    return (directory / "prices.json").read_bytes()


def load(directory: Path, program: str = "1", roots: Roots = ROOTS) -> bytes | None:
    found = load_installed(str(directory), program, roots)
    return None if found is None else bytes(found)


def refuse(act: Callable[[], object], id: str, directory: Path, content: bytes | None) -> None:
    """Refused with this id, and what was installed is what it was."""
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.id == id
    assert (installed(directory) if content is not None else None) == content
    assert not [name for name in os.listdir(directory) if name.startswith(".tmp-")]


def test_install_load_and_install_again(tmp_path: Path) -> None:
    assert load(tmp_path) is None
    assert put(tmp_path / "new" / "folder", OLD) is False
    folder = tmp_path / "new" / "folder"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "prices.json").stat().st_mode) == 0o600
    assert put(folder, OLD) is True
    assert put(folder, NEW) is False
    assert load(folder) == installed(folder) == NEW
    refuse(lambda: put(folder, OLD), "E_ROLLBACK", folder, NEW)
    assert sorted(os.listdir(folder)) == ["lock", "prices.json", "trust.json"]


def test_nothing_is_written_by_a_check(tmp_path: Path) -> None:
    verdict, same = check(str(tmp_path / "none"), NEW, BUNDLED, NOW, roots=ROOTS)
    assert verdict.file.models == 2 and not same
    assert not (tmp_path / "none").exists()
    put(tmp_path, NEW)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    assert check(str(tmp_path), NEW, BUNDLED, NOW, roots=ROOTS)[1]
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()} == before


def test_a_revocation_in_a_refused_file_stays(tmp_path: Path) -> None:
    put(tmp_path, OLD)
    forged = signed(small(NOW, revocations=[revocation(K1)]), key("thief"))
    refuse(lambda: put(tmp_path, forged), "E_NOKEY", tmp_path, OLD)
    assert [each.key for each in load_trust(str(tmp_path)).revoked] == [K1.text]
    with pytest.raises(PricingError, match="revoked key"):  # what K1 signed is not believed any more
        load(tmp_path)
    assert put(tmp_path, signed(small(NOW), K2)) is False
    assert load(tmp_path) is not None


# --- loading without checking again --------------------------------------------------------------------------------

BARE = """
import sys
from llmcost_hooks.pricestore import load_installed
found = load_installed(sys.argv[1], sys.argv[2])
print(found is not None, *sorted({"hashlib", "minisign", "cryptography", "ssl"} & set(sys.modules)))
"""


def probe(directory: Path, program: str = "1") -> str:
    """What loading in a fresh process says and loads."""
    command = [sys.executable, "-c", BARE, str(directory), program]
    env = {**os.environ, "PYTHONPATH": MODULES}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout.strip()


def test_an_unchanged_file_is_loaded_without_crypto(tmp_path: Path) -> None:
    put(tmp_path, NEW)
    change_trust(str(tmp_path), lambda trust: trust._replace(trusted=(K1.text,)))  # for a process without our pins
    assert probe(tmp_path) == "True"


def test_a_touched_file_or_another_version_is_verified_again_and_then_known(tmp_path: Path) -> None:
    put(tmp_path, NEW)
    change_trust(str(tmp_path), lambda trust: trust._replace(trusted=(K1.text,)))
    os.utime(tmp_path / "prices.json")
    assert "minisign" in probe(tmp_path)
    assert probe(tmp_path) == "True"
    assert "minisign" in probe(tmp_path, "2")
    assert probe(tmp_path, "2") == "True"


def test_a_revocation_ends_the_short_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, NEW)
    assert load(tmp_path) == NEW
    monkeypatch.setattr("llmcost_hooks.prices.pins.REVOKED", ((K1.text, "stolen"),))
    with pytest.raises(PricingError, match="stolen"):
        load(tmp_path, roots=Roots(ROOTS.pinned, ((K1.text, "stolen"),)))


def as_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(NEW.replace(b'"2.5"', b'"0.5"')),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(NEW[:100]),
        lambda path: path.write_bytes(b"{}"),
        lambda path: (path.unlink(), path.mkdir()),
        as_fifo,
        lambda path: (path.unlink(), path.symlink_to("/nowhere")),
        lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
    ],
    ids=["edited", "empty", "cut", "other", "directory", "fifo", "dangling", "device"],
)
def test_a_bad_installed_file_is_an_error_and_never_a_silent_fallback(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    put(tmp_path, NEW)
    damage(tmp_path / "prices.json")
    with pytest.raises(PricingError) as caught:
        load(tmp_path)
    assert "installed price file" in caught.value.message
    assert "update-db" in caught.value.hint


def test_an_older_installed_file_that_somebody_put_back_is_refused(tmp_path: Path) -> None:
    put(tmp_path, NEW)
    (tmp_path / "prices.json").write_bytes(OLD)
    with pytest.raises(PricingError, match="older than what was installed before"):
        load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"version": 2}', b"null", b"[" * 10_000])
def test_a_damaged_trust_store_is_no_empty_one(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, NEW)
    (tmp_path / "trust.json").write_bytes(content)
    refuse(lambda: put(tmp_path, NEW), "E_TRUST", tmp_path, NEW)
    with pytest.raises(PricingError) as caught:
        load(tmp_path)
    assert "--reset-trust" in caught.value.hint
    reset_trust(str(tmp_path))
    assert load(tmp_path) is None
    assert put(tmp_path, OLD) is False


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("trusted", [1]), ("trusted", ["RWQ"]), ("trusted", {}), ("revoked", [{"key": K1.text}]),
        ("revoked", [{"key": K1.text, "reason": 1}]), ("floor", {"generated_at": "soon", "sha256": ""}),
        ("introduced", [{"to": K1.text, "by": K2.text, "valid_until": "soon"}]), ("more", []),
        ("verified", {"sha256": ""}),
    ],
)  # fmt: skip
def test_every_member_of_the_trust_store_is_checked(tmp_path: Path, member: str, value: object) -> None:
    put(tmp_path, NEW)
    stored = json.loads((tmp_path / "trust.json").read_bytes())
    stored[member] = value
    (tmp_path / "trust.json").write_text(json.dumps(stored))
    refuse(lambda: put(tmp_path, NEW), "E_TRUST", tmp_path, NEW)


# --- the disk -----------------------------------------------------------------------------------------------------


def test_a_lock_that_is_held_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    put(tmp_path, OLD)
    with pricestore._locked(str(tmp_path), 0.0), pytest.raises(PricingError, match="Another update is running"):
        put(tmp_path, NEW, wait=0.1)
    assert installed(tmp_path) == OLD

    def hold() -> None:
        with pricestore._locked(str(tmp_path), 0.0):
            held.set()
            go_on.wait(5)

    held, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor() as pool:
        holding = pool.submit(hold)
        held.wait(5)
        waiting = pool.submit(put, tmp_path, NEW, wait=5.0)
        go_on.set()
        assert waiting.result(10) is False
        holding.result(10)
    assert installed(tmp_path) == NEW


FULL = """
import os, resource, signal, sys
from datetime import datetime
from tests.trust import test_store as t
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
from pathlib import Path
try:
    t.put(Path(sys.argv[1]), t.NEW)
    print("installed")
except t.PricingError as error:
    print(error.message)
"""


@pytest.mark.parametrize("limit", [0, 1, 1000, len(NEW) - 1])
def test_a_full_disk_leaves_what_was_installed(tmp_path: Path, limit: int) -> None:
    put(tmp_path, OLD)
    command = [sys.executable, "-c", FULL, str(tmp_path), str(limit)]
    env = {**os.environ, "PYTHONPATH": MODULES}
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout
    assert out.startswith(f"Cannot write {tmp_path}: File too large. Installed prices are unchanged.")
    assert installed(tmp_path) == OLD and load(tmp_path) == OLD
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".tmp-")]
    assert put(tmp_path, NEW) is False
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != limit  # only the other process was limited


def test_a_path_that_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(PricingError, match="Cannot write"):
        put(tmp_path / "file", NEW)
    with pytest.raises(PricingError, match="Cannot write"):
        put(tmp_path / "file" / "below", NEW)


def test_old_temporary_files_are_swept_and_young_ones_are_not(tmp_path: Path) -> None:
    put(tmp_path, OLD)
    for name, age in ((".tmp-old", 7200), (".tmp-young", 60), ("other", 7200)):
        (tmp_path / name).write_text("x")
        moment = time.time() - age
        os.utime(tmp_path / name, (moment, moment))
    put(tmp_path, NEW)
    assert {".tmp-old", ".tmp-young", "other"} & set(os.listdir(tmp_path)) == {".tmp-young", "other"}


def test_many_writers_and_readers(tmp_path: Path) -> None:
    """Readers always see a whole file, never an older one than before; of many writers the newest file wins."""
    files = [signed(small(NOW - timedelta(seconds=60 - n)), K1) for n in range(12)]
    put(tmp_path, files[0])
    seen: list[int] = []

    def write(n: int) -> None:
        try:
            put(tmp_path, files[n])
        except Refused as refused:
            assert refused.id == "E_ROLLBACK"

    def read() -> None:
        last = 0
        for _ in range(30):
            data = installed(tmp_path)
            assert data in files
            assert files.index(data) >= last
            last = files.index(data)
            seen.append(last)

    with ThreadPoolExecutor(6) as pool:
        tasks = [pool.submit(read) for _ in range(3)] + [pool.submit(write, n) for n in (3, 1, 7, 5, 11, 2, 9)]
        for task in tasks:
            task.result(30)
    assert installed(tmp_path) == files[11] and load(tmp_path) == files[11]
    assert len(seen) == 90


def test_a_user_without_a_home_has_no_store() -> None:
    assert pricestore.store_directory({"XDG_DATA_HOME": "relative"}) is None
    assert load_installed(None, "1") is None
    assert pricestore.store_directory({"XDG_DATA_HOME": "/data"}) == "/data/llm-cost"


def test_an_empty_package_over_the_crypto_library_is_named(tmp_path: Path) -> None:
    (tmp_path / "minisign").mkdir()
    (tmp_path / "minisign" / "__init__.py").write_text("")
    code = "from llmcost_hooks.prices.signing import _library; _library()"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), MODULES])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    assert "hides py-minisign" in done.stderr
