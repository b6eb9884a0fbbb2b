"""Path patterns: one rule for trees, the index and the working tree.

The syntax is that of git's `:(glob)` pathspecs and of .gitignore: `*` and `?` stay within a path component, `**/`
is any number of directories, a trailing `/**` everything below. A pattern matches whole paths only, by characters.
Matching walks a path component by component (the set of pattern components that are still alive), so its cost is
linear in the path for any pattern, and in the patterns, whose size is limited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .errors import ConfigError

MAX_PATTERNS = 256
MAX_LENGTH = 512
MAX_TOTAL = 16_384  # characters of all patterns together
MAX_STARS = 16  # in one component

_COMPILED = 65_536  # characters of expressions for whole sets of names; what is beyond is tried one by one


class Component(NamedTuple):
    """What one component of a path has to look like."""

    runs: tuple[tuple[str, ...], ...]  # expressions for one character each; between two runs stands a `*`
    literal: str | None = None  # the only text that it matches, where there is one


DEEP = Component((), "**")  # any number of directories; compared by identity
STAR = "*"  # in a row of expressions for `component_of`


def component_of(row: Iterable[str], literal: str | None) -> Component:
    """A component from expressions for one character each, with STAR between them."""
    runs: list[list[str]] = [[]]
    for each in row:
        if each != STAR:
            runs[-1].append(each)
        elif runs[-1] or len(runs) == 1:
            runs.append([])
    return Component(tuple(map(tuple, runs)), literal)


def _component(text: str) -> Component:
    row = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "[":
            close = text.find("]", at + (3 if text[at + 1 : at + 2] in ("!", "^") else 2))
            if close < 0:
                raise ConfigError(f"{text!r} has a [ without its ]", "A literal one is written [[].")
            row.append(_character_class(text[at + 1 : close]))
            at = close
        else:
            row.append(STAR if char == "*" else "." if char == "?" else re.escape(char))
        at += 1
    return component_of(row, None if set(text) & set("*?[") else text)


def _regex(component: Component, number: int = 0) -> str:
    """A component as a regular expression that cannot backtrack.

    Each `*` takes the shortest text and keeps it: a later `*` can always take what an earlier one left. The last one
    takes the whole rest, and what stands behind it is held against the end. `(?=(?P<n>x))(?P=n)` is the possessive
    group that Python 3.10's `re` lacks; `number` keeps the group names of an alternation apart.
    """
    first, *others = ("".join(run) for run in component.runs)
    if not others:
        return first
    *middle, last = others
    taken = [*(f".*?{run}" for run in middle), f".{{{len(component.runs[-1])},}}"]
    kept = "".join(f"(?=(?P<g{number}_{n}>{each}))(?P=g{number}_{n})" for n, each in enumerate(taken))
    return f"{first}{kept}(?<={last})" if last else f"{first}{kept}"


def _character_class(body: str) -> str:
    """`[...]` of a pattern, its members read from the left as git reads them: a range, or one character."""
    if "[:" in body:
        raise ConfigError("Named character classes such as [[:digit:]] are not supported", "Write [0-9].")
    negated = body[0] in "!^"
    members = []
    for low, high, single in re.findall(r"(?s)(.)-(.)|(.)", body[1:] if negated else body):
        if low > high:
            raise ConfigError(f"The range {low}-{high} of a character class is empty", f"Write {high}-{low}.")
        members.append(re.escape(single) or f"{re.escape(low)}-{re.escape(high)}")
    return f"[{'^' if negated else ''}{''.join(members)}]"


class Globs:
    """A set of patterns; `matches(path)` is true where any of them matches the whole path.

    The components of all patterns stand in one row; a set of places in it is the bits of an integer.
    """

    def __init__(self, patterns: Iterable[str], parse: Callable[[str], Sequence[Component]] | None = None) -> None:
        """Raises ConfigError for a pattern that is too long, absolute or malformed, and for too many patterns.

        `parse` reads another syntax, to components of which the last is not DEEP, and limits it by itself.
        """
        self.patterns = tuple(dict.fromkeys(patterns)) if parse else _limited(patterns)
        self._deep = 0  # where `**` stands
        self._literal: dict[str, int] = {}  # where each other component stands that names a directory: plain ones,
        self._wild: dict[Component, int] = {}  # and those with a `*`, `?` or `[`
        self._last: dict[Component, int] = {}  # where each component stands that names the file
        self._regexes: dict[Component, re.Pattern[str]] = {}
        self._names: dict[int, re.Pattern[str] | None] = {}
        self._room = _COMPILED
        place, starts = 1, 0
        for pattern in self.patterns:
            starts |= place
            *inner, last = (parse or _parse)(pattern)
            for component in inner:
                if component is DEEP:
                    self._deep |= place
                elif component.literal is None:
                    self._wild[component] = self._wild.get(component, 0) | place
                else:
                    self._literal[component.literal] = self._literal.get(component.literal, 0) | place
                place <<= 1
            self._last[last] = self._last.get(last, 0) | place
            place <<= 1
        self._directories = {"": self._closed(starts)}

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def enters(self, directory: str) -> bool:
        """Whether anything below `directory` ("" or ending in "/") can match."""
        return bool(self._alive(directory))

    def matches(self, path: str) -> bool:
        """Whether the file at `path` (separated by "/", no leading one) matches a pattern."""
        cut = path.rfind("/") + 1
        alive = self._directories.get(path[:cut])  # known already, but for the first file of a directory
        if alive is None:
            alive = self._alive(path[:cut])
        if not alive:
            return False
        if alive not in self._names and self._room < 0:  # hostile: every directory has a set of its own
            return any(alive & places and self._fits(last, path[cut:]) for last, places in self._last.items())
        names = self._names[alive] if alive in self._names else self._compile(alive)
        return names is not None and names.fullmatch(path, cut) is not None

    def _alive(self, directory: str) -> int:
        """The places that the components of a directory's path lead to.

        Kept for the directory and the one above it, where its neighbours begin; not for all above, whose names
        together grow with the square of a path.
        """
        alive = self._directories.get(directory)
        if alive is not None:
            return alive
        if not self._literal and not self._wild:  # names of files alone, looked for everywhere or at the top
            return self._closed(self._directories[""] & self._deep)
        above = directory[: directory.rfind("/", 0, -1) + 1]
        known = self._directories.get(above)
        if known is None:
            known = self._directories[""]
            for name in above[:-1].split("/"):
                known = self._step(known, name)
            self._directories[above] = known
        self._directories[directory] = alive = self._step(known, directory[len(above) : -1])
        return alive

    def _step(self, alive: int, name: str) -> int:
        moved = alive & self._literal.get(name, 0)
        for component, places in self._wild.items():
            if alive & places and self._fits(component, name):
                moved |= alive & places
        return self._closed(alive & self._deep | moved << 1)

    def _closed(self, alive: int) -> int:
        """`**` may stand for no directory at all: the place behind it is alive too."""
        return alive | (alive & self._deep) << 1

    def _fits(self, component: Component, name: str) -> bool:
        regex = self._regexes.get(component)
        if regex is None:
            regex = self._regexes[component] = re.compile(f"(?s:{_regex(component)})")
        return regex.fullmatch(name) is not None

    def _compile(self, alive: int) -> re.Pattern[str] | None:
        """The file names that match in a directory where these places are alive, as one expression."""
        last = [_regex(each, n) for n, (each, places) in enumerate(self._last.items()) if alive & places]
        source = f"(?s:{'|'.join(last)})"
        self._room -= len(source)
        self._names[alive] = result = re.compile(source) if last else None
        return result


def _limited(patterns: Iterable[str]) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(pattern.removeprefix("./") for pattern in patterns))
    if len(distinct) > MAX_PATTERNS:
        raise ConfigError(f"More than {MAX_PATTERNS} path patterns", "Use fewer, wider patterns.")
    if sum(map(len, distinct)) > MAX_TOTAL:
        raise ConfigError(f"More than {MAX_TOTAL:,} characters of path patterns", "Use fewer, wider patterns.")
    return distinct


def _parse(pattern: str) -> list[Component]:
    """A pattern's components. ConfigError for what can match nothing."""
    if len(pattern) > MAX_LENGTH:
        raise ConfigError(f"A path pattern is longer than {MAX_LENGTH} characters")
    parts = pattern.split("/")
    if {"", ".", ".."} & set(parts) or "\\" in pattern or "\0" in pattern:
        hint = 'Patterns are relative to the top of the repository and use "/", for example "prompts/**/*.md".'
        raise ConfigError(f"{pattern!r} is not a usable path pattern", hint)
    for part in parts:
        if part.count("*") > MAX_STARS and part.strip("*"):
            raise ConfigError(f"{pattern!r} has more than {MAX_STARS} * in one part of the path")
    return folded([DEEP if is_deep(part) else _component(part) for part in parts])


def is_deep(part: str) -> bool:
    """Whether a part of a pattern, between two "/", stands for any number of directories."""
    return part.startswith("**") and not part.strip("*")


def folded(components: list[Component]) -> list[Component]:
    """The same pattern with `**` never twice in a row and never last."""
    kept = [each for n, each in enumerate(components) if each is not DEEP or n == 0 or components[n - 1] is not DEEP]
    return [*kept, Component(((), ()))] if kept[-1] is DEEP else kept
