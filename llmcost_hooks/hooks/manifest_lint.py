"""`llm-cost-manifest`: checks llm-cost.toml as it is staged, and keeps its dated rows of prices append-only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..boundary import complain, guarded, leave
from ..errors import ConfigError
from .arguments import pre_commit_range, wants_help

if TYPE_CHECKING:
    from ..manifest import Manifest
    from ..prices.own import OwnRates

HELP = """usage: llm-cost-manifest

Git hook: check llm-cost.toml, and that no change edits or drops a dated row of its prices.

Compares the index with HEAD; where PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF name a range, its two ends. An unknown key
or a wrong value is an error with its line. [[prices.rows]] is append-only, so that old costs can be computed again: a
new price is a new row with a later effective_from. A cached price that is dearer than the uncached one is a warning.
To skip it once: SKIP=llm-cost-manifest git commit (under pre-commit), git commit --no-verify (plain).

Exit codes: 0 OK, 2 CONFIG_ERROR.
"""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = sys.argv[1:] if argv is None else argv
    return guarded(lambda: 0 if wants_help("llm-cost-manifest", HELP, arguments) else _check())


def run() -> None:
    """The program: `main`, and with it the process ends."""
    leave(main())


def _check() -> int:
    from ..git.catfile import read_named
    from ..manifest import NAME, parse_manifest
    from ..nested import join_manifests

    before, after, label = _sides()
    paths = sorted({NAME, *before, *after})
    held = read_named(".", [name for side in (before, after) for name in side.values()])
    _refuse_missing(name for side in (before, after) for name in side.values() if held[name] is None)
    old = {path: held[name] for path, name in before.items()}
    new = {path: data for path, name in after.items() if (data := held[name]) is not None}
    top = join_manifests(new, lambda path, data: parse_manifest(data, origin=f"{label}:{path}"))
    manifests = {manifest.path(): manifest for manifest in top.every()} if top else {}
    for path in paths:
        _warn(manifests.get(path))
        _refuse_lost(_rows(_parsed(old.get(path))), _rows(manifests.get(path)), f"{label}:{path}")
    return 0


def _sides() -> tuple[dict[str, str], dict[str, str], str]:
    """(where the manifests before the change lie, and what git calls each; the same after it; what that is called)."""
    from ..git.changes import staged_changes
    from ..git.named_files import named_in_tree
    from ..git.revisions import commit_and_tree, resolve_commit, tree_of
    from ..manifest import NAME
    from ..nested import manifest_directory

    if named := pre_commit_range(os.environ):
        trees = [tree_of(".", resolve_commit(".", revision)) for revision in named]
        before, after = ({path: f"{tree}:{path}" for path in (NAME, *named_in_tree(".", tree, NAME))} for tree in trees)
        return before, after, named[1]
    head = commit_and_tree(".", "HEAD")
    changed = [path for each in staged_changes(".") for path in (each.path, each.base_path)]
    paths = {NAME, *(path for path in changed if manifest_directory(path) is not None)}
    return (
        {path: f"{head[1]}:{path}" for path in paths} if head else {},
        {path: f":{path}" for path in paths},
        "index",
    )


def _refuse_missing(names: Iterable[str]) -> None:
    """ConfigError for a manifest that git lists and cannot read: its rows would count as none."""
    from ..git.catfile import listed
    from ..unread import FETCH_ALL

    for name in listed(".", list(names)):
        raise ConfigError(f"{name.partition(':')[2]} is not in this clone", f"To have it: {FETCH_ALL}")


def _parsed(data: bytes | None) -> Manifest | None:
    """The manifest before the change; a broken one has no rows, so that the change which mends it passes."""
    from ..manifest import parse_manifest

    try:
        return None if data is None else parse_manifest(data)
    except ConfigError:
        return None


def _rows(manifest: Manifest | None) -> list[OwnRates]:
    from ..prices.own import ALWAYS

    prices = manifest.prices if manifest else None
    return [row for row in prices.rates if row.effective_from != ALWAYS] if prices else []


def _warn(manifest: Manifest | None) -> None:
    for row in manifest.prices.rates if manifest and manifest.prices else ():
        for variant, rates in row.variants:
            if rates.input is not None and rates.cache_read is not None and rates.cache_read > rates.input:
                complain(f"warning: {row.model}: its {variant} cached input is dearer than its input")


def _refuse_lost(before: Iterable[OwnRates], after: list[OwnRates], label: str) -> None:
    """ConfigError that names the first row which the change does not keep as it was."""
    kept, keys = set(after), {_key(row) for row in after}
    for row in before:
        if row not in kept:
            verb = "edits" if _key(row) in keys else "drops"
            raise ConfigError(
                f'{label}: the change {verb} the prices of "{row.model}" from {row.effective_from}',
                "Rows are append-only: restore it, and add a new one with llm-cost prices add.\n"
                "Deliberately, once: SKIP=llm-cost-manifest git commit, or git commit --no-verify",
            )


def _key(row: OwnRates) -> tuple[object, ...]:
    return row.model, row.effective_from, row.fine_tuned


if __name__ == "__main__":
    run()
