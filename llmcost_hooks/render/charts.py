"""Charts as SVG that stands in an HTML page and takes its colours. Geometry only: every amount comes in words too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from unicodedata import east_asian_width

from ..report import Text
from ..report_charts import Bar, Chart
from .lines import plain_line
from .sanitise import xml_text

WIDTH = 760
LETTERS, LETTER = 30, 7  # of a label left of the bars: at most how many, and how wide
WORDS = 120  # what stands right of them
ROW = 26
HEIGHT = 220  # of a treemap


def draw_chart(chart: Chart, number: int) -> str:
    """One `<svg>`; `number` tells the charts of a page apart."""
    height, shapes = _DRAW[chart.kind](chart.bars)
    title = xml_text(plain_line(chart.title))
    name = f"chart-{number}"
    lines = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}">',
        f'<title id="{name}">{title}</title>',
        *shapes,
        "</svg>",
    ]
    return "\n".join(lines)


def _rows(bars: Sequence[Bar]) -> tuple[int, list[str]]:
    """Bars on one scale, one below the other: from 0, or in a waterfall from where the last one ended."""
    ends = [end for bar in bars for end in (bar.start, bar.end)]
    low, high = min([*ends, Decimal(0)]), max(ends)
    labels = [_cut(bar.label, LETTERS) for bar in bars]
    margin = max(map(_width, labels)) * LETTER + 12
    shapes: list[str] = []
    before: float | None = None
    for n, bar in enumerate(bars):
        left, right = sorted((_x(bar.start, low, high, margin), _x(bar.end, low, high, margin)))
        top = n * ROW + 4
        shapes.append(f"<g><title>{_both(bar)}</title>")
        shapes.append(f'<text class="label" x="{margin - 8}" y="{top + 13}">{xml_text(labels[n])}</text>')
        if before is not None and bar.start != 0:
            shapes.append(f'<line class="level" x1="{before:.1f}" y1="{top - 8}" x2="{before:.1f}" y2="{top + 18}"/>')
        width = max(right - left, 1.0)
        shapes.append(f'<rect class="{bar.kind}" x="{left:.1f}" y="{top}" width="{width:.1f}" height="18" rx="2"/>')
        shapes.append(f'<text x="{right + 6:.1f}" y="{top + 13}">{xml_text(bar.words)}</text></g>')
        before = _x(bar.end, low, high, margin)
    return len(bars) * ROW + 4, shapes


def _x(value: Decimal, low: Decimal, high: Decimal, margin: int) -> float:
    span = high - low
    return margin + float((value - low) / span if span else 0) * (WIDTH - margin - WORDS)


def _treemap(bars: Sequence[Bar]) -> tuple[int, list[str]]:
    """Areas in proportion, each as square as it can be (Bruls, Huizing, van Wijk: squarified treemaps)."""
    whole = sum((bar.end for bar in bars), Decimal(0))
    areas = [float(bar.end / whole) * WIDTH * HEIGHT for bar in bars]
    shapes: list[str] = []
    for n, (bar, (x, y, width, height)) in enumerate(zip(bars, _squarified(areas), strict=True)):
        box = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        shapes.append(f'<g><title>{_both(bar)}</title><rect class="area shade-{n % 4}" {box}/>')
        letters = int((width - 12) / 8)
        if letters >= 4 and height >= 24:
            label = xml_text(_cut(bar.label, letters))
            shapes.append(f'<text class="on" x="{x + 8:.1f}" y="{y + 18:.1f}">{label}</text>')
        if len(bar.words) <= letters and height >= 42:
            shapes.append(f'<text class="on" x="{x + 8:.1f}" y="{y + 36:.1f}">{xml_text(bar.words)}</text>')
        shapes.append("</g>")
    return HEIGHT, shapes


_Box = tuple[float, float, float, float]


def _squarified(areas: Sequence[float]) -> list[_Box]:
    """A box for each area, the largest first; together they fill the chart."""
    boxes: list[_Box] = []
    x, y, width, height = 0.0, 0.0, float(WIDTH), float(HEIGHT)
    start = 0
    while start < len(areas):
        side = min(width, height)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(areas[start:end], side):
            end += 1
        row = areas[start:end]
        depth = sum(row) / side if side else 0.0
        along = 0.0
        for area in row:
            length = area / depth if depth else 0.0
            boxes.append((x, y + along, depth, length) if width >= height else (x + along, y, length, depth))
            along += length
        if width >= height:
            x, width = x + depth, max(width - depth, 0.0)
        else:
            y, height = y + depth, max(height - depth, 0.0)
        start = end
    return boxes


def _worst(row: Sequence[float], side: float) -> float:
    """How far from a square the worst box of a row is."""
    whole = sum(row)
    smallest = min(row)
    if not smallest or not side:
        return float("inf")
    return max(side * side * max(row) / (whole * whole), whole * whole / (side * side * smallest))


def _both(bar: Bar) -> str:
    return xml_text(f"{plain_line(bar.label)}: {bar.words}")


def _cut(label: Text, letters: int) -> str:
    """A label that fits; the whole of it is in the title."""
    text = plain_line(label)
    if _width(text) <= letters:
        return text
    kept = text[: letters - 1]
    while _width(kept) >= letters:
        kept = kept[:-1]
    return kept + "…"


def _width(text: str) -> int:
    """In letters: those of East Asia are as wide as two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


_DRAW: dict[str, Callable[[Sequence[Bar]], tuple[int, list[str]]]] = {
    "bars": _rows,
    "waterfall": _rows,
    "treemap": _treemap,
}
