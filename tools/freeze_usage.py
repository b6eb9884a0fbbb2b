"""Payloads of usage in the shapes of the providers' own SDKs, frozen for the tests.

    python -m venv sdks && sdks/bin/pip install openai anthropic google-genai opentelemetry-sdk litellm langfuse
    sdks/bin/python tools/freeze_usage.py fixtures/usage

Each is built with the SDK's types, which refuse what they do not know, and written as they serialise it.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc)
SECONDS = int(WHEN.timestamp())


def openai_payloads() -> list[Any]:
    from openai.types.chat import ChatCompletion
    from openai.types.responses import ResponseUsage

    usage = {
        "prompt_tokens": 1847, "completion_tokens": 523, "total_tokens": 2370,
        "prompt_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 256, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 320, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                                      "rejected_prediction_tokens": 12},
    }  # fmt: skip
    message = {"role": "assistant", "content": None, "refusal": None}
    chat = ChatCompletion.model_validate({
        "id": "chatcmpl-1", "object": "chat.completion", "created": SECONDS, "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}],
        "service_tier": "default", "usage": usage,
    }).model_dump(mode="json")  # fmt: skip
    of_response = ResponseUsage.model_validate({
        "input_tokens": 1200, "output_tokens": 300, "total_tokens": 1500,
        "input_tokens_details": {"cached_tokens": 600, "cache_write_tokens": 100,
                                 "cache_write_tokens_details": {"ttl_30m_tokens": 60, "ttl_12h_tokens": 40}},
        "output_tokens_details": {"reasoning_tokens": 0},
    }).model_dump(mode="json")  # fmt: skip
    response = {"id": "resp_1", "object": "response", "created_at": float(SECONDS), "model": "gpt-5",
                "service_tier": "flex", "metadata": {"prompt_id": "search"}, "usage": of_response}  # fmt: skip
    batch = {"id": "batch_req_1", "custom_id": "search-1", "error": None,
             "response": {"status_code": 200, "request_id": "r", "body": chat}}  # fmt: skip
    return [{"prompt_id": "search", "response": chat}, response, batch]


def anthropic_payloads() -> list[Any]:
    from anthropic.types import Message

    usage = {
        "input_tokens": 21, "output_tokens": 393, "cache_creation_input_tokens": 300, "cache_read_input_tokens": 1500,
        "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 100},
        "output_tokens_details": {"thinking_tokens": 250}, "service_tier": "standard",
        "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 2},
    }  # fmt: skip
    message = Message.model_validate({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "content": [],
        "stop_reason": "end_turn", "stop_sequence": None, "usage": usage,
    }).model_dump(mode="json")  # fmt: skip
    batch = {"custom_id": "a", "result": {"type": "succeeded", "message": message}}
    failed = {"custom_id": "b", "result": {"type": "errored", "error": {"type": "invalid_request"}}}
    return [{"prompt_id": "search", "timestamp": WHEN.isoformat(), "response": message}, batch, failed]


def gemini_payloads() -> list[Any]:
    from google.genai import types

    usage = types.GenerateContentResponseUsageMetadata(
        prompt_token_count=1000, cached_content_token_count=400, candidates_token_count=120, thoughts_token_count=80,
        tool_use_prompt_token_count=50, total_token_count=1250, traffic_type=types.TrafficType.ON_DEMAND,
        prompt_tokens_details=[types.ModalityTokenCount(modality=types.MediaModality.TEXT, token_count=742),
                               types.ModalityTokenCount(modality=types.MediaModality.IMAGE, token_count=258)],
    )  # fmt: skip
    response = types.GenerateContentResponse(create_time=WHEN, model_version="gemini-2.5-pro", usage_metadata=usage)
    snake = response.model_dump(mode="json", exclude_none=True)
    camel = json.loads(response.model_dump_json(by_alias=True, exclude_none=True))
    return [{"prompt_id": "search", **snake}, {"prompt_id": "search", "response": camel}]


def otel_payloads() -> list[Any]:
    from opentelemetry.sdk.trace import TracerProvider

    span = TracerProvider().get_tracer("app").start_span("chat gpt-4o", start_time=SECONDS * 10**9)
    span.set_attributes({
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.prompt.name": "search",
        "gen_ai.usage.input_tokens": 900, "gen_ai.usage.output_tokens": 90,
        "gen_ai.usage.cache_read.input_tokens": 512, "gen_ai.usage.reasoning.output_tokens": 10,
    })  # fmt: skip
    span.end(SECONDS * 10**9 + 5)
    printed = json.loads(span.to_json())  # type: ignore[attr-defined]
    other = TracerProvider().get_tracer("app").start_span("SELECT", start_time=SECONDS * 10**9)
    other.end()
    pairs = [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in printed["attributes"].items()
    ]
    spans = [{"traceId": "0" * 32, "spanId": "0" * 16, "name": "chat", "startTimeUnixNano": str(SECONDS * 10**9),
              "attributes": pairs}]  # fmt: skip
    exported = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": spans}]}]}
    return [printed, exported, json.loads(other.to_json())]  # type: ignore[attr-defined]


def litellm_payloads() -> list[Any]:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import time

    import litellm
    from litellm.integrations.custom_logger import CustomLogger

    found: list[Any] = []

    class Log(CustomLogger):
        def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
            found.append(json.loads(json.dumps(kwargs["standard_logging_object"], default=str)))

    litellm.callbacks = [Log()]
    litellm.completion(
        model="gpt-4o",
        messages=[{"role": "user", "content": "Hi"}],
        mock_response="Hello",
        metadata={"tags": ["prompt_id:search"]},
    )
    for _ in range(100):
        if found:
            break
        time.sleep(0.1)
    for each in found:
        each.update(messages=None, response=None, startTime=float(SECONDS), endTime=float(SECONDS) + 1)
        each.update(completionStartTime=float(SECONDS), model_map_information=None, hidden_params={})
    return found


def langfuse_payloads() -> list[Any]:
    from langfuse.api import ObservationV2

    observation = ObservationV2(
        id="o", trace_id="t", start_time=WHEN, project_id="p", type="GENERATION", model="gpt-4o", prompt_id="cm1",
        prompt_name="search", prompt_version=3, total_cost=0.0051,
        usage_details={"input": 800, "input_cached_tokens": 200, "output": 90, "output_reasoning_tokens": 10,
                       "total": 1100},
        cost_details={"input": 0.003, "output": 0.0021, "total": 0.0051},
    )  # fmt: skip
    snake = json.loads(observation.model_dump_json(exclude_none=True))
    camel = {"".join([first, *(word.title() for word in rest)]): value
             for key, value in snake.items() for first, *rest in [key.split("_")]}  # fmt: skip
    event = ObservationV2(id="e", trace_id="t", start_time=WHEN, project_id="p", type="SPAN")
    return [snake, camel, json.loads(event.model_dump_json(exclude_none=True))]


SOURCES = {
    "openai": ("openai", openai_payloads),
    "anthropic": ("anthropic", anthropic_payloads),
    "gemini": ("google-genai", gemini_payloads),
    "otel": ("opentelemetry-sdk", otel_payloads),
    "litellm": ("litellm", litellm_payloads),
    "langfuse": ("langfuse", langfuse_payloads),
}


def main() -> int:
    folder = Path(sys.argv[1])
    versions = {}
    for name, (package, payloads) in SOURCES.items():
        text = "".join(json.dumps(payload) + "\n" for payload in payloads())
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
        versions[package] = version(package)
    (folder / "versions.json").write_text(json.dumps(versions, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
