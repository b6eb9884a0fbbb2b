"""A report as Markdown: the table of a pull request."""

from __future__ import annotations

from ..report import Name, Report, Text
from .sanitise import markdown_name
from .table import draw_table


def render_markdown(report: Report) -> str:
    """The report as GitHub-flavoured Markdown, ending in a newline."""
    blocks = ["  \n".join(draw_line(text).strip() for text in report.warning)] if report.warning else []
    blocks.append(draw_line(report.headline))
    if report.table and report.table.rows:
        rows = [[draw_line(cell) for cell in row] for row in report.table.rows]
        blocks.append(draw_table([draw_line((name,)) for name in report.table.headers], rows, (), "github"))
    blocks += ["  \n".join(draw_line(text) for text in report.below)] if report.below else []
    for title, lines in report.sections:
        blocks.append("\n".join([f"{draw_line(title)}:", "", *(f"- {draw_line(line)}" for line in lines)]))
    blocks += [f"_{draw_line(report.unit)}_"] if report.unit else []
    blocks += ["\n".join(f"- {draw_line(note)}" for note in report.notes)] if report.notes else []
    return "\n\n".join(blocks) + "\n"


def draw_line(text: Text) -> str:
    """One line of it: what somebody else chose means nothing in Markdown."""
    return "".join(markdown_name(part) if isinstance(part, Name) else part for part in text)
