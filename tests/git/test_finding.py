"""Attributes of every side: a commit, the index, the working tree, and what a hook asks of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.git.changes import staged_changes
from llmcost_hooks.git.plumbing import open_repository
from llmcost_hooks.hooks.staged import Staged, concerns_us
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.reading import STAGED, WORKTREE, Source, commit_source, read_side
from llmcost_hooks.snapshot import Selection

from ..repos import Repo

PROMPTS_ONLY = b'version = 1\n[discover]\ninclude = ["prompts/**"]\n'
SIDES = ("commit", "index", "worktree")


def found(repo: Repo, side: str, manifest: bytes | None = None, **selected: tuple[str, ...]) -> dict[str, str | None]:
    """The prompts of a side, by path: the model that attributes and [defaults] give them."""
    opened = open_repository(repo.cwd)
    sources: dict[str, Source] = {"index": STAGED, "worktree": WORKTREE}
    source = sources[side] if side in sources else commit_source(opened, "HEAD")
    parsed = parse_manifest(manifest) if manifest is not None else None
    snapshot = read_side(opened, source, parsed, Selection(**selected)).snapshot  # type: ignore[arg-type]
    return {file.path: file.default_model for file in snapshot.files}


@pytest.fixture
def stated(repo: Repo) -> Repo:
    """Prompts in usual and in odd places, and a word on each."""
    for path in ("prompts/a.md", "prompts/b.md", "odd/deep/c.tmpl", "odd/d.tmpl", "lib/prompts/e.md", "src/main.py"):
        repo.write(path, f"This is {path}.")
    repo.write(".gitattributes", "*.tmpl llmcost llmcost-model=gpt-4o\nlib/** linguist-vendored\n")
    repo.write("prompts/.gitattributes", "b.md -llmcost\n")
    repo.write("odd/deep/.gitattributes", "* llmcost-model=o3\n")
    repo.commit()
    return repo


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("backend", ["auto", "git"])
@pytest.mark.parametrize("manifest", [None, PROMPTS_ONLY])
def test_every_side_is_read_with_its_attributes(
    stated: Repo, side: str, backend: str, manifest: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMCOST_GIT_BACKEND", backend)
    assert found(stated, side, manifest) == {"prompts/a.md": None, "odd/deep/c.tmpl": "o3", "odd/d.tmpl": "gpt-4o"}


def test_each_side_has_its_own(stated: Repo) -> None:
    before = found(stated, "commit")
    stated.stage("prompts/.gitattributes", "b.md llmcost-model=index\n")
    stated.write("prompts/.gitattributes", "* -llmcost\n")
    assert found(stated, "commit") == before
    assert found(stated, "index") == {**before, "prompts/b.md": "index"}
    assert found(stated, "worktree") == {path: model for path, model in before.items() if path != "prompts/a.md"}
    stated.rm(".gitattributes")
    assert found(stated, "index") == {"prompts/a.md": None, "prompts/b.md": "index", "lib/prompts/e.md": None}
    assert found(stated, "worktree") == {"lib/prompts/e.md": None}


def test_an_untracked_file_speaks_in_the_working_tree(stated: Repo) -> None:
    stated.write("src/.gitattributes", "main.py llmcost\n")
    assert "src/main.py" in found(stated, "worktree")
    assert "src/main.py" not in found(stated, "index")


def test_an_index_before_the_first_commit(repo: Repo) -> None:
    repo.stage("a.tmpl", "A.")
    repo.stage("x/b.tmpl", "B.")
    repo.stage(".gitattributes", "*.tmpl llmcost")
    assert found(repo, "index") == found(repo, "index", PROMPTS_ONLY) == {"a.tmpl": None, "x/b.tmpl": None}
    assert found(repo, "worktree", PROMPTS_ONLY) == {"a.tmpl": None, "x/b.tmpl": None}


@pytest.mark.parametrize("side", SIDES)
def test_attributes_count_where_prompts_can_lie(stated: Repo, side: str) -> None:
    """No walk through directories that no pattern enters, unless a file above sets `llmcost`."""
    stated.write(".gitattributes", "lib/** linguist-vendored\n")
    stated.write("odd/.gitattributes", "*.tmpl llmcost\n")
    stated.commit()
    assert found(stated, side, PROMPTS_ONLY) == {"prompts/a.md": None}
    stated.write("prompts/.gitattributes", "b.md llmcost\n")
    stated.commit()
    assert [*found(stated, side, PROMPTS_ONLY)] == ["odd/d.tmpl", "odd/deep/c.tmpl", "prompts/a.md", "prompts/b.md"]


@pytest.mark.parametrize("side", SIDES)
def test_what_is_above_attributes(stated: Repo, side: str) -> None:
    listed = PROMPTS_ONLY + b'[[prompts]]\npath = "prompts/b.md"\n[[prompts]]\npath = "lib/prompts/e.md"\n'
    assert {"prompts/b.md", "lib/prompts/e.md"} <= found(stated, side, listed).keys()
    assert [*found(stated, side, include=("**/b.md",))] == ["prompts/b.md"]
    assert [*found(stated, side, exclude=("**/*.tmpl",))] == ["prompts/a.md"]
    assert [*found(stated, side, paths=("prompts/b.md", "odd/deep"))] == ["odd/deep/c.tmpl", "prompts/b.md"]
    excluded = b'version = 1\n[discover]\nexclude = ["odd/**"]\n'
    assert "odd/d.tmpl" in found(stated, side, excluded)


@pytest.mark.parametrize("side", SIDES)
def test_a_rule_for_all_files_makes_no_prompt_of_ours_and_gits(stated: Repo, side: str) -> None:
    stated.write("odd/.gitattributes", "* llmcost\n")
    stated.write("llm-cost.toml", PROMPTS_ONLY)
    stated.write(".gitattributes", "* llmcost\n")
    stated.commit()
    assert {
        path for path in found(stated, side, PROMPTS_ONLY) if ".gitattributes" in path or path == "llm-cost.toml"
    } == set()


@pytest.mark.parametrize("side", SIDES)
def test_a_link_says_nothing(stated: Repo, side: str) -> None:
    (stated.path / "prompts/.gitattributes").unlink()
    (stated.path / "prompts/.gitattributes").symlink_to("../.gitattributes")
    stated.commit()
    assert "prompts/b.md" in found(stated, side)


def test_attributes_of_the_machine_have_no_say(stated: Repo, tmp_path: Path) -> None:
    (tmp_path / "attributes").write_text("*.md -llmcost\n*.py llmcost\n")
    (stated.path / ".git/info").mkdir(exist_ok=True)
    (stated.path / ".git/info/attributes").write_text("*.md -llmcost\n*.py llmcost\n")
    stated.git("config", "core.attributesFile", str(tmp_path / "attributes"))
    for side in SIDES:
        assert [*found(stated, side)] == ["odd/d.tmpl", "odd/deep/c.tmpl", "prompts/a.md"]


def test_a_conflict_in_attributes_is_an_error(stated: Repo) -> None:
    stated.branch("other")
    stated.write("prompts/.gitattributes", "b.md llmcost\n")
    stated.commit()
    stated.checkout("main")
    stated.write("prompts/.gitattributes", "b.md !llmcost\n")
    stated.commit()
    assert stated.run("merge", "other").code != 0
    for side in ("index", "worktree"):
        with pytest.raises(ConfigError, match=r"prompts/\.gitattributes is unmerged"):
            found(stated, side)


def test_attributes_that_a_clone_lacks_are_an_error(stated: Repo, tmp_path: Path) -> None:
    stated.git("config", "uploadpack.allowFilter", "true")
    copy = stated.clone(tmp_path / "copy", "--filter=blob:none", "--no-checkout")
    with pytest.raises(ConfigError, match=r"\.gitattributes is not in this clone") as caught:
        found(copy, "commit")
    assert "git fetch --refetch --no-filter" in caught.value.hint


def test_attributes_that_cannot_be_read_are_an_error(stated: Repo) -> None:
    stated.write(".gitattributes", b"#" * 10_000_001)
    with pytest.raises(ConfigError, match=r"\.gitattributes cannot be read: too large"):
        found(stated, "worktree")
    stated.commit()
    with pytest.raises(ConfigError, match=r"\.gitattributes cannot be read: too large"):
        found(stated, "commit")


# --- what the hook asks first -----------------------------------------------------------------------------------------


def staged(repo: Repo) -> Staged:
    head = repo.oid("HEAD"), repo.oid("HEAD^{tree}")
    return Staged(open_repository(repo.cwd), head, tuple(staged_changes(repo.cwd)))


@pytest.mark.parametrize(
    ("path", "ours"),
    [("src/main.py", False), ("new.tmpl", True), ("odd/x/new.tmpl", True), ("prompts/b.md", True),
     ("prompts/a.md", True), ("lib/prompts/e.py", False), ("src/.gitattributes", True), (".gitattributes", True),
     ("src/gitattributes.py", False), ("partial.xml", True), ("llm-cost.toml", True)],
)  # fmt: skip
def test_what_is_staged_concerns_us(stated: Repo, path: str, ours: bool) -> None:
    stated.stage(path, "Something else.")
    assert concerns_us(stated.cwd, staged(stated)) is ours


def test_what_is_removed_concerns_us(stated: Repo) -> None:
    stated.rm("odd/d.tmpl")
    assert concerns_us(stated.cwd, staged(stated))


def test_the_hook_starts_no_more_programs_for_attributes(stated: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    from llmcost_hooks.git import catfile

    for n in range(20):
        stated.write(f"e{n}/.gitattributes", "")
        stated.write(f"e{n}/x.py", "")
    stated.commit()
    for n in range(20):
        stated.stage(f"e{n}/x.py", "1")
    changes, asked = staged(stated), []

    def counted(real: Callable[..., Any], *args: Any) -> Any:
        asked.append(real.__name__)
        return real(*args)

    for name in ("cat_file", "index_entries"):
        monkeypatch.setattr(catfile, name, partial(counted, getattr(catfile, name)))
    assert not concerns_us(stated.cwd, changes)
    assert asked == ["cat_file"]


def test_a_model_attribute_without_a_value(repo: Repo) -> None:
    repo.write(".gitattributes", "*.md llmcost-model\nb.md -llmcost-model\nc.md !llmcost-model\nd.md llmcost-model=x\n")
    for name in "abcd":
        repo.write(f"prompts/{name}.md", name)
    repo.commit()
    opened = open_repository(repo.cwd)
    files = read_side(opened, commit_source(opened, "HEAD"), None, Selection()).snapshot.files
    assert [file.problem.reason if file.problem else None for file in files] == [
        "has the attribute llmcost-model without a value", None, None, None
    ]  # fmt: skip
    assert [file.oid is None for file in files] == [True, False, False, False]
    assert [file.default_model for file in files] == [None, None, None, "x"]
