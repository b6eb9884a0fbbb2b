"""The cached scenario of prompts that are more than a text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from llmcost_hooks.estimate import estimate_snapshot
from llmcost_hooks.linking import Facts
from llmcost_hooks.prompts import PromptFacts
from llmcost_hooks.prompts.nodes import Nodes, Variable
from llmcost_hooks.prompts.parts import Parts
from llmcost_hooks.snapshot import Snapshot

from .build import GPT_4O, ON, model, price_book, prompt


def row_of(nodes: Nodes, counts: tuple[int, ...], *, requests: int = 1, **assumed: Any) -> Any:
    entry = model(GPT_4O)
    entry["cache"] = {"min_tokens": 1024}
    book = price_book({"gpt-4o": entry})
    file = prompt(model="gpt-4o", scenario="cached", cache_hit_ratio=Decimal("0.5"), output_tokens=0, **assumed)
    parts = Parts((nodes,), counts={"o200k_base": counts}, requests=requests)
    known = PromptFacts(None, None, 0, {"o200k_base": sum(counts)}, (), parts)
    facts = Facts({(file.format, str(file.oid)): known})
    return estimate_snapshot(Snapshot("worktree", None, None, (file,)), facts, book, ON).rows[0]


def test_no_more_is_cached_than_stands_before_the_first_variable() -> None:
    row = row_of((0, Variable("x"), 1), (1100, 3000), variables=(("x", 10, 10),))
    assert (row.cacheable_tokens, row.cached_input_tokens, row.prefix_ends_at) == (1100, 1100, "x")
    row = row_of((0, Variable("x")), (4000,), variables=(("x", 10, 10),))
    assert row.cached_input_tokens == 2005  # half of the input, which is less than could be


def test_a_prefix_below_the_least_is_not_cached_and_says_what_ends_it() -> None:
    row = row_of((0, Variable("x"), 1), (100, 3000), variables=(("x", 10, 10),))
    assert row.cached_input_tokens == 0
    assert (
        "gpt-4o caches 1,024 tokens and more, and x ends what can be cached after 100: nothing of this one is cached"
        in row.notes
    )


def test_what_several_requests_have_in_common_is_not_known() -> None:
    row = row_of((0, 1), (5000, 5000), requests=2)
    assert (row.cached_input_tokens, row.cacheable_tokens, row.requests) == (0, 0, 2)
    assert any(note.startswith("2 requests: what they have in common is not known") for note in row.notes)
