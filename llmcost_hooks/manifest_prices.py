"""`[prices]` of `llm-cost.toml`: its grammar, and what it becomes.

Loaded only for manifests that have the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from .manifest_grammar import read_table
from .manifest_source import Source
from .manifest_values import Wrong, read_boolean, read_day, read_number, read_string
from .prices.offers import STANDARD, Rates
from .prices.own import ALWAYS, OwnPrices, OwnRates, PrivateModel

VARIANTS = ("batch", "flex", "priority")
RATES = Rates._fields


def read_discount(value: object) -> Decimal:
    """ "12%" -> 0.12."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?) ?%", value, re.ASCII) if isinstance(value, str) else None
    share = Decimal(match[1]).scaleb(-2) if match else None
    if share is None or share > 1:
        raise Wrong('a share such as "12%"')
    return share


def read_rate(value: object) -> Decimal:
    """USD per million tokens, as a number or as a text."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}(?:\.\d{1,12})?", value, re.ASCII):
        value = Decimal(value)
    try:
        return read_number(value)
    except Wrong:
        raise Wrong("a price in USD per million tokens, 0 or more, with at most 12 decimals") from None


_PLAIN: dict[str, Callable[[object], Any]] = dict.fromkeys(RATES, read_rate)
_RATES: dict[str, Any] = {
    **_PLAIN,
    **dict.fromkeys(VARIANTS, _PLAIN),
    "training": read_rate,
    "request": read_rate,
    "estimated": read_boolean,
    "note": read_string,
}
_MODEL = {**_RATES, "base": read_string, "provider": read_string}
_ROW = {
    **_RATES,
    "model": read_string,
    "effective_from": read_day,
    "operator": read_string,
    "fine_tuned": read_boolean,
}
GRAMMAR: dict[str, Any] = {
    "as_of": read_day,
    "discount": read_discount,
    "override": {"*": _RATES},
    "model": {"*": _MODEL},
    "rows": [_ROW],
}
_PRICES = {*RATES, *VARIANTS, "training", "request"}
REQUIRED = ("model", "effective_from")  # of a row


def read_prices(table: object, source: Source) -> OwnPrices:
    """The value of `[prices]`. Raises ConfigError with file and line."""
    values = read_table(table, GRAMMAR, ("prices",), source)
    for n, row in enumerate(values.get("rows", ())):
        for key in REQUIRED:
            if key not in row:
                raise source.error(("prices", "rows", n), f"a [[prices.rows]] entry needs {key}")
    _refuse_repeated(values.get("rows", []), source)
    rates = [
        _own(name, table)
        for part in ("override", "model")
        for name, table in values.get(part, {}).items()
        if _PRICES & table.keys()
    ]
    rates += [_own(row["model"], row) for row in values.get("rows", ())]
    return OwnPrices(
        values.get("as_of"),
        values.get("discount", Decimal(0)),
        tuple(rates),
        {
            name: PrivateModel(name, table.get("base"), table.get("provider", "private"))
            for name, table in values.get("model", {}).items()
        },
        tuple(values.get("override", {})),
    )


def _refuse_repeated(rows: list[dict[str, Any]], source: Source) -> None:
    """One row a model, kind and day: a second one would be an edit of the first."""
    seen: dict[tuple[Any, ...], int] = {}
    for n, row in enumerate(rows):
        key = (row["model"], row["effective_from"], row.get("fine_tuned", False))
        if key in seen:
            first = source.line(("prices", "rows", seen[key]))
            message = f'the prices of "{key[0]}" from {key[1]} are stated twice (first on line {first})'
            raise source.error(("prices", "rows", n), message)
        seen[key] = n


def _own(name: str, table: Mapping[str, Any]) -> OwnRates:
    variants = {variant: table[variant] for variant in VARIANTS if variant in table}
    if any(rate in table for rate in RATES):
        variants = {STANDARD: {rate: table[rate] for rate in RATES if rate in table}, **variants}
    return OwnRates(
        name,
        table.get("effective_from", ALWAYS),
        tuple((variant, Rates(**rates)) for variant, rates in variants.items()),
        table.get("training"),
        table.get("request"),
        table.get("fine_tuned", False),
        table.get("estimated", False),
        table.get("operator", ""),
        table.get("note", ""),
    )
