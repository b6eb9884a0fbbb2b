"""Models whose tokenizer nobody has: how many tokens they make of what `o200k_base` makes one of.

From prompts that are sent as they stand: no variable, and every request of the same size. So what differs between the
count and the provider's is the tokenizer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from .fits import LOW, Sample, level_of
from .profile import Assumed
from .traffic import PromptTraffic

SAME = 0.02  # by which sizes of requests may differ and still be of one text
_MARGIN = 0.02  # of the band, for what providers put around a text
UPDATE_AT = 5.0  # percent by which the ratio has to differ
_FIXED = frozenset(("text", "include", "roles", "tools", "tool_prompt"))  # of which an input may consist
_LEAST, _MOST = 0.1, 10.0  # what a manifest takes


class Line(NamedTuple):
    """Input tokens of a prompt as a line over the ratio: beside + counted x ratio."""

    beside: float  # what no ratio scales: roles, system prompts of tools
    counted: int  # in o200k_base


class TokenRatio(NamedTuple):
    model: str
    assumed: float
    low: float
    ratio: float
    high: float
    requests: int
    prompts: tuple[str, ...]
    confidence: str

    def drift(self) -> float:
        return 100 * (self.ratio / self.assumed - 1)

    def level(self) -> str:
        return level_of(abs(self.drift()))

    def is_worth_it(self) -> bool:
        return self.confidence != LOW and abs(self.drift()) >= UPDATE_AT


def is_fixed(assumed: Assumed, traffic: PromptTraffic) -> bool:
    """Whether a prompt is sent as it stands, to a model whose counts are not exact."""
    sizes = [(day.smallest, day.largest, day.requests) for day in traffic.days.values() if day.requests]
    if assumed.grade == "exact" or not assumed.kinds <= _FIXED or not sizes or any(low < 0 for low, _, _ in sizes):
        return False
    smallest, largest = min(low for low, _, _ in sizes), max(high for _, high, _ in sizes)
    return largest <= smallest * (1 + SAME)


def fit_ratio(model: str, used: Sequence[tuple[Assumed, PromptTraffic, Line]]) -> TokenRatio | None:
    """Of the fixed prompts of one model; None where they say nothing that a manifest could take."""
    measured = [(assumed, traffic, line, _mean(traffic)) for assumed, traffic, line in used if line.counted > 0]
    if not measured:
        return None
    ratios = [(mean - line.beside) / line.counted for _, _, line, mean in measured]
    counted = sum(line.counted for _, _, line, _ in measured)
    ratio = sum(mean - line.beside for _, _, line, mean in measured) / counted
    was = sum(assumed.input_tokens - line.beside for assumed, _, line, _ in measured) / counted
    low, high = min(ratios) * (1 - _MARGIN), max(ratios) * (1 + _MARGIN)
    if not _LEAST <= low <= high <= _MOST or was <= 0:
        return None
    requests = sum(traffic.requests() for _, traffic, _, _ in measured)
    windows = [traffic.window() for _, traffic, _, _ in measured]
    window = None if None in windows else max((each for each in windows if each), default=timedelta())
    half = 50 * (high - low) / ratio
    names = tuple(assumed.prompt_id for assumed, _, _, _ in measured)
    return TokenRatio(model, was, low, ratio, high, requests, names, Sample(requests, window).confidence(half))


def _mean(traffic: PromptTraffic) -> float:
    return sum(day.input for day in traffic.days.values()) / sum(day.asked for day in traffic.days.values())
