"""The versioned JSON documents. Money is a decimal string with every digit, an unknown number is null.

Keys are snake_case, bytes are deterministic; schemas are in `data/`.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from ..accepting import Use
from ..compare import Comparison, PromptDelta, Split, shared_parts
from ..errors import ExitCode
from ..estimate import Estimate
from ..limits import Exceeded, written
from ..manifest import Manifest
from ..policy import Judged, Verdict
from ..pricing import PromptEstimate, Row, worst_grade
from ..report_suggest import suggestion_document
from ..sizing import Input, Shares
from ..view import PLAIN, View, change_groups, estimate_groups, shown_changes, shown_rows
from ..waivers import Statements, Waiver
from .money import format_document_percent, format_exact

Document = dict[str, Any]


def render_json(document: Document) -> str:
    """One document, ending in a newline. Names that are not UTF-8 keep their bytes as escaped surrogates."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def estimate_document(estimate: Estimate, view: View = PLAIN) -> Document:
    return {
        "schema": "llm-cost/estimate/1",
        "side": _side(estimate),
        **_frame(estimate),
        "prompts": [{**_identity(row, estimate), **_row(row)} for row in shown_rows(estimate, view)],
        "total": _total(estimate),
        "manifests": [{**_manifest(part), "total": _total(part)} for part in _parts(estimate)],
        "groups": _groups(estimate, view),
        "notes": _notes(estimate),
    }


def prompt_document(estimate: Estimate, row: Row) -> Document:
    """The members of a document about one prompt."""
    return {**side_members(estimate), "prompt": prompt_members(row, estimate)}


def side_members(*estimates: Estimate) -> Document:
    """Where a side was read from, and what its costs are quoted for."""
    return {"side": _side(estimates[0]), **_frame(*estimates)}


def prompt_members(row: Row, estimate: Estimate) -> Document:
    return {**_identity(row, estimate), **_row(row)}


def total_members(estimate: Estimate) -> Document:
    return _total(estimate)


def diff_document(comparison: Comparison, view: View = PLAIN, said: Statements | None = None) -> Document:
    base, head = comparison.base, comparison.head
    return {
        "schema": "llm-cost/diff/1",
        "base": _side(base),
        "head": _side(head),
        **_frame(base, head),
        "prompts": [_delta(row, comparison) for row in shown_changes(comparison, view)],
        "shared_parts": [
            {
                "paths": list(part.paths),
                "prompts": part.prompts,
                "alone": part.alone,
                "delta": format_exact(part.cost) if part.cost is not None and part.exact else None,
            }
            for part in shared_parts(comparison)
        ],
        "total": _total_change(comparison),
        "manifests": [_manifest_change(part) for part in comparison.parts() if _governs(part.head)],
        "waivers": [_waiver(waiver) for waiver in said.waivers] if said else [],
        "approved_by": list(said.approvers) if said else [],
        "groups": [
            {"tag": view.group_by, "value": value, "total": _total_change(part)}
            for value, part in (change_groups(comparison, view.group_by) if view.group_by is not None else ())
        ],
        "notes": [*_base_notes(comparison), *_notes(head)],
    }


def check_document(
    estimate: Estimate, manifest: Manifest | None, verdict: Verdict, comparison: Comparison | None, view: View = PLAIN
) -> Document:
    code = verdict.code()
    limit = verdict.budget.limit
    judged = verdict.parts or (Judged(estimate, manifest, comparison, verdict),)
    return {
        "schema": "llm-cost/check/1",
        "side": _side(estimate),
        "base": _side(comparison.base) if comparison else None,
        **_frame(estimate),
        "verdict": code.name,
        "exit_code": int(code),
        "limit": None if limit is None else format_exact(limit),
        "judged_at": verdict.judged,
        "exceeded": [_exceeded(each) for each in verdict.exceeded],
        "warned": [_exceeded(each) for each in verdict.warned],
        "waived": [_exceeded(each) for each in verdict.waived],
        "waivers": [{**_waiver(use.waiver), **_came_of(use)} for use in verdict.waivers],
        "approved_by": list(verdict.approvers),
        "suggestions": [suggestion_document(each) for each in verdict.suggestions],
        "owners": dict(sorted(verdict.owners.items())),
        "prompts": [{**_identity(row, estimate), **_row(row)} for row in estimate.rows],
        "total": _total(estimate),
        "manifests": [_judged(each) for each in judged if each.manifest],
        "groups": _groups(estimate, view),
        "notes": [*verdict.notes, *_moved(verdict), *_base_notes(comparison), *_notes(estimate)],
    }


def _groups(estimate: Estimate, view: View) -> list[Document]:
    if view.group_by is None:
        return []
    groups = estimate_groups(estimate, view.group_by)
    return [{"tag": view.group_by, "value": value, "total": _total(part)} for value, part in groups]


def _moved(verdict: Verdict) -> list[str]:
    return [f"This change also moves the budget itself: {', '.join(verdict.moved)}."] if verdict.moved else []


def _judged(each: Judged) -> Document:
    code, budget = each.verdict.code(), each.verdict.budget
    rate = budget.usd_rate
    return {
        **_manifest(each.estimate),
        "verdict": code.name,
        "exit_code": int(code),
        "limit": None if budget.limit is None else format_exact(budget.limit),
        "limit_currency": budget.currency,
        "usd_rate": None if rate is None else format_exact(rate),
        "stated_limit": None if budget.limit is None else written(budget.limit, budget),
        "exceeded": [_exceeded(exceeded) for exceeded in each.verdict.exceeded],
        "warned": [_exceeded(warned) for warned in each.verdict.warned],
        "total": _total(each.estimate),
    }


def _exceeded(each: Exceeded) -> Document:
    return {
        "what": each.what,
        "amount": None if each.amount is None else format_exact(each.amount),
        "limit": None if each.limit is None else format_exact(each.limit),
        "unit": each.unit or None,
        "stated": each.stated,
        "reason": "".join(each.reason) or None,
        "prompt_id": each.prompt_id,
        "tag": each.tag,
    }


def _waiver(waiver: Waiver) -> Document:
    return {
        "text": waiver.text,
        "commit": waiver.commit,
        "target": waiver.target,
        "until": None if waiver.until is None else waiver.until.isoformat(),
        "reason": waiver.reason,
    }


def _came_of(use: Use) -> Document:
    return {"state": use.state, "amount": None if use.amount is None else format_exact(use.amount)}


def _parts(estimate: Estimate) -> list[Estimate]:
    return [part for part in estimate.parts() if _governs(part)]


def _governs(part: Estimate) -> bool:
    return part.manifest_path() is not None


def _manifest(part: Estimate) -> Document:
    as_of = part.prices.as_of
    return {"path": part.manifest_path(), "period": part.period, "as_of": as_of.isoformat() if as_of else None}


def _manifest_change(part: Comparison) -> Document:
    return {**_manifest(part.head), "total": _total_change(part)}


def _total_change(comparison: Comparison) -> Document:
    base, head = comparison.base, comparison.head
    delta, percent = comparison.delta(), comparison.percent()
    return {
        "base": _known_or_null(base),
        "head": _known_or_null(head),
        "delta": None if delta is None else format_exact(delta),
        "percent": None if percent is None else format_document_percent(percent),
        "base_at_least": format_exact(base.known_cost()),
        "head_at_least": format_exact(head.known_cost()),
        "base_input_tokens": _tokens(base),
        "head_input_tokens": _tokens(head),
        "split": _split(comparison.split()),
    }


def _frame(*estimates: Estimate) -> Document:
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


def _side(estimate: Estimate) -> Document:
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


def _identity(row: Row, estimate: Estimate) -> Document:
    return {
        "prompt_id": row.prompt_id,
        "path": row.path,
        "manifest": estimate.manifest_of(row),
        "tags": dict(sorted(row.tags.items())),
    }


def _row(row: Row | None) -> Document:
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


def _delta(row: PromptDelta, comparison: Comparison) -> Document:
    here = row.head or row.base
    assert here is not None
    side = comparison.head if row.head else comparison.base
    return {
        "prompt_id": row.prompt_id,
        "content": row.content,
        "via": list(row.via),
        "path": row.head.path if row.head else None,
        "base_path": row.base.path if row.base else None,
        "manifest": side.manifest_of(here),
        "tags": dict(sorted(here.tags.items())),
        "base": _row(row.base) if row.base else None,
        "head": _row(row.head) if row.head else None,
        "delta": {
            "cost": format_exact(row.cost) if row.cost is not None and row.exact else None,
            **_split(row.split if row.exact else None),
        },
    }


def _split(split: Split | None) -> Document:
    """What a difference is made of."""
    parts = split.parts() if split else (None,) * 4
    return {
        name: None if part is None else format_exact(part) for name, part in zip(Split._fields[:4], parts, strict=True)
    }


def _total(estimate: Estimate) -> Document:
    band = estimate.cost_band()
    return {
        "cost": _known_or_null(estimate),
        "cost_band": None if band is None else [format_exact(end) for end in band],
        "at_least": format_exact(estimate.known_cost()),
        "list_cost": format_exact(estimate.known_list_cost()) if estimate.complete() else None,
        "training_cost": None if any(True for _ in estimate.unpriced()) else format_exact(estimate.training_cost()),
        "input_tokens": _tokens(estimate),
    }


def _known_or_null(estimate: Estimate) -> str | None:
    return format_exact(estimate.known_cost()) if estimate.complete() else None


def _tokens(estimate: Estimate) -> int | None:
    """Input tokens of one call of every prompt; null where a prompt could not be read."""
    if any(row.input_tokens is None for row in estimate.rows):
        return None
    return sum(row.input_tokens or 0 for row in estimate.rows)


def _notes(estimate: Estimate) -> list[str]:
    return sorted({f"{row.prompt_id}: {note}" for row in estimate.priced() for note in row.notes})


def _base_notes(comparison: Comparison | None) -> list[str]:
    """What is wrong with base's own prices, which no longer is to be judged."""
    return [f"on base, {note}" for note in comparison.base.notes] if comparison else []
