"""Our programs as processes that have their modules already.

    python -m tests.preloaded SOCKET

waits at a socket for `client.py`, which stands for a program on PATH and hands on its arguments, its environment, its
directory and its open files. Each run is a fork of this process and ends as a process does; only what it would import
is there before. It is for tests of verdicts, of messages and of scripts that call us many times; what a cold start
loads, and how it ends under a signal, is tested with processes of its own.
"""

from __future__ import annotations

import gc
import os
import shlex
import socket
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from .cli.running import Ran

MODULES = (
    "html", "llmcost_hooks.checking", "llmcost_hooks.cli", "llmcost_hooks.commands.check",
    "llmcost_hooks.commands.comment", "llmcost_hooks.commands.diff", "llmcost_hooks.commands.estimate",
    "llmcost_hooks.commands.update_db", "llmcost_hooks.counting", "llmcost_hooks.fetch",
    "llmcost_hooks.git.conversion", "llmcost_hooks.git.objects", "llmcost_hooks.git.worktree",
    "llmcost_hooks.hooks.commit_msg", "llmcost_hooks.hooks.judging", "llmcost_hooks.hooks.manifest_lint",
    "llmcost_hooks.hooks.pre_commit", "llmcost_hooks.hooks.pre_push", "llmcost_hooks.hooks.pre_receive",
    "llmcost_hooks.hooks.prepare_commit_msg", "llmcost_hooks.known.framing", "llmcost_hooks.prices.signing",
    "llmcost_hooks.prompts.parts_text", "llmcost_hooks.render.jsondoc", "llmcost_hooks.render.text",
    "llmcost_hooks.split", "pygit2", "requests", "sqlite3", "tabulate", "tomli",
)  # fmt: skip


class Preloaded(NamedTuple):
    """The process at `socket`."""

    socket: Path

    def command(self, name: str, entry: str) -> list[str]:
        """The program `name`, whose entry point is "module:function"."""
        client = str(Path(__file__).with_name("client.py"))
        return [sys.executable, "-I", "-S", client, str(self.socket), name, entry]

    def script(self, name: str, entry: str) -> str:
        """The shell command that it is."""
        return f'{shlex.join(self.command(name, entry))} "$@"'

    def run(
        self,
        cwd: Path | str,
        *args: str,
        entry: str = "llmcost_hooks.cli:main",
        env: dict[str, str | None] | None = None,
        stdin: bytes = b"",
    ) -> Ran:
        """How it ends, started in `cwd` with ARGS. A variable that is None in `env` is unset."""
        given = {**os.environ, **(env or {})}
        environment = {name: value for name, value in given.items() if value is not None}
        command = [*self.command("llm-cost", entry), *args]
        done = subprocess.run(command, cwd=cwd, env=environment, input=stdin, capture_output=True, check=False)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def main(path: str) -> None:
    for module in MODULES:
        import_module(module)
    gc.freeze()  # a fork shares what nobody visits
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(16)
        print("ready", flush=True)
        while True:
            connection, _ = listening.accept()
            while _ended():
                pass
            if os.fork() == 0:
                listening.close()
                _serve(connection)
            connection.close()


def _ended() -> bool:
    """Whether a run had ended that nobody has asked for."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] > 0
    except ChildProcessError:
        return False


def _serve(connection: socket.socket) -> None:
    """Run what is asked for in a process, wait for its end and answer how it ended."""
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as stream:
        words = stream.read().split(b"\0")
    if (run := os.fork()) == 0:
        connection.close()
        _become(files, [os.fsdecode(word) for word in words])
    code = os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])
    connection.sendall(bytes([code if code >= 0 else 128 - code]))
    os._exit(0)


def _become(files: list[int], words: list[str]) -> None:
    """The process that `client.py` stands for; `words` as it sends them."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    program, entry, directory, count, *rest = words
    os.chdir(directory)
    os.environ.clear()
    os.environ.update({name: value for name, _, value in (word.partition("=") for word in rest[int(count) :])})
    if moment := os.environ.get("PINNED_TIME"):
        time.time = lambda: float(moment)
    sys.argv = [program, *rest[: int(count)]]
    module, _, function = entry.partition(":")
    code = getattr(import_module(module), function)()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # what is inherited is not taken apart, which would take longer than the run


if __name__ == "__main__":
    main(sys.argv[1])
