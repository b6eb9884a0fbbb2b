"""The installed price file and the trust store of this user: read verified, replaced atomically.

They lie in the user's data directory, never in a repository. A hook that finds the file as it was when it was verified
loads neither hashing nor crypto: the record is its size, times and inode. Whoever can forge those as this user can
replace the program as well.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING

from .errors import PricingError
from .whole_file import replacing

if TYPE_CHECKING:
    from .prices.trust import Floor, Roots, Trust, Verdict, Verified

PRICES, TRUST, LOCK = "prices.json", "trust.json", "lock"
LOCK_SECONDS = 10.0
TEMPORARY = ".tmp-"  # how the name of a file begins that is being written
OLD_SECONDS = 3600  # of a temporary file that nobody will come back for
MAX_TRUST_BYTES = 4 * 1024 * 1024
RESET_HINT = "To begin anew with what this release trusts: llm-cost update-db --reset-trust"


def store_directory(environ: Mapping[str, str]) -> str | None:
    """Where this user's prices lie; None for a user without a home."""
    if sys.platform == "win32":
        root = environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        root = os.path.expanduser("~/Library/Application Support")
    else:
        root = environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(root, "llm-cost") if os.path.isabs(root) else None


# --- loading -----------------------------------------------------------------------------------------------------


def load_installed(directory: str | None, program: str, roots: Roots | None = None) -> mmap | None:
    """The installed price file, verified; None where there is none.

    `program` is the running version. PricingError where it is there and cannot be believed: never a silent fallback.
    """
    if directory is None or not os.path.lexists(os.path.join(directory, PRICES)):
        return None
    try:
        descriptor = os.open(os.path.join(directory, PRICES), _READING)
    except OSError as error:
        raise _bad(f"cannot be read ({error.strerror})") from None
    try:
        facts = os.fstat(descriptor)
        data = mmap(descriptor, 0, access=ACCESS_READ)
    except (OSError, ValueError):
        raise _bad("is not a price file") from None
    finally:
        os.close(descriptor)
    if not _is_as_verified(directory, facts, program):
        _verify_again(directory, data, facts, program, roots)
    return data


def _bad(what: str) -> PricingError:
    return PricingError(f"The installed price file {what}.", f"Install one again: llm-cost update-db\n{RESET_HINT}")


def _is_as_verified(directory: str, facts: os.stat_result, program: str) -> bool:
    """Whether trust.json records exactly this file for this version, without loading anything that checks more."""
    import json

    try:
        value = json.loads(_content(os.path.join(directory, TRUST), MAX_TRUST_BYTES))
        record, revoked = value["verified"], value["revoked"]
        same = [record[name] for name in ("size", "mtime_ns", "ctime_ns", "ino")] == _identity(facts)
        return bool(same and record["program"] == program and not _is_revoked(record["signers"], revoked))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _is_revoked(signers: list[str], revoked: list[dict[str, str]]) -> bool:
    """By the 32 bytes of the keys: a label can be changed."""
    from binascii import a2b_base64

    from .prices.pins import REVOKED

    gone = [*(key for key, _ in REVOKED), *(each["key"] for each in revoked)]
    return bool({a2b_base64(key)[10:] for key in gone} & {a2b_base64(key)[10:] for key in signers})


def _identity(facts: os.stat_result) -> list[int]:
    return [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino]


def _verify_again(directory: str, data: mmap, facts: os.stat_result, program: str, roots: Roots | None) -> None:
    """The whole judgement, and a new record of it where the disk takes one."""
    from .prices.price_file import Refused, moment
    from .prices.trust import floor_of, judge_file

    trust = load_trust(directory)
    try:
        # Judged as of its own day: how old prices may be is asked where they are used (prices/freshness.py).
        published = moment(floor_of(bytes(data)).generated_at)
        verdict = judge_file(bytes(data), trust._replace(floor=None), _roots(roots), (), published)
    except Refused as refused:
        raise PricingError(f"The installed price file cannot be used: {refused.message}", _hint(refused)) from None
    floor = trust.floor or verdict.floor
    if verdict.floor.generated_at == floor.generated_at and verdict.floor.sha256 != floor.sha256:
        raise _bad("is not the one that was installed under its date")
    if trust.floor is not None and verdict.floor.generated_at < trust.floor.generated_at:
        raise PricingError(
            f"The installed price file ({verdict.floor.generated_at}) is older than what was installed before.",
            "Run: llm-cost update-db",
        )
    with contextlib.suppress(OSError, PricingError), _locked(directory, 0.0):
        current = load_trust(directory)
        record = _record(data, facts, tuple(key.text for key in verdict.signers), program)
        _replace(directory, TRUST, _rendered(current._replace(verified=record)))


def _hint(refused: PricingError) -> str:
    again = f"Install one again: llm-cost update-db\n{RESET_HINT}"
    return refused.hint if "update-db" in refused.hint else f"{refused.hint}\n{again}".strip()


def _record(data: bytes | mmap, facts: os.stat_result, signers: tuple[str, ...], program: str) -> Verified:
    from hashlib import sha256

    from .prices.trust import Verified

    size, mtime_ns, ctime_ns, ino = _identity(facts)
    return Verified(sha256(data).hexdigest(), size, mtime_ns, ctime_ns, ino, signers, program)


# --- installing --------------------------------------------------------------------------------------------------


def install(
    directory: str,
    data: bytes,
    bundled: bytes,
    now: datetime,
    program: str,
    *,
    roots: Roots | None = None,
    accept_rotation: bool = False,
    force_stale: bool = False,
    wait: float = LOCK_SECONDS,
) -> tuple[Verdict, bool]:
    """Verify the bytes and install exactly these; (the verdict, whether the file was there already).

    Raises Refused or PricingError; the installed file is then what it was. Revocations are kept even of a file that is
    refused. In this order: revocations, file, floor and record; killed in between, the next run goes on from there.
    """
    from .prices.price_file import Refused
    from .prices.trust import RefusedAndLearned, judge_file

    with _store(directory), _locked(directory, wait):
        _sweep(directory)
        trust = load_trust(directory)
        try:
            verdict = judge_file(
                data, trust, _roots(roots), _floors(directory, bundled, trust, _roots(roots)), now,
                accept_rotation=accept_rotation, force_stale=force_stale,
            )  # fmt: skip
        except RefusedAndLearned as refused:
            _replace(directory, TRUST, _rendered(refused.trust))
            raise Refused(refused.id, refused.message, refused.hint) from None
        if verdict.trust.revoked != trust.revoked:
            _replace(directory, TRUST, _rendered(trust._replace(revoked=verdict.trust.revoked, verified=None)))
        path = os.path.join(directory, PRICES)
        current = _installed(directory) == data
        if not current:
            _replace(directory, PRICES, data)
        signers = tuple(key.text for key in verdict.signers)
        after = verdict.trust._replace(verified=_record(data, os.stat(path), signers, program))
        if after != trust:
            try:
                _replace(directory, TRUST, _rendered(after))
            except OSError as error:
                raise PricingError(
                    f"Prices are installed, but the trust store was not written: {error.strerror}: {directory}",
                    "Make room, then run it again.",
                ) from None
        return verdict, current


def check(
    directory: str | None,
    data: bytes,
    bundled: bytes,
    now: datetime,
    *,
    roots: Roots | None = None,
    force_stale: bool = False,
) -> tuple[Verdict, bool]:
    """The verdict that `install` would give; nothing is written."""
    from .prices.trust import judge_file

    trust = load_trust(directory)
    floors = _floors(directory, bundled, trust, _roots(roots))
    verdict = judge_file(data, trust, _roots(roots), floors, now, force_stale=force_stale)
    return verdict, _installed(directory) == data


def _roots(roots: Roots | None) -> Roots:
    from .prices.pins import PINNED, REVOKED
    from .prices.trust import Roots

    return Roots(PINNED, REVOKED) if roots is None else roots


def _floors(directory: str | None, bundled: bytes, trust: Trust, roots: Roots) -> list[Floor]:
    """Of the bundled file, and of the installed one if somebody who is trusted signed it."""
    from .prices.trust import floor_if_signed, floor_of

    data = _installed(directory)
    installed = None if data is None else floor_if_signed(data, trust, roots)
    return [floor_of(bundled), *([installed] if installed else [])]


def _installed(directory: str | None) -> bytes | None:
    """The bytes of the installed file; None where none can be read."""
    from .prices.price_file import MAX_BYTES

    try:
        return _content(os.path.join(directory, PRICES), MAX_BYTES + 1) if directory else None
    except OSError:
        return None


# --- keys --------------------------------------------------------------------------------------------------------


def load_trust(directory: str | None) -> Trust:
    """The trust store; an empty one where there is none. Refused (E_TRUST) where it is damaged."""
    from .prices.trust import Trust, parse_trust

    if directory is None or not os.path.lexists(os.path.join(directory, TRUST)):
        return Trust()
    path = os.path.join(directory, TRUST)
    try:
        data = _content(path, MAX_TRUST_BYTES)
    except OSError as error:
        raise PricingError(f"The trust store cannot be read ({error.strerror}): {path}", RESET_HINT) from None
    return parse_trust(data)


def change_trust(directory: str, change: Callable[[Trust], Trust], *, wait: float = LOCK_SECONDS) -> Trust:
    """Replace the trust store by what `change` makes of it, under the lock."""
    with _store(directory), _locked(directory, wait):
        before = load_trust(directory)
        trust = change(before)
        if set(before.trusted) - set(trust.trusted):  # the installed file may be of a key that is now gone
            trust = trust._replace(verified=None)
        _replace(directory, TRUST, _rendered(trust))
        return trust


def reset_trust(directory: str, *, wait: float = LOCK_SECONDS) -> None:
    """Forget every key, revocation and floor of this store, and the installed file."""
    with _store(directory), _locked(directory, wait):
        for name in (PRICES, TRUST):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(directory, name))


def _rendered(trust: Trust) -> bytes:
    from .prices.trust import render_trust

    return render_trust(trust)


# --- the disk ----------------------------------------------------------------------------------------------------

_READING = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)  # a pipe without a writer must not hang


def _content(path: str, limit: int) -> bytes:
    """The first `limit` bytes of a regular file. OSError for anything else."""
    descriptor = os.open(path, _READING)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        return file.read(limit)


@contextlib.contextmanager
def _store(directory: str) -> Iterator[None]:
    """The directory, made for this user alone; what the system refuses in it becomes a message."""
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        yield
    except OSError as error:
        raise PricingError(
            f"Cannot write {directory}: {error.strerror}. Installed prices are unchanged.",
            "Make room, or make the directory writable.",
        ) from None


@contextlib.contextmanager
def _locked(directory: str, wait: float) -> Iterator[None]:
    """One writer at a time. PricingError (E_BUSY) where another one does not end in time."""
    descriptor = os.open(os.path.join(directory, LOCK), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + wait
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                raise PricingError("Another update is running.", "Wait for it, then run it again.")
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sweep(directory: str) -> None:
    """Temporary files of runs that were killed."""
    with os.scandir(directory) as entries:
        old = [entry.path for entry in entries if entry.name.startswith(TEMPORARY) and _is_old(entry)]
    for path in old:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _is_old(entry: os.DirEntry[str]) -> bool:
    try:
        return time.time() - entry.stat(follow_symlinks=False).st_mtime > OLD_SECONDS
    except OSError:
        return False


def _replace(directory: str, name: str, data: bytes) -> None:
    with replacing(os.path.join(directory, name), prefix=TEMPORARY) as file:
        file.write(data)
