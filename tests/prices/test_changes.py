"""What differs between two price files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.prices.changes import Change, Changes, Factor, Moved, compare_books
from llmcost_hooks.render.text import render_text
from llmcost_hooks.report_changes import changes_document, changes_report, other_changes

from ..docs.test_schemas import CHECKS
from ..pure.build import DATED, GPT_4O, MINI, ON, model, price_book
from .files import edited


def regional(**rates: str) -> dict[str, Any]:
    value = model(GPT_4O, {"input": "1.25", "output": "5"}, tiers=((1000, {"input": "5", "output": "20"}),))
    value["offers"][0]["region_multipliers"] = {"eu": "1.1"}
    value["offers"][0]["prices"][0]["standard"] = {**GPT_4O, **rates}
    return value


OLD = price_book({"a": regional(), "b": model(MINI), "gone": model(MINI), "free": model({"input": "0", "output": "0"})})
NEW = price_book(
    {
        "a": regional(input="2"),
        "b": model({**MINI, "output": "1.2"}),
        "free": model({"input": "1", "output": "0"}),
        "new": model(MINI),
    }
)


def test_every_rate_that_moves_is_named_where_it_moves() -> None:
    changes = compare_books(OLD, NEW, ON)
    assert (changes.added, changes.removed, changes.models) == (("new",), ("gone",), 5)
    assert changes.changed == (
        Change("a", None, "standard", "input", Decimal("2.5"), Decimal("2")),
        Change("a", "eu", "standard", "input", Decimal("2.75"), Decimal("2.2")),
        Change("b", None, "standard", "output", Decimal("0.6"), Decimal("1.2")),
        Change("free", None, "standard", "input", Decimal("0"), Decimal("1")),
    )


def test_percents_and_what_is_notable() -> None:
    changes = compare_books(OLD, NEW, ON)
    assert [change.percent() for change in changes.changed] == [Decimal(-20), Decimal(-20), Decimal(100), None]
    assert [(change.model, change.rate) for change in changes.notable()] == [("b", "output"), ("a", "input")]
    assert len(changes.notable(1)) == 1


def test_a_file_changes_nothing_in_itself() -> None:
    assert compare_books(OLD, OLD, ON) == Changes()


def test_what_has_not_begun_is_no_change_of_today() -> None:
    later = price_book({"a": model(MINI, since="2027-01-01")})
    now = price_book({"a": model(GPT_4O, since="2027-01-01")})
    assert compare_books(later, now, ON).changed == ()
    assert len(compare_books(later, now, date(2027, 1, 1)).changed) == 3


def test_tiers_are_compared_too() -> None:
    old, new = (price_book({"a": model(GPT_4O, tiers=((1000, {"input": rate}),))}) for rate in ("5", "6"))
    assert compare_books(old, new, ON).changed == (
        Change("a", None, "standard>1000", "input", Decimal("5"), Decimal("6")),
    )


def a_model(**row: Any) -> dict[str, Any]:
    """A model whose one row has these members."""
    value = model(GPT_4O)
    value["offers"][0]["prices"][0].update(row)
    return value


def hours(begin: str, end: str) -> dict[str, Any]:
    return a_model(time_of_day=[{"utc_from": begin, "utc_to": end, "input": "5", "output": "10", "cache_read": "1.25"}])


def multiplied(factor: str) -> dict[str, Any]:
    value = model({"input": "1", "output": None})
    value["offers"][0]["region_multipliers"] = {"eu": factor}
    return value


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (multiplied("1.1"), multiplied("2"), [("eu", "standard", "input", "1.1", "2")]),
        (
            a_model(per_request={"request": "0.01"}),
            a_model(per_request={"web_search": "0.01"}),
            [(None, "per_request", "request", "0.01", None), (None, "per_request", "web_search", None, "0.01")],
        ),
        (a_model(training="25"), a_model(training="3"), [(None, "standard", "training", "25", "3")]),
        (
            a_model(standard={**GPT_4O, "input_audio": "40"}),
            a_model(standard={**GPT_4O, "input_audio": "32"}),
            [(None, "standard", "input_audio", "40", "32")],
        ),
        (
            hours("01:00", "04:00"),
            hours("02:00", "04:00"),
            [(None, "standard@01:00", "input", "5", "2.5")],
        ),
        (
            hours("01:00", "04:00"),
            a_model(),
            [(None, "standard@01:00", "input", "5", "2.5")],
        ),
        (  # a size above which nobody states a price
            a_model(),
            a_model(tiers=[{"variant": "standard", "when_input_gt": 1000, **GPT_4O, "input": None}]),
            [(None, "standard>1000", "input", "2.5", None)],
        ),
        (a_model(variants={"batch": {"input": "1"}}), a_model(), [(None, "batch", "input", "1", None)]),
    ],
)  # fmt: skip
def test_all_that_prices_is_compared(
    old: dict[str, Any], new: dict[str, Any], changed: list[tuple[str | None, ...]]
) -> None:
    changes = compare_books(price_book({"a": old}), price_book({"a": new}), ON)
    found = [(*each[1:4], *(None if price is None else str(price) for price in each[4:])) for each in changes.changed]
    assert (found, changes.models) == (changed, 1)


def dated(*rows: tuple[str, str]) -> dict[str, Any]:
    """A model with rows of input prices, oldest first."""
    value = model(GPT_4O)
    plain = value["offers"][0]["prices"][0]
    value["offers"][0]["prices"] = [{**plain, "effective_from": day, "standard": {"input": rate}} for day, rate in rows]
    return value


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ([("2025-01-01", "1"), ("2026-01-01", "2")], [("2025-01-01", "9"), ("2026-01-01", "2")], (0, ("a",), ())),
        ([("2026-01-01", "2")], [("2026-01-01", "2"), ("2027-01-01", "3")], (0, (), ("a",))),
        ([("2026-01-01", "2"), ("2027-01-01", "3")], [("2026-01-01", "2"), ("2027-02-01", "3")], (0, (), ("a",))),
        ([("2026-01-01", "2")], [("2026-01-01", "2"), ("2026-11-01", "3")], (1, (), ())),
        ([("2026-01-01", "2")], [("2025-01-01", "2")], (0, ("a",), ())),
    ],
)
def test_prices_of_other_days_are_told_apart(
    old: list[tuple[str, str]], new: list[tuple[str, str]], kinds: tuple[int, tuple[str, ...], tuple[str, ...]]
) -> None:
    changes = compare_books(price_book({"a": dated(*old)}), price_book({"a": dated(*new)}), ON)
    assert (len(changes.changed), changes.earlier, changes.later) == kinds
    assert (changes.facts, changes.models) == ((), 1)


def book(models: dict[str, Any], aliases: dict[str, str], factor: str | None = None) -> PriceBook:
    own = {"fine_tuned": {"multiplier": factor, "source": "a test"}} if factor else {}
    channels = {"openai": {"vendor": "OpenAI", "service": "API", **own}}
    return PriceBook(edited(lambda value: value.update(models=models, aliases=aliases, **DATED, channels=channels)))


def test_names_limits_and_factors() -> None:
    """Whatever differs is said by the report, the document, and the summary of an update."""
    plain = model(GPT_4O)
    old = book({"a": plain, "b": plain, "c": model(MINI)}, {"gone": "a", "moves": "a", "stays": "b"}, "1.5")
    new = book({"a": plain, "b": {**plain, "tokenizer": None}}, {"c": "a", "moves": "b#eu", "new": "b", "stays": "b"})
    changes = compare_books(old, new, ON)
    assert changes == Changes(
        removed=("c",),
        facts=("b",),
        moved=(Moved("c", "c", "a"), Moved("gone", "a", None), Moved("moves", "a", "b#eu"), Moved("new", None, "b")),
        factors=(Factor("openai", Decimal("1.5"), None),),
        models=2,
    )
    said = [
        "1 gone",
        "1 with other limits, tokenizer or dates",
        "1 alias more",
        "1 alias gone",
        "2 aliases lead elsewhere",
        "1 factor of fine-tuned models changed",
    ]
    assert other_changes(changes) == said
    names = ["c", "b", "new", "gone", "c (c → a), moves (a → b#eu)", "openai (1.5 → ?)"]
    lines = render_text(changes_report(changes, old, new)).splitlines()
    assert lines[0].endswith(": 0 prices changed")
    assert lines[3:] == [f"note: {what}: {name}" for what, name in zip(said, names, strict=True)]
    document = changes_document(changes, old, new)
    assert list(CHECKS["price-changes"].iter_errors(document)) == []
    assert document["fine_tuned"] == [{"channel": "openai", "old": "1.5", "new": None}]


def test_a_fee_is_no_rate() -> None:
    old, new = (price_book({"a": a_model(per_request={"request": fee})}) for fee in ("0.01", "0.02"))
    changes = compare_books(old, new, ON)
    assert ["a", "fee", "request", "(each)", "$0.01", "$0.02", "+100%"] in [
        line.split() for line in render_text(changes_report(changes, old, new)).splitlines()
    ]
    assert list(CHECKS["price-changes"].iter_errors(changes_document(changes, old, new))) == []
