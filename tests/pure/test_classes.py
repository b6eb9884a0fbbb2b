"""The classes of a text: whole percents, and what plain examples of each class are taken for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.prompts.classes import ALL_PROSE, CLASSES, mix_of

from ..tokens.texts import SCRIPTS

ROOT = Path(__file__).parents[2]
PROSE = "Answer the customer in the language of the question. Never promise a date, and say where you do not know. "
CODE = """def price(row):
    if row.rate is None:
        return None
    return row.tokens * row.rate["input"] / 1e6
"""
DATA = json.dumps([{"id": n, "name": f"item {n}", "prices": [n * 1.5, n * 2.5]} for n in range(20)], indent=2)


def main_class(*texts: str) -> tuple[str, int]:
    mix = mix_of(texts)
    percent = max(mix)
    return CLASSES[mix.index(percent)], percent


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (PROSE * 5, "prose"),
        ("Hãy trả lời câu hỏi của khách hàng một cách ngắn gọn và lịch sự.", "prose"),
        ("Beantworte die Frage höflich und kurz, und nenne keine Preise.", "prose"),
        (CODE * 5, "code"),
        (DATA, "structured"),
        ("```python\nplain words\n```\n", "code"),
        ("```json\nplain words\n```\n", "structured"),
        ("```\nplain words of an example\n```\n", "prose"),
        *((SCRIPTS[script], "cjk") for script in ("chinese", "japanese", "korean")),
        *((SCRIPTS[script], "other") for script in ("greek", "cyrillic", "arabic", "hindi", "thai")),
    ],
)
def test_plain_examples(text: str, name: str) -> None:
    assert main_class(text) == (name, 100)


def test_files_of_this_repository() -> None:
    sources = [path.read_text() for path in (ROOT / "tests/git").glob("*.py")]
    schemas = [path.read_text() for path in (ROOT / "llmcost_hooks/data").glob("*.schema.json")]
    assert main_class(*sources)[0] == "code"
    name, share = main_class(*schemas)
    assert name == "structured" and share >= 99
    assert main_class((ROOT / "LICENSE").read_text()) == ("prose", 100)


def test_a_mixed_text_has_a_share_of_each() -> None:
    text = f"{PROSE * 4}\n\n```python\n{CODE * 2}```\n\n```json\n{DATA[:600]}\n```\n"
    mix = dict(zip(CLASSES, mix_of((text,)), strict=True))
    assert all(mix[name] > 10 for name in ("prose", "code", "structured"))
    assert mix["cjk"] == mix["other"] == 0
    both = mix_of((SCRIPTS["chinese"] * 3 + "\n\n" + PROSE,))
    assert both[0] > 20
    assert both[3] > 20


@given(st.lists(st.text(st.characters(exclude_categories=[])), max_size=4))
def test_percents_of_any_texts_are_100_together(texts: list[str]) -> None:
    mix = mix_of(texts)
    assert sum(mix) == 100
    assert min(mix) >= 0
    assert len(mix) == len(CLASSES)


@pytest.mark.parametrize("texts", [(), ("",), (" \n\t",)])
def test_of_nothing_is_prose(texts: tuple[str, ...]) -> None:
    assert mix_of(texts) == ALL_PROSE


@pytest.mark.parametrize("text", ["\n\n{" * 200_000, "\n```json\n{" * 100_000])
def test_a_text_of_many_blocks_is_looked_at_as_a_whole(text: str) -> None:
    assert main_class(text) in (("structured", 100), ("code", 100))
