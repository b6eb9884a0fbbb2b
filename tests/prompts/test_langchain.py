"""LangChain: templates in the file and beside it, examples, chats, and serialised objects."""

from __future__ import annotations

import json

import pytest

from llmcost_hooks.prompts.nodes import Include, Nodes, Variable

from .reading import bodies, read, refusal, seconds

X, Y = Variable("x"), Variable("y")


@pytest.mark.parametrize(
    ("facts", "body"),
    [
        ({"template": "a {x}"}, ("a ", X)),
        ({"_type": "prompt", "template": "a {x}", "template_format": "f-string"}, ("a ", X)),
        ({"template": "a {{x}} {y}", "template_format": "jinja2"}, ("a ", X, " {y}")),
        ({"template": "a {{x}}", "template_format": "mustache"}, ("a ", X)),
        ({"template_path": "a/b.txt"}, (Include("a/b.txt", format="f-string"),)),
        (
            {"_type": "few_shot", "prefix": "a", "suffix": "{x}", "examples": "e.json"},
            ("a", "\n\n", Variable("examples"), "\n\n", X),
        ),
        ({"_type": "few_shot", "suffix": "{x}", "examples": []}, (Variable("examples"), "\n\n", X)),
        ({"_type": "few_shot", "suffix": "{x}", "examples": [], "example_prompt": {"template": "{y}"}}, (X,)),
        (
            {
                "_type": "few_shot",
                "prefix": "a",
                "suffix": "{x}",
                "example_separator": "|",
                "examples": [{"y": "b"}, {"y": "c"}],
                "example_prompt": {"template": "{y}{x}"},
            },
            ("a", "|", "b", X, "|", "c", X, "|", X),
        ),
        (
            {
                "_type": "few_shot",
                "prefix_path": "a.txt",
                "suffix": "b",
                "examples": [],
                "example_prompt": {"template": ""},
            },
            (Include("a.txt", format="f-string"), "\n\n", "b"),
        ),
    ],
)
def test_one_text(facts: dict[str, object], body: Nodes) -> None:
    assert bodies(read(json.dumps(facts), "langchain")) == [(None, body)]
    assert bodies(read("# as YAML\n" + json.dumps(facts), "langchain")) == [(None, body)]


@pytest.mark.parametrize(
    "messages",
    [
        [["system", "a"], ["human", "{x}"], ["ai", "b"]],
        [
            {"role": "system", "content": "a"},
            {"role": "user", "template": "{x}"},
            {"type": "ai", "prompt": {"template": "b"}},
        ],
        [
            {"_type": "SystemMessage", "prompt": {"template": "a"}},
            {"prompt": {"template": "{x}"}},
            {"role": "ai", "content": "b"},
        ],
    ],
)
def test_a_chat(messages: list[object]) -> None:
    prompt = read(json.dumps({"_type": "chat", "messages": messages, "partial_variables": {"x": "hi"}}), "langchain")
    assert bodies(prompt) == [("system", ("a",)), ("user", (X,)), ("assistant", ("b",))]
    assert prompt.samples == {"x": "hi"}


def test_the_place_of_a_conversation_and_a_file() -> None:
    messages = [{"variable_name": "history"}, {"role": "human", "template_path": "a.txt"}]
    assert bodies(read(json.dumps({"messages": messages}), "langchain")) == [
        (None, (Variable("history"),)),
        ("user", (Include("a.txt", format="f-string"),)),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is no LangChain prompt"),
        ("{}", "has no text as its `template`"),
        ('{"template": 5}', "has no text as its `template`"),
        ('{"template": "a", "template_format": "secret"}', "has a `template_format` that is none"),
        ('{"_type": "secret", "template": "a"}', "has a `_type` that is not read"),
        ('{"template_path": "a.py"}', "has a `template_path` to a program, which is never run"),
        ('{"messages": []}', "has `messages` that are not a list of messages"),
        ('{"messages": ["secret"]}', "is no LangChain prompt"),
        ('{"messages": [{"role": "user"}]}', "has no text as its `template`"),
        ('{"_type": "few_shot", "suffix": "a", "examples": [], "example_prompt": {"_type": "few_shot"}}',
         "has an `example_prompt` that is no simple one"),
        ('{"template": "a", "template": "b"}', "has a duplicate key (line 1)"),
    ],
)  # fmt: skip
def test_what_is_not_read(text: str, message: str) -> None:
    assert refusal(text, "langchain") == message


def test_a_broken_template_is_found_by_its_line() -> None:
    assert "line 4" in refusal("_type: prompt\ntemplate: |\n  a\n  {\n", "langchain")


def test_examples_do_not_multiply_without_end() -> None:
    facts = {"_type": "few_shot", "suffix": "a", "examples": [{}] * 9000, "example_prompt": {"template": "b" * 9000}}
    assert refusal(json.dumps(facts), "langchain") == "has examples that are too large together"


@pytest.mark.parametrize(
    "text", ['{"a":' * 100_000, "[" * 1_125_000, '{"template": "' + "{" * 500_000, "a: [" * 100_000]
)
def test_large_files_take_no_longer_than_their_size(text: str) -> None:
    assert seconds(text, "langchain") < 3
