"""No text of a prompt in any output. The canary stands wherever a message could quote what it stumbled over."""

from __future__ import annotations

import pytest

from .cli.running import llm_cost, start
from .repos import Repo

SECRET = "hunter2canary"
BROKEN = {
    "plain.md": SECRET,
    "binary.md": f"{SECRET}\0{SECRET}",
    "latin.md": f"{SECRET}\udce9{SECRET}",
    "lfs.md": f"version https://git-lfs.github.com/spec/v1\noid sha256:{SECRET}\nsize 1\n",
    "front.md": f"---\ndescription: {SECRET}\nmax_tokens: {SECRET}\n---\n{SECRET}",
    "open.prompt": f"---\nmodel: gpt-4o\n{SECRET}",
    "tag.prompt": f"---\na: !{SECRET}!x y\n---\n{SECRET}",
    "escape.prompt": f'---\na: "\\{SECRET}"\n---\n',
    "alias.prompt": f"---\na: *{SECRET}\n---\n",
    "anchor.prompt": f"---\na: &{SECRET} b\n---\n",
    "twice.prompt": f"---\n{SECRET}: 1\n{SECRET}: 2\n---\n",
    "list.prompt": f"---\na: [{SECRET}\n---\n",
    "directive.prompt.yml": f"%{SECRET} x\n---\na: b\n",
    "tag.prompt.yml": f"a: !{SECRET}!x y\n",
    "alias.prompt.yml": f"a: *{SECRET}\n",
    "twice.prompt.yml": f"{SECRET}: 1\n{SECRET}: 2\n",
    "open.prompt.yml": f'a: "{SECRET}\n',
    "tab.prompt.yml": f"a:\n\t{SECRET}: x\n",
    "key.prompt.yml": f"? [{SECRET}]\n: x\n",
    "roles.prompt.yml": f"messages:\n  - role: {SECRET}\n    content: {SECRET}\n",
    "shape.prompt.yml": f"messages: {SECRET}\n",
    "deep.prompt.yml": "a: " + "[" * 100 + SECRET,
    "bom.prompt.yml": f"\ufeff\ufeffa: {SECRET}\n",
}


@pytest.fixture
def canaries(repo: Repo) -> Repo:
    repo.write("llm-cost.toml", 'version = 1\n[defaults]\nmodel = "gpt-4o"\n[discover]\ninclude = ["p/*"]\n')
    repo.commit("empty")
    for name, text in BROKEN.items():
        repo.write(f"p/{name}", text.encode(errors="surrogateescape"))
    repo.commit("secrets")
    return repo


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_no_prompt_text_is_quoted(canaries: Repo, form: str) -> None:
    for command in (
        ("estimate",), ("estimate", "--rev", "HEAD"), ("estimate", "--staged", "--as", "text"), ("check",),
        ("check", "--base", "HEAD~1"), ("diff", "HEAD~1"), ("diff", "HEAD", "HEAD~1"),
    ):  # fmt: skip
        ran = llm_cost(canaries.path, "-v", *command, "--format", form)
        assert "p/plain.md" in ran.out or command[0] == "check"
        assert SECRET not in ran.out + ran.err
    assert "p/tag.prompt.yml" in llm_cost(canaries.path, "-v", "estimate").err, "the broken ones are reported"


def test_no_prompt_text_is_quoted_by_the_hooks(canaries: Repo) -> None:
    head = canaries.oid("HEAD")
    for module, stdin in (
        ("llmcost_hooks.hooks.pre_commit", b""),
        ("llmcost_hooks.hooks.pre_push", f"refs/heads/a {head} refs/heads/a {'0' * 40}\n".encode()),
    ):
        ran = start(canaries.path, module=module, stdin=stdin)
        assert ran.code == 3 and "p/tag.prompt.yml" in ran.err
        assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize(
    "broken",
    [
        f'model = "{SECRET}\n', f'"{SECRET}" {SECRET}\n', f"limit = {SECRET}\n", f'[budget]\nlimit = "{SECRET}"\n',
        f'[budget]\nperiod = "{SECRET}"\n', f'[defaults]\ncalls = "{SECRET}"\n', f'[defaults]\nscenario = "{SECRET}"\n',
        f'[tags]\nteam = ["{SECRET}"]\n', f'x = """\n{SECRET}\\q"""\n', f'x = "{SECRET}\\q"\n',
        f"x = 2026-01-01{SECRET}\n",
    ],
)  # fmt: skip
def test_no_value_of_a_manifest_is_quoted(repo: Repo, broken: str) -> None:
    repo.write("llm-cost.toml", f"version = 1\n{broken}")
    repo.write("prompts/a.md", "x")
    repo.commit()
    for args in (("estimate",), ("check", "--staged"), ("diff", "HEAD")):
        ran = llm_cost(repo.path, "-v", *args)
        assert ran.code == 2 and SECRET not in ran.out + ran.err
