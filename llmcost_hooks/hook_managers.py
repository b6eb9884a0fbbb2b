"""Programs that manage a repository's git hooks, and what to add to their configuration. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Manager(NamedTuple):
    name: str
    marks: tuple[str, ...]  # files and directories at the top of a repository that it manages
    snippet: str  # what its configuration gets
    place: str  # where the snippet belongs
    then: str  # what to type afterwards, "" for nothing


PRE_COMMIT = """\
  - repo: https://github.com/OWNER/llm-cost
    rev: v{version}
    hooks:
      - id: llm-cost-check
      - id: llm-cost-budget
      - id: llm-cost-manifest
      - id: llm-cost-message
"""

LEFTHOOK = """\
pre-commit:
  commands:
    llm-cost:
      run: llm-cost-pre-commit
pre-merge-commit:
  commands:
    llm-cost:
      run: llm-cost-pre-commit
commit-msg:
  commands:
    llm-cost:
      run: llm-cost-message {1}
pre-push:
  commands:
    llm-cost:
      run: llm-cost-pre-push {0}
      use_stdin: true
"""

HUSKY = """\
echo 'llm-cost-pre-commit' >> .husky/pre-commit
echo 'llm-cost-pre-commit' >> .husky/pre-merge-commit
echo 'llm-cost-message "$1"' >> .husky/commit-msg
echo 'llm-cost-pre-push "$@"' >> .husky/pre-push
"""

_LEFTHOOK_FILES = tuple(
    f"{name}.{ending}" for name in ("lefthook", ".lefthook", ".config/lefthook")
    for ending in ("yml", "yaml", "toml", "json", "jsonc")
)  # fmt: skip

MANAGERS = (
    Manager(
        "pre-commit",
        (".pre-commit-config.yaml",),
        PRE_COMMIT,
        "Add this to the repos of {mark}, with the address that you use for OWNER",
        "pre-commit install -t pre-commit -t pre-merge-commit -t commit-msg -t pre-push",
    ),
    Manager("lefthook", _LEFTHOOK_FILES, LEFTHOOK, "Add this to {mark}", "lefthook install"),
    Manager("husky", (".husky",), HUSKY, "Run this at the top of the repository", ""),
)


def find_manager(is_there: Callable[[str], bool]) -> tuple[Manager, str] | None:
    """The first manager of which something is there, and what that is."""
    return next(((manager, mark) for manager in MANAGERS for mark in manager.marks if is_there(mark)), None)
