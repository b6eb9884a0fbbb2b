"""Observations as Langfuse exports them.

Each token is in one bucket of `usageDetails`: `input` is what is left beside `input_cached_tokens` and others that
begin with `input`, and so for `output`. All are added; `total`, where it is there, has to be their sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .reading import Unusable, id_of, object_of, read_amount, read_count, text_of, time_of
from .record import FAILED, NOT_USAGE, REPORTED, Usage, checked

READ = ("input_cached_tokens", "input_cache_read", "cache_read_input_tokens", "input_cached_content_token_count")
WRITE = ("input_cache_creation", "cache_creation_input_tokens", "input_cache_write_tokens")
WRITE_1H = ("input_cache_creation_1h",)
WRITE_5M = ("input_cache_creation_5m",)
REASONING = ("output_reasoning_tokens", "output_reasoning", "reasoning_tokens")
COLUMNS = (  # of a table, that are read
    "id", "traceId", "type", "level", "model", "providedModelName", "provided_model_name", "promptName", "prompt_name",
    "startTime", "start_time", "usage", "usageDetails", "usage_details", "costDetails", "cost_details", "totalCost",
    "total_cost", "calculatedTotalCost", "metadata",
)  # fmt: skip
_BUCKETS = {  # of a name in usageDetails: the field of which it is a part
    **dict.fromkeys(READ, "cache_read_tokens"),
    **dict.fromkeys((*WRITE, *WRITE_5M), "cache_write_5m_tokens"),
    **dict.fromkeys(WRITE_1H, "cache_write_1h_tokens"),
    **dict.fromkeys(REASONING, "reasoning_tokens"),
    "input_audio_tokens": "input_audio_tokens",
    "output_audio_tokens": "output_audio_tokens",
}
_INPUT, _OUTPUT = frozenset((*READ, *WRITE, *WRITE_1H, *WRITE_5M)), frozenset(REASONING)


def of_observation(payload: Mapping[str, Any]) -> Usage | str:
    """NOT_USAGE for an observation that is no generation, FAILED for one that failed and used nothing."""
    kind = payload.get("type")
    older = object_of(payload, "usage")  # of version 2; later ones have it too, with less in it
    details = _stated(object_of(payload, "usageDetails", "usage_details"))
    details = details or _stated({name: older.get(name) for name in ("input", "output", "total")})
    if isinstance(kind, str) and kind.upper() not in ("GENERATION", "EMBEDDING"):
        return NOT_USAGE
    failed = payload.get("level") == "ERROR"
    if not details and not failed:
        return NOT_USAGE
    counts = {name: read_count(value, name) for name, value in details.items()}
    if failed and not any(counts.values()):
        return FAILED
    if details.keys() <= older.keys() and older.get("unit") not in (None, "TOKENS", "tokens"):
        raise Unusable("unit of usage is not TOKENS")
    asked = answered = total = None
    parts: dict[str, int] = {}
    for name, count in counts.items():
        if name.startswith("input") or name in _INPUT:
            asked = (asked or 0) + count
        elif name.startswith("output") or name in _OUTPUT:
            answered = (answered or 0) + count
        elif name == "total":
            total = count
        if (part := _BUCKETS.get(name)) is not None:
            parts[part] = parts.get(part, 0) + count
    if asked is None:
        raise Unusable("usageDetails has no input")
    if total is not None and total != asked + (answered or 0):
        raise Unusable("total of usageDetails is not the sum of the others")
    costs = object_of(payload, "costDetails", "cost_details")
    spent = next((value for value in (costs.get("total"), payload.get("totalCost"), payload.get("total_cost"),
                                    payload.get("calculatedTotalCost"), older.get("totalCost"))
                  if value is not None), None)  # fmt: skip
    metadata = payload.get("metadata")  # anything: a text, a list
    stated = text_of(metadata, "prompt_id") if isinstance(metadata, dict) else None
    return checked(Usage(
        "langfuse", stated or text_of(payload, "promptName", "prompt_name"),
        text_of(payload, "model", "providedModelName", "provided_model_name"), None,
        time_of(payload, "startTime", "start_time"),
        input_tokens=asked,
        cache_read_tokens=parts.get("cache_read_tokens"),
        cache_write_5m_tokens=parts.get("cache_write_5m_tokens"),
        cache_write_1h_tokens=parts.get("cache_write_1h_tokens"),
        output_tokens=answered,
        reasoning_tokens=parts.get("reasoning_tokens"),
        input_audio_tokens=parts.get("input_audio_tokens"),
        output_audio_tokens=parts.get("output_audio_tokens"),
        cost=None if spent is None else read_amount(spent, "cost"),
        cost_basis=None if spent is None else REPORTED,
        request_id=id_of(payload, "id"),
    ))  # fmt: skip


def _stated(details: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is null, as in Parquet every member is that this row has not."""
    return {name: value for name, value in details.items() if value is not None}
