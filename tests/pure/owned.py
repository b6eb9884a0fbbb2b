"""One prompt under a manifest with prices of its own, in one line each."""

from __future__ import annotations

from datetime import date
from typing import Any

from llmcost_hooks.estimate import Estimate, estimate_snapshot
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.prices.own import NO_PRICES, OwnPrices
from llmcost_hooks.pricing import PromptEstimate, Row, Unpriced
from llmcost_hooks.prompts import PromptFacts
from llmcost_hooks.snapshot import Snapshot

from .build import BOOK, ON, facts, prompt

FACTS = facts(1000)


def own(text: str) -> OwnPrices:
    return parse_manifest(f"version = 1\n{text}".encode()).prices or NO_PRICES


def side(text: str, *, on: date = ON, known: PromptFacts = FACTS, book: Any = BOOK, **assumed: Any) -> Estimate:
    """One prompt of 1,000 tokens under a manifest with this text."""
    manifest = parse_manifest(f"version = 1\n{text}".encode())
    file = prompt(**assumed)._replace(prices=manifest.prices)
    snapshot = Snapshot("worktree", None, manifest, (file,))
    return estimate_snapshot(snapshot, Facts({(file.format, str(file.oid)): known}), book, on, force_stale=True)


def row(text: str, **assumed: Any) -> Row:
    return side(text, **assumed).rows[0]


def priced(text: str, **assumed: Any) -> PromptEstimate:
    found = row(text, **assumed)
    assert isinstance(found, PromptEstimate), found
    return found


def refused(text: str, **assumed: Any) -> Unpriced:
    found = row(text, **assumed)
    assert isinstance(found, Unpriced), found
    return found
