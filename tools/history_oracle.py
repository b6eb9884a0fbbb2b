"""Reference answers about a history: plain git and tiktoken, no code of the package."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import tiktoken

# OpenAI's public rank file: the SHA-256 that tiktoken 0.14.0 pins, and the name that tiktoken looks for in its cache.
RANKS = "o200k_base.tiktoken"
SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
CACHE_NAME = "fb374d419588a4632f3f557e76b4b70aebbca790"
REGULAR = ("100644", "100755")


class Change(NamedTuple):
    """One record of `git diff --raw`, which is `--name-status` with modes and ids."""

    status: str  # A, M, D, T or R
    old: str
    new: str
    old_mode: str
    new_mode: str
    same_blob: bool


class Expected(NamedTuple):
    """What `llm-cost diff` has to say, put in the words of its JSON document."""

    new: frozenset[str]
    removed: frozenset[str]
    modified: frozenset[str]
    moved: frozenset[tuple[str, str, str]]  # (old path, new path, "unchanged" or "modified")
    mode_only: int  # M for git, unchanged for llm-cost: the blob is the same
    retyped: int  # T for git; new or removed for llm-cost, which reads regular files only
    links: int  # changes of symbolic links and submodules, which llm-cost leaves out


def git(git_dir: str, *args: str, stdin: bytes | None = None, index: str | None = None) -> bytes:
    """What git prints, its configuration left out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env = {**kept, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_NO_REPLACE_OBJECTS": "1"}
    command = ["git", "--git-dir", git_dir, "-c", "diff.renameLimit=0", *args]
    env = {**env, "GIT_INDEX_FILE": index} if index else env
    return subprocess.run(command, input=stdin, env=env, capture_output=True, check=True).stdout


def clone(histories: Path, folder: Path) -> dict[str, str]:
    """Each bundle as a bare repository below `folder`: name -> git directory."""
    found = {}
    for bundle in sorted(histories.glob("*.bundle")):
        found[bundle.stem] = str(folder / f"{bundle.stem}.git")
        subprocess.run(["git", "clone", "-q", "--bare", str(bundle), found[bundle.stem]], check=True)
    return found


def pathspecs(patterns: Iterable[str]) -> list[str]:
    return [f":(glob){pattern}" for pattern in patterns]


def listing(git_dir: str, revision: str, patterns: Sequence[str]) -> dict[str, str]:
    """path -> oid of the regular files that match; through an index, because ls-tree knows no globs."""
    with tempfile.TemporaryDirectory() as folder:
        index = os.path.join(folder, "index")
        git(git_dir, "read-tree", revision, index=index)
        out = git(git_dir, "ls-files", "-s", "-z", "--", *pathspecs(patterns), index=index)
    rows = (record.partition("\t") for record in os.fsdecode(out).split("\0")[:-1])
    return {path: facts.split(" ")[1] for facts, _, path in rows if facts.split(" ")[0] in REGULAR}


def changes(git_dir: str, base: str, head: str, patterns: Sequence[str]) -> list[Change]:
    """`git diff -M50% -l0` between two commits."""
    options = ("--raw", "-z", "--no-abbrev", "-M50%", "-l0", "--no-ext-diff", "--no-textconv")
    return parse_raw(git(git_dir, "diff", *options, base, head, "--", *pathspecs(patterns)))


def parse_raw(output: bytes) -> list[Change]:
    fields = iter(os.fsdecode(output).split("\0"))
    found = []
    for header in fields:
        if header:
            old_mode, new_mode, old_oid, new_oid, status = header[1:].split(" ")
            old = next(fields)
            new = next(fields) if status[0] == "R" else old
            found.append(Change(status[0], old, new, old_mode, new_mode, old_oid == new_oid))
    return found


def expect(found: Iterable[Change]) -> Expected:
    """git's changes in the words of llm-cost. Only regular files are prompts."""
    new, removed, modified, moved = set(), set(), set(), set()
    mode_only = retyped = links = 0
    for change in found:
        before, after = change.old_mode in REGULAR, change.new_mode in REGULAR
        retyped += change.status == "T"
        if before and after and change.status == "R":
            moved.add((change.old, change.new, "unchanged" if change.same_blob else "modified"))
        elif before and after and change.same_blob:
            mode_only += 1
        elif before and after:
            modified.add(change.new)
        elif after:
            new.add(change.new)
        elif before:
            removed.add(change.old)
        else:
            links += 1
    sets = (frozenset(new), frozenset(removed), frozenset(modified), frozenset(moved))
    return Expected(*sets, mode_only, retyped, links)


def load_tiktoken(ranks: Path, cache: Path) -> tiktoken.Encoding:
    """tiktoken's own o200k_base from the original rank file, put where tiktoken would cache its download.

    Ends the program where the file is not the known one: tiktoken would download another.
    """
    data = (ranks / RANKS).read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SystemExit(f"{RANKS} is not the known file: its SHA-256 differs")
    cache.mkdir(parents=True, exist_ok=True)
    (cache / CACHE_NAME).write_bytes(data)
    os.environ["TIKTOKEN_CACHE_DIR"] = str(cache)
    return tiktoken.get_encoding("o200k_base")


def count_blobs(git_dir: str, oids: Iterable[str], encoding: tiktoken.Encoding, known: dict[str, int | None]) -> None:
    """Put the tokens of each blob, counted whole, into `known`; None for what is not UTF-8 text."""
    wanted = [oid for oid in dict.fromkeys(oids) if oid not in known]
    out = git(git_dir, "cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in wanted).encode())
    at = 0
    for oid in wanted:
        end = out.index(b"\n", at)
        size = int(out[at:end].split(b" ")[2])
        known[oid] = count_text(out[end + 1 : end + 1 + size], encoding)
        at = end + size + 2


def count_text(data: bytes, encoding: tiktoken.Encoding) -> int | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else len(encoding.encode(text, disallowed_special=()))


def tokens_by_path(files: Mapping[str, str], known: Mapping[str, int | None]) -> dict[str, int | None]:
    return {path: known[oid] for path, oid in files.items()}
