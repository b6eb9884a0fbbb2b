"""`llm-cost rename-prompt`: another prompt_id, and nothing else, in llm-cost.toml."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from difflib import get_close_matches

import click

from ..boundary import write
from ..errors import ConfigError
from ..git.plumbing import Repository, open_repository
from ..manifest import NAME, Manifest, parse_manifest
from ..manifest_edit import replace_text
from ..manifest_file import edit_manifest
from ..manifest_values import PROMPT_ID
from ..reading import WORKTREE, read_manifest, read_side
from ..render.sanitise import terminal_name
from ..snapshot import Selection, full_id
from .asking import confirm

HELP = """Give a prompt another prompt_id in llm-cost.toml. Every other byte of the file stays.

A prompt_id is the key that costs are tracked by, so this breaks its history; it asks first, and without a terminal it
needs --yes. The file of a prompt may be renamed freely and needs none of this.

\b
  llm-cost rename-prompt --from old-search --to search-v2
  llm-cost rename-prompt --from services/search:old --to new     of services/search/llm-cost.toml

\b
Exit codes: 0, also where the answer is no; 2 no prompt has the old id, or one has the new one.
"""


@click.command("rename-prompt", help=HELP)
@click.option(
    "--from", "old", metavar="ID", required=True, help="The prompt_id that there is; DIR:ID of a manifest in DIR."
)
@click.option("--to", "new", metavar="ID", required=True, help="The one that it gets.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def rename_prompt_command(ctx: click.Context, /, old: str, new: str, yes: bool) -> int:
    repo, quiet = open_repository(), ctx.obj["quiet"]
    if repo.top is None:
        raise ConfigError("A bare repository has no working tree to write into", "Run it in a clone.")
    manifest, before = _find(repo, old)
    after = _checked(repo, manifest, before, new)
    if not (yes and quiet):
        write(sys.stderr, _WARNING.format(old=terminal_name(before), new=after))
    if not yes and not confirm(
        "Proceed?", f"To rename it all the same: llm-cost rename-prompt --from {old} --to {new} --yes"
    ):
        write(sys.stdout, "Nothing was changed.\n")
        return 0
    edit_manifest(repo.top, lambda text: _renamed(text, manifest.path(), before, after), name=manifest.path())
    if not quiet:
        path = terminal_name(manifest.path())
        write(sys.stdout, f'✓ Renamed "{terminal_name(before)}" to "{after}" in {path}; commit it like code\n')
    return 0


_WARNING = """\
⚠️  This will break cost history continuity.
    FinOps dashboards will see "{new}" as a new resource.

    This is expected behavior, similar to renaming a Terraform resource.
    Previous cost data remains under "{old}".

"""


def _find(repo: Repository, name: str) -> tuple[Manifest, str]:
    """The manifest that has the id, and the id as it stands there."""
    top = read_manifest(repo, WORKTREE)
    if top is None:
        raise ConfigError(f"There is no {NAME} here, and so no prompt_id", "To write one: llm-cost init")
    every = [(each, entry) for each in top.every() for entry in each.prompts]
    for each, entry in every:
        whole = None if entry.prompt_id is None else full_id(each.directory, entry.prompt_id)
        if entry.prompt_id is not None and whole == name:
            return each, entry.prompt_id
        if entry.path == name and whole is None:
            raise ConfigError(
                f"{name} has no prompt_id: its path is what it is known by",
                f'Write prompt_id = "..." into its [[prompts]] entry in {each.path()}.',
            )
        if entry.path == name:
            raise ConfigError(f'{name} is the path of "{whole}"', f"Write: --from {whole}")
    ids = [full_id(each.directory, entry.prompt_id) for each, entry in every if entry.prompt_id is not None]
    raise ConfigError(f'No prompt has the prompt_id "{name}"', _near(name, ids))


def _near(name: str, ids: Iterable[str]) -> str:
    known = list(ids)
    bare = [each for each in known if each.rpartition(":")[2] == name]
    near = bare or get_close_matches(name[:200], known, 3)
    if near:
        return "Near names: " + ", ".join(near)
    return "There are: " + ", ".join(known[:10]) + (", ..." if len(known) > 10 else "") if known else "There is none."


def _checked(repo: Repository, manifest: Manifest, before: str, name: str) -> str:
    """The new id as it stands in its manifest. ConfigError for one that cannot be, or is taken."""
    directory = f"{manifest.directory[:-1]}:" if manifest.directory else ""
    after = name.removeprefix(directory)
    if not PROMPT_ID.fullmatch(after):
        raise ConfigError(
            f'"{name}" is no prompt_id of {manifest.path()}', "1 to 128 of the characters A-Z a-z 0-9 . _ / -"
        )
    if after == before:
        raise ConfigError(f'"{name}" is its prompt_id already', "Nothing has to be changed.")
    whole = full_id(manifest.directory, after)
    snapshot = read_side(repo, WORKTREE, read_manifest(repo, WORKTREE), Selection()).snapshot
    for file in snapshot.files:
        if whole == file.prompt_id:
            raise ConfigError(f'"{whole}" is taken: {file.path} has it', "Choose another one.")
    return after


def _renamed(text: str | None, path: str, before: str, after: str) -> str:
    """The manifest's text as it is now, under the lock, with the one id replaced."""
    entries = () if text is None else parse_manifest(text.encode(), origin=path).prompts
    place = next((n for n, entry in enumerate(entries) if entry.prompt_id == before), None)
    if text is None or place is None:
        raise ConfigError(f'{path} has no "{before}" any more', "It was changed meanwhile.")
    expected = [after if n == place else entry.prompt_id for n, entry in enumerate(entries)]
    try:
        result = replace_text(text, ("prompts", place, "prompt_id"), after)
        if [entry.prompt_id for entry in parse_manifest(result.encode(), origin=path).prompts] == expected:
            return result
    except (LookupError, ValueError):
        pass
    raise ConfigError(f"{path} is written in a way that this cannot edit", f'Replace "{before}" by hand.')
