"""Filter drivers: programs that a configuration names for files of the working tree. None of them is ever run."""

from __future__ import annotations

import os
from typing import NamedTuple

from .plumbing import run_git


class Filters(NamedTuple):
    """The configured drivers, and git options under which none of them runs."""

    drivers: frozenset[str]
    options: tuple[str, ...]


def without_filters(cwd: str) -> Filters:
    """Every driver with a `clean` or `process` command, disabled. git reads a working tree through them."""
    found = run_git(cwd, "config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process)$", check=False)
    names = os.fsdecode(found.stdout).split("\0")
    drivers = sorted({name.removeprefix("filter.").rpartition(".")[0] for name in names if name})
    disabled = [f"filter.{driver}.{key}" for driver in drivers for key in ("clean", "process", "required")]
    # Not -c: it would end a key at the first "=", which a driver's name may contain.
    return Filters(frozenset(drivers), tuple(f"--config-env={key}=LLMCOST_EMPTY" for key in disabled))
