"""CODEOWNERS, by the rules of GitHub's documentation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.codeowners import MAX_BYTES, parse_codeowners


def owns(pattern: str, path: str) -> bool:
    return parse_codeowners(f"{pattern} @ada\n".encode()).of(path) == ("@ada",)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*", "a", True),
        ("*", "a/b/c.md", True),
        ("*.js", "a.js", True),
        ("*.js", "deep/er/a.js", True),
        ("*.js", "a.jsx", False),
        ("/build/logs/", "build/logs/a", True),
        ("/build/logs/", "build/logs/deep/a", True),
        ("/build/logs/", "other/build/logs/a", False),
        ("docs/*", "docs/getting-started.md", True),
        ("docs/*", "docs/build-app/troubleshooting.md", False),
        ("apps/", "apps/a", True),
        ("apps/", "deep/apps/er/a", True),
        ("apps/", "apps", False),
        ("/docs/", "docs/a", True),
        ("/docs/", "deep/docs/a", False),
        ("**/logs", "build/logs/a", True),
        ("**/logs", "scripts/logs", True),
        ("**/logs", "deeply/nested/logs/a", True),
        ("/scripts/", "scripts/a", True),
        ("/apps/github", "apps/github/a", True),
        ("/apps/github", "apps/github", True),
        ("/apps/github", "apps/githubs", False),
        ("docs", "docs", True),
        ("docs", "deep/docs/er/a", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b/c", True),
        ("a/**", "a/x/y", True),
        ("a/**", "a", False),
        ("**", "a/b", True),
        ("/*", "a", True),
        ("/*", "a/b", False),
        ("a?c.md", "abc.md", True),
        ("a?c.md", "a/c.md", False),
        (r"my\ prompts/", "my prompts/a", True),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        ("A.md", "a.md", False),
        ("a//b", "a/b", False),
        ("/", "a", False),
        ("!a", "a", False),
        ("a[b]", "ab", False),
        ("#a", "#a", False),
        (r"\#a", "#a", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert owns(pattern, path) is expected


def test_the_last_match_decides() -> None:
    owners = parse_codeowners(
        b"* @org/everybody\n\n# prompts\nprompts/ @org/search ada@example.com  # both\nprompts/open/\n*.md @docs\n"
        b"prompts/bad.txt search-team\n[Section]\n"
    )
    assert owners.of("src/a.py") == ("@org/everybody",)
    assert owners.of("prompts/a.txt") == ("@org/search", "ada@example.com")
    assert owners.of("prompts/open/a.txt") == (), "named without an owner: nobody's"
    assert owners.of("prompts/open/a.md") == ("@docs",)
    assert owners.of("prompts/bad.txt") == ("@org/search", "ada@example.com"), "a line that cannot be read is none"


def test_a_file_that_is_too_large_owns_nothing() -> None:
    assert parse_codeowners(b"* @ada\n" + b"#" * MAX_BYTES).of("a") == ()


@given(
    st.binary(max_size=200) | st.text("*?/\\[]!#@ab. \n", max_size=60).map(str.encode), st.text("ab/.*", max_size=20)
)
def test_any_bytes(data: bytes, path: str) -> None:
    assert isinstance(parse_codeowners(data).of(path), tuple)
