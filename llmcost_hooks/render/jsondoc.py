"""The versioned JSON documents. Money is a decimal string with every digit, an unknown number is null.

Keys are snake_case, bytes are deterministic; schemas are in `data/`.
"""

from __future__ import annotations

from ..accepting import Use
from ..compare import Comparison, PromptDelta, shared_parts
from ..estimate import Estimate
from ..limits import Exceeded, written
from ..manifest import Manifest
from ..policy import Judged, Verdict
from ..pricing import Row
from ..report_suggest import suggestion_document
from ..view import PLAIN, View, change_groups, estimate_groups, shown_changes, shown_rows
from ..waivers import Statements, Waiver
from .jsonparts import (
    Document,
    frame,
    known_or_null,
    prompt_members,
    row_members,
    row_notes,
    side_members,
    side_of,
    split_members,
    token_total,
    total_members,
)
from .money import format_document_percent, format_exact


def estimate_document(estimate: Estimate, view: View = PLAIN) -> Document:
    return {
        "schema": "llm-cost/estimate/1",
        "side": side_of(estimate),
        **frame(estimate),
        "prompts": [prompt_members(row, estimate) for row in shown_rows(estimate, view)],
        "total": total_members(estimate),
        "manifests": [{**_manifest(part), "total": total_members(part)} for part in _parts(estimate)],
        "groups": _groups(estimate, view),
        "notes": row_notes(estimate),
    }


def prompt_document(estimate: Estimate, row: Row) -> Document:
    """The members of a document about one prompt."""
    return {**side_members(estimate), "prompt": prompt_members(row, estimate)}


def diff_document(comparison: Comparison, view: View = PLAIN, said: Statements | None = None) -> Document:
    base, head = comparison.base, comparison.head
    return {
        "schema": "llm-cost/diff/1",
        "base": side_of(base),
        "head": side_of(head),
        **frame(base, head),
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
        "notes": [*_base_notes(comparison), *row_notes(head)],
    }


def check_document(
    estimate: Estimate, manifest: Manifest | None, verdict: Verdict, comparison: Comparison | None, view: View = PLAIN
) -> Document:
    code = verdict.code()
    limit = verdict.budget.limit
    judged = verdict.parts or (Judged(estimate, manifest, comparison, verdict),)
    return {
        "schema": "llm-cost/check/1",
        "side": side_of(estimate),
        "base": side_of(comparison.base) if comparison else None,
        **frame(estimate),
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
        "prompts": [prompt_members(row, estimate) for row in estimate.rows],
        "total": total_members(estimate),
        "manifests": [_judged(each) for each in judged if each.manifest],
        "groups": _groups(estimate, view),
        "notes": [*verdict.notes, *_moved(verdict), *_base_notes(comparison), *row_notes(estimate)],
    }


def _groups(estimate: Estimate, view: View) -> list[Document]:
    if view.group_by is None:
        return []
    groups = estimate_groups(estimate, view.group_by)
    return [{"tag": view.group_by, "value": value, "total": total_members(part)} for value, part in groups]


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
        "total": total_members(each.estimate),
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
        "base": known_or_null(base),
        "head": known_or_null(head),
        "delta": None if delta is None else format_exact(delta),
        "percent": None if percent is None else format_document_percent(percent),
        "base_at_least": format_exact(base.known_cost()),
        "head_at_least": format_exact(head.known_cost()),
        "base_input_tokens": token_total(base),
        "head_input_tokens": token_total(head),
        "split": split_members(comparison.split()),
    }


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
        "base": row_members(row.base) if row.base else None,
        "head": row_members(row.head) if row.head else None,
        "delta": {
            "cost": format_exact(row.cost) if row.cost is not None and row.exact else None,
            **split_members(row.split if row.exact else None),
        },
    }


def _base_notes(comparison: Comparison | None) -> list[str]:
    """What is wrong with base's own prices, which no longer is to be judged."""
    return [f"on base, {note}" for note in comparison.base.notes] if comparison else []
