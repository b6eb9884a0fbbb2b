"""`llm-cost explain`: one number, from blob to dollar."""

from __future__ import annotations

from typing import Any

import click

from ..clock import today
from ..errors import ConfigError, worst
from ..estimate import estimate_snapshot
from ..explain import explain
from ..facts import load_price_book, read_facts
from ..failures import say_failures
from ..git.plumbing import open_repository
from ..lookup import make_resolver
from ..origins import Origins
from ..pricing import PromptEstimate, facts_of
from ..reading import STAGED, WORKTREE, commit_source, parse_manifests, read_manifest_bytes, read_side
from ..report_explain import explain_document, explain_report
from ..suggest import what_ifs
from .naming import find_prompt
from .options import assumption_options, output_options, read_memo, read_selection
from .showing import show

HELP = """Explain one number, from blob to dollar.

Where the text lies, what is sent and how it was counted, which model that name means, which row of prices and who
says so, every assumption with the line that it comes from, and the arithmetic, which a calculator can redo. Then what
would be cheaper, each with its formula.

\b
  llm-cost explain search                  in the working tree
  llm-cost explain search HEAD~3           in a commit
  llm-cost explain search --staged         in the index
  llm-cost explain prompts/search.md       a prompt without an id is known by its path
  llm-cost explain search --model gpt-4o-mini --calls 5000    what if
  llm-cost explain search --format json    for machines

\b
Exit codes: 0; 2 no such prompt, manifest, revision; 3 it cannot be read; 4 its model has no price.
"""


@click.command("explain", help=HELP)
@click.argument("prompt_id", metavar="PROMPT_ID")
@click.argument("rev", metavar="[REV]", required=False)
@click.option("--staged", is_flag=True, help="Read the index: what the next commit will hold.")
@assumption_options
@output_options
@click.pass_context
def explain_command(ctx: click.Context, /, prompt_id: str, rev: str | None, staged: bool, **values: Any) -> int:
    output, memo, on = values.pop("output"), read_memo(values.pop("no_cache")), today()
    force_stale = values.pop("force_stale")
    if staged and rev is not None:
        raise ConfigError("--staged and a revision are both given", "Keep one.")
    repo, book = open_repository(), load_price_book()
    source = STAGED if staged else WORKTREE if rev is None else commit_source(repo, rev)
    (held,) = read_manifest_bytes(repo, (source,))
    manifest, selection = parse_manifests(source, held), read_selection(values)
    side = read_side(repo, source, manifest, selection)
    file = find_prompt(prompt_id, repo.prefix, side.snapshot)
    side = side._replace(snapshot=side.snapshot._replace(files=(file,)))
    facts = read_facts(repo.cwd, (side,), memo, book)
    priced = estimate_snapshot(side.snapshot, facts, book, on, force_stale=force_stale)
    (row,) = priced.rows
    day = file.prices.as_of if file.prices and file.prices.as_of else on
    cheaper = what_ifs(row, file, book, day, file.prices) if isinstance(row, PromptEstimate) else ()
    known = facts_of(file, facts, side.snapshot.key())
    found = explain(
        priced, known, make_resolver(book, on), Origins(file, manifest, held, selection.assumptions), cheaper
    )  # fmt: skip
    code = worst([each.problem.code for each in priced.unpriced()])
    if code or not ctx.obj["quiet"]:
        show(explain_report(found), lambda: explain_document(found), output)
    return say_failures(priced.unpriced(), code)
