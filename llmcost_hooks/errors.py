"""Exit codes and the exceptions that stop a whole run.

One prompt that cannot be read or priced is not an exception: it is a value (`estimate.Unpriced`), so that it
never hides the others.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a process ends with. Part of the public interface: numbers and names never change."""

    OK = 0
    BUDGET_EXCEEDED = 1
    CONFIG_ERROR = 2
    PARSE_ERROR = 3
    PRICING_ERROR = 4
    INTERNAL_ERROR = 70
    INTERRUPTED = 130


class LlmCostError(Exception):
    """A failure that a user can act on: `message` says what and where, `hint` what to type."""

    code = ExitCode.INTERNAL_ERROR

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(LlmCostError):
    """Manifest, revision, repository or arguments: exit 2."""

    code = ExitCode.CONFIG_ERROR


class ParseError(LlmCostError):
    """A prompt file that cannot be read as a prompt: exit 3."""

    code = ExitCode.PARSE_ERROR


class PricingError(LlmCostError):
    """A model without a price, or prices that cannot be used: exit 4."""

    code = ExitCode.PRICING_ERROR


# Several failures at once end the process with the first of these that occurred (DESIGN: decision 12).
PRECEDENCE = (
    ExitCode.CONFIG_ERROR,
    ExitCode.PARSE_ERROR,
    ExitCode.PRICING_ERROR,
    ExitCode.BUDGET_EXCEEDED,
)


def worst(codes: list[ExitCode]) -> ExitCode:
    """The code a process ends with when `codes` all occurred; OK for none."""
    for code in PRECEDENCE:
        if code in codes:
            return code
    return ExitCode.OK
