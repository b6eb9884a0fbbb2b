"""The report of `focus validate`."""

from __future__ import annotations

from .focus.validate import Checked, Finding
from .report import Name, Report, Table, Text


def focus_report(checked: Checked, path: str) -> Report:
    found = findings_text(checked)
    headline: Text = ("✅ " if not checked.findings else "❌ ", Name(path), f": FOCUS {checked.version}, {found}")
    cells = tuple((_where(each), (Name(each.column),), (each.rule,), (each.text,)) for each in checked.findings)
    table = Table(("Where", "Column", "Rule", "What is wrong"), cells) if cells else None
    chosen = "" if checked.stated else " (its columns say so; --focus-version checks against another)"
    rows = "1 row" if checked.rows == 1 else f"{checked.rows:,} rows"
    return Report(headline, table, unit=(f"{rows}, checked as FOCUS {checked.version}{chosen}",))


def findings_text(checked: Checked) -> str:
    """How many rules are broken, in words."""
    count = len(checked.findings)
    return "no rule is broken" if not count else "1 rule is broken" if count == 1 else f"{count:,} rules are broken"


def _where(finding: Finding) -> Text:
    if not finding.of:
        return ("header",)
    more = finding.of - len(finding.rows)
    listed = ", ".join(f"{row:,}" for row in finding.rows)
    return (("row " if finding.of == 1 else "rows ") + listed + (f" and {more:,} more" if more else ""),)


def focus_document(checked: Checked, path: str) -> dict[str, object]:
    """`focus validate --format json`."""
    return {
        "schema": "llm-cost/focus-validation/1",
        "file": path,
        "focus_version": checked.version,
        "valid": not checked.findings,
        "rows": checked.rows,
        "findings": [
            {
                "rule": each.rule,
                "column": each.column,
                "message": each.text,
                "first_rows": list(each.rows),
                "rows": each.of,
            }
            for each in checked.findings
        ],
    }
