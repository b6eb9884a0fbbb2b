"""Exact token counts of text. Pure: the tables come in as bytes, nothing is opened, nothing is downloaded.

Two ways lead to the same number. `table_counter` reads a memory-mapped table: it costs a cold process a few
milliseconds. `bulk` feeds the same table to tiktoken: that takes up to 0.3 s to load and is faster from then on.
`Counter` chooses. Text that looks like special tokens (`<|endoftext|>`) is counted as text.
"""

from __future__ import annotations

from llmcost_hooks.tokens.counter import Counter, Encoding
from llmcost_hooks.tokens.encodings import KNOWN, Spec

__all__ = ["KNOWN", "Counter", "Encoding", "Spec"]
