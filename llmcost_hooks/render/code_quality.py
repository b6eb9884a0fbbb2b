"""Findings as GitLab's code quality report: an array in the form of Code Climate's issues."""

from __future__ import annotations

import json
from typing import Any

from ..findings import ERROR, NOTE, WARNING, Finding, Findings
from .lines import path_line, plain_line
from .sarif import fingerprint

_SEVERITIES = {ERROR: "major", WARNING: "minor", NOTE: "info"}


def render_code_quality(findings: Findings) -> str:
    """Severities: what cannot be judged is critical, what fails major, a warning minor, all else info."""
    seen: dict[str, int] = {}
    issues = [_issue(each, seen) for each in findings.items]
    return json.dumps(issues, indent=2, ensure_ascii=True) + "\n"


def _issue(each: Finding, seen: dict[str, int]) -> dict[str, Any]:
    name = fingerprint(each)
    seen[name] = seen.get(name, 0) + 1  # GitLab keeps one issue for each fingerprint
    return {
        "description": plain_line(each.message) + (f". {plain_line(each.advice)}" if each.advice else ""),
        "check_name": f"llm-cost/{each.rule}",
        "fingerprint": name if seen[name] == 1 else f"{name}-{seen[name]}",
        "severity": "critical" if each.unknown() else _SEVERITIES[each.level],
        "location": {"path": path_line(each.path), "lines": {"begin": each.line}},
    }
