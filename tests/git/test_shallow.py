"""Ranges of commits in shallow clones, held against the full history: the same, or said to be unknown."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.git.authors import last_author
from llmcost_hooks.git.plumbing import open_repository
from llmcost_hooks.git.shallow import cut_commits, holds_range, knows_range
from llmcost_hooks.reading import commit_source
from llmcost_hooks.stating import read_statements

from ..repos import Repo

ACCEPTED = "LLM-Cost-Accept: total <= +$1/month (once)"


def listed(repo: Repo, base: str, head: str) -> set[str]:
    return set(repo.git("rev-list", f"{base}..{head}").split())


def history(path: Path, seed: int, size: int = 14) -> tuple[Repo, list[str]]:
    """Random commits, some with two or three parents, now and then a second root; a bare repository and their ids."""
    repo, draw, stream = Repo.init(path, "--bare"), random.Random(seed), ""
    for n in range(1, size + 1):
        message = f"{n}\n\nCost-Approved-By: Commit {n} <c@x>"
        parents = draw.sample(range(max(1, n - 6), n), min(n - 1, draw.choice([1, 1, 1, 2, 2, 3])))
        if n > 1 and draw.random() < 0.04:
            parents = []
        stream += f"commit refs/heads/c{n}\nmark :{n}\ncommitter A <a@x> {draw.randint(1, 99) * 1000} +0000\n"
        stream += f"data {len(message)}\n{message}\n"
        stream += "".join(f"{'merge' if i else 'from'} :{each}\n" for i, each in enumerate(parents))
        stream += "" if parents else "deleteall\n"
    repo.git("fast-import", "--quiet", "--force", stdin=stream.encode())
    ids = dict(
        line.split() for line in repo.git("for-each-ref", "--format=%(refname:short) %(objectname)").splitlines()
    )
    return repo, [ids[f"c{n}"] for n in range(1, size + 1)]


def held(full: Repo, clone: Repo, base: str, head: str) -> tuple[bool, bool, bool]:
    """(known, held, whether the clone lists what the full history does); the laws hold."""
    truth, here = listed(full, base, head), listed(clone, base, head)
    known, holds = knows_range(clone.cwd, base, head), holds_range(clone.cwd, base, head)
    assert not known or here == truth
    assert not holds or here >= truth
    assert holds or not known
    return known, holds, here == truth


def test_a_range_is_the_full_historys_or_said_to_be_unknown(tmp_path: Path) -> None:
    """Whichever commits are cut: the clone's list of them is written at random."""
    known = wrong = 0
    for seed in range(12):
        full, ids = history(tmp_path / f"full{seed}", seed)
        draw = random.Random(seed)
        for n in range(5):
            clone = Repo(tmp_path / f"clone{seed}-{n}")
            shutil.copytree(full.path, clone.path)
            (clone.path / "shallow").write_text(
                "".join(f"{each}\n" for each in draw.sample(ids[:-3], draw.choice([1, 1, 2, 3])))
            )
            base, head = sorted(draw.sample(ids[4:], 2), key=ids.index)
            outcome = held(full, clone, base, head)
            known += outcome[0]
            wrong += not outcome[2]
    assert known >= 15 and wrong >= 10, (known, wrong)  # both happen, so that both are tested


def test_of_clones_as_git_makes_them(tmp_path: Path) -> None:
    """And deepened, they come to be known."""
    unknown = 0
    for seed in range(100, 112):
        full, ids = history(tmp_path / f"full{seed}", seed)
        full.git("config", "uploadpack.allowAnySHA1InWant", "true")
        clone = Repo.init(tmp_path / f"clone{seed}", "--bare")
        base, head = ids[-2], ids[-1]
        url = f"file://{full.path}"
        clone.git("fetch", "-q", "--depth=2", url, base, head)
        unknown += not held(full, clone, base, head)[0]
        for _ in range(14):
            if not cut_commits(clone.cwd):
                break
            clone.git("fetch", "-q", "--deepen=1", url, base, head)
            held(full, clone, base, head)
        assert held(full, clone, base, head) == (True, True, True)
    assert unknown >= 3


@pytest.fixture
def moved(tmp_path: Path) -> Repo:
    """main, which has accepted something long before feat left it, and has moved on since; feat merged into main."""
    repo = Repo.init(tmp_path / "origin")
    repo.commit("first")
    repo.commit(f"old\n\n{ACCEPTED}")
    repo.branch("feat")
    repo.commit("own\n\nCost-Approved-By: Ada <a@x>")
    repo.commit("more")
    repo.checkout("main")
    for n in range(5):
        repo.commit(f"moved {n}")
    repo.branch("merged")
    repo.merge("feat")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return repo


def said(clone: Repo, base: str, head: str) -> tuple[int, tuple[str, ...]]:
    repo = open_repository(clone.cwd)
    found = read_statements(repo, commit_source(repo, base), commit_source(repo, head))
    return len(found.waivers), found.approvers


def clone_of(origin: Repo, path: Path, depth: int) -> Repo:
    clone = Repo.init(path, "-b", "none")
    clone.git("remote", "add", "origin", f"file://{origin.path}")
    clone.git("fetch", "-q", f"--depth={depth}", "origin", "+merged:refs/heads/merged")
    clone.git("fetch", "-q", "--depth=1", "origin", "+main:refs/heads/main")
    return clone


def test_what_base_accepted_long_ago_is_not_the_changes_own(moved: Repo, tmp_path: Path) -> None:
    assert said(moved, "main", "merged") == (0, ("Ada <a@x>",))
    clone = clone_of(moved, tmp_path / "clone", 5)
    assert ACCEPTED in clone.git("log", "main..merged")  # git cannot know better
    with pytest.raises(ConfigError, match="too little history") as caught:
        said(clone, "main", "merged")
    assert "git fetch --unshallow" in caught.value.hint
    clone.git("fetch", "-q", "--unshallow", "origin", "main", "merged")
    assert said(clone, "main", "merged") == (0, ("Ada <a@x>",))


def test_what_the_change_itself_says_is_not_overlooked(moved: Repo, tmp_path: Path) -> None:
    clone = clone_of(moved, tmp_path / "clone", 1)
    with pytest.raises(ConfigError, match="too little history"):
        said(clone, "main", "merged")


def test_new_commits_on_a_shallow_clone_are_known(moved: Repo, tmp_path: Path) -> None:
    moved.checkout("main")
    clone = moved.clone(tmp_path / "clone", "--depth=1")
    clone.commit(f"new\n\n{ACCEPTED}")
    assert said(clone, "origin/main", "HEAD") == (1, ())


def test_only_one_side_cut_and_nothing_said(moved: Repo, tmp_path: Path) -> None:
    """The commits of feat are all here, and none says anything: it does not matter which others base has."""
    moved.checkout("main")
    moved.branch("silent", "main~4")
    moved.commit("silent")
    clone = Repo.init(tmp_path / "clone", "-b", "none")
    clone.git("fetch", "-q", "--depth=2", f"file://{moved.path}", "+silent:refs/heads/silent")
    clone.git("fetch", "-q", "--depth=1", f"file://{moved.path}", "+main:refs/heads/main")
    with pytest.raises(ConfigError):
        said(clone, "main", "silent")  # its own beginning is cut
    clone.git("fetch", "-q", "--deepen=50", f"file://{moved.path}", "silent")
    assert said(clone, "main", "silent") == (0, ())


def test_no_last_author_at_a_cut(moved: Repo, tmp_path: Path) -> None:
    """There every file looks as if that commit had made it."""
    moved.checkout("main")
    moved.write("prompt.md", "text")
    moved.git("config", "user.name", "Writer")
    moved.commit("written")
    moved.git("config", "user.name", "Somebody else")
    moved.commit("nothing to do with it")
    assert last_author(moved.cwd, "HEAD", "prompt.md") == "Writer"
    clone = moved.clone(tmp_path / "clone", "--depth=1")
    assert last_author(clone.cwd, "HEAD", "prompt.md") is None
    clone.git("config", "user.name", "New")
    clone.write("prompt.md", "other")
    clone.commit("new")
    assert last_author(clone.cwd, "HEAD", "prompt.md") == "New"
