"""The pre-commit hook in a repository of 200,000 files with 500 prompts, as ratios to bare `python3 -c pass`.

    python benchmarks/large.py [--files 200000] [--prompts 500] [--rounds 15]

Runs the console script that is installed beside this Python. `git diff-index` is what git itself takes to say what is
staged: it reads the whole index, and nobody who asks git can do without it. Ends with 1 where a budget does not hold.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from benchmarks import repositories  # noqa: E402  (needs the path above)
from benchmarks.measure import Job, console, once, time_all, work  # noqa: E402

PROMPT, CODE = "prompts/p000.prompt.md", "src/m0000/f000000.py"
STAGED = ("git", "diff-index", "--cached", "--raw", "-r", "-z", "--no-renames", "HEAD", "--")


def make_jobs(folder: Path, files: int, prompts: int) -> dict[str, tuple[Job, float]]:
    """Each job with its budget; 0 for none. Two working trees of one repository differ in what is staged."""
    code, prompt = folder / "code", folder / "prompt"
    repositories.many_of_both(code, files, prompts)
    subprocess.run(["git", "-C", str(code), "worktree", "add", "-q", "--no-checkout", str(prompt)], check=True)
    subprocess.run(["git", "-C", str(prompt), "read-tree", "HEAD"], check=True)
    repositories.stage(code, CODE, b"x = 1\n")
    repositories.stage(prompt, PROMPT, b"Changed. " * 200)
    hook, memo = (console("llm-cost-pre-commit"),), folder / "memo"
    once(Job("memo", (console("llm-cost"), "estimate", "--rev", "HEAD"), code, memo))
    return {
        job.name: (job, budget)
        for job, budget in (
            (Job("python3 -c pass", (sys.executable, "-c", "pass"), code, folder / "0"), 0),
            (Job("git diff-index", STAGED, code, folder / "1"), 0),
            (Job("hook, none of it ours", hook, code, folder / "2"), 8),
            (Job("hook, one prompt changed", hook, prompt, folder / "3", memo), 20),
            (Job("the same, memo cold", hook, prompt, folder / "4"), 0),
        )
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--prompts", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        jobs = make_jobs(Path(folder), options.files, options.prompts)
        taken = time_all([job for job, _ in jobs.values()], options.rounds)
        did = {name: work(job, Path(folder)) for name, (job, _) in jobs.items() if name.startswith("hook")}
    bare, own = taken["python3 -c pass"], taken["git diff-index"]
    print(f"{options.files:,} files, {options.prompts} of them prompts of 2 KB, which a manifest discovers")
    print(f"python3 -c pass: {bare.clock * 1000:.1f} ms (cpu {bare.cpu * 1000:.1f}), the unit\n")
    print(f"{'job':<26} {'budget':>7} {'ratio':>7} {'cpu':>7}   git spawns  blobs read  texts counted")
    wrong = []
    for name, (_, budget) in jobs.items():
        ratio = taken[name].clock / bare.clock
        counts = f"{did[name].spawns:>13} {did[name].blobs:>11} {did[name].texts:>14}" if name in did else ""
        limit = f"<= {budget:g}x" if budget else ""
        print(f"{name:<26} {limit:>7} {ratio:>6.1f}x {taken[name].cpu / bare.cpu:>6.1f}x{counts}".rstrip())
        wrong += [f"OVER: {name}: {ratio:.1f}x is over {budget:g}x"] if budget and ratio > budget else []
    share = own.clock / taken["hook, none of it ours"].clock
    print(f"\nOf a commit with none of it ours, git's own look at the index is {share:.0%}.")
    print("\n".join(wrong or ["all within budget"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
