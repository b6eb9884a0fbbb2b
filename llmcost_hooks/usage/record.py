"""One record of what was used, whoever reported it: fields, units, and what is inside of what.

    input_tokens   all that was sent: uncached + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens
    output_tokens  all that was answered, reasoning_tokens included

A record stands for one request, or for all requests of a prompt between `start` and `end`, whose tokens it sums. None
is unknown, and never 0. Its JSON form is described by `data/usage.schema.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ..render.money import format_exact
from .reading import Unusable, read_amount, read_count, read_share, read_text, read_time

SCHEMA = "llm-cost/usage/1"
BILLED, REPORTED, PRICED = "billed", "reported", "priced"  # by a bill, by the tool that logged it, by our price file
NOT_USAGE = "not_usage"  # why a row is left out: no use of tokens
COUNTED = "counted_already"  # another row counts the same request
CHUNK = "stream_chunks"  # a part of a stream without usage; whether another part has it is not said
FAILED = "failed"  # a call that failed and used nothing
ABOVE = "above_others"  # a span that sums those below it
AGENT = "agents"  # a span of an agent, whose calls are spans of their own
NOTHING_TO_CORRECT = "nothing_to_correct"  # a correction of what the file does not have
LEFT_OUT = (NOT_USAGE, COUNTED, CHUNK, FAILED, ABOVE, AGENT, NOTHING_TO_CORRECT)


class Usage(NamedTuple):
    source: str  # who reported it: "openai", "anthropic", "gemini", "otel", "litellm", "langfuse", "focus", ...
    prompt_id: str | None = None
    model: str | None = None  # as the source names it
    provider: str | None = None  # likewise
    start: datetime | None = None  # UTC; of a single request the time that is reported of it
    end: datetime | None = None  # UTC, exclusive; None for a single request
    requests: int | None = 1
    input_tokens: int | None = None
    cache_read_tokens: int | None = None  # part of input_tokens
    cache_write_5m_tokens: int | None = None  # part of input_tokens: written for the shorter life (or the only one)
    cache_write_1h_tokens: int | None = None  # part of input_tokens: written for the longer life
    output_tokens: int | None = None
    reasoning_tokens: int | None = None  # part of output_tokens
    input_audio_tokens: int | None = None  # part of input_tokens
    input_image_tokens: int | None = None  # part of input_tokens
    output_audio_tokens: int | None = None  # part of output_tokens
    server_tool_requests: int | None = None  # web searches and the like, billed by the request
    service_tier: str | None = None  # "standard", "batch", "flex", "priority", or what else the source says
    cost: Decimal | None = None  # USD of all of it
    cost_basis: str | None = None  # BILLED, REPORTED or PRICED
    list_cost: Decimal | None = None  # USD at public prices without any cache, where the source says
    cache_hit_ratio: Decimal | None = None  # of a source that states the share and not the tokens
    content_hash: str | None = None  # of the prompt, or its beginning
    request_id: str | None = None  # as the source names the request, to know it again
    is_estimate: bool = False  # it was estimated, and not used
    is_local: bool = False  # a cache of the caller's own answered: no request reached the provider


class Read(NamedTuple):
    """A record, or why it cannot be read, or why it is left out."""

    place: int  # the line, or the number of the element of a JSON array
    record: Usage | None = None
    reason: str = ""
    left_out: str = ""  # one of LEFT_OUT


def checked(record: Usage) -> Usage:
    """`record`; Unusable where its parts do not fit into what they are parts of."""
    read, short, long = record.cache_read_tokens, record.cache_write_5m_tokens, record.cache_write_1h_tokens
    if record.input_tokens is not None and (read or 0) + (short or 0) + (long or 0) > record.input_tokens:
        raise Unusable("more cached tokens than input tokens")
    if record.output_tokens is not None and (record.reasoning_tokens or 0) > record.output_tokens:
        raise Unusable("more reasoning tokens than output tokens")
    if record.end is not None and (record.start is None or record.end < record.start):
        raise Unusable("ends before it begins")
    return record


def usage_document(record: Usage) -> dict[str, Any]:
    """The record as JSON: every member is there, null where it is unknown; money and shares are decimal strings."""
    return {"schema": SCHEMA, **{name: _json(value) for name, value in record._asdict().items()}}


def _json(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    return format_exact(value) if isinstance(value, Decimal) else value


_READERS = {
    **dict.fromkeys(("start", "end"), read_time),
    **dict.fromkeys(("cost", "list_cost"), read_amount),
    "cache_hit_ratio": read_share,
    **dict.fromkeys(("source", "prompt_id", "model", "provider"), read_text),
    **dict.fromkeys(("service_tier", "cost_basis", "content_hash", "request_id"), read_text),
}


def read_record(document: Mapping[str, Any]) -> Usage:
    """The record that `usage_document` wrote. Raises Unusable."""
    values: dict[str, Any] = {}
    for name in Usage._fields:
        value = document.get(name)
        if name in ("is_estimate", "is_local"):
            if not isinstance(value, bool):
                raise Unusable(f"{name} is neither true nor false")
            values[name] = value
        else:
            values[name] = None if value is None else _READERS.get(name, read_count)(value, name)
    if values["source"] is None:
        raise Unusable("source is missing")
    if (values["cost"] is None) != (values["cost_basis"] is None):
        raise Unusable("cost and cost_basis go together")
    return checked(Usage(**values))
