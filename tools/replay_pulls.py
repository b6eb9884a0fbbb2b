"""A real history as pull requests: what was committed one after the other is pushed to branches and merged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import tiktoken

from tests.repos import Repo

from . import history_oracle as oracle

PATTERN = "**/SKILL.md"
CALLS, OUTPUT, RATES = 1000, 400, (Decimal("2.5"), Decimal(10))  # USD per million tokens of gpt-4o: input, output
MANIFEST = f"""\
version = 1

[defaults]
model = "gpt-4o"
calls = {CALLS}
output_tokens = {OUTPUT}
format = "text"

[budget]
period = "month"

[discover]
include = ["{PATTERN}"]
"""


class Push(NamedTuple):
    """A pull request after one push to its branch."""

    number: int
    last: bool  # it is merged after this one
    base: str  # commit that main is at
    fork: str  # commit where the branch left main
    head: str  # commit of the branch
    merge: str  # commit of the two together


class Replay:
    """A server's repository, `path`, into which the commits of a bundle come as pull requests."""

    def __init__(self, bundle: Path, path: Path) -> None:
        self.repo = Repo.init(path, "--bare")
        self.repo.git("fetch", "-q", str(bundle), "main:refs/real/main")
        self.repo.git("symbolic-ref", "HEAD", "refs/heads/main")

    def changes(self, count: int) -> list[str]:
        """The last `count` + 1 commits of the real main, along first parents, that change a prompt."""
        text = self.repo.git("rev-list", "--first-parent", "refs/real/main", "--", f":(glob){PATTERN}")
        found = text.split("\n")[: count + 1]
        if len(found) <= count:
            raise SystemExit(f"the history changes prompts {len(found)} times only")
        return found[::-1]

    def pulls(self, changes: list[str], pushes: int) -> Iterator[Push]:
        """`pushes` changes to each pull request. While one is open, main moves on in a file that is no prompt."""
        first, *others = changes
        main = self.commit(self.with_manifest(first), "before", [])
        for number in range(1, -(-len(others) // pushes) + 1):
            fork = branch = main
            chosen = others[(number - 1) * pushes : number * pushes]
            for at, real in enumerate(chosen):
                branch = self.commit(
                    self.with_manifest(real), self.repo.git("log", "-1", "--format=%B", real), [branch]
                )
                if at == 1:
                    main = self.commit(self.with_file(main, f"news/{number}", "moved on\n"), "news", [main])
                tree = self.repo.git("merge-tree", "--write-tree", main, branch)
                merge = self.commit(tree, "merge", [main, branch])
                self.point(**{"refs/heads/main": main, f"refs/pull/{number}/merge": merge})
                self.point(**{f"refs/pull/{number}/head": branch})
                yield Push(number, at == len(chosen) - 1, main, fork, branch, merge)
            main = self.commit(self.repo.git("merge-tree", "--write-tree", main, branch), "merge", [main, branch])
            self.point(**{"refs/heads/main": main})

    def commit(self, tree: str, message: str, parents: list[str]) -> str:
        self.repo.commits += 1
        named = [word for parent in parents for word in ("-p", parent)]
        return self.repo.git("commit-tree", tree, *named, stdin=message.encode(errors="surrogateescape"))

    def point(self, **refs: str) -> None:
        for ref, commit in refs.items():
            self.repo.git("update-ref", ref, commit)

    def with_manifest(self, commit: str) -> str:
        return self.with_file(commit, "llm-cost.toml", MANIFEST)

    def with_file(self, commit: str, path: str, text: str) -> str:
        """The tree of `commit` with one file more."""
        env = {"GIT_INDEX_FILE": str(self.repo.path / "scratch-index")}
        self.repo.git("read-tree", commit, env=env)
        blob = self.repo.git("hash-object", "-w", "--stdin", stdin=text.encode())
        self.repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=env)
        return self.repo.git("write-tree", env=env)


class Oracle:
    """What a commit's prompts cost, by plain git, tiktoken and a line of arithmetic: no code of the package."""

    def __init__(self, git_dir: Path, ranks: Path, cache: Path) -> None:
        self.git_dir = os.fspath(git_dir)
        self.encoding: tiktoken.Encoding = oracle.load_tiktoken(ranks, cache)
        self.known: dict[str, int | None] = {}

    def cost(self, commit: str) -> Decimal:
        """USD per period."""
        files = oracle.listing(self.git_dir, commit, (PATTERN,))
        oracle.count_blobs(self.git_dir, files.values(), self.encoding, self.known)
        tokens = [self.known[oid] for oid in files.values()]
        counted = [each for each in tokens if each is not None]
        if len(counted) < len(tokens):
            raise SystemExit(f"{commit}: a prompt is not UTF-8")
        return CALLS * (sum(counted) * RATES[0] + len(counted) * OUTPUT * RATES[1]) / 1_000_000
