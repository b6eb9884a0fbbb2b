"""Questions to a person. Never without a terminal, and never where LLMCOST_NONINTERACTIVE forbids them."""

from __future__ import annotations

import os
import sys

import click

from ..errors import ConfigError


def can_ask() -> bool:
    """Whether somebody sits at both ends."""
    streams = (sys.stdin, sys.stderr)
    return os.environ.get("LLMCOST_NONINTERACTIVE", "0") in ("", "0") and all(
        s is not None and s.isatty() for s in streams
    )


def confirm(question: str, instead: str) -> bool:
    """y or N. ConfigError with `instead`, what to type, where nobody can be asked."""
    if not can_ask():
        raise ConfigError("There is no terminal to ask on", instead)
    return click.confirm(question, default=False, err=True)
