"""Run a command of llm-cost and write to a file how many blobs it read and how many texts it counted.

python benchmarks/counted.py RESULT pre-commit
python benchmarks/counted.py RESULT llm-cost ARGUMENTS...
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from llmcost_hooks import counting
from llmcost_hooks.git.objects import read_blobs
from llmcost_hooks.tokens import Counter

counts = {"blobs": 0, "texts": 0}
count_many = Counter.count_many


def counting_read(*args: Any, **options: Any) -> Iterator[Any]:
    for each in read_blobs(*args, **options):
        counts["blobs"] += 1
        yield each


def counting_count(self: Counter, texts: Sequence[str]) -> list[int]:
    counts["texts"] += len(texts)
    return count_many(self, texts)


def main() -> int:
    result, command, *arguments = sys.argv[1:]
    counting.read_blobs = counting_read  # type: ignore[attr-defined]
    Counter.count_many = counting_count  # type: ignore[method-assign]
    if command == "pre-commit":
        from llmcost_hooks.hooks.pre_commit import main as run
    else:
        from llmcost_hooks.cli import main as run
    code = run(arguments)
    with open(result, "w") as file:
        json.dump(counts, file)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
