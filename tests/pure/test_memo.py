"""The memo: an offer that is taken or left, whatever becomes of its file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import llmcost_hooks
from llmcost_hooks import memo as module
from llmcost_hooks.facts import load_price_book, read_facts
from llmcost_hooks.git.plumbing import open_repository
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import Assumptions
from llmcost_hooks.memo import Key, Memo, memo_path
from llmcost_hooks.prompts import FACTS_VERSION, PromptFacts, parse_prompt
from llmcost_hooks.prompts.parts import numbered
from llmcost_hooks.reading import commit_source, read_side
from llmcost_hooks.snapshot import Selection

from ..repos import Repo

ONE: dict[Key, PromptFacts] = {("text", "1" * 40): PromptFacts("gpt-4o", 50, 2, {"o200k_base": 7, "cl100k_base": 8})}
PARTS = numbered(
    parse_prompt(
        b'{"messages": [{"role": "user", "name": "ada", "content": [{"type": "text", "text": "{ a: 1 }"},'
        b' {"type": "image_url", "image_url": {"detail": "low"}}]}], "tool_choice": "required", "tools": [{"name": "f",'
        b' "parameters": {"properties": {"x": {"type": "string", "enum": ["y"]}}}}, {"name": "g"}]}',
        path="a.json",
        format="openai",
    )
).parts
assert PARTS is not None
FULL: dict[Key, PromptFacts] = {
    ("openai", "3" * 40): PromptFacts(
        None, None, 1, {"o200k_base": 9}, ("images",), PARTS._replace(mixes=((0, 0, 100, 0, 0), (50, 50, 0, 0, 0))), 1
    ),
    ("text", "4" * 40): PromptFacts(None, None, 0, {"o200k_base": 9}, systems=2, mix=(10, 20, 30, 40, 0)),
}
MANY: dict[Key, PromptFacts] = {
    ("text", f"{n:040x}"): PromptFacts(None, None, 0, {"o200k_base": n}) for n in range(1200)
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a memo could lie; its directory is not there yet."""
    return tmp_path / "cache" / "llm-cost" / "facts.sqlite"


def rows(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        count: int = connection.execute("SELECT COUNT(*) FROM facts").fetchone()[0]
    connection.close()
    return count


def test_what_was_saved_is_known(path: Path) -> None:
    memo = Memo(str(path))
    assert memo.load(ONE) == {}
    memo.save({**ONE, **MANY, **FULL})
    asked = [*ONE, *MANY, *FULL, ("text", "2" * 40), ("dotprompt", "1" * 40)]
    assert Memo(str(path)).load(asked) == {**ONE, **MANY, **FULL}
    assert Memo(str(path)).load([]) == {}


def test_only_its_owner_can_read_it(path: Path) -> None:
    Memo(str(path)).save(ONE)
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_newest_facts_are_kept(path: Path) -> None:
    memo = Memo(str(path))
    memo.save(ONE)
    changed = {key: facts._replace(tokens={"o200k_base": 9}) for key, facts in ONE.items()}
    memo.save(changed)
    assert memo.load(ONE) == changed
    assert rows(path) == 1


def test_nothing_to_save_makes_no_file(path: Path) -> None:
    Memo(str(path)).save({})
    assert not path.parent.exists()


@pytest.mark.parametrize("nowhere", [None, "", "relative/facts.sqlite", "~/facts.sqlite"])
def test_a_memo_without_a_place_knows_nothing(
    nowhere: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    memo = Memo(nowhere)
    memo.save(ONE)
    assert memo.load(ONE) == {}
    assert list(tmp_path.iterdir()) == []


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FACTS = st.builds(
    PromptFacts,
    st.one_of(st.none(), NAMES.filter(bool)),
    st.one_of(st.none(), st.integers(1, 10**11)),
    st.integers(0, 10**6),
    st.dictionaries(st.sampled_from(["o200k_base", "cl100k_base"]), st.integers(0, 10**9), min_size=1),
)
KEYS = st.tuples(
    st.sampled_from(["text", "front-matter", "dotprompt"]), st.text("0123456789abcdef", min_size=40, max_size=40)
)


@settings(max_examples=60)
@given(st.dictionaries(KEYS, FACTS, max_size=5))
def test_facts_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, facts: dict[Key, PromptFacts]) -> None:
    memo = Memo(str(tmp_path_factory.mktemp("memo") / "facts.sqlite"))
    memo.save(facts)
    assert memo.load(facts) == facts


# --- damage -----------------------------------------------------------------------------------------------------------


def damage(sql: str, *values: object) -> Callable[[Path], None]:
    def act(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(sql, values)
        connection.close()

    return act


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere/at/all")


def _other_table(path: Path) -> None:
    path.unlink()
    damage("CREATE TABLE facts (something TEXT)")(path)


def _no_table(path: Path) -> None:
    path.unlink()
    damage("CREATE TABLE other (something TEXT)")(path)


def _middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100 : len(data) - 1] = b"\xff" * (len(data) - 101)
    path.write_bytes(data)


def _forged_bytes(path: Path) -> None:
    """A value of another type, with a checksum that is right for how it prints."""
    from zlib import crc32

    key, value = "1:text:" + "1" * 40, b"0;;o200k_base=1;"
    crc = crc32(f"{key}\n{value!r}".encode())
    damage("UPDATE facts SET value = ?, crc = ?", value, crc)(path)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "garbage": lambda path: path.write_bytes(b"not a database, " * 500),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:1500]),
    "one byte": lambda path: path.write_bytes(b"S"),
    "middle": _middle,
    "directory": _directory,
    "dangling link": _dangling,
    "no table": _no_table,
    "other table": _other_table,
    "deleted": lambda path: path.unlink(),
    "checksum": damage("UPDATE facts SET crc = crc + 1"),
    "value": damage("UPDATE facts SET value = replace(value, '7', '6')"),
    "null": damage("UPDATE facts SET value = NULL"),
    "number": damage("UPDATE facts SET value = 5"),
    "forged bytes": _forged_bytes,
    "not UTF-8": damage("UPDATE facts SET value = CAST(x'ff' AS TEXT)"),
    "other key": damage("UPDATE facts SET key = replace(key, '1', '2')"),
    "other version": damage("UPDATE facts SET key = '0' || substr(key, 2)"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_no_damage_is_more_than_forgetting(path: Path, kind: str) -> None:
    memo = Memo(str(path))
    memo.save(ONE)
    assert memo.load(ONE) == ONE
    DAMAGE[kind](path)
    assert memo.load(ONE) == {}
    memo.save(ONE)  # and it recovers, or stays silent where a person has to look
    recovered = {} if kind in ("directory", "dangling link", "other table") else ONE
    memo.save(ONE)
    assert memo.load(ONE) == recovered


@pytest.mark.parametrize(
    "value",
    ["", ";;;", "0;;;", "0;;o200k_base;", "x;;o200k_base=1;", "0;x;o200k_base=1;", "0;;o200k_base=x;", "0", "0;1;2"],
)
def test_a_value_that_nobody_wrote_is_not_read(path: Path, value: str) -> None:
    memo = Memo(str(path))
    memo.save(ONE)
    key = module._text(next(iter(ONE)))
    damage("UPDATE facts SET value = ?, crc = ?", value, module._crc(key, value))(path)
    assert memo.load(ONE) == {}


@pytest.mark.parametrize("place", ["/dev/null/x/facts.sqlite", "/dev/full", "/proc/self/facts.sqlite", "/proc/version"])
def test_where_nothing_can_be_written(place: str) -> None:
    memo = Memo(place)
    memo.save(ONE)
    assert memo.load(ONE) == {}


def test_a_directory_that_cannot_be_written(path: Path) -> None:
    """Silent for every user; for root, whom no permission stops, it works."""
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o500)
    memo = Memo(str(path))
    memo.save(ONE)
    assert memo.load(ONE) in ({}, ONE)
    path.parent.chmod(0o700)


def test_a_file_that_can_only_be_read_is_read(path: Path) -> None:
    memo = Memo(str(path))
    memo.save(ONE)
    path.chmod(0o400)
    memo.save(MANY)
    assert memo.load(ONE) == ONE


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    memo = Memo(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9/facts.sqlite"))
    memo.save(ONE)
    assert memo.load(ONE) == ONE


def test_another_process_holds_the_lock(path: Path) -> None:
    memo = Memo(str(path))
    memo.save(ONE)
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    memo.save(MANY)
    assert memo.load(ONE) == {}
    holder.rollback()
    holder.close()
    assert memo.load([*ONE, *MANY]) == ONE


def test_it_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 100)
    memo = Memo(str(path))
    keys = list(MANY)
    for at in range(0, 1200, 50):
        memo.save({key: MANY[key] for key in keys[at : at + 50]})
        assert rows(path) <= 100
    assert memo.load(MANY) == {key: MANY[key] for key in keys[-100:]}


# --- processes --------------------------------------------------------------------------------------------------------

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from llmcost_hooks.memo import Memo
from llmcost_hooks.prompts import FACTS_VERSION, PromptFacts
memo = Memo(sys.argv[2])
for n in range(40):
    key = ("text", f"{n:039x}" + sys.argv[3])
    memo.save({key: PromptFacts(None, None, 0, {"o200k_base": n})})
    assert memo.load([key]) in ({}, {key: PromptFacts(None, None, 0, {"o200k_base": n})})
"""
ROOT = os.path.dirname(os.path.dirname(llmcost_hooks.__file__))


def test_two_processes_write_at_once(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, ROOT, str(path), end], stderr=subprocess.PIPE) for end in "ab"
    ]
    for writer in writers:
        _, err = writer.communicate()
        assert (writer.returncode, err) == (0, b"")
    keys: list[Key] = [("text", f"{n:039x}{end}") for n in range(40) for end in "ab"]
    found = Memo(str(path)).load(keys)
    assert len(found) >= 40  # one that waited too long for the other gave up
    assert all(facts.tokens == {"o200k_base": int(oid[:-1], 16)} for (_, oid), facts in found.items())


def test_a_python_without_sqlite(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memo = Memo(str(path))
    memo.save(ONE)
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    memo.save(MANY)
    assert memo.load(ONE) == {}


# --- what it is for ---------------------------------------------------------------------------------------------------


def facts_of(repo: Repo, memo: Memo, model: str) -> Facts:
    opened = open_repository(repo.cwd)
    selection = Selection(assumptions=Assumptions(model=model))
    side = read_side(opened, commit_source(opened, "HEAD"), None, selection)
    return read_facts(repo.cwd, [side], memo, load_price_book())


def test_facts_are_the_same_with_it_and_without(repo: Repo, path: Path) -> None:
    repo.write("prompts/a.md", "---\nmodel: gpt-4\nmax_tokens: 9\n---\nA watchword: xylophone.")
    repo.write("prompts/b.txt", "hello " * 100)
    repo.write("prompts/c.txt", b"\0")
    repo.commit()
    memo = Memo(str(path))
    for model in ("gpt-4o", "gpt-4", "claude-3-opus", "gpt-4o"):
        plain = facts_of(repo, Memo(None), model)
        for _ in range(2):
            remembered = facts_of(repo, memo, model)
            assert remembered.blobs.keys() == plain.blobs.keys()
            for key, known in plain.blobs.items():
                again = remembered.blobs[key]
                if not isinstance(known, PromptFacts):
                    assert again == known
                    continue
                assert isinstance(again, PromptFacts)
                assert again[:3] == known[:3]
                assert known.tokens.items() <= again.tokens.items()
    assert rows(path) == 2  # what cannot be read is tried again
    assert b"xylophone" not in path.read_bytes()
    assert b"hello" not in path.read_bytes()


def test_counts_come_out_of_it(repo: Repo, path: Path) -> None:
    """Proof that it is used at all: a count that nobody would make."""
    repo.write("prompts/a.txt", "hello")
    repo.commit()
    memo = Memo(str(path))
    key: Key = ("text", repo.oid("HEAD:prompts/a.txt"))
    memo.save({key: PromptFacts(None, None, 0, {"o200k_base": 123456})})
    assert facts_of(repo, memo, "gpt-4o").blobs[key] == PromptFacts(None, None, 0, {"o200k_base": 123456})


@pytest.mark.parametrize(
    ("platform", "environ", "place"),
    [
        ("linux", {"XDG_CACHE_HOME": "/c"}, "/c/llm-cost/facts.sqlite"),
        ("linux", {}, "/home/ada/.cache/llm-cost/facts.sqlite"),
        ("linux", {"XDG_CACHE_HOME": ""}, "/home/ada/.cache/llm-cost/facts.sqlite"),
        ("darwin", {"XDG_CACHE_HOME": "/c"}, "/home/ada/Library/Caches/llm-cost/facts.sqlite"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/llm-cost/facts.sqlite"),
    ],
)
def test_where_it_lies(platform: str, environ: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("HOME", "/home/ada")
    assert memo_path(environ) == place


@pytest.mark.parametrize("place", ["file", "folder"])
def test_what_others_could_have_written_is_not_believed(tmp_path: Path, place: str) -> None:
    """It decides whether a budget holds: a file that a group or anybody can write is no memo."""
    path = tmp_path / "cache" / "facts.sqlite"
    known = {("text", "a" * 40): PromptFacts(None, None, 0, {"o200k_base": 1})}
    Memo(str(path)).save(known)
    assert path.stat().st_mode & 0o077 == 0
    assert Memo(str(path)).load(known) == known
    (path if place == "file" else path.parent).chmod(0o777)
    assert Memo(str(path)).load(known) == {}


@pytest.mark.parametrize(
    "value", ["0;;o200k_base=-1;", "-1;;o200k_base=1;", "0;-5;o200k_base=1;", "0;;o200k_base=1_0;"]
)
def test_numbers_that_cannot_be(tmp_path: Path, value: str) -> None:
    path = tmp_path / "cache" / "facts.sqlite"
    known = {("text", "a" * 40): PromptFacts(None, None, 0, {"o200k_base": 1})}
    Memo(str(path)).save(known)
    key = f"{FACTS_VERSION}:text:{'a' * 40}"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        crc = zlib.crc32(f"{key}\n{value}".encode())
        connection.execute("UPDATE facts SET value = ?, crc = ?", (value, crc))
    assert Memo(str(path)).load(known) == {}
