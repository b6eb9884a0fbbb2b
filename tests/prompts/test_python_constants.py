"""Constants of Python files; Python itself is the witness of what they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.prompts import Message
from llmcost_hooks.prompts.constants import MAX_SOURCE
from llmcost_hooks.prompts.nodes import Variable
from llmcost_hooks.prompts.python_constants import MAX_TOKENS

from .asking import filled, only, prompt_of, refused

VALUES = {"x": "<x>", "y": "<y>", "d": "{d}"}  # `{d}` is left for a later format


@pytest.mark.parametrize(
    "source",
    [
        '"a" "b"', '("a"\n  "b\\n\\u00e9")', '"a" + "b" + ("c" + "d")', '"""a\n  b"""', 'r"a\\n"', '"\\N{BULLET}"',
        'f"a{x}b{y!r:>10}c{{d}}"', 'f"a" "[b]" f"{x}"', '"a" + x + f"{y}"', 'f"{1}{x}"', "f'{x=}'",
        'textwrap.dedent("""\n    a\n      b\n    """)', 'dedent(f"""\n    a {x}\n      {y}\n    """).strip()',
        'inspect.cleandoc("""  a\n    b\n     c\n  """)', '"  a ".lstrip() + " b  ".rstrip()', 'OTHER + "b"',
        'f"{OTHER}{OTHER}{x}"', "OTHER", '"{x} and {{d}}".format(x=x)',
        '", ".join(["a", x, f"{y}b"])', '"".join(("a", "b"))', '"a".join([])',
 '"a{x}".format(x=x).strip()',
    ],
)  # fmt: skip
def test_what_a_constant_holds(source: str) -> None:
    import inspect
    import textwrap

    names = {**VALUES, "textwrap": textwrap, "dedent": textwrap.dedent, "inspect": inspect}
    text = f'OTHER = "other"\nNAME = {source}\n'
    exec(text, names)  # noqa: S102  # the test's own text
    wanted = str(names["NAME"])
    found = filled(only(prompt_of(text, "python", "NAME")), VALUES)
    assert found == wanted.replace(f"{VALUES['y']!r:>10}", VALUES["y"]).replace(repr("<x>"), "<x>")


@given(st.lists(st.one_of(st.text("ab{}'\"\\\n é\t", max_size=6), st.sampled_from([Variable("x"), Variable("y")]))))
def test_f_strings(parts: list[str | Variable]) -> None:
    inside = "".join(
        f"{{{part.name}}}" if isinstance(part, Variable)
        else "".join(character * 2 if character in "{}" else f"\\U{ord(character):08x}" for character in part)
        for part in parts
    )  # fmt: skip
    names = dict(VALUES)
    text = f'NAME = f"{inside}"\n'
    exec(text, names)  # noqa: S102  # the test's own text
    raw = prompt_of(text, "python", "NAME").messages[0].body
    if not any("{" in part for part in parts if isinstance(part, str)):  # else braces are read on
        assert filled(raw, VALUES) == names["NAME"]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{"), max_size=40))
def test_any_text(text: str) -> None:
    assert "".join(str(node) for node in only(prompt_of(f"NAME = {text!a}", "python", "NAME"))) == text


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("Hi {name}", ("Hi ", Variable("name"))),
        ("Hi {name}: {{}}", ("Hi ", Variable("name"), ": {}")),
        ("Hi {{ name }}", ("Hi ", Variable("name"))),
        ('{"a": 1} {b}', ('{"a": 1} {b}',)),
        ("{a b} {c}", ("{a b} {c}",)),
        ("{user.name} {x}", ("{user.name} {x}",)),
        ("set {}", ("set {}",)),
        ("\\d {a}", ("\\d ", Variable("a"))),
    ],
)
def test_which_braces_are_fields(text: str, nodes: tuple[object, ...]) -> None:
    assert only(prompt_of(f"A = {text!r}", "python", "A")) == nodes


@pytest.mark.parametrize(
    "source",
    ['PromptTemplate("Tell {x}")', 'PromptTemplate.from_template("Tell {x}")', 'T.from_template(template="Tell {x}")',
     'PromptTemplate(input_variables=["x"], template="Tell {x}")', 'ChatPromptTemplate.from_template("Tell " + "{x}")'],
)  # fmt: skip
def test_template_classes(source: str) -> None:
    assert only(prompt_of(f"A = {source}", "python", "A")) == ("Tell ", Variable("x"))


def test_a_long_prompt_that_cannot_be_read_is_of_unknown_size() -> None:
    long = "word " * 20
    text = (
        f"PROMPT = '{long}'\nOTHER_PROMPT = load('{long}')\nSYSTEM = load('short')\nTEMPLATE = 5\n"
        f"class C:\n    PROMPTS = {{'a': '{long}'}}\nNEXT = load('{long}')\n"
    )
    prompt = prompt_of(text, "python")
    unknown = [(Variable("OTHER_PROMPT"),), (Variable("C.PROMPTS"),)]
    assert [message.body for message in prompt.messages] == [(long,), *unknown]


@pytest.mark.parametrize(
    ("expression", "name"),
    [("user.name", "user.name"), ("docs[0]", "docs.0"), ("d['k'].v", "d.k.v"), ("d['a b']", "d.item"), ("f(x)", "f()"),
     ("a.b()()", "a.b()"), ("x + 1", "x"), ("x if y else z", "y"), ("[n for n in range(3)]", "n"), ("-1", "expression"),
     ("C.D", "C.D")],
)  # fmt: skip
def test_what_an_expression_is_called(expression: str, name: str) -> None:
    nodes = only(prompt_of(f'A = f"- {{{expression}}}"', "python", "A"))
    assert nodes[0] == "- "
    if expression != "x if y else z":  # any of its names will do
        assert nodes[1] == Variable(name)


def test_messages() -> None:
    text = 'S = "be"\nM: list = [{"role": "system", "content": S + " kind"}, {"content": f"{q}?", "role": "user"}]\n'
    assert prompt_of(text, "python", "M").messages == (
        Message("system", ("be kind",)),
        Message("user", (Variable("q"), "?")),
    )


def test_classes_and_their_own_names() -> None:
    text = 'A = "out"\nclass C:\n  A = "in"\n  B = f"{A}"\n  class D:\n    E: str = "deep"\nF = C.A + "!"\n'
    assert only(prompt_of(text, "python", "C.B")) == ("in",)
    assert only(prompt_of(text, "python", "C.D.E")) == ("deep",)
    assert only(prompt_of(text, "python", "F")) == ("in!",)


def test_constants_that_are_added_to() -> None:
    assert only(prompt_of('A = "a"\nA += "b"\n', "python", "A")) == ("ab",)
    assert refused('A = "a"\nA *= 2\n', "python", "A") == ("has a constant that only running it would tell (line 1)")


def test_without_a_name_the_long_prompts_are_taken() -> None:
    long = "word " * 20
    text = (
        f"SHORT_PROMPT = 'x'\nLONG = {long!r}\nmain_system = {long!r}\nTEMPLATE = f'{{a}}{long}'\n"
        f"INSTRUCTIONS = load()\nMAX_PROMPT = 7\nclass Prompts:\n  other = {long!r}\n  Instruction = {long!r}\n"
    )
    prompt = prompt_of(text, "python")
    assert [message.body for message in prompt.messages] == [(long,), (Variable("a"), long), (long,)]
    assert prompt.requests == 3


@pytest.mark.parametrize(
    ("text", "member", "message"),
    [
        ("", "", "has no constant that is a prompt by name (line 1): PROMPT, SYSTEM, TEMPLATE or INSTRUCTION"),
        ("x = (", "", "is not valid Python (line 1)"),
        ("a = 1\n\n  b = 2", "", "is not valid Python (line 3)"),
        ('PROMPTS = "a"', "PROMPT", 'has no constant "PROMPT"'),
        ("def f():\n  PROMPT = 'a'\n", "PROMPT", 'has no constant "PROMPT"'),
        ("\nA = load('x')", "A", "has a constant that only running it would tell (line 2)"),
        ("A = 'a' % b", "A", "has a constant that only running it would tell (line 1)"),
        ("A = 'a' + 1", "A", "has a constant that only running it would tell (line 1)"),
        ("A = b + c", "A", "has a constant that only running it would tell (line 1)"),
        ("A = []", "A", "has a constant that only running it would tell (line 1)"),
        ("A = [{'role': 'user', 'content': f()}]", "A", "has a constant that only running it would tell (line 1)"),
        ("A = b'bytes'", "A", "has a constant that only running it would tell (line 1)"),
        ("A = '\\ud800'", "A", "has half a character in a text (line 1)"),
        ("x" * (MAX_SOURCE + 1), "", "has 1,000,001 characters of Python; 1,000,000 are read"),
        ("x = " + "(" * 300, "", "has an expression that is too long to be read (line 1)"),
        ("\nx = a" + ".b" * 3000, "", "has an expression that is too long to be read (line 2)"),
        ("x = " + "+".join(["1"] * 3000), "", "has an expression that is too long to be read (line 1)"),
        ("x = a" + "[0]" * 3000, "", "has an expression that is too long to be read (line 1)"),
        ("x = 1\n" * (MAX_TOKENS + 1) + "PROMPT", "", f"holds too much (line {MAX_TOKENS + 1})"),
        ("(" * MAX_TOKENS, "", "has no constant that is a prompt by name (line 1): "
         "PROMPT, SYSTEM, TEMPLATE or INSTRUCTION"),
        ("x = [" + "1" + ",\n-1" * 3000 + "].a", "", "has no constant that is a prompt by name (line 1): "
         "PROMPT, SYSTEM, TEMPLATE or INSTRUCTION"),
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_refused(text: str, member: str, message: str) -> None:
    assert refused(text, "python", member) == message


def test_constants_that_grow() -> None:
    text = 'A0 = "xxxxxxxxxx"\n' + "".join(f"A{n + 1} = A{n} + A{n}\n" for n in range(30))
    assert refused(text.replace(" + ", ' + "" + '), "python", "A30") == (
        "has constants that are too large when put into each other"
    )
    assert only(prompt_of('A = "a" + B\nB = "b" + A\n', "python", "A")) == ("aba", Variable("B"))


def test_warnings_are_not_printed() -> None:
    """The interpreter's warnings quote the file's lines."""
    assert only(prompt_of("A = '\\d'\nB = 1if 1 else 2\nC = 1 is 1\n", "python", "A")) == ("\\d",)


def test_near_names_are_given() -> None:
    from llmcost_hooks.errors import ParseError
    from llmcost_hooks.prompts import parse_prompt

    with pytest.raises(ParseError) as caught:
        parse_prompt(b"class C:\n  SYSTEM = 'a'\nOTHER = 'b'\n", path="a.py::C.SISTEM")
    assert caught.value.hint == "Near names: C.SYSTEM."
