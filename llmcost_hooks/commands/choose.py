"""`llm-cost choose`: the cheapest model that a prompt can be given to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click

from ..alternatives import as_model, candidate, chosen
from ..boundary import complain
from ..clock import today
from ..errors import ConfigError, ExitCode
from ..estimate import estimate_snapshot
from ..facts import load_price_book, read_facts
from ..failures import say_failures
from ..git.plumbing import open_repository
from ..manifest import Manifest
from ..models import resolve_model
from ..nested import governing
from ..reading import STAGED, WORKTREE, commit_source, read_manifest, read_side
from ..report import Name, Text
from ..report_alternatives import choice_document, choice_report
from .naming import find_prompt
from .options import (
    assumption_options,
    output_options,
    quoted_side,
    read_memo,
    read_ratio,
    read_selection,
    read_unit,
    read_usd,
    unit_option,
)
from .showing import show

HELP = """Choose the cheapest model that is good enough for a prompt.

Candidates are the models that the project itself has judged, in [quality] of its llm-cost.toml, on any scale; none is
invented. The cheapest wins whose context holds the prompt and its answer, and that keeps to what is asked for.

\b
  llm-cost choose search                                 the cheapest of all that fit
  llm-cost choose search --quality 85                    that is judged 85 or better
  llm-cost choose search --quality 85 --max-cost 5.00    and costs at most $5.00 a period
  llm-cost choose search --max-cost 0.01 --per call      ... or a call

\b
In llm-cost.toml:
  [quality]                        by what you measured: any number, more is better
  "gpt-4o" = 90
  "gpt-4o-mini" = 82

\b
Exit codes: 0; 1 no model can be chosen; 2 no such prompt, no [quality]; 3 the prompt cannot be read.
"""


@click.command("choose", help=HELP)
@click.argument("prompt_id", metavar="PROMPT")
@click.option("--max-cost", metavar="USD", type=read_usd, help="What the prompt may cost, per period or as --per says.")
@click.option("--quality", "least", metavar="N", type=read_ratio, help="The least quality, on the scale of [quality].")
@click.option("--staged", is_flag=True, help="Read the index.")
@click.option("--rev", metavar="REV", help="Read a commit.")
@unit_option
@assumption_options
@output_options
@click.pass_context
def choose_command(
    ctx: click.Context, /, prompt_id: str, max_cost: Decimal | None, least: Decimal | None, staged: bool,
    rev: str | None, **values: Any,
) -> int:  # fmt: skip
    output, memo, on = values.pop("output"), read_memo(values.pop("no_cache")), today()
    force_stale, unit = values.pop("force_stale"), read_unit(values)
    if staged and rev is not None:
        raise ConfigError("--staged and --rev are both given", "Keep one.")
    if values["model"] is not None:
        raise ConfigError("--model says which one, and choose is asked for it", "Leave it out.")
    repo, book = open_repository(), load_price_book()
    source = STAGED if staged else WORKTREE if rev is None else commit_source(repo, rev)
    manifest = read_manifest(repo, source)
    side = read_side(repo, source, manifest, read_selection(values))
    file = find_prompt(prompt_id, repo.prefix, side.snapshot)
    quality = _quality(manifest, file.path)
    side = quoted_side(side._replace(snapshot=side.snapshot._replace(files=(file,))), unit)
    sides = [side._replace(snapshot=as_model(side.snapshot, name)) for name in quality]
    facts = read_facts(repo.cwd, [side, *sides], memo, book)
    own = file.prices
    found = []
    for each, (name, judged) in zip(sides, quality.items(), strict=True):
        (row,) = estimate_snapshot(each.snapshot, facts, book, on, force_stale=force_stale).rows
        found.append(candidate(name, judged, row, resolve_model(name, book, own), least, max_cost))
    estimate = estimate_snapshot(side.snapshot, facts, book, on, force_stale=force_stale)
    shown = estimate._replace(rows=tuple(each.row for each in found))
    best = chosen(found)
    if best is None or not ctx.obj["quiet"]:
        report = choice_report(shown, file.prompt_id, found, _notes(quality, estimate.rows[0].model))
        show(report, lambda: choice_document(shown, file.prompt_id, found, least, max_cost), output)
    unread = [row for row in estimate.unpriced() if row.problem.code == ExitCode.PARSE_ERROR]
    if best is None and unread:
        return say_failures(unread, ExitCode.PARSE_ERROR)
    if best is None:
        complain(
            f"No model can be chosen for {file.prompt_id}: each candidate says why",
            "Allow more (--max-cost), ask for less (--quality), or judge another model in [quality].",
        )
    return say_failures((), ExitCode.BUDGET_EXCEEDED if best is None else ExitCode.OK)


def _quality(manifest: Manifest | None, path: str) -> dict[str, Decimal]:
    """What the manifest that governs the prompt says of models."""
    every = {each.directory: each for each in manifest.every()} if manifest else {}
    governed = every.get(governing(path, every))
    if governed is None or not governed.quality:
        raise ConfigError(
            f"{governed.path() if governed else 'llm-cost.toml'} has no [quality]: there is no candidate",
            'Say there what you measured, on any scale: [quality] "gpt-4o" = 90, and one line for each other model.',
        )
    return dict(governed.quality)


def _notes(quality: dict[str, Decimal], model: str | None) -> tuple[Text, ...]:
    count = "1 model has" if len(quality) == 1 else f"{len(quality)} models have"
    notes: list[Text] = [(f"{count} a [quality] here; those without one are no candidates",)]
    if model is not None and model not in quality:
        notes.append((Name(model), ", which the prompt has now, is not among them"))
    return tuple(notes)
