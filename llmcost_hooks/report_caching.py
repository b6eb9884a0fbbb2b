"""The wording of what a provider's prompt cache can reuse."""

from __future__ import annotations

from decimal import Decimal

from .caching import Lost, lost_prefix, shortened_prefix
from .compare import Comparison
from .estimate import Estimate
from .pricing import PromptEstimate, Row, Unpriced
from .render.money import format_delta, format_exact, format_money
from .report import Name, Text


def cacheable(row: Row) -> str:
    """Tokens of the prefix that can be cached, and where that is too little what the provider caches at least."""
    mark = "" if row.grade == "exact" else "~"
    if isinstance(row, Unpriced):
        return f"{mark}{row.sized.cacheable:,}" if row.sized else "?"
    least = row.cache_min_tokens
    short = least is not None and row.cacheable_tokens < least
    return f"{mark}{row.cacheable_tokens:,}" + (f" (< {least:,})" if short else "")


def shows_cacheable(estimate: Estimate) -> bool:
    """Whether there is anything to say: something varies, or the cache is counted on."""
    return any(row.prefix_ends_at is not None or row.scenario == "cached" for row in estimate.priced())


def cache_warnings(estimate: Estimate) -> list[Text]:
    """Prompts that an early variable keeps out of the cache: how much of them, and what that costs."""
    return [line for _, line in cache_warnings_of(estimate)]


def cache_warnings_of(estimate: Estimate) -> list[tuple[PromptEstimate, Text]]:
    """The same, each with its prompt."""
    return [(row, _warning(row, lost, estimate.period)) for row in estimate.priced() if (lost := lost_prefix(row))]


def _warning(row: PromptEstimate, lost: Lost, period: str | None) -> Text:
    after = f" ends what can be cached after {row.cacheable_tokens:,} tokens"
    least = f" ({row.model} caches {row.cache_min_tokens:,} and more)"
    most = "up to " if lost.hit_ratio is None else ""
    per = f"/{period}" if period else " a call" if row.calls == 1 else f" for {row.calls:,} calls"
    cost = f"{most}{format_money(lost.cost)}{per}{_at(lost.hit_ratio)}"
    advice = f"; {lost.tokens:,} tokens behind it are paid in full: {cost}. Put what varies last."
    return Name(row.prompt_id), ": ", Name(row.prefix_ends_at or ""), after + least + advice


def prefix_notes(comparison: Comparison) -> list[Text]:
    """ "search: cacheable prefix 2,373 → 37 tokens, +$96/month at cache_hit_ratio 0.6"."""
    lines: list[Text] = []
    for row in comparison.rows:
        if not isinstance(row.base, PromptEstimate) or not isinstance(row.head, PromptEstimate) or row.shared():
            continue
        found = shortened_prefix(row.base, row.head)
        if found is None:
            continue
        per = f"/{comparison.head.period}" if comparison.head.period else ""
        cost = "" if found.cost is None else f", {format_delta(found.cost)}{per}{_at(found.hit_ratio)}"
        line = f": cacheable prefix {found.before:,} → {found.after:,} tokens{cost}"
        lines.append((Name(row.prompt_id), line))
    return lines


def _at(ratio: Decimal | None) -> str:
    return "" if ratio is None else f" at cache_hit_ratio {format_exact(ratio)}"
