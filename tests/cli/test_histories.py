"""Small histories in the shapes of real ones: what changed is what git says, and nothing moves that did not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ..repos import Repo
from .running import answer, lines, llm_cost, passed

ALL = ("--include", "**/*.md", "--as", "text", "--model", "gpt-4o", "--output-tokens", "9")


def mass_rename(repo: Repo) -> None:
    for n in range(40):
        repo.write(f"patterns/p{n}/system.md", lines(f"p{n}", 8))
    repo.commit("before")
    repo.mv("patterns", "data/patterns")
    repo.commit("after")


def equal_tokens(repo: Repo) -> None:
    """ "15 words" becomes "16 words" in every file."""
    for n in range(12):
        repo.write(f"p{n}.md", f"Answer {n} in 15 words.\n" + lines("x", 5))
    repo.commit("before")
    for n in range(12):
        repo.write(f"p{n}.md", f"Answer {n} in 16 words.\n" + lines("x", 5))
    repo.commit("after")


def mode_only(repo: Repo) -> None:
    for n in range(12):
        repo.write(f"p{n}.md", lines(f"p{n}", 4))
    repo.commit("before")
    for n in range(12):
        (repo.path / f"p{n}.md").chmod(0o755)
    repo.commit("after")


def rename_with_edit(repo: Repo) -> None:
    for name in ("a", "b", "rewritten", "same"):
        repo.write(f"old/{name}.md", lines(name))
    repo.commit("before")
    for name in ("a", "b", "rewritten"):
        repo.mv(f"old/{name}.md", f"new/{name}2.md")
    repo.write("new/a2.md", lines("a") + "One more rule.\n")
    repo.write("new/b2.md", lines("b", 35) + lines("other", 20))
    repo.write("new/rewritten2.md", lines("quite another text"))
    repo.commit("after")


def merge(repo: Repo) -> None:
    """Against the first parent: what came from the other side. Both sides changed shared.md without a conflict."""
    repo.write("shared.md", lines("shared"))
    repo.write("moved.md", lines("moved"))
    repo.write("deleted.md", lines("deleted"))
    repo.commit("root")
    repo.branch("side")
    repo.write("shared.md", lines("shared") + "At the end, from the side.\n")
    repo.mv("moved.md", "deep/moved.md")
    repo.rm("deleted.md")
    repo.write("added.md", lines("added"))
    repo.commit("side")
    repo.checkout("main")
    repo.write("shared.md", "At the start, from main.\n" + lines("shared"))
    repo.commit("before")
    repo.merge("side")


def mass_delete(repo: Repo) -> None:
    for n in range(40):
        repo.write(f"p{n}.md", lines(f"p{n}", 3))
    repo.commit("before")
    repo.git("rm", "-q", "-r", ".")
    repo.commit("after")


def type_change(repo: Repo) -> None:
    """A file becomes a link and a link a file; a link is no prompt."""
    repo.write("a.md", lines("a"))
    repo.write("b.md", lines("b"))
    (repo.path / "c.md").symlink_to("a.md")
    repo.commit("before")
    (repo.path / "b.md").unlink()
    (repo.path / "b.md").symlink_to("a.md")
    (repo.path / "c.md").unlink()
    repo.write("c.md", lines("c"))
    repo.commit("after")


def mixed(repo: Repo) -> None:
    for name in ("edited", "moved", "gone", "same", "twin1", "twin2"):
        repo.write(f"p/{name}.md", lines(name.rstrip("12")))
    repo.commit("before")
    repo.write("p/edited.md", lines("edited", 59) + "Another last rule.\n")
    repo.mv("p/moved.md", "q/deep/er/moved.md")
    repo.mv("p/twin2.md", "q/twin2.md")
    repo.rm("p/gone.md")
    repo.write("p/new.md", "A new one.\n")
    repo.commit("after")


def swap(repo: Repo) -> None:
    """Two files change their names: git sees two edits, not two renames."""
    repo.write("a.md", lines("first"))
    repo.write("b.md", lines("second"))
    repo.commit("before")
    repo.write("a.md", lines("second"))
    repo.write("b.md", lines("first"))
    repo.commit("after")


HISTORIES: list[Callable[[Repo], None]] = [
    mass_rename, equal_tokens, mode_only, rename_with_edit, merge, mass_delete, type_change, mixed, swap,
]  # fmt: skip


def by_git(repo: Repo, base: str, head: str) -> set[tuple[str, str | None, str | None]]:
    """(content, base path, head path) of every prompt, changed or not, by `git diff` and `git ls-tree`."""
    found: set[tuple[str, str | None, str | None]] = set()
    fields = iter(repo.git("diff", "--raw", "-z", "--no-abbrev", "-M50%", "-l0", base, head).split("\0"))
    for facts in fields:
        if not facts:
            continue
        before_mode, mode, before, after, status = facts.lstrip(":").split(" ")
        path = next(fields)
        target = next(fields) if status[0] == "R" else path
        was, is_now = (each.startswith("100") for each in (before_mode, mode))
        content = "unchanged" if before == after else "modified"
        if was and is_now:
            found.add((content, path, target))
        elif was:
            found.add(("removed", path, None))
        elif is_now:
            found.add(("new", None, target))
    known = {path for _, old, new in found for path in (old, new)}
    for record in repo.git("ls-tree", "-r", "-z", head).split("\0"):
        facts, _, path = record.partition("\t")
        if path not in known and facts.startswith("100"):
            found.add(("unchanged", path, path))
    return found


def by_us(found: dict[str, Any]) -> set[tuple[str, str | None, str | None]]:
    changes = {(row["content"], row["base_path"], row["path"]) for row in found["prompts"]}
    assert len(changes) == len(found["prompts"])
    return changes


@pytest.mark.parametrize("build", HISTORIES, ids=lambda build: build.__name__)
def test_same_changes_as_git(repo: Repo, build: Callable[[Repo], None]) -> None:
    build(repo)
    for base, head in (("HEAD~1", "HEAD"), ("HEAD", "HEAD~1")):
        found = answer(repo, "diff", base, head, *ALL)
        assert by_us(found) == by_git(repo, base, head)
        sides = [answer(repo, "estimate", "--rev", side, *ALL)["total"] for side in (base, head)]
        assert [found["total"][f"{side}_input_tokens"] for side in ("base", "head")] == [
            s["input_tokens"] for s in sides
        ]
        assert [found["total"][side] for side in ("base", "head")] == [side["cost"] for side in sides]


@pytest.mark.parametrize("build", HISTORIES, ids=lambda build: build.__name__)
def test_staged_and_uncommitted_are_the_same(repo: Repo, build: Callable[[Repo], None]) -> None:
    """The same change in the index, and in the working tree beside an index that has it."""
    build(repo)
    if build is merge:
        repo.git("reset", "-q", "--hard", "HEAD~1")
        repo.git("merge", "-q", "--no-commit", "--no-ff", "side")
        expected = by_git(repo, "HEAD", repo.git("write-tree"))
    else:
        repo.git("reset", "-q", "--soft", "HEAD~1")
        expected = by_git(repo, "HEAD", repo.git("write-tree"))
    assert by_us(answer(repo, "diff", "--staged", *ALL)) == expected
    assert by_us(answer(repo, "diff", "HEAD", *ALL)) == expected


def test_what_costs_nothing(repo: Repo) -> None:
    """A mass rename, and an edit without a token more, change no cost; the second is still called modified."""
    mass_rename(repo)
    moved = answer(repo, "diff", "HEAD~1", "HEAD", *ALL)
    assert (moved["total"]["delta"], {row["delta"]["cost"] for row in moved["prompts"]}) == ("0", {"0"})
    text = passed(llm_cost(repo.path, "diff", "HEAD~1", "HEAD", *ALL)).out
    assert "40 unchanged prompts are not shown." in text and "Total: " in text and "%" not in text
    equal_tokens(repo)
    edited = answer(repo, "diff", "HEAD~1", "HEAD", *ALL)
    assert edited["total"]["delta"] == "0"
    assert [row["content"] for row in edited["prompts"]].count("modified") == 12
    assert "changed, cost equal" in passed(llm_cost(repo.path, "diff", "HEAD~1", "HEAD", *ALL)).out
