"""How long work takes, in seconds of a quiet machine: what a limit on time is held against.

A limit in plain seconds fails on a machine that is slow or busy that day, and one that is wide enough for any machine
shows nothing. So the same loop is timed beside the work, and what it takes here is set against what it takes where the
limits were chosen. Lines that are being traced for coverage take several times as long.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

LOOP_SECONDS = 0.011  # of the loop below, on the machine where the limits of the tests were chosen
TRACED = 4.0  # how much longer a line takes with coverage, measured over the readers of prompts


def quiet_seconds(work: Callable[[], object], times: int = 2) -> float:
    """Processor seconds of the quickest of several runs, divided by how slow this machine is at the moment."""
    return min(_once(work) for _ in range(times))


def is_within(seconds: float, work: Callable[[], object], times: int = 3) -> bool:
    """Whether one of a few runs takes less than so many seconds of a quiet machine; the first that does is the last.

    One run alone may have another's garbage to collect.
    """
    return any(_once(work) < seconds for _ in range(times))


def _once(work: Callable[[], object]) -> float:
    before = _loop()
    start = time.process_time()
    work()
    taken = time.process_time() - start
    slowness = max(1.0, max(before, _loop()) / LOOP_SECONDS)
    return taken / slowness / (TRACED if sys.gettrace() else 1.0)


def _loop() -> float:
    start = time.process_time()
    total = 0
    for number in range(200_000):
        total += number & 7
    return time.process_time() - start
