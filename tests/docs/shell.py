"""A place to run what the documents show: a copy of the demo's repository, and the commands on PATH."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from unittest.mock import patch

from ..cli import running
from ..hooks.programs import entry_points
from ..trust.files import key

KEY = key("example")  # never printed whole in a document: anybody can make files with it

# What an installed package has on PATH, and the module behind it.
PROGRAMS = {name: place.partition(":")[0] for name, place in entry_points().items()}

# The documents show figures of the price file's day, so that is the day on which their commands run.
CLOCK = """\
import time

time.time = lambda: {moment}  # the name that `llmcost_hooks.clock` asks
"""


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
        return {"XDG_DATA_HOME": str(self.folder.parent / "data"), "KEY": KEY.text}

    def llm_cost(self, *args: str) -> running.Ran:
        """`llm-cost ARGS`, in this process."""
        with patch("llmcost_hooks.clock.time", SimpleNamespace(time=lambda: self.moment)):
            return running.llm_cost(self.folder, *args, env=self.environment)

    def run(self, line: str) -> Ran:
        path = os.pathsep.join([str(self.programs), os.environ["PATH"]])
        modules = os.pathsep.join([str(self.programs), running.MODULES])
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env={
                **os.environ,
                "PATH": path,
                "PYTHONPATH": modules,
                **self.environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return Ran(done.returncode, done.stdout)


def write_programs(folder: Path, moment: float) -> None:
    """Scripts like those that an installer writes, and the clock for every Python that they start."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(CLOCK.format(moment=moment))
    for name, module in PROGRAMS.items():
        start = f"import sys; sys.argv[0] = '{name}'; from {module} import main; sys.exit(main())"
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{start}" "$@"\n')
        script.chmod(0o755)
