"""Read every prompt file of every revision of nine real histories, in the format that its name says.

    python -m tools.check_formats --histories DIR

DIR holds the bundles. Each distinct blob under each path that llm-cost discovers by itself, or that a wider list of
prompt-like names finds, is parsed: it becomes a prompt or is reported with a reason that names no text of it. Prints
how many of each format were read, what was found in them, and why others were not. Ends with 1 where one raises
anything else, takes longer than a second, or where more than one in a hundred is not read.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from llmcost_hooks.errors import ParseError
from llmcost_hooks.globs import Globs
from llmcost_hooks.prompts import Prompt, format_of, parse_prompt
from llmcost_hooks.prompts.nodes import includes, variables
from llmcost_hooks.snapshot import Finder, Selection

PATTERNS = Path(__file__).with_name("history_globs.txt").read_text().split()
SLOW = 1.0  # seconds of processor time
MAX_UNREAD = 0.01  # share


def blobs(git_dir: str) -> Iterator[tuple[str, str]]:
    """(oid, path) of every blob in every revision, each path once."""
    command = ["git", "-C", git_dir, "log", "--all", "--raw", "--no-abbrev", "--no-renames", "-z", "--format=", "-m"]
    out = subprocess.run(command, capture_output=True, check=True).stdout.decode(errors="surrogateescape")
    found = re.findall(r":[0-7]{6} 100(?:644|755) [0-9a-f]+ ([0-9a-f]+) [A-Z]\0([^\0]+)\0", out)
    yield from dict.fromkeys(found)


def contents(git_dir: str, oids: list[str]) -> dict[str, bytes]:
    """Blobs by their oid; what the bundle lacks is left out."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    out = subprocess.run(["git", "-C", git_dir, "cat-file", "--batch"], input=asked, capture_output=True, check=True)
    found, at = {}, 0
    for oid in oids:
        end = out.stdout.index(b"\n", at)
        header = out.stdout[at:end].split()
        at = end + 1
        if header[1:2] == [b"blob"]:
            size = int(header[2])
            found[oid] = out.stdout[at : at + size]
            at += size + 1
    return found


def what_it_has(prompt: Prompt) -> Iterator[str]:
    """What is worth counting of a parsed prompt."""
    bodies = [message.body for message in prompt.messages]
    yield from ("roles",) if any(message.role for message in prompt.messages) else ()
    yield from ("variables",) if any(True for _ in variables(bodies)) else ()
    yield from ("includes",) if any(True for _ in includes(bodies)) else ()
    yield from ("tools",) if prompt.tools else ()
    yield from ("model",) if prompt.model else ()
    yield from ("output cap",) if prompt.output_cap else ()
    yield from ("samples",) if prompt.samples else ()


def check(git_dir: str) -> tuple[Counter[str], dict[str, Counter[str]], Counter[str], list[str]]:
    """(files by format, what was found in them by format, reasons of the unread, what went wrong)."""
    finder, wider = Finder(None, Selection()), Globs(PATTERNS)
    named = [(oid, path) for oid, path in blobs(git_dir) if finder.finds(path) or wider.matches(path)]
    data = contents(git_dir, list(dict.fromkeys(oid for oid, _ in named)))
    read, has, why = Counter[str](), defaultdict[str, Counter[str]](Counter), Counter[str]()
    wrong = []
    for oid, path in dict.fromkeys((oid, format_of(path)) for oid, path in named):
        if oid not in data:
            continue
        start = time.process_time()
        try:
            prompt = parse_prompt(data[oid], path="", format=path)
        except ParseError as error:
            why[f"{path}: {re.sub('[0-9]+', 'N', error.message)}"] += 1
            continue
        except Exception as error:
            wrong.append(f"{oid} as {path}: {type(error).__name__}")
            continue
        if time.process_time() - start > SLOW:
            wrong.append(f"{oid} as {path}: {time.process_time() - start:.1f} s")
        read[path] += 1
        has[path].update(what_it_has(prompt))
    return read, has, why, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", required=True, type=Path)
    folder = parser.parse_args().histories
    read, why, wrong = Counter[str](), Counter[str](), list[str]()
    has: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as scratch:
        for bundle in sorted(folder.glob("*.bundle")):
            git_dir = f"{scratch}/{bundle.stem}.git"
            subprocess.run(["git", "clone", "-q", "--mirror", str(bundle), git_dir], check=True)
            one_read, one_has, one_why, one_wrong = check(git_dir)
            print(f"{bundle.stem}: {sum(one_read.values()):,} read, {sum(one_why.values()):,} reported")
            read.update(one_read)
            why.update(one_why)
            wrong += one_wrong
            for format, found in one_has.items():
                has[format].update(found)
    print("\nread, each distinct content once:")
    for format, times in read.most_common():
        print(f"  {times:6,}  {format:16} {', '.join(f'{what} {n:,}' for what, n in has[format].most_common())}")
    print("\nreported:")
    for reason, times in why.most_common():
        print(f"  {times:6,}  {reason}")
    print("\n".join(["", *(f"FAIL {line}" for line in wrong)]))
    share = sum(why.values()) / max(1, sum(read.values()) + sum(why.values()))
    print(f"{sum(read.values()):,} read, {share:.2%} reported, {len(wrong)} failures")
    return 1 if wrong or share > MAX_UNREAD or not read else 0


if __name__ == "__main__":
    sys.exit(main())
