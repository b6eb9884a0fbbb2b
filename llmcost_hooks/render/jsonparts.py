"""How a JSON document is written, and what several of them say: a side, a prompt, a total."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from ..compare import Split
from ..errors import ExitCode
from ..estimate import Estimate
from ..pricing import PromptEstimate, Row, worst_grade
from ..sizing import Input, Shares
from .money import format_exact

Document = dict[str, Any]


def render_json(document: Document) -> str:
    """One document, ending in a newline. Names that are not UTF-8 keep their bytes as escaped surrogates."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def side_members(*estimates: Estimate) -> Document:
    """Where a side was read from, and what its costs are quoted for."""
    return {"side": side_of(estimates[0]), **frame(*estimates)}


def prompt_members(row: Row, estimate: Estimate) -> Document:
    return {**identity(row, estimate), **row_members(row)}


def frame(*estimates: Estimate) -> Document:
    head = estimates[-1]
    rows = [row for estimate in estimates for row in estimate.rows]
    return {
        "currency": "USD",
        "unit": {"calls": "declared" if head.period else "each", "period": head.period},
        "grade": worst_grade(row.grade for row in rows if row.grade),
        "prices": {
            "version": head.prices.version,
            "valid_until": head.prices.valid_until.isoformat(),
            "as_of": head.prices.as_of.isoformat() if head.prices.as_of else None,
            "expired": any(estimate.prices.expired() for estimate in estimates),
            "estimated": any(estimate.price_estimated() for estimate in estimates),
        },
    }


def side_of(estimate: Estimate) -> Document:
    prices = estimate.prices
    return {
        "label": estimate.label,
        "commit": estimate.commit,
        "prices": {
            "as_of": prices.as_of.isoformat() if prices.as_of else None,
            "expired": prices.expired(),
            "estimated": estimate.price_estimated(),
        },
    }


def identity(row: Row, estimate: Estimate) -> Document:
    return {
        "prompt_id": row.prompt_id,
        "path": row.path,
        "manifest": estimate.manifest_of(row),
        "tags": dict(sorted(row.tags.items())),
    }


def row_members(row: Row | None) -> Document:
    """One side of one prompt; every member is there, null where it is unknown."""
    assert row is not None
    priced, counted = (row, None) if isinstance(row, PromptEstimate) else (None, row.sized)
    band = (priced.input_low, priced.input_high) if priced else (counted.low, counted.high) if counted else None
    framing = priced.framing_tokens if priced else counted.framing if counted else None
    return {
        "model": row.model,
        "content_hash": row.content_hash,
        "input_tokens": row.input_tokens,
        "input_tokens_band": None if band is None else list(band),
        "framing_tokens": framing,
        "cached_input_tokens": priced.cached_input_tokens if priced else None,
        "cache_write_tokens": priced.cache_write_tokens if priced else None,
        **(_made_of(priced) if priced else _counted(counted) if counted else dict.fromkeys(_MADE_OF)),
        "output_tokens": priced.output_tokens if priced else None,
        "output_basis": priced.output_basis if priced else None,
        "grade": row.grade,
        "calls": priced.calls if priced else None,
        "scenario": priced.scenario if priced else None,
        "list_cost": format_exact(priced.list_cost) if priced and not priced.bounded() else None,
        "effective_cost": format_exact(priced.effective_cost) if priced and not priced.bounded() else None,
        "effective_cost_band": _band(priced) if priced and not priced.bounded() else None,
        "training_cost": format_exact(priced.training_cost) if priced else None,
        "at_least": format_exact(priced.effective_cost) if priced else None,
        "pricing_id": priced.pricing_id if priced else None,
        "price_version": priced.price_version.isoformat() if priced and priced.price_version != date.min else None,
        "price_variant": priced.variant if priced else None,
        "price_estimated": priced.price_estimated if priced else None,
        "problem": None if isinstance(row, PromptEstimate) else _problem(row.problem.reason, row.problem.code),
    }


_MADE_OF = (
    "cacheable_tokens", "cache_min_tokens", "prefix_ends_at", "undeclared_variables", "parts", "includes", "requests",
)  # fmt: skip


def _made_of(row: PromptEstimate) -> Document:
    """What the input consists of."""
    values = (row.cacheable_tokens, row.cache_min_tokens, row.prefix_ends_at, row.undeclared, row.parts, row.includes)
    return _lists(*values, row.requests)


def _counted(sized: Input) -> Document:
    """The same of a prompt without a price; without a model no provider says how much it caches at least."""
    values = (sized.cacheable, None, sized.ends_at, sized.undeclared, sized.parts, sized.includes)
    return _lists(*values, sized.requests)


def _lists(
    cacheable: int,
    least: int | None,
    ends_at: str | None,
    undeclared: tuple[str, ...],
    parts: Shares,
    includes: tuple[tuple[str, str], ...],
    requests: int,
) -> Document:
    shares = [{"kind": kind, "name": name, "tokens": tokens} for kind, name, tokens in parts]
    paths = [{"path": path, "content_hash": oid} for path, oid in includes]
    return dict(zip(_MADE_OF, (cacheable, least, ends_at, list(undeclared), shares, paths, requests), strict=True))


def _band(row: PromptEstimate) -> list[str] | None:
    """USD at both ends of the input's band."""
    ends = [format_exact(costs.effective) for costs in (row.lower, row.upper) if costs is not None]
    return ends if len(ends) == 2 else None


def _problem(reason: str, code: ExitCode) -> Document:
    return {"reason": reason, "code": code.name}


def split_members(split: Split | None) -> Document:
    """What a difference is made of."""
    parts = split.parts() if split else (None,) * 4
    return {
        name: None if part is None else format_exact(part) for name, part in zip(Split._fields[:4], parts, strict=True)
    }


def total_members(estimate: Estimate) -> Document:
    band = estimate.cost_band()
    return {
        "cost": known_or_null(estimate),
        "cost_band": None if band is None else [format_exact(end) for end in band],
        "at_least": format_exact(estimate.known_cost()),
        "list_cost": format_exact(estimate.known_list_cost()) if estimate.complete() else None,
        "training_cost": None if any(True for _ in estimate.unpriced()) else format_exact(estimate.training_cost()),
        "input_tokens": token_total(estimate),
    }


def known_or_null(estimate: Estimate) -> str | None:
    return format_exact(estimate.known_cost()) if estimate.complete() else None


def token_total(estimate: Estimate) -> int | None:
    """Input tokens of one call of every prompt; null where a prompt could not be read."""
    if any(row.input_tokens is None for row in estimate.rows):
        return None
    return sum(row.input_tokens or 0 for row in estimate.rows)


def row_notes(estimate: Estimate) -> list[str]:
    return sorted({f"{row.prompt_id}: {note}" for row in estimate.priced() for note in row.notes})
