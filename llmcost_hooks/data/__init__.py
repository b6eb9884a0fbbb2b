"""The package's data files, and the one module that opens them."""

from __future__ import annotations

import mmap
import os
import sys
from functools import cache

_FOLDER = os.path.dirname(os.path.abspath(__file__))
GROUP = "llmcost_hooks.vocab"  # entry points of packages with more token tables: modules with the name of a FOLDER


def open_data(name: str) -> memoryview:
    """The bytes of data file `name`, memory-mapped: nothing is read until it is touched, nothing is copied."""
    return _map(os.path.join(_FOLDER, name))


def available(encoding: str) -> bool:
    """Whether `encoding` can be counted with what is installed. Raise ValueError if no release knows it."""
    return _place(_table(encoding)) is not None


def open_table(encoding: str) -> memoryview:
    """The token table of `encoding`, memory-mapped. Raise ValueError if it is unknown, or its package not installed.

    ConfigError where it cannot be read, or is another than the hash in its name says: a count that is called exact
    cannot come from it.
    """
    table = _table(encoding)
    place = _place(table)
    if place is None:
        from ..tokens.encodings import ADD_ON

        raise ValueError(f"the token table of {encoding} is not installed; it comes with the package {ADD_ON}")
    try:
        data = _map(place)
    except (OSError, ValueError):  # ValueError: it is empty
        raise _damaged(encoding, place, "it cannot be read") from None
    _, hashed, digest = table.removesuffix(".tbl").rpartition("-")
    if hashed:  # 6 to 25 ms; those of this package are not hashed, so as to start in less
        from hashlib import sha256

        if not sha256(data).hexdigest().startswith(digest):
            raise _damaged(encoding, place, "its bytes are not those that its name says")
    return data


def demo_folder(side: str) -> str:
    """The folder of one side ("main" or "feature") of the demo's example repository."""
    return os.path.join(_FOLDER, "demo", side)


def _damaged(encoding: str, place: str, why: str) -> Exception:
    from ..errors import ConfigError
    from ..tokens.encodings import ADD_ON, CORE

    package = "llmcost-hooks" if encoding in CORE else ADD_ON
    return ConfigError(f"The token table of {encoding} is damaged: {why} ({place}).", f"Reinstall {package}.")


def _map(path: str) -> memoryview:
    with open(path, "rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _table(encoding: str) -> str:
    from ..tokens.encodings import spec_of

    return f"{spec_of(encoding).table}.tbl"


@cache
def _place(table: str) -> str | None:
    ours = os.path.join(_FOLDER, table)
    if os.path.isfile(ours):
        return ours
    places = (os.path.join(folder, table) for folder in _folders())
    return next((place for place in places if os.path.isfile(place)), None)


@cache
def _folders() -> tuple[str, ...]:
    """The folders of all installed packages with an entry point of our group."""
    found = (_folder(name) for path in sys.path for name in _entry_points(path))
    return tuple(dict.fromkeys(folder for folder in found if folder))


def _folder(module: str) -> str | None:
    """None of a package that is half removed or broken: without its tables counts are less good, and say so."""
    from importlib import import_module

    try:
        return str(import_module(module).FOLDER)
    except Exception:
        return None


def _entry_points(path: str) -> list[str]:
    """The modules that packages installed in `path`, a place of `sys.path`, name in our group.

    `importlib.metadata` says the same, and takes twice as long to load as everything else that a hook does.
    """
    found: list[str] = []
    try:
        installed = sorted(name for name in os.listdir(path) if name.endswith(".dist-info")) if path else []
    except OSError:  # an archive, or a folder that is not there
        return found
    for name in installed:
        try:
            with open(os.path.join(path, name, "entry_points.txt"), encoding="utf-8") as file:
                text = file.read()
        except (OSError, ValueError):
            continue
        _, ours, rest = text.partition(f"[{GROUP}]\n")
        if ours:
            lines = rest.partition("[")[0].splitlines()
            found += [line.partition("=")[2].strip() for line in lines if "=" in line]
    return found
