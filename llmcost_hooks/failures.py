"""The failures of a run that went on to its end, on stderr."""

from __future__ import annotations

from collections.abc import Iterable

from .boundary import complain, say_code
from .errors import ExitCode
from .estimate import Unpriced

SHOWN = 20


def say_failures(rows: Iterable[Unpriced], code: ExitCode) -> int:
    """Every prompt that failed with what to type, and `Exit code: N (NAME)` last; returns the code."""
    failing = list(rows)
    for row in failing[:SHOWN]:
        complain(f"{row.path}: {row.problem.reason}", row.problem.hint)
    if len(failing) > SHOWN:
        complain(f"{len(failing) - SHOWN:,} more prompts failed")
    say_code(code)
    return int(code)
