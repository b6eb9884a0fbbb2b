"""Whom to ask about a prompt: its tags, else CODEOWNERS of the same side, else who changed its file last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .codeowners import MAX_BYTES, PATHS, CodeOwners, parse_codeowners
from .git.authors import last_author
from .git.catfile import read_named
from .git.files import read_below
from .git.plumbing import Repository
from .policy import Judged
from .pricing import Row
from .reading import Source
from .snapshot import place_of

SHOWN = 20  # prompts of each kind that a report names
TAGS = ("owner", "team")  # the first that a prompt has names its owner


def with_owners(repo: Repository, source: Source, judged: Sequence[Judged]) -> list[Judged]:
    """The verdicts, with the owners of what fails in them."""
    rows = [row for each in judged for row in _at_fault(each)]
    if not rows:
        return list(judged)
    owners = find_owners(repo, source, rows)
    return [each._replace(verdict=each.verdict._replace(owners=_of(each, owners))) for each in judged]


def _of(each: Judged, owners: Mapping[str, str]) -> dict[str, str]:
    return {row.prompt_id: owners[row.prompt_id] for row in each.estimate.rows if row.prompt_id in owners}


def _at_fault(each: Judged) -> list[Row]:
    """The prompts that a report of a failure names, the first one foremost: those that fail by themselves, what a
    change makes dearer, and the dearest; none where nothing fails."""
    verdict, comparison = each.verdict, each.comparison
    failing = [*verdict.exceeded, *(warned for warned in verdict.warned if warned.is_increase())]
    if not failing:
        return []
    named = {found.prompt_id for found in failing}
    rows = [row for row in each.estimate.rows if row.prompt_id in named]
    if comparison is not None and any(found.is_increase() for found in failing):
        grown = [(row.cost, row.head) for row in comparison.rows if row.head and row.cost is not None and row.cost > 0]
        grown.sort(key=lambda pair: (-pair[0], pair[1].prompt_id))
        rows += [row for _, row in grown[:SHOWN]]
    rows += sorted(each.estimate.priced(), key=lambda row: (-row.effective_cost, row.prompt_id))[:SHOWN]
    return list({row.prompt_id: row for row in rows}.values())


def find_owners(repo: Repository, source: Source, rows: Sequence[Row]) -> dict[str, str]:
    """prompt_id -> owner, of those rows that have one: "team:search", "@org/search", "Ada (last author)".

    The first row is the one that matters most: its last author is asked of git where nothing else names an owner.
    """
    found = {row.prompt_id: owner for row in rows if (owner := _tagged(row))}
    left = [row for row in rows if row.prompt_id not in found]
    if left:
        owners = _codeowners(repo, source)
        found.update((row.prompt_id, " ".join(named)) for row in left if (named := owners.of(place_of(row.path))))
    if rows and rows[0].prompt_id not in found:
        author = last_author(repo.cwd, source.commit or "HEAD", place_of(rows[0].path))
        if author:
            found[rows[0].prompt_id] = f"{author} (last author)"
    return found


def _tagged(row: Row) -> str | None:
    """A team is shown as its tag, an owner as its value."""
    key = next((key for key in TAGS if row.tags.get(key, "").strip()), None)
    return None if key is None else row.tags[key] if key == "owner" else f"{key}:{row.tags[key]}"


def _codeowners(repo: Repository, source: Source) -> CodeOwners:
    """The side's own file; one that cannot be read names nobody."""
    contents: list[bytes | None]
    if source.kind == "worktree":
        read = [read_below(repo.cwd, path, MAX_BYTES) for path in PATHS]
        contents = [data if isinstance(data, bytes) else None for data in read]
    else:
        before = ":" if source.kind == "index" else f"{source.tree}:"
        held = read_named(repo.cwd, [before + path for path in PATHS])
        contents = [held[before + path] for path in PATHS]
    return parse_codeowners(next((data for data in contents if data is not None), b""))
