"""What a new ref is compared with, and what is not judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.running import call_hook
from ..repos import Repo

HOOK = "llmcost_hooks.hooks.pre_push"
ZERO = "0" * 40
MANIFEST = """\
version = 1
[defaults]
model = "gpt-4o"
output_ratio = 1
[budget]
limit = 100
max_increase = "5%"
[discover]
include = ["prompts/**/*.md"]
"""


@pytest.fixture
def developed(repo: Repo, tmp_path: Path) -> Repo:
    """A remote whose default branch is called develop and was never fetched as HEAD; `feat` is dearer."""
    repo.git("checkout", "-q", "-b", "develop")
    repo.write("llm-cost.toml", MANIFEST)
    repo.write("prompts/a.md", "Answer in one word.\n")
    repo.commit()
    Repo.init(tmp_path / "remote.git", "--bare", "-b", "develop")
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    repo.git("push", "-q", "origin", "develop")
    repo.branch("feat")
    repo.write("prompts/a.md", "Answer in one word.\n" * 100)
    repo.commit()
    return repo


def push(repo: Repo, ref: str, *args: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    line = f"refs/heads/{ref} {repo.oid(ref)} refs/heads/{ref} {ZERO}\n"
    ran = call_hook(repo.path, *args, module=HOOK, stdin=line.encode(), env=env)
    return ran.code, ran.out, ran.err


@pytest.mark.parametrize("remote", ["origin", "https://example.invalid/x.git"])
def test_any_branch_that_the_remote_has_is_a_base(developed: Repo, remote: str) -> None:
    """By name, and by its URL: one word more must not be a way around the limit."""
    code, out, _ = push(developed, "feat", remote, "url")
    assert code == 1 and "Increase exceeded" in out


def test_what_the_remote_has_already(developed: Repo) -> None:
    developed.checkout("develop")
    developed.branch("same")
    code, out, _ = push(developed, "same", "origin", "url")
    assert code == 0 and "Within budget" in out


def test_the_environment_of_a_hook_manager_does_not_hide_the_refs(developed: Repo) -> None:
    developed.checkout("develop")
    code, out, _ = push(developed, "feat", "origin", "url", env={"PRE_COMMIT": "1"})
    assert code == 1 and "feat" in out


def test_an_object_that_is_not_there(developed: Repo) -> None:
    line = f"refs/heads/x {'1' * 40} refs/heads/x {ZERO}\n"
    ran = call_hook(developed.path, "origin", "url", module=HOOK, stdin=line.encode())
    assert ran.code == 2 and "is not in this repository" in ran.err


def test_a_name_with_a_line_separator(developed: Repo) -> None:
    developed.git("branch", "ls\u2028x", "feat")
    code, out, _ = push(developed, "ls\u2028x", "origin", "url")
    assert code == 1 and "\u2028" not in out


def test_several_refs_end_with_the_worst_code_named_last(developed: Repo) -> None:
    oid = developed.oid("feat")
    lines = f"refs/heads/a {oid} refs/heads/a {'1' * 40}\nrefs/heads/feat {oid} refs/heads/feat {ZERO}\n"
    ran = call_hook(developed.path, "origin", "url", module=HOOK, stdin=lines.encode())
    assert ran.code == 2 and ran.err.splitlines()[-1] == "Exit code: 2 (CONFIG_ERROR)"
