"""What logs hold besides whole requests: parts of streams, repeats, failures, corrections, numbers out of bounds."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from llmcost_hooks.errors import ParseError
from llmcost_hooks.usage import focus
from llmcost_hooks.usage.reading import Unusable, read_amount
from llmcost_hooks.usage.record import ABOVE, CHUNK, COUNTED, FAILED, NOT_USAGE, NOTHING_TO_CORRECT, Read, Usage
from llmcost_hooks.usage.repeats import without_repeats
from llmcost_hooks.usage.sources import usage_of
from llmcost_hooks.usage_files import read_usage

from .test_sources import record_of

CHAT = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1763600000, "model": "gpt-4o",
        "usage": {"prompt_tokens": 1800, "completion_tokens": 180, "total_tokens": 1980}}  # fmt: skip


def read(path: Path, *payloads: Any) -> list[Read]:
    path.write_text("".join(json.dumps(each) + "\n" for each in payloads), encoding="utf-8")
    return list(read_usage(str(path)))


def outputs(found: list[Read]) -> list[int | str | None]:
    return [each.reason or each.left_out or (each.record and each.record.output_tokens) for each in found]


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1e-99", "1e9999999", "1e-9999999", "9e99", "-1e31", "1e-31", "NaN"])
def test_an_amount_out_of_bounds_is_unusable(text: str) -> None:
    for value in (text, Decimal(text)):
        with pytest.raises(Unusable):
            read_amount(value, "cost")


@pytest.mark.parametrize(
    "row",
    [
        "search,1,1000000000000000000000000000000,Tokens,1e-90,",
        "search,1,1,,,1e-99",
        "search,9e99,1,,,0.5",
        "search,1e-99,100000000,,,0.5",
    ],
)
def test_a_row_out_of_bounds_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "usage.csv"
    header = "ResourceId,BilledCost,UsageQuantity,UsageUnit,x-token-count-input,x-cache-hit-ratio"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    [found] = read_usage(str(path))
    assert found.record is None and found.reason


def test_the_largest_amounts_are_multiplied_exactly(tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    mean = "9" * 29 + "." + "9" * 30
    row = f"search,1,{'9' * 29},Requests,{mean},{'0.' + '9' * 30}"
    header = "ResourceId,BilledCost,UsageQuantity,UsageUnit,x-token-count-input,x-cache-hit-ratio"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    [found] = read_usage(str(path))
    assert found.record is not None and found.record.input_tokens == 10**29 * int("9" * 29)


# --- units and corrections of FOCUS ----------------------------------------------------------------------------------

HEADER = [*focus.NEEDED, "SkuMeter", "ChargeClass"]


def row(quantity: str, unit: str = "Tokens", cost: str = "1", correction: str = "", meter: str = "Input Tokens") -> Any:
    return ["search", cost, "Usage", quantity, unit, meter, correction]


def records(*rows: list[str]) -> list[Any]:
    return [record for _, record in focus.records_of(HEADER, list(enumerate(rows, 2)))]


@pytest.mark.parametrize(
    ("unit", "size"),
    [("1K Tokens", 10**3), ("1M Tokens", 10**6), ("1,000 tokens", 10**3), ("Tokens (thousands)", 10**3),
     ("Million Tokens", 10**6), ("10K Tokens", 10**4), ("1000 Tokens", 10**3), ("1B tokens", 10**9)],
)  # fmt: skip
def test_units_of_tokens(unit: str, size: int) -> None:
    [record] = records(row("18", unit))
    assert record.input_tokens == 18 * size


def test_a_unit_of_tokens_that_is_not_understood_is_no_row_to_leave_out() -> None:
    [refused, other] = records(row("18", "Dozen Tokens"), row("18", "Hours"))
    assert isinstance(refused, Unusable) and other == NOT_USAGE


def test_a_correction_takes_from_its_group() -> None:
    [record] = records(row("100", cost="10"), row("-40", cost="-4", correction="Correction"))
    assert (record.input_tokens, record.cost) == (60, Decimal(6))
    [record] = records(row("100", cost="10"), row("", cost="-4", correction="Correction"))
    assert (record.input_tokens, record.cost) == (100, Decimal(6))


def test_a_correction_of_what_the_file_does_not_have_is_left_out() -> None:
    lone = [row("-40", cost="-4", correction="Correction"), row("", cost="-1", correction="Correction")]
    header, rows = [*HEADER, "x_PromptId"], [[*each, name] for name in ("a", "b", "c") for each in lone]
    rows.append([*row("100", cost="10"), "b"])
    found = list(focus.records_of(header, list(enumerate(rows, 2))))
    assert [each for each in found if not isinstance(each[1], Usage)] == [
        (line, NOTHING_TO_CORRECT) for line in (2, 3, 6, 7)
    ]
    [(line, record)] = [each for each in found if isinstance(each[1], Usage)]
    assert isinstance(record, Usage) and (line, record.input_tokens, record.cost) == (4, 60, Decimal(5))


def test_a_negative_quantity_is_refused_where_it_corrects_nothing() -> None:
    [refused] = records(row("-40"))
    assert isinstance(refused, Unusable)
    [refused] = records(row("10", cost="1"), row("-40", cost="-4", correction="Correction"))
    assert isinstance(refused, Unusable) and refused.reason == "corrections take more than there is"


def test_the_time_of_a_header_grows_with_its_width(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join([*focus.NEEDED, *(f"x_{n}" for n in range(10_000))]) + "\n", encoding="utf-8")
    with pytest.raises(ParseError, match="more than 10,000 columns"):
        list(read_usage(str(path)))


# --- streams, repeats, spans -----------------------------------------------------------------------------------------


def test_events_of_a_stream_of_anthropic_are_refused(tmp_path: Path) -> None:
    usage = {"input_tokens": 1800, "cache_read_input_tokens": 0, "output_tokens": 1}
    start = {"type": "message_start", "message": {"id": "msg_1", "type": "message", "model": "m", "usage": usage}}
    delta = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {**usage, "output_tokens": 180}}
    assert all("is an event of a stream" in str(reason) for reason in outputs(read(tmp_path / "a.jsonl", start, delta)))


def test_of_a_stream_of_gemini_the_last_sums_count(tmp_path: Path) -> None:
    def chunk(name: str, answer: int) -> Any:
        sums = {"promptTokenCount": 1800, "candidatesTokenCount": answer, "totalTokenCount": 1800 + answer}
        return {"responseId": name, "modelVersion": "gemini-2.5-flash", "usageMetadata": sums}

    path = tmp_path / "g.jsonl"
    assert outputs(read(path, chunk("r1", 10), chunk("r1", 90), chunk("r1", 180), chunk("r2", 5))) == [
        COUNTED,
        COUNTED,
        180,
        5,
    ]
    mixed = outputs(read(path, chunk("r1", 10), chunk("r2", 5), chunk("r1", 180)))
    assert mixed[:2] == [10, 5] and "other counts" in str(mixed[2])


def test_chunks_without_usage_are_no_use(tmp_path: Path) -> None:
    chunk = {**CHAT, "object": "chat.completion.chunk", "usage": None}
    assert outputs(read(tmp_path / "o.jsonl", chunk, {**CHAT, "object": "chat.completion.chunk"})) == [CHUNK, 180]


def test_a_request_counts_once(tmp_path: Path) -> None:
    other = {**CHAT, "id": "chatcmpl-2"}
    assert outputs(read(tmp_path / "d.jsonl", CHAT, other, CHAT, CHAT)) == [180, 180, COUNTED, COUNTED]
    later = {**CHAT, "created": 1763600001}  # of a server that draws its ids from few
    assert outputs(read(tmp_path / "d.jsonl", CHAT, other, later)) == [180, 180, 180]


def test_records_without_an_id_are_all_counted() -> None:
    reads = [Read(n, Usage("openai", output_tokens=1)) for n in range(3)]
    assert list(without_repeats(reads)) == reads


def span(own: str, above: str | None, tokens: int | None, operation: str = "chat") -> Any:
    counts = {"gen_ai.usage.input_tokens": tokens, "gen_ai.usage.output_tokens": tokens} if tokens else {}
    return {"name": "x", "context": {"trace_id": "0x1", "span_id": own}, "parent_id": above,
            "attributes": {"gen_ai.operation.name": operation, **counts}}  # fmt: skip


def test_a_span_above_calls_is_not_counted(tmp_path: Path) -> None:
    spans = span("a", None, 7), span("b", "a", None, "chain"), span("c", "b", 3), span("d", "a", 4), span("e", None, 5)
    assert outputs(read(tmp_path / "s.jsonl", *spans)) == [ABOVE, NOT_USAGE, 3, 4, 5]
    assert outputs(read(tmp_path / "s.jsonl", *reversed(spans))) == [5, 4, 3, NOT_USAGE, ABOVE]
    (tmp_path / "s.json").write_text(json.dumps(spans, indent=1), encoding="utf-8")
    assert outputs(list(read_usage(str(tmp_path / "s.json")))) == [ABOVE, NOT_USAGE, 3, 4, 5]


# --- LiteLLM and Langfuse --------------------------------------------------------------------------------------------


def test_a_failed_call_of_litellm_is_none() -> None:
    failed = {"status": "failure", "model": "gpt-4o", "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0,
              "response_cost": 0, "metadata": {}}  # fmt: skip
    assert usage_of(failed) == [FAILED]
    broken_off = {**failed, "prompt_tokens": 5, "total_tokens": 5}  # and billed
    assert record_of(broken_off).input_tokens == 5
    assert record_of({**failed, "status": "success"}).input_tokens == 0


def test_an_answer_of_litellms_proxy_for_claude() -> None:
    usage = {**CHAT["usage"], "cache_creation_input_tokens": 20, "cache_read_input_tokens": 100}  # type: ignore[dict-item]
    for details in ({}, {"prompt_tokens_details": {"cached_tokens": 100}}):
        record = record_of({**CHAT, "usage": {**usage, **details}})
        assert (record.source, record.input_tokens, record.cache_read_tokens) == ("litellm", 1800, 100)
        assert (record.cache_write_5m_tokens, record.provider) == (20, None)


def test_langfuse_of_every_version() -> None:
    older = {"id": "o1", "traceId": "t1", "type": "GENERATION", "model": "gpt-4o", "calculatedTotalCost": 0.5,
             "usage": {"input": 1800, "output": 180, "total": 1980, "unit": "TOKENS"}}  # fmt: skip
    buckets = {"input": 1700, "input_cached_tokens": 100, "output": 180, "total": 1980}
    for payload in (older, {**older, "usageDetails": buckets}, {**older, "usage_details": buckets}):
        record = record_of({**payload, "metadata": "a text"})
        assert (record.source, record.input_tokens, record.output_tokens) == ("langfuse", 1800, 180)
        assert (record.cost, record.cache_read_tokens) == (Decimal("0.5"), 100 if payload is not older else None)
    with pytest.raises(Unusable, match="unit of usage is not TOKENS"):
        usage_of({**older, "usage": {"input": 1800, "output": 180, "unit": "CHARACTERS"}})
