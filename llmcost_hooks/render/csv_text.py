"""A sheet as CSV (RFC 4180: UTF-8, CRLF), safe to open in a spreadsheet."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from ..focus.sheet import NUMBER, Cell, Sheet
from .money import format_exact

# A spreadsheet takes a cell that begins with one of these for a formula; the wide ones too in some languages.
_FORMULA = (*"=+-@＝＋－＠", "'")
_SPECIAL = frozenset(',"\r\n')


def render_csv(sheet: Sheet) -> str:
    """Header and rows. Equal sheets give equal text."""
    kinds = [field.kind for field in sheet.fields]
    lines = [[field.name for field in sheet.fields]]
    lines += [[format_cell(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in sheet.rows]
    return "".join(",".join(map(_quoted, line)) + "\r\n" for line in lines)


def format_cell(cell: Cell, kind: str) -> str:
    """A number with every digit, no exponent, and a point unless it is a plain NUMBER; a day as its midnight, UTC."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        if kind == NUMBER:
            return f"{cell:f}"
        text = format_exact(cell)
        return text if "." in text else f"{text}.0"
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00:00Z"
    if isinstance(cell, str):
        return guarded_text(cell)
    return json.dumps(dict(cell), ensure_ascii=False, separators=(",", ":"))


def guarded_text(text: str) -> str:
    """A text that no spreadsheet runs: an apostrophe goes before one that begins like a formula, or with its own."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded_text(text: str) -> str:
    """What `guarded_text` was made of; a text of others that merely begins with an apostrophe stays as it is."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.intersection(text) else text
