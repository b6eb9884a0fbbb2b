"""Which prompts moved: git's own rename detection, asked only where the ids do not already say it."""

from __future__ import annotations

from .git.changes import Renames, renames
from .git.plumbing import Repository
from .reading import Source
from .snapshot import PromptFile, Snapshot


def find_renames(repo: Repository, base: Snapshot, head: Snapshot, base_source: Source, head_source: Source) -> Renames:
    """New path -> old path of prompts that are known by their path and are on one side only.

    git is asked about these paths alone (a mass move of other files costs nothing). What it cannot see (a file that
    the working tree has and git does not track) is paired where the content is the same.
    """
    gone = _left_over(base, head)
    come = _left_over(head, base)
    tree, head_tree = base_source.tree, head_source.tree
    if not gone or not come or tree is None:
        return Renames({}, inexact=True)
    kind = head_source.kind
    moved = renames(
        repo.cwd, tree, head_tree, sorted({*gone, *come}), staged=kind == "index", worktree=kind == "worktree"
    )
    pairs = {new: old for new, old in moved.pairs.items() if new in come and old in gone}
    return Renames({**_same_content(gone, come, pairs), **pairs}, moved.inexact)


def _left_over(side: Snapshot, other: Snapshot) -> dict[str, PromptFile]:
    ids = {file.prompt_id for file in other.files}
    return {file.path: file for file in side.files if file.prompt_id not in ids and file.oid is not None}


def _same_content(gone: dict[str, PromptFile], come: dict[str, PromptFile], pairs: dict[str, str]) -> dict[str, str]:
    taken = set(pairs.values())
    old = {(file.oid, file.format): path for path, file in gone.items() if path not in taken}
    come_left = [(path, (file.oid, file.format)) for path, file in come.items() if path not in pairs]
    return {path: old.pop(oid) for path, oid in come_left if oid in old}
