"""What differs between two price files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from llmcost_hooks.prices.changes import Change, compare_books

from ..pure.build import GPT_4O, MINI, ON, model, price_book


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
    assert compare_books(OLD, OLD, ON) == ((), (), (), 0)


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
