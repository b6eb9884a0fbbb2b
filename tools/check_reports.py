"""What the formats for other programs print, held against the schemas that those programs publish.

    python -m tools.check_reports --sarif sarif-2.1.0.json --junit junit-10.xsd [--pages FOLDER]

The schemas are no part of this repository: .ci/run takes SARIF's from the npm package @microsoft/jest-sarif and
JUnit's (that of Jenkins' xUnit plugin) from pytest's source archive. Every golden file of a format is valid by its
schema, and a damaged one is not. With --pages the HTML files, and a page of the comments as a forge's Markdown has
them, are also drawn by headless Chromium into FOLDER, to be looked at: light and dark, as wide as a screen and as a
telephone. A page that draws nothing is an error, and so is one that has to be moved sideways on a telephone.
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
from markdown_it import MarkdownIt

GOLDEN = Path(__file__).parents[1] / "tests" / "pure" / "golden"
COMMENTS = GOLDEN.parent / "comments"
WIDTHS = (1200, 420)

# About what a forge's style does to a comment; the table moves by itself.
FORGE = """\
<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>
:root { color-scheme: light dark; }
body { font: 14px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 1rem auto; padding: 0 1rem;
  overflow-wrap: anywhere; }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse; }
th, td { border: 1px solid #8888; padding: 6px 13px; }
</style>
"""
# A window has a least width, a frame in it has none. The frame's own page runs nothing: this one asks how wide it is.
FRAME = """\
<!DOCTYPE html><meta charset="utf-8"><style>html, body { margin: 0 } iframe { border: 0 }</style>
<iframe src="PAGE" width="WIDTH" height="1600"></iframe>
<script>
addEventListener("load", () => {
  document.title = "wide " + document.querySelector("iframe").contentDocument.documentElement.scrollWidth
})
</script>
"""


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
    """Four pictures of each page."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("Chromium is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    files = [*sorted(GOLDEN.glob("*.html")), comments_page(folder)]
    for file in files:
        for width in WIDTHS:
            frame = folder / "frame.html"
            text = FRAME.replace("PAGE", file.resolve().as_uri()).replace("WIDTH", str(width))
            frame.write_text(text, encoding="utf-8")
            draw_page(program, frame, folder / f"{file.stem}-{width}", width)
        frame.unlink()
    return len(files)


def comments_page(folder: Path) -> Path:
    """Every golden comment, one below the other."""
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    files = sorted(COMMENTS.glob("*.md"))
    page = folder / "comments.html"
    drawn = "<hr>\n".join(markdown.render(file.read_text(encoding="utf-8")) for file in files)
    page.write_text(FORGE + drawn, encoding="utf-8")
    return page


def draw_page(program: str, frame: Path, name: Path, width: int) -> None:
    """What is in the frame, light and dark. SystemExit where there is nothing, or more than the width has room for."""
    plain = [
        program,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--allow-file-access-from-files",
    ]
    sizes = []
    for scheme, number in (("light", 1), ("dark", 0)):
        picture = name.with_name(f"{name.name}-{scheme}.png")
        picture.unlink(missing_ok=True)
        options = [f"--window-size={width},1600", f"--blink-settings=preferredColorScheme={number}"]
        command = [*plain, *options, f"--screenshot={picture}", frame.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        sizes.append(picture.read_bytes())
    if min(map(len, sizes)) < 8000 or sizes[0] == sizes[1]:
        raise SystemExit(f"{name.name}: nothing is drawn, or the same in light and dark")
    if width > min(WIDTHS):
        return
    dump = subprocess.run(
        [*plain, "--dump-dom", frame.resolve().as_uri()], check=True, capture_output=True, timeout=120
    )
    wide = re.search(rb"<title>wide (\d+)</title>", dump.stdout)
    if wide is None or int(wide[1]) > width:
        raise SystemExit(f"{name.name}: the page is {wide[1].decode() if wide else 'not known how'} wide")


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
