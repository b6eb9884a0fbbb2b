"""Prompts that are constants of a source file: which of them are meant, and one constant put into another.

The readers of Python and TypeScript find the constants; nothing of the source is run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from ..errors import ParseError
from . import MAX_BYTES, Message, Prompt
from .nearness import no_such_member
from .nodes import Nodes, Variable, texts
from .several import together

MAX_SOURCE = 1_000_000  # characters of a source file: syntax trees take a hundred times as much
LONG_SOURCE = 64 * 1024
MAX_STEPS = 100_000  # constants put into constants
MIN_LENGTH = 80  # of a text that is taken without being named; shorter ones are labels and messages to people

_WORDS = ("PROMPT", "SYSTEM", "TEMPLATE", "INSTRUCTION")
_SAYS_SO = re.compile("|".join(_WORDS), re.IGNORECASE)


class Named(NamedTuple):
    """A place where the source puts in another constant, or something that only running it would tell."""

    name: str


Part: TypeAlias = "str | Variable | Named"


class Constant(NamedTuple):
    """A text, or a list of messages. `messages` is empty where it cannot be read without running the source."""

    line: int
    messages: list[tuple[str | None, list[Part]]]
    scope: str = ""  # what stands before the names of constants beside it: "Class."
    characters: int = 0  # of text in an expression that cannot be read


def refuse_unnamed(text: str, member: str | None, kind: str) -> None:
    """Before a long source is parsed: where nothing in it is called a prompt, none of its constants is."""
    if member is not None or len(text) <= LONG_SOURCE:
        return
    upper = text.upper()  # six times as fast as a search that ignores case
    if not any(word in upper for word in _WORDS):
        raise _unnamed(kind)


def constants_prompt(
    constants: Mapping[str, Constant], member: str | None, read: Callable[[str], Nodes], kind: str
) -> Prompt:
    """The constant `member`, or all long ones whose names say that they are prompts.

    `read` turns text into nodes: what the source does not put in itself may be put in when it runs.
    """
    if member is not None:
        constant = constants.get(member)
        if constant is None:
            raise no_such_member(member, "constant", constants)
        if not constant.messages:
            raise _unreadable(constant)
        return _prompt(constant, _Filling(constants), read)
    filling = _Filling(constants)
    named = {name: each for name, each in constants.items() if _SAYS_SO.search(name.rpartition(".")[2])}
    found = [
        (f"line {constant.line}", prompt)
        for constant in named.values()
        if constant.messages and _length(prompt := _prompt(constant, filling, read)) > MIN_LENGTH
    ]
    unreadable = {name: each for name, each in named.items() if not each.messages and each.characters > MIN_LENGTH}
    if unreadable and not found:
        raise _unreadable(next(iter(unreadable.values())))
    found += [  # a prompt too, whose size nobody knows from here
        (f"line {constant.line}", Prompt((Message(None, (Variable(name),)),))) for name, constant in unreadable.items()
    ]
    if not found:
        raise _unnamed(kind)
    return together(found, "")


def _unnamed(kind: str) -> ParseError:
    return ParseError(
        "has no constant that is a prompt by name (line 1): PROMPT, SYSTEM, TEMPLATE or INSTRUCTION",
        f"Name the constant: path = FILE.{kind}::NAME.",
    )


def _unreadable(constant: Constant) -> ParseError:
    return ParseError(
        f"has a constant that only running it would tell (line {constant.line})",
        "Name one that is a text, or keep the prompt in a file of its own.",
    )


def _length(prompt: Prompt) -> int:
    return sum(len(text) for message in prompt.messages for text in texts(message.body))


def _prompt(constant: Constant, filling: _Filling, read: Callable[[str], Nodes]) -> Prompt:
    messages = []
    for role, parts in constant.messages:
        nodes = filling.nodes(parts, constant.scope)
        read_on = (read(node) if isinstance(node, str) else (node,) for node in nodes)
        messages.append(Message(role, tuple(each for several in read_on for each in several)))
    for message in messages:
        for text in texts(message.body):
            if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
                raise ParseError(f"has half a character in a text (line {constant.line})")
    return Prompt(tuple(messages))


class _Filling:
    """Constants inside of constants. All that is put in is bounded: a few lines can double a text with each line."""

    def __init__(self, constants: Mapping[str, Constant]) -> None:
        self._constants = constants
        self._steps = MAX_STEPS
        self._characters = MAX_BYTES

    def nodes(self, parts: list[Part], scope: str) -> Nodes:
        pieces: list[str | Variable] = []
        self._add(parts, scope, pieces, ())
        nodes: list[str | Variable] = []
        texts: list[str] = []
        for piece in [*pieces, Variable("")]:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            if text := "".join(texts):
                nodes.append(text)
            texts = []
            nodes.append(piece)
        return tuple(nodes[:-1])

    def _add(self, parts: list[Part], scope: str, pieces: list[str | Variable], inside: tuple[str, ...]) -> None:
        for part in parts:
            self._steps -= 1
            self._characters -= len(part) if isinstance(part, str) else 0
            if self._steps < 0 or self._characters < 0:
                raise ParseError("has constants that are too large when put into each other")
            if not isinstance(part, Named):
                pieces.append(part)
                continue
            name = scope + part.name if scope + part.name in self._constants else part.name
            other = self._constants.get(name)
            if other and len(other.messages) == 1 and name not in inside and len(inside) < 32:
                self._add(other.messages[0][1], other.scope, pieces, (*inside, name))
            else:
                pieces.append(Variable(part.name))
