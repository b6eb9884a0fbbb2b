"""Unicode's normal form C, in a time that grows with the text whatever the text is."""

from __future__ import annotations

import re
from itertools import groupby
from unicodedata import combining, normalize

# `normalize` puts combining marks in order by moving each past those before it: the square of a run's length. Sorting
# is what it does, so a long run that is sorted before is only copied.
_LONG_RUN = re.compile(rb"[^\0]{64,}")
# The only characters that combine with nothing themselves, and whose parts are combining marks: Tibetan vowel signs.
_MADE_OF_MARKS = re.compile("[\u0f73\u0f75\u0f81]")

_BLOCK = 10_000  # characters that are sorted at once: each is an object as long


def nfc(text: str) -> str:
    """`text` in normal form C."""
    if _MADE_OF_MARKS.search(text):
        text = _MADE_OF_MARKS.sub(lambda mark: normalize("NFD", mark[0]), text)
    done, parts = 0, []
    for run in _LONG_RUN.finditer(bytes(map(combining, text))):
        parts += [text[done : run.start()], _in_order(text[run.start() : run.end()])]
        done = run.end()
    return normalize("NFC", "".join([*parts, text[done:]]) if parts else text)


def _in_order(marks: str) -> str:
    """By combining class; those of one class as they were."""
    found: dict[int, list[str]] = {}
    for start in range(0, len(marks), _BLOCK):
        for kind, alike in groupby(sorted(marks[start : start + _BLOCK], key=combining), combining):
            found.setdefault(kind, []).append("".join(alike))
    return "".join("".join(found[kind]) for kind in sorted(found))
