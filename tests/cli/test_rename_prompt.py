"""`llm-cost rename-prompt`: one id changes, and no other byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..repos import Repo
from .running import PROJECT, answer, failed, listing, llm_cost, passed, rows, words
from .terminal import converse

WARNING = """\
⚠️  This will break cost history continuity.
    FinOps dashboards will see "search-v2" as a new resource.

    This is expected behavior, similar to renaming a Terraform resource.
    Previous cost data remains under "search".

"""


def rename(old: str, new: str, *options: str) -> tuple[str, ...]:
    return ("rename-prompt", "--from", old, "--to", new, *options)


def content(repo: Repo, path: str = "llm-cost.toml") -> bytes:
    return (repo.path / path).read_bytes()


def test_yes(prompts: Repo) -> None:
    ran = passed(llm_cost(prompts.path / "prompts", *rename("search", "search-v2", "--yes")))
    assert ran.err == WARNING
    assert ran.out == '✓ Renamed "search" to "search-v2" in llm-cost.toml; commit it like code\n'
    assert content(prompts) == PROJECT.replace('prompt_id = "search"', 'prompt_id = "search-v2"').encode()
    assert sorted(rows(answer(prompts, "estimate"))) == ["classify", "search-v2"]
    assert passed(llm_cost(prompts.path, "-q", *rename("search-v2", "search", "--yes"))) == (0, "", "")
    assert content(prompts) == PROJECT.encode()


WRITTEN = {
    "as usual": ('[[prompts]]\npath = "prompts/search.md"\nprompt_id = "search"\n', '"search"', '"x/Y.2_-"'),
    "CRLF": ('[[prompts]]\r\npath = "prompts/search.md"\r\nprompt_id = "search" # c\r\n', '"search"', '"x/Y.2_-"'),
    "literal": (
        "[[prompts]]\npath='prompts/search.md'\n\tprompt_id='search'",
        "prompt_id='search'",
        "prompt_id='x/Y.2_-'",
    ),
    "long": (
        '[[ prompts ]]\nprompt_id = """\nsearch"""\npath = "prompts/search.md"',
        '"""\nsearch"""',
        '"""x/Y.2_-"""',
    ),
    "inline": (
        'prompts = [ # "search"\n  { path = "prompts/classify.md" }, # }\n'
        '  { path = "prompts/search.md", "prompt_id" = "search", tags = { a = "search" } },\n]\n',
        '"prompt_id" = "search"',
        '"prompt_id" = "x/Y.2_-"',
    ),
    "dotted": (
        '[tags]\na = "search"\n[["prompts"]]\ntags.prompt_id = "search"\n'
        'path = "prompts/search.md"\n"prompt\\u005fid" = "sea\\u0072ch"\n',
        '= "sea\\u0072ch"',
        '= "x/Y.2_-"',
    ),
    "after a comment": (
        '# prompt_id = "search"\n[[prompts]] # [[prompts]]\n# path = "no"\npath = "prompts/search.md"\n\n\n'
        'prompt_id = "search"',
        'md"\n\n\nprompt_id = "search"',
        'md"\n\n\nprompt_id = "x/Y.2_-"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("name", WRITTEN)
def test_every_other_byte_stays(prompts: Repo, name: str, mark: str) -> None:
    text, before, after = WRITTEN[name]
    whole = f"{mark}# ü\nversion = 1\n{text}"
    prompts.write("llm-cost.toml", whole)
    (prompts.path / "llm-cost.toml").chmod(0o640)
    passed(llm_cost(prompts.path, *rename("search", "x/Y.2_-", "--yes")))
    assert whole.count(before) == 1
    assert content(prompts) == whole.replace(before, after).encode()
    assert (prompts.path / "llm-cost.toml").stat().st_mode & 0o777 == 0o640


@pytest.fixture
def nested(prompts: Repo) -> Repo:
    prompts.write("services/a/llm-cost.toml", 'version = 1\n[[prompts]]\npath = "p.md"\nprompt_id = "search"\n')
    prompts.write("services/a/p.md", words(10))
    prompts.commit("a service")
    return prompts


def test_the_manifest_of_a_directory(nested: Repo) -> None:
    passed(llm_cost(nested.path, *rename("services/a:search", "find", "--yes")))
    assert content(nested) == PROJECT.encode()
    assert content(nested, "services/a/llm-cost.toml").endswith(b'prompt_id = "find"\n')
    ran = passed(llm_cost(nested.path, *rename("services/a:find", "services/a:search", "--yes")))
    assert "in services/a/llm-cost.toml; commit" in ran.out
    passed(llm_cost(nested.path, *rename("search", "find", "--yes")))
    assert content(nested, "services/a/llm-cost.toml").endswith(b'prompt_id = "search"\n')
    failed(llm_cost(nested.path, *rename("search", "x", "--yes")), 2, "Near names: services/a:search")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("serch", "x", 'No prompt has the prompt_id "serch"\n  Near names: search'),
        ("nothing", "x", "There are: search, classify"),
        ("a\x1b[2Jb", "x", "No prompt has"),
        ("", "x", "No prompt has"),
        ("prompts/search.md", "x", 'prompts/search.md is the path of "search"\n  Write: --from search'),
        ("search", "classify", '"classify" is taken: prompts/classify.md has it'),
        ("search", "search", "is its prompt_id already"),
        ("search", "a b", '"a b" is no prompt_id of llm-cost.toml'),
        ("search", "services/a:x", "is no prompt_id of llm-cost.toml"),
        ("search", "", "is no prompt_id"),
        ("search", "x" * 129, "is no prompt_id"),
        ("services/a:search", "other:x", "is no prompt_id of services/a/llm-cost.toml"),
        ("services/a:serch", "x", "Near names: services/a:search"),
    ],
)
def test_what_is_refused(nested: Repo, old: str, new: str, said: str) -> None:
    before = listing(nested.path)
    ran = failed(llm_cost(nested.path, *rename(old, new, "--yes")), 2, said)
    assert "\x1b" not in ran.err and listing(nested.path) == before


def test_an_id_that_a_prompt_has_as_its_path_is_taken(prompts: Repo) -> None:
    text = PROJECT.replace('prompt_id = "classify"\n', "") + '[discover]\ninclude = ["prompts/*"]\n'
    prompts.write("llm-cost.toml", text)
    prompts.stage("prompts/found.md", words(3))
    for new in ("prompts/classify.md", "prompts/found.md"):
        failed(llm_cost(prompts.path, *rename("search", new, "--yes")), 2, f'"{new}" is taken')
    ran = failed(llm_cost(prompts.path, *rename("prompts/classify.md", "x", "--yes")), 2, "has no prompt_id")
    assert "[[prompts]] entry in llm-cost.toml" in ran.err
    assert content(prompts) == text.encode()


def test_without_a_manifest(repo: Repo, tmp_path: Path) -> None:
    failed(llm_cost(repo.path, *rename("a", "b", "--yes")), 2, "There is no llm-cost.toml here", "llm-cost init")
    failed(llm_cost(tmp_path, *rename("a", "b", "--yes")), 2, "is not inside a git repository")


def test_without_a_terminal(prompts: Repo) -> None:
    ran = failed(llm_cost(prompts.path, *rename("search", "search-v2")), 2, "There is no terminal to ask on")
    assert "llm-cost rename-prompt --from search --to search-v2 --yes" in ran.err
    assert content(prompts) == PROJECT.encode()


def test_a_broken_manifest(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT + "[budgets]\n")
    failed(llm_cost(prompts.path, *rename("search", "x", "--yes")), 2, "unknown key")
    assert content(prompts) == (PROJECT + "[budgets]\n").encode()


@pytest.mark.parametrize(
    ("reply", "code", "renamed"), [("y", 0, True), ("", 0, False), ("n", 0, False), ("\x03", 130, False)]
)
def test_on_a_terminal(prompts: Repo, reply: str, code: int, renamed: bool) -> None:
    ended, shown = converse(prompts.path, *rename("search", "search-v2"), answers=[("Proceed? [y/N]", reply)])
    assert ended == code and shown.startswith(WARNING), shown
    assert ("✓ Renamed" in shown) == renamed and (code or renamed or "Nothing was changed." in shown)
    assert (b'"search-v2"' in content(prompts)) == renamed
