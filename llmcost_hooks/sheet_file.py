"""Files of rows: written as a whole or not at all, read a row at a time. The one module that knows pyarrow."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from .errors import ConfigError, ParseError
from .focus.sheet import NUMBER, Cell, Sheet
from .known.focus import DECIMAL, TIME
from .render.csv_text import format_cell
from .whole_file import replacing, usual_mode

if TYPE_CHECKING:
    from types import ModuleType

MOST_DIGITS = 76  # of Parquet's widest decimals
PARQUET = ".parquet"
LONGEST_CELL = 128 * 1024  # characters; of CSV that is checked
BATCH = 4_000  # rows of Parquet that are read at once; without threads, each of which would keep memory


def save_bytes(data: bytes, path: str) -> None:
    """ConfigError where the system refuses."""
    _save(path, lambda file: file.write(data))


def save_parquet(sheet: Sheet, path: str) -> None:
    """Money and quantities as exact decimals, times as timestamps in UTC, all else as text.

    ConfigError where pyarrow is not installed, or the system refuses.
    """
    arrow, parquet = _pyarrow()
    columns = [_column(arrow, field.kind, [row[at] for row in sheet.rows]) for at, field in enumerate(sheet.fields)]
    table = arrow.table(columns, names=[field.name for field in sheet.fields])
    _save(path, lambda file: parquet.write_table(table, file))


def read_rows(path: str, only: Container[str] | None = None) -> Iterator[list[str]]:
    """The cells of a CSV or Parquet file as texts, its header first; of Parquet the columns in `only`, or all.

    ConfigError where it cannot be read at all, ParseError where it is neither.
    """
    try:
        yield from _parquet_rows(path, only) if path.endswith(PARQUET) else _csv_rows(path)
    except OSError as error:
        raise ConfigError(f"Cannot read {path}: {error.strerror}", "Name a CSV or Parquet file.") from None


def _csv_rows(path: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)  # of the whole process: another reader may have left its own
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            yield from (cells for cells in reader if cells)
        except UnicodeDecodeError:
            raise ParseError(f"{path}: not UTF-8, after row {reader.line_num}", "Save it as UTF-8.") from None
        except csv.Error as error:
            raise ParseError(
                f"{path}: not CSV, in line {reader.line_num}: {error}", "Quote it as RFC 4180 says."
            ) from None


def _parquet_rows(path: str, only: Container[str] | None) -> Iterator[list[str]]:
    arrow, parquet = _pyarrow()
    with open(path, "rb") as file:
        try:
            stored = parquet.ParquetFile(file)
            names = [name for name in stored.schema_arrow.names if only is None or name in only]
            yield names
            for batch in stored.iter_batches(BATCH, columns=names, use_threads=False):
                columns = [_texts(arrow, column) for column in batch.columns]
                yield from map(list, zip(*columns, strict=True))
        except arrow.ArrowException:
            raise ParseError(f"{path}: not Parquet", "Other files end in .csv.") from None


def _texts(arrow: Any, column: Any) -> list[str]:
    """The cells of a column. Each text and time once: they are few where rows are many."""
    if arrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if arrow.types.is_decimal(column.type):
        return ["" if value is None else format_cell(value, DECIMAL) for value in column.to_pylist()]
    if arrow.types.is_nested(column.type):
        json_of = _json_values(arrow, column.type)
        text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        return ["" if value is None else text(json_of(value)) for value in column.to_pylist()]
    encoded = column.dictionary_encode(null_encoding="encode")
    known = [_cell_text(value) for value in encoded.dictionary.to_pylist()]
    return [known[at] for at in encoded.indices.to_pylist()]


def _cell_text(value: object) -> str:
    """As the same cell is written in CSV."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        at = value.astimezone(timezone.utc) if value.tzinfo else value
        return f"{at:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, float) and math.isnan(value):
        return ""  # how a number that is missing is written where columns have no null
    if isinstance(value, (Decimal, float)):
        return format_cell(Decimal(repr(value)) if isinstance(value, float) else value, DECIMAL)
    if isinstance(value, bytes):  # a text, as those write it who have no other
        return value.decode("utf-8", "replace")
    return str(value)


def _json_values(arrow: Any, kind: Any) -> Callable[[Any], Any]:
    """What makes JSON of the values of a nested type: a map of Arrow is a list of pairs."""
    if arrow.types.is_map(kind):
        of_key, of_item = _json_values(arrow, kind.key_type), _json_values(arrow, kind.item_type)
        return lambda pairs: {of_key(key): None if each is None else of_item(each) for key, each in pairs}
    if arrow.types.is_struct(kind):
        of = {kind.field(at).name: _json_values(arrow, kind.field(at).type) for at in range(kind.num_fields)}
        return lambda found: {name: None if each is None else of[name](each) for name, each in found.items()}
    if arrow.types.is_nested(kind):
        of_each = _json_values(arrow, kind.value_type)
        return lambda listed: [None if each is None else of_each(each) for each in listed]
    return _json_value


def _json_value(value: object) -> object:
    """JSON has neither NaN nor infinity: they are null, as what else is unknown."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (str, bool, int)) else _cell_text(value)


def _pyarrow() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow  # type: ignore[import-untyped]
        import pyarrow.parquet  # type: ignore[import-untyped]
    except ImportError:
        raise ConfigError(
            "Parquet needs pyarrow, which is not installed",
            "Run: pip install 'llmcost-hooks[parquet]', or write a .csv file.",
        ) from None
    return pyarrow, pyarrow.parquet


def _column(arrow: Any, kind: str, cells: Sequence[Cell]) -> Any:
    if kind in (DECIMAL, NUMBER):
        return arrow.array(cells, _decimal_type(arrow, [cell for cell in cells if isinstance(cell, Decimal)]))
    if kind == TIME:
        times = [
            datetime(cell.year, cell.month, cell.day, tzinfo=timezone.utc) if isinstance(cell, date) else None
            for cell in cells
        ]
        return arrow.array(times, arrow.timestamp("us", tz="UTC"))
    texts = [cell if cell is None or isinstance(cell, str) else format_cell(cell, kind) for cell in cells]
    return arrow.array(texts, arrow.string())


def _decimal_type(arrow: Any, numbers: Sequence[Decimal]) -> Any:
    """Wide enough for every digit of every number of the column."""
    behind = max([0, *(-int(number.as_tuple().exponent) for number in numbers)])
    before = max([1, *(number.adjusted() + 1 for number in numbers)])
    if before + behind > MOST_DIGITS:
        raise ConfigError("A number has more digits than Parquet can hold", "Write a .csv file.")
    return arrow.decimal128(38, behind) if before + behind <= 38 else arrow.decimal256(MOST_DIGITS, behind)


def _save(path: str, write: Callable[[IO[bytes]], object]) -> None:
    """A device or a pipe (/dev/stdout) is written to; a file takes its name's place when it is whole."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                write(file)
            return
        target = os.path.realpath(path)
        with replacing(target, mode=usual_mode(target)) as file:
            write(file)
    except OSError as error:
        raise ConfigError(f"Cannot write {path}: {error.strerror}", "Name a file in a directory of yours.") from None
