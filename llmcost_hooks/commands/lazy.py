"""A click group over a table of commands, each imported when it is used, or when help lists it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from ..errors import ConfigError


class LazyGroup(click.Group):
    """`commands_table`: name -> module in `commands/` and function."""

    def __init__(self, *args: Any, commands_table: Mapping[str, tuple[str, str]], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self._table = commands_table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self._table:
            return None
        module, function = self._table[name]
        command = getattr(import_module(f".{module}", __package__), function)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self._table and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], self._table, 1)
            hint = f"Did you mean {near[0]}?" if near else "Commands: " + ", ".join(self._table) + "."
            raise ConfigError(f'There is no command "{args[0]}"', hint)
        return super().resolve_command(ctx, args)
