"""Instructions for coding agents in markdown. `agent_names` says which file is read by which of these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..errors import ParseError
from . import Message, Prompt
from .front_matter import cut_front_matter, declared_by
from .nodes import Include, Nodes, Variable
from .sniffed import sniffed

MAX_IMPORTS = 1_000

_ARGUMENT = re.compile(r"\$(ARGUMENTS(?![A-Za-z0-9_])|[1-9](?![0-9]|[.,][0-9]))")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RUN = re.compile(r"`+")
_IMPORT = re.compile(r"(?:^|(?<=\s))@(?=[\w./-])([^\s`]+)")


def parse_agent(text: str) -> Prompt:
    """The text behind the block, as it stands."""
    return _read(text, lambda body: (body,) if body else ())


def parse_command(text: str) -> Prompt:
    """The same, with the places of the command's arguments."""
    return _read(text, _arguments)


def parse_claude_md(text: str) -> Prompt:
    """The same, with the files that `@path` imports. The mention itself stays in the text."""
    return _read(text, _imports)


def parse_fabric(text: str) -> Prompt:
    """A pattern's `system.md`; `user.md` beside it, if there is one, stands before what is piped in."""
    user = Message("user", (Include("user.md", optional=True), Variable("input")))
    return Prompt((Message("system", sniffed(text)), user))


def _read(text: str, nodes_of: Callable[[str], Nodes]) -> Prompt:
    cut = cut_front_matter(text)
    return declared_by(cut)._replace(messages=(Message(None, nodes_of(cut.body)),))


def _arguments(body: str) -> Nodes:
    pieces = _ARGUMENT.split(body)  # text, name, text, name, ..., text
    nodes = (Variable(piece) if at % 2 else piece for at, piece in enumerate(pieces))
    return tuple(node for node in nodes if node)


def _imports(body: str) -> Nodes:
    nodes: list[str | Include] = []
    done = 0
    for count, (end, ref) in enumerate(_mentions(body)):
        if count >= MAX_IMPORTS:
            line = body.count("\n", 0, end) + 1
            raise ParseError(f"holds more than {MAX_IMPORTS:,} imports (line {line} of its text)")
        nodes += [body[done:end], Include(ref, optional=True)]
        done = end
    return tuple(node for node in (*nodes, body[done:]) if node)


def _mentions(body: str) -> Iterator[tuple[int, str]]:
    """Each path behind an `@` outside of code, and where its mention ends."""
    fence = ""
    start = 0
    for line in body.splitlines(keepends=True):
        opened = _FENCE.match(line)
        if opened and not fence:
            fence = opened[1]
        elif opened and opened[1].startswith(fence) and not line[opened.end() :].strip():
            fence = ""
        elif not fence and "@" in line:
            for found in _IMPORT.finditer(_without_code(line)):
                path = found[1].partition("#")[0].rstrip(".,;:!?)]'\"")
                if path.strip("./"):
                    yield start + found.start(1) + len(path), path
        start += len(line)


def _without_code(line: str) -> str:
    """`line` with its code spans blanked: runs of as many backticks at both ends."""
    runs = [(found.start(), found.end()) for found in _RUN.finditer(line)]
    later: dict[int, list[int]] = {}
    for at in reversed(range(len(runs))):
        later.setdefault(runs[at][1] - runs[at][0], []).append(at)
    pieces, done, at = [], 0, 0
    while at < len(runs):
        same = later[runs[at][1] - runs[at][0]]
        while same and same[-1] <= at:
            same.pop()
        if same:
            close = same[-1]
            pieces += [line[done : runs[at][0]], "`" * (runs[close][1] - runs[at][0])]
            done, at = runs[close][1], close
        at += 1
    return "".join([*pieces, line[done:]])
