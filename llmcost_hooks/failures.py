"""The failures of a run that went on to its end, on stderr."""

from __future__ import annotations

from collections.abc import Iterable

from .boundary import complain, say_code
from .errors import ExitCode
from .pricing import Unpriced
from .prompts import Problem

PATHS = 3  # of prompts that fail alike


def say_failures(rows: Iterable[Unpriced], code: ExitCode) -> int:
    """Every failure, and `Exit code: N (NAME)` last. Returns the code."""
    say_problems(rows)
    say_code(code)
    return int(code)


def say_problems(rows: Iterable[Unpriced]) -> None:
    """Every failure with what to type, prompts that fail alike together."""
    paths: dict[Problem, list[str]] = {}
    for row in rows:
        paths.setdefault(row.problem, []).append(row.path)
    for problem, failing in paths.items():
        more = f" and {len(failing) - PATHS:,} more" if len(failing) > PATHS else ""
        complain(f"{', '.join(failing[:PATHS])}{more}: {problem.reason}", problem.hint)
