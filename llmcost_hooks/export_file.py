"""Exported rows in a file, which is there as a whole or as it was before; the one module that knows pyarrow."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from .errors import ConfigError
from .focus.sheet import NUMBER, Cell, Sheet
from .known.focus import DECIMAL, TIME
from .render.csv_text import format_cell

if TYPE_CHECKING:
    from types import ModuleType

MOST_DIGITS = 76  # of Parquet's widest decimals


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


def _save(path: str, write: Callable[[BinaryIO], object]) -> None:
    try:
        with _beside(path) as file:
            write(file)
    except OSError as error:
        raise ConfigError(f"Cannot write {path}: {error.strerror}", "Name a file in a directory of yours.") from None


@contextlib.contextmanager
def _beside(path: str) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` when all is written."""
    target = os.path.realpath(path)
    descriptor, name = tempfile.mkstemp(prefix=".llm-cost-", dir=os.path.dirname(target))
    try:
        with open(descriptor, "wb") as file:
            yield file
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
