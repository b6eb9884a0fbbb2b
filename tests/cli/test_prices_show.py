"""`llm-cost models`, `prices show` and `prices history`: what a person finds out about prices."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ..repos import Repo
from .running import PROJECT, Ran, answer, failed, llm_cost, passed


def models(cwd: Path, *args: str) -> list[dict[str, Any]]:
    ran = passed(llm_cost(cwd, "models", *args, "--format", "json"))
    found: list[dict[str, Any]] = json.loads(ran.out)["models"]
    return found


def shown(cwd: Path, *args: str) -> Ran:
    return passed(llm_cost(cwd, "prices", *args))


# --- models -------------------------------------------------------------------------------------------------------


def test_a_first_look_is_the_developers_own_and_says_what_else_there_is(tmp_path: Path) -> None:
    out = passed(llm_cost(tmp_path, "models")).out
    assert "more with --channel: openrouter" in out and "retired models are left out" in out
    channels = {model["channel"] for model in models(tmp_path)}
    assert channels == {"openai", "anthropic", "google", "mistral", "cohere", "deepseek", "xai"}
    assert all(model["retires_at"] is None or model["retires_at"] > "2026-11-28" for model in models(tmp_path))


@pytest.mark.parametrize(
    ("args", "some", "never"),
    [
        (("gpt-4o",), "gpt-4o", "gpt-4o-mini"),
        (("GPT-4O*",), "gpt-4o-mini", "gpt-4"),
        (("*nova-pro*", "--channel", "bedrock"), "bedrock/amazon.nova-pro-v1:0", "gpt-4o"),
        (("--provider", "mistral"), "mistral-small-latest", "gpt-4o"),
        (("--provider", "aws", "nova*"), "bedrock/amazon.nova-lite-v1:0", "gpt-4o"),
        (("--provider", "Microsoft"), "azure/gpt-4o", "gpt-4o"),
        (("--channel", "groq"), "groq/llama-3.3-70b-versatile", "gpt-4o"),
        (("--cheaper-than", "gpt-4o", "--channel", "openai"), "gpt-4o-mini", "gpt-4o"),
        (("--cheaper-than", "$1", "--channel", "openai"), "gpt-4o-mini", "gpt-4o"),
        (("--context", "1000000", "--channel", "openai"), "gpt-4.1", "gpt-4o"),
        (("claude-3-opus",), "claude-3-opus", "claude-3-haiku"),
    ],
)  # fmt: skip
def test_what_is_asked_for(tmp_path: Path, args: tuple[str, ...], some: str, never: str) -> None:
    if args[-1] == "nova*":
        args = (*args[:-1], "*nova*")
    ids = [model["id"] for model in models(tmp_path, *args)]
    assert some in ids and never not in ids


def test_cheaper_is_cheaper_in_both_rates(tmp_path: Path) -> None:
    for model in models(tmp_path, "--cheaper-than", "gpt-4o"):
        rates = model["standard"]
        assert Decimal(rates["input"]) < Decimal("2.5") and Decimal(rates["output"]) < Decimal(10)


@pytest.mark.parametrize("name", ["azure/eu/gpt-4o", "azure/gpt-4o#eu", "azure/eu/gpt-4[o]", "azure_ai/gpt-4o#eu"])
def test_a_region_that_a_name_says_has_its_own_price(tmp_path: Path, name: str) -> None:
    (model,) = models(tmp_path, name)
    assert (model["id"], model["region"]) == ("azure/gpt-4o", "eu")
    assert (model["standard"]["input"], model["standard"]["output"]) == ("2.75", "11")
    assert "llm-cost prices show azure/gpt-4o#eu" in passed(llm_cost(tmp_path, "models", name)).out


def test_a_model_stands_for_the_regions_that_its_aliases_name(tmp_path: Path) -> None:
    assert [(model["id"], model["region"]) for model in models(tmp_path, "azure/*gpt-4o")] == [("azure/gpt-4o", None)]


def test_a_limit_is_the_price_where_the_model_is_bought(tmp_path: Path) -> None:
    """bedrock/amazon.nova-2-lite-v1:0 has prices by region only."""
    name = "bedrock/amazon.nova-2-lite-v1:0"
    limit = json.loads(shown(tmp_path, "show", f"{name}#eu", "--format", "json").out)["offer"]["variants"]["standard"]
    for model in models(tmp_path, "--cheaper-than", f"{name}#eu", "--channel", "openai"):
        assert Decimal(model["standard"]["input"]) < Decimal(limit["input"])
        assert Decimal(model["standard"]["output"]) < Decimal(limit["output"])
    ran = failed(llm_cost(tmp_path, "models", "--cheaper-than", name), 4, "is priced by region, and none is named")
    assert "Near names" not in ran.err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("nonsense*",), 4, "no price is known"),
        (("azure/gpt-4o#mars",), 4, 'no price in the region "mars"'),
        (("gpt-4o", "--cheaper-than", "gpt-4o-mini"), 4, "No model matches all of that"),
        (("--cheaper-than", "codestral-embed"), 4, "has no price of both input and output"),
        (("--channel", "nowhere"), 2, 'There is no channel "nowhere"'),
        (("gpt-4o", "--channel", "groq"), 4, "No model matches all of that"),
        (("--cheaper-than", "nonsense"), 4, "no price is known"),
        (("--cheaper-than", "0"), 4, "No model matches all of that"),
        (("--context", "0"), 2, "--context"),
        (("--context", "99999999999"), 4, "No model matches"),
    ],
)
def test_what_cannot_be_found(tmp_path: Path, args: tuple[str, ...], code: int, said: str) -> None:
    failed(llm_cost(tmp_path, "models", *args), code, said)


# --- show ---------------------------------------------------------------------------------------------------------


def test_everything_about_one_model(tmp_path: Path) -> None:
    out = shown(tmp_path, "show", "gpt-4o").out
    for text in (
        "gpt-4o, USD per million tokens on 2026-11-28", "standard        $2.5     $1.25       $10", "batch",
        "Fees: file_search", "context window 128,000, output at most 16,384", "also called: gpt-4o-2024-08-06",
        "nobody of this project has read that page",
    ):  # fmt: skip
        assert text in out


@pytest.mark.parametrize(
    ("args", "rates"),
    [
        (("gpt-4o",), ("2.5", "10")),
        (("azure/gpt-4o", "--region", "eu"), ("2.75", "11")),
        (("azure/gpt-4o#eu",), ("2.75", "11")),
        (("azure/eu/gpt-4o",), ("2.75", "11")),
        (("gemini-4-argon", "--as-of", "2026-11-30"), ("2", "10")),
        (("gemini-4-argon", "--as-of", "2026-12-01"), ("4", "20")),
        (("o3", "--as-of", "2025-06-09"), ("10", "40")),
        (("ft:gpt-4o-mini-2024-07-18:acme::x",), ("0.3", "1.2")),
        (("ft:gpt-4o-mini:acme::x",), ("0.3", "1.2")),
    ],
)
def test_the_price_of_a_day_and_place(tmp_path: Path, args: tuple[str, ...], rates: tuple[str, str]) -> None:
    found = json.loads(shown(tmp_path, "show", *args, "--format", "json").out)["offer"]["variants"]["standard"]
    assert (found["input"], found["output"]) == rates


OWN = """
[prices.model.ours]
[[prices.rows]]
model = "ours"
effective_from = "2026-01-01"
input = 1
output = 2
[[prices.rows]]
model = "gpt-4o"
effective_from = "2026-01-01"
input = 1
operator = "Ada"
"""


def test_history_is_of_listed_prices_and_says_so(prompts: Repo) -> None:
    said = "as listed; llm-cost.toml has prices of its own. Run: llm-cost prices show gpt-4o"
    assert said not in shown(prompts.path, "history", "gpt-4o").out
    prompts.write("llm-cost.toml", PROJECT + OWN)
    assert said in shown(prompts.path, "history", "gpt-4o").out
    assert "as listed" not in shown(prompts.path, "history", "gpt-4o-mini").out
    failed(llm_cost(prompts.path, "prices", "history", "ours"), 4, "is in no price list", "llm-cost prices show ours")
    prompts.write("llm-cost.toml", "version = 9\n")
    assert "llm-cost.toml was not read" in shown(prompts.path, "history", "gpt-4o").out


def test_inside_of_a_repository_its_own_prices_are_shown(prompts: Repo) -> None:
    prompts.write(
        "llm-cost.toml", PROJECT + '\n[prices]\ndiscount = "10%"\n[prices.override."gpt-4o-mini"]\ninput = 0.1\n'
    )
    out = shown(prompts.path, "show", "gpt-4o").out
    assert "$2.25" in out and "less the discount of 10%" in out
    found = json.loads(shown(prompts.path, "show", "gpt-4o-mini", "--format", "json").out)
    assert (found["offer"]["variants"]["standard"]["input"], found["offer"]["origin"]) == ("0.1", "stated")
    assert found["listed"]["variants"]["standard"]["input"] == "0.15"
    assert "listed since" in shown(prompts.path, "show", "gpt-4o-mini").out
    assert "stated in llm-cost.toml by the project\n" in shown(prompts.path, "show", "gpt-4o-mini").out
    prompts.write("llm-cost.toml", PROJECT + OWN)
    assert "stated in llm-cost.toml by Ada since 2026-01-01\n" in shown(prompts.path, "show", "gpt-4o").out
    assert "since 2026-01-01" in shown(prompts.path, "show", "ours").out
    prompts.write("llm-cost.toml", PROJECT + OWN + '[prices.override."gpt-4oo"]\ninput = 1\n')
    assert '"gpt-4oo"] names no model of the price file' in shown(prompts.path, "show", "gpt-4o").out
    failed(llm_cost(prompts.path, "prices", "show", "gpt-4oo"), 4, "names no model", "Near names: gpt-4o")
    prompts.write("llm-cost.toml", "version = 9\n")
    assert "llm-cost.toml was not read" in shown(prompts.path, "show", "gpt-4o").out


HOSTILE = """
[prices.model."our"]
provider = "Evil\\u001b[31m\\n| x |"

[[prices.rows]]
model = "our"
effective_from = "2026-01-01"
input = 1
output = 2
operator = "Op\\u001b[2J | <b>"
"""


def test_a_model_of_the_projects_own_has_no_listed_price(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT + HOSTILE)
    found = answer(prompts, "prices", "show", "our")
    assert (found["listed"], found["offer"]["origin"]) == (None, "stated")
    assert "listed since" not in shown(prompts.path, "show", "our").out


def test_texts_of_a_manifest_are_made_harmless(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT + HOSTILE)
    out = shown(prompts.path, "show", "our").out
    assert "\x1b" not in out and "sold by Evil\\x1b[31m\\x0a| x |" in out and "by Op\\x1b[2J | <b> since" in out
    out = shown(prompts.path, "show", "our", "--format", "markdown").out
    assert "\x1b" not in out and "<b>" not in out and "Evil" in out
    assert not [line for line in out.splitlines() if "Evil" in line and "|" in line]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("show", "nonsense"), 4, "llm-cost prices add nonsense"),
        (("show", "gpt-4o", "--region", "mars"), 4, 'no price in the region "mars"'),
        (("show", "gpt-4o", "--as-of", "2020-01-01"), 4, "has no price on 2020-01-01"),
        (("show", "gpt-4o", "--as-of", "soon"), 2, '--as-of: "soon" is not a day'),
        (("show", "azure/eu/gpt-4o", "--region", "us"), 2, 'region = "us" is another one'),
        (("history", "azure/eu/gpt-4o", "--region", "us"), 2, 'region = "us" is another one'),
        (("history", "nonsense"), 4, "no price is known"),
        (("history", "gpt-4o", "--region", "mars"), 4, "has no price in mars"),
        (("shwo",), 2, "Did you mean show?"),
    ],
)
def test_what_has_no_price(tmp_path: Path, args: tuple[str, ...], code: int, said: str) -> None:
    failed(llm_cost(tmp_path, "prices", *args), code, said)


def test_history_marks_what_moves_and_what_is_to_come(tmp_path: Path) -> None:
    out = shown(tmp_path, "history", "gemini-4-argon").out
    assert "2026-12-01  standard        $4 ↑    $0.2 ↑     $20 ↑  to come" in out
    lines = [" ".join(line.split()) for line in shown(tmp_path, "history", "gemini-3.7-flash").out.splitlines()]
    for way in ("batch", "flex", "priority"):
        assert f"2027-01-01 {way} — — — ends, to come" in lines
    rows = json.loads(shown(tmp_path, "history", "o3", "--format", "json").out)["rows"]
    assert [row["effective_from"] for row in rows] == sorted(row["effective_from"] for row in rows)


# --- prompts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ('model = "azure/gpt-4o"\nregion = "eu"', "1.65"),
        ('model = "azure/gpt-4o#eu"', "1.65"),
        ('model = "our-deployment"\npricing_id = "azure/gpt-4o#eu"', "1.65"),
        ('model = "o3"\nservice_tier = "flex"', "0.6"),
        ('model = "o3"\nprice_version = "2025-05-22"', "6"),
        ('model = "ft:gpt-4o-mini-2024-07-18:acme::x"', "0.18"),
        ('model = "gpt-4o-mini"\nfine_tuned = true', "0.18"),
    ],
)
def test_a_prompt_says_which_price_it_has(prompts: Repo, text: str, cost: str) -> None:
    """400 tokens in, 50 out, 1,000 calls."""
    prompts.write("llm-cost.toml", PROJECT.replace('prompt_id = "search"', f'prompt_id = "search"\n{text}'))
    found = answer(prompts, "estimate", "prompts/search.md")["prompts"][0]
    assert found["effective_cost"] == cost


def test_options_for_all_prompts(prompts: Repo) -> None:
    found = answer(prompts, "estimate", "--model", "azure/gpt-4o", "--region", "eu")
    assert {row["pricing_id"] for row in found["prompts"]} == {"azure/gpt-4o#eu"}
    failed(llm_cost(prompts.path, "estimate", "--region", "mars"), 4, 'no price in the region "mars"')
    failed(llm_cost(prompts.path, "estimate", "--service-tier", "flex"), 4, "gpt-4o has no flex price")


def test_a_short_prompt_is_not_cached(prompts: Repo) -> None:
    args = ("--model", "claude-sonnet-4-5", "--scenario", "cached", "--cache-hit-ratio", "0.5")
    found = answer(prompts, "estimate", *args)
    assert [row["cached_input_tokens"] for row in found["prompts"]] == [0, 0]
    assert "caches prompts of" in passed(llm_cost(prompts.path, "estimate", *args)).out
