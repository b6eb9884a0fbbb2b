"""What an estimate assumed: the document that `llm-cost estimate --format json` prints -> Profile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ..errors import ConfigError
from ..sizing import cached_share

SCHEMA = "llm-cost/estimate/1"
HINT = "Write one: llm-cost estimate --format json > estimates.json"


class Assumed(NamedTuple):
    """What one prompt's estimate rests on. Tokens are of one call."""

    prompt_id: str
    path: str
    manifest: str | None
    content_hash: str | None
    model: str
    pricing_id: str
    variant: str
    scenario: str
    grade: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int | None
    output_basis: str
    calls: int
    kinds: frozenset[str] = frozenset()  # what the input is made of
    cacheable_tokens: int | None = None  # of the input: the most that the estimate counts as cached; None: all of it
    cache_min_tokens: int = 0  # below which the provider caches nothing
    written_tokens: int = 0  # part of input_tokens: to the provider's cache

    def cache_hit_ratio(self) -> float:
        return self.cached_tokens / self.input_tokens if self.input_tokens else 0.0

    def cache_write_ratio(self) -> float:
        return self.written_tokens / self.input_tokens if self.input_tokens else 0.0

    def can_count(self, ratio: Decimal) -> bool:
        """Whether the estimate would count such a share of the input as cached, or cached and written together; its
        text may vary too early for it."""
        cacheable = self.input_tokens if self.cacheable_tokens is None else self.cacheable_tokens
        counted = cached_share(self.input_tokens, cacheable, self.cache_min_tokens, ratio)
        return counted == int(self.input_tokens * ratio)

    def output_ratio(self) -> float | None:
        return None if self.output_tokens is None or not self.input_tokens else self.output_tokens / self.input_tokens


class Profile(NamedTuple):
    prompts: Mapping[str, Assumed]
    period: str | None
    unpriced: Mapping[str, str | None]  # prompts that the estimate could not price, and the manifest of each


def parse_profile(data: bytes, origin: str) -> Profile:
    """Raises ConfigError where it is no such document."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ConfigError(f"{origin} is not JSON", HINT) from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ConfigError(f"{origin} is no estimate ({SCHEMA})", HINT)
    try:
        rows = document["prompts"]
        priced = [_assumed(row) for row in rows if row["problem"] is None]
        unpriced = {str(row["prompt_id"]): row["manifest"] for row in rows if row["problem"] is not None}
        period = document["unit"]["period"]
    except (KeyError, TypeError, AttributeError):
        raise ConfigError(f"{origin} is an estimate with members missing or of another kind", HINT) from None
    return Profile({each.prompt_id: each for each in priced}, period, unpriced)


def _assumed(row: Mapping[str, Any]) -> Assumed:
    found = Assumed(
        row["prompt_id"], row["path"], row["manifest"], row["content_hash"], row["model"], row["pricing_id"],
        row["price_variant"], row["scenario"], row["grade"], row["input_tokens"], row["cached_input_tokens"],
        row["output_tokens"], row["output_basis"], row["calls"], frozenset(part["kind"] for part in row["parts"]),
        row["cacheable_tokens"], row["cache_min_tokens"] or 0, row.get("cache_write_tokens", 0),
    )  # fmt: skip
    counts = (found.input_tokens, found.cached_tokens, found.calls, found.cacheable_tokens, found.cache_min_tokens,
              found.written_tokens)  # fmt: skip
    texts = (found.prompt_id, found.path, found.model, found.pricing_id, found.variant, found.scenario, found.grade)
    whole = all(type(count) is int for count in counts) and (
        found.output_tokens is None or type(found.output_tokens) is int
    )
    if not whole or not all(isinstance(text, str) for text in texts):
        raise TypeError
    return found
