"""`[prices]` of a manifest: its grammar, and what it makes of the price file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.call_costs import call_cost, call_parts
from llmcost_hooks.errors import ConfigError, PricingError
from llmcost_hooks.manifest import Assumptions, parse_manifest
from llmcost_hooks.models import resolve_model
from llmcost_hooks.prices.offers import Offer, Rates, Tariff, Tier, Window, scaled
from llmcost_hooks.prices.own import OwnRates, laid_over

from .build import BOOK, GPT_4O, MINI, ON, facts, model, price_book
from .owned import own, priced, refused, row, side

# --- the grammar -------------------------------------------------------------------------------------------------


def test_every_part_of_the_table() -> None:
    prices = own(
        """
[prices]
as_of = 2026-06-01
discount = "12.5%"
[prices.override."gpt-4o"]
input = 2.10
batch = { input = "1.00" }
[prices.model."our-finetune"]
base = "gpt-4o-mini"
provider = "Acme"
input = 0.30
output = 1.20
training = 3
[[prices.rows]]
model = "later"
effective_from = "2026-12-01"
output = 0
request = "0.001"
operator = "Ada"
estimated = true
fine_tuned = true
note = "phoned them"
"""
    )
    assert (prices.as_of, prices.discount) == (date(2026, 6, 1), Decimal("0.125"))
    override, private, dated = prices.rates
    assert dict(override.variants) == {
        "standard": Rates(input=Decimal("2.10")), "batch": Rates(input=Decimal("1.00")),
    }  # fmt: skip
    assert (private.model, private.training, private.effective_from) == ("our-finetune", Decimal(3), date.min)
    assert prices.models["our-finetune"] == ("our-finetune", "gpt-4o-mini", "Acme")
    assert dated == OwnRates(
        "later", date(2026, 12, 1), (("standard", Rates(output=Decimal(0))),), None, Decimal("0.001"), True, True,
        "Ada", "phoned them",
    )  # fmt: skip


def test_a_manifest_without_the_table_has_no_prices() -> None:
    assert parse_manifest(b"version = 1").prices is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[prices]\nas_of = 'soon'", 3, 'prices.as_of must be a day such as "2026-06-01"'),
        ("[prices]\nas_of = '2026-02-30'", 3, "prices.as_of must be a day"),
        ("[prices]\nas_of = '2026-06.01'", 3, "prices.as_of must be a day"),
        ("[prices]\ndiscount = 12", 3, 'prices.discount must be a share such as "12%"'),
        ("[prices]\ndiscount = '101%'", 3, "prices.discount must be a share"),
        ("[prices.override.\"gpt-4o\"]\ninput = -1", 3, "prices.override.gpt-4o.input must be a price in USD"),
        ("[prices.override.\"gpt-4o\"]\ninput = nan", 3, "must be a price in USD per million"),
        ("[prices.override.\"gpt-4o\"]\ninput = true", 3, "must be a price in USD per million"),
        ("[prices.override.\"gpt-4o\"]\ninput = '1e3'", 3, "must be a price in USD per million"),
        ("[prices.override.\"gpt-4o\"]\nbase = 'gpt-4'", 3, 'unknown key "base"'),
        ("[prices.override]\ngpt-4o = 3", 3, "prices.override.gpt-4o must be a table"),
        ("[prices.model.x]\nbatch = 3", 3, "prices.model.x.batch must be a table"),
        ("[[prices.rows]]\nmodel = 'x'", 2, "a [[prices.rows]] entry needs effective_from"),
        ("[[prices.rows]]\neffective_from = '2026-01-01'", 2, "a [[prices.rows]] entry needs model"),
        ("[prices]\nrows = {}", 3, "prices.rows must be written as [[prices.rows]]"),
        ("[prices]\nurl = 'https://example.com'", 3, 'unknown key "url" in [prices]'),
        ("[prices]\nkey = 'RW'", 3, 'unknown key "key" in [prices]'),
        (
            "[[prices.rows]]\nmodel = 'x'\neffective_from = 2026-01-01\n" * 2, 5,
            'the prices of "x" from 2026-01-01 are stated twice (first on line 2)',
        ),
        ("[[prompts]]\npath = 'a'\ntime_of_day = '24:00'", 4, "prompts.time_of_day must be a time of the day in UTC"),
        ("[[prompts]]\npath = 'a'\nservice_tier = 'fast'", 4, "must be one of standard, flex, priority"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_grammar_is_an_error_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        own(text)
    assert caught.value.message.startswith(f"llm-cost.toml:{line}: ")
    assert said in caught.value.message


# --- what it makes of the price file ------------------------------------------------------------------------------


def test_a_discount_is_taken_from_listed_prices_and_the_list_cost_stays() -> None:
    found = priced('[prices]\ndiscount = "12%"', model="gpt-4o", output_tokens=100)
    assert found.list_cost == Decimal("0.0035")
    assert found.effective_cost == Decimal("0.0035") * Decimal("0.88")
    assert found.notes == ("gpt-4o: prices less the discount of 12% in llm-cost.toml",)


def test_an_override_is_net_and_what_it_does_not_state_stays_as_listed() -> None:
    text = '[prices]\ndiscount = "50%"\n[prices.override."gpt-4o"]\ninput = 2'
    found = priced(text, model="gpt-4o", output_tokens=100)
    assert found.effective_cost == Decimal("0.002") + Decimal("0.0005")  # output: half of 10 per million
    assert found.list_cost == Decimal("0.0035")
    assert found.notes == ("gpt-4o: prices as stated in llm-cost.toml, the rest less its discount of 50%",)


def test_an_override_does_not_reach_other_ways_to_be_billed() -> None:
    text = '[prices.override."gpt-4o"]\ninput = 100'
    assert priced(text, model="gpt-4o", output_tokens=0, scenario="batch").effective_cost == Decimal("0.00125")
    text += "\nbatch = { input = 1 }"
    assert priced(text, model="gpt-4o", output_tokens=0, scenario="batch").effective_cost == Decimal("0.001")


def test_a_tier_stays_as_it_is_listed() -> None:
    text = "[prices.override.tiered]\ninput = 0.5"
    assert priced(text, model="tiered", output_tokens=0, known=facts(200_000)).effective_cost == Decimal("0.1")
    assert priced(text, model="tiered", output_tokens=0, known=facts(200_001)).effective_cost == Decimal("0.400002")


def test_a_private_model_has_rates_of_its_own_and_its_base_only_counts() -> None:
    text = '[prices.model."ours"]\nbase = "gpt-4"\ninput = 1\noutput = 2'
    found = priced(text, model="ours", output_tokens=1000)
    assert (found.model, found.grade, found.input_tokens) == ("ours", "exact", 1001)  # in cl100k_base
    assert found.effective_cost == found.list_cost == Decimal("0.003001")
    short = refused('[prices.model."ours"]\nbase = "gpt-4"\ninput = 1', model="ours", output_tokens=1000)
    assert short.problem.reason == "ours has no standard price"
    assert refused('[prices.model."ours"]\nbase = "gpt-4"', model="ours").problem.reason.endswith(
        "has no price on 2026-11-22"
    )


def test_a_private_model_without_a_base_is_counted_with_the_widest_band() -> None:
    found = priced('[prices.model."llama"]\ninput = 0\noutput = 0', model="llama", output_tokens=5)
    assert (found.effective_cost, found.grade) == (Decimal(0), "heuristic")


def test_dated_rows_begin_on_their_day_and_the_last_one_wins() -> None:
    text = """
[prices.model.new-model]
base = "gpt-4o"
[[prices.rows]]
model = "new-model"
effective_from = "2026-11-01"
input = 1
output = 1
operator = "Ada"
[[prices.rows]]
model = "new-model"
effective_from = "2026-12-01"
input = 3
estimated = true
"""
    early = refused(text, model="new-model", output_tokens=0, on=date(2026, 10, 31))
    assert early.problem.reason == '"new-model" has no price on 2026-10-31'
    first = priced(text, model="new-model", output_tokens=0, on=date(2026, 11, 30))
    then = priced(text, model="new-model", output_tokens=1000, on=date(2026, 12, 1))
    assert (first.effective_cost, first.price_version, first.price_estimated) == (
        Decimal("0.001"),
        date(2026, 11, 1),
        False,
    )
    assert (then.effective_cost, then.price_version, then.price_estimated) == (
        Decimal("0.004"),
        date(2026, 12, 1),
        True,
    )
    assert "new-model: its price is an estimate, stated by the project" in then.notes
    chosen = priced(text, model="new-model", output_tokens=0, on=date(2027, 1, 1), price_version=date(2026, 11, 1))
    assert chosen.effective_cost == Decimal("0.001")


def test_a_guess_stays_one_until_it_is_restated() -> None:
    guess = OwnRates("m", date(2026, 1, 1), (("standard", Rates(Decimal(1), Decimal(2))),), estimated=True)
    half = OwnRates("m", date(2026, 2, 1), (("standard", Rates(output=Decimal(3))),))
    rest = OwnRates("m", date(2026, 3, 1), (("standard", Rates(input=Decimal(4))),))
    for rows, estimated in (([guess], True), ([guess, half], True), ([guess, half, rest], False), ([half], False)):
        paid = laid_over(None, rows, Decimal(0), "m", "private")
        assert paid is not None and paid.estimated is estimated


def test_a_tier_is_never_below_what_is_stated() -> None:
    text = "[prices.override.tiered]\ninput = 3"
    assert priced(text, model="tiered", output_tokens=0, known=facts(200_001)).effective_cost == Decimal("0.600003")


def test_another_model_has_another_price() -> None:
    entry = Assumptions(model="m", pricing_id="x", price_version=date(2026, 1, 1), fine_tuned=True, calls=5)
    assert Assumptions(model="gpt-4o").over(entry) == Assumptions(model="gpt-4o", calls=5)
    assert Assumptions(calls=6).over(entry) == entry._replace(calls=6)


@pytest.mark.parametrize("day", ["1999-12-31", "0001-01-01"])
def test_a_day_before_all_prices_is_none(day: str) -> None:
    for written in (day, f'"{day}"'):
        with pytest.raises(ConfigError, match="must be a day"):
            own(f'[[prices.rows]]\nmodel = "x"\neffective_from = {written}\ninput = 1')


def test_the_mark_of_an_estimate_reaches_the_total() -> None:
    text = '[prices.model.x]\n[[prices.rows]]\nmodel = "x"\neffective_from = "2026-01-01"\ninput = 1\noutput = 1'
    text += "\nestimated = true"
    assert side(text, model="x", output_tokens=1).price_estimated()
    assert not side(text, model="gpt-4o", output_tokens=1).price_estimated()


def test_a_fine_tuned_row_is_apart_from_the_models_own() -> None:
    text = """
[[prices.rows]]
model = "gpt-4o"
effective_from = "2026-01-01"
input = 7
output = 8
fine_tuned = true
training = 25
"""
    assert priced(text, model="gpt-4o", output_tokens=0).effective_cost == Decimal("0.0025")
    assert priced(text, model="gpt-4o", output_tokens=0, fine_tuned=True).effective_cost == Decimal("0.007")
    alone = refused("", model="gpt-4o", output_tokens=0, fine_tuned=True)
    assert alone.problem.reason == 'no price is known for a fine-tuned "gpt-4o"'


# --- pins and exact rows ------------------------------------------------------------------------------------------


DATED = price_book(
    {
        "m": {
            **model(GPT_4O, since="2026-01-01"),
            "offers": [
                {
                    "channel": "openai",
                    "region": None,
                    "region_multipliers": {"us": "1.1"},
                    "prices": [
                        model(GPT_4O, since="2026-01-01")["offers"][0]["prices"][0],
                        model(MINI, since="2026-06-01")["offers"][0]["prices"][0],
                    ],
                },
                {
                    "channel": "openai",
                    "region": "eu",
                    "prices": model(GPT_4O, since="2026-03-01")["offers"][0]["prices"],
                },
            ],
        },
        "ft:m": model({"input": "3.75", "output": "15"}),
        "regional": {
            **model(GPT_4O),
            "offers": [{"channel": "openai", "region": "eu", "prices": model(GPT_4O)["offers"][0]["prices"]}],
        },
    }
)


@pytest.mark.parametrize(
    ("text", "assumed", "cost"),
    [
        ("", {}, "0.00015"),
        ('[prices]\nas_of = "2026-05-31"', {}, "0.0025"),
        ('[prices]\nas_of = "2026.05.31"', {}, "0.0025"),
        ('[prices]\nas_of = "2026-06-01"', {}, "0.00015"),
        ("", {"price_version": date(2026, 1, 1)}, "0.0025"),
        ("", {"region": "us"}, "0.000165"),
        ("", {"region": "eu"}, "0.0025"),
        ("", {"pricing_id": "m#eu"}, "0.0025"),
        ("", {"fine_tuned": True}, "0.00375"),
        ("", {"model": "ft:m:acme::abc123"}, "0.00375"),
        ("", {"model": "m#us"}, "0.000165"),
    ],
)
def test_a_row_is_selected_by_day_version_region_and_kind(text: str, assumed: dict[str, Any], cost: str) -> None:
    found = priced(text, book=DATED, **{"model": "m", "output_tokens": 0, **assumed})
    assert found.effective_cost == Decimal(cost)


@pytest.mark.parametrize(
    ("text", "assumed", "reason", "hint"),
    [
        (
            '[prices]\nas_of = "2025-12-31"',
            {},
            '"m" has no price on 2025-12-31',
            "rows begin on: 2026-01-01, 2026-06-01",
        ),
        ("", {"price_version": date(2026, 1, 2)}, '"m" has no dated row of 2026-01-02', "2026-01-01, 2026-06-01"),
        ("", {"region": "mars"}, '"m" has no price in the region "mars"', "eu, us"),
        ("", {"model": "regional"}, '"regional" is priced by region, and none is named', 'region = "eu"'),
        ("", {"pricing_id": "M"}, 'no price is known for the model "M"', "Near names"),
        ("", {"pricing_id": "azure/m"}, 'no price is known for the model "azure/m"', "Near names: m"),
        ("", {"model": "regional", "region": "eu", "fine_tuned": True}, 'for a fine-tuned "regional"', ""),
        ("", {"scenario": "batch", "service_tier": "flex"}, "has both scenario batch and a service_tier", "keep one"),
        ("", {"service_tier": "flex"}, "m has no flex price", "prices show m"),
    ],
)
def test_an_unknown_dimension_is_no_price(text: str, assumed: dict[str, Any], reason: str, hint: str) -> None:
    found = refused(text, book=DATED, **{"model": "m", "output_tokens": 0, **assumed})
    assert reason in found.problem.reason
    assert hint in found.problem.hint


def test_a_pricing_id_prices_what_another_name_counts() -> None:
    found = priced("", book=DATED, model="deployment-7", pricing_id="m", output_tokens=0)
    assert (found.model, found.pricing_id, found.effective_cost) == ("m", "m", Decimal("0.00015"))
    counted = priced("", book=DATED, pricing_id="m", output_tokens=0)
    assert counted.effective_cost == Decimal("0.00015")


def test_an_override_means_the_model_by_any_of_its_names() -> None:
    for written in ("gpt-4o", "GPT-4o", "openai/gpt-4o", "gpt 4o"):
        found = priced(f'[prices.override."{written}"]\ninput = 1', model="gpt-4o", output_tokens=0)
        assert found.effective_cost == Decimal("0.001"), written
    other = priced('[prices.override."gpt-4o"]\ninput = 1', model="gpt-4o-mini", output_tokens=0)
    assert other.effective_cost == Decimal("0.00015")


def test_an_override_of_nothing_is_an_error_and_not_silence() -> None:
    with pytest.raises(PricingError, match=r'\[prices.override."gpt-4oo"\] names no model') as caught:
        row('[prices.override."gpt-4oo"]\ninput = 1', model="gpt-4o", output_tokens=0)
    assert "[prices.model." in caught.value.hint


@pytest.mark.parametrize("assumed", [{"region": "mars"}, {"price_version": date(2020, 1, 1)}])
def test_an_override_makes_no_region_and_no_row_known(assumed: dict[str, Any]) -> None:
    text = '[prices.override."m"]\ninput = 1\noutput = 1'
    assert "no price in the region" in (reason := refused(text, book=DATED, model="m", **assumed).problem.reason) or (
        "no dated row" in reason
    )


def test_a_row_of_a_region_holds_there_alone() -> None:
    text = '[[prices.rows]]\nmodel = "m#mars"\neffective_from = "2026-01-01"\ninput = 9\noutput = 9'
    assert priced(text, book=DATED, model="m", region="mars", output_tokens=0).effective_cost == Decimal("0.009")
    assert priced(text, book=DATED, model="m", output_tokens=0).effective_cost == Decimal("0.00015")


def test_a_region_is_part_of_the_pricing_id() -> None:
    assert priced("", book=DATED, model="m", region="eu", output_tokens=0).pricing_id == "m#eu"


# --- laws ---------------------------------------------------------------------------------------------------------

RATE = st.decimals(0, 1000, places=6).map(abs)
SHARE = st.decimals(0, 1, places=6).map(abs)
some_rates = st.builds(Rates, *[st.none() | RATE] * 5)
known_rates = st.builds(Rates, RATE, RATE, RATE, st.none(), st.none())
LISTED = BOOK.find("gpt-4o").offer(ON)  # type: ignore[union-attr]
assert LISTED is not None
BASE: Offer = LISTED
offers = st.builds(
    lambda rates, tier: BASE._replace(variants={"standard": Tariff(rates, (Tier(10, tier),))}), known_rates, known_rates
)


@given(offers, st.lists(some_rates, max_size=4), SHARE)
def test_what_is_stated_last_holds_and_the_rest_is_discounted(
    offer: Offer, stated: list[Rates], discount: Decimal
) -> None:
    rates = [OwnRates("gpt-4o", date(2026, 1, n + 1), (("standard", each),)) for n, each in enumerate(stated)]
    paid = laid_over(offer, rates, discount, "gpt-4o", "OpenAI")
    assert paid is not None
    for n, listed in enumerate(offer.standard.rates):
        last = [each[n] for each in stated if each[n] is not None]
        expected = last[-1] if last else None if listed is None else listed * (1 - discount)
        assert paid.standard.rates[n] == expected
    assert paid.standard.tiers[0].above_input_tokens == 10


@given(offers, SHARE, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 100))
def test_a_scaled_offer_costs_its_share(offer: Offer, factor: Decimal, tokens: int, output: int, percent: int) -> None:
    cached = tokens * percent // 100
    plain, less = (call_cost(each, "standard", tokens, cached, output) for each in (offer, scaled(offer, factor)))
    assert plain is not None and less == plain * factor


@given(st.lists(known_rates, min_size=1, max_size=3), known_rates)
def test_without_a_time_of_day_a_price_is_never_too_low(windows: list[Rates], base: Rates) -> None:
    times = [("00:00", "06:00"), ("06:00", "12:00"), ("22:00", "00:00")]
    offer = BASE._replace(
        variants={"standard": Tariff(base)},
        windows=tuple(Window(*time, "standard", rates) for time, rates in zip(times, windows, strict=False)),
    )
    unknown = call_cost(offer, "standard", 1000, 10, 100)
    for time in ("00:00", "05:59", "06:00", "12:00", "21:59", "22:00", "23:59"):
        known = call_cost(offer, "standard", 1000, 10, 100, time)
        assert known is not None and unknown is not None and known <= unknown


def test_training_is_discounted_too() -> None:
    offer = scaled(BASE._replace(training=Decimal(25), per_request={"request": Decimal(1)}), Decimal("0.88"))
    assert (offer.training, offer.per_request) == (Decimal(22), {"request": Decimal(1)})


def test_a_window_may_reach_into_the_next_day() -> None:
    night = Window("22:00", "02:00", "standard", Rates())
    assert [night.holds(time) for time in ("21:59", "22:00", "23:59", "00:00", "01:59", "02:00")] == [
        False, True, True, True, True, False,
    ]  # fmt: skip


def test_a_fee_of_every_request_is_in_its_input() -> None:
    offer = BASE._replace(per_request={"request": Decimal("0.01"), "web_search": Decimal("0.03")})
    assert call_parts(offer, "standard", 1000, 0, 100) == (Decimal("0.0125"), Decimal("0.001"))


def test_a_private_model_wins_over_the_price_file_and_keeps_its_case() -> None:
    prices = own('[prices.model."GPT-4o"]\ninput = 9\noutput = 9')
    ours, listed = resolve_model("GPT-4o", BOOK, prices), resolve_model("gpt-4o", BOOK, prices)
    assert ours is not None and listed is not None
    assert (ours.row.provider, listed.row.provider) == ("private", "OpenAI")
    assert resolve_model("GPT-4o", BOOK) == listed


def test_assumptions_are_completed_by_the_defaults() -> None:
    below = Assumptions(region="eu", service_tier="flex", time_of_day="01:00")
    assert Assumptions(region="us").over(below) == Assumptions(region="us", service_tier="flex", time_of_day="01:00")
