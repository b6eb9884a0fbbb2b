"""The store on a real disk: what is installed, what is refused, and what is left when something goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import stat
import subprocess
import sys
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
from llmcost_hooks.prices.trust import Roots, Trust
from llmcost_hooks.pricestore import change_trust, check, install, load_installed, load_trust, reset_trust

from ..cli.running import MODULES
from .files import BUNDLED_AT, Key, key, revocation, rotation, signed, small

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
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
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


def test_the_keys_and_the_prices_of_the_release_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are those of the release where none are given, and nothing is older than what it brings."""
    monkeypatch.setattr("llmcost_hooks.prices.pins.PINNED", (K1.text,))
    assert install(str(tmp_path), NEW, BUNDLED, NOW, "1")[1] is False
    assert bytes(load_installed(str(tmp_path), "2") or b"") == NEW
    early = signed(small(BUNDLED_AT - timedelta(seconds=1)), K1)
    with pytest.raises(Refused, match="older than installed"):
        check(str(tmp_path / "none"), early, BUNDLED, NOW)


def test_a_file_as_large_as_a_file_may_be_is_told_from_a_longer_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmcost_hooks.prices.price_file.MAX_BYTES", len(NEW))
    for lies_there in (False, True):
        assert install(str(tmp_path), NEW, OLD, NOW, "1", roots=ROOTS)[1] is lies_there
    (tmp_path / "prices.json").write_bytes(NEW + b"\n")
    assert install(str(tmp_path), NEW, OLD, NOW, "1", roots=ROOTS)[1] is False
    assert installed(tmp_path) == NEW


def test_what_must_be_asked_for(tmp_path: Path) -> None:
    """A new key and a file beyond its grace are accepted by nobody who did not say so."""
    put(tmp_path, signed(small(NOW, rotation=rotation(K1, key("three"), NOW + timedelta(days=90))), K1))
    kept = load_trust(str(tmp_path))
    assert kept.introduced == () and [each.to for each in kept.announced] == [key("three").text]
    late, newer = NOW + timedelta(days=77), signed(small(NOW + timedelta(hours=1)), K1)
    with pytest.raises(Refused, match="too old"):
        check(str(tmp_path), newer, BUNDLED, late, roots=ROOTS)
    with pytest.raises(Refused, match="too old"):
        install(str(tmp_path), newer, BUNDLED, late, "1", roots=ROOTS)
    assert check(str(tmp_path), newer, BUNDLED, late, roots=ROOTS, force_stale=True)[1] is False
    assert install(str(tmp_path), newer, BUNDLED, late, "1", roots=ROOTS, force_stale=True)[1] is False
    assert load(tmp_path) == newer


def test_a_refused_file_without_news_is_not_written_down(tmp_path: Path) -> None:
    put(tmp_path, NEW)
    before = (tmp_path / "trust.json").stat()
    refuse(lambda: put(tmp_path, OLD), "E_ROLLBACK", tmp_path, NEW)
    after = (tmp_path / "trust.json").stat()
    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)


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


def test_a_lock_that_is_held_is_waited_for_and_then_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, OLD)
    clock = [10.0]
    monkeypatch.setattr("llmcost_hooks.pricestore.time.monotonic", lambda: clock[0])
    monkeypatch.setattr("llmcost_hooks.pricestore.time.sleep", lambda seconds: clock.append(clock.pop() + seconds))
    for wait, end in ((0.0, 10.0), (3.0, 13.0)):
        clock[0] = 10.0
        with pricestore._locked(str(tmp_path), 0.0), pytest.raises(PricingError, match="Another update is running"):
            put(tmp_path, NEW, wait=wait)
        assert end <= clock[0] < end + 0.1
    assert installed(tmp_path) == OLD

    with contextlib.ExitStack() as holding:
        holding.enter_context(pricestore._locked(str(tmp_path), 0.0))
        monkeypatch.setattr("llmcost_hooks.pricestore.time.sleep", lambda _: holding.close())
        assert put(tmp_path, NEW, wait=5.0) is False
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
    assert check(None, NEW, BUNDLED, NOW, roots=ROOTS)[1] is False
    assert pricestore.store_directory({"XDG_DATA_HOME": "/data"}) == "/data/llm-cost"


def test_an_empty_package_over_the_crypto_library_is_named(tmp_path: Path) -> None:
    (tmp_path / "minisign").mkdir()
    (tmp_path / "minisign" / "__init__.py").write_text("")
    code = "from llmcost_hooks.prices.signing import _library; _library()"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), MODULES])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    assert "hides py-minisign" in done.stderr


# --- the short way, step by step ----------------------------------------------------------------------------------


@pytest.fixture
def only_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has to verify again says so instead."""

    def verify_again(*given: object) -> None:
        raise LookupError("verified again")

    monkeypatch.setattr(pricestore, "_verify_again", verify_again)


def is_short(directory: Path, program: str = "1") -> bool:
    try:
        assert load(directory, program) == installed(directory)
    except LookupError:
        return False
    return True


def stored(directory: Path, **members: object) -> None:
    """Change the trust store as text."""
    path = directory / "trust.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **members}))


@pytest.mark.usefixtures("only_short")
def test_when_the_short_way_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, NEW)
    record = json.loads((tmp_path / "trust.json").read_bytes())["verified"]
    assert is_short(tmp_path) and not is_short(tmp_path, "2")
    for name in ("size", "mtime_ns", "ctime_ns", "ino"):
        stored(tmp_path, verified={**record, name: record[name] + 1})
        assert not is_short(tmp_path), name
    damages: tuple[object, ...] = (None, {}, [], {**record, "signers": None}, {**record, "signers": ["x"]})
    for damage in damages:
        stored(tmp_path, verified=damage)
        assert not is_short(tmp_path), damage
    relabelled = Key(K2.id, K1.seed).text
    for gone, short in ((relabelled, False), (K1.text, False), (K2.text, True)):
        stored(tmp_path, verified=record, revoked=[{"key": gone, "reason": "x"}])
        assert is_short(tmp_path) is short
    stored(tmp_path, verified=record, revoked=[])
    assert is_short(tmp_path)
    monkeypatch.setattr("llmcost_hooks.prices.pins.REVOKED", ((K1.text, "stolen"),))
    assert not is_short(tmp_path)
    monkeypatch.setattr("llmcost_hooks.prices.pins.REVOKED", ((K2.text, "stolen"),))
    assert is_short(tmp_path)
    for content in (b"", b"[" * 100_000, b"\xff"):
        (tmp_path / "trust.json").write_bytes(content)
        assert not is_short(tmp_path)
    (tmp_path / "trust.json").unlink()
    assert not is_short(tmp_path)
    os.mkfifo(tmp_path / "trust.json")
    assert not is_short(tmp_path)


def test_a_full_check_makes_the_short_way_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, NEW)
    os.utime(tmp_path / "prices.json")
    assert load(tmp_path) == NEW
    with monkeypatch.context() as patched:
        patched.setattr(pricestore, "_verify_again", None)
        assert load(tmp_path) == NEW
    kept = load_trust(str(tmp_path))
    assert kept.floor is not None and kept.verified is not None and kept.verified.signers == (K1.text,)


def test_a_disk_that_cannot_be_written_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, NEW)
    os.utime(tmp_path / "prices.json")
    before = (tmp_path / "trust.json").read_bytes()

    def refuse_all(*given: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(pricestore, "_replace", refuse_all)
    assert load(tmp_path) == NEW
    with pytest.raises(PricingError, match=r"Cannot write .*: Read-only file system\. Installed prices are unchanged"):
        put(tmp_path, signed(small(NOW), K1))
    with pytest.raises(PricingError, match="Read-only"):
        change_trust(str(tmp_path), lambda trust: trust)
    assert (tmp_path / "trust.json").read_bytes() == before and installed(tmp_path) == NEW


def test_loading_leaves_no_file_open(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    put(tmp_path, NEW)
    assert load(tmp_path) == NEW
    (tmp_path / "prices.json").write_bytes(b"")
    with pytest.raises(PricingError, match="is not a price file"):
        load(tmp_path)
    assert len(os.listdir("/dev/fd")) == before


def test_a_held_lock_does_not_hold_up_loading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, NEW)
    os.utime(tmp_path / "prices.json")
    monkeypatch.setattr("llmcost_hooks.pricestore.time.sleep", lambda _: pytest.fail("it waits"))
    with pricestore._locked(str(tmp_path), 0.0):
        assert load(tmp_path) == NEW
    assert pricestore.LOCK_SECONDS == 10


# --- keys that are gone -------------------------------------------------------------------------------------------


def test_what_a_revoked_key_introduced_is_gone_from_the_short_way_too(tmp_path: Path) -> None:
    K3 = key("three")
    told = small(NOW - timedelta(hours=3), rotation=rotation(K1, K3, NOW + timedelta(days=90)))
    put(tmp_path, signed(told, K1), accept_rotation=True)
    put(tmp_path, signed(small(NOW - timedelta(hours=2)), K3))
    kept = installed(tmp_path)
    assert load(tmp_path) == kept
    forged = signed(small(NOW, revocations=[revocation(K1)]), key("thief"))
    refuse(lambda: put(tmp_path, forged), "E_NOKEY", tmp_path, kept)
    with pytest.raises(PricingError, match="introduced by a revoked key") as caught:
        load(tmp_path)
    assert caught.value.hint == "Run: llm-cost update-db"
    assert put(tmp_path, signed(small(NOW), K2)) is False
    assert load(tmp_path) is not None


def test_a_key_that_the_user_trusts_no_more(tmp_path: Path) -> None:
    K3 = key("three")
    trust = change_trust(str(tmp_path), lambda trust: trust._replace(trusted=(K3.text,)))
    assert trust == load_trust(str(tmp_path)) == Trust(trusted=(K3.text,))
    put(tmp_path, signed(small(NOW), K3))
    assert load(tmp_path) is not None
    change_trust(str(tmp_path), lambda trust: trust._replace(trusted=(K3.text, K2.text)))
    assert load_trust(str(tmp_path)).verified is not None
    change_trust(str(tmp_path), lambda trust: trust._replace(trusted=(K2.text,)))
    with pytest.raises(PricingError, match="Not signed by a key"):
        load(tmp_path)


# --- steps of an update -------------------------------------------------------------------------------------------


def steps(directory: Path, data: bytes, monkeypatch: pytest.MonkeyPatch, stop: int = -1) -> list[tuple[str, bytes]]:
    """What an update writes, in its order; from the write with the number `stop` on the disk is full."""
    written: list[tuple[str, bytes]] = []
    replace = pricestore._replace

    def write(folder: str, name: str, content: bytes) -> None:
        if len(written) == stop:
            raise OSError(28, "No space left on device")
        written.append((name, content))
        replace(folder, name, content)

    with monkeypatch.context() as patched:
        patched.setattr(pricestore, "_replace", write)
        try:
            put(directory, data)
        except PricingError as error:
            written.append((error.message, b""))
    return written


def test_revocations_are_written_first_then_prices_then_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, OLD)
    told = signed(small(NOW, revocations=[revocation(K1)]), K2)
    first, second, third = steps(tmp_path, told, monkeypatch)
    assert (first[0], second, third[0]) == ("trust.json", ("prices.json", told), "trust.json")
    early, late = (json.loads(each[1]) for each in (first, third))
    assert early["revoked"] == late["revoked"] == [{"key": K1.text, "reason": "exposed"}]
    assert early["verified"] is None and late["verified"]["signers"] == [K2.text]
    assert early["floor"]["generated_at"] < late["floor"]["generated_at"]
    assert steps(tmp_path, told, monkeypatch) == []
    assert [name for name, _ in steps(tmp_path, signed(small(NOW + timedelta(hours=1)), K2), monkeypatch)] == [
        "prices.json",
        "trust.json",
    ]


def test_the_next_run_goes_on_wherever_the_disk_was_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = signed(small(NOW, revocations=[revocation(K1)]), K2)
    for stop in range(3):
        folder = tmp_path / str(stop)
        put(folder, OLD)
        *_, (message, _) = steps(folder, told, monkeypatch, stop)
        unchanged = f"Cannot write {folder}: No space left on device. Installed prices are unchanged."
        half = f"Prices are installed, but the trust store was not written: No space left on device: {folder}"
        assert message == (half if stop == 2 else unchanged)
        assert installed(folder) == (told if stop == 2 else OLD)
        refuse(lambda folder=folder: put(folder, OLD), *after_stop(folder, stop, told))  # type: ignore[misc]
        assert put(folder, told) is (stop == 2)
        assert load(folder) == told
        refuse(lambda folder=folder: put(folder, OLD), "E_REVOKED", folder, told)  # type: ignore[misc]


def after_stop(folder: Path, stop: int, told: bytes) -> tuple[str, Path, bytes]:
    if stop == 0:  # nothing was learned: make it so that the old file is refused for its date
        put(folder, NEW)
        return "E_ROLLBACK", folder, NEW
    return "E_REVOKED", folder, told if stop == 2 else OLD


# --- what else can lie there --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        os.mkfifo,
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to("/nowhere"),
        lambda path: path.write_bytes(NEW.replace(b'"2026-', b'"2099-')),
        lambda path: path.write_bytes(NEW.replace(b'"2026-', b'"9999-')),
        lambda path: path.write_bytes(b" " * (8 * 1024 * 1024 + 2)),
    ],
    ids=["fifo", "device", "dangling", "2099", "9999", "large"],
)
def test_whatever_lies_there_an_update_heals_it(tmp_path: Path, place: Callable[[Path], object]) -> None:
    put(tmp_path, OLD)
    (tmp_path / "prices.json").unlink()
    place(tmp_path / "prices.json")
    with pytest.raises(PricingError):
        load(tmp_path)
    assert check(str(tmp_path), NEW, BUNDLED, NOW, roots=ROOTS)[1] is False
    assert put(tmp_path, NEW) is False
    assert load(tmp_path) == NEW


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "store", OLD)
    for name in ("prices.json", "trust.json"):
        (tmp_path / "store" / name).rename(tmp_path / name)
        (tmp_path / "store" / name).symlink_to(tmp_path / name)
    assert put(tmp_path / "store", NEW) is False
    assert (tmp_path / "prices.json").read_bytes() == OLD
    assert load(tmp_path / "store") == NEW


def test_an_installed_file_counts_without_its_record(tmp_path: Path) -> None:
    put(tmp_path, NEW)
    (tmp_path / "trust.json").unlink()
    refuse(lambda: put(tmp_path, OLD), "E_ROLLBACK", tmp_path, NEW)
    assert load(tmp_path) == NEW


def test_another_file_under_the_installed_date(tmp_path: Path) -> None:
    put(tmp_path, NEW)
    other = signed(small(NOW - timedelta(hours=1), more=1), K1)
    (tmp_path / "prices.json").write_bytes(other)
    with pytest.raises(PricingError, match="not the one that was installed under its date") as caught:
        load(tmp_path)
    assert "update-db" in caught.value.hint


def test_a_trust_store_that_cannot_be_read(tmp_path: Path) -> None:
    put(tmp_path, NEW)
    path = tmp_path / "trust.json"
    whole = path.read_bytes().rstrip()
    room = 4 * 1024 * 1024 - len(whole)
    path.write_bytes(b" " * room + whole)
    assert put(tmp_path, NEW) is True
    path.write_bytes(b" " * (room + 1) + whole)
    refuse(lambda: put(tmp_path, NEW), "E_TRUST", tmp_path, NEW)
    as_fifo(path)
    with pytest.raises(PricingError, match=r"The trust store cannot be read \(not a regular file\)"):
        put(tmp_path, NEW)
    path.unlink()
    path.mkdir()
    with pytest.raises(PricingError, match="The trust store cannot be read") as caught:
        put(tmp_path, NEW)
    assert "--reset-trust" in caught.value.hint and str(path) in caught.value.message


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, "HOME/.local/share/llm-cost"),
        ("linux", {"XDG_DATA_HOME": ""}, "HOME/.local/share/llm-cost"),
        ("darwin", {"XDG_DATA_HOME": "/x"}, "HOME/Library/Application Support/llm-cost"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/llm-cost"),
        ("win32", {}, "HOME\\AppData\\Local/llm-cost"),
    ],
)
def test_where_the_store_is(
    platform: str, environ: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os.path, "expanduser", lambda path: path.replace("~", "/home/somebody"))
        patched.setattr(sys, "platform", platform)
        found = pricestore.store_directory(environ)
    assert found == expected.replace("HOME", "/home/somebody")


def test_sweeping_at_the_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, age in ((".tmp-at", 3600), (".tmp-over", 3601), ("tmp-over", 9999)):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (10_000 - age, 10_000 - age))
    (tmp_path / ".tmp-link").symlink_to("/nowhere")
    os.utime(tmp_path / ".tmp-link", (0, 0), follow_symlinks=False)
    monkeypatch.setattr("llmcost_hooks.pricestore.time.time", lambda: 10_000.0)
    pricestore._sweep(str(tmp_path))
    assert sorted(os.listdir(tmp_path)) == [".tmp-at", "tmp-over"]


def test_a_failed_write_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    with monkeypatch.context() as patched:
        patched.setattr("llmcost_hooks.pricestore.os.fsync", lambda file: synced.append(os.fstat(file).st_size))
        patched.setattr("tempfile.tempdir", "/nowhere")  # only within one folder it is one step
        pricestore._replace(str(tmp_path), "a", b"x")
    assert len(synced) == 2 and synced[0] == 1  # the whole file, and its folder

    def fail(*given: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="Input/output"):
        patched.setattr("llmcost_hooks.pricestore.os.replace", fail)
        pricestore._replace(str(tmp_path), "a", b"y")
    assert os.listdir(tmp_path) == ["a"] and (tmp_path / "a").read_bytes() == b"x"
