"""Which names are one model: dated names, other spellings, word order. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tools.price_sources import Statement

_DATED = re.compile(r"(.+?)-(?:\d{4}-\d\d-\d\d|\d{8}|\d{4}|latest)")
_CLAUDE = re.compile(r"claude-(?:([a-z]+)-(\d+(?:-\d+)?)|(\d+(?:-\d+)?)-([a-z]+))")
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


def fold_dated(models: dict[str, Any], valid_until: str) -> dict[str, str]:
    """Takes dated and -latest names that differ in nothing from the plain name out of `models`: they are its aliases.

    A date of retirement after `valid_until` is no difference: this file does not speak of that day.
    """
    aliases = {}
    for name in sorted(models):
        match = _DATED.fullmatch(name)
        base = match and match[1]
        if base in models and _substance(models[base], valid_until) == _substance(models[name], valid_until):
            del models[name]
            aliases[name] = base
    return aliases


def _substance(entry: dict[str, Any], valid_until: str) -> str:
    """What a price, limit or date of the entry may differ in; who states it may differ."""
    prices = [{k: v for k, v in row.items() if k != "stated_by_one"} for row in entry["offers"][0]["prices"]]
    retires_at = entry["lifecycle"]["retires_at"]
    gone = retires_at if retires_at and retires_at <= valid_until else None
    return json.dumps([prices, entry["context_window"], entry["max_output_tokens"], gone], sort_keys=True)


def spellings(
    models: Mapping[str, Any], aliases: Mapping[str, str], genai: Mapping[str, Statement], free: list[str]
) -> dict[str, str]:
    """Other ways to write a name: the `free` ones of genai-prices, both word orders of Claude's, with dots too."""
    target = {_dashed(name): model for name, model in [*aliases.items(), *zip(models, models, strict=True)]}
    result = {}
    for name in free:
        match = _DATED.fullmatch(name)
        model = target.get(_dashed(name)) or target.get(_dashed(match[1]) if match else "")
        if model and genai[name].model == genai[model].model:
            result[name] = model
    for name, model in target.items():
        for spelling in _claude_spellings(name):
            if spelling not in models and spelling not in aliases:
                result[spelling] = model
    return result


def _dashed(name: str) -> str:
    return name.replace(".", "-")


def _claude_spellings(name: str) -> list[str]:
    match = _CLAUDE.fullmatch(name)
    if not match or len(match[2] or match[3]) > 3:
        return []
    family, version = match[1] or match[4], match[2] or match[3]
    versions = {version, version.replace("-", ".")}
    return sorted({form for v in versions for form in (f"claude-{family}-{v}", f"claude-{v}-{family}")})


def check_names(models: dict[str, Any], aliases: dict[str, str]) -> None:
    for name in [*models, *aliases]:
        if not _SAFE_NAME.fullmatch(name):
            raise ValueError(f"a name that the file cannot hold: {name!r}")
    clash = sorted(set(models) & set(aliases)) or sorted(a for a, model in aliases.items() if model not in models)
    if clash:
        raise ValueError(f"aliases that are models, or lead nowhere: {clash}")
