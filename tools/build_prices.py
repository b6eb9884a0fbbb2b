"""Build llmcost_hooks/data/prices.json from the two public price libraries, price_corrections.toml and
price_cache.toml.

    python -m tools.build_prices --date 2026-11-26 --archive litellm-1.77.7-py3-none-any.whl

Needs genai-prices, litellm and tiktoken, in an environment of their own. Same inputs, same bytes: no clock is read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from datetime import date
from typing import Any

from tools.price_building import Inputs, build
from tools.price_catalogue import broken_promises
from tools.price_genai import genai_statements
from tools.price_litellm import MAP_NAME, litellm_statements, read_litellm_map

HERE = os.path.dirname(os.path.abspath(__file__))
CORRECTIONS = os.path.join(HERE, "price_corrections.toml")
CACHE = os.path.join(HERE, "price_cache.toml")
OUTPUT = os.path.join(os.path.dirname(HERE), "llmcost_hooks", "data", "prices.json")


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
    with open(CACHE, "rb") as file:
        corrections["minimums"] = tomli.load(file)["minimums"]
    with open(archive, "rb") as wheel:
        if hashlib.sha256(wheel.read()).hexdigest() != corrections["archive"]["sha256"]:
            raise ValueError(f"{archive} is not the litellm wheel that price_corrections.toml names")
    litellm, doors, out = litellm_statements(read_litellm_map(_litellm_path()), _version("litellm"))
    old = litellm_statements(read_litellm_map(archive), corrections["archive"]["version"]).statements
    asked = {*litellm, *((name, None) for name in corrections["retired"])}
    genai, unpriced = genai_statements(asked, _version("genai-prices"))
    return Inputs(genai, litellm, old, corrections, _tokenizer, day, [*out, *unpriced], doors)


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
    parser.add_argument("--previous", default=OUTPUT, help="the file published last, of which nothing is taken back")
    parser.add_argument("--output", default=OUTPUT)
    options = parser.parse_args()
    built = build(read_inputs(options.date, options.archive)).file
    return publish(built, options.previous, options.output)


def publish(built: dict[str, Any], previous: str, output: str) -> int:
    """Writes the file where it takes nothing back of the previous one. 0, or 1 with the reasons printed."""
    with open(previous, "rb") as file:
        broken = broken_promises(json.load(file), built)
    if broken:
        print(f"The catalogue is append-only, and {previous} says otherwise:", *broken, sep="\n  ")
        return 1
    with open(output, "wb") as file:
        file.write(render(built))
    print(f"{len(built['models'])} models, {len(built['aliases'])} aliases -> {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
