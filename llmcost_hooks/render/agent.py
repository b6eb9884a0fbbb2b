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
    lines = [f"llm-cost {findings.what}: {findings.code.name}"]
    found = [_finding(each) for each in findings.items]
    lines += map(_line, report.warning)
    lines += [line for line in [_line(report.headline)] if not any(each.endswith(line[2:]) for each in found)]
    lines += [line for line in map(_line, report.below) if not (found and line.startswith(("x ", "! ")))]
    lines += found
    sections = [(_line(title), [_line(item) for item in items]) for title, items in report.sections]
    said = {item for _, items in sections for item in items} | {_line(each.message) for each in findings.items}
    advice = (_line(each.advice) for each in findings.items if each.advice)
    lines += (f"to do: {line}" for line in advice if line not in said)
    lines += _rows(report.table) if report.table else []
    for title, items in sections:
        if title not in _IN_FINDINGS:
            lines += [f"{title}:", *items]
    lines += [_line(report.unit), *(f"note: {note}" for note in map(_line, report.notes) if note not in said)]
    return "\n".join(dict.fromkeys(line for line in lines if line)) + "\n"


_IN_FINDINGS = ("Cannot be priced", "Without a price")


def _finding(each: Finding) -> str:
    place: Text = (Name(each.path), f":{each.line}")
    if stated := each.stated_elsewhere():
        place = (*place, ", stated in ", Name(stated[0]), f":{stated[1]}")
    level = "waived" if each.waived else each.level
    return _line((f"{level} {each.rule} (", *place, "): ", *each.message))


def _rows(table: Table) -> list[str]:
    """The header and what changed of a diff; the first rows, and how many more there are."""
    rows = [[_line(cell) for cell in row] for row in table.rows]
    rows = [row for row in rows if row[1] != "unchanged" or row[4] != "-"]
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
