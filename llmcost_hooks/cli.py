"""`llm-cost` and `git llm-cost`: a click group over a lazy table of commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from . import __version__
from .boundary import complain, guarded, leave, say_code, write
from .commands.lazy import LazyGroup
from .errors import ConfigError, ExitCode

# name -> module and function; a command is imported when it is used, or when help lists it.
COMMANDS = {
    "estimate": ("estimate", "estimate_command"),
    "check": ("check", "check_command"),
    "diff": ("diff", "diff_command"),
    "explain": ("explain", "explain_command"),
    "choose": ("choose", "choose_command"),
    "models": ("models", "models_command"),
    "init": ("init", "init_command"),
    "rename-prompt": ("rename_prompt", "rename_prompt_command"),
    "install": ("install", "install_command"),
    "prices": ("prices", "prices_group"),
    "focus": ("focus", "focus_group"),
    "update-db": ("update_db", "update_db_command"),
    "comment": ("comment", "comment_command"),
    "calibrate": ("calibrate", "calibrate_command"),
    "demo": ("demo", "demo_command"),
}


def _version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from .facts import load_bundled_book, load_price_book

        book = load_price_book()
        where = "bundled" if book is load_bundled_book() else "installed"
        prices = f"{where} prices of {book.generated_at}, valid until {book.valid_until}"
        write(sys.stdout, f"llm-cost {__version__} ({prices})\n")
        ctx.exit(0)


HELP = """What a git change does to the cost of your LLM prompts. Offline, but for update-db and comment.

\b
Start here:
  llm-cost init                       write llm-cost.toml: prompts, their ids, a model
  llm-cost estimate prompts/          what the prompts of the working tree cost
  llm-cost diff main                  what this branch and your edits change
  llm-cost diff main...               what this branch changes since it left main
  llm-cost check                      hold the cost against [budget] of llm-cost.toml
  llm-cost install                    the same in git hooks
  llm-cost explain search             one number, from blob to dollar
  llm-cost choose search              the cheapest model that is good enough for a prompt
  llm-cost comment github             the same as a comment on the pull request, in its pipeline
  llm-cost models gpt-4o              prices that are known
  llm-cost update-db                  newer prices
  llm-cost demo                       see it work on a small example repository

\b
Without llm-cost.toml prompts are found by well-known names (prompts/**/*.md, *.prompt, SKILL.md, ...):
name a model with --model, other files with --include "GLOB".

\b
Exit codes: 0 OK, 1 BUDGET_EXCEEDED, 2 CONFIG_ERROR, 3 PARSE_ERROR, 4 PRICING_ERROR, 70 internal, 130 interrupted.
"""


@click.group(
    cls=LazyGroup,
    commands_table=COMMANDS,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "-C", "directories", metavar="DIR", multiple=True, help="Run as if started in DIR. Repeatable, as in git."
)
@click.option("--git-dir", metavar="DIR", default=None, help="Use this repository; it may be a bare one.")
@click.option("-q", "--quiet", is_flag=True, help="Print only failures.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what was read and what it cost in time.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
              help="Print the version and the date of the prices.")  # fmt: skip
@click.pass_context
def group(ctx: click.Context, directories: tuple[str, ...], git_dir: str | None, quiet: bool, verbose: bool) -> None:
    ctx.obj = {"quiet": quiet, "verbose": verbose}
    for directory in directories:
        try:
            os.chdir(directory)
        except OSError as error:
            raise ConfigError(f"Cannot enter the directory {directory}: {error.strerror}") from None
    if git_dir is not None:
        os.environ["GIT_DIR"] = os.path.abspath(git_dir)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code and never raises (`SystemExit` apart)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    return guarded(lambda: _run(arguments))


def run() -> None:
    """The program: `main`, and with it the process ends."""
    leave(main())


def _run(arguments: list[str]) -> int:
    name = "git llm-cost" if os.path.basename(sys.argv[0]).startswith("git-") else "llm-cost"
    try:
        if not arguments:
            arguments = ["--help"]
        # Not group.main(): it ends with 1, which means BUDGET_EXCEEDED here, where the reader of stdout goes away.
        with group.make_context(name, arguments) as ctx:
            code = group.invoke(ctx)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.exceptions.Abort:  # Ctrl-C or the end of input at a question
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        usage = f"Run: {error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else ""
        complain(error.format_message(), usage)
        say_code(ExitCode.CONFIG_ERROR)
        return int(ExitCode.CONFIG_ERROR)
    return int(code or 0)


if __name__ == "__main__":
    run()
