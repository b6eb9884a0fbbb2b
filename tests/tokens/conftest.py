"""Both ways to count, for each encoding. The table counter has no budget here: it counts whatever it is given."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import tiktoken

from llmcost_hooks.data import open_data
from llmcost_hooks.tokens import Encoding
from llmcost_hooks.tokens.bulk import Bulk
from llmcost_hooks.tokens.encodings import CORE, spec_of
from llmcost_hooks.tokens.split import Splitter, make_splitter
from llmcost_hooks.tokens.table import Ranks
from llmcost_hooks.tokens.table_counter import TableCounter

UNLIMITED = 1 << 60


class Ways(NamedTuple):
    encoding: Encoding
    ranks: Ranks
    splitter: Splitter
    bulk: Bulk
    tiktoken: tiktoken.Encoding  # the oracle: tiktoken as its documentation shows it, nothing between it and the text

    def table(self, budget: int = UNLIMITED) -> TableCounter:
        return TableCounter(self.ranks, self.splitter, budget)

    def oracle(self, text: str) -> int:
        return len(self.tiktoken.encode_ordinary(text))


def open_encoding(name: str) -> Encoding:
    return Encoding(name, open_data(f"{name}.tbl"), open_data("classes.bin"))


@pytest.fixture(scope="session", params=CORE)
def ways(request: pytest.FixtureRequest) -> Ways:
    encoding = open_encoding(request.param)
    ranks = Ranks(encoding.table)
    spec = spec_of(encoding.name)
    splitter = make_splitter(spec, encoding.classes, ranks)
    assert isinstance(splitter, Splitter) and spec.pattern
    vocabulary = {token: rank for rank, token in enumerate(ranks.vocabulary())}
    oracle = tiktoken.Encoding(encoding.name, pat_str=spec.pattern, mergeable_ranks=vocabulary, special_tokens={})
    return Ways(encoding, ranks, splitter, Bulk(spec, ranks, splitter), oracle)
