"""What a provider's prompt cache can reuse of a prompt, and what keeps it from more."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO
from .prices.exact import EXACT
from .pricing import PromptEstimate
from .sizing import cached_share


class Lost(NamedTuple):
    """Text behind an early variable, which a cache never sees again."""

    prompt_id: str
    tokens: int  # per call
    cost: Decimal  # USD per period that caching them would save, at `hit_ratio` of the calls
    hit_ratio: Decimal | None  # None: none is stated, and `cost` is of all calls


def lost_prefix(row: PromptEstimate) -> Lost | None:
    """A prompt long enough to be cached, whose first variable comes too early for it."""
    least, discount = row.cache_min_tokens, row.cache_discount
    if row.prefix_ends_at is None or not least or not discount or row.cacheable_tokens >= least:
        return None
    fixed = sum(tokens for kind, _, tokens in row.parts if kind != "variable")
    if fixed < least:
        return None
    with localcontext(EXACT):
        ratio = Decimal(1) if row.cache_hit_ratio is None else row.cache_hit_ratio
        tokens = fixed - row.cacheable_tokens
        return Lost(row.prompt_id, tokens, (tokens * discount).scaleb(-6) * row.calls * ratio, row.cache_hit_ratio)


class Shortened(NamedTuple):
    """A cacheable prefix that an edit made shorter."""

    prompt_id: str
    before: int
    after: int
    cost: Decimal | None  # USD per period of what is not cached any more; None: no hit ratio is stated
    hit_ratio: Decimal | None


def shortened_prefix(base: PromptEstimate, head: PromptEstimate) -> Shortened | None:
    """An edit that shortens what can be cached by a variable, or below what the provider caches at all."""
    least = head.cache_min_tokens
    if least is None or head.requests > 1:
        return None
    too_short = head.cacheable_tokens < least
    if head.cacheable_tokens >= base.cacheable_tokens or base.cacheable_tokens < least:
        return None
    if head.prefix_ends_at is None and not too_short:
        return None
    ratio, cost = head.cache_hit_ratio, None
    if ratio is not None and head.cache_discount is not None:
        before = cached_share(head.input_tokens, base.cacheable_tokens, least, ratio)
        after = cached_share(head.input_tokens, head.cacheable_tokens, least, ratio)
        with localcontext(EXACT):
            cost = max(ZERO, ((before - after) * head.cache_discount).scaleb(-6) * head.calls)
    return Shortened(head.prompt_id, base.cacheable_tokens, head.cacheable_tokens, cost, ratio)
