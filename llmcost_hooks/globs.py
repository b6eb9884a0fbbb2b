"""Path patterns: one rule for trees, the index and the working tree.

The syntax is that of git's `:(glob)` pathspecs and of .gitignore: `*` and `?` stay within a path component, `**/`
is any number of directories, a trailing `/**` everything below. A pattern matches whole paths only, by characters.
Matching walks a path component by component (the set of pattern components that are still alive), so its cost is
linear in the path for any pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import ConfigError

MAX_PATTERNS = 256
MAX_LENGTH = 512
MAX_STARS = 16  # in one component


def _component_regex(component: str, number: int) -> str:
    """One component as a regular expression that cannot backtrack: each `*` takes the shortest text and keeps it.

    `(?=(?P<n>.*?x))(?P=n)` is the possessive group that Python 3.10's `re` lacks; shortest-first is enough because
    a later `*` can always take what an earlier one left. `number` keeps the group names of an alternation apart.
    """
    runs = [""]
    at = 0
    while at < len(component):
        char = component[at]
        if char == "*":
            if runs[-1] or len(runs) == 1:
                runs.append("")
        elif char == "?":
            runs[-1] += "."
        elif char == "[":
            close = component.find("]", at + (3 if component[at + 1 : at + 2] in ("!", "^") else 2))
            if close < 0:
                raise ConfigError(f"{component!r} has a [ without its ]", "A literal one is written [[].")
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

    def __init__(self, patterns: Iterable[str]) -> None:
        """Raises ConfigError for a pattern that is too long, absolute or malformed, and for too many patterns."""
        self.patterns = tuple(dict.fromkeys(pattern.removeprefix("./") for pattern in patterns))
        if len(self.patterns) > MAX_PATTERNS:
            raise ConfigError(f"More than {MAX_PATTERNS} path patterns", "Use fewer, wider patterns.")
        self._deep = 0  # where `**` stands
        self._inner: dict[str, int] = {}  # where each other component stands that names a directory
        self._last: dict[str, int] = {}  # where each component stands that names the file
        self._regexes: dict[str, re.Pattern[str]] = {}
        self._names: dict[int, re.Pattern[str] | None] = {}
        place, starts = 1, 0
        for pattern in self.patterns:
            starts |= place
            *inner, last = _split(pattern)
            for component in inner:
                if component == "**":
                    self._deep |= place
                else:
                    self._inner[component] = self._inner.get(component, 0) | place
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
        alive = self._alive(path[:cut])
        if not alive:
            return False
        names = self._names[alive] if alive in self._names else self._compile(alive)
        return names is not None and names.fullmatch(path, cut) is not None

    def _alive(self, directory: str) -> int:
        """The places that the components of a directory's path lead to."""
        known = directory
        while known not in self._directories:
            known = known[: known.rfind("/", 0, -1) + 1]
        alive = self._directories[known]
        while known != directory:
            begin, end = len(known), directory.index("/", len(known))
            known = directory[: end + 1]
            alive = self._directories[known] = self._step(alive, directory[begin:end])
        return alive

    def _step(self, alive: int, name: str) -> int:
        moved = 0
        for component, places in self._inner.items():
            if alive & places and self._regex(component).fullmatch(name):
                moved |= alive & places
        return self._closed(alive & self._deep | moved << 1)

    def _closed(self, alive: int) -> int:
        """`**` may stand for no directory at all: the place behind it is alive too."""
        return alive | (alive & self._deep) << 1

    def _regex(self, component: str) -> re.Pattern[str]:
        regex = self._regexes.get(component)
        if regex is None:
            regex = self._regexes[component] = _compile([component])
        return regex

    def _compile(self, alive: int) -> re.Pattern[str] | None:
        """The file names that match in a directory where these places are alive, as one expression."""
        last = [component for component, places in self._last.items() if alive & places]
        self._names[alive] = result = _compile(last) if last else None
        return result


def _split(pattern: str) -> list[str]:
    """A pattern's components, `**` never twice in a row and never last. ConfigError for what can match nothing."""
    if len(pattern) > MAX_LENGTH:
        raise ConfigError(f"A path pattern is longer than {MAX_LENGTH} characters")
    components = ["**" if part.startswith("**") and not part.strip("*") else part for part in pattern.split("/")]
    if {"", ".", ".."} & set(components) or "\\" in pattern or "\0" in pattern:
        hint = 'Patterns are relative to the top of the repository and use "/", for example "prompts/**/*.md".'
        raise ConfigError(f"{pattern!r} is not a usable path pattern", hint)
    for part in components:
        if part.count("*") > MAX_STARS and part != "**":
            raise ConfigError(f"{pattern!r} has more than {MAX_STARS} * in one part of the path")
        if "[" in part:
            _component_regex(part, 0)
    folded = [c for n, c in enumerate(components) if c != "**" or n == 0 or components[n - 1] != "**"]
    return [*folded, "*"] if folded[-1] == "**" else folded


def _compile(components: list[str]) -> re.Pattern[str]:
    return re.compile("(?s:" + "|".join(_component_regex(c, n) for n, c in enumerate(components)) + ")")
