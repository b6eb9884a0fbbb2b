"""What the hooks are told: a few arguments, and what a hook manager puts into the environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from ..boundary import write
from ..errors import ConfigError

FORCE_STALE = "--force-stale"


def wants_help(name: str, text: str, arguments: Sequence[str]) -> bool:
    """True where help was asked for and printed. Raises ConfigError for an option that has no meaning here."""
    if any(argument in ("-h", "--help") for argument in arguments):
        write(sys.stdout, text)
        return True
    if unknown := [argument for argument in arguments if argument.startswith("-") and argument != FORCE_STALE]:
        raise ConfigError(f"{name} does not know the option {unknown[0]}", f"Run: {name} --help")
    return False


def pre_commit_range(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The range that pre-commit names; None where it names none. ConfigError for half of one."""
    start, end = environ.get("PRE_COMMIT_FROM_REF"), environ.get("PRE_COMMIT_TO_REF")
    if bool(start) != bool(end):
        raise ConfigError("Only one of PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF is set", "Set both, or neither.")
    return (start, end) if start and end else None
