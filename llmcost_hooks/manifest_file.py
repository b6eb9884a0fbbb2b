"""`llm-cost.toml` in a working tree, replaced as a whole: one writer at a time, the old file or the new one."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

from .errors import ConfigError
from .manifest import MAX_BYTES, NAME, parse_manifest
from .whole_file import replacing, usual_mode

WAIT_SECONDS = 10.0


def edit_manifest(top: str, edit: Callable[[str | None], str], *, name: str = NAME, wait: float = WAIT_SECONDS) -> None:
    """Replace the manifest at the top of a repository by what `edit` makes of its text (None: there is none).

    `name` is the path of another manifest below the top.

    ConfigError where the result is no manifest, or where the system refuses; the file is then what it was.
    """
    try:
        with _locked(top, wait):
            path = _inside(top, name)
            data = _content(path)
            text = None if data is None else _text(data, name)
            result = edit(text).encode()
            _refuse_broken(result, name)
            with replacing(path, mode=usual_mode(path)) as file:
                file.write(result)
    except OSError as error:
        raise ConfigError(f"Cannot write {name}: {error.strerror}. It is unchanged.") from None


def _refuse_broken(result: bytes, name: str) -> None:
    """ConfigError where the edit cannot be: what was there is a manifest, what it would become is none."""
    try:
        parse_manifest(result, origin=f"{name}, with that added")
    except ConfigError as error:
        # TOML forbids to add to { ... } and [ ... ], in two wordings
        inline = "immutable" in error.message or "Cannot declare" in error.message
        hint = (
            "Write the tables of [prices] as [prices] and [[prices.rows]], not in one line." if inline else error.hint
        )
        raise ConfigError(f"{error.message}. It is unchanged.", hint) from None


def _inside(top: str, name: str) -> str:
    """The file itself, which a symbolic link may stand for; never one outside of the repository."""
    path = os.path.realpath(os.path.join(top, name))
    if os.path.commonpath([path, os.path.realpath(top)]) != os.path.realpath(top):
        raise ConfigError(
            f"{name} is a link to a file outside of the repository: it is not written", "Edit it by hand."
        )
    return path


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None


def _text(data: bytes, name: str) -> str:
    parse_manifest(data, origin=name)  # what is broken already is not made worse
    return data.decode()


@contextlib.contextmanager
def _locked(top: str, wait: float) -> Iterator[None]:
    """On the directory itself, so that nothing is left behind."""
    if sys.platform == "win32":
        yield  # a directory cannot be locked there; the file is still replaced as a whole
        return
    import fcntl

    descriptor = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise ConfigError(f"Another process is writing {NAME}", "Wait for it, then run it again.") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)
