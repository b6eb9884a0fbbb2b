"""Whether a file keeps FOCUS: its header, each cell, each row, and its rows among themselves.

What is checked is what the specification demands of every file ("MUST"); what it recommends ("SHOULD") is not. Rows
are numbered as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from ..errors import ParseError
from ..known.focus import COLUMNS, FORMER, MANDATORY, PARENTS, VERSIONS, Column
from .cells import Value, WrongCell, read_cell
from .row_rules import broken_rules
from .rows import columns_of

SHOWN = 3  # rows of a finding
MOST_PARENTS = 100_000  # names that are remembered
MOST_CELLS = 1_000  # of one column that are remembered: most columns hold few different ones


class Finding(NamedTuple):
    """One rule that one column breaks."""

    rule: str
    column: str
    text: str
    rows: tuple[int, ...] = ()  # the first ones; none for what the header says
    of: int = 0  # all rows that break it


class Checked(NamedTuple):
    version: str
    stated: bool  # whether the version was named, not read off the header
    rows: int
    findings: tuple[Finding, ...]  # of the header, then by first row


def check_file(header: Sequence[str], rows: Iterable[Sequence[str]], version: str | None = None) -> Checked:
    """`rows` are the cells below the header, read once. Without a `version` the one that the header is of.

    ParseError where no column of the header is one of FOCUS.
    """
    known = {column.name for column in COLUMNS}
    if not known.intersection(header):
        raise ParseError("It is not a FOCUS file: none of its columns is one of FOCUS", "Its first line names them.")
    at = version or version_of(header)
    found = _Findings()
    for finding in _of_header(header, at):
        found.add(*finding)
    columns = _columns(header, at)
    parents: dict[tuple[str, str], str] = {}
    seen: dict[str, dict[str, Value | None]] = {column.name: {} for column in columns if column}
    count = 0
    for number, cells in enumerate(rows, 2):
        count += 1
        if len(cells) != len(header):
            found.add("row-length", "", f"must have {len(header)} cells, like the header", number)
            continue
        for rule, column, text in _of_row(cells, columns, seen, parents):
            found.add(rule, column, text, number)
    return Checked(at, version is not None, count, found.all())


def version_of(header: Sequence[str]) -> str:
    """The version that a header looks like: the first that has all of its columns, else the one that has most."""
    names = [name for name in header if name in {column.name for column in COLUMNS}]
    lacking = {at: len(set(names) - {column.name for column in columns_of(at)}) for at in VERSIONS}
    missing = {
        at: sum(column.level == MANDATORY and column.name not in names for column in columns_of(at)) for at in VERSIONS
    }
    return min(VERSIONS, key=lambda at: (lacking[at] + missing[at], VERSIONS.index(at)))


def _missing(names: Sequence[str], version: str) -> int:
    return sum(column.level == MANDATORY and column.name not in names for column in columns_of(version))


class _Findings:
    """By rule, column and text; bounded, however long the file is."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], list[int]] = {}
        self._counts: dict[tuple[str, str, str], int] = {}

    def add(self, rule: str, column: str, text: str, row: int | None = None) -> None:
        key = (rule, column, text)
        rows = self._rows.setdefault(key, [])
        self._counts[key] = self._counts.get(key, 0) + (row is not None)
        if row is not None and len(rows) < SHOWN:
            rows.append(row)

    def all(self) -> tuple[Finding, ...]:
        found = [Finding(*key, tuple(rows), self._counts[key]) for key, rows in self._rows.items()]
        return tuple(sorted(found, key=lambda finding: finding.rows[:1]))


def _of_header(header: Sequence[str], version: str) -> Iterator[tuple[str, str, str]]:
    here = {column.name: column for column in columns_of(version)}
    every = {column.name: column for column in COLUMNS}
    for name, times in Counter(header).items():
        if times > 1:
            yield "column-twice", name, "is there more than once"
        if name in here or (name.startswith("x_") and len(name) > 2):
            continue
        if name in every:
            column = every[name]
            when = (
                f"since {column.since}"
                if VERSIONS.index(column.since) > VERSIONS.index(version)
                else f"before {column.before}"
            )
            yield "column-version", name, f"is no column of FOCUS {version}: only {when}"
        else:
            yield "column-unknown", name, _instead(name, here)
    for column in here.values():
        if column.level == MANDATORY and column.name not in header:
            yield "column-missing", column.name, "is mandatory and not there"
    if "ConsumedQuantity" in header and "ConsumedUnit" not in header:
        yield "column-missing", "ConsumedUnit", "belongs to ConsumedQuantity and is not there"


def _instead(name: str, here: Mapping[str, Column]) -> str:
    if not name:
        return "a column has no name"
    if name in FORMER:
        return f"is no column of FOCUS; write {FORMER[name]}"
    if name[:2].lower() in ("x-", "x_"):
        return 'is no name for a column of your own: those begin with "x_"'
    near = get_close_matches(name.lower(), [known.lower() for known in here], 1, 0.8)
    meant = next((known for known in here if near and known.lower() == near[0]), None)
    return "is no column of FOCUS; " + (f"write {meant}" if meant else 'names of your own begin with "x_"')


def _columns(header: Sequence[str], version: str) -> list[Column | None]:
    """What each cell of a row is read as; None: not by FOCUS."""
    known = {column.name: column for column in columns_of(version)}
    return [known.get(name) for name in header]


def _of_row(
    cells: Sequence[str],
    columns: Sequence[Column | None],
    seen: dict[str, dict[str, Value | None]],
    parents: dict[tuple[str, str], str],
) -> Iterator[tuple[str, str, str]]:
    values: dict[str, Value | None] = {}
    for text, column in zip(cells, columns, strict=True):
        if column is None:
            continue
        known = seen[column.name]
        if text in known:
            values[column.name] = known[text]
            continue
        try:
            values[column.name] = read_cell(text, column)
            if len(known) < MOST_CELLS:
                known[text] = values[column.name]
        except WrongCell as wrong:
            yield wrong.rule, column.name, wrong.text
    yield from broken_rules(values)
    for child, parent in PARENTS:
        name, above = values.get(child), values.get(parent)
        if not isinstance(name, str) or not isinstance(above, str):
            continue
        if len(parents) < MOST_PARENTS:
            parents.setdefault((child, name), above)
        if parents.get((child, name), above) != above:
            yield "one-parent", child, f"has more than one {parent}"
