"""A project's own prices and days, for the commands that speak of one model."""

from __future__ import annotations

from datetime import date

from ..errors import ConfigError, LlmCostError
from ..prices.own import NO_PRICES, OwnPrices


def read_date(text: str) -> date:
    """ConfigError for what is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f'"{text}" is not a day', "For example: --as-of 2026-06-01") from None


def manifest_prices() -> tuple[OwnPrices, tuple[str, ...]]:
    """[prices] of the working tree's manifest, where there is a repository with one; and what to say of it."""
    from ..git.plumbing import open_repository
    from ..reading import WORKTREE, read_manifest

    try:
        repo = open_repository()
    except LlmCostError:
        return NO_PRICES, ()
    try:
        manifest = read_manifest(repo, WORKTREE) if repo.top is not None else None
    except LlmCostError as error:
        return NO_PRICES, (f"llm-cost.toml was not read: {error.message}",)
    return ((manifest and manifest.prices) or NO_PRICES), ()
