"""Anthropic's messages and its usage report.

`input_tokens` leaves cached and written tokens out: all three are added. Thinking is inside of the output.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .reading import Unusable, count_of, id_of, needed_count, object_of, plus, text_of, time_of
from .record import Usage, checked


def of_message(payload: Mapping[str, Any]) -> Usage:
    """A message, as the Messages API and the results of batches have it."""
    usage = object_of(payload, "usage")
    asked = needed_count(usage, "input_tokens")
    read, short, long = _cached(usage)
    tools = object_of(usage, "server_tool_use")
    return checked(Usage(
        "anthropic", None, text_of(payload, "model"), "Anthropic",
        input_tokens=asked + read + short + long,
        cache_read_tokens=read,
        cache_write_5m_tokens=short,
        cache_write_1h_tokens=long,
        output_tokens=needed_count(usage, "output_tokens"),
        reasoning_tokens=count_of(object_of(usage, "output_tokens_details"), "thinking_tokens", "reasoning_tokens"),
        server_tool_requests=plus(count_of(tools, "web_search_requests"), count_of(tools, "web_fetch_requests")),
        service_tier="fast" if usage.get("speed") == "fast" else text_of(usage, "service_tier"),
        request_id=id_of(payload, "id"),
    ))  # fmt: skip


def of_report(payload: Mapping[str, Any]) -> list[Usage]:
    """A bucket of the organization's usage report. It does not say how many requests there were."""
    found = []
    for each in payload.get("results") or ():
        if not isinstance(each, dict):
            raise Unusable("results holds what is no object")
        asked, (read, short, long) = needed_count(each, "uncached_input_tokens"), _cached(each)
        found.append(checked(Usage(
            "anthropic", None, text_of(each, "model"), "Anthropic",
            time_of(payload, "starting_at"), time_of(payload, "ending_at"), None,
            input_tokens=asked + read + short + long,
            cache_read_tokens=read,
            cache_write_5m_tokens=short,
            cache_write_1h_tokens=long,
            output_tokens=needed_count(each, "output_tokens"),
            server_tool_requests=count_of(object_of(each, "server_tool_use"), "web_search_requests"),
            service_tier=text_of(each, "service_tier"),
        )))  # fmt: skip
    return found


def _cached(usage: Mapping[str, Any]) -> tuple[int, int, int]:
    """Read, written for five minutes, written for an hour; null is none. All is for five minutes where no life is
    named."""
    written, by_life = count_of(usage, "cache_creation_input_tokens"), object_of(usage, "cache_creation")
    short = count_of(by_life, "ephemeral_5m_input_tokens")
    long = count_of(by_life, "ephemeral_1h_input_tokens")
    if short is None and long is None:
        short = written
    elif written is not None and written != (short or 0) + (long or 0):
        raise Unusable("cache_creation_input_tokens is not the sum of its lifetimes")
    return count_of(usage, "cache_read_input_tokens") or 0, short or 0, long or 0
