"""What a grid of requests costs: by the price book, and by the calculators of both public libraries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import NamedTuple

from llmcost_hooks.prices.book import ModelRow, PriceBook, Tariff

INPUTS = (100, 1_847, 50_000, 200_000, 200_001, 272_001, 400_000)
OUTPUTS = (0, 523, 8_000)
CACHED = (0, 50, 90)  # percent of the input


class Point(NamedTuple):
    """One request and what each of the three asks for it in USD; None = no price."""

    model: str
    variant: str
    request: tuple[int, int, int]  # input tokens with cached ones, output tokens, cached tokens
    ours: Decimal | None
    genai: Decimal | None
    litellm: Decimal | None


def cost(tariff: Tariff, request: tuple[int, int, int]) -> Decimal | None:
    """USD of one request: the oracle's formula, not the package's."""
    tokens, output, cached = request
    rates = tariff.at(tokens)
    parts = ((tokens - cached, rates.input), (cached, rates.cache_read), (output, rates.output))
    if any(rate is None for count, rate in parts if count):
        return None
    return sum((count * rate for count, rate in parts if count and rate is not None), Decimal(0)) / 1_000_000


def genai_cost(model: ModelRow, request: tuple[int, int, int], on: date, context: dict[str, str]) -> Decimal | None:
    from genai_prices import Usage, calc_price  # type: ignore[import-not-found]

    usage = Usage(input_tokens=request[0], output_tokens=request[1], cache_read_tokens=request[2])
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=timezone.utc)
    try:
        price = calc_price(
            usage,
            model.id,
            provider_id=model.provider.lower(),
            genai_request_timestamp=noon,
            price_context=context or None,
        )
    except LookupError:
        return None
    return Decimal(price.total_price)


def litellm_cost(model: ModelRow, request: tuple[int, int, int], batch: bool) -> Decimal | None:
    import litellm  # type: ignore[import-not-found]
    from litellm.cost_calculator import batch_cost_calculator  # type: ignore[import-not-found]

    key = f"gemini/{model.id}" if model.provider == "Google" else model.id
    if key not in litellm.model_cost:
        return None
    channel = litellm.model_cost[key]["litellm_provider"]
    tokens, output, cached = request
    if batch:
        usage = litellm.Usage(prompt_tokens=tokens, completion_tokens=output, total_tokens=tokens + output)
        parts = batch_cost_calculator(usage, key, channel)
    else:
        parts = litellm.cost_per_token(
            key,
            custom_llm_provider=channel,
            prompt_tokens=tokens,
            completion_tokens=output,
            cache_read_input_tokens=cached,
        )
    return Decimal(repr(float(sum(parts))))


def points(book: PriceBook, on: date) -> Iterator[Point]:
    """The grid. Batch without cached tokens, and not where a library has only its standard price for it."""
    for model in book.rows():
        offer = book.offer(model, on)
        assert offer is not None
        for request in ((i, o, i * c // 100) for i in INPUTS for o in OUTPUTS for c in CACHED):
            genai, litellm = genai_cost(model, request, on, {}), litellm_cost(model, request, batch=False)
            yield Point(model.id, "standard", request, cost(offer.standard, request), genai, litellm)
            if request[2] or offer.batch is None:
                continue
            batches = [
                genai_cost(model, request, on, {"processing": "batch"}),
                litellm_cost(model, request, batch=True),
            ]
            stated = [b if b != s or not b else None for b, s in zip(batches, (genai, litellm), strict=True)]
            yield Point(model.id, "batch", request, cost(offer.batch, request), *stated)
