"""Audit what llm-cost brings onto a machine.

    python tools/audit_dependencies.py

Run-time requirements are the agreed ones; installed without a compiler into an empty environment they bring exactly the
packages and licences of tools/dependencies.txt; pip-audit knows no vulnerability of them. Where its service cannot be
asked, that is said and is no failure. Ends with 1 on anything else. Needs pip, pip-audit and a package index.
"""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AGREED = {"pygit2", "click", "tiktoken", "tomli", "tabulate", "pyyaml", "py-minisign"}
EMPTY = "minisign"  # a package without content; the module of that name comes from py-minisign
LIST = """
import json, sys
from importlib.metadata import distributions
def licence(data):
    return data.get("License-Expression") or (data.get("License") or "").strip().split("\\n")[0]
json.dump({each.metadata["Name"]: [each.version, licence(each.metadata)] for each in distributions()}, sys.stdout)
"""


def normal(name: str) -> str:
    """A package's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(setup_cfg: str) -> list[str]:
    """The run-time requirements that setup.cfg declares."""
    parser = configparser.RawConfigParser()
    parser.read_string(setup_cfg)
    return parser["options"]["install_requires"].split("\n")[1:]


def wrong_requirements(declared: Iterable[str]) -> list[str]:
    names = {normal(re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0]) for line in declared}
    lines = [f"setup.cfg requires {name}, which was not agreed" for name in sorted(names - AGREED)]
    return lines + [f"setup.cfg does not require {name}" for name in sorted(AGREED - names)]


def read_list(text: str) -> dict[str, str]:
    """name -> licence of dependencies.txt: lines of a name, spaces and a licence; `#` begins a comment."""
    lines = (line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {normal(name): licence.strip() for name, licence in lines}


def wrong_closure(listed: Mapping[str, str], installed: Mapping[str, str]) -> list[str]:
    """Packages and licences that are not those of the list."""
    lines = [f"{name} ({installed[name]}) is installed and not listed" for name in sorted({*installed} - {*listed})]
    lines += [f"{name} is listed and not installed" for name in sorted({*listed} - {*installed})]
    both = sorted({*installed} & {*listed})
    lines += [f"{n}: {installed[n]} now, {listed[n]} in the list" for n in both if installed[n] != listed[n]]
    return lines + ([f"the empty package {EMPTY} is installed"] if EMPTY in installed else [])


def read_audit(report: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """(vulnerabilities, packages that could not be audited) of pip-audit's JSON report."""
    known, skipped = [], []
    for package in report["dependencies"]:
        if "skip_reason" in package:
            skipped.append(package["name"])
        known += [f"{package['name']} {package['version']}: {each['id']}" for each in package.get("vulns", [])]
    return known, skipped


def install(folder: Path, declared: list[str]) -> dict[str, tuple[str, str]]:
    """name -> (version, licence) after installing wheels only into an empty environment without pip."""
    venv.create(folder, with_pip=False)
    python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "--only-binary", ":all:", *declared], check=True)
    out = subprocess.run([python, "-I", "-c", LIST], capture_output=True, check=True).stdout
    return {normal(name): (version, licence) for name, (version, licence) in json.loads(out).items()}


def audit(installed: Mapping[str, tuple[str, str]], folder: Path) -> list[str]:
    """Vulnerabilities that pip-audit knows. Prints where it could not ask."""
    pinned = folder / "pinned.txt"
    pinned.write_text("".join(f"{name}=={version}\n" for name, (version, _) in installed.items()))
    command = [sys.executable, "-m", "pip_audit", "-r", str(pinned), "--no-deps", "--disable-pip", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        known, skipped = read_audit(json.loads(done.stdout))
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"vulnerabilities: NOT CHECKED, pip-audit could not ask its service: {last}")
        return []
    if skipped:
        print(f"vulnerabilities: NOT CHECKED for {len(skipped)} of {len(installed)} packages, not found at its service")
    else:
        print(f"vulnerabilities: {len(known)} known in {len(installed)} packages")
    return known


def main() -> int:
    if find_spec("pip_audit") is None:
        raise SystemExit("pip-audit is not installed beside this Python: pip install '.[dev]'")
    declared = requirements((ROOT / "setup.cfg").read_text())
    listed = read_list((ROOT / "tools" / "dependencies.txt").read_text())
    with tempfile.TemporaryDirectory() as name:
        installed = install(Path(name) / "venv", declared)
        print(f"{len(declared)} requirements bring {len(installed)} packages, each as a wheel for this platform")
        wrong = wrong_requirements(declared)
        wrong += wrong_closure(listed, {name: licence for name, (_, licence) in installed.items()})
        wrong += audit(installed, Path(name))
    print("\n".join([f"WRONG: {line}" for line in wrong] or ["dependencies are the agreed ones"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
