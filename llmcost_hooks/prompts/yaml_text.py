"""YAML as mappings, lists and texts; nothing else.

Prompt files need names and numbers out of YAML, from files that nobody checked. So the document is built from the
parser's events: every scalar stays the text that was written (`22:22` and `no` included) and knows its line, aliases
and anchors are refused (a few lines of them expand to gigabytes), and so are duplicate keys and deep nesting.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import ParseError

MAX_DEPTH = 32
MAX_EVENTS = 100_000

Value = str | list[Any] | dict[str, Any]


class Scalar(str):
    """A text as the document writes it, and where it stands."""

    __slots__ = ("line", "plain")
    line: int  # of the file, where the text begins
    plain: bool  # without quotes: `true` and `12` may be meant as what they look like


def parse_yaml(text: str) -> Value:
    """One YAML document. Raises ParseError with the line, never with text of the file."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        events = iter(yaml.parse(text, Loader=loader))
        next(events), next(events)  # stream and document start
        value = _value(next(events), events, 0, [0])
        next(events)  # document end
        if not isinstance(next(events), yaml.StreamEndEvent):
            raise ParseError("has more than one YAML document", "Keep one.")
        return value
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ParseError(f"is not valid YAML: {line}{error.problem or 'unreadable'}") from None
    except (yaml.YAMLError, StopIteration):
        raise ParseError("is not valid YAML") from None


def _value(event: Any, events: Iterator[Any], depth: int, seen: list[int]) -> Value:
    import yaml

    seen[0] += 1
    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise ParseError(f"uses a YAML anchor or alias (line {line}), which is not read")
    if depth > MAX_DEPTH or seen[0] > MAX_EVENTS:
        raise ParseError(f"is nested too deeply or holds too many values (line {line})")
    if isinstance(event, yaml.ScalarEvent):
        scalar = Scalar(event.value)
        scalar.line = line + (event.style in ("|", ">"))
        scalar.plain = event.implicit[0]
        return scalar
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_value(event, events, depth + 1, seen))
        return items
    table: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _value(event, events, depth + 1, seen)
        if not isinstance(key, str) or key in table:
            raise ParseError(f"has a duplicate or structured key (line {event.start_mark.line + 1})")
        table[key] = _value(next(events), events, depth + 1, seen)
    return table
