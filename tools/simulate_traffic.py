"""Traffic with a known truth: requests of one prompt, day by day, from a seed; and what calibration makes of many of
them.

    python -m tools.simulate_traffic --runs 1000
    python -m tools.simulate_traffic --write log.jsonl --requests 900 --days 9     OpenAI responses, one a line

A request hits the cache or not, by a chance that differs a little from day to day, as do the sizes; weekends have a
third of the traffic; input and output are skewed (lognormal), and long questions get long answers. An outlier day is a
day on which nothing is cached, inputs are three times as long, and there is five times the traffic: a load test, or a
broken deployment.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from llmcost_hooks.calibration.advice import Update, updates_of
from llmcost_hooks.calibration.fits import CACHE, INPUT, LOW, RATIO, Fit, Price, anomalies, fit_prompt, parameters_of
from llmcost_hooks.calibration.overall import Prompt
from llmcost_hooks.calibration.profile import Assumed
from llmcost_hooks.calibration.traffic import PromptTraffic, gather
from llmcost_hooks.usage.record import Usage

BEGIN = datetime(2026, 10, 5, tzinfo=timezone.utc)  # a Monday
LATER = 400  # requests of the traffic that comes after the updates
TARGET = 15.0  # drift that may be left after an update, in points or percent


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
    outlier_days: int = 0


class Request(NamedTuple):
    at: datetime
    input: int
    cached: int
    output: int


def simulate(truth: Truth, shape: Shape, chance: random.Random) -> Iterator[Request]:
    """In order of time."""
    weights = [1.0 if day % 7 < 5 else 0.33 for day in range(shape.days)]
    odd = set(chance.sample(range(shape.days), shape.outlier_days))
    for day, weight in enumerate(weights):
        hit, size, answer = (1 + chance.gauss(0, shape.between_days) for _ in range(3))
        count = max(1, round(shape.requests * weight / sum(weights)))
        if day in odd:
            hit, size, count = 0.0, 3 * size, 5 * count
        times = sorted(chance.uniform(0, 86_400 - 1) for _ in range(count))
        for second in times:
            asked = _skewed(truth.avg_input_tokens * size, shape.input_spread, chance)
            share = min(1.0, max(0.0, truth.cache_hit_ratio * hit))
            # A hit serves nine tenths of the input, as a prefix does.
            cached = int(asked * 0.9) if chance.random() < min(1.0, share / 0.9) else 0
            answered = _skewed(asked * truth.output_ratio * answer, shape.output_spread, chance)
            yield Request(BEGIN + timedelta(days=day, seconds=second), asked, cached, answered)


def _skewed(mean: float, spread: float, chance: random.Random) -> int:
    """A lognormal number with this mean, at least 1."""
    return max(1, round(mean * math.exp(chance.gauss(-spread * spread / 2, spread))))


def traffic_of(requests: Iterator[Request]) -> PromptTraffic:
    records = (
        Usage("simulated", "search", "gpt-4o", None, each.at, input_tokens=each.input, cache_read_tokens=each.cached,
              output_tokens=each.output)
        for each in requests
    )  # fmt: skip
    return gather(records, lambda model, tier: None).prompts["search"]


def price(asked: float, cached: float, answered: float) -> float:
    """USD of a call of gpt-4o."""
    return ((asked - cached) * 2.5 + cached * 1.25 + answered * 10) / 1e6


def assumption(truth: Truth) -> Assumed:
    """What an estimate assumes: 1,200 tokens, 60% cached, a tenth of it answered. The truth is elsewhere."""
    return Assumed(
        "search", "prompts/search.md", "llm-cost.toml", None, "gpt-4o", "gpt-4o", "standard", "cached", "calibrated",
        1200, 720, 120, "ratio", 1000,
    )  # fmt: skip


class Run(NamedTuple):
    covered: dict[str, bool]  # by parameter, whether the interval holds the truth; of those that have one
    updates: list[Update]
    left: dict[str, float]  # by parameter, the drift of new traffic after the updates
    cost_left: float  # percent
    named: int  # anomalous days
    refused: bool  # whether nothing could be recommended for one of them, because its confidence is low


def one_run(truth: Truth, shape: Shape, seed: int, *, use_price: Price | None = price) -> Run:
    chance = random.Random(seed)
    traffic = traffic_of(simulate(truth, shape, chance))
    assumed = assumption(truth)
    days = anomalies(traffic, parameters_of(assumed))
    fits = fit_prompt(assumed, traffic, use_price, days)
    updates = updates_of(Prompt(assumed, traffic, use_price, fits, days), "llm-cost.toml")
    covered = {fit.parameter: _holds(fit, truth) for fit in fits if fit.half is not None}
    after = _applied(assumed, updates)
    later = traffic_of(simulate(truth, shape._replace(outlier_days=0, requests=LATER), random.Random(seed + 10**6)))
    left = fit_prompt(after, later, use_price)
    drifts = {fit.parameter: fit.drift() or 0.0 for fit in left}
    means = {fit.parameter: fit.actual for fit in left}
    now = price(means[INPUT], means[INPUT] * means[CACHE], means[INPUT] * means[RATIO])
    said = price(after.input_tokens, after.cached_tokens, after.output_tokens or 0)
    return Run(covered, updates, drifts, 100 * (now / said - 1), len(days), any(fit.confidence == LOW for fit in fits))


def _holds(fit: Fit, truth: Truth) -> bool:
    assert fit.half is not None
    scale = 100.0 if fit.unit() == "pts" else 100 / fit.actual
    return abs(fit.actual - truth.of(fit.parameter)) * scale <= fit.half


def _applied(assumed: Assumed, updates: list[Update]) -> Assumed:
    """The estimate again, with the manifest that the updates make."""
    values = {update.key: float(update.value) for update in updates}
    asked = round(values.get(INPUT, assumed.input_tokens))
    share = values.get(CACHE, assumed.cache_hit_ratio())
    ratio = values.get(RATIO, assumed.output_ratio() or 0.0)
    return assumed._replace(
        input_tokens=asked, cached_tokens=int(asked * share), output_tokens=math.ceil(asked * ratio)
    )


# --- many runs ----------------------------------------------------------------------------------------------------

TRUTHS = (
    Truth(0.28, 0.12, 1450),
    Truth(0.62, 0.10, 1180),
    Truth(0.15, 0.45, 4000),
    Truth(0.75, 0.02, 300),
)
SITUATIONS = {
    "9 days, 600 requests": Shape(9, 600),
    "9 days, 600 requests, one outlier day": Shape(9, 600, outlier_days=1),
    "14 days, 1,000 requests": Shape(14, 1000),
    "14 days, 1,000 requests, one outlier day": Shape(14, 1000, outlier_days=1),
    "14 days, 1,000 requests, days alike": Shape(14, 1000, between_days=0.0),
    "8 days, 600 requests, days differ by 10%": Shape(8, 600, between_days=0.10),
}


DRAWN_SEED = 20261127  # of the situations below, fixed before anybody saw what they give


def drawn(count: int) -> list[tuple[Truth, Shape]]:
    """Situations that nobody chose: truth, length, size and unrest of the traffic from a seeded distribution."""
    chance = random.Random(DRAWN_SEED)

    def log_uniform(least: float, most: float) -> float:
        return math.exp(chance.uniform(math.log(least), math.log(most)))

    found = []
    for _ in range(count):
        truth = Truth(chance.uniform(0.02, 0.75), log_uniform(0.02, 1.0), log_uniform(200, 8000))
        shape = Shape(
            days=chance.randint(8, 30),
            requests=round(log_uniform(500, 8000)),
            between_days=chance.uniform(0.0, 0.10),
            input_spread=chance.uniform(0.2, 0.9),
            output_spread=chance.uniform(0.3, 1.0),
            outlier_days=chance.choice((0, 0, 1, 2)),
        )
        found.append((truth, shape))
    return found


class Tally(NamedTuple):
    covered: int
    judged: int
    within: int
    runs: int
    worst: float
    missed_days: int
    refused: int


def many(shape: Shape, runs: int, seed: int = 0, truths: Sequence[Truth] = TRUTHS) -> Tally:
    """`runs` runs over all truths in turn."""
    covered = judged = within = missed = refused = 0
    worst = 0.0
    for number in range(runs):
        run = one_run(truths[number % len(truths)], shape, seed + number)
        covered += sum(run.covered.values())
        judged += len(run.covered)
        largest = max(abs(drift) for drift in run.left.values())
        if run.refused:
            refused += 1
        else:
            within += largest < TARGET
            worst = max(worst, largest)
        missed += max(0, shape.outlier_days - run.named)
    return Tally(covered, judged, within, runs, worst, missed, refused)


def small(runs: int, seed: int = 0) -> tuple[int, int]:
    """(runs with fewer than 100 requests, recommendations in them)."""
    chance, updates = random.Random(seed), 0
    for number in range(runs):
        shape = Shape(chance.randint(1, 14), chance.randint(1, 99))
        traffic = traffic_of(simulate(TRUTHS[number % len(TRUTHS)], shape, chance))
        if traffic.requests() < 100:
            assumed = assumption(TRUTHS[0])
            fits = fit_prompt(assumed, traffic, price)
            assert all(fit.confidence == LOW for fit in fits)
            updates += len(updates_of(Prompt(assumed, traffic, price, fits, {}), "llm-cost.toml"))
    return runs, updates


def response(request: Request) -> str:
    """The request as OpenAI answers it."""
    usage = {
        "prompt_tokens": request.input, "completion_tokens": request.output,
        "total_tokens": request.input + request.output,
        "prompt_tokens_details": {"cached_tokens": request.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }  # fmt: skip
    body = {"id": "chatcmpl-0", "object": "chat.completion", "created": int(request.at.timestamp()),
            "model": "gpt-4o-2024-08-06", "usage": usage}  # fmt: skip
    return json.dumps({"prompt_id": "search", "response": body})


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--write", metavar="FILE")
    parser.add_argument("--requests", type=int, default=900)
    parser.add_argument("--days", type=int, default=9)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if args.write:
        with open(args.write, "w", encoding="utf-8") as file:
            for request in simulate(TRUTHS[0], Shape(args.days, args.requests), random.Random(args.seed)):
                file.write(response(request) + "\n")
        return 0
    print(f"{args.runs:,} runs each, seed {args.seed}")
    failed = False
    for name, shape in SITUATIONS.items():
        found = many(shape, args.runs, args.seed)
        coverage, after = 100 * found.covered / found.judged, 100 * found.within / max(1, found.runs - found.refused)
        good = 93 <= coverage <= 97 and after >= 95
        failed |= not good
        applied = found.runs - found.refused
        print(
            f"  {name:<45} intervals hold the truth in {coverage:.1f}% of {found.judged:,}; drift after updates below "
            f"15 in {after:.1f}% of {applied:,} (largest {found.worst:.1f}); "
            f"not named: {found.missed_days} outlier days{'' if good else '  <- not as it should be'}"
        )
    count, updates = small(args.runs, args.seed)
    print(f"  below 100 requests: {updates} recommendations in {count:,} runs")
    return int(failed or updates > 0)


if __name__ == "__main__":
    sys.exit(main())
