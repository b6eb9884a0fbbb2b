"""docs/update.md: its table has every refusal and what the program really says, and its addresses are the program's."""

from __future__ import annotations

import re

import click
import pytest

from llmcost_hooks.cli import group
from llmcost_hooks.commands.update_db import URL, update_db_command

from .fences import ROOT, tables_of

PAGE = ROOT / "docs" / "update.md"
SOURCE = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "llmcost_hooks").rglob("*.py")))
OPTIONS, _, MESSAGES = tables_of(PAGE)


def test_every_refusal_is_in_the_table_and_no_other() -> None:
    raised = set(re.findall(r'Refused\(\s*"(E_[A-Z]+)"', SOURCE))
    listed = [row[0].strip("`") for row in MESSAGES[1:] if row[0]]
    assert len(raised) > 15
    assert sorted(listed) == sorted(raised)


@pytest.mark.parametrize("row", MESSAGES[1:], ids=lambda row: row[0] or row[1][:20])
def test_the_messages_are_those_of_the_program(row: list[str]) -> None:
    quoted = [part.strip() for part in re.findall(r"`([^`]+)`", row[1])]
    assert quoted
    assert [part for part in quoted if part not in SOURCE] == []


def test_every_option_is_explained() -> None:
    flags = {flag for option in update_db_command.params if isinstance(option, click.Option) for flag in option.opts}
    text = " ".join(cell for row in OPTIONS[1:] for cell in row)
    assert [flag for flag in flags if flag not in text] == []
    assert {row[0].strip("`").split(" ")[0] for row in OPTIONS[1:]} <= flags


def test_the_address_is_the_default_one() -> None:
    assert f"`{URL}`" in PAGE.read_text(encoding="utf-8")
    assert group.get_command(click.Context(group), "update-db") is update_db_command
