"""Which names are one model: dated names, other spellings, word order, channels' own ids. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tools.price_channels import FIREWORKS, PROFILES, own_name
from tools.price_sources import DIRECT, Key, Statement

_DATED = re.compile(r"(.+?)(?:[-@](?:\d{4}-\d\d-\d\d|\d{8}|\d{4}|latest)|@default)")
_CLAUDE = re.compile(r"claude-(?:([a-z]+)-(\d+(?:-\d+)?)|(\d+(?:-\d+)?)-([a-z]+))")
_SNAPSHOTS = ("azure/", "azure_ai/", "vertex_ai/")  # channels that name dated snapshots as the developers do
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/~+-]*")


def fold_dated(models: dict[str, Any], valid_until: str) -> dict[str, str]:
    """Takes dated and -latest names that differ in nothing from the plain name out of `models`: they are its aliases.

    A date of retirement after `valid_until` is no difference: this file does not speak of that day.
    """
    aliases = {}
    for name in sorted(models):
        match = _DATED.fullmatch(name) if "/" not in name or name.startswith(_SNAPSHOTS) else None
        base = match and match[1]
        if base in models and substance(models[base], valid_until) == substance(models[name], valid_until):
            del models[name]
            aliases[name] = base
    return aliases


def substance(entry: dict[str, Any], valid_until: str) -> str:
    """What a price, limit or date of the entry may differ in; who states it may differ."""
    offers = [
        [offer["region"], offer.get("region_multipliers"), [_prices(row) for row in offer["prices"]]]
        for offer in entry["offers"]
    ]
    retires_at = entry["lifecycle"]["retires_at"]
    gone = retires_at if retires_at and retires_at <= valid_until else None
    return json.dumps([offers, entry["context_window"], entry["max_output_tokens"], gone], sort_keys=True)


def _prices(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k not in ("stated_by_one", "source")}


def spellings(
    models: Mapping[str, Any], aliases: Mapping[str, str], genai: Mapping[Key, Statement], free: Iterable[str]
) -> dict[str, str]:
    """Other ways to write a name: the `free` ones of genai-prices, and both word orders of Claude's, with dots too."""
    own = {name: name for name in models if "/" not in name}
    target = {_dashed(name): model for name, model in [*aliases.items(), *own.items()] if "/" not in name}
    result = {}
    own_of = {(said.channel, said.model): name for (name, _), said in genai.items() if said.own and name in models}
    for name in sorted(free, key=lambda name: ("." not in name, name)):
        said = genai[name, None]
        match = _DATED.fullmatch(name)
        model = target.get(_dashed(name)) or target.get(_dashed(match[1]) if match else "")
        if said.channel not in DIRECT:
            model = own_of.get((said.channel, said.model))
        if model and (model, None) in genai and said.model == genai[model, None].model:
            result[name] = model
        elif said.channel in DIRECT:
            target.setdefault(_dashed(name), name)  # of gpt-5.1-chat and gpt-5-1-chat the first is the model
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


def channel_names(models: Mapping[str, Any], aliases: Mapping[str, str]) -> dict[str, str]:
    """Names that channels themselves use and that say the region too: "us.anthropic...", "azure/eu/...", "...@date"."""
    result: dict[str, str] = {}
    for name, model in sorted({**{name: name for name in models}, **aliases}.items()):
        channel, _, rest = name.partition("/")
        if channel in ("bedrock", "bedrock_mantle", "azure", "azure_ai"):
            for offer in models[model]["offers"]:
                target = f"{model}#{offer['region']}" if offer["region"] else model
                result.update(dict.fromkeys(_regional(channel, rest, offer["region"]), target))
        elif channel == "fireworks_ai":
            result[f"fireworks_ai/{FIREWORKS}{rest}"] = result[f"{FIREWORKS}{rest}"] = model
        elif channel == "vertex_ai" and "@" in rest:
            result[rest] = model
    return {name: target for name, target in result.items() if name not in models and name not in aliases}


def plain_spellings(models: Mapping[str, Any], aliases: Mapping[str, str]) -> dict[str, str]:
    """Names as they are looked for where case does not matter: in lower case, with "-" for "_" behind the channel."""
    taken = {*models, *aliases}
    result: dict[str, str] = {}
    for name, target in sorted({**{name: name for name in models}, **aliases}.items()):
        plain = name.lower().replace("_ai/", "\0").replace("_", "-").replace("\0", "_ai/")
        if plain not in taken and result.setdefault(plain, target) != target:
            raise ValueError(f"{name} and another name are one in lower case: {plain}")
    return result


def _regional(channel: str, rest: str, region: str | None) -> list[str]:
    if channel.startswith("azure"):
        return [f"{channel}/{region}/{rest}"] if region else []
    if region in PROFILES:
        return [f"{region}.{rest}", f"bedrock/{region}.{rest}"]
    if region:
        return [f"{channel}/{region}/{rest}"]
    return [rest] if channel == "bedrock" and "." in rest and "/" not in rest else []


# vendor that bills for its own API -> developer, where the two are written apart
_MADE_BY = {"Anthropic", "OpenAI", "Google", "Mistral", "Cohere", "DeepSeek", "xAI"}


def base_model(
    name: str, entry: Mapping[str, Any], models: Mapping[str, Any], aliases: Mapping[str, str]
) -> str | None:
    """The developer's own-API entry of the same model: the one of exactly this name, sold by who made it.

    DeepSeek's undated API names have been several models, so only versioned ones are certain.
    """
    channel, made_by = entry["offers"][0]["channel"], entry.get("developer")
    if channel in DIRECT or made_by not in _MADE_BY or ":" in name.partition("/")[2].removesuffix(":0"):
        return _base_of_fine_tuned(name, models, aliases)
    own = own_name(channel, name)
    model = own if own in models else aliases.get(own)
    if model is None or "#" in model or models[model].get("developer") != made_by:
        return None
    if models[model]["offers"][0]["channel"] not in DIRECT or (made_by == "DeepSeek" and not re.search(r"v\d", own)):
        return None
    return model


def _base_of_fine_tuned(name: str, models: Mapping[str, Any], aliases: Mapping[str, str]) -> str | None:
    base = name.removeprefix("ft:")
    return (base if base in models else aliases.get(base)) if base != name else None


def check_names(models: dict[str, Any], aliases: dict[str, str]) -> None:
    for name in [*models, *aliases]:
        if not _SAFE_NAME.fullmatch(name):
            raise ValueError(f"a name that the file cannot hold: {name!r}")
    lost = sorted(alias for alias, target in aliases.items() if not _leads(target, models))
    clash = sorted(set(models) & set(aliases)) or lost
    if clash:
        raise ValueError(f"aliases that are models, or lead nowhere: {clash}")


def _leads(target: str, models: dict[str, Any]) -> bool:
    model, _, region = target.partition("#")
    return model in models and (not region or region in {offer["region"] for offer in models[model]["offers"]})
