"""Where the texts of a manifest stand, and that an edit touches nothing else."""

from __future__ import annotations

import json

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.manifest_edit import replace_text
from llmcost_hooks.manifest_places import text_places

ODD = '''\
# prompt_id = "old" in a comment
version = 1 # and "here"
"tags" = {a = 'x', "b.c" = "y # no comment", d.e = """z""" }
numbers = [1, 2.5, 1979-05-27 07:32:00, [true, "in, a ] list"], { k = "v" }] # ]
long = """
prompt_id = "no"
[[prompts]]
\\"""still"""""
raw = \'\'\'
it\'s 'raw' \\\'\'\'\'

[ defaults ]
model="gpt-4o"
[[prompts]]
path = 'a.md'
prompt_id = "old"
\t[prompts.tags]
\tteam = "search"
[[ "prompts" ]]
"path"="b.md"
'prompt_id'   =   'older'#x
tags.team = "b"
variables = {
    "a" = 1, # a comment
    b = { p50 = 1, p95 = 2 },
}
[[prompts]]
"prom\\u0070t_id" = """oldest"""
'''


def test_every_text_is_found_where_it_stands() -> None:
    found = {place.path: ODD[place.start : place.end] for place in text_places(ODD)}
    assert found == {
        ("tags", "a"): "x",
        ("tags", "b.c"): "y # no comment",
        ("tags", "d", "e"): "z",
        ("numbers", 3, 1): "in, a ] list",
        ("numbers", 4, "k"): "v",
        ("long",): '\nprompt_id = "no"\n[[prompts]]\n\\"""still""',
        ("raw",): "\nit's 'raw' \\'",
        ("defaults", "model"): "gpt-4o",
        ("prompts", 0, "path"): "a.md",
        ("prompts", 0, "prompt_id"): "old",
        ("prompts", 0, "tags", "team"): "search",
        ("prompts", 1, "path"): "b.md",
        ("prompts", 1, "prompt_id"): "older",
        ("prompts", 1, "tags", "team"): "b",
        ("prompts", 2, "prompt_id"): "oldest",
    }


@pytest.mark.parametrize("around", ["{}", "\ufeff{}", "{}  # end", "{}\n\n"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_edit_keeps_every_other_byte(around: str, ending: str, number: int) -> None:
    text = around.format(ODD.rstrip("\n")).replace("\n", ending)
    old = ("old", "older", "oldest")[number]
    edited = replace_text(text, ("prompts", number, "prompt_id"), "new/id-2")
    at = next(place.start for place in text_places(text) if place.path == ("prompts", number, "prompt_id"))
    assert edited == text[:at] + "new/id-2" + text[at + len(old) :]


def test_what_is_not_there_is_not_replaced() -> None:
    with pytest.raises(KeyError):
        replace_text("version = 1\n", ("prompts", 0, "prompt_id"), "x")


keys = st.sampled_from(["path", "prompt_id", '"prompt_id "', "'a.b'", "x"])
strings = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)


@st.composite
def written(draw: st.DrawFn, depth: int = 0) -> str:
    """A value, in one of the ways to write it."""
    kind = draw(st.integers(0, 5 if depth < 3 else 3))
    if kind == 0:
        return draw(st.sampled_from(["1", "-2.5e3", "true", "2026-01-01", "07:32:00", "1979-05-27 07:32:00Z", "inf"]))
    if kind == 1:
        return json.dumps(draw(strings), ensure_ascii=False).replace("\x7f", "")
    if kind == 2:
        return "'" + draw(strings).replace("'", "") + "'"
    if kind == 3:
        return '"""' + draw(st.sampled_from(["", "\n", "a\n# [x]\n", 'a ""b', "\\\\", 'q"'])) + '"""'
    inner = draw(st.lists(written(depth + 1), max_size=3))
    gap = draw(st.sampled_from(["", " ", "\n", " # ]}\n"]))
    if kind == 4:
        return "[" + "".join(f"{gap}{each}{gap}," for each in inner) + gap + "]"
    return "{ " + ", ".join(f"k{n} = {each}" for n, each in enumerate(inner)) + " }"


@given(
    st.lists(st.tuples(st.sampled_from(["", "[[prompts]]", "[a.'b']", "[[a.c]]", "[prompts.tags]"]), written())),
    st.sampled_from(["\n", "\r\n"]),
)
def test_each_place_is_the_text_that_a_parser_reads_there(rows: list[tuple[str, str]], ending: str) -> None:
    """Put a mark in its place: the parser finds the mark there, and everything else as it was."""
    lines = [f"{header}\nk{n} = {value}" for n, (header, value) in enumerate(rows)]
    text = "\n".join(lines).replace("\n", ending)
    try:
        before = tomli.loads(text)
    except tomli.TOMLDecodeError:
        return  # a table twice, an inline table over several lines
    for place in text_places(text):
        after = tomli.loads(replace_text(text, place.path, "MARK"))
        _put(before_copy := json.loads(json.dumps(before, default=str)), place.path)
        assert json.loads(json.dumps(after, default=str)) == before_copy
    assert len(text_places(text)) == _texts(before)


def _put(document: object, path: tuple[str | int, ...]) -> None:
    for key in path[:-1]:
        document = document[key]  # type: ignore[index]
    document[path[-1]] = "MARK"  # type: ignore[index]


def _texts(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(_texts, value.values()))
    if isinstance(value, list):
        return sum(map(_texts, value))
    return isinstance(value, str)
