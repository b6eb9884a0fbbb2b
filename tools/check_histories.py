"""Hold llm-cost against git and tiktoken over nine real prompt histories.

    python tools/check_histories.py --histories DIR --ranks DIR [--every N] [--pairs-only]

DIR of histories holds the bundles, README.md and dev_truth.json; DIR of ranks holds o200k_base.tiktoken.
For every revision pair: `diff --as text --format json` must name the same added, removed, modified and renamed files
as `git diff -M50% -l0`, and the same tokens of every file as tiktoken; a second run, without the memo and without
pygit2, must print the same bytes. For the revisions: `estimate --rev` must end with a code that it documents. Small
histories are read at every commit, those of more than 200 commits at every Nth (10). Ends with 1 on any difference.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import history_oracle as oracle  # noqa: E402  (needs the path above)

# The file set that dev_truth.json was made with: patterns of git's :(glob) pathspecs.
PATTERNS = (ROOT / "tools" / "history_globs.txt").read_text().split()
LARGE = 200  # commits
DOCUMENTED = (0, 2, 3, 4)
SIDES = ("base", "head")
Json = dict[str, Any]


class Ran(NamedTuple):
    code: int
    out: bytes
    err: str


class Found(NamedTuple):
    """What `llm-cost diff` said: the same members as `oracle.Expected`, and tokens by path of both sides."""

    new: frozenset[str]
    removed: frozenset[str]
    modified: frozenset[str]
    moved: frozenset[tuple[str, str, str]]
    base: dict[str, int | None]
    head: dict[str, int | None]


def llm_cost(git_dir: str, home: Path, *args: str, **env: str) -> Ran:
    """One cold process of the checkout's own llm-cost, in a clean environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "LLM"))}
    clean = {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PYTHONPATH": str(ROOT), **env}
    command = [sys.executable, "-m", "llmcost_hooks", "--git-dir", git_dir, *args]
    nothing = subprocess.DEVNULL
    done = subprocess.run(command, cwd=home, env=clean, capture_output=True, stdin=nothing, check=False)
    return Ran(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


# --- pairs -------------------------------------------------------------------------------------------------------


def read_diff(document: Json) -> Found:
    """The parts of a diff document that git and tiktoken can be asked about."""
    named: dict[str, set[str]] = {"new": set(), "removed": set(), "modified": set()}
    moved = set()
    base: dict[str, int | None] = {}
    head: dict[str, int | None] = {}
    for row in document["prompts"]:
        old, new, content = row["base_path"], row["path"], row["content"]
        if row["base"]:
            base[old] = row["base"]["input_tokens"]
        if row["head"]:
            head[new] = row["head"]["input_tokens"]
        if old and new and old != new:
            moved.add((old, new, content))
        elif content != "unchanged":
            named[content].add(new or old)
    new, removed, modified = (frozenset(paths) for paths in named.values())
    return Found(new, removed, modified, frozenset(moved), base, head)


def differences(found: Found, expected: oracle.Expected, base: Mapping[str, Any], head: Mapping[str, Any]) -> list[str]:
    """What is not equal, in words; nothing where all is well."""
    lines = []
    for name in ("new", "removed", "modified"):
        if extra := getattr(found, name) ^ getattr(expected, name):
            lines.append(f"{name}: {len(extra)} paths differ, e.g. {min(extra)}")
    # Files with equal content may pair in more than one way, so how each was moved is compared as a multiset.
    ours, gits = ((Counter(how for _, _, how in side), _ends(side)) for side in (found.moved, expected.moved))
    if ours != gits:
        lines.append(f"renames differ: {dict(ours[0])} and {dict(gits[0])}")
    for side, counted, reference in (("base", found.base, base), ("head", found.head, head)):
        if wrong := [path for path in {**counted, **reference} if counted.get(path, -1) != reference.get(path, -1)]:
            lines.append(f"{side}: tokens of {len(wrong)} files differ, e.g. {min(wrong)}")
    return lines


def _ends(moved: frozenset[tuple[str, str, str]]) -> tuple[set[str], set[str]]:
    return {old for old, _, _ in moved}, {new for _, new, _ in moved}


def truth_differences(found: Found, total: Json, changed: Counter[str], truth: Json) -> list[str]:
    """Against the figures that came with the histories, which another program made."""
    lines = []
    ours, theirs = (total["base_input_tokens"], total["head_input_tokens"]), tuple(truth[s]["tokens"] for s in SIDES)
    if ours != theirs and None not in ours:
        lines.append(f"totals {ours} are not those of dev_truth.json, {theirs}")
    if changed != Counter({letter: times for letter, times in truth["counts"].items() if times}):
        lines.append(f"git's changes {dict(changed)} are not those of dev_truth.json")
    for change in truth["changes"]:
        old, new = change.get("old") or change["path"], change.get("new") or change["path"]
        if (found.base.get(old), found.head.get(new)) != (change["tok_base"], change["tok_head"]):
            lines.append(f"tokens of {new} are not those of dev_truth.json")
    return lines


def check_pair(git_dir: str, home: Path, pair: Json, encoding: Any, known: dict[str, int | None]) -> tuple[str, bool]:
    """One line about a pair, and whether all is equal."""
    base, head = pair["base"], pair["head"]
    args = ["diff", base, head, "--as", "text", "--format", "json"]
    args += [word for pattern in PATTERNS for word in ("--include", pattern)]
    ran = llm_cost(git_dir, home, *args)
    again = llm_cost(git_dir, home, *args, "--no-cache", LLMCOST_GIT_BACKEND="git")
    name = f"{pair['id']} {base[:12]}..{head[:12]}"
    if ran.code not in (0, 3):
        return f"FAIL {name}: exit code {ran.code}: {ran.err.strip()[:300]}", False
    files = [oracle.listing(git_dir, revision, PATTERNS) for revision in (base, head)]
    oracle.count_blobs(git_dir, (oid for side in files for oid in side.values()), encoding, known)
    tokens = [oracle.tokens_by_path(side, known) for side in files]
    changed = oracle.changes(git_dir, base, head, PATTERNS)
    expected, letters = oracle.expect(changed), Counter(change.status for change in changed)
    document = json.loads(ran.out)
    found = read_diff(document)
    wrong = differences(found, expected, *tokens)
    wrong += truth_differences(found, document["total"], letters, pair["truth"])
    if (again.code, again.out) != (ran.code, ran.out):
        wrong.append("other bytes without memo and pygit2")
    if (ran.code == 3) != (None in tokens[1].values()):
        wrong.append(f"exit code {ran.code}")
    sums = [sum(count or 0 for count in side.values()) for side in tokens]
    return _line(name, expected, sums, wrong), not wrong


def _line(name: str, expected: oracle.Expected, sums: list[int], wrong: list[str]) -> str:
    edited = sum(how == "modified" for _, _, how in expected.moved)
    parts = f"A {len(expected.new)} M {len(expected.modified)} D {len(expected.removed)}"
    parts += f" R {len(expected.moved)} (edited {edited})"
    named = (("mode-only", expected.mode_only), ("type changes", expected.retyped), ("no regular file", expected.links))
    parts += "".join(f" {what} {times}" for what, times in named if times)
    return f"{'FAIL' if wrong else 'ok  '} {name}: {parts}; tokens {sums[0]:,} -> {sums[1]:,}" + "".join(
        f"\n     {line}" for line in wrong
    )


def listed_pairs(readme: str) -> set[tuple[str, str]]:
    """(base, head), 12 digits each, of the tables in the histories' README."""
    return set(re.findall(r"^\| [^|]+ \| `([0-9a-f]{12})` \| `([0-9a-f]{12})` \|", readme, re.M))


# --- every revision ----------------------------------------------------------------------------------------------


def sample(commits: list[str], every: int) -> list[str]:
    """All of a small history, every Nth commit of a large one, and its last."""
    return commits if len(commits) <= LARGE else list(dict.fromkeys([*commits[::every], commits[-1]]))


def reasons(document: Json) -> Iterator[str]:
    """Why prompts have no cost, without the numbers that tell them apart."""
    for row in document["prompts"]:
        if problem := row["problem"]:
            yield re.sub(r"(?<=[ (])\d[\d,]*", "N", problem["reason"])


def check_revisions(git_dir: str, home: Path, every: int) -> tuple[str, bool, Counter[str]]:
    """`estimate --rev` over one history: a line, whether all is well, and why prompts failed."""
    commits = oracle.git(git_dir, "rev-list", "--reverse", "HEAD").decode().split()
    chosen = sample(commits, every)
    why: Counter[str] = Counter()
    wrong: list[str] = []
    prompts = 0
    for commit in chosen:
        ran = llm_cost(git_dir, home, "estimate", "--rev", commit, "--format", "json")
        if ran.code not in DOCUMENTED or "Traceback" in ran.err or not ran.out:
            wrong.append(f"{commit[:12]}: exit code {ran.code}: {ran.err.strip()[:300]}")
            continue
        document = json.loads(ran.out)
        prompts += len(document["prompts"])
        why.update(reasons(document))
    name = os.path.basename(git_dir)
    line = f"{'FAIL' if wrong else 'ok  '} {name}: {len(chosen)} of {len(commits)} commits, {prompts:,} prompts"
    return "\n     ".join([line, *wrong]), not wrong, why


# --- both --------------------------------------------------------------------------------------------------------


def run(histories: Path, ranks: Path, every: int, pairs_only: bool, folder: Path) -> bool:
    repositories = oracle.clone(histories, folder)
    encoding = oracle.load_tiktoken(ranks, folder / "ranks")
    pairs = json.loads((histories / "dev_truth.json").read_text())
    same = {(pair["base"][:12], pair["head"][:12]) for pair in pairs}
    results = [same == listed_pairs((histories / "README.md").read_text())]
    made_with = f"{oracle.git('.', '--version').decode().strip()}, tiktoken {version('tiktoken')}"
    print(f"{made_with}: {len(pairs)} revision pairs; the README lists {'the same' if results[0] else 'OTHERS'}")
    known: dict[str, int | None] = {}
    for pair in pairs:
        line, well = check_pair(repositories[pair["gitdir"]], folder, pair, encoding, known)
        print(line, flush=True)
        results.append(well)
    print(f"{sum(results[1:])} of {len(pairs)} pairs equal; {len(known):,} distinct blobs counted\n", flush=True)
    why: Counter[str] = Counter()
    for git_dir in [] if pairs_only else repositories.values():
        line, well, failed = check_revisions(git_dir, folder, every)
        print(line, flush=True)
        results.append(well)
        why += failed
    for reason, times in why.most_common():
        print(f"  {times:>7,} x {reason}")
    print("all equal" if all(results) else "DIFFERENCES")
    return all(results)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=Path, required=True)
    parser.add_argument("--ranks", type=Path, required=True)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--pairs-only", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        well = run(
            options.histories.resolve(), options.ranks.resolve(), options.every, options.pairs_only, Path(folder)
        )
    return 0 if well else 1


if __name__ == "__main__":
    raise SystemExit(main())
