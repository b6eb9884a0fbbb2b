"""Questions to a person. Never without a terminal, and never where LLMCOST_NONINTERACTIVE forbids them."""

from __future__ import annotations

import os
import sys
from decimal import Decimal

import click

from ..boundary import complain
from ..errors import ConfigError, ExitCode
from ..render.money import format_limit, format_over


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


def confirm_cost(cost: Decimal, most: Decimal, *, known: bool, yes: bool) -> ExitCode:
    """BUDGET_EXCEEDED where a cost above `most` is not confirmed; one of which a part is unknown may be above it."""
    if yes or (known and cost <= most):
        return ExitCode.OK
    amount = ("" if known else "at least ") + format_over(cost, most)[0]
    above = f"The cost is {amount}, and --confirm-above is {format_limit(most)}"
    if not can_ask():
        complain(f"{above}; there is no terminal to ask on", "To go on: --yes")
        return ExitCode.BUDGET_EXCEEDED
    if click.confirm(f"{above}. Go on?", default=False, err=True):
        return ExitCode.OK
    complain(f"{above}: not confirmed")
    return ExitCode.BUDGET_EXCEEDED
