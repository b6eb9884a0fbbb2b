"""`llm-cost check`: the limits of llm-cost.toml, held against what the prompts cost."""

from __future__ import annotations

from typing import Any

import click

from ..checking import check_side
from ..clock import today
from ..errors import ConfigError
from ..failures import say_failures
from ..git.plumbing import Repository, open_repository
from ..git.revisions import merge_base, resolve_commit
from ..reading import STAGED, WORKTREE, Source, commit_source
from ..render.jsondoc import check_document
from ..report import count_prompts
from ..report_check import check_report
from .options import assumption_options, output_options, read_memo, read_selection, show, verbose_note

HELP = """Hold the cost of all prompts against [budget] in llm-cost.toml.

\b
  llm-cost check                   the working tree
  llm-cost check --staged          what the next commit will hold
  llm-cost check --rev HEAD        a commit
  llm-cost check --base main       also max_increase, against main
  llm-cost check --base main --merge-base    ... against where this branch left main

\b
  [budget]
  limit = 10.00                    USD per period
  period = "month"
  max_increase = "25%"             or "$5.00"

\b
In git hooks: llm-cost-pre-commit judges what is staged, llm-cost-pre-push what is pushed; each has a --help.
What cannot be known is a failure, never a pass.
Exit codes: 0 within budget; 1 a limit does not hold; 2 manifest, revision, no model; 3 a prompt cannot be read;
4 a model has no price.
"""


@click.command("check", help=HELP)
@click.option("--staged", is_flag=True, help="Judge the index.")
@click.option("--rev", metavar="REV", help="Judge a commit.")
@click.option("--base", metavar="REV", help="Also judge the increase over this commit.")
@click.option(
    "--merge-base", "from_merge_base", is_flag=True, help="Over where the history left REV, not over its tip."
)
@assumption_options
@output_options
@click.pass_context
def check_command(ctx: click.Context, /, staged: bool, rev: str | None, base: str | None, **values: Any) -> int:
    from_merge_base = values.pop("from_merge_base")
    output, memo, on = values.pop("output"), read_memo(values.pop("no_cache")), today()
    if staged and rev is not None:
        raise ConfigError("--staged and --rev are both given", "Keep one.")
    repo = open_repository()
    head = STAGED if staged else WORKTREE if rev is None else commit_source(repo, rev)
    base_source = None if base is None else _base(repo, base, head, from_merge_base)
    if from_merge_base and base is None:
        raise ConfigError("--merge-base needs --base", "For example: llm-cost check --base main --merge-base")
    checked = check_side(repo, head, base_source, read_selection(values), memo, on)
    estimate, manifest, comparison, verdict = checked
    verbose_note(ctx, f"{estimate.label}: {count_prompts(len(estimate.rows))}; prices {estimate.prices.version}")
    if not estimate.rows:
        raise ConfigError(
            "No prompt was found: nothing was judged", "Name prompts in llm-cost.toml, or run: llm-cost estimate"
        )
    code = checked.code()
    if code or not ctx.obj["quiet"]:
        report = check_report(estimate, manifest, verdict, comparison, on)
        show(report, lambda: check_document(estimate, manifest, verdict, comparison), output)
    return say_failures(verdict.problems, code)


def _base(repo: Repository, revision: str, head: Source, from_merge_base: bool) -> Source:
    if not from_merge_base:
        return commit_source(repo, revision)
    tip, here = resolve_commit(repo.cwd, revision), head.commit or resolve_commit(repo.cwd, "HEAD")
    return commit_source(repo, merge_base(repo.cwd, tip, here), revision)
