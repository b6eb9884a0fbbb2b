"""Everything that can be wrong: a clear message, the right code, no traceback, nothing written, the others reported."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..repos import Repo
from .running import PROJECT, Ran, answer, document, failed, listing, llm_cost, passed, rows, start, total, words

LFS_POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
DISCOVERED = 'version = 1\n[defaults]\nmodel = "gpt-4o"\noutput_tokens = 5\n[discover]\ninclude = ["prompts/**/*"]\n'


Ready = Callable[[Repo], None]


@pytest.fixture
def ready() -> Iterator[Ready]:
    """To be called when a repository is as it shall stay: at the end it is the same, down to times of change."""
    kept: list[tuple[Repo, dict[str, tuple[object, ...]]]] = []
    yield lambda repo: kept.append((repo, listing(repo.path)))
    for repo, before in kept:
        assert listing(repo.path) == before


EVERY_SIDE = [("estimate",), ("estimate", "--staged"), ("estimate", "--rev", "HEAD"), ("check",), ("diff", "HEAD~1")]


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


@pytest.mark.parametrize("command", [("estimate", "--rev"), ("check", "--rev"), ("check", "--base"), ("diff",)])
@pytest.mark.parametrize(
    "revision", ["nowhere", "HEAD~99", "HEAD:prompts/search.md", "-x", "a..b..c", "deadbeef", "", "\n"]
)
def test_unreadable_revision(prompts: Repo, ready: Ready, command: tuple[str, ...], revision: str) -> None:
    ready(prompts)
    ran = failed(llm_cost(prompts.path, *command, revision), 2)
    assert ran.out == "" and len(ran.err.splitlines()) >= 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[budget", "llm-cost.toml:1: "),
        ("version = 1\n\n[budget]\nlimits = 3\n", 'llm-cost.toml:4: unknown key "limits"'),
        ("version = 1\n[budget]\nlimit = -1\n", "llm-cost.toml:3: "),
        ("version = 3\n", "version = 1 is required"),
        ("", "version = 1 is required"),
        ('version = 1\n[[prompts]]\npath = "../out.md"\n', "inside the repository"),
        ('version = 1\n[[prompts]]\npath = "/etc/passwd"\n', "relative to the top of the repository"),
        ('version = 1\n[[prompts]]\npath = "a"\n[[prompts]]\npath = "a"\n', "used twice"),
        ("version = 1 # " + "x" * 300_000, "larger than 256 KiB"),
        ("x = " + "[" * 100_000, "llm-cost.toml"),
    ],
)
def test_broken_manifest(prompts: Repo, ready: Ready, text: str, said: str) -> None:
    prompts.write("llm-cost.toml", text)
    prompts.commit("broken")
    ready(prompts)
    for command in EVERY_SIDE:
        ran = failed(llm_cost(prompts.path, *command), 2, said)
        assert ran.out == ""
        assert ('Did you mean "limit"?' in ran.err) == ("unknown key" in said)
    # The working tree can be right where the commit is not, and the other way round.
    assert "main:llm-cost.toml" in llm_cost(prompts.path, "estimate", "--rev", "HEAD").err


def test_manifest_deleted_on_head(prompts: Repo, ready: Ready) -> None:
    prompts.rm("llm-cost.toml")
    prompts.commit("without limits")
    ready(prompts)
    for command in (("diff", "HEAD~1"), ("diff", "HEAD~1..HEAD"), ("check", "--base", "HEAD~1")):
        ran = failed(llm_cost(prompts.path, *command), 2, "llm-cost.toml exists on HEAD~1 and not on")
        assert ran.out == "" and "git checkout" in ran.err


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


def test_shallow_clone(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    prompts.branch("feat")
    prompts.write("prompts/search.md", words(7))
    prompts.commit()
    clone = prompts.clone(tmp_path / "clone", "--depth=1", "--no-single-branch")
    ready(clone)
    for args in (("origin/main...",), ("--merge-base", "origin/main"), ("--base", "origin/main", "--merge-base")):
        ran = failed(llm_cost(clone.path, "diff", *args), 2, "is not in this shallow clone", "git fetch --unshallow")
        assert ran.out == "" and "fetch-depth: 0" in ran.err
    failed(llm_cost(clone.path, "diff", "HEAD~1"), 2, "git fetch --unshallow")
    passed(llm_cost(clone.path, "diff", "origin/main", "HEAD"))


def test_shallow_clone_of_one_branch(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    """As a checkout in CI: the base branch is not there at all."""
    prompts.branch("feat")
    clone = prompts.clone(tmp_path / "clone", "--depth=1")
    ready(clone)
    for args in (("main",), ("main...",), ("origin/main...",), ("--base", "main")):
        ran = failed(llm_cost(clone.path, "diff", *args), 2, "git fetch")
        assert ran.out == ""
    failed(llm_cost(clone.path, "check", "--base", "main"), 2, "git fetch")


@pytest.mark.parametrize("command", EVERY_SIDE[1:])
def test_manifest_whose_content_is_not_here(prompts: Repo, ready: Ready, command: tuple[str, ...]) -> None:
    """It is listed and cannot be read, as in a partial clone: that is not the same as no manifest, and no pass."""
    prompts.commit("another")
    oid = prompts.oid("HEAD:llm-cost.toml")
    (prompts.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    ready(prompts)
    if command == ("check",):
        command = ("check", "--staged")
    for args in (command, (*command, "--model", "gpt-4o")):
        ran = failed(llm_cost(prompts.path, *args), 2, "llm-cost.toml is not in this clone", "git fetch --refetch")
        assert ran.out == ""
    failed(start(prompts.path, module="llmcost_hooks.hooks.pre_commit"), 2, "llm-cost.toml is not in this clone")


def test_prompt_whose_content_is_not_here(prompts: Repo, ready: Ready) -> None:
    oid = prompts.oid("HEAD:prompts/search.md")
    (prompts.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    ready(prompts)
    for args in (("estimate", "--rev", "HEAD"), ("check", "--staged")):
        failed(llm_cost(prompts.path, *args), 2, "prompts/search.md: is not in this clone", "git fetch --refetch")


@pytest.mark.parametrize("backend", ["auto", "git"])
def test_partial_clone_is_not_completed(prompts: Repo, tmp_path: Path, ready: Ready, backend: str) -> None:
    prompts.git("config", "uploadpack.allowFilter", "true")
    clone = prompts.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    ready(clone)
    trace = tmp_path / "trace"
    env = {"LLMCOST_GIT_BACKEND": backend, "GIT_TRACE2_EVENT": str(trace)}
    for args in (("estimate", "--rev", "HEAD"), ("check", "--rev", "HEAD"), ("diff", "HEAD", "HEAD")):
        failed(llm_cost(clone.path, *args, env=env), 2, "git fetch --refetch --no-filter")
    assert "upload-pack" not in trace.read_text()


def test_conflict_in_the_index(prompts: Repo, ready: Ready) -> None:
    for name in ("theirs", "ours"):
        prompts.branch(name, "main")
        prompts.write("prompts/search.md", name)
        prompts.commit(name)
    assert prompts.run("merge", "theirs").code == 1
    ready(prompts)
    for args in (("estimate",), ("estimate", "--staged"), ("check", "--staged"), ("diff", "HEAD")):
        failed(llm_cost(prompts.path, *args), 2, "prompts/search.md is unmerged", "git add")
    passed(llm_cost(prompts.path, "estimate", "--rev", "HEAD"))


def test_not_a_repository(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    ready(prompts)
    for args in (("estimate",), ("check",), ("diff", "main"), ("estimate", "--rev", "HEAD")):
        failed(llm_cost(tmp_path, *args), 2, "is not inside a git repository")


def test_git_is_missing(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    ready(prompts)
    env: dict[str, str | None] = {"PATH": str(tmp_path)}
    for module, args in (
        ("llmcost_hooks", ("estimate",)),
        ("llmcost_hooks", ("estimate", "prompts/search.md")),
        ("llmcost_hooks.hooks.pre_commit", ()),
    ):
        failed(start(prompts.path, *args, module=module, env=env), 2, "git was not found on PATH", "Install git")


def test_no_home(prompts: Repo, ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container under a user id that has no name: `~` stands for nothing, and is no directory here."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
    ready(prompts)
    assert "Total: $1.54" in passed(llm_cost(prompts.path, "estimate")).out
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert "Total: $1.54" in passed(llm_cost(prompts.path, "estimate")).out


@pytest.mark.parametrize("cache", ["/dev/null", "/proc/nowhere"])
def test_cache_that_cannot_be_made(prompts: Repo, ready: Ready, cache: str) -> None:
    """Silent: the memo is an offer. (Permissions would not stop root; these paths stop anybody.)"""
    ready(prompts)
    ran = passed(llm_cost(prompts.path, "estimate", env={"XDG_CACHE_HOME": cache}))
    assert ran.err == "" and "Total: $1.54" in ran.out


def test_read_only_repository(prompts: Repo, ready: Ready) -> None:
    directories = [prompts.path, *(path for path in prompts.path.rglob("*") if path.is_dir())]
    for path in directories:
        path.chmod(0o555)
    ready(prompts)
    for command in (("estimate",), ("estimate", "--staged"), ("check", "--base", "HEAD"), ("diff", "HEAD")):
        passed(llm_cost(prompts.path, *command))
    hook = start(prompts.path, module="llmcost_hooks.hooks.pre_commit")
    assert hook == Ran(0, "", "")


def test_index_is_not_refreshed(prompts: Repo, ready: Ready) -> None:
    """A file touched without being changed makes git want to write the index."""
    path = prompts.path / "prompts/search.md"
    os.utime(path, ns=(1, 1))
    ready(prompts)
    for command in (("estimate",), ("check",), ("diff", "HEAD")):
        assert total(answer(prompts, *command)["total"]["head" if command[0] == "diff" else "cost"]) == "1.545"


def test_unknown_model(prompts: Repo, ready: Ready) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace("gpt-4o-mini", "gpt-4o-minni"))
    prompts.commit()
    ready(prompts)
    for command in EVERY_SIDE:
        ran = failed(
            llm_cost(prompts.path, *command), 4, 'no price is known for the model "gpt-4o-minni"', "gpt-4o-mini"
        )
        assert "$0.00" not in ran.out
    for name in ("azure/gpt-4o", "gpt", "gpt-4o " * 50, "gpt-4o\x1b[2J"):
        assert "\x1b" not in failed(llm_cost(prompts.path, "estimate", "--model", name), 4).err


@pytest.mark.parametrize(
    "args",
    [
        ("estimate", ""),
        ("estimate", "--rev", ""),
        ("estimate", "--model", ""),
        ("estimate", "--include", ""),
        ("estimate", "--exclude", ""),
        ("check", "--rev", ""),
        ("check", "--base", ""),
        ("diff", ""),
        ("diff", "--base", ""),
        ("diff", "--base", "main", "--head", ""),
        ("diff", "main", "--", ""),
        ("-C", "", "estimate"),
        ("--git-dir", "", "estimate"),
    ],
)
def test_empty_argument_is_not_a_missing_one(prompts: Repo, ready: Ready, args: tuple[str, ...]) -> None:
    """`check --base "$BASE"` where a script has not set BASE."""
    ready(prompts)
    assert failed(llm_cost(prompts.path, *args), 2).out == ""


def test_hostile_configuration_is_not_run(prompts: Repo, ready: Ready, tmp_path: Path) -> None:
    """Programs that a repository's configuration and attributes name."""
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    prompts.write(".gitattributes", "*.md filter=trap diff=trap\n")
    prompts.commit()
    for key in (
        "core.fsmonitor", "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "diff.trap.textconv",
        "diff.trap.command", "diff.external", "core.pager", "core.sshCommand", "core.editor", "credential.helper",
    ):  # fmt: skip
        prompts.git("config", key, str(trap))
    prompts.write("prompts/search.md", words(8))
    (tmp_path / "sprung").unlink(missing_ok=True)
    ready(prompts)
    for command in [*EVERY_SIDE[:-1], ("diff", "HEAD"), ("diff", "--staged")]:
        llm_cost(prompts.path, *command)
    start(prompts.path, module="llmcost_hooks.hooks.pre_commit")
    assert not (tmp_path / "sprung").exists()
