"""Why a file or blob was not read, as the problem of a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .errors import ExitCode, LlmCostError
from .git.objects import Unread
from .prompts import Problem, too_large

if TYPE_CHECKING:
    from .git.worktree import WorktreeFile

FETCH_ALL = "git fetch --refetch --no-filter"
_STAGE = "Exclude it, or stage it and use --staged."  # what git stores can be read where the file cannot
_HINTS = {
    "a symbolic link": "Links are not followed: name the file that it leads to.",
    "not a path inside the repository": "Nothing outside of the repository and nothing in .git is read.",
    "not a regular file": "Name a regular file.",
    "not a blob": "Name a file.",
}


def unread_problem(unread: Unread) -> Problem:
    """Why a file or blob was not read, as a prompt's problem."""
    if unread.reason == "too large" and unread.size is not None:
        return as_problem(too_large(unread.size))
    if unread.reason == "missing":
        hint = f"This clone lacks its content. To have it: {FETCH_ALL}"
        return Problem("is not in this clone", hint, ExitCode.CONFIG_ERROR)
    hint = "" if unread.reason.startswith("not readable") else _HINTS.get(unread.reason, _STAGE)
    return Problem(f"cannot be read: {unread.reason}", hint, ExitCode.PARSE_ERROR)


def sort_out(files: Mapping[str, WorktreeFile | Unread]) -> tuple[dict[str, str | Problem], dict[str, bytes]]:
    """Files of the working tree as (path -> oid, or why it was not read; contents by oid)."""
    read = {path: file for path, file in files.items() if not isinstance(file, Unread)}
    found = {path: unread_problem(file) if isinstance(file, Unread) else file.oid for path, file in files.items()}
    return found, {file.oid: file.data for file in read.values()}


def as_problem(error: LlmCostError) -> Problem:
    return Problem(error.message, error.hint, error.code)
