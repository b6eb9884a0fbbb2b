"""Whose payload it is, told by its shape, and the records in it.

A line of a log may wrap a payload: `{"prompt_id": ..., "timestamp": ..., "response": {...}}`, or a batch's line. What a
wrapper says of prompt and time holds where the payload itself says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import anthropic, gemini, langfuse, litellm, openai, otel
from .reading import Unusable, text_of, time_of
from .record import SCHEMA, Usage, read_record

WRAPPERS = ("response", "body", "result", "message", "completion", "raw_response")
TIMES = ("timestamp", "time", "created_at", "createTime", "create_time", "created", "start_time", "startTime")
_DEEPEST = 4
_OF_ANTHROPIC = frozenset(("cache_creation", "cache_creation_input_tokens", "cache_read_input_tokens"))
_MARKS = frozenset((  # of which every payload of a known kind has one
    "schema", "usage", "resourceSpans", "resource_spans", "attributes", "usageDetails", "usage_details", "traceId",
    "prompt_tokens", "usage_metadata", "usageMetadata", "results",
))  # fmt: skip
COLUMNS = frozenset((  # of a table, that are read; questions and answers are not, which may be long
    *langfuse.COLUMNS, *litellm.COLUMNS, *_MARKS, *TIMES, "prompt_id", "object", "custom_id", "error",
))  # fmt: skip


def usage_of(payload: object) -> list[Usage]:
    """The records of one JSON value; empty where it is no use of a model, such as a span of a database.

    Raises Unusable where it is one that cannot be read, or nothing that is known.
    """
    if not isinstance(payload, dict):
        raise Unusable("is not an object")
    return _within(payload, 0)


def _within(payload: Mapping[str, Any], depth: int) -> list[Usage]:
    if payload.get("type") in ("message_start", "message_delta"):
        raise Unusable("is an event of a stream, which has a part of the usage: log the message at its end")
    data = payload.get("data")
    if isinstance(data, list) and all(isinstance(each, dict) for each in data) and depth == 0:
        return [record for each in data for record in _within(each, 1)]  # a page of an API
    found = _plain(payload)
    if found is not None:
        return [_attributed(record, payload) for record in found]
    for name in WRAPPERS:
        inner = payload.get(name)
        if isinstance(inner, dict) and depth < _DEEPEST:
            records = [_attributed(record, payload) for record in _within(inner, depth + 1)]
            return [record._replace(service_tier="batch") for record in records] if _is_batch(payload) else records
    if _failed(payload) or (payload.get("object") == "chat.completion.chunk" and payload.get("usage") is None):
        return []
    raise Unusable("is no usage of a kind that is known")


def _plain(payload: Mapping[str, Any]) -> list[Usage] | None:
    """The records of a payload that is not wrapped; None where it is of no kind that is known."""
    if _MARKS.isdisjoint(payload):
        return None
    if payload.get("schema") == SCHEMA:
        return [read_record(payload)]
    usage = payload.get("usage")
    is_langfuse = "usageDetails" in payload or "usage_details" in payload
    if isinstance(usage, dict) and not is_langfuse and "response_cost" not in payload:
        if "input" in usage and not any(name.endswith("_tokens") for name in usage):
            return _some([langfuse.of_observation(payload)])  # of its version 2
        return _by_usage(payload, usage)
    if "resourceSpans" in payload or "resource_spans" in payload:
        return _some(otel.of_span(span) for span in otel.spans_of(payload))
    if "attributes" in payload and ("context" in payload or "spanId" in payload or "span_id" in payload):
        return _some([otel.of_span(payload)])
    if is_langfuse or "traceId" in payload:
        return _some([langfuse.of_observation(payload)])
    if "prompt_tokens" in payload and ("response_cost" in payload or "spend" in payload):
        return _some([litellm.of_log(payload)])
    if "usage_metadata" in payload or "usageMetadata" in payload:
        return [gemini.of_response(payload)]
    if isinstance(payload.get("results"), list):
        if "starting_at" in payload:
            return anthropic.of_report(payload)
        return openai.of_bucket(payload) if "start_time" in payload else None
    return None


def _by_usage(payload: Mapping[str, Any], usage: Mapping[str, Any]) -> list[Usage]:
    """Anthropic's and OpenAI's `input_tokens` mean different things; where nothing tells which, neither is believed."""
    is_openai = "prompt_tokens" in usage or "input_tokens_details" in usage or payload.get("object") == "response"
    is_anthropic = payload.get("type") == "message" or not _OF_ANTHROPIC.isdisjoint(usage)
    if "prompt_tokens" in usage or (is_openai and not is_anthropic):  # LiteLLM's answers name both
        return [openai.of_response(payload, usage)]
    if is_anthropic and not is_openai:
        return [anthropic.of_message(payload)]
    raise Unusable("does not tell whether its input_tokens are OpenAI's or Anthropic's")


def _attributed(record: Usage, payload: Mapping[str, Any]) -> Usage:
    """With what the payload says of its prompt, its time and its model, where the record has none."""
    if record.prompt_id is not None and record.start is not None and record.model is not None:
        return record
    if record.prompt_id is None and record.source != "langfuse":  # whose prompt_id is a number of its own
        metadata = payload.get("metadata")
        stated = text_of(payload, "prompt_id")
        if stated is None and isinstance(metadata, dict):
            stated = text_of(metadata, "prompt_id")
        if stated is not None:
            record = record._replace(prompt_id=stated)
    if record.start is None and (at := time_of(payload, *TIMES)) is not None:
        record = record._replace(start=at)
    if record.model is None and (model := text_of(payload, "model")) is not None:
        record = record._replace(model=model)
    return record


def _is_batch(payload: Mapping[str, Any]) -> bool:
    return "custom_id" in payload


def links_of(payload: object) -> Iterator[tuple[str, str, bool]]:
    """What `otel.link_of` says of each span in a payload; none where it is no span, or cannot be read."""
    if not isinstance(payload, dict):
        return
    try:
        if "resourceSpans" in payload or "resource_spans" in payload:
            yield from filter(None, map(otel.link_of, otel.spans_of(payload)))
        elif "attributes" in payload and (link := otel.link_of(payload)) is not None:
            yield link
    except Unusable:  # is said where its records are read
        return


def _failed(payload: Mapping[str, Any]) -> bool:
    """A request that was answered by an error, which costs nothing: in a batch, or as its API reports it."""
    return payload.get("error") is not None or payload.get("type") in ("error", "errored", "canceled", "expired")


def _some(records: Any) -> list[Usage]:
    return [record for record in records if record is not None]


def cells_payload(row: Mapping[str, str], read_json: Any) -> dict[str, Any]:
    """The COLUMNS of a row, with objects as JSON in its cells, as Langfuse and LiteLLM export them, as a payload."""
    found: dict[str, Any] = {}
    for name, cell in row.items():
        if cell == "":
            continue
        if cell[0] in "{[":
            found[name] = read_json(cell, name)
        elif cell.lower() not in ("null", "none"):
            found[name] = cell
    return found
