"""docs/manifest.md, the JSON Schema and the parser know the same keys and allow the same values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import tomli
from jsonschema import Draft202012Validator

from llmcost_hooks import ConfigError, manifest, parse_manifest
from llmcost_hooks.prompts import FORMATS

from .fences import ROOT, tables_of

SCHEMA: dict[str, Any] = json.loads((ROOT / "llmcost_hooks/data/manifest.schema.json").read_text(encoding="utf-8"))
TABLES = SCHEMA["properties"]
PROMPT = TABLES["prompts"]["items"]["properties"]
GRAMMAR: dict[str, Mapping[str, object]] = {
    "top": manifest._TOP,
    "defaults": manifest._DEFAULTS,
    "budget": manifest._BUDGET,
    "discover": manifest._DISCOVER,
    "prompts": manifest._PROMPT,
}
ROWS = dict(zip(GRAMMAR, (table[1:] for table in tables_of(ROOT / "docs/manifest.md")), strict=True))
FRAMES = {
    "top": "{}",
    "defaults": "version = 1\n[defaults]\n{}",
    "budget": "version = 1\n[budget]\n{}",
    "discover": "version = 1\n[discover]\n{}",
    "prompts": 'version = 1\n[[prompts]]\npath = "a.md"\n{}',
}
OBJECTS = {"defaults", "budget", "tags", "discover", "prompts", "variables"}  # JSON and TOML write them differently


def accepted(text: str) -> bool:
    try:
        parse_manifest(text.encode())
    except ConfigError:
        return False
    return True


def valid(text: str) -> bool:
    return bool(Draft202012Validator(SCHEMA).is_valid(tomli.loads(text)))


def test_the_schema_has_the_keys_of_the_parser() -> None:
    assert set(TABLES) == set(GRAMMAR["top"])
    assert set(PROMPT) == set(GRAMMAR["prompts"])
    for name in ("defaults", "budget", "discover"):
        assert set(TABLES[name]["properties"]) == set(GRAMMAR[name])
    assert TABLES["defaults"]["properties"]["format"]["enum"] == list(FORMATS)


@pytest.mark.parametrize("table", GRAMMAR)
def test_the_document_has_the_keys_of_the_parser(table: str) -> None:
    keys = [key for row in ROWS[table] for key in re.findall(r"`(\w+)`", row[0])]
    assert sorted(keys) == sorted(GRAMMAR[table])


@pytest.mark.parametrize(
    ("table", "key", "example"),
    [(table, row[0].strip("`"), row[4].strip("`")) for table in ROWS for row in ROWS[table] if row[4]],
)
def test_the_examples_of_the_document_are_right(table: str, key: str, example: str) -> None:
    frame = FRAMES[table] if key != "path" else "version = 1\n[[prompts]]\n{}"
    text = frame.format(f"{key} = {example}")
    text = text if text.startswith("version") else f"version = 1\n{text}"
    assert accepted(text)
    assert valid(text)


@pytest.mark.parametrize("table", GRAMMAR)
def test_the_examples_of_the_schema_are_right(table: str) -> None:
    keys = {"top": TABLES, "prompts": PROMPT}.get(table) or TABLES[table]["properties"]
    for key in keys.keys() - OBJECTS:
        examples = keys[key]["examples"]
        frame = {"version": "{}", "path": "version = 1\n[[prompts]]\n{}"}.get(key, FRAMES[table])
        assert examples
        assert [one for one in examples if not accepted(frame.format(f"{key} = {json.dumps(one)}"))] == []


VALUES = (
    *("-1", "0", "1", "1.5", "0.5", "1000000000000001", "true", "1979-05-27"),
    *('""', '" "', '"gpt-4o"', '"USD"', '"EUR"', '"month"', '"batch"', '"a b"', f'"{"x" * 129}"', f'"{"x" * 257}"'),
    *('"25%"', '"25 %"', '"$5.00"', '"5"', '"-5%"'),
    *("[]", '["a/**"]', '["../a"]', '["/a"]', '[""]', r'["a\\b"]', "[1]"),
    *("{}", '{ a = "b" }', "{ a = 1 }", "{ a = -1 }"),
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
        frame = FRAMES[table] if key != "path" else "version = 1\n[[prompts]]\n{}"
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
