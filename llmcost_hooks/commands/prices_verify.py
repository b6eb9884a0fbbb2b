"""`llm-cost prices verify`: whether a file would be accepted."""

from __future__ import annotations

import os
import sys

import click

from ..boundary import write
from ..clock import now
from ..data import open_data
from ..pricestore import check, store_directory

HELP = """Judge a price file as update-db would, and install nothing.

\b
  llm-cost prices verify prices.json

\b
The same with stock tools, for a key that you have: docs/publishing.md.
Exit codes: 0 it would be accepted; 4 it would not, with the reason.
"""


@click.command("verify", help=HELP)
@click.argument("file")
@click.option("--force-stale", is_flag=True, help="Accept prices that are too old (not recommended).")
@click.pass_context
def verify_command(ctx: click.Context, file: str, force_stale: bool) -> int:
    from ..fetch import read_file

    data, bundled = read_file(file), bytes(open_data("prices.json"))
    verdict, same = check(store_directory(os.environ), data, bundled, now(), force_stale=force_stale)
    found = verdict.file
    lines = [
        "✓ Signature verified (minisign)",
        f"  signed by key {', '.join(key.shown() for key in verdict.signers)}",
        f"  version {found.version}: {found.models:,} models",
        f"  prices of {found.generated_at:%Y-%m-%d}, valid until {found.valid_until:%Y-%m-%d}",
        "  installed already" if same else "  update-db --file would install it",
    ]
    if not ctx.obj["quiet"]:
        write(sys.stdout, "\n".join(lines) + "\n")
    return 0
