"""What calibration makes of many runs of simulated traffic, against its known truth.

    python -m tools.check_intervals --runs 1000                 docs/evidence/calibrate.txt
    python -m tools.check_intervals --runs 150 --drawn 30       a short one, which is a gate

How often intervals hold the truth, how far new traffic is from an estimate that has been updated, which days are named
that are no outliers, which outlier days are not named, and how far one moves what is recommended: in situations that
were chosen, and in those that a seed drew. Ends with 1 where one of them is not as `_faults` wants it.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from llmcost_hooks.calibration.advice import Update, updates_of
from llmcost_hooks.calibration.fits import (
    CACHE,
    INPUT,
    LOW,
    POINTS,
    RATIO,
    Fit,
    anomalies,
    fit_prompt,
    parameters_of,
)
from llmcost_hooks.calibration.overall import Prompt
from llmcost_hooks.calibration.profile import Assumed
from tools.simulate_traffic import TRUTHS, Request, Shape, Truth, assumption, price, simulate, traffic_of
from tools.traffic_situations import CHOSEN, DRAW, drawn, shown, with_other_outliers

LATER = 400  # requests of the traffic that comes after the updates
TARGET = 15.0  # drift that may be left after an update, in points or percent
MOVES = 5.0  # by which one outlier day may move a recommended value, in points or percent
ALARMS = 5.0  # percent of the files without an outlier day in which a day may be named


class Run(NamedTuple):
    covered: dict[str, bool]  # by parameter, whether the interval holds the truth; of those that have one
    updates: list[Update]
    left: dict[str, float]  # by parameter, the drift of new traffic after the updates
    refused: bool  # whether nothing could be recommended for one of them, because its confidence is low
    outliers: int  # outlier days
    missed: int  # of which no part is named
    alarm: bool  # whether a day is named that has no part of an outlier day
    moved: float | None  # how far the outlier day moves what is recommended; None: not one, or nothing is recommended


class Fitted(NamedTuple):
    fits: tuple[Fit, ...]
    updates: list[Update]
    named: set[date]


def one_run(truth: Truth, shape: Shape, seed: int) -> Run:
    assumed = assumption(truth)
    requests = list(simulate(truth, shape, random.Random(seed)))
    found = _fitted(assumed, requests)
    later = simulate(truth, shape._replace(outliers=(), requests=LATER), random.Random(seed + 10**6))
    left = fit_prompt(_applied(assumed, found.updates), traffic_of(later), price)
    outliers: dict[int, set[date]] = {}
    for each in requests:
        if each.outlier is not None:
            outliers.setdefault(each.outlier, set()).add(each.at.date())
    moved = None
    if len(outliers) == 1:
        without = simulate(truth, shape._replace(outliers=()), random.Random(seed))
        moved = _moved(found.updates, _fitted(assumed, without).fits)
    return Run(
        {fit.parameter: _holds(fit, truth) for fit in found.fits if fit.half is not None},
        found.updates,
        {fit.parameter: fit.drift() or 0.0 for fit in left},
        any(fit.confidence == LOW for fit in found.fits),
        len(outliers),
        sum(not days & found.named for days in outliers.values()),
        bool(found.named.difference(*outliers.values())),
        moved,
    )


def _fitted(assumed: Assumed, requests: Iterable[Request]) -> Fitted:
    traffic = traffic_of(requests)
    days = anomalies(traffic, parameters_of(assumed))
    fits = fit_prompt(assumed, traffic, price, days)
    return Fitted(fits, updates_of(Prompt(assumed, traffic, price, fits, days), "llm-cost.toml"), set(days))


def _holds(fit: Fit, truth: Truth) -> bool:
    assert fit.half is not None
    scale = 100.0 if fit.unit() == POINTS else 100 / fit.actual
    return abs(fit.actual - truth.of(fit.parameter)) * scale <= fit.half


def _moved(updates: Sequence[Update], without: Sequence[Fit]) -> float | None:
    """The largest difference of a recommended value from what is measured without the outlier day."""
    usual = {fit.parameter: fit.actual for fit in without}
    differences = [
        abs(update.fit.actual - usual[update.key]) * (100 if update.fit.unit() == POINTS else 100 / usual[update.key])
        for update in updates
    ]
    return max(differences, default=None)


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


class Tally(NamedTuple):
    """What many runs say together."""

    runs: int
    covered: int
    judged: int
    applied: int  # runs in which everything could be recommended
    within: int  # of which the drift of new traffic is below TARGET
    worst: float
    quiet: int  # runs without an outlier day
    alarms: int  # of which a day is named
    odd: int  # runs with outlier days
    odd_alarms: int  # of which another day is named
    outliers: int  # days
    missed: int
    moved: tuple[float, ...]  # by one outlier day; in order of size

    def coverage(self) -> float:
        return 100 * self.covered / self.judged

    def after(self) -> float:
        return 100 * self.within / max(1, self.applied)

    def alarmed(self) -> float:
        return 100 * self.alarms / max(1, self.quiet)

    def moved_far(self) -> int:
        return sum(each > MOVES for each in self.moved)


def tally(runs: Sequence[Run], parameter: str | None = None) -> Tally:
    """Of all runs; coverage of one parameter, or of all."""
    held = [holds for run in runs for name, holds in run.covered.items() if parameter in (None, name)]
    left = [max(abs(drift) for drift in run.left.values()) for run in runs if not run.refused]
    quiet, odd = [run for run in runs if not run.outliers], [run for run in runs if run.outliers]
    return Tally(
        len(runs), sum(held), len(held), len(left), sum(drift < TARGET for drift in left), max(left, default=0.0),
        len(quiet), sum(run.alarm for run in quiet), len(odd), sum(run.alarm for run in odd),
        sum(run.outliers for run in runs), sum(run.missed for run in runs),
        tuple(sorted(run.moved for run in runs if run.moved is not None)),
    )  # fmt: skip


def many(shape: Shape, runs: int, seed: int = 0, truths: Sequence[Truth] = TRUTHS) -> Tally:
    """`runs` runs over all truths in turn."""
    return tally([one_run(truths[number % len(truths)], shape, seed + number) for number in range(runs)])


def over_drawn(count: int, runs: int, draw: int = DRAW) -> list[tuple[Truth, Shape, list[Run]]]:
    """`runs` runs of each of `count` drawn situations, each with outlier days of other kinds."""
    chance = random.Random(f"runs of {draw}")
    return [
        (
            truth,
            shape,
            [one_run(truth, with_other_outliers(shape, chance), chance.getrandbits(32)) for _ in range(runs)],
        )
        for truth, shape in drawn(count, draw)
    ]


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


# --- what is printed ----------------------------------------------------------------------------------------------


def _faults(found: Tally, runs: int) -> Iterator[str]:
    """What is not as it should be; three standard errors are allowed where fewer runs than 1,000 say it."""

    def slack(percent: float, count: int) -> float:
        return 0.0 if runs >= 1000 else 3 * math.sqrt(percent * (100 - percent) / max(1, count))

    beside = slack(95, found.judged)
    if not 93 - beside <= found.coverage() <= 97 + beside:
        yield "coverage"
    if found.after() < 95 - slack(95, found.applied):
        yield "drift"
    if found.alarmed() > ALARMS + slack(ALARMS, found.quiet):
        yield "days named"
    if 100 * found.moved_far() > (5 + slack(5, len(found.moved))) * len(found.moved):
        yield "moved"


def _print(name: str, found: Tally, runs: int) -> bool:
    print(f"  {name}: intervals hold the truth in {found.coverage():.1f}% of {found.judged:,}")
    print(
        f"    drift after updates below {TARGET:.0f} in {found.after():.1f}% of {found.applied:,} "
        f"(largest {found.worst:.1f})"
    )
    if found.quiet:
        print(f"    a day is named in {found.alarmed():.1f}% of {found.quiet:,} files without an outlier day")
    if found.odd:
        print(
            f"    outlier days not named: {found.missed:,} of {found.outliers:,}; another day is named in "
            f"{100 * found.odd_alarms / found.odd:.1f}% of {found.odd:,} files with one"
        )
    if found.moved:
        print(
            f"    one outlier day moves a recommended value by more than {MOVES:.0f} in "
            f"{100 * found.moved_far() / len(found.moved):.1f}% of {len(found.moved):,} (largest {found.moved[-1]:.1f})"
        )
    faults = list(_faults(found, runs))
    if faults:
        print(f"    <- not as it should be: {', '.join(faults)}")
    return not faults


def _print_drawn(count: int, each: int, runs: int, draw: int) -> bool:
    print(f"\n{count} drawn situations, {each} runs each (seed of the draw {draw})")
    found = over_drawn(count, each, draw)
    every = [run for _, _, of in found for run in of]
    good = _print("all", tally(every), runs)
    for parameter in (CACHE, RATIO, INPUT):
        of = tally(every, parameter)
        print(f"  {parameter}: intervals hold the truth in {of.coverage():.1f}% of {of.judged:,}")
        good &= "coverage" not in _faults(of, runs)
    good &= _print("days begin at midnight", _of_kind(found, True), runs)
    good &= _print("days begin at another hour", _of_kind(found, False), runs)
    single = sorted((tally(of).coverage(), shown(truth, shape)) for truth, shape, of in found)
    print(f"  of one situation: {single[0][0]:.1f}% to {single[-1][0]:.1f}%, median {single[len(single) // 2][0]:.1f}%")
    for coverage, situation in single[:3]:
        print(f"    {coverage:.1f}%: {situation}")
    return good


def _of_kind(found: Sequence[tuple[Truth, Shape, list[Run]]], midnight: bool) -> Tally:
    return tally([run for _, shape, of in found if (shape.begins_at == 0) == midnight for run in of])


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
    good = True
    for name, shape in CHOSEN.items():
        found = many(shape, args.runs, args.seed)
        good &= _print(name, found, args.runs) and 100 * found.missed <= found.outliers  # a load test cannot be missed
    good &= _print_drawn(args.drawn, max(1, args.runs // 20), args.runs, args.draw)
    count, updates = small(args.runs, args.seed)
    print(f"  below 100 requests: {updates} recommendations in {count:,} runs")
    return int(not good or updates > 0)


if __name__ == "__main__":
    sys.exit(main())
