"""Token prices per token and per million tokens, without loss."""

from __future__ import annotations

from decimal import Decimal

from .offers import EXACT


def per_mtok(per_token: Decimal) -> Decimal:
    """USD per 1,000,000 tokens of a price per token. Exact."""
    return EXACT.scaleb(per_token, 6)


def per_token(per_mtok: Decimal) -> Decimal:
    """USD per token of a price per 1,000,000 tokens. Exact."""
    return EXACT.scaleb(per_mtok, -6)
