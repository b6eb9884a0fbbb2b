"""A report for a coding agent: all that it can act on, in few tokens. No padding, no symbols, no unchanged rows."""

from __future__ import annotations

import re

from ..findings import Finding, Findings
from ..report import Name, Report, Table, Text
from .sanitise import ascii_symbols, terminal_name

MAX_ROWS = 20
MAX_WORD = 120
_WORD = re.compile(r"[A-Za-z0-9._/-]+")


def render_agent(report: Report, findings: Findings) -> str:
    """A line a fact. Names that are more than one plain word stand in quotes: they are data, whatever they say."""
    lines = [f"llm-cost {findings.what}: {findings.code.name}", _line(report.headline)]
    lines += map(_line, (*report.warning, *report.below))
    lines += dict.fromkeys(_finding(each) for each in findings.items)
    lines += dict.fromkeys(f"to do: {_line(each.advice)}" for each in findings.items if each.advice)
    if report.table:
        lines += _rows(report.table)
    for title, items in report.sections:
        if _line(title) not in _IN_FINDINGS:
            lines += [f"{_line(title)}:", *map(_line, items)]
    lines += [_line(report.unit)] if report.unit else []
    said = {_line(each.message) for each in findings.items}
    lines += [f"note: {note}" for note in map(_line, report.notes) if note not in said]
    return "\n".join(line for line in lines if line) + "\n"


_IN_FINDINGS = ("Cannot be priced", "Without a price", "What to do")


def _finding(each: Finding) -> str:
    stated = (" (", Name(each.stated[0]), f":{each.stated[1]})") if each.stated else ()
    level = "waived" if each.waived else each.level
    return _line((f"{level} {each.rule} ", Name(each.path), f":{each.line} ", *each.message, *stated))


def _rows(table: Table) -> list[str]:
    """The header and what changed of a diff; the first rows, and how many more there are."""
    rows = [[_line(cell) for cell in row] for row in table.rows]
    rows = [row for row in rows if "unchanged" not in row or row[-1] not in ("-", "")]
    header = [] if table.shares else [" | ".join(table.headers)]
    more = [f"{len(rows) - MAX_ROWS:,} more"] if len(rows) > MAX_ROWS else []
    lines = [" | ".join(row).strip() for row in rows[:MAX_ROWS]]
    return [ascii_symbols(line) for line in (*header, *lines, *more)] if rows else []


def _line(text: Text) -> str:
    """One line. Our own symbols are words."""
    shown = "".join(_quoted(part) if isinstance(part, Name) else ascii_symbols(part) for part in text)
    return shown.strip()


def _quoted(name: str) -> str:
    shown = terminal_name(name, MAX_WORD)
    if _WORD.fullmatch(shown):
        return shown
    return '"' + shown.replace('"', "'") + '"'
