"""The example project in fixtures/example: what `check` and `diff` print of its change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..repos import Repo
from .running import ROOT, llm_cost, passed

EXAMPLE = ROOT / "fixtures" / "example"
UPDATE = os.environ.get("LLMCOST_UPDATE_GOLDEN") == "1"  # read here: the tests' own environment has no LLMCOST_ names


@pytest.fixture
def example(tmp_path: Path) -> Repo:
    """The project as one commit, and its change in the working tree."""
    repo = Repo.init(tmp_path / "example")
    for path in sorted(EXAMPLE.rglob("*")):
        if path.is_file() and path.relative_to(EXAMPLE).parts[0] in ("llm-cost.toml", "prompts"):
            repo.write(str(path.relative_to(EXAMPLE)), path.read_bytes())
    repo.commit("an example")
    assert passed(llm_cost(repo.path, "diff", "HEAD")).out.count("unchanged") == 3
    repo.git("apply", "--intent-to-add", str(EXAMPLE / "change.patch"))
    return repo


@pytest.mark.parametrize(("name", "args"), [("check", ("check", "--base", "HEAD")), ("diff", ("diff", "HEAD"))])
def test_what_is_printed(example: Repo, name: str, args: tuple[str, ...]) -> None:
    """LLMCOST_UPDATE_GOLDEN=1 writes it anew."""
    said = passed(llm_cost(example.path, *args)).out
    kept = EXAMPLE / "expected" / f"{name}.txt"
    if UPDATE:
        kept.write_text(said, encoding="utf-8")
    assert said == kept.read_text(encoding="utf-8")
