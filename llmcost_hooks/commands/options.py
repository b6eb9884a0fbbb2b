"""Options that several commands share, and what they become."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ..economics import CALL, MILLION, UNITS, quoted_per
from ..errors import ConfigError
from ..manifest import SCENARIOS, SERVICE_TIERS, Assumptions
from ..manifest_values import Wrong, read_increase
from ..memo import Memo, memo_path
from ..reading import Side
from ..render.formats import FORMATS as DRAWN
from ..snapshot import Selection, place_of
from ..view import View

F = TypeVar("F", bound=Callable[..., Any])
_ASSUMPTIONS = (
    "model", "calls", "output_tokens", "output_ratio", "cache_hit_ratio", "scenario", "service_tier", "region",
)  # fmt: skip
_CHANGING = (*_ASSUMPTIONS, "include", "exclude", "as_format", "force_stale")


def read_ratio(text: str) -> Decimal:
    """A decimal number, 0 or more."""
    if not re.fullmatch(r"\d{1,6}(?:\.\d{1,12})?|\.\d{1,12}", text, re.ASCII):
        raise click.BadParameter(f"{text!r} is not a number, 0 or more.")
    return Decimal(text)


def read_share(text: str) -> Decimal:
    """A decimal number from 0 to 1."""
    number = read_ratio(text)
    if number > 1:
        raise click.BadParameter(f"{text!r} is not between 0 and 1.")
    return number


def read_change(text: str) -> tuple[Decimal | None, Decimal | None]:
    """(percent, None) or (None, USD)."""
    try:
        return read_increase(text)
    except Wrong as wrong:
        raise click.BadParameter(f"{text!r} is not {wrong}.") from None


def _apply(options: list[Callable[[F], F]], function: F) -> F:
    for option in reversed(options):
        function = option(function)
    return function


def assumption_options(function: F) -> F:
    """How the prompts are used; each overrides llm-cost.toml for all prompts of both sides."""
    return _apply(
        [
            click.option("--model", metavar="NAME", help="Price every prompt as this model."),
            click.option(
                "--calls", metavar="N", type=click.IntRange(0, 10**15), help="Calls of every prompt (per period)."
            ),
            click.option(
                "--output-tokens", metavar="N", type=click.IntRange(0, 10**12), help="Output tokens of a call."
            ),
            click.option(
                "--output-ratio", metavar="R", type=read_ratio, help="Output tokens per input token, e.g. 0.1."
            ),
            click.option(
                "--scenario", type=click.Choice(SCENARIOS), help="cached needs --cache-hit-ratio; batch: batch prices."
            ),
            click.option(
                "--cache-hit-ratio",
                metavar="R",
                type=read_share,
                help="Share of input served from the cache, e.g. 0.6; implies cached.",
            ),
            click.option(
                "--service-tier", type=click.Choice(SERVICE_TIERS), help="How requests are processed and billed."
            ),
            click.option("--region", metavar="NAME", help="Where they run, for prices by region, e.g. eu."),
        ],
        function,
    )


def repeated_options(ctx: click.Context) -> tuple[str, ...]:
    """What was given on the command line of all that changes a number, as words for another command: --model=gpt-4o."""
    words: list[str] = []
    for option in ctx.command.params:
        name = option.name or ""
        if name not in _CHANGING or ctx.get_parameter_source(name) != ParameterSource.COMMANDLINE:
            continue
        value = ctx.params[name]
        if value is True:
            words.append(option.opts[0])
            continue
        for each in value if isinstance(value, tuple) else (value,):
            words.append(f"{option.opts[0]}={each:f}" if isinstance(each, Decimal) else f"{option.opts[0]}={each}")
    return tuple(words)


def selection_options(function: F) -> F:
    return _apply(
        [
            click.option(
                "--include",
                metavar="GLOB",
                multiple=True,
                help='Only these files are prompts, e.g. "prompts/**/*.md". Repeatable.',
            ),
            click.option("--exclude", metavar="GLOB", multiple=True, help="Leave these out. Repeatable."),
            click.option(
                "--as",
                "as_format",
                type=click.Choice(["text"]),
                help="Count files as they stand: no front matter cut, no framing.",
            ),
        ],
        function,
    )


FORMATS = ("table", "markdown", "json")  # of every report
RESULT_FORMATS = (*FORMATS, *DRAWN)  # of what estimate, check and diff find


def format_option(function: F, formats: Sequence[str] = FORMATS) -> F:
    many = len(formats) > len(FORMATS)
    text = f"What to print: {', '.join(formats)}." if many else "What to print."
    return click.option(
        "--format", "output", type=click.Choice(formats), default="table", show_default=True, help=text,
        metavar="FORMAT" if many else None,
    )(function)  # fmt: skip


def result_options(function: F) -> F:
    return output_options(function, RESULT_FORMATS)


def output_options(function: F, formats: Sequence[str] = FORMATS) -> F:
    return _apply(
        [
            partial(format_option, formats=formats),
            click.option("--no-cache", is_flag=True, help="Do not use the memo of token counts."),
            click.option("--force-stale", is_flag=True, help="Use prices that are too old (not recommended)."),
        ],
        function,
    )


def refuse_formats(output: str, option: str) -> None:
    """What `option` prints is no list of prompts, so it has no other format than every report has."""
    if output not in FORMATS:
        raise ConfigError(f"--format {output} and {option} are both given", "Keep one, or: --format json")


def read_usd(text: str) -> Decimal:
    """An amount in US dollars, with or without its sign."""
    return read_ratio(text.removeprefix("$"))


def read_models(values: dict[str, Any]) -> tuple[str, ...] | None:
    """Takes --models out of `values`: names with commas between them."""
    text = values.pop("models")
    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if "" in names:
        raise ConfigError("--models has an empty name", "For example: --models gpt-4o,gpt-4o-mini")
    return names


def unit_option(function: F) -> F:
    """What costs are quoted for."""
    option = click.option(
        "--per", "unit", type=click.Choice(UNITS),
        help="Quote costs for one call, for the declared period (the default where there is one), for a million calls.",
    )  # fmt: skip
    return option(function)


def read_unit(values: dict[str, Any]) -> str | None:
    """Takes --per out of `values`."""
    unit: str | None = values.pop("unit")
    if unit in (CALL, MILLION) and values["calls"] is not None:
        raise ConfigError(f"--per {unit} and --calls are both given", "Keep one.")
    return unit


def quoted_side(side: Side, unit: str | None) -> Side:
    """The side with its costs quoted for `unit`."""
    return side._replace(snapshot=quoted_per(side.snapshot, unit))


def group_option(function: F) -> F:
    """Sub-totals by a tag."""
    help_text = "Also sub-totals by the values of this tag, e.g. team."
    return click.option("--group-by", metavar="TAG", help=help_text)(function)


def view_options(*orders: str) -> Callable[[F], F]:
    """Order and grouping of a report's rows."""
    return lambda function: _apply(
        [
            click.option(
                "--sort", "order", type=click.Choice(orders), default="name", show_default=True,
                help="Order of the rows; amounts: the largest first.",
            ),
            group_option,
        ],
        function,
    )  # fmt: skip


def read_view(values: dict[str, Any], *, changed_only: bool = False) -> View:
    """Takes the view options out of `values`."""
    return View(values.pop("order"), changed_only, values.pop("group_by"))


def read_assumptions(values: dict[str, Any]) -> Assumptions:
    """Takes the assumption options out of `values`."""
    if values["output_tokens"] is not None and values["output_ratio"] is not None:
        raise ConfigError("--output-tokens and --output-ratio are both given", "Keep one.")
    if values["model"] == "":
        raise ConfigError("--model is empty", "For example: --model gpt-4o")
    if values["cache_hit_ratio"] is not None:
        if values["scenario"] not in (None, "cached"):
            raise ConfigError(f"--cache-hit-ratio has no meaning in the {values['scenario']} scenario", "Drop one.")
        values["scenario"] = "cached"
    return Assumptions(**{name: values.pop(name) for name in _ASSUMPTIONS})


def read_selection(values: dict[str, Any], paths: tuple[str, ...] = ()) -> Selection:
    """Takes the selection and assumption options out of `values`; `paths` are relative to the repository's top."""
    assumptions = read_assumptions(values)
    include, exclude = tuple(values.pop("include", ())), tuple(values.pop("exclude", ()))
    return Selection(include, exclude, paths, values.pop("as_format", None) == "text", assumptions)


def read_paths(prefix: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Paths as typed below `prefix` of the repository -> relative to its top, without "." and "..".

    Raises ConfigError for a path that leaves the repository.
    """
    return tuple(_below_top(prefix, path) for path in paths)


def _below_top(prefix: str, path: str) -> str:
    if not path:
        raise ConfigError("An empty path is given", "For everything: .")
    if os.path.isabs(path):
        directory, name = os.path.split(path)  # a symbolic link is itself, not what it points at
        path = os.path.relpath(os.path.join(os.path.realpath(directory), name), os.path.realpath("."))
    joined = os.path.normpath(os.path.join(prefix, path)).replace(os.sep, "/")
    if joined == ".." or joined.startswith("../"):
        raise ConfigError(f"{path} is outside of the repository", "Name files below its top directory.")
    return "" if joined == "." else joined


def refuse_empty(paths: Sequence[str], sides: Sequence[Side]) -> None:
    """A PATH that stands for no prompt on any side is a typing error, not a cost of nothing."""
    files = [file for side in sides for file in side.snapshot.files]
    labels = " or ".join(dict.fromkeys(side.snapshot.label for side in sides))
    for path in paths:
        if not any(f"{each}/".startswith(f"{path}/") for file in files for each in (file.path, place_of(file.path))):
            raise ConfigError(f"{path}: no such file, or no prompt in it ({labels})", "Name a file or a directory.")


def read_memo(no_cache: bool) -> Memo:
    return Memo(None if no_cache else memo_path(os.environ))
