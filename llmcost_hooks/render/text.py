"""A report for terminals and logs."""

from __future__ import annotations

from ..report import Name, Report, Table, Text
from .sanitise import log_text, terminal_name
from .table import draw_table

_RED, _GREEN, _YELLOW, _BOLD, _DIM, _END = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1m", "\x1b[2m", "\x1b[0m"


def render_text(report: Report, *, color: bool = False) -> str:
    """The report as plain text, ending in a newline. No line of it is a command to a CI service that shows its log."""
    blocks = ["\n".join(_line(text) for text in report.warning)] if report.warning else []
    blocks.append(_headline(report.headline, color))
    if report.table:
        blocks.append(_list(report.table) if report.table.shares else _table(report.table))
    blocks += ["\n".join(_line(text) for text in report.below)] if report.below else []
    for title, lines in report.sections:
        blocks.append("\n".join([f"{_line(title)}:", *(f"  • {_line(line)}" for line in lines)]))
    tail = [_line(report.unit)] if report.unit else []
    tail += [f"note: {_line(note)}" for note in report.notes]
    if tail:
        text = "\n".join(tail)
        blocks.append(f"{_DIM}{text}{_END}" if color else text)
    return log_text("\n\n".join(blocks)) + "\n"


def _line(text: Text) -> str:
    return "".join(terminal_name(part) if isinstance(part, Name) else part for part in text)


def _headline(text: Text, color: bool) -> str:
    line = _line(text)
    if not color:
        return line
    mark = _RED if line.startswith("❌") else _GREEN if line.startswith("✅") else _YELLOW if line[:1] == "⚠" else ""
    return f"{_BOLD}{mark}{line}{_END}"


def _table(table: Table) -> str:
    return draw_table(
        [_line((name,)) for name in table.headers],
        [[_line(cell) for cell in row] for row in table.rows],
        table.right,
        "simple",
    )


def _list(table: Table) -> str:
    """Rows of (name, amount, share, mark), indented below the table's first header."""
    rows = [[_line(cell) for cell in row] for row in table.rows]
    width = max([16, *(len(row[0]) for row in rows)])
    amount = max(len(row[1]) for row in rows) if rows else 0
    lines = [f"  {row[0]:<{width}} {row[1]:>{amount}}  {'  '.join(row[2:])}".rstrip() for row in rows]
    return "\n".join([f"{table.headers[0]}:", *lines])
