"""Gemini's responses, in the spelling of the SDK (snake_case) or of the API (camelCase).

Cached content is inside of the prompt, thoughts are outside of the candidates, and what tools put in is outside of the
prompt: the last two are added. `totalTokenCount` has to be the sum of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .reading import Unusable, count_of, id_of, needed_count, object_of, text_of, time_of
from .record import Usage, checked

TIERS = {
    "on_demand": "standard",
    "on_demand_priority": "priority",
    "on_demand_flex": "flex",
    "on_demand_offpeak": "offpeak",
    "provisioned_throughput": "provisioned",
}


def of_response(payload: Mapping[str, Any]) -> Usage:
    usage = object_of(payload, "usage_metadata", "usageMetadata")
    prompt = needed_count(usage, "prompt_token_count", "promptTokenCount")
    answer = count_of(usage, "candidates_token_count", "candidatesTokenCount", "responseTokenCount") or 0
    thoughts = count_of(usage, "thoughts_token_count", "thoughtsTokenCount")
    tools = count_of(usage, "tool_use_prompt_token_count", "toolUsePromptTokenCount") or 0
    total = count_of(usage, "total_token_count", "totalTokenCount")
    if total is not None and total != prompt + tools + answer + (thoughts or 0):
        raise Unusable("total_token_count is not the sum of prompt, tools, thoughts and candidates")
    traffic = text_of(usage, "traffic_type", "trafficType")
    return checked(Usage(
        "gemini", None, text_of(payload, "model_version", "modelVersion", "model"), "Google",
        time_of(payload, "create_time", "createTime"),
        input_tokens=prompt + tools,
        cache_read_tokens=count_of(usage, "cached_content_token_count", "cachedContentTokenCount") or 0,  # left out: 0
        output_tokens=answer + (thoughts or 0),
        reasoning_tokens=thoughts,
        input_audio_tokens=_of_kind(usage, "AUDIO", "prompt_tokens_details", "promptTokensDetails"),
        input_image_tokens=_of_kind(usage, "IMAGE", "prompt_tokens_details", "promptTokensDetails"),
        output_audio_tokens=_of_kind(usage, "AUDIO", "candidates_tokens_details", "candidatesTokensDetails"),
        service_tier=TIERS.get(traffic.lower(), traffic.lower()) if traffic else None,
        request_id=id_of(payload, "response_id", "responseId"),
    ))  # fmt: skip


def _of_kind(usage: Mapping[str, Any], kind: str, *names: str) -> int | None:
    """Tokens of one modality; None where none are listed."""
    listed: Any = next((usage[name] for name in names if usage.get(name) is not None), [])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise Unusable(f"{names[0]} is not a list of objects")
    counts = [count_of(each, "token_count", "tokenCount") or 0 for each in listed if each.get("modality") == kind]
    return sum(counts) if counts else None
