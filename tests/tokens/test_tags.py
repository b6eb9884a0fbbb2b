"""Gemma's tags: no token goes across their ends, so that a text may be counted in parts that end there."""

from __future__ import annotations

import re
from random import Random

from llmcost_hooks.data import open_data, open_table
from llmcost_hooks.tokens import Counter, Encoding
from llmcost_hooks.tokens.bulk import CHUNK, chunks
from llmcost_hooks.tokens.sentencepiece import SentencePieceSplitter

CUT = re.compile(SentencePieceSplitter.cut)


def test_tokens_of_parts_are_the_tokens_of_the_text() -> None:
    counter, random = Counter(Encoding("gemma4", open_table("gemma4"), open_data("classes.bin"))), Random(3)
    units = ["<b>", "</b>", "a", "> </", "</", "<", "x y", ">", " ", "<table>", "\n", "é", "<b", "r>"]
    for size in (5, 37) * 100:
        text = "".join(random.choices(units, k=400))
        parts = list(chunks(text, CUT, size))
        assert len(parts) > 3
        assert sum(counter.count_many(parts)) == sum(counter.count_many([text]))


def test_a_text_of_tags_is_cut() -> None:
    assert max(map(len, chunks("<b>" * CHUNK, CUT))) < CHUNK + 10
