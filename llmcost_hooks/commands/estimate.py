"""`llm-cost estimate`: what the prompts of one side cost."""

from __future__ import annotations

import os
from datetime import date
from functools import partial
from typing import Any

import click

from ..alternatives import Alternative, as_model
from ..clock import today
from ..errors import ConfigError, ExitCode, worst
from ..estimate import Estimate, estimate_snapshot
from ..facts import load_price_book, read_facts
from ..failures import say_failures
from ..findings import estimate_findings
from ..git.certificates import without_certificates
from ..git.plumbing import Repository, open_repository
from ..loose import read_loose_files
from ..memo import Memo
from ..pricing import NO_MODEL, Unpriced
from ..reading import STAGED, WORKTREE, Side, commit_source, read_manifest, read_side
from ..render.formats import Result
from ..render.jsondoc import estimate_document
from ..report import count_prompts
from ..report_alternatives import alternatives_document, alternatives_report
from ..report_estimate import estimate_report
from ..report_rows import rows_document, rows_report
from ..view import View
from .asking import confirm_cost
from .exporting import EXPORTS, export, export_options, read_export, refuse_beside_export
from .options import (
    RESULT_FORMATS,
    assumption_options,
    output_options,
    quoted_side,
    read_memo,
    read_models,
    read_paths,
    read_selection,
    read_unit,
    read_usd,
    read_view,
    refuse_empty,
    refuse_formats,
    selection_options,
    unit_option,
    view_options,
)
from .rows import estimate_rows, refuse_beside_data
from .showing import show, show_result, verbose_note

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
  llm-cost estimate --models gpt-4o,gpt-4o-mini,claude-sonnet-4-5    models side by side
  llm-cost estimate --per million                        for a million calls of every prompt
  llm-cost estimate --sort cost --group-by team          the dearest first, and totals of a tag's values
  llm-cost estimate --rev v1.2 --format json             another commit, for machines
  llm-cost estimate --format focus > estimates.focus.csv rows for FinOps tools (docs/focus.md)
  llm-cost estimate src/prompts.py::SYSTEM --show-parts  one constant, and what it is made of
  llm-cost estimate prompts/search.txt --data rows.csv   a batch, before it is run: a row a call
  llm-cost estimate prompts/search.txt --data rows.csv --confirm-above 5.00    and asks before it is dear

\b
In llm-cost.toml:
  [[prompts]]
  path = "prompts/search.txt"
  prompt_id = "search"                a name that renames of the file do not touch
  variables = { documents = { p50 = 1200, p95 = 4000 }, question = 40 }   tokens of variables
  variables_from = "samples.json"     or texts for them, which are counted

\b
~ marks counts that are not exact, ≥ costs of which a part is unknown: the answer, or a variable's size.
Exit codes: 0; 1 not confirmed; 2 wrong manifest or arguments; 3 a prompt cannot be read; 4 a model has no price.
"""


@click.command("estimate", help=HELP)
@click.argument("paths", nargs=-1, type=click.Path())
@assumption_options
@click.option("--staged", is_flag=True, help="Read the index: what the next commit will hold.")
@click.option("--rev", metavar="REV", help="Read a commit.")
@click.option("--data", metavar="FILE", type=click.Path(), help="Price one prompt for each row of a CSV or JSONL file.")
@click.option("--show-parts", is_flag=True, help="What each prompt is made of: text, variables, includes, tools.")
@selection_options
@click.option("--models", metavar="A,B,...", help="Every prompt as each of these models, side by side.")
@click.option(
    "--confirm-above", metavar="USD", type=read_usd, help="Ask where it costs more; without a terminal exit 1."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@view_options("name", "cost")
@unit_option
@partial(output_options, formats=(*RESULT_FORMATS, *EXPORTS))
@export_options
@click.pass_context
def estimate_command(ctx: click.Context, /, paths: tuple[str, ...], **values: Any) -> int:
    output, memo = values.pop("output"), read_memo(values.pop("no_cache"))
    staged, revision, force_stale = values.pop("staged"), values.pop("rev"), values.pop("force_stale")
    models, unit = read_models(values), read_unit(values)
    most, yes = values.pop("confirm_above"), values.pop("yes")
    show_parts, data, view = values.pop("show_parts"), values.pop("data"), read_view(values)
    exported = read_export(values, output)
    if staged and revision is not None:
        raise ConfigError("--staged and --rev are both given", "Keep one.")
    if data is not None:
        refuse_beside_data(
            show_parts=show_parts, calls=values["calls"] is not None, models=models is not None, per=unit is not None
        )
    if exported is not None:
        refuse_beside_export(
            data=data is not None, show_parts=show_parts, models=models is not None, per=unit is not None,
            confirm_above=most is not None, view=view != View(),
        )  # fmt: skip
    if models is not None and (show_parts or values["model"] is not None or most is not None):
        other = "--show-parts" if show_parts else "--model" if values["model"] is not None else "--confirm-above"
        raise ConfigError(f"--models and {other} are both given", "Keep one.")
    for option in [each for each, given in (("--data", data), ("--models", models)) if given is not None]:
        refuse_formats(output, option)
    book, on = load_price_book(), today()
    repo = _repository(paths, staged or revision is not None)
    if repo is None:
        sides = [read_loose_files(paths, read_selection(values))]
        cwd = "."
    else:
        source = STAGED if staged else WORKTREE if revision is None else commit_source(repo, revision)
        selection = read_selection(values, _inside(repo, paths))
        with without_certificates():
            sides = [read_side(repo, source, read_manifest(repo, source), selection)]
        refuse_empty(selection.paths, sides)
        cwd = repo.cwd
    sides = [quoted_side(side, unit) for side in sides]
    if models is not None:
        return _side_by_side(ctx, cwd, sides[0], models, view, memo, on, output, force_stale=force_stale)
    facts = read_facts(cwd, sides, memo, book)
    priced = estimate_snapshot(sides[0].snapshot, facts, book, on, force_stale=force_stale)
    if data is not None:
        batch = estimate_rows(data, sides[0], facts, book, on, quiet=ctx.obj["quiet"])
        failed = {row.problem: row for _, row in batch.unpriced()}
        code = worst([problem.code for problem in failed])
        if code or not ctx.obj["quiet"]:
            show(rows_report(batch, priced), lambda: rows_document(batch), output)
        if most is not None and not code:
            code = confirm_cost(batch.total(), most, known=batch.known(), yes=yes)
        return say_failures(failed.values(), code)
    verbose_note(ctx, f"{priced.label}: {count_prompts(len(priced.rows))}; prices {priced.prices.version}")
    if exported is not None:
        return export(priced, exported)
    code = _code(priced)
    if code or not ctx.obj["quiet"]:
        report = estimate_report(priced, show_parts=show_parts, view=view)
        document = partial(estimate_document, priced, view)
        findings = partial(estimate_findings, priced, failing=_failing(priced))
        show_result(
            lambda: Result(report, document(), priced, None, findings(), view.group_by), report, document, output
        )
    if most is not None and not code:
        code = confirm_cost(priced.known_cost(), most, known=priced.complete(), yes=yes)
    return say_failures(_failing(priced), code)


def _side_by_side(
    ctx: click.Context, cwd: str, side: Side, models: tuple[str, ...], view: View, memo: Memo, on: date, output: str, *,
    force_stale: bool,
) -> int:  # fmt: skip
    """Every text is read once, and counted once in each encoding that one of the models has."""
    book = load_price_book()
    sides = [side._replace(snapshot=as_model(side.snapshot, name)) for name in models]
    facts = read_facts(cwd, sides, memo, book)
    found = [
        Alternative(name, estimate_snapshot(each.snapshot, facts, book, on, force_stale=force_stale))
        for name, each in zip(models, sides, strict=True)
    ]
    failing = [row for each in found for row in each.estimate.unpriced()]
    code = worst([row.problem.code for row in failing])
    if not side.snapshot.files:
        show(estimate_report(found[0].estimate), lambda: alternatives_document(found, view), output)
    elif code or not ctx.obj["quiet"]:
        show(alternatives_report(found, view), lambda: alternatives_document(found, view), output)
    return say_failures(failing, code)


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
    return worst([row.problem.code for row in _failing(priced)])


def _failing(priced: Estimate) -> list[Unpriced]:
    """Not naming a model is a question here, not a failure: tokens are the answer."""
    return [row for row in priced.unpriced() if row.problem != NO_MODEL]
