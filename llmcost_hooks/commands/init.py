"""`llm-cost init`: asks where prompts are and what they are called, and writes llm-cost.toml."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeVar

import click

from ..boundary import complain, write
from ..clock import today
from ..errors import ConfigError
from ..estimate import estimate_snapshot
from ..facts import load_price_book, read_facts
from ..failures import say_problems
from ..finding import files_on_disk
from ..git.plumbing import Repository, open_repository
from ..git.worktree import untracked_paths
from ..globs import Globs
from ..manifest import MAX_BYTES, NAME, Manifest
from ..manifest_file import edit_manifest
from ..manifest_values import PROMPT_ID
from ..memo import Memo, memo_path
from ..models import near_names, resolve_model
from ..nested import governing
from ..new_manifest import (
    MODEL,
    can_be_listed,
    left_out,
    manifest_text,
    proposed_ids,
    proposed_patterns,
    split_patterns,
)
from ..prices.book import PriceBook
from ..prompts.discovery import EXCLUDE
from ..reading import WORKTREE, read_manifest, read_side
from ..render.sanitise import terminal_name
from ..report import count_prompts
from ..snapshot import Selection
from .asking import can_ask
from .options import read_ratio

HELP = """Write a first llm-cost.toml: where the prompts are, a stable id for each, and a model.

Asks for each of them and proposes an answer. The prompts are those that llm-cost estimate finds by well-known names,
and what .gitignore leaves out is none; the ids come from the paths. Writes llm-cost.toml at the top of the repository,
with comments on what it may say further, and never over one that is there.

\b
  llm-cost init                                ask
  llm-cost init --yes                          take all proposals
  llm-cost init --yes --include "prompts/**/*.txt" --model claude-sonnet-4-5 --output-ratio 0.5

\b
Then: llm-cost estimate, llm-cost check, and llm-cost install for the git hooks.
Exit codes: 0; 2 there is an llm-cost.toml, no prompt was found, or no terminal to ask on; 130 Ctrl-C. With 2 and 130
nothing was written.
"""

_MANY = 20  # prompts, of which nobody wants to be asked one by one


class Found(NamedTuple):
    """The prompts that patterns find."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    paths: tuple[str, ...]
    unlisted: tuple[str, ...]  # prompts that a manifest cannot name


@click.command("init", help=HELP)
@click.option("--yes", is_flag=True, help="Take every proposal, do not ask.")
@click.option("--include", metavar="GLOB", multiple=True, help="Where the prompts are. Repeatable.")
@click.option("--model", metavar="NAME", help=f"The model of prompts that name no other one. Proposed: {MODEL}.")
@click.option("--output-ratio", metavar="R", type=read_ratio, help="Output tokens per input token, e.g. 0.5.")
@click.pass_context
def init_command(ctx: click.Context, /, yes: bool, **values: Any) -> int:
    repo = open_repository()
    if repo.top is None:
        raise ConfigError("A bare repository has no working tree to write into", "Run it in a clone.")
    path = os.path.join(repo.top, NAME)
    if os.path.lexists(path):
        raise _there_already(path)
    if not yes and not can_ask():
        raise ConfigError("There is no terminal to ask on", "To take every proposal: llm-cost init --yes")
    book = load_price_book()
    model = None if values["model"] is None else _model(values["model"], book, "--model: ")
    found = _find(repo, tuple(values["include"]), asks=not yes)
    ids = proposed_ids(found.paths) if yes else _ask_ids(found)
    if model is None:
        model = MODEL if yes else _ask("? Model (of prompts that name no other one):", MODEL, lambda t: _model(t, book))
    ratio = values["output_ratio"]
    if ratio is None and not yes:
        ratio = _ask("? Output tokens per input token, e.g. 0.5 (empty: not known):", "", _ratio)
    text = manifest_text(model, ratio, found.include, found.exclude, ids)
    if len(text.encode()) > MAX_BYTES:
        raise ConfigError(
            f"{len(ids):,} prompts are too many for one {NAME}. Nothing was written",
            'Take a part of them: llm-cost init --include "GLOB". Directories can have manifests of their own.',
        )
    edit_manifest(repo.top, lambda before: _fresh(path, before, text))
    if not ctx.obj["quiet"]:
        where = f" in {terminal_name(repo.top, 1000)}" if repo.prefix else ""
        write(sys.stdout, f"{'' if yes else chr(10)}✓ Created {NAME}{where}\n\n{_TIP}")
    _warn_unpriced(repo, book)
    return 0


def _warn_unpriced(repo: Repository, book: PriceBook) -> None:
    """Say now what the first estimate would fail at."""
    side = read_side(repo, WORKTREE, read_manifest(repo, WORKTREE), Selection())
    facts = read_facts(repo.cwd, (side,), Memo(memo_path(os.environ)), book)
    priced = estimate_snapshot(side.snapshot, facts, book, today(), force_stale=True)
    if failing := list(priced.unpriced()):
        count, of = len(failing), count_prompts(len(priced.rows))
        complain(
            f"warning: {count:,} of {of} cannot be priced as yet, for which llm-cost estimate and check fail",
            f"Mend each; or, where it is none that is sent, drop it from {NAME} and name it in [discover] exclude.",
        )
        say_problems(failing)


_TIP = """\
Tip: prompt_id is your cost tracking key.
     Rename files freely, but keep prompt_id stable for trending.

Next: llm-cost estimate
      llm-cost install         the git hooks
"""


def _fresh(path: str, before: str | None, text: str) -> str:
    if before is not None:  # it came while we asked
        raise _there_already(path)
    return text


def _there_already(path: str) -> ConfigError:
    return ConfigError(
        f"{path} is there already. Nothing was written",
        "Add to it: [[prompts]] with path and prompt_id. To begin again, move it away first.",
    )


def _find(repo: Repository, stated: tuple[str, ...], *, asks: bool) -> Found:
    """The prompts. A person is asked until there are some; ConfigError where nobody is."""
    top = repo.top or ""
    existing = read_manifest(repo, WORKTREE)  # those of directories below; the top has none
    nested = {directory: None for directory, _ in existing.nested} if existing else {}

    def read(text: str) -> Found:
        words = [word.strip().removeprefix("./").rstrip("/") for word in text.split(",")]
        patterns = split_patterns(text, {word for word in words if os.path.isdir(os.path.join(top, word))})
        found = _matching(top, patterns, nested)
        if not found.paths:
            raise ConfigError(f"{text} finds no prompt", "Ignored files are none, nor READMEs and third-party code.")
        return found

    if stated:
        found = read(",".join(stated))
    else:
        found = _matching(top, (), nested)
        if asks and (found.include or not found.paths):
            proposal = ", ".join(f"./{each}" if each[0] != "*" else each for each in found.include)
            found = _ask("? Where are your prompts located?", proposal, read)
    if not found.paths:
        raise ConfigError(
            "No prompt was found by well-known names (prompts/**/*.md, *.prompt, SKILL.md, ...)",
            'Say where they are: llm-cost init --yes --include "GLOB"',
        )
    for path in found.unlisted:
        complain(f"warning: {path} cannot be listed, its name has characters that a manifest cannot have")
    if asks:
        count = len(found.paths)
        _say(f"  Found {count} prompt file{'s' if count > 1 else ''}.\n\n")
    return found


def _matching(top: str, include: tuple[str, ...], nested: Collection[str]) -> Found:
    """What patterns find, () for the well-known ones: as `estimate` does, and untracked files too."""
    below = tuple((directory, Manifest(directory + NAME, directory=directory)) for directory in nested)
    manifest = Manifest(NAME, include=include, exclude=EXCLUDE if include else (), nested=below)
    untracked = untracked_paths(top)
    tracked, finder, attributes = files_on_disk(top, manifest, Selection(), untracked)
    every = dict.fromkeys([*tracked, *untracked])
    prompts = dict.fromkeys(sorted(path for path in every if not governing(path, nested) and finder.finds(path)))
    patterns = include or proposed_patterns([path for path in prompts if attributes.of(path).prompt is None])
    finds = Globs(patterns).matches
    listed = tuple(filter(can_be_listed, prompts))
    return Found(
        patterns,
        left_out(path for path in every if path not in prompts and finds(path)),
        listed,
        tuple(path for path in prompts if path not in listed),
    )


def _ask_ids(found: Found) -> dict[str, str]:
    proposals = proposed_ids(found.paths)
    _say("? Assign stable IDs for cost tracking.\n  (These IDs persist forever — choose meaningful names)\n\n")
    if len(found.paths) > _MANY:
        for path, proposal in proposals.items():
            _say(f"  {terminal_name(path, 1000)}: {proposal}\n")
        if click.confirm("? Take these IDs?", default=True, err=True):
            return proposals
    ids: dict[str, str] = {}
    for path in found.paths:
        _say(f"  {terminal_name(path, 1000)}\n")
        ids[path] = _ask("  ? Prompt ID:", proposals[path], partial(_id, path=path, ids=ids, paths=found.paths))
        _say("\n")
    return ids


def _id(text: str, path: str, ids: Mapping[str, str], paths: Collection[str]) -> str:
    if not PROMPT_ID.fullmatch(text):
        raise ConfigError("An ID is 1 to 128 of the characters A-Z a-z 0-9 . _ / -", "For example: api-auth")
    if text in ids.values() or (text in paths and text != path):
        raise ConfigError(f'"{text}" is taken', "Each prompt needs an ID of its own.")
    return text


def _model(text: str, book: PriceBook, where: str = "") -> str:
    if resolve_model(text, book) is None:
        near = ", ".join(near_names(text, book))
        raise ConfigError(
            f'{where}no model "{text}" is known',
            f"Near names: {near}" if near else "Run: llm-cost models. For one of your own: llm-cost prices add",
        )
    return text.strip()


def _ratio(text: str) -> Decimal | None:
    try:
        return read_ratio(text.strip()) if text.strip() else None
    except click.BadParameter as error:
        raise ConfigError(error.message, "For example: 0.5") from None


A = TypeVar("A")


def _ask(question: str, proposal: str, read: Callable[[str], A]) -> A:
    """The answer, asked again until it can be read."""
    while True:
        text = click.prompt(question, default=proposal, show_default=bool(proposal), prompt_suffix=" ", err=True)
        try:
            return read(text)
        except ConfigError as error:
            complain(error.message, error.hint)


def _say(text: str) -> None:
    write(sys.stderr, text)
