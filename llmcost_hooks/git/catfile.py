"""`git cat-file --batch`: blobs by the names that git has for them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from .index import index_entries
from .plumbing import fitting, run_git

# So that an object id names the same bytes here as in libgit2, which knows no replace refs.
UNREPLACED = {"GIT_NO_REPLACE_OBJECTS": "1"}

_HEADER = re.compile(rb"[0-9a-f]+ ([a-z]+) ([0-9]+)")


def read_named(cwd: str, names: Sequence[str]) -> dict[str, bytes | None]:
    """The blobs called `":path"` (in the index) or `"<tree>:path"`; None for what is not there or is no blob.

    One spawn for all of them. Raises ConfigError for a path of the index that is unmerged.
    """
    lines = {name: _line(cwd, name) for name in names}
    staged = [line for line in lines.values() if line[:1] == ":" and line[1:3] not in ("0:", "1:", "2:", "3:")]
    sides = [f":{stage}{line}" for line in staged for stage in "23"]
    asked = list(dict.fromkeys([*lines.values(), *sides]))
    blobs = dict(zip(asked, cat_file(cwd, asked), strict=True))
    doubtful = set()
    for line in staged:
        unmerged = blobs[line] is None and (blobs[f":2{line}"] is not None or blobs[f":3{line}"] is not None)
        if unmerged or blobs[line] == b"":  # an empty blob is also what `git add --intent-to-add` leaves
            doubtful.add(line[1:])
    present = index_entries(cwd, fitting(sorted(doubtful)), doubtful.__contains__) if doubtful else {}
    blobs.update((f":{path}", None) for path in doubtful - present.keys())
    return {name: blobs[line] for name, line in lines.items()}


def listed(cwd: str, names: Sequence[str]) -> list[str]:
    """Those of `names`, as for `read_named`, that git has an object id for, whether or not it has the object."""
    return [name for name in names if _oid(cwd, name)]


def cat_file(cwd: str, names: Sequence[str]) -> list[bytes | None]:
    """The blob of each object name, in their order; None for what is missing, ambiguous or no blob."""
    if not names:
        return []
    out = run_git(cwd, "cat-file", "--batch", stdin=_input(names), env=UNREPLACED).stdout
    blobs: list[bytes | None] = []
    at = 0
    for _ in names:
        end = out.index(b"\n", at)
        found = _HEADER.fullmatch(out, at, end)
        at = end + 1
        if found is None:
            blobs.append(None)
            continue
        size = int(found[2])
        blobs.append(out[at : at + size] if found[1] == b"blob" else None)
        at += size + 1
    return blobs


def headers(cwd: str, oids: Sequence[str]) -> dict[str, tuple[str, int] | None]:
    """Type and size in bytes of each object; None for what is missing."""
    check = ("cat-file", "--batch-check")
    done = run_git(cwd, *check, stdin=_input(oids), env=UNREPLACED, check=False)
    if done.returncode:
        # git below 2.44 gives up at the first object that a partial clone lacks. This lists those that it has,
        # and whatever is below a tree.
        options = ("--objects", "--no-object-names", "--no-walk", "--ignore-missing", "--missing=allow-any", "--stdin")
        present = {
            *run_git(cwd, "rev-list", *options, stdin=_input(oids), env=UNREPLACED).stdout.decode("ascii").split()
        }
        done = run_git(cwd, *check, stdin=_input([oid for oid in oids if oid in present]), env=UNREPLACED)
    found: dict[str, tuple[str, int] | None] = dict.fromkeys(oids)
    for line in done.stdout.decode("ascii").splitlines():
        oid, kind, *size = line.split(" ")
        if size:
            found[oid] = kind, int(size[0])
    return found


def _input(names: Sequence[str]) -> bytes:
    return b"".join(os.fsencode(name) + b"\n" for name in names)


def _line(cwd: str, name: str) -> str:
    """`name`, or the id of what it names where a line of input cannot hold it."""
    if "\0" in name:
        return ""
    if "\n" not in name and not name.endswith("\r"):
        return name
    return _oid(cwd, name)


def _oid(cwd: str, name: str) -> str:
    """The id of what `name` names; "" for nothing."""
    found = run_git(cwd, "rev-parse", "--verify", "-q", "--end-of-options", name, check=False)
    return found.stdout.decode("ascii").strip()
