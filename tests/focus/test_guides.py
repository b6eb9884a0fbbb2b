"""The guides of docs/focus: each script turns its example of a provider's export into the FOCUS file beside it."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from ..cli.running import ROOT, llm_cost, passed
from ..docs.consoles import steps
from ..docs.fences import Fence, fences_of

GUIDES = sorted((ROOT / "docs" / "focus").glob("*.md"))
EXAMPLES = ROOT / "fixtures" / "focus"
BILLED = {"openai": "8.92745", "anthropic": "2.56", "azure": "8.924", "vertex": "1.513", "bedrock": "2.706"}
LANGUAGES = {"text", "python", "console"}


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader has put the export and the shared file."""
    guide: Path = request.getfixturevalue("guide")
    shutil.copytree(EXAMPLES / guide.stem, tmp_path / "reader")
    (tmp_path / "reader" / "usage.focus.csv").unlink(missing_ok=True)
    monkeypatch.chdir(tmp_path / "reader")
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "focus"))
    monkeypatch.delitem(sys.modules, "focus_rows", raising=False)
    return tmp_path / "reader"


def blocks(guide: Path, language: str) -> list[Fence]:
    return [fence for fence in fences_of(guide) if fence.language == language]


def test_there_is_a_guide_for_each_provider_and_nothing_in_it_is_unchecked() -> None:
    assert {guide.stem for guide in GUIDES} == set(BILLED)
    assert {fence.language for guide in GUIDES for fence in fences_of(guide)} <= LANGUAGES


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_the_script_makes_the_file_that_is_shown_and_it_is_valid(
    guide: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (script,) = blocks(guide, "python")
    exec(compile(script.text, script.place(), "exec"), {"__name__": "example"})  # noqa: S102  (our own documents)
    assert capsys.readouterr().out.splitlines() == re.findall(r"# > (.*)", script.text)
    made = folder / "usage.focus.csv"
    kept = EXAMPLES / guide.stem / "usage.focus.csv"
    if os.environ.get("REWRITE_EXAMPLES"):
        shutil.copy(made, kept)
    assert made.read_bytes() == kept.read_bytes()
    (shown,) = steps(blocks(guide, "console")[0].text)
    assert passed(llm_cost(folder, *shown.command.split()[1:])).out.splitlines() == list(shown.shown)
    for version in ("1.1", "1.2", "1.3"):
        ran = llm_cost(folder, "focus", "validate", "usage.focus.csv", "--focus-version", version)
        assert (ran.code == 0) == (version < "1.3")  # from then on there are more mandatory columns
    with made.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(Decimal(row["BilledCost"]) for row in rows) == Decimal(BILLED[guide.stem])
    assert {row["ConsumedUnit"] for row in rows} == {"Tokens"}
    assert all(row["ResourceId"] and row["x_ModelId"] for row in rows)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_links_lead_somewhere(guide: Path) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)\)", guide.read_text(encoding="utf-8"))
    assert [target for target in targets if not (guide.parent / target).exists()] == []
