"""A place to run what the documents show: a copy of the demo's repository, and the commands on PATH."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from unittest.mock import patch

from ..cli import running
from ..hooks.programs import entry_points
from ..preloaded import Preloaded
from ..trust.files import key

KEY = key("example")  # never printed whole in a document: anybody can make files with it


class Ran(NamedTuple):
    """How a command ended; stdout and stderr as a terminal shows them, together."""

    code: int
    output: str


class Shell(NamedTuple):
    """Runs command lines in `folder`, at noon of the price file's day."""

    folder: Path
    programs: Path
    moment: float

    @property
    def environment(self) -> dict[str, str]:
        # The documents show figures of the price file's day, so that is the day on which their commands run.
        day = {"PINNED_TIME": str(self.moment)}
        return {"XDG_DATA_HOME": str(self.folder.parent / "data"), "KEY": KEY.text, **day}

    def llm_cost(self, *args: str) -> running.Ran:
        """`llm-cost ARGS`, in this process."""
        with patch("llmcost_hooks.clock.time", SimpleNamespace(time=lambda: self.moment)):
            return running.llm_cost(self.folder, *args, env=self.environment)

    def run(self, line: str) -> Ran:
        path = os.pathsep.join([str(self.programs), os.environ["PATH"]])
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env={
                **os.environ,
                "PATH": path,
                "PYTHONPATH": running.MODULES,
                **self.environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return Ran(done.returncode, done.stdout)


def write_programs(folder: Path, preloaded: Preloaded) -> None:
    """What an installed package has on PATH."""
    folder.mkdir(parents=True)
    for name, entry in entry_points().items():
        script = folder / name
        script.write_text(f"#!/bin/sh\nexec {preloaded.script(name, entry)}\n")
        script.chmod(0o755)
