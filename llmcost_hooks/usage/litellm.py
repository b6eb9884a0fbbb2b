"""LiteLLM: the payload that its loggers get, and rows of its spend logs.

Cached and written tokens are inside of the input: it adds them where a provider leaves them out. Details are in
`usage_object`. What its own cache answered was no request to a provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .openai import TIERS
from .reading import Unusable, count_of, id_of, needed_count, object_of, plus, read_amount, text_of, time_of
from .record import REPORTED, Usage, checked

COLUMNS = (  # of a table, that are read
    "id", "request_id", "model", "custom_llm_provider", "startTime", "start_time", "metadata", "request_tags", "status",
    "prompt_tokens", "completion_tokens", "total_tokens", "response_cost", "spend", "cache_hit", "service_tier",
)  # fmt: skip


def of_log(payload: Mapping[str, Any]) -> Usage | None:
    """None for a call that failed and used nothing."""
    metadata = object_of(payload, "metadata")
    usage = object_of(metadata, "usage_object", "additional_usage_values")
    of_input = object_of(usage, "prompt_tokens_details")
    of_output = object_of(usage, "completion_tokens_details")
    asked, answered = needed_count(payload, "prompt_tokens"), needed_count(payload, "completion_tokens")
    if not asked and not answered and "failure" in (payload.get("status"), metadata.get("status")):
        return None
    total = count_of(payload, "total_tokens")
    if total is not None and total != asked + answered:
        raise Unusable("total_tokens is not prompt_tokens and completion_tokens")
    spent = payload.get("response_cost", payload.get("spend"))
    hit = payload.get("cache_hit")
    by_life = object_of(of_input, "cache_creation_token_details")
    long = count_of(by_life, "ephemeral_1h_input_tokens")
    written = _first(count_of(usage, "cache_creation_input_tokens"),
                     count_of(of_input, "cache_creation_tokens", "cache_write_tokens"))  # fmt: skip
    tier = text_of(payload, "service_tier") or text_of(usage, "service_tier")
    return checked(Usage(
        "litellm", prompt_id_of(payload, metadata), text_of(payload, "model"), text_of(payload, "custom_llm_provider"),
        time_of(payload, "startTime", "start_time"),
        input_tokens=asked,
        cache_read_tokens=_first(count_of(usage, "cache_read_input_tokens"), count_of(of_input, "cached_tokens")),
        cache_write_5m_tokens=None if written is None else written - (long or 0),
        cache_write_1h_tokens=long,
        output_tokens=answered,
        reasoning_tokens=count_of(of_output, "reasoning_tokens"),
        input_audio_tokens=count_of(of_input, "audio_tokens"),
        input_image_tokens=count_of(of_input, "image_tokens"),
        output_audio_tokens=count_of(of_output, "audio_tokens"),
        server_tool_requests=plus(count_of(object_of(usage, "server_tool_use"), "web_search_requests")),
        service_tier=TIERS.get(tier, tier) if tier else None,
        cost=None if spent is None else read_amount(spent, "response_cost"),
        cost_basis=None if spent is None else REPORTED,
        is_local=hit is True or (isinstance(hit, str) and hit.lower() == "true"),
        request_id=id_of(payload, "id", "request_id"),
    ))  # fmt: skip


def prompt_id_of(payload: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | None:
    """What the caller put into its metadata, or a tag "prompt_id:search" of the request."""
    for place in (metadata, object_of(metadata, "requester_metadata"), object_of(metadata, "spend_logs_metadata")):
        if stated := text_of(place, "prompt_id"):
            return stated
    tags = payload.get("request_tags")
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, str) and tag.startswith(("prompt_id:", "prompt_id=")):
            return tag[len("prompt_id:") :].strip() or None
    return None


def _first(*counts: int | None) -> int | None:
    return next((count for count in counts if count is not None), None)
