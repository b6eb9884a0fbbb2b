"""Values out of YAML: as JSON that is sent, as samples, and the middle one of several."""

from __future__ import annotations

import pytest

from llmcost_hooks.prompts.values import compact_json, median_samples, samples_of
from llmcost_hooks.prompts.yaml_text import Scalar, parse_yaml


@pytest.mark.parametrize(
    ("yaml", "json"),
    [
        ("{a: 1, b: [x, 'y']}", '{"a":1,"b":["x","y"]}'),
        ("[true, False, null, ~, 'true', \"1\"]", '[true,false,null,null,"true","1"]'),
        ("[0, -5, 1.5, 007, 1e3, +1, 0x1f, 22:22]", '[0,-5,1.5,"007","1e3","+1","0x1f","22:22"]'),
        ("a: |\n  1\n", '{"a":"1\\n"}'),
        ("[é, '9', 1234567890123456]", '["é","9","1234567890123456"]'),
        ("['yes', no, on]", '["yes","no","on"]'),
    ],
)
def test_yaml_as_the_json_that_is_sent(yaml: str, json: str) -> None:
    assert compact_json(parse_yaml(yaml)) == json


@pytest.mark.parametrize(
    ("yaml", "samples"),
    [
        ("{a: hi, b: 5, c: 2026-11-26}", {"a": "hi", "b": "5", "c": "2026-11-26"}),
        ("{a: true, b: 'true', c: false}", {"a": True, "b": "true", "c": False}),
        ("{a: '', b: null, c: [], d: {}, e: ~, f: ['', null]}", {}),
        ("{a: '${file:a.json}', b: '${env:B}', c: '${ENV:C}', d: file://d.txt, e: https://x.example}", {}),
        ("{a: 'see ${file:a}', b: '${name}'}", {"a": "see ${file:a}", "b": "${name}"}),
        ("{a: {b: [x, '${env:C}'], c: file://c}}", {"a": {"b": ["x"]}}),
        ("[a]", {}),
        ("a", {}),
    ],
)
def test_samples(yaml: str, samples: dict[str, object]) -> None:
    assert samples_of(parse_yaml(yaml)) == samples


@pytest.mark.parametrize(
    ("values", "middle"),
    [
        (["a"], "a"),
        (["a", "bbb"], "bbb"),
        (["ccc", "a", "bb"], "bb"),
        (["b", "a", "c"], "b"),
        (["", "a"], "a"),
        ([""], None),
    ],
)
def test_the_middle_value(values: list[str], middle: str | None) -> None:
    expected = {} if middle is None else {"x": middle}
    assert median_samples({"x": value} for value in values) == expected
    assert median_samples({"x": value} for value in reversed(values)) == expected


def test_a_scalar_knows_its_line() -> None:
    read = parse_yaml("a: 1\nb: |\n  text\nc: >\n\n  text\nd:\n- 'x'\n")
    assert isinstance(read, dict)
    scalars = [read["a"], read["b"], read["c"], read["d"][0]]
    assert [(each.line, each.plain) for each in scalars if isinstance(each, Scalar)] == [
        (1, True), (3, False), (5, False), (8, False),
    ]  # fmt: skip
