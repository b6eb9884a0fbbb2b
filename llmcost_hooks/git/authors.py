"""Who wrote: the one place that asks git for people."""

from __future__ import annotations

from .plumbing import run_git
from .shallow import cut_commits


def last_author(cwd: str, revision: str, path: str) -> str | None:
    """The author of the last commit on the way to `revision` that changed the file; None where none did.

    None too where that is a commit whose parents a shallow clone does not have: it shows every file as its own.
    `rev-list`, because a configuration can make `git log` run programs.
    """
    options = ("-1", "--encoding=UTF-8", "--format=%H%n%an", "--end-of-options")
    found = run_git(cwd, "rev-list", *options, revision, "--", path, check=False)
    lines = found.stdout.decode("utf-8", "replace").split("\n")  # "commit <id>", the id, the name
    if found.returncode or len(lines) < 3 or lines[1] in cut_commits(cwd):
        return None
    return lines[2].strip() or None
