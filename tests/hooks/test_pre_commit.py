"""`llm-cost-pre-commit` started by the real git, in every way in which git commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.running import PROJECT, call_hook, failed, passed, words
from ..repos import Repo
from .plain import Install, ran

DEAR = words(9000)  # 23 USD, where 10 is the limit
CHEAP = words(10)
SEARCH = "prompts/search.md"


@pytest.fixture
def hooked(prompts: Repo, install: Install) -> Repo:
    install(prompts, "pre-commit", "pre-merge-commit")
    return prompts


def commit(repo: Repo, *args: str, ok: bool, cwd: str = ".", said: str = "", warned: str = "") -> None:
    """`git commit ARGS`, which the hook lets through or refuses; HEAD moves only if it is let through."""
    before = repo.run("rev-parse", "--verify", "-q", "HEAD").out
    ended = repo.run("-C", cwd, "commit", "-q", "-m", "message", *args)
    assert ran(repo) == 1
    assert (ended.code == 0) == ok, ended
    assert (repo.run("rev-parse", "--verify", "-q", "HEAD").out != before) == ok
    assert said in ended.err and "Traceback" not in ended.err
    if ok:
        assert warned in ended.err and (warned or ended.err == ""), "silent where it passes"
    elif not said:
        assert "Exit code: 1 (BUDGET_EXCEEDED)" in ended.err


TAKEN_FROM_THE_WORKING_TREE = [("-a",), ("--only", SEARCH), (SEARCH,), ("-i", SEARCH)]


@pytest.mark.parametrize("args", [(), *TAKEN_FROM_THE_WORKING_TREE])
@pytest.mark.parametrize(("staged", "lying"), [(CHEAP, DEAR), (DEAR, CHEAP)], ids=["staged cheap", "staged dear"])
def test_partially_staged_file(hooked: Repo, args: tuple[str, ...], staged: str, lying: str) -> None:
    """What will be committed is judged: the index, or the file that git takes into it for this commit."""
    hooked.stage(SEARCH, staged)
    hooked.write(SEARCH, lying)
    commit(hooked, *args, ok=(lying if args else staged) == CHEAP)


def test_only_takes_one_file_of_many(hooked: Repo) -> None:
    """The dear prompt is staged, but the commit leaves it out."""
    hooked.stage(SEARCH, DEAR)
    hooked.write("prompts/classify.md", words(101))
    commit(hooked, "prompts/classify.md", ok=True)
    commit(hooked, ok=False)


def test_from_a_subdirectory(hooked: Repo) -> None:
    hooked.write(SEARCH, DEAR)
    for args in (("-a",), ("search.md",), ("-i", "search.md")):
        commit(hooked, *args, ok=False, cwd="prompts")
    hooked.write(SEARCH, CHEAP)
    commit(hooked, "search.md", ok=True, cwd="prompts")


def test_amend(hooked: Repo) -> None:
    hooked.stage(SEARCH, DEAR)
    commit(hooked, "--amend", ok=False)
    hooked.stage(SEARCH, CHEAP)
    commit(hooked, "--amend", ok=True)
    commit(hooked, "--amend", "-m", "another message, nothing staged", ok=True)


def test_merges(hooked: Repo) -> None:
    """A merge without conflict (pre-merge-commit), and one that is resolved by hand (pre-commit)."""
    for name, text in (("theirs", DEAR), ("ours", words(77))):
        hooked.checkout("main")
        hooked.branch(name)
        hooked.write(SEARCH, text)
        hooked.git("commit", "-q", "--no-verify", "-am", name)
    ran(hooked)
    conflict = hooked.run("merge", "-q", "theirs")
    assert conflict.code == 1 and b"CONFLICT" in conflict.out
    hooked.stage(SEARCH, DEAR)
    commit(hooked, ok=False)
    hooked.stage(SEARCH, words(80))
    commit(hooked, ok=True)
    assert hooked.git("rev-list", "--count", "--merges", "HEAD") == "1"
    hooked.checkout("main")
    ended = hooked.run("merge", "--no-ff", "--no-edit", "theirs")
    assert ran(hooked) == 1
    assert ended.code != 0 and "Exit code: 1 (BUDGET_EXCEEDED)" in ended.err
    hooked.git("merge", "--abort")
    assert hooked.run("merge", "--no-ff", "--no-edit", "ours").code == 0
    assert ran(hooked) == 1


def test_linked_worktree(hooked: Repo, tmp_path: Path) -> None:
    """The main working tree is over budget; the linked one is judged by what is in it."""
    hooked.stage(SEARCH, DEAR)
    hooked.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = Repo(tmp_path / "side")
    side.stage(SEARCH, words(12))
    commit(side, ok=True)
    side.write(SEARCH, DEAR)
    commit(side, "-a", ok=False, cwd="prompts")


@pytest.mark.parametrize(("tokens", "ok"), [(10, True), (9000, False)])
def test_first_commit(repo: Repo, tokens: int, ok: bool, install: Install) -> None:
    install(repo, "pre-commit")
    repo.stage("llm-cost.toml", PROJECT.replace('period = "month"', 'period = "month"\nmax_increase = "1%"'))
    repo.stage(SEARCH, words(tokens))
    repo.stage("prompts/classify.md", words(3))
    commit(repo, ok=ok)


def test_nothing_of_ours(hooked: Repo) -> None:
    """HEAD is over budget already; a commit of other files is none of our business."""
    hooked.stage(SEARCH, DEAR)
    hooked.git("commit", "-q", "--no-verify", "-m", "over budget")
    hooked.stage("src/main.py", "print()")
    ran(hooked)
    commit(hooked, ok=True)
    hooked.stage("llm-cost.toml", PROJECT + "\n")
    commit(hooked, ok=False)


def test_manifest_alone(hooked: Repo) -> None:
    hooked.stage("llm-cost.toml", PROJECT.replace("10.00", "0.01"))
    commit(hooked, ok=False)
    hooked.stage("llm-cost.toml", PROJECT.replace("10.00", "5.00"))
    commit(hooked, ok=True)


def test_deletion(hooked: Repo) -> None:
    hooked.rm(SEARCH)
    commit(hooked, ok=False, said="prompts/search.md: is listed in llm-cost.toml and is not there")
    hooked.stage(
        "llm-cost.toml", PROJECT.replace('[[prompts]]\npath = "prompts/search.md"\nprompt_id = "search"\n', "")
    )
    commit(hooked, ok=True)


def test_move(hooked: Repo) -> None:
    hooked.mv(SEARCH, "lib/search.md")
    commit(hooked, ok=False, said="prompts/search.md: is listed in llm-cost.toml and is not there")
    hooked.stage("llm-cost.toml", PROJECT.replace(SEARCH, "lib/search.md"))
    commit(hooked, ok=True)


def test_move_without_manifest_entry(repo: Repo, install: Install) -> None:
    """A prompt known by its path is not an increase because it moves."""
    limit = 'version = 1\n[defaults]\nmodel = "gpt-4o"\noutput_tokens = 9\n[budget]\nmax_increase = "0%"\n'
    repo.write("llm-cost.toml", f'{limit}[discover]\ninclude = ["**/*.md"]\n')
    repo.write("a.md", "".join(f"line {n}\n" for n in range(50)))
    repo.commit()
    install(repo, "pre-commit")
    repo.mv("a.md", "b/c.md")
    commit(repo, ok=True)
    repo.stage("copy.md", "".join(f"line {n}\n" for n in range(50)))
    commit(repo, ok=True, warned="Increase exceeded")


def test_deleted_manifest(hooked: Repo) -> None:
    hooked.rm("llm-cost.toml")
    commit(hooked, ok=False, said="Exit code: 2 (CONFIG_ERROR)")
    assert "git checkout" in failed(call_hook(hooked.path, module="llmcost_hooks.hooks.pre_commit"), 2).err


@pytest.mark.parametrize("broken", ["[budget\n", 'version = 1\n[budgets]\nlimit = "x"\n', "version = 2\n", "\xff"])
def test_broken_manifest(hooked: Repo, broken: str) -> None:
    """What is staged counts: a broken file in the working tree alone hurts nobody, and does not help either."""
    hooked.stage(SEARCH, CHEAP)
    hooked.write("llm-cost.toml", broken.encode("latin-1"))
    commit(hooked, ok=True)
    hooked.stage("llm-cost.toml", broken.encode("latin-1"))
    hooked.write("llm-cost.toml", PROJECT)
    commit(hooked, ok=False, said="Exit code: 2 (CONFIG_ERROR)")


def test_increase_over_head(prompts: Repo, install: Install) -> None:
    """The message that may accept it is not known yet: a warning, which says what to write there."""
    prompts.write("llm-cost.toml", PROJECT.replace('period = "month"', 'period = "month"\nmax_increase = "$0.10"'))
    prompts.commit()
    install(prompts, "pre-commit")
    prompts.stage(SEARCH, words(440))
    commit(prompts, ok=True)
    prompts.stage(SEARCH, words(481))
    commit(prompts, ok=True, warned="⚠️  Increase exceeded: +$0.1025 > $0.10 (max_increase $0.10) over HEAD")
    prompts.stage(SEARCH, DEAR)
    commit(prompts, ok=False, said="❌ Budget exceeded")


def test_index_equal_to_head(prompts: Repo) -> None:
    """As under `pre-commit run --all-files`: everything is judged."""
    hook = "llmcost_hooks.hooks.pre_commit"
    assert passed(call_hook(prompts.path, module=hook)) == (0, "", "")
    prompts.stage(SEARCH, DEAR)
    prompts.commit("over budget")
    assert "Budget exceeded" in failed(call_hook(prompts.path, module=hook), 1).out


def test_range_in_the_environment(prompts: Repo) -> None:
    """As `pre-commit run --from-ref A --to-ref B` gives it, word for word."""
    prompts.write(SEARCH, DEAR)
    prompts.commit("over budget")
    prompts.write(SEARCH, CHEAP)
    prompts.commit("cheap again")
    hook = "llmcost_hooks.hooks.pre_commit"
    for start_ref, end, code in (("HEAD~2", "HEAD~1", 1), ("HEAD~1", "HEAD", 0), ("main~2", "main", 0)):
        env = {"PRE_COMMIT_FROM_REF": start_ref, "PRE_COMMIT_TO_REF": end}
        assert call_hook(prompts.path, module=hook, env=env).code == code
    env = {"PRE_COMMIT_FROM_REF": "nowhere", "PRE_COMMIT_TO_REF": "HEAD"}
    failed(call_hook(prompts.path, module=hook, env=env), 2, "'nowhere' does not name a commit")


def test_names_and_options(prompts: Repo) -> None:
    """File names that a manager passes count nothing twice; options have no meaning."""
    hook = "llmcost_hooks.hooks.pre_commit"
    assert passed(call_hook(prompts.path, SEARCH, "prompts/classify.md", module=hook)).out == ""
    assert "usage: llm-cost-pre-commit" in passed(call_hook(prompts.path, "--help", module=hook)).out
    failed(call_hook(prompts.path, "--model", module=hook), 2, "--model", "--help")


def test_no_repository(tmp_path: Path) -> None:
    failed(call_hook(tmp_path, module="llmcost_hooks.hooks.pre_commit"), 2, "not inside a git repository")
