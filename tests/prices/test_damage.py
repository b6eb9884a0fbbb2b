"""A damaged price file is refused with a clear message; it never prices anything."""

from __future__ import annotations

import json

import pytest

from llmcost_hooks.errors import PricingError
from llmcost_hooks.prices.book import PriceBook

from .files import DATA, WHOLE

BOOK = PriceBook(DATA)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"not json",
        DATA[:100],
        DATA[: len(DATA) // 2],
        DATA.replace(b'"schema_version": 1', b'"schema_version": 2'),
        DATA.replace(b'"schema_version": 1,', b'"schema_version": 1'),
        DATA.replace(b'"db_version"', b'"dbversion"'),
        DATA.replace(b'"valid_until": "2027', b'"valid_until": "soon'),
        DATA.replace(b'"verified_at"', b'"verifiedat"'),
        DATA.replace(b'"vendor"', b'"vender"'),
        json.dumps(WHOLE).encode(),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_when_opened(data: bytes) -> None:
    with pytest.raises(PricingError, match="price file cannot be used") as caught:
        PriceBook(data)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"input": "2.5"', b'"input": 2.5'),
        (b'"input": "2.5"', b'"input": "-2.5"'),
        (b'"input": "2.5"', b'"input": "NaN"'),
        (b'"input": "2.5"', b'"input": "Infinity"'),
        (b'"input": "2.5"', b'"input": "two"'),
        (b'"input": "2.5"', b'"input": true'),
        (b'"source": "openai-both"', b'"source": "hearsay"'),
        (b'"effective_from": "2026-10-14"', b'"effective_from": "some day"'),
        (b'"variants": {', b'"variant": {'),
        (b'"provider"', b'"provided"'),
        (b'}]}]}', b'}]}]'),
        (b'"offers": [', b'"offers": ["x", '),
    ],
)  # fmt: skip
def test_a_damaged_model_is_refused_and_no_other(old: bytes, new: bytes) -> None:
    line = next(line for line in DATA.split(b"\n") if line.startswith(b'    "gpt-4o": '))
    assert old in line
    book = PriceBook(DATA.replace(line, line.replace(old, new)))
    with pytest.raises(PricingError, match="price file cannot be used"):
        book.find("gpt-4o")
    assert book.find("o3") == BOOK.find("o3")


def test_a_line_that_holds_no_member_is_refused() -> None:
    book = PriceBook(DATA.replace(b'    "gpt-4o": ', b'   "gpt-4o": '))
    with pytest.raises(PricingError, match="holds no model"):
        list(book.rows())


@pytest.mark.parametrize("target", ['"nothing"', "null", "3", '["gpt-4o"]', '"gpt-4o-2024-11-20"'])
def test_an_alias_that_leads_nowhere_finds_nothing(target: str) -> None:
    changed = DATA.replace(b'"gpt-4o-2024-08-06": "gpt-4o"', b'"gpt-4o-2024-08-06": ' + target.encode())
    assert changed != DATA
    assert PriceBook(changed).find("gpt-4o-2024-08-06") is None
