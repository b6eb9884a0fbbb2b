"""Values of the pure modules, built in one line each: a price book of round prices, prompts, rows, estimates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from llmcost_hooks.errors import ExitCode
from llmcost_hooks.estimate import Estimate, PriceInfo, estimate_snapshot
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import Assumptions, Manifest
from llmcost_hooks.manifest_budget import Budget
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.pricing import Costs, PromptEstimate, Row, Unpriced
from llmcost_hooks.prompts import Problem, PromptFacts
from llmcost_hooks.snapshot import PromptFile, Snapshot

from ..prices.files import edited

ON = date(2026, 11, 22)
Prices = dict[str, str | None]


def model(
    standard: Prices,
    batch: Prices | None = None,
    *,
    provider: str = "OpenAI",
    tokenizer: str | None = "o200k_base",
    window: int | None = 128_000,
    longest: int | None = 16_384,
    retires: str | None = None,
    since: str = "2025-01-01",
    tiers: tuple[tuple[int, Prices], ...] = (),
    flex: Prices | None = None,
) -> dict[str, Any]:
    """A model of the price file; USD per million tokens."""
    prices = {
        "effective_from": since,
        "source": "openai-both",
        "standard": standard,
        "variants": {name: rates for name, rates in (("batch", batch), ("flex", flex)) if rates},
        "tiers": [{"variant": "standard", "when_input_gt": above, **rates} for above, rates in tiers],
    }
    channel = {"OpenAI": "openai", "Anthropic": "anthropic", "Google": "google"}[provider]
    return {
        "provider": provider,
        "context_window": window,
        "max_output_tokens": longest,
        "tokenizer": tokenizer,
        "lifecycle": {"retires_at": retires},
        "offers": [{"channel": channel, "region": None, "prices": [prices]}],
    }


DATED = {
    "db_version": "2026.11.22",
    "generated_at": "2026-11-22T00:00:00Z",
    "valid_until": "2027-01-06T00:00:00Z",
    "sources": {"openai-both": {"url": "https://developers.openai.com/api/docs/pricing", "verified_at": "2026-11-22",
                                "verified_by": "genai-prices@0.2.3 + litellm@1.109.1"}},
}  # fmt: skip


def price_book(models: dict[str, dict[str, Any]]) -> PriceBook:
    return PriceBook(edited(lambda value: value.update(models=models, aliases={}, **DATED)))


GPT_4O: Prices = {"input": "2.5", "output": "10", "cache_read": "1.25"}
MINI: Prices = {"input": "0.15", "output": "0.6", "cache_read": "0.075"}
CLAUDE: Prices = {"input": "15", "output": "75", "cache_read": "1.5", "cache_write_5m": "18.75"}
BOOK = price_book(
    {
        "gpt-4o": model(GPT_4O, {"input": "1.25", "output": "5"}),
        "gpt-4o-mini": model(MINI, {"input": "0.075", "output": "0.3"}),
        "gpt-4": model({"input": "30", "output": "60"}, tokenizer="cl100k_base", window=8192),
        "tiered": model(
            {"input": "1", "output": "4", "cache_read": "0.1"},
            window=2_000_000,
            tiers=((200_000, {"input": "2", "output": "6", "cache_read": "0.2"}),),
        ),
        "input-only": model({"input": "0.02", "output": None}),
        "output-only": model({"input": None, "output": "8"}, {"input": "1", "output": "4"}),
        "no-flex-writes": model(CLAUDE, flex={"input": "7", "output": "30", "cache_read": "0.7"}),
        "flex-writes": model(GPT_4O, flex={"input": "1", "output": "5", "cache_read": "0.6", "cache_write_5m": "2"}),
        "free": model({"input": "0", "output": "0", "cache_read": "0"}, {"input": "0", "output": "0"}),
        "future": model(GPT_4O, since="2027-01-01"),
        "claude-3-opus": model(
            CLAUDE,
            provider="Anthropic",
            tokenizer=None,
            window=200_000,
        ),
    }
)


def facts(tokens: int = 1000, *, model: str | None = None, cap: int | None = None, messages: int = 0) -> PromptFacts:
    """Facts of a text that has `tokens` in o200k_base, and one more in cl100k_base."""
    return PromptFacts(model, cap, messages, {"o200k_base": tokens, "cl100k_base": tokens + 1})


def prompt(
    prompt_id: str = "search",
    *,
    path: str | None = None,
    oid: str | None = None,
    default_model: str | None = None,
    problem: Problem | None = None,
    **assumptions: Any,
) -> PromptFile:
    return PromptFile(
        prompt_id,
        path or f"prompts/{prompt_id}.txt",
        None if problem else oid or f"oid of {prompt_id}",
        "text",
        Assumptions(**assumptions),
        default_model,
        {},
        True,
        problem,
    )


def price(*pairs: tuple[PromptFile, PromptFacts | Problem], period: str | None = None, on: date = ON) -> Estimate:
    """The estimate of prompts with these facts at BOOK's prices."""
    manifest = Manifest("llm-cost.toml", budget=Budget(period=period)) if period else None
    known = Facts({(file.format, file.oid): found for file, found in pairs if file.oid})
    files = tuple(sorted((file for file, _ in pairs), key=lambda file: file.prompt_id))
    return estimate_snapshot(Snapshot("worktree", None, manifest, files), known, BOOK, on)


def price_one(found: PromptFacts | Problem, *, period: str | None = None, **assumptions: Any) -> Row:
    return price((prompt(**assumptions), found), period=period).rows[0]


def priced_one(found: PromptFacts, *, period: str | None = None, **assumptions: Any) -> PromptEstimate:
    row = price_one(found, period=period, **assumptions)
    assert isinstance(row, PromptEstimate), row
    return row


def row(prompt_id: str = "search", cost: str | Decimal = "1.00", **changes: Any) -> PromptEstimate:
    """A priced prompt of an estimate that nothing computed."""
    usd = Decimal(cost)
    plain = PromptEstimate(
        prompt_id, f"prompts/{prompt_id}.txt", f"oid of {prompt_id}", True, {}, "gpt-4o", "exact", 1000, 1000, 1000, 0,
        0, 100, "declared", 1000, "default", usd, usd, usd, (),
    )  # fmt: skip
    made = plain._replace(**changes)
    costs = Costs(made.effective_cost, made.input_cost, made.per_call)
    high = made.output_tokens if made.output_high is None else made.output_high
    return made._replace(lower=made.lower or costs, upper=made.upper or costs, output_high=high)


def unpriced(prompt_id: str = "broken", code: ExitCode = ExitCode.PRICING_ERROR, **changes: Any) -> Unpriced:
    problem = Problem("no price is known", "Run: llm-cost models", code)
    plain = Unpriced(
        prompt_id, f"prompts/{prompt_id}.txt", f"oid of {prompt_id}", True, {}, None, None, None, problem
    )  # fmt: skip
    return plain._replace(**changes)


INFO = PriceInfo("2026.11.22", date(2026, 11, 22), date(2027, 1, 6))


def estimate(*rows: Row, label: str = "head", commit: str | None = None, period: str | None = "month") -> Estimate:
    return Estimate(label, commit, period, tuple(sorted(rows, key=lambda each: each.prompt_id)), INFO)


def manifest(prompts: Any = (), **budget: Any) -> Manifest:
    """A manifest with this budget; USD and percents as text."""
    money = ("limit", "max_increase", "max_increase_percent")
    values: dict[str, Any] = {key: Decimal(value) if key in money else value for key, value in budget.items()}
    return Manifest("llm-cost.toml", budget=Budget(**values), prompts=tuple(prompts))
