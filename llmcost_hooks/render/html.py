"""A report as one HTML file: no script, nothing loaded, light and dark as the reader's system is."""

from __future__ import annotations

from collections.abc import Sequence

from ..report import Name, Report, Table, Text
from ..report_charts import Chart
from .charts import draw_chart
from .lines import plain_line
from .sanitise import xml_name, xml_text

# Even if something could get in: a page with this policy runs no script and loads nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

SHORT = 24  # letters of a cell that stays on one line

_STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1c1c1e; --dim: #5c5f66; --rule: #d8dade; --bar: #2f6fb0;
  --up: #b3421e; --down: #2e7d32; --rest: #8a8f98; --s0: #1f5a96; --s1: #3a6b4f; --s2: #7a4b8c; --s3: #8a5a1c; }
@media (prefers-color-scheme: dark) {
  :root { --page: #15171a; --ink: #e6e7ea; --dim: #a0a5ae; --rule: #363a41; --bar: #6ba8e5; --up: #f0815a;
    --down: #6cc070; --rest: #7c828c; --s0: #2a5f97; --s1: #2f6a4a; --s2: #74498a; --s3: #80551d; } }
body { background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
  margin: 0; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.3; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.warning { border-left: 4px solid var(--up); padding-left: .75rem; }
.totals { font-size: 1.1rem; }
.table, figure { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
td { overflow-wrap: anywhere; min-width: 12rem; }
td:first-child { min-width: 6rem; }
th, td.short { white-space: nowrap; min-width: 0; }
.number { text-align: right; }
figure { margin: 2rem 0; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
svg { width: 100%; min-width: 36rem; height: auto; font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
svg text { fill: var(--ink); }
svg .label { text-anchor: end; }
svg .on { fill: #fff; }
svg .plain { fill: var(--bar); } svg .up { fill: var(--up); } svg .down { fill: var(--down); }
svg .rest { fill: var(--rest); } svg .level { stroke: var(--dim); stroke-dasharray: 2 2; }
svg .area { stroke: var(--page); stroke-width: 2; } svg .shade-0 { fill: var(--s0); } svg .shade-1 { fill: var(--s1); }
svg .shade-2 { fill: var(--s2); } svg .shade-3 { fill: var(--s3); }
li, p { overflow-wrap: anywhere; }
.small { color: var(--dim); font-size: .9rem; }
@media print { main { max-width: none; } svg { min-width: 0; } figure, tr { break-inside: avoid; } }
"""


def render_html(report: Report, charts: Sequence[Chart] = ()) -> str:
    """The whole page, ending in a newline. It shows what the report says, and the same amounts as charts."""
    title = xml_text(plain_line(report.headline))
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        *([f'<p class="warning">{"<br>".join(map(_line, report.warning))}</p>'] if report.warning else []),
        f"<h1>{_line(report.headline)}</h1>",
        *([f'<p class="totals">{"<br>".join(map(_line, report.below))}</p>'] if report.below else []),
        *(_table(report.table) if report.table and report.table.rows else []),
        *(line for n, chart in enumerate(charts, 1) for line in _figure(chart, n)),
        *(line for title, lines in report.sections for line in _section(title, lines)),
        *([f'<p class="small">{_line(report.unit)}</p>'] if report.unit else []),
        *(_list(report.notes, ' class="small"') if report.notes else []),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _table(table: Table) -> list[str]:
    head = [f'<th scope="col"{_number(table, n)}>{xml_text(name)}</th>' for n, name in enumerate(table.headers)]
    rows = ["".join(_cell(table, n, cell) for n, cell in enumerate(row)) for row in table.rows]
    return [
        '<div class="table">',
        "<table>",
        f"<thead><tr>{''.join(head)}</tr></thead>",
        "<tbody>",
        *(f"<tr>{row}</tr>" for row in rows),
        "</tbody>",
        "</table>",
        "</div>",
    ]


def _number(table: Table, column: int) -> str:
    return ' class="number"' if _is_number(table, column) else ""


def _is_number(table: Table, column: int) -> bool:
    return column in table.right or column in table.amounts


def _cell(table: Table, column: int, cell: Text) -> str:
    """An amount or a word is not broken; a name or a sentence is, and no narrower than it can be read."""
    short = len(plain_line(cell)) <= SHORT and not any(isinstance(part, Name) for part in cell)
    classes = [*(["number"] if _is_number(table, column) else []), *(["short"] if short else [])]
    attribute = f' class="{" ".join(classes)}"' if classes else ""
    return f"<td{attribute}>{_line(cell)}</td>"


def _figure(chart: Chart, number: int) -> list[str]:
    return ["<figure>", f"<figcaption>{_line(chart.title)}</figcaption>", draw_chart(chart, number), "</figure>"]


def _section(title: Text, lines: Sequence[Text]) -> list[str]:
    return [f"<h2>{_line(title)}</h2>", *_list(lines)]


def _list(lines: Sequence[Text], attribute: str = "") -> list[str]:
    return [f"<ul{attribute}>", *(f"<li>{_line(line)}</li>" for line in lines), "</ul>"]


def _line(text: Text) -> str:
    """A name stands by itself, so that letters from right to left move nothing beside it."""
    return "".join(f"<bdi>{xml_name(part)}</bdi>" if isinstance(part, Name) else xml_text(part) for part in text)
