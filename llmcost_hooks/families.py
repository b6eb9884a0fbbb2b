"""How the tokens of a model are counted: its own tokenizer, or another's times a ratio that depends on the text.

The tables are in `known/`, and are loaded for models only whose own tokenizer is not in the package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from .prices.book import ModelRow
from .prompts.classes import CLASSES, Mix
from .tokens.encodings import ADD_ON, CORE, KNOWN, counted_as

EXACT, CALIBRATED, HEURISTIC = "exact", "calibrated", "heuristic"
ONE = Decimal(1)
_SCALE = 12  # digits behind the point that a ratio may have


class Ratio(NamedTuple):
    """Tokens of a model per token of the encoding that is counted, and the band around it."""

    low: Decimal
    typical: Decimal
    high: Decimal


Ratios: TypeAlias = "tuple[Ratio, ...]"  # one for each of `prompts.classes.CLASSES`
Mixed: TypeAlias = "Iterable[tuple[Mix, int]]"  # (classes of a text, its tokens)
Countable: TypeAlias = "Callable[[str], bool]"  # whether text can be counted in an encoding here
ITSELF: Ratios = (Ratio(ONE, ONE, ONE),) * len(CLASSES)
_ALIKE: Ratios = (Ratio(Decimal("0.9"), ONE, Decimal("1.1")),) * len(CLASSES)


class Counting(NamedTuple):
    """How a model's tokens are counted."""

    family: str
    encoding: str  # that is counted
    grade: str
    ratios: Ratios
    basis: str  # one line: why


class Scale(NamedTuple):
    """A ratio as a fraction of whole numbers, so that nothing is rounded before the end."""

    over: int
    under: int

    def tokens(self, counted: int) -> int:
        """A share of a token is a whole one."""
        return -(-counted * self.over // self.under)


def scales(ratios: Ratios, mixed: Mixed) -> tuple[Scale, Scale, Scale]:
    """(low, typical, high) of a text with these classes: their ratios, weighted by counted tokens."""
    if ratios is ITSELF:
        return _PLAIN
    weights = [0] * len(CLASSES)
    for mix, tokens in mixed:
        for kind, percent in enumerate(mix):
            weights[kind] += percent * tokens
    if not any(weights):
        weights[0] = 1
    whole = sum(weights) * 10**_SCALE
    low, typical, high = (
        sum(weight * int(ratio[end].scaleb(_SCALE)) for weight, ratio in zip(weights, ratios, strict=True))
        for end in range(3)
    )
    return Scale(low, whole), Scale(typical, whole), Scale(high, whole)


_PLAIN = (Scale(1, 1),) * 3


def counting_of(row: ModelRow, countable: Countable | None = None) -> Counting:
    """How the tokens of a model of the price file are counted, where `countable` encodings are at hand.

    None: those of the package itself.
    """
    countable = countable or (lambda encoding: encoding in KNOWN and KNOWN[encoding].table in CORE)
    if row.tokenizer and countable(row.tokenizer):
        return _own("gpt_oss" if row.tokenizer == "o200k_harmony" else "openai", row.tokenizer, "")
    key = "openai_old" if row.tokenizer else None
    return _by_name(key, developer_name(row), row.developer or row.provider, countable)


def _by_name(known: str | None, name: str, developer: str | None, countable: Countable) -> Counting:
    from .known.families import FAMILIES
    from .known.ratios import RATIOS

    key, sure = (known, True) if known else family_of(name, developer)
    family = FAMILIES[key]
    encoding = family.encoding
    if encoding and countable(encoding):
        if sure:
            return _own(key, encoding, family.why)
        basis = f"{encoding} of {family.title} is assumed, within 10 %"
        return Counting(key, counted_as(encoding), HEURISTIC, _ALIKE, basis)
    table = RATIOS[family.ratios]
    cells = table.values.split(";")
    ratios = tuple(Ratio(*map(Decimal, cell.split())) for cell in cells) * (len(CLASSES) // len(cells))
    why = family.why
    if encoding:
        why = f"install or update {ADD_ON} for exact counts" if sure else "its tokenizer is assumed, within 10 %"
        ratios = ratios if sure else _widened(ratios)
    spread = f"{min(ratio.low for ratio in ratios)}-{max(ratio.high for ratio in ratios)}"
    basis = f"{family.title}: {why}; {ratios[0].typical} x {table.encoding} in prose, {spread} by kind of text"
    return Counting(key, table.encoding, HEURISTIC, ratios, basis)


def _widened(ratios: Ratios) -> Ratios:
    """As much as where the encoding itself can be counted."""
    return tuple(
        Ratio(ratio.low * alike.low, ratio.typical, ratio.high * alike.high)
        for ratio, alike in zip(ratios, _ALIKE, strict=True)
    )


def _own(family: str, encoding: str, why: str) -> Counting:
    basis = f"{encoding} is the model's own tokenizer" + (f", {why}" if why else "")
    return Counting(family, counted_as(encoding), EXACT, ITSELF, basis)


def family_of(name: str, developer: str | None = None) -> tuple[str, bool]:
    """(a key of `known.families.FAMILIES`, whether that is sure) by a developer's name of a model, in lower case."""
    from .known.families import ASSUMED, DEVELOPERS, RULES

    for rule, family, sure in RULES:
        if fits(rule, name):
            return (_claude(name), sure) if family == "claude_4_7" else (family, sure)
    return DEVELOPERS.get(developer or "", "unmeasured"), ASSUMED


def fits(rule: str, name: str) -> bool:
    """Whether a rule of `known` holds for a name."""
    if rule[0] == "=":
        return name == rule[1:]
    return name.startswith(rule[:-1]) if rule[-1] == "*" else rule in name


def _claude(name: str) -> str:
    """The generation by the version in the name; a date is none, and what names no version is new."""
    match = re.search(r"claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2})(?!\d))?(?!\d)", name)
    return "claude_4_6" if match and (int(match[1]), int(match[2] or 0)) < (4, 7) else "claude_4_7"


def developer_name(row: ModelRow) -> str:
    """The name that the developer gave the model, as far as it can be told, in lower case."""
    name = row.base_model or row.id.rpartition("/")[2].rpartition("anthropic.")[2]
    return re.sub(r":(?!\d).*", "", name.lower())
