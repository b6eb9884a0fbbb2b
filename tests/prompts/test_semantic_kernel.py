"""Semantic Kernel: the pair of files, the one file, messages in tags, settings of both schemas."""

from __future__ import annotations

import json

import pytest

from llmcost_hooks.prompts.nodes import Nodes, Variable

from .reading import bodies, read, refusal, seconds

X = Variable("x")


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("a {{$x}}", [(None, ("a ", X))]),
        ("", [(None, ())]),
        ('<message role="system"> a </message>', [("system", ("a",))]),
        ("no<message role='user'>{{$x}}</message>no", [("user", (X,))]),
        ('{{$x}}<message role="user">a</message>{{$x}}', [(None, (X,)), ("user", ("a",)), (None, (X,))]),
        ('<message role="user">a &lt;b&gt; &amp;amp; &quot;c&apos;</message>', [("user", ("a <b> &amp; \"c'",))]),
        ('<message name="x" role = "user" ><text>a</text></message>', [("user", ("a",))]),
        ('<MESSAGE role="user">a</MESSAGE>', [("user", ("a",))]),
        ('<message role="user">a', [(None, ('<message role="user">a',))]),
        ("a</message>", [(None, ("a</message>",))]),
        ("<message>a</message>", [(None, ("<message>a</message>",))]),
        ('<message role="{{$x}}">a</message>', [(None, ('<message role="', X, '">a</message>'))]),
        ('<message role="a">b</message><message role="c">{{$x}}', [("a", ("b",)), (None, (X,))]),
    ],
)
def test_messages(text: str, messages: list[tuple[str | None, Nodes]]) -> None:
    prompt = read(text, "semantic-kernel")
    assert bodies(prompt) == messages
    assert (prompt.settings, prompt.not_sent) == ("config.json", ())


def test_images_are_no_text() -> None:
    text = '<message role="user"><text>a</text><image>https://x.example/y.png</image><image src="z"/> b</message>'
    prompt = read(text, "semantic-kernel")
    assert (bodies(prompt), prompt.not_sent) == ([("user", ("a", " b"))], ("images",))


@pytest.mark.parametrize(
    ("settings", "model", "cap", "samples"),
    [
        ({}, None, None, {}),
        ({"completion": {"max_tokens": 5}, "default_services": ["gpt-4o"]}, "gpt-4o", 5, {}),
        ({"completion": {"max_tokens": 5}, "default_services": ["a", "b"]}, None, 5, {}),
        (
            {"input": {"parameters": [{"name": "x", "defaultValue": "a"}, {"name": "y", "defaultValue": ""}]}},
            None,
            None,
            {"x": "a"},
        ),
        ({"input_variables": [{"name": "x", "default": "a"}, {"name": "y"}, "z"]}, None, None, {"x": "a"}),
        ({"execution_settings": {"default": {"model_id": "m", "max_tokens": 5}}}, "m", 5, {}),
        (
            {
                "execution_settings": {
                    "a": {"ai_model_id": "m"},
                    "b": {"model_id": "m", "max_tokens": 7},
                    "c": {"max_tokens": 6},
                }
            },
            "m",
            7,
            {},
        ),
        ({"execution_settings": {"a": {"model_id": "m"}, "b": {"model_id": "n"}}}, None, None, {}),
        ({"models": [{"model_id": "m", "max_tokens": 5}]}, "m", 5, {}),
        ({"execution_settings": 5, "input_variables": {}, "input": [], "completion": "x"}, None, None, {}),
        ({"execution_settings": {"a": {"max_tokens": -5, "model_id": ["m"]}, "b": 5}}, None, None, {}),
    ],
)
def test_settings(settings: dict[str, object], model: str | None, cap: int | None, samples: dict[str, str]) -> None:
    beside = read(json.dumps(settings), "sk-config")
    assert (beside.messages, beside.model, beside.output_cap, beside.samples) == ((), model, cap, samples)
    whole = read("\ufeff" + json.dumps({"template": "a {{$x}}", **settings}), "sk-yaml")
    assert (bodies(whole), whole.model, whole.output_cap) == ([(None, ("a ", X))], model, cap)
    assert (whole.samples, whole.settings) == (samples, None)


@pytest.mark.parametrize(
    ("language", "template", "body"),
    [
        ("semantic-kernel", "a {{$x}}", ("a ", X)),
        ("handlebars", "a {{x}}", ("a ", X)),
        ("liquid", "a {{ x }}", ("a ", X)),
    ],
)
def test_template_languages(language: str, template: str, body: Nodes) -> None:
    assert bodies(read(f"template_format: {language}\ntemplate: '{template}'\n", "sk-yaml")) == [(None, body)]


@pytest.mark.parametrize(
    ("text", "format", "message"),
    [
        ("a: b", "sk-yaml", "has no text as its `template`"),
        ("template: [a]", "sk-yaml", "has no text as its `template`"),
        ("- a", "sk-yaml", "has no text as its `template`"),
        ("template: a\ntemplate_format: secret", "sk-yaml", "has a `template_format` that is none"),
        ("[]", "sk-config", "is no table of settings"),
    ],
)
def test_what_is_not_read(text: str, format: str, message: str) -> None:
    assert refusal(text, format) == message


@pytest.mark.parametrize(
    "text",
    ["<message" * 125_000, '<message role="a">' * 50_000, "<message role=" * 62_500, "&" * 1_125_000,
     '<message role="a"></message>' * 20_000, "</message>" * 62_500, "<message " + "role" * 250_000],
    ids=lambda text: repr(text[:24]),
)  # fmt: skip
def test_large_files_take_no_longer_than_their_size(text: str) -> None:
    assert seconds(text, "semantic-kernel") < 3
