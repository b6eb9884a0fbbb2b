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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import usage_rows  # noqa: E402  (needs the path above)

SECONDS, MEGABYTES = 20.0, 300.0  # of 1,000,000 rows
OF_LONG = 30.0  # seconds, of records of 1 to 2 KB that hold far more than usage
FORK = multiprocessing.get_context("fork")
FOCUS = {"FOCUS 1.2, CSV": usage_rows.focus_by_hour, "FOCUS 1.2 by request, CSV": usage_rows.focus_by_request}
TABLES = {"compact layout, CSV": usage_rows.compact, "Langfuse observations, CSV": usage_rows.langfuse}
LINES = {
    "OpenAI responses, JSON Lines": usage_rows.openai,
    "OpenTelemetry spans, JSON Lines": usage_rows.spans,
    "LiteLLM spend logs, JSON Lines": usage_rows.litellm,
}
LONG = ("Langfuse observations, CSV", "OpenTelemetry spans, JSON Lines", "LiteLLM spend logs, JSON Lines")
KINDS = ("FOCUS 1.2, CSV", "FOCUS 1.2, Parquet", "FOCUS 1.2 by request, CSV", *TABLES, *LINES)
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


def write(kind: str, rows: int, project: Path, path: Path, header: list[str], example: list[str]) -> None:
    if kind.endswith("JSON Lines"):
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in LINES[kind](rows))
    elif kind.endswith("Parquet"):
        write_parquet(project / "usage", path)
    else:
        table = TABLES[kind](rows) if kind in TABLES else FOCUS[kind](rows, header, example)
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
        for kind in KINDS:
            path = project / ("usage.parquet" if kind.endswith("Parquet") else "usage")
            writer = FORK.Process(target=write, args=(kind, rows, project, path, header, example))
            writer.start()  # in another process, since what this one needs would be counted as memory of its children
            writer.join()
            processor, wall, memory = measured(project, path)
            size = path.stat().st_size / 1e6
            print(f"{kind:31} {rows:9,} rows {size:5.0f} MB: {processor:5.1f} s of processor time, {wall:5.1f} s, "
                  f"{memory:4.0f} MB of memory (a loop of 1,000,000: {loop():.0f} ms)")  # fmt: skip
            most = OF_LONG if kind in LONG else SECONDS
            good &= processor <= most * rows / 1e6 + 1 and memory <= MEGABYTES
    scale = rows / 1e6
    print(f"\nBudget: {SECONDS * scale:.0f} s, {MEGABYTES:.0f} MB, of records of 1 to 2 KB {OF_LONG * scale:.0f} s.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
