"""A real terminal, and a person at it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterable
from pathlib import Path

from .running import MODULES


def converse(
    cwd: Path, *args: str, answers: Iterable[tuple[str, str]], env: dict[str, str] | None = None
) -> tuple[int, str]:
    """A real terminal: each question is waited for and answered. The exit code and all that was shown."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": MODULES, "TERM": "xterm", **(env or {})}
    command = [sys.executable, "-m", "llmcost_hooks", *args]
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  (so that Ctrl-C reaches it)
    ) as process:  # fmt: skip
        os.close(follower)
        shown, seen = "", 0
        try:
            for question, reply in answers:
                shown = _until(leader, shown, question, seen)
                seen = len(shown)
                os.write(leader, reply.encode() + b"\n")
            shown = _until(leader, shown, None, seen)
            code = process.wait(20)
        finally:
            process.kill()
    os.close(leader)
    return code, shown.replace("\r\n", "\n")


def _until(leader: int, shown: str, question: str | None, seen: int) -> str:
    deadline = time.monotonic() + 20
    while question is None or question not in shown[seen:]:
        if not select.select([leader], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise AssertionError(f"{question!r} was not asked: {shown}")
        try:
            part = os.read(leader, 4096)
        except OSError:  # the other side has closed it
            part = b""
        if not part:
            if question is None:
                return shown
            raise AssertionError(f"it ended before {question!r}: {shown}")
        shown += part.decode()
    return shown
