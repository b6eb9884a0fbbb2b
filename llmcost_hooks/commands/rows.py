"""One prompt over every row of real inputs: what a batch costs, before it is run."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from datetime import date
from decimal import localcontext
from functools import partial

import click

from ..errors import ConfigError, ParseError
from ..facts import count_values
from ..git.files import read_file
from ..git.objects import Unread
from ..linking import Facts
from ..lookup import make_resolver
from ..prices.book import PriceBook
from ..prices.exact import EXACT
from ..pricing import price_prompt
from ..prompts import Sample
from ..reading import Side
from ..report_rows import Batch, PricedRow

MAX_BYTES = 1_000_000_000


def refuse_beside_data(*, show_parts: bool, calls: bool, models: bool, per: bool) -> None:
    """Raises ConfigError for options that mean nothing where each row is one call."""
    for option, given in (("--show-parts", show_parts), ("--calls", calls), ("--models", models), ("--per", per)):
        if given:
            raise ConfigError(f"--data and {option} are both given", "Keep one: with --data each row is one call.")


def estimate_rows(path: str, side: Side, facts: Facts, book: PriceBook, on: date, *, quiet: bool) -> Batch:
    """The one prompt of `side`, priced for each row of the file at `path`; a progress bar where a terminal watches.

    Raises ConfigError where the side has several prompts, ParseError where a row cannot be read.
    """
    snapshot = side.snapshot
    if len(snapshot.files) != 1:
        raise ConfigError(
            f"--data prices one prompt, and {len(snapshot.files)} were found", "Name it: estimate PROMPT --data FILE"
        )
    file = snapshot.files[0]
    file = file._replace(assumptions=file.assumptions._replace(calls=1, avg_input_tokens=None))
    resolve, priced = make_resolver(book, on), list[PricedRow]()
    rows = list(_rows(path))
    hidden = quiet or not sys.stderr.isatty()
    with (
        localcontext(EXACT),
        click.progressbar(rows, label="Pricing rows", file=sys.stderr, hidden=hidden) as counted,
    ):
        for line, values in counted:
            row = price_prompt(file, facts, resolve, None, snapshot.key(), partial(count_values, values))
            priced.append(PricedRow(line, row))
    if not priced:
        raise ParseError(f"{path} holds no row", "Write one JSON object a line, or CSV with a header.")
    return Batch(path, file.prompt_id, tuple(priced))


def _rows(path: str) -> Iterator[tuple[int, dict[str, Sample]]]:
    """(line, values by variable) of each row."""
    data = read_file(path, MAX_BYTES)
    if isinstance(data, Unread):
        raise ConfigError(f"{path} cannot be read: {data.reason}", "Name a CSV or JSONL file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(f"{path} is not UTF-8 (byte at offset {error.start})", "Save it as UTF-8 text.") from None
    if path.lower().endswith((".jsonl", ".ndjson")):
        return _json_lines(path, text)
    if path.lower().endswith((".csv", ".tsv")):
        return _csv(path, text, "\t" if path.lower().endswith(".tsv") else ",")
    raise ConfigError(f"{path} is neither CSV nor JSONL by its name", "Name it .csv, .tsv or .jsonl.")


def _json_lines(path: str, text: str) -> Iterator[tuple[int, dict[str, Sample]]]:
    from ..prompts.samples import parse_samples

    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, dict(parse_samples(line).samples)
            except ParseError as error:
                raise ParseError(f"{path}:{number} {error.message}", error.hint) from None


def _csv(path: str, text: str, delimiter: str) -> Iterator[tuple[int, dict[str, Sample]]]:
    csv.field_size_limit(MAX_BYTES)  # by itself the module takes 131,072 characters, and a document has more
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = list(reader.fieldnames or ())
        if len(set(names)) < len(names):
            raise ParseError(f"{path}:{reader.line_num} names a variable twice", "Give each column its own name.")
        for row in reader:
            if None in row or None in row.values():
                raise ParseError(f"{path}:{reader.line_num} has not as many fields as the header", "Mend that row.")
            yield reader.line_num, dict(row)
    except csv.Error as error:
        raise ParseError(f"{path}:{reader.line_num} is not valid CSV: {error}", "Mend that row.") from None
