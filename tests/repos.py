"""Small repositories, built by the git program itself."""

from __future__ import annotations

import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")  # a test may set them; a `Repo` stays where it is
FIRST_COMMIT = datetime(2026, 1, 1, tzinfo=timezone.utc)
# Whoever runs git in tests and tools; nothing of the machine's own configuration is read.
GIT_CONFIG = """\
[user]
    name = Ada Example
    email = ada@example.invalid
[init]
    defaultBranch = main
[protocol "file"]
    allow = always
[advice]
    detachedHead = false
[gc]
    auto = 0
[maintenance]
    auto = false
"""


class Ended(NamedTuple):
    """How a git process ended."""

    code: int
    out: bytes
    err: str


class Repo:
    """The repository whose working tree, or git directory if it is bare, is `path`.

    Each commit is a minute younger than the one before, so that the same steps always give the same ids.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.commits = 0

    @classmethod
    def init(cls, path: Path | str, *options: str) -> Repo:
        """`git init OPTIONS`, without git's sample hooks."""
        Path(path).mkdir(parents=True, exist_ok=True)
        repo = cls(path)
        repo.git("init", "-q", "--template=", *options)
        return repo

    def clone(self, path: Path | str, *options: str) -> Repo:
        """`git clone OPTIONS` of this repository through its transport, as from a server."""
        self.git("clone", "-q", "--template=", *options, f"file://{self.path}", str(path))
        copy = Repo(path)
        copy.commits = self.commits
        return copy

    @property
    def cwd(self) -> str:
        """What the functions of `llmcost_hooks.git` take."""
        return str(self.path)

    def run(self, *args: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> Ended:
        """`git ARGS`, however it ends."""
        now = (FIRST_COMMIT + timedelta(minutes=self.commits)).isoformat()
        kept = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
        environment = {**kept, "GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now, **(env or {})}
        done = subprocess.run(
            ["git", *args], cwd=self.path, input=stdin, capture_output=True, env=environment, check=False
        )
        return Ended(done.returncode, done.stdout, os.fsdecode(done.stderr))

    def raw(self, *args: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> bytes:
        """stdout of `git ARGS`; the test fails where git fails."""
        code, out, err = self.run(*args, stdin=stdin, env=env)
        assert code == 0, f"git {' '.join(args)} ended with {code}: {err}"
        return out

    def git(self, *args: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> str:
        """stdout of `git ARGS` as text, without the final line end."""
        return os.fsdecode(self.raw(*args, stdin=stdin, env=env)).removesuffix("\n")

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file of the working tree, not staging it."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def stage(self, path: str, content: str | bytes) -> None:
        """Write a file and `git add` it."""
        self.write(path, content)
        self.git("--literal-pathspecs", "add", "--", path)

    def rm(self, path: str) -> None:
        """`git rm`: remove a file from the working tree and the index."""
        self.git("--literal-pathspecs", "rm", "-q", "--", path)

    def mv(self, source: str, target: str) -> None:
        """`git mv`, making the target's directory."""
        (self.path / target).parent.mkdir(parents=True, exist_ok=True)
        self.git("mv", "--", source, target)

    def commit(self, message: str = "change", *, all: bool = True) -> None:
        """Commit everything there is, or with `all=False` what is staged."""
        self.commits += 1
        if all:
            self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def branch(self, name: str, start: str = "HEAD") -> None:
        """Make a branch and check it out."""
        self.git("checkout", "-q", "-b", name, start)

    def checkout(self, revision: str) -> None:
        """`git checkout`."""
        self.git("checkout", "-q", revision)

    def merge(self, *branches: str) -> str:
        """Merge without conflict; the merge commit's id."""
        self.commits += 1
        self.git("merge", "-q", "--no-ff", "-m", "merge", *branches)
        return self.oid("HEAD")

    def oid(self, revision: str) -> str:
        """The id that a revision, or `revision:path`, names."""
        return self.git("rev-parse", "--verify", revision)

    def hook(self, name: str, script: str) -> None:
        """Install a hook that is this shell script."""
        file = self.path / self.git("rev-parse", "--git-path", f"hooks/{name}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
