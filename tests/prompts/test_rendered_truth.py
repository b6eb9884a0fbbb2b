"""The law of the template readers: nodes, walked with values, give what the real engine renders with them."""

from __future__ import annotations

import string
from collections import defaultdict
from typing import Any

import chevron  # type: ignore[import-untyped]
import jinja2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts.nodes import Nodes, texts
from llmcost_hooks.prompts.templates import parse_template

from .generating import VALUES, Jinja, Mustache, dollar_string, format_string
from .handlebars_truth import PARTIALS, Case, kept, templates
from .rendering import render

SEEDS = range(220)


def rendered(text: str, engine: str, files: dict[str, str] | None = None) -> str:
    def resolve(ref: str) -> Nodes | None:
        return parse_template(files[ref], engine) if files and ref in files else None

    return render(parse_template(text, engine), VALUES, resolve)


def test_jinja() -> None:
    environment = jinja2.Environment(optimized=False)
    for seed in SEEDS:
        template = Jinja(seed).several(2)
        assert rendered(template, "jinja2") == environment.from_string(template).render(VALUES), template


JINJA_FILES = {
    "base": "top\n{% block head %}base head {{ name }}{% endblock %}\n{% block body %}[{% block inner %}in{% endblock %}]{% endblock %}end",
    "middle": "{% extends 'base' %}\n{% block head %}middle, {{ super() }}{% endblock %}dropped",
    "part": "part of {{ name }}\n",
    "loop": "{% for tag in tags %}{{ tag }}{% endfor %}",
}
EXTENDING = [
    "{% extends 'base' %}",
    "{# note #}\n{% extends 'base' %}dropped {{ name }}{% block body %}mine{% endblock %}",
    "{% extends 'base' %}{% block inner %}new {{ super() }}{% endblock %}",
    "{% extends 'base' %}{% set x = 'set' %}{% block head %}{{ x }}{% endblock %}",
    "{% extends 'middle' %}{% block head %}<{{ super() }}>{% endblock %}",
    "{% extends 'base' %}{% block body %}{% block inner %}both{% endblock %} {% endblock %}",
    "{% extends 'base' %}{% macro m(a) %}({{ a }}){% endmacro %}{% block head %}{{ m(city) }}{% endblock %}",
    "{% set file = 'base' %}{% extends file %}",
    "a {% include 'part' %} b {%- include 'loop' -%} c",
    "{% include 'none' ignore missing %}x{% include ['part', 'loop'] %}{% include 'part' with context %}",
    "{% for t in tags %}{% include 'part' %}{% endfor %}{% include 'part' if on else 'loop' %}{% include 'pa' ~ 'rt' %}",
    "{% block a %}x{{ name }}{% endblock %}{% block b scoped %}y{% endblock b %}",
]


@pytest.mark.parametrize("template", EXTENDING)
def test_jinja_of_several_files(template: str) -> None:
    environment = jinja2.Environment(loader=jinja2.DictLoader(JINJA_FILES))
    assert rendered(template, "jinja2", JINJA_FILES) == environment.from_string(template).render(VALUES)


JINJA_BY_HAND = [
    "{% macro f(a, b='z') %}[{{ a }}:{{ b }}]{% endmacro %}{{ f(name) }}{{ f('q', b=user.name) }}{{ f(b='x') }}",
    "{% macro w() %}<{{ caller() }}>{% endmacro %}{% call w() %}in {{ name }}{% endcall %}",
    "{% macro m() %}{% endmacro %}a{{ m() }}b",
    "{% set b %}hey {{ name }}{% endset %}{{ b }}{{ b }}",
    "{% set x = name %}{% set x = x ~ '!' %}{{ x }}",
    "{% set x = 'a' %}{% for t in tags %}{% set x = t %}{{ x }}{% endfor %}{{ x }}",
    "{% if on %}{% set t = '1' %}{% else %}{% set t = '2' %}{% endif %}{{ t }}",
    "{% set a, b = 'x', name %}{{ a }}{{ b }}",
    "{% for x in docs if x.hint %}{{ x.title }}{% else %}none{% endfor %}",
    "{% for x in [] %}a{% else %}b{% endfor %}",
    "{% for r in ['a', 'b', name] %}{{ loop.index }}{{ r }}{{ ',' if not loop.last }}{% endfor %}",
    "{% for a, b in [['x', 1], ['y', 2]] %}{{ a }}{{ b }}{% endfor %}",
    "{% set t = {'a': 'b', 'c': ['d']} %}{{ t.a }}{{ t['c'][0] }}",
    "{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}",
    "{% for i in range(1, 3) %}{{ i }}{% endfor %}",
    "{{ '}}' }}{{ {'a': {'b': 'c'}}['a']['b'] }}{{ '{{' }}{{ \"it's\" }}{{ 'a\\n\\x41\\u00e9\\'' }}{{ 'a' 'b' }}",
    "{{ 1 + 2 }}{{ 'a' * 3 }}{{ true }}{{ none }}{{ 1.5 }}{{ 1_000 }}{{ 7 - 2 }}{{ 1 if 2 > 1 }}{{ 'x' if 'a' not in ['a'] else 'y' }}",
    "{% if on and name %}x{% endif %}{% if on and empty %}y{% endif %}{% if name and on and tags %}z{% endif %}",
    "{% if 'a' == 'b' %}x{% elif name %}y{% else %}z{% endif %}{% if false %}x{% endif %}{% if name != '' %}x{% endif %}",
    "{% if missing is undefined %}U{% endif %}{% if name is not none %}N{% endif %}{% if not (not name) %}B{% endif %}",
    "{% autoescape true %}{{ name }}{% endautoescape %}{% filter trim %}x{% endfilter %}",
    "{{ docs | length }}{{ user.langs | count }}",
    "{{ user['name'] }}{{ docs[0].title }}{{ docs.1['title'] }}{{ tags[1] }}{{ pairs[0][1] }}{{ user.get('name') }}{{ name.strip() }}",
    "a\r\nb\rc\n\n",
    "\n",
    "a\n",
    "{%+ if on +%} x {%+ endif %}\n",
    "{{ empty or name }}{{ name and city }}{{ on and 'on' }}",
    "{% set ns = namespace(a=1) %}x",
    "{% with a = 'b', c = name %}{{ a }}{{ c }}{% endwith %}",
    "{%- raw -%} {{ a }} {%- endraw -%} b",
    "{% set rules = ['Be brief', 'Be kind'] %}\n{% for rule in rules %}\n{{ loop.index }}. {{ rule }}\n{% endfor %}",
    "{% set mode = 'long' %}{% if mode == 'long' %}L{% else %}S{% endif %}{% if mode %}m{% endif %}",
]


@pytest.mark.parametrize("template", JINJA_BY_HAND)
def test_jinja_by_hand(template: str) -> None:
    assert rendered(template, "jinja2") == jinja2.Environment().from_string(template).render(VALUES)


@pytest.mark.parametrize("case", kept()[: len(kept()) - 300], ids=lambda case: case.template[:40])
def test_handlebars_by_hand(case: Case) -> None:
    assert rendered(case.template, "handlebars", PARTIALS) == case.rendered


def test_handlebars() -> None:
    for case in kept():
        assert rendered(case.template, "handlebars", PARTIALS) == case.rendered, case.template


def test_the_kept_truth_is_of_the_templates_that_are_generated_now() -> None:
    assert [case.template for case in kept()] == templates()


def test_mustache() -> None:
    """Chevron fails at some templates by itself, takes tabs for text, and blanks at the very end too."""
    compared = 0
    partials = {"card": "[{{name}}]\n"}
    for seed in range(400):
        template = Mustache(seed).several(3).replace("\t", "") + "."
        try:
            expected = chevron.render(template, VALUES, partials_dict=partials)
        except IndexError:
            continue
        assert rendered(template, "mustache", partials) == expected, template
        compared += 1
    assert compared > 300


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        # of Mustache's specification: lines of their own
        ("| a\n{{#on}}\n|\n{{/on}}\n| b\n", "| a\n|\n| b\n"),
        ("  {{#on}}\n#{{/on}}\n/", "#\n/"),
        ("#{{#on}}\n/\n  {{/on}}", "#\n/\n"),
        ("|\r\n{{#on}}\r\n{{/on}}\r\n|", "|\r\n|"),
        (" {{#on}}Y{{/on}}\n {{#on}}G{{/on}}\n", " Y\n G\n"),
        ("!\n  {{! note }}", "!\n"),
        ("  {{! note }}\n!", "!"),
        ("12 {{! note }}\n", "12 \n"),
        ("Begin.\n{{=@ @=}}\nEnd.\n", "Begin.\nEnd.\n"),
        ("a {{=| |=}}|name|", "a Ann"),
        ("\t{{#on}}\nx\n\t{{/on}}\n", "x\n"),
        ("x\n\t{{^off}}\t\ny{{/off}}", "x\ny"),
        ("{{#docs}}{{title}}{{#marks}}{{.}}{{name}}{{/marks}}{{/docs}}", "OnepAnnqAnnTwo"),
    ],
)
def test_mustache_by_hand(template: str, expected: str) -> None:
    assert rendered(template, "mustache") == expected


def test_format_strings() -> None:
    for seed in SEEDS:
        template = format_string(seed)
        assert rendered(template, "f-string") == template.format(**VALUES), template


class Anything(dict[str, Any]):
    """A "V" for every name."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return "V"


@given(st.text(alphabet="{}ab", max_size=12))
@example("{{}}{{{}}}{a}{ab}")
@example("{a{b}}")
@example("}}}{")
def test_braces_mean_what_python_takes_them_for(text: str) -> None:
    try:
        expected = string.Formatter().vformat(text, ["V"] * 12, Anything())
    except ValueError:
        with pytest.raises(ParseError):
            parse_template(text, "f-string")
    else:
        assert render(parse_template(text, "f-string"), Anything()) == expected


def test_dollars() -> None:
    values = defaultdict(str, VALUES)
    for seed in SEEDS:
        template = dollar_string(seed)
        assert rendered(template, "dollar") == string.Template(template).safe_substitute(values), template


def test_every_branch_is_in_the_nodes() -> None:
    """What is not chosen now may be chosen in another request."""
    nodes = parse_template(
        "a{% if x %}b{% elif y %}c{% else %}d{% endif %}{% for z in zs %}e{% else %}f{% endfor %}", "jinja2"
    )
    assert list(texts(nodes)) == list("abcdef")
