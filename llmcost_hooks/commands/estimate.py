"""`llm-cost estimate`: what the prompts of one side cost."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import click

from ..clock import today
from ..errors import ConfigError, ExitCode, worst
from ..estimate import Estimate, estimate_snapshot
from ..facts import load_price_book, read_facts
from ..failures import say_failures
from ..git.plumbing import Repository, open_repository
from ..loose import read_loose_files
from ..pricing import NO_MODEL
from ..reading import STAGED, WORKTREE, commit_source, read_manifest, read_side
from ..render.jsondoc import estimate_document
from ..report import count_prompts
from ..report_estimate import estimate_report
from ..report_rows import rows_document, rows_report
from .exporting import EXPORTS, export, export_options, read_export
from .options import (
    FORMATS,
    assumption_options,
    output_options,
    read_memo,
    read_paths,
    read_selection,
    refuse_empty,
    selection_options,
    show,
    verbose_note,
)
from .rows import estimate_rows, refuse_beside_data

HELP = """Estimate what prompts cost.

PATHs are files or directories; without any, all prompts that llm-cost.toml lists or discovers, or, without a
manifest, files with well-known prompt names. Reads the working tree unless --staged or --rev says otherwise.
Files outside of any repository are read as they are.

\b
  llm-cost estimate                                      everything
  llm-cost estimate prompts/search.txt --model gpt-4o    one file, what-if on the model
  llm-cost estimate --calls 1000 --output-ratio 0.1      traffic and answers, for all
  llm-cost estimate --scenario cached --cache-hit-ratio 0.6
  llm-cost estimate --scenario batch
  llm-cost estimate --rev v1.2 --format json             another commit, for machines
  llm-cost estimate --format focus > estimates.focus.csv rows for FinOps tools (docs/focus.md)
  llm-cost estimate src/prompts.py::SYSTEM --show-parts  one constant, and what it is made of
  llm-cost estimate prompts/search.txt --data rows.csv   a batch, before it is run: a row a call

\b
In llm-cost.toml:
  [[prompts]]
  path = "prompts/search.txt"
  prompt_id = "search"                a name that renames of the file do not touch
  variables = { documents = { p50 = 1200, p95 = 4000 }, question = 40 }   tokens of variables
  variables_from = "samples.json"     or texts for them, which are counted

\b
~ marks counts that are not exact, ≥ costs of which a part is unknown: the answer, or a variable's size.
Exit codes: 0; 2 wrong manifest or arguments; 3 a prompt cannot be read; 4 a model has no price.
"""


@click.command("estimate", help=HELP)
@click.argument("paths", nargs=-1, type=click.Path())
@assumption_options
@click.option("--staged", is_flag=True, help="Read the index: what the next commit will hold.")
@click.option("--rev", metavar="REV", help="Read a commit.")
@click.option("--data", metavar="FILE", type=click.Path(), help="Price one prompt for each row of a CSV or JSONL file.")
@click.option("--show-parts", is_flag=True, help="What each prompt is made of: text, variables, includes, tools.")
@selection_options
@partial(output_options, formats=(*FORMATS, *EXPORTS))
@export_options
@click.pass_context
def estimate_command(ctx: click.Context, /, paths: tuple[str, ...], **values: Any) -> int:
    output, memo = values.pop("output"), read_memo(values.pop("no_cache"))
    staged, revision, force_stale = values.pop("staged"), values.pop("rev"), values.pop("force_stale")
    show_parts, data, exported = values.pop("show_parts"), values.pop("data"), read_export(values, output)
    if staged and revision is not None:
        raise ConfigError("--staged and --rev are both given", "Keep one.")
    if data is not None:
        refuse_beside_data(show_parts=show_parts, calls=values["calls"] is not None, export=exported is not None)
    book, on = load_price_book(), today()
    repo = _repository(paths, staged or revision is not None)
    if repo is None:
        sides = [read_loose_files(paths, read_selection(values))]
        cwd = "."
    else:
        source = STAGED if staged else WORKTREE if revision is None else commit_source(repo, revision)
        selection = read_selection(values, _inside(repo, paths))
        sides = [read_side(repo, source, read_manifest(repo, source), selection)]
        refuse_empty(selection.paths, sides)
        cwd = repo.cwd
    facts = read_facts(cwd, sides, memo, book)
    priced = estimate_snapshot(sides[0].snapshot, facts, book, on, force_stale=force_stale)
    if data is not None:
        batch = estimate_rows(data, sides[0], facts, book, on, quiet=ctx.obj["quiet"])
        failed = {row.problem: row for _, row in batch.unpriced()}
        code = worst([problem.code for problem in failed])
        if code or not ctx.obj["quiet"]:
            show(rows_report(batch, priced), lambda: rows_document(batch), output)
        return say_failures(failed.values(), code)
    verbose_note(ctx, f"{priced.label}: {count_prompts(len(priced.rows))}; prices {priced.prices.version}")
    if exported is not None:
        return export(priced, exported)
    code = _code(priced)
    if code or not ctx.obj["quiet"]:
        show(estimate_report(priced, show_parts=show_parts), lambda: estimate_document(priced), output)
    return say_failures((row for row in priced.unpriced() if row.problem != NO_MODEL), code)


def _repository(paths: tuple[str, ...], needed: bool) -> Repository | None:
    """The repository around, or None where only loose files are asked for and there is none."""
    try:
        return open_repository()
    except ConfigError:
        if not needed and paths and all(os.path.isfile(path) for path in paths) and not _has_git_directory():
            return None
        raise


def _has_git_directory() -> bool:
    """Whether there is a repository around which git could not read."""
    here = os.path.realpath(".")
    above = [here[:cut] for cut in range(len(here)) if here[cut] == os.sep]
    return "GIT_DIR" in os.environ or any(os.path.lexists(os.path.join(d, ".git")) for d in (here, *above))


def _inside(repo: Repository, paths: tuple[str, ...]) -> tuple[str, ...]:
    found = read_paths(repo.prefix, paths)
    return () if "" in found else found


def _code(priced: Estimate) -> ExitCode:
    """Not naming a model is a question here, not a failure: tokens are the answer."""
    return worst([row.problem.code for row in priced.unpriced() if row.problem != NO_MODEL])
