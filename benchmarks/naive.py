"""The same jobs as one would write them first: pygit2, click, tabulate and tiktoken as their documentation shows.

    python benchmarks/naive.py hook GLOB
    python benchmarks/naive.py diff BASE HEAD GLOB
    python benchmarks/naive.py floor BASE HEAD GLOB

`hook` counts every staged prompt against a budget and ends at once where none has changed; `diff` counts both sides
and prints what changed; `floor` only reads and counts each distinct blob of both sides once: what a cold diff cannot
do without.
"""

from __future__ import annotations

import fnmatch
import sys
from collections.abc import Iterator

import click
import pygit2
import tiktoken
from tabulate import tabulate

ENCODING = tiktoken.get_encoding("o200k_base")
USD_PER_TOKEN = 2.5 / 1e6
LIMIT = 1_000_000


def count(repo: pygit2.Repository, oid: pygit2.Oid) -> int:
    blob = repo[oid]
    assert isinstance(blob, pygit2.Blob)
    return len(ENCODING.encode(blob.data.decode(), disallowed_special=()))


def walk(tree: pygit2.Tree, prefix: str = "") -> Iterator[tuple[str, pygit2.Oid]]:
    for entry in tree:
        if isinstance(entry, pygit2.Tree):
            yield from walk(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.id


def side(repo: pygit2.Repository, revision: str, glob: str) -> dict[str, pygit2.Oid]:
    tree = repo.revparse_single(revision).peel(pygit2.Tree)
    return {path: oid for path, oid in walk(tree) if fnmatch.fnmatch(path, glob)}


@click.group()
def main() -> None:
    pass


@main.command()
@click.argument("glob")
def hook(glob: str) -> None:
    repo = pygit2.Repository(".")
    staged = repo.diff("HEAD", cached=True)
    if not any(fnmatch.fnmatch(delta.new_file.path, glob) for delta in staged.deltas):
        return
    costs = [[e.path, count(repo, e.id) * USD_PER_TOKEN] for e in repo.index if fnmatch.fnmatch(e.path, glob)]
    if sum(cost for _, cost in costs) > LIMIT:
        click.echo(tabulate(costs, headers=["prompt", "cost"]))
        sys.exit(1)


@main.command()
@click.argument("base")
@click.argument("head")
@click.argument("glob")
def diff(base: str, head: str, glob: str) -> None:
    repo = pygit2.Repository(".")
    counted = [{path: count(repo, oid) for path, oid in side(repo, r, glob).items()} for r in (base, head)]
    paths = sorted(path for path in {**counted[0], **counted[1]} if counted[0].get(path) != counted[1].get(path))
    rows = [[path, *(each.get(path, 0) * USD_PER_TOKEN for each in counted)] for path in paths]
    click.echo(tabulate(rows, headers=["prompt", "base", "head"]))


@main.command()
@click.argument("base")
@click.argument("head")
@click.argument("glob")
def floor(base: str, head: str, glob: str) -> None:
    repo = pygit2.Repository(".")
    distinct = {oid for revision in (base, head) for oid in side(repo, revision, glob).values()}
    click.echo(sum(count(repo, oid) for oid in distinct))


if __name__ == "__main__":
    main()
