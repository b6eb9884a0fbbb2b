"""What calibration makes of many runs of simulated traffic, against its known truth.

    python -m tools.check_intervals --runs 1000                 docs/evidence/calibrate.txt
    python -m tools.check_intervals --runs 60 --drawn 20        a short one, which is a gate

How often intervals hold the truth, and how far new traffic is from an estimate that has been updated: in situations
that were chosen, and in those that a seed drew. Ends with 1 where intervals hold the truth in fewer than 93% or more
than 97%, or where the drift after updates is below 15 in fewer than 95%.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Sequence
from typing import NamedTuple

from llmcost_hooks.calibration.advice import Update, updates_of
from llmcost_hooks.calibration.fits import CACHE, INPUT, LOW, RATIO, Fit, Price, anomalies, fit_prompt, parameters_of
from llmcost_hooks.calibration.overall import Prompt
from llmcost_hooks.calibration.profile import Assumed
from tools.simulate_traffic import TRUTHS, Shape, Truth, assumption, price, simulate, traffic_of

LATER = 400  # requests of the traffic that comes after the updates
TARGET = 15.0  # drift that may be left after an update, in points or percent


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
    now = price(means[INPUT], means[INPUT] * means[CACHE], 0, means[INPUT] * means[RATIO])
    said = price(after.input_tokens, after.cached_tokens, 0, after.output_tokens or 0)
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

SITUATIONS = {
    "9 days, 600 requests": Shape(9, 600),
    "9 days, 600 requests, one outlier day": Shape(9, 600, outlier_days=1),
    "14 days, 1,000 requests": Shape(14, 1000),
    "14 days, 1,000 requests, one outlier day": Shape(14, 1000, outlier_days=1),
    "14 days, 1,000 requests, days alike": Shape(14, 1000, between_days=0.0),
    "8 days, 600 requests, days differ by 10%": Shape(8, 600, between_days=0.10),
}


DRAW = 20261127  # seed of the situations below, fixed before anybody saw what they give


def drawn(count: int, draw: int = DRAW) -> list[tuple[Truth, Shape]]:
    """Situations that nobody chose: truth, length, size and unrest of the traffic from a seeded distribution."""
    chance = random.Random(draw)

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


class Coverage(NamedTuple):
    """Over all drawn situations."""

    by_parameter: dict[str, tuple[int, int]]  # intervals that hold the truth, of how many
    by_situation: list[tuple[float, Truth, Shape]]  # percent
    within: int
    applied: int
    named: int  # anomalous days
    outliers: int  # that there were


def over_drawn(count: int, runs: int, draw: int = DRAW) -> Coverage:
    """`runs` runs of each of `count` drawn situations."""
    held: dict[str, list[bool]] = {}
    each_one = []
    within = applied = named = outliers = 0
    for number, (truth, shape) in enumerate(drawn(count, draw)):
        of_this: list[bool] = []
        for again in range(runs):
            run = one_run(truth, shape, 1_000 * number + again)
            of_this += run.covered.values()
            for parameter, holds in run.covered.items():
                held.setdefault(parameter, []).append(holds)
            if not run.refused:
                applied += 1
                within += max(abs(drift) for drift in run.left.values()) < TARGET
            named += run.named
            outliers += shape.outlier_days
        each_one.append((100 * sum(of_this) / len(of_this), truth, shape))
    by_parameter = {parameter: (sum(found), len(found)) for parameter, found in held.items()}
    return Coverage(by_parameter, sorted(each_one), within, applied, named, outliers)


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


def _is_covered(percent: float, judged: int, runs: int) -> bool:
    """From 93 to 97; three standard errors more to both sides where fewer runs than 1,000 say it."""
    return 93 - _slack(judged, runs) <= percent <= 97 + _slack(judged, runs)


def _slack(count: int, runs: int) -> float:
    return 0.0 if runs >= 1000 else 300 * math.sqrt(0.95 * 0.05 / max(1, count))


def _shown(truth: Truth, shape: Shape) -> str:
    days, requests, between, asked, answered, outliers = shape
    return (
        f"cache {truth.cache_hit_ratio:.2f}, output {truth.output_ratio:.2f}, input {truth.avg_input_tokens:,.0f}; "
        f"{days} days that differ by {between:.0%}, {requests:,} requests, spreads {asked:.1f} and {answered:.1f}, "
        f"{outliers} outlier days"
    )


def _print_drawn(count: int, each: int, runs: int, draw: int) -> bool:
    found = over_drawn(count, each, draw)
    print(f"\n{count} drawn situations, {each} runs each (seed of the draw {draw})")
    good = True
    for parameter, (held, judged) in found.by_parameter.items():
        coverage = 100 * held / judged
        covered = _is_covered(coverage, judged, runs)
        good &= covered
        mark = "" if covered else "  <- not as it should be"
        print(f"  {parameter:<18} intervals hold the truth in {coverage:.1f}% of {judged:,}{mark}")
    coverages = [coverage for coverage, _, _ in found.by_situation]
    print(
        f"  of one situation: {coverages[0]:.1f}% to {coverages[-1]:.1f}%, median {coverages[len(coverages) // 2]:.1f}%"
    )
    for coverage, truth, shape in found.by_situation[:3]:
        print(f"    {coverage:.1f}%: {_shown(truth, shape)}")
    after = 100 * found.within / found.applied
    print(f"  drift after updates below 15 in {after:.1f}% of {found.applied:,}")
    print(f"  anomalous days named: {found.named:,}, outlier days that there were: {found.outliers:,}")
    return good and after >= 95 - _slack(found.applied, runs)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument(
        "--drawn", type=int, default=60, help="situations that nobody chose; each has a twentieth of the runs"
    )
    parser.add_argument("--draw", type=int, default=DRAW, help="seed of the situations that are drawn")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print(f"{args.runs:,} runs each, seed {args.seed}")
    failed = False
    for name, shape in SITUATIONS.items():
        found = many(shape, args.runs, args.seed)
        coverage, after = 100 * found.covered / found.judged, 100 * found.within / max(1, found.runs - found.refused)
        applied = found.runs - found.refused
        good = _is_covered(coverage, found.judged, args.runs) and after >= 95 - _slack(applied, args.runs)
        failed |= not good
        print(
            f"  {name:<45} intervals hold the truth in {coverage:.1f}% of {found.judged:,}; drift after updates below "
            f"15 in {after:.1f}% of {applied:,} (largest {found.worst:.1f}); "
            f"not named: {found.missed_days} outlier days{'' if good else '  <- not as it should be'}"
        )
    failed |= not _print_drawn(args.drawn, max(1, args.runs // 20), args.runs, args.draw)
    count, updates = small(args.runs, args.seed)
    print(f"  below 100 requests: {updates} recommendations in {count:,} runs")
    return int(failed or updates > 0)


if __name__ == "__main__":
    sys.exit(main())
