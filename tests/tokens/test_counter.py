"""Counter: which way it goes, what it refuses, what it leaves unloaded."""

from __future__ import annotations

import subprocess
import sys
from random import Random

import pytest

from llmcost_hooks.tokens import Counter, Encoding, counter
from llmcost_hooks.tokens.encodings import CORE
from tests.tokens.conftest import Ways, open_encoding
from tests.tokens.texts import mixed, noise, prose


def test_empty(ways: Ways) -> None:
    assert Counter(ways.encoding).count("") == 0
    assert ways.bulk.count("") == 0
    assert Counter(ways.encoding).count_many([]) == []


def test_many_texts_in_order(ways: Ways) -> None:
    random = Random(1)
    texts = [mixed(random, 30) for _ in range(50)]
    assert Counter(ways.encoding).count_many(texts) == [ways.oracle(text) for text in texts]


def test_small_texts_are_counted_by_the_table(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)  # importing it now fails
    text = prose(Random(2), 700)
    assert Counter(ways.encoding).count(text) == ways.oracle(text)


def test_much_text_is_counted_in_bulk(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter, "BULK", 5_000)
    random = Random(3)
    texts = [prose(random, 300) for _ in range(5)]
    expected = [ways.oracle(text) for text in texts]
    assert Counter(ways.encoding).count_many(texts) == expected
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    with pytest.raises(ImportError):
        Counter(ways.encoding).count_many(texts)


def test_a_spent_budget_turns_to_bulk(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter, "MERGE_BUDGET", 500)
    random = Random(4)
    texts = [noise(random, 40) for _ in range(40)]
    both = Counter(ways.encoding)
    assert [both.count(text) for text in texts] == [ways.oracle(text) for text in texts]
    assert ways.table(budget=3).count("\U0010fffe") is None
    assert ways.table(budget=0).count("the") == 1


@pytest.mark.parametrize("bulk", [1, 10_000_000])
def test_lone_surrogates(ways: Ways, bulk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter, "BULK", bulk)
    with pytest.raises(ValueError, match="character 7 is a lone surrogate") as caught:
        Counter(ways.encoding).count("secret \ud800 text")
    assert not isinstance(caught.value, UnicodeError)
    assert "secret" not in repr(caught.value.__cause__ or caught.value.__context__)


def test_unknown_encoding(ways: Ways) -> None:
    with pytest.raises(ValueError, match="unknown encoding 'gpt2'; known: o200k_base, cl100k_base, "):
        Counter(ways.encoding._replace(name="gpt2"))


HEADER = b"LCT1" + (1).to_bytes(4, "little") + (4).to_bytes(4, "little") + (3).to_bytes(4, "little")
BODY = bytes(16) + bytes(4) + (3).to_bytes(4, "little") + b"abc"


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"LCT1",
        b"LCT0" + (HEADER + BODY)[4:],
        HEADER + BODY[:-1],
        HEADER + BODY + b"d",
        HEADER[:8] + (3).to_bytes(4, "little") + HEADER[12:] + BODY[4:],  # slots: no power of two
        HEADER[:4] + (4).to_bytes(4, "little") + HEADER[8:] + BODY + bytes(12),  # no empty slot
    ],
)
def test_damaged_table(table: bytes) -> None:
    encoding = open_encoding("o200k_base")
    with pytest.raises(ValueError, match="damaged token table"):
        Counter(encoding._replace(table=memoryview(table)))


@pytest.mark.parametrize("classes", [b"", b"LCC1", b"LCC1\1\0\0\0", b"LCC0\0\0\0\0"])
def test_damaged_classes(classes: bytes) -> None:
    encoding = open_encoding("o200k_base")
    with pytest.raises(ValueError, match="damaged character classes"):
        Counter(encoding._replace(classes=memoryview(classes)))


def test_a_whole_table_is_accepted() -> None:
    tiny = Encoding("o200k_base", memoryview(HEADER + BODY), memoryview(b"LCC1" + bytes(4)))
    assert Counter(tiny).count("a") == 1


COLD = """
import sys
def forbid(event, args):
    if event.startswith("socket."):
        raise SystemExit(f"network: {event}")
sys.addaudithook(forbid)
from llmcost_hooks.data import open_data
from llmcost_hooks.tokens import Counter, Encoding
counter = Counter(Encoding(sys.argv[1], open_data(sys.argv[1] + ".tbl"), open_data("classes.bin")))
text = ("Answer in \\u4e2d\\u6587, na\\u00efve reader! " * 200)[:4096]
print(counter.count(text))
print(sorted({"tiktoken", "regex", "requests", "urllib3", "heapq", "unicodedata"} & set(sys.modules)))
print(counter.count_many([text] * 400) == [counter.count(text)] * 400, "tiktoken" in sys.modules)
"""


@pytest.mark.parametrize("name", CORE)
def test_cold_process_loads_little_and_opens_no_socket(name: str) -> None:
    result = subprocess.run([sys.executable, "-c", COLD, name], capture_output=True, text=True, check=False)
    assert result.stderr == ""
    count, loaded, bulk = result.stdout.splitlines()
    assert int(count) > 500
    assert loaded == "[]"
    assert bulk == "True True"
