"""An estimate as a file for FinOps tools: which one, of which time, and where to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import click

from ..boundary import complain
from ..clock import build_day
from ..errors import ConfigError, worst
from ..estimate import Estimate
from ..failures import say_failures
from ..focus.cbf import cbf_sheet
from ..focus.charges import unknown_parts
from ..focus.compact import compact_sheet
from ..focus.period import read_period
from ..focus.rows import focus_sheet
from ..focus.sheet import Sheet
from ..render.csv_text import render_csv
from ..report import count_prompts
from ..sheet_file import PARQUET, save_bytes, save_parquet

F = TypeVar("F", bound=Callable[..., Any])
EXPORTS = ("focus", "focus-compact", "cbf")
FOCUS_VERSIONS = ("1.0", "1.2", "1.3", "1.4")
DEFAULT_VERSION = "1.2"


class Export(NamedTuple):
    """What the command line asks for."""

    format: str
    version: str
    period: str | None
    billed: bool
    path: str | None


def export_options(function: F) -> F:
    options = (
        click.option(
            "--focus-version",
            type=click.Choice(FOCUS_VERSIONS),
            help=f"Of --format focus; {DEFAULT_VERSION} if not given.",
        ),
        click.option(
            "--period", metavar="TIME", help="What the rows are for: 2026-11, 2026-11-27, 2026-W48, 2026-Q4, 2026."
        ),
        click.option(
            "--focus-billed",
            type=click.Choice(["zero", "estimate"]),
            help="BilledCost: 0, as nobody is billed, or for tools that show nothing else the estimate.",
        ),
        click.option(
            "--output", "file", metavar="FILE", type=click.Path(), help="Write the rows there; .parquet: as Parquet."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def read_export(values: dict[str, Any], output: str) -> Export | None:
    """Takes the options of this file out of `values`; None where `output` is a report or a document.

    ConfigError for options that mean nothing to the format.
    """
    given = {name: values.pop(name) for name in ("focus_version", "period", "focus_billed", "file")}
    means = {
        "focus_version": ("focus",), "period": ("focus", "cbf"), "focus_billed": ("focus", "focus-compact"),
        "file": EXPORTS,
    }  # fmt: skip
    for name, formats in means.items():
        if given[name] is not None and output not in formats:
            option = "--output" if name == "file" else f"--{name.replace('_', '-')}"
            raise ConfigError(f"{option} has no meaning for --format {output}", f"It is for: {', '.join(formats)}.")
    if output not in EXPORTS:
        return None
    version = given["focus_version"] or DEFAULT_VERSION
    return Export(output, version, given["period"], given["focus_billed"] == "estimate", given["file"])


def refuse_beside_export(**given: bool) -> None:
    """ConfigError for options that mean nothing to rows: each is there once, for all calls of the period."""
    names = {"view": "--sort or --group-by"}
    for name in (name for name, is_given in given.items() if is_given):
        option = names.get(name, f"--{name.replace('_', '-')}")
        raise ConfigError(f"{option} has no meaning for rows of FinOps tools", "Drop it, or take another --format.")


def export(estimate: Estimate, asked: Export) -> int:
    """Print the rows or write them to the file; where one prompt is unknown none at all. Returns the exit code."""
    unknown = unknown_parts(estimate)
    if unknown:
        return say_failures(unknown, worst([row.problem.code for row in unknown]))
    unused = sum(not row.calls for row in estimate.priced())
    if unused and asked.format != "focus-compact":  # which has a row for each prompt
        complain(f"note: no rows of {count_prompts(unused)} with 0 calls: what is not used is not charged")
    sheet = _sheet(estimate, asked)
    if asked.path is not None and asked.path.endswith(PARQUET):
        save_parquet(sheet, asked.path)
    elif asked.path is not None:
        save_bytes(render_csv(sheet).encode(), asked.path)
    elif sys.stdout is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(render_csv(sheet).encode())  # its lines end in CRLF, and it is UTF-8 everywhere
    return 0


def _sheet(estimate: Estimate, asked: Export) -> Sheet:
    if asked.format == "focus-compact":
        return compact_sheet(estimate, billed=asked.billed)
    period = read_period(asked.period, estimate.period, build_day(os.environ))
    if asked.format == "cbf":
        return cbf_sheet(estimate, period)
    return focus_sheet(estimate, asked.version, period, billed=asked.billed)
