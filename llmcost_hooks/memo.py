"""A memo of facts about blobs, in the user's cache directory.

A blob never changes, so what parsing and counting it found never goes stale: a key is (facts version, format, oid).
It makes runs faster and nothing else: output is the same without it, an unreadable or full disk is silence, and
deleting it is always right. It holds counts and model names, no text of any prompt.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

from .prompts import FACTS_VERSION, PromptFacts
from .prompts.classes import ALL_PROSE, Mix

if TYPE_CHECKING:
    import sqlite3

    from .prompts.parts import Parts

Key = tuple[str, str]  # (format, oid)

MAX_ROWS = 400_000
_QUICKER = 4  # to read this many rows in a row takes as long as to look up one
_CREATE = "CREATE TABLE IF NOT EXISTS facts (n INTEGER PRIMARY KEY, key TEXT UNIQUE, value TEXT, crc INTEGER)"


def memo_path(environ: Mapping[str, str]) -> str:
    """Where the memo lies for the user that `environ` describes."""
    if sys.platform == "win32":
        root = environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        root = os.path.expanduser("~/Library/Caches")
    else:
        root = environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(root, "llm-cost", "facts.sqlite")


class Memo:
    """The memo at `path`; None for a memo that never knows anything (`--no-cache`)."""

    def __init__(self, path: str | None) -> None:
        self._path = path if path and os.path.isabs(path) else None  # "~" where a user has no home

    def load(self, keys: Iterable[Key]) -> dict[Key, PromptFacts]:
        """The facts that are known of `keys`."""
        wanted = {_text(key): key for key in keys}
        if self._path is None or not wanted or not _is_own(self._path):
            return {}
        found: dict[Key, PromptFacts] = {}
        for text, value, crc in self._query(list(wanted)):
            key = wanted.get(text)
            if key is not None and isinstance(value, str) and crc == _crc(text, value):
                facts = _decode(value)
                if facts is not None:
                    found[key] = facts
        return found

    def save(self, facts: Mapping[Key, PromptFacts]) -> None:
        """Remember `facts`; silent where that cannot be done."""
        if self._path is None or not facts:
            return
        rows = [(text, value, _crc(text, value)) for text, value in _encoded(facts)]
        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))
            if _is_own(self._path):
                self._write(rows)
        except OSError:
            return  # a cache directory that cannot be made: the memo is an offer, not a promise

    def _query(self, texts: list[str]) -> list[Any]:
        def ask(connection: sqlite3.Connection) -> list[Any]:
            (last,) = connection.execute("SELECT MAX(n) FROM facts").fetchone()
            if last is not None and last < _QUICKER * len(texts):
                return connection.execute("SELECT key, value, crc FROM facts").fetchall()
            rows = []
            for at in range(0, len(texts), 500):
                part = texts[at : at + 500]
                marks = ",".join("?" * len(part))
                rows += connection.execute(f"SELECT key, value, crc FROM facts WHERE key IN ({marks})", part).fetchall()
            return rows

        result = self._with_connection(ask)
        return result if isinstance(result, list) else []

    def _write(self, rows: list[tuple[str, str, int]]) -> None:
        def add(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute(_CREATE)
                connection.executemany("INSERT OR REPLACE INTO facts (key, value, crc) VALUES (?, ?, ?)", rows)
                connection.execute("DELETE FROM facts WHERE n <= (SELECT MAX(n) FROM facts) - ?", (MAX_ROWS,))

        self._with_connection(add)

    def _with_connection(self, act: Callable[[sqlite3.Connection], object]) -> object:
        """The result of `act`, or None where the file cannot be used. A file that is no database is removed."""
        try:
            import sqlite3
        except ImportError:
            return None  # a Python that was built without it

        connection = None
        try:
            connection = sqlite3.connect(str(self._path), timeout=0.5)
            connection.execute("PRAGMA synchronous=OFF")
            return act(connection)
        except sqlite3.OperationalError:
            return None  # read-only, locked, full, no such table
        except sqlite3.DatabaseError:
            self._remove()
            return None
        finally:
            if connection is not None:
                connection.close()

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            os.remove(str(self._path))


def _is_own(path: str) -> bool:
    """Whether nobody but this user can have written the file: what it says decides whether a budget holds."""
    try:
        facts = [os.stat(place) for place in (path, os.path.dirname(path))]
    except OSError:
        return False
    if not hasattr(os, "geteuid"):
        return True  # Windows: a user's own folders are closed to others
    return all(fact.st_uid == os.geteuid() and not fact.st_mode & 0o022 for fact in facts)


def _text(key: Key) -> str:
    return f"{FACTS_VERSION}:{key[0]}:{key[1]}"


def _crc(text: str, value: str) -> int:
    return crc32(f"{text}\n{value}".encode())


def _encoded(facts: Mapping[Key, PromptFacts]) -> Iterable[tuple[str, str]]:
    for key, (model, cap, messages, tokens, not_sent, parts, systems, mix) in facts.items():
        counts = ",".join(f"{encoding}={count}" for encoding, count in sorted(tokens.items()))
        value = f"{messages};{systems};{cap or ''};{counts};{','.join(not_sent)};{_mix(mix)};{model or ''}"
        if parts is not None:
            from .prompts.parts_text import dump_parts

            value = f"{dump_parts(parts)}\n{value}"
        yield _text(key), value


def _decode(value: str) -> PromptFacts | None:
    """The facts that `_encoded` wrote, or None for anything else."""
    line, _, rest = value.partition("\n") if value[:1] == "[" else ("", "", value)
    try:
        messages, systems, cap, counts, not_sent, mix, model = rest.split(";", 6)
        known = tuple(not_sent.split(",")) if not_sent else ()
        return PromptFacts(
            model or None, _count(cap) if cap else None, _count(messages), _read_counts(counts), known,
            _parts(line) if line else None, _count(systems), _read_mix(mix),
        )  # fmt: skip
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        return None


def _mix(mix: Mix) -> str:
    """Most texts are prose, and say nothing."""
    return "" if mix == ALL_PROSE else ",".join(map(str, mix))


@lru_cache(maxsize=4096)  # of ten thousand prompts many are equally long,
def _read_counts(text: str) -> dict[str, int]:
    tokens = {}
    for part in text.split(","):
        encoding, _, count = part.partition("=")
        tokens[encoding] = _count(count)
    return tokens


@lru_cache(maxsize=4096)  # and many of the same mix
def _read_mix(text: str) -> Mix:
    if not text:
        return ALL_PROSE
    prose, code, structured, cjk, other = map(_count, text.split(","))
    return prose, code, structured, cjk, other


def _parts(line: str) -> Parts:
    from .prompts.parts_text import load_parts

    return load_parts(line)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError
    return int(text)
