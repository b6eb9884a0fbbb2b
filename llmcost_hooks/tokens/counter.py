"""Choose between the two ways to count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llmcost_hooks.tokens.bulk import Bulk
    from llmcost_hooks.tokens.table_counter import TableCounter

# Measured, cold process: on English and code tiktoken overtakes the table at 2.0 MB (o200k_base) and 1.0 MB
# (cl100k_base); merging costs the table 1.5 to 3 us a byte, so this budget is spent in the time tiktoken takes to load.
BULK = 1_500_000  # characters in one call
MERGE_BUDGET = 100_000  # bytes in one process


class Encoding(NamedTuple):
    """A tokenizer, as bytes."""

    name: str  # one of KNOWN
    table: memoryview  # the table that its Spec names
    classes: memoryview  # classes.bin


class Counter:
    """Counts tokens for one encoding. Make one per process: it remembers pieces, within bounds."""

    def __init__(self, encoding: Encoding) -> None:
        """Raise ValueError if the encoding's name is unknown or its bytes are damaged."""
        from llmcost_hooks.tokens.encodings import spec_of
        from llmcost_hooks.tokens.split import make_splitter
        from llmcost_hooks.tokens.table import Ranks
        from llmcost_hooks.tokens.table_counter import TableCounter

        self._spec = spec_of(encoding.name)
        self._ranks = Ranks(encoding.table)
        self._splitter = make_splitter(self._spec, encoding.classes, self._ranks)
        self._table: TableCounter | None = TableCounter(self._ranks, self._splitter, MERGE_BUDGET)
        self._bulk: Bulk | None = None

    def count(self, text: str) -> int:
        """The number of tokens of `text`, special tokens counted as text; 0 for the empty text.

        Text decoded from valid UTF-8 never fails; a lone surrogate raises ValueError.
        """
        return self.count_many((text,))[0]

    def count_many(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, like `count`. One call for many texts is the fastest way."""
        for text in texts:
            _refuse_surrogates(text)
        if self._bulk is None and sum(map(len, texts)) >= BULK:
            self._load_bulk()
        return [self._count(text) for text in texts]

    def _count(self, text: str) -> int:
        text = self._splitter.prepare(text)
        if self._table is not None:
            count = self._table.count(text)
            if count is not None:
                return count
        return (self._bulk or self._load_bulk()).count(text)

    def _load_bulk(self) -> Bulk:
        from llmcost_hooks.tokens.bulk import Bulk

        self._table = None  # what it and the ranks remember goes before tiktoken comes: up to 40 MB
        self._ranks.clear()
        self._bulk = Bulk(self._spec, self._ranks, self._splitter)
        return self._bulk


def _refuse_surrogates(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:  # it carries the whole text: not to be passed on
        at = error.start
    else:
        return
    raise ValueError(f"character {at} is a lone surrogate: text must come from valid UTF-8")
