"""docs/manifest.md, the JSON Schema and the parser know the same keys and allow the same values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import tomli
from jsonschema import Draft202012Validator

from llmcost_hooks import ConfigError, manifest, manifest_budget, manifest_prices, manifest_tokens, parse_manifest
from llmcost_hooks.prompts import FORMATS

from .fences import ROOT, tables_of

SCHEMA: dict[str, Any] = json.loads((ROOT / "llmcost_hooks/data/manifest.schema.json").read_text(encoding="utf-8"))
TABLES = SCHEMA["properties"]
PROMPT = TABLES["prompts"]["items"]["properties"]
PRICES = TABLES["prices"]["properties"]
GRAMMAR: dict[str, Mapping[str, object]] = {
    "top": manifest._TOP,
    "defaults": manifest._DEFAULTS,
    "budget": manifest_budget.GRAMMAR,
    "by_tag": manifest_budget.GRAMMAR["by_tag"][0],
    "policy": manifest_budget.POLICY,
    "discover": manifest._DISCOVER,
    "prompts": manifest._PROMPT,
    "tokens": manifest_tokens.GRAMMAR,
    "prices": manifest_prices.GRAMMAR,
    "override": manifest_prices.GRAMMAR["override"]["*"],
    "model": manifest_prices.GRAMMAR["model"]["*"],
    "rows": manifest_prices.GRAMMAR["rows"][0],
}
SCHEMAS = {
    "top": TABLES,
    "prompts": PROMPT,
    "by_tag": TABLES["budget"]["properties"]["by_tag"]["items"]["properties"],
    "tokens": TABLES["tokens"]["additionalProperties"]["properties"],
    "prices": PRICES,
    "override": PRICES["override"]["additionalProperties"]["properties"],
    "model": PRICES["model"]["additionalProperties"]["properties"],
    "rows": PRICES["rows"]["items"]["properties"],
    **{name: TABLES[name]["properties"] for name in ("defaults", "budget", "policy", "discover")},
}
KEYED = [table[1:] for table in tables_of(ROOT / "docs/manifest.md") if table[0][0] == "key"]
ROWS = dict(zip(GRAMMAR, KEYED, strict=True))
FRAMES = {
    "top": "{}",
    "defaults": "version = 1\n[defaults]\n{}",
    "budget": "version = 1\n[budget]\n{}",
    "by_tag": 'version = 1\n[[budget.by_tag]]\ntag = "team:search"\n{}',
    "policy": "version = 1\n[policy]\n{}",
    "discover": "version = 1\n[discover]\n{}",
    "prompts": 'version = 1\n[[prompts]]\npath = "a.md"\n{}',
    "tokens": 'version = 1\n[tokens."gpt-4o"]\nratio = 1\nlow = 0.5\nhigh = 2\non = "2026-01-01"\n{}',
    "prices": "version = 1\n[prices]\n{}",
    "override": 'version = 1\n[prices.override."gpt-4o"]\n{}',
    "model": 'version = 1\n[prices.model."ours"]\n{}',
    "rows": 'version = 1\n[[prices.rows]]\nmodel = "x"\neffective_from = "2026-01-01"\n{}',
}
OWN_FRAMES = {  # of keys that their table needs, and so has already
    ("prompts", "path"): "version = 1\n[[prompts]]\n{}",
    ("rows", "model"): 'version = 1\n[[prices.rows]]\neffective_from = "2026-01-01"\n{}',
    ("rows", "effective_from"): 'version = 1\n[[prices.rows]]\nmodel = "x"\n{}',
    ("top", "version"): "{}",
    ("by_tag", "tag"): "version = 1\n[[budget.by_tag]]\nlimit = 1\n{}",
    ("by_tag", "warn"): 'version = 1\n[[budget.by_tag]]\ntag = "team:search"\nlimit = 1000000\n{}',
    ("prompts", "training_calls"): 'version = 1\n[[prompts]]\npath = "a.md"\ntraining_tokens = 1\n{}',
    ("prompts", "calls_per_example"): 'version = 1\n[[prompts]]\npath = "a.md"\ntraining_tokens = 1\n{}',
    ("budget", "usd_rate"): 'version = 1\n[budget]\ncurrency = "EUR"\n{}',
    ("tokens", "ratio"): 'version = 1\n[tokens."gpt-4o"]\nlow = 0.1\nhigh = 10\non = "2026-01-01"\n{}',
    ("tokens", "low"): 'version = 1\n[tokens."gpt-4o"]\nratio = 10\nhigh = 10\non = "2026-01-01"\n{}',
    ("tokens", "high"): 'version = 1\n[tokens."gpt-4o"]\nratio = 0.1\nlow = 0.1\non = "2026-01-01"\n{}',
    ("tokens", "on"): 'version = 1\n[tokens."gpt-4o"]\nratio = 1\nlow = 0.5\nhigh = 2\n{}',
}
# JSON and TOML write them differently.
OBJECTS = {
    *(
        "defaults",
        "budget",
        "tags",
        "discover",
        "prompts",
        "variables",
        "formats",
        "prices",
        "tokens",
        "override",
        "rows",
        "policy",
        "by_tag",
        "quality",
    ),
    *("batch", "flex", "priority"),
}
DAYS = ("as_of", "effective_from", "price_version", "on")  # TOML has dates of its own, which JSON writes as texts


def frame_of(table: str, key: str) -> str:
    return OWN_FRAMES.get((table, key), FRAMES[table])


def with_texts_for_days(value: Any) -> Any:
    if isinstance(value, list):
        return [with_texts_for_days(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {k: v.isoformat() if k in DAYS and isinstance(v, date) else with_texts_for_days(v) for k, v in value.items()}


def accepted(text: str) -> bool:
    try:
        parse_manifest(text.encode())
    except ConfigError:
        return False
    return True


def valid(text: str) -> bool:
    return bool(Draft202012Validator(SCHEMA).is_valid(with_texts_for_days(tomli.loads(text))))


def test_the_schema_has_the_keys_of_the_parser() -> None:
    for name in GRAMMAR:
        assert set(SCHEMAS[name]) == set(GRAMMAR[name]), name
    formats = TABLES["discover"]["properties"]["formats"]["additionalProperties"]
    for place in (TABLES["defaults"]["properties"]["format"], PROMPT["format"], formats):
        assert place["enum"] == list(FORMATS)


@pytest.mark.parametrize("table", GRAMMAR)
def test_the_document_has_the_keys_of_the_parser(table: str) -> None:
    keys = [key for row in ROWS[table] for key in re.findall(r"`(\w+)`", row[0])]
    assert sorted(keys) == sorted(GRAMMAR[table])


@pytest.mark.parametrize(
    ("table", "key", "example"),
    [(table, row[0].strip("`"), row[4].strip("`")) for table in ROWS for row in ROWS[table] if row[4]],
)
def test_the_examples_of_the_document_are_right(table: str, key: str, example: str) -> None:
    text = frame_of(table, key).format(f"{key} = {example}")
    text = text if text.startswith("version") else f"version = 1\n{text}"
    assert accepted(text)
    assert valid(text)


@pytest.mark.parametrize("table", GRAMMAR)
def test_the_examples_of_the_schema_are_right(table: str) -> None:
    keys = SCHEMAS[table]
    for key in keys.keys() - OBJECTS - ({"model"} if table == "prices" else set()):
        examples = keys[key]["examples"]
        frame = frame_of(table, key)
        assert examples
        assert [one for one in examples if not accepted(frame.format(f"{key} = {json.dumps(one)}"))] == []


VALUES = (
    *("-1", "0", "1", "1.5", "0.5", "1000000000000001", "true", "1979-05-27"),
    *('""', '" "', '"gpt-4o"', '"USD"', '"EUR"', '"month"', '"batch"', '"a b"', f'"{"x" * 129}"', f'"{"x" * 257}"'),
    *('"25%"', '"25 %"', '"$5.00"', '"5"', '"-5%"', '"$ 5"', '"5.00 USD"', '"5 usd"', '"100%"', '"100.0 %"', '"101%"'),
    *('"100.5%"', '"007%"', '"team:search"', '"a:b:c"', '":b"', '"a:"', '" :b"', '"a: "', '["gpt-4o*"]', '[" "]'),
    *("[]", '["a/**"]', '["../a"]', '["/a"]', '[""]', r'["a\\b"]', "[1]"),
    *("{}", '{ a = "b" }', "{ a = 1 }", "{ a = -1 }", '{ "a/*.md" = "jinja2" }', '{ "/a" = "jinja2" }'),
    *("{ a = { p50 = 1, p95 = 2 } }", "{ a = { p50 = 1 } }", "{ a = { p50 = 1, p95 = 2, p99 = 3 } }", "{ a = 1.5 }"),
    *('"x.py::NAME"', '"../x.py::NAME"'),
    *(
        '"./p/a.md"',
        '"../a.md"',
        '"/a.md"',
        '"a//b"',
        '"a/./b"',
        '"a/../b"',
        '"c:x"',
        '"a/"',
        '"."',
        r'"a\\b"',
        r'"a\u0001b"',
    ),
    *('".git/x"', '"a/.GIT /x"', '"git~1/x"', '".gitignore"'),
)


@pytest.mark.parametrize("table", [name for name in GRAMMAR if name != "top"])
def test_parser_and_schema_agree_on_every_value(table: str) -> None:
    """Apart from `format`, whose values the parser leaves to the reading of the file."""
    differing = []
    for key in GRAMMAR[table]:
        frame = frame_of(table, key)
        texts = [frame.format(f"{key} = {value}") for value in VALUES] if key != "format" else []
        differing += [text for text in texts if accepted(text) != valid(text)]
    assert differing == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version = 2",
        "version = true",
        "version = 1\nlimits = 1",
        "version = 1\n[defaults]\noutput_tokens = 1\noutput_ratio = 1",
        'version = 1\n[[prompts]]\nprompt_id = "a"',
        "version = 1\nprompts = 1",
        "version = 1\nbudget = 1",
        "version = 1\n[tags]\na = 1",
        'version = 1\n[[prompts]]\npath = "a"\noutput_tokens = 1\noutput_ratio = 1',
    ],
)
def test_what_the_parser_refuses_as_a_whole_the_schema_does_too(text: str) -> None:
    assert not accepted(text)
    assert not valid(text)
