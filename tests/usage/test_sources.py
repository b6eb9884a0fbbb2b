"""Payloads in the shapes of each SDK (fixtures/usage, frozen by tools/freeze_usage.py) -> the one record."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from llmcost_hooks.errors import ConfigError, ParseError
from llmcost_hooks.usage.reading import Unusable
from llmcost_hooks.usage.record import FAILED, NOT_USAGE, REPORTED, Read, Usage, read_record, usage_document
from llmcost_hooks.usage.sources import usage_of
from llmcost_hooks.usage_files import read_usage

from ..cli.running import ROOT

FIXTURES = ROOT / "fixtures" / "usage"
WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc)
SCHEMA = json.loads((ROOT / "llmcost_hooks/data/usage.schema.json").read_text(encoding="utf-8"))
CHECK = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

CHAT = Usage(
    "openai", "search", "gpt-4o-2024-08-06", "OpenAI", WHEN, input_tokens=1847, cache_read_tokens=1024,
    cache_write_5m_tokens=256, output_tokens=523, reasoning_tokens=320, input_audio_tokens=0, output_audio_tokens=0,
    service_tier="standard",
)  # fmt: skip
MESSAGE = Usage(
    "anthropic", "search", "claude-sonnet-4-5", "Anthropic", WHEN, input_tokens=1821, cache_read_tokens=1500,
    cache_write_5m_tokens=200, cache_write_1h_tokens=100, output_tokens=393, reasoning_tokens=250,
    server_tool_requests=3, service_tier="standard",
)  # fmt: skip
GEMINI = Usage(
    "gemini", "search", "gemini-2.5-pro", "Google", WHEN, input_tokens=1050, cache_read_tokens=400, output_tokens=200,
    reasoning_tokens=80, input_image_tokens=258, service_tier="standard",
)  # fmt: skip
SPAN = Usage(
    "otel", "search", "gpt-4o-2024-08-06", "openai", WHEN, input_tokens=900, cache_read_tokens=512, output_tokens=90,
    reasoning_tokens=10,
)  # fmt: skip
OBSERVATION = Usage(
    "langfuse", "search", "gpt-4o", None, WHEN, input_tokens=1000, cache_read_tokens=200, output_tokens=100,
    reasoning_tokens=10, cost=Decimal("0.0051"), cost_basis=REPORTED,
)  # fmt: skip
EXPECTED = {
    "openai": [
        CHAT,
        Usage("openai", "search", "gpt-5", "OpenAI", WHEN, input_tokens=1200, cache_read_tokens=600,
              cache_write_5m_tokens=60, cache_write_1h_tokens=40, output_tokens=300, reasoning_tokens=0,
              service_tier="flex"),
        CHAT._replace(prompt_id=None, service_tier="batch"),
    ],
    "anthropic": [MESSAGE, MESSAGE._replace(prompt_id=None, start=None, service_tier="batch"), FAILED],
    "gemini": [GEMINI, GEMINI],
    "otel": [SPAN, SPAN, NOT_USAGE],
    "langfuse": [OBSERVATION, OBSERVATION, NOT_USAGE],
}  # fmt: skip


def record_of(payload: Any) -> Usage:
    [found] = usage_of(payload)
    assert isinstance(found, Usage)
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_the_shapes_of_each_sdk(name: str) -> None:
    lines = (FIXTURES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [each for line in lines for each in usage_of(json.loads(line, parse_float=Decimal))]
    plain = [each._replace(request_id=None) if isinstance(each, Usage) else each for each in found]
    assert plain == EXPECTED[name]


def test_litellm() -> None:
    [read] = read_usage(str(FIXTURES / "litellm.jsonl"))
    record, payload = read.record, json.loads((FIXTURES / "litellm.jsonl").read_text(encoding="utf-8"))
    assert record is not None
    assert (record.source, record.prompt_id, record.model, record.start) == ("litellm", "search", "gpt-4o", WHEN)
    assert (record.input_tokens, record.output_tokens) == (payload["prompt_tokens"], payload["completion_tokens"])
    assert (record.cost, record.cost_basis) == (Decimal(str(payload["response_cost"])), REPORTED)
    assert not record.is_local
    assert record_of({**payload, "cache_hit": True}).is_local


@pytest.mark.parametrize("name", [*EXPECTED, "litellm"])
def test_every_record_is_valid_and_read_back(name: str) -> None:
    for read in read_usage(str(FIXTURES / f"{name}.jsonl")):
        if read.record is not None:
            document = json.loads(json.dumps(usage_document(read.record)))
            assert [error.message for error in CHECK.iter_errors(document)] == []
            assert read_record(document) == read.record
            for key in document:
                assert not CHECK.is_valid({k: v for k, v in document.items() if k != key}), key


def test_the_schema_describes_every_field() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert list(SCHEMA["properties"]) == ["schema", *Usage._fields]
    assert all(len(each["description"]) > 3 for each in SCHEMA["properties"].values())


USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
WRONG: dict[str, tuple[Any, str]] = {
    "no object": ([], "is not an object"),
    "nothing known": ({"a": 1}, "no usage of a kind that is known"),
    "no input": ({"usage": {"prompt_tokens": None, "completion_tokens": 5}}, "prompt_tokens is missing"),
    "negative": ({"usage": {**USAGE, "prompt_tokens": -10}}, "prompt_tokens is below 0"),
    "a fraction": ({"usage": {**USAGE, "prompt_tokens": Decimal("1.5")}}, "prompt_tokens is not a whole number"),
    "true": ({"usage": {**USAGE, "prompt_tokens": True}}, "prompt_tokens is not a number"),
    "sum": ({"usage": {**USAGE, "total_tokens": 16}}, "total_tokens is neither"),
    "cached": ({"usage": {**USAGE, "prompt_tokens_details": {"cached_tokens": 11}}}, "more cached tokens than input"),
    "reasoning": (
        {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "completion_tokens_details": {"reasoning_tokens": 2}}},
        "more reasoning tokens than output",
    ),
    "whose": ({"usage": {"input_tokens": 1, "output_tokens": 1}}, "does not tell whether"),
    "details": ({"usage": {**USAGE, "prompt_tokens_details": []}}, "prompt_tokens_details is not an object"),
    "time": ({"created": "yesterday", "usage": USAGE}, "created is not a time"),
    "gemini": ({"usageMetadata": {"promptTokenCount": 5, "totalTokenCount": 9}}, "total_token_count is not the sum"),
    "anthropic": (
        {"type": "message", "usage": {"input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 5,
                                      "cache_creation": {"ephemeral_5m_input_tokens": 4}}},
        "not the sum of its lifetimes",
    ),
    "langfuse": ({"traceId": "t", "usageDetails": {"input": 1, "total": 3}}, "total of usageDetails"),
    "litellm": ({"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 3, "spend": 0}, "total_tokens is not"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_is_not_read(wrong: str) -> None:
    payload, said = WRONG[wrong]
    with pytest.raises(Unusable) as raised:
        usage_of(payload)
    assert said in raised.value.reason


def test_reasoning_outside_of_the_answer_is_told_by_the_total() -> None:
    details = {"completion_tokens_details": {"reasoning_tokens": 7}}
    inside = record_of({"usage": {"prompt_tokens": 10, "completion_tokens": 9, "total_tokens": 19, **details}})
    outside = record_of({"usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 19, **details}})
    assert (inside.output_tokens, outside.output_tokens) == (9, 9)


def test_usage_exports_of_organizations() -> None:
    bucket = {"object": "bucket", "start_time": 1795132800, "end_time": 1795219200, "results": [
        {"object": "organization.usage.completions.result", "input_tokens": 1000, "output_tokens": 500,
         "input_cached_tokens": 800, "num_model_requests": 5, "model": "gpt-4o", "batch": True}]}  # fmt: skip
    record = record_of({"object": "page", "data": [bucket], "has_more": False})
    assert (record.requests, record.input_tokens, record.cache_read_tokens, record.service_tier) == (
        5,
        1000,
        800,
        "batch",
    )
    report = {"starting_at": "2026-11-20T00:00:00Z", "ending_at": "2026-11-21T00:00:00Z", "results": [
        {"uncached_input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 7, "model": "claude-sonnet-4-5",
         "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 2},
         "server_tool_use": {"web_search_requests": 1}, "service_tier": "batch"}]}  # fmt: skip
    record = record_of(report)
    assert (record.requests, record.input_tokens, record.cache_write_1h_tokens) == (None, 105, 2)


# --- files ---------------------------------------------------------------------------------------------------------


def lines_of(path: Path, text: str) -> list[Read]:
    path.write_text(text, encoding="utf-8")
    return list(read_usage(str(path)))


def test_bad_lines_are_named_and_the_others_read(tmp_path: Path) -> None:
    good = json.dumps({"prompt_id": "a", "usage": USAGE})
    found = lines_of(tmp_path / "log.jsonl", f"{good}\n{{\n\n[1]\n{good}")
    assert [(read.place, read.record is not None, read.reason) for read in found] == [
        (1, True, ""), (2, False, "the line is not JSON"), (4, False, "is not an object"), (5, True, ""),
    ]  # fmt: skip


def test_an_array_and_a_page_are_read(tmp_path: Path) -> None:
    value = [{"prompt_id": "a", "usage": USAGE}, {"usage": {}}]
    found = lines_of(tmp_path / "log.json", json.dumps(value, indent=1))
    assert [(read.place, read.reason) for read in found] == [(1, ""), (2, "does not tell whether its input_tokens are "
                                                              "OpenAI's or Anthropic's")]  # fmt: skip


def test_exports_as_tables(tmp_path: Path) -> None:
    text = ('id,traceId,type,model,promptName,startTime,usageDetails,costDetails\r\n'
            'o,t,GENERATION,gpt-4o,search,2026-11-20T09:30:00.000Z,"{""input"":8,""output"":2}","{""total"":0.5}"\r\n'
            'p,t,SPAN,,,2026-11-20T09:30:00.000Z,{},{}\r\n')  # fmt: skip
    first, second = lines_of(tmp_path / "langfuse.csv", text)
    assert first.record == Usage("langfuse", "search", "gpt-4o", None, WHEN, input_tokens=8, output_tokens=2,
                                 cost=Decimal("0.5"), cost_basis=REPORTED, request_id="o")  # fmt: skip
    assert second == Read(3, left_out=NOT_USAGE)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", ParseError, "is empty"),
        ("a,b\n1,2\n", ConfigError, "it lacks the columns ResourceId, BilledCost, UsageQuantity"),
        ("ResourceId,BilledCost,UsageQuantity,BilledCost\n", ParseError, "names a column twice"),
        ('ResourceId,BilledCost,UsageQuantity\na,"1\n', ParseError, "is not valid CSV"),
        ("[1,", ParseError, "is not JSON"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as raised:
        lines_of(tmp_path / "usage.csv", text)
    assert said in str(raised.value)


def test_a_row_of_another_width_is_a_bad_one(tmp_path: Path) -> None:
    found = lines_of(tmp_path / "usage.csv", "ResourceId,BilledCost,UsageQuantity\na,1\nb,1,2\n")
    assert [(read.place, read.reason) for read in found] == [(2, "has not as many fields as the header"), (3, "")]


def test_calls_and_means_of_the_compact_layout(tmp_path: Path) -> None:
    text = ("ResourceId,BilledCost,UsageQuantity,x-cache-hit-ratio,x-avg-output-tokens\n"
            "search,1.50,300,0.28,120.5\n")  # fmt: skip
    [read] = lines_of(tmp_path / "usage.csv", text)
    assert read.record == Usage("focus-compact", "search", requests=300, output_tokens=36150, cost=Decimal("1.50"),
                                cost_basis="billed", cache_hit_ratio=Decimal("0.28"))  # fmt: skip
