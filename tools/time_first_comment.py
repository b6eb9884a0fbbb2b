"""From a clone of a repository without llm-cost to the body of its first comment: how long, and after how many edits.

    python -m tools.time_first_comment BUNDLE [--product DIST]

BUNDLE is a git bundle of a real repository with prompts. What docs/pull-requests.md ("Ten minutes on GitHub") tells a
person to do is done, in a fresh folder and a fresh virtual environment: llm-cost is installed, with --product as the
built wheel of that folder and else as README.md says, from this checkout; llm-cost.toml is written by `llm-cost init`;
the workflow is copied from docs/ci and filled in; a branch changes a prompt; `llm-cost comment github --dry-run` prints
the comment. Ends with 1 unless that takes less than ten minutes and at most three edited files, and unless the command
that the comment names shows the same total to whoever types it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .sealed_home import seal

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "pull-requests.md"
MAX_SECONDS, MAX_EDITS = 600.0, 3
TOLD = (  # what the page says; where it says something else, this does something else than a reader does
    "pip install 'llmcost-hooks[comment]'",
    "llm-cost init",
    "[ci/github.yml](ci/github.yml) to `.github/workflows/llm-cost.yml`",
    "llm-cost comment github --dry-run --base main",
)
ADDED = "\n\nBefore you answer, list what you are not sure of, and say which of it would change the answer.\n"


class Waited:
    """Runs what a person types and waits for, and counts the seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def run(self, cwd: Path, *command: str) -> str:
        """stdout of the command. SystemExit where it fails."""
        start = time.monotonic()
        done = subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)
        took = time.monotonic() - start
        self.seconds += took
        words = ["python3" if word == sys.executable else word.replace(str(cwd.parent), "..") for word in command]
        print(f"{took:6.1f} s  {' '.join(re.sub('^/.*/', '', word) for word in words)}", flush=True)
        if done.returncode:
            raise SystemExit(f"ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout


def first_comment(bundle: Path, product: str, folder: Path) -> tuple[Waited, list[str], str]:
    """(what was waited for, the files that somebody had to edit or add, the comment)."""
    waited, clone, programs = Waited(), folder / "clone", folder / "venv" / "bin"
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    waited.run(folder, "git", "clone", "-q", str(bundle), "clone")
    before = waited.run(clone, "git", "rev-parse", "HEAD").strip()
    waited.run(folder, sys.executable, "-m", "venv", "venv")
    waited.run(folder, "pip", "install", "-q", product)
    waited.run(clone, "llm-cost", "init", "--yes")
    add_workflow(clone)
    waited.run(clone, "git", "add", "--all")
    waited.run(clone, "git", "commit", "-qm", "Show what changes cost")
    waited.run(clone, "git", "checkout", "-qb", "be-careful")
    with (clone / largest_prompt(waited, clone)).open("a", encoding="utf-8") as file:
        file.write(ADDED)
    waited.run(clone, "git", "commit", "-qam", "Ask for doubts")
    comment = waited.run(clone, "llm-cost", "comment", "github", "--dry-run", "--base", "main")
    edits = waited.run(clone, "git", "diff", "--name-only", before, "HEAD").split("\n")
    return waited, [each for each in edits if each], comment


def add_workflow(clone: Path) -> None:
    """The second edit: the file of docs/ci, with an owner for OWNER and a commit for the zeros."""
    text = (ROOT / "docs" / "ci" / "github.yml").read_text(encoding="utf-8")
    filled = text.replace("OWNER/", "example/").replace("0" * 40, "1" * 40)
    if filled == text:
        raise SystemExit("docs/ci/github.yml has nothing to fill in: the page says otherwise")
    file = clone / ".github" / "workflows" / "llm-cost.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(filled, encoding="utf-8")


def largest_prompt(waited: Waited, clone: Path) -> str:
    """The third edit is of this one: the path of the prompt with the most tokens."""
    found = json.loads(waited.run(clone, "llm-cost", "estimate", "--format", "json"))
    whole = [each for each in found["prompts"] if each["input_tokens"] and not each["problem"]]
    path: str = max(whole, key=lambda each: (each["input_tokens"], each["path"]))["path"]
    return path


def check(waited: Waited, edits: list[str], comment: str, clone: Path) -> list[str]:
    """What is not as it must be."""
    wrong = [f"docs/pull-requests.md no longer says: {each}" for each in TOLD if each not in PAGE.read_text("utf-8")]
    if waited.seconds >= MAX_SECONDS:
        wrong.append(f"{waited.seconds:.0f} s of waiting")
    if len(edits) > MAX_EDITS:
        wrong.append(f"{len(edits)} files to edit")
    if not re.match(r"<!-- llm-cost comment: default -->\n\n### (✅|⚠️) This change adds ", comment):
        wrong.append("the comment does not begin with what the change adds")
    total = re.search(r"(?m)^Total: .*$", comment)
    again = re.search(r"git fetch origin && (llm-cost diff [0-9a-f]{12} [0-9a-f]{12})`", comment)
    if total is None or again is None:
        return [*wrong, "the comment has no total, or does not say how to see the same"]
    if total[0] not in Waited().run(clone, *again[1].split()):
        wrong.append("the command that the comment names says another total")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--product", type=Path, help="folder of the built wheel; default: this checkout")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        seal(folder / "home")
        if given.product is not None:
            (product,) = given.product.resolve().glob("llmcost_hooks-*.whl")
        else:  # a copy, since a build leaves files behind
            left = shutil.ignore_patterns(".*", "build", "*.egg-info")
            product = shutil.copytree(ROOT, folder / "llm-cost", ignore=left)
        print(f"# {given.bundle.name}")
        waited, edits, comment = first_comment(given.bundle.resolve(), f"{product}[comment]", folder)
        wrong = check(waited, edits, comment, folder / "clone")
    print(f"\n{waited.seconds:.0f} s of waiting, {len(edits)} edits: {', '.join(edits)}\n")
    print("\n".join(comment.splitlines()[:12]))
    print("\n".join(["", *(f"FAIL {each}" for each in wrong)]) if wrong else "\nwithin ten minutes and three edits")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
