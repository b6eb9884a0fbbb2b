"""Whether a change is worth a comment on its pull request."""

from __future__ import annotations

from decimal import Decimal

from .compare import Comparison
from .errors import ExitCode
from .increase import Allowed
from .policy import Verdict
from .report_parts import has_money
from .view import changed, token_change

ALWAYS, CHANGED, INCREASE, OVER = "always", "changed", "increase", "over"


def is_wanted(when: str, threshold: Allowed | None, comparison: Comparison, verdict: Verdict) -> bool:
    """Whether `when` holds and the cost moves by `threshold` or more, either way. What is not known counts as both."""
    if when == OVER and verdict.code() == ExitCode.OK:
        return False
    if when in (CHANGED, INCREASE) and not any(map(changed, comparison.rows)):
        return False
    if when == INCREASE and not _grows(comparison):
        return False
    return threshold is None or _reaches(threshold, comparison)


def _grows(comparison: Comparison) -> bool:
    if has_money(comparison.base, comparison.head):
        delta = comparison.delta()
        return delta is None or delta > 0
    changes = [token_change(row) for row in comparison.rows]
    known = [change for change in changes if change is not None]
    return len(known) < len(changes) or sum(known) > 0


def _reaches(threshold: Allowed, comparison: Comparison) -> bool:
    delta, percent = comparison.delta(), comparison.percent()
    if threshold.amount is not None:
        return delta is None or abs(delta) >= threshold.amount
    share = percent if percent is not None or delta != 0 else Decimal(0)
    return share is None or threshold.percent is None or abs(share) >= threshold.percent
