"""Tables of `llm-cost.toml` read by a grammar, strictly: what is not in the grammar is an error with its line.

A grammar is a mapping of keys to what reads them: a reader of one value, a grammar (a table), `{"*": grammar}` (a table
of tables with any names) or `[grammar]` (an array of tables).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .manifest_source import KeyPath, Source
from .manifest_values import Wrong

Grammar = Mapping[str, Any]


def read_table(value: object, grammar: Grammar, path: KeyPath, source: Source) -> dict[str, Any]:
    """The values of a table. Raises ConfigError with file and line."""
    if not isinstance(value, dict):
        raise source.error(path, f"{_dotted(path)} must be a table")
    check_keys(value, grammar, path, source)
    return {key: _read(grammar[key], item, (*path, key), source) for key, item in value.items()}


def _read(reader: Any, value: object, path: KeyPath, source: Source) -> Any:
    if isinstance(reader, list):
        if not isinstance(value, list):
            raise source.error(path, f"{_dotted(path)} must be written as [[{_dotted(path)}]]")
        return [read_table(item, reader[0], (*path, n), source) for n, item in enumerate(value)]
    if isinstance(reader, dict):
        if "*" not in reader:
            return read_table(value, reader, path, source)
        named = read_table(value, dict.fromkeys(value, reader["*"]) if isinstance(value, dict) else {}, path, source)
        return named
    return read_value(reader, value, path, source)


def read_value(read: Any, value: object, path: KeyPath, source: Source) -> Any:
    """One value by its reader. Raises ConfigError with file and line."""
    try:
        return read(value)
    except Wrong as wrong:
        raise source.error(path, f"{_dotted(path)} must be {wrong}") from None


def check_keys(table: Mapping[str, Any], grammar: Mapping[str, object], path: KeyPath, source: Source) -> None:
    """Raises ConfigError for a key that the grammar does not have, with a near name."""
    for key in table:
        if key not in grammar:
            import difflib

            near = difflib.get_close_matches(key, grammar, 1, 0.5)
            where = f" in [{_dotted(path)}]" if path else ""
            hint = f'Did you mean "{near[0]}"?' if near else "Known keys: " + ", ".join(sorted(grammar)) + "."
            raise source.error((*path, key), f'unknown key "{_short(key)}"{where}', hint)


def _dotted(path: KeyPath) -> str:
    return ".".join(_short(part) for part in path if isinstance(part, str))


def _short(key: str) -> str:
    return key if len(key) <= 40 else key[:39] + "…"
