"""What pre-push and pre-receive have in common: every ref of a push is judged, whatever the others are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..boundary import complain, say_code, write
from ..errors import ConfigError, ExitCode, LlmCostError, worst
from ..render.sanitise import terminal_name

if TYPE_CHECKING:
    from ..git.plumbing import Repository
    from ..reading import Source


def judge_each(judges: Sequence[Callable[[], int]]) -> int:
    """The worst of the codes; a ref that cannot be judged does not hide the others."""
    codes = [_code(judge) for judge in judges]
    if len(codes) > 1:
        say_code(worst(codes))
    return int(worst(codes))


def _code(judge: Callable[[], int]) -> ExitCode:
    try:
        return ExitCode(judge())
    except LlmCostError as error:
        complain(error.message, error.hint)
        say_code(error.code)
        return error.code


def judge_pushed(oid: str, ref: str, base_of: Callable[[Repository, Source], Source], *, force_stale: bool) -> int:
    """Judge the commit `oid` that `ref` is to point at, against `base_of(repository, it)`; not what is no commit."""
    from ..git.catfile import headers
    from ..git.plumbing import open_repository
    from ..git.revisions import try_resolve_commit
    from ..reading import commit_source
    from .judging import judge

    if is_zero(oid):
        return 0  # a deletion
    repo = open_repository()
    if try_resolve_commit(repo.cwd, oid) is None:
        if not headers(repo.cwd, [oid])[oid]:
            raise ConfigError(f"{ref}: {oid[:9]} is not in this repository", "Run: git fsck")
        write(sys.stderr, f"llm-cost: {terminal_name(ref)} is not a commit and is not judged\n")
        return 0
    head = commit_source(repo, oid, ref.removeprefix("refs/heads/"))
    base = base_of(repo, head)
    write(sys.stdout, f"{terminal_name(head.label)}, compared with {terminal_name(base.label)}:\n\n")
    return judge(repo, head, base, speak=True, force_stale=force_stale)


def is_zero(oid: str) -> bool:
    """Whether git names nothing by this id."""
    return set(oid) == {"0"}
