"""Attributes against git's own: `git check-attr` over the same files and paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmcost_hooks.attribute_patterns import parse_attribute_pattern
from llmcost_hooks.attributes import (
    MAX_RULES,
    MAX_TOTAL,
    NOTHING_SAID,
    SILENT,
    Given,
    directory_of,
    files_above,
    parse_attributes,
)
from llmcost_hooks.errors import ConfigError
from llmcost_hooks.globs import MAX_STARS, Globs

from ..pace import quiet_seconds
from ..repos import Repo

ASKED = ("llmcost", "linguist-vendored", "llmcost-model")


def by_git(repo: Repo, files: Mapping[str, bytes], paths: Sequence[str]) -> list[Given]:
    """What `git check-attr` says, in our words. It reads the working tree; none of the paths has to exist."""
    written = [repo.path / directory / ".gitattributes" for directory in files]
    for file, data in zip(written, files.values(), strict=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    stdin = b"".join(path.encode() + b"\0" for path in paths)
    out = repo.raw("check-attr", "-z", "--stdin", *ASKED, stdin=stdin).decode("utf-8", "replace")
    for file in written:
        file.unlink()
    words = iter(out.split("\0")[2::3])  # of path, attribute, value
    return [_said(*each) for each in zip(words, words, words, strict=False)]


def _said(prompt: str, vendored: str, model: str) -> Given:
    yes = {"unspecified": None, "unset": False, "false": False}
    named = {"unspecified": None, "unset": None, "set": ""}
    return Given(yes.get(prompt, True), bool(yes.get(vendored, True)), named.get(model, model))


def check(repo: Repo, files: Mapping[str, bytes], paths: Sequence[str]) -> None:
    ours = parse_attributes(files)
    said = [ours.of(path) for path in paths]
    assert dict(zip(paths, said, strict=True)) == dict(zip(paths, by_git(repo, files, paths), strict=True))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return Repo.init(tmp_path_factory.mktemp("attributes") / "repo")


PATHS = (
    "a", "b", "a.md", "b.md", "a/a", "a/b.md", "a/b/c", "a/b/c.md", "b/a/b", "b/a.md", "a/b/a/b", "a b.md", "a/x y",
    "[x]", "x", "]", "a]", "-", "!", "!x", "#", "#a", "^", '"a"', "a*b", "aXb", "?", "\\", "a\\b", "a\tb", "*.md", "**",
    "é.md", "a.MD", ".a", "a/.md", "aXbXa", "aab", "ab/ab",
)  # fmt: skip


@pytest.mark.parametrize(
    "pattern",
    ["*", "**", "a", "/a", "a/", "a/b", "/a/b", "a/*", "a/**", "/**/b", "a/**/b", "a/**/**/b", "/**", "*.md", "**.md",
     "***", "?.md", "??.md", "???.md", "[ab].md", "[!a].md", "[^a].*", "[a-b]", "[]]", "[!]]", "[]-]", "a[]]", "[",
     "[a", "a[", "[]", "[!]", "[z-a]", "[a-]", "[-a]", "[\\]]", "[\\\\]", "[a\\-c]", "[[]x]", "\\[x]", "[[:alpha:]]",
     "a[[:space:]]b.md", "a/x[[:space:]]y", "[[:foo:]]", "[[:alpha:]", "[[:alpha]", "[[:]", "[[::]]", "[a[:digit:]-x]",
     "[![:alpha:]]", "[[:punct:]]", "\\!x", "\\#a", "\\a", "a\\", "\\\\", "a\\\\b", "a\\*b", "a*b", "\\?", "\\*.md",
     '"a b.md"', '"a\\tb"', '"a', '"\\"a\\""', '"\\141"', '"a\\\\\\\\b"', '"a"x', '""', "a//b", "//a", "./a", "../a",
     "/", "a/./b", "\\a/b", "a/[b]/c", "[a/b]", "a[/]b", "*/", "*/*", "*/*/*", "*a*b", "*X*X*", "*a*", "/*b", "/*.md",
     "é.md", "a.md\r", "[\\!-\\#]", "[+--]", "[a-b-x]", "\xff"],
)  # fmt: skip
def test_a_pattern_matches_what_it_matches_in_git(place: Repo, pattern: str) -> None:
    check(place, {"": f"{pattern} llmcost\n".encode()}, PATHS)
    check(place, {"a/": f"{pattern} llmcost\n".encode()}, PATHS)


@pytest.mark.parametrize(
    "name",
    ["alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit"],
)
def test_named_classes_are_those_of_git(place: Repo, name: str) -> None:
    paths = [chr(code) for code in range(1, 128) if chr(code) not in "/."]
    for pattern in (f"[[:{name}:]]", f"[![:{name}:]x]"):
        check(place, {"": f"{pattern} llmcost\n".encode()}, paths)


@pytest.mark.parametrize(
    "text",
    ["* llmcost", "* -llmcost", "* !llmcost", "* llmcost=x", "* llmcost=false", "* llmcost=", "*\tllmcost  -llmcost",
     "* -llmcost llmcost", "* llmcost-model=gpt-4o", "* llmcost-model", "* -llmcost-model", "* llmcost-model=",
     "* -llmcost-model=x", "* !llmcost-model=x", "* llmcost-model=a=b", "* linguist-vendored=false",
     "* linguist-vendored", "* -linguist-vendored", "* linguist-vendored=true", "*", "# * llmcost", "  # * llmcost",
     "  * llmcost", "* llmcost # x", "* llmcost -#", "* llmcost --x", "* llmcost ü", "* llmcost =x", "* llmcost -",
     "* llmcost x.y_z-1", "* text llmcost eol=lf", "* llmcost\r\n", "\ufeff* llmcost", "a llmcost\n\n* !llmcost",
     "!a llmcost", "* llmcost\n* -llmcost\na llmcost", "* llmcost\n* !llmcost", "* xllmcost", "* LLMCOST",
     "* llmcost" + " " * 3000, "* llmcost" + " " * 2038, "* llmcost" + " " * 2039,
     "[attr]p llmcost\n* p", "* p\n[attr]p llmcost", "[attr]p llmcost\n* -p", "[attr]p llmcost\n* p=x",
     "[attr]p llmcost\n* p -llmcost", "[attr]p llmcost\n* -llmcost p", "[attr]p llmcost\n* p\na !p",
     "[attr]p -llmcost llmcost-model=x\n* p", "[attr]p q\n[attr]q llmcost\n* p", "[attr]p q\n[attr]q p llmcost\n* p",
     "[attr]p llmcost\n[attr]p -llmcost\n* p", "[attr]llmcost linguist-vendored\n* llmcost", "[attr] p llmcost\n* p",
     "[attr]p\n* p", "[attr]-p llmcost\n* p", "[attr] llmcost", '"[attr]p" llmcost\n* p', "[attr]p llmcost\n* p\n* -p",
     "[attr]binary llmcost\n* binary", "[attr]p !llmcost\n* llmcost\na p", "[attr]p a\n* p llmcost"],
)  # fmt: skip
def test_a_file_says_what_it_says_in_git(place: Repo, text: str) -> None:
    check(place, {"": text.encode()}, ("a", "b.md", "a/b"))


@pytest.mark.parametrize(
    "files",
    [
        {"": "* llmcost", "a/": "* -llmcost", "a/b/": "c.md llmcost"},
        {"": "a/b/c -llmcost", "a/": "b/* llmcost"},
        {"": "*.md llmcost-model=x", "a/": "*.md llmcost"},
        {"": "[attr]p llmcost", "a/": "*.md p"},
        {"": "[attr]p llmcost", "a/": "[attr]p -llmcost\n*.md p"},
        {"": "x y", "a/": "[attr]p llmcost\n*.md p"},
        {"": "* p", "a/": "[attr]p llmcost\n"},
        {"": "[attr]p llmcost\n* p", "a/": "* !p"},
        {"a/": "/b/c llmcost", "a/b/": "/c !llmcost\n/a/b llmcost"},
        {"a/b/": "* linguist-vendored", "b/": "/**/b llmcost"},
    ],
)
def test_a_deeper_file_wins_as_in_git(place: Repo, files: dict[str, str]) -> None:
    check(place, {directory: text.encode() for directory, text in files.items()}, PATHS)


# git before 2.41 compared pointers into two texts where `**` begins a pattern or follows a letter: not asked.
PART = st.lists(
    st.sampled_from(["*", "?", "a", "b", "X", ".md", "[ab]", "[!a]", "[]-]", "\\a", "\\*", "[[:alpha:]]", "[b-"]),
    min_size=1,
    max_size=4,
).map("".join).filter(lambda part: "**" not in part and "[b-" not in part[:-3])  # fmt: skip
PATTERN = st.builds(
    lambda parts, lead: lead + "/".join(parts) if parts[0] != "**" else "/" + "/".join(parts),
    st.lists(st.one_of(PART, st.just("**")), min_size=1, max_size=4),
    st.sampled_from(["", "", "/"]),
)
STATE = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "-", "!"]),
        st.sampled_from([*ASKED, "p", "q", "text"]),
        st.sampled_from(["", "", "=x"]),
    ),
)
STATES = st.lists(STATE, min_size=1, max_size=3).map(" ".join)
LINE = st.one_of(
    st.builds("{} {}".format, PATTERN, STATES),
    st.builds("[attr]{} {}".format, st.sampled_from(["p", "q", "llmcost"]), STATES),
)
FILE = st.lists(LINE, max_size=6).map(lambda lines: "\n".join(lines).encode())
NAME = st.text("abX.-]*", min_size=1, max_size=4).filter(lambda name: name.strip("."))
PATH = st.lists(NAME, min_size=1, max_size=4).map("/".join)


@settings(max_examples=100)
@given(
    st.dictionaries(st.sampled_from(["", "a/", "a/b/", "b/"]), FILE, max_size=3),
    st.lists(PATH, max_size=8, unique=True),
)
def test_generated_files_say_what_they_say_in_git(place: Repo, files: dict[str, bytes], paths: list[str]) -> None:
    check(place, files, [*PATHS, *paths])


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(["", "a/"]),
        st.one_of(
            st.binary(max_size=80), st.text('*a[]\\"!-^: \n\t/llmcost').map(lambda text: (text + " llmcost").encode())
        ),
    ),
    st.text(max_size=10),
)
@example({"": b"[[:alpha:]-z llmcost"}, "a")
def test_any_bytes_are_read(files: dict[str, bytes], path: str) -> None:
    try:
        said = parse_attributes(files).of(path)
    except ConfigError as error:
        assert f"more than {MAX_STARS} *" in error.message
        return
    assert isinstance(said, Given)


def test_a_blob_ends_at_a_nul_as_in_git(place: Repo) -> None:
    """In a file git goes on behind it; one answer for all sides is better."""
    text = b"* llmcost\0 -llmcost\n* -llmcost\n"
    (place.path / ".gitattributes").write_bytes(text)
    place.git("add", ".gitattributes")
    said = place.raw("check-attr", "--cached", "llmcost", "--", "a")
    place.git("rm", "-qf", ".gitattributes")
    assert said == b"a: llmcost: set\n"
    assert parse_attributes({"": text}).of("a").prompt is True


# --- what is made of it -----------------------------------------------------------------------------------------------


def test_nothing_said() -> None:
    assert parse_attributes({}) == NOTHING_SAID
    assert parse_attributes({"": b"*.png binary\n", "x/": b"[attr]p llmcost\n* p"}) == NOTHING_SAID
    assert NOTHING_SAID.of("a") == SILENT
    assert not NOTHING_SAID.name_prompts


@pytest.mark.parametrize(
    ("text", "names"),
    [("* llmcost", True), ("* llmcost=yes", True), ("* -llmcost", False), ("* llmcost=false", False),
     ("* llmcost-model=x", False), ("* linguist-vendored", False), ("[attr]p q\n[attr]q llmcost\n* p", True),
     ("[attr]p -llmcost\n* p", False), ("[attr]p llmcost\n* -p", False), ("[attr]p llmcost", False),
     ("[attr]p llmcost\n* !p", False)],
)  # fmt: skip
def test_whether_a_prompt_can_lie_anywhere(text: str, names: bool) -> None:
    assert parse_attributes({"": text.encode()}).name_prompts is names


def test_where_attributes_are_stated() -> None:
    assert [directory_of(path) for path in (".gitattributes", "a/b/.gitattributes", "a.gitattributes", "a")] == [
        "", "a/b/", None, None
    ]  # fmt: skip
    assert files_above(["a/b/c", "a/d", "e", "f/g/h"]) == [
        f"{each}.gitattributes" for each in ("", "a/", "a/b/", "f/", "f/g/")
    ]
    assert files_above([]) == [".gitattributes"]


def test_names_are_bytes() -> None:
    said = parse_attributes({"é/": "?.md -llmcost\n??.md llmcost\n日.md llmcost-model=ü".encode()})
    assert [said.of(path).prompt for path in ("é/é.md", "é/e.md", "é/\udcff.md", "e/é.md")] == [
        True,
        False,
        False,
        None,
    ]
    assert said.of("é/日.md").model == "ü"


def test_more_than_can_be_held_against_every_file_is_refused() -> None:
    many = "".join(f"a{n} llmcost\nb -llmcost\n" for n in range(MAX_RULES // 2)).encode()
    assert parse_attributes({"": many}).of("a1").prompt
    alike = b"".join(b"vendor/%d/** linguist-vendored\n" % n for n in range(700))
    assert parse_attributes({"": alike}).of("vendor/699/a").vendored  # alike lines are one rule
    longer = b"x" * 900 + b" llmcost\n"
    for text in (many + b"c llmcost", longer * (MAX_TOTAL // 900 + 1),
                 b"".join(b"[attr]p%d llmcost\n" % n for n in range(MAX_RULES + 1))):  # fmt: skip
        with pytest.raises(ConfigError, match="say too much of prompts") as caught:
            parse_attributes({"": text})
        assert caught.value.hint
    with pytest.raises(ConfigError, match=r"^é/\.gitattributes:2: a pattern with more than 16 \*"):
        parse_attributes({"é/": b"\n" + b"a*" * (MAX_STARS + 1) + b" llmcost"})


ALL_A = "*a" * MAX_STARS


@pytest.mark.parametrize(
    "text",
    ["\n".join(f"{'**/a/' * 20}{n} llmcost" for n in range(200)),
     "\n".join(f"*{'a' * 60}{n} {'-' * (n % 2)}llmcost" for n in range(250)),
     "\n".join(f"{ALL_A}{n} {'-' * (n % 2)}llmcost" for n in range(250)),
     "\n".join(f"*{'[ab]' * 12}{n} {'-' * (n % 2)}llmcost" for n in range(250)),
     "\n".join(f"{'?/' * 20}{n} llmcost" for n in range(500)),
     "\n".join(f"[attr]p{n} p{n + 1}" for n in range(200)) + "\n[attr]p200 llmcost\n* p0",
     "\n".join(f"x{n} text" for n in range(100_000)) + "\n* llmcost",
     '"' + "\\" * 1900 + " llmcost", "[" * 1900 + " llmcost", "[[:" * 600 + " llmcost", "* llmcost " + "-x " * 600],
    ids=range(11),
)  # fmt: skip
def test_hostile_files_are_read_in_linear_time(text: str) -> None:
    """Ten paths of 4 KiB, the longest of Linux."""
    paths = ["a" * 4090 + str(n) for n in range(5)] + ["a/" * 2045 + str(n) for n in range(5)]

    def work() -> None:
        said = parse_attributes({"": text.encode()})
        for path in paths:
            said.of(path)

    assert quiet_seconds(work) < 1


def test_patterns_of_one_file_can_be_a_set() -> None:
    globs = Globs(["*.md", "/a/b", "c/**", "[z"[:1] + "x]"], parse_attribute_pattern)
    assert [path for path in ("q/a.md", "a/b", "x/a/b", "c/d/e", "x", "c") if globs.matches(path)] == [
        "q/a.md", "a/b", "c/d/e", "x"
    ]  # fmt: skip
