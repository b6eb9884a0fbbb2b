"""Text -> the pieces that byte pair encoding works on, exactly as tiktoken's patterns cut them.

Python's `re` knows no `\\p{Lu}`. So text that is not ASCII is first mapped, one character to one: every character
beyond ASCII becomes a stand-in for its class. The pattern cuts the mapped text, and the lengths cut the original.
The classes were read out of tiktoken's own regex engine (tools/build_tables.py), so Python's Unicode version does
not matter. No pattern needs possessive quantifiers: what follows a run can never match inside of it.

Layout of `classes.bin`, little endian: magic `LCC1`; uint32 n; uint32 starts[n], the first code point of each range;
n bytes, the stand-in of each range.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

    from llmcost_hooks.tokens.encodings import Spec
    from llmcost_hooks.tokens.sentencepiece import SentencePieceSplitter
    from llmcost_hooks.tokens.table import Ranks

    AnySplitter: TypeAlias = "Splitter | SentencePieceSplitter"

MAGIC = b"LCC1"
SPACE = "\x0b"
# Stand-ins: one for each class of characters that some pattern tells apart. The first letter is the general category:
# U is Lu and Lt, l is Ll, o is Lm and Lo, and C whatever is in no other; s is U+017F, the only character beyond ASCII
# that matches in (?i:'s|'t|'re|'ve|'m|'ll|'d), otherwise a lower-case letter. J: in the CJK ranges of DeepSeek. H: of
# the script Han.
STAND_INS = dict(
    zip(
        (
            "U",
            "l",
            "s",
            "o",
            "M",
            "N",
            "P",
            "S",
            "C",
            "oJ",
            "oJH",
            "oH",
            "MJ",
            "MH",
            "NH",
            "PJ",
            "PH",
            "SJ",
            "SH",
            "CJ",
        ),
        "\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99",
        strict=True,
    )
)
LONG_S = STAND_INS["s"]


def _these(letters: str) -> str:
    return "".join(stand_in for name, stand_in in STAND_INS.items() if name[0] in letters)


_SPACES = "\t\n\x0b\x0c\r "
_PROPERTIES = {
    "s": _SPACES,
    "L": "A-Za-z" + _these("Ulso"),
    "Lu": "A-Z" + _these("U"),
    "Lt": "",  # always beside Lu
    "Ll": "a-z" + _these("ls"),
    "Lm": _these("o"),
    "Lo": "",  # always beside Lm
    "M": _these("M"),
    "N": "0-9" + _these("N"),
    "P": r"!-#%-*,-/:;?@\[-\]_{}" + _these("P"),
    "S": r"$+<->\^`|~" + _these("S"),
    "CJK": "".join(stand_in for name, stand_in in STAND_INS.items() if "J" in name),
    "Han": "".join(stand_in for name, stand_in in STAND_INS.items() if "H" in name),
}
_SUFFIX = f"'(?:[sSdDmMtT{LONG_S}]|[lL][lL]|[vV][eE]|[rR][eE])"
_REWRITTEN = (
    ("(?i:'s|'t|'re|'ve|'m|'ll|'d)", f"(?:{_SUFFIX})"),
    ("'(?i:[sdmt]|ll|ve|re)", _SUFFIX),
    ("(?!\\S)", f"(?![^{_SPACES}])"),
    ("$", r"\Z"),
    ("++", "+"),
    ("*+", "*"),
    ("?+", "?"),
    ("3}+", "3}"),
)


def translate(pattern: str) -> str:
    """A pattern of tiktoken, for Python's `re` over mapped text. Replaces what the patterns in `encodings` have.

    A regex that reads regexes would be more general, and takes longer to compile than a prompt to count.
    """
    pattern = f"|{pattern}"
    for old, new in _REWRITTEN:
        pattern = pattern.replace(old, new)
    while r"&&[^\p{" in pattern:  # a class without another
        before, _, rest = pattern.partition(r"&&[^\p{")
        name, _, after = rest.partition("}]")
        before, bracket, kept = before.rpartition("[")
        kept = "".join(char for char in _expand(kept) if char not in _PROPERTIES[name])
        pattern = before + bracket + kept + after
    return _expand(pattern)[1:]


def _expand(pattern: str) -> str:
    for name, characters in _PROPERTIES.items():
        known = r"\s" if name == "s" else f"\\p{{{name}}}"
        if known in pattern:
            for before in "|?+":  # here it is no part of a class
                pattern = pattern.replace(before + known, f"{before}[{characters}]")
            pattern = pattern.replace(known, characters)
    return pattern


def make_splitter(spec: Spec, classes: memoryview, ranks: Ranks) -> AnySplitter:
    """What cuts text for an encoding. Raise ValueError if `classes` is not a whole class table."""
    if spec.pattern is not None:
        return Splitter(spec.pattern, classes, spec.nfc)
    from llmcost_hooks.tokens.sentencepiece import SentencePieceSplitter

    return SentencePieceSplitter(ranks)


class Splitter:
    """Cuts text into pieces; joined, they are the text again. Texts have to be prepared."""

    def __init__(self, pattern: str, classes: memoryview, nfc: bool = False) -> None:
        """Raise ValueError if `classes` is not a whole class table."""
        # Where a piece ends, whatever stands around it, and the text before and behind is cut as if it stood alone: a
        # space or tab only ever begins a piece or continues white space; and behind the last line break white space
        # has ended, if the pattern knows line breaks.
        self.cut = r"\S(?=[ \t])|\n(?=[^\s/])" if r"[\r\n]" in pattern else r"\S(?=[ \t])"
        self._pattern = re.compile(translate(pattern))
        self._nfc = nfc
        self.classes = Classes(classes)

    def prepare(self, text: str) -> str:
        """What the encoding cuts instead of `text`: some bring it into Unicode's normal form C first."""
        if not self._nfc or text.isascii():
            return text
        from llmcost_hooks.tokens.normal import nfc

        return nfc(text)

    def split(self, text: str) -> list[str]:
        """The pieces of `text`."""
        return self._pattern.findall(text) if text.isascii() else list(self.iterate(text))

    def iterate(self, text: str) -> Iterator[str]:
        """The pieces of `text`, one by one: slower, and no list of millions of pieces."""
        if text.isascii():
            return map(itemgetter(0), self._pattern.finditer(text))
        matches = self._pattern.finditer(text.translate(self.classes))
        return (text[match.start() : match.end()] for match in matches)

    def by_byte(self, character: str) -> bool:
        """Whether each byte of this piece is a token, and no two can be merged."""
        return False


class Classes(dict[int, int]):
    """Code point -> stand-in (ASCII stands for itself). A dict of what was asked so far; the ranges answer the rest."""

    def __init__(self, data: memoryview) -> None:
        super().__init__()
        ranges = int.from_bytes(data[4:8], "little")
        if data[:4] != MAGIC or len(data) != 8 + 5 * ranges:
            raise ValueError("damaged character classes")
        self._starts = data[8 : 8 + 4 * ranges].cast("I")
        self._stand_ins = data[8 + 4 * ranges :]

    def __missing__(self, code_point: int) -> int:
        ascii_only = code_point < 0x80
        stand_in = code_point if ascii_only else self._stand_ins[bisect_right(self._starts, code_point) - 1]
        self[code_point] = stand_in
        return stand_in
