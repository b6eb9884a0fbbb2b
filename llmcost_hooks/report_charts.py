"""What charts show: amounts with their words, before anything is drawn. All money is computed here and below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO
from .compare import Comparison, PromptDelta
from .estimate import Estimate
from .prices.exact import EXACT
from .render.money import format_delta, format_money, format_share
from .report import Name, Text
from .report_diff import delta_marks
from .report_parts import amount, marks, side, tag_value, total
from .view import estimate_groups

MAX_BARS = 20
MAX_STEPS = 12
MAX_AREAS = 24


class Bar(NamedTuple):
    """One thing that has a size. USD; from `start` to `end`."""

    label: Text
    words: str  # the amount, with its marks
    start: Decimal
    end: Decimal
    kind: str = "plain"  # "up" or "down" where it is a change, "rest" of what is summed up


class Chart(NamedTuple):
    kind: str  # "bars", "waterfall" or "treemap"
    title: Text
    bars: tuple[Bar, ...]


def charts_of(estimate: Estimate, comparison: Comparison | None, group_by: str | None = None) -> list[Chart]:
    """Those of which there is something to see: cost by prompt, what changed, cost by the value of a tag."""
    found = [cost_chart(estimate)]
    if comparison is not None and comparison.same_unit() and comparison.base.rows:
        found.insert(0, change_chart(comparison))
    key = group_by or _telling_tag(estimate)
    if key is not None and any(key in row.tags for row in estimate.rows):
        found.append(tag_chart(estimate, key))
    return [chart for chart in found if any(bar.start != bar.end for bar in chart.bars)]


def cost_chart(estimate: Estimate) -> Chart:
    """The dearest prompts, and the rest of them as one."""
    rows = sorted(estimate.priced(), key=lambda row: (-row.effective_cost, row.prompt_id))
    shown = rows if len(rows) <= MAX_BARS else rows[: MAX_BARS - 1]
    bars = [Bar((Name(row.prompt_id),), amount(row), ZERO, row.effective_cost) for row in shown]
    if rest := rows[len(shown) :]:
        cost = _sum(row.effective_cost for row in rest)
        bars.append(Bar((f"{len(rest):,} more",), marks(*rest) + format_money(cost), ZERO, cost, "rest"))
    return Chart("bars", (f"Cost by prompt{_per(estimate)}",), tuple(bars))


def change_chart(comparison: Comparison) -> Chart:
    """From base to head: the largest changes, and all others as one. Like with like, as increases are judged."""
    with localcontext(EXACT):
        pairs = [(comparison._replace(rows=(row,)).comparable(), row) for row in comparison.rows]
        changes = [(head - base, row) for (base, head), row in pairs if head != base]
        changes.sort(key=lambda pair: (-abs(pair[0]), pair[1].prompt_id))
        shown = changes if len(changes) <= MAX_STEPS else changes[: MAX_STEPS - 1]
        before, after = comparison.comparable()
        bars = [Bar(("Base: ", side(comparison.base)), total(comparison.base), ZERO, before)]
        level = before
        for change, row in shown:
            bars.append(_step((Name(row.prompt_id),), level, change, _mark(row)))
            level += change
        if rest := changes[len(shown) :]:
            change = sum((each for each, _ in rest), ZERO)
            mark = "~" if any(_mark(row) for _, row in rest) else ""
            bars.append(_step((f"{len(rest):,} more",), level, change, mark))
        bars.append(Bar(("Head: ", side(comparison.head)), total(comparison.head), ZERO, after))
    return Chart("waterfall", (f"What changes{_per(comparison.head)}",), tuple(bars) if changes else ())


def tag_chart(estimate: Estimate, key: str) -> Chart:
    """What the prompts with each value of a tag cost."""
    groups = [(part.known_cost(), value, part) for value, part in estimate_groups(estimate, key)]
    groups.sort(key=lambda group: (-group[0], group[1] is None, group[1] or ""))
    whole = estimate.known_cost()
    shown = groups if len(groups) <= MAX_AREAS else groups[: MAX_AREAS - 1]
    bars = [
        Bar(tag_value(key, value), f"{total(part)} ({format_share(cost, whole)})", ZERO, cost)
        for cost, value, part in shown
        if cost
    ]
    if rest := groups[len(shown) :]:
        cost = _sum(cost for cost, _, _ in rest)
        rows = [row for _, _, part in rest for row in part.rows]
        words = f"{marks(*rows)}{format_money(cost)} ({format_share(cost, whole)})" if cost else "unknown"
        bars.append(Bar((f"{len(rest):,} more",), words, ZERO, cost, "rest"))
    return Chart("treemap", ("Cost by ", Name(key), _per(estimate)), tuple(bars))


def _telling_tag(estimate: Estimate) -> str | None:
    """The tag that most prompts have, of those that tell prompts apart."""
    counts = Counter(key for row in estimate.rows for key in row.tags)
    telling = [key for key in counts if len({row.tags.get(key) for row in estimate.rows}) > 1]
    return min(telling, key=lambda key: (-counts[key], key), default=None)


def _step(label: Text, level: Decimal, change: Decimal, mark: str) -> Bar:
    return Bar(label, mark + format_delta(change), level, level + change, "up" if change > 0 else "down")


def _mark(row: PromptDelta) -> str:
    """As the report of a diff marks it; a step is no more than near where a part of it is not known."""
    return "~" if row.cost is None else delta_marks(row)


def _sum(costs: Iterable[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(costs, ZERO)


def _per(estimate: Estimate) -> str:
    return f" per {estimate.period}" if estimate.period else ""
