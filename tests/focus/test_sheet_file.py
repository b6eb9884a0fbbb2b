"""Files of rows: Parquet holds what CSV holds, and a file is whole or as it was."""

from __future__ import annotations

import os
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.errors import ConfigError, ParseError
from llmcost_hooks.focus.sheet import NUMBER, Field, Sheet
from llmcost_hooks.known.focus import DECIMAL, JSON, TEXT, TIME
from llmcost_hooks.sheet_file import read_rows, save_bytes, save_parquet

from ..cli.running import MODULES, failed, llm_cost, passed, start
from .exporting import exported, project

FIELDS = (
    Field("Cost", DECIMAL), Field("Count", NUMBER), Field("Start", TIME), Field("Name", TEXT), Field("Tags", JSON),
)  # fmt: skip
numbers = st.none() | st.decimals(0, 10**20, places=18)
rows = st.lists(
    st.tuples(
        numbers, numbers, st.none() | st.dates(date(1700, 1, 1)), st.none() | st.text(min_size=1),
        st.none() | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3),
    ),
    max_size=4,
).map(tuple)  # fmt: skip


@pytest.mark.parametrize("format", ["focus", "focus-compact", "cbf"])
def test_parquet_holds_what_csv_holds(format: str, tmp_path: Path) -> None:
    repo = project(tmp_path / "project")
    file = tmp_path / "rows.parquet"
    ran = passed(llm_cost(repo.path, "estimate", "--format", format, "--output", str(file)))
    assert ran.out == ""
    header, *cells = read_rows(str(file))
    stored = [dict(zip(header, each, strict=True)) for each in cells]
    assert len(stored) == len(exported(repo, format=format)) > 1
    for mine, theirs in zip(stored, exported(repo, format=format), strict=True):
        assert list(mine) == list(theirs)
        for column, text in theirs.items():
            same = mine[column] == text or Decimal(mine[column]) == Decimal(text)
            assert same, column


def test_parquet_has_types(tmp_path: Path) -> None:
    repo = project(tmp_path / "project")
    file = tmp_path / "rows.parquet"
    passed(llm_cost(repo.path, "estimate", "--format", "focus", "--output", str(file)))
    table = pyarrow.parquet.read_table(file)
    first = table.to_pylist()[2]
    assert (first["ListCost"], first["x_TokenCountInput"], first["RegionId"]) == (Decimal("2.0025"), 2001, None)
    assert first["ChargePeriodStart"] == datetime(2026, 11, 1, tzinfo=timezone.utc)
    assert str(table.schema.field("CommitmentDiscountId").type) == "string"
    assert str(table.schema.field("ListCost").type).startswith("decimal128")
    assert "FOCUS 1.2, no rule is broken" in passed(llm_cost(tmp_path, "focus", "validate", str(file))).out


@given(rows)
def test_numbers_keep_every_digit(cells: tuple[tuple[Decimal, ...], ...]) -> None:
    path = os.path.join(os.environ["HOME"], "any.parquet")
    save_parquet(Sheet(FIELDS, cells), path)
    stored = pyarrow.parquet.read_table(path).to_pylist()
    assert [(row["Cost"], row["Count"]) for row in stored] == [row[:2] for row in cells]
    assert [row["Name"] for row in stored] == [row[3] for row in cells]
    assert len(list(read_rows(path))) == len(cells) + 1


def test_a_number_too_wide_for_parquet_is_an_error(tmp_path: Path) -> None:
    wide = Sheet((Field("Cost", DECIMAL),), ((Decimal(10) ** 60,), (Decimal(1).scaleb(-40),)))
    with pytest.raises(ConfigError, match="more digits"):
        save_parquet(wide, str(tmp_path / "x.parquet"))
    wider = Sheet((Field("Cost", DECIMAL),), ((Decimal(10) ** 30,), (Decimal(1).scaleb(-40),)))
    save_parquet(wider, str(tmp_path / "x.parquet"))
    assert pyarrow.parquet.read_table(tmp_path / "x.parquet")["Cost"].to_pylist() == [10**30, Decimal(1).scaleb(-40)]


def test_without_pyarrow_it_says_what_to_install(tmp_path: Path) -> None:
    repo = project(tmp_path / "project")
    (tmp_path / "lacking").mkdir()
    (tmp_path / "lacking" / "pyarrow.py").write_text("raise ImportError('none')\n")
    modules = os.pathsep.join([str(tmp_path / "lacking"), MODULES])
    ran = start(repo.path, "estimate", "--format", "focus", "--output", "x.parquet", env={"PYTHONPATH": modules})
    failed(ran, 2, "pip install 'llmcost-hooks[parquet]'")


def test_a_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "out.csv"
    file.write_text("before")
    link = tmp_path / "link.csv"
    link.symlink_to(file)
    monkeypatch.setattr("os.replace", _refuse)
    with pytest.raises(ConfigError, match="Cannot write"):
        save_bytes(b"after", str(link))
    assert (file.read_text(), sorted(path.name for path in tmp_path.iterdir())) == ("before", ["link.csv", "out.csv"])
    monkeypatch.undo()
    save_bytes(b"after", str(link))
    assert (file.read_text(), link.is_symlink()) == ("after", True)
    assert file.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _refuse(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_not_parquet(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"BilledCost\r\n")
    with pytest.raises(ParseError, match="not Parquet"):
        list(read_rows(str(tmp_path / "bad.parquet")))
    failed(llm_cost(tmp_path, "focus", "validate", "none.parquet"), 2, "Cannot read none.parquet")


def test_csv_goes_to_a_file_as_it_goes_to_stdout(tmp_path: Path) -> None:
    repo = project(tmp_path / "project")
    shown = start(repo.path, "estimate", "--format", "focus-compact").out
    passed(start(repo.path, "-q", "estimate", "--format", "focus-compact", "--output", "../out.csv"))
    assert (tmp_path / "out.csv").read_bytes().decode() == shown
    ascii_only = start(repo.path, "estimate", "--format", "focus-compact", env={"PYTHONIOENCODING": "ascii"})
    assert ascii_only.out == shown
