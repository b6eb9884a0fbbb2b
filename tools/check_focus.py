"""Exports of every project of fixtures/focus/projects and of the demo, held against the public FOCUS validator.

    python3.11 -m venv /tmp/v1 && /tmp/v1/bin/pip install 'focus-validator==1.0.0' 'multimethod<2'
    python3.12 -m venv /tmp/v2 && /tmp/v2/bin/pip install 'focus-validator==2.2.1' 'pyarrow<20'
    python -m tools.check_focus --validator /tmp/v1/bin/python --validator /tmp/v2/bin/python

Version 1.0.0 has the rules of FOCUS 1.0, 2.2.1 those of 1.2. Both end with 0 whatever they find, so their last words
are read. Each has to refuse the compact layout, which is no FOCUS file. Ends with 1 where anything is not as expected.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from llmcost_hooks.commands.demo import build_example

ROOT = Path(__file__).parents[1]
PROJECTS = ROOT / "fixtures" / "focus" / "projects"
OVERRIDES = ROOT / "tools" / "focus_overrides.yaml"
WITHOUT_MANIFEST = ("--model", "gpt-4o", "--output-ratio", "0.1")
# What the sellers of LLMs support. That there is no commitment discount is why its rules do not apply.
CRITERIA = (
    "ACCOUNT_NAMING_SUPPORTED", "AVAILABILITY_ZONE_SUPPORTED", "BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED",
    "MULTIPLE_PRICING_CATEGORIES_SUPPORTED", "NEGOTIATED_PRICING_SUPPORTED",
    "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED", "PUBLIC_PRICE_LIST_SUPPORTED", "REGION_SUPPORTED",
    "RESOURCE_TYPE_ASSIGNMENT_SUPPORTED", "SUB_ACCOUNT_SUPPORTED", "TAGGING_SUPPORTED", "UNIT_PRICING_SUPPORTED",
    "USAGE_MEASUREMENT_SUPPORTED",
)  # fmt: skip
# It demands an id of the invoice of every charge; the specification, of charges that are on one.
EXPECTED = {"InvoiceId-C-005-C"}
# It takes a text that is not ASCII for broken; the specification wants every text as it was written.
NOT_ASCII = {"ChargeDescription-C-000-M", "ChargeDescription-C-002-M", "ResourceId-C-000-C", "ResourceId-C-002-M"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--validator", action="append", required=True, metavar="PYTHON",
                        help="of an environment that focus-validator is installed in; repeatable")  # fmt: skip
    validators = {python: installed(python) for python in parser.parse_args().validator}
    failures = checked = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name, folder in projects(Path(scratch)):
            for python, version in validators.items():
                focus = "1.0" if version.startswith("1.") else "1.2"
                file, compact = export(folder, "focus", "--focus-version", focus), export(folder, "focus-compact")
                found, control = broken(python, version, file), broken(python, version, compact)
                rows = file.read_bytes().count(b"\r\n") - 1
                said = "passes" if not found else "fails: " + ", ".join(found)
                print(f"{name}: FOCUS {focus}, {rows} rows: {said}; compact layout {'refused' if control else 'TAKEN'}")
                failures += bool(found) + (not control)
                checked += 1
    names = ", ".join(f"focus-validator {version}" for version in validators.values())
    print(f"{checked} exports held against {names}: " + ("all as expected" if not failures else f"{failures} failures"))
    return 1 if failures or not checked else 0


def installed(python: str) -> str:
    code = "from importlib.metadata import version; print(version('focus-validator'))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def projects(scratch: Path) -> Iterator[tuple[str, Path]]:
    """Each fixture project as a repository, and both branches of the demo."""
    for source in sorted(PROJECTS.iterdir()):
        folder = scratch / source.name
        shutil.copytree(source, folder)
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        yield source.name, folder
    demo = scratch / "demo"
    build_example(str(demo))
    yield "demo, feature branch", demo
    git(demo, "checkout", "-q", "main")
    yield "demo, main", demo


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=folder, check=True)


def export(folder: Path, *options: str) -> Path:
    file = folder.with_suffix(".csv")
    extra = () if (folder / "llm-cost.toml").exists() else WITHOUT_MANIFEST
    command = [sys.executable, "-m", "llmcost_hooks", "estimate", "--output", str(file), "--format", *options, *extra]
    subprocess.run(command, cwd=folder, check=True)
    return file.rename(folder.with_suffix("." + options[0] + ".csv"))


def broken(python: str, version: str, file: Path) -> list[str]:
    """The rules that a file breaks; what the validator says where it ends without a verdict."""
    program = Path(python).with_name("focus-validator")
    site = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
                          capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    command = [str(program), "--data-file", str(file)]
    if version.startswith("1."):
        command += ["--validate-version", "1.0", "--override-file", str(OVERRIDES)]
    else:
        command += ["--validate-version", "1.2.0.1", "--focus-dataset", "CostAndUsage", "--block-download",
                    "--applicability-criteria", ",".join(CRITERIA)]  # fmt: skip
    # It opens its list of currencies relative to where it is started.
    ran = subprocess.run(command, cwd=site, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = ran.stdout.strip().splitlines() or ["nothing"]
    if version.startswith("1."):
        return [] if lines[-1] == "Validation succeeded." else _named(r"(\w+) failed:$", lines) or [lines[-1]]
    expected = EXPECTED if file.read_bytes().isascii() else EXPECTED | NOT_ASCII
    failed = [rule for rule in _named(r"^❌ ([A-Za-z]+-[CD]-\d+-[A-Z]): FAIL", lines) if rule not in expected]
    passed = sum(line.startswith("✅") for line in lines)
    return failed if passed > 100 else failed or [lines[-1]]


def _named(pattern: str, lines: list[str]) -> list[str]:
    return [found[1] for line in lines if (found := re.search(pattern, line))]


if __name__ == "__main__":
    raise SystemExit(main())
