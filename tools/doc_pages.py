"""The reference of the commands as Markdown (docs/cli.md) and as man pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from llmcost_hooks import __version__
from llmcost_hooks.errors import ExitCode

GENERATED = "Generated from the commands' own help by `python -m tools.build_docs`; edit the help instead."
MEANINGS = {
    ExitCode.OK: "Everything is known, and every limit holds.",
    ExitCode.BUDGET_EXCEEDED: "A limit of the manifest does not hold.",
    ExitCode.CONFIG_ERROR: "Arguments, manifest, revision or repository; a listed file is missing; no model is named.",
    ExitCode.PARSE_ERROR: "A prompt cannot be read: not UTF-8 text, over 10 MB, a broken template, a missing include.",
    ExitCode.PRICING_ERROR: "A model has no known price, prices are too old, or an update is refused.",
    ExitCode.INTERNAL_ERROR: "A mistake of llm-cost, or the system refused something (a full disk).",
    ExitCode.INTERRUPTED: "Interrupted from the keyboard.",
}
FILES = {
    "llm-cost.toml": "The manifest, at the top of the repository. docs/manifest.md describes every key.",
    "~/.cache/llm-cost/facts.sqlite": "The memo of token counts. It holds no text of prompts; deleting it is always"
    " right. On macOS it is below ~/Library/Caches, with XDG_CACHE_HOME below that directory.",
    "~/.local/share/llm-cost/": "Installed prices and what is known of keys: docs/update.md. On macOS it is"
    " ~/Library/Application Support/llm-cost.",
}
VARIABLES = {
    "NO_COLOR": "Not empty: no colour. Colour is used on terminals only.",
    "XDG_CACHE_HOME": "Where the memo lies.",
    "XDG_DATA_HOME": "Where installed prices lie.",
    "LLM_COST_PRICES_URL": "Where update-db fetches from.",
    "HTTPS_PROXY, SSL_CERT_FILE": "Used by update-db: a proxy; a file of certificates that are trusted.",
    "LLMCOST_NONINTERACTIVE": "1: never ask anything.",
    "LLMCOST_SKIP": "1: the hooks that llm-cost install put in place pass without judging.",
    "GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE": "As git sets them for its hooks.",
    "PRE_COMMIT_FROM_REF, PRE_COMMIT_TO_REF": "Read by the hooks, as pre-commit sets them.",
    "LLMCOST_GIT_BACKEND": "auto (pygit2, and git where libgit2 cannot read the repository), git or pygit2.",
}


class Block(NamedTuple):
    """A paragraph, or lines that stand as they are."""

    lines: tuple[str, ...]
    verbatim: bool


class Option(NamedTuple):
    flags: str  # "-q, --quiet", "--model NAME"
    help: str


class Page(NamedTuple):
    """One command."""

    usage: str
    blocks: tuple[Block, ...]
    options: tuple[Option, ...] = ()

    def name(self) -> str:
        """The words before the first argument: "llm-cost estimate"."""
        return self.usage.partition(" [")[0]


def draw_cli(top: Page, commands: Sequence[Page], hooks: Sequence[Page]) -> str:
    """docs/cli.md."""
    sections = [_markdown(page) for page in (top, *commands, *hooks)]
    codes = [f"| {int(code)} | `{code.name}` | {meaning} |" for code, meaning in MEANINGS.items()]
    table = "\n".join(["## Exit codes", "", "| code | name | meaning |", "|---|---|---|", *codes])
    return "\n\n".join(["# Commands", GENERATED, *sections, table]) + "\n"


def _markdown(page: Page) -> str:
    parts = [f"## {page.name()}", f"```text\n{page.usage}\n```"]
    for block in page.blocks:
        if block.verbatim:
            parts.append("\n".join(["```text", *(line[2:] for line in block.lines), "```"]))
        else:
            parts.append(_escaped(" ".join(line.strip() for line in block.lines)))
    if page.options:
        parts.append("\n".join(f"- `{flags}`: {_escaped(text)}" for flags, text in page.options))
    return "\n\n".join(parts)


def _escaped(text: str) -> str:
    return re.sub(r"([*_<>`\[\]])", r"\\\1", text)


def draw_man(name: str, top: Page, commands: Sequence[Page], hooks: Sequence[Page]) -> str:
    """A man page. `name` is "llm-cost" or "git-llm-cost", which is called as `git llm-cost`."""
    typed = name.replace("git-", "git ", 1)
    lines = [
        '.\\" ' + GENERATED,
        f'.TH {name.upper()} 1 "" "llm-cost {__version__}" "llm-cost"',
        ".nh",
        ".ad l",
        ".SH NAME",
        f"{_roff(name)} \\- what a git change does to the cost of LLM prompts",
        ".SH SYNOPSIS",
        *_synopsis(typed, [top, *commands]),
        ".SH DESCRIPTION",
        *_body(top),
        ".SH OPTIONS",
        *_terms((flags, text) for flags, text in top.options),
        ".SH COMMANDS",
    ]
    for page in commands:
        lines += _subsection(page, _typed(page, typed))
    lines.append(".SH HOOKS")
    for page in hooks:
        lines += _subsection(page, page.usage)
    lines += [".SH EXIT STATUS", *_terms((f"{int(code)} {code.name}", text) for code, text in MEANINGS.items())]
    lines += [".SH ENVIRONMENT", *_terms(VARIABLES.items()), ".SH FILES", *_terms(FILES.items())]
    return "\n".join([*lines, ".SH SEE ALSO", "git\\-diff(1), githooks(5), gitrevisions(7)"]) + "\n"


def _typed(page: Page, typed: str) -> str:
    return page.usage.replace("llm-cost", typed, 1)


def _synopsis(typed: str, pages: Iterable[Page]) -> list[str]:
    lines = [_roff(_typed(page, typed)) for page in pages]
    return [".nf", *lines, ".fi"]


def _subsection(page: Page, usage: str) -> list[str]:
    return [f".SS {_roff(usage)}", *_body(page), *_terms(page.options)]


def _body(page: Page) -> list[str]:
    lines: list[str] = []
    for block in page.blocks:
        if block.verbatim:
            lines += [".PP", ".RS 4", ".nf", *(_line(line[2:]) for line in block.lines), ".fi", ".RE"]
        else:
            lines += [".PP", *(_line(line.strip()) for line in block.lines)]
    return lines


def _terms(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [line for term, text in pairs for line in (".TP", f"\\fB{_roff(term)}\\fR", _line(text))]


def _line(text: str) -> str:
    """A line of text: one that begins with a dot or a quote would be a request."""
    escaped = _roff(text)
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped


def _roff(text: str) -> str:
    """ASCII roff: a hyphen that can be copied, a backslash, and everything beyond ASCII by its code point."""
    plain = {"\\": "\\e", "-": "\\-", "\ufe0f": "", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
    return "".join(plain.get(c, c if c.isascii() else f"\\[u{ord(c):04X}]") for c in text)
