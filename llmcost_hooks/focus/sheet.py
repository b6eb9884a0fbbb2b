"""Rows of typed cells, before they are drawn as CSV or stored as Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..known.focus import DECIMAL, JSON, TEXT, TIME
from ..render.sanitise import terminal_name

NUMBER = "number"  # a decimal that is drawn with the digits it has; DECIMAL always has a point
LONGEST = 4096  # characters of a name

# A day is its midnight, UTC; None is a cell without a value; a mapping is a flat JSON object.
Cell = Decimal | date | str | Mapping[str, str] | None
KINDS = (DECIMAL, NUMBER, TIME, TEXT, JSON)


class Field(NamedTuple):
    name: str
    kind: str


class Sheet(NamedTuple):
    fields: tuple[Field, ...]
    rows: tuple[tuple[Cell, ...], ...]


def clean(text: str) -> str:
    """A name that others chose, without characters that nobody sees; whole, because it is an identity."""
    return terminal_name(text, LONGEST)
