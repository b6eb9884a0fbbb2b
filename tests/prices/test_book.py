"""The book against the same file read as a whole by the json module."""

from __future__ import annotations

import json
import mmap
import string
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmcost_hooks.errors import PricingError
from llmcost_hooks.prices.book import PriceBook, Rates, Tariff, Tier

from .files import DATA, WHOLE, edited

BOOK = PriceBook(DATA)
KNOWN = {**{name: name for name in WHOLE["models"]}, **WHOLE["aliases"]}


@given(st.one_of(st.sampled_from(sorted(KNOWN)), st.text(max_size=40), st.text(string.printable, max_size=12)))
@example("")
@example('gpt-4o": {}, "x')
@example('gpt-4o"')
@example("gpt-4o\n")
@example('\n    "gpt-4o')
@example("gpt-4o\\")
@example("gpt.4o")
@example(".*")
@example("gpt-4[o]")
@example("ｇｐｔ-4o")
@example("gpt-4o\0")
@example("models")
@example("schema_version")
@example("primary")
@example("provider")
@example("z" * 10_240)
def test_finds_exactly_the_names_of_the_file(name: str) -> None:
    located = BOOK.locate(name)
    row, region = located or (None, None)
    assert (row.id + (f"#{region}" if region else "") if row else None) == KNOWN.get(name)
    assert BOOK.find(name) == row


def test_every_row_is_what_the_json_module_reads() -> None:
    rows = {row.id: row for row in BOOK.rows()}
    assert list(rows) == sorted(WHOLE["models"])
    for name, value in WHOLE["models"].items():
        row = rows[name]
        assert row == BOOK.find(name)
        assert row.provider == value["provider"]
        assert row.context_window == value["context_window"]
        assert row.max_output_tokens == value["max_output_tokens"]
        assert row.tokenizer == value["tokenizer"]
        assert (row.retires_at and row.retires_at.isoformat()) == value["lifecycle"]["retires_at"]
        prices = [prices for offer in value["offers"] for prices in offer["prices"]]
        assert len(row.offers) == len(prices)
        for offer, stated in zip(row.offers, prices, strict=True):
            assert offer.effective_from.isoformat() == stated["effective_from"]
            assert offer.verified_by == WHOLE["sources"][stated["source"]]["verified_by"]
            assert set(offer.variants) == {"standard", *stated["variants"]}
            for variant, tariff in offer.variants.items():
                assert _texts(tariff.rates) == _stated(stated["variants"].get(variant, stated["standard"]))
                tiers = {t["when_input_gt"]: t.get("output") for t in stated["tiers"] if t["variant"] == variant}
                assert {t.above_input_tokens: t.rates.output for t in tariff.tiers} == {
                    above: output and Decimal(output) for above, output in tiers.items()
                }
            assert len(offer.windows) == len(stated.get("time_of_day", ()))
            assert {fee: str(price) for fee, price in offer.per_request.items()} == stated.get("per_request", {})


def _texts(rates: Rates) -> dict[str, Decimal]:
    return {key: rate for key, rate in rates._asdict().items() if rate is not None}


def _stated(value: dict[str, str]) -> dict[str, Decimal]:
    return {key: Decimal(text) for key, text in value.items() if key in Rates._fields}


def test_names_are_ids_and_aliases() -> None:
    assert BOOK.names() == sorted(KNOWN)


def test_header() -> None:
    assert (BOOK.version, BOOK.currency) == (WHOLE["db_version"], "USD")
    assert BOOK.generated_at < BOOK.valid_until
    assert WHOLE["valid_until"].startswith(BOOK.valid_until.isoformat())


# --- cost of a lookup --------------------------------------------------------------------------------------------


def large(models: int) -> bytes:
    """A file with many models before and after gpt-4o."""
    line = WHOLE["models"]["gpt-4o"]
    return edited(lambda value: value["models"].update({f"{c}-{i:05}": line for c in "az" for i in range(models)}))


def test_the_layout_helper_of_these_tests_is_the_layout() -> None:
    assert edited(lambda value: None).split(b'  "revocations"')[0] == DATA.split(b'  "revocations"')[0]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every text that the json module has parsed since the test began."""
    texts: list[bytes] = []
    loads = json.loads

    def counted(text: bytes) -> Any:
        texts.append(text)
        return loads(text)

    monkeypatch.setattr(json, "loads", counted)
    return texts


LARGE = large(1000)


@pytest.mark.parametrize(
    ("name", "lines"),
    [("gpt-4o", 1), ("gpt-4o-2024-08-06", 2), ("a-00000", 1), ("z-00999", 1), ("nothing", 0), ("~", 0), ("0", 0)],
)
def test_a_lookup_parses_only_the_lines_it_needs(name: str, lines: int, parsed: list[bytes]) -> None:
    book = PriceBook(LARGE)
    assert len(parsed) == 1  # the header
    assert len(parsed[0]) < 16_384
    found = book.find(name)
    assert (found is not None) == (lines > 0)
    assert len(parsed) == 1 + lines
    assert all(b"\n" not in text for text in parsed[1:])
    assert book.find(name) is found
    assert len(parsed) == 1 + lines  # remembered


def test_bytes_maps_and_views_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_bytes(DATA)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        expected = BOOK.find("o3")
        assert PriceBook(mapped).find("o3") == expected
        view = memoryview(mapped)
        assert PriceBook(view).find("o3") == expected
        view.release()
    assert PriceBook(memoryview(b"__" + DATA)[2:]).find("o3") == expected


def test_a_file_without_aliases_or_models() -> None:
    book = PriceBook(edited(lambda value: value.update(aliases={})))
    assert book.find("gpt-4o") == BOOK.find("gpt-4o")
    assert book.find("gpt-4o-2024-08-06") is None
    assert book.names() == sorted(WHOLE["models"])
    empty = PriceBook(edited(lambda value: value.update(aliases={}, models={})))
    assert (list(empty.rows()), empty.names(), empty.find("gpt-4o")) == ([], [], None)


# --- offers ------------------------------------------------------------------------------------------------------


def offer_input(model: str, on: date, book: PriceBook = BOOK) -> Decimal | None:
    row = book.find(model)
    assert row is not None
    offer = row.offer(on)
    return offer.standard.rates.input if offer else None


def test_prices_change_on_their_day() -> None:
    assert offer_input("gemini-4-argon", date(2026, 11, 30)) == Decimal("2")
    assert offer_input("gemini-4-argon", date(2026, 12, 1)) == Decimal("4")
    assert offer_input("o3", date(2025, 6, 9)) == Decimal("10")
    assert offer_input("o3", date(2025, 6, 10)) == Decimal("2")
    assert offer_input("o3", date(2040, 1, 1)) == Decimal("2")


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2025, 5, 21)])
def test_before_the_first_known_price_there_is_none(day: date) -> None:
    for row in BOOK.rows():
        assert row.offer(day) is None


def test_a_batch_price_is_that_of_the_day() -> None:
    row = BOOK.find("gemini-4-argon")
    assert row is not None
    inputs = []
    for day in (date(2026, 10, 13), date(2026, 11, 22), date(2026, 12, 1)):
        offer = row.offer(day)
        assert offer is not None
        inputs.append(offer.batch and str(offer.batch.rates.input))
    assert inputs == [None, "1", "2"]


def test_a_retired_model_keeps_its_last_price() -> None:
    assert offer_input("claude-3-opus", date(2027, 1, 1)) == Decimal("15")


def test_another_region_is_never_the_models_own_price() -> None:
    def add_region(value: dict[str, Any]) -> None:
        offers = value["models"]["gpt-4o"]["offers"]
        offers.insert(0, {**json.loads(json.dumps(offers[0]).replace('"2.5"', '"99"')), "region": "eu"})

    book = PriceBook(edited(add_region))
    assert offer_input("gpt-4o", date(2026, 11, 22), book) == Decimal("2.5")
    only_there = edited(
        lambda value: value["models"]["gpt-4o"]["offers"].__setitem__(slice(1, None), []), edited(add_region)
    )
    assert offer_input("gpt-4o", date(2026, 11, 22), PriceBook(only_there)) is None


def test_an_entry_of_two_channels_is_damaged() -> None:
    def add_channel(value: dict[str, Any]) -> None:
        offers = value["models"]["gpt-4o"]["offers"]
        offers.append({**offers[0], "channel": "azure"})

    with pytest.raises(PricingError, match="gpt-4o is damaged"):
        offer_input("gpt-4o", date(2026, 11, 22), PriceBook(edited(add_channel)))


def rates(value: int) -> Rates:
    return Rates(Decimal(value), None, None, None, None)


@given(st.lists(st.integers(0, 50), unique=True), st.integers(0, 60))
def test_a_tier_is_a_cliff_strictly_above_its_start(starts: list[int], tokens: int) -> None:
    tariff = Tariff(rates(-1), tuple(Tier(start, rates(start)) for start in sorted(starts)))
    expected = max((start for start in starts if start < tokens), default=-1)
    assert tariff.at(tokens).input == expected


def test_tiers_of_the_file_are_strictly_above() -> None:
    row = BOOK.find("gemini-2.5-pro")
    offer = row and row.offer(date(2026, 11, 22))
    assert offer
    assert [offer.standard.at(tokens).input for tokens in (0, 200_000, 200_001)] == [
        Decimal("1.25"), Decimal("1.25"), Decimal("2.5"),
    ]  # fmt: skip
