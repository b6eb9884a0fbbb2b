"""The few arguments that the hooks take."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..boundary import write
from ..errors import ConfigError


def wants_help(name: str, text: str, arguments: Sequence[str]) -> bool:
    """True where help was asked for and printed. Raises ConfigError for any other option: none has a meaning here."""
    if any(argument in ("-h", "--help") for argument in arguments):
        write(sys.stdout, text)
        return True
    if unknown := [argument for argument in arguments if argument.startswith("-")]:
        raise ConfigError(f"{name} does not know the option {unknown[0]}", f"Run: {name} --help")
    return False
