"""From how many tokens on a prompt is cached: the bundled file, its rules and their sources, and the page."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import tomli

from llmcost_hooks.prices.book import PriceBook
from tools.build_prices import CACHE
from tools.price_cache import CacheMinimums

from ..docs.fences import tables_of
from .files import DATA, WHOLE

BOOK = PriceBook(DATA)
FILE: dict[str, Any] = tomli.loads(Path(CACHE).read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = FILE["minimums"]
PAGE = Path(__file__).parents[2] / "docs" / "prices.md"


def cached() -> dict[str, dict[str, Any]]:
    """The models that have a price of cached input."""
    return {
        name: model
        for name, model in WHOLE["models"].items()
        if any("cache_read" in row["standard"] for offer in model["offers"] for row in offer["prices"])
    }


def channel_of(model: dict[str, Any]) -> str:
    return str(model["offers"][0]["channel"])


def length(name: str) -> int | None:
    found = BOOK.find(name)
    assert found, name
    return found.cache_min_tokens


@pytest.mark.parametrize(
    ("tokens", "names"),
    [
        (64, "deepseek-v4-pro mistral-large-2512"),
        (512, "claude-opus-5 claude-opus-5-5 claude-sonnet-5-5 claude-haiku-5-5 claude-fable-5"),
        (512, "anthropic.claude-opus-5 us.anthropic.claude-fable-5-1 azure/claude-opus-5 vertex_ai/claude-opus-5"),
        (1024, "gpt-4o gpt-4o-mini gpt-5 gpt-6-sol o3 azure/gpt-4o azure/o3 azure/eu/gpt-4o ft:gpt-4o-2024-08-06"),
        (1024, "claude-sonnet-4-5 claude-sonnet-4 claude-opus-4-1 claude-opus-4-8 claude-3-5-sonnet claude-3-opus"),
        (1024, "anthropic.claude-sonnet-4-20250514-v1:0 amazon.nova-pro-v1:0 groq/openai/gpt-oss-120b"),
        (2048, "claude-3-haiku claude-3-5-haiku claude-opus-4-7 claude-mythos-preview gemini-2.5-flash gemini-2.5-pro"),
        (4096, "claude-opus-4-5 claude-opus-4-6 claude-haiku-4-5 gemini-3.8-flash gemini-2.0-flash"),
        (4096, "anthropic.claude-opus-4-7 anthropic.claude-sonnet-4-5-20250929-v1:0"),
        (6144, "vertex_ai/gemini-4-argon"),
        (32768, "gemini-1.5-flash"),
        (None, "grok-4.7 gpt-4 claude-fable-5-2 bedrock/openai.gpt-5.5"),
    ],
)
def test_lengths_that_are_published(tokens: int | None, names: str) -> None:
    assert {name: length(name) for name in names.split()} == dict.fromkeys(names.split(), tokens)


def test_every_model_with_a_cached_price_states_a_length_or_a_reason() -> None:
    """Never less than its rule says; nothing only where a rule says why."""
    least = CacheMinimums(RULES)
    for name, model in cached().items():
        stated = (model.get("cache") or {}).get("min_tokens")
        assert least(channel_of(model), name, stated) == stated, name
        rule = least.found[name].rule
        assert stated or (rule is not None and RULES[rule]["reason"]), name
    assert least.faults(cached()) == []


def test_models_without_a_cached_price_have_the_word_of_a_library_alone() -> None:
    rest = WHOLE["models"].keys() - cached().keys()
    stated = {name for name in rest if (WHOLE["models"][name].get("cache") or {}).get("min_tokens")}
    assert all(name.startswith("deepinfra/anthropic/") for name in stated)


def test_every_figure_has_a_source_that_says_what_was_read_and_when() -> None:
    for number, rule in enumerate(RULES):
        assert set(rule) <= {"channels", "names", "tokens", "source", "reason"}, number
        assert ("tokens" in rule) == ("source" in rule), number
        assert "tokens" in rule or rule["reason"], number
    assert {rule["source"] for rule in RULES if "source" in rule} == set(FILE["sources"])
    for name, source in FILE["sources"].items():
        assert set(source) == {"url", "read", "copies"} and source["url"].startswith("https://"), name
        assert date.fromisoformat(source["read"]) <= BOOK.generated_at, name


def test_the_page_states_what_the_file_does() -> None:
    """Every row of the table in docs/prices.md, and a row for every channel of which a figure is known."""
    found = next(rows for rows in tables_of(PAGE) if rows[0] == ["channel", "models", "tokens"])[1:]
    named = set()
    for channels, names, tokens in ([cell.replace("`", "") for cell in row] for row in found):
        named |= set(channels.split(", "))
        for channel in channels.split(", "):
            for glob in names.split(", "):
                models = [
                    name
                    for name, model in cached().items()
                    if channel_of(model) == channel and fnmatchcase(name.removeprefix(f"{channel}/"), glob)
                ]
                asked = f"{channel} {glob}"
                assert models or "," in channels, asked
                assert {length(name) for name in models} <= {int(tokens.replace(",", ""))}, asked
    assert named == {channel for rule in RULES if "tokens" in rule for channel in rule["channels"]}
