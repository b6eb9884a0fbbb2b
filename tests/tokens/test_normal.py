"""Normal form C in linear time: the same as Python's own."""

from __future__ import annotations

import sys
import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.tokens import normal
from llmcost_hooks.tokens.normal import nfc
from tests.pace import quiet_seconds

MARKS = [chr(point) for point in range(sys.maxunicode + 1) if unicodedata.combining(chr(point))]
LETTERS = ["a", "\u1ea1", "\u1f82", "\uac00", "\u1100", "\u1161", "\u0f73", "\u0f75", "\u0f81", "\u0344", "中", "\n"]


@given(st.lists(st.tuples(st.sampled_from(LETTERS), st.integers(0, 200), st.randoms(use_true_random=False))))
def test_as_python_has_it(runs: list[tuple[str, int, Random]]) -> None:
    text = "".join(letter + "".join(random.choices(MARKS, k=size)) for letter, size, random in runs)
    assert nfc(text) == unicodedata.normalize("NFC", text)


def test_runs_longer_than_a_block() -> None:
    text = "".join(Random(3).choices(MARKS, k=2_000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(normal, "_BLOCK", 7)
        assert nfc(f"a{text}") == unicodedata.normalize("NFC", f"a{text}")


def test_characters_made_of_marks_are_these() -> None:
    """That are no mark themselves, and would make a run which is not seen."""
    found = [
        char
        for char in map(chr, range(sys.maxunicode + 1))
        if not unicodedata.combining(char) and unicodedata.combining(unicodedata.normalize("NFD", char)[0])
    ]
    assert [char for char in found if not normal._MADE_OF_MARKS.fullmatch(char)] == []


def test_marks_out_of_order_take_no_square() -> None:
    """200,000 marks take Python alone a minute."""
    for unit in ("\u0301\u0323", "\u0345\u0315\u0301\u0334", "\u0f73"):
        text = unit * (200_000 // len(unit))
        assert quiet_seconds(lambda text=text: nfc(text), 1) < 1  # type: ignore[misc]
