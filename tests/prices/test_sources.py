"""What the readers of the two libraries make of their entries: channels, regions, dimensions, names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tools.price_channels import bedrock_stem, developer, litellm_name, own_name
from tools.price_litellm import litellm_statements
from tools.price_sources import Statement, Tariff


def rates(**prices: str) -> dict[str, Decimal]:
    return {key: Decimal(price) for key, price in prices.items()}


def entry(provider: str = "openai", **more: Any) -> dict[str, Any]:
    base = {"litellm_provider": provider, "mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
    return {**base, **more}


def only(key: str, value: dict[str, Any]) -> Statement:
    (statement,) = litellm_statements({key: value}, "1").statements.values()
    return statement


@pytest.mark.parametrize(
    ("key", "provider", "name"),
    [
        ("gpt-4o", "openai", ("openai", "gpt-4o", None)),
        ("gemini/gemini-2.5-pro", "gemini", ("google", "gemini-2.5-pro", None)),
        ("gemini-2.5-pro", "vertex_ai-language-models", ("vertex_ai", "vertex_ai/gemini-2.5-pro", None)),
        ("vertex_ai/claude-x@1", "vertex_ai-anthropic_models", ("vertex_ai", "vertex_ai/claude-x@1", None)),
        ("azure/eu/gpt-4o", "azure", ("azure", "azure/gpt-4o", "eu")),
        ("azure/us-gov/o3-mini", "azure", ("azure", "azure/o3-mini", "us-gov")),
        ("azure/global-standard/gpt-4o", "azure", ("azure", "azure/gpt-4o", "global")),
        ("azure_ai/grok-4", "azure_ai", ("azure", "azure_ai/grok-4", None)),
        ("anthropic.claude-x-v1:0", "bedrock", ("bedrock", "bedrock/anthropic.claude-x-v1:0", None)),
        ("us-gov.anthropic.claude-x", "bedrock_converse", ("bedrock", "bedrock/anthropic.claude-x", "us-gov")),
        ("bedrock/us.anthropic.claude-x", "bedrock", ("bedrock", "bedrock/anthropic.claude-x", "us")),
        ("bedrock/us-gov-west-1/meta.l-v1:0", "bedrock", ("bedrock", "bedrock/meta.l-v1:0", "us-gov-west-1")),
        ("bedrock_mantle/us-east-1/openai.x", "bedrock_mantle", ("bedrock", "bedrock_mantle/openai.x", "us-east-1")),
        ("bedrock/*/1-month-commitment/cohere.x", "bedrock", ("bedrock", "", None)),
        ("together-ai-4.1b-8b", "together_ai", ("together_ai", "", None)),
        ("fireworks_ai/accounts/fireworks/models/x", "fireworks_ai", ("fireworks_ai", "fireworks_ai/x", None)),
        ("perplexity/sonar", "perplexity", None),
    ],
)  # fmt: skip
def test_a_key_of_litellm_says_channel_name_and_region(key: str, provider: str, name: object) -> None:
    assert litellm_name(key, provider) == name


def test_litellm_floats_become_the_decimals_their_author_typed() -> None:
    statement = only(
        "gemini/m",
        entry(
            "gemini", input_cost_per_token=7.5e-08, output_cost_per_token=3e-07,
            input_cost_per_token_above_128k_tokens=1.5e-07, input_cost_per_token_batches=3.75e-08,
            cache_creation_input_token_cost_above_1hr=1e-06,
            cache_creation_input_token_cost_above_1hr_above_200k_tokens=2e-06,
            input_cost_per_token_above_200k_tokens=1.6000000000000001e-06,
            input_cost_per_token_priority=9.0, deprecation_date="2026-01-01", max_input_tokens=4096.0,
        ),
    )  # fmt: skip
    (row,) = statement.rows
    assert row.variants["standard"] == Tariff(
        rates(input="0.075", output="0.3", cache_write_1h="1"),
        {128_000: rates(input="0.15"), 200_000: rates(cache_write_1h="2", input="1.6")},
    )
    assert row.variants["batch"] == Tariff(rates(input="0.0375"), {})
    assert row.variants["priority"].base == rates(input="9000000")
    assert (statement.channel, statement.retires_at, statement.max_input_tokens) == ("google", "2026-01-01", 4096)


def test_audio_fees_factors_and_the_fast_variant() -> None:
    statement = only(
        "gpt-audio",
        entry(
            input_cost_per_audio_token=3.2e-05, cache_read_input_audio_token_cost=4e-07,
            output_cost_per_image_token=3e-05, output_cost_per_reasoning_token=4e-06,
            search_context_cost_per_query={f"search_context_size_{size}": 0.01 for size in ("low", "medium", "high")},
            regional_processing_uplift_multiplier_eu=1.1, provider_specific_entry={"us": 1.1, "fast": 2.0},
            prompt_cache_min_tokens=1024,
        ),
    )  # fmt: skip
    (row,) = statement.rows
    assert row.variants["standard"].base == rates(
        input="1", output="2", input_audio="32", cache_read_audio="0.4", output_image="30", output_reasoning="4"
    )
    assert row.variants["fast"].base["output"] == Decimal(4)
    assert row.per_request == rates(web_search="0.01")
    assert statement.multipliers == rates(eu="1.1", us="1.1")
    assert (statement.mode, statement.cache_min_tokens) == ("audio", 1024)
    by_size = only(
        "m", entry(search_context_cost_per_query={"search_context_size_low": 0.01, "search_context_size_high": 0.02})
    )
    assert by_size.rows[0].per_request == rates(web_search_low="0.01", web_search_high="0.02")


def test_off_peak_prices_are_turned_into_peak_hours() -> None:
    windows = [
        {"hours_utc": ["00:00-01:00", "04:00-06:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
        {"hours_utc": "00:00-00:00", "weekdays": [6, 7]},
    ]
    off_peak = {"input_cost_per_token": 5e-07, "output_cost_per_token": 1e-06, "windows": windows}
    (row,) = only("deepseek/m", entry("deepseek", off_peak_pricing=off_peak)).rows
    assert row.variants["standard"].base == rates(input="0.5", output="1")
    assert row.windows == {hours: rates(input="1", output="2") for hours in (("01:00", "04:00"), ("06:00", "10:00"))}
    assert row.weekdays


def test_xai_tiers_begin_at_their_number_and_others_above_it() -> None:
    tier: dict[str, Any] = {"input_cost_per_token_above_200k_tokens": 2e-06}
    assert list(only("xai/m", entry("xai", **tier)).rows[0].variants["standard"].tiers) == [199_999]
    assert list(only("m", entry(**tier)).rows[0].variants["standard"].tiers) == [200_000]


def test_a_price_of_storing_is_none_of_writing() -> None:
    row = only("m", entry(cache_creation_input_token_cost=4e-07, cache_creation_input_token_cost_above_1hr=2e-06)).rows[
        0
    ]
    assert row.variants["standard"].base == rates(input="1", output="2", cache_write_1h="2")


def test_what_is_no_text_model_is_left_out_with_its_reason() -> None:
    prices = {
        "a": entry(mode="image_generation"),
        "b": entry(input_cost_per_token=0.0, output_cost_per_token=0.0),
        "together-ai-up-to-4b": entry("together_ai"),
        "deepseek-chat": entry("deepseek", input_cost_per_token=2e-06),
        "deepseek/deepseek-chat": entry("deepseek"),
        "other": entry("elsewhere"),
    }
    found = litellm_statements(prices, "1")
    assert list(found.statements) == [("deepseek-chat", None)]
    assert found.statements["deepseek-chat", None].model == "deepseek/deepseek-chat"
    assert {out.name: out.reason for out in found.left_out} == {
        "a": "mode image_generation",
        "b": "no token price (litellm writes 0 where it has none)",
        "together-ai-up-to-4b": "a price class or commitment, no model",
        "deepseek-chat": "another price than its twin deepseek/deepseek-chat, which counts",
    }


def test_a_second_door_is_the_channel_itself_and_the_first_ones_word_counts() -> None:
    prices = {
        "azure/a": entry("azure"),
        "azure_ai/a": entry("azure_ai", input_cost_per_token_priority=5e-06),
        "azure/b": entry("azure"),
        "azure_ai/b": entry("azure_ai", input_cost_per_token=2e-06),
        "azure_ai/C": entry("azure_ai"),
    }
    found = litellm_statements(prices, "1")
    assert sorted(name for name, _ in found.statements) == ["azure/C", "azure/a", "azure/b"]
    assert found.doors == {"azure_ai/a": "azure/a", "azure_ai/b": "azure/b", "azure_ai/C": "azure/C"}
    assert found.statements["azure/a", None].rows[0].variants["priority"].base == rates(input="5")
    assert found.statements["azure/b", None].rows[0].variants["standard"].base == rates(input="1", output="2")
    assert [(out.name, out.reason) for out in found.left_out] == [
        ("azure_ai/b", "another price than its twin azure/b, which counts"),
    ]


@pytest.mark.parametrize(
    ("channel", "name", "made_by"),
    [
        ("openai", "gpt-4o", "OpenAI"),
        ("bedrock", "bedrock/anthropic.claude-x-v1:0", "Anthropic"),
        ("bedrock", "bedrock/claude_platform/claude-x", "Anthropic"),
        ("openrouter", "openrouter/x-ai/grok-4", "xAI"),
        ("together_ai", "together_ai/nobody/llama-3-tune", None),
        ("fireworks_ai", "fireworks_ai/llama-v3p1-8b-instruct", "Meta"),
        ("groq", "groq/llama3-groq-70b-8192-tool-use-preview", None),
        ("azure", "azure/FW-GLM-5", "Z.AI"),
        ("mistral", "deepseek-v4-1-flash-1017", "DeepSeek"),
    ],
)
def test_the_developer_is_what_the_name_says_for_certain(channel: str, name: str, made_by: str | None) -> None:
    assert developer(channel, name) == made_by


@pytest.mark.parametrize(
    ("channel", "name", "own"),
    [
        ("azure", "azure/gpt-4o", "gpt-4o"),
        ("bedrock", "bedrock/anthropic.claude-x-20250101-v1:0", "claude-x-20250101"),
        ("vertex_ai", "vertex_ai/claude-x@20250101", "claude-x-20250101"),
        ("openrouter", "openrouter/openai/gpt-4o:free", "gpt-4o"),
        ("openai", "ft:gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
    ],
)
def test_the_name_at_the_developers_own_api(channel: str, name: str, own: str) -> None:
    assert own_name(channel, name) == own


def test_bedrock_versions_are_no_names_but_the_second_one_is() -> None:
    assert bedrock_stem("amazon.titan-embed-text-v1") == bedrock_stem("amazon.titan-embed-text")
    assert bedrock_stem("amazon.titan-embed-text-v2:0") == "amazon.titan-embed-text-v2"
