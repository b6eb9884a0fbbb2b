"""For GitHub Actions: the log of a step with annotations, and the summary of its job."""

from __future__ import annotations

import re

from ..findings import ERROR, NOTE, WARNING, Finding, Findings
from ..report import Name, Report
from .lines import path_line, plain_line
from .markdown import render_markdown
from .sanitise import log_text
from .text import render_text

MAX_ANNOTATIONS = 10  # of one level and step, that GitHub shows
MAX_SUMMARY = 1000 * 1000  # bytes; GitHub refuses more than 1 MiB of a step
_COMMANDS = {ERROR: "error", WARNING: "warning", NOTE: "notice"}
_MORE = "llm-cost: {:,} more are in the summary of this job"


def render_github(report: Report, findings: Findings) -> str:
    """What a step prints: the report, then an annotation for each finding. No other line is a workflow command."""
    lines = [line for level in _COMMANDS for line in _annotations(level, findings)]
    return log_text(render_text(report)) + "".join(f"{line}\n" for line in lines)


def render_summary(report: Report, findings: Findings) -> str:
    """Markdown for $GITHUB_STEP_SUMMARY, cut to what GitHub takes, which is said; findings beyond the report's own."""
    blocks = [f"### llm-cost {findings.what}", render_markdown(report).rstrip("\n")]
    text = "\n\n".join(blocks) + "\n\n"
    if len(text.encode()) <= MAX_SUMMARY:
        return text
    kept = text.encode()[: MAX_SUMMARY - 200].decode(errors="ignore").rpartition("\n")[0]
    return f"{kept}\n\nCut to what a summary may have. All of it: `llm-cost {findings.what}`\n\n"


def _annotations(level: str, findings: Findings) -> list[str]:
    found = [each for each in findings.items if each.level == level]
    shown = found if len(found) <= MAX_ANNOTATIONS else found[: MAX_ANNOTATIONS - 1]
    lines = [_annotation(each) for each in shown]
    more = len(found) - len(shown)
    return [*lines, f"::{_COMMANDS[level]}::{_data(_MORE.format(more))}"] if more else lines


def _annotation(each: Finding) -> str:
    place = f"file={_property(path_line(each.path))},line={each.line},title={_property(f'llm-cost: {each.rule}')}"
    parts, stated = [plain_line(each.message)], each.stated_elsewhere()
    parts += [plain_line(each.advice)] if each.advice else []
    parts += [plain_line(("Stated in ", Name(stated[0]), f":{stated[1]}"))] if stated else []
    parts += ["A waiver allows it."] if each.waived else []
    parts += [plain_line(("Owner: ", Name(each.owner)))] if each.owner else []
    return f"::{_COMMANDS[each.level]} {place}::{_data(chr(10).join(parts))}"


def _data(text: str) -> str:
    """As actions/toolkit escapes what stands behind the last `::`."""
    return re.sub(r"[%\r\n]", lambda found: f"%{ord(found[0]):02X}", log_text(text))


def _property(text: str) -> str:
    return re.sub(r"[%\r\n:,]", lambda found: f"%{ord(found[0]):02X}", log_text(text))
