"""What the bundled price file promises: its layout, its honesty, and prices known from elsewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from llmcost_hooks.prices.book import PriceBook

from .files import DATA, WHOLE

BOOK = PriceBook(DATA)
DAY = date(2026, 11, 22)
DIMENSIONS = {"input", "output", "cache_read", "cache_write_5m", "cache_write_1h"}


def price_rows() -> list[tuple[str, dict[str, Any]]]:
    return [(n, row) for n, m in WHOLE["models"].items() for offer in m["offers"] for row in offer["prices"]]


def rate_tables(row: dict[str, Any]) -> list[dict[str, Any]]:
    tiers = [{k: v for k, v in tier.items() if k not in ("variant", "when_input_gt")} for tier in row["tiers"]]
    return [row["standard"], *row["variants"].values(), *tiers]


# --- layout ------------------------------------------------------------------------------------------------------


def test_one_model_and_one_alias_a_line_sorted() -> None:
    lines = DATA.decode("ascii").split("\n")
    for part in ("models", "aliases"):
        start = lines.index(f'  "{part}": {{')
        end = lines.index("  },", start)
        names = [re.match(r'    "([A-Za-z0-9][A-Za-z0-9._:-]*)": ', line) for line in lines[start + 1 : end]]
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
    assert set(WHOLE["aliases"].values()) <= set(WHOLE["models"])


def test_it_is_small_enough_to_be_read_in_a_hook() -> None:
    assert len(DATA) < 200_000


# --- honesty -----------------------------------------------------------------------------------------------------


def test_every_price_has_a_source_that_says_who_checked_it_and_when() -> None:
    for name, row in price_rows():
        source = WHOLE["sources"][row["source"]]
        assert source["url"].startswith("https://"), name
        assert date.fromisoformat(source["verified_at"]) <= BOOK.generated_at
        assert re.fullmatch(r"genai-prices@[\d.]+( \+ litellm@[\d.]+)?", source["verified_by"])
    assert {row["source"] for _, row in price_rows()} == set(WHOLE["sources"])


def test_prices_are_decimal_strings_or_unknown() -> None:
    for name, row in price_rows():
        for table in rate_tables(row):
            assert set(table) == DIMENSIONS, name
            for value in table.values():
                assert value is None or re.fullmatch(r"0|0\.\d*[1-9]|[1-9]\d*(\.\d*[1-9])?", value), (name, value)
        assert row["standard"]["input"] and row["standard"]["output"], name


def test_numbers_for_readers_of_the_first_schema_are_todays_standard_prices() -> None:
    for row in BOOK.rows():
        offer = BOOK.offer(row, BOOK.generated_at)
        assert offer
        entry = WHOLE["models"][row.id]
        assert Decimal(repr(entry["input_price_per_mtok"])) == offer.standard.rates.input
        assert Decimal(repr(entry["output_price_per_mtok"])) == offer.standard.rates.output


def test_rows_of_a_model_begin_on_different_days_oldest_first() -> None:
    for row in BOOK.rows():
        days = [offer.effective_from for offer in row.offers]
        assert days == sorted(set(days)), row.id


def test_cached_input_is_never_dearer_than_input_and_output_never_cheaper() -> None:
    for row in BOOK.rows():
        for offer in row.offers:
            for tariff in (offer.standard, offer.batch):
                for rates in [tariff.rates, *(tier.rates for tier in tariff.tiers)] if tariff else []:
                    if rates.input is None or rates.output is None:
                        continue
                    assert rates.cache_read is None or rates.cache_read <= rates.input, row.id
                    assert rates.input <= rates.output, row.id
                    assert rates.cache_write_5m is None or rates.cache_write_5m >= rates.input, row.id


def test_batch_is_no_dearer_than_standard_and_knows_its_tiers() -> None:
    for row in BOOK.rows():
        for offer in row.offers:
            if offer.batch is None or offer.batch.rates.input is None or offer.standard.rates.input is None:
                continue
            assert offer.batch.rates.input <= offer.standard.rates.input, row.id
            starts = [tier.above_input_tokens for tier in offer.standard.tiers]
            assert starts == [tier.above_input_tokens for tier in offer.batch.tiers], row.id


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
    offer = row and BOOK.offer(row, DAY)
    assert offer
    rates = offer.standard.rates
    assert (rates.input, rates.output) == (Decimal(input_price), Decimal(output_price))
    assert rates.cache_read == (None if cached is None else Decimal(cached))


def test_gpt_4o_has_its_chat_price_not_the_realtime_one() -> None:
    row = BOOK.find("gpt-4o")
    offer = row and BOOK.offer(row, DAY)
    assert offer
    assert offer.standard.rates.input != Decimal(5)  # what others print: the price of gpt-4o-realtime


def test_gpt_4o_of_may_2024_has_a_price_of_its_own() -> None:
    row = BOOK.find("gpt-4o-2024-05-13")
    offer = row and BOOK.offer(row, DAY)
    assert row and row.id == "gpt-4o-2024-05-13"
    assert offer and (offer.standard.rates.input, offer.standard.rates.output) == (Decimal(5), Decimal(15))


def test_where_the_libraries_disagree_the_price_is_unknown() -> None:
    row = BOOK.find("claude-sonnet-4-5")
    offer = row and BOOK.offer(row, DAY)
    assert offer
    assert offer.standard.at(200_000).input == Decimal(3)
    assert set(offer.standard.at(200_001)) == {None}


@pytest.mark.parametrize("model", ["gpt-4-turbo", "gpt-5-pro", "o3-pro"])
def test_a_price_that_nobody_states_is_unknown_not_zero(model: str) -> None:
    row = BOOK.find(model)
    offer = row and BOOK.offer(row, DAY)
    assert offer
    assert offer.standard.rates.cache_read is None


def test_retired_models_say_so() -> None:
    for model in ("claude-3-opus", "claude-3-haiku", "gemini-1.5-pro", "gemini-2.0-flash", "o1-mini", "gpt-4-turbo"):
        row = BOOK.find(model)
        assert row and row.retires_at and row.retires_at <= DAY, model
