"""Which meter a row of FOCUS is of: `TokenDirection` and `TokenCacheAction` in `SkuPriceDetails` (also with `x_`), else
a word in the names of the SKU."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from .reading import Unusable

INPUT, READ, WRITE_5M, WRITE_1H, OUTPUT, REQUESTS = range(6)
TOKENS = (INPUT, READ, WRITE_5M, WRITE_1H, OUTPUT)
_LONG = re.compile(r"\b(?:1|12)[ -]?h(?:our)?s?\b")
_ACTIONS = {"Read": READ, "Uncached": INPUT}


def meter_of(details: Mapping[str, str], names: Iterable[str]) -> int:
    """Of tokens. `details` are the texts of SkuPriceDetails. Raises Unusable where nothing says it."""
    direction, action = one(details, "TokenDirection"), one(details, "TokenCacheAction")
    if direction == "Output":
        return OUTPUT
    lower = [name.lower() for name in names]
    if direction == "Input":
        if action == "Write":
            return WRITE_1H if any(_LONG.search(name) for name in lower if "cache" in name) else WRITE_5M
        return _ACTIONS.get(action or "", INPUT)
    found = next((meter for meter in map(_by_name, lower) if meter is not None), None)
    if found is None:
        raise Unusable("its meter is neither of input nor of output tokens")
    return found


def _by_name(name: str) -> int | None:
    if re.search("output|completion|generated|response", name):
        return OUTPUT
    if "cache" in name and re.search("writ|creat|stor", name):
        return WRITE_1H if _LONG.search(name) else WRITE_5M
    if "cache" in name and "uncached" not in name:
        return READ
    return INPUT if re.search("input|prompt", name) else None


def flat_texts(text: str, name: str) -> dict[str, str]:
    """The texts in a cell that is a flat JSON object; of an empty cell none. Raises Unusable."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Unusable(f"{name} is not JSON") from None
    if not isinstance(found, dict):
        raise Unusable(f"{name} is not a JSON object")
    return {key: value for key, value in found.items() if isinstance(value, str)}


def one(details: Mapping[str, str], name: str) -> str | None:
    """The text of a key, which may be written with `x_` before it."""
    return details.get(name) or details.get(f"x_{name}") or None
