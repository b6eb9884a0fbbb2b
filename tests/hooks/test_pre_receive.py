"""`llm-cost-pre-push` as pre-receive: the real git pushes to a real bare repository, whose hook it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.running import PROJECT, call_hook, words
from ..repos import Ended, Repo
from .plain import Install, ran

HOOK = "llmcost_hooks.hooks.pre_push"
SEARCH = "prompts/search.md"
DEAR = 9000  # tokens: 23 USD, where 10 is the limit
LIMITED = PROJECT.replace('period = "month"', 'period = "month"\nmax_increase = "$0.10"')  # 40 tokens more


@pytest.fixture(params=["auto", "git"])
def server(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, install: Install) -> Repo:
    """A bare repository with the hook, judged through either backend."""
    monkeypatch.setenv("LLMCOST_GIT_BACKEND", request.param)
    server = Repo.init(tmp_path / "server.git", "--bare", "-b", "main")
    install(server, "pre-receive")
    return server


@pytest.fixture
def pushed(prompts: Repo, server: Repo) -> Repo:
    """A clone whose `main` is on the server."""
    prompts.write("llm-cost.toml", LIMITED)
    prompts.commit("an increase is limited")
    prompts.git("remote", "add", "origin", server.cwd)
    push(prompts, server, "main", ok=True, said="max_increase was not judged")
    return prompts


def size(repo: Repo, tokens: int, message: str = "") -> str:
    repo.write(SEARCH, words(tokens))
    repo.commit(message or f"{tokens} tokens")
    return repo.oid("HEAD")


def push(repo: Repo, server: Repo, *refs: str, ok: bool, said: str = "Increase exceeded", force: bool = False) -> Ended:
    """`git push`, which the server takes or refuses as a whole."""
    before = server.git("for-each-ref")
    ended = repo.run("push", *(["--force"] if force else []), "origin", *refs)
    assert ran(server) == 1
    assert (ended.code == 0) == ok, ended
    assert (server.git("for-each-ref") == before) != ok
    assert said in ended.err and "Traceback" not in ended.err, ended
    if not ok:
        assert "pre-receive hook declined" in ended.err and "remote: Exit code: " in ended.err
    return ended


def test_existing_branch(pushed: Repo, server: Repo) -> None:
    size(pushed, 430)
    ended = push(pushed, server, "main", ok=True, said="✅ Within budget")
    assert "remote: main, compared with main before this push:" in ended.err
    size(pushed, 450)
    size(pushed, 475)
    push(pushed, server, "main", ok=False, said="❌ Increase exceeded: +$0.11 > $0.10")
    assert not list((server.path / "objects").rglob("tmp_objdir*")), "nothing of a refused push stays"
    size(pushed, DEAR)
    push(pushed, server, "main", ok=False, said="Budget exceeded")


def test_new_branch(pushed: Repo, server: Repo) -> None:
    """Measured from where it left the default branch, which has gone on since."""
    pushed.branch("feat")
    size(pushed, 435)
    pushed.checkout("main")
    size(pushed, 390)
    push(pushed, server, "main", ok=True, said="Within budget")
    ended = push(pushed, server, "feat", ok=True, said="Within budget")
    assert "feat, compared with merge base with main:" in ended.err
    pushed.checkout("feat")
    pushed.branch("feat2")
    size(pushed, 445)
    push(pushed, server, "feat2", ok=False)


def test_first_push_to_another_branch_than_the_default_one(prompts: Repo, server: Repo) -> None:
    prompts.write("llm-cost.toml", LIMITED)
    prompts.commit("an increase is limited")
    prompts.git("remote", "add", "origin", server.cwd)
    push(prompts, server, "main:one", ok=True, said="max_increase was not judged")
    size(prompts, 445)
    push(prompts, server, "main:two", ok=False, said="two, compared with the nearest commit of another branch:")
    size(prompts, DEAR)
    push(prompts, server, "main:three", ok=False, said="Budget exceeded")


def test_delete(pushed: Repo, server: Repo) -> None:
    push(pushed, server, "main:extra", ok=True, said="Within budget")
    ended = push(pushed, server, ":extra", ok=True, said="[deleted]")
    assert "Within" not in ended.err
    size(pushed, 445)
    push(pushed, server, "main:extra", ok=False)


def test_tags(pushed: Repo, server: Repo) -> None:
    pushed.git("tag", "light")
    pushed.git("tag", "-a", "-m", "annotated", "annotated")
    pushed.git("tag", "blob", "HEAD:prompts/search.md")
    push(pushed, server, "light", "annotated", ok=True, said="Within budget")
    push(pushed, server, "blob", ok=True, said="refs/tags/blob is not a commit and is not judged")
    size(pushed, 445)
    for args in (("-f", "light"), ("-f", "-a", "-m", "annotated", "annotated")):
        pushed.git("tag", *args)
        push(pushed, server, args[-1], ok=False, force=True)
    pushed.git("tag", "-f", "blob", "HEAD~1")
    push(pushed, server, "blob", ok=True, force=True, said="Within budget")


def test_force_push(pushed: Repo, server: Repo) -> None:
    """Against what the branch is, of which the new history knows nothing."""
    size(pushed, 430)
    push(pushed, server, "main", ok=True, said="Within budget")
    pushed.git("reset", "-q", "--hard", "HEAD~1")
    size(pushed, 475)
    push(pushed, server, "main", ok=False, force=True, said="+$0.11 > $0.10")
    size(pushed, 465)
    push(pushed, server, "main", ok=True, force=True, said="Within budget")


def test_several_refs_at_once(pushed: Repo, server: Repo) -> None:
    """One that fails refuses all of them; each is reported."""
    for name, tokens in (("cheap", 401), ("dear", DEAR), ("more", 445)):
        pushed.branch(name, "main")
        size(pushed, tokens)
    ended = push(pushed, server, "cheap", "dear", "more", ok=False, said="Budget exceeded")
    counts = [ended.err.count(said) for said in ("✅ Within budget", "❌ Budget exceeded", "❌ Increase exceeded")]
    assert counts == [1, 1, 2], "the dear one fails twice"
    push(pushed, server, "cheap", "main:refs/heads/copy", ":refs/heads/none", ok=True, said="Within budget")


def test_unrelated_history(pushed: Repo, server: Repo) -> None:
    pushed.git("checkout", "-q", "--orphan", "unrelated")
    size(pushed, 500)
    push(pushed, server, "unrelated", ok=True, said="max_increase was not judged")
    pushed.git("checkout", "-q", "--orphan", "dear")
    size(pushed, DEAR)
    push(pushed, server, "dear", ok=False, said="Budget exceeded")


def test_a_waiver_comes_with_the_push(pushed: Repo, server: Repo) -> None:
    size(pushed, 475)
    push(pushed, server, "main", ok=False)
    pushed.git("commit", "-q", "--amend", "-m", "More\n\nLLM-Cost-Accept: search <= +$0.20/month (longer answers)")
    ended = push(pushed, server, "main", ok=True, said="longer answers")
    assert f"commit {pushed.oid('HEAD')[:9]}" in ended.err
    size(pushed, 520)
    push(pushed, server, "main", ok=False)
    size(pushed, 400, "Less\n\nLLM-Cost-Accept: search")
    push(pushed, server, "main", ok=False, said="does not say what may cost how much")


def test_what_cannot_be_known_is_refused(pushed: Repo, server: Repo) -> None:
    pushed.write("llm-cost.toml", "broken [")
    pushed.commit("broken")
    push(pushed, server, "main", ok=False, said="Exit code: 2 (CONFIG_ERROR)")
    pushed.write("llm-cost.toml", LIMITED.replace("gpt-4o-mini", "gpt-4o-minni"))
    pushed.commit("misspelt")
    push(pushed, server, "main", ok=False, said="gpt-4o-minni")
    pushed.rm("llm-cost.toml")
    pushed.commit("without limits")
    push(pushed, server, "main", ok=False, said="Exit code: 2 (CONFIG_ERROR)")


def test_no_refs(server: Repo) -> None:
    """git starts no pre-receive hook without one: a hook manager has kept them to itself."""
    found = call_hook(server.path, module=HOOK)
    assert found.code == 2 and "Standard input is empty" in found.err and '"$@"' in found.err


@pytest.mark.parametrize("given", ["0 1 refs/heads/x", "{0} {0}", "{0} {1} ", "{0} {1} refs/heads/x\nx"])
def test_not_what_git_gives(server: Repo, given: str) -> None:
    found = call_hook(server.path, module=HOOK, stdin=given.format("0" * 40, "1" * 40).encode())
    assert found.code == 2 and "Standard input is not what git gives" in found.err
