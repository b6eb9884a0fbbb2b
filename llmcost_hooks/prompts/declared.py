"""What a prompt file's own configuration says: the model, and the limit on output tokens.

Keys as found in Prompty (v1 and v2), dotprompt, GitHub Models, Copilot and Claude files.
"""

from __future__ import annotations

from typing import Any

_CAPS = ("max_tokens", "maxTokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")
_CAP_TABLES = (
    (),
    ("config",),
    ("modelParameters",),
    ("model", "parameters"),
    ("model", "options"),
    ("parameters",),
)
_MODELS = (
    ("model",),
    ("model", "id"),
    ("model", "name"),
    ("model", "configuration", "name"),
    ("model", "configuration", "model"),
)


# Agents inherit their model; the others are how YAML writes nothing. An Azure deployment is no model's name either: it
# is free text, and its channel has prices of its own.
_NOT_NAMES = ("inherit", "null", "~")


def declared_model(facts: object) -> str | None:
    """The model that the file names, or None. `inherit` and placeholders (`${env:MODEL}`) name none."""
    for path in _MODELS:
        value = _at(facts, path)
        if isinstance(value, str) and (name := named_model(value)):
            return name
    return None


def named_model(value: str) -> str | None:
    """`value` where it can be a model's name, else None."""
    name = value.strip()
    named = (
        name.lower() not in _NOT_NAMES and 0 < len(name) <= 128 and name.isprintable() and not {"{", "$"} & set(name)
    )
    return name if named else None


def declared_cap(facts: object) -> int | None:
    """The file's limit on output tokens, or None."""
    for path in _CAP_TABLES:
        for key in _CAPS:
            if cap := positive(_at(facts, (*path, key))):
                return cap
    return None


def counted_cap(table: dict[str, Any]) -> int | None:
    """The limit among a JSON object's own members, where it is a number and not its text."""
    numbers = {key: str(value) for key, value in table.items() if type(value) is int}
    return declared_cap(numbers) if numbers else None


def positive(value: object) -> int | None:
    """A text of ASCII digits as a positive number, else None."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 12:
        return int(value) or None
    return None


def _at(facts: object, path: tuple[str, ...]) -> Any:
    for key in path:
        facts = facts.get(key) if isinstance(facts, dict) else None
    return facts
