"""How large a prompt is: sums worked out by hand, and laws over generated nodes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts import Message, Prompt
from llmcost_hooks.prompts.measure import (
    MAX_DEPTH,
    Body,
    Measured,
    measure,
)
from llmcost_hooks.prompts.nodes import ELSE, UNKNOWN, Block, Choice, Include, Loop, Nodes, Variable
from llmcost_hooks.prompts.parts import Parts, numbered
from llmcost_hooks.prompts.parts_text import dump_parts, load_parts
from llmcost_hooks.prompts.sized import Leaf, Stated, Value, sized_values
from llmcost_hooks.prompts.tally import Size

COUNTS = (10, 20, 40, 80)  # tokens of text 0, 1, 2 and 3


def sized(
    *nodes: Any,
    stated: Mapping[str, Stated] | None = None,
    samples: Mapping[str, Value] | None = None,
    files: Mapping[str, Nodes] | None = None,
    tools: tuple[int, ...] = (),
) -> Measured:
    """What `nodes` of a file called "a" come to; `files` are what it can include, all with COUNTS."""
    known = files or {}

    def resolve(body: Body, include: Include) -> Body | None:
        return Body(include.ref, "jinja2", (known[include.ref],), COUNTS) if include.ref in known else None

    return measure(Body("a", "jinja2", (nodes,), COUNTS), tools, stated or {}, samples or {}, resolve)


def total(found: Measured) -> tuple[int, int, int]:
    return sum(found.low), sum(found.typical), sum(found.high)


def test_text_is_what_it_counts() -> None:
    found = sized(0, 1, tools=(5, 7))
    assert total(found) == (42, 42, 42)
    assert found.cacheable == Size(42)
    assert (found.ends_at, found.undeclared, found.includes) == (None, (), ())
    assert [(part.kind, part.name, sum(part.size)) for part in found.parts] == [("tools", "", 12), ("text", "", 30)]


def test_a_stated_variable_has_its_size_and_two_seams() -> None:
    found = sized(0, Variable("x"), 1, stated={"x": Stated(100, 300)})
    assert found.typical == Size(30, 100)
    assert (found.low, found.high) == (Size(28, 100), Size(32, 300))
    assert (found.cacheable, found.ends_at) == (Size(10), "x")
    assert total(sized(Variable("x"), Variable("x"), stated={"x": Stated(100, 100)}))[1] == 200


def test_members_of_a_stated_variable_share_its_size() -> None:
    nodes = (Variable("user.name"), Variable("user.city"), Variable("user"))
    assert sized(*nodes, stated={"user": Stated(50, 50)}).typical == Size(0, 100)
    assert sized(Variable("user.name"), stated={"user.name": Stated(3, 3)}).typical == Size(0, 3)


def test_what_nobody_states_is_named_and_not_counted() -> None:
    found = sized(0, Variable("x"), Variable("y.z"), Variable("x"), stated={"unused": Stated(7, 9)})
    assert found.undeclared == ("x", "y.z")
    assert found.unused == ("unused",)
    assert found.typical == Size(10, 7)


def test_samples_are_counted() -> None:
    samples: dict[str, Value] = {"x": Leaf(5, True), "t": {"a": Leaf(1, True), "b": [Leaf(2, True), Leaf(3, True)]}}
    assert sized(Variable("x"), samples=samples).typical == Size(5)
    assert sized(Variable("t.b.1"), samples=samples).typical == Size(3)
    assert sized(Variable("t.b.-1"), samples=samples).typical == Size(3)
    assert sized(Variable("t.b.-3"), samples=samples).undeclared == ("t.b.-3",)
    whole = sized(Variable("t.b"), samples=samples)
    assert (sum(whole.low), whole.typical, sum(whole.high)) == (5, Size(9), 12)  # and what stands between two values
    table = sized(Variable("t"), samples=samples)
    assert (sum(table.low), table.typical) == (6, Size(1 + 9 + 2 * 4 + 1))  # and keys, quotes and braces
    assert sized(Variable("t.c"), samples=samples).undeclared == ("t.c",)
    assert sized(Variable("x"), samples=samples, stated={"x": Stated(9, 9)}).typical == Size(0, 9)


@pytest.mark.parametrize(
    ("condition", "samples", "expected"),
    [
        ("x", {"x": Leaf(1, True)}, 10),
        ("x", {"x": Leaf(0, False)}, 20),
        ("!x", {"x": Leaf(1, True)}, 20),
        ("!x", {"x": Leaf(0, False)}, 10),
        ("x", {"x": []}, 20),
        ("x", {"x": [Leaf(0, False)]}, 10),
        ("x", {}, 20),  # not known: the larger one
        (UNKNOWN, {"x": Leaf(1, True)}, 20),
    ],
)
def test_the_branch_that_holds(condition: str, samples: dict[str, Value], expected: int) -> None:
    found = sized(Choice(((condition, (0,)), (ELSE, (1,)))), samples=samples)
    assert sum(found.typical) == expected


def test_where_no_branch_is_known_to_hold() -> None:
    found = sized(0, Choice((("x", (1,)), ("y", (2, Variable("z"))))))
    assert total(found) == (10 - 2, 50, 50 + 2)
    assert found.undeclared == ("z",)
    assert (found.cacheable, found.ends_at) == (Size(10), "x")
    known = sized(Choice((("x", (1,)), ("y", (2,)))), samples={"x": Leaf(0, False), "y": Leaf(0, False)})
    assert total(known) == (0, 0, 0)
    stated = sized(Choice((("x", (0,)), (ELSE, (3,)))), stated={"x": Stated(5, 5)})
    assert (sum(stated.typical), stated.unused) == (10, ())


def test_a_member_is_counted_once_whichever_branch_is_taken() -> None:
    both = Choice((("c", (Variable("user.name"),)), (ELSE, (Variable("user.city"), 0))))
    found = sized(both, Variable("user.age"), stated={"user": Stated(50, 50)})
    assert found.typical == Size(10, 50)


def test_a_member_that_only_the_other_branch_has_is_still_to_be_counted() -> None:
    other = Choice((("c", (Variable("user.name"),)), (ELSE, (3,))))
    found = sized(other, Variable("user.age"), stated={"user": Stated(50, 50)})
    assert found.typical == Size(80, 50)


def test_the_upper_end_is_that_of_any_branch() -> None:
    found = sized(Choice((("c", (3,)), (ELSE, (Variable("x"),)))), stated={"x": Stated(50, 900)})
    assert sum(found.typical) == 80
    assert sum(found.high) == 900


def test_a_loop_over_a_sample() -> None:
    docs: dict[str, Value] = {"docs": [{"t": Leaf(3, True)}, {"t": Leaf(4, True)}]}
    assert sized(Loop("d", "docs", (0, Variable("d.t"), Variable("loop.index"))), samples=docs).typical == Size(29)
    assert sized(Loop("", "docs", (0, Variable("t"))), samples=docs).typical == Size(27)
    assert sized(Loop("", "docs", (Variable("this.t"),)), samples=docs).typical == Size(7)
    assert sized(Loop("d", "docs", (0,), (1,)), samples={"docs": []}).typical == Size(20)
    table: dict[str, Value] = {
        "docs": {"a": Leaf(4, True), "b": Leaf(5, True)},
        "pairs": [[Leaf(1, True), Leaf(2, True)]],
    }
    assert sized(Loop("k,v", "docs", (Variable("v"),)), samples=table).typical == Size(9)
    assert sized(Loop("k", "docs", (Variable("k"),)), samples=table).typical == Size(2)  # keys, of one letter
    assert sized(Loop("k,v", "pairs", (Variable("v"), Variable("k"))), samples=table).typical == Size(3)
    first = Choice((("loop.first", (0,)), ("loop.last", (1,)), (ELSE, (2,))))
    three: dict[str, Value] = {"docs": [Leaf(1, True)] * 3}
    assert sized(Loop("d", "docs", (first,)), samples=three).typical == Size(70)
    assert sum(sized(Loop("d", "docs", (first,)), stated={"docs": Stated(9, 9)}).typical) == 49
    once: dict[str, Value] = {"flag": Leaf(1, True), "t": Leaf(9, True)}
    assert sized(Loop("", "flag", (0, Variable("t"))), samples=once).typical == Size(19)
    inner = Loop("", "docs", (Variable("../name"),))
    assert sized(inner, samples={**docs, "name": Leaf(2, True)}).typical == Size(4)


def test_a_loop_over_what_is_stated_or_unknown() -> None:
    loop = Loop("d", "docs", (0, Variable("d.title"), Variable("other")))
    stated = sized(loop, stated={"docs": Stated(1800, 4000), "other": Stated(1, 1)})
    assert stated.typical == Size(10, 1801)
    assert stated.once == ("docs",)
    assert stated.undeclared == ()
    unknown = sized(loop)
    assert unknown.typical == Size(10)
    assert unknown.low == Size(0)
    assert unknown.undeclared == ("other", "docs")


def test_an_include_counts_where_it_stands() -> None:
    found = sized(0, Include("b"), Variable("x"), files={"b": (1, Include("c")), "c": (2,)})
    assert sum(found.typical) == 70
    assert found.cacheable == Size(70)
    assert found.includes == ("b", "c")
    assert [(part.kind, part.name, sum(part.size)) for part in found.parts] == [
        ("text", "", 10),
        ("include", "b", 20),
        ("include", "c", 40),
    ]
    assert sum(sized(0, Include("gone", optional=True)).typical) == 10


def test_a_missing_or_circular_include_names_the_chain() -> None:
    with pytest.raises(ParseError, match=r"includes gone, which is not there \(a → b → gone\)"):
        sized(Include("b"), files={"b": (Include("gone"),)})
    with pytest.raises(ParseError, match=r"includes itself \(a → b → c → b\)"):
        sized(Include("b"), files={"b": (Include("c"),), "c": (Include("b"),)})
    with pytest.raises(ParseError, match=r"includes itself \(a → a\)"):
        sized(Include("a"), files={"a": (Include("a"),)})
    deep = {f"f{n}": (Include(f"f{n + 1}"),) for n in range(MAX_DEPTH + 5)}
    with pytest.raises(ParseError, match=r"more than 20 files within each other \(a → f0 → f1"):
        sized(Include("f0"), files=deep)


def test_imports_of_claude_end_where_they_meet_themselves() -> None:
    """No circle is an error there, and the sixth file of a chain is not read."""
    files: dict[str, Nodes] = {"b": (1, Include("a")), **{f"f{n}": (0, Include(f"f{n + 1}")) for n in range(9)}}

    def resolve(_: Body, include: Include) -> Body:
        return Body(include.ref, "claude-md", (files.get(include.ref, (0,)),), COUNTS)

    def imported(ref: str) -> int:
        return sum(measure(Body("a", "claude-md", ((0, Include(ref)),), COUNTS), (), {}, {}, resolve).typical)

    assert imported("b") == 30
    assert imported("f0") == 10 + 5 * 10


def test_what_is_set_around_an_include_is_seen_in_it() -> None:
    files: dict[str, Nodes] = {
        "p": (0, Variable("x"), Variable("x.t"), Variable("z")),
        "q": (Choice((("x", (1,)), (ELSE, (2,)))),),
        "r": (Include("p", names=(("z", (3,)),)),),
        "l": (Loop("d", "x", (0, Variable("d"), Variable("y"))),),
        "s": (Loop("x", "docs", (Variable("x"),)),),
    }
    samples: dict[str, Value] = {"y": {"t": Leaf(3, True)}, "docs": [Leaf(1, True), Leaf(2, True)], "e": Leaf(0, False)}

    def include(ref: str, *nodes: Any) -> Measured:
        return sized(Include(ref, names=(("x", nodes),)), files=files, samples=samples)

    text = include("p", 1)
    assert (text.typical, text.undeclared, text.cacheable, text.ends_at) == (Size(30), ("x.t", "z"), Size(30), "x.t")
    assert include("p", Variable("y")).typical == Size(10 + (3 + 4 + 1) + 3)
    assert include("q", 0).typical == Size(20)
    assert include("q").typical == Size(40)
    assert include("q", Variable("e")).typical == Size(40)
    assert include("q", Variable("y")).typical == Size(20)
    assert include("q", 0, Variable("e")).typical == Size(40)  # not known: the larger one
    assert include("r", 1).typical == Size(10 + 20 + 80)
    assert include("l", Variable("docs")).typical == Size(2 * 10 + 1 + 2 + 2 * 8)
    assert include("s", 1).typical == Size(3)  # the item of a loop there hides it
    around = Loop("d", "docs", (Include("q", names=(("x", (Variable("d"),)),)),))
    assert sized(around, files=files, samples=samples).typical == Size(40)


def test_a_block_means_names_as_the_file_that_it_stands_in() -> None:
    base: Nodes = (Block("body", (Variable("q"),)),)
    child = Include("base", (("body", (Variable("q"), 0)),), names=(("q", (Variable("q"), 1)),))
    found = sized(child, files={"base": base}, samples={"q": Leaf(5, True)})
    assert found.typical == Size(15)
    plain = sized(child._replace(blocks=()), files={"base": base}, samples={"q": Leaf(5, True)})
    assert plain.typical == Size(25)


def test_nesting_ends_before_the_interpreter_does() -> None:
    def nested(inside: Nodes) -> Nodes:
        for _ in range(60):
            inside = (Choice((("x", inside),)),)
        return inside

    assert sum(sized(*nested((0,))).typical) == 10
    files = {f"f{n}": nested((Include(f"f{n + 1}"),)) for n in range(15)}
    with pytest.raises(ParseError, match="is nested too deeply with what it includes"):
        sized(Include("f0"), files=files)


def test_includes_that_double_end() -> None:
    files: dict[str, Nodes] = {f"f{n}": (Include(f"f{n + 1}"), Include(f"f{n + 1}")) for n in range(18)}
    with pytest.raises(ParseError, match="so many includes"):
        sized(Include("f0"), files={**files, "f18": (0,)})


def test_a_block_is_replaced_from_the_furthest_out() -> None:
    base: Nodes = (0, Block("body", (1,)), Block("foot", (2,)))
    assert sum(sized(Include("base"), files={"base": base}).typical) == 70
    child = Include("base", (("body", (3,)),))
    assert sum(sized(child, files={"base": base}).typical) == 130
    grown = Include("base", (("body", (3, Variable("super()"))),))
    assert sum(sized(grown, files={"base": base}).typical) == 150
    middle: dict[str, Nodes] = {"base": base, "middle": (Include("base", (("body", (2, Variable("super()"))),)),)}
    outer = Include("middle", (("body", (3, Variable("super()"))),))
    assert sum(sized(outer, files=middle).typical) == 10 + (80 + 40 + 20) + 40


def test_loops_within_loops_end() -> None:
    many: Value = [Leaf(1, True)] * 2000
    with pytest.raises(ParseError, match="so many items"):
        sized(Loop("a", "xs", (Loop("b", "xs", (0,)),)), samples={"xs": many})


# --- numbering, and a line for the memo ------------------------------------------------------------------------------

TEXTS = st.text("ab {", max_size=3)
NAMES = st.sampled_from(["x", "y.z", "docs", "super()", "this"])
CONDITIONS = st.sampled_from([ELSE, UNKNOWN, "x", "!x", "docs"])


def lists(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Nodes]:
    return st.lists(inner, max_size=3).map(tuple)


NODES = st.recursive(
    st.one_of(TEXTS, st.builds(Variable, NAMES), st.builds(lambda optional: Include("b", (), optional), st.booleans())),
    lambda inner: st.one_of(
        st.builds(Choice, st.lists(st.tuples(CONDITIONS, lists(inner)), min_size=1, max_size=3).map(tuple)),
        st.builds(Loop, st.sampled_from(["d", "", "k,v"]), NAMES, lists(inner), lists(inner)),
        st.builds(
            lambda blocks, names: Include("b", tuple(blocks), names=tuple(names)),
            st.lists(st.tuples(NAMES, lists(inner)), max_size=2),
            st.lists(st.tuples(NAMES, lists(inner)), max_size=2),
        ),
        st.builds(Block, NAMES, lists(inner)),
    ),
    max_leaves=12,
)
SAMPLES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.text("ab", max_size=3), st.booleans(), st.none(), st.just(0)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)),
    max_leaves=6,
)
PROMPTS = st.builds(
    Prompt,
    st.lists(st.builds(Message, st.just("user"), lists(NODES)), max_size=3).map(tuple),
    st.lists(TEXTS, max_size=2).map(tuple),
    samples=st.dictionaries(st.sampled_from(["x", "y", "docs"]), SAMPLES, max_size=3),
    cost_limit=st.sampled_from([None, Decimal("0.05")]),
    requests=st.integers(1, 3),
    settings=st.sampled_from([None, "config.json"]),
)


def parts_of(prompt: Prompt) -> Parts | None:
    texts, parts = numbered(prompt)
    return None if parts is None else parts._replace(counts={"o200k_base": tuple(map(len, texts))})


@given(PROMPTS)
def test_parts_come_back_from_their_line(prompt: Prompt) -> None:
    parts = parts_of(prompt)
    if parts is not None:
        line = dump_parts(parts)
        assert "\n" not in line
        assert load_parts(line) == parts


@given(PROMPTS)
def test_a_measure_lies_in_its_band(prompt: Prompt) -> None:
    parts = parts_of(prompt)
    if parts is None:
        return
    counts = parts.counts["o200k_base"]
    tools = [counts[tool] for tool in parts.tools]
    body, samples = Body("a", "jinja2", parts.messages, counts), sized_values(parts.samples, counts)
    files = Body("b", "jinja2", ((0, Variable("x"), Variable("docs")),), (4,))
    found = measure(body, tools, {"docs": Stated(5, 9)}, samples, lambda *_: files)
    low, typical, high = total(found)
    assert 0 <= low <= typical <= high
    assert sum(found.cacheable) <= typical
    assert sum(sum(part.size) for part in found.parts) == typical
    assert set(found.undeclared) <= {"x", "y.z", "this", "super()"}
    nothing_varies = found.ends_at is None
    assert nothing_varies <= (found.typical == found.cacheable.plus(Size(0, sum(5 for _ in found.unused))))


def test_what_is_only_text_needs_no_parts() -> None:
    assert numbered(Prompt((Message(None, ("a", "b")),), samples={"x": "y"})) == (("a", "b"), None)
    assert numbered(Prompt((Message(None, ("a",)),), ("{}",))).parts == Parts(((0,),), (1,), functions=(None,))
    assert numbered(Prompt((), samples={"x": ["", "b", False]})).parts == Parts((), samples={"x": [~0, 1, ~2]})
