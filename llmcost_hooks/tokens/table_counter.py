"""Count tokens with nothing but the table: cheap to start, slow where much has to be merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmcost_hooks.tokens.merge import count_merged
from llmcost_hooks.tokens.table import NO_RANK, Ranks

if TYPE_CHECKING:
    from llmcost_hooks.tokens.split import AnySplitter


class TableCounter:
    """Counts until `budget` bytes of pieces have been merged. Most pieces are tokens as they are: they cost nothing.

    The budget bounds time, and memory too: what the memos hold is in the vocabulary or was paid for.
    """

    def __init__(self, ranks: Ranks, splitter: AnySplitter, budget: int) -> None:
        self._ranks = ranks
        self._splitter = splitter
        self._budget = budget
        self._memo: dict[str, int] = {}  # piece -> its number of tokens

    def count(self, text: str) -> int | None:
        """The number of tokens of `text`; None once the budget is spent."""
        memo = self._memo
        total = 0
        for piece in self._splitter.split(text):
            count = memo.get(piece)
            if count is None:
                count = self._count_piece(piece)
                if count is None:
                    return None
                memo[piece] = count
            total += count
        return total

    def _count_piece(self, piece: str) -> int | None:
        data = piece.encode()
        if self._ranks.look_up(data) != NO_RANK:
            return 1
        if len(piece) == 1 and self._splitter.by_byte(piece):
            return len(data)
        self._budget -= len(data)
        return count_merged(data, self._ranks) if self._budget >= 0 else None
