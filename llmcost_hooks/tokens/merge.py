"""Byte pair encoding: how many tokens are left of a piece when its best pairs have been merged.

Both functions do the same: of all neighbouring pairs that form a token, the one with the lowest rank is merged, the
leftmost first among equals, until no pair forms a token.
"""

from __future__ import annotations

from llmcost_hooks.tokens.table import NO_RANK, Ranks

LONG = 100  # bytes; measured: here the heap overtakes the list, whose cost grows with the square
LONGEST_TOKEN = 256  # bytes, in all vocabularies


def count_merged(piece: bytes, ranks: Ranks) -> int:
    """The number of tokens of `piece` (not empty)."""
    return _count_long(piece, ranks) if len(piece) > LONG else _count_short(piece, ranks)


def _count_short(piece: bytes, ranks: Ranks) -> int:
    parts = [piece[i : i + 1] for i in range(len(piece))]
    pairs = [ranks[piece[i : i + 2]] for i in range(len(piece) - 1)]  # pairs[i]: rank of parts[i] + parts[i + 1]
    while pairs and (best := min(pairs)) != NO_RANK:
        i = pairs.index(best)
        parts[i] += parts.pop(i + 1)
        del pairs[i]
        if i < len(pairs):
            pairs[i] = ranks[parts[i] + parts[i + 1]]
        if i:
            pairs[i - 1] = ranks[parts[i - 1] + parts[i]]
    return len(parts)


def _count_long(piece: bytes, ranks: Ranks) -> int:
    """A heap of pairs over a linked list of parts; n log n. A part is named by the index of its first byte."""
    from heapq import heapify, heappop, heappush

    size = len(piece)
    after = [*range(1, size + 1), size]  # the part behind this one
    before = list(range(-1, size - 1))
    pairs = [ranks[piece[i : i + 2]] for i in range(size - 1)] + [NO_RANK]  # rank of this part and the one behind it
    heap = [(rank, i) for i, rank in enumerate(pairs) if rank != NO_RANK]
    heapify(heap)

    def rate(part: int, end: int) -> None:
        rank = ranks[piece[part:end]] if end - part <= LONGEST_TOKEN else NO_RANK
        pairs[part] = rank
        if rank != NO_RANK:
            heappush(heap, (rank, part))

    left = size
    while heap:
        rank, part = heappop(heap)
        if pairs[part] != rank:  # the pair has changed since
            continue
        left -= 1
        merged = after[part]
        pairs[merged] = NO_RANK
        following = after[part] = after[merged]
        if following < size:
            before[following] = part
            rate(part, after[following])
        else:
            pairs[part] = NO_RANK
        if part:
            rate(before[part], following)
    return left
