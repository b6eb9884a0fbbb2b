"""Whom to ask about a prompt: its tags, else CODEOWNERS of the same side, else who changed its file last."""

from __future__ import annotations

from collections.abc import Sequence

from .codeowners import MAX_BYTES, PATHS, CodeOwners, parse_codeowners
from .git.authors import last_author
from .git.catfile import read_named
from .git.files import read_below
from .git.plumbing import Repository
from .pricing import Row
from .reading import Source
from .snapshot import place_of

TAGS = ("owner", "team")  # the first that a prompt has names its owner


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
