"""Values set in `llm-cost.toml` as text: every other byte stays. Pure.

Text is edited by lines, and then read: what comes out has to mean just what was asked for, else nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .errors import ConfigError
from .manifest import NAME, Assumptions, Manifest, parse_manifest
from .manifest_edit import quoted
from .manifest_source import KeyPath, places
from .prices.own import NO_PRICES, OwnRatio

# A key and a value that ends on its line: a number, a text in quotes, true or false; then perhaps a comment.
_SIMPLE = re.compile(
    r"""(?P<key>[ \t]*(?:[\w-]+|"[^"\\\n]*"|'[^'\n]*')[ \t]*=[ \t]*)"""
    r"""(?P<value>[+-]?[\w.:+-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')(?P<rest>[ \t]*(?:\#[^\n]*)?)"""
)


class NewValue(NamedTuple):
    """A value of an assumption: of the entry that this id (or path) names, or of [defaults]."""

    prompt_id: str | None
    key: str
    value: Decimal | int | str


def set_values(text: str, values: Sequence[NewValue], ratios: Sequence[OwnRatio] = ()) -> str:
    """The manifest's text with the values in their places, and `ratios` in [tokens].

    Raises ConfigError, with what to write by hand, where the text is in a form that lines do not tell apart.
    """
    manifest = parse_manifest(text.encode(), origin=NAME)
    result = text
    for each in values:
        result = _set(result, _place(manifest, each.prompt_id), each.key, _toml(each.value))
    for ratio in ratios:
        place = ("tokens", ratio.model)
        for key, value in (("ratio", ratio.typical), ("low", ratio.low), ("high", ratio.high), ("on", ratio.on)):
            result = _set(result, place, key, _toml(value))
    expected = _expected(manifest, values, ratios)
    try:
        found = parse_manifest(result.encode(), origin=NAME)
    except ConfigError:
        raise _by_hand(values, ratios) from None
    if _comparable(found) != _comparable(expected):
        raise _by_hand(values, ratios)
    return result


def written(values: Iterable[NewValue], ratios: Iterable[OwnRatio] = ()) -> list[str]:
    """What is set, a line each, as a person would write it."""
    lines = [f"{each.prompt_id or '[defaults]'}: {each.key} = {_toml(each.value)}" for each in values]
    return lines + [
        f'[tokens.{quoted(each.model)}] ratio = {each.typical}, low = {each.low}, high = {each.high}, on = "{each.on}"'
        for each in ratios
    ]


def entry_number(manifest: Manifest, prompt_id: str) -> int | None:
    """Which of its [[prompts]] a prompt is; None where it has no entry."""
    names = [entry.prompt_id or entry.path for entry in manifest.prompts]
    return names.index(prompt_id) if prompt_id in names else None


def _place(manifest: Manifest, prompt_id: str | None) -> KeyPath:
    if prompt_id is None:
        return ("defaults",)
    number = entry_number(manifest, prompt_id)
    if number is None:
        raise ConfigError(f'{NAME} has no [[prompts]] entry "{prompt_id}" any more', "Run it again.")
    return ("prompts", number)


def _set(text: str, table: KeyPath, key: str, value: str) -> str:
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = text.split("\n")
    header, last = None, None
    for number, place, is_header in places(text):
        if place == table and is_header:
            header = last = number
        elif header is not None and place[: len(table)] == table and len(place) == len(table) + 1 and not is_header:
            line = lines[number - 1].rstrip("\r")
            simple = _SIMPLE.fullmatch(line)
            if place[-1] == key and simple:
                tail = lines[number - 1][len(line) :]
                lines[number - 1] = f"{simple['key']}{value}{simple['rest']}{tail}"
                return "\n".join(lines)
            if simple:
                last = number
    if header is None or last is None:
        before = text if not text or text.endswith("\n") else text + ending
        return f"{before}{ending}{_header(table)}{ending}{key} = {value}{ending}"
    indent = re.match(r"[ \t]*", lines[last - 1])
    new = f"{indent[0] if indent else ''}{key} = {value}"
    if last == len(lines):  # the file does not end its last line
        return text + ending + new
    lines.insert(last, new + ending.removesuffix("\n"))
    return "\n".join(lines)


def _header(table: KeyPath) -> str:
    return (
        "["
        + ".".join(str(name) if re.fullmatch(r"[A-Za-z0-9_-]+", str(name)) else quoted(str(name)) for name in table)
        + "]"
    )


def _toml(value: Decimal | int | str | date) -> str:
    if isinstance(value, (str, date)):
        return quoted(str(value))
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _expected(manifest: Manifest, values: Sequence[NewValue], ratios: Sequence[OwnRatio]) -> Manifest:
    for each in values:
        if each.prompt_id is None:
            manifest = manifest._replace(defaults=_changed(manifest.defaults, each))
        else:
            entries = list(manifest.prompts)
            number = entry_number(manifest, each.prompt_id) or 0
            entries[number] = entries[number]._replace(assumptions=_changed(entries[number].assumptions, each))
            manifest = manifest._replace(prompts=tuple(entries))
    if ratios:
        prices, new = manifest.prices or NO_PRICES, {each.model: each for each in ratios}
        kept = [new.pop(each.model, each) for each in prices.ratios]
        manifest = manifest._replace(prices=prices._replace(ratios=(*kept, *new.values())))
    return manifest


def _changed(assumed: Assumptions, new: NewValue) -> Assumptions:
    values: dict[str, Any] = {new.key: new.value}
    return assumed._replace(**values)


def _comparable(manifest: Manifest) -> Any:
    """All but the compiled patterns, which are equal only to themselves."""
    return manifest._replace(formats=tuple((None, name) for _, name in manifest.formats))  # type: ignore[misc]


def _by_hand(values: Sequence[NewValue], ratios: Sequence[OwnRatio]) -> ConfigError:
    return ConfigError(
        f"{NAME} is written in a form that is not edited here. It is unchanged.",
        "\n".join(["Write by hand:", *written(values, ratios)]),
    )
