"""Formats that are data or code: nothing makes them slow, and nothing is raised but ParseError."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts import Prompt, parse_prompt
from llmcost_hooks.prompts.nodes import texts

FORMATS = ("messages", "openai", "anthropic", "tools", "dspy", "keprompt", "baml", "python", "typescript")

PIECES = st.lists(
    st.sampled_from([
        '{"messages": [', '{"role": "user", "content": ', '"a"', "}", "]", ",", "\n", "{", "[", '"', "\\", "\\ud800",
        '"signature": {"instructions": "x"', '"tools":', '"name":', '"parameters":', "NaN", "1e999", '{"body":',
        ".user ", ".exec\n", ".llm ", "<<x>>", ".cmd f()", ".include a", ".budget 1",
        "function F(a: string) -> ", "string", "{ client X prompt ", '#"', '"#', "{{ ctx.output_format }}",
        "class A {", "enum B { C", '{{ _.role("user") }}', "{% if a %}", "{% endif %}", "template_string T() ",
        "{{ T() }}", "A_PROMPT = ", "f'", "'", "{x}", " + ", "(", ")", ".format()", "class A:\n  ", "'''", "\0", "é",
        "const A = ", "`", "${", "export ", "/*", "//", "/", ";", "\ufeff", "@description(", "<", "?", "|",
    ]),
    max_size=14,
)  # fmt: skip


@settings(max_examples=100)
@given(st.one_of(st.binary(max_size=60), PIECES.map(lambda pieces: "".join(pieces).encode())))
def test_any_bytes_are_a_prompt_or_a_parse_error(data: bytes) -> None:
    for format in FORMATS:
        for path in ("a", "a::A"):
            try:
                prompt = parse_prompt(data, path=path, format=format)
            except ParseError as error:
                assert error.message.startswith(("is ", "has ", "holds ", "names "))
                assert len(error.message) < 200
                continue
            sound(prompt)


def sound(prompt: Prompt) -> None:
    assert prompt.requests >= 1
    assert prompt.output_cap is None or prompt.output_cap > 0
    for text in [text for message in prompt.messages for text in texts(message.body)] + list(prompt.tools):
        text.encode()  # what a tokenizer needs


@pytest.mark.parametrize(
    ("format", "unit", "before"),
    [("messages", unit, "") for unit in ("[", "{", '"', "\\", '"\\', "[],", "1,", '{"a":', "{}\n", " {}", "-", "\n")]
    + [("keprompt", unit, "") for unit in (".exec\n", ".text a\n", ".user a\n", ".#\n", "<<", ".cmd f(", "a\n")]
    + [("keprompt", unit, ".llm ") for unit in ("{", "a:", "<<a>>", ",a:")]
    + [("keprompt", ") ", ".cmd f(")]
    + [("baml", unit, "") for unit in ("{", "(", "#", '#"', '"', "//", "{//", "class A{} ", "type A=B ", "@a(", "a ")]
    + [("baml", unit, "client<llm> A {") for unit in ("a ", "[", "{", "(", "@", "#")]
    + [("baml", unit, 'function A() -> b { prompt #"') for unit in ("{{_.role(", "{{a(", " ", "{%", '"')]
    + [("python", unit, "") for unit in ("(", "'", "'''", "a.", "-", "x=1,", "\\", "f'{", "not ", "#", "['")]
    + [("typescript", unit, "") for unit in ("`", "'", "\\'", "/*", "/[", "[/]", "`${", "const a=`${a}`;", "{", "'\"")]
    + [("typescript", unit, "const A=`${") for unit in ("'\\'", "/* ", "{", "`", "\\")],
)  # fmt: skip
def test_nothing_makes_a_large_file_slow(format: str, unit: str, before: str) -> None:
    size = 200_000 if format in ("python", "typescript") else 400_000
    data = (before + unit * (size // len(unit))).encode()
    start = time.process_time()
    try:
        parse_prompt(data, path="a", format=format)
    except ParseError as error:
        assert len(error.message) < 200
    assert time.process_time() - start < 8


def test_a_large_batch_takes_time_as_it_is_long() -> None:
    line = '{"body": {"model": "m", "messages": [{"role": "user", "content": "%s"}]}}\n' % ("word " * 100)
    seconds = []
    for count in (250, 1000):
        start = time.process_time()
        assert parse_prompt((line * count).encode(), path="a.jsonl").requests == count
        seconds.append(time.process_time() - start)
    assert seconds[1] < 8 * seconds[0] + 0.2
