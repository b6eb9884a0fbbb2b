"""A report as Markdown: the table of a pull request."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..report import Name, Report, Text
from .sanitise import markdown_name
from .table import draw_table

_Draw = Callable[[Sequence[str], Sequence[Sequence[str]]], str]


def render_markdown(report: Report) -> str:
    """The report as GitHub-flavoured Markdown, ending in a newline. Its table can be read as text, too."""
    return _render(report, lambda headers, rows: draw_table(headers, rows, (), "github"))


def render_compact(report: Report) -> str:
    """The same for where size is limited: no cell is padded, so one long name makes no other row longer."""
    return _render(report, _draw_compact)


def _draw_compact(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (headers, *rows)]
    return "\n".join([lines[0], f"|{'---|' * len(headers)}", *lines[1:]])


def _render(report: Report, draw: _Draw) -> str:
    blocks = ["  \n".join(draw_line(text).strip() for text in report.warning)] if report.warning else []
    blocks.append(draw_line(report.headline))
    if report.table and report.table.rows:
        rows = [[draw_line(cell) for cell in row] for row in report.table.rows]
        blocks.append(draw([draw_line((name,)) for name in report.table.headers], rows))
    blocks += ["  \n".join(draw_line(text) for text in report.below)] if report.below else []
    for title, lines in report.sections:
        blocks.append("\n".join([f"{draw_line(title)}:", "", *(f"- {draw_line(line)}" for line in lines)]))
    blocks += [f"_{draw_line(report.unit)}_"] if report.unit else []
    blocks += ["\n".join(f"- {draw_line(note)}" for note in report.notes)] if report.notes else []
    return "\n\n".join(blocks) + "\n"


def draw_line(text: Text) -> str:
    """One line of it: what somebody else chose means nothing in Markdown."""
    return "".join(markdown_name(part) if isinstance(part, Name) else part for part in text)
