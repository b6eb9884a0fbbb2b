"""Instructions for coding agents in markdown. `agent_names` says which file is read by which of these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..errors import ParseError
from . import Message, Prompt
from .front_matter import cut_front_matter, declared_by
from .nodes import Include, Node, Nodes, Variable
from .sniffed import sniffed

MAX_IMPORTS = 1_000

_PUT_IN = re.compile(
    r"(?<![\w`])!`[ \t]*(?P<program>[^`\s]{1,64})[^`\n]*`"
    r"|\$(?P<argument>ARGUMENTS(?![A-Za-z0-9_])|[1-9](?![0-9]|[.,][0-9]))"
)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RUN = re.compile(r"`+")
_IMPORT = re.compile(r"(?:^|(?<=\s))@(?=[\w./-])([^\s`]+)")
_NO_TEXT = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".ico", ".bmp", ".pdf", ".zip", ".gz", ".mp3", ".mp4")


def parse_agent(text: str) -> Prompt:
    """The text behind the block, as it stands."""
    return _read(text, lambda body: (body,) if body else ())


def parse_command(text: str) -> Prompt:
    """The same, with the places of the command's arguments, the files that `@path` names, and what `!`...`` prints."""
    return _read(text, _put_in)


def parse_claude_md(text: str) -> Prompt:
    """The same, with the files that `@path` imports. The mention itself stays in the text."""
    return _read(text, lambda body: tuple(_imports(body, "claude-md")))


def parse_fabric(text: str) -> Prompt:
    """A pattern's `system.md`; `user.md` beside it, if there is one, stands before what is piped in."""
    user = Message("user", (Include("user.md", optional=True, format="text"), Variable("input")))
    return Prompt((Message("system", sniffed(text)), user))


def _read(text: str, nodes_of: Callable[[str], Nodes]) -> Prompt:
    cut = cut_front_matter(text)
    return declared_by(cut)._replace(messages=(Message(None, nodes_of(cut.body)),))


def _put_in(body: str) -> Nodes:
    nodes = (_filled(node) if isinstance(node, str) else (node,) for node in _imports(body, "literal"))
    return tuple(node for several in nodes for node in several)


def _filled(text: str) -> Iterator[Node]:
    """Arguments, and the output of programs, `!git`, whose size nobody knows from here."""
    done = 0
    for found in _PUT_IN.finditer(text):
        if found.start() > done:
            yield text[done : found.start()]
        yield Variable(found["argument"] or f"!{found['program']}")
        done = found.end()
    if done < len(text):
        yield text[done:]


def _imports(body: str, format: str) -> Iterator[Node]:
    """The text, with an include in `format` behind each path that is mentioned."""
    done = 0
    for count, (end, ref) in enumerate(_mentions(body)):
        if count >= MAX_IMPORTS:
            line = body.count("\n", 0, end) + 1
            raise ParseError(f"holds more than {MAX_IMPORTS:,} imports (line {line} of its text)")
        yield body[done:end]
        yield Include(ref, optional=True, format=format)
        done = end
    if done < len(body):
        yield body[done:]


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
                if path.strip("./") and not path.lower().endswith(_NO_TEXT):
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
