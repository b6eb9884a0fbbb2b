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
from ..models import resolve_model
from ..prices.units import per_mtok
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
A row holds from its day on, until the next one; rows are never edited (the hook llm-cost-manifest sees to it). Commit
the file like code. Exit codes: 0; 2 something is missing or wrong, and nothing was written.
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
def add_command(model: str | None, yes: bool, **values: Any) -> int:
    repo = open_repository()
    if repo.top is None:
        raise ConfigError("A bare repository has no working tree to write into", "Run it in a clone.")
    row = _row(repo, model, values)
    if row.cache_read is not None and row.input is not None and row.cache_read > row.input:
        complain(f"warning: cached input (${row.cache_read:f}) is dearer than input (${row.input:f})")
    write(sys.stdout, f"{NAME} gets:\n\n{_indented(row_text(row))}\n")
    if not yes and can_ask() and not confirm("Write it?", ""):
        write(sys.stdout, "Nothing was written.\n")
        return 0
    edit_manifest(repo.top, lambda text: append_row(text, row))
    write(sys.stdout, f"✓ Added to {NAME}; commit it like code\n")
    return 0


def _row(repo: Repository, model: str | None, values: dict[str, Any]) -> NewRow:
    name = model if model is not None else _ask("Model", "MODEL", str)
    if not name.strip() or not name.isprintable() or len(name) > 200:
        raise ConfigError(
            "A model's name is 1 to 200 printable characters", "For example: llm-cost prices add our-model"
        )
    fine_tuned = values["fine_tuned"] or (model is None and confirm("Is it the price of a fine-tuned model?", ""))
    rates = {key: _rate(option, question, needed, values, fine_tuned) for option, key, question, needed in _RATES}
    day = read_date(values["effective_from"]) if values["effective_from"] else now().date()
    operator = values["operator"] or _git_user(repo)
    return NewRow(
        name, day, **rates, fine_tuned=fine_tuned, estimated=values["estimated"], operator=operator,
        base=_base(name, values["base"]),
    )  # fmt: skip


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
    price = per_mtok(Decimal(bare)) if is_per_token else Decimal(bare)
    if int(price.as_tuple().exponent) < -12 or price > 10**9:
        raise ConfigError(f"{prefix}{text!r} is too long or too large for a price", "At most 12 decimals are kept.")
    return price


def _base(name: str, base: str | None) -> str | None:
    """The base model of one that nobody knows; stated once, in the row that brings it."""
    book, (own, _) = load_price_book(), manifest_prices()
    if base is not None and resolve_model(base, book) is None:
        raise ConfigError(f'--base: no model "{base}" is known', "Run: llm-cost models")
    if resolve_model(name, book, own) is not None:
        if base is not None and name not in own.models:
            raise ConfigError(f'"{name}" is a known model and needs no base', "Leave --base out.")
        return None
    if base is None and can_ask():
        answer = click.prompt("Base model, for its tokenizer (empty: none)", default="", show_default=False, err=True)
        if answer.strip() and resolve_model(answer.strip(), book) is None:
            raise ConfigError(f'No model "{terminal_name(answer)}" is known', "Run: llm-cost models")
        return answer.strip() or None
    return base


def _git_user(repo: Repository) -> str:
    done = run_git(repo.cwd, "config", "user.name", check=False)
    return done.stdout.decode(errors="replace").strip()[:100] if done.returncode == 0 else ""


def _indented(text: str) -> str:
    return "".join(f"  {terminal_name(line, 300)}\n" if line else "\n" for line in text.splitlines())
