"""What prices cost: one model in a fresh process, the whole file, and calculations a second.

    python benchmarks/prices.py

Medians of fresh processes for what a hook pays; ends with 1 where a budget does not hold.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from llmcost_hooks.call_costs import call_cost  # noqa: E402
from llmcost_hooks.facts import load_price_book  # noqa: E402  (needs the path above)
from llmcost_hooks.prices.book import PriceBook  # noqa: E402

ROUNDS, CALLS = 25, 200_000
# A hook has parsed its manifest and opened the repository by then: json, decimal and datetime are loaded.
ONE_MODEL = """
import sys, json, mmap, decimal, datetime, time
import llmcost_hooks.errors
begin = time.perf_counter()
from llmcost_hooks.facts import load_price_book
from llmcost_hooks.models import resolve_model
opened = time.perf_counter()
model = resolve_model(sys.argv[1], load_price_book())
offer = model.row.offer(datetime.date(2026, 11, 26), model.region)
assert offer.standard.rates.input
end = time.perf_counter()
crypto = {"minisign", "cryptography", "ssl", "hashlib"} & set(sys.modules)
assert not crypto, crypto
print(end - opened)
"""


def one_model(name: str) -> float:
    """Milliseconds from an unopened price file to the price of one model, in a fresh process."""
    command = [sys.executable, "-c", ONE_MODEL, name]
    runs = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True) for _ in range(ROUNDS)]
    return statistics.median(float(run.stdout) for run in runs) * 1000


def whole_file() -> tuple[float, float, int]:
    """Milliseconds to read and index the file with all its models; and to make values of all rows; how many."""
    data = (ROOT / "llmcost_hooks" / "data" / "prices.json").read_bytes()
    indexing, reading, models = [], [], 0
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        book = PriceBook(data)
        book.names()
        indexing.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        models = sum(1 for _ in book.rows())
        reading.append(time.perf_counter() - begin)
    return statistics.median(indexing) * 1000, statistics.median(reading) * 1000, models


def calculations() -> float:
    """Costs computed a second, each of another size, cached part and output, over all of OpenAI's models."""
    book, on = load_price_book(), date(2026, 11, 26)
    offers = [offer for row in book.rows("openai") if (offer := row.offer(on)) and offer.standard.rates.cache_read]
    begin = time.perf_counter()
    for n in range(CALLS):
        cost = call_cost(offers[n % len(offers)], "standard", 1000 + n, n % 1000, n % 700)
        assert cost is not None
    return CALLS / (time.perf_counter() - begin)


def main() -> int:
    indexed, rows, models = whole_file()
    each_second = calculations()
    found = [(f"one model in a hook: {name}", one_model(name), 5.0) for name in ("gpt-4o", "us.amazon.nova-lite-v1:0")]
    found.append((f"the file of {models:,} models, opened and every name read", indexed, 60.0))
    print("$ python benchmarks/prices.py\n")
    for what, milliseconds, budget in found:
        print(f"{what:64}{milliseconds:9.2f} ms   (budget {budget:.0f} ms)")
    print(f"{f'values of all {models:,} models, as `llm-cost models` needs them':64}{rows:9.2f} ms")
    print(f"{'cost calculations a second':64}{each_second:9,.0f}      (budget 100,000)")
    return 0 if all(taken <= budget for _, taken, budget in found) and each_second >= 100_000 else 1


if __name__ == "__main__":
    sys.exit(main())
