"""Build llmcost_hooks/data/prices.json from the two public price libraries and price_corrections.toml.

    python -m tools.build_prices --date 2026-11-22 --archive litellm-1.77.7-py3-none-any.whl

Needs genai-prices, litellm and tiktoken, in an environment of their own. Same inputs, same bytes: no clock is read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tools.price_merge import Decisions, Merged, context_window, merge_rows
from tools.price_names import check_names, fold_dated, spellings
from tools.price_sources import MAP_NAME, Statement, genai_statements, litellm_statements, read_litellm_map

HERE = os.path.dirname(os.path.abspath(__file__))
CORRECTIONS = os.path.join(HERE, "price_corrections.toml")
OUTPUT = os.path.join(os.path.dirname(HERE), "llmcost_hooks", "data", "prices.json")
VALID_DAYS = 45


class Inputs(NamedTuple):
    """Everything that the file is a function of."""

    genai: dict[str, Statement]
    litellm: dict[str, Statement]
    archive: dict[str, Statement]  # an older litellm, for retired models
    corrections: dict[str, Any]
    tokenizer: Callable[[str], str | None]
    day: date


def build(inputs: Inputs) -> dict[str, Any]:
    """The price file as a value."""
    decide = Decisions(inputs.corrections["decisions"])
    models, aliases = {}, {}
    for name, genai, litellm, retired in accepted(inputs):
        models[name] = _entry(name, genai, litellm, retired, decide, inputs)
        aliases.update(dict.fromkeys(retired.get("aliases", []), name))
    if decide.idle():
        raise ValueError(f"decisions that no disagreement asks for: {decide.idle()}")
    aliases.update(fold_dated(models, _valid_until(inputs.day)))
    aliases.update(spellings(models, aliases, inputs.genai, _free_names(models, aliases, inputs)))
    check_names(models, aliases)
    return {**_header(inputs, models), "models": models, "aliases": aliases}


def accepted(inputs: Inputs) -> list[tuple[str, Statement, Statement | None, dict[str, Any]]]:
    """(name, genai-prices, litellm, its [retired] table) of every model that gets into the file."""
    retired = inputs.corrections["retired"]
    result: list[tuple[str, Statement, Statement | None, dict[str, Any]]] = [
        (name, inputs.genai[name], litellm, {})
        for name, litellm in inputs.litellm.items()
        if name in inputs.genai and not is_excluded(name, inputs.corrections) and name not in retired
    ]
    for name, table in retired.items():
        litellm_name = table.get("litellm_name")
        result.append((name, inputs.genai[name], inputs.archive[litellm_name] if litellm_name else None, table))
    return sorted(result, key=lambda item: item[0])


def _free_names(models: dict[str, Any], aliases: dict[str, str], inputs: Inputs) -> list[str]:
    """Names of genai-prices that may become aliases: litellm does not price them apart, nobody ruled them out."""
    taken = {*models, *aliases, *inputs.litellm, *inputs.corrections["not_aliases"]}
    return [name for name in sorted(inputs.genai) if name not in taken and not is_excluded(name, inputs.corrections)]


def is_excluded(name: str, corrections: dict[str, Any]) -> bool:
    """Whether a pattern of `[exclude]` is in the name."""
    return any(pattern in f"{name}-" for pattern in corrections["exclude"])


def _entry(
    name: str, genai: Statement, litellm: Statement | None, retired: dict[str, Any], decide: Decisions, inputs: Inputs
) -> dict[str, Any]:
    day = inputs.day.isoformat()
    prices, today = [], None
    for row, standard, batch, checked in merge_rows(name, genai, litellm, decide, day, archived=bool(retired)):
        source = f"{genai.channel}-{'single' if not checked else 'retired' if retired else 'both'}"
        prices.append(_price_row(row.start or inputs.corrections["records_begin"], source, standard, batch))
        today = standard if row is genai.on(day) else today
    assert today is not None
    return {
        "provider": inputs.corrections["channels"][genai.channel]["vendor"],
        "input_price_per_mtok": _number(today.base["input"]),
        "output_price_per_mtok": _number(today.base["output"]),
        "context_window": context_window(name, genai, litellm),
        "max_output_tokens": litellm.max_output_tokens if litellm else None,
        "tokenizer": inputs.tokenizer(name) if genai.channel == "openai" else None,
        "lifecycle": {"retires_at": retired.get("retires_at") or (litellm.retires_at if litellm else None)},
        "offers": [{"channel": genai.channel, "region": None, "prices": prices}],
    }


def _price_row(start: str, source: str, standard: Merged, batch: Merged | None) -> dict[str, Any]:
    tiers = [
        {"variant": variant, "when_input_gt": above, **_strings(rates)}
        for variant, tariff in (("standard", standard), ("batch", batch))
        if tariff is not None
        for above, rates in tariff.tiers.items()
    ]
    alone = {**standard.alone, **(batch.alone if batch else {})}
    return {
        "effective_from": start,
        "source": source,
        "standard": _strings(standard.base),
        "variants": {"batch": _strings(batch.base)} if batch else {},
        "tiers": tiers,
        **({"stated_by_one": alone} if alone else {}),
    }


def _number(price: Decimal | None) -> float | None:
    """The derived copy that readers of the first schema find; everything else is a decimal string."""
    return None if price is None else float(price)


def _strings(rates: dict[str, Decimal | None]) -> dict[str, str | None]:
    return {key: None if value is None else f"{value.normalize():f}" for key, value in rates.items()}


# --- the file ----------------------------------------------------------------------------------------------------


def _valid_until(day: date) -> str:
    return (day + timedelta(days=VALID_DAYS)).isoformat()


def _header(inputs: Inputs, models: dict[str, Any]) -> dict[str, Any]:
    genai, litellm = next(iter(inputs.genai.values())).source, next(iter(inputs.litellm.values())).source
    archive = f"litellm@{inputs.corrections['archive']['version']}"
    who = {"both": f"{genai} + {litellm}", "retired": f"{genai} + {archive}", "single": genai}
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
        "channels": {key: {"vendor": c["vendor"], "service": c["service"]} for key, c in sorted(channels.items())},
    }


def render(value: dict[str, Any]) -> bytes:
    """The bytes of the file: one header member, one model, one alias a line; `signatures` last (docs/prices.md)."""
    header = {key: member for key, member in value.items() if key not in ("models", "aliases")}
    lines = [f"  {json.dumps(key)}: {json.dumps(member)}," for key, member in header.items()]
    for part in ("models", "aliases"):
        members = [f"    {json.dumps(name)}: {json.dumps(value[part][name])}," for name in sorted(value[part])]
        lines += [f'  "{part}": {{', *members[:-1], *(member[:-1] for member in members[-1:]), "  },"]
    signatures = ['  "revocations": [],', '  "signatures": {', '    "primary": null,', '    "secondary": null', "  }"]
    return "\n".join(["{", *lines, *signatures, "}", ""]).encode("ascii")


# --- the program -------------------------------------------------------------------------------------------------


def read_inputs(day: date, archive: str) -> Inputs:
    """The installed libraries, the archived litellm wheel and the corrections file."""
    import tomli

    with open(CORRECTIONS, "rb") as file:
        corrections = tomli.load(file)
    with open(archive, "rb") as wheel:
        if hashlib.sha256(wheel.read()).hexdigest() != corrections["archive"]["sha256"]:
            raise ValueError(f"{archive} is not the litellm wheel that price_corrections.toml names")
    litellm = litellm_statements(read_litellm_map(_litellm_path()), _version("litellm"))
    old = litellm_statements(read_litellm_map(archive), corrections["archive"]["version"])
    names = {*litellm, *corrections["retired"]}
    return Inputs(genai_statements(names, _version("genai-prices")), litellm, old, corrections, _tokenizer, day)


def _version(distribution: str) -> str:
    from importlib.metadata import version

    return version(distribution)


def _litellm_path() -> str:
    from importlib.util import find_spec

    spec = find_spec("litellm")  # found, not imported: that takes six seconds
    if spec is None or spec.origin is None:
        raise ValueError("litellm is not installed here")
    return os.path.join(os.path.dirname(spec.origin), MAP_NAME)


def _tokenizer(name: str) -> str | None:
    from tiktoken.model import encoding_name_for_model

    try:
        return encoding_name_for_model(name)
    except KeyError:
        return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", required=True, type=date.fromisoformat, help="the day of the check, YYYY-MM-DD")
    parser.add_argument("--archive", required=True, help="the litellm wheel named in price_corrections.toml")
    parser.add_argument("--output", default=OUTPUT)
    options = parser.parse_args()
    value = build(read_inputs(options.date, options.archive))
    with open(options.output, "wb") as file:
        file.write(render(value))
    print(f"{len(value['models'])} models, {len(value['aliases'])} aliases -> {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
