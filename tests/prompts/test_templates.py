"""Template languages: what their readers say of single constructs, refuse, and survive."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts.nodes import ELSE, UNKNOWN, Block, Choice, Include, Loop, Nodes, Variable, below, texts
from llmcost_hooks.prompts.templates import ENGINES, parse_template, sniff
from llmcost_hooks.prompts.templates.handlebars import parse_messages
from llmcost_hooks.prompts.templates.reading import MAX_TAGS

from ..pace import is_within, quiet_seconds

V = Variable


def test_every_engine_is_there() -> None:
    assert ENGINES == ("literal", "jinja2", "handlebars", "mustache", "f-string", "dollar", "angle", "semantic-kernel")
    with pytest.raises(KeyError):
        parse_template("", "nonsense")


JINJA: list[tuple[str, Nodes]] = [
    ("", ()),
    ("a\nb\n", ("a\nb",)),
    ("{# note #}", ()),
    ("{{ x }}", (V("x"),)),
    ("{{x.y[0]['k'].z}}", (V("x.y.0.k.z"),)),
    ('{{ docs | join(", ") }}', (V("docs"),)),
    ("{{ x | default('y') | upper }}", (V("x"),)),
    ("{{ x[i] }}{{ y[1:] }}", (V("x"), V("y"))),
    ("{{ a ~ 'b' ~ c }}", (V("a"), "b", V("c"))),
    ("{{ a + 'b' + 1 }}", (V("a"), "b")),
    ("{{ a * 2 - b }}", (V("a"), V("b"))),
    ("{{ f(x) }}{{ m.f(x).g }}{{ _.role('user') }}", (V("f()"), V("m.f()"), V("_.role()"))),
    ("{{ loop.index }}", (V("loop.index"),)),
    ("{{ 'x' if c else y }}", (Choice((("c", ("x",)), (ELSE, (V("y"),)))),)),
    ("{{ x or 'd' }}", (Choice((("x", (V("x"),)), (ELSE, ("d",)))),)),
    ("{{ ', '.join(xs) }}{{ x.strip() }}{{ 'a{}'.format(y) }}", (V("xs"), V("x"), "a{}", V("y"))),
    ("{{ super() }}", (V("super()"),)),
    (
        "{% if a %}A{% elif not b %}B{% elif c|length %}C{% elif d is defined %}D{% else %}E{% endif %}",
        (Choice((("a", ("A",)), ("!b", ("B",)), ("c", ("C",)), ("d", ("D",)), (ELSE, ("E",)))),),
    ),
    (
        "{% if a > 1 %}A{% elif f() %}B{% elif a and b %}C{% elif a == 'x' %}D{% endif %}",
        (Choice(tuple((UNKNOWN, (body,)) for body in "ABCD")),),
    ),
    ("{% if a and not b %}A{% endif %}", (Choice((("a", (Choice((("!b", ("A",)),)),)),)),)),
    ("{% if a %}{% endif %}", ()),
    ("{% if x is not none %}A{% endif %}", (Choice((("x", ("A",)),)),)),
    ("{% for d in docs %}{{ d.t }}{% else %}N{% endfor %}", (Loop("d", "docs", (V("d.t"),), ("N",)),)),
    ("{% for k, v in d.items() %}{{ k }}{{ v }}{% endfor %}", (Loop("k,v", "d", (V("k"), V("v"))),)),
    ("{% for x in f(y) %}{{ x }}{% endfor %}", (Loop("x", "f()", (V("x"),)),)),
    ("{% for x in xs | sort if x.ok %}{{ x }}{% endfor %}", (Loop("x", "xs", (Choice((("x.ok", (V("x"),)),)),)),)),
    ("{% include 'a.j2' %}{% include 'b.j2' ignore missing %}", (Include("a.j2"), Include("b.j2", optional=True))),
    (
        "{% include ['a', 'b'] %}{% include 'a' if x else 'b' %}",
        (Include("a"), Choice((("x", (Include("a"),)), (ELSE, (Include("b"),))))),
    ),
    (
        "{% extends 'b' %}\n{% block x %}X{{ super() }}{% endblock %}dropped",
        (Include("b", (("x", ("X", V("super()"))),)),),
    ),
    ("{% block x %}X{% block y %}Y{% endblock y %}{% endblock %}", (Block("x", ("X", Block("y", ("Y",)))),)),
    ("{% set x = y.z %}{{ x.w }}{% if x %}A{% endif %}", (V("y.z.w"), Choice((("y.z", ("A",)),)))),
    ("{% set x = f(y) ~ z %}{{ x }}", (V("f()"), V("z"))),
    ("{% set ns = namespace(a=0) %}{% set ns.a = 1 %}{{ ns.a }}", (V("ns.a"),)),
    (
        "{% from 'm' import a, b as c %}{{ a(1) }}{{ c }}{% if c %}A{% endif %}",
        (V("a()"), V("c"), Choice(((UNKNOWN, ("A",)),))),
    ),
    ("{% import 'm' as m %}{{ m.f() }}", (V("m.f()"),)),
    ("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}", (V("f()"),)),
    ("{% macro f(x) %}A{% endmacro %}{{ f(1, 2) }}{{ f(y=1) }}", (V("f()"), V("f()"))),
    ("{% macro f(x) %}A{% endmacro %}", ()),
    ("{% call f(x) %}A{% endcall %}", (V("f()"), "A")),
    ("{% chat role='system' %}A{% endchat %}", ("A",)),
    # Liquid and Nunjucks
    ("{% assign x = 'a' %}{{ x }}{% unless y %}B{% endunless %}", ("a", Choice((("!y", ("B",)),)))),
    ("{% if a %}A{% elsif b %}B{% endif %}", (Choice((("a", ("A",)), ("b", ("B",)))),)),
    ("{{ x | default: 'y', z | upcase }}", (V("x"),)),
    ("{% capture x %}A{{ y }}{% endcapture %}{{ x }}", ("A", V("y"))),
    ("{% for x in xs limit:2 reversed %}{{ x }}{% endfor %}", (Loop("x", "xs", (V("x"),)),)),
    ("{% comment %}{{ no {% endcomment %}", ()),
    ("{% case x %} {% when 'a' %}A{% else %}B{% endcase %}", (Choice(((UNKNOWN, ("A",)), (ELSE, ("B",)))),)),
    ("{% if a === 'b' %}A{% endif %}", (Choice(((UNKNOWN, ("A",)),)),)),
    ("{% render 'x' %}", (Include("x"),)),
    ("{% for i in (1..3) %}A{% endfor %}", (Loop("i", "loop", ("A",)),)),
]

HANDLEBARS: list[tuple[str, Nodes]] = [
    ("", ()),
    ("a\n", ("a\n",)),
    ("{{x}}{{{x.y}}}{{&x.[0].z}}", (V("x"), V("x.y"), V("x.0.z"))),
    ("{{! a }}{{!-- {{b}} --}}", ()),
    ("{{#if a}}A{{else if b}}B{{else}}C{{/if}}", (Choice((("a", ("A",)), ("b", ("B",)), (ELSE, ("C",)))),)),
    ("{{#unless a}}A{{else}}B{{/unless}}", (Choice((("!a", ("A",)), (ELSE, ("B",)))),)),
    ("{{#if (eq a b)}}A{{/if}}", (Choice(((UNKNOWN, ("A",)),)),)),
    (
        "{{#each xs}}{{this}}{{y}}{{this.z}}{{@index}}{{../w}}{{else}}N{{/each}}",
        (Loop("", "xs", (V("this"), V("y"), V("this.z"), V("@index"), V("../w")), ("N",)),),
    ),
    ("{{#each xs as |x i|}}{{x.y}}{{z}}{{i}}{{/each}}", (Loop("x", "xs", (V("x.y"), V("x.z"), V("@index"))),)),
    (
        "{{#each xs as |x|}}{{#each x.ys}}{{x.t}}{{../u}}{{/each}}{{/each}}",
        (Loop("x", "xs", (Loop("", "x.ys", (V("x.t"), V("x.u"))),)),),
    ),
    ("{{#with x}}{{y}}{{@root.z}}{{/with}}", (Loop("", "x", (V("y"), V("../z"))),)),
    ("{{#x}}A{{/x}}{{^x}}B{{/x}}", (Loop("", "x", ("A",)), Choice((("!x", ("B",)),)))),
    (
        "{{> a/b}}{{> 'c.hbs' x=1}}{{> card user}}",
        (Include("a/b"), Include("c.hbs"), Loop("", "user", (Include("card"),))),
    ),
    (
        "{{#> layout}}A{{/layout}}{{> @partial-block}}",
        (Include("layout", (("@partial-block", ("A",)),)), Block("@partial-block", ())),
    ),
    (
        "{{#> layout}}{{#*inline 'x'}}X{{/inline}}A{{/layout}}",
        (Include("layout", (("@partial-block", ("A",)), ("x", ("X",)))),),
    ),
    ("{{helper x y=1}}{{json x}}{{lookup x 'y'}}{{lookup x y}}", (V("helper()"), V("x"), V("x.y"), V("x"))),
    ("{{#list x}}A{{else}}B{{/list}}", (Choice(((UNKNOWN, ("A",)), (ELSE, ("B",)))),)),
    ("{{#if true}}A{{/if}}", (Choice(((ELSE, ("A",)),)),)),
    ("{{role 'system'}}{{history}}{{media url=x}}{{section 'a'}}", (V("history"), V("media()"), V("section()"))),
    ("{{{{raw}}}}{{a}}{{{{/raw}}}}\\{{b}}", ("{{a}}{{b}}",)),
    ("a\n  {{> b}}\nc", ("a\n  ", Include("b"), "c")),
]

OTHERS: list[tuple[str, str, Nodes]] = [
    ("literal", "{{a}}{%", ("{{a}}{%",)),
    ("literal", "", ()),
    (
        "mustache",
        "{{#xs}}{{.}}{{a.b}}{{/xs}}{{^x}}B{{/x}}{{> p/q}}{{! c }}",
        (Loop("", "xs", (V("this"), V("a.b"))), Choice((("!x", ("B",)),)), Include("p/q")),
    ),
    ("mustache", "{{=<% %>=}}<%x%>{{x}}<%={{ }}=%>{{ x }}{{{y}}}{{&z}}", (V("x"), "{{x}}", V("x"), V("y"), V("z"))),
    ("mustache", "a\n  {{> p}}\nb", ("a\n  ", Include("p"), "b")),
    ("f-string", "{a}{b.c[d].e!r:>10}{{}}{f:{w}.{p}}", (V("a"), V("b.c.d.e"), "{}", V("f"))),
    ("f-string", "{}{}{{{}}}", (V("0"), V("1"), "{", V("2"), "}")),
    ("f-string", "{0}{1.a}", (V("0"), V("1.a"))),
    (
        "dollar",
        "$a ${b} ${c.d} $$ $1 $ARGUMENTS $5.00 $10 $1,000 $ ${ ${1} $(x) ${x:-y}",
        (
            V("a"),
            " ",
            V("b"),
            " ",
            V("c.d"),
            " $ ",
            V("1"),
            " ",
            V("ARGUMENTS"),
            " $5.00 $10 $1,000 $ ${ ",
            V("1"),
            " $(x) ${x:-y}",
        ),
    ),
    ("angle", "<<a>> <<b.c>> << d >> <<EOF\n<e>", (V("a"), " ", V("b.c"), " << d >> <<EOF\n<e>")),
    (
        "semantic-kernel",
        "a{{$b}}{{ $c }}{{P.F $x}}{{P.F y='z' w=$v}}{{'d{{'}}{{\"e\"}}{f}",
        ("a", V("b"), V("c"), V("P.F()"), V("P.F()"), "d{{e{f}"),
    ),
]


@pytest.mark.parametrize(
    ("engine", "text", "nodes"),
    [*(("jinja2", *each) for each in JINJA), *(("handlebars", *each) for each in HANDLEBARS), *OTHERS],
)
def test_nodes(engine: str, text: str, nodes: Nodes) -> None:
    assert parse_template(text, engine) == nodes


def test_a_dotprompt_text_is_cut_into_messages() -> None:
    text = (
        "{{! c }}\n{{role \"system\"}}Be {{tone}}.\n{{~role 'user'}}\n"
        "{{#if x}}{{role 'user'}}A{{/if}}{{history}}{{role \"model\"}}  "
    )
    assert parse_messages(text) == (
        ("system", ("Be ", V("tone"), ".")),
        ("user", ("\n", Choice((("x", ("A",)),)), V("history"))),
    )
    assert parse_messages("plain {{x}}\n") == ((None, ("plain ", V("x"), "\n")),)
    assert parse_messages("hello{{role 'user'}}A") == ((None, ("hello",)), ("user", ("A",)))
    assert parse_messages("") == ()


BROKEN = [
    ("jinja2", "a\n{{ x", "line 2: a tag that is not closed"),
    ("jinja2", "\n{% if x %}\n", "line 2: if is not closed"),
    ("jinja2", "{% if x %}\n{% endfor %}", "line 2: endfor closes nothing that is open"),
    ("jinja2", "{% endif %}", "line 1: endif closes nothing that is open"),
    ("jinja2", "{# a", "line 1: a comment is not closed"),
    ("jinja2", "{% raw %}a", "line 1: raw is not closed"),
    ("jinja2", "{{ your text }}", "line 1: a tag that goes on behind its end"),
    ("jinja2", "{{ }}", "line 1: a value is missing"),
    ("jinja2", "\n\n{% nonsense %}", "line 3: a statement that is not known"),
    ("jinja2", "{% include x %}", "line 1: a file whose name is known only when it is sent"),
    ("jinja2", "{% extends x %}", "line 1: a file whose name is known only when it is sent"),
    ("jinja2", "{% if x %}{% extends 'a' %}{% endif %}", "line 1: extends inside of another statement"),
    ("jinja2", "{% else %}", "line 1: else outside of an if"),
    ("jinja2", "{% if a %}{% else %}\n{% elif b %}{% endif %}", "line 2: elif behind the else"),
    ("jinja2", "{{ (a }}", "line 1: a } that closes nothing"),
    ("jinja2", "{{ 'a }}", "line 1: a character that no expression has"),
    ("jinja2", "{{ ? }}", "line 1: a character that no expression has"),
    ("jinja2", "{{ '\\ud800' }}", "line 1: a text with half a character"),
    ("jinja2", "{% block a %}{% endblock %}\n{% block a %}{% endblock %}", "line 2: a second block of the same name"),
    ("jinja2", "{% if x %}" * 65, "line 1: statements are nested more than 64 deep"),
    ("jinja2", "{{ " + "(" * 40, "line 1: a tag that is too long or nested too deeply, or not closed"),
    ("jinja2", "{{ 9" + "9" * 20 + " }}", "line 1: a number that is too long"),
    ("jinja2", "{% for x on y %}{% endfor %}", "line 1: `in` is missing"),
    ("jinja2", "{{ 0x_ }}", "line 1: a number without digits"),
    ("jinja2", "{% block %}{% endblock %}", "line 1: a name is missing"),
    ("handlebars", "\n{{x", "line 2: a tag that is not closed"),
    ("handlebars", "\n{{#if x}}", "line 2: a block is not closed"),
    ("handlebars", "{{/if}}", "line 1: a block is closed that is not the open one"),
    ("handlebars", "{{#if x}}\n{{/each}}", "line 2: a block is closed that is not the open one"),
    ("handlebars", "{{else}}", "line 1: an else outside of a block"),
    ("handlebars", "{{}}", "line 1: a tag that holds no name"),
    ("handlebars", "{{x}}}", "line 1: a tag whose braces do not match"),
    ("handlebars", "{{{x}}", "line 1: a tag whose braces do not match"),
    ("handlebars", "{{! x", "line 1: a comment is not closed"),
    ("handlebars", "{{> (f x)}}", "line 1: a partial whose name is known only when it is sent"),
    ("handlebars", "{{#if x}}{{else}}{{else}}{{/if}}", "line 1: an else behind the last else"),
    ("handlebars", "{{#if x}}" * 65, "line 1: blocks are nested more than 64 deep"),
    ("handlebars", "{{#if x}}" + "{{else if x}}" * 65, "line 1: blocks are nested more than 64 deep"),
    (
        "handlebars",
        "{{#*inline 'a'}}{{> a}}{{/inline}}{{> a}}",
        "line 1: an inline partial that includes itself, or too deep",
    ),
    ("handlebars", "{{{{raw}}}}", "line 1: a block is not closed"),
    ("handlebars", '{{a "b}}', "line 1: a tag that cannot be read"),
    ("mustache", "\n{{x", "line 2: a tag is not closed"),
    ("mustache", "\n{{#x}}", "line 2: a section is not closed"),
    ("mustache", "{{#x}}\n{{/y}}", "line 2: a section is closed that is not the open one"),
    ("mustache", "{{/y}}", "line 1: a section is closed that is not the open one"),
    ("mustache", "{{some words}}", "line 1: a tag that holds no name"),
    ("mustache", "{{=x=}}", "line 1: a change of delimiters that does not name two"),
    ("mustache", "{{#x}}" * 65, "line 1: sections are nested more than 64 deep"),
    ("f-string", "a\n{", "line 2: a single { that puts nothing in"),
    ("f-string", "}", "line 1: a single } that puts nothing in"),
    ("f-string", '{"a": 1}', "line 1: a single { that puts nothing in"),
    ("f-string", "{a", "line 1: a single { that puts nothing in"),
    ("f-string", "{a:", "line 1: a { that is not closed"),
    ("f-string", "{}{0}", "line 1: fields with and without numbers"),
    ("f-string", "{a:{b:{c}}}", "line 1: a format within the format of a field"),
    ("f-string", "{a!x}", "line 1: a single { that puts nothing in"),
    ("f-string", "{a.}", "line 1: a single { that puts nothing in"),
    ("semantic-kernel", "\n{{$x", "line 2: a {{ that is not closed"),
    ("semantic-kernel", "{{#if x}}", "line 1: a block that is no name and no call"),
]


@pytest.mark.parametrize(("engine", "text", "problem"), BROKEN)
def test_broken_templates_are_refused_with_their_line(engine: str, text: str, problem: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_template(text, engine)
    assert caught.value.message.endswith(f" template: {problem}")
    assert caught.value.message.startswith("is not a valid ")


TAGS = ["{{a}}\n", "{{ a }}\n", "{a}\n", "$a\n", "${a}\n", "<<a>>\n", "{{$a}}\n"]


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine != "literal"])
def test_a_template_has_at_most_so_many_tags(engine: str) -> None:
    tag = next(tag for tag in TAGS if any(isinstance(node, Variable) for node in parse_template(tag, engine)))
    parse_template(tag * MAX_TAGS, engine)
    with pytest.raises(ParseError) as caught:
        parse_template(tag * (MAX_TAGS + 2), engine)
    assert caught.value.message == f"holds more than 20,000 template tags (line {MAX_TAGS + 1})"


def test_braces_that_are_sent_are_no_tags() -> None:
    assert parse_template('{{"a": 1}}' * MAX_TAGS + "{a}", "f-string")[-1] == Variable("a")


GROWING = [
    "{% set x = 'aaaaaaaaaa' %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}",
    "{% set x = y ~ 'a' %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}",
    "{% set x = y %}" + "{% if a %}{% set x = x ~ 'b' %}{% endif %}" * 500 + "{{ x }}",
    "".join(f"{{% macro m{i}() %}}{{{{ m{i - 1}() }}}}{{{{ m{i - 1}() }}}}{{% endmacro %}}" for i in range(40))
    + "{{ m39() }}",
    "{% for a in range(1000) %}" * 3 + "x" + "{% endfor %}" * 3,
    "{% set n = 9 %}" + "{% set n = n * n %}" * 100 + "{{ n }}",
    "{{ 'a' * 999999999999 }}",
    "{{ 'a' * 99999 * 99999 }}",
]


@pytest.mark.parametrize("text", GROWING, ids=range(len(GROWING)))
def test_a_template_grows_no_further_than_a_prompt_may(text: str) -> None:
    def work() -> None:
        try:
            assert sum(map(len, texts(parse_template(text, "jinja2")))) < 3_000_000
        except ParseError as error:
            assert len(error.message) < 200

    assert quiet_seconds(work, times=1) < 5


def test_inline_partials_grow_no_further() -> None:
    text = "".join(f"{{{{#*inline 'p{i}'}}}}{f'{{{{> p{i - 1}}}}}' * 4}x{{{{/inline}}}}" for i in range(1, 15))
    with pytest.raises(ParseError, match="inline partials that are used too often"):
        parse_template("{{#*inline 'p0'}}x{{/inline}}" + text + "{{> p14}}", "handlebars")


SIZE = 40_000
HOSTILE = [
    "{{",
    "{%",
    "{",
    "}",
    "{#",
    "$",
    "${",
    "<<",
    "{{{",
    "{{{{",
    "{{#",
    "{{!",
    "{{!--",
    "{{'",
    '{{"',
    "{{ a ",
    "{{a.",
    "{{a[",
    "{{ a|b",
    "{% if a %}",
    "{% raw %}",
    "{% set a %}",
    "{{#if a}}",
    "{{#a}}",
    "{{else}}",
    "{{=",
    "{{$",
    "\\{{",
    "\\",
    "{% ",
    "{%-",
    "  {{-",
    "{{~",
    "{{ not ",
    "{{ -",
    "{{ a if ",
    "{{ a ~ ",
    "{{ a.b(",
    "{{ 1",
    "{a:",
    "{a[",
    "{{> a",
    "<<a",
    "${a",
    "{{\n",
    "\n",
    " ",
    "{{> a}}\n  ",
    "{{{{a}}}}",
    "{{{{/a}}}}",
    "{{a}}",
    "{{ a }}",
    "{a}",
]


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine != "literal"])
def test_nothing_makes_a_large_template_slow(engine: str) -> None:
    """What is broken is refused at once; what is sound takes a time that grows with its length."""
    for mark in HOSTILE:
        text = mark * (SIZE // len(mark))
        refused: list[ParseError] = []
        _parse_or_refuse(text, engine, refused)
        assert is_within(0.06 if refused else 0.8, partial(_parse_or_refuse, text, engine, [])), mark
        assert is_within(0.4, partial(sniff, text)), mark


def _parse_or_refuse(text: str, engine: str, refused: list[ParseError]) -> None:
    try:
        parse_template(text, engine)
    except ParseError as error:
        assert len(error.message) < 200
        refused.append(error)


MARKS = st.lists(
    st.sampled_from(
        [
            *HOSTILE,
            "{{/if}}",
            "{{/a}}",
            "{% endif %}",
            "{% endraw %}",
            "{% else %}",
            "}}",
            "%}",
            "#}",
            "~}}",
            "-}}",
            "-%}",
            "]",
            ")",
            "'",
            '"',
            ":",
            "!",
            "{% for a in b %}",
            "{% endfor %}",
            "{{/each}}",
            "{{#each a}}",
            "a",
            ".",
            "[",
            "(",
            "=",
            "\u2028",
            "\r\n",
            "é",
            "{% macro a() %}",
            "{% endmacro %}",
        ]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=80)
@given(text=st.one_of(st.text(), MARKS))
@example(text="{{ '\ud800' }}")
@example(text="\0{{\0}}")
def test_any_text_is_nodes_or_a_parse_error(engine: str, text: str) -> None:
    try:
        nodes = parse_template(text, engine)
    except ParseError as error:
        assert "line " in error.message or "too deeply" in error.message or "grows" in error.message
        return
    check(nodes)
    assert sum(map(len, texts(nodes))) <= len(text) + 10


def check(nodes: Nodes) -> None:
    """No empty text, no two texts side by side, no variable without a name."""
    before: object = None
    for node in nodes:
        assert node != "" and not (isinstance(node, str) and isinstance(before, str))
        assert not isinstance(node, Variable) or node.name
        for inner in below(node):
            check(inner)
        before = node


@pytest.mark.parametrize("engine", ENGINES)
@given(text=st.text(alphabet=st.characters(exclude_characters="{}$<\\\r")))
def test_text_without_marks_is_kept(engine: str, text: str) -> None:
    """Jinja alone drops the newline at the very end, as it does when it renders."""
    kept = text.removesuffix("\n") if engine == "jinja2" else text
    assert parse_template(text, engine) == ((kept,) if kept else ())


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("", "literal"),
        ("plain", "literal"),
        ("{x} ${y} $z $ARGUMENTS <<a>>", "literal"),
        ('{"a": {"b": {}}}', "literal"),
        ("{{ your text here }}", "literal"),
        ("${{ github.event }}", "literal"),
        ("{{{x}}}", "literal"),
        ("{{$x}}", "literal"),
        ("{{ x | f }}", "literal"),
        ("{% off %}", "literal"),
        ("{{ 1 }}", "literal"),
        ("{{}}", "literal"),
        ("{{x}}", "jinja2"),
        ("a {{ user.name }} b", "jinja2"),
        ("{{- x -}}", "jinja2"),
        ("{% if x %}", "jinja2"),
        ("{%- for x in y -%}", "jinja2"),
        ("{%set x = 1%}", "jinja2"),
        ("{{#if x}}{{x}}{{/if}}", "handlebars"),
        ("{{> card}}", "handlebars"),
        ("{{/x}}", "handlebars"),
        ("{{~#each xs}}", "handlebars"),
        ("{% if x %}{{#if y}}", "jinja2"),
        ("100 % {x}", "literal"),
    ],
)
def test_sniff(text: str, engine: str) -> None:
    assert sniff(text) == engine
