"""What hooks really loads and starts: most commits have nothing of ours, and must not wait for it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..cli.running import MODULES, PROJECT, words
from ..repos import Repo

PROBE = """
import sys
from importlib import import_module
code = import_module("llmcost_hooks.hooks." + sys.argv[2]).main(sys.argv[3:])
open(sys.argv[1], "w").write(repr((code, set(sys.modules))))
"""
NEVER_IN_VAIN = {
    "pygit2", "_pygit2", "cffi", "tiktoken", "regex", "click", "tabulate", "yaml", "sqlite3", "cryptography",
    "requests", "dataclasses", "inspect", "json", "argparse", "pathlib", "logging", "ssl", "socket", "asyncio",
    "importlib.metadata", "email", "difflib", "tempfile", "shutil", "ctypes", "llmcost_hooks.tokens",
    "llmcost_hooks.prices.book", "llmcost_hooks.estimate", "llmcost_hooks.cli",
}  # fmt: skip

GIT_COMMANDS = {"rev-parse", "cat-file", "hash-object", "diff-index", "ls-files", "ls-tree", "diff-tree", "config"}


def run_hook(repo: Repo, tmp_path: Path, hook: str = "pre_commit", *args: str) -> tuple[int, set[str], list[list[str]]]:
    """(exit code, modules that the hook adds to a bare interpreter's, git command lines that it started)."""
    # -S -s: no `.pth` file of the environment can import anything first; the paths are given instead.
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([MODULES, *(path for path in sys.path if path.endswith("-packages"))]),
        "GIT_TRACE2_EVENT": str(tmp_path / "trace"),
        "GIT_TRACE2_EVENT_NESTING": "0",
    }
    command = [sys.executable, "-S", "-s", "-c", PROBE, str(tmp_path / "loaded"), hook, *args]
    done = subprocess.run(command, cwd=repo.path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    code, loaded = ast.literal_eval((tmp_path / "loaded").read_text())
    trace = tmp_path / "trace"
    events = [json.loads(line) for line in trace.read_text().splitlines()] if trace.exists() else []
    return code, loaded, [event["argv"] for event in events if event["event"] == "start"]


@pytest.mark.parametrize("manifest", [True, False])
def test_commit_with_nothing_of_ours(repo: Repo, tmp_path: Path, manifest: bool) -> None:
    """96 of 100 commits are such."""
    if manifest:
        repo.write("llm-cost.toml", PROJECT)
    repo.write("prompts/search.md", words(400))
    repo.write("prompts/classify.md", words(100))
    repo.commit()
    for n in range(30):
        repo.stage(f"src/file{n}.py", f"print({n})\n")
    code, loaded, spawned = run_hook(repo, tmp_path)
    assert code == 0
    assert loaded & NEVER_IN_VAIN == set()
    assert len(spawned) <= 3, spawned


def test_commit_with_one_prompt(repo: Repo, tmp_path: Path) -> None:
    repo.write("llm-cost.toml", PROJECT)
    repo.write("prompts/search.md", words(400))
    repo.write("prompts/classify.md", words(100))
    repo.commit()
    repo.stage("prompts/search.md", words(500))
    code, loaded, _ = run_hook(repo, tmp_path)
    assert code == 0
    assert "pygit2" in loaded
    unwanted = {"tiktoken", "regex", "click", "tabulate", "cryptography", "requests", "urllib3", "yaml", "httpx"}
    assert loaded & unwanted == set()


def test_large_index_is_read_twice_at_most(repo: Repo, tmp_path: Path) -> None:
    """A hook in a large repository is as dear as the looks at its index: one, and one for manifests where it judges."""
    repo.write("llm-cost.toml", PROJECT)
    repo.write("prompts/search.md", words(400))
    repo.write("prompts/classify.md", words(100))
    for n in range(30):
        repo.write(f"src/{n}/main.py", f"print({n})\n")
    repo.commit()
    repo.stage("src/0/main.py", "print()\n")
    assert looks(run_hook(repo, tmp_path)) == ["diff-index"]
    (tmp_path / "trace").unlink()
    repo.stage("prompts/search.md", words(500))
    assert looks(run_hook(repo, tmp_path)) == ["diff-index", "diff-index"]


def looks(ran: tuple[int, set[str], list[list[str]]]) -> list[str]:
    """The commands of git that read the index, of all that a hook started; names such as `:path` would too."""
    commands = [next(word for word in argv[1:] if word in GIT_COMMANDS) for argv in ran[2]]
    assert len(commands) <= 8
    return [command for command in commands if command not in ("rev-parse", "cat-file", "hash-object")]
