"""Count tokens with tiktoken, built from the package's own table: it never downloads anything.

tiktoken's regex engine must not see everything: a million spaces overflow its stack, which ends in a
`PanicException` (no `Exception`) and a backtrace on stderr. So it gets text in chunks of bounded size, and where a
chunk cannot be cut, its pieces go straight to tiktoken's byte pair encoding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from llmcost_hooks.tokens.encodings import CJK, Spec
from llmcost_hooks.tokens.table import Ranks

if TYPE_CHECKING:
    from llmcost_hooks.tokens.split import AnySplitter

CHUNK = 16_384  # characters
WINDOW = 1_024  # bytes of a piece that are encoded at once; longer than any token
TRIES = 16  # borders of a window that are tried; one in ten does not hold
BATCH = 8_192  # pieces in memory at once


class Bulk:
    """tiktoken for one encoding. It takes 0.1 to 0.3 s to load. Texts have to be prepared."""

    def __init__(self, spec: Spec, ranks: Ranks, splitter: AnySplitter) -> None:
        import tiktoken

        self._splitter = splitter
        self._cut = re.compile(splitter.cut)
        self._whole = spec.pattern is not None  # tiktoken cuts chunks of its size by itself
        vocabulary = {token: rank for rank, token in enumerate(ranks.vocabulary())}
        self._encoding = tiktoken.Encoding(
            spec.name, pat_str=tiktoken_pattern(spec), mergeable_ranks=vocabulary, special_tokens={}
        )
        vocabulary.clear()  # tiktoken has its own of it: 15 to 30 MB less

    def count(self, text: str) -> int:
        """The number of tokens of `text`."""
        return sum(map(self._count_chunk, chunks(text, self._cut)))

    def _count_chunk(self, chunk: str) -> int:
        if self._whole and len(chunk) <= 2 * CHUNK:
            return len(self._encoding.encode_ordinary(chunk))
        pieces = self._splitter.iterate(chunk)
        total = 0
        encode, by_byte = self._encoding._encode_single_piece, self._splitter.by_byte
        while batch := Counter(islice(pieces, BATCH)):
            for piece, times in batch.items():
                data = piece.encode()
                if len(piece) == 1 and by_byte(piece):
                    count = len(data)
                else:
                    count = len(encode(data)) if len(data) <= WINDOW else self.count_piece(data)
                total += times * count
        return total

    def count_piece(self, piece: bytes, window: int = WINDOW) -> int:
        """The number of tokens of one piece. Only `window` bytes are encoded at once, which bounds memory.

        If a text ends with token a, another begins with token b, and ab is encoded as a, b, then the tokens of both
        texts joined are the tokens of the one and those of the other. For the first merge across the border would
        join an end of a with a beginning of b; the merges within a and b happen in the same order in ab as in the
        whole, so it would happen in ab too. For the same reason the first tokens of a text encode their own bytes.
        """
        encode, decode = self._encoding._encode_single_piece, self._encoding.decode_single_token_bytes
        count, end = 0, window
        tokens = encode(piece[:window])
        while end < len(piece):
            start = end
            for kept in range(len(tokens) - 1, max(0, len(tokens) - TRIES), -1):
                last = tokens[kept - 1]
                start -= len(decode(tokens[kept]))
                following = encode(piece[start : start + window])
                if encode(decode(last) + decode(following[0])) == [last, following[0]]:
                    break
            else:  # none holds
                return self.count_piece(piece, 16 * window)
            count += kept
            tokens, end = following, start + window
        return count + len(tokens)


def chunks(text: str, cut: re.Pattern[str], size: int = CHUNK) -> Iterator[str]:
    """`text` in parts whose tokens are the tokens of the whole; as near above `size` characters as `text` allows."""
    start = 0
    while start < len(text):
        found = cut.search(text, start + size)
        end = found.end() if found else len(text)
        yield text[start:end]
        start = end


def tiktoken_pattern(spec: Spec) -> str:
    """The pattern as tiktoken's regex engine takes it; for SentencePiece one that never cuts."""
    return r"[\s\S]+" if spec.pattern is None else spec.pattern.replace(r"\p{CJK}", CJK)
