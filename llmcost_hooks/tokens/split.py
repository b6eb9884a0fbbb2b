"""Text -> the pieces that byte pair encoding works on, exactly as tiktoken's patterns cut them.

Python's `re` knows no `\\p{Lu}`. So text that is not ASCII is first mapped, one character to one: every character
beyond ASCII becomes a stand-in for its class. The pattern cuts the mapped text, and the lengths cut the original.
The classes were read out of tiktoken's own regex engine (tools/build_tables.py), so Python's Unicode version does
not matter. Neither pattern needs possessive quantifiers: what follows a run can never match inside of it.

Layout of `classes.bin`, little endian: magic `LCC1`; uint32 n; uint32 starts[n], the first code point of each range;
n bytes, the stand-in of each range.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

MAGIC = b"LCC1"
# Stand-ins: one for each class of characters that the patterns tell apart. LONG_S is U+017F, the only character
# beyond ASCII that matches in (?i:'s|'t|'re|'ve|'m|'ll|'d); otherwise it is a lower-case letter.
UPPER, LOWER, OTHER_LETTER, MARK, NUMBER, OTHER, LONG_S = "\x80\x81\x82\x83\x84\x86\x87"
SPACE = "\x0b"

_UPPER = f"A-Z{UPPER}{OTHER_LETTER}{MARK}"
_LOWER = f"a-z{LOWER}{LONG_S}{OTHER_LETTER}{MARK}"
_LETTER = f"A-Za-z{UPPER}{LOWER}{OTHER_LETTER}{LONG_S}"
_NUMBER = f"0-9{NUMBER}"
_SPACE = "\t\n\x0b\x0c\r "
_SUFFIX = f"'(?:[sSdDmMtT{LONG_S}]|[lL][lL]|[vV][eE]|[rR][eE])"

_PATTERNS = {
    "o200k_base": (
        rf"[^\r\n{_LETTER}{_NUMBER}]?[{_UPPER}]*[{_LOWER}]+(?:{_SUFFIX})?"
        rf"|[^\r\n{_LETTER}{_NUMBER}]?[{_UPPER}]+[{_LOWER}]*(?:{_SUFFIX})?"
        rf"|[{_NUMBER}]{{1,3}}"
        rf"| ?[^{_SPACE}{_LETTER}{_NUMBER}]+[\r\n/]*"
        rf"|[{_SPACE}]*[\r\n]+|[{_SPACE}]+(?![^{_SPACE}])|[{_SPACE}]+"
    ),
    "cl100k_base": (
        rf"{_SUFFIX}"
        rf"|[^\r\n{_LETTER}{_NUMBER}]?[{_LETTER}]+"
        rf"|[{_NUMBER}]{{1,3}}"
        rf"| ?[^{_SPACE}{_LETTER}{_NUMBER}]+[\r\n]*"
        rf"|[{_SPACE}]+\Z|[{_SPACE}]*[\r\n]|[{_SPACE}]+(?![^{_SPACE}])|[{_SPACE}]"
    ),
}


class Splitter:
    """Cuts text into pieces; joined, they are the text again."""

    def __init__(self, name: str, classes: memoryview) -> None:
        """Raise ValueError if the encoding `name` is unknown or `classes` is not a whole class table."""
        if name not in _PATTERNS:
            raise ValueError(f"unknown encoding {name!r}; known: {', '.join(_PATTERNS)}")
        self._pattern = re.compile(_PATTERNS[name])
        self.classes = Classes(classes)

    def split(self, text: str) -> list[str]:
        """The pieces of `text`."""
        return self._pattern.findall(text) if text.isascii() else list(self.iterate(text))

    def iterate(self, text: str) -> Iterator[str]:
        """The pieces of `text`, one by one: slower, and no list of millions of pieces."""
        mapped = text if text.isascii() else text.translate(self.classes)
        for match in self._pattern.finditer(mapped):
            yield text[match.start() : match.end()]


class Classes(dict[int, int]):
    """Code point -> stand-in (ASCII stands for itself). A dict of what was asked so far; the ranges answer the rest."""

    def __init__(self, data: memoryview) -> None:
        super().__init__()
        ranges = int.from_bytes(data[4:8], "little")
        if data[:4] != MAGIC or len(data) != 8 + 5 * ranges:
            raise ValueError("damaged character classes; reinstall the package")
        self._starts = data[8 : 8 + 4 * ranges].cast("I")
        self._stand_ins = data[8 + 4 * ranges :]

    def __missing__(self, code_point: int) -> int:
        ascii_only = code_point < 0x80
        stand_in = code_point if ascii_only else self._stand_ins[bisect_right(self._starts, code_point) - 1]
        self[code_point] = stand_in
        return stand_in
