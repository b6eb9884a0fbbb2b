"""What is staged, and whether any of it is ours: what the hooks of a commit ask first."""

from __future__ import annotations

from typing import NamedTuple

from ..git.changes import NOTHING, SUBMODULE, Change, staged_changes
from ..git.plumbing import Repository, open_at_head


class Staged(NamedTuple):
    """The index, by what it is staged over."""

    repo: Repository
    head: tuple[str, str] | None  # HEAD's commit and tree; None where it is unborn
    changes: tuple[Change, ...]


def read_staged() -> Staged:
    """The index of the repository around. git reads all of it, and meanwhile what `concerns_us` needs is loaded."""
    repo, head = open_at_head()
    return Staged(repo, head, tuple(staged_changes(".", head[1] if head else "HEAD", meanwhile=_load)))


def _load() -> None:
    from .. import attributes, nested, snapshot  # noqa: F401
    from ..git import catfile  # noqa: F401


def concerns_us(cwd: str, staged: Staged) -> bool:
    """Whether anything of ours is among what is staged.

    Asked of git, of the manifest and of the attributes above what is staged alone: most commits end here, before
    pygit2, tokens or prices load. Neither is staged then, so they are those of the tree: of the index git would read
    the whole once more.
    """
    from ..attributes import directory_of, files_above, parse_attributes
    from ..git.catfile import read_named
    from ..manifest import NAME, parse_manifest
    from ..nested import join_manifests, manifest_directory
    from ..snapshot import Finder, Selection, may_be_pulled_in

    # Where a submodule points is no file of this side.
    files = [change for change in staged.changes if not {change.base_mode, change.mode} <= {SUBMODULE, NOTHING}]
    paths = [path for change in files for path in (change.path, change.base_path)]
    if any(manifest_directory(path) is not None or directory_of(path) is not None for path in paths):
        return True
    tree = staged.head[1] if staged.head else ""
    above = files_above(paths)
    manifests = [(directory_of(path) or "") + NAME for path in above]  # those that can govern what is staged
    held = read_named(cwd, [f"{tree}:{path}" for path in (*manifests, *above)])
    said = {directory_of(path) or "": data for path in above if (data := held[f"{tree}:{path}"])}
    attributes = parse_attributes(said)
    found = {path: data for path in manifests if (data := held[f"{tree}:{path}"]) is not None}
    manifest = join_manifests(found, lambda path, data: parse_manifest(data, origin=f"index:{path}"))
    finder = Finder(manifest, Selection(), attributes)
    return any(finder.finds(path) or may_be_pulled_in(path, manifest) for path in paths)
