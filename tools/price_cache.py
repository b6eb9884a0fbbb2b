"""The least length of a prompt that a provider caches: the rules of price_cache.toml. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, NamedTuple


class Least(NamedTuple):
    """What was found of one model."""

    name: str
    tokens: int | None
    litellm: int | None
    rule: int | None  # its place in `[[minimums]]`


class CacheMinimums:
    """The `[[minimums]]`; remembers who asked."""

    def __init__(self, rules: list[dict[str, Any]]) -> None:
        self.rules = rules
        self.found: dict[str, Least] = {}
        self._used: set[tuple[int, str]] = set()

    def __call__(self, channel: str, name: str, litellm: int | None) -> int | None:
        """Tokens, None where nobody says. The first rule that fits, or litellm: the larger one."""
        own = name.removeprefix(f"{channel}/")
        for number, rule in enumerate(self.rules):
            globs = [glob for glob in rule["names"] if channel in rule["channels"] and fnmatchcase(own, glob)]
            if globs:
                self._used |= {(number, part) for part in (*globs, channel)}
                said = [tokens for tokens in (rule.get("tokens"), litellm) if tokens]
                self.found[name] = Least(name, max(said, default=None), litellm, number)
                break
        else:
            self.found[name] = Least(name, litellm, litellm, None)
        return self.found[name].tokens

    def faults(self, models: Iterable[str]) -> list[str]:
        """Models in the file of which neither a rule nor litellm has a word, and parts of rules that none asks for."""
        asked = (self.found[name] for name in models if name in self.found)
        silent = [f"{each.name}: from how many tokens on is it cached?" for each in asked if each[1:] == (None,) * 3]
        return silent + [
            f"minimum {number + 1}: {part}"
            for number, rule in enumerate(self.rules)
            for part in (*rule["names"], *rule["channels"])
            if (number, part) not in self._used
        ]
