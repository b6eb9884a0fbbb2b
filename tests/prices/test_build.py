"""The pure part of the builder, on small statements: agreement, decisions, silence, layout."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from llmcost_hooks.prices.book import PriceBook, Rates
from tools.build_prices import Inputs, build, render
from tools.price_sources import Row, Statement, Tariff, litellm_statements

DAY = date(2026, 11, 22)
LITELLM = "litellm@1"


def rates(**prices: str) -> dict[str, Decimal]:
    return {key: Decimal(price) for key, price in prices.items()}


def tariff(tiers: dict[int, dict[str, Decimal]] | None = None, **prices: str) -> Tariff:
    return Tariff(rates(**prices), tiers or {})


def genai(model: str, *rows: Row, channel: str = "openai", window: int | None = 1000) -> Statement:
    return Statement("genai-prices@1", channel, model, rows, context_window=window)


def litellm(model: str, standard: Tariff, batch: Tariff | None = None, **more: Any) -> Statement:
    return Statement(LITELLM, "openai", model, (Row(None, standard, batch),), max_input_tokens=1000, **more)


def inputs(
    mine: dict[str, Statement],
    theirs: dict[str, Statement],
    archive: dict[str, Statement] | None = None,
    **corrections: Any,
) -> Inputs:
    table = {
        "records_begin": "2025-05-22",
        "archive": {"version": "0.9"},
        "channels": {
            "openai": {"vendor": "OpenAI", "service": "OpenAI API", "url": "https://example.com/prices"},
            "anthropic": {"vendor": "Anthropic", "service": "Claude API", "url": "https://example.com/claude"},
        },
        "exclude": {},
        "not_aliases": {},
        "decisions": [],
        "retired": {},
    }
    return Inputs(mine, theirs, archive or {}, {**table, **corrections}, lambda name: "o200k_base", DAY)


PLAIN = tariff(input="2.50", output="10")
SIMPLE = inputs(
    {"m": genai("m", Row(None, PLAIN, None)), "m-latest": genai("m", Row(None, PLAIN, None))},
    {"m": litellm("m", PLAIN), "m-2026-01-01": litellm("m-2026-01-01", PLAIN)},
)


def standard(value: Inputs, name: str = "m") -> Rates:
    book = PriceBook(render(build(value)))
    row = book.find(name)
    assert row is not None
    offer = book.offer(row, DAY)
    assert offer is not None
    return offer.standard.rates


def decided(take: str, *where: str) -> list[dict[str, Any]]:
    return [{"names": ["m"], "where": list(where), "take": take, "reason": "because"}]


def test_same_inputs_same_bytes() -> None:
    assert render(build(SIMPLE)) == render(build(SIMPLE))
    turned = SIMPLE._replace(genai=dict(reversed(SIMPLE.genai.items())), litellm=dict(reversed(SIMPLE.litellm.items())))
    assert render(build(turned)) == render(build(SIMPLE))


def test_the_whole_small_file() -> None:
    text = render(build(SIMPLE)).decode()
    assert text.startswith('{\n  "schema_version": 1,\n  "db_version": "2026.11.22",\n  "currency": "USD",\n')
    assert '  "valid_until": "2027-01-06T00:00:00Z",\n' in text
    assert '\n  "models": {\n    "m": {"provider": "OpenAI", "input_price_per_mtok": 2.5, ' in text
    assert '\n  },\n  "aliases": {\n    "m-latest": "m"\n  },\n  "revocations": [],\n  "signatures": {\n' in text
    assert json.loads(text)["models"]["m"]["offers"][0]["prices"][0]["standard"]["input"] == "2.5"


def test_one_source_alone_makes_no_model() -> None:
    assert list(build(SIMPLE)["models"]) == ["m"]  # m-2026-01-01 is litellm's only


def test_a_disagreement_without_a_decision_stops_the_build() -> None:
    with pytest.raises(ValueError, match=r"disagree on standard\.input"):
        build(inputs(SIMPLE.genai, {"m": litellm("m", tariff(input="3", output="10"))}))


@pytest.mark.parametrize(("take", "price"), [("genai-prices", Decimal("2.5")), ("litellm", Decimal(3))])
def test_a_decision_takes_one_side(take: str, price: Decimal) -> None:
    theirs = {"m": litellm("m", tariff(input="3", output="10"))}
    assert standard(inputs(SIMPLE.genai, theirs, decisions=decided(take, "standard.input"))).input == price


def test_a_decision_can_be_that_nobody_knows() -> None:
    mine = {"m": genai("m", Row(None, tariff(input="1", output="2", cache_read="0.1"), None))}
    theirs = {"m": litellm("m", tariff(input="1", output="2", cache_read="0.2"))}
    assert standard(inputs(mine, theirs, decisions=decided("unknown", "standard.cache_read"))).cache_read is None


def test_a_decision_that_nothing_asks_for_stops_the_build() -> None:
    with pytest.raises(ValueError, match="no disagreement asks for"):
        build(SIMPLE._replace(corrections={**SIMPLE.corrections, "decisions": decided("litellm", "standard.input")}))


def test_a_model_without_a_standard_price_stops_the_build() -> None:
    half = tariff(input="2.50")
    with pytest.raises(ValueError, match="no standard price"):
        build(inputs({"m": genai("m", Row(None, half, None))}, {"m": litellm("m", half)}))


def test_what_one_source_states_is_taken_and_named() -> None:
    theirs = {"m": litellm("m", tariff(input="2.50", output="10", cache_read="1.25"), tariff(input="1.25", output="5"))}
    row = build(inputs(SIMPLE.genai, theirs))["models"]["m"]["offers"][0]["prices"][0]
    assert row["standard"]["cache_read"] == "1.25"
    assert row["stated_by_one"] == {"standard.cache_read": LITELLM, "batch": LITELLM}


def test_a_model_filed_under_another_does_not_get_its_extras() -> None:
    grouped = genai("m", Row(None, tariff(input="2.50", output="10", cache_read="1"), tariff(input="1", output="5")))
    row = build(inputs({"m-codex": grouped}, {"m-codex": litellm("m-codex", PLAIN)}))["models"]["m-codex"]["offers"][0]
    assert row["prices"][0]["standard"]["cache_read"] is None
    assert row["prices"][0]["variants"] == {}


def test_a_tier_of_one_side_is_a_disagreement() -> None:
    tiered = tariff({200_000: rates(input="5", output="20")}, input="2.50", output="10")
    mine = {"m": genai("m", Row(None, tiered, tariff(input="1", output="5")))}
    theirs = {"m": litellm("m", PLAIN, tariff(input="1", output="5"))}
    with pytest.raises(ValueError, match="disagree on standard>200000"):
        build(inputs(mine, theirs))
    tiers = build(inputs(mine, theirs, decisions=decided("genai-prices", "standard>200000")))
    row = tiers["models"]["m"]["offers"][0]["prices"][0]
    assert [(t["variant"], t["when_input_gt"], t["input"]) for t in row["tiers"]] == [
        ("standard", 200_000, "5"),
        ("batch", 200_000, None),  # nobody says what batch costs up there
    ]
    with pytest.raises(ValueError, match="states no such tier"):
        build(inputs(mine, theirs, decisions=decided("litellm", "standard>200000")))


def test_history_and_future_are_the_word_of_one_source() -> None:
    rows = [
        Row(start, tariff(input=price, output="10"), None)
        for start, price in ((None, "4"), ("2026-01-01", "2.50"), ("2027-01-01", "3"))
    ]
    value = build(inputs({"m": genai("m", *rows)}, {"m": litellm("m", PLAIN)}))
    prices = value["models"]["m"]["offers"][0]["prices"]
    assert [(p["effective_from"], p["source"], p["standard"]["input"]) for p in prices] == [
        ("2025-05-22", "openai-single", "4"),
        ("2026-01-01", "openai-both", "2.5"),
        ("2027-01-01", "openai-single", "3"),
    ]
    assert value["models"]["m"]["input_price_per_mtok"] == 2.5
    assert value["sources"]["openai-both"]["verified_by"] == "genai-prices@1 + litellm@1"
    assert value["sources"]["openai-single"]["verified_by"] == "genai-prices@1"


def test_dated_names_fold_only_where_nothing_differs() -> None:
    names = ["m", "m-2026-01-01", "m-20260202", "m-2024-05-13", "m-latest"]
    mine = {name: genai("m", Row(None, PLAIN, None)) for name in names}
    theirs = {name: litellm(name, PLAIN) for name in names}
    dear = tariff(input="5", output="15")
    mine["m-2024-05-13"] = genai("m-2024-05-13", Row(None, dear, None))
    theirs["m-2024-05-13"] = litellm("m-2024-05-13", dear)
    theirs["m-20260202"] = litellm("m-20260202", PLAIN, retires_at="2026-12-01")  # before the file expires
    theirs["m-2026-01-01"] = litellm("m-2026-01-01", PLAIN, retires_at="2027-02-01")  # after it
    value = build(inputs(mine, theirs))
    assert sorted(value["models"]) == ["m", "m-2024-05-13", "m-20260202"]
    assert value["aliases"] == {"m-2026-01-01": "m", "m-latest": "m"}


def test_excluded_names_and_names_ruled_out_as_aliases() -> None:
    names = ["m", "m-audio", "m-2024-09-12"]
    mine = {name: genai("m", Row(None, PLAIN, None)) for name in names}
    theirs = {name: litellm(name, PLAIN) for name in names[:2]}
    value = build(inputs(mine, theirs, exclude={"audio": "no"}, not_aliases={"m-2024-09-12": "another price"}))
    assert (list(value["models"]), value["aliases"]) == (["m"], {})


def test_a_retired_model_comes_from_the_archive_and_says_so() -> None:
    retired = {
        "claude-3-opus": {"litellm_name": "claude-3-opus-1", "retires_at": "2026-05-01", "aliases": ["claude-3-opus-1"]}
    }
    mine = {
        "m": SIMPLE.genai["m"],
        "claude-3-opus": genai("claude-3-opus-latest", Row(None, PLAIN, None), channel="anthropic"),
    }
    archive = {
        "claude-3-opus-1": litellm("claude-3-opus-1", PLAIN._replace(base={**PLAIN.base, **rates(cache_read="1")}))
    }
    value = build(inputs(mine, {"m": litellm("m", PLAIN)}, archive, retired=retired))
    entry = value["models"]["claude-3-opus"]
    assert entry["lifecycle"] == {"retires_at": "2026-05-01"}
    assert entry["offers"][0]["prices"][0]["standard"]["cache_read"] is None  # the archive's word alone
    assert value["sources"]["anthropic-retired"]["verified_by"] == "genai-prices@1 + litellm@0.9"
    assert value["aliases"] == {
        "claude-3-opus-1": "claude-3-opus",
        "claude-opus-3": "claude-3-opus",
    }


@pytest.mark.parametrize("name", ['m"', "m\\", "m\n", "é", "", " m"])
def test_a_name_that_the_file_cannot_hold_stops_the_build(name: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        build(inputs({name: genai(name, Row(None, PLAIN, None))}, {name: litellm(name, PLAIN)}))


def test_litellm_floats_become_the_decimals_their_author_typed() -> None:
    entry = {
        "litellm_provider": "gemini", "mode": "chat", "input_cost_per_token": 7.5e-08, "output_cost_per_token": 3e-07,
        "input_cost_per_token_above_128k_tokens": 1.5e-07, "input_cost_per_token_batches": 3.75e-08,
        "cache_creation_input_token_cost_above_1hr": 1e-06,
        "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 2e-06,
        "input_cost_per_token_priority": 9.0, "deprecation_date": "2026-01-01", "max_input_tokens": 4096.0,
    }  # fmt: skip
    prices = {
        "gemini/m": entry,
        "x": {"litellm_provider": "azure", "mode": "chat"},
        "e": {**entry, "mode": "embedding"},
    }
    statement = litellm_statements(prices, "1")["m"]
    assert list(litellm_statements(prices, "1")) == ["m"]
    assert statement.rows[0].standard == Tariff(
        rates(input="0.075", output="0.3", cache_write_1h="1"),
        {128_000: rates(input="0.15"), 200_000: rates(cache_write_1h="2")},
    )
    assert statement.rows[0].batch == Tariff(rates(input="0.0375"), {})
    assert (statement.channel, statement.retires_at, statement.max_input_tokens) == ("google", "2026-01-01", 4096)
