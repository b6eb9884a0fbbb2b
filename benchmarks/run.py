"""The speed budget, measured: whole cold processes, as ratios to bare `python3 -c pass` in the same run.

    python benchmarks/run.py --ranks DIR [--rounds 15]    DIR holds o200k_base.tiktoken, for the naive stack
    python benchmarks/run.py --quick                      small repositories, counts of work only, as CI does

Runs the console scripts that are installed beside this Python. The naive stack (benchmarks/naive.py) does the same jobs
with pygit2, click, tabulate and tiktoken. Ends with 1 where a budget or an expected count of work does not hold.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from benchmarks import repositories  # noqa: E402  (needs the path above)
from benchmarks.measure import Job, Taken, Work, console, once, time_all, work  # noqa: E402

NAIVE = str(ROOT / "benchmarks" / "naive.py")
CACHE_NAME = "fb374d419588a4632f3f557e76b4b70aebbca790"  # what tiktoken calls o200k_base.tiktoken in its cache
GLOB = "prompts/*.md"
DIFF = ("diff", "base", "main")
HEAVY = {"pygit2", "tiktoken", "click", "tabulate", "sqlite3", "dataclasses", "inspect", "importlib.metadata", "yaml"}


class Size(NamedTuple):
    files: int
    listed: int
    prompts: int
    changed: int


FULL, QUICK = Size(10_000, 50, 10_000, 20), Size(300, 50, 400, 20)


class Jobs(NamedTuple):
    bare: Job
    none_of_ours: Job
    hook_warm: Job
    hook_cold: Job
    diff_warm: Job
    diff_cold: Job


def make_jobs(folder: Path, size: Size) -> Jobs:
    """The repositories, and the jobs in them."""
    a, b, c = folder / "files", folder / "listed", folder / "prompts"
    repositories.many_files(a, size.files)
    repositories.listed_prompts(b, size.listed)
    repositories.many_prompts(c, size.prompts, size.changed)
    hook, llm_cost = console("llm-cost-pre-commit"), console("llm-cost")
    jobs = Jobs(
        Job("python3 -c pass", (sys.executable, "-c", "pass"), a, folder / "0"),
        Job("hook, none of it ours", (hook,), a, folder / "1"),
        Job("hook, memo warm", (hook,), b, folder / "2", folder / "memo-b"),
        Job("hook, memo cold", (hook,), b, folder / "3"),
        Job("diff, memo warm", (llm_cost, *DIFF), c, folder / "4", folder / "memo-c"),
        Job("diff, memo cold", (llm_cost, *DIFF), c, folder / "5"),
    )
    # Warm is what the commit before left: the staged change is not in the memo yet.
    for job, command in ((jobs.hook_warm, ("estimate", "--rev", "HEAD")), (jobs.diff_warm, DIFF)):
        assert job.memo is not None
        once(job._replace(cache=job.memo, memo=None), (llm_cost, *command))
    return jobs


# --- counts of work ----------------------------------------------------------------------------------------------


def check_work(jobs: Jobs, size: Size, scratch: Path) -> tuple[list[str], list[str]]:
    """Lines of a table, and what is more work than expected."""
    both = size.prompts + size.changed
    # job, git spawns at most, heavy modules it may import, blobs read, texts counted
    expected = (
        (jobs.none_of_ours, 3, set[str](), 0, 0),
        (jobs.hook_warm, 5, {"pygit2", "sqlite3", "dataclasses", "inspect"}, 1, 1),
        (jobs.hook_cold, 5, {"pygit2", "sqlite3", "dataclasses", "inspect"}, size.listed + 1, size.listed + 1),
        (jobs.diff_warm, 7, HEAVY - {"tiktoken", "yaml"}, 0, 0),
        (jobs.diff_cold, 7, HEAVY - {"yaml"}, both, both),
    )
    lines, wrong = [], []
    for job, spawns, allowed, blobs, texts in expected:
        did = work(job, scratch)
        heavy = did.modules & HEAVY
        lines.append(_work_line(job.name, did))
        if did.spawns > spawns or heavy - allowed or (did.blobs, did.texts) != (blobs, texts):
            limits = f"at most {spawns} spawns, {blobs} blobs, {texts} texts"
            wrong.append(f"{job.name}: expected {limits}; imports {sorted(heavy - allowed) or 'nothing'} too much")
    return lines, wrong


def _work_line(name: str, did: Work) -> str:
    heavy = ", ".join(sorted(did.modules & HEAVY)) or "none"
    counts = f"{did.spawns:>10} {len(did.modules):>8,} {did.blobs:>11,} {did.texts:>14,}"
    return f"{name:<24} {counts}   {heavy}"


# --- time --------------------------------------------------------------------------------------------------------


def naive_jobs(jobs: Jobs) -> dict[str, Job]:
    """The same jobs of the naive stack, by the names of ours; it has no memo, so warm and cold are one."""
    python = (sys.executable, NAIVE)
    named = {
        jobs.none_of_ours: (*python, "hook", GLOB),
        jobs.hook_warm: (*python, "hook", GLOB),
        jobs.diff_warm: (*python, "diff", "base", "main", GLOB),
    }
    return {job.name: job._replace(name=f"naive {job.name}", command=cmd) for job, cmd in named.items()}


def measure(jobs: Jobs, rounds: int, ranks: Path | None, folder: Path) -> tuple[list[str], list[str]]:
    """Lines of the table, and the budgets that do not hold."""
    more = {"TIKTOKEN_CACHE_DIR": _tiktoken_cache(ranks, folder)} if ranks else {}
    naive = naive_jobs(jobs) if ranks else {}
    slow = naive.pop(jobs.diff_warm.name, None)  # takes seconds: fewer rounds
    quick = (jobs.bare, jobs.none_of_ours, jobs.hook_warm, jobs.hook_cold, jobs.diff_warm)
    taken = time_all([*quick, *naive.values()], rounds, **more)
    bare = taken[jobs.bare.name]
    rows: list[tuple[str, float, Job, Job, Taken]] = [
        (f"1  {jobs.none_of_ours.name}", 5, jobs.none_of_ours, jobs.none_of_ours, bare),
        (f"2  {jobs.hook_warm.name}", 12, jobs.hook_warm, jobs.hook_warm, bare),
        (f"2  {jobs.hook_cold.name}", 20, jobs.hook_cold, jobs.hook_warm, bare),
        (f"3  {jobs.diff_warm.name}", 35, jobs.diff_warm, jobs.diff_warm, bare),
    ]
    lines = [f"python3 -c pass: {bare.clock * 1000:.1f} ms (cpu {bare.cpu * 1000:.1f}), the unit of rows 1 to 3", ""]
    lines.append(f"{'job':<28} {'budget':>8} {'llm-cost':>9} {'cpu':>8} {'naive':>8}")
    if slow:
        floor = slow._replace(name="floor", command=(*slow.command[:2], "floor", *slow.command[3:]))
        taken |= time_all([jobs.diff_cold, floor, slow], max(3, rounds // 4), **more)
        rows.append((f"4  {jobs.diff_cold.name}", 1.5, jobs.diff_cold, jobs.diff_warm, taken["floor"]))
    wrong = []
    for name, budget, job, naive_job, unit in rows:
        other = taken.get(f"naive {naive_job.name}")
        lines.append(_row(name, budget, taken[job.name], unit, other))
        ratio = taken[job.name].clock / unit.clock
        wrong += [f"{name}: {ratio:.2f}x is over {budget:g}x"] if ratio > budget else []
    return [*lines, "   (4: to reading and counting each distinct blob once, in one process)"], wrong


def _row(name: str, budget: float, ours: Taken, unit: Taken, other: Taken | None) -> str:
    digits = 2 if budget < 2 else 1
    ratios = (ours.clock / unit.clock, ours.cpu / unit.cpu, other.clock / unit.clock if other else None)
    words = [f"{ratio:.{digits}f}x" if ratio else "-" for ratio in ratios]
    return f"{name:<28} {f'<= {budget:g}x':>8} {words[0]:>9} {words[1]:>8} {words[2]:>8}"


def _tiktoken_cache(ranks: Path, folder: Path) -> str:
    """A cache directory for tiktoken with the rank file in it; tiktoken checks its hash itself."""
    cache = folder / "tiktoken"
    cache.mkdir()
    shutil.copy(ranks / "o200k_base.tiktoken", cache / CACHE_NAME)
    return str(cache)


def about(size: Size) -> list[str]:
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in ("pygit2", "tiktoken", "click", "tabulate"))
    return [
        f"Python {platform.python_version()}, {git}, {packages}, {platform.system()} {platform.machine()}",
        f"1: {size.files:,} source files, one of them staged; 2: {size.listed} prompts of 4 KB, one of them changed;",
        f"3, 4: {size.prompts:,} prompts of 0.25 to 3.6 KB, {size.changed} changed between two commits",
        "",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranks", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jobs = make_jobs(folder, size)
        print("\n".join(about(size)), flush=True)
        lines, wrong = ([], []) if options.quick else measure(jobs, options.rounds, options.ranks, folder)
        counted, more = check_work(jobs, size, folder)
    head = f"{'counts of work':<24} git spawns  modules  blobs read  texts counted   heavy modules among them"
    print("\n".join([*lines, *([""] if lines else []), head, *counted]))
    print("\n".join([f"OVER: {line}" for line in (*wrong, *more)] or ["all within budget"]))
    return 1 if wrong or more else 0


if __name__ == "__main__":
    raise SystemExit(main())
