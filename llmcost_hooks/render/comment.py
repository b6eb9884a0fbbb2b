"""A comment on a pull request as Markdown: marked, so that it is found again, and cut to what its forge takes."""

from __future__ import annotations

from ..report import Report
from ..report_comment import CommentReport
from .markdown import draw_line, render_compact

FIRST = 3  # sections that always stand: waivers that nobody can read, limits that fail, waivers


def marker_line(tag: str, *, visible: bool) -> str:
    """A comment's first line; `tag` is of letters, digits and `._-`. Visible where a forge's Markdown hides nothing."""
    return f"llm-cost comment `{tag}`" if visible else f"<!-- llm-cost comment: {tag} -->"


def render_comment(comment: CommentReport, marker: str, title: str | None, limit: int) -> str:
    """The comment in at most `limit` bytes of UTF-8; where it is cut, it says so, and what for: `title`, a forge."""
    whole = _draw(comment, marker, "")
    if len(whole.encode()) <= limit:
        return whole
    low, high = 0, min(_longest(comment.report), limit // 8)  # lines of each list: `low` fit, if any number does
    to = f"what {title} takes as a comment ({limit:,} bytes)" if title else f"{limit:,} bytes"
    cut = f"⚠️ Cut to {to}. What is left out can be seen locally."
    while low + 1 < high:
        middle = (low + high) // 2
        fits = len(_draw(_cut(comment, middle), marker, cut).encode()) <= limit
        low, high = (middle, high) if fits else (low, middle)
    return _whole_lines(_draw(_cut(comment, low), marker, cut), limit)


def _draw(comment: CommentReport, marker: str, cut: str) -> str:
    lines = "  \n".join(draw_line(line) for line in comment.how)
    blocks = [marker, f"### {draw_line(comment.answer)}", render_compact(comment.report).rstrip("\n")]
    return "\n\n".join([*blocks, *([cut] if cut else []), lines]) + "\n"


def _longest(report: Report) -> int:
    rows = report.table.rows if report.table else ()
    return max(len(rows), len(report.notes), len(report.sections), *(len(lines) for _, lines in report.sections), 1)


def _cut(comment: CommentReport, kept: int) -> CommentReport:
    """With the first `kept` rows, sections, lines of each and notes, and how many are left out."""
    report = comment.report
    table, below = report.table, report.below
    if table is not None and len(table.rows) > kept:
        below = ((f"{len(table.rows) - kept:,} more rows are not shown.",), *below)
        table = table._replace(rows=table.rows[:kept])
    sections = tuple(
        (title, lines if len(lines) <= kept else (*lines[:kept], (f"{len(lines) - kept:,} more",)))
        for title, lines in report.sections[: max(kept, FIRST)]
    )
    notes = report.notes
    if len(notes) > kept:
        notes = (*notes[:kept], (f"{len(notes) - kept:,} more notes",))
    return comment._replace(report=report._replace(table=table, below=below, sections=sections, notes=notes))


def _whole_lines(text: str, limit: int) -> str:
    """What is left to cut where even the shortest comment is too long: whole lines, so that nothing stays open."""
    kept = text.encode()[:limit]
    return text if len(kept) == len(text.encode()) else kept[: kept.rfind(b"\n") + 1].decode()
