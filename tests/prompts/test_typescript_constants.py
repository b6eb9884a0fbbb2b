"""Constants of TypeScript and JavaScript files."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.prompts import format_of
from llmcost_hooks.prompts.constants import MAX_SOURCE
from llmcost_hooks.prompts.nodes import Variable
from llmcost_hooks.prompts.typescript_constants import MAX_TOKENS

from .asking import only, prompt_of, refused

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{\0\r"), max_size=30)

NAMELESS = "has no constant that is a prompt by name (line 1): PROMPT, SYSTEM, TEMPLATE or INSTRUCTION"


LONG = "word " * 20


@pytest.mark.parametrize("ending", ["ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx"])
def test_names(ending: str) -> None:
    assert format_of(f"src/prompts.{ending}") == "typescript"


@pytest.mark.parametrize(
    ("value", "nodes"),
    [
        ("'it\\'s'", ("it's",)),
        ('"a" + \'b\' +\n  `c`', ("abc",)),
        ("('a' + 'b')", ("ab",)),
        ("`a\\`b\\${c}`", ("a`b${c}",)),
        ("'\\x41\\u0042\\u{43}\\ud83d\\ude00\\\nd'", ("ABC\U0001f600d",)),
        ("`a ${x} b ${ user.name } ${a?.b}`",
         ("a ", Variable("x"), " b ", Variable("user.name"), " ", Variable("a.b"))),
        ("`${items.map((i) => `- ${i}`).join('}')}`", (Variable("items"),)),
        ("`${ /* } */ f({a: '}'}) // }\n }`", (Variable("f"),)),
        ("`${1}`", (Variable("expression"),)),
        ("`a ${OTHER} b`", ("a other b",)),
        ("'a' + OTHER", ("aother",)),
        ("OTHER + ('' + unknown)", ("other", Variable("unknown"))),
        ("dedent`\n    a\n      ${x}\n  `", ("a\n  ", Variable("x"))),
        ("tag`  a`", ("  a",)),
        ("`  a\n`.trim()", ("a",)),
        ("'Hi {{ name }}'", ("Hi ", Variable("name"))),
        ("'a' as const", ("a",)),
        ("'a' satisfies string", ("a",)),
        ("(x: string, y = {a: 1}) => `a${x}b`", ("a", Variable("x"), "b")),
        ("async (): Promise<string> => ('a' + 'b')", ("ab",)),
        ("x => `${x}`.trim()", (Variable("x"),)),
        ("''", ()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", [";", "\n", "\nexport default A", ", B = 2;"])
def test_values(value: str, nodes: tuple[object, ...], end: str) -> None:
    text = f"const OTHER = 'other'\nexport const A = {value}{end}"
    assert only(prompt_of(text, "typescript", "A")) == nodes


@given(TEXT)
def test_strings_as_json_writes_them(text: str) -> None:
    assert "".join(str(node) for node in only(prompt_of(f"let A = {json.dumps(text)}", "typescript", "A"))) == text


@given(st.lists(st.one_of(TEXT, st.sampled_from([Variable("x"), Variable("y.z")])), max_size=5))
def test_template_literals(parts: list[str | Variable]) -> None:
    written = "".join(
        f"${{{part.name}}}" if isinstance(part, Variable) else part.replace("\\", "\\\\").replace("`", "\\`")
        for part in parts
    )
    wanted = "".join(f"<{part.name}>" if isinstance(part, Variable) else part for part in parts)
    nodes = only(prompt_of(f"const A = `{written}`;", "typescript", "A"))
    assert "".join(f"<{node.name}>" if isinstance(node, Variable) else str(node) for node in nodes) == wanted


@pytest.mark.parametrize(
    "before",
    ["/* ` */", "// ` don't\n", "const r = /[`'\"/]/g;\n", "x = a / b / c;\n", "f(/`/);\n", "<p>Don't</p>\n", "'`'\n",
     "const o = { A: `x` };\n", "function f() { const A = `no`; }\n", "import a from \"b\"\n", "type T = { a: 'b' }\n",
     "const f = (a: string) => `x${a}`;\n", "let a = b\n", "const { c } = d\n"],
)  # fmt: skip
def test_what_stands_before_does_not_matter(before: str) -> None:
    assert only(prompt_of(before + "export const A: Readonly<string> = `yes`", "typescript", "A")) == ("yes",)


def test_without_a_name_the_long_prompts_are_taken() -> None:
    long = "word " * 20
    text = (
        f"const systemPrompt = `{long}`\nconst prompt = 'short'\nexport const other = '{long}'\nlet PROMPT = load()\n"
    )
    prompt = prompt_of(text, "typescript")
    assert only(prompt) == (long,)
    assert prompt.requests == 1


def test_a_long_prompt_that_cannot_be_read_is_of_unknown_size() -> None:
    text = (
        f"const PROMPT = `{LONG}`;\nconst OTHER_PROMPT = b ? `{LONG}` : ''\nconst SYSTEM = f('short')\n"
        f"const NEXT_PROMPT = {{ a: `{LONG}` }};\nf('{LONG}')\nconst TEMPLATE = g()\n"
    )
    prompt = prompt_of(text, "typescript")
    unknown = [(Variable("OTHER_PROMPT"),), (Variable("NEXT_PROMPT"),)]
    assert [message.body for message in prompt.messages] == [(LONG,), *unknown]


@pytest.mark.parametrize(
    ("text", "member", "message"),
    [
        ("", "", NAMELESS),
        ("const PROMPT = 'x'", "PROMPTS", 'has no constant "PROMPTS"'),
        ("\nconst A = f(`x`)", "A", "has a constant that only running it would tell (line 2)"),
        ("const A = `x`.replace('x', 'y')", "A", "has a constant that only running it would tell (line 1)"),
        ("const A = b ? 'x' : 'y'", "A", "has a constant that only running it would tell (line 1)"),
        ("const A = 'x' || 'y'", "A", "has a constant that only running it would tell (line 1)"),
        ("const A = b", "A", "has a constant that only running it would tell (line 1)"),
        ("const A = ('x'", "A", "has a constant that only running it would tell (line 1)"),
        ("const A = (a) => { return 'x' }", "A", "has a constant that only running it would tell (line 1)"),
        ("const A = (a) => b", "A", "has a constant that only running it would tell (line 1)"),
        (f"const A = 1\nconst PROMPT = f('{LONG}')", "", "has a constant that only running it would tell (line 2)"),
        ("const A = B + C", "A", "has a constant that only running it would tell (line 1)"),
        ("const A = ", "A", "has a constant that only running it would tell (line 1)"),
        ("const A = '\\ud800'", "A", "has half a character in a text (line 1)"),
        ("\n`never", "", "has a template literal without its end (line 2)"),
        ("`${never", "", "has a template literal without its end (line 1)"),
        ("\n\n/* never", "", "has a comment without its end (line 3)"),
        ("`${" * 40, "", "has template literals that are nested too deeply (line 1)"),
        ("x" * (MAX_SOURCE + 1), "", "has 1,000,001 characters of source; 1,000,000 are read"),
        ("PROMPT" + ";" * MAX_TOKENS, "", "holds too much (line 1)"),
        (";" * 2 * MAX_TOKENS, "", NAMELESS),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_refused(text: str, member: str, message: str) -> None:
    assert refused(text, "typescript", member) == message
