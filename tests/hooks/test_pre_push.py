"""`llm-cost-pre-push` started by the real git, pushing to a real remote."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.running import PROJECT, call_hook, failed, passed, words
from ..repos import Ended, Repo
from .plain import Install, ran

HOOK = "llmcost_hooks.hooks.pre_push"
SEARCH = "prompts/search.md"
DEAR = 9000  # tokens: 23 USD, where 10 is the limit
LIMITED = PROJECT.replace('period = "month"', 'period = "month"\nmax_increase = "$0.10"')  # 40 tokens more


@pytest.fixture
def server(tmp_path: Path) -> Repo:
    return Repo.init(tmp_path / "server.git", "--bare")


@pytest.fixture
def pushed(prompts: Repo, server: Repo, install: Install) -> Repo:
    """`main` is on the server, and the hook is installed."""
    prompts.write("llm-cost.toml", LIMITED)
    prompts.commit("an increase is limited")
    prompts.git("remote", "add", "origin", server.cwd)
    prompts.git("push", "-q", "-u", "origin", "main")
    install(prompts, "pre-push")
    return prompts


def size(repo: Repo, tokens: int) -> str:
    """Commit a version of one prompt."""
    repo.write(SEARCH, words(tokens))
    repo.commit(f"{tokens} tokens")
    return repo.oid("HEAD")


def push(repo: Repo, *args: str, ok: bool, said: str = "", hooks: int = 1) -> Ended:
    """`git push ARGS`, let through or refused by the hook."""
    ended = repo.run("push", *args)
    assert ran(repo) == hooks
    assert (ended.code == 0) == ok, ended
    text = ended.err + ended.out.decode()
    assert said in text, ended
    assert "Traceback" not in text
    if not ok and not said:
        assert "Exit code: 1 (BUDGET_EXCEEDED)" in ended.err
    return ended


def test_existing_branch(pushed: Repo) -> None:
    """The increase is measured from what the remote has, over all commits of the push."""
    size(pushed, 420)
    push(pushed, "origin", "main", ok=True, said="Within budget")
    size(pushed, 445)
    size(pushed, 465)
    ended = push(pushed, "origin", "main", ok=False, said="Increase exceeded: +$0.11 > $0.10")
    assert ended.out.decode().startswith("main, compared with origin/main:\n")
    size(pushed, 460)
    push(pushed, "origin", "main", ok=True)


def test_pushed_commit_counts_and_not_the_working_tree(pushed: Repo) -> None:
    pushed.branch("dear")
    size(pushed, DEAR)
    pushed.checkout("main")
    pushed.write(SEARCH, words(10))
    push(pushed, "origin", "dear", ok=False, said="Budget exceeded")
    pushed.git("reset", "-q", "--hard")
    pushed.checkout("dear")
    pushed.write("llm-cost.toml", "broken [")
    push(pushed, "origin", "main~1:refs/heads/old", ok=True)


def test_new_branch(pushed: Repo) -> None:
    """Measured from where it left the remote's default branch, which has gone on since."""
    pushed.branch("feat")
    size(pushed, 435)
    pushed.checkout("main")
    size(pushed, 390)
    push(pushed, "origin", "main", ok=True)
    push(pushed, "origin", "feat", ok=True)
    pushed.checkout("feat")
    pushed.branch("feat2")
    size(pushed, 445)
    push(pushed, "origin", "feat2", ok=False, said="feat2, compared with merge base with origin/main:")


def test_force_push(pushed: Repo) -> None:
    size(pushed, 430)
    push(pushed, "origin", "main", ok=True)
    pushed.git("reset", "-q", "--hard", "HEAD~1")
    size(pushed, 475)
    push(pushed, "-f", "origin", "main", ok=False)
    size(pushed, 465)
    push(pushed, "-f", "origin", "main", ok=True)
    pushed.git("reset", "-q", "--hard", "HEAD~2")
    push(pushed, "--force-with-lease", "origin", "main", ok=True)


def test_deleted_branch(pushed: Repo) -> None:
    push(pushed, "origin", "main:refs/heads/extra", ok=True)
    pushed.write("llm-cost.toml", "broken [")
    pushed.git("commit", "-q", "-am", "broken")
    ended = push(pushed, "origin", ":extra", ok=True)
    assert "budget" not in ended.err.lower()


def test_several_refs_at_once(pushed: Repo, server: Repo) -> None:
    """Each is judged, whatever the others are; none of them is pushed if one fails."""
    for name, tokens in (("cheap", 401), ("dear", DEAR), ("fine", 402)):
        pushed.branch(name, "main")
        size(pushed, tokens)
    ended = push(pushed, "origin", "cheap", "dear", "fine", ok=False)
    text = ended.err + ended.out.decode()
    assert (text.count("Within budget"), text.count("Budget exceeded")) == (2, 1)
    assert "dear, compared with merge base with origin/main:\n\n❌" in text, "it is said which one fails"
    assert server.git("branch", "--list", "cheap") == ""
    push(pushed, "origin", "cheap", "fine", ":main", ok=False, hooks=1, said="refusing to delete the current branch")


def test_one_bad_ref_does_not_hide_another(pushed: Repo) -> None:
    dear = size(pushed, DEAR)
    lines = [
        f"refs/heads/a {pushed.oid('HEAD~1')} refs/heads/a {'1' * 40}",
        f"refs/heads/b {dear} refs/heads/b {'0' * 40}",
    ]
    for order in (lines, lines[::-1]):
        given = "".join(f"{line}\n" for line in order).encode()
        found = call_hook(pushed.path, "origin", "url", module=HOOK, stdin=given)
        assert found.code == 2 and "Exit code: 2 (CONFIG_ERROR)" in found.err and "git fetch origin" in found.err
        assert "Budget exceeded" in found.out and "Exit code: 1 (BUDGET_EXCEEDED)" in found.err


def test_tags(pushed: Repo) -> None:
    pushed.git("tag", "light")
    pushed.git("tag", "-a", "-m", "annotated", "annotated")
    pushed.git("tag", "-a", "-m", "of a tag", "nested", "annotated")
    pushed.git("tag", "blob", "HEAD:prompts/search.md")
    pushed.git("tag", "tree", "HEAD:prompts")
    push(pushed, "origin", "light", "annotated", "nested", ok=True, said="Within budget")
    ended = push(pushed, "origin", "blob", "tree", ok=True, said="refs/tags/blob is not a commit and is not judged")
    assert "refs/tags/tree is not a commit" in ended.err
    size(pushed, DEAR)
    for args in (("-f", "light"), ("-f", "-a", "-m", "annotated", "annotated")):
        pushed.git("tag", *args)
        push(pushed, "-f", "origin", args[-1], ok=False)


def test_tag_of_a_blob_that_becomes_a_commit(pushed: Repo) -> None:
    pushed.git("tag", "moved", "HEAD:prompts/search.md")
    push(pushed, "origin", "moved", ok=True)
    pushed.git("tag", "-f", "moved", "HEAD")
    push(pushed, "-f", "origin", "moved", ok=True, said="Within budget")


def test_first_push_of_a_root_commit(prompts: Repo, server: Repo, install: Install) -> None:
    """There is nothing to compare with: the limit is judged, the increase has no measure."""
    prompts.write("llm-cost.toml", LIMITED)
    prompts.git("commit", "-q", "--amend", "-am", "root")
    prompts.git("remote", "add", "origin", server.cwd)
    install(prompts, "pre-push")
    push(prompts, "origin", "main", ok=True, said="max_increase was not judged")
    prompts.git("push", "-q", "--no-verify", "origin", ":refs/heads/none", "main:refs/heads/x")
    ran(prompts)


def test_first_push_over_the_limit(prompts: Repo, server: Repo, install: Install) -> None:
    size(prompts, DEAR)
    prompts.git("remote", "add", "origin", server.cwd)
    install(prompts, "pre-push")
    push(prompts, "origin", "main", ok=False)
    assert server.git("for-each-ref") == ""


def test_unrelated_history(pushed: Repo) -> None:
    pushed.git("checkout", "-q", "--orphan", "unrelated")
    pushed.git("commit", "-q", "-m", "a root of its own")
    push(pushed, "origin", "unrelated", ok=True, said="max_increase was not judged")
    size(pushed, DEAR)
    push(pushed, "origin", "unrelated", ok=False)


def test_remote_has_what_is_not_known_here(pushed: Repo, server: Repo, tmp_path: Path) -> None:
    other = server.clone(tmp_path / "other")
    size(other, 390)
    other.git("push", "-q", "origin", "main")
    size(pushed, 405)
    said = f"origin's main is at {other.oid('HEAD')[:9]}, which is not in this repository"
    ended = push(pushed, "-f", "origin", "main", ok=False, said=said)
    assert "git fetch origin" in ended.err and "Exit code: 2 (CONFIG_ERROR)" in ended.err
    pushed.git("fetch", "-q", "origin")
    push(pushed, "-f", "origin", "main", ok=True)


def test_shallow_clone(pushed: Repo, server: Repo, tmp_path: Path, install: Install) -> None:
    """Of its branch a shallow clone knows the remote's side; where a new branch left main, it may not know."""
    size(pushed, 410)
    push(pushed, "origin", "main", ok=True)
    shallow = server.clone(tmp_path / "shallow" / "clone", "--depth=1")
    install(shallow, "pre-push")
    size(shallow, 420)
    push(shallow, "origin", "HEAD:main", ok=True, said="Within budget")
    old = pushed.oid("main~1")
    shallow.git("fetch", "-q", "--depth=1", "origin", old)
    shallow.git("checkout", "-q", "-b", "old", "FETCH_HEAD")
    size(shallow, 405)
    ended = push(shallow, "origin", "old", ok=False, said="is not in this shallow clone")
    assert "git fetch --unshallow" in ended.err and "Exit code: 2 (CONFIG_ERROR)" in ended.err
    ended = push(shallow, "-f", "origin", "old:main", ok=False, said="too little history", hooks=1)
    assert "git fetch --unshallow" in ended.err and "Exit code: 2 (CONFIG_ERROR)" in ended.err


def test_deleted_manifest(pushed: Repo) -> None:
    pushed.rm("llm-cost.toml")
    pushed.commit("without limits")
    push(pushed, "origin", "main", ok=False, said="Exit code: 2 (CONFIG_ERROR)")


def test_unknown_model_is_no_pass(pushed: Repo) -> None:
    pushed.write("llm-cost.toml", LIMITED.replace("gpt-4o-mini", "gpt-4o-minni"))
    pushed.commit("misspelt")
    push(pushed, "origin", "main", ok=False, said="gpt-4o-minni")


def test_nothing_to_push(pushed: Repo) -> None:
    push(pushed, "origin", "main", ok=True, said="Everything up-to-date")


def test_password_in_a_url_is_not_shown(pushed: Repo) -> None:
    url = "https://ada:hunter2@example.invalid/prompts.git"
    head = size(pushed, 500)
    for known in ("1" * 40, pushed.oid("HEAD~1")):
        given = f"refs/heads/main {head} refs/heads/main {known}\n".encode()
        found = call_hook(pushed.path, url, url, module=HOOK, stdin=given)
        assert found.code in (1, 2) and "example.invalid" in found.out + found.err
        assert "hunter2" not in found.out + found.err


@pytest.mark.parametrize("given", [b"x", b"a b c\n", b"HEAD HEAD\n", b"refs/heads/main \xff 0 0\n"])
def test_not_what_git_gives(pushed: Repo, given: bytes) -> None:
    found = call_hook(pushed.path, "origin", "url", module=HOOK, stdin=given)
    assert found.code in (0, 2) and "Traceback" not in found.err
    if given.count(b" ") != 3:
        failed(found, 2, "Standard input is not what git gives a pre-push hook")


def test_help_and_options(pushed: Repo) -> None:
    assert "usage: llm-cost-pre-push" in passed(call_hook(pushed.path, "-h", module=HOOK)).out
    failed(call_hook(pushed.path, "--verbose", module=HOOK), 2, "--verbose")
    assert passed(call_hook(pushed.path, "origin", "url", module=HOOK)) == (0, "", ""), "no refs, nothing to judge"
