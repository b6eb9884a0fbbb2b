"""`llm-cost-pre-push`: judges what is pushed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..boundary import guarded, leave
from ..errors import ConfigError
from .arguments import FORCE_STALE, pre_commit_range, wants_help
from .pushed import is_zero, judge_each, judge_pushed

if TYPE_CHECKING:
    from ..git.plumbing import Repository
    from ..reading import Source

HELP = """usage: llm-cost-pre-push [--force-stale] [REMOTE [URL]] < REFS

Git pre-push and pre-receive hook: hold every pushed branch and tag against [budget] in its llm-cost.toml.

Installed as .git/hooks/pre-push it reads the refs from standard input, as git gives them. Under pre-commit it reads
PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF; pre-commit passes one ref of a push and skips tags. Installed on a server as
hooks/pre-receive it refuses the whole push where one ref fails.
The increase is judged against what the remote has: the ref's own old commit, or for a new ref the merge base with the
remote's default branch. LLM-Cost-Accept trailers of the pushed commits count. A deleted ref is not judged.
--force-stale uses prices that are too old (not recommended).

To skip it once: SKIP=llm-cost-budget git push (under
pre-commit), git push --no-verify (plain).

Exit codes: 0 OK, 1 BUDGET_EXCEEDED, 2 CONFIG_ERROR, 3 PARSE_ERROR, 4 PRICING_ERROR.
"""


_OID = re.compile(r"[0-9a-f]{40,}")


class Pushed(NamedTuple):
    """One line of git's pre-push protocol; an oid of zeros stands for nothing."""

    local_ref: str
    local_oid: str
    remote_ref: str
    remote_oid: str


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    return guarded(lambda: 0 if wants_help("llm-cost-pre-push", HELP, arguments) else _judge(arguments, os.environ))


def run() -> None:
    """The program: `main`, and with it the process ends."""
    leave(main())


def _judge(given: list[str], environ: Mapping[str, str]) -> int:
    arguments, force_stale = [each for each in given if each != FORCE_STALE], FORCE_STALE in given
    if environ.get("PRE_COMMIT") and not arguments:  # git itself always names the remote
        return _under_pre_commit(environ, force_stale)
    if sys.stdin is None or (not arguments and sys.stdin.isatty()):
        raise ConfigError("llm-cost-pre-push is a git hook: git starts it with the pushed refs on standard input",
                          "To judge a commit by hand: llm-cost check --rev HEAD --base main")  # fmt: skip
    text = os.fsdecode(sys.stdin.buffer.read())
    if not arguments and not text:  # git names a remote or a ref; with neither, nothing was handed on
        raise ConfigError("Standard input is empty, and no remote is named: nothing was judged",
                          'Hand on what git gives: llm-cost-pre-push "$@", with standard input.')  # fmt: skip
    if not arguments:  # git names no remote to a server's hook
        from .pre_receive import judge_received, parse_received

        if received := parse_received(text):
            return judge_received(received, force_stale)
    remote = arguments[0] if arguments else "origin"
    return judge_each([_judge_ref(ref, remote, force_stale) for ref in parse_refs(text)])


def _under_pre_commit(environ: Mapping[str, str], force_stale: bool) -> int:
    from ..git.plumbing import open_repository
    from ..reading import EMPTY, commit_source
    from .judging import judge, judge_range

    if named := pre_commit_range(environ):
        return judge_range(*named, speak=True, force_stale=force_stale)
    # The first push of a root commit has no range; `pre-commit run --hook-stage pre-push --all-files` has no branch.
    repo = open_repository()
    head = commit_source(repo, environ.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD")
    return judge(repo, head, EMPTY, speak=True, force_stale=force_stale)


def parse_refs(text: str) -> list[Pushed]:
    """git's lines `<local ref> <local oid> <remote ref> <remote oid>`; ConfigError for anything else."""
    refs = []
    for line in text.removesuffix("\n").split("\n") if text else []:
        words = line.rsplit(" ", 3)
        if len(words) != 4 or not (_OID.fullmatch(words[1]) and _OID.fullmatch(words[3])):
            raise ConfigError("Standard input is not what git gives a pre-push hook", "Run: llm-cost-pre-push --help")
        refs.append(Pushed(*words))
    return refs


def _judge_ref(ref: Pushed, remote: str, force_stale: bool) -> Callable[[], int]:
    return lambda: judge_pushed(
        ref.local_oid, ref.local_ref, lambda repo, head: _base(repo, ref, remote, head), force_stale=force_stale
    )


def _base(repo: Repository, ref: Pushed, remote: str, head: Source) -> Source:
    """What the remote has of this ref; for a new one, where head left the remote's default branch."""
    from ..git.catfile import headers
    from ..git.revisions import try_merge_base, try_resolve_commit, unpushed_base
    from ..reading import EMPTY, commit_source

    name, shown = ref.remote_ref.removeprefix("refs/heads/"), re.sub("//[^/]*@", "//", remote)  # no password
    if not is_zero(ref.remote_oid):
        if try_resolve_commit(repo.cwd, ref.remote_oid) is None:
            if headers(repo.cwd, [ref.remote_oid])[ref.remote_oid]:
                return EMPTY  # a tag of a file or of a tree
            message = f"{shown}'s {name} is at {ref.remote_oid[:9]}, which is not in this repository"
            raise ConfigError(message, f"To compare with it: git fetch {shown}")
        return commit_source(repo, ref.remote_oid, f"{shown}/{name}")
    for branch in ("HEAD", "main", "master"):
        default = try_resolve_commit(repo.cwd, f"refs/remotes/{remote}/{branch}")
        if default is not None and head.commit is not None:
            if (found := try_merge_base(repo.cwd, default, head.commit)) is None:
                return EMPTY  # a history of its own
            return commit_source(repo, found, f"merge base with {shown}/{branch}")
    known = unpushed_base(repo.cwd, head.commit or "", remote)
    if known is None:
        return EMPTY  # the remote is empty, as far as is known here
    return commit_source(repo, known, "the nearest commit that a remote has")


if __name__ == "__main__":
    run()
