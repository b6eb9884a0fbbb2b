"""The vocabulary of an encoding: a hash table in a file, read in place.

Layout of `<encoding>.tbl`, little endian: magic `LCT1`, then as uint32 the number of tokens n, of slots, and of token
bytes; uint32 slots (rank + 1, or 0 for an empty one; open addressing, starting at `crc32(token) & (slots - 1)`);
uint32 offsets[n + 1] into the token bytes; the token bytes in the order of their ranks.
"""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

MAGIC = b"LCT1"
HEADER_BYTES = 16
NO_RANK = 1 << 32  # above every rank: what is not in the vocabulary is merged last, that is never


class Ranks(dict[bytes, int]):
    """Token -> rank (NO_RANK if it is no token). A dict of what was asked so far; the table answers the rest."""

    def __init__(self, table: memoryview) -> None:
        """Raise ValueError if `table` is not a whole table."""
        super().__init__()
        tokens, slots, token_bytes = _read_header(table)
        offsets_at = HEADER_BYTES + 4 * slots
        tokens_at = offsets_at + 4 * (tokens + 1)
        if tokens_at + token_bytes != len(table) or slots & (slots - 1) or slots <= tokens:
            raise ValueError("damaged token table: its size is not what its header says")
        self._mask = slots - 1
        self._slots = table[HEADER_BYTES:offsets_at].cast("I")
        self._offsets = table[offsets_at:tokens_at].cast("I")
        self._tokens = table[tokens_at:]

    def __missing__(self, token: bytes) -> int:
        rank = self[token] = self.look_up(token)
        return rank

    def look_up(self, token: bytes) -> int:
        """Like `ranks[token]`, but `token` is not kept."""
        slots, offsets = self._slots, self._offsets
        at = crc32(token) & self._mask
        while entry := slots[at]:
            if self._tokens[offsets[entry - 1] : offsets[entry]] == token:
                return entry - 1
            at = (at + 1) & self._mask
        return NO_RANK

    def vocabulary(self) -> Iterator[bytes]:
        """All tokens in the order of their ranks."""
        for rank in range(len(self._offsets) - 1):
            yield bytes(self._tokens[self._offsets[rank] : self._offsets[rank + 1]])


def _read_header(table: memoryview) -> tuple[int, int, int]:
    if len(table) < HEADER_BYTES or table[:4] != MAGIC:
        raise ValueError("damaged token table: it does not begin with LCT1")
    _, tokens, slots, token_bytes = table[:HEADER_BYTES].cast("I")
    return tokens, slots, token_bytes
