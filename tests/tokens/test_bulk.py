"""What bulk.py must keep away from tiktoken's regex engine, and that nothing changes by it."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcost_hooks.tokens.bulk import CHUNK, chunks
from tests.tokens.conftest import Ways
from tests.tokens.texts import mixed, noise, runs


def test_tokens_of_chunks_are_the_tokens_of_the_text(ways: Ways) -> None:
    random = Random(3)
    for _ in range(1500):
        text = mixed(random, 40)
        parts = list(chunks(text, re.compile(ways.splitter.cut), 5))
        assert "".join(parts) == text
        assert [token for part in parts for token in ways.tiktoken.encode_ordinary(part)] == (
            ways.tiktoken.encode_ordinary(text)
        )


@pytest.mark.parametrize("window", [130, 200, 999])
def test_windows_give_the_tokens_of_the_whole_piece(ways: Ways, window: int) -> None:
    random = Random(4)
    texts = [text for _, text in runs(3000)] + [mixed(random, 400) for _ in range(10)] + [noise(random, 900)]
    texts += ["".join(random.choices(letters, k=4000)) for letters in ("ab", "abc ", "etaoin", "中文字典", " \n\t")]
    for text in texts:
        piece = text.encode()
        assert ways.bulk.count_piece(piece, window) == len(ways.tiktoken._encode_single_piece(piece))


@given(st.binary(min_size=1, max_size=60), st.integers(1, 12))
@settings(max_examples=300, deadline=None)
def test_windows_over_any_bytes(ways: Ways, data: bytes, window: int) -> None:
    """Windows shorter than a token: then no border in them holds, and a longer one must be taken."""
    piece = data * 8
    assert ways.bulk.count_piece(piece, window) == len(ways.tiktoken._encode_single_piece(piece))


@pytest.mark.parametrize("unit", ["a", " ", " \n", "中", "!", "\u0301", "7", "aB", "9!", "z\u3000"])
def test_a_text_that_cannot_be_cut(ways: Ways, unit: str) -> None:
    text = unit * (3 * CHUNK // len(unit))
    assert len(list(chunks(text, re.compile(ways.splitter.cut)))) == 1
    assert ways.bulk.count(text) == ways.oracle(text)


def test_a_long_run_within_other_text(ways: Ways) -> None:
    text = "before it, " * 3000 + " " * 50_000 + "x and behind " * 3000
    assert ways.bulk.count(text) == ways.oracle(text)


@pytest.mark.parametrize("tail", ["", "x", "\n", "\nx"])
def test_a_million_spaces(ways: Ways, tail: str, capfd: pytest.CaptureFixture[str]) -> None:
    """tiktoken's own regex engine overflows its stack on these and writes a backtrace to stderr."""
    longest = 128  # spaces in one token
    count = ways.bulk.count(" " * (longest * 9_000) + tail)
    assert count == ways.oracle(" " * (longest * 9) + tail) + 9_000 - 9
    assert capfd.readouterr() == ("", "")
