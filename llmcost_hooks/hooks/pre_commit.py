"""`llm-cost-pre-commit`: judges what is staged."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ..boundary import guarded, leave
from .arguments import FORCE_STALE, pre_commit_range, wants_help

HELP = """usage: llm-cost-pre-commit [--force-stale]

Git pre-commit hook: hold the staged prompts against [budget] in llm-cost.toml.

Judges the index, never the working tree. A commit that stages no prompt and no manifest passes at once. An index
equal to HEAD (pre-commit run --all-files) is judged as a whole; PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF name a
range instead. --force-stale uses prices that are too old (not recommended).

To skip it once: SKIP=llm-cost-check git commit (under pre-commit), git commit --no-verify (plain).

Exit codes: 0 OK, 1 BUDGET_EXCEEDED, 2 CONFIG_ERROR, 3 PARSE_ERROR, 4 PRICING_ERROR.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The hook. File names that a hook manager passes are not needed: a total is made of all prompts."""
    arguments = sys.argv[1:] if argv is None else argv
    return guarded(
        lambda: 0 if wants_help("llm-cost-pre-commit", HELP, arguments) else _judge(FORCE_STALE in arguments)
    )


def run() -> None:
    """The program: `main`, and with it the process ends."""
    leave(main())


def _judge(force_stale: bool) -> int:
    if named := pre_commit_range(os.environ):
        from .judging import judge_range

        return judge_range(*named, force_stale=force_stale)
    from .staged import concerns_us, read_staged

    staged = read_staged()
    if staged.changes and not concerns_us(".", staged):
        return 0
    from .judging import judge_index

    return judge_index(staged, force_stale=force_stale)


if __name__ == "__main__":
    run()
