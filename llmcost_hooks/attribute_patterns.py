"""Patterns of `.gitattributes` files, as git reads them.

They differ from a manifest's patterns: a name without "/" is looked for in every directory, `\\` takes the meaning of
the next character away, classes can be named (`[[:space:]]`), and what cannot be read matches nothing. Characters are
bytes, so a pattern and the paths that it is held against come decoded as Latin-1.
"""

from __future__ import annotations

import re

from .globs import DEEP, STAR, Component, component_of, folded

# git's own: ASCII only, and no \v or \f among the spaces.
_NAMED = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@[-`{-~",
    "space": " \\t\\n\\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def parse_attribute_pattern(pattern: str) -> list[Component]:
    """The components of a pattern, relative to its file's directory; none where it can match no file."""
    if not pattern or pattern.endswith("/"):  # a directory, and git gives attributes to files only
        return []
    parts: list[list[str]] = [[]]
    plain: list[str | None] = [""]  # the literal text of each part, None once it has a wildcard
    at, end = int(pattern[0] == "/"), len(pattern)
    while at < end:
        char = pattern[at]
        at += 1
        if char == "/":
            parts.append([])
            plain.append("")
            continue
        if char in "*?[":
            plain[-1] = None
        if char == "*":
            parts[-1].append(STAR)
        elif char == "?":
            parts[-1].append("[^/]")
        elif char == "[":
            found = _class(pattern, at)
            if found is None:
                return []
            expression, at = found
            parts[-1].append(expression)
        else:
            if char == "\\":
                if at == end:
                    return []
                char = pattern[at]
                at += 1
            parts[-1].append(re.escape(char))
            plain[-1] = None if (text := plain[-1]) is None else text + char
    if "/" not in pattern:
        return [DEEP, component_of(parts[0], plain[0])]
    return folded(
        [
            DEEP if len(part) > 1 and set(part) == {STAR} else component_of(part, text)
            for part, text in zip(parts, plain, strict=True)
        ]
    )


def _class(pattern: str, at: int) -> tuple[str, int] | None:
    """The expression of the class whose inside begins at `at`, and where it ends; None where it is malformed.

    A `]` that comes first is a member, as is a `-` without a neighbour; a range ends what a later `-` could begin.
    """
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    members: list[str] = []
    before, first = "", True  # what a `-` would make a range from
    while (char := pattern[at : at + 1]) and (first or char != "]"):
        first = False
        at += 1
        if char == "\\":
            char = pattern[at : at + 1]
            at += 1
        elif char == "-" and before and pattern[at : at + 1] not in ("", "]"):
            at += pattern[at] == "\\"
            last = pattern[at : at + 1]
            at += 1
            if last and before <= last:
                members.append(f"{re.escape(before)}-{re.escape(last)}")
            char = ""
            if not last:
                return None
        elif char == "[" and pattern[at : at + 1] == ":":
            close = pattern.find("]", at + 1)
            if close < 0:
                return None
            name, colon = pattern[at + 1 : close - 1], pattern[close - 1]
            if close > at + 1 and colon == ":":
                if name not in _NAMED:
                    return None
                members.append(_NAMED[name].replace("[", r"\["))
                at, char = close + 1, ""
        before = char
        if char:
            members.append(re.escape(char))
    if not char:
        return None
    inside = "".join(members)
    if not inside:
        return ("[^/]" if negated else "(?!)"), at + 1
    return (f"[^/{inside}]" if negated else f"[{inside}]"), at + 1
