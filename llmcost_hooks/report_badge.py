"""What a badge says: what prompts cost, or what a change adds, in three words."""

from __future__ import annotations

from typing import NamedTuple

from .compare import Comparison
from .errors import ExitCode
from .estimate import Estimate
from .findings import WARNING, Findings
from .render.money import format_delta, format_percent
from .report_parts import has_money, inexact, marks, token_total, total

LABEL = "LLM cost"


class Badge(NamedTuple):
    label: str
    message: str
    color: str  # one of shields.io's names


def badge_of(estimate: Estimate, comparison: Comparison | None, findings: Findings) -> Badge:
    """Of a check: the total, red where it fails. Of a diff: what it adds. Of an estimate: the total."""
    color = _color(findings)
    if findings.what == "diff" and comparison is not None:
        return Badge(LABEL, _change(comparison), color or _direction(comparison))
    if not has_money(estimate):
        known = any(row.input_tokens is not None for row in estimate.rows)
        return Badge(LABEL, f"{token_total(estimate)} tokens" if known else "unknown", color or "lightgrey")
    return Badge(LABEL, total(estimate) + _per(estimate), color or ("brightgreen" if _checked(findings) else "blue"))


def _checked(findings: Findings) -> bool:
    return findings.what == "check"


def _color(findings: Findings) -> str | None:
    if findings.code not in (ExitCode.OK, ExitCode.BUDGET_EXCEEDED):
        return "lightgrey"  # nothing is known for sure
    if findings.code:
        return "red"
    return "yellow" if any(each.level == WARNING for each in findings.items) and _checked(findings) else None


def _direction(comparison: Comparison) -> str:
    delta = comparison.delta()
    return "lightgrey" if delta is None else "orange" if delta > 0 else "brightgreen" if delta < 0 else "blue"


def _change(comparison: Comparison) -> str:
    delta, percent = comparison.delta(), comparison.percent()
    if delta is None or not has_money(comparison.base, comparison.head):
        return "unknown"
    rows = [row for row in (*comparison.base.rows, *comparison.head.rows) if inexact(row)]
    mark = marks(*rows).replace("≥ ", "") if rows and delta else ""
    share = f" ({format_percent(percent)})" if percent else ""
    return "no change" if delta == 0 else f"{mark}{format_delta(delta)}{_per(comparison.head)}{share}"


def _per(estimate: Estimate) -> str:
    return f"/{estimate.period}" if estimate.period else ""
