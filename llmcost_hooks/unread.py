"""Why a file or blob was not read, as the problem of a prompt."""

from __future__ import annotations

from .errors import ExitCode, LlmCostError
from .git.objects import Unread
from .prompts import Problem, too_large

FETCH_ALL = "git fetch --refetch --no-filter"


def unread_problem(unread: Unread) -> Problem:
    """Why a file or blob was not read, as a prompt's problem."""
    if unread.reason == "too large" and unread.size is not None:
        return as_problem(too_large(unread.size))
    if unread.reason == "missing":
        hint = f"This clone lacks its content. To have it: {FETCH_ALL}"
        return Problem("is not in this clone", hint, ExitCode.CONFIG_ERROR)
    return Problem(
        f"cannot be read: {unread.reason}", "Exclude it, or stage it and use --staged.", ExitCode.PARSE_ERROR
    )


def as_problem(error: LlmCostError) -> Problem:
    return Problem(error.message, error.hint, error.code)
