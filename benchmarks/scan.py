"""What it costs to read every prompt of a real repository's head in its format, against counting its raw text.

    python benchmarks/scan.py --histories DIR --ranks DIR [--rounds 7]

Cold processes, in turns: `llm-cost estimate --rev HEAD --no-cache`, and a program that reads the same blobs with pygit2
and counts each as it stands with tiktoken. Prints the medians and their ratio for the history whose head holds the
most; ends with 1 where it is above 1.5.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST = 1.5
CACHE_NAME = "fb374d419588a4632f3f557e76b4b70aebbca790"  # what tiktoken calls o200k_base.tiktoken in its cache
PLAIN = """
import sys, pygit2, tiktoken
repo, encoding = pygit2.Repository(sys.argv[1]), tiktoken.get_encoding("o200k_base")
print(sum(len(encoding.encode(repo[oid].data.decode(), disallowed_special=())) for oid in sys.stdin.read().split()))
"""


def seconds(command: list[str], env: dict[str, str], stdin: str = "") -> tuple[float, bytes]:
    start = time.perf_counter()
    done = subprocess.run(command, env=env, input=stdin.encode(), capture_output=True, check=False)
    return time.perf_counter() - start, done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", required=True, type=Path)
    parser.add_argument("--ranks", required=True, type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(options.ranks / "o200k_base.tiktoken", f"{scratch}/{CACHE_NAME}")
        env = {**os.environ, "TIKTOKEN_CACHE_DIR": scratch, "PYTHONPATH": str(ROOT), "HOME": scratch}
        largest: tuple[int, str, list[str]] = (0, "", [])
        for bundle in sorted(options.histories.glob("*.bundle")):
            git_dir = f"{scratch}/{bundle.stem}.git"
            subprocess.run(["git", "clone", "-q", "--mirror", str(bundle), git_dir], check=True)
            estimate = [sys.executable, "-m", "llmcost_hooks", "--git-dir", git_dir, "estimate", "--rev", "HEAD"]
            estimate += ["--model", "gpt-4o", "--no-cache", "--format", "json"]
            found = json.loads(seconds(estimate, env)[1])["prompts"]
            hashes = sorted({row["content_hash"] for row in found if row["content_hash"]})
            tokens = sum(row["input_tokens"] or 0 for row in found)
            if tokens > largest[0]:
                largest = tokens, git_dir, hashes
        tokens, git_dir, hashes = largest
        ours = [sys.executable, "-m", "llmcost_hooks", "--git-dir", git_dir, "estimate", "--rev", "HEAD", "--no-cache"]
        plain = [sys.executable, "-c", PLAIN, git_dir]
        taken = [(seconds([*ours, "--model", "gpt-4o"], env)[0], seconds(plain, env, "\n".join(hashes))[0])
                 for _ in range(options.rounds)]  # fmt: skip
    mine, theirs = (statistics.median(each) for each in zip(*taken, strict=True))
    print(f"{Path(git_dir).stem}: {len(hashes):,} prompts, {tokens:,} tokens")
    print(f"llm-cost {mine:.2f} s, raw text by tiktoken {theirs:.2f} s: ratio {mine / theirs:.2f} (at most {MOST})")
    return 0 if mine <= MOST * theirs else 1


if __name__ == "__main__":
    raise SystemExit(main())
