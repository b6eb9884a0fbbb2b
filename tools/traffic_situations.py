"""Situations of simulated traffic: some that were chosen, and as many as wanted that a seed draws."""

from __future__ import annotations

import math
import random

from tools.simulate_traffic import LOAD_TEST, Outlier, Shape, Truth

CHOSEN = {
    "9 days, 600 requests": Shape(9, 600),
    "9 days, 600 requests, one outlier day": Shape(9, 600, outliers=(LOAD_TEST,)),
    "14 days, 1,000 requests": Shape(14, 1000),
    "14 days, 1,000 requests, one outlier day": Shape(14, 1000, outliers=(LOAD_TEST,)),
    "14 days, 1,000 requests, days alike": Shape(14, 1000, between_days=0.0),
    "8 days, 600 requests, days differ by 10%": Shape(8, 600, between_days=0.10),
    "14 days from 07:00, 1,000 requests": Shape(14, 1000, begins_at=7),
}
DRAW = 271828  # seed of the drawn ones, fixed before anybody saw what they give


def drawn(count: int, draw: int = DRAW) -> list[tuple[Truth, Shape]]:
    """Truth, length, size and unrest of the traffic; in half of them days begin at another hour than midnight."""
    chance = random.Random(draw)
    found = []
    for _ in range(count):
        truth = Truth(chance.uniform(0.02, 0.75), _log_uniform(0.02, 1.0, chance), _log_uniform(200, 8000, chance))
        shape = Shape(
            days=chance.randint(8, 30),
            requests=round(_log_uniform(500, 8000, chance)),
            between_days=chance.uniform(0.0, 0.10),
            input_spread=chance.uniform(0.2, 0.9),
            output_spread=chance.uniform(0.3, 1.0),
            outliers=(LOAD_TEST,) * chance.choice((0, 0, 1, 2)),
            begins_at=chance.choice((0, chance.randint(1, 23))),
        )
        found.append((truth, shape))
    return found


def with_other_outliers(shape: Shape, chance: random.Random) -> Shape:
    """The same number of outlier days, of kinds that are drawn."""
    return shape._replace(outliers=tuple(_outlier(chance) for _ in shape.outliers))


def _outlier(chance: random.Random) -> Outlier:
    return Outlier(_log_uniform(0.3, 3, chance), chance.uniform(0, 1), _log_uniform(0.2, 10, chance))


def _log_uniform(least: float, most: float, chance: random.Random) -> float:
    return math.exp(chance.uniform(math.log(least), math.log(most)))


def shown(truth: Truth, shape: Shape) -> str:
    return (
        f"cache {truth.cache_hit_ratio:.2f}, output {truth.output_ratio:.2f}, input {truth.avg_input_tokens:,.0f}; "
        f"{shape.days} days from {shape.begins_at:02}:00 that differ by {shape.between_days:.0%}, "
        f"{shape.requests:,} requests, spreads {shape.input_spread:.1f} and {shape.output_spread:.1f}, "
        f"{len(shape.outliers)} outlier days"
    )
