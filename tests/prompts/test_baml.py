"""BAML: functions with a prompt, template strings, and what their return types become."""

from __future__ import annotations

import pytest

from llmcost_hooks.prompts import Message
from llmcost_hooks.prompts.baml_source import parse_source
from llmcost_hooks.prompts.baml_types import output_format
from llmcost_hooks.prompts.nodes import Choice, Loop, Variable

from .asking import only, prompt_of, refused


def function(
    prompt: str, returns: str = "string", arguments: str = "a: string", client: str = '"openai/gpt-4o"'
) -> str:
    return f'function F({arguments}) -> {returns} {{\n  client {client}\n  prompt #"\n{prompt}\n  "#\n}}\n'


@pytest.mark.parametrize(
    ("prompt", "messages"),
    [
        ("    Hi\n      {{ a }}", [("system", ("Hi\n  ", Variable("a")))]),
        ('{{ _.role("user") }}\n  Hi', [("user", ("Hi",))]),
        ("Be kind.\n{{ _.chat('user') }} Hi {{ a }} ", [("system", ("Be kind.",)), ("user", ("Hi ", Variable("a")))]),
        ('{{- _.role(role="assistant", cache_control={"type": "ephemeral"}) -}}Hi', [("assistant", ("Hi",))]),
        ("Hi {{ _.role(m.role) }} you", [("system", ("Hi",)), ("user", ("you",))]),
        ('{{ _.role("user") }}{{ _.role("system") }}Hi', [("system", ("Hi",))]),
        ("a {# no #} b", [("system", ("a  b",))]),
        ("a\n  {% if a %}\n  b\n  {% endif %}\nc", [("system", ("a\n", Choice((("a", ("  b\n",)),)), "c"))]),
        ("{% for m in a %}{{ _.role(m.role) }}{{ m.text }}{% endfor %}",
         [("system", (Loop("m", "a", (Variable("m.text"),)),))]),
    ],
)  # fmt: skip
def test_messages(prompt: str, messages: list[tuple[str, tuple[object, ...]]]) -> None:
    found = prompt_of(function(prompt), "baml").messages
    assert [(message.role, message.body) for message in found] == messages


@pytest.mark.parametrize("written", ['#"Hi "you""#', '##"Hi "you""##', '"Hi \\"you\\""'])
def test_kinds_of_strings(written: str) -> None:
    text = f'function F() -> string {{ client "openai/o3" prompt {written} }}'
    assert only(prompt_of(text, "baml")) == ('Hi "you"',)


# --- template strings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "nodes"),
    [
        ("{{ T(a, 'x') }}", ("[", Variable("a"), " x]")),
        ("{{ T(a.b, y=a) }}", ("[", Variable("a.b"), " ", Variable("a"), "]")),
        ("{{ T(other(), 3) }}", ("[", Variable("x"), " ", Variable("y"), "]")),
        (">  {{- T(a, 'x') -}}  <", (">[", Variable("a"), " x]<")),
        ("{{ Unknown(a) }}", (Variable("Unknown()"),)),
    ],
)
def test_template_strings_are_put_in(call: str, nodes: tuple[object, ...]) -> None:
    text = 'template_string T(x: string, y: string) #"\n  [{{ x }} {{ y }}]\n"#\n' + function(call)
    joined: list[object] = []
    for node in only(prompt_of(text, "baml")):  # texts beside each other are one text
        if joined and isinstance(node, str) and isinstance(joined[-1], str):
            joined[-1] += node
        else:
            joined.append(node)
    assert tuple(joined) == nodes


def test_template_strings_hold_roles_loops_and_template_strings() -> None:
    text = (
        'template_string A(who: string) #"Dear {{ who }}"#\n'
        "template_string B(them: string[]) #\"{{ _.role('user') }}{% for t in them %}{{ A(t) }}{% endfor %}\"#\n"
    ) + function("Hi {{ B(a) }}")
    assert prompt_of(text, "baml").messages == (
        Message("system", ("Hi",)),
        Message("user", (Loop("t", "a", ("Dear ", Variable("t"))),)),
    )


def test_template_strings_that_grow() -> None:
    doubling = "".join(f'template_string T{n}() #"{{{{ T{n + 1}() }}}}{{{{ T{n + 1}() }}}}"#\n' for n in range(14))
    text = doubling + f'template_string T14() #"{"x" * 900}"#\n' + function("{{ T0() }}")
    assert refused(text, "baml") == "has template strings that are too large when put in"
    looping = 'template_string T() #"{{ T() }}"#\n' + function("{{ T() }}")
    assert refused(looping, "baml") == "has template strings that call each other too deeply"


# --- what the file says besides ---------------------------------------------------------------------------------------


CLIENTS = """
client<llm> Fast { provider openai
  options { model "gpt-4o-mini" max_tokens 50 api_key env.KEY } }
client<llm> Both { provider fallback
  options { strategy [Fast, Other] } }
client<llm> Turns { provider round-robin options { strategy [Fast] } }
client<llm> Hidden { provider openai options { model env.MODEL } }
"""


@pytest.mark.parametrize(
    ("client", "model", "cap"),
    [('"openai/gpt-4o"', "openai/gpt-4o", None), ("Fast", "gpt-4o-mini", 50), ("Both", "gpt-4o-mini", 50),
     ("Turns", None, None), ("Hidden", None, None), ("Elsewhere", None, None)],
)  # fmt: skip
def test_clients(client: str, model: str | None, cap: int | None) -> None:
    prompt = prompt_of(CLIENTS + function("Hi", client=client), "baml")
    assert (prompt.model, prompt.output_cap) == (model, cap)


def test_functions_of_a_file() -> None:
    one, other = function("one"), function("two").replace("function F", "function G")
    prompt = prompt_of(one + other, "baml")
    assert [message.body for message in prompt.messages] == [("one",), ("two",)]
    assert prompt.requests == 2
    assert only(prompt_of(one + other, "baml", "G")) == ("two",)
    assert refused(one + other, "baml", "H") == 'has no function with a prompt "H"'
    different = one + other.replace("gpt-4o", "o3")
    assert refused(different, "baml") == "names different models (line 1 and line 7)"
    assert prompt_of(different, "baml", "G").model == "openai/o3"


def test_tests_give_samples() -> None:
    tests = "".join(
        f'test T{n} {{ functions [F] args {{ a "{text}" b 7 }} @@assert(x, {{{{ this.y > 1 }}}}) }}\n'
        for n, text in enumerate(["xxx", "x", "xxxxx"])
    )
    prompt = prompt_of(function("{{ a }}") + tests, "baml")
    assert prompt.samples == {"a": "xxx"}
    assert prompt.not_sent == ("tests",)


@pytest.mark.parametrize("type", ["image", "image?", "image[]", "image | string"])
def test_media_are_no_text(type: str) -> None:
    prompt = prompt_of(function("See {{ a }}!", arguments=f"a: {type}"), "baml")
    assert "".join(str(node) for node in only(prompt)) == "See !"
    assert prompt.not_sent == ("images",)


# --- return types -----------------------------------------------------------------------------------------------------

TYPES = """
class Person {
  name string @description("in full")
  age int? @alias("years")
  secret string @skip
  home Place
  @@description("Somebody")
}
class Place { street string city string }
class Node { value int  next Node?  kids Node[] }
class Missing { x Nowhere }
enum Color { Red Green @alias("g") }
enum Grade { A @description("best") B }
enum Long { L1 L2 L3 L4 L5 L6 L7 }
type Colors = Color[]
"""
PLACE = "{\n  street: string,\n  city: string,\n}"


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("string", ""),
        ("int", "Answer as an int"),
        ("bool", "Answer as a bool"),
        ("string[]", "Answer with a JSON Array using this schema:\nstring[]"),
        ("string[][]", "Answer with a JSON Array using this schema:\n[\n  string[]\n]"),
        ("int?", "Answer in JSON using this schema:\nint or null"),
        ("int | string", "Answer in JSON using any of these schemas:\nint or string"),
        ('"yes" | "no"', 'Answer in JSON using any of these schemas:\n"yes" or "no"'),
        ("(int | string)[]", "Answer with a JSON Array using this schema:\n(int or string)[]"),
        ("map<string, int>", "Answer in JSON using this schema:\nmap<string, int>"),
        ('"only"', 'Answer using this specific value:\n"only"'),
        ("Color", "Answer with any of the categories:\nColor\n----\n- Red\n- g"),
        ("Grade", "Answer with any of the categories:\nGrade\n----\n- A: best\n- B"),
        ("Colors", "Answer with a JSON Array using this schema:\n'Red' or 'g'[]"),
        ("Long[]", "Long\n----\n- L1\n- L2\n- L3\n- L4\n- L5\n- L6\n- L7\n\n"
                   "Answer with a JSON Array using this schema:\nLong[]"),
        ("Place", "Answer in JSON using this schema:\n" + PLACE),
        ("Place[]", "Answer with a JSON Array using this schema:\n[\n  " + PLACE.replace("\n", "\n  ") + "\n]"),
        ("Person", "Answer in JSON using this schema:\n{\n  // Somebody\n\n  // in full\n  name: string,\n"
                   "  years: int or null,\n  home: " + PLACE.replace("\n", "\n  ") + ",\n}"),
        ("Node", "Node {\n  value: int,\n  next: Node or null,\n  kids: Node[],\n}\n\n"
                 "Answer in JSON using this schema: Node"),
        ("Missing", None),
        ("Nowhere", None),
        ("Nowhere[]", None),
    ],
)  # fmt: skip
def test_output_format(type: str, text: str | None) -> None:
    source = parse_source(TYPES + function("x", returns=type))
    assert output_format(source, source.functions["F"].returns) == text


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("{{ ctx.output_format }}", "Answer as an int"),
        ("{{ctx.output_format}}", "Answer as an int"),
        ('{{ ctx.output_format(prefix="Give me:\\n") }}', "Give me:\nint"),
        ("{{ ctx.output_format(prefix=null) }}", "int"),
        ('{{ ctx.output_format(or_splitter=" | ") }}', "Answer as an int"),
    ],
)
def test_the_output_format_is_put_in(call: str, text: str) -> None:
    assert "".join(str(node) for node in only(prompt_of(function(f"Q {call}", returns="int"), "baml"))) == f"Q {text}"


def test_a_type_of_another_file_is_of_unknown_size() -> None:
    assert only(prompt_of(function("{{ ctx.output_format }}", returns="X"), "baml")) == (Variable("ctx.output_format"),)


def test_types_that_grow() -> None:
    doubling = "".join(f"class C{n} {{ a C{n + 1} b C{n + 1} }}\n" for n in range(20)) + "class C20 { x string }\n"
    text = doubling + function("{{ ctx.output_format }}", returns="C0")
    assert refused(text, "baml") == "has a return type that is too large when written out"
    deep = "".join(f"class C{n} {{ a C{n + 1} }}\n" for n in range(40)) + "class C40 { x string }\n"
    text = deep + function("{{ ctx.output_format }}", returns="C0")
    assert refused(text, "baml") == "has a return type that is nested too deeply"


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("function F() -> int { client X }", "has no function with a prompt (line 1)"),
        ("\nhello world", "is not BAML that is read here (line 2)"),
        ("class A {\n", "is not BAML that is read here (line 2)"),
        ("class A {\n} }", "is not BAML that is read here (line 2)"),
        ('function F() -> int { prompt\n\n#"never closed', "has a string or comment without its end (line 3)"),
        ('function F() -> int { prompt "never', "has a string without its end (line 1)"),
        ("{// never", "has a string or comment without its end (line 1)"),
        (f"type A = {'(' * 40}int", "is nested too deeply (line 1)"),
        (f"client<llm> A {'{ a ' * 40}", "is nested too deeply (line 1)"),
        (f"client<llm> A {{ a {'[' * 40}", "is nested too deeply (line 1)"),
        (f"class A {{ {'a int ' * 50_001}}}", "holds too much (line 1)"),
        (function("x" * 1_000_001), "has a prompt that is too large"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_refused(text: str, message: str) -> None:
    assert refused(text, "baml") == message


@pytest.mark.parametrize("text", ["", "// only\nclass A {}\n"])
def test_types_alone_send_nothing(text: str) -> None:
    found = prompt_of(text, "baml")
    assert (found.messages, found.tools, found.not_sent) == ((), (), ("clients and types",))
