"""Sizes added up in the order in which their texts are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .classes import Mix


class Size(NamedTuple):
    """Tokens, by what they owe to a tokenizer."""

    counted: int = 0  # in the encoding that was counted
    stated: int = 0  # in the model's own tokens, as the manifest says

    def plus(self, other: Size) -> Size:
        return Size(self.counted + other.counted, self.stated + other.stated)


NOTHING = Size()


class Part(NamedTuple):
    """A share of the whole."""

    kind: str  # "text", "variable", "include", "tools"
    name: str  # of the variable, the path of the included file
    size: Size


class Tally:
    """What has been met so far."""

    def __init__(self, prefix: bool) -> None:
        self.low = self.typical = self.high = self.cacheable = NOTHING
        self.prefix = prefix  # nothing that varies was met yet
        self.ends_at: str | None = None
        self.pieces = 0  # texts and values that meet
        self.parts: dict[tuple[str, str], Size] = {}
        self.undeclared: dict[str, int] = {}  # how often each is put in
        self.how_often_varies = False  # a branch or a loop decides on that
        self.once: dict[str, None] = {}
        self.includes: dict[str, None] = {}
        self.mixed: dict[Mix, int] = {}

    def text(self, kind: str, name: str, tokens: int, mix: Mix) -> None:
        size = Size(tokens, 0)
        self.mixed[mix] = self.mixed.get(mix, 0) + tokens
        if self.prefix:
            self.cacheable = self.cacheable.plus(size)
        self.put(kind, name, size, size)

    def put(self, kind: str, name: str, typical: Size, high: Size, *, low: Size | None = None) -> None:
        self.low = self.low.plus(typical if low is None else low)
        self.typical, self.high = self.typical.plus(typical), self.high.plus(high)
        self.pieces += 1
        self.parts[kind, name] = self.parts.get((kind, name), NOTHING).plus(typical)

    def varies(self, name: str) -> None:
        if self.prefix:
            self.prefix, self.ends_at = False, name

    def join(self, chosen: Tally, low: Size, others: Sequence[Tally]) -> None:
        """One branch of several stands for what is sent, `low` for the least that may be."""
        self.low = self.low.plus(low)
        high = max((tally.high for tally in (chosen, *others)), key=sum)
        self.typical, self.high = self.typical.plus(chosen.typical), self.high.plus(high)
        self.pieces += max(tally.pieces for tally in (chosen, *others))
        for key, size in chosen.parts.items():
            self.parts[key] = self.parts.get(key, NOTHING).plus(size)
        for mix, tokens in chosen.mixed.items():
            self.mixed[mix] = self.mixed.get(mix, 0) + tokens
        for each in (chosen, *others):
            self.how_often_varies |= each.how_often_varies or bool(each.undeclared)
            self.undeclared.update(each.undeclared)
            self.once.update(each.once)
            self.includes.update(each.includes)
