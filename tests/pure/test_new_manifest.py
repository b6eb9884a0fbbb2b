"""What `llm-cost init` proposes, and the manifest that it writes."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.globs import Globs
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.manifest_values import PROMPT_ID
from llmcost_hooks.new_manifest import (
    can_be_listed,
    left_out,
    manifest_text,
    proposed_ids,
    proposed_patterns,
    split_patterns,
)
from llmcost_hooks.prompts.discovery import INCLUDE


@pytest.mark.parametrize(
    ("paths", "ids"),
    [
        (["prompts/search.txt", "prompts/summarize.txt"], ["search", "summarize"]),
        (["prompts/auth.txt", "src/prompts/auth.txt"], ["auth", "src-auth"]),
        (["api/prompts/auth.txt", "web/prompts/auth.txt"], ["api-auth", "web-auth"]),
        (["a/x/auth.md", "b/x/auth.md", "b/y/auth.md"], ["a-x-auth", "b-x-auth", "y-auth"]),
        (["prompts/auth.txt", "prompts/auth.md", "prompts/auth-2.md"], ["auth", "auth-3", "auth-2"]),
        (["AGENTS.md", "web/AGENTS.md", ".cursorrules"], ["agents", "web-agents", "cursorrules"]),
        (["skills/pdf/SKILL.md", "skills/csv/SKILL.md", "SKILL.md"], ["pdf", "csv", "skill"]),
        (["prompts/system.md", "x/prompts/system.md"], ["system", "x"]),
        (["a/Draft Reply (v2).prompt.md", "b/chat.prompty"], ["draft-reply-v2", "chat"]),
        (["prompts/Begrüßung.md", "prompts/検索.md", "prompts/要約.md"], ["begruung", "prompt", "prompt-2"]),
        (["prompts/" + "x" * 300 + ".md"], ["x" * 100]),
        ([".md", "prompts/.md", "prompts/prompts/prompts.md"], ["md", "md-2", "prompts"]),
    ],
)
def test_ids_come_from_paths(paths: list[str], ids: list[str]) -> None:
    assert list(proposed_ids(paths).values()) == ids


names = st.text(st.sampled_from("aZ0-._ é検/"), min_size=1, max_size=12)


@given(st.lists(names, unique=True, max_size=12))
def test_ids_are_valid_and_unique_for_any_paths(paths: list[str]) -> None:
    ids = proposed_ids(paths)
    assert list(ids) == paths
    assert all(PROMPT_ID.fullmatch(each) for each in ids.values())
    assert len(set(ids.values())) == len(paths)


@pytest.mark.parametrize(
    ("paths", "patterns"),
    [
        (["prompts/a.md", "prompts/x/b.md"], ("prompts/**/*.md",)),
        (["prompts/a.md", "src/prompts/b.md", "AGENTS.md"], ("**/prompts/**/*.md", "AGENTS.md")),
        (["x/chat.prompty", "prompts/a.txt"], ("**/*.prompty", "prompts/**/*.txt")),
        (["prompts/a.prompt.md"], ("**/*.prompt.md",)),
        (["notes/a.tmpl"], ()),
        ([], ()),
    ],
)
def test_patterns_are_the_well_known_ones_that_find_something(paths: list[str], patterns: tuple[str, ...]) -> None:
    assert proposed_patterns(paths) == patterns


@given(st.lists(st.sampled_from(["prompts/a.md", "x/prompts/a.md", "AGENTS.md", "x/b.prompt", "c.prompt.md", "d.txt"])))
def test_patterns_find_what_the_well_known_ones_find(paths: list[str]) -> None:
    found, every = Globs(proposed_patterns(paths)), Globs(INCLUDE)
    assert [path for path in paths if found.matches(path)] == [path for path in paths if every.matches(path)]


def test_what_is_left_out() -> None:
    assert left_out([]) == ("**/README*",)
    assert left_out(["prompts/README.md", "prompts/CHANGELOG.md", "x/vendor/prompts/a.md"]) == (
        "**/README*", "**/CHANGELOG*", "**/vendor/**",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("./prompts/**/*.txt", ("prompts/**/*.txt",)),
        ("prompts/**/*.txt, AGENTS.md,", ("prompts/**/*.txt", "AGENTS.md")),
        ("prompts/", ("prompts/**",)),
        ("prompts", ("prompts/**",)),
        (".", ("**",)),
        ("other", ("other",)),
    ],
)
def test_what_is_typed_for_where(text: str, patterns: tuple[str, ...]) -> None:
    assert split_patterns(text, {"prompts", "."}) == patterns


@pytest.mark.parametrize("text", ["", " , ", "/etc/*", "../x/*", "a[b", "x" * 600])
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(ConfigError):
        split_patterns(text, ())


def test_names_that_a_manifest_cannot_have() -> None:
    refused = ["a\nb.md", "a\\b.md", "a\udcff.md", "a.py::X", "./a.md", ".git/a.md"]
    assert [path for path in [*refused, "a b/ü'\".md"] if can_be_listed(path)] == ["a b/ü'\".md"]


@given(
    st.sampled_from(["gpt-4o", 'a "b" \\ c']),
    st.none() | st.decimals(0, 100, places=3),
    st.lists(st.sampled_from(["prompts/**/*.md", "**/[a-c]*.txt"]), unique=True),
    st.lists(names.filter(can_be_listed), unique=True, max_size=5),
)
def test_the_text_is_a_manifest_that_says_what_it_was_made_of(
    model: str, ratio: Decimal | None, include: list[str], paths: list[str]
) -> None:
    ids = proposed_ids(paths)
    found = parse_manifest(manifest_text(model, ratio, include, ["**/README*"], ids).encode())
    assert (found.defaults.model, found.defaults.output_ratio, found.include) == (model, ratio, tuple(include))
    assert {entry.path: entry.prompt_id for entry in found.prompts} == ids
    assert found.budget.limit is None and found.defaults.calls is None


def test_every_proposal_in_its_comments_holds() -> None:
    """A line behind "# " can be taken as it is."""
    text = manifest_text("gpt-4o", None, ["prompts/**/*.md"], ["**/README*"], {"prompts/a.md": "a"})
    taken = re.sub(r"^# (?=[a-z_]+ = |\[)", "", text, flags=re.MULTILINE)
    found = parse_manifest(taken.encode())
    assert (found.budget.limit, found.budget.period, found.defaults.calls) == (Decimal("10.00"), "month", 1000)
    assert found.budget.max_increase_percent == 25 and found.tags == {"team": "platform"}
    assert found.defaults.output_ratio == Decimal("0.5")
    assert max(map(len, text.splitlines())) <= 120
