"""A template's size against the text that the real engine renders of it: the count lies in the band.

Jinja2, Python and Handlebars (its kept answers) render; tiktoken counts what they made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sized
from typing import Any

import jinja2
import pytest

from llmcost_hooks.prompts import Message, Prompt
from llmcost_hooks.prompts.measure import Body, Measured, measure
from llmcost_hooks.prompts.nodes import Include
from llmcost_hooks.prompts.parts import numbered
from llmcost_hooks.prompts.samples import as_sample
from llmcost_hooks.prompts.sized import sized_values
from llmcost_hooks.prompts.templates import parse_template

from .generating import VALUES, Jinja, format_string
from .handlebars_truth import PARTIALS, kept
from .test_fixtures import oracle

SEEDS = range(100)
TOKENS = oracle("o200k_base").encode_ordinary


def rendered(engine: str) -> Iterator[tuple[str, str]]:
    """(template, what it becomes) of generated templates."""
    if engine == "handlebars":
        for case in kept()[-len(SEEDS) :]:
            if case.rendered is not None:
                yield case.template, case.rendered
    elif engine == "jinja2":
        for seed in SEEDS:
            template = Jinja(seed).several(3)
            yield template, jinja2.Environment().from_string(template).render(VALUES)
    else:
        yield from ((template, template.format(**VALUES)) for template in map(format_string, SEEDS))


def sized(
    template: str,
    engine: str,
    partials: Mapping[str, str],
    count: Callable[[str], Sized] = TOKENS,
    given: Mapping[str, Any] = VALUES,
) -> Measured:
    def body(name: str, text: str) -> Body:
        texts, parts = numbered(Prompt((Message(None, parse_template(text, engine)),), ("",)))
        assert parts is not None
        return Body(name, engine, parts.messages, [len(count(each)) for each in texts])

    def resolve(_: Body, include: Include) -> Body | None:
        return body(include.ref, partials[include.ref]) if include.ref in partials else None

    texts, parts = numbered(Prompt((), samples={name: as_sample(value) for name, value in given.items()}))
    assert parts is not None
    values = sized_values(parts.samples, [len(count(text)) for text in texts])
    return measure(body("the prompt", template), (), {}, values, resolve)


@pytest.mark.parametrize("engine", ["jinja2", "handlebars", "f-string"])
def test_the_count_of_the_rendered_text_lies_in_the_band(engine: str) -> None:
    compared = exact = 0
    for template, text in rendered(engine):
        found = sized(template, engine, PARTIALS if engine == "handlebars" else {})
        count = len(oracle("o200k_base").encode_ordinary(text))
        assert sum(found.low) <= count <= sum(found.high), template
        compared += 1
        exact += sum(found.typical) >= count
    assert compared >= 90
    assert exact > compared * 0.9  # the sum is seldom too low


LONG = "Use the customer's tone. Answer in complete sentences, and cite each document that you rely on.\n"


@pytest.mark.parametrize("values", range(1, 6))
def test_of_a_real_prompt_the_band_is_narrow(values: int) -> None:
    """What is put in changes a handful of tokens of hundreds."""
    template = "".join(f"{LONG * 3}{{{{ name }}}} and {{{{ city }}}}.\n" for _ in range(values))
    found = sized(template, "jinja2", {})
    text = jinja2.Environment().from_string(template).render(VALUES)
    count = len(oracle("o200k_base").encode_ordinary(text))
    assert sum(found.low) <= count <= sum(found.high)
    assert sum(found.high) - sum(found.low) <= count // 6
    assert abs(sum(found.typical) - count) <= 2 * values


FILES = {
    "value": "[{{ x }}]",
    "choice": "{% if x %}yes {{ x }}{% else %}no{% endif %}",
    "item": "{{ item }};",
    "member": "{{ item.title }}: {{ item.body }}",
    "base": "{{ x }}{% block a %}A{{ x }}{% endblock %}",
    "again": "{% set x = x ~ '?' %}{% include 'value' %}",
}
SEEN = [
    "{% set x = 'abc' %}{% include 'value' %}{% include 'choice' %}",
    "{% set x = name %}{% include 'value' %}{% include 'choice' %}",
    "{% set x = name ~ '!' %}{% include 'again' %}",
    "{% set x = false %}{% include 'choice' %}",
    "{% set x = empty %}{% include 'choice' %}",
    "{% with x = city %}{% include 'value' %}{% endwith %}",
    "{% for item in tags %}{% include 'item' %}{% endfor %}",
    "{% for item in ['a', 'bcd', name] %}{% include 'item' %}{% endfor %}",
    "{% for d in docs %}{% set item = d %}{% include 'member' %}{% endfor %}",
    "{% for x in tags %}{% set x = x ~ '!' %}{% include 'value' %}{% endfor %}",
    "{% extends 'base' %}{% set x = 'late' %}",
    "{% extends 'base' %}{% set x = name ~ '!' %}{% block a %}[{{ x }}]{{ super() }}{% endblock %}",
    "{% if on %}{% set x = 'one' %}{% else %}{% set x = 'two' %}{% endif %}{% include 'value' %}",
]


@pytest.mark.parametrize("template", SEEN)
def test_what_is_set_around_an_include_is_seen_in_it(template: str) -> None:
    """Counted in characters, of which there are none more or less at a seam."""
    text = jinja2.Environment(loader=jinja2.DictLoader(FILES)).from_string(template).render(VALUES)
    found = sized(template, "jinja2", FILES, str)
    assert (sum(found.typical), found.undeclared) == (len(text), ())


def test_an_include_without_context_sees_nothing() -> None:
    template = "{% set x = 'abc' %}{% include 'value' without context %}"
    assert sized(template, "jinja2", FILES, str).undeclared == ("x",)


@pytest.mark.parametrize("number", [0, 0.0, 1, -0.5])
def test_a_number_is_true_as_its_engine_says(number: float) -> None:
    template = "{% if n %}there{% else %}none{% endif %}"
    text = jinja2.Environment().from_string(template).render(n=number)
    assert sum(sized(template, "jinja2", {}, str, {"n": number}).typical) == len(text)
