"""The reader of genai-prices, on objects in the shape of that library (which is not installed here)."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tools.price_genai import _named, _rows, is_own
from tools.price_sources import Key


class Equals(SimpleNamespace):
    equals: str

    def is_match(self, name: str) -> bool:
        return name == self.equals


class Contains(SimpleNamespace):
    contains: str

    def is_match(self, name: str) -> bool:
        return self.contains in name


class Or(SimpleNamespace):
    or_: list[Any]

    def is_match(self, name: str) -> bool:
        return any(part.is_match(name) for part in self.or_)


class Model(SimpleNamespace):
    id: str
    match: Any

    def is_match(self, name: str) -> bool:
        return bool(self.match.is_match(name.lower()))


def price(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**{k: Decimal(v) if isinstance(v, str) else v for k, v in values.items()})


def tiered(base: str, start: int, above: str) -> SimpleNamespace:
    return SimpleNamespace(base=Decimal(base), tiers=[SimpleNamespace(start=start, price=Decimal(above))])


def since(day: str) -> SimpleNamespace:
    return SimpleNamespace(start_date=date.fromisoformat(day))


def dated(prices: SimpleNamespace, constraint: object = None) -> SimpleNamespace:
    return SimpleNamespace(prices=prices, constraint=constraint)


def variant(when: dict[str, str], prices: SimpleNamespace, constraint: object = None) -> SimpleNamespace:
    return SimpleNamespace(when=when, prices=prices, constraint=constraint)


def model(name: str, prices: Any, variants: list[Any] | None = None, *names: str) -> Model:
    match = Or(or_=[Equals(equals=n) for n in (name, *names)])
    return Model(id=name, match=match, prices=prices, price_variants=variants)


def test_dates_variants_tiers_and_fees() -> None:
    cheap = price(input_mtok=tiered("1", 1000, "2"), output_mtok="4", web_searches_kcount="10")
    found = _rows(
        model(
            "m",
            [dated(price(input_mtok="2", output_mtok="8")), dated(cheap, since("2026-02-01"))],
            [
                variant({"service_tier": "default"}, price()),
                variant({"processing": "batch"}, price(input_mtok="0.5", output_mtok="2"), since("2026-03-01")),
                variant({"route": "elsewhere"}, price(input_mtok="9")),
            ],
        )
    )
    assert [(row.start, list(row.variants)) for row in found] == [
        (None, ["standard"]),
        ("2026-02-01", ["standard"]),
        ("2026-03-01", ["standard", "batch"]),
    ]
    assert found[1].variants["standard"].tiers == {1000: {"input": Decimal(2)}}
    assert found[1].per_request == {"web_search": Decimal("0.01")}


def test_a_variants_price_that_stays_while_the_standard_price_moves_is_stale() -> None:
    moved = [
        dated(price(input_mtok="2", output_mtok="8")),
        dated(price(input_mtok="1", output_mtok="4"), since("2026-02-01")),
    ]
    found = _rows(model("m", moved, [variant({"processing": "batch"}, price(input_mtok="1", output_mtok="4"))]))
    assert [list(row.variants) for row in found] == [["standard", "batch"], ["standard"]]


def test_hours_belong_to_the_newest_row() -> None:
    hours = SimpleNamespace(start_time=time(1), end_time=time(4))
    found = _rows(
        model(
            "m",
            [
                dated(price(input_mtok="3", output_mtok="3")),
                dated(price(input_mtok="1", output_mtok="1"), since("2026-02-01")),
                dated(price(input_mtok="2", output_mtok="2"), hours),
            ],
        )
    )
    assert [(row.start, dict(row.windows)) for row in found] == [
        (None, {}),
        ("2026-02-01", {("01:00", "04:00"): {"input": Decimal(2), "output": Decimal(2)}}),
    ]


def named(channel: str, models: list[Model], *keys: Key) -> list[tuple[Key, str, bool]]:
    return [(key, found.id, own) for key, found, own in _named(channel, models, list(keys))]


def test_own_apis_take_the_first_model_that_matches() -> None:
    models = [model("m", price(), None, "m-codex"), Model(id="m-", match=Contains(contains="m-"))]
    assert named("openai", models, ("m-2026-01-01", None)) == [
        (("m", None), "m", True),
        (("m-", None), "m-", True),
        (("m-2026-01-01", None), "m-", True),
        (("m-codex", None), "m", False),
    ]


def test_hosts_take_names_that_are_spelled_out_and_no_patterns() -> None:
    models = [model("vendor/m", price(), None, "vendor/m-1"), Model(id="n", match=Contains(contains="n"))]
    found = named("together_ai", models, ("together_ai/Vendor/M", None), ("together_ai/another", None))
    assert found == [
        (("together_ai/Vendor/M", None), "vendor/m", True),
        (("together_ai/Vendor/M", None), "vendor/m", True),
        (("together_ai/vendor/m-1", None), "vendor/m", False),
        (("together_ai/n", None), "n", True),
    ]


def test_bedrock_regions_are_those_that_a_matcher_spells() -> None:
    regional = Model(
        id="regional.anthropic.claude-m-v1:0",
        match=Or(or_=[Equals(equals="anthropic.claude-m"), Contains(contains="us.anthropic.claude-m-v1")]),
    )
    worldwide = Model(id="global.anthropic.claude-m", match=Contains(contains="global.anthropic.claude-m"))
    plain = Model(id="meta.llama-v1:0", match=Contains(contains="meta.llama"))
    keys: list[Key] = [("bedrock/anthropic.claude-m-20260101-v1:0", "eu"), ("bedrock/meta.llama-v1:0", "eu-west-2")]
    name = "bedrock/anthropic.claude-m-20260101-v1:0"
    assert named("bedrock", [regional, worldwide, plain], *keys) == [
        ((name, None), regional.id, True),
        ((name, "us"), regional.id, True),
        ((name, "global"), worldwide.id, True),
        (("bedrock/meta.llama-v1:0", None), plain.id, True),
    ]


def test_claude_on_vertex_is_found_in_both_word_orders() -> None:
    models = [Model(id="claude-4-opus", match=Contains(contains="claude"))]
    keys: list[Key] = [("vertex_ai/claude-opus-4@20250514", None), ("vertex_ai/claude-opus-4-1", None)]
    assert [key for key, _, _ in named("vertex_ai", models, *keys)] == [
        ("vertex_ai/claude-opus-4@20250514", None),
        ("vertex_ai/claude-opus-4", None),
    ]


@pytest.mark.parametrize(
    ("name", "filed_under", "own"),
    [
        ("gpt-5", "gpt-5", True),
        ("gpt-5-2025-08-07", "gpt-5", True),
        ("gpt-5-codex", "gpt-5", False),
        ("claude-3-opus", "claude-3-opus-latest", True),
        ("claude-opus-4", "claude-opus-4-0", True),
    ],
)
def test_a_name_less_its_date_is_the_models_own(name: str, filed_under: str, own: bool) -> None:
    assert is_own(name, filed_under) is own
