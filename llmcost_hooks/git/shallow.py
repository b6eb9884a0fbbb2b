"""Shallow clones: commits whose parents are not here, and which ranges of commits are known all the same."""

from __future__ import annotations

import os

from .plumbing import git_failed, run_git


def cut_commits(cwd: str) -> frozenset[str]:
    """The ids of the commits whose parents this clone does not have; none where it is not shallow."""
    path = os.fsdecode(run_git(cwd, "rev-parse", "--git-path", "shallow").stdout).removesuffix("\n")
    try:
        with open(os.path.join(cwd, path), "rb") as file:
            return frozenset(file.read().decode("ascii").split())
    except FileNotFoundError:
        return frozenset()


def holds_range(cwd: str, base: str, head: str) -> bool:
    """Whether every commit of the full history's `base..head` (ids) is here.

    It is where no commit that the clone lists for the range is cut: what head has beyond this clone, base has too.
    """
    cut = cut_commits(cwd)
    return not cut or cut.isdisjoint(commit for commit, *_ in _range(cwd, base, head))


def knows_range(cwd: str, base: str, head: str) -> bool:
    """Whether the clone lists for `base..head` every commit of the full history's range, and none that is not its own.

    A commit that base had beyond a cut would descend, within the range, from one where the range leaves base; that one
    would lie beyond the cut too, but here every cut of base lies at it or below it.
    """
    cut = cut_commits(cwd)
    if not cut:
        return True
    listed = _range(cwd, base, head)
    ours = {commit for commit, *_ in listed}
    if not cut.isdisjoint(ours):
        return False
    if not ours:
        return True
    left = {parent for _, *parents in listed for parent in parents if parent not in ours}
    rooted = any(len(line) == 1 for line in listed)  # it does not leave base at all
    below = [] if rooted else _common(cwd, sorted(left))
    above = run_git(cwd, "rev-list", base, *(f"^{each}" for each in below), "--").stdout.decode("ascii")
    return cut.isdisjoint(above.split())


def _range(cwd: str, base: str, head: str) -> list[list[str]]:
    """The commits of `base..head` as far as they are here, each with its parents behind it."""
    listed = run_git(cwd, "rev-list", "--parents", head, f"^{base}", "--").stdout.decode("ascii")
    return [line.split() for line in listed.splitlines()]


def _common(cwd: str, commits: list[str]) -> list[str]:
    """The newest commits that are ancestors of every one of `commits`, or one of them."""
    found = run_git(cwd, "merge-base", "--octopus", "--all", *commits, check=False)
    if found.returncode > 1:
        raise git_failed("merge-base", found)
    return found.stdout.decode("ascii").split()
