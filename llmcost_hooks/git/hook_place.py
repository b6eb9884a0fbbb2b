"""Where a repository's hooks belong, by git's own rules."""

from __future__ import annotations

import os
from typing import NamedTuple

from .plumbing import Repository, run_git


class HookPlace(NamedTuple):
    directory: str  # absolute; it need not be there
    stated: str  # core.hooksPath, "" where nothing is stated
    scope: str  # of the configuration that states it: "local", "worktree", "global", "system", "command"
    in_tree: bool  # of the working tree: others get it with the repository


def find_hooks(repo: Repository) -> HookPlace:
    """The directory that git looks for hooks in: of all working trees of the repository, or as core.hooksPath says."""
    directory = _path(repo, "--git-path", "hooks")
    common = _path(repo, "--git-common-dir")
    done = run_git(repo.cwd, "config", "--show-scope", "-z", "--get", "core.hooksPath", check=False)
    scope, _, stated = os.fsdecode(done.stdout).removesuffix("\0").partition("\0")
    in_tree = _inside(directory, repo.cwd) and not _inside(directory, common)
    return HookPlace(directory, stated, scope, in_tree)


def _inside(path: str, directory: str) -> bool:
    whole = os.path.realpath(directory)
    return os.path.commonpath([whole, os.path.realpath(path)]) == whole


def _path(repo: Repository, *options: str) -> str:
    """What git prints is relative to where it ran, or absolute."""
    out = os.fsdecode(run_git(repo.cwd, "rev-parse", *options).stdout).removesuffix("\n")
    return os.path.join(os.path.abspath(repo.cwd), out)
