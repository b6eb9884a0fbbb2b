"""What-ifs: the nearest cheaper model that could do the same work."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from llmcost_hooks.call_costs import call_cost
from llmcost_hooks.data import open_data
from llmcost_hooks.models import resolve_model
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.prices.own import OwnPrices
from llmcost_hooks.pricing import PromptEstimate
from llmcost_hooks.suggest_model import cheaper_model
from llmcost_hooks.what_if import MODEL, Suggestion

from .build import GPT_4O, MINI, ON, Prices, model, price_book, row
from .owned import own as owned

CHEAP: Prices = {"input": "0.1", "output": "0.1", "cache_read": "0.01"}


def suggested(
    changes: dict[str, Any] | None = None, own: OwnPrices | None = None, **others: dict[str, Any]
) -> str | None:
    """What is suggested for a prompt of 1,000 and 100 tokens on "gpt-4o" where `others` ("gpt_x" is gpt-x) exist."""
    models = {"gpt-4o": model(GPT_4O), **{name.replace("_", "-"): value for name, value in others.items()}}
    prompt = row(cost="3.5", **(changes or {}))
    found = cheaper_model(prompt, price_book(models), ON, own)
    assert found is None or found[:3] == (prompt.prompt_id, MODEL, prompt.model)
    return found.other if found else None


def test_the_saving_is_computed_and_rounded_down() -> None:
    book = price_book({"gpt-4o": model(GPT_4O), "gpt-4o-mini": model(MINI)})
    prompt = row(cost="3.5", calls=1000)  # 1,000 x (1,000 x 2.5 + 100 x 10) / 1e6
    formula = "3.5 - (1000 * 0.15 + 100 * 0.6) / 1000000 * 1000"
    saving = Decimal("3.29")
    assert cheaper_model(prompt, book, ON) == Suggestion(
        "search", MODEL, "gpt-4o", "gpt-4o-mini", saving, Decimal(94), formula
    )


def test_the_nearest_by_name_then_the_cheapest() -> None:
    cheap, cheaper = model(MINI), model(CHEAP)
    assert suggested(gpt_4o_mini=cheap, gpt_5=cheaper) == "gpt-4o-mini"
    assert suggested(gpt_4=cheap, gpt_5=cheaper) == "gpt-5"
    assert suggested(gpt_4o_mini=cheap, gpt_4o_nano=cheaper) == "gpt-4o-nano"
    assert suggested(gpt_5=cheap, o1=cheaper) == "gpt-5"
    assert suggested(gpt_4=cheap, gpt_5=cheap) == "gpt-4"


@pytest.mark.parametrize(
    "other",
    [
        model(GPT_4O),  # as dear
        model({"input": "2.49", "output": "9.98"}),  # less than one percent cheaper
        model({"input": "9", "output": "9"}),
        model(CHEAP, provider="Anthropic"),
        model(CHEAP, tokenizer="cl100k_base"),  # another count
        model(CHEAP, tokenizer=None),
        model(CHEAP, window=1099),
        model(CHEAP, window=None),
        model(CHEAP, longest=99),
        model(CHEAP, retires=ON.isoformat()),
        model(CHEAP, retires="2026-01-01"),
        model(CHEAP, since="2026-11-23"),
        model({"input": "0.1", "output": None}),
        model({"input": None, "output": "0.1"}),
    ],
)
def test_what_is_not_suggested(other: dict[str, Any]) -> None:
    assert suggested(gpt_4o_mini=other) is None


@pytest.mark.parametrize(
    "other",
    [
        model({"input": "2.475", "output": "9.9"}),  # one percent
        model(CHEAP, window=1100, longest=100),
        model(CHEAP, longest=None),
        model(CHEAP, retires="2026-11-23"),
        model(CHEAP, since="2026-11-22"),
    ],
)
def test_what_is_just_good_enough(other: dict[str, Any]) -> None:
    assert suggested(gpt_4o_mini=other) == "gpt-4o-mini"


def test_the_scenario_is_kept() -> None:
    dear: Prices = {"input": "9", "output": "9"}
    batch: Prices = {"input": "0.1", "output": "0.1"}
    assert (
        suggested({"scenario": "batch", "variant": "batch"}, gpt_4o_mini=model(CHEAP)) is None
    )  # it has no batch price
    assert suggested({"scenario": "batch", "variant": "batch"}, gpt_4o_mini=model(dear, batch)) == "gpt-4o-mini"
    cached = {"scenario": "cached", "cached_input_tokens": 500}
    assert suggested(cached, gpt_4o_mini=model({"input": "0.1", "output": "0.1"})) is None
    assert suggested(cached, gpt_4o_mini=model(CHEAP)) == "gpt-4o-mini"


def test_an_unknown_output_is_compared_by_input() -> None:
    other = model({"input": "0.1", "output": None}, window=1000)
    assert suggested({"output_tokens": None, "effective_cost": Decimal("2.5")}, gpt_4o_mini=other) == "gpt-4o-mini"


def test_nothing_stands_in_for_a_fine_tuned_model() -> None:
    assert suggested({"fine_tuned": True}, gpt_4o_mini=model(CHEAP)) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[prices.override."gpt-4o-mini"]\ninput = 9\noutput = 9', None),
        ('[prices.override."gpt-4o-mini"]\ninput = 1\noutput = 1', "gpt-4o-mini"),
        ('[prices.override."gpt-4o-mini"]\ninput = 1\noutput = 1\nestimated = true', None),  # a guess
        ('[prices]\nas_of = "2026-01-01"', None),
    ],
)
def test_a_suggestion_is_priced_at_what_the_project_pays(text: str, found: str | None) -> None:
    dear = model({"input": "9", "output": "9"}, since="2025-01-01")
    both = dear["offers"][0]["prices"] + model(CHEAP, since="2026-06-01")["offers"][0]["prices"]
    dear["offers"][0]["prices"] = both
    assert suggested(own=owned(text), gpt_4o_mini=dear) == found


def test_what_costs_nothing_has_nothing_to_save() -> None:
    assert suggested({"effective_cost": Decimal(0)}, gpt_4o_mini=model(CHEAP)) is None


def test_a_model_that_is_not_known_has_no_kin() -> None:
    assert suggested({"model": "nonsense"}, gpt_4o_mini=model(CHEAP)) is None


def test_every_suggestion_of_the_bundled_prices_is_true() -> None:
    book = PriceBook(open_data("prices.json"))
    seen = 0
    for each in (one for channel in ("openai", "anthropic", "google") for one in book.rows(channel)):
        known, offer = resolve_model(each.id, book), each.offer(ON)
        if known is None or offer is None or (cost := call_cost(offer, "standard", 1000, 0, 100)) is None:
            continue
        prompt: PromptEstimate = row(cost=cost, model=each.id, calls=1)
        found = cheaper_model(prompt, book, ON)
        if found is None:
            continue
        other = resolve_model(found.other, book)
        assert other is not None
        other_offer = other.row.offer(ON)
        assert other_offer is not None
        assert other.row.channel == each.channel
        assert other.id != each.id
        assert (other.encoding, other.ratios, other.grade) == (known.encoding, known.ratios, known.grade)
        assert other.row.retires_at is None or other.row.retires_at > ON
        other_cost = call_cost(other_offer, "standard", 1000, 0, 100)
        assert other_cost is not None
        assert 1 <= found.saving_percent <= 100 * (cost - other_cost) / cost < found.saving_percent + 1
        seen += 1
    assert seen > 20
