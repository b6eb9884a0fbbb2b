"""Path patterns: one rule for trees, the index and the working tree.

The syntax is that of git's `:(glob)` pathspecs and of .gitignore: `*` and `?` stay within a path component, `**/`
is any number of directories, a trailing `/**` everything below. Matching walks a path component by component
(the set of pattern positions that are still alive), so its cost is linear in the path for any pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import ConfigError

MAX_PATTERNS = 256
MAX_LENGTH = 512

# Where a walk stands: (pattern, component) pairs that are still alive.
State = frozenset[tuple[int, int]]


def _component_regex(component: str, number: int) -> str:
    """One component as a regular expression that cannot backtrack: each `*` takes the shortest text and keeps it.

    `(?=(?P<n>.*?x))(?P=n)` is the possessive group that Python 3.10's `re` lacks; shortest-first is enough because
    a later `*` can always take what an earlier one left. `number` keeps the group names of an alternation apart.
    """
    runs = [""]
    at = 0
    while at < len(component):
        char = component[at]
        close = component.find("]", at + (3 if component[at + 1 : at + 2] in ("!", "^") else 2)) if char == "[" else -1
        if char == "*":
            if runs[-1] or len(runs) == 1:
                runs.append("")
        elif char == "?":
            runs[-1] += "."
        elif close > 0:
            runs[-1] += _character_class(component[at + 1 : close])
            at = close
        else:
            runs[-1] += re.escape(char)
        at += 1
    if len(runs) == 1:
        return runs[0]
    first, *middle, last = runs
    possessive = "".join(f"(?=(?P<g{number}_{n}>.*?{run}))(?P=g{number}_{n})" for n, run in enumerate(middle))
    return f"{first}{possessive}.*{last}"


def _character_class(body: str) -> str:
    negated = body[0] in "!^"
    members = re.sub(r"([\\\[&|~])", r"\\\1", body[1:] if negated else body)
    return f"[{'^' if negated else ''}{members}]"


class Globs:
    """A set of patterns; `matches(path)` is true where any of them matches the whole path."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Raises ConfigError for a pattern that is too long, absolute or malformed, and for too many patterns."""
        self.patterns = tuple(dict.fromkeys(patterns))
        if len(self.patterns) > MAX_PATTERNS:
            raise ConfigError(f"More than {MAX_PATTERNS} path patterns", "Use fewer, wider patterns.")
        self._components = [_split(pattern) for pattern in self.patterns]
        self._regexes: dict[str, re.Pattern[str]] = {}
        self._directories: dict[str, State] = {"": self._closure({(n, 0) for n in range(len(self.patterns))})}
        self._names: dict[State, re.Pattern[str] | None] = {}

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def enters(self, directory: str) -> bool:
        """Whether anything below `directory` ("" or ending in "/") can match."""
        return bool(self._state(directory))

    def matches(self, path: str) -> bool:
        """Whether the file at `path` (separated by "/", no leading one) matches a pattern."""
        cut = path.rfind("/") + 1
        state = self._state(path[:cut])
        if not state:
            return False
        names = self._names[state] if state in self._names else self._compile(state)
        return names is not None and names.fullmatch(path, cut) is not None

    def _state(self, directory: str) -> State:
        state = self._directories.get(directory)
        if state is None:
            cut = directory.rfind("/", 0, -1) + 1
            state = self._directories[directory] = self._step(self._state(directory[:cut]), directory[cut:-1])
        return state

    def _step(self, state: State, name: str) -> State:
        alive = set()
        for pattern, at in state:
            components = self._components[pattern]
            if components[at] == "**":
                alive.add((pattern, at))
            elif at + 1 < len(components) and self._regex(components[at]).fullmatch(name):
                alive.add((pattern, at + 1))
        return self._closure(alive)

    def _closure(self, alive: set[tuple[int, int]]) -> State:
        """`**` may stand for no directory at all: the position behind it is alive too."""
        todo = list(alive)
        while todo:
            pattern, at = todo.pop()
            components = self._components[pattern]
            if components[at] == "**" and at + 1 < len(components) and (pattern, at + 1) not in alive:
                alive.add((pattern, at + 1))
                todo.append((pattern, at + 1))
        return frozenset(alive)

    def _regex(self, component: str) -> re.Pattern[str]:
        regex = self._regexes.get(component)
        if regex is None:
            regex = self._regexes[component] = _compile([component])
        return regex

    def _compile(self, state: State) -> re.Pattern[str] | None:
        """The file names that match in a directory of this state, as one expression."""
        last = sorted({self._components[p][at] for p, at in state if at == len(self._components[p]) - 1})
        self._names[state] = result = _compile(last) if last else None
        return result


def _split(pattern: str) -> list[str]:
    if len(pattern) > MAX_LENGTH:
        raise ConfigError(f"A path pattern is longer than {MAX_LENGTH} characters")
    text = pattern[2:] if pattern.startswith("./") else pattern
    components = text.split("/")
    if not text or "" in components or ".." in components or "\\" in text or "\0" in text:
        hint = 'Patterns are relative to the top of the repository and use "/", for example "prompts/**/*.md".'
        raise ConfigError(f"{pattern!r} is not a usable path pattern", hint)
    folded = [c for n, c in enumerate(components) if c != "**" or n == 0 or components[n - 1] != "**"]
    return [*folded, "*"] if folded[-1] == "**" else folded


def _compile(components: list[str]) -> re.Pattern[str]:
    try:
        return re.compile("(?s:" + "|".join(_component_regex(c, n) for n, c in enumerate(components)) + ")")
    except re.error as error:
        raise ConfigError(f"{components[0]!r} is not a usable path pattern: {error}") from None
