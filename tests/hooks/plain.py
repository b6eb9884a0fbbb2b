"""Our hooks as plain scripts in .git/hooks, as docs/hooks.md says to write them."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from ..preloaded import Preloaded
from ..repos import Repo

MODULES = {
    "pre-commit": "pre_commit", "pre-merge-commit": "pre_commit", "pre-push": "pre_push", "pre-receive": "pre_push",
    "commit-msg": "commit_msg", "prepare-commit-msg": "prepare_commit_msg", "manifest": "manifest_lint",
}  # fmt: skip


Install = Callable[..., None]


def install(preloaded: Preloaded, repo: Repo, *names: str) -> None:
    """Write the hooks; each also leaves a mark that it ran, beside the repository."""
    for name in names:
        mark = f"echo {name} >> {shlex.quote(str(marks(repo)))}"
        run = preloaded.script(name, f"llmcost_hooks.hooks.{MODULES[name]}:main")
        repo.hook(name, f"{mark}\nexec {run}")


def marks(repo: Repo) -> Path:
    return repo.path.parent / "hooks-that-ran"


def ran(repo: Repo) -> int:
    """How many hooks have run since the last question."""
    path = marks(repo)
    count = len(path.read_text().splitlines()) if path.exists() else 0
    path.unlink(missing_ok=True)
    return count
