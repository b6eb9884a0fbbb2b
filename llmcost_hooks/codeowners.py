"""CODEOWNERS files, as GitHub reads them: bytes -> who owns a path.

The last line that matches decides, also where it names nobody. `!`, `[ ]` and a line that cannot be read mean nothing,
as they do there.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .globs import DEEP, STAR, Component, Globs, component_of, folded, is_deep

PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # the first that is there counts
MAX_BYTES = 3_000_000  # GitHub's own limit; a larger file owns nothing
MAX_LINES = 20_000

_WORD = re.compile(r"(?:\\.|[^\s\\])+")
_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)?|[^@\s]+@[^@\s]+")


class _Rule(NamedTuple):
    globs: Globs
    owners: tuple[str, ...]


class CodeOwners(NamedTuple):
    rules: tuple[_Rule, ...]  # the last one first

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of the file at `path`; () where nobody owns it."""
        return next((rule.owners for rule in self.rules if rule.globs.matches(path)), ())


def parse_codeowners(data: bytes) -> CodeOwners:
    """Any bytes: nothing in a CODEOWNERS file is an error here."""
    if len(data) > MAX_BYTES:
        return CodeOwners(())
    rules = [_rule(line) for line in data.decode("utf-8", "surrogateescape").splitlines()[:MAX_LINES]]
    return CodeOwners(tuple(rule for rule in reversed(rules) if rule))


def _rule(line: str) -> _Rule | None:
    words = _WORD.findall(line)
    if not words or words[0][0] in "#!" or "[" in words[0]:
        return None
    owners = []
    for word in words[1:]:
        if word[0] == "#":
            break
        if not _OWNER.fullmatch(word):
            return None
        owners.append(word)
    patterns = _patterns(words[0])
    return _Rule(Globs(patterns, patterns.__getitem__), tuple(owners)) if patterns else None


def _patterns(word: str) -> dict[str, list[Component]]:
    """The file itself and what lies below it, each as components; none where it can match nothing.

    A pattern without "/" but at its end is looked for in every directory; `/*` at the end stays in its directory.
    """
    anchored = "/" in word[:-1]
    parts = word.strip("/").split("/")
    if "" in parts:
        return {}
    row = [DEEP if is_deep(part) and (anchored or word[-1] == "/") else _component(part) for part in parts]
    if not anchored:
        row.insert(0, DEEP)
    found = {}
    if not word.endswith("/"):
        found["itself"] = folded(row)
    if word.endswith("/") or not anchored or parts[-1] != "*":
        found["below"] = folded([*row, DEEP])
    return found


def _component(part: str) -> Component:
    plain = re.sub(r"\\(.)", r"\1", part)
    if not re.search(r"(?<!\\)(?:\\\\)*[*?]", part):
        return component_of([re.escape(char) for char in plain], plain)
    row = [
        STAR if found == "*" else "[^/]" if found == "?" else re.escape(found[-1])
        for found in re.findall(r"\\.|[^\\]", part)
    ]
    return component_of(row, None)
