"""Trailers of commit messages, by git's own rules for where a message has them."""

from __future__ import annotations

import os
import re

from .plumbing import run_git

MESSAGE_BYTES = 1_000_000  # of a message that is read

_CUT = b" ------------------------ >8 ------------------------"
# A repository may state other separators for its trailers; ours are always "Key: value".
_COLON = ("-c", "trailer.separators=:")


def trailers_between(cwd: str, base: str | None, head: str, keys: tuple[str, ...]) -> list[tuple[str, list[list[str]]]]:
    """(commit, the values of each of `keys`) of the commits that `head` has and `base` does not, oldest first.

    Only commits that have one of the keys are listed; without `base`, of all that lead to `head`.
    """
    greps = ["--basic-regexp", *(f"--grep=^{key}[ \t]*:" for key in keys)]
    fields = [f"%(trailers:key={key},valueonly,unfold,separator=%x01)" for key in keys]
    out = run_git(
        cwd, *_COLON, "rev-list", "--reverse", "--topo-order", "--encoding=UTF-8", "--regexp-ignore-case", *greps,
        f"--format=%x00%H%x00{'%x00'.join(fields)}%x00", head, *([f"^{base}"] if base else []), "--",
    ).stdout  # fmt: skip
    parts = _text(out).split("\0")
    step = len(keys) + 2  # "commit <id>\n", the id, the values of each key
    found = []
    for at in range(1, len(parts) - step + 1, step):
        values = [
            [value.strip() for value in said.split("\1") if value.strip()] for said in parts[at + 1 : at + step - 1]
        ]
        if any(values):
            found.append((parts[at], values))
    return found


def trailers_of_message(cwd: str, path: str, keys: tuple[str, ...]) -> list[list[str]]:
    """The values of each of `keys` in the message that is being written to the file `path`; comments are none."""
    out = run_git(cwd, *_COLON, "interpret-trailers", "--parse", "--no-divider", "--end-of-options", path).stdout
    pairs = [line.partition(":") for line in _text(out).splitlines()]
    return [[value.strip() for name, _, value in pairs if name.strip().lower() == key.lower()] for key in keys]


def set_trailer(cwd: str, path: str, key: str, value: str) -> None:
    """Give the message in the file `path` this one trailer, in place of any of its key.

    Outside of any repository, so that no command which a configuration names for other trailers runs.
    """
    run_git(
        cwd, *_COLON, "-c", f"core.commentChar={_comment_character(cwd)}", "interpret-trailers", "--in-place",
        "--no-divider", "--where", "end", "--if-exists", "replace", "--if-missing", "add",
        "--trailer", f"{key}={value}", path,
        env={"GIT_DIR": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )  # fmt: skip


def set_comment(cwd: str, path: str, text: str) -> None:
    """Put a comment in front of those that git wrote below the message in the file `path`; nothing where it wrote none.

    Where everything below a cut line goes, the comment goes with it.
    """
    character = _comment_character(cwd).encode()
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    first = next((n for n, line in enumerate(lines) if line.startswith(character)), None)
    if first is None:
        return
    at = first + (lines[first] == character + _CUT)
    lines.insert(at, character + b" " + os.fsencode(text))
    with open(path, "wb") as file:
        file.write(b"\n".join(lines))


def _comment_character(cwd: str) -> str:
    said = run_git(cwd, "config", "--get", "core.commentChar", check=False).stdout.decode("utf-8", "replace").strip()
    return said if len(said) == 1 else "#"


def _text(out: bytes) -> str:
    return re.sub("\r\n?", "\n", os.fsdecode(out))
