"""The rows and lines of `benchmarks/usage.py`: as billing exports, tracers and proxies write them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

from tools.simulate_traffic import Request, response

PROMPTS = 200
BEGIN = datetime(2026, 10, 5, tzinfo=timezone.utc)
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "usage"
BELOW = 9  # calls below an agent's span
_METERS = (("Input Tokens", "Uncached", 2.5), ("Cache Read Input Tokens", "Read", 1.25), ("Output Tokens", "", 10.0))


def focus_by_hour(rows: int, header: list[str], example: list[str]) -> Iterator[list[str]]:
    """Every column of FOCUS 1.2: hourly rows of 200 prompts, each with input, cached input and output."""
    chance = Random(1)
    yield header
    for number in range(rows):
        hour, rest = divmod(number, PROMPTS * len(_METERS))
        prompt, meter = divmod(rest, len(_METERS))
        count = chance.randint(10**4, 10**6)
        yield _focus(header, example, _name(prompt), meter, count, (_hour(hour), _hour(hour + 1)), count // 500 + 1)


def focus_by_request(rows: int, header: list[str], example: list[str]) -> Iterator[list[str]]:
    """The same columns, where each request has a charge period of its own, with a row of input and one of output."""
    chance = Random(1)
    yield header
    for number in range(rows):
        request, output = divmod(number, 2)
        begin = BEGIN + timedelta(seconds=5 * request)
        period = _time(begin), _time(begin + timedelta(seconds=4))
        yield _focus(header, example, _name(request % PROMPTS), 2 * output, chance.randint(20, 4000), period, 1)


def _focus(
    header: list[str], example: list[str], prompt: str, of: int, count: int, period: tuple[str, str], requests: int
) -> list[str]:
    meter, action, price = _METERS[of]
    cost = f"{count * price / 1e6:.8f}"
    details = {"x_ModelId": "gpt-4o", "x_TokenCacheAction": action, "x_TokenDirection": meter.split()[-2]}
    row = dict(zip(header, example, strict=True))
    row.update({
        "BilledCost": cost, "EffectiveCost": cost, "ContractedCost": cost, "ListCost": cost,
        "ConsumedQuantity": f"{count}.0", "PricingQuantity": f"{count / 1e6:.6f}", "SkuMeter": meter,
        "ChargePeriodStart": period[0], "ChargePeriodEnd": period[1], "Tags": '{"team":"search"}',
        "SkuPriceDetails": json.dumps({key: value for key, value in details.items() if value}),
        "ResourceId": prompt, "x_PromptId": prompt, "x_RequestCount": f"{requests}.0",
    })  # fmt: skip
    return list(row.values())


def compact(rows: int) -> Iterator[list[str]]:
    chance = Random(1)
    yield ["ResourceId", "BilledCost", "UsageQuantity", "UsageUnit", "ChargePeriodStart", "ChargePeriodEnd",
           "x-cache-hit-ratio", "x-avg-output-tokens", "x-token-count-input", "Tags"]  # fmt: skip
    for number in range(rows):
        hour, prompt = divmod(number, PROMPTS)
        yield [_name(prompt), f"{chance.uniform(0, 9):.5f}", str(chance.randint(1, 500)), "Requests", _hour(hour),
               _hour(hour + 1), f"{chance.random():.2f}", f"{chance.uniform(1, 500):.1f}",
               str(chance.randint(100, 3000)), '{"model":"gpt-4o"}']  # fmt: skip


def openai(rows: int) -> Iterator[str]:
    yield from map(response, _requests(rows))


def spans(rows: int) -> Iterator[str]:
    """As an SDK prints them: nine calls, and then the span of the agent that made them, which sums them."""
    span = json.loads((FIXTURES / "otel.jsonl").read_text(encoding="utf-8").splitlines()[0])
    sums = 0, 0, 0
    for number, (at, asked, cached, answered, _) in enumerate(_requests(rows)):
        turn, place = divmod(number, BELOW + 1)
        is_agent = place == BELOW
        counts = sums if is_agent else (asked, cached, answered)
        sums = (0, 0, 0) if is_agent else (sums[0] + asked, sums[1] + cached, sums[2] + answered)
        root = f"0x{0xA000000000000000 + turn:016x}"
        yield json.dumps({
            **span,
            "name": "agent search" if is_agent else "chat gpt-4o",
            "context": {**span["context"], "trace_id": f"0x{turn + 1:032x}",
                        "span_id": root if is_agent else f"0x{number + 1:016x}"},
            "parent_id": None if is_agent else root,
            "start_time": _time(at, "%Y-%m-%dT%H:%M:%S.%fZ"),
            "end_time": _time(at + timedelta(milliseconds=1700), "%Y-%m-%dT%H:%M:%S.%fZ"),
            "attributes": {**span["attributes"], "gen_ai.operation.name": "agent" if is_agent else "chat",
                           "gen_ai.usage.input_tokens": counts[0],
                           "gen_ai.usage.cache_read.input_tokens": counts[1],
                           "gen_ai.usage.output_tokens": counts[2]},
        })  # fmt: skip


def langfuse(rows: int) -> Iterator[list[str]]:
    """The columns of an export of observations, objects as JSON in their cells."""
    yield ["id", "traceId", "startTime", "endTime", "parentObservationId", "type", "name", "environment", "level",
           "input", "output", "metadata", "model", "modelParameters", "promptId", "promptName", "promptVersion",
           "usageDetails", "costDetails", "totalCost", "latency", "timeToFirstToken"]  # fmt: skip
    question = json.dumps([{"role": "system", "content": "Answer shortly. " * 10}, {"role": "user", "content": "Why?"}])
    for number, (at, asked, cached, answered, _) in enumerate(_requests(rows)):
        cost = round((asked - cached) * 2.5e-6 + cached * 1.25e-6 + answered * 1e-5, 8)
        details = {
            "input": asked - cached,
            "input_cached_tokens": cached,
            "output": answered,
            "total": asked + answered,
        }
        yield [f"{number:08x}-5ba3-4ac4-9fa3-3f2c3a2d8b11", f"{number // 3:032x}", _time(at, "%Y-%m-%dT%H:%M:%S.000Z"),
               _time(at + timedelta(seconds=2), "%Y-%m-%dT%H:%M:%S.000Z"), "", "GENERATION", "answer", "production",
               "DEFAULT", question, json.dumps({"role": "assistant", "content": "Because. " * 20}),
               json.dumps({"team": "search", "release": "2026-10"}), "gpt-4o-2024-08-06",
               json.dumps({"temperature": 0.2, "max_tokens": 800}), "cm1", "search", "3", json.dumps(details),
               json.dumps({"input": cost, "total": cost}), f"{cost:.8f}", "2.0", "0.4"]  # fmt: skip


def litellm(rows: int) -> Iterator[str]:
    """Rows of the table of spend logs, with the metadata that the proxy writes."""
    logged = json.loads((FIXTURES / "litellm.jsonl").read_text(encoding="utf-8"))
    for number, (at, asked, cached, answered, _) in enumerate(_requests(rows)):
        cost = (asked - cached) * 2.5e-6 + cached * 1.25e-6 + answered * 1e-5
        usage = {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered,
                 "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": None},
                 "completion_tokens_details": {"reasoning_tokens": 0}}  # fmt: skip
        start, end = (_time(each, "%Y-%m-%dT%H:%M:%S.%f+00:00") for each in (at, at + timedelta(seconds=2)))
        yield json.dumps({
            "request_id": f"chatcmpl-{number:032x}", "call_type": "acompletion", "api_key": "0" * 64, "spend": cost,
            "total_tokens": asked + answered, "prompt_tokens": asked, "completion_tokens": answered,
            "startTime": start, "endTime": end, "completionStartTime": start, "model": "gpt-4o", "model_id": "f" * 64,
            "model_group": "gpt-4o", "custom_llm_provider": "openai", "api_base": "https://api.openai.com", "user": "",
            "metadata": {**logged["metadata"], "usage_object": usage, "status": "success"}, "cache_hit": "False",
            "cache_key": "Cache OFF", "request_tags": ["prompt_id:search"], "team_id": None, "end_user": None,
            "requester_ip_address": None, "messages": {}, "response": {}, "session_id": f"{number // 3:032x}",
            "status": "success",
        })  # fmt: skip


def _requests(rows: int) -> Iterator[Request]:
    chance = Random(1)
    for number in range(rows):
        asked = chance.randint(200, 4000)
        cached = asked // 2 if chance.random() < 0.5 else 0
        yield Request(BEGIN + timedelta(seconds=number), asked, cached, chance.randint(20, 600))


def _name(prompt: int) -> str:
    return "search" if prompt == 0 else f"prompt-{prompt}"


def _hour(number: int) -> str:
    return _time(BEGIN + timedelta(hours=number))


def _time(at: datetime, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    return at.strftime(form)
