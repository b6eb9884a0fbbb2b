"""Files of usage of a million rows, read, priced and fitted by `llm-cost calibrate`: time and memory.

    python benchmarks/usage.py                the figures of docs/evidence/calibrate.txt
    python benchmarks/usage.py --rows 50000   a short one

Each kind in a process of its own, measured as a whole; its peak memory is what the system counted. Ends with 1 where a
budget does not hold, in proportion to the rows. A loop over 1,000,000 numbers says how fast this machine was then.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.simulate_traffic import Request, response  # noqa: E402  (needs the path above)

SECONDS, MEGABYTES = 20.0, 300.0  # of 1,000,000 rows
PROMPTS = 200
FORK = multiprocessing.get_context("fork")
BEGIN = datetime(2026, 10, 5, tzinfo=timezone.utc)
MANIFEST = """version = 1
[defaults]
model = "gpt-4o"
calls = 1000
output_ratio = 0.1
[budget]
period = "month"
[[prompts]]
path = "search.txt"
prompt_id = "search"
"""


def focus(rows: int, header: list[str], example: list[str]) -> Iterator[list[str]]:
    """Every column of FOCUS 1.2: hourly rows of 200 prompts, each with input, cached input and output."""
    chance, at = Random(1), header.index
    meters = (("Input Tokens", "Uncached", 2.5), ("Cache Read Input Tokens", "Read", 1.25), ("Output Tokens", "", 10.0))
    yield header
    for number in range(rows):
        hour, rest = divmod(number, PROMPTS * len(meters))
        prompt, (meter, action, price) = _name(rest // len(meters)), meters[rest % len(meters)]
        count = chance.randint(10**4, 10**6)
        cost = f"{count * price / 1e6:.8f}"
        details = {"x_ModelId": "gpt-4o", "x_TokenCacheAction": action, "x_TokenDirection": meter.split()[-2]}
        row = example.copy()
        for name, value in (
            ("BilledCost", cost), ("EffectiveCost", cost), ("ContractedCost", cost), ("ListCost", cost),
            ("ConsumedQuantity", f"{count}.0"), ("PricingQuantity", f"{count / 1e6:.6f}"), ("SkuMeter", meter),
            ("ChargePeriodStart", _hour(hour)), ("ChargePeriodEnd", _hour(hour + 1)), ("Tags", '{"team":"search"}'),
            ("SkuPriceDetails", json.dumps({key: value for key, value in details.items() if value})),
            ("ResourceId", prompt), ("x_PromptId", prompt), ("x_RequestCount", f"{count // 500 + 1}.0"),
        ):  # fmt: skip
            row[at(name)] = value
        yield row


def compact(rows: int) -> Iterator[list[str]]:
    chance = Random(1)
    yield ["ResourceId", "BilledCost", "UsageQuantity", "UsageUnit", "ChargePeriodStart", "ChargePeriodEnd",
           "x-cache-hit-ratio", "x-avg-output-tokens", "x-token-count-input", "Tags"]  # fmt: skip
    for number in range(rows):
        hour, prompt = divmod(number, PROMPTS)
        yield [_name(prompt), f"{chance.uniform(0, 9):.5f}", str(chance.randint(1, 500)), "Requests", _hour(hour),
               _hour(hour + 1), f"{chance.random():.2f}", f"{chance.uniform(1, 500):.1f}",
               str(chance.randint(100, 3000)), '{"model":"gpt-4o"}']  # fmt: skip


def openai(rows: int) -> Iterator[str]:
    chance = Random(1)
    for number in range(rows):
        asked = chance.randint(200, 4000)
        cached = asked // 2 if chance.random() < 0.5 else 0
        yield response(Request(BEGIN + timedelta(seconds=number), asked, cached, chance.randint(20, 600)))


def write(kind: str, rows: int, project: Path, path: Path, header: list[str], example: list[str]) -> None:
    if kind == "OpenAI responses, JSON Lines":
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in openai(rows))
    elif kind == "FOCUS 1.2, Parquet":
        write_parquet(project / "usage", path)
    else:
        table = focus(rows, header, example) if kind.startswith("FOCUS") else compact(rows)
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)


def write_parquet(table: Path, path: Path) -> None:
    """The rows of a CSV file, with exact numbers."""
    import pyarrow.csv  # type: ignore[import-untyped]
    import pyarrow.parquet  # type: ignore[import-untyped]

    numbers = ("BilledCost", "EffectiveCost", "ContractedCost", "ListCost", "ConsumedQuantity", "x_RequestCount")
    types = dict.fromkeys(numbers, pyarrow.decimal128(38, 10))
    options = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True)
    pyarrow.parquet.write_table(pyarrow.csv.read_csv(table, convert_options=options), path)


def _name(prompt: int) -> str:
    return "search" if prompt == 0 else f"prompt-{prompt}"


def _hour(number: int) -> str:
    return format((BEGIN + timedelta(hours=number)), "%Y-%m-%dT%H:%M:%SZ")


def run(project: Path, *args: str) -> str:
    command = [sys.executable, "-m", "llmcost_hooks", *args]
    return subprocess.run(command, cwd=project, env=_environment(), check=True, capture_output=True, text=True).stdout


def measured(project: Path, actuals: Path) -> tuple[float, float, float]:
    """Seconds of processor time, seconds by the clock, and megabytes, of calibrating with a file."""
    command = [sys.executable, "-m", "llmcost_hooks", "calibrate", "--profile", "estimates.json",
               "--actuals", str(actuals), "--format", "json"]  # fmt: skip
    begin = time.perf_counter()
    with open(project / "found.json", "wb") as out:
        process = subprocess.Popen(command, cwd=project, env=_environment(), stdout=out)
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    if status:
        raise SystemExit(f"calibrate ended with {os.waitstatus_to_exitcode(status)}")
    found = json.loads((project / "found.json").read_bytes())
    assert found["sample"]["requests"] > 0
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / scale


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def loop() -> float:
    """Milliseconds of processor time of 1,000,000 steps."""
    begin = time.process_time()
    for _ in range(1_000_000):
        pass
    return 1000 * (time.process_time() - begin)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows: int = parser.parse_args().rows
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch)
        (project / "llm-cost.toml").write_text(MANIFEST)
        (project / "search.txt").write_text("word " * 900)
        subprocess.run(["git", "init", "-q", "."], cwd=project, check=True)
        (project / "estimates.json").write_text(run(project, "estimate", "--format", "json"))
        header, example, *_ = csv.reader(
            run(project, "estimate", "--format", "focus", "--period", "2026-11").splitlines()
        )
        print(f"$ python benchmarks/usage.py --rows {rows}\n")
        for kind in ("FOCUS 1.2, CSV", "FOCUS 1.2, Parquet", "compact layout, CSV", "OpenAI responses, JSON Lines"):
            path = project / ("usage.parquet" if kind.endswith("Parquet") else "usage")
            writer = FORK.Process(target=write, args=(kind, rows, project, path, header, example))
            writer.start()  # in another process, since what this one needs would be counted as memory of its children
            writer.join()
            processor, wall, memory = measured(project, path)
            size = path.stat().st_size / 1e6
            print(f"{kind:30} {rows:9,} rows {size:5.0f} MB: {processor:5.1f} s of processor time, {wall:5.1f} s, "
                  f"{memory:4.0f} MB of memory (a loop of 1,000,000: {loop():.0f} ms)")  # fmt: skip
            good &= processor <= SECONDS * rows / 1e6 + 1 and memory <= MEGABYTES
    print(f"\nBudget: {SECONDS * rows / 1e6:.0f} s, {MEGABYTES:.0f} MB.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
