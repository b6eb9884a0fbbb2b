"""`llm-cost prices`: one model's prices, files of prices, and whom to believe."""

from __future__ import annotations

import click

from .lazy import LazyGroup

COMMANDS = {
    "show": ("prices_show", "show_command"),
    "history": ("prices_history", "history_command"),
    "add": ("prices_add", "add_command"),
    "diff": ("prices_diff", "diff_command"),
    "verify": ("prices_verify", "verify_command"),
    "trust": ("prices_trust", "trust_command"),
}

HELP = """Look at prices, compare files of them, add your own, and say whose files to believe.

\b
  llm-cost prices show gpt-4o            all that is known of one model's price
  llm-cost prices history gpt-4o         its dated rows, past and to come
  llm-cost prices add our-finetune       a price of your own, into llm-cost.toml
  llm-cost prices diff bundled new.json  what one price file changes in another
  llm-cost prices verify new.json        whether update-db would accept it
  llm-cost prices trust RW...            accept files of this publisher on this machine

\b
llm-cost models lists models; llm-cost update-db installs newer prices.
"""


@click.group("prices", cls=LazyGroup, commands_table=COMMANDS, help=HELP)
def prices_group() -> None:
    pass
