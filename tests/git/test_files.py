"""Opening a file that a manifest names: what is refused, and that a race does not get around it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from llmcost_hooks.git.files import read_below, read_file
from llmcost_hooks.git.objects import Unread

OUTSIDE = Unread("not a path inside the repository")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    top = tmp_path / "top"
    (top / "dir" / "sub").mkdir(parents=True)
    (top / ".git").mkdir()
    (top / ".git" / "config").write_text("secret")
    (tmp_path / "secret").write_text("secret")
    (top / "dir" / "sub" / "file").write_bytes(b"content")
    (top / "dir" / "\\back").write_bytes(b"content")
    (top / "dir" / "C:").write_bytes(b"content")
    (top / "dir" / "...").write_bytes(b"content")
    (top / "file-link").symlink_to("dir/sub/file")
    (top / "dir-link").symlink_to("dir")
    (top / "out-link").symlink_to("..")
    (top / "dir" / "loop").symlink_to("loop")
    os.mkfifo(top / "pipe")
    return top


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "/", "/etc/passwd", "//etc/passwd", "../secret", "dir/../../secret", "dir/..", "./dir/sub/file",
     "dir//sub", "dir/", "dir/sub/file/", "dir/./sub/file", "a\0b", "dir/sub/file\0", ".git/config", ".GIT/config",
     ".Git", "dir/.git/x", ".git./config", ".git /config", "git~1/config", "GIT~1/config", ".g\u200cit/config",
     ".git\ufeff/config", "\u206a.git"],
)  # fmt: skip
def test_never_inside(top: Path, path: str) -> None:
    assert read_below(str(top), path, 100) == OUTSIDE


@pytest.mark.parametrize(
    ("path", "reason"),
    [("file-link", "a symbolic link"), ("dir/loop", "a symbolic link"),
     ("dir", "not a regular file"), ("pipe", "not a regular file"),
     ("dir-link/sub/file", "a symbolic link"), ("out-link/secret", "a symbolic link"),
     ("dir/sub/file/x", "not readable: Not a directory"), ("pipe/x", "not readable: Not a directory"),
     ("nope", "missing"), ("dir/nope/x", "missing"), ("x" * 5000, "not readable: File name too long")],
)  # fmt: skip
def test_not_a_regular_file(top: Path, path: str, reason: str) -> None:
    assert read_below(str(top), path, 100) == Unread(reason)


@pytest.mark.parametrize("path", ["dir/sub/file", "dir/\\back", "dir/C:", "dir/..."])
def test_files(top: Path, path: str) -> None:
    assert read_below(str(top), path, 7) == b"content"
    assert read_below(str(top), path, 6) == Unread("too large", 7)


def test_no_descriptor_is_left_open(top: Path) -> None:
    before = os.listdir("/dev/fd")
    for path in ("dir/sub/file", "dir", "pipe", "file-link", "dir/sub/nope", "dir/sub/file/x"):
        read_below(str(top), path, 100)
        read_file(str(top / path), 100)
    assert os.listdir("/dev/fd") == before


@pytest.mark.parametrize(
    ("path", "expected"),
    [("dir/sub/file", b"content"), ("dir-link/sub/file", Unread("a symbolic link")),
     ("file-link", Unread("a symbolic link")), ("dir/none", Unread("missing")), ("dir", Unread("not a regular file"))],
)  # fmt: skip
def test_where_nothing_opens_relative_to_a_directory(
    top: Path, path: str, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows: the same answers by looking before opening."""
    monkeypatch.setattr(os, "supports_dir_fd", set())
    assert read_below(str(top), path, 100) == expected


def test_a_plain_file(top: Path) -> None:
    assert read_file(str(top / "file-link"), 7) == b"content"
    assert read_file(str(top / "file-link"), 6) == Unread("too large", 7)
    assert read_file(str(top / "pipe"), 100) == Unread("not a regular file")
    assert read_file(str(top / "dir"), 100) == Unread("not a regular file")
    assert read_file(str(top / "nope"), 100) == Unread("missing")
    assert read_file(str(top / "dir" / "loop"), 100) == Unread("a symbolic link")
    assert read_file("/dev/zero", 100) == Unread("not a regular file")


def test_a_directory_that_turns_into_a_link_while_it_is_read(top: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"secret")
    (top / "link").symlink_to(outside)
    real, link, name = top / "real", top / "link", top / "swapped"
    real.mkdir()
    (real / "file").write_bytes(b"content")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            real.rename(name)
            name.rename(real)
            link.rename(name)
            name.rename(link)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        seen = {read_below(str(top), "swapped/file", 100) for _ in range(5000)}
    finally:
        stop.set()
        thread.join()
    assert b"secret" not in seen
    links = {Unread("a symbolic link"), Unread("not readable: Not a directory")}
    assert seen <= {b"content", Unread("missing"), *links}
