"""`llm-cost comment`: what a change costs, as a comment on its pull request."""

from __future__ import annotations

import os
import re
import shlex
import sys
from types import ModuleType
from typing import Any, NamedTuple

import click

from .. import __version__
from ..boundary import write
from ..checking import Checked, check_side, compare_sides, read_sides
from ..clock import today
from ..commenting import ALWAYS, CHANGED, INCREASE, OVER, is_wanted
from ..compare import Comparison
from ..errors import ConfigError
from ..forges import FORGES
from ..forges.places import Place, given
from ..forges.posting import BEHAVIORS, Posted, post
from ..git.plumbing import open_repository
from ..increase import Allowed
from ..policy import Overrides
from ..reading import commit_source
from ..render.comment import marker_line, render_comment
from ..render.sanitise import log_text, terminal_name
from ..report import Text, count_prompts
from ..report_comment import comment_report, unjudged_report
from ..snapshot import Selection
from ..stating import read_statements
from .options import (
    assumption_options,
    read_change,
    read_memo,
    read_selection,
    read_usd,
    repeated_options,
    selection_options,
)
from .showing import verbose_note
from .sides import since_merge_base

HELP = """Write what a change costs into a comment on its pull request, or bring the comment up to date.

\b
  llm-cost comment github          in GitHub Actions: pull request, base and repository are known
  llm-cost comment gitlab          in GitLab CI, with GITLAB_TOKEN
  llm-cost comment azure-repos     in Azure Pipelines, with SYSTEM_ACCESSTOKEN
  llm-cost comment bitbucket       in Bitbucket Pipelines, with BITBUCKET_TOKEN
  llm-cost comment github --dry-run --base main     show the comment, send nothing

\b
Elsewhere, say what the pipeline does not:
  llm-cost comment github --repo OWNER/NAME --pull-request 42 --base origin/main

\b
Compared is what the pull request changes: HEAD with the commit where it left its base. The comment is found again by a
hidden first line and by its author, the user of the token. Tokens are read from the environment and from nowhere else:
GITHUB_TOKEN or GH_TOKEN, GITLAB_TOKEN, SYSTEM_ACCESSTOKEN or AZURE_DEVOPS_EXT_PAT, BITBUCKET_TOKEN.
The verdict is in the comment and not in the exit code: to fail a pipeline, run llm-cost check behind it.
Exit codes: 0 posted, or nothing to tell (--when, --threshold, or --commit is no head any more); 2 manifest, revision,
token, or the forge did not take it: nothing was posted.
"""


def _read_tag(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise click.BadParameter(f"{text!r} is not 1 to 64 letters, digits, dots, underscores and dashes.")
    return text


@click.command("comment", help=HELP)
@click.argument("forge", type=click.Choice(list(FORGES)))
@click.option("--base", metavar="REV", help="What it is compared with. In a pipeline: the pull request's base.")
@click.option("--head", metavar="REV", default=None, help="What is compared. Default: HEAD.")
@click.option("--repo", metavar="NAME", help="OWNER/NAME, GROUP/PROJECT, PROJECT/REPOSITORY or WORKSPACE/NAME.")
@click.option("--pull-request", "--merge-request", "number", metavar="N", type=click.IntRange(1), help="Its number.")
@click.option("--commit", metavar="SHA", help="Every open pull request whose head this is, and its base (GitHub).")
@click.option("--api-url", metavar="URL", help="Address of the API, of a forge of your own.")
@click.option("--author", metavar="ID", help="Who the token is, where the forge does not tell.")
@click.option(
    "--behavior", type=click.Choice(BEHAVIORS), default="update", show_default=True,
    help="What becomes of the comment before.",
)  # fmt: skip
@click.option("--tag", metavar="TAG", type=_read_tag, default="default", help="One of several comments in one place.")
@click.option(
    "--when", type=click.Choice([ALWAYS, CHANGED, INCREASE, OVER]), default=ALWAYS, show_default=True,
    help="Only where prompts changed, cost more, or a limit does not hold.",
)  # fmt: skip
@click.option("--threshold", metavar="P%|$USD", type=read_change, help="Only where the total moves by as much.")
@click.option("--budget", metavar="USD", type=read_usd, help="What all may cost; in place of limit.")
@click.option("--max-increase", metavar="P%|$USD", type=read_change, help="What a change may add.")
@click.option("--dry-run", is_flag=True, help="Print the comment and send nothing.")
@click.option(
    "--limit", metavar="BYTES", type=click.IntRange(1000), help="With --dry-run: cut it to this, for another place."
)
@assumption_options
@selection_options
@click.option("--no-cache", is_flag=True, help="Do not use the memo of token counts.")
@click.option("--force-stale", is_flag=True, help="Use prices that are too old (not recommended).")
@click.pass_context
def comment_command(ctx: click.Context, /, forge: str, **values: Any) -> int:
    module = FORGES[forge]
    take = {each: values.pop(each) for each in _OWN}
    place = given(module.read_place(os.environ), take["api_url"], take["repo"], take["number"])
    if take["limit"] is not None and not take["dry_run"]:
        raise ConfigError("--limit needs --dry-run", "What is posted is cut to what the forge takes.")
    selection = read_selection(values)
    for each in _by_commit(module, place, take["commit"]):
        _comment(ctx, forge, each, take, selection)
    return 0


def _comment(ctx: click.Context, name: str, place: Place, take: dict[str, Any], selection: Selection) -> None:
    """On one pull request."""
    module, author = FORGES[name], take["author"]
    # Before any work: a token may be missing.
    opened = None if take["dry_run"] else module.open_forge(place, os.environ, author)
    malformed: list[str] = []  # waivers: what `check` ends with is to be seen where they are to be mended
    found = _find(ctx, place, take, selection, malformed)
    comparison, checked = found.comparison, found.checked
    marker = marker_line(take["tag"], visible=module.VISIBLE)
    how = _how(module, place, take, comparison, repeated_options(ctx))
    if isinstance(checked, ConfigError):
        report = unjudged_report(comparison, checked, found.notes, how, malformed)
    else:
        report = comment_report(comparison, checked.manifest, checked.verdict, found.notes, how, malformed)
    title, limit = (module.TITLE, module.LIMIT) if take["limit"] is None else (None, take["limit"])
    body = render_comment(report, marker, title, limit)
    threshold = None if take["threshold"] is None else Allowed(*take["threshold"])
    wanted = (
        isinstance(checked, ConfigError)
        or bool(malformed)
        or is_wanted(take["when"], threshold, comparison, checked.verdict)
    )
    if opened is None:
        said = body if wanted else _NOTHING
    else:
        said = _said(post(opened, take["behavior"], marker, body, wanted=wanted), module.TITLE, place)
    if opened is None or not ctx.obj["quiet"]:
        write(sys.stdout, said)


_OWN = (
    "base", "head", "repo", "number", "commit", "api_url", "author", "behavior", "tag", "when", "threshold", "budget",
    "max_increase", "dry_run", "limit", "no_cache", "force_stale",
)  # fmt: skip
_NOTHING = "Nothing to tell (--when, --threshold): no comment.\n"


def _by_commit(module: ModuleType, place: Place, commit: str | None) -> list[Place]:
    """Every pull request that is asked for; none, and that is said, where `commit` is no longer the head of any."""
    if commit is None:
        return [place]
    if not hasattr(module, "find_pulls"):
        raise ConfigError(
            f"--commit is for GitHub: {module.TITLE} tells its pipelines the number", "Use --pull-request N."
        )
    found: list[Place] = module.find_pulls(place._replace(number=None), os.environ, commit)
    if not found:
        closed = "it was closed, or has a newer commit. Nothing was posted.\n"
        write(sys.stdout, f"No open pull request has the head {commit[:12]}: {closed}")
    return found


class _Found(NamedTuple):
    comparison: Comparison
    checked: Checked | ConfigError  # or why nothing can be judged, which `check` ends with
    notes: tuple[Text, ...]


def _find(ctx: click.Context, place: Place, take: dict[str, Any], selection: Selection, malformed: list[str]) -> _Found:
    repo = open_repository()
    revision = take["base"] or place.base
    if not revision:
        raise ConfigError("Which base? The pipeline does not say", "For example: --base origin/main")
    head = commit_source(repo, take["head"] or take["commit"] or "HEAD")
    base, _, notes = since_merge_base(repo, revision, head)
    overrides = Overrides(take["budget"], *(take["max_increase"] or (None, None)))
    said = read_statements(repo, base, head, malformed)
    memo, on, force = read_memo(take["no_cache"]), today(), take["force_stale"]
    checked: Checked | ConfigError
    try:
        checked = check_side(
            repo, head, base, selection, memo, on, force_stale=force, overrides=overrides, said=said, split=True
        )
        assert checked.comparison is not None
        comparison = checked.comparison
        if not comparison.head.rows:  # no manifest, so nothing else refuses it
            checked = ConfigError("No prompt was found: nothing was judged", "Name prompts in llm-cost.toml.")
    except ConfigError as error:
        sides, checked = read_sides(repo, base, head, selection), error
        comparison = compare_sides(repo, sides, base, head, memo, on, force_stale=force, split=True)
    if not (comparison.head.rows or comparison.base.rows):
        raise ConfigError("No prompt was found: there is nothing to tell", "Name prompts in llm-cost.toml.")
    verbose_note(ctx, f"{head.label}: {count_prompts(len(comparison.head.rows))}")
    return _Found(comparison, checked, notes)


def _how(
    module: ModuleType, place: Place, take: dict[str, Any], comparison: Comparison, options: tuple[str, ...]
) -> tuple[Text, ...]:
    """Ids of commits, and no name of a branch: those are whoever's, and a shell would run what is in them."""
    base, head = (str(side.commit)[:12] for side in (comparison.base, comparison.head))
    fetch, sides = "git fetch origin", f"{base} {head}"
    checked_out = take["head"] is None and take["commit"] is None
    if checked_out and place.commit and not place.commit.startswith(head):
        sides = f"{base}...{place.commit[:12]}"
    elif checked_out and place.ref:
        fetch = f"{fetch} {place.ref}"
    elif take["head"] is None and module.HEAD_REF and place.number is not None:
        fetch = f"{fetch} {module.HEAD_REF.format(place.number)}"
    again = shlex.join(("llm-cost", "diff", *sides.split(), *options))
    if "`" in again or not again.isprintable():  # what would end the code, or cannot be seen in it
        again = f"llm-cost diff {sides}"
        return ((f"To see the same: `{fetch} && {again}`, with the options of this run (llm-cost {__version__})",),)
    return ((f"To see the same: `{fetch} && {again}` (llm-cost {__version__})",),)


def _said(posted: Posted, title: str, place: Place) -> str:
    where = log_text(terminal_name(posted.url, 300)) if posted.url else f"{title}, number {place.number}"
    return {
        "created": f"Comment posted: {where}\n",
        "updated": f"Comment updated: {where}\n",
        "unchanged": f"Comment is up to date: {where}\n",
        "removed": "Nothing to tell (--when, --threshold): the comment before was taken away.\n",
    }.get(posted.what, _NOTHING)
