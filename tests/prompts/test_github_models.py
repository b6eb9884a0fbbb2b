"""GitHub Models: variables, test data, the schema of the answer; and the other YAML that has this name."""

from __future__ import annotations

import pytest

from llmcost_hooks.prompts.nodes import Variable

from .reading import bodies, read, refusal, seconds

MESSAGE = "messages:\n- role: user\n  content: hi\n"


def test_variables() -> None:
    prompt = read("messages:\n- role: system\n  content: '{{x}} and {{ y }}'\n- content: hi\n", "github-models")
    assert bodies(prompt) == [("system", (Variable("x"), " and ", Variable("y"))), ("user", ("hi",))]


@pytest.mark.parametrize(
    "text", ["a {{#b}} c", "{{#b}}c{{/b}}", "{{! note }}", "{{> card}}", "{{&b}}", "{{ }}", "{{=<% %>=}}", "{{a b}}"]
)
def test_what_is_no_name_is_text(text: str) -> None:
    assert bodies(read(f"messages:\n- content: '{text}'\n", "github-models")) == [("user", (text,))]


def test_a_name_in_more_braces() -> None:
    found = read("messages:\n- content: '{{{x}}}'\n", "github-models")
    assert bodies(found) == [("user", ("{", Variable("x"), "}"))]


def test_test_data() -> None:
    data = "testData:\n- x: a\n  y: longer\n- x: ccc\n- x: bb\n  y: short\n  z: [q]\n- other\n"
    prompt = read(MESSAGE + data + "evaluators:\n- name: e\n", "github-models")
    assert prompt.samples == {"x": "bb", "y": "longer", "z": ["q"]}
    assert prompt.not_sent == ("testData", "evaluators")
    assert read(MESSAGE + "testData: 5\nevaluators: []\n", "github-models").not_sent == ("testData",)


@pytest.mark.parametrize(
    ("schema", "tools"),
    [
        ("responseFormat: json_schema\njsonSchema: '{\"a\": [1, true]}'\n", ('{"a":[1,true]}',)),
        ("responseFormat: json_schema\njsonSchema:\n  a: [1, true, '1']\n", ('{"a":[1,true,"1"]}',)),
        ("responseFormat: text\njsonSchema: '{}'\n", ()),
        ("jsonSchema: '{}'\n", ()),
        ("responseFormat: json_schema\n", ()),
    ],
)
def test_the_schema_of_the_answer(schema: str, tools: tuple[str, ...]) -> None:
    assert read(MESSAGE + schema, "github-models").tools == tools


@pytest.mark.parametrize(
    "schema", ["secret", "[" * 9000, '{"a": "\\ud800"}', '{"a": 1, "a": 2}', "1e999", '{"a": NaN}']
)
def test_a_schema_that_is_no_json(schema: str) -> None:
    text = f"{MESSAGE}responseFormat: json_schema\njsonSchema: |\n  {schema}\n"
    assert refusal(text, "github-models") == "has a `jsonSchema` in line 6 that is not valid JSON"


def test_the_key_as_others_write_it() -> None:
    assert read(MESSAGE + "max_tokens: 5\n", "github-models").output_cap == 5


def test_the_other_kinds_of_file() -> None:
    assert bodies(read("_type: prompt\ntemplate: a {x}\n", "github-models")) == [(None, ("a ", Variable("x")))]
    assert bodies(read("input_variables: [x]\ntemplate: a {x}\n", "github-models")) == [(None, ("a ", Variable("x")))]
    found = read("template: a {{$x}}\ninput_variables:\n- name: x\n  default: b\n", "github-models")
    assert (bodies(found), found.samples) == ([(None, ("a ", Variable("x")))], {"x": "b"})


def test_large_files_take_no_longer_than_their_size() -> None:
    assert seconds("messages:\n- content: |\n" + "   {{x}}\n" * 15_000, "github-models") < 3
    assert seconds(MESSAGE + "testData:\n" + "- x: abc\n" * 3_000, "github-models") < 3
