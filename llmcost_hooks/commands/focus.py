"""`llm-cost focus`: FOCUS files, whoever wrote them."""

from __future__ import annotations

import click

from .lazy import LazyGroup

COMMANDS = {"validate": ("focus_validate", "validate_command")}

HELP = """Work with FOCUS files, the format that FinOps tools exchange costs in.

\b
  llm-cost estimate --format focus > estimates.focus.csv    write one
  llm-cost focus validate estimates.focus.csv               whether a file keeps the specification
"""


@click.group("focus", cls=LazyGroup, commands_table=COMMANDS, help=HELP)
def focus_group() -> None:
    pass
