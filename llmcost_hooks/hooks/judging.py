"""What both hooks do once they know which sides to judge."""

from __future__ import annotations

import os
import sys

from ..boundary import write
from ..checking import check_side
from ..clock import today
from ..failures import say_failures
from ..git.changes import Change
from ..git.plumbing import Repository, open_repository
from ..memo import Memo, memo_path
from ..reading import EMPTY, STAGED, Source, commit_source
from ..snapshot import Selection


def judge_index(staged: tuple[Change, ...], head: tuple[str, str] | None, *, force_stale: bool = False) -> int:
    """The index, which changes `staged` in HEAD, against HEAD: its commit and tree. Silent where it passes."""
    repo = open_repository()
    if head is None:
        return judge(repo, STAGED, EMPTY, force_stale=force_stale)
    return judge(
        repo, STAGED._replace(tree=head[1], staged=staged), Source("commit", "HEAD", *head), force_stale=force_stale
    )


def judge_range(start: str, end: str, *, speak: bool = False, force_stale: bool = False) -> int:
    """Commit `end` against commit `start`, as a hook manager names them."""
    repo = open_repository()
    return judge(repo, commit_source(repo, end), commit_source(repo, start), speak=speak, force_stale=force_stale)


def judge(
    repo: Repository, head: Source, base: Source | None, *, speak: bool = False, force_stale: bool = False
) -> int:
    """Judge `head` by its manifest and print the report where it fails, or in any case with `speak`."""
    _leave_certificates_out()
    on = today()
    checked = check_side(repo, head, base, Selection(), Memo(memo_path(os.environ)), on, force_stale=force_stale)
    if speak or checked.code():
        from ..render.text import render_text
        from ..report_check import check_report

        estimate, manifest, comparison, verdict = checked
        write(sys.stdout, render_text(check_report(estimate, manifest, verdict, comparison)))
    return say_failures(checked.verdict.problems, checked.code())


def _leave_certificates_out() -> None:
    """Importing pygit2 loads the system's TLS certificates, a tenth of a hook's time. A hook never connects."""
    os.environ["SSL_CERT_FILE"] = os.devnull  # no regular file, so there is nothing to load
    os.environ["SSL_CERT_DIR"] = os.path.dirname(os.path.abspath(__file__))
