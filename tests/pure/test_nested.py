"""Several manifests as one value, and which of them governs a path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.manifest import Manifest, parse_manifest
from llmcost_hooks.nested import governing, join_manifests
from llmcost_hooks.snapshot import Finder, Selection, make_snapshot

PLAIN = b"version = 1\n"


def joined(**held: bytes) -> Manifest | None:
    """Manifests by directory, `_` for a slash and `top` for the top."""
    paths = {
        ("" if name == "top" else name.replace("_", "/") + "/") + "llm-cost.toml": data for name, data in held.items()
    }
    return join_manifests(paths, lambda path, data: parse_manifest(data, origin=path))


def test_one_manifest_is_itself_and_none_is_none() -> None:
    assert joined() is None
    assert joined(top=PLAIN) == parse_manifest(PLAIN)


def test_the_deepest_governs() -> None:
    found = joined(top=PLAIN, a=PLAIN, a_b=PLAIN)
    assert found is not None and [each.path() for each in found.every()] == [
        "llm-cost.toml", "a/llm-cost.toml", "a/b/llm-cost.toml",
    ]  # fmt: skip


def test_without_a_top_nothing_governs_outside() -> None:
    found = joined(a=PLAIN)
    assert found is not None and not found.there and [each.path() for each in found.every()] == ["a/llm-cost.toml"]
    finder = Finder(found, Selection())
    assert finder.finds("a/x.prompt") and not finder.finds("x.prompt") and finder.enters("") and finder.enters("a/")


def test_paths_are_seen_from_the_top_and_patterns_from_the_directory() -> None:
    text = b'version = 1\n[discover]\ninclude = ["p/*.md"]\nexclude = ["p/no.md"]\nformats = { "p/x*" = "mustache" }\n'
    text += b'[[prompts]]\npath = "q.txt"\nprompt_id = "q"\nvariables_from = "s.json"\n'
    found = joined(top=PLAIN, a=text)
    finder = Finder(found, Selection())
    assert [path for path in ("p/x.md", "a/p/x.md", "a/p/no.md", "a/q.txt", "q.txt") if finder.finds(path)] == [
        "a/p/x.md", "a/q.txt",
    ]  # fmt: skip
    assert finder.enters("a/p/") and not finder.enters("a/z/") and finder.roots() == ()
    side = make_snapshot("main", None, found, Selection(), {"a/p/x.md": "1"})
    assert [file.format for file in side.files] == ["mustache", "text"]
    assert [(file.prompt_id, file.path, file.assumptions.variables_from) for file in side.files] == [
        ("a/p/x.md", "a/p/x.md", None),
        ("a:q", "a/q.txt", "a/s.json"),
    ]
    asked = Finder(found, Selection(include=("a/z/*.txt",)))
    assert asked.finds("a/z/1.txt") and not asked.finds("a/p/x.md") and asked.enters("a/z/")


def test_a_manifest_that_is_excluded_is_not_read() -> None:
    found = joined(top=b'version = 1\n[discover]\nexclude = ["a/**"]\n', a=b"broken", vendor_x=b"broken", b=PLAIN)
    assert found is not None and [each.path() for each in found.every()] == ["llm-cost.toml", "b/llm-cost.toml"]
    above = b'version = 1\n[discover]\nexclude = ["b/**"]\n'
    found = joined(top=above, a=above, a_b=b"broken")
    assert found is not None and len(found.every()) == 2
    assert joined(top=PLAIN, vendor_x=b"broken") == parse_manifest(PLAIN)


def test_a_manifest_lists_its_own_prompts() -> None:
    with pytest.raises(ConfigError, match=r"llm-cost.toml lists a/p.md, which a/llm-cost.toml governs"):
        joined(top=PLAIN + b'[[prompts]]\npath = "a/p.md"\n', a=PLAIN)
    with pytest.raises(ConfigError, match=r"a/llm-cost.toml lists a/b/p.py::X, which a/b/llm-cost.toml governs"):
        joined(a=PLAIN + b'[[prompts]]\npath = "b/p.py::X"\n', a_b=PLAIN)


NAMES = st.lists(st.sampled_from("ab"), min_size=1, max_size=4)


@given(NAMES, st.sets(NAMES.map(lambda names: "/".join(names) + "/"), max_size=5))
def test_governing_is_the_longest_directory_above(names: list[str], directories: set[str]) -> None:
    path = "/".join(names)
    above = [directory for directory in directories if path.startswith(directory)]
    assert governing(path, directories) == max(above, key=len, default="")
