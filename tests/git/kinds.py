"""One small repository of every kind that git users have. Built once a session; tests only read them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pygit2

from ..repos import Repo

LFS_POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
NAMES = (
    b"caf\xe9.md",  # Latin-1: no UTF-8
    "caf\u00e9.md".encode(),
    "cafe\u0301.md".encode(),
    b"tab\tnewline\n.md",
    b"return\r",
    b'"quoted".md',
    b"-dash.md",
    b"a b.md",
    b":0:colon.md",
    b"*.md",
    b"Prompt.md",
    b"prompt.md",
)

Build = Callable[[Path], Repo]


def history(path: Path, *options: str, commits: int = 3) -> Repo:
    """`prompts/0.md` to `prompts/2.md`, each added or changed by a commit of its own."""
    repo = Repo.init(path, *options)
    for n in range(commits):
        repo.write(f"prompts/{n % 3}.md", f"You are version {n}.\n" * 20)
        repo.commit(f"version {n}")
    return repo


def sha256(path: Path) -> Repo:
    return history(path, "--object-format=sha256")


def split_index(path: Path) -> Repo:
    repo = history(path)
    repo.git("update-index", "--split-index")
    repo.stage("prompts/0.md", "staged into the split part")
    return repo


def _wide(path: Path) -> Repo:
    repo = history(path)
    for name in ("a/x/1.md", "a/y/2.md", "b/x/3.md"):
        repo.write(name, name)
    repo.commit("more")
    return repo


def sparse_index(path: Path) -> Repo:
    repo = _wide(path)
    repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
    repo.git("sparse-checkout", "set", "prompts")
    assert "040000" in repo.git("ls-files", "--sparse", "-s")
    return repo


def sparse_checkout(path: Path) -> Repo:
    repo = _wide(path)
    repo.git("sparse-checkout", "set", "--cone", "prompts")
    return repo


def index_v4(path: Path) -> Repo:
    repo = history(path)
    repo.git("update-index", "--index-version", "4")
    return repo


def untracked_cache(path: Path) -> Repo:
    repo = history(path)
    repo.git("update-index", "--force-untracked-cache")
    repo.git("status")
    return repo


def zero_checksum(path: Path) -> Repo:
    repo = history(path)
    index = repo.path / ".git" / "index"
    index.write_bytes(index.read_bytes()[:-20] + bytes(20))
    return repo


def intent_to_add(path: Path) -> Repo:
    repo = history(path)
    repo.stage("prompts/empty.md", "")
    repo.write("prompts/new.md", "not staged yet")
    repo.git("add", "--intent-to-add", "prompts/new.md")
    return repo


def unborn(path: Path) -> Repo:
    repo = Repo.init(path)
    repo.stage("prompts/0.md", "first")
    return repo


def detached(path: Path) -> Repo:
    repo = history(path)
    repo.checkout("HEAD~1")
    return repo


def octopus(path: Path) -> Repo:
    repo = history(path)
    for name in "abc":
        repo.branch(name, "main")
        repo.write(name, name)
        repo.commit(name)
    repo.checkout("main")
    repo.write("m", "m")
    repo.commit("m")
    repo.merge("a", "b", "c")
    return repo


def names(path: Path) -> Repo:
    repo = Repo.init(path)
    for name in NAMES:
        repo.write(os.fsdecode(name), name)
        repo.write("prompts\\ here/" + os.fsdecode(name), name * 2)
    repo.commit("names")
    return repo


def attributes(path: Path) -> Repo:
    """Blobs that differ from their files; a symbolic link, an executable file, an LFS pointer."""
    repo = Repo.init(path)
    repo.write(
        ".gitattributes",
        "*.crlf text eol=crlf\n*.u16 text working-tree-encoding=UTF-16LE-BOM\n*.id ident\n*.lfs filter=lfs -text\n",
    )
    repo.write("a.crlf", "one\r\ntwo\r\n")
    repo.write("b.u16", b"\xff\xfe" + "h\u00e9\r\n".encode("utf-16le"))
    repo.write("c.id", "x $Id: 0123 $ y\n")
    repo.write("d.lfs", LFS_POINTER)
    repo.write("run.sh", "#!/bin/sh\n").chmod(0o755)
    (path / "link.md").symlink_to("a.crlf")
    (path / "outside.md").symlink_to("/etc/hostname")
    repo.commit("attributes")
    return repo


def renamed(path: Path) -> Repo:
    """HEAD moves unchanged and changed files, and copies one."""
    repo = Repo.init(path)
    for name in ("exact", "similar", "rewritten", "stays"):
        repo.write(f"a/{name}.md", "".join(f"{name}, line {n}\n" for n in range(100)))
    repo.commit("before")
    for name in ("exact", "similar", "rewritten"):
        repo.mv(f"a/{name}.md", f"b/{name}.md")
    repo.write("b/similar.md", "".join(f"similar, line {n}\n" if n < 70 else f"new {n}\n" for n in range(100)))
    repo.write("b/rewritten.md", "".join(f"entirely different {n}\n" for n in range(100)))
    repo.write("b/copy.md", (repo.path / "a/stays.md").read_bytes())
    repo.commit("after")
    return repo


def replaced(path: Path) -> Repo:
    """A graft, and a commit and a blob that are replaced by others."""
    repo = history(path, commits=4)
    repo.git("replace", "--graft", "HEAD~1")
    repo.git("replace", repo.oid("HEAD:prompts/0.md"), repo.oid("HEAD:prompts/1.md"))
    repo.branch("other")
    repo.write("prompts/9.md", "in the replacement")
    repo.commit("other")
    other = repo.oid("HEAD")
    repo.checkout("main")
    repo.git("replace", repo.oid("HEAD"), other)
    return repo


def linked_worktree(path: Path) -> Repo:
    main = history(path.with_name("main-worktree"))
    main.git("config", "extensions.worktreeConfig", "true")
    main.git("worktree", "add", "-q", "-b", "side", str(path))
    return Repo(path)


def bare(path: Path) -> Repo:
    return history(path.with_name("bare-source")).clone(path, "--bare")


def _server(path: Path) -> Repo:
    server = history(path, commits=5)
    server.git("config", "uploadpack.allowFilter", "true")
    server.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return server


def shallow(path: Path) -> Repo:
    return _server(path.with_name("shallow-source")).clone(path, "--depth=1")


def partial(path: Path) -> Repo:
    """Blobless, with nothing checked out: every blob is missing, but one that was made here."""
    repo = _server(path.with_name("partial-source")).clone(path, "--filter=blob:none", "--no-checkout")
    repo.git("read-tree", "HEAD")
    repo.stage("prompts/local.md", "made here")
    return repo


def partial_extension(path: Path) -> Repo:
    repo = partial(path)
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.partialClone", "origin")
    return repo


def partial_sha256(path: Path) -> Repo:
    server = history(path.with_name("partial-sha256-source"), "--object-format=sha256")
    server.git("config", "uploadpack.allowFilter", "true")
    repo = server.clone(path, "--filter=blob:none", "--no-checkout")
    repo.git("read-tree", "HEAD")
    return repo


def alternates(path: Path) -> Repo:
    source = history(path.with_name("alternates-source"))
    source.git("clone", "-q", "--shared", source.cwd, str(path))
    return Repo(path)


def criss_cross(path: Path) -> Repo:
    """`main` and `side`, each merged into the other: two merge bases."""
    repo = history(path, commits=1)
    repo.branch("side")
    repo.write("side.md", "side")
    repo.commit("side")
    side = repo.oid("HEAD")
    repo.checkout("main")
    repo.write("main.md", "main")
    repo.commit("main")
    main = repo.oid("HEAD")
    repo.merge(side)
    repo.checkout("side")
    repo.merge(main)
    return repo


def conflict(path: Path) -> Repo:
    """A merge that stopped: prompts/0.md is unmerged."""
    repo = history(path)
    for branch, text in (("theirs", "theirs"), ("ours", "ours")):
        repo.branch(branch, "main")
        repo.write("prompts/0.md", text)
        repo.commit(text)
    assert repo.run("merge", "theirs").code == 1
    return repo


def treeless(path: Path) -> Repo:
    return _server(path.with_name("treeless-source")).clone(path, "--filter=tree:0", "--no-checkout")


def submodule(path: Path) -> Repo:
    library = history(path.with_name("submodule-source"), commits=1)
    repo = history(path, commits=1)
    repo.git("submodule", "--quiet", "add", f"file://{library.path}", "library")
    repo.commit("submodule")
    return repo


KINDS: dict[str, Build] = {
    build.__name__: build
    for build in (
        history, sha256, split_index, sparse_index, sparse_checkout, index_v4, untracked_cache, zero_checksum,
        intent_to_add, unborn, detached, octopus, names, attributes, renamed, replaced, linked_worktree, bare,
        shallow, partial, partial_extension, partial_sha256, alternates, criss_cross, submodule, conflict, treeless,
    )
}  # fmt: skip

MISSING_BLOBS = ("partial", "partial_extension", "partial_sha256")
KNOWS_PARTIAL_CLONES = hasattr(pygit2.settings, "set_extensions")
UNREADABLE_BY_LIBGIT2 = ("sha256", "partial_sha256", *([] if KNOWS_PARTIAL_CLONES else ["partial_extension"]))
READABLE = [kind for kind in KINDS if kind not in ("conflict", "treeless")]
WITH_INDEX = [kind for kind in READABLE if kind != "bare"]
