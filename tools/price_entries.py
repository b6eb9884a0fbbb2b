"""A model's entry of the price file, from the rows of its offers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from tools.price_cache import CacheMinimums
from tools.price_channels import developer, own_name
from tools.price_merge import Merged, context_window
from tools.price_sources import Statement

_RELEASED = re.compile(r"-(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?:-v\d+)?(?::\d+)?$")
Said = tuple[Statement | None, Statement | None]  # genai-prices, litellm


def entry(
    name: str,
    offers: dict[str | None, list[Merged]],
    said: dict[str | None, Said],
    corrections: dict[str, Any],
    tokenizer: Callable[[str], str | None],
    least: CacheMinimums,
    day: str,
) -> dict[str, Any]:
    """The value of the model's line, its offers in the order of their regions, the one without a region first."""
    regions = sorted(offers, key=lambda region: (region is not None, region or ""))
    genai, litellm = said[regions[0]]
    first = litellm or genai
    assert first is not None
    begin = corrections["records_begin"]
    price = _standard(offers[regions[0]], day)
    made_by = developer(first.channel, name)
    return {
        "provider": corrections["channels"][first.channel]["vendor"],
        **({"developer": made_by} if made_by else {}),
        "mode": _mode(name, litellm, corrections),
        "input_price_per_mtok": _number(price.get("input")),
        "output_price_per_mtok": _number(price.get("output")),
        "context_window": _first(context_window(*pair) for pair in _pairs(said, regions)),
        "max_output_tokens": _first(pair[1] and pair[1].max_output_tokens for pair in _pairs(said, regions)),
        "tokenizer": tokenizer(own_name(first.channel, name)) if made_by == "OpenAI" else None,
        **_cache(first.channel, name, offers, said, corrections, least),
        "lifecycle": _lifecycle(name, said),
        "offers": [
            {
                "channel": first.channel,
                "region": region,
                "sku": first.sku,
                **_multipliers(said[region], regions),
                "prices": [_price_row(row, first.channel, begin, name, corrections) for row in offers[region]],
            }
            for region in regions
        ],
    }


def _pairs(said: dict[str | None, Said], regions: list[str | None]) -> list[Said]:
    return [said[region] for region in regions]


def _first(values: Iterable[int | None]) -> int | None:
    return next((value for value in values if value), None)


def _mode(name: str, litellm: Statement | None, corrections: dict[str, Any]) -> str:
    """litellm's, which alone has one; otherwise what the name says by `[modes]`."""
    if litellm and litellm.mode:
        return litellm.mode
    return next((mode for glob, mode in corrections["modes"].items() if fnmatchcase(name, glob)), "chat")


def _cache(
    channel: str,
    name: str,
    offers: dict[str | None, list[Merged]],
    said: dict[str | None, Said],
    corrections: dict[str, Any],
    least: CacheMinimums,
) -> dict[str, Any]:
    smallest = max((s.cache_min_tokens for _, s in said.values() if s and s.cache_min_tokens), default=None)
    cached = any("cache_read" in row.row.variants["standard"].base for rows in offers.values() for row in rows)
    mode = corrections["channels"][channel].get("cache_mode") if cached else None
    if cached:
        smallest = least(channel, name, smallest)
    return {"cache": {"min_tokens": smallest, "mode": mode}} if smallest or mode else {}


def _lifecycle(name: str, said: dict[str | None, Said]) -> dict[str, str | None]:
    """A snapshot's name says when it was released; neither library says so of any other."""
    dated = _RELEASED.search(name)
    days = sorted({litellm.retires_at for _, litellm in said.values() if litellm and litellm.retires_at})
    # regions may end apart: the model is gone with the last one
    return {**({"released": "-".join(dated.groups())} if dated else {}), "retires_at": days[-1] if days else None}


def _multipliers(said: Said, regions: list[str | None]) -> dict[str, Any]:
    """Factors of regions that have no offer of their own."""
    factors = {r: f for r, f in (said[1].multipliers if said[1] else {}).items() if r not in regions}
    return {"region_multipliers": {r: decimal(f) for r, f in sorted(factors.items())}} if factors else {}


def _standard(rows: list[Merged], day: str) -> dict[str, Decimal]:
    return [row for row in rows if row.start is None or row.start <= day][-1].row.variants["standard"].base


def _price_row(merged: Merged, channel: str, begin: str, name: str, corrections: dict[str, Any]) -> dict[str, Any]:
    row = merged.row
    tiers = [
        {"variant": variant, "when_input_gt": above, **_strings(rates)}
        for variant, tariff in row.variants.items()
        for above, rates in tariff.tiers.items()
    ]
    hours = [
        {"variant": "standard", "utc_from": since, "utc_to": until, **_strings(rates)}
        for (since, until), rates in row.windows.items()
    ]
    fees = dict(row.per_request)
    if "web_search" in fees and any(fnmatchcase(name, glob) for glob in corrections["always_searches"]["names"]):
        fees = {"request": fees["web_search"], **fees}
    return {
        "effective_from": merged.start or begin,
        "source": f"{channel}-{merged.kind}",
        "standard": _strings(row.variants["standard"].base),
        "variants": {
            variant: _strings(tariff.base) for variant, tariff in row.variants.items() if variant != "standard"
        },
        "tiers": tiers,
        **({"time_of_day": hours} if hours else {}),
        **({"per_request": _strings(fees)} if fees else {}),
        **({"stated_by_one": dict(sorted(merged.alone.items()))} if merged.alone else {}),
    }


def _number(price: Decimal | None) -> float | None:
    """The derived copy that readers of the first schema find; everything else is a decimal string."""
    return None if price is None else float(price)


def _strings(rates: dict[str, Decimal]) -> dict[str, str]:
    return {key: decimal(value) for key, value in rates.items()}


def decimal(value: Decimal) -> str:
    """Plain digits: no exponent, no zeros at the end."""
    return f"{value.normalize():f}"
