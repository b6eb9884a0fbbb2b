"""YAML as mappings, lists and texts; nothing else.

Prompt files need names and numbers out of YAML, from files that nobody checked. So the document is built from the
parser's events: every scalar stays the text that was written (`22:22` and `no` included) and knows its line, aliases
and anchors are refused (a few lines of them expand to gigabytes), and so are duplicate keys and deep nesting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ParseError

MAX_DEPTH = 32
MAX_VALUES = 50_000  # keys, texts, lists and mappings

Value = str | list[Any] | dict[str, Any]


class Scalar(str):
    """A text as the document writes it, and where it stands."""

    __slots__ = ("line", "plain")
    line: int  # of the file, where the text begins
    plain: bool  # without quotes: `true` and `12` may be meant as what they look like


def parse_yaml(text: str) -> Value:
    """One YAML document. Raises ParseError with the line, never with text of the file."""
    import yaml

    try:
        take = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text).get_event
        take()  # stream start
        if not isinstance(take(), yaml.DocumentStartEvent):
            raise ParseError("is not valid YAML: line 1: it holds no document")
        value = _value(take(), take, 0, [0], yaml)
        take()  # document end
        if not isinstance(event := take(), yaml.StreamEndEvent):
            raise ParseError(f"has more than one YAML document (line {event.start_mark.line + 1})", "Keep one.")
        return value
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ParseError(f"is not valid YAML: {line}{error.problem or 'unreadable'}") from None
    except yaml.reader.ReaderError as error:  # its position is in characters or in bytes
        line = f"line {text.count(chr(10), 0, text.find(chr(error.character))) + 1}"
        raise ParseError(f"is not valid YAML: {line}: control characters are not allowed") from None
    except yaml.YAMLError:
        raise ParseError("is not valid YAML") from None


def _value(event: Any, take: Callable[[], Any], depth: int, seen: list[int], yaml: Any) -> Value:
    """The value that begins with `event`; `take` gives the next one."""
    seen[0] += 1
    line = event.start_mark.line + 1
    if event.anchor is not None:
        raise ParseError(f"uses a YAML anchor or alias (line {line}), which is not read")
    if seen[0] > MAX_VALUES:
        raise ParseError(f"holds too many values (line {line})")
    kind = type(event)
    if kind is yaml.ScalarEvent:
        scalar = Scalar(event.value)
        scalar.line = line + (event.style in ("|", ">"))
        scalar.plain = event.implicit[0]
        return scalar
    if depth >= MAX_DEPTH:
        raise ParseError(f"is nested too deeply (line {line})")
    if kind is yaml.SequenceStartEvent:
        items: list[Any] = []
        while type(event := take()) is not yaml.SequenceEndEvent:
            items.append(_value(event, take, depth + 1, seen, yaml))
        return items
    table: dict[str, Any] = {}
    while type(event := take()) is not yaml.MappingEndEvent:
        key = _value(event, take, depth + 1, seen, yaml)
        if not isinstance(key, str) or key in table:
            raise ParseError(f"has a duplicate or structured key (line {event.start_mark.line + 1})")
        table[key] = _value(take(), take, depth + 1, seen, yaml)
    return table
