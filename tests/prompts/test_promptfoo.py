"""promptfoo: inline prompts and files, what cannot be counted, test cases, providers."""

from __future__ import annotations

import pytest

from llmcost_hooks.prompts.nodes import Include, Nodes, Variable

from .reading import bodies, read, refusal, seconds

X = Variable("x")


@pytest.mark.parametrize(
    ("prompts", "found"),
    [
        ("prompts: 'a {{x}}'", [("a ", X)]),
        ("prompts: ['a {{x}}', b]", [("a ", X), ("b",)]),
        ("prompts: [file://a/b.json, c.md, d.txt, e.j2]",
         [(Include("a/b.json"),), (Include("c.md", format="jinja2"),), (Include("d.txt", format="promptfoo-text"),),
          (Include("e.j2", format="jinja2"),)]),
        ("prompts: {a.txt: one, b.yaml: two}", [(Include("a.txt", format="promptfoo-text"),), (Include("b.yaml"),)]),
        ("prompts:\n- id: one\n  raw: 'a {{x}}'\n- id: file://b.yaml\n  label: two", [("a ", X), (Include("b.yaml"),)]),
        ("prompts: ['see a.txt']", [("see a.txt",)]),
    ],
)  # fmt: skip
def test_prompts(prompts: str, found: list[Nodes]) -> None:
    prompt = read(prompts, "promptfoo")
    assert bodies(prompt) == [(None, body) for body in found]
    assert prompt.requests == len(found)


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        ("file://a.js", "a program writes it"),
        ("file://a.py:create", "a program writes it"),
        ("prompts/a.mjs", "a program writes it"),
        ("exec:./a.sh", "it is not in the repository"),
        ("langfuse://a", "it is not in the repository"),
        ("file://prompts/*.txt", "it names no single file"),
        ("file://prompts", "it names no single file"),
    ],
)
def test_what_cannot_be_counted(prompt: str, why: str) -> None:
    assert refusal(f"prompts:\n- a\n- {prompt}", "promptfoo") == f"has a prompt in line 3 that is not countable: {why}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b", "has no `prompts`"),
        ("prompts: []", "has no `prompts`"),
        ("- a", "has no `prompts`"),
        ("prompts: [[secret]]", "has a prompt that is neither a text nor has an `id` or `raw`"),
        ("prompts: [{label: secret}]", "has a prompt that is neither a text nor has an `id` or `raw`"),
    ],
)
def test_what_is_not_read(text: str, message: str) -> None:
    assert refusal(text, "promptfoo") == message


def test_a_broken_template_is_found_by_its_line() -> None:
    assert "line 4" in refusal("prompts:\n- a\n- |\n  {% if x %}\n  a\n", "promptfoo")


@pytest.mark.parametrize(
    ("providers", "model", "cap"),
    [
        ("[openai:gpt-4o]", "openai/gpt-4o", None),
        ("openai:chat:gpt-4o", "openai/gpt-4o", None),
        ("anthropic:messages:claude-sonnet-4-5", "anthropic/claude-sonnet-4-5", None),
        ("[{id: openai:gpt-4o, config: {max_tokens: 5}}]", "openai/gpt-4o", 5),
        ("[{openai:gpt-4o: {config: {max_tokens: 5}}}]", "openai/gpt-4o", 5),
        ("[openai:gpt-4o, openai:gpt-4o-mini]", None, None),
        ("[azure:chat:mine]", None, None),
        ("[exec:./a.sh]", None, None),
        ("[https://x.example/y]", None, None),
        ("[echo]", None, None),
        ("[[a]]", None, None),
        ("5", None, None),
    ],
)
def test_the_only_provider_is_the_model(providers: str, model: str | None, cap: int | None) -> None:
    for key in ("providers", "targets"):
        prompt = read(f"prompts: [a]\n{key}: {providers}", "promptfoo")
        assert (prompt.model, prompt.output_cap) == (model, cap)


def test_test_cases_give_the_middle_value() -> None:
    text = (
        "prompts: [a]\ndefaultTest:\n  vars: {y: why}\ntests:\n- vars: {x: aa}\n- vars: {x: [b, cccc, ddd]}\n"
        "- vars: {x: file://x.txt}\n- vars: 5\n- description: none\nscenarios: []\n"
    )
    prompt = read(text, "promptfoo")
    assert prompt.samples == {"x": "ddd", "y": "why"}
    assert prompt.not_sent == ("tests", "defaultTest")
    assert read("prompts: [a]\ntests: file://t.csv", "promptfoo").samples == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n---\nb {{x}}\n", [("a",), ("b ", X)]),
        ("---\na\n---\n\n---", [("a",)]),
        ("a --- b\n----\n", [("a --- b\n----",)]),
        ("a\r\n---\r\nb", [("a",), ("b",)]),
        ("", [()]),
    ],
)
def test_prompts_with_lines_between_them(text: str, found: list[Nodes]) -> None:
    prompt = read(text, "promptfoo-text")
    assert bodies(prompt) == [(None, body) for body in found]
    assert prompt.requests == len(found)


def test_lines_of_a_later_prompt() -> None:
    assert "line 4" in refusal("a\n---\n\n{% if x %}\n", "promptfoo-text")


def test_large_files_take_no_longer_than_their_size() -> None:
    assert seconds("---\n" * 250_000, "promptfoo-text") < 3
    assert seconds("a\n---\n" * 5_000, "promptfoo-text") < 3
    assert seconds("prompts:\n" + "- a {{x}}\n" * 3_000, "promptfoo") < 3
    assert seconds("prompts: a\ntests:\n" + "- vars: {x: [a, b]}\n" * 1_500, "promptfoo") < 3
    assert seconds("prompts: '" + "a" * 1_125_000, "promptfoo") < 3
    assert seconds("prompts: " + "a.txt" * 225_000, "promptfoo") < 3
