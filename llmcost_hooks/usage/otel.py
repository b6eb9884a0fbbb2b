"""Spans of OpenTelemetry's GenAI conventions: as an SDK prints them, or as OTLP's JSON has them.

By the conventions the input includes what a cache served and what was written to it; reasoning is inside of the output.
None of the names is stable, so that each has its aliases here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .reading import Unusable, count_of, id_of, needed_count, object_of, text_of, time_of
from .record import AGENT, FAILED, NOT_USAGE, Usage, checked

INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
READ = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
WRITE = ("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens",
         "gen_ai.usage.cache_creation_input_tokens")  # fmt: skip
REASONING = ("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens")
TIER = ("gen_ai.openai.response.service_tier", "openai.response.service_tier", "gen_ai.openai.request.service_tier")
_VALUES = ("stringValue", "intValue", "doubleValue", "boolValue")
_CALLS = ("chat", "embeddings", "generate_content", "text_completion")


def of_span(span: Mapping[str, Any]) -> Usage | str:
    """Why it is left out where it is no call of a model: it has no count of tokens, or sums those of the spans below
    it."""
    attributes = attributes_of(span)
    if not is_call(attributes):
        if any(name in attributes for name in INPUT):
            return AGENT
        failed = attributes.get("error.type") is not None and attributes.get("gen_ai.operation.name") in _CALLS
        return FAILED if failed else NOT_USAGE
    tier = text_of(attributes, *TIER)
    return checked(Usage(
        "otel", text_of(attributes, "gen_ai.prompt.name"),
        text_of(attributes, "gen_ai.response.model", "gen_ai.request.model"),
        text_of(attributes, "gen_ai.provider.name", "gen_ai.system"),
        time_of(span, "start_time", "startTimeUnixNano", "start_time_unix_nano"),
        input_tokens=needed_count(attributes, *INPUT),
        cache_read_tokens=count_of(attributes, *READ),
        cache_write_5m_tokens=count_of(attributes, *WRITE),
        output_tokens=count_of(attributes, *OUTPUT),
        reasoning_tokens=count_of(attributes, *REASONING),
        service_tier={"default": "standard", "auto": "standard"}.get(tier, tier) if tier else None,
        request_id=identity_of(span),
    ))  # fmt: skip


def identity_of(span: Mapping[str, Any]) -> str | None:
    """Of a span with its trace; None where it names none."""
    trace, own = _ids(span)
    return f"{trace}/{own}" if own else None


def link_of(span: Mapping[str, Any]) -> tuple[str, str, bool] | None:
    """(its identity, that of the span above it, whether it is a call with tokens); None where nothing is above it."""
    above = id_of(span, "parent_id", "parentSpanId", "parent_span_id")
    if above is None:
        return None
    trace, own = _ids(span)
    return None if own is None else (f"{trace}/{own}", f"{trace}/{above}", is_call(attributes_of(span)))


def _ids(span: Mapping[str, Any]) -> tuple[str, str | None]:
    context = object_of(span, "context")
    trace = id_of(context, "trace_id", "traceId") or id_of(span, "traceId", "trace_id") or ""
    return trace, id_of(context, "span_id", "spanId") or id_of(span, "spanId", "span_id")


def is_call(attributes: Mapping[str, Any]) -> bool:
    has_input = INPUT[0] in attributes or INPUT[1] in attributes
    return has_input and attributes.get("gen_ai.operation.name") != "invoke_agent"


def spans_of(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The spans of an OTLP document."""
    for resource in _list(payload, "resourceSpans", "resource_spans"):
        for scope in _list(resource, "scopeSpans", "scope_spans"):
            yield from _list(scope, "spans")


def attributes_of(span: Mapping[str, Any]) -> Mapping[str, Any]:
    """An SDK's object as it is; OTLP's list of keys and typed values as such an object."""
    attributes = span.get("attributes") or {}
    if isinstance(attributes, dict):
        return attributes
    found: dict[str, Any] = {}
    for pair in _list(span, "attributes"):
        value = pair.get("value")
        if not isinstance(pair.get("key"), str) or not isinstance(value, dict):
            raise Unusable("attributes is not a list of keys and values")
        found[pair["key"]] = next((value[name] for name in _VALUES if name in value), None)
    return found


def _list(payload: Mapping[str, Any], *names: str) -> list[dict[str, Any]]:
    found: Any = next((payload[name] for name in names if payload.get(name) is not None), [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unusable(f"{names[0]} is not a list of objects")
    return found
