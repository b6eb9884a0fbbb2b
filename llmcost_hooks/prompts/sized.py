"""What is known of the values of a prompt's variables: their sizes in tokens, as nested as the values are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from .classes import ALL_PROSE, Mix
from .parts import Sized


class Stated(NamedTuple):
    """A variable's size as the manifest states it, in tokens."""

    typical: int  # the median
    high: int  # the 95th percentile


class Leaf(NamedTuple):
    """A sample value: what it counts, and what templates take it for."""

    tokens: int
    true: bool
    mix: Mix = ALL_PROSE  # classes of its text


Value: TypeAlias = "Stated | Leaf | list[Value] | dict[str, Value]"


def sized_values(samples: Mapping[str, Sized], counts: Sequence[int], mixes: Sequence[Mix] = ()) -> dict[str, Value]:
    """Sample values as their tokens."""
    return {name: _value(value, counts, mixes) for name, value in samples.items()}


def _value(value: Sized, counts: Sequence[int], mixes: Sequence[Mix]) -> Value:
    if isinstance(value, dict):
        return {name: _value(inner, counts, mixes) for name, inner in value.items()}
    if isinstance(value, list):
        return [_value(inner, counts, mixes) for inner in value]
    number = value if value >= 0 else ~value
    return Leaf(counts[number], value >= 0, mixes[number] if mixes else ALL_PROSE)


def value_at(value: Value, path: Sequence[str]) -> Value | None:
    for key in path:
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.removeprefix("-").isdecimal() and -len(value) <= int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def value_of_key(key: str) -> Value:
    """A key, which nobody counted: four characters a token."""
    return Leaf(len(key) // 4 + 1, True)


def is_true(value: Value) -> bool:
    return value.true if isinstance(value, Leaf) else bool(value)


def mixed_in(value: Value) -> Iterator[tuple[Mix, int]]:
    if isinstance(value, Leaf):
        yield value.mix, value.tokens
    elif not isinstance(value, Stated):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from mixed_in(inner)


def tokens_in(value: Value) -> int:
    """Of a list or table all that is in it, as it is written: a token between two items, keys and quotes of a table."""
    if isinstance(value, Leaf):
        return value.tokens
    if isinstance(value, Stated):
        return value.typical
    if isinstance(value, dict):
        return sum(tokens_in(inner) + len(key) // 5 + 4 for key, inner in value.items()) + 1
    return sum(map(tokens_in, value)) + 2 * len(value)


def leaves_in(value: Value) -> int:
    """Of a list or table the texts in it alone."""
    if isinstance(value, list | dict):
        return sum(map(leaves_in, value.values() if isinstance(value, dict) else value))
    return tokens_in(value)
