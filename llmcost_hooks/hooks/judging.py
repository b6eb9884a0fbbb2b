"""What the hooks do once they know which sides to judge."""

from __future__ import annotations

import os
import sys

from ..accepting import COMMIT, MESSAGE, WHOLE
from ..boundary import write
from ..checking import check_side, compare_sides, read_sides
from ..clock import today
from ..compare import Comparison
from ..failures import say_failures
from ..git.certificates import without_certificates
from ..git.plumbing import Repository, open_repository
from ..memo import Memo, memo_path
from ..reading import EMPTY, STAGED, Source, commit_source
from ..snapshot import Selection
from ..stating import read_merged, read_statements
from ..waivers import NOTHING_STATED, Statements, join_statements
from .staged import Staged


def judge_index(staged: Staged, *, force_stale: bool = False) -> int:
    """The index against HEAD, before its message is known. Silent where it passes."""
    head, base = _index(staged)
    return judge(staged.repo, head, base, NOTHING_STATED, stage=COMMIT, force_stale=force_stale)


def judge_message(said: Statements, staged: Staged, *, force_stale: bool = False) -> int:
    """The same with what its message says, and the commits that it merges. Silent where it passes."""
    head, base = _index(staged)
    said = join_statements(said, read_merged(staged.repo))
    return judge(staged.repo, head, base, said, stage=MESSAGE, force_stale=force_stale)


def judge_range(start: str, end: str, *, speak: bool = False, force_stale: bool = False) -> int:
    """Commit `end` against commit `start`, as a hook manager names them."""
    repo = open_repository()
    return judge(repo, commit_source(repo, end), commit_source(repo, start), speak=speak, force_stale=force_stale)


def judge(
    repo: Repository, head: Source, base: Source | None, said: Statements | None = None, *,
    speak: bool = False, force_stale: bool = False, stage: str = WHOLE,
) -> int:  # fmt: skip
    """Judge `head` by its manifest and print the report where it fails, or in any case with `speak`.

    `said` is what the messages say; None: those of the commits from `base` to `head`.
    """
    said = read_statements(repo, base, head) if said is None else said
    memo = Memo(memo_path(os.environ))
    with without_certificates():
        checked = check_side(
            repo, head, base, Selection(), memo, today(), force_stale=force_stale, said=said, stage=stage
        )
    warned = stage == COMMIT and any(each.is_increase() for each in checked.verdict.warned)
    if speak or checked.code() or warned:
        from ..render.text import render_text
        from ..report_check import check_report

        estimate, manifest, comparison, verdict = checked
        write(sys.stdout, render_text(check_report(estimate, manifest, verdict, comparison)))
    return say_failures(checked.verdict.problems, checked.code())


def compare_index(staged: Staged, *, force_stale: bool = False) -> Comparison:
    """HEAD against the index."""
    head, base = _index(staged)
    memo = Memo(memo_path(os.environ))
    with without_certificates():
        sides = read_sides(staged.repo, base, head, Selection())
        return compare_sides(staged.repo, sides, base, head, memo, today(), force_stale=force_stale)


def _index(staged: Staged) -> tuple[Source, Source]:
    """(the index, HEAD), with what is known of them already."""
    if staged.head is None:
        return STAGED, EMPTY
    return STAGED._replace(tree=staged.head[1], staged=staged.changes), Source("commit", "HEAD", *staged.head)
