"""`llm-cost diff`: what changed between two sides, and what it costs."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..boundary import complain
from ..checking import compare_sides, left_out, read_sides
from ..clock import today
from ..compare import Comparison
from ..errors import ConfigError, ExitCode, worst
from ..failures import say_failures
from ..git.certificates import without_certificates
from ..git.plumbing import Repository, open_repository
from ..git.revisions import commit_day, resolve_commit, try_resolve_commit
from ..increase import Allowed, Increase, over_increase
from ..manifest_values import Wrong, read_increase
from ..pricing import NO_MODEL, Unpriced
from ..render.formats import Result
from ..render.jsondoc import diff_document
from ..render.money import format_over
from ..report import Name, Text, count_prompts
from ..report_accepting import statement_notes
from ..report_diff import diff_report
from ..report_parts import side
from ..snapshot import at_prices_of
from ..stating import UnknownRange, read_statements
from ..waivers import NOTHING_STATED
from .options import (
    assumption_options,
    quoted_side,
    read_memo,
    read_paths,
    read_selection,
    read_unit,
    read_view,
    refuse_empty,
    result_options,
    selection_options,
    unit_option,
    view_options,
)
from .own_prices import read_date
from .showing import show_result, verbose_note
from .sides import Asked, find_sides, split_paths

if TYPE_CHECKING:
    from ..findings import Findings

HELP = """Compare the cost of prompts between two sides.

Sides mean what they mean in git diff; the first line of the output says which two they are.

\b
  llm-cost diff main               main against the working tree
  llm-cost diff main...            what this branch changes since it left main (a pull request)
  llm-cost diff --merge-base main  the same, with your uncommitted edits
  llm-cost diff main..feat         two commits; also: diff main feat
  llm-cost diff --staged           HEAD against the index
  llm-cost diff main -- prompts/   only these paths
  llm-cost diff main... --fail-on-increase 25%    for a pull request: exit 1 where it costs more
  llm-cost diff main --prices-at v1.2             and what prices did since that release
  llm-cost diff --base main --head HEAD --format markdown    the table for a pull request

\b
Each side is read with its own llm-cost.toml; --model and the like apply to both. ⚠️ marks an existing prompt that
became dearer, (via FILE) an included file that changed. A moved file stays the same prompt. Where more than a text
changed, Why says what each change alone costs: text, then model, then assumptions (calls, output, ...), then prices.
Exit codes: 0; 1 --fail-on-increase; 2 revision or manifest; 3, 4 as in estimate.
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
@click.option("--prices-at", metavar="DATE|REV", help="Base at the prices of this day, or of the day of a commit.")
@click.option("--fail-on-increase", metavar="P%|$USD", help="Exit 1 where the total grows by more, e.g. 25% or $5.")
@click.option("--changed-only", is_flag=True, help="Leave out prompts of which nothing changed.")
@view_options("name", "cost", "delta")
@unit_option
@assumption_options
@selection_options
@result_options
@click.pass_context
def diff_command(
    ctx: click.Context, /, words: tuple[str, ...], after_dashes: tuple[str, ...] | None, **values: Any
) -> int:
    output, memo, on = values.pop("output"), read_memo(values.pop("no_cache")), today()
    force_stale, prices_at = values.pop("force_stale"), values.pop("prices_at")
    fail_on, view = values.pop("fail_on_increase"), read_view(values, changed_only=values.pop("changed_only"))
    allowed = None if fail_on is None else _read_allowed(fail_on)
    unit = read_unit(values)
    options = {name: values.pop(name) for name in ("base", "head", "cached", "from_merge_base")}
    repo = open_repository()
    revisions, paths = split_paths(repo, words, after_dashes)
    base, head, notes = find_sides(repo, Asked(revisions, paths, **options))
    selection = read_selection(values, tuple(path for path in read_paths(repo.prefix, paths) if path))
    with without_certificates():
        sides = read_sides(repo, base, head, selection)
    refuse_empty(selection.paths, (sides.base, sides.head))
    sides = sides._replace(base=quoted_side(sides.base, unit), head=quoted_side(sides.head, unit))
    if prices_at is not None:
        day = _day_of(repo, prices_at)
        sides = sides._replace(base=sides.base._replace(snapshot=at_prices_of(sides.base.snapshot, day)))
    comparison = compare_sides(repo, sides, base, head, memo, on, force_stale=force_stale, split=True)
    malformed: list[str] = []
    try:
        said = read_statements(repo, base, head, malformed)  # nothing is judged here, so a malformed one is a note
    except UnknownRange as error:
        said, notes = NOTHING_STATED, (*notes, (f"{error.message}.",))
    for each in (comparison.base, comparison.head):
        verbose_note(
            ctx, f"{each.label} {each.commit or ''}: {count_prompts(len(each.rows))}; prices {each.prices.version}"
        )
    failing = [row for row in comparison.head.unpriced() if allowed is not None or row.problem != NO_MODEL]
    codes = [row.problem.code for row in failing]
    exceeded = None if allowed is None else over_increase(comparison, allowed)
    if exceeded is not None:
        codes.append(ExitCode.BUDGET_EXCEEDED)
    if codes or not ctx.obj["quiet"]:
        left = [(Name(each),) for each in left_out(repo, head, comparison)]
        extra = (*notes, *sides.notes, *left, *statement_notes(said, malformed, on))
        report, document = diff_report(comparison, extra, view), partial(diff_document, comparison, view, said)
        findings = partial(_findings, comparison, exceeded, failing)
        show_result(
            lambda: Result(report, document(), comparison.head, comparison, findings(), view.group_by),
            report, document, output,
        )  # fmt: skip
    if exceeded is not None:
        message, advice = _over(comparison, exceeded)
        complain("".join(message), "".join(advice))
    return say_failures(failing, worst(codes))


def _findings(comparison: Comparison, exceeded: Increase | None, failing: list[Unpriced]) -> Findings:
    from ..findings import estimate_findings, increase_finding  # four formats of many draw them

    over = [increase_finding(comparison, *_over(comparison, exceeded))] if exceeded is not None else []
    return estimate_findings(comparison.head, "diff", over, failing)


_HOW_TO_GO_ON = "Make it cheaper (llm-cost explain PROMPT says what it is made of), or allow more."


def _read_allowed(text: str) -> Allowed:
    try:
        return Allowed(*read_increase(text))
    except Wrong as error:
        raise ConfigError(
            f'--fail-on-increase: "{text}" is not {error}', "For example: --fail-on-increase 25%"
        ) from None


def _over(comparison: Comparison, increase: Increase) -> tuple[Text, Text]:
    """What is wrong with it, and what to do."""
    return (side(comparison.base), " → ", side(comparison.head), f": {_exceeded(increase)}"), (_HOW_TO_GO_ON,)


def _exceeded(increase: Increase) -> str:
    amount, allowed = format_over(increase.amount, increase.allowed)
    return f"the cost increases by {amount}, and {allowed} is allowed (--fail-on-increase)"


def _day_of(repo: Repository, text: str) -> date:
    """A day as it is written, or the day (UTC) of the commit that a revision names."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) and try_resolve_commit(repo.cwd, text) is None:
        return read_date(text, "--prices-at")
    return commit_day(repo.cwd, resolve_commit(repo.cwd, text))
