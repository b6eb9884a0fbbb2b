"""A project's own prices and days, for the commands that speak of one model."""

from __future__ import annotations

from datetime import date

from ..errors import ConfigError, LlmCostError
from ..manifest_values import Wrong, read_day
from ..prices.own import NO_PRICES, OwnPrices


def read_date(text: str, option: str) -> date:
    """What the manifest takes for a day, and nothing else. ConfigError that names the option."""
    try:
        return read_day(text)
    except Wrong:
        raise ConfigError(f'{option}: "{text}" is not a day', f"For example: {option} 2026-06-01") from None


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
