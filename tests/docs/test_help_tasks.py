"""docs/help-tasks.md: each command does what is said, and the help says how."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from .conftest import NOON
from .fences import ROOT, tables_of
from .shell import Shell


class Task(NamedTuple):
    number: str
    task: str
    command: str
    exit: str
    help_of: str  # empty where no help tells
    says: str


TASKS = [Task(*(cell.strip("`") for cell in row)) for row in tables_of(ROOT / "docs/help-tasks.md")[0][1:]]


@pytest.fixture(scope="session")
def helps(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Command -> its help in one line."""
    shell = Shell(tmp_path_factory.mktemp("nowhere"), programs, NOON)
    return {name: " ".join(shell.run(f"{name} --help").output.split()) for name in {t.help_of for t in TASKS if t[4]}}


def test_of_twenty_tasks_at_least_sixteen_need_no_document() -> None:
    assert [task.number for task in TASKS] == [str(n) for n in range(1, 21)]
    assert sum(1 for task in TASKS if task.help_of) >= 16


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.number)
def test_the_command_ends_as_said(task: Task, shell: Shell) -> None:
    code, output = shell.run(task.command)
    assert code == int(task.exit), output


@pytest.mark.parametrize("task", [task for task in TASKS if task.help_of], ids=lambda task: task.number)
def test_the_help_says_so(task: Task, helps: dict[str, str]) -> None:
    assert task.says in helps[task.help_of]
    options = [word.partition("=")[0] for word in task.command.split() if word.startswith("--")]
    ours = [option for option in options if task.command.startswith("llm-cost") and len(option) > 2]
    assert [option for option in ours if option not in helps[task.help_of]] == []


@pytest.mark.parametrize("task", [task for task in TASKS if not task.help_of], ids=lambda task: task.number)
def test_otherwise_a_document_does(task: Task) -> None:
    assert (ROOT / "docs" / task.says.partition("](")[2].rstrip(")")).is_file()
