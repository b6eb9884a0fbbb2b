"""What a grid of requests costs: by the price book, and by the calculators of both public libraries.

A library is asked only where it states every rate that the request needs: otherwise it answers with another rate (a
missing batch price with the standard one, a missing cached price with the full one), which nobody stated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, NamedTuple

from llmcost_hooks.prices.book import PriceBook, Rates, Tariff
from tools.price_building import Inputs
from tools.price_genai import CHANNELS
from tools.price_sources import DIRECT, Flat, Key, Statement, flat

SIZES, SMALL = (100, 1_847, 50_000, 200_000, 200_001, 272_001, 400_000), (1_847,)
OUTPUTS = (0, 523, 8_000)
CACHED = (0, 50, 90)  # percent of the input
HOURS = ("12:00", "02:00")
VARIANTS = ("standard", "batch", "flex", "priority", "fast")


class Request(NamedTuple):
    """Tokens of one request; cached and written ones are part of the input."""

    tokens: int
    output: int
    cached: int = 0
    written_5m: int = 0
    written_1h: int = 0


class Point(NamedTuple):
    """One request and what each of the three asks for it in USD; None = no price, or not asked."""

    model: str
    region: str | None
    variant: str
    hour: str
    request: Request
    paths: tuple[str, ...]  # the rates that it needs, as the book's tiers have it
    ours: Decimal | None
    genai: Decimal | None
    litellm: Decimal | None


def points(book: PriceBook, inputs: Inputs) -> Iterator[Point]:
    """Own APIs: the whole grid. Other channels: one size, and both sides of every tier."""
    for row in book.rows():
        for region in (None, *row.regions()):
            offer = row.offer(inputs.day, region)
            if offer is None:
                continue
            asked = _asked((row.id, region), inputs, region in row.multipliers)
            for variant in (v for v in VARIANTS if v in offer.variants):
                for hour in HOURS if offer.windows else HOURS[:1]:
                    tariff = offer.tariff(variant, hour)
                    assert tariff is not None
                    window = next((f"time {w.utc_from}-{w.utc_to}" for w in offer.windows if w.holds(hour)), None)
                    for request in _requests(tariff, row.channel in DIRECT and region is None):
                        paths = _paths(request, variant, tariff, window)
                        answers = (ask(request, variant, hour, inputs.day, paths) for ask in asked)
                        yield Point(
                            row.id,
                            region,
                            variant,
                            hour,
                            request,
                            paths,
                            cost(tariff.at(request.tokens), request),
                            *answers,
                        )


def _requests(tariff: Tariff, direct: bool) -> Iterator[Request]:
    limits = sorted({size for tier in tariff.tiers for size in (tier.above_input_tokens, tier.above_input_tokens + 1)})
    sizes = sorted({*(SIZES if direct else SMALL), *limits})
    for tokens in sizes:
        for output in OUTPUTS if direct else (523,):
            for share in CACHED if direct else CACHED[:2]:
                yield Request(tokens, output, tokens * share // 100)
    if tariff.rates.cache_write_5m is not None:
        yield from (Request(tokens, 523, 0, tokens // 2) for tokens in (1_847, *limits))
    if tariff.rates.cache_write_1h is not None:
        yield from (Request(tokens, 523, 0, 0, tokens // 2) for tokens in (1_847, *limits))


def _shares(request: Request) -> tuple[tuple[str, int], ...]:
    plain = request.tokens - request.cached - request.written_5m - request.written_1h
    return (
        ("input", plain), ("output", request.output), ("cache_read", request.cached),
        ("cache_write_5m", request.written_5m), ("cache_write_1h", request.written_1h),
    )  # fmt: skip


def cost(rates: Rates, request: Request) -> Decimal | None:
    """USD of one request: the oracle's formula, not the package's."""
    parts = [(count, getattr(rates, name)) for name, count in _shares(request) if count]
    if any(rate is None for _, rate in parts):
        return None
    return sum((count * rate for count, rate in parts), Decimal(0)) / 1_000_000


def _paths(request: Request, variant: str, tariff: Tariff, window: str | None) -> tuple[str, ...]:
    reached = [tier.above_input_tokens for tier in tariff.tiers if request.tokens > tier.above_input_tokens]
    part = window or (f"{variant}>{max(reached)}" if reached else variant)
    return tuple(f"{part}.{name}" for name, count in _shares(request) if count)


# --- the two calculators -----------------------------------------------------------------------------------------


class _Genai:
    def __init__(self, statement: Statement | None, day: date) -> None:
        from genai_prices.data import providers  # type: ignore[import-not-found]

        self.stated: Flat = flat(statement.on(day.isoformat())) if statement else {}
        names = [name for name, channel in CHANNELS.items() if statement and channel == statement.channel]
        self.provider: Any = next((p for p in providers if p.id in (names or ["google"])), None)
        models: list[Any] = self.provider.models if statement and self.provider else []
        self.model: Any = next((m for m in models if statement and m.id == statement.model), None)

    def __call__(self, request: Request, variant: str, hour: str, day: date, paths: tuple[str, ...]) -> Decimal | None:
        from genai_prices import Usage  # type: ignore[import-not-found]

        if self.model is None or not set(paths) <= set(self.stated):
            return None
        usage = Usage(
            input_tokens=request.tokens, output_tokens=request.output, cache_read_tokens=request.cached,
            cache_write_tokens=request.written_5m + request.written_1h, cache_write_1h_tokens=request.written_1h,
        )  # fmt: skip
        moment = datetime.combine(day, datetime.strptime(hour, "%H:%M").time(), timezone.utc)
        fast = {"speed": "fast"} if self.provider.id == "anthropic" else {"service_tier": "fast"}
        contexts = {"batch": {"processing": "batch"}, "fast": fast, "standard": None}
        context = contexts.get(variant, {"service_tier": variant})
        price = self.model.calc_price(usage, self.provider, genai_request_timestamp=moment, price_context=context)
        return Decimal(price.total_price)


class _Litellm:
    def __init__(self, statement: Statement | None, where: dict[str, Any]) -> None:
        self.where = where
        self.stated: Flat = flat(statement.rows[0]) if statement else {}
        self.key = statement.model if statement else ""
        self.elsewhere = statement.elsewhere if statement else {}

    def __call__(self, request: Request, variant: str, hour: str, day: date, paths: tuple[str, ...]) -> Decimal | None:
        import litellm  # type: ignore[import-not-found]
        from litellm._internal_context import pinned_billing_time  # type: ignore[import-not-found]
        from litellm.cost_calculator import batch_cost_calculator  # type: ignore[import-not-found]

        if not set(paths) <= set(self.stated) or variant == "fast" or request.written_1h:
            return None  # what these need is not a number of tokens: left to the comparison of rates
        moment = datetime.combine(day, datetime.strptime(hour, "%H:%M").time(), timezone.utc)
        key = self.elsewhere.get(variant, self.key)
        provider = litellm.model_cost[key]["litellm_provider"]
        if "vertex_location" in self.where:
            provider = "vertex_ai"  # behind its more exact names the calculator does not know locations
        with pinned_billing_time(moment):  # off-peak hours
            if variant == "batch":
                if request.cached or request.written_5m or self.where:
                    return None
                usage = litellm.Usage(
                    prompt_tokens=request.tokens, completion_tokens=request.output,
                    total_tokens=request.tokens + request.output,
                )  # fmt: skip
                parts = batch_cost_calculator(usage, key, provider)
            else:
                parts = litellm.cost_per_token(
                    key,
                    custom_llm_provider=provider,
                    prompt_tokens=request.tokens,
                    completion_tokens=request.output,
                    cache_read_input_tokens=request.cached,
                    cache_creation_input_tokens=request.written_5m,
                    service_tier=None if variant == "standard" else variant,
                    **self.where,
                )
        return Decimal(repr(float(sum(parts))))


def _asked(key: Key, inputs: Inputs, multiplied: bool) -> tuple[_Genai, _Litellm]:
    """Both calculators for an offer. A region that is a factor is litellm's offer without a region, asked for there."""
    name, region = key
    if multiplied and (name, region) not in inputs.litellm:
        where = {"vertex_location": "us-east5"} if region == "regional" else {"data_residency": region}
        statement = inputs.litellm.get((name, None))
        known = statement and statement.channel in ("openai", "vertex_ai")  # Anthropic's "us" is no argument
        return _Genai(None, inputs.day), _Litellm(statement if known else None, where)
    litellm = None if name in inputs.corrections["retired"] else inputs.litellm.get(key)
    return _Genai(inputs.genai.get(key), inputs.day), _Litellm(litellm, {})
