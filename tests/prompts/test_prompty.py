"""Prompty: role lines, both versions of the front matter, samples, tools, images."""

from __future__ import annotations

import json

import pytest

from llmcost_hooks.prompts.nodes import Nodes, Variable

from .reading import bodies, read, seconds

X = Variable("x")


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ("hi", [(None, ("hi",))]),
        ("", [(None, ())]),
        ("system:\nhi", [("system", ("hi",))]),
        ("system:\n\nhi\n\n\nuser:\nyou\n", [("system", ("hi",)), ("user", ("you",))]),
        ("first\nuser:\nyou", [("system", ("first",)), ("user", ("you",))]),
        ("# system:\nhi\n#user:\nyou", [("system", ("hi",)), ("user", ("you",))]),
        ("  System :  \nhi", [("system", ("hi",))]),
        ('user[name="Ann", age=3]:\nhi', [("user", ("hi",))]),
        ("developer:\na\nassistant:\nb\ntool:\nc", [("developer", ("a",)), ("assistant", ("b",)), ("tool", ("c",))]),
        ("system:\r\nhi\r\nuser:\r\nyou\r\n", [("system", ("hi",)), ("user", ("you",))]),
        ("system:\nuser:\nyou", [("user", ("you",))]),
        ("system:\n", []),
        ("system: hi", [(None, ("system: hi",))]),
        ("the system:\nhi", [(None, ("the system:\nhi",))]),
        ("systems:\nhi", [(None, ("systems:\nhi",))]),
        ("{{x}}user:\nhi", [(None, (X, "user:\nhi"))]),
        ("user:{{x}}", [(None, ("user:", X))]),
        ("{{x}}\nuser:\n{{x}}", [("system", (X,)), ("user", (X,))]),
        ("user:\n![thread]\nhi", [("user", (Variable("thread"), "hi"))]),
    ],
)
def test_a_role_alone_on_its_line_begins_a_message(body: str, messages: list[tuple[str | None, Nodes]]) -> None:
    found = read(body, "prompty")
    assert bodies(found) == messages
    assert read(f"---\nname: x\n---\n{body}", "prompty") == found._replace(not_sent=("front matter",))


def test_the_first_version_keeps_empty_lines() -> None:
    text = "---\nmodel:\n  api: chat\n---\nsystem:\n\nhi\n\nuser:\nyou\n"
    assert bodies(read(text, "prompty")) == [("system", ("\nhi\n",)), ("user", ("you",))]


@pytest.mark.parametrize(
    ("block", "model", "cap"),
    [
        ("model: gpt-4o", "gpt-4o", None),
        ("model:\n  id: gpt-4o\n  options:\n    maxOutputTokens: 7", "gpt-4o", 7),
        ("model:\n  configuration:\n    type: openai\n    name: gpt-4o\n  parameters:\n    max_tokens: 7", "gpt-4o", 7),
        ("model:\n  configuration:\n    azure_deployment: mine", None, None),
        ("model: ${env:MODEL}", None, None),
    ],
)
def test_model_and_cap(block: str, model: str | None, cap: int | None) -> None:
    prompt = read(f"---\n{block}\n---\nhi", "prompty")
    assert (prompt.model, prompt.output_cap) == (model, cap)


@pytest.mark.parametrize(
    ("block", "samples"),
    [
        ("sample:\n  x: hi\n  n: 5\n  on: true\n  off: 'true'", {"x": "hi", "n": "5", "on": True, "off": "true"}),
        ("sample: ${file:x.json}", {}),
        (
            "sample:\n  x: ${file:x.json}\n  y: ${env:Y}\n  z: ${ENV:Z}\n  docs:\n  - title: a",
            {"docs": [{"title": "a"}]},
        ),
        ("inputs:\n  x:\n    type: string\n    sample: a\n    default: b", {"x": "a"}),
        ("inputs:\n- name: x\n  example: a\n  default: b\n- name: y\n  default: c", {"x": "a", "y": "c"}),
        ("inputs:\n- name: talk\n  kind: thread\n  default: a", {}),
        ("inputSchema:\n  properties:\n  - name: x\n    default: a", {"x": "a"}),
        ("inputs:\n  x:\n    default: a\nsample:\n  x: b", {"x": "b"}),
        ("inputs:\n- x\n- name: [a]\nsample: [a]", {}),
        ("inputs:\n- name: x\n  default: ''", {}),
    ],
)
def test_samples(block: str, samples: dict[str, object]) -> None:
    assert read(f"---\n{block}\n---\nhi", "prompty").samples == samples


@pytest.mark.parametrize(
    ("template", "kept"),
    [
        ("template:\n  format: mustache", True),
        ("template:\n  format:\n    kind: mustache", True),
        ("template:\n  type: mustache", True),
        ("template: mustache", True),
        ("template: jinja2", False),
        ("template:\n  format:\n    kind: nunjucks", False),
        ("template: [x]", False),
        ("name: x", False),
    ],
)
def test_the_template_language(template: str, kept: bool) -> None:
    """Jinja drops the last end of line; Mustache keeps it, and the first version takes one away."""
    body = read(f"---\nsample:\n  x: a\n{template}\n---\n{{{{x}}}}\n\n", "prompty").messages[0].body
    assert body == ((X, "\n") if kept else (X,))


def test_tools() -> None:
    block = (
        "tools:\n- type: function\n  function:\n    name: f\n    strict: true\n    parameters: {type: object, n: 3}\n"
        "- kind: function\n  name: g\n  strict: true\n  parameters:\n    properties:\n"
        "    - {name: a, kind: float}\n"
        "- name: h\n  kind: function\n  parameters:\n    a: string\n    b: {kind: string, description: 'no'}\n"
    )
    prompt = read(f"---\n{block}---\nhi", "prompty")
    assert [json.loads(tool) for tool in prompt.tools] == [
        {"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object", "n": 3}}},
        {
            "type": "function",
            "function": {
                "name": "g",
                "parameters": {"type": "object", "properties": {"a": {"type": "number"}}},
                "strict": True,
            },
        },
        {
            "type": "function",
            "function": {
                "name": "h",
                "parameters": {
                    "type": "object",
                    "properties": {"a": {"type": "string"}, "b": {"type": "string", "description": "no"}},
                },
            },
        },
    ]
    assert bodies(prompt) == [(None, ("hi",))]


@pytest.mark.parametrize("tools", ["${file:a.json}", "['${file:a.json}']", "[{name: a, kind: mcp}]", "{a: {kind: x}}"])
def test_tools_that_stand_elsewhere_have_no_known_size(tools: str) -> None:
    for block in (f"tools: {tools}", f"model:\n  parameters:\n    tools: {tools}"):
        prompt = read(f"---\n{block}\n---\nhi", "prompty")
        assert (prompt.tools, bodies(prompt)) == ((), [(None, ("hi",)), (None, (Variable("tools"),))])


def test_images_are_no_text() -> None:
    prompt = read("user:\nSee ![a (b)](x.png) and ![](data:image/png;base64,AAAA).\n![only](y.png)", "prompty")
    assert bodies(prompt) == [("user", ("See  and .\n",))]
    assert prompt.not_sent == ("images",)
    assert read("user:\n![a](b.png)", "prompty").messages[0].body == ()
    assert read("user:\n[a](b.md) ![c]\n(d)", "prompty").not_sent == ()


@pytest.mark.parametrize(
    "block",
    ["globs: **/*.ts", "a: &b c", "- a", "x", "inputs: 5\ntools: 5\nmodel: []\nsample: 5\ntemplate: {format: {}}"],
)
def test_settings_of_any_shape_stop_nothing(block: str) -> None:
    assert read(f"---\n{block}\n---\nuser:\nhi", "prompty").messages[-1].body != ()


@pytest.mark.parametrize(
    "text",
    ["![" * 500_000, "![](" * 250_000, " " * 1_125_000, "\n" * 1_125_000, "system" + " " * 1_125_000, "#" * 1_125_000,
     "user[" * 187_500, "user:\n" * 50_000, "\n#\n" * 250_000, "![thread]\n" * 37_500,
     "---\ntools:\n" + "- a\n" * 3000 + "---\n", "---\na: " + "[" * 8000 + "\n---\n"],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_large_files_take_no_longer_than_their_size(text: str) -> None:
    assert seconds(text, "prompty") < 3
