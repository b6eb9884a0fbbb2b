"""`llm-cost focus validate`: whether a file keeps the FOCUS specification, and what fails where."""

from __future__ import annotations

import click

from ..boundary import complain, say_code
from ..errors import ExitCode, ParseError
from ..focus.validate import check_file
from ..known.focus import VERSIONS
from ..render.sanitise import terminal_name
from ..report_focus import findings_text, focus_document, focus_report
from ..sheet_file import read_rows
from .options import format_option
from .showing import show

HELP = """Check a FOCUS file (CSV or Parquet) against the specification's rules, and say what fails where.

Without --focus-version the columns of the file say which version it is of. Rows are numbered as a spreadsheet shows
them: the header is row 1.

\b
  llm-cost focus validate estimates.focus.csv
  llm-cost focus validate usage.focus.csv --focus-version 1.2 --format json

\b
What the specification demands of every file is checked; what it recommends is not.
Exit codes: 0; 2 the file cannot be opened; 3 it breaks a rule, or is no FOCUS file.
"""


@click.command("validate", help=HELP)
@click.argument("file", type=click.Path())
@click.option("--focus-version", type=click.Choice(VERSIONS), help="The version to check against.")
@format_option
@click.pass_context
def validate_command(ctx: click.Context, file: str, focus_version: str | None, output: str) -> int:
    rows = read_rows(file)
    header = next(rows, None)
    if header is None:
        raise ParseError(f"{terminal_name(file)} is empty", "Its first line has to name the columns.")
    checked = check_file(header, rows, focus_version)
    if checked.findings or not ctx.obj["quiet"]:
        show(focus_report(checked, file), lambda: focus_document(checked, file), output)
    if not checked.findings:
        return 0
    complain(f"{file}: {findings_text(checked)}", "Each is listed above." if output == "table" else "")
    say_code(ExitCode.PARSE_ERROR)
    return int(ExitCode.PARSE_ERROR)
