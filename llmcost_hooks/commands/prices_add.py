"""`llm-cost prices add`: a price of your own, as a dated row of llm-cost.toml."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import click

from ..boundary import complain, write
from ..clock import now
from ..errors import ConfigError
from ..facts import load_price_book
from ..git.plumbing import Repository, open_repository, run_git
from ..manifest import NAME
from ..manifest_edit import NewRow, append_row, row_text
from ..manifest_file import edit_manifest
from ..models import FINE_TUNED, MAX_LENGTH, near_names, resolve_model
from ..prices.book import PriceBook
from ..prices.exact import EXACT
from ..prices.own import PrivateModel
from ..render.sanitise import terminal_name
from .asking import can_ask, confirm
from .own_prices import manifest_prices, read_date

HELP = """Add a dated row of prices to llm-cost.toml, for a model that no price list has, or not at your price.

On a terminal it asks for what is not given. Without one, or with LLMCOST_NONINTERACTIVE=1, all comes from options or
from LLMCOST_PRICE_INPUT, _OUTPUT, _CACHED, _CACHE_WRITE and _TRAINING, and what is missing is an error.
Prices are USD per million tokens, or per token with --per-token.

\b
  llm-cost prices add
  llm-cost prices add our-finetune --input 0.30 --output 1.20 --base gpt-4o-mini
  llm-cost prices add gpt-4o --fine-tuned --input 3.75 --output 15 --training 25 --estimated

\b
A row holds from its day on, until a later one states another price; rows are never edited (the hook llm-cost-manifest
sees to it). A model that no price list has gets its table, [prices.model."NAME"], too. Commit the file like code.
Exit codes: 0; 2 something is missing or wrong, and nothing was written.
"""

# Option, what it is called in the manifest, the question, and whether a row needs it.
_RATES = (
    ("input", "input", "Input, USD per million tokens", True),
    ("cached", "cache_read", "Cached input (empty: not known)", False),
    ("output", "output", "Output, USD per million tokens", True),
    ("cache_write", "cache_write_5m", "", False),
    ("training", "training", "Training, USD per million tokens (empty: not known)", False),
)


@click.command("add", help=HELP)
@click.argument("model", required=False)
@click.option("--input", "input", metavar="USD", help="Input tokens.")
@click.option("--cached", metavar="USD", help="Input tokens that the provider's cache serves.")
@click.option("--output", "output", metavar="USD", help="Output tokens.")
@click.option("--cache-write", metavar="USD", help="Input tokens that are written into the cache.")
@click.option("--training", metavar="USD", help="Training tokens, of a fine-tuned model.")
@click.option("--per-token", is_flag=True, help="The prices are per token.")
@click.option("--fine-tuned", is_flag=True, help="Of prompts with fine_tuned = true; MODEL is the base.")
@click.option("--estimated", is_flag=True, help="A guess; every total that it is in says so.")
@click.option("--effective-from", metavar="DATE", help="The first day, YYYY-MM-DD. Default: today.")
@click.option("--operator", metavar="NAME", help="Who states it. Default: git's user.name.")
@click.option("--base", metavar="MODEL", help="The model whose tokenizer and limits it has.")
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.pass_context
def add_command(ctx: click.Context, /, model: str | None, yes: bool, **values: Any) -> int:
    repo = open_repository()
    if repo.top is None:
        raise ConfigError("A bare repository has no working tree to write into", "Run it in a clone.")
    row = _row(repo, model, values)
    if row.cache_read is not None and row.input is not None and row.cache_read > row.input:
        complain(f"warning: cached input (${row.cache_read:f}) is dearer than input (${row.input:f})")
    asks = not yes and can_ask()
    if asks or not ctx.obj["quiet"]:
        write(sys.stdout, f"{NAME} gets:\n\n{_indented(row_text(row))}\n")
    if asks and not confirm("Write it?", ""):
        write(sys.stdout, "Nothing was written.\n")
        return 0
    edit_manifest(repo.top, lambda text: append_row(text, row))
    if not ctx.obj["quiet"]:
        write(sys.stdout, f"✓ Added to {NAME}; commit it like code\n")
    return 0


def _row(repo: Repository, model: str | None, values: dict[str, Any]) -> NewRow:
    name = model if model is not None else _ask("Model", "MODEL", str)
    if not _is_name(name):
        raise ConfigError(
            f"A model's name is 1 to {MAX_LENGTH} printable characters", "For example: llm-cost prices add our-model"
        )
    fine_tuned = values["fine_tuned"] or (model is None and confirm("Is it the price of a fine-tuned model?", ""))
    rates = {key: _rate(option, question, needed, values, fine_tuned) for option, key, question, needed in _RATES}
    day = read_date(values["effective_from"], "--effective-from") if values["effective_from"] else now().date()
    is_private, base = _private(name, values["base"])
    return NewRow(
        name, day, **rates, fine_tuned=fine_tuned, estimated=values["estimated"],
        operator=_operator(repo, values["operator"]), is_private=is_private, base=base,
    )  # fmt: skip


def _is_name(text: str) -> bool:
    return bool(text.strip()) and text.isprintable() and len(text) <= MAX_LENGTH


def _rate(option: str, question: str, needed: bool, values: dict[str, Any], fine_tuned: bool) -> Decimal | None:
    flag, variable = f"--{option.replace('_', '-')}", f"LLMCOST_PRICE_{option.upper()}"
    text = values[option] if values[option] is not None else os.environ.get(variable)
    if text is not None:
        return _price(text, flag if values[option] is not None else variable, values["per_token"])
    asked = question and (option != "training" or fine_tuned) and (needed or values["input"] is None)
    if not needed and not (asked and can_ask()):
        return None
    if option == "input" and fine_tuned:
        question = "Inference input, USD per million tokens"
    if option == "output" and fine_tuned:
        question = "Inference output, USD per million tokens"

    def read(answer: str) -> Decimal | None:
        return None if not needed and not answer.strip() else _price(answer, "", values["per_token"])

    found: Decimal | None = _ask(question, f"{flag} (or {variable})", read)
    return found


def _ask(question: str, missing: str, read: Callable[[str], Any]) -> Any:
    """The answer, asked again until it can be read. ConfigError where nobody can be asked."""
    if not can_ask():
        raise ConfigError(
            f"{missing} is missing, and there is no terminal to ask on",
            "For example: llm-cost prices add our-model --input 2.50 --output 10 [--cached 1.25]",
        )
    while True:
        text = click.prompt(question, default="", show_default=False, err=True)
        try:
            return read(text)
        except ConfigError as error:
            complain(error.message, error.hint)


def _price(text: str, where: str, is_per_token: bool) -> Decimal:
    """USD per million tokens. ConfigError for a negative price, or for what is none."""
    prefix, bare = f"{where}: " if where else "", text.strip().removeprefix("$")
    if bare.startswith("-"):
        raise ConfigError(f"{prefix}a price cannot be negative", "0 is a price: free.")
    if not re.fullmatch(r"(?:\d{1,9}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE]-?\d{1,2})?", bare, re.ASCII):
        raise ConfigError(f"{prefix}{text!r} is not a price in USD", "For example: 2.50")
    price = EXACT.scaleb(Decimal(bare), 6) if is_per_token else Decimal(bare)
    if int(price.as_tuple().exponent) < -12 or price > 10**9:
        raise ConfigError(f"{prefix}{text!r} is too long or too large for a price", "At most 12 decimals are kept.")
    return price


def _private(name: str, base: str | None) -> tuple[bool, str | None]:
    """Whether the row brings a model that nobody knows, and the base of that; stated once, with its first row."""
    book, (own, _) = load_price_book(), manifest_prices()
    if base is not None and resolve_model(base, book) is None:
        raise ConfigError(f'--base: no model "{base}" is known', "Run: llm-cost models")
    if name in own.models:
        _refuse_other_base(own.models[name], base)
        return False, None
    if resolve_model(name, book, own) is not None:
        if base is not None:
            raise ConfigError(f'"{name}" is a known model and needs no base', "Leave --base out.")
        return False, None
    if near := ", ".join(near_names(name, book)):
        complain(f'warning: "{name}" is in no price list and becomes a model of your own (near names: {near})')
    return True, base or _asked_base(book) or _tuned_base(name, book)


def _refuse_other_base(known: PrivateModel, base: str | None) -> None:
    if base is not None and base != known.base:
        has = f'the base "{known.base}"' if known.base else "no base"
        raise ConfigError(
            f'--base: "{known.name}" has {has} in {NAME}',
            f'Leave --base out, or write base = "{base}" in [prices.model."{known.name}"].',
        )


def _asked_base(book: PriceBook) -> str | None:
    if not can_ask():
        return None
    answer = click.prompt("Base model, for its tokenizer (empty: none)", default="", show_default=False, err=True)
    if answer.strip() and resolve_model(answer.strip(), book) is None:
        raise ConfigError(f'No model "{terminal_name(answer)}" is known', "Run: llm-cost models")
    return answer.strip() or None


def _tuned_base(name: str, book: PriceBook) -> str | None:
    """ "ft:gpt-5:acme::x1" counts as gpt-5 does."""
    base = name.removeprefix(FINE_TUNED).partition(":")[0]
    return base if name.startswith(FINE_TUNED) and resolve_model(base, book) is not None else None


def _operator(repo: Repository, named: str | None) -> str:
    if named is not None:
        if not _is_name(named):
            raise ConfigError(
                f"--operator: a name is 1 to {MAX_LENGTH} printable characters", 'For example: --operator "Ada Example"'
            )
        return named
    done = run_git(repo.cwd, "config", "user.name", check=False)
    return done.stdout.decode(errors="replace").strip()[:100] if done.returncode == 0 else ""


def _indented(text: str) -> str:
    return "".join(f"  {terminal_name(line, 300)}\n" if line else "\n" for line in text.splitlines())
