"""Every row that is left out says why: files that hold each reason, counted by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llmcost_hooks.usage.record import ABOVE, AGENT, CHUNK, COUNTED, FAILED, LEFT_OUT, NOT_USAGE, NOTHING_TO_CORRECT
from llmcost_hooks.usage.sources import usage_of
from llmcost_hooks.usage_files import read_usage

AT = 1795167000  # 2026-11-20T09:30:00Z
NANO = str(AT * 10**9)


def chat(name: str, answer: int = 180) -> Any:
    usage = {"prompt_tokens": 1800, "completion_tokens": answer, "total_tokens": 1800 + answer}
    return {"prompt_id": "search", "response": {"id": name, "object": "chat.completion", "created": AT,
                                                "model": "gpt-4o", "usage": usage}}  # fmt: skip


def gemini(answer: int) -> Any:
    sums = {"promptTokenCount": 900, "candidatesTokenCount": answer, "totalTokenCount": 900 + answer}
    return {"prompt_id": "search", "responseId": "g1", "modelVersion": "gemini-2.5-flash", "usageMetadata": sums}


def chunk(text: str) -> Any:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return {"id": "chatcmpl-s", "object": "chat.completion.chunk", "created": AT, "model": "gpt-4o",
            "choices": [choice], "usage": None}  # fmt: skip


def span(own: str, above: str, operation: str, tokens: int | None = None, **more: str) -> Any:
    pairs: list[tuple[str, Any]] = [("gen_ai.operation.name", {"stringValue": operation})] if operation else []
    pairs += [("gen_ai.prompt.name", {"stringValue": "search"})]
    pairs += [(name.replace("_", "."), {"stringValue": value}) for name, value in more.items()]
    if tokens:
        pairs += [(f"gen_ai.usage.{each}_tokens", {"intValue": str(tokens)}) for each in ("input", "output")]
    return {"traceId": "5b8e", "spanId": own, "parentSpanId": above, "name": "x", "startTimeUnixNano": NANO,
            "attributes": [{"key": key, "value": value} for key, value in pairs]}  # fmt: skip


TRACE = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": [
    span("a", "", "invoke_agent", 70),  # sums b's and d's
    span("b", "a", "chat", 30),
    span("c", "a", "execute_tool"),
    span("d", "a", "text_completion", 40),  # of a framework that has calls of its own below it
    span("e", "d", "chat", 40),
    span("f", "c", "", db_system="postgresql", error_type="timeout"),
    span("g", "a", "chat", error_type="rate_limit_exceeded"),
    span("h", "a", "chat"),  # of an instrumentation that counts no tokens
]}]}]}  # fmt: skip
GENERATION = {"id": "o1", "traceId": "t1", "startTime": "2026-11-20T09:30:00.000Z", "type": "GENERATION",
              "level": "ERROR", "statusMessage": "overloaded", "model": "gpt-4o", "promptName": "search"}  # fmt: skip
FAILURES = [
    {"id": "batch_req_2", "custom_id": "s-2", "error": None, "response": {
        "status_code": 400, "request_id": "r", "body": {"error": {"message": "no", "type": "invalid_request_error"}}}},
    {"id": "batch_req_3", "custom_id": "s-3", "response": None, "error": {"code": "batch_expired", "message": "late"}},
    {"custom_id": "s-4", "result": {"type": "errored", "error": {"type": "error", "error": {"type": "api_error"}}}},
    {"custom_id": "s-5", "result": {"type": "canceled"}},
    {"prompt_id": "search", "response": {"type": "error", "error": {"type": "overloaded_error"}, "request_id": "r"}},
    {"id": "l1", "status": "failure", "model": "gpt-4o", "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0,
     "response_cost": 0, "metadata": {"usage_object": None}},
    {**GENERATION, "usageDetails": {}},
    {**GENERATION, "id": "o2", "usage": {"input": 0, "output": 0, "total": 0, "unit": "TOKENS"}},
]  # fmt: skip
LOG: Sequence[Any] = [
    chat("chatcmpl-1"), chat("chatcmpl-2"),
    gemini(10), gemini(90), gemini(180),  # 2 counted by the third
    chunk("Hel"), chunk("lo"), chunk(""),
    *FAILURES,
    TRACE,
    {**GENERATION, "id": "o3", "type": "SPAN", "level": "DEFAULT"},
    {**GENERATION, "id": "o4", "level": "DEFAULT", "usageDetails": {}},  # nobody counted its tokens
    {"object": "page", "data": [{"object": "bucket", "start_time": AT, "end_time": AT + 86400, "results": []}]},
    chat("chatcmpl-1"),
]  # fmt: skip
OF_LOG = {
    NOT_USAGE: 3 + 3,
    COUNTED: 2 + 1,
    CHUNK: 3,
    FAILED: len(FAILURES) + 1,
    ABOVE: 1,
    AGENT: 1,
}  # 3 of the trace are no use

BILL = """\
ResourceId,BilledCost,ChargeCategory,ChargeClass,ConsumedQuantity,ConsumedUnit,ChargePeriodStart,ChargePeriodEnd,SkuMeter
search,4.50,Usage,,1800000,Tokens,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,Input Tokens
search,1.80,Usage,,180000,Tokens,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,Output Tokens
search,-0.25,Usage,Correction,-100000,Tokens,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,Input Tokens
search,-0.50,Usage,Correction,-200000,Tokens,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,Input Tokens
search,-0.10,Usage,Correction,,Tokens,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,Output Tokens
search,-2.00,Usage,Correction,,Tokens,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,Input Tokens
,1.20,Tax,,,,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,VAT
,-5.00,Credit,,,,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,Promotion
bucket-7,0.02,Usage,,31.5,GB-Hours,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,Storage
,99.00,Purchase,,1,Tokens,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,Commitment
"""
OF_BILL = {NOT_USAGE: 4, NOTHING_TO_CORRECT: 3}


def test_the_same_id_with_other_writes_is_not_counted_already(tmp_path: Path) -> None:
    """Of two that say different things neither is to be believed."""
    first, other, second = (
        {"id": name, "type": "message", "model": "claude-sonnet-4-6", "usage": {
            "input_tokens": 1000 - written, "cache_read_input_tokens": 0, "cache_creation_input_tokens": written,
            "output_tokens": 9}}
        for name, written in (("m1", 0), ("m2", 0), ("m1", 900))
    )  # fmt: skip
    reads = list(read_usage(log_of(tmp_path / "log.jsonl", [first, other, second])))
    assert [read.reason[:37] for read in reads] == ["", "", "has the id of an earlier request and "]


def log_of(path: Path, payloads: Sequence[Any] = LOG) -> str:
    path.write_text("".join(json.dumps(each) + "\n" for each in payloads), encoding="utf-8")
    return str(path)


def counted(path: str) -> tuple[list[Any], dict[str, int]]:
    """(tokens of each answer, rows by why they are left out)."""
    found = list(read_usage(path))
    assert [read for read in found if bool(read.record) + bool(read.reason) + bool(read.left_out) != 1] == []
    assert [read.reason for read in found if read.reason] == []
    assert {read.left_out for read in found if read.left_out} <= set(LEFT_OUT)
    answers = [read.record.output_tokens for read in found if read.record is not None]
    return answers, dict(Counter(read.left_out for read in found if read.left_out))


def test_a_log(tmp_path: Path) -> None:
    assert counted(log_of(tmp_path / "log.jsonl")) == ([180, 180, 180, 30, 40], OF_LOG)


def test_the_same_as_one_array(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text(json.dumps(LOG, indent=1), encoding="utf-8")
    assert counted(str(tmp_path / "log.json")) == ([180, 180, 180, 30, 40], OF_LOG)


def test_a_bill(tmp_path: Path) -> None:
    (tmp_path / "bill.csv").write_text(BILL, encoding="utf-8")
    assert counted(str(tmp_path / "bill.csv")) == ([180_000], OF_BILL)


def test_a_compact_file(tmp_path: Path) -> None:
    text = "ResourceId,BilledCost,UsageQuantity,ChargeCategory\nsearch,1.5,300,Usage\nvat,0.3,1,Tax\nvat,0.4,1,Tax\n"
    (tmp_path / "compact.csv").write_text(text, encoding="utf-8")
    assert counted(str(tmp_path / "compact.csv")) == ([None], {NOT_USAGE: 2})


def test_a_failure_that_used_tokens_counts() -> None:
    for payload in (
        {**GENERATION, "usageDetails": {"input": 900, "output": 0}},
        span("b", "a", "chat", 5, error_type="timeout"),
    ):
        assert not isinstance(usage_of(payload)[0], str)


def test_a_document_in_which_there_is_nothing_is_one_row() -> None:
    assert usage_of({"resourceSpans": []}) == [NOT_USAGE]
