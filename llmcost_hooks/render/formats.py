"""Every format that a result can be printed in, by name. A new one is one file beside this and one line in FORMATS."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

Document = dict[str, Any]

if TYPE_CHECKING:
    from ..compare import Comparison
    from ..estimate import Estimate
    from ..findings import Findings
    from ..report import Report


class Result(NamedTuple):
    """What `estimate`, `check` and `diff` found, as far as any format draws it."""

    report: Report
    document: Document  # its JSON document
    estimate: Estimate  # the side that it is about; of a diff, head
    comparison: Comparison | None
    findings: Findings
    group_by: str | None = None  # a tag's key


# Each loads what it needs when it is asked for: a run prints one of them.


def _csv(result: Result) -> str:
    from .csv import render_csv

    return render_csv(result.document)


def _html(result: Result) -> str:
    from ..report_charts import charts_of
    from .html import render_html

    return render_html(result.report, charts_of(result.estimate, result.comparison, result.group_by))


def _github(result: Result) -> str:
    from .github import render_github

    return render_github(result.report, result.findings)


def _sarif(result: Result) -> str:
    from .sarif import render_sarif

    return render_sarif(result.findings)


def _junit(result: Result) -> str:
    from .junit import render_junit

    return render_junit(result.findings)


def _code_quality(result: Result) -> str:
    from .code_quality import render_code_quality

    return render_code_quality(result.findings)


def _badge(result: Result) -> str:
    from ..report_badge import badge_of
    from .badge import render_badge

    return render_badge(badge_of(result.estimate, result.comparison, result.findings))


def _shields(result: Result) -> str:
    from ..report_badge import badge_of
    from .shields import render_shields

    return render_shields(badge_of(result.estimate, result.comparison, result.findings))


def _agent(result: Result) -> str:
    from .agent import render_agent

    return render_agent(result.report, result.findings)


FORMATS: dict[str, Callable[[Result], str]] = {
    "csv": _csv,
    "html": _html,
    "github": _github,
    "sarif": _sarif,
    "junit": _junit,
    "gitlab-codequality": _code_quality,
    "badge": _badge,
    "shields": _shields,
    "agent": _agent,
}
