"""The published schemas: strict, described, and what real runs print is valid by them, byte for byte the same again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from .fences import ROOT
from .shell import Shell

DOCUMENTS = (
    "estimate", "rows", "check", "diff", "models", "price", "price-history", "price-changes", "estimate-models",
    "explain", "choose", "focus-validation", "calibration",
)  # fmt: skip
NAMES = (*DOCUMENTS, "manifest")

FOCUS = r"printf 'BilledCost,ListCost,ListUnitPrice,PricingQuantity\n1,2,3,4\n' > usage.csv"
ROWS = r"printf 'documents,question\nShoes can be sent back.,May I?\n,Why?\n' > rows.csv"

LOG = "llm-cost estimate --format json > estimates.json; python3 -m tools.simulate_traffic --write log.jsonl"
CALIBRATE = "calibrate --profile estimates.json --actuals log.jsonl"

EVERY_REASON = "sed -i -e 's/\"gpt-4o\"/\"gpt-4o-mini\"/' -e 's/calls = 1000/calls = 15000/' llm-cost.toml"
QUALITY = r"""printf '\n[quality]\n"gpt-4o" = 90\n"gpt-4o-mini" = 82\nours = 91\n' >> llm-cost.toml"""

# What is done to the demo's repository before, the command, and the exit code that it ends with.
RUNS = (
    ("", "estimate", 0),
    ("", "estimate --staged --scenario batch", 0),
    ("", "estimate --rev main --scenario cached --cache-hit-ratio 0.6", 0),
    ("", "estimate --model claude-sonnet-4-5", 0),
    ("sed -i s/4o-mini/5x/ llm-cost.toml", "estimate", 4),
    ("rm llm-cost.toml", "estimate", 0),
    ("rm llm-cost.toml", "estimate --model gpt-4o", 0),
    ("rm prompts/search.md", "estimate", 2),
    (r"printf '\377' > prompts/search.md", "estimate", 3),
    (r"printf 'version = 1\n' > llm-cost.toml", "estimate", 0),
    (
        r"printf 'messages: [{role: user, content: Hi}]\n' > a.prompt.yml && rm llm-cost.toml",
        "estimate a.prompt.yml",
        0,
    ),
    (ROWS, "estimate prompts/search.md --data rows.csv", 0),
    (ROWS, "estimate prompts/search.md --data rows.csv --model gpt-5x", 4),
    (r"printf 'message\nHi\n' > rows.csv", "estimate prompts/search.md --data rows.csv --model claude-sonnet-4-5", 0),
    ("", "diff main", 0),
    ("", "diff main...", 0),
    ("", "diff HEAD main", 0),
    ("", "diff --staged", 0),
    ("", "diff main --model gemini-2.0-flash", 0),
    ("sed -i s/4o-mini/5x/ llm-cost.toml", "diff main", 4),
    ("rm prompts/search.md", "diff main", 2),
    ("rm llm-cost.toml && git commit -qam none", "diff HEAD HEAD", 0),
    ("", "check", 1),
    ("", "check --rev main", 0),
    ("", "check --base main", 1),
    ("sed -i s/4o-mini/5x/ llm-cost.toml", "check", 4),
    ("rm prompts/search.md", "check --base main", 2),
    ("", "models", 0),
    ("", "models gemini-2.5-pro", 0),
    ("", "models 'gpt-4o*'", 0),
    ("", "prices show gpt-4o", 0),
    ("", "prices show azure/gpt-4o --region eu --as-of 2026-11-26", 0),
    ("", "prices show deepseek-v4-pro", 0),
    (r"printf '[prices.override.\"gpt-4o\"]\ninput = 1\n' >> llm-cost.toml", "prices show gpt-4o", 0),
    ("", "prices history o3", 0),
    ("", "prices diff bundled installed", 0),
    (FOCUS, "focus validate usage.csv", 3),
    ("llm-cost estimate --format focus --output rows.csv", "focus validate rows.csv", 0),
    (LOG, CALIBRATE, 0),
    (f"{LOG} --days 3 --requests 40", CALIBRATE, 0),
    (f"{LOG}; echo '{{' >> log.jsonl", f"{CALIBRATE} --lenient", 0),
    (LOG, f"{CALIBRATE} --fail-on-drift 20", 1),
    ("", "estimate --group-by team --sort cost --per call", 0),
    ("", "check --group-by team", 1),
    ("", "diff main --group-by team --changed-only --sort delta --prices-at 2026-11-01", 0),
    ("", "diff main --fail-on-increase 1%", 1),
    (EVERY_REASON, "diff HEAD", 0),
    (EVERY_REASON, "check --base HEAD", 1),
    ("", "estimate --models gpt-4o,gpt-4o-mini", 0),
    ("", "estimate --models gpt-4o,gpt-5x", 4),
    ("", "explain search", 0),
    ("", "explain search main --scenario cached --cache-hit-ratio 0.6 --model claude-sonnet-4-5", 0),
    ("", "explain search --model gpt-5x", 4),
    ("rm llm-cost.toml", "explain prompts/search.md", 2),
    (QUALITY, "choose search --quality 85", 0),
    (QUALITY, "choose search --max-cost 0.01 --per call", 0),
    (QUALITY, "choose search --quality 95", 1),
)


def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((ROOT / f"llmcost_hooks/data/{name}.schema.json").read_text(encoding="utf-8"))
    return schema


SCHEMAS = {name: schema_of(name) for name in NAMES}
CHECKS = {name: Draft202012Validator(schema, format_checker=FormatChecker()) for name, schema in SCHEMAS.items()}


@pytest.mark.parametrize(("before", "command", "exit"), RUNS)
def test_a_document_is_valid_and_the_same_again(before: str, command: str, exit: int, shell: Shell) -> None:
    if before:
        shell.run(before)
    first, second = command.split()[0], " ".join(command.split()[:2])
    name = {"prices show": "price", "prices history": "price-history", "prices diff": "price-changes",
            "focus validate": "focus-validation", "calibrate --profile": "calibration"}.get(
        second, "rows" if "--data" in command else "estimate-models" if "--models" in command else first
    )  # fmt: skip
    code, output = shell.run(f"llm-cost {command} --format json 2>/dev/null")
    assert code == exit
    again = shell.llm_cost(*shlex.split(command), "--format", "json", *_without_memo(first))
    assert (code, output) == (again.code, again.out)
    document = json.loads(output)
    assert document["schema"] == f"llm-cost/{name}/1"
    assert [f"{error.json_path}: {error.message}" for error in CHECKS[name].iter_errors(document)] == []


def _without_memo(name: str) -> tuple[str, ...]:
    return () if name in ("models", "prices", "focus") else ("--no-cache",)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_member_of_a_document_can_be_left_out_or_added(name: str, shell: Shell) -> None:
    command = {
        "diff": "diff main", "price": "prices show azure/gpt-4o", "price-history": "prices history o3",
        "price-changes": "prices diff bundled installed", "rows": "estimate prompts/search.md --data rows.csv",
        "estimate-models": "estimate --models gpt-4o,gpt-4o-mini", "explain": "explain search",
        "choose": "choose search", "focus-validation": "focus validate usage.csv", "calibration": CALIBRATE,
    }.get(name, name)  # fmt: skip
    shell.run(f"{ROWS}; {QUALITY}; {FOCUS}; {LOG}")
    document = json.loads(shell.llm_cost(*shlex.split(command), "--format", "json").out)
    for place in list(_objects(document)):
        fees = [
            offer[key] for offer in _objects(document) for key in ("per_request", "other", "variants") if key in offer
        ]
        free = place is document.get("tags") or place is document.get("owners") or set(place) <= {"team"}
        free = free or any(place is each for each in fees)
        free = free or any(place is each.get("with") for each in _objects(document))
        for key in [] if free else list(place):
            value = place.pop(key)
            assert not CHECKS[name].is_valid(document), f"without {key}"
            place[key] = value
        if not free:
            place["surplus"] = 1
            assert not CHECKS[name].is_valid(document), f"surplus beside {sorted(place)}"
            del place["surplus"]
        if name == "models" and place is not document:
            break  # one model stands for all
    assert CHECKS[name].is_valid(document)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(item)


WRONG = {
    "money as a number": lambda document: document["total"].update(at_least=3.98),
    "money with an exponent": lambda document: document["total"].update(at_least="1E+2"),
    "money that is rounded up with zeros": lambda document: document["total"].update(at_least="3.980"),
    "a count below 0": lambda document: document["prompts"][0].update(input_tokens=-1),
    "a grade of no kind": lambda document: document.update(grade="good"),
    "a price without its calls": lambda document: document["prompts"][0].update(calls=None),
    "a problem and a price": lambda document: document["prompts"][0].update(problem={"reason": "x", "code": "OK"}),
    "a period without declared calls": lambda document: document["unit"].update(calls="each"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_document_is_not_valid(wrong: str, shell: Shell) -> None:
    document = json.loads(shell.llm_cost("estimate", "--format", "json").out)
    assert CHECKS["estimate"].is_valid(document)
    WRONG[wrong](document)
    assert not CHECKS["estimate"].is_valid(document)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_strict_and_describes_everything(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for place in _objects(schema):
        properties = place.get("properties", {})
        if place.get("type") == "object" and properties:
            assert place["additionalProperties"] is False, place["description"]
            assert name == "manifest" or place["required"] == list(properties)
            assert [key for key, value in properties.items() if len(value.get("description", "")) < 4
                    and "$ref" not in value] == []  # fmt: skip


def test_the_schemas_share_their_parts() -> None:
    """A side, a unit, a row mean the same in every document; each has them written out, so that it stands alone."""
    parts: dict[str, dict[str, Any]] = {}
    for name in ("estimate", "check", "diff"):
        for part in ("side", "unit", "prices"):
            assert parts.setdefault(part, SCHEMAS[name]["$defs"][part]) == SCHEMAS[name]["$defs"][part]
    for name in ("check", "explain", "estimate-models", "choose"):
        for part in ("side", "unit", "prices", "prompt"):
            assert SCHEMAS[name]["$defs"][part] == SCHEMAS["estimate"]["$defs"][part], (name, part)
    assert SCHEMAS["explain"]["$defs"]["suggestion"] == SCHEMAS["check"]["$defs"]["suggestion"]
    assert SCHEMAS["explain"]["$defs"]["offer"] == SCHEMAS["price"]["$defs"]["offer"]
    row = SCHEMAS["diff"]["$defs"]["prompt_side"]["properties"]
    prompt = SCHEMAS["estimate"]["$defs"]["prompt"]["properties"]
    assert row == {key: prompt[key] for key in row}
