"""The pure part of the builder, on small statements: agreement, decisions, silence, regions, names, layout."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from llmcost_hooks.prices.book import PriceBook, Rates
from tools.build_prices import render
from tools.price_building import Built, Inputs, build
from tools.price_sources import Row, Statement, Tariff

DAY = date(2026, 11, 22)
LITELLM, GENAI = "litellm@1", "genai-prices@1"
CHANNELS = {
    "openai": {"vendor": "OpenAI", "service": "OpenAI API", "url": "https://example.com/prices"},
    "anthropic": {"vendor": "Anthropic", "service": "Claude API", "url": "https://example.com/claude"},
    "deepseek": {"vendor": "DeepSeek", "service": "API", "url": "https://example.com/d", "cache_mode": "automatic"},
    "azure": {"vendor": "Microsoft", "service": "Azure", "url": "https://example.com/azure"},
    "bedrock": {"vendor": "AWS", "service": "Bedrock", "url": "https://example.com/aws"},
    "groq": {"vendor": "Groq", "service": "Groq", "url": "https://example.com/groq"},
}


def rates(**prices: str) -> dict[str, Decimal]:
    return {key: Decimal(price) for key, price in prices.items()}


def tariff(tiers: dict[int, dict[str, Decimal]] | None = None, **prices: str) -> Tariff:
    return Tariff(rates(**prices), tiers or {})


def row(start: str | None = None, standard: Tariff | None = None, **more: Any) -> Row:
    """`more`: variants as Tariff, and the row's own members."""
    own = {key: more.pop(key) for key in ("windows", "per_request", "weekdays") if key in more}
    return Row(start, {"standard": standard or PLAIN, **more}, **own)


def said(
    source: str, name: str, *rows: Row, channel: str = "openai", region: str | None = None, model: str = "", **more: Any
) -> Statement:
    return Statement(source, channel, name, region, name, model or name, rows or (row(),), **more)


def genai(name: str, *rows: Row, window: int | None = 1000, **more: Any) -> Statement:
    return said(GENAI, name, *rows, context_window=window, **more)


def litellm(name: str, standard: Tariff | None = None, **more: Any) -> Statement:
    variants = {key: more.pop(key) for key in ("batch", "flex", "windows", "weekdays", "per_request") if key in more}
    return said(LITELLM, name, row(None, standard, **variants), **{"max_input_tokens": 1000, "mode": "chat", **more})


PLAIN = tariff(input="2.50", output="10")
CACHED = tariff(input="2.50", output="10", cache_read="1.25")


def inputs(
    mine: list[Statement], theirs: list[Statement], archive: list[Statement] | None = None, **corrections: Any
) -> Inputs:
    table: dict[str, Any] = {
        "records_begin": "2025-05-22",
        "litellm_begins": "2026-11-20",
        "archive": {"version": "0.9", "since": "2025-11-01"},
        "channels": CHANNELS,
        "exclude": [],
        "always_searches": {"names": ["*-search-preview"]},
        "modes": {"*embed*": "embedding"},
        "decisions": [],
        "retired": {},
        "minimums": [],
    }
    a, b, c = ({statement.key: statement for statement in part} for part in (mine, theirs, archive or []))
    return Inputs(a, b, c, {**table, **corrections}, lambda name: "o200k_base", DAY, [])


SIMPLE = inputs([genai("m"), genai("m-latest", model="m", own=False)], [litellm("m")])


def models(value: Inputs | Built) -> dict[str, Any]:
    built = build(value) if isinstance(value, Inputs) else value
    found: dict[str, Any] = built.file["models"]
    return found


def prices(value: Inputs, name: str = "m", offer: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = models(value)[name]["offers"][offer]["prices"]
    return found


def standard(value: Inputs, name: str = "m") -> Rates:
    book = PriceBook(render(build(value).file))
    found = book.find(name)
    offer = found and found.offer(DAY)
    assert offer
    return offer.standard.rates


def decided(take: str, *where: str, **more: Any) -> list[dict[str, Any]]:
    return [{"names": ["m"], "where": list(where), "take": take, "reason": "because", **more}]


def least(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"channels": ["openai"], "names": list(names), "reason": "because", **more}]


# --- the file ----------------------------------------------------------------------------------------------------


def test_same_inputs_same_bytes() -> None:
    assert render(build(SIMPLE).file) == render(build(SIMPLE).file)
    turned = SIMPLE._replace(genai=dict(reversed(SIMPLE.genai.items())), litellm=dict(reversed(SIMPLE.litellm.items())))
    assert render(build(turned).file) == render(build(SIMPLE).file)


def test_the_whole_small_file() -> None:
    text = render(build(SIMPLE).file).decode()
    assert text.startswith('{\n  "schema_version": 1,\n  "db_version": "2026.11.22",\n  "currency": "USD",\n')
    assert '  "valid_until": "2027-01-06T00:00:00Z",\n' in text
    assert '\n  "models": {\n    "m": {"provider": "OpenAI", "developer": "OpenAI", "mode": "chat", ' in text
    assert '\n  },\n  "aliases": {\n    "m-latest": "m"\n  },\n  "revocations": [],\n  "signatures": {\n' in text
    assert json.loads(text)["models"]["m"]["offers"][0]["prices"][0]["standard"]["input"] == "2.5"
    assert "cache_mode" not in text  # the builder's own


@pytest.mark.parametrize("name", ['m"', "m\\", "m\n", "é", "", " m", "m#eu"])
def test_a_name_that_the_file_cannot_hold_stops_the_build(name: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        build(inputs([genai(name)], [litellm(name)]))


# --- agreement and decisions -------------------------------------------------------------------------------------


def test_a_disagreement_without_a_decision_stops_the_build_and_all_are_named() -> None:
    with pytest.raises(ValueError, match=r"standard\.input \(2\.50 / 3\)(.|\n)*standard\.output \(10 / 11\)"):
        build(inputs([genai("m")], [litellm("m", tariff(input="3", output="11"))]))


@pytest.mark.parametrize(("take", "price"), [("genai-prices", Decimal("2.5")), ("litellm", Decimal(3))])
def test_a_decision_takes_one_side(take: str, price: Decimal) -> None:
    theirs = [litellm("m", tariff(input="3", output="10"))]
    assert standard(inputs([genai("m")], theirs, decisions=decided(take, "standard.input"))).input == price


def test_a_decision_can_be_that_nobody_knows() -> None:
    mine = [genai("m", row(None, tariff(input="1", output="2", cache_read="0.1")))]
    theirs = [litellm("m", tariff(input="1", output="2", cache_read="0.2"))]
    assert standard(inputs(mine, theirs, decisions=decided("unknown", "standard.cache_read"))).cache_read is None


def test_who_lost_the_input_price_adds_nothing() -> None:
    mine = [genai("m", row(None, tariff(input="1", output="2"), batch=tariff(input="0.5", output="1")))]
    own, flex = tariff(input="2", output="2", cache_read="0.2"), tariff(input="1", output="1")
    theirs = [litellm("m", own, flex=flex, cache_min_tokens=1024)]
    for take, cached, variants in (
        ("genai-prices", None, ["batch"]),
        ("litellm", "0.2", ["flex"]),
        ("unknown", None, []),
    ):
        found = prices(inputs(mine, theirs, decisions=decided(take, "standard.input")))[0]
        assert (found["standard"].get("cache_read"), list(found["variants"])) == (cached, variants)


def test_a_decision_from_a_day_on_leaves_the_past_alone() -> None:
    theirs = [litellm("m", tariff(input="3", output="10", cache_read="0.3"), cache_min_tokens=1024)]
    found = prices(inputs([genai("m")], theirs, decisions=decided("litellm", "standard.input", since="2026-11-01")))
    assert [(p["effective_from"], p["source"], p["standard"].get("cache_read")) for p in found] == [
        ("2025-05-22", "openai-single", None),
        ("2026-11-01", "openai-both", "0.3"),
    ]


def test_a_decision_may_be_for_some_regions() -> None:
    mine = [genai("bedrock/a.m", channel="bedrock", region=region) for region in (None, "us-gov")]
    theirs = [
        litellm("bedrock/a.m", tariff(input="3", output="10"), channel="bedrock", region=r) for r in (None, "us-gov")
    ]
    rules = [
        {"names": ["bedrock/*"], "regions": ["us-gov"], "where": ["*"], "take": "litellm", "reason": "r"},
        {"names": ["bedrock/*"], "regions": ["none"], "where": ["*"], "take": "genai-prices", "reason": "r"},
    ]
    offers = models(inputs(mine, theirs, decisions=rules))["bedrock/a.m"]["offers"]
    assert [(o["region"], o["prices"][0]["standard"]["input"]) for o in offers] == [(None, "2.5"), ("us-gov", "3")]


@pytest.mark.parametrize("rule", [{"names": ["m", "n"]}, {"where": ["standard.input", "batch"]}, {"regions": ["eu"]}])
def test_a_decision_that_nothing_asks_for_stops_the_build(rule: dict[str, Any]) -> None:
    rules = [{**decided("litellm", "standard.input")[0], **rule}]
    with pytest.raises(ValueError, match=r"no disagreement asks for|disagree"):
        build(inputs([genai("m")], [litellm("m", tariff(input="3", output="10"))], decisions=rules))


def test_what_one_source_states_is_taken_and_named() -> None:
    theirs = litellm("m", CACHED, batch=tariff(input="1.25", output="5"), cache_min_tokens=1024)
    found = prices(inputs([genai("m")], [theirs]))[0]
    assert found["standard"]["cache_read"] == "1.25"
    assert found["stated_by_one"] == {"standard.cache_read": LITELLM, "batch": LITELLM}


def test_a_model_filed_under_another_does_not_get_its_extras() -> None:
    grouped = row(None, tariff(input="2.50", output="10", cache_read="1"), batch=tariff(input="1", output="5"))
    mine = [genai("m", grouped), genai("m-codex", grouped, model="m", own=False)]
    found = prices(inputs(mine, [litellm("m-codex")], minimums=least("m")), "m-codex")[0]
    assert ("cache_read" in found["standard"], found["variants"]) == (False, {})


def test_a_tier_of_one_side_is_a_disagreement() -> None:
    tiered = tariff({200_000: rates(input="5", output="20")}, input="2.50", output="10")
    mine, theirs = [genai("m", row(None, tiered, batch=HALF))], [litellm("m", batch=HALF)]
    with pytest.raises(ValueError, match="disagree on standard>200000"):
        build(inputs(mine, theirs))
    taken = prices(inputs(mine, theirs, decisions=decided("genai-prices", "standard>200000")))[0]["tiers"]
    assert [(t["variant"], t["when_input_gt"], t.get("input")) for t in taken] == [
        ("standard", 200_000, "5"),
        ("batch", 200_000, None),  # nobody says what batch costs up there
    ]
    unknown = prices(inputs(mine, theirs, decisions=decided("unknown", "standard>200000")))[0]["tiers"]
    assert [t.get("input") for t in unknown] == [None, None]
    assert prices(inputs(mine, theirs, decisions=decided("litellm", "standard>200000")))[0]["tiers"] == []


HALF = tariff(input="1.25", output="5")
PEAK = {("01:00", "04:00"): rates(input="5", output="20")}


def test_hours_of_one_side_are_a_disagreement() -> None:
    mine, theirs = [genai("m", row(windows=PEAK))], [litellm("m")]
    with pytest.raises(ValueError, match="disagree on time"):
        build(inputs(mine, theirs))
    hours = prices(inputs(mine, theirs, decisions=decided("genai-prices", "time")))[0]["time_of_day"]
    assert hours == [{"variant": "standard", "utc_from": "01:00", "utc_to": "04:00", "input": "5", "output": "20"}]
    assert "time_of_day" not in prices(inputs(mine, theirs, decisions=decided("litellm", "time")))[0]


def test_weekdays_of_one_side_are_a_disagreement() -> None:
    mine, theirs = [genai("m", row(windows=PEAK))], [litellm("m", windows=PEAK, weekdays=True)]
    with pytest.raises(ValueError, match=r"disagree on time\.weekdays"):
        build(inputs(mine, theirs))
    assert prices(inputs(mine, theirs, decisions=decided("genai-prices", "time.weekdays")))[0]["time_of_day"]


def test_fees_are_compared_each_for_itself() -> None:
    mine = [genai("m", row(per_request=rates(web_search="0.01", file_search="0.0025")))]
    theirs = [litellm("m", per_request=rates(web_search="0.02"))]
    found = prices(inputs(mine, theirs, decisions=decided("litellm", "per_request.web_search")))[0]
    assert found["per_request"] == {"file_search": "0.0025", "web_search": "0.02"}
    name = "m-search-preview"
    always = inputs([genai(name, row(per_request=rates(web_search="0.01")))], [litellm(name)])
    assert prices(always, name)[0]["per_request"] == {"request": "0.01", "web_search": "0.01"}


# --- one source, and dates ---------------------------------------------------------------------------------------


def test_one_source_alone_makes_a_model_that_says_so() -> None:
    value = build(inputs([genai("m")], [litellm("n")]))
    assert {name: m["offers"][0]["prices"][0]["source"] for name, m in models(value).items()} == {
        "m": "openai-single",
        "n": "openai-litellm",
    }
    assert value.file["sources"]["openai-single"]["verified_by"] == GENAI
    assert value.file["sources"]["openai-litellm"]["verified_by"] == LITELLM


def test_what_litellm_alone_says_holds_since_it_was_read_or_since_the_archive_said_it_too() -> None:
    now = litellm("m", batch=HALF)
    starts = [p["effective_from"] for p in prices(inputs([genai("x")], [now]))]
    assert starts == ["2026-11-20"]
    found = prices(inputs([genai("x")], [now], [litellm("m")]))
    assert [(p["effective_from"], list(p["variants"])) for p in found] == [
        ("2025-11-01", []),
        ("2026-11-20", ["batch"]),
    ]
    dearer = litellm("m", tariff(input="3", output="10"))
    assert [p["effective_from"] for p in prices(inputs([genai("x")], [now], [dearer]))] == ["2026-11-20"]


def test_history_and_future_are_the_word_of_one_source() -> None:
    rows = [row(start, tariff(input=price, output="10")) for start, price in DATED]
    value = build(inputs([genai("m", *rows)], [litellm("m")]))
    found = models(value)["m"]["offers"][0]["prices"]
    assert [(p["effective_from"], p["source"], p["standard"]["input"]) for p in found] == [
        ("2025-05-22", "openai-single", "4"),
        ("2026-01-01", "openai-both", "2.5"),
        ("2027-01-01", "openai-single", "3"),
    ]
    assert models(value)["m"]["input_price_per_mtok"] == 2.5
    assert value.file["sources"]["openai-both"]["verified_by"] == f"{GENAI} + {LITELLM}"


DATED = ((None, "4"), ("2026-01-01", "2.50"), ("2027-01-01", "3"))


def test_a_retired_model_comes_from_the_archive_and_says_so() -> None:
    retired = {
        "claude-3-opus": {"litellm_name": "claude-3-opus-1", "retires_at": "2026-05-01", "aliases": ["claude-3-opus-1"]}
    }
    mine = [genai("m"), genai("claude-3-opus", model="claude-3-opus-latest", channel="anthropic")]
    archive = [litellm("claude-3-opus-1", tariff(input="2.50", output="10", cache_read="1"), channel="anthropic")]
    value = build(inputs(mine, [litellm("m")], archive, retired=retired))
    entry = models(value)["claude-3-opus"]
    assert entry["lifecycle"] == {"retires_at": "2026-05-01"}
    assert "cache_read" not in entry["offers"][0]["prices"][0]["standard"]  # the archive's word alone
    assert value.file["sources"]["anthropic-retired"]["verified_by"] == f"{GENAI} + litellm@0.9"
    assert value.file["aliases"] == {"claude-3-opus-1": "claude-3-opus", "claude-opus-3": "claude-3-opus"}


# --- regions, channels, names ------------------------------------------------------------------------------------


def test_regions_are_offers_or_factors_and_their_names_lead_there() -> None:
    theirs = [
        litellm("azure/gpt-m", channel="azure", multipliers=rates(eu="1.1", us="1.1")),
        litellm("azure/gpt-m", tariff(input="3", output="11"), channel="azure", region="eu"),
        litellm("azure/gpt-m", channel="azure", region="global"),
        litellm("bedrock/anthropic.m-v1:0", channel="bedrock", region="us"),
        litellm("bedrock/anthropic.m-v1:0", channel="bedrock", region="us-west-2"),
    ]
    value = build(inputs([genai("x")], theirs))
    offers = models(value)["azure/gpt-m"]["offers"]
    assert [(o["region"], o.get("region_multipliers")) for o in offers] == [(None, {"us": "1.1"}), ("eu", None)]
    assert value.file["aliases"] == {
        "azure/eu/gpt-m": "azure/gpt-m#eu",
        "azure/global/gpt-m": "azure/gpt-m",  # what is bought where no region is named
        "azure/global-standard/gpt-m": "azure/gpt-m",
        "bedrock/us-west-2/anthropic.m-v1:0": "bedrock/anthropic.m-v1:0#us-west-2",
        "bedrock/us.anthropic.m-v1:0": "bedrock/anthropic.m-v1:0#us",
        "us.anthropic.m-v1:0": "bedrock/anthropic.m-v1:0#us",
    }
    assert models(value)["bedrock/anthropic.m-v1:0"]["developer"] == "Anthropic"


def test_a_bare_bedrock_id_at_the_price_of_global_is_unknown() -> None:
    dear = tariff(input="2.75", output="11")
    regions: tuple[tuple[str | None, Tariff], ...] = ((None, PLAIN), ("global", PLAIN), ("us", dear))
    theirs = [litellm("bedrock/a.m", rates_of, channel="bedrock", region=region) for region, rates_of in regions]
    value = build(inputs([genai("x")], theirs))
    assert [offer["region"] for offer in models(value)["bedrock/a.m"]["offers"]] == ["global", "us"]
    assert [out.name for out in value.left_out] == ["bedrock/a.m"]
    assert "a.m" not in value.file["aliases"]
    both = build(inputs([genai("bedrock/a.m", row(None, dear), channel="bedrock")], theirs, decisions=BARE))
    assert models(both)["bedrock/a.m"]["offers"][0]["prices"][0]["standard"]["input"] == "2.75"


BARE = [{"names": ["bedrock/*"], "regions": ["none"], "where": ["standard.*"], "take": "genai-prices", "reason": "r"}]


def test_the_base_model_is_the_developers_own_offer_of_this_name() -> None:
    theirs = [
        litellm("gpt-m"),
        litellm("gpt-m-2026-01-01"),
        litellm("ft:gpt-m-2026-01-01"),
        litellm("azure/gpt-m-2026-01-01", channel="azure"),
        litellm("groq/openai/gpt-m", channel="groq"),
        litellm("groq/other/gpt-m", channel="groq"),
        litellm("deepseek-chat", channel="deepseek"),
        litellm("groq/deepseek-ai/deepseek-chat", channel="groq"),
    ]
    found = {name: m.get("base_model") for name, m in models(inputs([genai("x")], theirs)).items()}
    assert found == {
        "azure/gpt-m-2026-01-01": "gpt-m",
        "deepseek-chat": None,
        "ft:gpt-m-2026-01-01": "gpt-m",
        "gpt-m": None,
        "groq/deepseek-ai/deepseek-chat": None,  # a name that has been several models
        "groq/openai/gpt-m": "gpt-m",
        "groq/other/gpt-m": None,
        "x": None,
    }


def test_dated_names_fold_only_where_nothing_differs() -> None:
    names = ["m", "m-2026-01-01", "m-20260202", "m-2024-05-13", "m-latest"]
    dear = tariff(input="5", output="15")
    mine = {name: genai(name) for name in names} | {"m-2024-05-13": genai("m-2024-05-13", row(None, dear))}
    theirs = {name: litellm(name) for name in names} | {
        "m-2024-05-13": litellm("m-2024-05-13", dear),
        "m-20260202": litellm("m-20260202", retires_at="2026-12-01"),  # before the file expires
        "m-2026-01-01": litellm("m-2026-01-01", retires_at="2027-02-01"),  # after it
    }
    value = build(inputs([*mine.values()], [*theirs.values()]))
    assert sorted(models(value)) == ["m", "m-2024-05-13", "m-20260202"]
    assert value.file["aliases"] == {"m-2026-01-01": "m", "m-latest": "m"}
    assert models(value)["m-2024-05-13"]["lifecycle"] == {"released": "2024-05-13", "retires_at": None}


def test_excluded_names_and_models_that_answer_for_nothing_are_listed() -> None:
    rules = [{"channel": "openai", "names": ["*audio*"], "reason": "sound"}]
    half = tariff(input="1")
    mine = [genai("m"), genai("m-audio"), genai("m-embed", row(None, half)), genai("m-half", row(None, half))]
    value = build(inputs(mine, [litellm("m"), litellm("m-audio")], exclude=rules))
    assert sorted(models(value)) == ["m", "m-embed"]
    assert models(value)["m-embed"]["mode"] == "embedding"
    assert [(out.name, out.reason) for out in value.left_out] == [
        ("m-audio", "sound"),
        ("m-half", "no price of what it answers"),
    ]


def test_every_disagreement_is_remembered_with_its_rule() -> None:
    theirs = [litellm("m", tariff(input="3", output="10"))]
    (asked,) = build(inputs([genai("m")], theirs, decisions=decided("unknown", "standard.input"))).asked
    assert (asked.name, asked.where, asked.genai, asked.litellm, asked.take, asked.rule) == (
        "m", "standard.input", Decimal("2.50"), Decimal(3), "unknown", 0,
    )  # fmt: skip


# --- from how many tokens on a prompt is cached -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "stated", "tokens"),
    [
        (least("m", tokens=1024), None, 1024),
        (least("*", tokens=1024), 512, 1024),
        (least("m", tokens=1024), 2048, 2048),
        (least("m"), 512, 512),
        ([], 512, 512),
        (least("m", tokens=64) + least("*", tokens=1024), None, 64),
    ],
)  # fmt: skip
def test_the_larger_least_length_counts_and_the_first_rule_that_fits(
    rules: list[dict[str, Any]], stated: int | None, tokens: int
) -> None:
    both = [genai("m", row(None, CACHED)), genai("n", row(None, CACHED))]
    theirs = [litellm("m", CACHED, cache_min_tokens=stated), litellm("n", CACHED, cache_min_tokens=1)]
    assert models(inputs(both, theirs, minimums=rules))["m"]["cache"]["min_tokens"] == tokens


def test_a_length_that_nobody_publishes_is_unknown() -> None:
    theirs = [litellm("m", CACHED)]
    assert "cache" not in models(inputs([genai("m", row(None, CACHED))], theirs, minimums=least("m")))["m"]


def test_a_rule_is_of_its_channel() -> None:
    theirs = [litellm("azure/m", CACHED, channel="azure")]
    rules = least("m", tokens=2048, channels=["openai", "azure"])
    with pytest.raises(ValueError, match="minimum 1: openai"):
        build(inputs([genai("m")], theirs, minimums=rules))
    found = models(inputs([genai("m")], theirs, minimums=least("m", tokens=2048, channels=["azure"])))
    assert found["azure/m"]["cache"]["min_tokens"] == 2048


def test_the_largest_length_of_all_regions_counts() -> None:
    theirs = [
        litellm("bedrock/a.m", CACHED, channel="bedrock", region=region, cache_min_tokens=tokens)
        for region, tokens in ((None, 1024), ("eu", 4096), ("us", None))
    ]
    assert models(inputs([genai("m")], theirs))["bedrock/a.m"]["cache"]["min_tokens"] == 4096


def test_a_cached_price_without_a_word_on_the_least_length_stops_the_build() -> None:
    with pytest.raises(ValueError, match="m: from how many tokens on is it cached"):
        build(inputs([genai("m", row(None, CACHED))], [litellm("m", CACHED)]))


def test_a_rule_that_no_model_asks_for_stops_the_build() -> None:
    with pytest.raises(ValueError, match=r"minimum 1: n\b"):
        build(inputs([genai("m", row(None, CACHED))], [litellm("m", CACHED)], minimums=least("m", "n", tokens=1024)))
