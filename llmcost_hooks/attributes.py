"""What the `.gitattributes` files of one side say about prompts.

    *.tmpl             llmcost llmcost-model=gpt-4o
    prompts/old/**     -llmcost
    third_party/**     linguist-vendored

The rules are those of gitattributes(5): a later line wins over an earlier one, a file in a deeper directory over one
above, `-x` unsets, `!x` takes back, `[attr]name ...` in the topmost file defines a macro. Attributes that git reads
from elsewhere ($GIT_DIR/info/attributes, the user's and the system's file) have no say: a result must not depend on
the machine.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from .attribute_patterns import parse_attribute_pattern
from .errors import ConfigError
from .globs import MAX_STARS, Globs

NAME = ".gitattributes"
MAX_RULES = 256  # lines that say something else than the line before them
MAX_TOTAL = 32_768  # characters of all lines that speak of prompts
_LONGEST_LINE = 2047  # git ignores longer ones

PROMPT, MODEL, VENDORED = "llmcost", "llmcost-model", "linguist-vendored"
_OURS = (PROMPT, MODEL, VENDORED)

Value: TypeAlias = "bool | str | None"  # set, unset, a value; None: taken back
States: TypeAlias = "tuple[tuple[str, Value], ...]"


class Given(NamedTuple):
    """What attributes say of one path."""

    prompt: bool | None = None  # None: nothing
    vendored: bool = False
    model: str | None = None  # "" where the attribute has no value


SILENT = Given()


class _Line(NamedTuple):
    number: int
    pattern: str  # of a macro its name
    states: States
    is_macro: bool  # git knows these in the topmost file only


class _Rule(NamedTuple):
    """Lines that stand one after the other and say the same."""

    globs: Globs
    states: States


class Attributes(NamedTuple):
    """The attributes of one side. Directories are "" or end in "/"; names are bytes, decoded as Latin-1."""

    rules: tuple[tuple[str, tuple[_Rule, ...]], ...] = ()  # by directory, the deepest first; the last line first
    macros: Mapping[str, States] = {}
    name_prompts: bool = False  # some line sets `llmcost`

    def of(self, path: str) -> Given:
        """What is said of the file at `path`."""
        if not self.rules:
            return SILENT
        name = _latin(path)
        known: dict[str, Value] = {}
        for directory, rules in self.rules:
            if name.startswith(directory):
                for rule in rules:
                    if rule.globs.matches(name[len(directory) :]):
                        _fill(known, rule.states, self.macros)
        model = known.get(MODEL)
        prompt = known.get(PROMPT)
        return Given(
            None if prompt is None else _yes(prompt),
            _yes(known.get(VENDORED)),
            _from_latin(model) if isinstance(model, str) else "" if model else None,
        )


NOTHING_SAID = Attributes()


def parse_attributes(files: Mapping[str, bytes]) -> Attributes:
    """The `.gitattributes` files of a side, each by its directory ("" or ending in "/").

    Lines that speak of nothing of ours are not looked at twice. Raises ConfigError for more of the others than can be
    held against every file.
    """
    files = {_latin(directory): data for directory, data in files.items()}
    macros = _macros(_lines(files[""], [_MACRO])) if _mentions(files.get("", b""), _OURS) else {}
    ours = _leading_to({name: [each for each, _ in states] for name, states in macros.items()}, _OURS)
    positive = {name: [each for each, value in states if _yes(value)] for name, states in macros.items()}
    naming = _leading_to(positive, (PROMPT,))
    _refuse_more(len(ours) - len(_OURS), 0)
    rules: list[tuple[str, tuple[_Rule, ...]]] = []
    total, number, name_prompts = 0, 0, False
    for directory in sorted(files, key=len, reverse=True):
        if not _mentions(files[directory], ours):
            continue
        lines = []
        for line in _lines(files[directory], ours):
            states = tuple(state for state in line.states if state[0] in ours)
            if states:
                total += len(line.pattern) + sum(len(name) for name, _ in states)
                lines.append(line._replace(states=states))
        kept = _rules(directory, [line for line in lines if not line.is_macro])
        number += len(kept)
        name_prompts |= any(name in naming and _yes(value) for rule in kept for name, value in rule.states)
        _refuse_more(number, total)
        if kept:
            rules.append((directory, kept))
    return Attributes(tuple(rules), {name: states for name, states in macros.items() if name in ours}, name_prompts)


def directory_of(path: str) -> str | None:
    """The directory ("" or ending in "/") whose attributes the file at `path` states; None if it is another file."""
    directory = path.removesuffix(NAME)
    return None if directory == path or directory[-1:] not in ("", "/") else directory


def files_above(paths: Iterable[str]) -> list[str]:
    """The `.gitattributes` files that can speak of these paths, whether they exist or not."""
    directories = {""}
    for path in paths:
        cut = path.rfind("/") + 1
        while path[:cut] not in directories:
            directories.add(path[:cut])
            cut = path.rfind("/", 0, cut - 1) + 1
    return [directory + NAME for directory in sorted(directories)]


def _yes(value: Value) -> bool:
    """Set, or any value but "false": that is how forges read `linguist-vendored=false`."""
    return value is True or (isinstance(value, str) and value != "false")


def _latin(path: str) -> str:
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("latin-1")


def _from_latin(text: str) -> str:
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


def _mentions(data: bytes, names: Iterable[str]) -> bool:
    return any(name.encode("ascii") in data for name in names)


def _fill(known: dict[str, Value], states: States, macros: Mapping[str, States]) -> None:
    """Lay a line under what is known already: of one line the last word wins, a macro speaks where its name stands."""
    todo = list(states)
    while todo:
        name, value = todo.pop()
        if name not in known:
            known[name] = value
            if value is True:
                todo += macros.get(name, ())


def _leading_to(reached: Mapping[str, Iterable[str]], ends: Iterable[str]) -> set[str]:
    """`ends`, and the names from which they are reached."""
    sources: dict[str, list[str]] = {}
    for name, others in reached.items():
        for other in others:
            sources.setdefault(other, []).append(name)
    found, todo = set(ends), list(ends)
    while todo:
        new = {*sources.get(todo.pop(), ())} - found
        found |= new
        todo += new
    return found


def _macros(lines: Iterable[_Line]) -> dict[str, States]:
    return {line.pattern: line.states for line in lines if line.is_macro}


def _rules(directory: str, lines: list[_Line]) -> tuple[_Rule, ...]:
    found: list[_Rule] = []
    at = 0
    while at < len(lines):
        patterns = []
        states = lines[at].states
        while at < len(lines) and lines[at].states == states:
            patterns.append(lines[at].pattern)
            _refuse_many_stars(directory, lines[at])
            at += 1
        readable = [pattern for pattern in patterns if parse_attribute_pattern(pattern)]
        if readable:
            found.append(_Rule(Globs(readable, parse_attribute_pattern), states))
    return tuple(reversed(found))


def _refuse_more(number: int, total: int) -> None:
    if number > MAX_RULES or total > MAX_TOTAL:
        raise ConfigError(
            f"The {NAME} files say too much of prompts: {number:,} rules, {total:,} characters",
            f"At most {MAX_RULES} rules or macros, {MAX_TOTAL:,} characters. Use fewer, wider patterns.",
        )


def _refuse_many_stars(directory: str, line: _Line) -> None:
    if any(part.count("*") > MAX_STARS for part in line.pattern.split("/")):
        place = f"{_from_latin(directory)}{NAME}:{line.number}"
        raise ConfigError(f"{place}: a pattern with more than {MAX_STARS} * in one part of the path")


# --- lines -----------------------------------------------------------------------------------------------------------

_BLANK = " \t\r"
_QUOTED = re.compile(r'"((?:[^"\\]|\\[abfnrtv"\\]|\\[0-3][0-7]{2})*)"')
_ESCAPE = re.compile(r"\\([0-7]{3}|.)", re.S)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_STATE = re.compile(r"([-!]?)([A-Za-z0-9_.][A-Za-z0-9_.-]*)(?:=(.*))?", re.S)
_MACRO = "[attr]"


def _lines(data: bytes, words: Collection[str]) -> Iterator[_Line]:
    """What git reads of the lines with one of these words: it stops at a NUL and drops a line with a wrong name."""
    text = data.partition(b"\0")[0].removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _LONGEST_LINE or not any(word in line for word in words):
            continue
        stripped = line.lstrip(_BLANK)
        if stripped[:1] == "#":
            continue
        quoted = _QUOTED.match(stripped)
        if quoted:
            pattern, rest = _ESCAPE.sub(_unescaped, quoted[1]).partition("\0")[0], stripped[quoted.end() :]
        else:
            pattern = re.split(f"[{_BLANK}]", stripped, maxsplit=1)[0]
            rest = stripped[len(pattern) :]
        is_macro = pattern.startswith(_MACRO) and pattern != _MACRO
        if is_macro:
            pattern = pattern.removeprefix(_MACRO).lstrip(_BLANK)
        states = [_STATE.fullmatch(word) for word in re.split(f"[{_BLANK}]+", rest.strip(_BLANK)) if word]
        if pattern[:1] != "!" and all(states):
            yield _Line(number, pattern, tuple(_state(found) for found in states if found), is_macro)


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code, 8)) if code.isdigit() else _ESCAPED.get(code, code)


def _state(found: re.Match[str]) -> tuple[str, Value]:
    sign, name, value = found.groups()
    if sign:
        return name, False if sign == "-" else None
    return name, True if value is None else value
