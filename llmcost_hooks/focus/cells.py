"""What may stand in one cell of a FOCUS file, read by the kind of its column."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from ..known.focus import (
    CHOICE,
    CURRENCIES,
    CURRENCY,
    DECIMAL,
    JSON,
    PLACEHOLDERS,
    SKU_PRICE_KEYS,
    TEXT,
    TIME,
    UNIT,
    Column,
)  # fmt: skip

LONGEST_JSON = 100_000  # characters
_CURRENCIES, _SKU_PRICE_KEYS = frozenset(CURRENCIES.split()), frozenset(SKU_PRICE_KEYS.split())
_NUMBER = re.compile(r"-?\d{1,60}(?:\.\d{1,60})?(?:E-?\d{1,2})?", re.ASCII)
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)

Value = Decimal | datetime | str | Mapping[str, object]


class WrongCell(Exception):
    """A cell that is not what its column holds: the rule that it breaks, and what would be right."""

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(text)
        self.rule = rule
        self.text = text


def read_cell(text: str, column: Column) -> Value | None:
    """The value of a cell, None for an empty one. WrongCell where the column cannot hold it."""
    if not text:
        if column.nulls:
            return None
        raise WrongCell("not-null", "may not be empty")
    if text.strip().lower() in PLACEHOLDERS:
        raise WrongCell("placeholder", "an empty cell says that there is no value, not a word")
    return _READ[column.kind](text, column)


def _decimal(text: str, column: Column) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise WrongCell("number", "must be a number such as 1847.0: no separators, symbols or plus signs")
    return Decimal(text)


def _time(text: str, column: Column) -> datetime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise WrongCell("time", "must be a time in UTC such as 2026-11-01T00:00:00Z")
    try:
        return datetime(*(int(part) for part in found.groups()), tzinfo=timezone.utc)  # type: ignore[misc, arg-type]
    except ValueError:
        raise WrongCell("time", "is not in the calendar") from None


def _currency(text: str, column: Column) -> str:
    if text not in _CURRENCIES and column.name == "BillingCurrency":
        raise WrongCell("currency", "must be a code of ISO 4217 such as USD")
    return text


def _choice(text: str, column: Column) -> str:
    if text in column.choices:
        return text
    near = next((choice for choice in column.choices if choice.lower() == text.strip().lower()), None)
    known = f"; write {near}" if near else ": " + ", ".join(column.choices) if len(column.choices) < 7 else ""
    raise WrongCell("allowed-values", f"is not one of the allowed values{known}")


def _text(text: str, column: Column) -> str:
    return text


def _json(text: str, column: Column) -> Mapping[str, object]:
    wrong = "must be a JSON object"
    if len(text) > LONGEST_JSON:
        raise WrongCell("json", f"has more than {LONGEST_JSON:,} characters")
    try:
        found = json.loads(text, object_pairs_hook=_pairs, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise WrongCell("json", wrong) from None
    if not isinstance(found, dict):
        raise WrongCell("json", wrong)
    if any(isinstance(value, (dict, list)) for value in found.values()):
        raise WrongCell("json-flat", "may hold texts, numbers, true, false and null only")
    if column.name == "SkuPriceDetails" and any(not _is_sku_key(key) for key in found):
        raise WrongCell("json-key", 'keys that FOCUS does not define begin with "x_"')
    return found


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WrongCell("json-unique", "has one key twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _is_sku_key(key: str) -> bool:
    return key.startswith("x_") or key in _SKU_PRICE_KEYS


_READ: dict[str, Callable[[str, Column], Value]] = {
    DECIMAL: _decimal, TIME: _time, CURRENCY: _currency, CHOICE: _choice, JSON: _json, TEXT: _text, UNIT: _text,
}  # fmt: skip
