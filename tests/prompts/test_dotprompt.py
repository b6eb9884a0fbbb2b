"""`.prompt`: dotprompt, and the other kinds of file that have this ending."""

from __future__ import annotations

import json

import pytest

from llmcost_hooks import prompts
from llmcost_hooks.prompts import Message, Prompt
from llmcost_hooks.prompts.nodes import Nodes, Variable
from llmcost_hooks.prompts.readers import READERS

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
        "  default:\n    x: hi\n    y: [a, 2]\noutput:\n  schema:\n    n: integer\n    ok: boolean\n---\n{{x}}"
    )
    prompt = read(text, "dotprompt")
    assert (prompt.model, prompt.output_cap) == ("googleai/gemini-2.5-flash", 9)
    assert prompt.samples == {"x": "hi", "y": ["a", "2"]}
    assert [json.loads(tool) for tool in prompt.tools] == [
        {"type": "object", "properties": {"n": {"type": "integer"}, "ok": {"type": "boolean"}},
         "required": ["n", "ok"], "additionalProperties": False}
    ]  # fmt: skip
    assert prompt.not_sent == ("front matter",)


def schema_of(written: str) -> object:
    block = "".join(f"    {line}\n" for line in written.split("\n"))
    prompt = read(f"---\noutput:\n  schema:\n{block}---\nhi", "dotprompt")
    if not prompt.tools:
        assert prompt.messages[-1].body == (Variable("output.schema"),)
        return None
    return json.loads(prompt.tools[0])


@pytest.mark.parametrize(
    ("written", "schema"),
    [
        ("a: string, of one, or none",
         {"properties": {"a": {"type": "string", "description": "of one, or none"}}, "required": ["a"]}),
        ("a?: integer", {"properties": {"a": {"type": ["integer", "null"]}}}),
        ("a: any\nb?: any, b", {"properties": {"a": {}, "b": {"description": "b"}}, "required": ["a"]}),
        ("a(array, many): number",
         {"properties": {"a": {"type": "array", "items": {"type": "number"}, "description": "many"}},
          "required": ["a"]}),
        ("a?(enum, one): [x, y]", {"properties": {"a": {"enum": ["x", "y", None], "description": "one"}}}),
        ("a(object, inner):\n  b: string",
         {"properties": {"a": {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"],
                               "additionalProperties": False, "description": "inner"}}, "required": ["a"]}),
        ("(*): string", {"properties": {}, "additionalProperties": {"type": "string"}}),
    ],
)  # fmt: skip
def test_a_short_schema_is_sent_written_out(written: str, schema: dict[str, object]) -> None:
    assert schema_of(written) == {"type": "object", "additionalProperties": False, **schema}


@pytest.mark.parametrize("written", ["type: string", "type: object\nproperties:\n  a:\n    type: string"])
def test_a_schema_that_is_one_stays(written: str) -> None:
    found = schema_of(written)
    assert isinstance(found, dict)
    assert "additionalProperties" not in found
    assert schema_of("properties:\n  a: {}") == {"type": "object", "properties": {"a": {}}}


@pytest.mark.parametrize("written", ["a: Person", "a(array): Person", "(*): Person", "a: [x]", "a:\n  b: Person"])
def test_a_schema_of_types_that_stand_elsewhere_has_no_known_size(written: str) -> None:
    assert schema_of(written) is None


def test_a_block_may_be_long() -> None:
    """A sample is a document at times."""
    document = "    word word word word\n" * 2_000
    for name, where in (("dotprompt", "input:\n  default:\n   doc: |\n"), ("prompty", "sample:\n   doc: |\n")):
        prompt = read(f"---\nmodel: gpt-4o\n{where}{document}---\n{{{{doc}}}}", name)
        assert (prompt.model, bodies(prompt)) == ("gpt-4o", [(None, (Variable("doc"),))])
        assert prompt.samples["doc"] == "word word word word\n" * 2_000


def test_what_is_named_only_has_no_known_size() -> None:
    prompt = read("---\ntools: [a, b]\noutput:\n  schema: Named\n---\nhi", "dotprompt")
    assert bodies(prompt)[1:] == [(None, (Variable("output.schema"),)), (None, (Variable("tools"),))]
    assert read("---\ntools: a\n---\nhi", "dotprompt").messages[1].body == (Variable("tools"),)
    assert len(read("---\ntools:\n- {name: a}\n---\nhi", "dotprompt").tools) == 1


@pytest.mark.parametrize("first", [".prompt", '.llm {"model": "gpt-4o"}', ".#", "\n\n.system hi", "\ufeff.user"])
def test_keprompt_is_read_by_its_own_reader(first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Prompt((Message("other", ()),))
    monkeypatch.setitem(READERS, "keprompt", lambda text, member: other)
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
    assert seconds(text, "dotprompt") < 3
