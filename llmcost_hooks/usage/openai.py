"""OpenAI's responses (Chat Completions, Responses, lines of batches) and its usage export.

Cached and written tokens are inside of the input, reasoning inside of the output. Some who offer the same interface
leave reasoning outside of `completion_tokens`; `total_tokens` says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .reading import Unusable, count_of, id_of, known_count, needed_count, object_of, plus, read_time, text_of, time_of
from .record import Usage, checked

_LIVES = "ttl_30m_tokens", "ttl_12h_tokens"
TIERS = {"default": "standard", "auto": "standard"}


def of_response(payload: Mapping[str, Any], usage: Mapping[str, Any]) -> Usage:
    """A Chat Completion (`prompt_tokens`) or a Response (`input_tokens`), and its `usage`. Files have millions."""
    asked = needed_count(usage, "prompt_tokens", "input_tokens")
    answered = needed_count(usage, "completion_tokens", "output_tokens")
    of_input = object_of(usage, "prompt_tokens_details", "input_tokens_details").get
    of_output = object_of(usage, "completion_tokens_details", "output_tokens_details").get
    reasoning = known_count(of_output("reasoning_tokens"), "reasoning_tokens")
    total = known_count(usage.get("total_tokens"), "total_tokens")
    if total is not None and total != asked + answered:
        if total != asked + answered + (reasoning or 0):
            raise Unusable("total_tokens is neither input and output, nor these and the reasoning")
        answered = total - asked
    short, long = known_count(of_input("cache_write_tokens"), "cache_write_tokens"), None
    if lives := of_input("cache_write_tokens_details"):
        details = {"cache_write_tokens": short, "lives": lives}
        short, long = _written(details, "cache_write_tokens", object_of(details, "lives"), *_LIVES)
    read = known_count(of_input("cached_tokens"), "cached_tokens")
    source: str = "openai"
    provider: str | None = "OpenAI"
    if "cache_read_input_tokens" in usage or "cache_creation_input_tokens" in usage:  # LiteLLM's, which adds them in
        source, provider = "litellm", None
        read = count_of(usage, "cache_read_input_tokens") if read is None else read
        short = count_of(usage, "cache_creation_input_tokens") if short is None and long is None else short
    tier = text_of(payload, "service_tier")
    created = payload.get("created", payload.get("created_at"))
    return checked(Usage(
        source, None, text_of(payload, "model"), provider, None if created is None else read_time(created, "created"),
        None, 1, asked, read, short, long, answered, reasoning,
        known_count(of_input("audio_tokens"), "audio_tokens"), known_count(of_input("image_tokens"), "image_tokens"),
        known_count(of_output("audio_tokens"), "audio_tokens"), None, TIERS.get(tier, tier) if tier else None,
        request_id=id_of(payload, "id"),
    ))  # fmt: skip


def of_bucket(payload: Mapping[str, Any]) -> list[Usage]:
    """A bucket of the organization's usage export: the sums of one period by project, model and the like."""
    found = []
    for each in payload.get("results") or ():
        if not isinstance(each, dict):
            raise Unusable("results holds what is no object")
        tier = text_of(each, "service_tier")
        lives = "input_cache_write_30m_tokens", "input_cache_write_12h_tokens"
        short, long = _written(each, "input_cache_write_tokens", each, *lives)
        found.append(checked(Usage(
            "openai", None, text_of(each, "model"), "OpenAI",
            time_of(payload, "start_time"), time_of(payload, "end_time"),
            count_of(each, "num_model_requests"),
            input_tokens=needed_count(each, "input_tokens"),
            cache_read_tokens=count_of(each, "input_cached_tokens"),
            cache_write_5m_tokens=short,
            cache_write_1h_tokens=long,
            output_tokens=needed_count(each, "output_tokens"),
            input_audio_tokens=_with_cached(each, "audio"),
            input_image_tokens=_with_cached(each, "image"),
            output_audio_tokens=count_of(each, "output_audio_tokens"),
            service_tier="batch" if each.get("batch") is True else TIERS.get(tier, tier) if tier else None,
        )))  # fmt: skip
    return found


def _written(
    whole: Mapping[str, Any], name: str, lives: Mapping[str, Any], short_name: str, long_name: str
) -> tuple[int | None, int | None]:
    """Tokens written to the cache for its shorter and for its longer life; all for the shorter where none is named."""
    written, short, long = count_of(whole, name), count_of(lives, short_name), count_of(lives, long_name)
    if short is None and long is None:
        return written, None
    if written is not None and written != (short or 0) + (long or 0):
        raise Unusable(f"{name} is not the sum of its lifetimes")
    return short, long


def _with_cached(each: Mapping[str, Any], kind: str) -> int | None:
    """The export counts cached tokens of a modality apart; here they are a part of it."""
    return plus(count_of(each, f"input_{kind}_tokens"), count_of(each, f"input_cached_{kind}_tokens"))
