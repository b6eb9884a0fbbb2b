"""Traffic with a known truth: requests of one prompt, day by day, from a seed.

    python -m tools.simulate_traffic --write log.jsonl --requests 900 --days 9     OpenAI responses, one a line

A request hits the cache or not, by a chance that differs a little from day to day, as do the sizes; weekends have a
third of the traffic; input and output are skewed (lognormal), and long questions get long answers. On an outlier day
sizes, what is cached and how much traffic there is are multiplied: a load test, or a broken deployment.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from llmcost_hooks.calibration.fits import CACHE, INPUT, RATIO
from llmcost_hooks.calibration.profile import Assumed
from llmcost_hooks.calibration.traffic import PromptTraffic, gather
from llmcost_hooks.usage.record import Usage

BEGIN = datetime(2026, 10, 5, tzinfo=timezone.utc)  # a Monday


class Outlier(NamedTuple):
    """What is multiplied on an outlier day."""

    size: float
    cached: float
    traffic: float


LOAD_TEST = Outlier(3.0, 0.0, 5.0)


class Truth(NamedTuple):
    """Expected values of all requests on all days but outlier days."""

    cache_hit_ratio: float
    output_ratio: float
    avg_input_tokens: float

    def of(self, parameter: str) -> float:
        return {CACHE: self.cache_hit_ratio, RATIO: self.output_ratio, INPUT: self.avg_input_tokens}[parameter]


class Shape(NamedTuple):
    """How the traffic varies around the truth."""

    days: int
    requests: int  # in all, of usual days
    between_days: float = 0.05  # relative, of every parameter
    input_spread: float = 0.5  # sigma of the logarithm
    output_spread: float = 0.7
    outliers: tuple[Outlier, ...] = ()  # each on a day of its own
    begins_at: int = 0  # hour (UTC) at which the days of the traffic begin


class Request(NamedTuple):
    at: datetime
    input: int
    cached: int
    output: int
    outlier: int | None = None  # which of the shape's outliers its day is


def simulate(truth: Truth, shape: Shape, chance: random.Random) -> Iterator[Request]:
    """In order of time. With outliers and without, all other days are the same."""
    weights = [1.0 if day % 7 < 5 else 0.33 for day in range(shape.days)]
    seeds = [chance.getrandbits(64) for _ in weights]
    odd = {day: which for which, day in enumerate(chance.sample(range(shape.days), len(shape.outliers)))}
    for day, (weight, seed) in enumerate(zip(weights, seeds, strict=True)):
        chance = random.Random(seed)
        hit, size, answer = (1 + chance.gauss(0, shape.between_days) for _ in range(3))
        count = shape.requests * weight / sum(weights)
        which = odd.get(day)
        if which is not None:
            outlier = shape.outliers[which]
            hit, size, count = outlier.cached * hit, outlier.size * size, outlier.traffic * count
        times = sorted(chance.uniform(0, 86_400 - 1) for _ in range(max(1, round(count))))
        begin = BEGIN + timedelta(days=day, hours=shape.begins_at)
        for second in times:
            asked = _skewed(truth.avg_input_tokens * size, shape.input_spread, chance)
            share = min(1.0, max(0.0, truth.cache_hit_ratio * hit))
            # A hit serves nine tenths of the input, as a prefix does.
            cached = int(asked * 0.9) if chance.random() < min(1.0, share / 0.9) else 0
            answered = _skewed(asked * truth.output_ratio * answer, shape.output_spread, chance)
            yield Request(begin + timedelta(seconds=second), asked, cached, answered, which)


def _skewed(mean: float, spread: float, chance: random.Random) -> int:
    """A lognormal number with this mean, at least 1."""
    return max(1, round(mean * math.exp(chance.gauss(-spread * spread / 2, spread))))


def traffic_of(requests: Iterable[Request]) -> PromptTraffic:
    records = (
        Usage("simulated", "search", "gpt-4o", None, each.at, input_tokens=each.input, cache_read_tokens=each.cached,
              output_tokens=each.output)
        for each in requests
    )  # fmt: skip
    return gather(records, lambda model, tier: None).prompts["search"]


def price(asked: float, cached: float, written: float, answered: float) -> float:
    """USD of a call of gpt-4o, where what is written to the cache costs what other input does."""
    return ((asked - cached) * 2.5 + cached * 1.25 + answered * 10) / 1e6


def assumption(truth: Truth) -> Assumed:
    """What an estimate assumes: 1,200 tokens, 60% cached, a tenth of it answered. The truth is elsewhere."""
    return Assumed(
        "search", "prompts/search.md", "llm-cost.toml", None, "gpt-4o", "gpt-4o", "standard", "cached", "calibrated",
        1200, 720, 120, "ratio", 1000,
    )  # fmt: skip


TRUTHS = (
    Truth(0.28, 0.12, 1450),
    Truth(0.62, 0.10, 1180),
    Truth(0.15, 0.45, 4000),
    Truth(0.75, 0.02, 300),
)


def response(request: Request) -> str:
    """The request as OpenAI answers it."""
    usage = {
        "prompt_tokens": request.input, "completion_tokens": request.output,
        "total_tokens": request.input + request.output,
        "prompt_tokens_details": {"cached_tokens": request.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }  # fmt: skip
    body = {"id": f"chatcmpl-{request.at:%Y%m%d%H%M%S%f}", "object": "chat.completion",
            "created": int(request.at.timestamp()), "model": "gpt-4o-2024-08-06", "usage": usage}  # fmt: skip
    return json.dumps({"prompt_id": "search", "response": body})


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", metavar="FILE", required=True)
    parser.add_argument("--requests", type=int, default=900)
    parser.add_argument("--days", type=int, default=9)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with open(args.write, "w", encoding="utf-8") as file:
        for request in simulate(TRUTHS[0], Shape(args.days, args.requests), random.Random(args.seed)):
            file.write(response(request) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
