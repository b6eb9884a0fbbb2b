"""`llm-cost-pre-commit`: judges what is staged."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..boundary import guarded
from .arguments import FORCE_STALE, pre_commit_range, wants_help

if TYPE_CHECKING:
    from ..git.changes import Change

HELP = """usage: llm-cost-pre-commit [--force-stale]

Git pre-commit hook: hold the staged prompts against [budget] in llm-cost.toml.

Judges the index, never the working tree. A commit that stages no prompt and no manifest passes at once. An index
equal to HEAD (pre-commit run --all-files) is judged as a whole; PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF name a
range instead. --force-stale uses prices that are too old (not recommended).

To skip it once: SKIP=llm-cost-check git commit (under pre-commit), git commit --no-verify (plain).

Exit codes: 0 OK, 1 BUDGET_EXCEEDED, 2 CONFIG_ERROR, 3 PARSE_ERROR, 4 PRICING_ERROR.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The hook. File names that a hook manager passes are not needed: a total is made of all prompts."""
    arguments = sys.argv[1:] if argv is None else argv
    return guarded(
        lambda: 0 if wants_help("llm-cost-pre-commit", HELP, arguments) else _judge(FORCE_STALE in arguments)
    )


def _judge(force_stale: bool) -> int:
    if named := pre_commit_range(os.environ):
        from .judging import judge_range

        return judge_range(*named, force_stale=force_stale)
    from ..git.changes import staged_changes
    from ..git.revisions import commit_and_tree

    head = commit_and_tree(".", "HEAD")
    changes = staged_changes(".", head[1]) if head else staged_changes(".")
    if changes and not concerns_us(".", changes, head[1] if head else ""):
        return 0
    from .judging import judge_index

    return judge_index(tuple(changes), head, force_stale=force_stale)


def concerns_us(cwd: str, changes: Sequence[Change], tree: str) -> bool:
    """Whether anything of ours is among the `changes` that are staged over `tree` ("" for nothing).

    Asked of git, of the manifest and of the attributes above what is staged alone: most commits end here, before
    pygit2, tokens or prices load. Neither is staged then, so they are those of the tree: of the index git would read
    the whole once more.
    """
    from ..attributes import directory_of, files_above, parse_attributes
    from ..git.catfile import read_named
    from ..git.changes import NOTHING, SUBMODULE
    from ..manifest import NAME, parse_manifest
    from ..nested import join_manifests, manifest_directory
    from ..snapshot import Finder, Selection, may_be_pulled_in

    # Where a submodule points is no file of this side.
    files = [change for change in changes if not {change.base_mode, change.mode} <= {SUBMODULE, NOTHING}]
    paths = [path for change in files for path in (change.path, change.base_path)]
    if any(manifest_directory(path) is not None or directory_of(path) is not None for path in paths):
        return True
    above = files_above(paths)
    manifests = [(directory_of(path) or "") + NAME for path in above]  # those that can govern what is staged
    held = read_named(cwd, [f"{tree}:{path}" for path in (*manifests, *above)])
    said = {directory_of(path) or "": data for path in above if (data := held[f"{tree}:{path}"])}
    attributes = parse_attributes(said)
    found = {path: data for path in manifests if (data := held[f"{tree}:{path}"]) is not None}
    manifest = join_manifests(found, lambda path, data: parse_manifest(data, origin=f"index:{path}"))
    finder = Finder(manifest, Selection(), attributes)
    return any(finder.finds(path) or may_be_pulled_in(path, manifest) for path in paths)


if __name__ == "__main__":
    raise SystemExit(main())
