"""What the formats for other programs print, held against the schemas that those programs publish.

    python -m tools.check_reports --sarif sarif-2.1.0.json --junit junit-10.xsd [--pages FOLDER]

The schemas are no part of this repository: .ci/run takes SARIF's from the npm package @microsoft/jest-sarif and
JUnit's (that of Jenkins' xUnit plugin) from pytest's source archive. Every golden file of a format is valid by its
schema, and a damaged one is not. With --pages the HTML files are also drawn by headless Chromium, light and dark, into
FOLDER, to be looked at; a page that draws nothing is an error.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
from pathlib import Path

import xmlschema
from jsonschema import Draft7Validator

GOLDEN = Path(__file__).parents[1] / "tests" / "pure" / "golden"


def check_sarif(schema: Path) -> int:
    """How many files are valid. SystemExit for one that is not."""
    check = Draft7Validator(json.loads(schema.read_text(encoding="utf-8-sig")))
    files = sorted(GOLDEN.glob("*.sarif"))
    for file in files:
        document = json.loads(file.read_text(encoding="utf-8"))
        for error in check.iter_errors(document):
            raise SystemExit(f"{file.name}: {error.json_path}: {error.message}")
        document["runs"][0]["columnKind"] = "bytes"
        if check.is_valid(document):
            raise SystemExit("the SARIF schema takes anything")
    return len(files)


def check_junit(schema: Path) -> int:
    check = xmlschema.XMLSchema(schema)
    files = sorted(GOLDEN.glob("*.junit.xml"))
    for file in files:
        check.validate(file)
        text = file.read_text(encoding="utf-8")
        if check.is_valid(re.sub(r' name="[^"]*"', "", text)):
            raise SystemExit("the JUnit schema takes anything")
    return len(files)


def draw_pages(folder: Path) -> int:
    """Two pictures of each page."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("Chromium is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    plain = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,1600"]
    files = sorted(GOLDEN.glob("*.html"))
    for file in files:
        sizes = []
        for scheme, number in (("light", 1), ("dark", 0)):
            picture = folder / f"{file.stem}-{scheme}.png"
            picture.unlink(missing_ok=True)
            command = [program, *plain, f"--blink-settings=preferredColorScheme={number}", f"--screenshot={picture}"]
            subprocess.run([*command, file.as_uri()], check=True, capture_output=True, timeout=120)
            sizes.append(picture.read_bytes())
        if min(map(len, sizes)) < 8000 or sizes[0] == sizes[1]:
            raise SystemExit(f"{file.name}: nothing is drawn, or the same in light and dark")
    return len(files)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sarif", type=Path)
    parser.add_argument("--junit", type=Path)
    parser.add_argument("--pages", type=Path)
    given = parser.parse_args()
    for option, check in (("sarif", check_sarif), ("junit", check_junit), ("pages", draw_pages)):
        if (place := getattr(given, option)) is not None:
            print(f"{option}: {check(place)} files are valid")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
