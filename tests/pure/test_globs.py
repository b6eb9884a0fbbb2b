"""Patterns against git's own: `git ls-files ':(glob)PATTERN'` over an index of many paths."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.globs import MAX_LENGTH, MAX_PATTERNS, MAX_STARS, MAX_TOTAL, Globs
from llmcost_hooks.prompts.discovery import EXCLUDE, INCLUDE

from ..pace import quiet_seconds
from ..repos import Repo

EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
DIRECTORIES = ("a", "b", "ab", ".d", "a*b", "[a]", "a-b", "prompts", "**")
FILES = ("a.md", "b.txt", "ab.md", "README.md", "x", "-", "]", "^", "!", "a b.md", "*.md", "[x]", ".md", "aXbXa")
FOLDERS = [(), *product(DIRECTORIES), *product(DIRECTORIES, repeat=2), *product(("a", "b", "ab"), repeat=3)]
PATHS = tuple("/".join((*folder, name)) for folder in FOLDERS for name in FILES)


def index(repo: Repo, paths: tuple[str, ...]) -> None:
    """An index of these paths and no others; nothing is written to the working tree."""
    repo.git("read-tree", "--empty")
    lines = "".join(f"100644 {EMPTY_BLOB}\t{path}\0" for path in paths)
    repo.git("update-index", "-z", "--index-info", stdin=lines.encode())


def by_git(repo: Repo, pattern: str) -> set[str]:
    return set(repo.raw("ls-files", "-z", "--", f":(glob){pattern}").decode().split("\0")) - {""}


def by_letters(pattern: str, paths: set[str]) -> set[str]:
    """What git matches besides: a path, or a directory above it, that is the pattern letter by letter."""
    return {path for path in paths if path == pattern or path.startswith(f"{pattern}/")}


def check(repo: Repo, pattern: str, paths: tuple[str, ...]) -> None:
    globs = Globs([pattern])
    ours, theirs = {path for path in paths if globs.matches(path)}, by_git(repo, pattern)
    assert ours <= theirs
    assert theirs - ours <= by_letters(pattern, theirs)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository whose index holds PATHS."""
    repo = Repo.init(tmp_path_factory.mktemp("globs") / "wide")
    index(repo, PATHS)
    return repo


@pytest.mark.parametrize(
    "pattern",
    ["*", "**", "***", "**/*", "*.md", "**/*.md", "**/**/*.md", "a/**", "a/**/**", "**/a/**", "a/**/b/**", "a/*/*.md",
     "a/**/*.md", "a/***/*.md", "**/a*/**/*b*", "**b/*", "a**b/*", "*a*b*.md", "*X*X*", "*a*a", "a*a", "?",
     "??", "?.md", "a?.md", "**/?", "**/?b/*", "prompts/**", "prompts/**/*.md", "**/README.md", ".*", "**/.*", ".d/*",
     "[ab].md", "[!a].*", "[^a].*", "[a-b].*", "*/[a-]*", "[]]", "[!]]", "[]-]", "[]^]", "[!^]", "[-a]", "[+--]",
     "[!-a]", "[a-b-]*", "[[]x]", "[[]*", "**/[[]a]/*", "a[*]b/*", "[*].md", "[?]", "[a]/x", "[a]", "a", "a/b",
     "a b.md", "a/b/ab/x", "a/*b/**/[xy]", "[!a-z]*", "[A-Z]*", "**/[A-Z]*", "*[!.]md", "**/a-b/**/x", "{a,b}.md", "!x",
     "^", "(a|b).md", "a.md$", "a+.md", "./a.md", "./**/x", "**/*[x]"],
)  # fmt: skip
def test_a_pattern_matches_what_it_matches_in_git(wide: Repo, pattern: str) -> None:
    check(wide, pattern, PATHS)


COMPONENT = st.lists(
    st.sampled_from(["*", "**", "?", "a", "b", "x", "X", ".", "md", "[ab]", "[!a]", "[]-]", "[+--]", "[^x-z]", " "]),
    min_size=1,
    max_size=5,
).map("".join)
PATTERN = st.lists(
    st.one_of(COMPONENT, st.just("**")).filter(lambda c: c not in (".", "..") and (not c.strip("*") or c[-2:] != "**")),
    min_size=1,
    max_size=5,
).map("/".join)


@settings(max_examples=200)
@given(PATTERN)
def test_generated_patterns_match_what_they_match_in_git(wide: Repo, pattern: str) -> None:
    check(wide, pattern, PATHS)


NAME = st.text("ab.-]^!*X", min_size=1, max_size=5).filter(lambda name: name not in (".", "..") and name.strip("."))
PATH = st.lists(NAME, min_size=1, max_size=5).map("/".join)


@settings(max_examples=60)
@given(st.lists(PATH, min_size=1, max_size=40, unique=True), st.lists(PATTERN, min_size=1, max_size=3))
def test_generated_paths_match_what_they_match_in_git(wide: Repo, paths: list[str], patterns: list[str]) -> None:
    copy = Repo.init(wide.path.parent / "narrow")
    index(copy, tuple(paths))
    kept = tuple(copy.raw("ls-files", "-z").decode().split("\0")[:-1])  # git keeps no file below a file
    for pattern in patterns:
        check(copy, pattern, kept)


@given(st.lists(PATTERN, max_size=8), st.lists(PATH, max_size=8))
def test_a_set_matches_what_one_of_its_patterns_matches(patterns: list[str], paths: list[str]) -> None:
    together = Globs(patterns)
    for path in paths:
        assert together.matches(path) == any(Globs([pattern]).matches(path) for pattern in patterns)


@given(st.lists(PATTERN, max_size=4), PATH)
def test_every_directory_above_a_match_is_entered(patterns: list[str], path: str) -> None:
    globs = Globs(patterns)
    above = [path[: cut + 1] for cut in range(len(path)) if path[cut] == "/"]
    if globs.matches(path):
        assert all(globs.enters(directory) for directory in ["", *above])


@pytest.mark.parametrize(
    ("pattern", "directory", "enters"),
    [("a/*.md", "", True), ("a/*.md", "a/", True), ("a/*.md", "b/", False), ("a/*.md", "a/a/", False),
     ("**/x", "b/c/", True), ("a/**/x", "b/", False), ("a/**", "a/b/c/", True), ("x", "a/", False)],
)  # fmt: skip
def test_a_walk_is_told_what_it_can_skip(pattern: str, directory: str, enters: bool) -> None:
    assert Globs([pattern]).enters(directory) is enters


def test_no_pattern_matches_nothing() -> None:
    assert not Globs([])
    assert not Globs([]).matches("a")
    assert not Globs([]).enters("a/")
    assert Globs(["a"])


# --- where we differ from git on purpose ------------------------------------------------------------------------------


def test_a_directory_is_not_all_that_lies_below_it(wide: Repo) -> None:
    """In git `prompts` means `prompts/**` too; here a pattern says what it matches."""
    assert "prompts/x" in by_git(wide, "prompts")
    assert not Globs(["prompts"]).matches("prompts/x")
    assert Globs(["prompts/**"]).matches("prompts/x")


def test_a_class_is_always_a_class(wide: Repo) -> None:
    """git first compares letter by letter, so `[a]/x` is also the file of that name."""
    assert by_git(wide, "[a]/x") == {"a/x", "[a]/x"}
    assert [path for path in PATHS if Globs(["[a]/x"]).matches(path)] == ["a/x"]
    assert Globs(["[[]a]/x"]).matches("[a]/x")


def test_two_stars_at_the_end_of_a_name_are_one() -> None:
    """What gitignore(5) says. git before 2.41 compared pointers into two texts there, and may see `**` or `*`."""
    for pattern in ("a**", "a***"):
        assert Globs([pattern]).matches("ab")
        assert not Globs([pattern]).matches("a/b")


def test_a_question_mark_is_a_character_not_a_byte(repo: Repo) -> None:
    index(repo, ("é.md", "日.md"))
    assert by_git(repo, "?.md") == set()
    assert by_git(repo, "??.md") == {"é.md"}
    assert Globs(["?.md"]).matches("é.md")
    assert Globs(["?.md"]).matches("日.md")
    assert Globs(["[à-ÿ].md"]).matches("é.md")
    assert Globs(["?.md"]).matches("\udcff.md")  # a byte of a name that is not UTF-8


@pytest.mark.parametrize(
    "pattern",
    ["", "./", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "a/./b", "././a", "a\\b", "\\", "a\0b",
     "[", "[a", "a[b", "[]", "[!]", "[^]", "[a/b]", "a/[", "x[!", "[z-a]", "[a--]", "a/[9-0]/b", "[[:alpha:]]",
     "[a[:digit:]]", "[[:nonsense:]]", "a" * (MAX_LENGTH + 1), "a*" * (MAX_STARS + 1)],
)  # fmt: skip
def test_what_could_only_match_by_mistake_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Globs([pattern])
    assert caught.value.message
    assert len(caught.value.message) < 2 * MAX_LENGTH


@pytest.mark.parametrize(
    ("pattern", "message", "hint"),
    [
        ("/etc/*", "'/etc/*' is not a usable path pattern",
         'Patterns are relative to the top of the repository and use "/", for example "prompts/**/*.md".'),
        ("a[b", "'a[b' has a [ without its ]", "A literal one is written [[]."),
        ("[z-a]", "The range z-a of a character class is empty", "Write a-z."),
        ("[[:digit:]]", "Named character classes such as [[:digit:]] are not supported", "Write [0-9]."),
        ("*" * 17 + "a", f"'{'*' * 17}a' has more than 16 * in one part of the path", ""),
        ("a" * 600, "A path pattern is longer than 512 characters", ""),
    ],
)  # fmt: skip
def test_refusals_say_what_to_write(pattern: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Globs([pattern])
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_the_number_of_patterns_is_limited() -> None:
    assert Globs([f"{n}/*" for n in range(MAX_PATTERNS)]).matches(f"{MAX_PATTERNS - 1}/x")
    assert Globs(["a/*"] * 1000).matches("a/x")  # repeated ones count once
    with pytest.raises(ConfigError, match=f"More than {MAX_PATTERNS} path patterns"):
        Globs([f"{n}/*" for n in range(MAX_PATTERNS + 1)])


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=30), st.text("[]!^-*?/.a\\&|~(){}+$:", max_size=20)), st.text(max_size=30), PATH)
@example("[--0]", "-", "-")  # Python warns of what it may read differently one day
@example("[a&&b]", "a", "a")
@example("[a||b]", "a", "a")
@example("[a~~b]", "a", "a")
@example("[[a]", "[", "[")
@example("(?P<g0_0>a)", "a", "a")
def test_any_pattern_works_or_is_a_config_error(pattern: str, path: str, other: str) -> None:
    try:
        globs = Globs([pattern])
    except ConfigError:
        return
    assert globs.matches(path) in (True, False)
    assert globs.matches(other) in (True, False)


@pytest.mark.parametrize(
    "pattern",
    ["**/a/" * 100 + "b", "**/" * 100 + "b", "?/" * 250 + "b", "**/?/" + "?/" * 240 + "b", "*a" * 16, "a*" * 15 + "b",
     "*?" * 16 + "b", "*[ab]" * 16 + "c", "**/*a*a*a*a*a*a*a*/b", "**/" + "*a" * 15 + "/**/" + "*a" * 15 + "/b",
     "*" + "?" * 500 + "b"],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", ["a" * 4096, "a/" * 2047 + "a", "ab/" * 1365, "aaaaaaa/" * 511 + "aaaaaaa", "b" * 4096]
)
def test_no_pattern_makes_a_long_path_slow(pattern: str, path: str) -> None:
    """4 KiB is the longest path of Linux."""
    assert quiet_seconds(lambda: Globs([pattern]).matches(path), times=3) < 0.05


def limited(patterns: list[str]) -> list[str]:
    """As many of them as are allowed together."""
    kept: list[str] = []
    for pattern in patterns[:MAX_PATTERNS]:
        if sum(map(len, kept)) + len(pattern) <= MAX_TOTAL:
            kept.append(pattern)
    return kept


def directories(number: int) -> list[str]:
    """Different names, each with another set of letters."""
    return ["".join(chr(97 + (n * k + k * k) % 26) for k in range(1, 30)) + str(n) for n in range(number)]


@pytest.mark.parametrize(
    ("patterns", "paths"),
    [
        ([f"*{'a' * 500}{n}b*" for n in range(256)], ["a" * 4096]),
        ([f"*{'?' * 500}{n}b" for n in range(256)], ["a" * 4096]),
        ([f"*{'[ab]' * 100}{n}b*" for n in range(256)], ["a" * 4096]),
        ([f"{'*a' * 16}{n}b" for n in range(256)], ["a" * 4096] * 20),
        ([f"{'**/a*/' * 70}{n}" for n in range(256)], ["aa/" * 1360 + "b"]),
        ([f"**/*{chr(97 + n % 26)}*{chr(97 + n // 26)}*/{n}*" for n in range(256)],
         [f"{name}/1" for name in directories(500)]),
        ([f"{n}?/{'*/' * 200}x" for n in range(256)], [f"{n}a/b" for n in range(5000)]),
        ([f"**/{n}/*.md" for n in range(256)], [f"x/{n % 300}/{n}.md" for n in range(20_000)]),
    ],
    ids=range(8),
)  # fmt: skip
def test_no_set_of_patterns_makes_many_paths_slow(patterns: list[str], paths: list[str]) -> None:
    """The worst that is allowed together, compiled and held against the paths."""

    def work() -> None:
        globs = Globs(limited(patterns))
        for path in paths:
            globs.matches(path)

    assert quiet_seconds(work) < 1


@pytest.mark.parametrize(
    "patterns", [["**/*.md", "*"], ["a/**/b?/*.md"], [f"*{chr(97 + n)}*/**/x{n}" for n in range(26)]]
)
def test_what_is_kept_of_a_deep_path_grows_with_it_and_not_with_its_square(patterns: list[str]) -> None:
    globs = Globs(patterns)
    globs.matches("ab/" * 1300 + "x")
    assert sum(map(len, globs._directories)) <= 2 * 3 * 1300


@settings(max_examples=50)
@given(st.lists(PATTERN, max_size=6), st.lists(PATH, max_size=8))
def test_a_set_without_room_for_expressions_matches_the_same(patterns: list[str], paths: list[str]) -> None:
    """What hostile patterns come to: each name is held against one component after the other."""
    roomy, narrow = Globs(patterns), Globs(patterns)
    narrow._room = -1
    assert [roomy.matches(path) for path in paths] == [narrow.matches(path) for path in paths]


def test_the_patterns_together_are_limited() -> None:
    allowed = [f"{n:0500}" for n in range(MAX_TOTAL // 500)]
    assert Globs(allowed).matches(allowed[1])
    with pytest.raises(ConfigError, match="More than 16,384 characters of path patterns"):
        Globs([*allowed, "a" * 500])


def test_the_built_in_patterns_find_prompts_and_leave_other_files(tmp_path: Path) -> None:
    include, exclude = Globs(INCLUDE), Globs(EXCLUDE)
    found = ["a.prompt", "x/y.prompty", ".github/prompts/a.prompt.md", "AGENTS.md", "x/CLAUDE.md", "prompts/a/b/c.txt",
             "src/prompts/x.md", ".claude/agents/a.md", "pkg/.claude/commands/a/b.md", "skills/pdf/SKILL.md",
             ".cursor/rules/a.mdc", "data/patterns/summarize/system.md", "x/skprompt.txt", ".cursorrules"]  # fmt: skip
    left = ["README.md", "src/main.py", "prompts/a.json", "prompt.md", "docs/agents.md", "patterns/system.md",
            ".claude/settings.json", "a.prompts"]  # fmt: skip
    assert [path for path in (*found, *left) if include.matches(path)] == found
    assert exclude.matches("prompts/README.md")
    assert exclude.matches("node_modules/x/prompts/a.md")
    assert not any(exclude.matches(path) for path in found)
