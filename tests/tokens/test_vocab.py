"""The encodings whose tables come with llmcost-hooks-vocab: counts of other implementations, frozen, and laws."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcost_hooks import data, facts
from llmcost_hooks.data import available, open_data, open_table
from llmcost_hooks.errors import ConfigError
from llmcost_hooks.facts import count_tokens, load_encoding
from llmcost_hooks.prompts import FACTS_VERSION
from llmcost_hooks.tokens import KNOWN, Counter, Encoding, bulk, counter, sentencepiece
from llmcost_hooks.tokens.bulk import Bulk, chunks
from llmcost_hooks.tokens.encodings import CORE
from llmcost_hooks.tokens.sentencepiece import TAGS
from llmcost_hooks.tokens.split import make_splitter
from llmcost_hooks.tokens.table import Ranks
from llmcost_hooks.tokens.table_counter import TableCounter
from tests.tokens.conftest import UNLIMITED
from tests.tokens.texts import FRAGMENTS, mixed, noise, prose, reference_texts, runs

if TYPE_CHECKING:
    from llmcost_hooks.tokens.split import AnySplitter

ALIASES = {"o200k_harmony": "o200k_base", "gemma3": "gemma4"}
FAMILIES = tuple(name for name in KNOWN if name not in CORE and name not in ALIASES)
TEXTS = reference_texts()
with open(os.path.join(os.path.dirname(__file__), "vocab_reference.json"), encoding="utf-8") as file:
    FROZEN: dict[str, dict[str, Any]] = json.load(file)
COUNTED = {
    "o200k_base": "ab0ca803",
    "cl100k_base": "8548093a",
    "o200k_harmony": "8cb7905b",
    "p50k_base": "2ccb726a",
    "r50k_base": "be79c891",
    "llama3": "2704f71e",
    "llama4": "83459a00",
    "qwen": "30e9e650",
    "tekken": "b4aa8012",
    "deepseek_v3": "bab2548b",
    "gemma4": "0488fcc0",
    "gemma3": "0488fcc0",
    "kimi_k2": "eebef3e8",
}

TAGGED = [
    *TAGS,
    "<b",
    "</",
    ">",
    "> </",
    ">  </",
    "\u2581",
    "\u2581\u2581",
    "\U000e0fff",
    "\n" * 32,
    " " * 33,
    "\t" * 32,
]
fragments = st.lists(st.sampled_from([part for kind in [*FRAGMENTS, TAGGED] for part in kind]) | st.text(max_size=3))


class Family(NamedTuple):
    name: str
    ranks: Ranks
    splitter: AnySplitter
    bulk: Bulk

    def table(self, text: str) -> int | None:
        return TableCounter(self.ranks, self.splitter, UNLIMITED).count(self.splitter.prepare(text))


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest) -> Family:
    ranks = Ranks(open_table(request.param))
    splitter = make_splitter(KNOWN[request.param], open_data("classes.bin"), ranks)
    return Family(request.param, ranks, splitter, Bulk(KNOWN[request.param], ranks, splitter))


def assert_equal(family: Family, text: str) -> None:
    assert family.table(text) == family.bulk.count(family.splitter.prepare(text)), ascii(text[:300])


def test_frozen_counts(family: Family) -> None:
    for name, text in TEXTS.items():
        frozen = FROZEN[name]
        assert hashlib.sha256(text.encode()).hexdigest() == frozen["sha256"], "the generator has changed: freeze anew"
        assert family.table(text) == frozen[family.name], name
        assert family.bulk.count(family.splitter.prepare(text)) == frozen[family.name], name


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_aliases(alias: str, name: str) -> None:
    assert KNOWN[alias].table == KNOWN[name].table
    for text in TEXTS.values():
        assert count_tokens(text, alias) == count_tokens(text, name)


def test_frozen_counts_of_an_alias() -> None:
    """Gemma 3 was counted with its own file."""
    assert all(frozen["gemma3"] == frozen["gemma4"] for frozen in FROZEN.values())


@given(fragments)
@settings(max_examples=60, deadline=None)
def test_both_ways_are_equal(family: Family, parts: list[str]) -> None:
    assert_equal(family, "".join(parts))


def test_both_ways_are_equal_on_mixtures_noise_and_runs(family: Family) -> None:
    random = Random(7)
    for _ in range(150):
        assert_equal(family, mixed(random, 12))
        assert_equal(family, "".join(random.choices(TAGGED, k=6)) + mixed(random, 2))
    for _ in range(5):
        assert_equal(family, noise(random, 300))
    for size in (3, 64, 700):
        for _, text in runs(size):
            assert_equal(family, text)


def test_texts_that_cannot_be_cut(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 500)
    for unit in ("a", " ", "中", "> </", "\u0301", "<b>", "\U000e0fff"):
        assert_equal(family, unit * (6_000 // len(unit)))


@given(fragments)
@settings(max_examples=60, deadline=None)
def test_tokens_of_chunks_are_the_tokens_of_the_text(family: Family, parts: list[str]) -> None:
    text = family.splitter.prepare("".join(parts))
    cut = list(chunks(text, re.compile(family.splitter.cut), 2))
    assert "".join(cut) == text
    assert sum(family.table(part) or 0 for part in cut) == family.table(text)


@given(fragments)
@settings(max_examples=60, deadline=None)
def test_pieces_joined_are_the_text(family: Family, parts: list[str]) -> None:
    text = family.splitter.prepare("".join(parts))
    pieces = family.splitter.split(text)
    assert "".join(pieces) == text
    assert "" not in pieces
    assert list(family.splitter.iterate(text)) == pieces


def test_every_token_is_found(family: Family) -> None:
    assert all(family.ranks.look_up(token) == rank for rank, token in enumerate(family.ranks.vocabulary()))


def test_a_counter_turns_to_bulk(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter, "MERGE_BUDGET", 500)
    random = Random(4)
    texts = [noise(random, 40) for _ in range(40)]
    assert Counter(load_encoding(family.name)).count_many(texts) == [family.table(text) for text in texts]


def test_qwen_counts_the_composed_form() -> None:
    text = "Cafe\u0301 a\u0300 la carte \u1100\u1161"
    assert count_tokens(text, "qwen") == count_tokens(unicodedata.normalize("NFC", text), "qwen")
    assert count_tokens(text, "llama3") > count_tokens(unicodedata.normalize("NFC", text), "llama3")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("<table>", 1),
        ("</b> <b>", 3),
        ("> </", 1),
        ("> </b>", 3),
        (" " * 31, 1),
        (" " * 62, 2),
        ("  the", 2),
        ("2026", 4),
        ("\U000e0fff", 4),  # not in the vocabulary: a token a byte
        ("\u2581the", 1),
        (" the", 1),
    ],
)
def test_gemma(text: str, tokens: int) -> None:
    assert count_tokens(text, "gemma3") == tokens


def test_a_table_is_called_by_its_hash() -> None:
    for name in FAMILIES:
        digest = hashlib.sha256(open_table(name)).hexdigest()
        assert KNOWN[name].table == f"{name}-{digest[:8]}"


def test_every_table_is_of_some_encoding_and_has_its_notice() -> None:
    folder = Path(data.__file__).parents[2] / "vocab"
    tables = {path.stem for path in (folder / "llmcost_hooks_vocab").glob("*.tbl")}
    assert tables == {KNOWN[name].table for name in FAMILIES}
    notice = (folder / "NOTICE").read_text(encoding="utf-8")
    named = {name for line in notice.splitlines() for name in line.split(", ") if name in KNOWN}
    assert named == set(FAMILIES)
    for path in (folder / "licenses").iterdir():
        assert f"licenses/{path.name}" in notice


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", ["", str(tmp_path / "missing"), str(tmp_path)])
    (tmp_path / "other-1.dist-info").mkdir()
    (tmp_path / "bad-1.dist-info").mkdir()
    (tmp_path / "bad-1.dist-info" / "entry_points.txt").write_bytes(b"\xff")
    (tmp_path / "plain-1.dist-info").mkdir()
    (tmp_path / "plain-1.dist-info" / "entry_points.txt").write_text("[console_scripts]\nx = y:z\n")
    data._place.cache_clear()
    data._folders.cache_clear()
    try:
        assert available("o200k_base")
        assert available("o200k_harmony")
        assert not available("llama3")
        with pytest.raises(ValueError, match="llama3 is not installed; it comes with the package llmcost-hooks-vocab"):
            count_tokens_of_new_process("llama3")
        with pytest.raises(ValueError, match="unknown encoding 'gpt2'"):
            available("gpt2")
    finally:
        data._place.cache_clear()
        data._folders.cache_clear()


def count_tokens_of_new_process(name: str) -> int:
    """`count_tokens` remembers counters."""
    return Counter(load_encoding(name)).count("x")


def test_another_package_with_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several entry points, other sections around ours, and a table that the first folder does not have."""
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / f"{KNOWN['llama3'].table}.tbl").write_bytes(open_table("llama3"))
    (tmp_path / "two_tables.py").write_text(f"FOLDER = {str(folder)!r}\n")
    (tmp_path / "no_tables.py").write_text(f"FOLDER = {str(tmp_path)!r}\n")
    (tmp_path / "two-1.dist-info").mkdir()
    (tmp_path / "two-1.dist-info" / "entry_points.txt").write_text(
        "[a]\nb = c\n\n[llmcost_hooks.vocab]\nfirst = no_tables\nsecond = two_tables\n\n[z]\ny = x\n"
    )
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    data._place.cache_clear()
    data._folders.cache_clear()
    try:
        assert data._folders() == (str(tmp_path), str(folder))
        assert available("llama3")
        assert not available("llama4")
        assert Counter(load_encoding("llama3")).count(prose(Random(1), 50)) > 50
    finally:
        data._place.cache_clear()
        data._folders.cache_clear()


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where Llama 3's table of an installed package of our group lies, and no other is installed."""
    package = tmp_path / "their_tables"
    package.mkdir()
    (package / "__init__.py").write_text("import os\nFOLDER = os.path.dirname(os.path.abspath(__file__))\n")
    (tmp_path / "their-1.dist-info").mkdir()
    (tmp_path / "their-1.dist-info" / "entry_points.txt").write_text("[llmcost_hooks.vocab]\na = their_tables\n")
    table = package / f"{KNOWN['llama3'].table}.tbl"
    table.write_bytes(open_table("llama3"))
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "their_tables", raising=False)
    data._place.cache_clear()
    data._folders.cache_clear()
    yield table
    sys.modules.pop("their_tables", None)
    data._place.cache_clear()
    data._folders.cache_clear()


@pytest.mark.parametrize("damage", ["empty", "cut off", "one bit", "no empty slot", "another's"])
def test_a_damaged_table_counts_nothing(packaged: Path, damage: str) -> None:
    """Some of these would make a wrong count that is called exact, or look for an empty slot for ever."""
    whole = packaged.read_bytes()
    slots = 4 * int.from_bytes(whole[8:12], "little")
    made = {
        "empty": b"",
        "cut off": whole[:100_000],
        "one bit": whole[:-1] + bytes([whole[-1] ^ 1]),
        "no empty slot": whole[:16] + (5).to_bytes(4, "little") * (slots // 4) + whole[16 + slots :],
        "another's": bytes(open_data("cl100k_base.tbl")),
    }
    assert Counter(load_encoding("llama3")).count("Hello") == 1
    packaged.write_bytes(made[damage])
    with pytest.raises(ConfigError, match="The token table of llama3 is damaged") as caught:
        load_encoding("llama3")
    assert caught.value.hint == "Reinstall llmcost-hooks-vocab."


def test_a_damaged_table_of_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = memoryview(b"LCT1" + bytes(12))
    monkeypatch.setattr(facts, "load_encoding", lambda name: Encoding(name, bad, open_data("classes.bin")))
    facts._counter.cache_clear()
    try:
        with pytest.raises(ConfigError, match="Tokens in o200k_base cannot be counted: damaged token table"):
            count_tokens("x", "o200k_base")
    finally:
        facts._counter.cache_clear()


@pytest.mark.parametrize("broken", ["gone", "raises", "says nothing"])
def test_a_package_that_is_half_removed_is_none(packaged: Path, broken: str) -> None:
    if broken == "gone":
        shutil.rmtree(packaged.parent)
    else:
        (packaged.parent / "__init__.py").write_text("raise RuntimeError\n" if broken == "raises" else "\n")
    importlib.invalidate_caches()
    assert available("o200k_base")
    assert not available("llama3")


def test_the_memo_forgets_what_was_counted_otherwise() -> None:
    """It knows counts by the encoding's name. Where one changes, FACTS_VERSION has to be raised; then freeze anew."""
    classes = hashlib.sha256(open_data("classes.bin")).hexdigest()
    found = {}
    for name, spec in KNOWN.items():
        table = hashlib.sha256(open_table(name)).hexdigest() if name in CORE else spec.table
        facts = (classes, table, spec.pattern, spec.nfc, sentencepiece._PIECE.pattern, TAGS)
        found[name] = hashlib.sha256(repr(facts).encode()).hexdigest()[:8]
    assert (FACTS_VERSION, found) == (5, COUNTED)
