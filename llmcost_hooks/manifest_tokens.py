"""`[tokens]` of `llm-cost.toml`: ratios of tokens that the project itself measured, by model.

Loaded only for manifests that have the table.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .manifest_grammar import read_table, read_value
from .manifest_source import Source
from .manifest_values import Wrong, read_day, read_number
from .prices.own import OwnRatio


def read_ratio(value: object) -> Decimal:
    """Tokens of the model per token of o200k_base."""
    number = read_number(value)
    if not Decimal("0.1") <= number <= 10:
        raise Wrong("a ratio from 0.1 to 10")
    return number


GRAMMAR: dict[str, Any] = {"ratio": read_ratio, "low": read_ratio, "high": read_ratio, "on": read_day}


def read_tokens(table: object, source: Source) -> tuple[OwnRatio, ...]:
    """The value of `[tokens]`. Raises ConfigError with file and line."""
    models = read_value(_of_models, table, ("tokens",), source)
    found = []
    for name, value in models.items():
        path = ("tokens", name)
        values = read_table(value, GRAMMAR, path, source)
        for key in GRAMMAR:
            if key not in values:
                hint = f'For example: [tokens."{name}"] ratio = 1.31, low = 1.25, high = 1.40, on = "2026-11-20"'
                raise source.error(path, f'the ratio of "{name}" needs {key}', hint)
        if not values["low"] <= values["ratio"] <= values["high"]:
            raise source.error((*path, "ratio"), f'the ratio of "{name}" is not between its low and its high')
        found.append(OwnRatio(name, values["low"], values["ratio"], values["high"], values["on"]))
    return tuple(found)


def _of_models(value: object) -> dict[str, object]:
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise Wrong('tables by model, written as [tokens."claude-sonnet-4-5"]')
    return value
