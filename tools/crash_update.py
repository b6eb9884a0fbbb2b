"""An update killed at every system call after it has the lock, and every one of them failing: what is left is loadable.

    python -m tools.crash_update > docs/evidence/crash.txt

Three scenarios: a first install, a normal update, and one that brings a revocation of the key that signed what is
installed. Needs strace. Killing a process keeps what it has written in the system's memory: this says nothing of a
loss of power. Ends with 1 where a state is wrong.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from llmcost_hooks.data import open_data
from llmcost_hooks.errors import PricingError
from llmcost_hooks.prices.price_file import Refused
from llmcost_hooks.prices.trust import Roots
from llmcost_hooks.pricestore import install, load_installed, load_trust
from tests.trust.files import BUNDLED_AT, key, revocation, signed, small

ROOT = Path(__file__).resolve().parent.parent
K1, K2 = key("one"), key("two")
ROOTS = Roots((K1.text, K2.text))
NOW = BUNDLED_AT + timedelta(days=2)
BUNDLED = bytes(open_data("prices.json"))
OLD = signed(small(NOW - timedelta(hours=2)), K1)
NEW = signed(small(NOW - timedelta(hours=1)), K1)
REVOKING = signed(small(NOW - timedelta(hours=1), revocations=[revocation(K1)]), K2)
# Everything is imported before the lock, so that what is counted behind it is the update.
UPDATE = """
import sys, tempfile, minisign, hashlib
import llmcost_hooks.prices.trust, llmcost_hooks.prices.pins
from tools.crash_update import update, SCENARIOS
print(update(sys.argv[1], SCENARIOS[sys.argv[2]].offered))
"""
FAILING = ("openat", "write", "fsync", "rename", "unlink", "mkdir", "ftruncate", "lseek", "fstat", "flock")


class Scenario(NamedTuple):
    before: bytes | None
    offered: bytes
    older: str  # the refusal of OLD once the offered file was seen


SCENARIOS = {
    "first install": Scenario(None, NEW, "E_ROLLBACK"),
    "normal update": Scenario(OLD, NEW, "E_ROLLBACK"),
    "update with a revocation": Scenario(OLD, REVOKING, "E_REVOKED"),
}


def update(folder: str, data: bytes) -> str:
    """ "ok", or the message of the refusal."""
    try:
        install(folder, data, BUNDLED, NOW, "1", roots=ROOTS, wait=1.0)
    except PricingError as error:
        return error.message
    return "ok"


def prepare(folder: Path, scenario: Scenario) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if scenario.before is not None:
        assert update(str(folder), scenario.before) == "ok"
    return folder


def run(folder: Path, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["strace", "-qq", "-o", str(folder.parent / "strace"), *options]
    command += [sys.executable, "-c", UPDATE, str(folder), name]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def calls(folder: Path, name: str) -> list[tuple[str, int]]:
    """The system calls from the lock up to what this script prints: (name, how often it was called up to here)."""
    done = run(prepare(folder, SCENARIOS[name]), name)
    assert done.stdout == "ok\n", done
    lines = (folder.parent / "strace").read_text().partition("\nwrite(1, ")[0].splitlines()
    names = [match[1] for line in lines if (match := re.match(r"(\w+)\(", line))]
    counted = [(each, names[: n + 1].count(each)) for n, each in enumerate(names)]
    return counted[names.index("flock") :]


class Left(NamedTuple):
    """What was found wrong, and what was seen."""

    wrong: list[str]
    blocked: int  # exit 4 until the next update: a revocation was stored, its file not yet
    leftovers: int


def inspect(folder: Path, scenario: Scenario, where: str) -> Left:
    """The state behind a killed or failed update, and after the next one."""
    wrong, blocked = [], 0
    path = folder / "prices.json"
    content = path.read_bytes() if path.exists() else None
    if content not in (scenario.before, scenario.offered):
        wrong.append(f"{where}: a torn file")
    leftovers = sum(name.startswith(".tmp-") for name in os.listdir(folder))
    try:
        load_installed(str(folder), "1", ROOTS)
    except PricingError as error:
        revoked = scenario.offered == REVOKING and "revoked" in error.message and content == OLD
        blocked = 1
        if not revoked:
            wrong.append(f"{where}: not loadable: {error.message}")
    if (again := update(str(folder), scenario.offered)) != "ok":
        wrong.append(f"{where}: the next update: {again}")
    if path.read_bytes() != scenario.offered or load_installed(str(folder), "1", ROOTS) is None:
        wrong.append(f"{where}: not installed by the next update")
    if scenario.offered == REVOKING and not load_trust(str(folder)).revoked:
        wrong.append(f"{where}: a revocation was lost")
    try:
        install(str(folder), OLD, BUNDLED, NOW, "1", roots=ROOTS)
        wrong.append(f"{where}: rolled back")
    except Refused as refused:
        if refused.id != scenario.older:
            wrong.append(f"{where}: the older file was refused as {refused.id}")
    return Left(wrong, blocked, leftovers)


def main() -> int:
    if shutil.which("strace") is None:
        print("strace is not installed: apt-get install strace", file=sys.stderr)
        return 2
    print("$ python -m tools.crash_update\n")
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        for title, scenario in SCENARIOS.items():
            points = calls(folder, title)
            killed = blocked = leftovers = 0
            for call, nth in points:
                done = run(prepare(folder, scenario), title, "-e", f"inject={call}:signal=KILL:when={nth}")
                killed += done.returncode != 0
                left = inspect(folder, scenario, f"{title}, killed at {call} number {nth}")
                wrong, blocked, leftovers = wrong + left.wrong, blocked + left.blocked, leftovers + left.leftovers
            print(f"{title}: {len(points)} system calls behind the lock, killed at {killed} of them")
            print(f"  {blocked} times exit 4 until the next update, {leftovers} temporary files left for it to sweep")
            failed = refused = 0
            for call, nth in points:
                for error in ("ENOSPC", "EIO") if call in FAILING else ():
                    done = run(prepare(folder, scenario), title, "-e", f"inject={call}:error={error}:when={nth}")
                    failed += 1
                    refused += os.strerror(getattr(errno, error)) in done.stdout
                    where = f"{title}, {error} at {call} number {nth}"
                    if "Traceback" in done.stderr:
                        wrong.append(f"{where}: {done.stderr.splitlines()[-1]}")
                    wrong += inspect(folder, scenario, where).wrong
            print(f"  {failed} calls made to fail (ENOSPC and EIO); {refused} of the updates said so and stopped\n")
    print(f"{len(wrong)} wrong states")
    print(*wrong[:20], sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
