"""Where an include may lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.prompts.includes import MAX_PATHS, candidates, included_format, inside
from llmcost_hooks.prompts.nodes import Include


@pytest.mark.parametrize(
    ("path", "ref", "format", "first"),
    [
        ("prompts/chat/a.j2", "base.j2", "jinja2",
         ["prompts/chat/base.j2", "prompts/chat/templates/base.j2", "prompts/chat/prompts/base.j2", "prompts/base.j2"]),
        ("a.j2", "b.j2", "jinja2", ["b.j2", "templates/b.j2", "prompts/b.j2"]),
        ("p/a.hbs", "card", "handlebars", ["p/_card.handlebars", "p/card.handlebars", "p/_card.hbs", "p/card.hbs"]),
        ("p/a.prompt", "base", "dotprompt", ["p/_base.prompt", "p/base.prompt", "p/partials/_base.prompt"]),
        ("p/a.prompt", "shared/base", "dotprompt", ["p/shared/_base.prompt", "p/shared/base.prompt"]),
        ("p/system.md", "user.md", "fabric", ["p/user.md"]),
        ("p/q/CLAUDE.md", "../docs/x.md", "claude-md", ["p/docs/x.md"]),
        ("p/a.j2", "/shared/b.j2", "jinja2", ["shared/b.j2"]),
        ("p/a.hbs", "card.hbs", "handlebars", ["p/_card.hbs", "p/card.hbs"]),
    ],
)  # fmt: skip
def test_the_likeliest_place_comes_first(path: str, ref: str, format: str, first: list[str]) -> None:
    assert list(candidates(path, Include(ref), format))[: len(first)] == first


@pytest.mark.parametrize(
    ("path", "ref", "format"),
    [("p/x/system.md", "user.md", "fabric"), ("p/x/CLAUDE.md", "user.md", "claude-md"),
     ("p/x/promptfooconfig.yaml", "user.md", "promptfoo")],
)  # fmt: skip
def test_what_lies_beside_a_file_is_looked_for_nowhere_else(path: str, ref: str, format: str) -> None:
    assert candidates(path, Include(ref), format) == ("p/x/user.md",)
    assert candidates(path, Include("/" + ref), format) == ()
    assert candidates(path, Include("../../../" + ref), format) == ()


def test_a_template_is_looked_for_as_its_language_does_it() -> None:
    """Also in a file whose own name is of another format."""
    card = candidates("p/a.md", Include("card", format="handlebars"), "front-matter")
    assert card[:4] == ("p/_card.handlebars", "p/card.handlebars", "p/_card.hbs", "p/card.hbs")
    assert "templates/base.j2" in candidates("p/a.md", Include("base.j2", format="jinja2"), "front-matter")
    assert candidates("p/a.prompt", Include("card", format="handlebars"), "dotprompt")[0] == "p/_card.prompt"


PATHS = st.lists(st.sampled_from(["a", "b.c"]), min_size=1, max_size=5).map("/".join)


@given(PATHS, st.text("ab/.", max_size=20), st.sampled_from(["jinja2", "handlebars", "literal"]))
def test_no_include_leaves_the_repository(path: str, ref: str, format: str) -> None:
    found = candidates(path, Include(ref), format)
    assert len(found) <= MAX_PATHS
    for place in found:
        assert ".." not in place.split("/")
        assert not place.startswith("/")


def test_outside_is_nowhere() -> None:
    assert inside("a/b", "../../../x") is None
    assert inside("a", "..") is None
    assert inside("a/b", "../x/./y") == "a/x/y"


@pytest.mark.parametrize(
    ("include", "format", "expected"),
    [
        (Include("base.md"), "jinja2", "jinja2"),
        (Include("base.md", format="f-string"), "langchain", "f-string"),
        (Include("a.txt", format="handlebars"), "dotprompt", "dotprompt"),
        (Include("example.py", format="jinja2"), "front-matter", "jinja2"),
        (Include("user.md", format="text"), "fabric", "text"),
        (Include("user.md"), "keprompt", "front-matter"),
        (Include("a.txt"), "python::NAME", "text"),
    ],
)
def test_the_format_of_what_is_included(include: Include, format: str, expected: str) -> None:
    assert included_format(include, format) == expected
