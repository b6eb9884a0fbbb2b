"""A prompt that cannot be read or priced: a clear message, the right code, nothing written, the others reported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..repos import Repo
from .conftest import Ready
from .running import (
    EVERY_SIDE,
    PROJECT,
    answer,
    document,
    failed,
    llm_cost,
    passed,
    rows,
    words,
)

LFS_POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
DISCOVERED = 'version = 1\n[defaults]\nmodel = "gpt-4o"\noutput_tokens = 5\n[discover]\ninclude = ["prompts/**/*"]\n'


def bad_prompt(repo: Repo, content: str | bytes, name: str = "prompts/bad.md") -> None:
    """A second commit that adds one prompt, beside two good ones that are listed no more but discovered."""
    repo.write("llm-cost.toml", DISCOVERED)
    repo.write(name, content)
    repo.commit("bad")


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"\x89PNG\r\n\0\0", 3, "is binary (NUL byte at offset 6)"),
        (b"caf\xe9", 3, "is not UTF-8 (byte at offset 3)"),
        (b"\xff\xfeh\0i\0", 3, "is binary"),
        (LFS_POINTER, 3, "is a Git LFS pointer"),
        ("messages: [\n", 3, "is not valid YAML"),
        ("---\nmodel: gpt-40\n---\nx", 4, '"gpt-40"'),
    ],
)
@pytest.mark.parametrize("command", EVERY_SIDE)
def test_one_bad_prompt(
    prompts: Repo, ready: Ready, command: tuple[str, ...], content: bytes, code: int, said: str
) -> None:
    name = "prompts/bad.prompt.yml" if "YAML" in said else "prompts/bad.md"
    bad_prompt(prompts, content, name)
    if code == 4:
        prompts.write("llm-cost.toml", DISCOVERED.replace('model = "gpt-4o"\n', ""))
        for other in ("search", "classify"):
            prompts.write(f"prompts/{other}.md", f"---\nmodel: gpt-4o\n---\n{words(7)}")
        prompts.git("commit", "-q", "-a", "--amend", "-m", "models in the files")
    ready(prompts)
    ran = failed(llm_cost(prompts.path, *command), code, f"{name}: ", said)
    assert "prompts/search.md" in ran.out or command == ("check",)
    found = rows(document(llm_cost(prompts.path, *command, "--format", "json")))
    assert found[name]["problem" if command[0] != "diff" else "head"]
    good = found["prompts/search.md"]
    assert (good["head"] if command[0] == "diff" else good)["effective_cost"]
    if code == 4:
        assert "Near names: gpt-4" in ran.err


def test_fifty_megabytes(prompts: Repo, ready: Ready) -> None:
    bad_prompt(prompts, b"word " * 10_000_000)
    ready(prompts)
    for command in EVERY_SIDE:
        failed(llm_cost(prompts.path, *command), 3, "prompts/bad.md: has 50,000,000 bytes", "10,000,000")


def test_one_million_spaces(prompts: Repo, ready: Ready) -> None:
    """tiktoken's regular expressions cannot have them: it would panic."""
    bad_prompt(prompts, " " * 1_000_000)
    ready(prompts)
    found = answer(prompts, "estimate")
    assert 1 <= rows(found)["prompts/bad.md"]["input_tokens"] < 1_000_000
    passed(llm_cost(prompts.path, "check", "--rev", "HEAD"))


def test_empty_prompt_costs_nothing(prompts: Repo, ready: Ready) -> None:
    bad_prompt(prompts, b"")
    ready(prompts)
    assert rows(answer(prompts, "estimate", "--output-tokens", "0"))["prompts/bad.md"]["effective_cost"] == "0"


def test_listed_prompt_that_is_gone(prompts: Repo, ready: Ready) -> None:
    prompts.rm("prompts/search.md")
    prompts.commit("gone")
    ready(prompts)
    for command in EVERY_SIDE:
        failed(llm_cost(prompts.path, *command), 2, "prompts/search.md: is listed in llm-cost.toml and is not there")
    gone = rows(answer(prompts, "diff", "HEAD~1", code=2))["search"]
    assert gone["content"] == "removed"
    assert answer(prompts, "check", code=2)["total"]["cost"] is None


def test_symbolic_links(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    """Never followed: not out of the repository, not within it."""
    (tmp_path / "secret.md").write_text(words(50))
    bad_prompt(prompts, "fine", "prompts/fine.md")
    for name, target in (("out", tmp_path / "secret.md"), ("in", "search.md"), ("nowhere", "nowhere.md"), ("dir", ".")):
        (prompts.path / f"prompts/{name}.md").symlink_to(target)
    prompts.commit("links")
    ready(prompts)
    expected = {"prompts/search.md", "prompts/classify.md", "prompts/fine.md"}
    for command in EVERY_SIDE:
        assert set(rows(document(passed(llm_cost(prompts.path, *command, "--format", "json"))))) == expected
    for name in ("out", "in"):
        link = f"prompts/{name}.md"
        for path in (link, str(prompts.path / link)):
            failed(llm_cost(prompts.path, "estimate", path), 3, "a symbolic link")


def test_listed_symbolic_link(prompts: Repo, ready: Ready) -> None:
    (prompts.path / "prompts/search.md").unlink()
    (prompts.path / "prompts/search.md").symlink_to("classify.md")
    prompts.commit("a link now")
    ready(prompts)
    for command in EVERY_SIDE:
        assert llm_cost(prompts.path, *command).code in (2, 3)


def test_submodule(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    library = Repo.init(tmp_path / "library")
    library.write("prompts/inner.md", words(5))
    library.commit()
    prompts.write("llm-cost.toml", DISCOVERED)
    prompts.git("submodule", "--quiet", "add", f"file://{library.path}", "prompts/library")
    prompts.commit("submodule")
    ready(prompts)
    for command in EVERY_SIDE:
        found = rows(document(passed(llm_cost(prompts.path, *command, "--format", "json"))))
        assert set(found) == {"prompts/search.md", "prompts/classify.md"}


@pytest.mark.parametrize(
    "name", [b"caf\xe9.md", b"tab\tnewline\n.md", b"\x1b[31mred.md", b"-dash.md", b'"q".md', b"a..b.md"]
)
def test_odd_names(prompts: Repo, ready: Ready, name: bytes) -> None:
    bad_prompt(prompts, words(9), os.fsdecode(b"prompts/" + name))
    ready(prompts)
    for command in EVERY_SIDE:
        ran = passed(llm_cost(prompts.path, *command))
        assert "\x1b" not in ran.out + ran.err and "\ufffd" not in ran.out
        found = rows(document(llm_cost(prompts.path, *command, "--format", "json")))
        row = found[os.fsdecode(b"prompts/" + name)]
        assert (row["head"] if command[0] == "diff" else row)["input_tokens"] == 9


def test_unknown_model(prompts: Repo, ready: Ready) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace("gpt-4o-mini", "gpt-4o-minni"))
    prompts.commit()
    ready(prompts)
    for command in EVERY_SIDE:
        ran = failed(
            llm_cost(prompts.path, *command), 4, 'no price is known for the model "gpt-4o-minni"', "gpt-4o-mini"
        )
        assert "$0.00" not in ran.out
    for name in ("azure/gpt-4o-nonsense", "gpt", "gpt-4o " * 50, "gpt-4o\x1b[2J"):
        assert "\x1b" not in failed(llm_cost(prompts.path, "estimate", "--model", name), 4).err
