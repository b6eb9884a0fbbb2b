"""`llm-cost check`: the limits of llm-cost.toml, held against what the prompts cost."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from typing import Any

import click

from ..checking import Checked, check_side
from ..clock import today
from ..economics import UNITS
from ..errors import ConfigError
from ..failures import say_failures
from ..findings import check_findings
from ..git.certificates import without_certificates
from ..git.plumbing import Repository, open_repository
from ..git.revisions import try_resolve_commit
from ..manifest_values import Wrong, read_increase
from ..policy import Judged, Overrides
from ..reading import STAGED, WORKTREE, Source, commit_source, read_manifest_bytes
from ..render.formats import Document, Result
from ..render.jsondoc import check_document
from ..report import Report, Text, count_prompts
from ..report_check import check_report
from ..report_parts import economics_notes
from ..stating import read_statements
from ..view import View
from .options import assumption_options, group_option, read_memo, read_selection, result_options
from .showing import show_result, verbose_note
from .sides import moved_on, since_merge_base

HELP = """Hold the cost of all prompts against [budget] in llm-cost.toml.

\b
  llm-cost check                   the working tree
  llm-cost check --staged          what the next commit will hold
  llm-cost check --rev HEAD        a commit
  llm-cost check --base main       also max_increase, against main
  llm-cost check --base main --merge-base    ... against where this branch left main

\b
  llm-cost check --budget 10.00    this run alone: USD per period, in place of limit
  llm-cost check --base main --max-increase 25%      or '$5.00'

\b
  [budget]
  limit = 10.00                    USD per period
  warn = "80%"                     of limit: from there on a warning
  period = "month"
  max_increase = "25%"             or "$5.00"
  [[budget.by_tag]]
  tag = "team:search"
  limit = 4.00
  [policy]
  max_tokens = 8000                and headroom, allow_models, deny_models, require_tags, require_prompt_id

\b
In git hooks: llm-cost-pre-commit judges what is staged, llm-cost-pre-push what is pushed; each has a --help.
What cannot be known is a failure, never a pass.
Exit codes: 0 within budget; 1 a limit does not hold; 2 manifest, revision, no model; 3 a prompt cannot be read;
4 a model has no price.
"""


def _read_usd(text: str) -> Decimal:
    """USD, with or without its sign."""
    if not re.fullmatch(r"\$?\d{1,12}(?:\.\d{1,12})?", text, re.ASCII):
        raise click.BadParameter(f"{text!r} is no amount in US dollars, such as 10.00.")
    return Decimal(text.removeprefix("$"))


def _read_increase(text: str) -> tuple[Decimal | None, Decimal | None]:
    """(percent, None) or (None, USD)."""
    try:
        return read_increase(text)
    except Wrong as wrong:
        raise click.BadParameter(f"{text!r} is not {wrong}.") from None


@click.command("check", help=HELP)
@click.option("--staged", is_flag=True, help="Judge the index.")
@click.option("--rev", metavar="REV", help="Judge a commit.")
@click.option("--base", metavar="REV", help="Also judge the increase over this commit.")
@click.option("--merge-base", "at_merge_base", is_flag=True, help="Over where the history left REV, not over its tip.")
@click.option("--budget", metavar="USD", type=_read_usd, help="What all may cost; in place of limit.")
@click.option(
    "--max-increase", metavar="25%|$5", type=_read_increase, help="What a change may add; in place of max_increase."
)
@click.option(
    "--per", "unit", type=click.Choice(UNITS), help="Also what one call of every prompt costs, or a million of each."
)
@group_option
@assumption_options
@result_options
@click.pass_context
def check_command(ctx: click.Context, /, staged: bool, rev: str | None, base: str | None, **values: Any) -> int:
    at_merge_base, force_stale = values.pop("at_merge_base"), values.pop("force_stale")
    output, memo, on = values.pop("output"), read_memo(values.pop("no_cache")), today()
    unit, view = values.pop("unit"), View(group_by=values.pop("group_by"))
    overrides = Overrides(values.pop("budget"), *(values.pop("max_increase") or (None, None)))
    if staged and rev is not None:
        raise ConfigError("--staged and --rev are both given", "Keep one.")
    repo = open_repository()
    head = STAGED if staged else WORKTREE if rev is None else commit_source(repo, rev)
    base_source, notes = (None, ()) if base is None else _find_base(repo, base, head, at_merge_base)
    if at_merge_base and base is None:
        raise ConfigError("--merge-base needs --base", "For example: llm-cost check --base main --merge-base")
    if base is None and overrides.limits_increase():
        raise ConfigError("--max-increase needs --base", "For example: llm-cost check --base main --max-increase 25%")
    said = read_statements(repo, base_source, head)
    with without_certificates():
        checked = check_side(
            repo, head, base_source, read_selection(values), memo, on,
            force_stale=force_stale, overrides=overrides, said=said,
        )  # fmt: skip
    estimate, manifest, comparison, verdict = checked
    verbose_note(ctx, f"{estimate.label}: {count_prompts(len(estimate.rows))}; prices {estimate.prices.version}")
    if manifest is None:
        _refuse_lost_manifest(repo, head)
    if not estimate.rows:
        raise ConfigError(
            "No prompt was found: nothing was judged", "Name prompts in llm-cost.toml, or run: llm-cost estimate"
        )
    code = checked.code()
    if code or not ctx.obj["quiet"]:
        extra = (*notes, *economics_notes(estimate, unit))
        report = check_report(estimate, manifest, verdict, comparison, extra, view)
        document = partial(check_document, estimate, manifest, verdict, comparison, view)
        result = partial(_result, repo, head, checked, report, view)
        show_result(lambda: result(document()), report, document, output)
    return say_failures(verdict.problems, code)


def _result(repo: Repository, head: Source, checked: Checked, report: Report, view: View, document: Document) -> Result:
    """With the manifests' own bytes, to say on which lines limits stand."""
    estimate, _, comparison, verdict = checked
    (held,) = read_manifest_bytes(repo, (head,))
    findings = check_findings(verdict.parts or (Judged(*checked),), held)
    return Result(report, document, estimate, comparison, findings, view.group_by)


def _find_base(repo: Repository, revision: str, head: Source, at_merge_base: bool) -> tuple[Source, tuple[Text, ...]]:
    here = head if head.commit else commit_source(repo, "HEAD")
    if at_merge_base:
        base, _, notes = since_merge_base(repo, revision, here)
        return base, notes
    base = commit_source(repo, revision)
    return base, moved_on(repo, revision, base, here)


def _refuse_lost_manifest(repo: Repository, head: Source) -> None:
    """Without a manifest nothing limits anything: no pass where HEAD still has one."""
    if head.kind != "commit" and try_resolve_commit(repo.cwd, "HEAD"):
        last = commit_source(repo, "HEAD")
        if held := read_manifest_bytes(repo, (last,))[0]:
            lost = min(held, key=len)
            raise ConfigError(
                f"{lost} exists on {last.label} and not in the {head.kind}: nothing was judged",
                f"Restore it: git checkout HEAD -- {lost}",
            )
