"""Who wrote: the one place that asks git for people."""

from __future__ import annotations

from .plumbing import run_git


def last_author(cwd: str, revision: str, path: str) -> str | None:
    """The author of the last commit on the way to `revision` that changed the file; None where none did.

    `rev-list`, because a configuration can make `git log` run programs.
    """
    options = ("-1", "--encoding=UTF-8", "--format=%an", "--end-of-options")
    found = run_git(cwd, "rev-list", *options, revision, "--", path, check=False)
    lines = found.stdout.decode("utf-8", "replace").split("\n")
    return (lines[1].strip() or None) if found.returncode == 0 and len(lines) > 1 else None
