"""Values that a prompt file holds: as JSON that is sent along, and as samples for its variables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from . import Sample
from .yaml_text import Scalar

_WORDS = {"true": True, "false": False, "null": None, "~": None}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
_ELSEWHERE = re.compile(r"\s*(?:\$\{\s*(?:file|env)\b|(?:file|https?|huggingface)://)", re.IGNORECASE)


def compact_json(value: object) -> str:
    """`value`, as read from YAML or JSON, as the JSON that a request holds."""
    return json.dumps(_typed(value), separators=(",", ":"), ensure_ascii=False)


def _typed(value: object) -> object:
    """With what a plain scalar of YAML means. The depth is that of the document, which has a limit."""
    if isinstance(value, dict):
        return {str(key): _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    if isinstance(value, Scalar) and value.plain:
        if value.lower() in _WORDS:
            return _WORDS[value.lower()]
        if _NUMBER.fullmatch(value):
            return float(value) if "." in value else int(value)
    return value


def samples_of(values: object) -> dict[str, Sample]:
    """The samples in a table of variables and their values; what says nothing of a size is left out."""
    if not isinstance(values, Mapping):
        return {}
    read = ((str(name), sample_of(value)) for name, value in values.items())
    return {name: value for name, value in read if not is_empty(value)}


def sample_of(value: Any) -> Sample:
    """One value as a sample; None where it stands in a file or in the environment, which are never read for it."""
    if isinstance(value, Mapping):
        return samples_of(value)
    if isinstance(value, list):
        return [item for item in map(sample_of, value) if not is_empty(item)]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Scalar) and value.plain and (value == "0" or value.lower() in _WORDS):
        return _WORDS.get(value.lower(), 0)
    text = str(value)
    if text == "0" and not isinstance(value, str):
        return 0
    return None if _ELSEWHERE.match(text) else text


def is_empty(value: Sample) -> bool:
    """An empty default is there to be replaced: it is not the size of what comes."""
    return value is None or value in ("", [], {})


def median_samples(cases: Iterable[object]) -> dict[str, Sample]:
    """For each variable of several test cases, the value in the middle by length; the longer one of two."""
    values: dict[str, list[tuple[int, str, Sample]]] = {}
    for case in cases:
        for name, value in samples_of(case).items():
            written = value if isinstance(value, str) else compact_json(value)
            values.setdefault(name, []).append((len(written), written, value))
    return {name: sorted(found, key=lambda each: each[:2])[len(found) // 2][2] for name, found in values.items()}
