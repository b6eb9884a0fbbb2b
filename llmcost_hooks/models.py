"""A model's name, as people write it -> Model: its prices' row and how its tokens are counted.

Resolved once, used by tokens and prices, so that the two can never mean different models.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from .families import BUNDLED, family_of
from .prices.book import ModelRow, PriceBook

EXACT, HEURISTIC = "exact", "heuristic"
ONE = Decimal(1)
# Prefixes of the providers' own APIs. Others (azure/, bedrock/, vertex_ai/, openrouter/) are channels with prices of
# their own: a name with one of them is not known here.
DIRECT = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "google": "Google",
    "googleai": "Google",
    "gemini": "Google",
}
MAX_LENGTH = 200


class Model(NamedTuple):
    """A model, and how to get from text to its tokens."""

    id: str
    row: ModelRow
    encoding: str  # the bundled encoding that is counted
    grade: str  # EXACT or HEURISTIC
    ratio: Decimal  # tokens of this model per token of `encoding`; 1 where exact
    low: Decimal  # and the band around it
    high: Decimal
    basis: str  # one line: why


def resolve_model(name: str, book: PriceBook) -> Model | None:
    """The model that `name` means at its provider's own API; None where the price file does not know it.

    Ids, aliases and the dated names that the file lists; "GPT-4.1" and "Claude Sonnet 4.5" as people write them;
    both ways to write a date; "-latest"; the prefixes in DIRECT.
    """
    if len(name) > MAX_LENGTH:
        return None
    provider, bare = _without_prefix(name.strip())
    rows = (row for spelling in _spellings(bare) if (row := book.find(spelling)))
    row = next(rows, None)
    if row is None or provider not in (None, row.provider):
        return None
    return _model(row)


def near_names(name: str, book: PriceBook, count: int = 3) -> tuple[str, ...]:
    """Ids of models whose name or alias looks like `name`, best first."""
    from difflib import get_close_matches

    bare = "-".join(name[:MAX_LENGTH].lower().split()).rpartition("/")[2]
    found = [book.find(near) for near in get_close_matches(bare, book.names(), 4 * count)]
    return tuple(dict.fromkeys(row.id for row in found if row))[:count]


def _model(row: ModelRow) -> Model:
    if row.tokenizer in BUNDLED:
        basis = f"{row.tokenizer} is the model's own tokenizer"
        return Model(row.id, row, row.tokenizer, EXACT, ONE, ONE, ONE, basis)
    family = family_of(row.id, row.provider)
    return Model(row.id, row, family.encoding, HEURISTIC, family.ratio, family.low, family.high, family.basis)


def _without_prefix(name: str) -> tuple[str | None, str]:
    """(provider the name must belong to, the name without its prefix)."""
    prefix, slash, rest = name.partition("/")
    provider = DIRECT.get(prefix.lower())
    return (provider, rest) if slash and provider else (None, name)


def _spellings(name: str) -> Iterator[str]:
    """The names to look for, in this order."""
    yield name
    lower = "-".join(name.lower().replace("_", " ").split())
    yield lower
    parts = lower.split("-")
    if len(parts[-1]) == 8 and parts[-1].isdecimal():  # 20240806 -> 2024-08-06
        yield "-".join([*parts[:-1], parts[-1][:4], parts[-1][4:6], parts[-1][6:]])
    if [len(part) for part in parts[-3:] if part.isdecimal()] == [4, 2, 2]:  # and back
        yield "-".join([*parts[:-3], "".join(parts[-3:])])
    if lower.endswith("-latest"):
        yield lower.removesuffix("-latest")
