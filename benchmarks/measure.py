"""Cold processes: how long they take, and how much work they do."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
HERE = Path(__file__).resolve().parent


class Job(NamedTuple):
    """A command as a user runs it."""

    name: str
    command: tuple[str, ...]
    folder: Path
    cache: Path  # the user's cache directory, which holds the memo
    memo: Path | None = None  # what `cache` holds before each run; None: nothing


class Work(NamedTuple):
    """What does not vary from run to run."""

    spawns: int  # of git
    modules: frozenset[str]  # imported
    blobs: int  # read
    texts: int  # counted


def console(name: str) -> str:
    """A console script beside this Python. Ends the program where the package is not installed."""
    if not (BIN / name).exists():
        raise SystemExit(f"{name} is not installed beside {sys.executable}: pip install . first")
    return str(BIN / name)


def environment(job: Job, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "LLMCOST", "PRE_COMMIT", "PYTHON"))}
    return {**kept, "XDG_CACHE_HOME": str(job.cache), "NO_COLOR": "1", **more}


def prepare(job: Job) -> None:
    """Bring the cache directory into the state that the job begins with."""
    shutil.rmtree(job.cache, ignore_errors=True)
    if job.memo is not None:
        shutil.copytree(job.memo, job.cache)


def once(job: Job, command: Sequence[str] = (), **more: str) -> tuple[float, subprocess.CompletedProcess[bytes]]:
    """Seconds of one run, and what it left. Ends the program where it fails: a failure is no measurement."""
    prepare(job)
    env = environment(job, **more)
    begin = time.perf_counter()
    done = subprocess.run(command or job.command, cwd=job.folder, env=env, capture_output=True, check=False)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{job.name}: exit code {done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}")
    return seconds, done


class Taken(NamedTuple):
    """Median seconds of many runs: of the clock, which is judged, and of the processors, which others disturb less."""

    clock: float
    cpu: float


def time_all(jobs: Sequence[Job], rounds: int, **more: str) -> dict[str, Taken]:
    """Seconds of each job, by name. Interleaved, so that a busy machine is busy for all; one round to warm up."""
    taken: dict[str, list[Taken]] = {job.name: [] for job in jobs}
    for number in range(rounds + 1):
        for job in jobs:
            before = _cpu()
            seconds, _ = once(job, **more)
            if number:
                taken[job.name].append(Taken(seconds, _cpu() - before))
    return {name: Taken(*map(statistics.median, zip(*each, strict=True))) for name, each in taken.items()}


def _cpu() -> float:
    """Seconds that all processes started here, and those that they started, have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def work(job: Job, scratch: Path) -> Work:
    """Counts of work of one job, each from a run of its own: looking must not change what is looked at."""
    traces = scratch / "trace2"
    shutil.rmtree(traces, ignore_errors=True)
    traces.mkdir()
    once(job, GIT_TRACE2_EVENT=str(traces))
    spawns = sum(file.read_bytes().count(b'"event":"start"') for file in traces.iterdir())
    _, timed = once(job, (sys.executable, "-X", "importtime", *job.command))
    modules = frozenset(re.findall(r"^import time:[^|]+\|[^|]+\| +(\S+)$", timed.stderr.decode(), re.M))
    result = scratch / "counts.json"
    name = Path(job.command[0]).name
    short = "pre-commit" if name == "llm-cost-pre-commit" else name
    once(job, (sys.executable, str(HERE / "counted.py"), str(result), short, *job.command[1:]))
    counts = json.loads(result.read_text())
    return Work(spawns, modules, counts["blobs"], counts["texts"])
