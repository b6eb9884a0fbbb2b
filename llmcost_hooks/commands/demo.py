"""`llm-cost demo`: the main jobs on a small example repository, each command with its output."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

import click

from ..boundary import complain, say_code, write
from ..data import demo_folder
from ..errors import ConfigError, ExitCode
from ..git.plumbing import run_git

HELP = """Build a small example repository in a temporary folder and run the main jobs in it.

Prints each command with its output and removes the folder afterwards; --keep DIR builds it in DIR and leaves it there.
Needs git, and no network.
"""

_AUTHOR = {
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
       for what, value in (("NAME", "Demo"), ("EMAIL", "demo@example.com"), ("DATE", "2026-01-01T12:00:00Z"))},
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}  # fmt: skip

# What is run, what it is called, and the exit code that it must end with.
_STEPS = (
    ("What do the prompts on this branch cost?", "estimate", 0),
    ("What does the branch change? (for people)", "diff main", 0),
    ("The same for a pull request:", "diff main... --format markdown", 0),
    ("Does it keep the budget?", "check", int(ExitCode.BUDGET_EXCEEDED)),
)


@click.command("demo", help=HELP)
@click.option("--keep", metavar="DIR", help="Build the example in DIR, which must not exist, and keep it.")
def demo_command(keep: str | None) -> int:
    if keep and os.path.lexists(keep):
        raise ConfigError(f"{keep} exists already", "Name a directory that does not: the example replaces files.")
    _forget_outer_repository()
    folder = os.path.abspath(keep) if keep else tempfile.mkdtemp(prefix="llm-cost-demo-")
    try:
        build_example(folder)
        results = [_show_step(folder, *step) for step in _STEPS]
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    kept = f"The example is in {folder}.\n" if keep else ""
    if not all(results):
        complain("A step of the demo did not end as it must", "Please report it with the output above.")
        say_code(ExitCode.INTERNAL_ERROR)
        return int(ExitCode.INTERNAL_ERROR)
    write(sys.stdout, f"{kept}In your own repository: llm-cost init\n")
    return 0


def build_example(folder: str) -> None:
    """A repository with a branch `main` and, checked out, `feat/new-prompts` with one commit more."""
    os.makedirs(folder, exist_ok=True)
    run_git(folder, "init", "-q", "-b", "main", env=_AUTHOR)
    _commit(folder, "main", "Prompts and their budget")
    run_git(folder, "checkout", "-q", "-b", "feat/new-prompts", env=_AUTHOR)
    shutil.rmtree(os.path.join(folder, "prompts"))
    _commit(folder, "feature", "Examples for search, a classifier, and a folder for tickets")


def _commit(folder: str, side: str, message: str) -> None:
    shutil.copytree(demo_folder(side), folder, dirs_exist_ok=True)
    run_git(folder, "add", "-A", env=_AUTHOR)
    run_git(folder, "-c", "core.hooksPath=" + os.devnull, "commit", "-q", "--no-gpg-sign", "-m", message, env=_AUTHOR)


def _show_step(folder: str, title: str, command: str, expected: int) -> bool:
    """Run one command in a process of its own, as a user would; True where it ended as it must."""
    done = subprocess.run(
        [sys.executable, "-m", __package__.partition(".")[0], *command.split()],
        check=False, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        env={**os.environ, **_AUTHOR, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": _where_we_are()},
    )  # fmt: skip
    write(sys.stdout, f"# {title}\n$ git llm-cost {command}\n\n{done.stdout}\n")
    return done.returncode == expected


def _where_we_are() -> str:
    """So that the processes run this package, also where it was started from a path that is relative."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))


def _forget_outer_repository() -> None:
    """Inside a hook git's variables name the repository around; the example is another one."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
