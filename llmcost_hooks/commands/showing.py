"""Printing what a command has found, in the format that was asked for."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import click

from ..boundary import write
from ..errors import ConfigError
from ..render.formats import FORMATS as DRAWN
from ..render.formats import Document, Result
from ..render.sanitise import terminal_name
from ..report import Report
from .options import FORMATS


def show_result(result: Callable[[], Result], report: Report, document: Callable[[], Document], output: str) -> None:
    """Print what was found in any format. `github` also writes the summary of the job, where there is one."""
    if output in FORMATS:
        show(report, document, output)
        return
    found = result()
    if output == "github" and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        from ..render.github import render_summary

        _append(summary, render_summary(found.report, found.findings))
    if sys.stdout is not None:
        write(sys.stdout, DRAWN[output](found))


def _append(path: str, text: str) -> None:
    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(
            f"GITHUB_STEP_SUMMARY ({path}) cannot be written: {os.strerror(error.errno or 0)}",
            "GitHub sets it to a file of the job; elsewhere: unset GITHUB_STEP_SUMMARY",
        ) from None


def show(report: Report, document: Callable[[], Document], output: str) -> None:
    """Print a report, or its JSON document."""
    if output == "json":
        from ..render.jsonparts import render_json

        text = render_json(document())
    elif output == "markdown":
        from ..render.markdown import render_markdown

        text = render_markdown(report)
    else:
        from ..render.text import render_text

        text = render_text(report, color=_wants_color())
    if sys.stdout is not None:
        write(sys.stdout, text)


def _wants_color() -> bool:
    return (
        sys.stdout is not None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def verbose_note(ctx: click.Context, text: str) -> None:
    if ctx.obj["verbose"]:
        write(sys.stderr, f"llm-cost: {terminal_name(text, 2000)} ({time.process_time():.2f} s of processor time)\n")
