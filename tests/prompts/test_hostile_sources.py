"""Formats that are data or code: nothing makes them slow, and nothing is raised but ParseError."""

from __future__ import annotations

import sys
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts import Prompt, parse_prompt
from llmcost_hooks.prompts.nodes import texts

from ..pace import quiet_seconds

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

    def work() -> None:
        try:
            parse_prompt(data, path="a", format=format)
        except ParseError as error:
            assert len(error.message) < 200

    assert quiet_seconds(work, times=1) < 4


@pytest.mark.parametrize(
    ("format", "before", "unit", "after", "most"),
    [
        ("messages", '{"messages": [', '{"role": "user", "content": "some text"},\n', "x]}", 900_000),
        ("messages", "[", '{"role": "user", "content": "some text"},\n', '{"a": 1, "a": 2}]', 1_200_000),
        ("messages", "[", "[],", "x", 1_000),
        ("messages", "", "[", "", 1_000),
        ("messages", '["', "word ", '", NaN]', 1_000),
        ("messages", '["', "\\n", '\\ud800"]', 1_000),
        ("messages", '{"messages": ["', "word ", '"], "messages": []}', 1_000),
        ("samples", "{", '"a":1,', "}", 500_000),
        ("openai", "{}\n", "{}\n", "{", 1_500_000),
        ("github-models", "", "- a\n", "", 400_000),
        ("github-models", "a: [", "a,", "", 400_000),
        ("github-models", "a: &a [x]\nb: [", "*a,", "]", 1_000),
        ("github-models", "a: |\n", "  text\n", "a: 1\n", 1_000),
        ("github-models", "", "- ", "", 1_000),
        ("jinja2", "", "{{ a.b }}", "{%", 1_000),
        ("handlebars", "", "{{a.b}}", "{{", 1_000),
        ("f-string", "", "{a}", "{", 1_000),
        ("keprompt", ".llm ", "a:1,", "", 10_000),
        ("claude-md", "", "@a ", "", 100_000),
        ("baml", "", "class A { b string }\n", "{", 1_500_000),
        ("typescript", "const PROMPT = ''\n", "x;\n", "`", 1_500_000),
        ("python", "PROMPT = ''\n", "x\n", "(", 500_000),
    ],
)  # fmt: skip
def test_what_is_refused_costs_work_that_its_size_does_not_drive(
    format: str, before: str, unit: str, after: str, most: int
) -> None:
    """Calls of functions, C's too, of a file of 1 MB; no clock, as a busy machine would move it."""
    data = (before + unit * ((950_000 - len(before) - len(after)) // len(unit)) + after).encode()
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    with pytest.raises(ParseError):
        sys.setprofile(count)
        try:
            parse_prompt(data, path="a", format=format)
        finally:
            sys.setprofile(None)
    assert calls < most


def test_a_large_batch_takes_time_as_it_is_long() -> None:
    line = '{"body": {"model": "m", "messages": [{"role": "user", "content": "%s"}]}}\n' % ("word " * 100)
    seconds = []
    for count in (250, 1000):
        data = (line * count).encode()
        assert parse_prompt(data, path="a.jsonl").requests == count
        seconds.append(quiet_seconds(partial(parse_prompt, data, path="a.jsonl"), times=3))
    assert seconds[1] < 8 * seconds[0] + 0.2
