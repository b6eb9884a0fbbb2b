"""What a hook process sees through `llmcost_hooks.git`: run by the hooks of `test_hooks`, prints JSON.

Arguments: the file to write to, then revisions whose trees are to be read.
"""

from __future__ import annotations

import json
import sys

from llmcost_hooks.git.catfile import read_named
from llmcost_hooks.git.changes import staged_changes
from llmcost_hooks.git.index import index_entries
from llmcost_hooks.git.objects import read_blobs, tree_entries
from llmcost_hooks.git.plumbing import Entry, Repository, open_repository
from llmcost_hooks.git.revisions import resolve_commit, tree_of


def contents(repo: Repository, entries: dict[str, Entry]) -> dict[str, str]:
    blobs = dict(read_blobs(repo.cwd, [entry.oid for entry in entries.values()]))
    return {path: repr(blobs[entry.oid]) for path, entry in entries.items()}


def main(target: str, *revisions: str) -> None:
    repo = open_repository()
    seen: dict[str, object] = {"top": repo.top, "cwd": repo.cwd}
    if repo.top:
        seen["staged"] = {change.path: change.status for change in staged_changes(repo.cwd)}
        entries = index_entries(repo.cwd)
        seen["index"] = contents(repo, entries)
        seen["named"] = {path: repr(blob) for path, blob in read_named(repo.cwd, [f":{p}" for p in entries]).items()}
    for revision in revisions:
        tree = tree_of(repo.cwd, resolve_commit(repo.cwd, revision))
        seen[revision] = contents(repo, tree_entries(repo.cwd, tree))
    with open(target, "w", encoding="utf-8") as file:
        json.dump(seen, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
