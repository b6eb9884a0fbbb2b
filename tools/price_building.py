"""The value of the price file, from what both libraries say and what a person decided. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from tools.price_cache import CacheMinimums
from tools.price_entries import Said, entry
from tools.price_merge import Asked, Decisions, Merged, merge_rows
from tools.price_names import base_model, channel_names, check_names, fold_dated, plain_spellings, spellings
from tools.price_sources import DIRECT, Key, LeftOut, Row, Statement, Tariff, flat

VALID_DAYS = 45


class Inputs(NamedTuple):
    """Everything that the file is a function of."""

    genai: dict[Key, Statement]
    litellm: dict[Key, Statement]
    archive: dict[Key, Statement]  # an older litellm, for retired models and for how long a price has held
    corrections: dict[str, Any]
    tokenizer: Callable[[str], str | None]
    day: date
    left_out: list[LeftOut]  # by the readers of the libraries
    doors: Mapping[str, str] = {}  # names of a channel's second door -> its own


class Built(NamedTuple):
    """The price file as a value, and what was decided on the way."""

    file: dict[str, Any]
    asked: list[Asked]
    left_out: list[LeftOut]
    least: CacheMinimums


def build(inputs: Inputs) -> Built:
    """ValueError where a disagreement is not decided, or a decision is not needed."""
    decide, day = Decisions(inputs.corrections["decisions"]), inputs.day.isoformat()
    least = CacheMinimums(inputs.corrections["minimums"])
    left_out = [*inputs.left_out]
    models, free = {}, list[str]()
    for name, said in accepted(inputs, left_out, free):
        retired = name in inputs.corrections["retired"]
        offers = {region: list(_offer(pair, decide, retired, inputs)) for region, pair in said.items()}
        if name.startswith("azure/") and _says_nothing_new(
            offers
        ):  # Azure's "global" is what is bought where no region is named
            del offers["global"]
        models[name] = entry(name, offers, said, inputs.corrections, inputs.tokenizer, least, day)
        models[name]["lifecycle"] |= {
            k: v for k, v in inputs.corrections["retired"].get(name, {}).items() if k == "retires_at"
        }
    if decide.undecided:
        raise ValueError("\n  ".join(["decide in price_corrections.toml:", *decide.undecided]))
    if decide.idle():
        raise ValueError(f"decisions that no disagreement asks for: {decide.idle()}")
    aliases = _names(models, free, inputs)
    if faults := least.faults(models):
        raise ValueError("\n  ".join(["price_cache.toml and the models:", *faults]))
    for name, value in models.items():
        base = base_model(name, value, models, aliases)
        models[name] = {**dict(list(value.items())[:2]), **({"base_model": base} if base else {}), **value}
    return Built({**_header(inputs, models), "models": models, "aliases": aliases}, decide.asked, left_out, least)


def accepted(inputs: Inputs, left_out: list[LeftOut], free: list[str]) -> Iterator[tuple[str, dict[str | None, Said]]]:
    """(name, what both say of it by region) of every model that gets into the file.

    A name of an own API that genai-prices only files under another model is `free` to become an alias.
    """
    retired, regions = inputs.corrections["retired"], dict[str, list[str | None]]()
    for name, region in {**inputs.litellm, **inputs.genai}:
        regions.setdefault(name, []).append(region)
    for name in sorted({*regions, *retired}):
        first = next(
            s for r in regions.get(name, [None]) if (s := inputs.litellm.get((name, r)) or inputs.genai.get((name, r)))
        )
        if name in retired:
            old = retired[name].get("litellm_name")
            yield name, {None: (inputs.genai[name, None], inputs.archive[old, None] if old else None)}
            continue
        reason = is_excluded(first.channel, name, inputs.corrections)
        if reason:
            left_out.append(LeftOut(first.source, first.channel, name, reason))
        elif not _answers(name, first, regions[name], inputs):
            left_out.append(LeftOut(first.source, first.channel, name, "no price of what it answers"))
        elif any(name in table.get("aliases", []) for table in retired.values()):
            continue
        else:
            said = {r: (inputs.genai.get((name, r)), inputs.litellm.get((name, r))) for r in regions[name]}
            if _is_price_of_global(said):
                left_out.append(LeftOut(first.source, first.channel, name, _BARE))
                del said[None]
            genai = inputs.genai.get((name, None))
            if genai and regions[name] == [None] and (name, None) not in inputs.litellm and not _named_itself(genai):
                free.append(name)
            yield name, said


_BARE = "without a region: litellm alone, with the price of global, below its own of the us. profile"


def _is_price_of_global(said: dict[str | None, Said]) -> bool:
    """Whether litellm alone prices the bare id of Bedrock, lower than within the US: such a key has global's price."""
    genai, bare = said.get(None, (None, None))
    us = said["us"][1] if "us" in said else None
    if genai or bare is None or us is None or bare.channel != "bedrock":
        return False
    inside, without = (s.rows[0].variants["standard"].base.get("input") for s in (us, bare))
    return inside is not None and without is not None and without < inside


def _answers(name: str, first: Statement, regions: list[str | None], inputs: Inputs) -> bool:
    """Whether somebody states a price for its output, which an embedding does not need."""
    stated = [s for r in regions for s in (inputs.litellm.get((name, r)), inputs.genai.get((name, r))) if s]
    rates = [row.variants["standard"].base for statement in stated for row in statement.rows]
    return "embed" in name or first.mode == "embedding" or any("output" in table for table in rates)


def _says_nothing_new(offers: dict[str | None, list[Merged]]) -> bool:
    if None not in offers or "global" not in offers:
        return False
    prices, rest = flat(offers["global"][-1].row), flat(offers[None][-1].row)
    return prices.items() <= rest.items()


def _named_itself(genai: Statement) -> bool:
    return genai.model == genai.id if genai.channel in DIRECT else genai.own


def is_excluded(channel: str, name: str, corrections: dict[str, Any]) -> str | None:
    """The reason of the first rule of `[[exclude]]` that fits the name."""
    for rule in corrections["exclude"]:
        if rule.get("channel", channel) == channel and any(fnmatchcase(name.lower(), glob) for glob in rule["names"]):
            return str(rule["reason"])
    return None


def _offer(pair: Said, decide: Decisions, retired: bool, inputs: Inputs) -> Iterator[Merged]:
    genai, litellm = pair
    if genai is None and litellm is not None:
        litellm = litellm._replace(rows=tuple(_since(litellm, inputs)))
    yield from merge_rows(genai, litellm, decide, inputs.day.isoformat(), archived=retired)


def _since(litellm: Statement, inputs: Inputs) -> Iterator[Row]:
    """litellm's one row, dated: from the day it was first read on, what the archive says too from its day on."""
    (row,) = litellm.rows
    old = inputs.archive.get(litellm.key)
    kept = {path: price for path, price in flat(old.rows[0]).items() if flat(row).get(path) == price} if old else {}
    variants = {
        name: Tariff(
            {key: price for key, price in tariff.base.items() if f"{name}.{key}" in kept},
            {
                n: {key: p for key, p in rates.items() if f"{name}>{n}.{key}" in kept}
                for n, rates in tariff.tiers.items()
            },
        )
        for name, tariff in row.variants.items()
    }
    variants = {name: tariff for name, tariff in variants.items() if tariff.base}
    if variants.get("standard", Tariff({}, {})).base == row.variants["standard"].base:
        known = Row(inputs.corrections["archive"]["since"], variants)
        yield known
        if known[1:] == row[1:]:
            return
    yield row._replace(start=inputs.corrections["litellm_begins"])


def _names(models: dict[str, Any], free: list[str], inputs: Inputs) -> dict[str, str]:
    """All aliases; the models that are nothing but another name leave `models`."""
    valid_until = _valid_until(inputs.day)
    aliases = {
        alias: name for name, table in inputs.corrections["retired"].items() for alias in table.get("aliases", [])
    }
    rest = {name: value for name, value in models.items() if name not in free}
    aliases.update(fold_dated(rest, valid_until))
    doors = {name: aliases.get(home, home) for name, home in inputs.doors.items() if name not in rest}
    aliases.update({name: home for name, home in doors.items() if home in rest})
    named = spellings(rest, aliases, inputs.genai, free)
    for name in [name for name in models if name not in rest]:
        if name in aliases or name in named or name not in free:
            del models[name]
    aliases.update(named)
    aliases.update(channel_names(models, aliases))
    for name in sorted(name for name, region in inputs.litellm if region == "global" and name.startswith("azure/")):
        short = name.removeprefix("azure/")
        for form in (f"azure/global/{short}", f"azure/global-standard/{short}"):
            aliases.setdefault(form, aliases.get(name, name))
    aliases = {name: _end(target, aliases) for name, target in aliases.items()}
    aliases = dict(sorted({**aliases, **plain_spellings(models, aliases)}.items()))
    check_names(models, aliases)
    return aliases


def _end(target: str, aliases: dict[str, str]) -> str:
    return aliases.get(target, target)


# --- the header --------------------------------------------------------------------------------------------------


def _valid_until(day: date) -> str:
    return (day + timedelta(days=VALID_DAYS)).isoformat()


def _header(inputs: Inputs, models: dict[str, Any]) -> dict[str, Any]:
    genai, litellm = next(iter(inputs.genai.values())).source, next(iter(inputs.litellm.values())).source
    archive = f"litellm@{inputs.corrections['archive']['version']}"
    who = {"both": f"{genai} + {litellm}", "retired": f"{genai} + {archive}", "single": genai, "litellm": litellm}
    channels = inputs.corrections["channels"]
    used = sorted({row["source"] for m in models.values() for offer in m["offers"] for row in offer["prices"]})
    sources = {}
    for source in used:
        channel, kind = source.split("-")
        sources[source] = {
            "url": channels[channel]["url"],
            "verified_at": inputs.day.isoformat(),
            "verified_by": who[kind],
        }
    return {
        "schema_version": 1,
        "db_version": inputs.day.strftime("%Y.%m.%d"),
        "currency": "USD",
        "generated_at": f"{inputs.day}T00:00:00Z",
        "valid_until": f"{_valid_until(inputs.day)}T00:00:00Z",
        "sources": sources,
        "channels": {
            key: {member: value for member, value in table.items() if member != "cache_mode"}
            for key, table in sorted(channels.items())
        },
    }
