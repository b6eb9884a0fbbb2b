"""`llm-cost diff`: what changed between two sides, and what it costs."""

from __future__ import annotations

from typing import Any

import click

from ..checking import compare_sides, read_sides
from ..clock import today
from ..errors import worst
from ..failures import say_failures
from ..git.plumbing import open_repository
from ..pricing import NO_MODEL
from ..render.jsondoc import diff_document
from ..report import count_prompts
from ..report_accepting import statement_notes
from ..report_diff import diff_report
from ..stating import read_statements
from .options import (
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
from .sides import Asked, find_sides, split_paths

HELP = """Compare the cost of prompts between two sides.

Sides mean what they mean in git diff; the first line of the output says which two they are.

\b
  llm-cost diff main               main against the working tree
  llm-cost diff main...            what this branch changes since it left main (a pull request)
  llm-cost diff --merge-base main  the same, with your uncommitted edits
  llm-cost diff main..feat         two commits; also: diff main feat
  llm-cost diff --staged           HEAD against the index
  llm-cost diff main -- prompts/   only these paths
  llm-cost diff --base main --head HEAD --format markdown    the table for a pull request

\b
Each side is read with its own llm-cost.toml; --model and the like apply to both. ⚠️ marks an existing prompt that
became dearer, (via FILE) an included file that changed. A moved file stays the same prompt.
Exit codes: 0; 2 revision or manifest; 3, 4 as in estimate.
"""


class DiffCommand(click.Command):
    """Keeps what stands behind `--` apart: click would drop the two dashes."""

    def make_context(self, info_name: Any, args: list[str], parent: Any = None, **extra: Any) -> click.Context:
        cut = args.index("--") if "--" in args else None
        ctx = super().make_context(info_name, args[:cut], parent, **extra)
        ctx.params["after_dashes"] = None if cut is None else tuple(args[cut + 1 :])
        return ctx


@click.command("diff", cls=DiffCommand, help=HELP)
@click.argument("words", nargs=-1, metavar="[REV [REV]] [-- PATH...]")
@click.option("--base", metavar="REV", help="Compare from this commit ...")
@click.option("--head", metavar="REV", help="... to this one (default: HEAD).")
@click.option("--cached", "--staged", "cached", is_flag=True, help="Head is the index.")
@click.option("--merge-base", "from_merge_base", is_flag=True, help="Base is where the two histories part.")
@assumption_options
@selection_options
@output_options
@click.pass_context
def diff_command(
    ctx: click.Context, /, words: tuple[str, ...], after_dashes: tuple[str, ...] | None, **values: Any
) -> int:
    output, memo, on = values.pop("output"), read_memo(values.pop("no_cache")), today()
    force_stale = values.pop("force_stale")
    options = {name: values.pop(name) for name in ("base", "head", "cached", "from_merge_base")}
    repo = open_repository()
    revisions, paths = split_paths(repo, words, after_dashes)
    base, head, notes = find_sides(repo, Asked(revisions, paths, **options))
    selection = read_selection(values, tuple(path for path in read_paths(repo.prefix, paths) if path))
    sides = read_sides(repo, base, head, selection)
    refuse_empty(selection.paths, (sides.base, sides.head))
    comparison = compare_sides(repo, sides, base, head, memo, on, force_stale=force_stale)
    malformed: list[str] = []
    said = read_statements(repo, base, head, malformed)  # nothing is judged here, so a malformed one is a note
    for side in (comparison.base, comparison.head):
        verbose_note(
            ctx, f"{side.label} {side.commit or ''}: {count_prompts(len(side.rows))}; prices {side.prices.version}"
        )
    failing = [row for row in comparison.head.unpriced() if row.problem != NO_MODEL]
    if failing or not ctx.obj["quiet"]:
        extra = (*notes, *sides.notes, *statement_notes(said, malformed, on))
        show(diff_report(comparison, extra), lambda: diff_document(comparison, said), output)
    return say_failures(failing, worst([row.problem.code for row in failing]))
