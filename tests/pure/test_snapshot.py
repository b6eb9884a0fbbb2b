"""Which files of a side are prompts, and what is assumed of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.attributes import Attributes, parse_attributes
from llmcost_hooks.errors import ConfigError, ExitCode
from llmcost_hooks.manifest import Assumptions, Manifest, PromptEntry
from llmcost_hooks.prompts import Problem
from llmcost_hooks.snapshot import MISSING, Finder, Selection, Snapshot, make_snapshot


def entry(path: str, prompt_id: str | None = None, tags: dict[str, str] | None = None, **assumed: Any) -> PromptEntry:
    return PromptEntry(path, prompt_id, Assumptions(**assumed), tags or {})


def rules(
    *entries: PromptEntry, include: tuple[str, ...] = (), exclude: tuple[str, ...] = (), **defaults: Any
) -> Manifest:
    return Manifest("llm-cost.toml", Assumptions(**defaults), include=include, exclude=exclude, prompts=entries)


def snapshot(
    manifest: Manifest | None, *paths: str, selection: Selection | None = None, borrowed: bool = False
) -> Snapshot:
    """A side that has these paths, each with an oid of its own."""
    found: dict[str, str | Problem] = {path: f"oid of {path}" for path in paths}
    return make_snapshot("main", "abc", manifest, selection or Selection(), found, borrowed=borrowed)


# --- finding ----------------------------------------------------------------------------------------------------------

LISTED = rules(entry("docs/a.txt"), include=("prompts/**",), exclude=("**/README.md", "docs/**"))


@pytest.mark.parametrize(
    ("manifest", "selection", "found", "left"),
    [
        (None, {}, ["prompts/a.md", "x/AGENTS.md", "a.prompt"], ["README.md", "prompts/README.md", "main.py"]),
        (LISTED, {}, ["prompts/a.py", "docs/a.txt"], ["AGENTS.md", "prompts/README.md", "docs/b.txt"]),
        (rules(), {}, ["prompts/a.md", "AGENTS.md"], ["main.py"]),
        (rules(exclude=("**/a.md",)), {}, ["AGENTS.md"], ["prompts/a.md", "README.md"]),
        (LISTED, {"include": ("*.py",)}, ["a.py"], ["docs/a.txt", "prompts/a.md", "x/a.py"]),
        (LISTED, {"exclude": ("**/a*",)}, ["prompts/b"], ["prompts/a", "docs/a.txt"]),
        (LISTED, {"include": ("**",), "exclude": ("b",)}, ["a", "prompts/README.md"], ["b"]),
        (LISTED, {"paths": ("docs",)}, ["docs/a.txt"], ["docs/b.txt", "prompts/a"]),
        (LISTED, {"paths": ("docs/b.txt",)}, ["docs/b.txt"], ["docs/a.txt", "docs/b.txt.old"]),
        (LISTED, {"paths": ("prompts/x",)}, ["prompts/x", "prompts/x/y"], ["prompts/xy", "prompts/z"]),
        (LISTED, {"paths": ("docs/a.txt",), "exclude": ("docs/*",)}, [], ["docs/a.txt"]),
        (None, {"paths": ("README.md", "x")}, ["README.md", "x/b.prompt"], ["x/main.py", "b.prompt"]),
        (rules(), {"paths": ("a", "b")}, ["a", "b"], ["c"]),
    ],
)
def test_what_is_a_prompt(
    manifest: Manifest | None, selection: dict[str, tuple[str, ...]], found: list[str], left: list[str]
) -> None:
    finder = Finder(manifest, Selection(**selection))  # type: ignore[arg-type]
    assert [path for path in (*found, *left) if finder.finds(path)] == found


def test_a_malformed_pattern_is_a_config_error() -> None:
    for selection in (Selection(include=("/a",)), Selection(exclude=("a[",))):
        with pytest.raises(ConfigError):
            Finder(None, selection)


@pytest.mark.parametrize(
    ("manifest", "selection", "roots"),
    [
        (rules(include=("prompts/**", "src/a/*")), {}, ("prompts", "src")),
        (rules(include=("./prompts/**",)), {}, ("prompts",)),
        (rules(entry("docs/a.txt"), include=("prompts/**",)), {}, ("docs", "prompts")),
        (rules(entry("docs/a.txt"), include=("prompts/**",)), {"include": ("x/*",)}, ("x",)),
        (rules(entry("a.txt"), include=("prompts/**",)), {}, ()),
        (rules(include=("prompts/**", "*.md")), {}, ()),
        (rules(include=("p*/a",)), {}, ()),
        (rules(include=("[p]/a",)), {}, ()),
        (rules(include=("p?/a",)), {}, ()),
        (rules(include=("AGENTS.md",)), {}, ()),
        (rules(include=("prompts/**",)), {"paths": ("prompts/a",)}, ()),
        (rules(), {}, ()),
        (None, {}, ()),
    ],
)
def test_where_prompts_can_lie(
    manifest: Manifest | None, selection: dict[str, tuple[str, ...]], roots: tuple[str, ...]
) -> None:
    assert Finder(manifest, Selection(**selection)).roots() == roots  # type: ignore[arg-type]


NAME = st.sampled_from(["a", "b", "prompts", "x.md", "AGENTS.md", "README.md"])
PATH = st.lists(NAME, min_size=1, max_size=4).map("/".join)
PATHS = st.lists(PATH, max_size=3).map(tuple)
PATTERNS = st.lists(
    st.lists(st.sampled_from(["a", "b", "prompts", "*", "**", "*.md", "?", "[ab]"]), min_size=1, max_size=4).map(
        "/".join
    ),
    max_size=3,
).map(tuple)
MANIFESTS = st.one_of(
    st.none(),
    st.builds(
        lambda paths, include, exclude: rules(*map(entry, paths), include=include, exclude=exclude),
        PATHS,
        PATTERNS,
        PATTERNS,
    ),
)


@given(MANIFESTS, st.builds(Selection, PATTERNS, PATTERNS, PATHS), PATH)
def test_a_walk_comes_to_every_prompt(manifest: Manifest | None, selection: Selection, path: str) -> None:
    finder = Finder(manifest, selection)
    if finder.finds(path):
        assert all(finder.enters(path[: cut + 1]) for cut in range(len(path)) if path[cut] == "/")
        assert not finder.roots() or path.startswith(tuple(f"{root}/" for root in finder.roots()))


STATED = st.lists(
    st.builds(
        "{} {}".format,
        st.sampled_from(["*", "a", "*.md", "/a/*", "b/**"]),
        st.sampled_from(["llmcost", "-llmcost", "!llmcost", "linguist-vendored", "llmcost-model=x"]),
    ),
    max_size=3,
).map(lambda lines: parse_attributes({"": "\n".join(lines).encode()}))


@given(MANIFESTS, st.builds(Selection, PATTERNS, PATTERNS, PATHS), STATED, PATH)
def test_attributes_add_and_take_away(
    manifest: Manifest | None, selection: Selection, attributes: Attributes, path: str
) -> None:
    without, finder = Finder(manifest, selection), Finder(manifest, selection, attributes)
    given = attributes.of(path)
    named = path in selection.paths or (manifest is not None and path in {entry.path for entry in manifest.prompts})
    if named or selection.include or given == given._replace(prompt=None, vendored=False):
        assert finder.finds(path) == without.finds(path)
    elif finder.finds(path):
        assert given.prompt or (given.prompt is None and without.finds(path))
    elif without.finds(path):
        assert given.prompt is False or given.vendored
    if finder.finds(path):
        assert all(finder.enters(path[: cut + 1]) for cut in range(len(path)) if path[cut] == "/")
        assert not finder.roots() or path.startswith(tuple(f"{root}/" for root in finder.roots()))


@given(MANIFESTS, PATTERNS, PATH)
def test_what_is_excluded_on_the_command_line_is_left_out(
    manifest: Manifest | None, exclude: tuple[str, ...], path: str
) -> None:
    everything, less = Finder(manifest, Selection()), Finder(manifest, Selection(exclude=exclude))
    refused = Finder(None, Selection(include=exclude)).finds(path) if exclude else False
    assert less.finds(path) == (everything.finds(path) and not refused)


# --- making -----------------------------------------------------------------------------------------------------------


def test_a_side_without_a_manifest() -> None:
    side = snapshot(None, "prompts/b.md", "prompts/a.txt")
    assert (side.label, side.commit, side.manifest) == ("main", "abc", None)
    assert [file[:4] for file in side.files] == [
        ("prompts/a.txt", "prompts/a.txt", "oid of prompts/a.txt", "text"),
        ("prompts/b.md", "prompts/b.md", "oid of prompts/b.md", "front-matter"),
    ]
    assert [file[4:] for file in side.files] == [(Assumptions(), None, {}, False, None, None)] * 2


def test_what_the_manifest_says_of_a_prompt() -> None:
    manifest = Manifest(
        "llm-cost.toml",
        Assumptions(model="gpt-4o", calls=5, output_ratio=Decimal("0.1"), format="text"),
        tags={"team": "a", "app": "b"},
        include=("*",),
        prompts=(
            entry(
                "z.md",
                "first",
                {"app": "c"},
                model="gpt-4",
                output_tokens=3,
                variables=(("v", 1, 1),),
                format="dotprompt",
            ),
        ),
    )
    first, other = snapshot(manifest, "z.md", "other.md").files
    assert (first.prompt_id, first.named, first.format) == ("first", True, "dotprompt")
    assert first.tags == {"team": "a", "app": "c"}
    assert first.assumptions == Assumptions("gpt-4", 5, 3, format="dotprompt", variables=(("v", 1, 1),))
    assert (other.prompt_id, other.named, other.format) == ("other.md", False, "text")
    assert other.tags == {"team": "a", "app": "b"}
    assert other.assumptions == Assumptions(None, 5, None, Decimal("0.1"))
    assert first.default_model == other.default_model == "gpt-4o"


def test_a_listed_prompt_without_an_id_is_known_by_its_path() -> None:
    file = snapshot(rules(entry("a")), "a").files[0]
    assert (file.prompt_id, file.named) == ("a", False)


def test_the_command_line_is_above_the_manifest() -> None:
    stated = Selection(assumptions=Assumptions("free", 0, 9))
    manifest = rules(entry("a", "a", model="gpt-4", calls=3, output_ratio=Decimal(1)), include=("*",), model="gpt-4o")
    for file in snapshot(manifest, "a", "b", selection=stated).files:
        assert file.assumptions == Assumptions("free", 0, 9)


def test_a_model_of_an_attribute_is_above_the_default_and_below_the_entry() -> None:
    attributes = parse_attributes({"": b"a llmcost-model=x\nb llmcost-model=x\n"})
    manifest = rules(entry("a", model="gpt-4"), include=("*",), model="gpt-4o")
    found: dict[str, str | Problem] = dict.fromkeys("abc", "oid")
    files = make_snapshot("main", None, manifest, Selection(), found, attributes=attributes).files
    assert [(file.assumptions.model, file.default_model) for file in files] == [
        ("gpt-4", "x"), (None, "x"), (None, "gpt-4o")
    ]  # fmt: skip


def test_as_text_is_above_every_format() -> None:
    manifest = rules(entry("a.md", format="dotprompt"), include=("*",), format="front-matter")
    files = snapshot(manifest, "a.md", "b.prompt.yml", selection=Selection(as_text=True)).files
    assert [file.format for file in files] == ["literal", "literal"]


def test_a_listed_prompt_that_is_not_there_keeps_its_place() -> None:
    side = snapshot(rules(entry("a"), entry("b", "bee")), "a")
    assert [(file.prompt_id, file.oid, file.problem) for file in side.files] == [
        ("a", "oid of a", None),
        ("bee", None, MISSING),
    ]
    assert MISSING.code == ExitCode.CONFIG_ERROR


@pytest.mark.parametrize(
    "selection", [Selection(include=("*",)), Selection(exclude=("b",)), Selection(paths=("a",))]
)  # fmt: skip
def test_what_was_not_asked_for_is_not_missed(selection: Selection) -> None:
    side = snapshot(rules(entry("a"), entry("b")), "a", selection=selection)
    assert [file.path for file in side.files] == ["a"]


def test_a_borrowed_manifest_misses_nothing() -> None:
    side = snapshot(rules(entry("a"), entry("b", "bee")), "a", borrowed=True)
    assert [file.path for file in side.files] == ["a"]


def test_a_prompt_that_cannot_be_read_keeps_its_place() -> None:
    problem = Problem("is binary", "Exclude it.", ExitCode.PARSE_ERROR)
    side = make_snapshot("main", None, None, Selection(), {"a.prompt": problem})
    assert (side.files[0].oid, side.files[0].problem) == (None, problem)


def test_two_prompts_cannot_share_an_id() -> None:
    with pytest.raises(ConfigError) as caught:
        snapshot(rules(entry("x.md", "a.md"), include=("*.md",)), "a.md", "b.md", "x.md")
    assert caught.value.message in (
        '"a.md" is the prompt_id of a.md and of x.md',
        '"a.md" is the prompt_id of x.md and of a.md',
    )
    assert caught.value.hint == "A prompt without an id is known by its path: give one of the two another prompt_id."


@given(st.lists(PATH, unique=True), st.randoms())
def test_a_snapshot_does_not_depend_on_the_order_of_finding(paths: list[str], random: Any) -> None:
    shuffled = list(paths)
    random.shuffle(shuffled)
    assert snapshot(None, *paths) == snapshot(None, *shuffled)
    assert [file.prompt_id for file in snapshot(None, *paths).files] == sorted(paths)
