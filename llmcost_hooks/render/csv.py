"""The prompts of a document as CSV (RFC 4180), one row each, for spreadsheets and data frames. Totals are not in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .sanitise import csv_name

_SIDE = (
    "model", "grade", "input_tokens", "output_tokens", "calls", "scenario", "list_cost", "effective_cost", "at_least",
)  # fmt: skip
_DELTA = ("cost", "text", "model", "assumptions", "prices")
_COMMON = ("tags", "problem", "reason")
_PRICED = ("prompt_id", "path", "manifest", *_SIDE, "training_cost", *_COMMON)
_DIFFED = (
    "prompt_id", "path", "base_path", "manifest", "content",
    *(f"{side}_{key}" for side in ("base", "head") for key in _SIDE),
    *(f"delta_{key}" for key in _DELTA), *_COMMON,
)  # fmt: skip


def render_csv(document: Mapping[str, Any]) -> str:
    """Text in quotes; numbers as they are, with every digit; what is not known is empty."""
    of_diff = document["schema"].startswith("llm-cost/diff/")
    headers = _DIFFED if of_diff else _PRICED
    rows = [dict(_diffed(row) if of_diff else _priced(row)) for row in document["prompts"]]
    lines = [headers, *([_cell(row[key], key) for key in headers] for row in rows)]
    return "".join(",".join(line) + "\r\n" for line in lines)


def _priced(row: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield from ((key, row[key]) for key in ("prompt_id", "path", "manifest", *_SIDE, "training_cost"))
    yield from _common(row, row)


def _diffed(row: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield from ((key, row[key]) for key in ("prompt_id", "path", "base_path", "manifest", "content"))
    for side in ("base", "head"):
        yield from ((f"{side}_{key}", row[side] and row[side][key]) for key in _SIDE)
    yield from ((f"delta_{key}", row["delta"][key]) for key in _DELTA)
    yield from _common(row, row["head"])


def _common(row: Mapping[str, Any], side: Mapping[str, Any] | None) -> Iterator[tuple[str, object]]:
    yield "tags", ";".join(f"{key}={value}" for key, value in row["tags"].items())
    problem = side and side["problem"]
    yield "problem", problem and problem["code"]
    yield "reason", problem and problem["reason"]


def _cell(value: object, key: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int) or key.endswith("cost") or key.endswith("at_least") or key.startswith("delta_"):
        return str(value)
    return '"' + csv_name(str(value), 2000).replace('"', '""') + '"'
