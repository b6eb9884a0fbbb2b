"""Files of usage, read as a stream: CSV of FOCUS and of the compact layout, exports as CSV, JSON Lines and JSON."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

from .errors import ConfigError, ParseError
from .usage import compact, focus, sources
from .usage.reading import Unusable
from .usage.record import Read, Usage
from .usage.repeats import spans_above, without_above, without_repeats
from .usage.sources import cells_payload, links_of, usage_of

COLUMNS = frozenset((*focus.COLUMNS, *compact.COLUMNS, *sources.COLUMNS))  # of tables, that are read
LONGEST_LINE = 64 * 1024 * 1024  # bytes; of JSON that is one value, and of one field of CSV
MAX_COLUMNS = 10_000
MAX_JSON = 256 * 1024 * 1024  # bytes of a file that is one JSON value: it is read whole


def read_usage(path: str) -> Iterator[Read]:
    """The records of the file at `path`, as they are read.

    Raises ConfigError where the file cannot be read or is of no known kind, ParseError where it breaks off.
    """
    try:
        if os.path.isdir(path):
            raise ConfigError(f"{path} is a directory", "Name a file of usage: CSV, JSON or JSON Lines.")
        with open(path, "rb") as file:
            start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
            file.seek(0)
            if start[:1] in (b"{", b"["):
                yield from without_repeats(_spans_below(path, file))
            elif not start:
                raise ParseError(f"{path} is empty", "Name a file of usage: CSV, JSON or JSON Lines.")
            else:
                yield from _table(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "Name a file of usage.") from None


# --- JSON ----------------------------------------------------------------------------------------------------------


def _spans_below(path: str, file: IO[bytes]) -> Iterator[Read]:
    """The records, without those of spans above others: which these are is known when all were read, so that a file
    that begins with a span is read twice."""
    head = file.read(1 << 16)
    file.seek(0)
    above = spans_above(_links(file)) if b'"attributes"' in head or b"esource" in head else set()
    file.seek(0)
    yield from without_above(_json(path, file), above) if above else _json(path, file)


def _links(file: IO[bytes]) -> Iterator[tuple[str, str, bool]]:
    if not _is_whole(file.readline(LONGEST_LINE).removeprefix(b"\xef\xbb\xbf")):
        file.seek(0)
        values: Iterable[bytes] = (file.read(MAX_JSON + 1),)
    else:
        file.seek(0)
        values = iter(lambda: file.readline(LONGEST_LINE), b"")
    for data in values:
        try:
            value = read_json(data.removeprefix(b"\xef\xbb\xbf"), "the line")
        except Unusable:  # is said where its records are read
            continue
        for each in value if isinstance(value, list) else (value,):
            yield from links_of(each)


def _json(path: str, file: IO[bytes]) -> Iterator[Read]:
    first = file.readline(LONGEST_LINE).removeprefix(b"\xef\xbb\xbf")
    if not _is_whole(first):
        yield from _one_value(path, file)
        return
    file.seek(0)
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if line.isspace():
            continue
        try:
            records = usage_of(read_json(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, "the line"))
        except Unusable as error:
            yield Read(number, None, error.reason)
            continue
        for record in records:
            yield _read(number, record)


def _is_whole(line: bytes) -> bool:
    """Whether a line is an object by itself: the file is one of lines."""
    try:
        return isinstance(read_json(line, "the line"), dict)
    except Unusable:
        return False


def _one_value(path: str, file: IO[bytes]) -> Iterator[Read]:
    file.seek(0)
    data = file.read(MAX_JSON + 1)
    if len(data) > MAX_JSON:
        raise ConfigError(
            f"{path} is one JSON value of more than {MAX_JSON >> 20} MiB", "Write one object a line: jq -c '.[]' FILE"
        )
    try:
        value = read_json(data.removeprefix(b"\xef\xbb\xbf"), path)
    except Unusable as error:
        raise ParseError(error.reason, "A file of usage is CSV, JSON or JSON Lines.") from None
    for number, each in enumerate(value if isinstance(value, list) else [value], 1):
        yield from _of_value(number, each)


def _of_value(number: int, value: object) -> Iterator[Read]:
    try:
        records = usage_of(value)
    except Unusable as error:
        yield Read(number, None, error.reason)
        return
    for record in records:
        yield _read(number, record)


def _read(number: int, found: Usage | str) -> Read:
    return Read(number, found) if isinstance(found, Usage) else Read(number, left_out=found)


def read_json(text: bytes | str, name: str) -> Any:
    """A JSON value whose fractions are decimals. Raises Unusable."""
    try:
        text = (text if isinstance(text, str) else text.decode()).strip(" \t\r\n")
        value, end = _scan(text, 0)
    except (ValueError, RecursionError, ArithmeticError, StopIteration):
        raise Unusable(f"{name} is not JSON") from None
    if end != len(text):
        raise Unusable(f"{name} is not JSON")
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)


# Once, since making one costs as much as a line; and without what a decoder does around it for texts of any kind.
_scan = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse).scan_once  # type: ignore[attr-defined]


# --- tables --------------------------------------------------------------------------------------------------------


def _table(path: str) -> Iterator[Read]:
    csv.field_size_limit(LONGEST_LINE)
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter="\t" if path.lower().endswith(".tsv") else ",", strict=True)
        try:
            header = next(reader)
            yield from read_table(path, header, ((reader.line_num, row) for row in reader))
        except csv.Error as error:
            raise ParseError(f"{path}:{reader.line_num} is not valid CSV: {error}", "Mend that row.") from None
        except UnicodeDecodeError:
            raise ParseError(f"{path} is not UTF-8 (after line {reader.line_num})", "Save it as UTF-8 text.") from None


def read_table(path: str, header: Sequence[str], numbered: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Read]:
    """The records of the rows of a table, each with the number of its line; `path` is for messages.

    Raises ConfigError where the columns are of no known kind, ParseError where one is named twice.
    """
    if len(header) > MAX_COLUMNS:
        raise ParseError(f"{path}:1 has more than {MAX_COLUMNS:,} columns", "Keep those that docs/calibrate.md names.")
    if len(set(header)) < len(header):
        raise ParseError(f"{path}:1 names a column twice", "Give each column its own name.")
    short: list[Read] = []  # rows that have not as many fields as the header

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        width = len(header)
        for line, row in numbered:
            if len(row) == width:
                yield line, row
            elif row:
                short.append(Read(line, None, "has not as many fields as the header"))

    names = set(header)
    if names >= set(focus.NEEDED):
        found = focus.records_of(header, rows())
    elif names >= set(compact.NEEDED):
        found = compact.records_of(header, rows())
    elif names & {"usageDetails", "usage_details", "prompt_tokens"}:
        yield from without_repeats(_exports(header, rows(), short))
        return
    else:
        raise ConfigError(f"{path} is no file of usage: {_lacking(names)}", "docs/calibrate.md lists what can be read.")
    for line, record in found:
        yield from _take(short)
        if isinstance(record, Usage):
            yield Read(line, record)
        elif isinstance(record, Unusable):
            yield Read(line, None, record.reason)
        else:
            yield Read(line, left_out=record)
    yield from _take(short)


def _exports(header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], short: list[Read]) -> Iterator[Read]:
    read = [(at, name) for at, name in enumerate(header) if name in sources.COLUMNS]
    for line, row in rows:
        if short:
            yield from _take(short)
        yield from _exported(line, [(name, row[at]) for at, name in read])
    yield from _take(short)


def _take(short: list[Read]) -> Iterator[Read]:
    while short:
        yield short.pop(0)


def _exported(line: int, row: Sequence[tuple[str, str]]) -> Iterator[Read]:
    try:
        payload = cells_payload(row, read_json)
    except Unusable as error:
        yield Read(line, None, error.reason)
        return
    yield from _of_value(line, payload)


def _lacking(names: set[str]) -> str:
    """Which columns are missing, of the layout that comes nearest."""
    layouts = (focus.NEEDED, compact.NEEDED)
    near = min(layouts, key=lambda needed: len(set(needed) - names))
    return "it lacks the columns " + ", ".join(name for name in near if name not in names)
