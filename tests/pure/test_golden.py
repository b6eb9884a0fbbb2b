"""Every situation in every form that is printed, as files to be read. LLMCOST_UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from llmcost_hooks.render.formats import FORMATS
from llmcost_hooks.render.github import render_summary
from llmcost_hooks.render.jsonparts import render_json
from llmcost_hooks.render.markdown import render_markdown
from llmcost_hooks.render.sanitise import ascii_symbols
from llmcost_hooks.render.text import render_text

from .situations import SITUATIONS, TWELVE, Situation

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("LLMCOST_UPDATE_GOLDEN") == "1"  # read here: the tests' own environment has no LLMCOST_ names
FORMS: dict[str, Callable[[Situation], str]] = {
    "txt": lambda situation: render_text(situation.report),
    "md": lambda situation: render_markdown(situation.report),
    "json": lambda situation: render_json(situation.document),
}


ENDINGS = {"github": "github.txt", "junit": "junit.xml", "gitlab-codequality": "codequality.json", "badge": "svg",
           "shields": "shields.json", "agent": "agent.txt"}  # fmt: skip
DRAWN = {ENDINGS.get(form, form): form for form in FORMATS}
FILES = {f"{name}.{form}" for name in SITUATIONS for form in FORMS}
DRAWN_FILES = {f"{name}.{ending}" for name in TWELVE for ending in (*DRAWN, "summary.md")}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_printed(name: str, form: str) -> None:
    _hold(FORMS[form](SITUATIONS[name]()), f"{name}.{form}")


@pytest.mark.parametrize("ending", [*DRAWN, "summary.md"])
@pytest.mark.parametrize("name", TWELVE)
def test_what_every_format_draws(name: str, ending: str) -> None:
    result = SITUATIONS[name]().result
    assert result is not None
    drawn = FORMATS[DRAWN[ending]](result) if ending in DRAWN else render_summary(result.report, result.findings)
    _hold(drawn, f"{name}.{ending}")


def _hold(text: str, name: str) -> None:
    if UPDATE:
        (GOLDEN / name).write_bytes(text.encode())
    assert text.encode() == (GOLDEN / name).read_bytes()


def test_no_golden_file_is_left_over() -> None:
    assert len(TWELVE) == 12
    assert {file.name for file in GOLDEN.iterdir()} == FILES | DRAWN_FILES


@pytest.fixture(params=SITUATIONS)
def situation(request: pytest.FixtureRequest) -> Situation:
    return SITUATIONS[request.param]()


def test_every_form_ends_in_one_newline_and_has_no_control_character(situation: Situation) -> None:
    for draw in FORMS.values():
        text = draw(situation)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert all(line.isprintable() or "\u200d" in line for line in text.replace("\ufe0f", "").split("\n"))


def test_documents_are_ascii_and_have_no_number_for_money(situation: Situation) -> None:
    text = render_json(situation.document)
    assert text.isascii()
    assert json.loads(text, parse_float=lambda number: pytest.fail(f"{number} is a float")) == situation.document


def test_our_own_words_can_be_shown_in_ascii(situation: Situation) -> None:
    names = "日本語"  # somebody else's
    assert ascii_symbols(render_text(situation.report)).replace(names, "").isascii()
