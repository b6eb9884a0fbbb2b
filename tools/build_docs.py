"""Write docs/cli.md and the man pages from the commands' own help.

    python -m tools.build_docs

A test compares them with what this writes now. Everything is taken from the commands' parameters, not from the help as
click draws it, so the pages do not depend on click's version.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import click

from llmcost_hooks.cli import group
from llmcost_hooks.hooks import commit_msg, manifest_lint, pre_commit, pre_push, prepare_commit_msg
from tools.doc_pages import Block, Option, Page, draw_cli, draw_man

DOCS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs")


def pages() -> dict[str, str]:
    """File name below docs/ -> its text."""
    top = command_page(group, "llm-cost")
    below = [command_page(command, name) for name, command in commands_of(group, "llm-cost")]
    hooks = [hook_page(module.HELP) for module in (pre_commit, pre_push, manifest_lint, commit_msg, prepare_commit_msg)]
    return {
        "cli.md": draw_cli(top, below, hooks),
        "man/llm-cost.1": draw_man("llm-cost", top, below, hooks),
        "man/git-llm-cost.1": draw_man("git-llm-cost", top, below, hooks),
    }


def commands_of(above: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    """What is typed, and the command: those of a group behind the group."""
    context = click.Context(above)
    for word in above.list_commands(context):
        if command := above.get_command(context, word):
            yield f"{name} {word}", command
            if isinstance(command, click.Group):
                yield from commands_of(command, f"{name} {word}")


def command_page(command: click.Command, name: str) -> Page:
    arguments = [_argument(each) for each in command.params if isinstance(each, click.Argument)]
    words = [name, "[OPTIONS]", *arguments, *(["COMMAND ..."] if isinstance(command, click.Group) else [])]
    options = [_option(each) for each in command.params if isinstance(each, click.Option)]
    return Page(" ".join(words), tuple(blocks(command.help or "")), (*options, Option("-h, --help", "Show the help.")))


def hook_page(text: str) -> Page:
    """A hook's help: its usage on the first line, then paragraphs."""
    usage, _, rest = text.partition("\n")
    return Page(usage.removeprefix("usage: "), tuple(blocks(rest)))


def blocks(text: str) -> Iterator[Block]:
    r"""click's help markup: paragraphs; behind a line of "\b" the indented lines stand as they are."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        marked = paragraph.startswith("\b\n")
        lines = [(marked and line.startswith("  "), line) for line in paragraph.removeprefix("\b\n").splitlines()]
        for verbatim, run in groupby(lines, itemgetter(0)):
            yield Block(tuple(line for _, line in run), verbatim)


def _argument(argument: click.Argument) -> str:
    if argument.metavar:
        return argument.metavar
    name = (argument.name or "").upper()
    return f"[{name.removesuffix('S')}...]" if argument.nargs == -1 else f"[{name}]"


def _option(option: click.Option) -> Option:
    value = ""
    if isinstance(option.type, click.Choice) and option.metavar is None:
        value = " " + "|".join(option.type.choices)
    elif not option.is_flag:
        value = f" {option.metavar}"
    default = f" Default: {option.default}." if option.show_default else ""
    return Option(", ".join(option.opts) + value, (option.help or "") + default)


def main() -> None:
    for name, text in pages().items():
        with open(os.path.join(DOCS, name), "w", encoding="utf-8") as file:
            file.write(text)
        print(f"docs/{name}: {text.count(chr(10))} lines")


if __name__ == "__main__":
    main()
