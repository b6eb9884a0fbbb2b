"""docs/cli.md and the man pages are what the commands' help says now, and the pages are roff that man can draw."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from llmcost_hooks.cli import group
from llmcost_hooks.errors import ExitCode
from tools.build_docs import blocks, commands_of, pages
from tools.doc_pages import MEANINGS

from .fences import ROOT

PAGES = pages()
MAN_PAGES = [name for name in PAGES if name.startswith("man/")]
REQUESTS = {".TH", ".SH", ".SS", ".PP", ".TP", ".RS", ".RE", ".nf", ".fi", ".nh", ".ad", '.\\"'}
ESCAPES = re.compile(r"\\(?:-|e|&|fB|fR|\(aq|\(ga|\(ha|\(ti|\[u[0-9A-F]{4,6}\])")


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_what_the_help_gives(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name], "run: python -m tools.build_docs"


@pytest.mark.parametrize("name", PAGES)
def test_every_command_and_option_is_in_it(name: str) -> None:
    text = PAGES[name].replace("\\-", "-")
    commands = [group, *(command for _, command in commands_of(group, "llm-cost"))]
    assert len(commands) > 12
    flags = [flag for command in commands for option in command.params if option.param_type_name == "option"
             for flag in option.opts]  # fmt: skip
    assert [flag for flag in flags if flag not in text] == []


@pytest.mark.parametrize("name", MAN_PAGES)
def test_every_line_is_roff_that_we_know(name: str) -> None:
    for line in PAGES[name].splitlines():
        assert line.isascii(), line
        assert line[:1] not in (".", "'") or line.split(" ")[0] in REQUESTS, line
        if not line.startswith('.\\"'):
            assert "\\" not in ESCAPES.sub("", line), line


@pytest.mark.parametrize("name", MAN_PAGES)
def test_blocks_open_and_close(name: str) -> None:
    requests = [line.split(" ")[0] for line in PAGES[name].splitlines() if line.startswith(".")]
    assert requests.count(".nf") == requests.count(".fi") > 5
    assert requests.count(".RS") == requests.count(".RE") > 5


@pytest.mark.parametrize("name", MAN_PAGES)
def test_man_draws_it_without_a_warning(name: str) -> None:
    """By man-db's man; where there is another one or none, the two tests above are what holds the page."""
    man = shutil.which("man")
    if man is None or not re.match(r"man \d", _run(man, "--version").stdout):
        return
    done = _run(man, "--warnings", "-E", "UTF-8", "-l", str(ROOT / "docs" / name))
    assert (done.returncode, done.stderr) == (0, "")
    assert "EXIT STATUS" in done.stdout


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8")


def test_help_markup() -> None:
    found = [(block.verbatim, block.lines) for block in blocks("One\ntwo.\n\n\b\nTitle:\n  a  b\n    c\ntail\n\n  x")]
    assert found == [
        (False, ("One", "two.")),
        (False, ("Title:",)),
        (True, ("  a  b", "    c")),
        (False, ("tail",)),
        (False, ("  x",)),
    ]


def test_every_exit_code_has_a_meaning() -> None:
    assert list(MEANINGS) == list(ExitCode)
