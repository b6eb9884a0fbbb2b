"""The price file, read one model at a time.

The file keeps one model and one alias a line, sorted by name (docs/prices.md). A lookup searches the mapped bytes for
that line and parses nothing else, so it costs the same in a file of 8 MiB.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from mmap import mmap
from typing import Any

from ..errors import PricingError
from .offers import ModelRow, Offer, Rates, Tariff, Tier, parse_row, parse_source

__all__ = ["ModelRow", "Offer", "PriceBook", "Rates", "Tariff", "Tier"]

SCHEMA_VERSION = 1
MAX_NAME = 200
Located = tuple[ModelRow, "str | None"]  # a model, and a region of it
_MODELS, _ALIASES, _END = b'\n  "models": {\n', b'\n  },\n  "aliases": {\n', b'\n  },\n  "revocations": '


class PriceBook:
    """The models of one price file and what they cost."""

    version: str
    currency: str
    generated_at: date
    channels: dict[str, str]  # id -> who bills
    valid_until: date  # the first day on which the prices count as expired

    def __init__(self, data: bytes | memoryview | mmap, countable: Callable[[str], bool] | None = None) -> None:
        """Reads the header of the file only. PricingError where it is not a price file of version 1.

        `countable` says of an encoding whether it can be counted in here; None: only those of the package.
        """
        self.countable = countable
        self._bytes = _searchable(data)
        self._models, self._aliases = self._parts()
        header = self._header()
        try:
            self.version = str(header["db_version"])
            self.currency = str(header["currency"])
            self.generated_at = date.fromisoformat(header["generated_at"][:10])
            self.valid_until = date.fromisoformat(header["valid_until"][:10])
            self._sources = {key: parse_source(value) for key, value in header["sources"].items()}
            self.channels = {key: str(value["vendor"]) for key, value in header["channels"].items()}
            self._fine_tuned = {
                key: Decimal(value["fine_tuned"]["multiplier"])
                for key, value in header["channels"].items()
                if value.get("fine_tuned")
            }
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise _damaged(f"its header is incomplete ({error})") from None
        self._rows: dict[str, Located | None] = {}
        self._names: list[str] | None = None

    def find(self, name: str) -> ModelRow | None:
        """The model of this exact id or alias, None where there is none."""
        located = self.locate(name)
        return located[0] if located else None

    def locate(self, name: str) -> Located | None:
        """The model of this exact id or alias and the region that the alias stands for, None where there is none."""
        if name not in self._rows:
            self._rows[name] = self._look_up(name)
        return self._rows[name]

    def fine_tuned_multiplier(self, channel: str) -> Decimal | None:
        """What inference of a fine-tuned model costs there, as a factor on its base model; None = unknown."""
        return self._fine_tuned.get(channel)

    def rows(self, channel: str | None = None) -> Iterator[ModelRow]:
        """All models, or those of one channel, sorted by id."""
        mark = f'"channel": {json.dumps(channel)},'.encode() if channel else b""
        for name, line in sorted(self._lines(self._models)):
            if mark in line:  # most lines need not be parsed to see that they are not asked for
                located = self._rows.get(name) or (parse_row(name, _parsed(line), self._sources), None)
                self._rows[name] = located
                if channel in (None, located[0].channel):
                    yield located[0]

    def names(self) -> list[str]:
        """All ids and aliases, sorted."""
        if self._names is None:
            self._names = sorted(name for part in (self._models, self._aliases) for name, _ in self._lines(part))
        return self._names

    def lines(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """Models and aliases as the file has them: name -> JSON text, in its order."""
        return dict(self._lines(self._models)), dict(self._lines(self._aliases))

    # --- bytes ---------------------------------------------------------------------------------------------------

    def _look_up(self, name: str) -> Located | None:
        model, region, line = name, "", self._line(self._models, name)
        if line is None and (alias := self._line(self._aliases, name)):
            model, _, region = str(_parsed(alias)).partition("#")
            line = self._line(self._models, model)
        return (parse_row(model, _parsed(line), self._sources), region or None) if line else None

    def _line(self, part: tuple[int, int], name: str) -> bytes | None:
        """The JSON text of the member `name` of a part: a binary search, as names are sorted bytewise."""
        wanted = name.encode("ascii") if _is_name(name) else b""
        low, high = part
        while wanted and low < high:
            begin = self._bytes.rfind(b"\n", low, (low + high) // 2 + 1)
            end = self._bytes.find(b"\n", begin + 1, high)
            end = high if end < 0 else end
            found, text = _member(self._bytes[begin + 1 : end])
            if found == wanted:
                return text
            low, high = (low, begin) if wanted < found else (end, high)
        return None

    def _lines(self, part: tuple[int, int]) -> Iterator[tuple[str, bytes]]:
        """Name and JSON text of every member of a part, in the file's order."""
        begin, end = part
        for line in self._bytes[begin + 1 : end].split(b"\n") if begin < end else []:
            name, text = _member(line)
            yield name.decode("ascii"), text

    def _parts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Where models and aliases begin and end, each from the newline before its first member."""
        models, aliases, end = self._bytes.find(_MODELS), self._bytes.rfind(_ALIASES), self._bytes.rfind(_END)
        if not 0 < models < aliases < end:
            raise _damaged("its parts are not where they must be")
        return (models + len(_MODELS) - 1, aliases), (aliases + len(_ALIASES) - 1, end)

    def _header(self) -> dict[str, Any]:
        text = self._bytes[: self._models[0] - len(_MODELS) + 1].rstrip(b",") + b"}"
        header = _parsed(text)
        if not isinstance(header, dict) or header.get("schema_version") != SCHEMA_VERSION:
            raise _damaged("it is not of schema version 1")
        return header


def _searchable(data: bytes | memoryview | mmap) -> bytes | mmap:
    """Bytes that can be searched without a copy: a memoryview cannot, the whole map behind it can."""
    if isinstance(data, memoryview):
        whole = data.obj
        return whole if isinstance(whole, (bytes, mmap)) and len(whole) == data.nbytes else bytes(data)
    return data


def _member(line: bytes) -> tuple[bytes, bytes]:
    """Name and JSON text of one line of a part."""
    name, colon, text = line.removeprefix(b'    "').partition(b'": ')
    if not colon or not line.startswith(b'    "') or not name.isascii():
        raise _damaged("a line of it holds no model or alias")
    return name, text.rstrip(b",")


def _is_name(name: str) -> bool:
    return len(name) <= MAX_NAME and name.isascii() and name.isprintable() and not set('"\\') & set(name)


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise _damaged(f"a line is not JSON ({error})") from None


def _damaged(why: str) -> PricingError:
    return PricingError(f"The price file cannot be used: {why}.", "Reinstall llmcost-hooks to get its price file back.")
