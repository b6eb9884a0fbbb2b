"""A blobless clone: what it lacks is said, never guessed and never fetched."""

from __future__ import annotations

from pathlib import Path

from ..repos import Repo
from .running import llm_cost


def test_moves_with_edits_are_not_seen_and_that_is_said(repo: Repo, tmp_path: Path) -> None:
    text = "".join(f"line {n} of a prompt that is long enough to be recognised\n" for n in range(40))
    repo.write("prompts/old.md", text)
    repo.write("prompts/same.md", "moved as it is\n" * 9)
    repo.commit()
    repo.mv("prompts/old.md", "prompts/new.md")
    repo.mv("prompts/same.md", "prompts/here.md")
    repo.write("prompts/new.md", text + "one more line\n")
    repo.commit()
    repo.git("config", "uploadpack.allowFilter", "true")
    copy = repo.clone(tmp_path / "copy", "--filter=blob:none", "--no-checkout")

    whole = llm_cost(repo.path, "diff", "HEAD~1", "HEAD", "--model", "gpt-4o")
    assert "moved from prompts/old.md" in whole.out and "partial clone" not in whole.out

    partial = llm_cost(copy.path, "diff", "HEAD~1", "HEAD", "--model", "gpt-4o", "--no-cache")
    assert partial.code == 2
    assert "moved from prompts/same.md" in partial.out
    assert "shows as removed and new" in partial.out
    assert "git fetch --refetch --no-filter" in partial.err
