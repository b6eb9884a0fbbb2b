"""What kinds of text a text is made of, in percent: tokenizers differ by kind, so a ratio between two does as well.

A rough sorting of blocks by their characters, not a parser: fenced blocks by what their fence says, others by how
much of them is punctuation, letters by their script.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

CLASSES = ("prose", "code", "structured", "cjk", "other")  # prose is of Latin script, "other" of any further script
Mix: TypeAlias = "tuple[int, int, int, int, int]"  # percent of a text's tokens, by class; together 100
ALL_PROSE: Mix = (100, 0, 0, 0, 0)
ALL_STRUCTURED: Mix = (0, 0, 100, 0, 0)
_PROSE, _CODE, _STRUCTURED, _CJK, _OTHER = range(5)

_DATA_FENCES = frozenset(b"json jsonl json5 ndjson yaml yml toml ini csv tsv xml html log properties env".split())
_TEXT_FENCES = frozenset((b"", b"text", b"txt", b"md", b"markdown"))
_SPACE = b" \t\r\x0b\x0c"
_OF_DATA, _OF_CODE = frozenset(b'"{}[]:,|<>0123456789'), frozenset(b"(){}[]<>=;_+*/\\&%$@!~^")
# What each byte is: "d" of data, "c" of code, "b" of both, "p" of neither, "-" of another script, or the end of a line.
_KINDS = bytes(
    10 if byte == 10 else ord("-") if byte > 127
    else ord("b" if byte in _OF_DATA & _OF_CODE else "d" if byte in _OF_DATA else "c" if byte in _OF_CODE else "p")
    for byte in range(256)
)  # fmt: skip
# Of the ink of English 6 % at most is of data and 4 % of code; of source code 6 to 15 % and 9 to 20 %; of JSON a third
# of data. Between lie Markdown with many links and code with many comments.
_MUCH_DATA, _MUCH_CODE, _LITTLE = 0.25, 0.065, 0.04
_MAX_BLOCKS = 1000  # of a longer text with more of them none is looked at by itself
# The first byte of a character in UTF-8 says its script, near enough: Greek to Tibetan and the smaller ones behind it,
# then kana, Han, Hangul and full-width forms. Latin of Vietnamese lies among the former.
_FIRST_OF_OTHER, _FIRST_OF_CJK = bytes(range(0xCE, 0xE2)), bytes((*range(0xE3, 0xEE), 0xEF))
_VIETNAMESE = (b"\xe1\xb8", b"\xe1\xb9", b"\xe1\xba", b"\xe1\xbb")
# Roughly, in o200k_base: tokens of a character, which for the first three is one of ink.
_TOKENS = (0.26, 0.34, 0.45, 0.72, 0.35)


def mix_of(texts: Sequence[str]) -> Mix:
    """The classes of texts taken together."""
    weights = [0.0] * len(CLASSES)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        if len(data) != len(text):
            latin = sum(map(data.count, _VIETNAMESE))
            weights[_CJK] += _count(data, _FIRST_OF_CJK) * _TOKENS[_CJK]
            weights[_OTHER] += (_count(data, _FIRST_OF_OTHER) - latin) * _TOKENS[_OTHER]
        for ink, kind in _blocks(data):
            weights[kind] += ink * _TOKENS[kind]
    whole = sum(weights)
    script = _CJK if weights[_CJK] > weights[_OTHER] else _OTHER
    if weights[script] > 0.8 * whole:  # the little that is left is its punctuation
        weights = [whole if kind == script else 0 for kind in range(len(CLASSES))]
    return _percent([weight / whole for weight in weights]) if whole else ALL_PROSE


def _blocks(text: bytes) -> list[tuple[int, int]]:
    """(characters of ink, class) of each block."""
    if text.count(b"```") > _MAX_BLOCKS:
        return [_sorted_block(text.translate(_KINDS, _SPACE))]
    outside, *fenced = (b"\n" + text).split(b"\n```")
    found = _sorted(outside)
    for n, piece in enumerate(fenced):
        first, _, block = piece.partition(b"\n")
        language = first.strip().lower()
        if n % 2 or language in _TEXT_FENCES:  # every other fence closes a block
            found += _sorted(block)
        else:
            ink, _, _ = _ink(block.translate(_KINDS, _SPACE))
            found.append((ink, _STRUCTURED if language in _DATA_FENCES else _CODE))
    return found


def _sorted(text: bytes) -> list[tuple[int, int]]:
    """A text in paragraphs, where it is not plainly all of one kind."""
    kinds = text.translate(_KINDS, _SPACE)
    whole, data, code = _ink(kinds)
    if data <= _LITTLE * whole and code <= _LITTLE * whole:
        return [(whole, _PROSE)]
    blocks = kinds.split(b"\n\n") if kinds.count(b"\n\n") < _MAX_BLOCKS else [kinds]
    return [_sorted_block(block) for block in blocks]


def _sorted_block(kinds: bytes) -> tuple[int, int]:
    ink, data, code = _ink(kinds)
    return ink, _STRUCTURED if data > _MUCH_DATA * ink else _CODE if code > _MUCH_CODE * ink else _PROSE


def _ink(kinds: bytes) -> tuple[int, int, int]:
    """Characters that are no space: all, those that data is full of, those that code is full of."""
    both, data, code = kinds.count(b"b"), kinds.count(b"d"), kinds.count(b"c")
    return len(kinds) - kinds.count(b"\n") - kinds.count(b"-"), both + data, both + code


def _count(text: bytes, these: bytes) -> int:
    return len(text) - len(text.translate(None, these))


def _percent(shares: list[float]) -> Mix:
    """Whole percents that are 100 together: what rounding leaves goes to the largest."""
    whole = [round(share * 100) for share in shares]
    largest = max(range(len(whole)), key=whole.__getitem__)
    whole[largest] += 100 - sum(whole)
    prose, code, structured, cjk, other = whole
    return prose, code, structured, cjk, other
