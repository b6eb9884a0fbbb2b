"""One side, read: its manifest and its prompts, out of a commit, the index or the working tree.

Composition only: `git/` reads, `snapshot` decides what is a prompt.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from .attributes import NOTHING_SAID, Attributes
from .errors import ConfigError
from .finding import Files, files_of_index, files_of_tree, files_on_disk
from .git.catfile import read_named
from .git.changes import Change, staged_changes
from .git.index import index_entries, staged_over
from .git.named_files import named_below_index, named_in_tree, named_on_disk
from .git.objects import Unread
from .git.plumbing import Entry, Repository
from .git.revisions import branch_name, commit_and_tree, resolve_commit, tree_of
from .manifest import NAME, Manifest, parse_manifest
from .nested import join_manifests, manifest_directory
from .prompts import MAX_BYTES, Problem
from .snapshot import Selection, Snapshot, make_snapshot, place_of
from .unread import FETCH_ALL, sort_out


class Source(NamedTuple):
    """Where a side is read from."""

    kind: str  # "commit", "index", "worktree" or "empty"
    label: str
    commit: str | None = None
    tree: str | None = None  # of `commit`; for the index that of HEAD, where it has been asked already
    staged: tuple[Change, ...] | None = None  # what the index changes in HEAD, where that has been asked already


EMPTY = Source("empty", "nothing")
STAGED = Source("index", "index")
WORKTREE = Source("worktree", "worktree")


def commit_source(repo: Repository, revision: str, label: str | None = None) -> Source:
    """The commit that `revision` names, called `label`; HEAD is called by its branch, an id by its first digits.

    Raises ConfigError, with what to type, where it names none.
    """
    found = resolve_commit(repo.cwd, revision)
    tree = tree_of(repo.cwd, found)
    if label is None and revision in ("HEAD", "@"):
        label = branch_name(repo.cwd)
    return Source("commit", label or (found[:9] if revision == found else revision), found, tree)


class Side(NamedTuple):
    snapshot: Snapshot
    contents: Mapping[str, bytes]  # by oid: what is in the working tree and not in the object database
    source: Source = EMPTY
    found: Mapping[str, str | Problem] = {}  # what the snapshot was made of, by path
    attributes: Attributes = NOTHING_SAID


def read_manifest(repo: Repository, source: Source) -> Manifest | None:
    """The side's own manifest with those below it, or None. Raises ConfigError where one is there and not right."""
    return parse_manifests(source, read_manifest_bytes(repo, (source,))[0])


def read_manifest_bytes(repo: Repository, sources: Sequence[Source]) -> list[dict[str, bytes]]:
    """Each side's manifests as they stand there, by path; one spawn for all that git holds.

    Raises ConfigError for one that cannot be read.
    """
    manifests_of = _by_tree(repo, sources)
    named = [_manifest_names(repo, source, manifests_of) for source in sources]
    in_git = [name for names in named for name in names.values() if name]
    held = read_named(repo.cwd, in_git) if in_git else {}
    found = []
    for source, names in zip(sources, named, strict=True):
        contents = _manifests_on_disk(repo, [path for path, name in names.items() if name is None])
        for path, name in names.items():
            data = held[name] if name else None
            if data is not None:
                contents[path] = data
            elif name and path != NAME:
                raise ConfigError(f"{source.label}:{path} is not in this clone", f"To have it: {FETCH_ALL}")
        found.append(contents)
    return found


def parse_manifests(source: Source, held: Mapping[str, bytes]) -> Manifest | None:
    """What `read_manifest_bytes` found on a side, parsed; ConfigError names the side."""
    before = "" if source.kind == "worktree" else f"{source.label}:"
    return join_manifests(held, lambda path, data: parse_manifest(data, origin=before + path))


def files_there(repo: Repository, source: Source, paths: Iterable[str]) -> set[str]:
    """Those of `paths` that are files of the side, prompts or not."""
    if source.kind == "worktree":
        return {path for path in paths if os.path.isfile(os.path.join(_top(repo), path))}
    names = {path: f":{path}" if source.kind == "index" else f"{source.tree}:{path}" for path in paths}
    held = read_named(repo.cwd, list(names.values())) if names else {}
    return {path for path, name in names.items() if held[name] is not None}


def _by_tree(repo: Repository, sources: Sequence[Source]) -> Callable[[str], list[str]]:
    """Where a tree has manifests, each tree looked at once; the index is asked of the tree that it is staged over."""
    over = {source.tree: source.staged for source in sources if source.kind == "index" and source.staged is not None}

    def found(tree: str) -> list[str]:
        if tree in over:
            return named_below_index(repo.cwd, tree, over[tree] or (), NAME)
        return named_in_tree(repo.cwd, tree, NAME)

    return lru_cache(maxsize=None)(found)


def _manifest_names(
    repo: Repository, source: Source, manifests_of: Callable[[str], list[str]]
) -> dict[str, str | None]:
    """Where the side has manifests, and what git calls each; None for what lies in the working tree.

    The one at the top of a commit and of the index is always among them, there or not.
    """
    if source.kind == "worktree":
        found = {**named_on_disk(_top(repo), NAME), NAME: True}
        return {path: None if there else f":{path}" for path, there in found.items()}
    if source.kind == "index":
        return _manifests_staged(repo, source, manifests_of)
    if source.kind == "commit":
        return {path: f"{source.tree}:{path}" for path in sorted({NAME, *manifests_of(source.tree or "")})}
    return {}


def _manifests_staged(
    repo: Repository, source: Source, manifests_of: Callable[[str], list[str]]
) -> dict[str, str | None]:
    tree = _tree_below(repo, source)
    if not tree:
        listed = {path for path in index_entries(repo.cwd, (), _is_manifest) if _is_manifest(path)}
        return {path: f":{path}" for path in sorted({NAME, *listed})}
    # By the tree and by ids: for a name such as ":path" git reads the whole index, which may be large.
    found: dict[str, str | None] = {path: f"{tree}:{path}" for path in (NAME, *manifests_of(tree))}
    for change in _staged(repo, source):
        if _is_manifest(change.path):
            found[change.path] = f":{change.path}" if change.status == "U" else change.oid
            if change.status == "D" and change.path != NAME:
                del found[change.path]
    return dict(sorted(found.items()))


def _is_manifest(path: str) -> bool:
    return manifest_directory(path) is not None


def _manifests_on_disk(repo: Repository, paths: Sequence[str]) -> dict[str, bytes]:
    if not paths:
        return {}
    from .git.worktree import read_worktree  # not on the hook path

    there = [path for path in paths if os.path.lexists(os.path.join(_top(repo), path))]
    found = {}
    for path, read in read_worktree(repo.cwd, there, MAX_BYTES).items():
        if isinstance(read, Unread):
            raise ConfigError(f"{path} cannot be read: {read.reason}", "It has to be a regular file.")
        found[path] = read.data
    return found


def _top(repo: Repository) -> str:
    if repo.top is None:
        raise ConfigError("A bare repository has no working tree", "Name revisions: diff A B, or estimate --rev REV.")
    return repo.top


def read_side(
    repo: Repository,
    source: Source,
    manifest: Manifest | None,
    selection: Selection,
    *,
    borrowed: bool = False,
    broken: bool = False,
    like: Side | None = None,
) -> Side:
    """The side's prompts. `borrowed`: the manifest is the other side's; this one has none, or a `broken` one.

    `like` is a side that was read with the same manifest and selection: what both have is found and made once.
    """
    contents: dict[str, bytes] = {}
    found: Mapping[str, str | Problem] = {}
    attributes = NOTHING_SAID
    if source.kind in ("commit", "index"):
        entries, finder, attributes = _in_git(repo, source, manifest, selection)
        if NAME in entries and (manifest is None or not manifest.there or borrowed) and not broken:
            raise ConfigError(f"{source.label}:{NAME} is not in this clone", f"To have it: {FETCH_ALL}")
        like = _of_rules(like, attributes)
        known = like.found if like else {}
        found = {path: entry.oid for path, entry in entries.items() if path in known or finder.finds(path)}
    elif source.kind == "worktree":
        found, attributes = _in_worktree(repo, manifest, selection, contents)
        like = _of_rules(like, attributes)
    snapshot = make_snapshot(
        source.label, source.commit, manifest, selection, found, borrowed=borrowed, attributes=attributes,
        like=like.snapshot if like else None,
    )  # fmt: skip
    return Side(snapshot, contents, source, found, attributes)


def _of_rules(like: Side | None, attributes: Attributes) -> Side | None:
    return like if like is not None and like.attributes == attributes else None


def _in_git(repo: Repository, source: Source, manifest: Manifest | None, selection: Selection) -> Files[Entry]:
    """A commit's tree. For the index HEAD's, with what is staged over it; the whole index where HEAD is unborn."""
    if source.kind == "commit":
        return files_of_tree(repo.cwd, source.tree or "", (), manifest, selection)
    tree = _tree_below(repo, source)
    if not tree:
        return files_of_index(repo.cwd, manifest, selection)
    changes = _staged(repo, source)
    entries, finder, attributes = files_of_tree(repo.cwd, tree, changes, manifest, selection)
    ours = [change for change in changes if finder.finds(change.path) or change.path == NAME]
    return staged_over(entries, ours), finder, attributes


def _tree_below(repo: Repository, source: Source) -> str:
    """The tree that the index is staged over; "" where HEAD is unborn."""
    return source.tree or (commit_and_tree(repo.cwd, "HEAD") or ("", ""))[1]


def _staged(repo: Repository, source: Source) -> Sequence[Change]:
    return staged_changes(repo.cwd) if source.staged is None else source.staged


def _in_worktree(
    repo: Repository, manifest: Manifest | None, selection: Selection, contents: dict[str, bytes]
) -> tuple[dict[str, str | Problem], Attributes]:
    """Tracked prompts, and untracked ones that the manifest or the command line name. Fills `contents`."""
    from .git.worktree import read_worktree  # not on the hook path

    listed = [entry.path for each in manifest.every() for entry in each.prompts] if manifest else []
    named = [place_of(path) for path in (*listed, *selection.paths)]
    tracked, finder, attributes = files_on_disk(_top(repo), manifest, selection, named)
    entries = {path: entry for path, entry in tracked.items() if finder.finds(path)}
    for path in named:
        if path not in entries and finder.finds(path) and os.path.isfile(os.path.join(_top(repo), path)):
            entries[path] = None
    read = read_worktree(_top(repo), [path for path, entry in entries.items() if entry is None], MAX_BYTES)
    found, data = sort_out(read)
    contents.update(data)
    return {**{path: entry.oid for path, entry in entries.items() if entry is not None}, **found}, attributes
