"""Exports of Langfuse and LiteLLM as tables: Parquet says what CSV and JSON say, whatever types its columns have."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet  # type: ignore[import-untyped]
import pytest

from llmcost_hooks.calibrating import Skipped, read_records
from llmcost_hooks.errors import ParseError
from llmcost_hooks.sheet_file import read_rows
from llmcost_hooks.usage.record import LEFT_OUT, REPORTED, Usage

WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc)
STRING, COUNT, MONEY = pyarrow.string(), pyarrow.uint64(), pyarrow.decimal128(18, 12)
COUNTS, COSTS, TEXTS = (pyarrow.map_(STRING, kind) for kind in (COUNT, MONEY, STRING))

# As the tables of Langfuse and of LiteLLM's proxy have them. What a person wrote is no JSON, though it begins so.
OBSERVATIONS: list[dict[str, Any]] = [
    {"id": "o1", "trace_id": "t", "type": "GENERATION", "start_time": WHEN, "level": "DEFAULT", "input": "{name} asks",
     "provided_model_name": "gpt-4o", "prompt_id": "cm1", "prompt_name": "search", "metadata": {"team": "find"},
     "usage_details": {"input": 800, "input_cached_tokens": 200, "output": 100, "total": 1100},
     "cost_details": {"input": Decimal("0.003"), "total": Decimal("0.0051")}, "total_cost": Decimal("0.0051")},
    {"id": "o2", "trace_id": "t", "type": "GENERATION", "start_time": WHEN, "level": "DEFAULT", "input": "[",
     "provided_model_name": "gpt-4o", "prompt_id": None, "prompt_name": None, "metadata": {"prompt_id": "classify"},
     "usage_details": {"input": 40, "output": 2}, "cost_details": {}, "total_cost": Decimal("0.0001")},
    {"id": "o3", "trace_id": "t", "type": "SPAN", "start_time": WHEN, "level": "DEFAULT", "input": None,
     "provided_model_name": None, "prompt_id": None, "prompt_name": None, "metadata": None, "usage_details": None,
     "cost_details": None, "total_cost": None},
    {"id": "o4", "trace_id": "t", "type": "GENERATION", "start_time": WHEN, "level": "ERROR", "input": "a",
     "provided_model_name": "gpt-4o", "prompt_id": None, "prompt_name": "search", "metadata": {}, "usage_details": {},
     "cost_details": {}, "total_cost": None},
]  # fmt: skip
OBSERVATIONS.append(OBSERVATIONS[0])
OF_LANGFUSE = [
    Usage("langfuse", "search", "gpt-4o", None, WHEN, input_tokens=1000, cache_read_tokens=200, output_tokens=100,
          cost=Decimal("0.0051"), cost_basis=REPORTED, request_id="o1"),
    Usage("langfuse", "classify", "gpt-4o", None, WHEN, input_tokens=40, output_tokens=2, cost=Decimal("0.0001"),
          cost_basis=REPORTED, request_id="o2"),
]  # fmt: skip
LOGS: list[dict[str, Any]] = [
    {"request_id": "chatcmpl-1", "call_type": "acompletion", "spend": 0.000225, "total_tokens": 30, "prompt_tokens": 10,
     "completion_tokens": 20, "startTime": WHEN, "endTime": WHEN, "model": "gpt-4o", "custom_llm_provider": "openai",
     "metadata": {"status": "success", "usage_object": {"prompt_tokens": 10, "completion_tokens": 20,
                                                        "prompt_tokens_details": {"cached_tokens": 4}}},
     "cache_hit": "None", "request_tags": ["team:find", "prompt_id:search"], "messages": "[x", "status": "success"},
    {"request_id": "chatcmpl-2", "call_type": "acompletion", "spend": 0.0, "total_tokens": 30, "prompt_tokens": 10,
     "completion_tokens": 20, "startTime": WHEN, "endTime": WHEN, "model": "gpt-4o", "custom_llm_provider": "openai",
     "metadata": {"status": "success", "usage_object": None}, "cache_hit": "True", "request_tags": [], "messages": None,
     "status": "success"},
    {"request_id": "chatcmpl-3", "call_type": "acompletion", "spend": 0.0, "total_tokens": 0, "prompt_tokens": 0,
     "completion_tokens": 0, "startTime": WHEN, "endTime": WHEN, "model": "gpt-4o", "custom_llm_provider": None,
     "metadata": {"status": "failure", "usage_object": None}, "cache_hit": None, "request_tags": None, "messages": None,
     "status": "failure"},
]  # fmt: skip
OF_LITELLM = [
    Usage("litellm", "search", "gpt-4o", "openai", WHEN, input_tokens=10, cache_read_tokens=4, output_tokens=20,
          cost=Decimal("0.000225"), cost_basis=REPORTED, request_id="chatcmpl-1"),
    Usage("litellm", None, "gpt-4o", "openai", WHEN, input_tokens=10, output_tokens=20, cost=Decimal(0),
          cost_basis=REPORTED, request_id="chatcmpl-2", is_local=True),
]  # fmt: skip
EXPORTS = {
    "langfuse": (OBSERVATIONS, OF_LANGFUSE, {"not_usage": 1, "counted_already": 1, "failed": 1}),
    "litellm": (LOGS, OF_LITELLM, {"failed": 1}),
}


def text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, default=float) if isinstance(value, (dict, list)) else value


def flat(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Objects as JSON in a column of text, times as text."""
    return [{name: text(value) for name, value in row.items()} for row in rows]


def write_csv(rows: list[dict[str, Any]], path: Path) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        written = csv.DictWriter(file, list(rows[0]))
        written.writeheader()
        written.writerows(flat(rows))


def write_parquet(rows: list[dict[str, Any]], path: Path, kinds: dict[str, Any]) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    for name, kind in kinds.items():
        if pyarrow.types.is_map(kind):
            columns[name] = [None if value is None else list(value.items()) for value in columns[name]]
    arrays = [pyarrow.array(column, kinds.get(name)) for name, column in columns.items()]
    pyarrow.parquet.write_table(pyarrow.table(arrays, names=list(columns)), path)


def read(path: Path) -> tuple[list[Usage], dict[str, int]]:
    skipped = Skipped()
    found = list(read_records(str(path), skipped, lenient=False))
    return found, {name: skipped.left_out[name] for name in LEFT_OUT if skipped.left_out[name]}


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("form", ["csv", "texts", "structs", "dictionaries", "bytes"])
def test_each_form_of_an_export(tmp_path: Path, name: str, form: str) -> None:
    rows, expected, left_out = EXPORTS[name]
    path = tmp_path / ("export.csv" if form == "csv" else "export.parquet")
    if form == "csv":
        write_csv(rows, path)
    elif form == "structs":  # of all members that any row has; of a row that has one not it is null
        write_parquet(rows, path, {})
    else:
        kind = {"texts": STRING, "dictionaries": pyarrow.dictionary(pyarrow.int32(), STRING), "bytes": pyarrow.binary()}
        cells = flat(rows)
        texts = {each for row in cells for each, value in row.items() if isinstance(value, str)}
        write_parquet(cells, path, dict.fromkeys(texts, kind[form]))
    assert read(path) == (expected, left_out)


def test_maps_as_langfuse_stores_them(tmp_path: Path) -> None:
    maps = {"usage_details": COUNTS, "cost_details": COSTS, "metadata": TEXTS}
    write_parquet(OBSERVATIONS, tmp_path / "export.parquet", maps)
    assert read(tmp_path / "export.parquet") == (OF_LANGFUSE, EXPORTS["langfuse"][2])


@pytest.mark.parametrize("name", ["usageDetails", "traceId", "startTime", "costDetails", "providedModelName"])
def test_names_of_the_api(tmp_path: Path, name: str) -> None:
    """Of which each may be the only one: a row of a span has no other mark than its column."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    rows = [{name if key == snake else key: value for key, value in row.items()} for row in OBSERVATIONS]
    write_parquet(rows, tmp_path / "export.parquet", {})
    assert read(tmp_path / "export.parquet") == (OF_LANGFUSE, EXPORTS["langfuse"][2])


def test_the_payload_of_litellms_loggers(tmp_path: Path) -> None:
    """Its times are seconds since 1970 with a fraction."""
    payload = json.loads((Path(__file__).parents[2] / "fixtures/usage/litellm.jsonl").read_text(encoding="utf-8"))
    kept = {name: value for name, value in payload.items() if value not in ({}, None, [])}
    kept.update(startTime=WHEN.timestamp() + 0.25, metadata={**payload["metadata"], "applied_guardrails": None})
    (tmp_path / "log.jsonl").write_text(json.dumps(kept), encoding="utf-8")
    write_csv([kept], tmp_path / "log.csv")
    write_parquet([kept], tmp_path / "log.parquet", {})
    plain = read(tmp_path / "log.jsonl")
    assert plain[0][0].start == WHEN.replace(microsecond=250_000) and plain[1] == {}
    assert read(tmp_path / "log.csv") == read(tmp_path / "log.parquet") == plain


def test_nested_cells_are_json(tmp_path: Path) -> None:
    kinds = {
        "none": pyarrow.list_(STRING),
        "list": pyarrow.list_(pyarrow.struct([("at", pyarrow.timestamp("us", "UTC")), ("of", COSTS)])),
        "map": pyarrow.map_(pyarrow.binary(), pyarrow.list_(pyarrow.float64())),
    }
    row: dict[str, Any] = {
        "none": None,
        "list": [{"at": WHEN, "of": [("a", Decimal(1)), ("b", None)]}, None, {"at": None, "of": []}],
        "map": [(b"k", [0.5, float("nan"), None]), (b"l", None)],
    }
    arrays = [pyarrow.array([row[name]], kind) for name, kind in kinds.items()]
    pyarrow.parquet.write_table(pyarrow.table(arrays, names=list(kinds)), tmp_path / "x.parquet")
    assert list(read_rows(str(tmp_path / "x.parquet")))[1] == [
        "",
        '[{"at":"2026-11-20T09:30:00Z","of":{"a":"1.0","b":null}},null,{"at":null,"of":{}}]',
        '{"k":[0.5,null,null],"l":null}',
    ]


def test_usage_that_is_no_object_is_named(tmp_path: Path) -> None:
    """Such as a map that a tool has written as a list of pairs."""
    pairs = [{"key": "input", "value": 8}, {"key": "output", "value": 2}]
    write_parquet([{**OBSERVATIONS[0], "usage_details": pairs}], tmp_path / "export.parquet", {})
    with pytest.raises(ParseError, match=r"export\.parquet:2: usage_details is not an object"):
        read(tmp_path / "export.parquet")


def test_numbers_that_are_missing_or_none_are_unknown(tmp_path: Path) -> None:
    """As data frames write them: NaN where a number is missing; and an infinity in what nobody reads."""
    odd = {**OBSERVATIONS[0], "total_cost": float("nan"), "cost_details": None,
           "metadata": {"score": float("inf"), "other": float("nan")}}  # fmt: skip
    write_parquet([odd], tmp_path / "export.parquet", {"total_cost": pyarrow.float64()})
    [record], _ = read(tmp_path / "export.parquet")
    assert record == OF_LANGFUSE[0]._replace(cost=None, cost_basis=None)
