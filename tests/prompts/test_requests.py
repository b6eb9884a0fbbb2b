"""Requests to chat APIs, batches of them, and files of tool schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts import Message, format_of, parse_prompt, plain
from llmcost_hooks.prompts.json_prompt import MAX_REQUESTS
from llmcost_hooks.prompts.nodes import Variable

from .asking import only, prompt_of, refused

ASKED = [{"role": "user", "content": "hi"}]
HI = (Message("user", ("hi",)),)


def request(**body: Any) -> str:
    return json.dumps({"messages": ASKED, **body})


@pytest.mark.parametrize("path", ["a.json", "x/A.JSON", "a.jsonl"])
def test_json_by_name_is_told_by_its_content(path: str) -> None:
    assert format_of(path) == "messages"


# --- one request ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "nodes", "not_sent"),
    [
        ("hi", ("hi",), ()),
        ("", (), ()),
        (None, (), ()),
        ([], (), ()),
        (["a", {"type": "text", "text": "b"}], ("a", "b"), ()),
        ([{"text": "no type"}], ("no type",), ()),
        ({"type": "text", "text": "lone"}, ("lone",), ()),
        ([{"type": "output_text", "text": "said"}, {"type": "refusal", "refusal": "no"}], ("said", "no"), ()),
        ([{"type": "input_image", "image_url": "x"}, {"type": "image"}], (), ("images",)),
        ([{"type": "input_audio", "input_audio": {}}, {"type": "file"}, {"type": "image_url"}], (),
         ("audio", "files", "images")),
        ([{"type": "document", "source": {"type": "text", "data": "page"}}], ("page",), ()),
        ([{"type": "document", "source": {"type": "base64", "data": "AAAA"}}], (), ("files",)),
        ([{"type": "thinking", "thinking": "hm"}], (), ("thinking",)),
        ([{"type": "tool_use", "name": "f", "input": {"a": "é"}}], ("f", '{"a":"é"}'), ()),
        ([{"type": "tool_result", "content": "42"}], ("42",), ()),
        ([{"type": "tool_result", "content": [{"type": "image"}, {"type": "text", "text": "x"}]}], ("x",), ("images",)),
        ([{"type": "tool_result"}], (), ()),
        ([{"type": "web_search_tool_result", "content": []}], (Variable("web_search_tool_result"),), ()),
    ],
)  # fmt: skip
def test_content(content: object, nodes: tuple[object, ...], not_sent: tuple[str, ...]) -> None:
    prompt = prompt_of(json.dumps({"messages": [{"role": "user", "content": content}]}), "anthropic")
    assert only(prompt) == nodes
    assert prompt.not_sent == not_sent


def test_where_the_system_text_stands() -> None:
    both = (Message("system", ("be brief",)), *HI)
    assert prompt_of(request(system="be brief"), "anthropic").messages == both
    assert prompt_of(request(instructions="be brief"), "openai").messages == both
    assert prompt_of(request(system=[{"type": "text", "text": "be brief"}]), "messages").messages == both
    assert prompt_of(request(system=None, instructions=""), "messages").messages == HI


def test_calls_that_were_made_are_sent_again() -> None:
    calls = {"tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{}"}}], "content": "so"}
    assert only(prompt_of(request(messages=[{"role": "assistant", **calls}]), "openai")) == ("so", "f", "{}")
    called = {"role": "assistant", "content": None, "function_call": {"name": "g", "arguments": "[1]"}}
    assert only(prompt_of(request(messages=[called]), "openai")) == ("g", "[1]")


def test_items_of_a_responses_input() -> None:
    items = [
        {"type": "message", "role": "developer", "content": "rules"},
        {"type": "reasoning", "summary": []},
        {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "1"},
        {"type": "function_call_output", "call_id": "1", "output": "42"},
        {"type": "item_reference", "id": "x"},
    ]
    prompt = prompt_of(json.dumps({"model": "gpt-4o", "input": items}), "messages")
    assert prompt.messages == (
        Message("developer", ("rules",)),
        Message("assistant", ()),
        Message("assistant", ("f", "{}")),
        Message("tool", ("42",)),
        Message("user", (Variable("item_reference"),)),
    )
    assert prompt.not_sent == ("thinking",)


@pytest.mark.parametrize("key", ["previous_response_id", "conversation", "prompt"])
def test_what_the_provider_adds_is_of_unknown_size(key: str) -> None:
    value = {"id": "pmpt_1"} if key == "prompt" else "resp_1"
    prompt = prompt_of(json.dumps({"model": "gpt-4o", "input": "hi", key: value}), "openai")
    assert prompt.messages == (Message(None, (Variable(key),)), *HI)


def test_texts_without_roles() -> None:
    for key in ("input", "prompt"):
        prompt = prompt_of(json.dumps({"model": "m", key: ["a", "b"]}), "messages")
        assert prompt.messages == (Message(None, ("a",)), Message(None, ("b",)))
    assert prompt_of('{"model": "m", "prompt": "a"}', "messages").messages == (Message(None, ("a",)),)
    assert prompt_of('{"model": "m", "input": "hi"}', "messages").messages == HI


@pytest.mark.parametrize(
    ("body", "cap"),
    [({"max_tokens": 7}, 7), ({"max_completion_tokens": 8}, 8), ({"max_output_tokens": 9}, 9), ({}, None),
     ({"max_tokens": "7"}, None), ({"max_tokens": 7.5}, None), ({"max_tokens": True}, None), ({"max_tokens": 0}, None),
     ({"max_tokens": -1}, None), ({"max_tokens": None}, None)],
)  # fmt: skip
def test_cap(body: dict[str, Any], cap: int | None) -> None:
    assert prompt_of(request(**body), "openai").output_cap == cap


@pytest.mark.parametrize(
    ("name", "model"), [("gpt-4o", "gpt-4o"), ("${MODEL}", None), (7, None), (None, None), ("a\x1bb", None)]
)
def test_model(name: object, model: str | None) -> None:
    assert prompt_of(request(model=name), "openai").model == model


def test_schemas_are_sent_compactly() -> None:
    tool = {"type": "function", "function": {"name": "é", "parameters": {"type": "object", "maximum": 5.5}}}
    prompt = prompt_of(json.dumps({"messages": ASKED, "tools": [tool, {"type": "web_search"}]}, indent=4), "openai")
    assert prompt.tools == (
        '{"type":"function","function":{"name":"é","parameters":{"type":"object","maximum":5.5}}}',
        '{"type":"web_search"}',
    )
    assert prompt_of(request(functions=[{"name": "f"}]), "openai").tools == ('{"name":"f"}',)
    schema = {"name": "x", "schema": {}}
    for body in (
        {"response_format": {"type": "json_schema", "json_schema": schema}},
        {"text": {"format": schema}},
        {"output_format": schema},
        {"output_config": {"format": schema}},
    ):
        assert prompt_of(request(**body), "openai").tools == ('{"name":"x","schema":{}}',)
    assert prompt_of(request(response_format={"type": "json_object"}), "openai").tools == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("7", "has no request: not a JSON object"),
        ("{}", "has no messages"),
        ('{"messages": []}', "has no messages"),
        ('{"messages": {}}', "has no messages"),
        ('{"messages": [7]}', "has a message that is no object (message 1)"),
        ('{"messages": [{"role": "user", "content": "a"}, {"content": "b"}]}',
         "has a message without a role (message 2)"),
        ('{"messages": [{"role": "a\\nb", "content": "b"}]}', "has a message without a role (message 1)"),
        ('{"messages": [{"role": "user", "content": [7]}]}', "has a content part that is not read (message 1)"),
        ('{"messages": [{"role": "user", "content": [{"type": "x y"}]}]}',
         "has a content part that is not read (message 1)"),
        ('{"messages": [{"role": "user", "content": [{"type": "text"}]}]}',
         "has a content part that is not read (message 1)"),
        ('{"messages": [{"role": "user", "content": "a"}], "tools": ["x"]}', "has a tool that is no object"),
        ('{"messages": [{"role": "user", "content": "a"}], "system": 7}',
         "has a content part that is not read (`system`)"),
    ],
)  # fmt: skip
def test_requests_that_are_none(text: str, message: str) -> None:
    assert refused(text, "openai") == message


def test_one_prompt_has_no_parts() -> None:
    for format in ("openai", "anthropic", "messages"):
        assert refused(request(), format, "x") == 'has no parts to name behind "::"'
    assert refused('[{"name": "f", "parameters": {}}]', "tools", "x") == 'has no parts to name behind "::"'


# --- batches ----------------------------------------------------------------------------------------------------------


def line(model: str | None = "gpt-4o", cap: int | None = 5, text: str = "hi") -> str:
    body = {"model": model, "max_tokens": cap, "messages": [{"role": "user", "content": text}]}
    return json.dumps({"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": body})


def test_a_line_is_a_request() -> None:
    filled = "{{x}} \u2028"  # nothing is put in any more
    prompt = prompt_of(f"\n{line()}\r\n\n  \n{line(cap=9, text=filled)}\n", "messages")
    assert prompt.messages == (*HI, Message("user", (filled,)))
    assert (prompt.requests, prompt.model, prompt.output_cap) == (2, "gpt-4o", 9)
    assert prompt_of(f"{line()}\n{line(cap=None)}", "openai").output_cap is None
    assert prompt_of(line(), "messages").requests == 1
    assert prompt_of(f"\ufeff{request()}\n{request()}", "openai").messages == HI * 2
    assert prompt_of(json.dumps({"requests": [{"params": {"messages": ASKED}}] * 3}), "messages").requests == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{line()}\n\n{line('gpt-4o-mini')}\n{line('o3')}", "names different models (line 1 and line 3)"),
        (f"{line()}\n{{oops\n{line()}", "is not valid JSON: line 2: Expecting property name enclosed in double quotes"),
        (f"{{oops}}\n{line()}", "is not valid JSON: line 1: Expecting property name enclosed in double quotes"),
        (f"\n\n{{oops}}\n{line()}", "is not valid JSON: line 3: Expecting property name enclosed in double quotes"),
        (f"{line()}\n[]", "has a line that is no request (line 2)"),
        (f"{line()}\n{{}}", "has no messages (line 2)"),
        (f'{line()}\n{{"messages": [{{"content": "a"}}]}}', "has a message without a role (line 2, message 1)"),
        (f'{line()}\n{{"a": 1, "a": 2}}', "has a duplicate key (line 2)"),
        (f'{line()}\n{{"a": "\\ud800"}}', "has half a character in a text (line 2)"),
        (
            '{"body": {"a": 1}}\n\n' * (MAX_REQUESTS + 1),
            f"holds more than 100,000 requests (line {2 * MAX_REQUESTS + 1})",
        ),
        ('{"requests": []}', "has no requests (line 1)"),
        ('{"requests": [7]}', "has a line that is no request (request 1)"),
    ],
)
def test_batches_that_are_refused(text: str, message: str) -> None:
    assert refused(text, "messages") == message


# --- tools ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "tools", "not_sent"),
    [
        ([{"name": "f", "parameters": {}}], ('{"name":"f","parameters":{}}',), ()),
        ({"name": "f", "input_schema": {}, "cache_control": {}}, ('{"name":"f","input_schema":{}}',), ()),
        ({"functions": [{"name": "f", "parameters": {}}]}, ('{"name":"f","parameters":{}}',), ()),
        ([{"type": "function", "function": {"name": "f"}}], ('{"type":"function","function":{"name":"f"}}',), ()),
        ({"tools": [{"name": "f", "inputSchema": {}, "outputSchema": {}}]}, ('{"name":"f","inputSchema":{}}',),
         ("annotations",)),
    ],
)  # fmt: skip
def test_schemas_alone(value: object, tools: tuple[str, ...], not_sent: tuple[str, ...]) -> None:
    for format in ("tools", "messages"):
        prompt = prompt_of(json.dumps(value, indent=2), format)
        assert (prompt.messages, prompt.tools, prompt.not_sent) == ((), tools, not_sent)


@pytest.mark.parametrize(
    "value", [[], {}, 7, "x", [7], [{"name": "f"}], [{"name": 7, "parameters": {}}], {"tools": []}]
)
def test_no_schemas(value: object) -> None:
    assert refused(json.dumps(value), "tools") == "has no list of tools: line 1 begins another kind of JSON"


# --- JSON of other kinds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["{}", "[]", "7", '"x"', '{"input": "a", "output": "b"}\n{"input": "c"}', '[{"a": 1}]',
                                  '{"contents": []}', '{"messages": "see below"}'])  # fmt: skip
def test_json_of_another_kind_is_sent_as_it_stands(text: str) -> None:
    assert prompt_of(text, "messages") == plain(text)


def test_what_is_no_json_is_not_guessed_at() -> None:
    with pytest.raises(ParseError) as caught:
        parse_prompt(b'{"a": {{x}}}', path="a.json")
    assert caught.value.message.startswith("is not valid JSON: line 1: ")
    assert caught.value.hint == 'Set format = "text" in llm-cost.toml to count the file as it stands.'
