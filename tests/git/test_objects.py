"""Trees and blobs of every kind of repository, by both backends, against what the git program says."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.git.objects import Unread, read_blobs, tree_entries
from llmcost_hooks.git.plumbing import Entry
from llmcost_hooks.git.revisions import tree_of

from ..repos import Repo
from .conftest import Kinds
from .kinds import MISSING_BLOBS, READABLE, UNREADABLE_BY_LIBGIT2

HISTORIES = [kind for kind in READABLE if kind != "unborn"]
UNREPLACED = {"GIT_NO_REPLACE_OBJECTS": "1"}


def listed(repo: Repo, tree: str) -> dict[str, Entry]:
    """The regular files of a tree, as `git ls-tree` lists them."""
    entries = {}
    for record in repo.git("ls-tree", "-r", "-z", "--full-tree", tree).split("\0")[:-1]:
        facts, path = record.split("\t", 1)
        mode, kind, oid = facts.split(" ")
        if kind == "blob" and mode != "120000":
            entries[path] = Entry(mode, oid)
    return entries


@pytest.mark.parametrize("kind", HISTORIES)
def test_tree_and_blobs(kinds: Kinds, kind: str, backend: str) -> None:
    repo = kinds(kind)
    tree = tree_of(repo.cwd, "HEAD")
    if backend == "pygit2" and kind in UNREADABLE_BY_LIBGIT2:
        with pytest.raises(ConfigError, match="pygit2 cannot open"):
            tree_entries(repo.cwd, tree)
        with pytest.raises(ConfigError, match="pygit2 cannot open"):
            list(read_blobs(repo.cwd, [tree]))
        return
    entries = tree_entries(repo.cwd, tree)
    assert entries == listed(repo, tree) != {}
    oids = {entry.oid for entry in entries.values()}
    blobs = dict(read_blobs(repo.cwd, [*oids, *oids, "0" * len(tree)]))
    if kind in MISSING_BLOBS:
        assert blobs == dict.fromkeys(oids, Unread("missing"))
    else:
        assert blobs == {oid: repo.raw("cat-file", "blob", oid, env=UNREPLACED) for oid in oids}


@pytest.mark.parametrize("kind", HISTORIES)
def test_auto_reads_every_kind(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    entries = tree_entries(repo.cwd, tree_of(repo.cwd, "HEAD"))
    blobs = dict(read_blobs(repo.cwd, [entry.oid for entry in entries.values()]))
    assert len(blobs) == len({entry.oid for entry in entries.values()}) > 0
    assert all((content == Unread("missing")) == (kind in MISSING_BLOBS) for content in blobs.values())


@pytest.mark.parametrize("kind", MISSING_BLOBS)
def test_a_partial_clone_still_reads_what_it_has(kinds: Kinds, kind: str) -> None:
    repo = kinds(kind)
    tree = tree_of(repo.cwd, "HEAD")
    blob = repo.oid("HEAD:prompts/0.md")
    local = repo.git("hash-object", "-w", "--stdin", stdin=b"made here")
    commit = repo.oid("HEAD")
    sizes = {oid: int(repo.git("cat-file", "-s", oid)) for oid in (commit, tree)}
    assert dict(read_blobs(repo.cwd, [blob, local, commit, tree])) == {
        blob: Unread("missing"),
        local: b"made here",
        commit: Unread("not a blob", sizes[commit]),
        tree: Unread("not a blob", sizes[tree]),
    }


def test_prunes_directories(kinds: Kinds, backend: str) -> None:
    repo = kinds("sparse_checkout")
    asked: list[str] = []

    def enter(directory: str) -> bool:
        asked.append(directory)
        return directory in ("a/", "a/y/")

    entries = tree_entries(repo.cwd, tree_of(repo.cwd, "HEAD"), enter)
    assert list(entries) == ["a/y/2.md"]
    assert sorted(asked) == ["a/", "a/x/", "a/y/", "b/", "prompts/"]


def test_odd_names_survive(kinds: Kinds, backend: str) -> None:
    repo = kinds("names")
    paths = tree_entries(repo.cwd, tree_of(repo.cwd, "HEAD"))
    assert sorted(os.fsencode(path) for path in paths) == sorted(repo.raw("ls-files", "-z").split(b"\0")[:-1])
    assert os.fsdecode(b"caf\xe9.md") in paths


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_large_missing_and_wrong_objects(
    tmp_path: Path, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo.init(tmp_path, *options)
    repo.write("d/at", b"x" * 1000)
    repo.write("over", b"x" * 1001)
    repo.write("empty", "")
    repo.commit()
    at, over, empty, tree = (repo.oid(f"HEAD:{name}") for name in ("d/at", "over", "empty", "d"))
    absent = "1" * len(tree)
    expected = {
        at: b"x" * 1000,
        over: Unread("too large", 1001),
        empty: b"",
        tree: Unread("not a blob", int(repo.git("cat-file", "-s", tree))),
        absent: Unread("missing"),
    }
    for backend in ("git", "auto") if options else ("git", "auto", "pygit2"):
        monkeypatch.setenv("LLMCOST_GIT_BACKEND", backend)
        assert dict(read_blobs(repo.cwd, expected, limit=1000)) == expected


def test_a_huge_blob_is_never_loaded(repo: Repo, backend: str) -> None:
    repo.write("huge", bytes(20_000_000))
    repo.commit()
    oid = repo.oid("HEAD:huge")
    tracemalloc.start()
    assert dict(read_blobs(repo.cwd, [oid])) == {oid: Unread("too large", 20_000_000)}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_many_megabytes_come_in_several_batches(repo: Repo, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmcost_hooks.git.objects._AT_ONCE", 1000)
    contents = {f"{n}.md": os.urandom(400) for n in range(12)}
    for path, content in contents.items():
        repo.write(path, content)
    repo.commit()
    blobs = dict(read_blobs(repo.cwd, (repo.oid(f"HEAD:{path}") for path in contents)))
    assert sorted(str(blob) for blob in blobs.values()) == sorted(str(content) for content in contents.values())


def test_a_damaged_object_is_missing(repo: Repo, backend: str) -> None:
    repo.write("a", "content")
    repo.commit()
    oid = repo.oid("HEAD:a")
    file = repo.path / ".git" / "objects" / oid[:2] / oid[2:]
    file.chmod(0o644)
    file.write_bytes(b"not zlib")
    assert dict(read_blobs(repo.cwd, [oid])) == {oid: Unread("missing")}


def test_a_treeless_clone_says_what_to_type(kinds: Kinds, tmp_path: Path) -> None:
    repo = kinds("treeless")
    tree = repo.git("log", "-1", "--format=%T")
    with pytest.raises(ConfigError) as caught:
        tree_entries(repo.cwd, tree)
    assert "promisor remote" in caught.value.message
    command = caught.value.hint.rpartition("type: ")[2]
    copy = Repo(tmp_path / "copy")
    subprocess.run(["cp", "-r", repo.cwd, copy.cwd], check=True)
    subprocess.run(command.split(), cwd=copy.cwd, check=True, capture_output=True)
    assert tree_entries(copy.cwd, tree) == listed(copy, tree) != {}


def test_a_tree_that_is_none(kinds: Kinds, backend: str) -> None:
    repo = kinds("history")
    for oid in ("1" * 40, repo.oid("HEAD:prompts/0.md")):
        with pytest.raises(ConfigError, match=r"not in this repository|git ls-tree failed: not a tree object"):
            tree_entries(repo.cwd, oid)


def test_nothing_to_read_opens_nothing() -> None:
    assert list(read_blobs("/nonexistent", ["0" * 40, "0" * 64])) == []


def test_an_unknown_backend(kinds: Kinds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMCOST_GIT_BACKEND", "dulwich")
    with pytest.raises(ConfigError, match="LLMCOST_GIT_BACKEND is 'dulwich'"):
        list(read_blobs(kinds("history").cwd, ["1" * 40]))


def test_no_pygit2_at_all(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine where pygit2 cannot be loaded reads through git."""
    repo.write("a", "content")
    repo.commit()
    oid = repo.oid("HEAD:a")
    monkeypatch.setitem(sys.modules, "pygit2", None)
    assert dict(read_blobs(repo.cwd, [oid])) == {oid: b"content"}
    monkeypatch.setenv("LLMCOST_GIT_BACKEND", "pygit2")
    with pytest.raises(ConfigError, match="pygit2 cannot open"):
        list(read_blobs(repo.cwd, [oid]))


def test_git_backend_never_imports_pygit2(kinds: Kinds) -> None:
    repo = kinds("history")
    code = (
        "import sys\n"
        "from llmcost_hooks.git.objects import read_blobs, tree_entries\n"
        "entries = tree_entries('.', sys.argv[1])\n"
        "blobs = list(read_blobs('.', [entry.oid for entry in entries.values()]))\n"
        "print(len(blobs), 'pygit2' in sys.modules)"
    )
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "PYTHONPATH": root, "LLMCOST_GIT_BACKEND": "git"}
    command = [sys.executable, "-c", code, repo.oid("HEAD^{tree}")]
    done = subprocess.run(command, cwd=repo.cwd, env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("3 False\n", "")
