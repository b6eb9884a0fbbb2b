"""`llm-cost-message`: judges the increase of what is staged, with what the message says to accept."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..boundary import guarded, leave
from ..errors import ConfigError
from .arguments import FORCE_STALE, wants_help

HELP = """usage: llm-cost-message [--force-stale] FILE

Git commit-msg hook: hold the increase of the staged prompts over HEAD against the limits in llm-cost.toml.

FILE holds the message. A trailer in its last paragraph accepts an increase, with a reason:

  LLM-Cost-Accept: search <= +$120/month until 2027-01-31 (longer answers for the launch)

It names a prompt_id, tag:KEY:VALUE or total; +25% is a share of what that costs in HEAD. A trailer
Cost-Approved-By: Name <mail> is what [budget] approve_above asks for. A commit that stages no prompt and no manifest
passes at once; a trailer that cannot be read fails. Limits that are no increase are judged by llm-cost-pre-commit.
--force-stale uses prices that are too old (not recommended).

To skip it once: SKIP=llm-cost-message git commit (under pre-commit), git commit --no-verify (plain).

Exit codes: 0 OK, 1 BUDGET_EXCEEDED, 2 CONFIG_ERROR, 3 PARSE_ERROR, 4 PRICING_ERROR.
"""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = sys.argv[1:] if argv is None else argv
    return guarded(lambda: 0 if wants_help("llm-cost-message", HELP, arguments) else _judge(arguments))


def run() -> None:
    """The program: `main`, and with it the process ends."""
    leave(main())


def _judge(given: Sequence[str]) -> int:
    files = [each for each in given if each != FORCE_STALE]
    if len(files) != 1:
        raise ConfigError(
            "llm-cost-message is a commit-msg hook: git names it the file of the message",
            "To judge a commit by hand: llm-cost check --rev HEAD --base HEAD~1",
        )
    from ..stating import read_message
    from .staged import concerns_us, read_staged

    said = read_message(".", files[0])  # what is malformed fails now, and not at the push
    staged = read_staged()
    if not staged.changes or not concerns_us(".", staged):
        return 0
    from .judging import judge_message

    return judge_message(said, staged, force_stale=FORCE_STALE in given)


if __name__ == "__main__":
    run()
