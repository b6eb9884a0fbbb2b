"""`llm-cost update-db`: newer prices, verified and installed."""

from __future__ import annotations

import os
import sys
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from .. import __version__
from ..boundary import write
from ..clock import now
from ..data import open_data
from ..errors import ConfigError, LlmCostError, PricingError
from ..facts import load_bundled_book, load_price_book
from ..prices.book import PriceBook
from ..prices.changes import Change, compare_books
from ..prices.signing import parse_key
from ..prices.trust import Verdict
from ..pricestore import check, install, reset_trust, store_directory
from ..render.money import format_delta, format_money, format_percent
from ..render.sanitise import terminal_name
from ..report_changes import other_changes
from .asking import confirm

if TYPE_CHECKING:
    from ..git.plumbing import Repository

URL = "https://prices.llm-cost.dev/v1/prices.json"
HELP = f"""Fetch newer prices, verify who signed them, and install them for this user.

\b
  llm-cost update-db                        from {URL}
  llm-cost update-db --url https://...      from another address
  llm-cost update-db --file prices.json     from a file, for machines without a network
  llm-cost update-db --check                say what would change, and install nothing

\b
A file is accepted only if it is signed by a key that this release pins, or one that you trust on this machine
(llm-cost prices trust RW...), and if it is not older than what is installed. Whatever fails, the installed prices stay
as they are. Nothing else in llm-cost uses the network.
Exit codes: 0; 2 wrong arguments; 4 not accepted.
"""


@click.command("update-db", help=HELP)
@click.option("--url", metavar="URL", help="Fetch from here; also LLM_COST_PRICES_URL.")
@click.option("--file", "path", metavar="FILE", help="Read this file instead of fetching.")
@click.option("--check", "only_check", is_flag=True, help="Install nothing.")
@click.option(
    "--accept-rotation", is_flag=True, help="Trust the next key that the file announces, before a release does."
)
@click.option("--force-stale", is_flag=True, help="Accept prices that are too old (not recommended).")
@click.option("--reset-trust", is_flag=True, help="Forget installed prices, keys and revocations of this machine.")
@click.option("--yes", is_flag=True, help="Do not ask before --reset-trust.")
@click.pass_context
def update_db_command(
    ctx: click.Context, url: str | None, path: str | None, only_check: bool, accept_rotation: bool, force_stale: bool,
    reset_trust: bool, yes: bool,
) -> int:  # fmt: skip
    directory = store_directory(os.environ)
    if directory is None:
        raise ConfigError("This user has no home directory to keep prices in", "Set HOME or XDG_DATA_HOME.")
    if reset_trust:
        return _reset(directory, yes)
    if url is not None and path is not None:
        raise ConfigError("--url and --file are both given", "Keep one.")
    if only_check and accept_rotation:
        raise ConfigError("--check and --accept-rotation are both given", "Keep one.")
    quiet = ctx.obj["quiet"]
    data = _read(os.environ.get("LLM_COST_PRICES_URL") or URL if url is None else url, path, quiet)
    bundled = bytes(open_data("prices.json"))
    before = _book_before()
    if only_check:
        verdict, same = check(directory, data, bundled, now(), force_stale=force_stale)
    else:
        verdict, same = install(
            directory, data, bundled, now(), __version__, accept_rotation=accept_rotation, force_stale=force_stale
        )
    if not quiet:
        write(sys.stdout, _report(verdict, same, only_check, before, PriceBook(data)))
    return 0


def _read(url: str, path: str | None, quiet: bool) -> bytes:
    from ..fetch import fetch, read_file

    if path is not None:
        return read_file(path)
    if not quiet:
        write(sys.stdout, f"Fetching from {terminal_name(url)}...\n")
        sys.stdout.flush()
    try:
        return fetch(url, _progress if not quiet else lambda *_: None)
    finally:
        if not quiet:
            _show("")


def _progress(read: int, total: int | None) -> None:
    of = f" of {total / 1024:,.0f}" if total else ""
    _show(f"{read / 1024:,.0f}{of} KiB")


def _show(text: str) -> None:
    """One line that is written over and leaves nothing behind, on a terminal only."""
    stream = sys.stderr
    if stream is not None and stream.isatty():
        write(stream, f"\r{text:<30}" if text else f"\r{'':<30}\r")
        stream.flush()


def _book_before() -> PriceBook:
    """What was in use; where the installed file cannot be believed, what this release brought."""
    try:
        return load_price_book()
    except PricingError:
        return load_bundled_book()


def _reset(directory: str, yes: bool) -> int:
    from ..pricestore import load_trust

    try:
        trust = load_trust(directory)
        parts = f"{len(trust.trusted)} trusted keys, {len(trust.revoked)} revocations, the installed prices"
    except PricingError:
        parts = "the damaged trust store, the installed prices"
    write(sys.stdout, f"This forgets {parts}, and which prices were seen last.\n")
    if not yes and not confirm("Forget them?", "To forget them without a question: --reset-trust --yes"):
        write(sys.stdout, "Nothing was changed.\n")
        return 0
    reset_trust(directory)
    write(sys.stdout, "✓ Begun anew with what this release trusts\n")
    return 0


# --- what is printed ---------------------------------------------------------------------------------------------


def _report(verdict: Verdict, same: bool, only_check: bool, before: PriceBook, after: PriceBook) -> str:
    lines = ["✓ Signature verified (minisign)"]
    changes = compare_books(before, after, _day(after))
    if same:
        lines.append(f"✓ Prices of {after.generated_at} are installed already, valid until {after.valid_until}")
    else:
        verb = "Would update" if only_check else "Updated"
        lines.append(
            f"✓ {verb} {_count(changes.models, 'model')} ({_count(len(changes.changed), 'price change')} detected)"
        )
        lines += [f"  {what}" for what in other_changes(changes)]
        lines.append(f"  Prices of {after.generated_at}, valid until {after.valid_until}")
    lines += _rotation(verdict)
    if notable := changes.notable():
        width = max(len(change.model) for change in notable)
        lines += ["", "Notable changes:", *(f"  {_line(change, width)}" for change in notable)]
    if not same and (yours := _your_prompts(before, after)):
        lines += ["", *yours]
    return "\n".join(lines) + "\n"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _day(book: PriceBook) -> date:
    """Today, and never before the day of the file: a clock that stands at 1970 hides no change."""
    return max(now().date(), book.generated_at)


def _line(change: Change, width: int) -> str:
    """`gpt-4-turbo  $10.00 → $8.00/M tokens (-20%)`: the input, or the output where only that moved."""
    assert change.old is not None and change.new is not None
    what = "" if change.rate == "input" else f" {change.rate}"
    moved = change.percent()
    percent = f" ({format_percent(moved)})" if moved is not None else ""
    return f"{change.model:<{width}}  {format_money(change.old)} → {format_money(change.new)}/M{what} tokens{percent}"


def _rotation(verdict: Verdict) -> list[str]:
    if verdict.rotation is None:
        return []
    key, until = parse_key(verdict.rotation.to).shown(), verdict.rotation.valid_until[:10]
    if verdict.accepted_rotation:
        return [f"✓ The next signing key {key} is trusted; the old one is refused from {until} on"]
    return [
        f"note: the signing key changes to {key} on {until}: upgrade llm-cost before that day",
        "      (or accept it on this machine: llm-cost update-db --accept-rotation)",
    ]


def _your_prompts(before: PriceBook, after: PriceBook) -> list[str]:
    """What the update does to the prompts of the repository around, if there is one. Never a reason to fail."""
    from ..git.plumbing import open_repository

    try:
        repo = open_repository()
    except LlmCostError:
        return []
    try:
        moved = _deltas(repo, before, after)
    except LlmCostError as error:
        return [f"Your prompts were not compared: {terminal_name(error.message)}"]
    except OSError as error:
        return [f"Your prompts were not compared: {error.strerror or 'the system refused'}"]
    if not moved:
        return []
    more = [f"  and {_count(len(moved) - 10, 'more prompt')}"] if len(moved) > 10 else []
    return ["Your prompts:", *(f"  {terminal_name(prompt_id)}  {what}" for prompt_id, what in moved[:10]), *more]


def _deltas(repo: Repository, before: PriceBook, after: PriceBook) -> list[tuple[str, str]]:
    """(prompt_id, what changes) of every prompt whose cost moves, and of those that get or lose a price."""
    from ..estimate import estimate_snapshot
    from ..facts import read_facts
    from ..memo import Memo, memo_path
    from ..pricing import PromptEstimate
    from ..reading import WORKTREE, read_manifest, read_side
    from ..snapshot import Selection

    if repo.top is None:
        return []
    side, memo = read_side(repo, WORKTREE, read_manifest(repo, WORKTREE), Selection()), Memo(memo_path(os.environ))
    # Each with its own facts: the model that a name leads to, and so its tokenizer, can be another one.
    sides = [
        estimate_snapshot(side.snapshot, read_facts(repo.cwd, (side,), memo, book), book, _day(after), force_stale=True)
        for book in (before, after)
    ]
    unit = f"/{sides[1].period}" if sides[1].period else "/call"
    found: list[tuple[Decimal, str, str]] = []
    for old, new in zip(*(estimate.rows for estimate in sides), strict=True):
        if isinstance(old, PromptEstimate) and isinstance(new, PromptEstimate):
            if delta := new.effective_cost - old.effective_cost:
                found.append((-abs(delta), new.prompt_id, format_delta(delta) + unit))
        elif isinstance(new, PromptEstimate) or isinstance(old, PromptEstimate):
            what = "has a price now" if isinstance(new, PromptEstimate) else "has no price any more"
            found.append((Decimal("-Infinity"), new.prompt_id, what))
    return [(prompt_id, what) for _, prompt_id, what in sorted(found)]
