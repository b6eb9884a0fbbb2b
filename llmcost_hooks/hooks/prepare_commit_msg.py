"""`llm-cost-trailer`: writes into the message what the commit changes in cost. Never stands in a commit's way."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..boundary import advisory, leave
from ..errors import ConfigError
from .arguments import FORCE_STALE, wants_help

if TYPE_CHECKING:
    from ..compare import Comparison

TRAILER = "LLM-Cost-Delta"
HELP = """usage: llm-cost-trailer [--force-stale] FILE [SOURCE [COMMIT]]

Git prepare-commit-msg hook: add a trailer to the message in FILE that says what the staged change costs:

  LLM-Cost-Delta: +$0.83/month

Nothing is added where nothing changes, to merges, squashes, and messages taken from another commit (--amend, -C).
Where an editor is about to open, it stands as a comment, so that an empty message still ends the commit. What cannot
be computed is a warning: this hook never fails. --force-stale uses prices that are too old (not recommended).

The trailer is a copy: after a rebase, llm-cost diff says what holds.
"""

_COPIED = ("merge", "squash", "commit")  # messages that are not about what is staged over HEAD alone


def main(argv: Sequence[str] | None = None) -> int:
    arguments = sys.argv[1:] if argv is None else argv
    return advisory(
        lambda: 0 if wants_help("llm-cost-trailer", HELP, arguments) else _prepare(arguments, os.environ),
        f"{TRAILER} was not added",
    )


def run() -> None:
    """The program: `main`, and with it the process ends."""
    leave(main())


def _prepare(given: Sequence[str], environ: Mapping[str, str]) -> int:
    path, *more = [each for each in given if each != FORCE_STALE] or [""]
    if not path:
        raise ConfigError("llm-cost-trailer is a prepare-commit-msg hook: git names it the file of the message")
    source = more[0] if more else environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE", "")
    if source in _COPIED:
        return 0
    from ..git.revisions import merge_heads
    from ..git.trailers import set_comment, set_trailer
    from .staged import concerns_us, read_staged

    staged = read_staged()
    if not staged.changes or not concerns_us(".", staged) or merge_heads("."):
        return 0
    from .judging import compare_index

    changed = _said(compare_index(staged, force_stale=FORCE_STALE in given))
    if changed and source == "message":
        set_trailer(".", path, TRAILER, changed)
    elif changed:
        set_comment(".", path, f"{TRAILER}: {changed}")
    return 0


def _said(comparison: Comparison) -> str:
    """`+$0.83/month`, "" where nothing changes. Raises ConfigError where it is not known."""
    from ..render.money import format_delta
    from ..report_parts import inexact

    delta = comparison.delta()
    if delta is None:
        raise ConfigError("what the change costs is not known", "To see why: llm-cost diff --staged")
    if len({part.period for part in comparison.head.parts()}) > 1:
        raise ConfigError("manifests have different periods, so their costs cannot be added")
    rows = (*comparison.base.rows, *comparison.head.rows)
    mark = "~" if any(map(inexact, rows)) else ""
    return f"{mark}{format_delta(delta)}/{comparison.head.period or 'call'}" if delta else ""


if __name__ == "__main__":
    run()
