"""`.prompt`: dotprompt, and the other kinds of file that have this ending."""

from __future__ import annotations

import json

import pytest

from llmcost_hooks import prompts
from llmcost_hooks.prompts import Message, Prompt
from llmcost_hooks.prompts.nodes import Nodes, Variable

from .reading import bodies, read, seconds

X = Variable("x")


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ("hi {{x}}", [(None, ("hi ", X))]),
        ("\n\nhi\n", [(None, ("hi",))]),
        ('{{role "system"}}\nhi\n{{role "user"}}\n{{x}}', [("system", ("\nhi\n",)), ("user", ("\n", X))]),
        ('first {{role "model"}} then', [("user", ("first ",)), ("model", (" then",))]),
        ('{{role "system"}}\n \n{{role "user"}}hi', [("user", ("hi",))]),
        ("<system>\nhi\n</system>\n<user>{{x}}</user>", [("system", ("hi",)), ("user", (X,))]),
        ("see <user>hi</user>", [(None, ("see <user>hi</user>",))]),
        ("<system>hi", [("user", ("<system>hi",))]),
    ],
)
def test_messages(body: str, messages: list[tuple[str | None, Nodes]]) -> None:
    for before in ("---\nmodel: m\n---\n", "# licence\n\n---\nmodel: m\n---\n"):
        assert bodies(read(before + body, "dotprompt")) == messages


def test_what_the_settings_say() -> None:
    text = (
        "---\nmodel: googleai/gemini-2.5-flash\nconfig:\n  maxOutputTokens: 9\ninput:\n  schema:\n    x: string\n"
        "  default:\n    x: hi\n    y: [a, 2]\noutput:\n  schema:\n    n: integer\n    ok: true\n---\n{{x}}"
    )
    prompt = read(text, "dotprompt")
    assert (prompt.model, prompt.output_cap) == ("googleai/gemini-2.5-flash", 9)
    assert prompt.samples == {"x": "hi", "y": ["a", "2"]}
    assert [json.loads(tool) for tool in prompt.tools] == [{"n": "integer", "ok": True}]
    assert prompt.not_sent == ("front matter",)


def test_what_is_named_only_has_no_known_size() -> None:
    prompt = read("---\ntools: [a, b]\noutput:\n  schema: Named\n---\nhi", "dotprompt")
    assert bodies(prompt)[1:] == [(None, (Variable("output.schema"),)), (None, (Variable("tools"),))]
    assert read("---\ntools: a\n---\nhi", "dotprompt").messages[1].body == (Variable("tools"),)
    assert len(read("---\ntools:\n- {name: a}\n---\nhi", "dotprompt").tools) == 1


@pytest.mark.parametrize("first", [".prompt", '.llm {"model": "gpt-4o"}', ".#", "\n\n.system hi", "\ufeff.user"])
def test_keprompt_is_read_by_its_own_reader(first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Prompt((Message("other", ()),))
    monkeypatch.setitem(prompts._READERS, "keprompt", lambda text, member: other)
    found = prompts.parse_prompt(f"{first}\n.user hi".encode(), path="a.prompt")
    assert found == other


@pytest.mark.parametrize("text", ["... and so on", ".promptly do it", "hi\n.system x", ". user"])
def test_a_dot_alone_makes_no_keprompt(text: str) -> None:
    assert bodies(read(text, "dotprompt")) == [(None, (text,))]


def test_settings_with_no_line_before_them() -> None:
    prompt = read("name: x\nversion: 2\nmodel: gpt-4o\n---\n<system>a</system>\n\n{{{x}}}\n", "dotprompt")
    assert bodies(prompt) == [("system", ("a",)), ("user", (X,))]
    assert (prompt.model, prompt.not_sent) == ("gpt-4o", ("front matter",))


@pytest.mark.parametrize(
    "text", ["Task: sing\n---\nLoud.", "a: b\n---\nc", "one\n---\ntwo", "name: [\n---\nhi", "name: x"]
)
def test_paragraphs_and_rules_are_text(text: str) -> None:
    assert bodies(read(text, "dotprompt")) == [(None, (text,))]


@pytest.mark.parametrize(
    "text",
    [
        "<system>" * 125_000,
        "<system></system>" * 37_500,
        "<user>" * 187_500,
        "{{role" * 125_000,
        "." * 1_125_000,
        "\n" * 1_125_000 + ".x",
        "---\nmodel: a\n---\n" + " " * 1_125_000,
        "a: b\n" * 125_000,
        "name: x\n---\n<system>" * 100,
    ],
    ids=lambda text: repr(text[:16]),
)
def test_large_files_take_no_longer_than_their_size(text: str) -> None:
    assert seconds(text, "dotprompt") < 6
