"""Revision arguments -> the two sides of a comparison, with git's own meaning of dots."""

from __future__ import annotations

import os
from typing import NamedTuple

from ..errors import ConfigError
from ..git.plumbing import Repository
from ..git.revisions import merge_base, try_resolve_commit
from ..reading import EMPTY, STAGED, WORKTREE, Source, commit_source
from ..report import Name, Text


class Asked(NamedTuple):
    """What the command line said."""

    revisions: tuple[str, ...]
    paths: tuple[str, ...] = ()
    cached: bool = False
    from_merge_base: bool = False
    base: str | None = None
    head: str | None = None


def split_paths(
    repo: Repository, words: tuple[str, ...], after_dashes: tuple[str, ...] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(revisions, paths). Words before `--` are revisions; without it (None) a word that could be both is refused."""
    if after_dashes is not None or repo.top is None:
        return words, after_dashes or ()
    revisions: list[str] = []
    paths: list[str] = []
    for word in words:
        if not os.path.lexists(word):
            revisions.append(word)
        elif not paths and _is_revision(repo, word):
            raise ConfigError(f'"{word}" is both a revision and a path', "Put -- between revisions and paths.")
        else:
            paths.append(word)
    return tuple(revisions), tuple(paths)


def _is_revision(repo: Repository, word: str) -> bool:
    return all(try_resolve_commit(repo.cwd, end or "HEAD") for end in word.replace("...", "..").split("..", 1))


def find_sides(repo: Repository, asked: Asked) -> tuple[Source, Source, tuple[Text, ...]]:
    """(base, head, notes). Raises ConfigError for sides that cannot be had; nothing is guessed."""
    if asked.base is not None or asked.head is not None:
        return _by_option(repo, asked)
    if len(asked.revisions) > 2:
        raise ConfigError(f"{len(asked.revisions)} revisions were given, a comparison has two sides", "Name two.")
    if asked.cached:
        if repo.top is None:
            raise ConfigError("A bare repository has no index to compare with", "Name two commits: diff main HEAD")
        if len(asked.revisions) > 1:
            raise ConfigError("--cached compares one revision with the index", "Drop the other revision.")
        if not asked.revisions and try_resolve_commit(repo.cwd, "HEAD") is None:
            return EMPTY, STAGED, ()  # before the first commit
        return _against(repo, (*asked.revisions, "HEAD")[0], STAGED, asked.from_merge_base)
    if not asked.revisions:
        raise ConfigError("Which sides? diff compares with a revision", "For example: llm-cost diff main")
    if len(asked.revisions) == 2 and asked.from_merge_base:
        return since_merge_base(repo, asked.revisions[0], commit_source(repo, asked.revisions[1]))
    if len(asked.revisions) == 2:
        return commit_source(repo, asked.revisions[0]), commit_source(repo, asked.revisions[1]), ()
    revision = asked.revisions[0]
    if ".." in revision and asked.from_merge_base:
        raise ConfigError("--merge-base and a range are both given", "Write A...B, or --merge-base A B.")
    if "..." in revision:
        base, _, head = revision.partition("...")
        return since_merge_base(repo, base or "HEAD", commit_source(repo, head or "HEAD"))
    if ".." in revision:
        base, _, head = revision.partition("..")
        return commit_source(repo, base or "HEAD"), commit_source(repo, head or "HEAD"), ()
    if repo.top is None:
        raise ConfigError("A bare repository has no working tree to compare with", f"Name both: diff {revision} HEAD")
    return _against(repo, revision, WORKTREE, asked.from_merge_base)


def _by_option(repo: Repository, asked: Asked) -> tuple[Source, Source, tuple[Text, ...]]:
    if asked.base is None:
        raise ConfigError("--head needs --base", "For example: llm-cost diff --base main --head HEAD")
    if asked.revisions or asked.cached:
        raise ConfigError("--base and --head name both sides already", "Drop the other revisions, or the options.")
    head = commit_source(repo, "HEAD" if asked.head is None else asked.head)
    if asked.from_merge_base:
        return since_merge_base(repo, asked.base, head)
    base = commit_source(repo, asked.base)
    return base, head, moved_on(repo, asked.base, base, head)


def _against(
    repo: Repository, revision: str, head: Source, from_merge_base: bool
) -> tuple[Source, Source, tuple[Text, ...]]:
    here = commit_source(repo, "HEAD") if from_merge_base or try_resolve_commit(repo.cwd, "HEAD") else None
    if from_merge_base and here is not None:
        base, _, notes = since_merge_base(repo, revision, here)
        return base, head, notes
    base = commit_source(repo, revision)
    return base, head, moved_on(repo, revision, base, here) if here else ()


def since_merge_base(repo: Repository, revision: str, head: Source) -> tuple[Source, Source, tuple[Text, ...]]:
    """(base, head, notes) where base is the commit at which head's history left `revision`."""
    base, commit = commit_source(repo, revision), head.commit
    assert base.commit is not None and commit is not None
    found = merge_base(repo.cwd, base.commit, commit)
    note = ("base is ", found[:9], ", where ", Name(head.label), " left ", Name(base.label))
    return commit_source(repo, found, base.label), head, (note,) if found != base.commit else ()


def moved_on(repo: Repository, revision: str, base: Source, head: Source) -> tuple[Text, ...]:
    """A hint where base has commits that head does not have: they show in the comparison, turned round."""
    if base.commit is None or head.commit is None or base.commit == head.commit:
        return ()
    try:
        behind = merge_base(repo.cwd, base.commit, head.commit) != base.commit
    except ConfigError:
        return ()  # no common history, or a shallow clone: two trees can still be compared
    if not behind:
        return ()
    word = Name(revision)
    return ((word, " has moved on since the branch point: ", word, "... compares with the merge base"),)
