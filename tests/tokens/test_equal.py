"""Both ways give tiktoken's number: its own engine as the oracle, and counts frozen from the original rank files."""

from __future__ import annotations

import hashlib
import json
import os
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from llmcost_hooks.tokens.encodings import KNOWN
from tests.tokens.conftest import Ways
from tests.tokens.texts import FRAGMENTS, mixed, noise, prose, reference_texts, runs

REFERENCE = os.path.join(os.path.dirname(__file__), "reference.json")
TEXTS = reference_texts()
pieces_of_text = st.lists(st.sampled_from([part for kind in FRAGMENTS for part in kind]) | st.text(max_size=3))


def assert_equal(ways: Ways, text: str) -> None:
    expected = ways.oracle(text)
    assert ways.table().count(text) == expected
    assert ways.bulk.count(text) == expected


@pytest.mark.parametrize("name", TEXTS)
def test_frozen_counts(ways: Ways, name: str) -> None:
    with open(REFERENCE, encoding="utf-8") as file:
        frozen: dict[str, Any] = json.load(file)[name]
    text = TEXTS[name]
    assert hashlib.sha256(text.encode()).hexdigest() == frozen["sha256"], "the generator has changed: freeze anew"
    assert ways.table().count(text) == frozen[ways.encoding.name]
    assert ways.bulk.count(text) == frozen[ways.encoding.name]


def test_patterns_are_tiktokens(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", lambda *_, **__: {})
    assert KNOWN[ways.encoding.name].pattern == getattr(openai_public, ways.encoding.name)()["pat_str"]


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_text(ways: Ways, text: str) -> None:
    assert_equal(ways, text)


@given(pieces_of_text)
@settings(max_examples=500, deadline=None)
def test_any_mixture(ways: Ways, parts: list[str]) -> None:
    assert_equal(ways, "".join(parts))


def test_many_mixtures(ways: Ways) -> None:
    random = Random(7)
    for _ in range(3000):
        assert_equal(ways, mixed(random, 12))


def test_noise(ways: Ways) -> None:
    random = Random(8)
    for _ in range(40):
        assert_equal(ways, noise(random, 300))


def test_prose_in_many_chunks(ways: Ways) -> None:
    assert_equal(ways, prose(Random(9), 60_000))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 130, 5000])
def test_runs(ways: Ways, size: int) -> None:
    for _, text in runs(size):
        assert_equal(ways, text)


@given(st.text() | pieces_of_text.map("".join))
@settings(max_examples=300, deadline=None)
def test_pieces_joined_are_the_text(ways: Ways, text: str) -> None:
    pieces = ways.splitter.split(text)
    assert "".join(pieces) == text
    assert "" not in pieces
    assert list(ways.splitter.iterate(text)) == pieces
