"""Gemma's way to cut text: none, but there is much that no token crosses.

SentencePiece merges characters, not bytes, over a whole text with each space written as U+2581. So does the table, if
spaces stay spaces: its tokens begin with the bytes and with the beginnings of characters, in the order that puts every
character together before anything else is merged. A character that is not in the vocabulary is a token for each of
its bytes.

Pieces end where no token of the vocabulary goes on (tools/build_vocab.py makes sure of that): around runs of spaces,
tabs and line breaks, around digits, before a space, and around a character that is not in the vocabulary. HTML tags
that are tokens of their own are taken out of a text before anything is merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter

from llmcost_hooks.tokens.table import NO_RANK, Ranks

_NAMES = (
    "table caption thead tbody tfoot tr th td h1 h2 h3 h4 h5 h6 blockquote strong em b i u s sub sup code a html body"
    " img span bbox ul li div iframe footer"
)
TAGS = tuple(f"<{slash}{name}>" for slash in ("", "/") for name in _NAMES.split())
LONGEST_RUN = 31  # characters of white space in one token
_TAG = re.compile("|".join(map(re.escape, TAGS)))
_TAG_BEGINS, _TAG_GOES_ON, _SIGN, _UNKNOWN = "\x86\x87\x88\x89"
# One token has a space inside: ">" + " </". So this space does not begin a piece.
_SPACE_INSIDE = re.compile(r"(?<=>) (?=</)")
_PIECE = re.compile(
    rf"{_TAG_BEGINS}{_TAG_GOES_ON}+|{_UNKNOWN}|\n{{1,{LONGEST_RUN}}}|\t{{1,{LONGEST_RUN}}}| {{2,{LONGEST_RUN}}}|[0-9]"
    rf"| ?[^ \n\t0-9{_TAG_BEGINS}{_TAG_GOES_ON}{_UNKNOWN}]+| "
)


class SentencePieceSplitter:
    """Cuts text into pieces; joined, they are the text again. Texts have to be prepared."""

    # Where a piece ends, and the text before and behind is cut as if it stood alone: behind a tag too, which is no part
    # of what is merged.
    cut = rf"[^\s>](?=[ \t])|\n(?=\S)|(?:{_TAG.pattern})(?=\S)"

    def __init__(self, ranks: Ranks) -> None:
        self._characters = Characters(ranks)

    def prepare(self, text: str) -> str:
        """What the encoding cuts instead of `text`: U+2581 means a space."""
        return text.replace("\u2581", " ")

    def split(self, text: str) -> list[str]:
        """The pieces of `text`."""
        return list(self.iterate(text))

    def iterate(self, text: str) -> Iterator[str]:
        """The pieces of `text`, one by one."""
        mapped = text if text.isascii() else text.translate(self._characters)
        if ">" in mapped:
            mapped = _TAG.sub(_mark, mapped)
            mapped = _SPACE_INSIDE.sub(_SIGN, mapped)
        if mapped is text:
            return map(itemgetter(0), _PIECE.finditer(text))
        return (text[match.start() : match.end()] for match in _PIECE.finditer(mapped))

    def by_byte(self, character: str) -> bool:
        """Whether each byte of this piece is a token, and no two can be merged."""
        return self._characters[ord(character)] == ord(_UNKNOWN)


class Characters(dict[int, int]):
    """Code point -> stand-in: ASCII for itself, one for all that are in the vocabulary, one for all others."""

    def __init__(self, ranks: Ranks) -> None:
        super().__init__()
        self._ranks = ranks

    def __missing__(self, code_point: int) -> int:
        known = code_point < 0x80 or self._ranks.look_up(chr(code_point).encode()) != NO_RANK
        stand_in = code_point if code_point < 0x80 else ord(_SIGN if known else _UNKNOWN)
        self[code_point] = stand_in
        return stand_in


def _mark(tag: re.Match[str]) -> str:
    return _TAG_BEGINS + _TAG_GOES_ON * (len(tag[0]) - 1)
