"""`console` blocks: lines that begin with `$ ` are typed, what follows is shown; a line `...` stands for any lines."""

from __future__ import annotations

import re
from typing import NamedTuple

ANY = "..."


class Step(NamedTuple):
    command: str
    shown: tuple[str, ...]


def steps(text: str) -> list[Step]:
    found: list[Step] = []
    for line in text.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            found.append(Step(line[2:], ()))
        else:
            found[-1] = found[-1]._replace(shown=(*found[-1].shown, line))
    return [step._replace(shown=_trimmed(step.shown)) for step in found]


def block(found: list[Step]) -> str:
    """The text of a block with these steps."""
    return "\n\n".join("\n".join([f"$ {step.command}", *step.shown]) for step in found) + "\n"


def shown_lines(output: str) -> tuple[str, ...]:
    """An output as a block shows it: without white space at line ends and empty lines at its end."""
    return _trimmed(tuple(line.rstrip() for line in output.split("\n")))


def fits(shown: tuple[str, ...], actual: tuple[str, ...]) -> bool:
    """Whether `actual` is what `shown` says."""
    pattern = "".join("(?:.*\n)*?" if line == ANY else re.escape(line) + "\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in actual)) is not None


def _trimmed(lines: tuple[str, ...]) -> tuple[str, ...]:
    end = max((n for n, line in enumerate(lines, 1) if line.strip()), default=0)
    return lines[:end]
