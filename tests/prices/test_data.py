"""What the bundled price file promises: its layout, its honesty, and prices known from elsewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from llmcost_hooks.data import open_data
from llmcost_hooks.prices.book import PriceBook

from ..pace import quiet_seconds
from .files import DATA, WHOLE

BOOK = PriceBook(DATA)
DAY = date(2026, 11, 22)
DIMENSIONS = {
    "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "output_audio",
    "cache_read_audio", "input_image", "output_image", "output_reasoning",
}  # fmt: skip
SCHEMA: dict[str, Any] = json.loads(bytes(open_data("prices.schema.json")))
DIRECT = {"openai", "anthropic", "google", "mistral", "cohere", "deepseek", "xai"}


def price_rows() -> list[tuple[str, dict[str, Any]]]:
    return [(n, row) for n, m in WHOLE["models"].items() for offer in m["offers"] for row in offer["prices"]]


def rate_tables(row: dict[str, Any]) -> list[dict[str, Any]]:
    tiers = [{k: v for k, v in tier.items() if k not in ("variant", "when_input_gt")} for tier in row["tiers"]]
    hours = [
        {k: v for k, v in window.items() if k not in ("variant", "utc_from", "utc_to")}
        for window in row.get("time_of_day", ())
    ]
    return [row["standard"], *row["variants"].values(), *tiers, *hours]


# --- layout ------------------------------------------------------------------------------------------------------


def test_it_is_valid_by_the_published_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    errors = Draft202012Validator(SCHEMA, format_checker=FormatChecker()).iter_errors(WHOLE)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema_version",), 2),
        (("currency",), "EUR"),
        (("models", "gpt-4o", "offers"), []),
        (("models", "gpt-4o", "offers", 0, "prices", 0, "standard", "input"), 2.5),
        (("models", "gpt-4o", "offers", 0, "prices", 0, "standard", "input"), "2.50"),
        (("models", "gpt-4o", "offers", 0, "prices", 0, "standard", "input"), "-1"),
        (("models", "gpt-4o", "offers", 0, "prices", 0, "effective_from"), "today"),
        (("models", "gpt-4o", "context_window"), "128000"),
        (("aliases", "gpt-4o-2024-08-06"), "gpt-4o#EU"),
        (("aliases", "a#b"), "gpt-4o"),
        (("signatures",), {"primary": None}),
    ],
)  # fmt: skip
def test_the_schema_refuses_what_is_no_price_file(place: tuple[Any, ...], value: object) -> None:
    file = json.loads(json.dumps({**WHOLE, "models": {"gpt-4o": WHOLE["models"]["gpt-4o"]}}))
    assert Draft202012Validator(SCHEMA).is_valid(file)
    *path, last = place
    target = file
    for step in path:
        target = target[step]
    target[last] = value
    assert not Draft202012Validator(SCHEMA).is_valid(file)


def test_every_member_of_the_schema_is_described_or_plain() -> None:
    """Members that no row of the file has, have no place in the schema, but for the few that a publisher may add."""
    used = {key for _, row in price_rows() for key in row}
    assert set(SCHEMA["$defs"]["row"]["properties"]) - used == {"training"}
    assert set(SCHEMA["$defs"]["rates"]["properties"]) == DIMENSIONS


def test_one_model_and_one_alias_a_line_sorted() -> None:
    lines = DATA.decode("ascii").split("\n")
    for part in ("models", "aliases"):
        start = lines.index(f'  "{part}": {{')
        end = lines.index("  },", start)
        names = [re.match(r'    "([A-Za-z0-9][A-Za-z0-9._:@/~+-]*)": ', line) for line in lines[start + 1 : end]]
        found = [name[1] for name in names if name]
        assert found == sorted(WHOLE[part])
        assert len(names) == len(found)


def test_members_are_in_the_order_of_the_format_and_signatures_end_it() -> None:
    assert list(WHOLE) == [
        "schema_version", "db_version", "currency", "generated_at", "valid_until", "sources", "channels",
        "models", "aliases", "revocations", "signatures",
    ]  # fmt: skip
    assert DATA.endswith(b'\n  "signatures": {\n    "primary": null,\n    "secondary": null\n  }\n}\n')
    assert DATA.count(b'\n  "signatures": {\n') == 1


def test_no_name_is_there_twice() -> None:
    pairs: list[str] = []
    json.loads(
        DATA, object_pairs_hook=lambda items: pairs.extend(k for k, n in Counter(k for k, _ in items).items() if n > 1)
    )
    assert pairs == []
    assert not set(WHOLE["models"]) & set(WHOLE["aliases"])


def test_every_alias_leads_to_a_model_or_to_an_offer_of_one() -> None:
    for name, target in WHOLE["aliases"].items():
        model, _, region = target.partition("#")
        regions = {offer["region"] for offer in WHOLE["models"][model]["offers"]}
        assert not region or region in regions, name


def test_it_is_small_enough_to_be_read_whole() -> None:
    assert len(DATA) < 4_500_000
    assert quiet_seconds(lambda: json.loads(DATA), times=5) < 0.1  # it takes 30 ms


def test_the_reader_accepts_every_line() -> None:
    assert sum(1 for _ in BOOK.rows()) == len(WHOLE["models"])
    for name in WHOLE["aliases"]:
        assert BOOK.find(name), name


# --- content -----------------------------------------------------------------------------------------------------


def test_all_channels_are_there() -> None:
    models = Counter(model["offers"][0]["channel"] for model in WHOLE["models"].values())
    least = {
        "openai": 140, "anthropic": 30, "google": 40, "mistral": 70, "cohere": 20, "deepseek": 10, "xai": 50,
        "azure": 200, "bedrock": 150, "vertex_ai": 100, "groq": 30, "together_ai": 140, "fireworks_ai": 300,
        "openrouter": 700, "meta": 6, "cerebras": 8, "sambanova": 8, "deepinfra": 100,
    }  # fmt: skip
    assert {channel: count for channel, count in least.items() if models[channel] < count} == {}
    assert set(models) == set(WHOLE["channels"])


def test_own_apis_have_bare_ids_and_other_channels_their_prefix() -> None:
    for name, model in WHOLE["models"].items():
        (channel,) = {offer["channel"] for offer in model["offers"]}
        prefix = name.partition("/")[0] if "/" in name else None
        assert (channel in DIRECT) == (prefix is None), name
        assert prefix in (None, channel), name
        assert model["provider"] == WHOLE["channels"][channel]["vendor"]


def test_an_offer_per_region_and_the_one_without_a_region_first() -> None:
    for name, model in WHOLE["models"].items():
        regions = [offer["region"] for offer in model["offers"]]
        assert len(set(regions)) == len(regions), name
        assert None not in regions[1:], name
        factors = {region for offer in model["offers"] for region in offer.get("region_multipliers", ())}
        assert not factors & set(regions), name


def test_a_base_model_is_an_offer_of_who_made_it() -> None:
    known = 0
    for name, model in WHOLE["models"].items():
        base = model.get("base_model")
        if base is None:
            continue
        known += 1
        assert WHOLE["models"][base]["developer"] == model["developer"], name
        assert "/" not in base, name
    assert known > 400
    assert WHOLE["models"]["azure/gpt-4o"]["base_model"] == "gpt-4o"
    assert WHOLE["models"]["openrouter/openai/gpt-4o"]["tokenizer"] == "o200k_base"
    ada = WHOLE["models"]["azure/ada"]  # an embedding model there, not the completion model of that name
    assert (ada["base_model"], ada["tokenizer"]) == ("text-embedding-ada-002", "cl100k_base")


@pytest.mark.parametrize(
    ("name", "price"),
    [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "3"),
        ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.6"),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3"),
        ("bedrock/eu-west-2/meta.llama3-8b-instruct-v1:0", "0.39"),
        ("azure/eu/gpt-4o", "2.75"),
        ("azure/gpt-4o", "2.5"),
        ("claude-sonnet-4-5@20250929", "3"),
        ("accounts/fireworks/models/gpt-oss-120b", "0.15"),
    ],
)
def test_a_channels_own_names_say_the_region(name: str, price: str) -> None:
    located = BOOK.locate(name)
    assert located
    offer = located[0].offer(DAY, located[1])
    assert offer and offer.standard.rates.input == Decimal(price)


def test_models_that_hear_or_speak_say_so() -> None:
    for model in WHOLE["models"].values():
        rates = model["offers"][0]["prices"][-1]["standard"]
        if "output_audio" in rates:
            assert model["mode"] in ("audio", "realtime")


# --- honesty -----------------------------------------------------------------------------------------------------


def test_every_price_has_a_source_that_says_who_checked_it_and_when() -> None:
    for name, row in price_rows():
        source = WHOLE["sources"][row["source"]]
        assert source["url"].startswith("https://"), name
        assert date.fromisoformat(source["verified_at"]) <= BOOK.generated_at
        assert re.fullmatch(r"genai-prices@[\d.]+( \+ litellm@[\d.]+)?|litellm@[\d.]+", source["verified_by"])
    assert {row["source"] for _, row in price_rows()} == set(WHOLE["sources"])


def test_prices_are_decimal_strings_and_the_unknown_is_left_out() -> None:
    for name, row in price_rows():
        for table in rate_tables(row):
            assert set(table) <= DIMENSIONS, name
            for value in table.values():
                assert re.fullmatch(r"0|0\.\d*[1-9]|[1-9]\d*(\.\d*[1-9])?", value), (name, value)


def test_what_is_not_known_is_rare_and_decided() -> None:
    unknown = {name for name, row in price_rows() if "input" not in row["standard"]}
    assert unknown == {
        "deepseek-v3.2", "mistral-large-latest", "mistral-medium", "novita/mistralai/mistral-nemo",
        "together_ai/Qwen/Qwen3.7-Max",
    }  # fmt: skip


def test_numbers_for_readers_of_the_first_schema_are_todays_standard_prices() -> None:
    for row in BOOK.rows():
        first = WHOLE["models"][row.id]["offers"][0]["region"]
        offer = row.offer(BOOK.generated_at, first)
        entry = WHOLE["models"][row.id]
        assert offer, row.id
        for number, rate in (("input", offer.standard.rates.input), ("output", offer.standard.rates.output)):
            copied = entry[f"{number}_price_per_mtok"]
            assert (None if copied is None else Decimal(repr(copied))) == rate, row.id


def test_rows_of_an_offer_begin_on_different_days_oldest_first() -> None:
    for name, model in WHOLE["models"].items():
        for offer in model["offers"]:
            days = [row["effective_from"] for row in offer["prices"]]
            assert days == sorted(set(days)), name


def test_cached_input_is_never_dearer_than_input_and_written_never_cheaper() -> None:
    slips = set()
    for row in BOOK.rows():
        for offer in row.offers:
            for tariff in offer.variants.values():
                for rates in [tariff.rates, *(tier.rates for tier in tariff.tiers)]:
                    if rates.input is None:
                        continue
                    if rates.cache_read is not None and rates.cache_read > rates.input:
                        slips.add(row.id)
                    assert rates.cache_write_5m is None or rates.cache_write_5m >= rates.input, row.id
    assert slips == {"openrouter/~deepseek/deepseek-pro-latest"}  # a rate of the day, as genai-prices found it


def test_output_is_never_cheaper_than_input_at_own_apis() -> None:
    for row in BOOK.rows():
        for offer in row.offers if row.channel in DIRECT and row.mode != "embedding" else ():
            for name, tariff in offer.variants.items():
                rates = tariff.rates
                known = rates.input is not None and rates.output is not None and name != "decisions"
                assert not known or (rates.input or 0) <= (rates.output or 0), row.id


def test_batch_and_flex_are_no_dearer_than_standard_and_know_its_tiers() -> None:
    for row in BOOK.rows():
        for offer in row.offers:
            starts = [tier.above_input_tokens for tier in offer.standard.tiers]
            for name, tariff in offer.variants.items():
                assert set(starts) <= {tier.above_input_tokens for tier in tariff.tiers}, row.id
                both = tariff.rates.input is not None and offer.standard.rates.input is not None
                if both and name in ("batch", "flex"):
                    assert (tariff.rates.input or 0) <= (offer.standard.rates.input or 0), row.id


def test_the_prices_before_this_file_hold() -> None:
    """Every id and alias of the first published file, and what it cost on its day (fixtures/prices/first.json)."""
    first = json.loads((Path(__file__).parents[2] / "fixtures" / "prices" / "first.json").read_bytes())
    day = date.fromisoformat(first["day"])
    for name, known in first["standard"].items():
        row = BOOK.find(name)
        offer = row and row.offer(day)
        assert offer, name
        rates = offer.standard.rates
        found = {"input": rates.input, "output": rates.output, "cache_read": rates.cache_read}
        assert {key: found[key] for key in known} == {key: Decimal(price) for key, price in known.items()}, name


# --- prices known from elsewhere ---------------------------------------------------------------------------------

LAUNCH_LIST = [
    # model, input, output, cached input: the project's launch list, written down before this file was built
    ("gpt-4o", "2.50", "10.00", "1.25"),
    ("gpt-4o-mini", "0.15", "0.60", "0.075"),
    ("gpt-4-turbo", "10", "30", None),
    ("o1", "15", "60", "7.5"),
    ("o1-mini", "1.1", "4.4", "0.55"),
    ("claude-3.5-sonnet", "3", "15", "0.3"),
    ("claude-3-5-sonnet", "3", "15", "0.3"),
    ("claude-3-opus", "15", "75", "1.5"),
    ("claude-3-sonnet", "3", "15", "0.3"),
    ("claude-3-haiku", "0.25", "1.25", "0.03"),
    ("gemini-1.5-pro", "1.25", "5", None),
    ("gemini-1.5-flash", "0.075", "0.3", "0.01875"),
    ("gemini-2.0-flash", "0.1", "0.4", "0.025"),
]


@pytest.mark.parametrize(("model", "input_price", "output_price", "cached"), LAUNCH_LIST)
def test_launch_list(model: str, input_price: str, output_price: str, cached: str | None) -> None:
    row = BOOK.find(model)
    offer = row and row.offer(DAY)
    assert offer
    rates = offer.standard.rates
    assert (rates.input, rates.output) == (Decimal(input_price), Decimal(output_price))
    assert rates.cache_read == (None if cached is None else Decimal(cached))


def test_gpt_4o_has_its_chat_price_not_the_realtime_one() -> None:
    row = BOOK.find("gpt-4o")
    offer = row and row.offer(DAY)
    assert offer
    assert offer.standard.rates.input != Decimal(5)  # what others print: the price of gpt-4o-realtime


def test_gpt_4o_of_may_2024_has_a_price_of_its_own() -> None:
    row = BOOK.find("gpt-4o-2024-05-13")
    offer = row and row.offer(DAY)
    assert row and row.id == "gpt-4o-2024-05-13"
    assert offer and (offer.standard.rates.input, offer.standard.rates.output) == (Decimal(5), Decimal(15))


def test_deepseek_costs_double_at_its_peak_hours() -> None:
    row = BOOK.find("deepseek-v4-pro")
    offer = row and row.offer(DAY)
    assert offer
    cheap, dear = offer.tariff("standard", "12:00"), offer.tariff("standard", "03:59")
    assert cheap and dear and cheap.rates.input and dear.rates.input == 2 * cheap.rates.input
    assert offer.tariff("standard") == dear._replace(tiers=())  # no hour is named: never too low


def test_every_call_of_a_search_model_pays_its_fee() -> None:
    for model, fee in (("gpt-4o-search-preview", "0.025"), ("gpt-5-search-api", "0.01")):
        row = BOOK.find(model)
        offer = row and row.offer(DAY)
        assert offer and offer.per_request["request"] == Decimal(fee)
    plain = BOOK.find("gpt-4o")
    offer = plain and plain.offer(DAY)
    assert offer and "request" not in offer.per_request


def test_future_prices_are_there_early() -> None:
    row = BOOK.find("gemini-3.8-flash")
    today, later = (row and row.offer(day) for day in (DAY, date(2027, 1, 1)))
    assert today and later
    assert later.standard.rates.input == 2 * (today.standard.rates.input or 0)


def test_where_the_libraries_disagree_the_price_is_unknown() -> None:
    row = BOOK.find("claude-sonnet-4-5")
    offer = row and row.offer(DAY)
    assert offer
    assert offer.standard.at(200_000).input == Decimal(3)
    assert set(offer.standard.at(200_001)) == {None}


@pytest.mark.parametrize("model", ["gpt-4-turbo", "gpt-5-pro", "o3-pro"])
def test_a_price_that_nobody_states_is_unknown_not_zero(model: str) -> None:
    row = BOOK.find(model)
    offer = row and row.offer(DAY)
    assert offer
    assert offer.standard.rates.cache_read is None


def test_retired_models_say_so() -> None:
    for model in ("claude-3-opus", "claude-3-haiku", "gemini-1.5-pro", "gemini-2.0-flash", "o1-mini", "gpt-4-turbo"):
        row = BOOK.find(model)
        assert row and row.retires_at and row.retires_at <= DAY, model
