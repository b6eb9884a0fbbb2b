"""JSON is read as the json module reads it, or refused with its line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts.json_text import MAX_DEPTH, MAX_VALUES, compact, parse_json

FILLER = "[" + "[]," * MAX_DEPTH + "[]]"  # so many brackets that nothing is read at once


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not valid JSON: line 1: Expecting value"),
        ('{"a": 1,\n\n x}', "is not valid JSON: line 3: Expecting property name enclosed in double quotes"),
        ('{"a": 1,\n"b": 2,\n"a": 3}', "has a duplicate key (line 3)"),
        ('{"a": 1,\n"\\u0061": 3}', "has a duplicate key (line 2)"),
        ('{"a": {"b": 1, "b": 2}}', "has a duplicate key (line 1)"),
        ('["\\ud800"]', "has half a character in a text (line 1)"),
        ('[\n{"\\udfff": 1}]', "has half a character in a text (line 2)"),
        ('["\\ude00\\ud83d"]', "has half a character in a text (line 1)"),
        ("[1,\nNaN]", "has NaN or Infinity, which is no number (line 2)"),
        ("-Infinity", "has NaN or Infinity, which is no number (line 1)"),
        ("[" + "9" * 41 + "]", "has a number with too many digits (line 1)"),
        ("[1e999]", "has a number that is too large (line 1)"),
        ("[\n" * (MAX_DEPTH + 1), f"is nested too deeply (line {MAX_DEPTH + 1})"),
        ('{"a":' * (MAX_DEPTH + 1), "is nested too deeply (line 1)"),
        ("[" + "1,\n" * MAX_VALUES, f"holds too many values (line {MAX_VALUES - 1})"),
        ('["a\nb"]', "is not valid JSON: line 1: Invalid control character at"),
        ("[" + "[],\n" * MAX_VALUES, f"holds too many values (line {MAX_VALUES // 2})"),
        ('["' + '","' * MAX_VALUES * 3 + '"]', "holds too many values (line 1)"),
        ("[1,\nx" + ",1" * MAX_VALUES, "is not valid JSON: line 2: Expecting value"),
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH + "\n]" * 9, "is not valid JSON: line 2: Extra data"),
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH + "[" * MAX_DEPTH * 9, "is not valid JSON: line 1: Extra data"),
        ("{}]\n" + "[" * MAX_DEPTH * 9, "is not valid JSON: line 1: Extra data"),
        ('["1e999",\n11e9999, 1e9999, 1]', "has a number that is too large (line 2)"),
        ('["-Infinity",\n{"Infinity": -Infinity}]', "has NaN or Infinity, which is no number (line 2)"),
        ("[1,\n" + "9" * 200_000 + "]", "has a number with too many digits (line 2)"),
        ("[1." + "9" * 50 + "e5]", "has a number with too many digits (line 1)"),
        ('["\\\\ud800",\n"\\ud800"]', "has half a character in a text (line 2)"),
        ('["a: {", {"a": ["b"], "c":\n{"b" : 1, "\\u0062"\n:2}}]', "has a duplicate key (line 2)"),
        ('[{}, {"\\"": {"\\"": 1},\n"x": "\\"",\n"\\u0022": 1}]', "has a duplicate key (line 3)"),
        ("]", "is not valid JSON: line 1: Expecting value"),
        ("[1] [2]", "is not valid JSON: line 1: Extra data"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_json(text)
    assert caught.value.message == message


@pytest.mark.parametrize("problem", ['{"a": 1, "a": 2}', '"\\ud800"', "NaN", "9" * 41, "1e999", "1.0e"])
def test_a_long_text_is_as_strict_as_a_short_one(problem: str) -> None:
    for text in (f"[{problem}]", f"[{FILLER},\n{problem}]"):
        with pytest.raises(ParseError, match="line"):
            parse_json(text)


def test_lines_are_those_of_the_file() -> None:
    with pytest.raises(ParseError, match=r"\(line 12\)"):
        parse_json('{"a": 1,\n"a": 2}', 11)
    with pytest.raises(ParseError, match=r"line 11: "):
        parse_json("{", 11)


def test_a_mark_at_the_beginning_is_no_text() -> None:
    assert parse_json('\ufeff{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30),
              st.floats(allow_nan=False, allow_infinity=False),
              st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text("ab\"\\é\n", max_size=3), inner)),
    max_leaves=12,
)  # fmt: skip


@given(VALUE, st.booleans(), st.sampled_from([None, 1]))
def test_what_is_written_is_read(value: object, ascii: bool, indent: int | None) -> None:
    written = json.dumps(value, ensure_ascii=ascii, indent=indent)
    assert parse_json(written) == value
    assert parse_json(f"[{FILLER}, {written}]")[1] == value
    assert parse_json(compact(value)) == value


@given(st.text('[]{}",:\\ud80 1e-NaInfity\n'))
def test_any_text_is_a_value_or_a_parse_error(text: str) -> None:
    try:
        value = parse_json(text)
    except ParseError:
        return
    assert value == json.loads(text)
    compact(value).encode()
