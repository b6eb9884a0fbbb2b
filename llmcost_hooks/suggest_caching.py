"""Computed what-ifs of the provider's prompt cache: caching what can be cached, and making more of it cacheable.

A call that hits pays the cached rate for the prefix; one that misses writes it, at the rate for writes where the
provider charges one. At a hit ratio h a prefix of P tokens saves, per call,

    P * h * (input - cache_read) - P * (1 - h) * (cache_write - input)

and nothing below the break-even ratio (cache_write - input) / (cache_write - cache_read). The estimates themselves
leave writes out (docs/prices.md); a what-if counts them, so that it promises nothing that a provider takes back.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO
from .prices.exact import EXACT
from .prices.offers import STANDARD
from .pricing import PromptEstimate
from .render.money import format_exact
from .sizing import cached_share
from .what_if import CACHING, ORDER, Case, Suggestion, percent_saved, share_rounded_up


class _Rates(NamedTuple):
    """USD per million tokens of the prefix."""

    input: Decimal
    read: Decimal
    write: Decimal  # that of plain input where the provider charges no more for writes


def with_caching(case: Case) -> Suggestion | None:
    """Caching the prefix as it is."""
    row, rates = case.row, _rates(case)
    if rates is None or row.scenario != "default" or not _can_be_cached(row, row.cacheable_tokens):
        return None
    saving, formula = _saving(row, rates, row.cacheable_tokens)
    return _suggestion(row, rates, CACHING, saving, formula, row.cacheable_tokens)


def static_text_first(case: Case) -> Suggestion | None:
    """Moving what varies behind all that does not, and caching that."""
    row, rates = case.row, _rates(case)
    fixed = sum(tokens for kind, _, tokens in row.parts if kind != "variable")
    if rates is None or row.prefix_ends_at is None or fixed <= row.cacheable_tokens or not _can_be_cached(row, fixed):
        return None
    saving, formula = _saving(row, rates, fixed)
    if _can_be_cached(row, row.cacheable_tokens):
        now, formula_now = _saving(row, rates, row.cacheable_tokens)
        with localcontext(EXACT):
            saving -= now
        formula = f"{formula} - {formula_now}"
    found = _suggestion(row, rates, ORDER, saving, formula, fixed)
    return found and found._replace(variable=row.prefix_ends_at)


def _rates(case: Case) -> _Rates | None:
    """None where caching is no question: other ways to be billed, several requests, a measured input, no known rate."""
    row, rates = case.row, case.rates(STANDARD)
    measured = any(kind == "measured" for kind, _, _ in row.parts)
    if row.variant != STANDARD or row.requests > 1 or measured or rates is None:
        return None
    if rates.input is None or rates.cache_read is None or rates.cache_read >= rates.input:
        return None
    return _Rates(rates.input, rates.cache_read, max(rates.input, rates.cache_write_5m or ZERO))


def _can_be_cached(row: PromptEstimate, prefix: int) -> bool:
    """Only where the provider says from which length on: what is not known is no saving."""
    return row.cache_min_tokens is not None and 0 < prefix >= row.cache_min_tokens


def _saving(row: PromptEstimate, rates: _Rates, prefix: int) -> tuple[Decimal, str]:
    """USD of all calls at the stated hit ratio, and its formula; of nothing but hits where none is stated."""
    ratio = Decimal(1) if row.cache_hit_ratio is None else row.cache_hit_ratio
    hits = cached_share(row.input_tokens, prefix, row.cache_min_tokens or 0, ratio)
    misses = prefix - hits
    with localcontext(EXACT):
        of_hits, of_misses = hits * (rates.input - rates.read), misses * (rates.write - rates.input)
        saving = (of_hits - of_misses).scaleb(-6) * row.calls
    dear, cheap, write = (format_exact(rate) for rate in rates)
    written = f" - {misses} * ({write} - {dear})" if misses and rates.write > rates.input else ""
    return saving, f"({hits} * ({dear} - {cheap}){written}) / 1000000 * {row.calls}"


def _suggestion(
    row: PromptEstimate, rates: _Rates, kind: str, saving: Decimal, formula: str, prefix: int
) -> Suggestion | None:
    if saving <= 0:
        return None
    dear, cheap, write = (format_exact(rate) for rate in rates)
    break_even = share_rounded_up(rates.write - rates.input, rates.write - rates.read)
    return Suggestion(
        row.prompt_id, kind, row.model, row.model, saving, percent_saved(row.effective_cost, saving), formula,
        row.cache_hit_ratio is None, prefix, break_even,
        f"({write} - {dear}) / ({write} - {cheap})" if break_even else "",
    )  # fmt: skip
