"""The working tree, against what a real `git add` stores in a copy of the repository."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.git.index import index_entries
from llmcost_hooks.git.objects import Unread
from llmcost_hooks.git.plumbing import Entry
from llmcost_hooks.git.worktree import WorktreeFile, read_worktree, tracked_paths

from ..repos import Repo
from .conftest import Kinds
from .kinds import KINDS, MISSING_BLOBS, NAMES, WITH_INDEX


def added(repo: Repo, *paths: str) -> dict[str, WorktreeFile]:
    """What `git add` stores of the files: it is run."""
    repo.git("--literal-pathspecs", "add", "--force", "--", *paths)
    oids = {path: repo.git("--literal-pathspecs", "ls-files", "-s", "--", path).split()[1] for path in paths}
    return {path: WorktreeFile(oid, repo.raw("cat-file", "blob", oid)) for path, oid in oids.items()}


@pytest.mark.parametrize("kind", [kind for kind in WITH_INDEX if kind not in MISSING_BLOBS])
def test_tracked_and_untouched(kinds: Kinds, kind: str) -> None:
    """Fresh files look young to git; whichever it calls unchanged, what is read is what is staged."""
    repo = kinds(kind)
    entries = index_entries(repo.cwd)
    tracked = tracked_paths(repo.cwd)
    expected = set(entries)
    if kind == "intent_to_add":
        expected.add("prompts/new.md")
    assert set(tracked) == expected
    assert {path for path, entry in tracked.items() if entry not in (None, entries.get(path))} == set()
    for path, file in read_worktree(repo.cwd, [path for path, entry in tracked.items() if entry is None]).items():
        assert isinstance(file, WorktreeFile)
        assert path == "prompts/new.md" or file.oid == entries[path].oid
    below = {path: entry for path, entry in tracked.items() if path.startswith("prompts/")}
    assert tracked_paths(repo.cwd, ["prompts/"]) == below


@pytest.mark.parametrize("kind", [kind for kind in WITH_INDEX if kind not in MISSING_BLOBS])
def test_tracked_after_edits(kind: str, tmp_path: Path) -> None:
    repo = KINDS[kind](tmp_path / "repo")
    names = ("kept", "edited", "deleted", "link", "pipe", "directory", "mode")
    for name in names:
        repo.stage(f"prompts/t/{name}.md", name)
    long_ago = 1_000_000_000
    for name in names:
        os.utime(repo.path / f"prompts/t/{name}.md", (long_ago, long_ago))
    repo.run("update-index", "--refresh", "-q")
    entries = index_entries(repo.cwd)
    repo.write("prompts/t/edited.md", "edited again")
    repo.write("prompts/t/untracked.md", "untracked")
    (repo.path / "prompts/t/mode.md").chmod(0o755)
    for name in ("deleted", "link", "pipe", "directory"):
        (repo.path / f"prompts/t/{name}.md").unlink()
    (repo.path / "prompts/t/link.md").symlink_to("kept.md")
    os.mkfifo(repo.path / "prompts/t/pipe.md")
    repo.write("prompts/t/directory.md/inner.md", "x")
    tracked = tracked_paths(repo.cwd, ["prompts/t"])
    pipe = tracked.pop("prompts/t/pipe.md", None)
    assert pipe is None, "git may call it a file or not; it is never unchanged"
    assert tracked == {
        "prompts/t/kept.md": entries["prompts/t/kept.md"],
        "prompts/t/edited.md": None,
        "prompts/t/mode.md": None,
    }
    paths = ["prompts/t/edited.md", "prompts/t/mode.md", "prompts/t/untracked.md"]
    assert read_worktree(repo.cwd, paths) == added(repo, *paths)
    refused = {
        "link": "a symbolic link",
        "pipe": "not a regular file",
        "directory": "not a regular file",
        "deleted": "missing",
    }
    expected = {f"prompts/t/{name}.md": Unread(reason) for name, reason in refused.items()}
    assert read_worktree(repo.cwd, [*expected]) == expected


def test_sparse_files_count_as_unchanged(kinds: Kinds) -> None:
    """git compares nothing outside the cone, and so calls nothing there deleted."""
    repo = kinds("sparse_checkout")
    assert not (repo.path / "a").exists()
    assert tracked_paths(repo.cwd)["a/x/1.md"] == Entry("100644", repo.oid("HEAD:a/x/1.md"))


def test_conflict_and_bare(kinds: Kinds) -> None:
    with pytest.raises(ConfigError, match="unmerged"):
        tracked_paths(kinds("conflict").cwd)
    with pytest.raises(ConfigError, match="bare repository"):
        tracked_paths(kinds("bare").cwd)


CONTENTS = {
    "lf": b"one\ntwo\n",
    "crlf": b"one\r\ntwo\r\n",
    "mixed": b"one\r\ntwo\n",
    "lone": b"one\rtwo\r\n",
    "binary": b"one\r\n\0two\r\n",
    "id": b"$Id: abc $ $Id$ $Id: no\nend $\r\n",
    "utf8": "h\u00e9\r\n".encode(),
    "utf16": b"\xff\xfe" + "h\u00e9 $Id: 1 $\r\n".encode("utf-16le"),
    "utf16be": b"\xfe\xff" + "h\u00e9\r\n".encode("utf-16be"),
    "latin1": b"h\xe9\r\n",
    "empty": b"",
}
ATTRIBUTES = (
    "", "text", "text=auto", "-text", "text eol=crlf", "text eol=lf", "text=auto eol=lf", "ident", "text ident",
    "text=auto ident", "binary", "text working-tree-encoding=UTF-16", "working-tree-encoding=UTF-16LE-BOM ident text",
    "working-tree-encoding=ISO-8859-1", "working-tree-encoding=utf-8", "working-tree-encoding=UTF-16BE-BOM",
    "filter=unconfigured",
)  # fmt: skip


@pytest.mark.parametrize("autocrlf", ["false", "input", "true"])
@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_exactly_what_git_add_stores(repo: Repo, attribute: str, autocrlf: str) -> None:
    """Every content under every attribute and setting, over an index that is empty, has LF or has CRLF."""
    repo.git("config", "core.autocrlf", "false")
    for name in CONTENTS:
        for before in ("lf", "crlf"):
            repo.write(f"{before}/{name}", CONTENTS[before])
    repo.commit()
    repo.git("config", "core.autocrlf", autocrlf)
    repo.write(".gitattributes", f"*/* {attribute}\n")
    contents = {f"{before}/{name}": data for name, data in CONTENTS.items() for before in ("none", "lf", "crlf")}
    for path, data in contents.items():
        repo.write(path, data)
    found = read_worktree(repo.cwd, [*contents])
    assert found.keys() == contents.keys()
    together = repo.run("add", "--all").code
    refused = {path for path in contents if repo.run("add", "--", path).code} if together else set()
    assert refused == {path for path, file in found.items() if isinstance(file, Unread)}
    records = [record.split("\t") for record in repo.git("ls-files", "-s", "-z").split("\0")[:-1]]
    staged = {path: facts.split(" ")[1] for facts, path in records}
    for path, file in found.items():
        if isinstance(file, WorktreeFile):
            assert file.oid == staged[path], path
            assert hashlib.sha1(b"blob %d\0" % len(file.data) + file.data).hexdigest() == file.oid
        else:
            assert file.reason.startswith("not convertible from "), path


def test_odd_names(repo: Repo) -> None:
    names = [os.fsdecode(name) for name in NAMES]
    for name in names:
        repo.write(name, f"{name!r}\r\n")
    repo.write(".gitattributes", "* text=auto\n")
    assert read_worktree(repo.cwd, names) == added(repo, *names)
    assert read_worktree(repo.cwd, []) == {}


def test_sha256(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path, "--object-format=sha256")
    repo.stage("kept", "a\r\n")
    repo.write(".gitattributes", "* text=auto\n")
    repo.write("kept", "a\r\nb\r\n")
    repo.write("new", "a\r\n")
    found = read_worktree(repo.cwd, ["kept", "new"])
    assert found == added(repo, "kept", "new")
    assert [len(file.oid) for file in found.values() if isinstance(file, WorktreeFile)] == [64, 64]


def test_filters_are_refused_not_run(repo: Repo) -> None:
    repo.git("config", "filter.lfs.process", "touch pwned")
    repo.git("config", "filter.Odd=name.clean", "touch pwned; tr a b")
    repo.git("config", "filter.smudge.smudge", "touch pwned; tr a b")
    attributes = {"lfs": "lfs", "odd": "Odd=name", "smudge": "smudge", "unknown": "unknown"}
    repo.write(".gitattributes", "".join(f"{path} filter={name}\n" for path, name in attributes.items()))
    for path in (*attributes, "plain"):
        repo.write(path, "abc")
    found = read_worktree(repo.cwd, [*attributes, "plain"])
    assert found["lfs"] == Unread("stored by Git LFS (filter=lfs)")
    assert found["odd"] == Unread("stored through filter=Odd=name, which is not run")
    plain = ["smudge", "unknown", "plain"]
    assert {path: found[path] for path in plain} == added(repo, *plain)
    assert not (repo.path / "pwned").exists()


def test_an_encoding_without_a_value(repo: Repo) -> None:
    repo.write(".gitattributes", "on working-tree-encoding\noff -working-tree-encoding\n")
    for path in ("on", "off", "other"):
        repo.write(path, path)
    found = read_worktree(repo.cwd, ["on", "off", "other"])
    assert found["on"] == found["off"] == Unread("working-tree-encoding has no value")
    assert found["other"] == added(repo, "other")["other"]


def test_a_file_that_changes_while_it_is_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """git hashed other bytes than were read: neither is taken."""
    repo.write("a", "before")
    monkeypatch.setattr("llmcost_hooks.git.worktree.read_below", lambda *_: b"after")
    assert read_worktree(repo.cwd, ["a"]) == {"a": Unread("changed while read")}


def test_nothing_is_written(repo: Repo) -> None:
    """Neither objects nor the index's refreshed times."""
    repo.write("a", "a")
    repo.commit()
    repo.write("a", "b")
    repo.write("new", "new")
    os.utime(repo.path / "a", (1, 1))

    def state() -> dict[str, tuple[int, int]]:
        files = (Path(directory) / name for directory, _, names in os.walk(repo.path) for name in names)
        return {str(file): (file.stat().st_mtime_ns, file.stat().st_size) for file in files}

    before = state()
    tracked_paths(repo.cwd)
    read_worktree(repo.cwd, ["a", "new"])
    assert state() == before
