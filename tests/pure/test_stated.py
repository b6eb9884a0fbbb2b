"""Which prompt a price of the manifest is the price of: a name stands for an entry and a region, however written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from llmcost_hooks.data import open_data
from llmcost_hooks.errors import ConfigError, ExitCode, PricingError
from llmcost_hooks.estimate import estimate_snapshots
from llmcost_hooks.linking import Facts
from llmcost_hooks.lookup import quoted
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.prices.own import NO_PRICES, OwnPrices, OwnRates
from llmcost_hooks.pricing import PromptEstimate, Unpriced
from llmcost_hooks.snapshot import Selection, Snapshot, make_snapshot
from llmcost_hooks.stated import read_stated

from ..pace import quiet_seconds
from .build import GPT_4O, ON, facts, model, price_book, prompt
from .owned import priced, refused, row

BUNDLED = PriceBook(open_data("prices.json"))
TUNED = "ft:gpt-4.1-nano-2025-04-14"
DAY = date(2026, 11, 26)


def override(name: str, rate: object = 900) -> str:
    return f'[prices.override."{name}"]\ninput = {rate}\noutput = {rate}\n'


def dated(name: str, rate: object = 900, *, since: str = "2026-01-01", more: str = "") -> str:
    rates = f"input = {rate}\noutput = {rate}\n"
    return f'[[prices.rows]]\nmodel = "{name}"\neffective_from = "{since}"\n{rates}{more}\n'


def tuned(name: str, rate: object = 900, **others: Any) -> str:
    return dated(name, rate, **others, more="fine_tuned = true")


def cost(text: str, **assumed: Any) -> Decimal:
    """USD of 1,000 tokens: a rate of 900 is 0.9."""
    return priced(text, **{"book": BUNDLED, "on": DAY, "output_tokens": 0, **assumed}).effective_cost


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        (override("gpt-4o"), {"model": "gpt-4o"}),
        (override("openai/gpt-4o"), {"model": "GPT 4o"}),
        (override("azure/eu/gpt-4o"), {"model": "azure/gpt-4o#eu"}),
        (override("azure/gpt-4o#eu"), {"model": "azure/gpt-4o", "region": "eu"}),
        (override("azure/gpt-4o#eu"), {"pricing_id": "azure/gpt-4o#eu"}),
        (override("azure/gpt-4o"), {"model": "azure/gpt-4o", "region": "eu"}),
        (override(TUNED), {"model": TUNED}),
        (override(TUNED), {"model": TUNED, "fine_tuned": True}),
        (override(TUNED), {"model": "gpt-4.1-nano", "fine_tuned": True}),
        (override("ft:gpt-4o-2024-08-06"), {"model": "gpt-4o-2024-08-06", "fine_tuned": True}),
        (tuned("openai/gpt-4.1-nano"), {"model": "gpt-4.1-nano", "fine_tuned": True}),
        (tuned("gpt-4.1-nano"), {"model": "openai/gpt-4.1-nano", "fine_tuned": True}),
        (tuned("gpt-4.1-nano"), {"model": f"{TUNED}:acme::x1"}),
        (tuned("gpt-5"), {"model": "gpt-5", "fine_tuned": True}),
        (tuned("gpt-5#eu"), {"model": "gpt-5", "fine_tuned": True, "region": "eu"}),
        (override("gpt-4o"), {"model": "x", "pricing_id": "gpt-4o", "fine_tuned": True}),
        (tuned("gpt-4o"), {"model": "x", "pricing_id": "gpt-4o", "fine_tuned": True}),
        (f'[prices.model.x]\nbase = "gpt-4o"\n{tuned("x")}', {"model": "x", "fine_tuned": True, "region": "mars"}),
        (f'[prices.model.x]\nbase = "gpt-4o"\n{dated("x#mars")}', {"model": "x", "region": "mars"}),
        (f'[prices.model.x]\nbase = "gpt-4o"\n{dated("x#mars")}', {"model": "x#mars"}),
        ('[prices.model."a#b"]\nbase = "gpt-4o"\ninput = 900\noutput = 900', {"model": "m", "pricing_id": "a#b"}),
        (f'[prices.model."{"x" * 201}"]\nbase = "gpt-4o"\ninput = 900\noutput = 900', {"model": "x" * 201}),
        (
            '[prices.model."ft:gpt-5:acme::x1"]\nbase = "gpt-5"\ninput = 900\noutput = 900',
            {"model": "ft:gpt-5:acme::x1"},
        ),
    ],
)
def test_a_price_holds_under_every_name_of_its_model(text: str, assumed: dict[str, Any]) -> None:
    assert cost(text, **assumed) == Decimal("0.9")


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        (override("gpt-4o"), {"model": "gpt-4o", "pricing_id": "azure/gpt-4o"}),
        (override("gpt-4o"), {"model": "azure/gpt-4o"}),
        (override("azure/eu/gpt-4o"), {"model": "azure/gpt-4o", "region": "us"}),
        (override("azure/eu/gpt-4o"), {"model": "azure/gpt-4o"}),
        (override("azure/eu/gpt-4o"), {"model": "azure/eu/gpt-4o", "pricing_id": "azure/gpt-4o"}),
        (override("gpt-4.1-nano"), {"model": "gpt-4.1-nano", "fine_tuned": True}),
        (tuned("gpt-4.1-nano"), {"model": "gpt-4.1-nano"}),
        (tuned("gpt-4.1-mini"), {"model": "gpt-4.1-nano", "fine_tuned": True}),
        (tuned("gpt-4.1-nano", since="2027-06-01"), {"model": "gpt-4.1-nano", "fine_tuned": True}),
    ],
)
def test_and_under_no_name_of_another(text: str, assumed: dict[str, Any]) -> None:
    assert cost(text, **assumed) == cost("", **assumed) < Decimal("0.1")


def test_a_partial_price_is_laid_over_the_listed_one_of_a_fine_tuned_model() -> None:
    text = f'[[prices.rows]]\nmodel = "{TUNED}"\neffective_from = "2026-01-01"\ninput = 900\n'
    asked: dict[str, Any] = {"book": BUNDLED, "on": DAY, "model": TUNED, "output_tokens": 1000}
    listed, found = priced("", **asked), priced(text, **asked)
    assert found.effective_cost - found.input_cost == listed.effective_cost - listed.input_cost > 0
    assert (found.input_cost, found.list_cost) == (Decimal("0.9"), listed.list_cost)


# --- regions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["azure/gpt-4o#eu", "azure/eu/gpt-4o"])
def test_a_region_in_a_name_wins_over_the_defaults(name: str) -> None:
    assert cost("", model=name, default_region="us") == cost("", model="azure/gpt-4o", region="eu")
    both = refused("", book=BUNDLED, on=DAY, model=name, region="us").problem
    assert both.code == ExitCode.CONFIG_ERROR
    assert both.reason == f'"{name}" is the model in the region "eu", and region = "us" is another one'
    assert 'region = "eu"' in both.hint
    assert priced("", book=BUNDLED, on=DAY, model=name, region="eu").pricing_id == "azure/gpt-4o#eu"


def test_a_region_in_a_pricing_id_wins_over_everything() -> None:
    asked = {"model": "azure/us/gpt-4o", "pricing_id": "azure/gpt-4o#eu", "region": "us", "default_region": "us"}
    assert priced("", book=BUNDLED, on=DAY, **asked).pricing_id == "azure/gpt-4o#eu"
    elsewhere = {"model": "azure/us/gpt-4o", "pricing_id": "azure/gpt-4o", "default_region": "eu"}
    assert priced("", book=BUNDLED, on=DAY, **elsewhere).pricing_id == "azure/gpt-4o#eu"


def test_the_region_of_the_defaults_is_told_from_a_prompts_own() -> None:
    text = b'version = 1\n[defaults]\nregion = "us"\n[[prompts]]\npath = "a"\nregion = "eu"\n[[prompts]]\npath = "b"'
    manifest = parse_manifest(text)
    files = make_snapshot("", None, manifest, Selection(), {"a": "1", "b": "2"}).files
    assert [(file.assumptions.region, file.assumptions.default_region) for file in files] == [
        ("eu", "us"),
        (None, "us"),
    ]


@pytest.mark.parametrize("parts", [("azure/gpt-4o#eu", "azure/gpt-4o"), ("azure/gpt-4o", "azure/gpt-4o#eu")])
def test_the_price_of_a_region_wins_over_one_without_whatever_the_order(parts: tuple[str, str]) -> None:
    rates = {"azure/gpt-4o#eu": 9, "azure/gpt-4o": 1}
    text = "".join(override(name, rates[name]) for name in parts)
    assert cost(text, model="azure/gpt-4o", region="eu") == Decimal("0.009")
    assert cost(text, model="azure/gpt-4o", region="us") == cost(text, model="azure/gpt-4o") == Decimal("0.001")
    newer = dated("azure/gpt-4o#eu", 9, since="2026-01-01") + dated("azure/gpt-4o", 1, since="2026-06-01")
    assert cost(newer, model="azure/gpt-4o", region="eu") == Decimal("0.009")


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("", {"model": "ft:gpt-4.1-mini-2025-04-14:acme::x1#eu"}),
        ("", {"model": "gpt-4.1-mini#mars", "fine_tuned": True}),
        (tuned("gpt-4.1-mini"), {"model": "gpt-4.1-mini", "fine_tuned": True, "region": "mars"}),
        (tuned("gpt-5"), {"model": "gpt-5", "fine_tuned": True, "region": "mars"}),
        (tuned("claude-opus-5"), {"model": "claude-opus-5", "fine_tuned": True, "region": "mars"}),
        (tuned("gpt-5#eu", since="2027-01-01"), {"model": "gpt-5", "fine_tuned": True, "region": "eu"}),
    ],
)
def test_a_region_where_a_fine_tuned_model_is_not_sold_has_no_price(text: str, assumed: dict[str, Any]) -> None:
    found = refused(text, book=BUNDLED, on=DAY, output_tokens=0, **assumed).problem
    assert "has no price in the region" in found.reason


def test_a_fine_tuned_model_that_nobody_lists_is_sold_where_its_base_is() -> None:
    asked: dict[str, Any] = {"model": "claude-opus-5", "fine_tuned": True, "avg_input_tokens": 1000}
    assert cost(tuned("claude-opus-5"), **asked, region="us") == Decimal("0.9")


# --- layers ------------------------------------------------------------------------------------------------------

TWO_DAYS = price_book(
    {
        "m": {
            **model(GPT_4O, since="2026-10-14"),
            "offers": [
                {
                    "channel": "openai",
                    "region": None,
                    "prices": [
                        model({"input": "1", "output": "1"}, since="2025-01-01")["offers"][0]["prices"][0],
                        model({"input": "2", "output": "2"}, since="2026-10-14")["offers"][0]["prices"][0],
                    ],
                }
            ],
        }
    }
)
LAYERS = (
    '[[prices.rows]]\nmodel = "m"\neffective_from = "2026-01-01"\ninput = 50\n'
    '[[prices.rows]]\nmodel = "m"\neffective_from = "2026-11-01"\noutput = 70\n'
)


@pytest.mark.parametrize(
    ("version", "expected", "shown"),
    [
        (None, "0.120", "2026-11-01"),
        ("2026-11-01", "0.120", "2026-11-01"),
        ("2026-10-14", "0.052", "2026-01-01"),  # listed then, and what was stated until then
        ("2026-01-01", "0.051", "2026-01-01"),
        ("2025-01-01", "0.002", "2025-01-01"),
    ],
)
def test_rows_are_layers_and_a_version_is_the_layers_up_to_it(version: str | None, expected: str, shown: str) -> None:
    asked = date.fromisoformat(version) if version else None
    found = priced(LAYERS, book=TWO_DAYS, model="m", output_tokens=1000, price_version=asked)
    assert (found.effective_cost, found.price_version) == (Decimal(expected), date.fromisoformat(shown))


def test_a_version_is_a_day_on_which_a_row_begins() -> None:
    found = refused(LAYERS, book=TWO_DAYS, model="m", output_tokens=1, price_version=date(2026, 1, 2)).problem
    assert found.hint == "Its dated rows begin on: 2025-01-01, 2026-01-01, 2026-10-14, 2026-11-01."
    undated = refused("[prices.model.x]\ninput = 1", model="x", price_version=date(2026, 1, 2)).problem
    assert (undated.reason, undated.hint) == ('"x" has no dated row of 2026-01-02', "Run: llm-cost prices show x")


def test_what_is_not_stated_is_less_the_discount_and_both_are_said() -> None:
    text = f'[prices]\ndiscount = "12%"\n{override("gpt-4o")}[prices.model.x]\ninput = 1\noutput = 1'
    said = "gpt-4o: prices as stated in llm-cost.toml, the rest less its discount of 12%"
    assert priced(text, model="gpt-4o").notes == (said,)
    assert priced(text, model="x", output_tokens=0).notes[0] == "x: prices as stated in llm-cost.toml"


# --- mistakes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error", "said", "hint"),
    [
        (override("gpt-4oo"), PricingError, '[prices.override."gpt-4oo"] names no model', "Near names: gpt-4o"),
        (dated("gpt-4oo"), PricingError, '[[prices.rows]] model = "gpt-4oo" names no model', "Near names: gpt-4o"),
        (dated("ours"), PricingError, 'model = "ours" names no model', 'needs its table too: [prices.model."ours"]'),
        (dated("ft:gpt-5:acme::x"), PricingError, "names no model", '[prices.model."ft:gpt-5:acme::x"]'),
        ('[prices.model."gpt-4o"]', ConfigError, "is a model of the price file", '[prices.override."gpt-4o"]'),
        ('[prices.model."GPT-4o"]\ninput = 0', ConfigError, "is a model of the price file", "[prices.override."),
        ('[prices.model.x]\nbase = "gpt-4oo"', PricingError, 'base = "gpt-4oo" names no model', "Near names: gpt-4o"),
        ('[prices.model.x]\nbase = "y"\n[prices.model.y]', PricingError, 'base = "y" names no model', "A base is"),
        ('[prices.model.x]\nbase = "x"', PricingError, 'base = "x" names no model', "A base is"),
        (
            dated("gpt-4o") + dated("openai/gpt-4o"), ConfigError,
            'the prices of gpt-4o from 2026-01-01 are stated twice, as "gpt-4o" and as "openai/gpt-4o"', "keep one",
        ),
        (
            override("gpt-4o") + override("GPT 4o"), ConfigError,
            'the prices of gpt-4o are stated twice, as "gpt-4o" and as "GPT 4o"', "keep one",
        ),
        (tuned("gpt-4.1-nano") + dated(TUNED), ConfigError, f"the prices of {TUNED} from", "keep one"),
        (override("azure/eu/gpt-4o") + override("azure/gpt-4o#eu"), ConfigError, "azure/gpt-4o#eu are stated", "keep"),
    ],
)  # fmt: skip
def test_what_would_be_no_price_or_anothers_is_an_error(text: str, error: Any, said: str, hint: str) -> None:
    with pytest.raises(error) as caught:
        row(text, book=BUNDLED, on=DAY, model="gpt-4o-mini", output_tokens=0)
    assert caught.value.message.startswith("llm-cost.toml: ")
    assert said in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        dated("gpt-4o") + dated("openai/gpt-4o", since="2026-01-02"),
        dated("gpt-4o") + tuned("gpt-4o"),
        override("gpt-4o") + dated("gpt-4o"),
        override("azure/gpt-4o") + override("azure/gpt-4o#eu"),
        '[prices.model.x]\nbase = "openai/gpt-4o"\n' + dated("x") + tuned("x"),
    ],
)
def test_what_is_no_mistake(text: str) -> None:
    assert cost(text, model="gpt-4o-mini") == cost("", model="gpt-4o-mini")


def test_what_is_wrong_on_base_alone_is_a_note() -> None:
    sides = []
    for text in (dated("gpt-4oo"), ""):
        manifest = parse_manifest(f"version = 1\n{text}".encode())
        file = prompt(model="gpt-4o", output_tokens=0)._replace(prices=manifest.prices)
        sides.append(Snapshot("side", None, manifest, (file,)))
    known = Facts({("text", "oid of search"): facts()})
    base, head = estimate_snapshots(sides, known, BUNDLED, DAY, force_stale=True)
    assert base.notes == ('llm-cost.toml: [[prices.rows]] model = "gpt-4oo" names no model of the price file',)
    assert head.notes == ()


# --- models of one's own -----------------------------------------------------------------------------------------

BASES = price_book({"base": {**model(GPT_4O), "mode": "audio", "cache": {"min_tokens": 1024, "mode": "automatic"}}})


def test_a_model_of_ones_own_has_the_limits_of_its_base() -> None:
    text = '[prices.model.x]\nbase = "base"\ninput = 1\noutput = 1\ncache_read = 0.1'
    asked: dict[str, Any] = {"scenario": "cached", "cache_hit_ratio": Decimal("0.5"), "output_tokens": 0}
    found = priced(text, book=BASES, model="x", **asked)
    assert found.cached_input_tokens == 0
    assert any("caches prompts of 1,024 tokens and more" in note for note in found.notes)
    assert any("text tokens only" in note for note in found.notes)


def test_a_model_that_is_only_used_in_batches_needs_no_other_price() -> None:
    text = '[prices.model.x]\nbase = "gpt-4o"\nbatch = { input = 1, output = 2 }'
    found = priced(text, model="x", output_tokens=1000, scenario="batch")
    assert found.effective_cost == found.list_cost == Decimal("0.003")
    assert refused(text, model="x", output_tokens=1000).problem.reason == "x has no standard price"
    partial = text.replace(", output = 2", "")
    assert refused(partial, model="x", output_tokens=1, scenario="batch").problem.reason == "x has no batch price"


# --- what is shown to be typed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("gpt-4o", "gpt-4o"),
        ("ft:gpt-5:acme::x", "ft:gpt-5:acme::x"),
        ("$(touch /tmp/x)", "'$(touch /tmp/x)'"),
        ("a'b`id`", "'a'\"'\"'b`id`'"),
        ("azure/gpt-4o#eu", "'azure/gpt-4o#eu'"),
    ],
)
def test_a_name_is_one_word_of_what_is_typed(name: str, word: str) -> None:
    assert quoted(name) == word
    if name not in ("gpt-4o", "azure/gpt-4o#eu"):
        assert refused("", model=name).problem.hint.endswith(f"Or state it: llm-cost prices add {word}")
    hostile = refused(f'[prices.model."{name}"]\ninput = 1', model=name, output_tokens=1) if "$" in name else None
    assert hostile is None or hostile.problem.hint == f"Run: llm-cost prices show {word}"


@pytest.mark.parametrize(
    ("text", "assumed", "hint"),
    [
        ("", {"model": "gpt-5", "fine_tuned": True}, "llm-cost prices add gpt-5 --fine-tuned"),
        ("[prices.model.x]\n" + dated("x", since="2027-01-01"), {"model": "x"}, "Its dated rows begin on: 2027-01-01."),
        ("[prices.model.x]", {"model": "x"}, "State one: llm-cost prices add x"),
        (tuned("gpt-5#eu"), {"model": "gpt-5", "fine_tuned": True}, "llm-cost prices add gpt-5 --fine-tuned"),
        (tuned("gpt-5", since="2027-06-01"), {"model": "gpt-5", "fine_tuned": True}, "rows begin on: 2027-06-01."),
    ],
)
def test_a_hint_is_what_helps(text: str, assumed: dict[str, Any], hint: str) -> None:
    found = refused(text, book=BUNDLED, on=DAY, output_tokens=0, **assumed).problem
    assert found.hint.endswith(hint)


def test_thousands_of_names_are_resolved_in_linear_time() -> None:
    prices = OwnPrices(rates=tuple(OwnRates(f"ft:a{n}:b", fine_tuned=True) for n in range(3000)))
    assert quiet_seconds(lambda: read_stated(prices, BUNDLED), times=1) < 3


def test_nothing_is_stated_where_there_is_no_table() -> None:
    assert read_stated(NO_PRICES, BUNDLED).ids == frozenset()
    assert isinstance(row("", model="gpt-4o", output_tokens=0), PromptEstimate)
    assert isinstance(row("", model="none", on=ON), Unpriced)
