"""A report for a coding agent: all that it can act on, in few tokens. No padding, no symbols, no unchanged rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..findings import Finding, Findings
from ..report import Name, Report, Table, Text, name_list
from .sanitise import ascii_symbols, log_text, terminal_name

MAX_ROWS = 20
MAX_WORD = 120
_WORD = re.compile(r"[A-Za-z0-9._/-]+")


def render_agent(report: Report, findings: Findings) -> str:
    """A line a fact. Names that are more than one plain word stand in quotes: they are data, whatever they say."""
    lines = [f"llm-cost {findings.what}: {findings.code.name}"]
    found = _found(findings.items)
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
    return log_text("\n".join(dict.fromkeys(line for line in lines if line))) + "\n"


_IN_FINDINGS = ("Cannot be priced", "Without a price")


def _found(items: Sequence[Finding]) -> list[str]:
    """A line each; prompts of which the same is said together."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for each in items:
        said = tuple(part for part in each.message if part != each.prompt_id)
        groups.setdefault((each.level, each.rule, each.stated, each.waived, said), []).append(each)
    return [_finding(group) for group in groups.values()]


def _finding(group: Sequence[Finding]) -> str:
    first = group[0]
    place: list[str] = []
    for each in group[:MAX_ROWS]:
        place += [" ", Name(each.path), *([f":{each.line}"] if each.line > 1 else [])]
    place += [f" and {len(group) - MAX_ROWS:,} more"] if len(group) > MAX_ROWS else []
    if stated := first.stated_elsewhere():
        place += [" by ", Name(stated[0]), f":{stated[1]}"]
    ids = name_list([each.prompt_id or "" for each in group], MAX_ROWS)
    message = [shown for part in first.message for shown in (ids if part == first.prompt_id else (part,))]
    return _line((f"{'waived' if first.waived else first.level} {first.rule}", *place, ": ", *message))


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
