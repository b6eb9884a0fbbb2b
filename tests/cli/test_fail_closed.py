"""Ways to know too little: each ends `check` or a hook with its code and its message, and none is a pass.

A row is what is wrong, how a repository comes to it, what is run there, and how that ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest

from llmcost_hooks.facts import load_price_book
from llmcost_hooks.hooks import manifest_lint, pre_commit
from llmcost_hooks.prices.freshness import GRACE_DAYS

from ..repos import Repo
from .running import PROJECT, Ran, call_hook, failed, in_process, llm_cost, start, words

CHECK = ("check",)
STAGED = ("check", "--staged")
AT_HEAD = ("check", "--rev", "HEAD", "--no-cache")
OVER_HEAD = ("check", "--base", "HEAD")
LFS_POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
LIMIT = 'period = "month"\n'  # the place of more keys of [budget]
NO_OUTPUT = ("output_tokens = 50\n", "")
OURS = '[prices.model."ours"]\ninput = 1\noutput = 2\n'  # a model without a base: nobody knows its window
LISTED = '[[prompts]]\npath = "prompts/x.md"\n'
SEARCH = "prompts/search.md"

Run = tuple[str, ...] | Callable[[Repo], Ran]
Wrong = Callable[[Repo], object]


class Row(NamedTuple):
    wrong: str
    arrange: Wrong
    run: Run
    code: int
    said: str  # on stderr or in the report


# --- how a repository comes to it -------------------------------------------------------------------------------------


def manifest(*changes: tuple[str, str], more: str = "") -> Wrong:
    """Its manifest, with some of its text replaced and some behind it."""

    def arrange(repo: Repo) -> None:
        text = PROJECT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        repo.write("llm-cost.toml", text + more)

    return arrange


def budget(rules: str, more: str = "") -> Wrong:
    return manifest((LIMIT, LIMIT + rules), more=more)


def prompt(content: str | bytes) -> Wrong:
    return lambda repo: repo.write(SEARCH, content)


def both(*steps: Wrong) -> Wrong:
    def arrange(repo: Repo) -> None:
        for step in steps:
            step(repo)

    return arrange


def staged(repo: Repo) -> None:
    repo.git("add", "--all")


def committed(repo: Repo) -> None:
    repo.commit()


def unborn(repo: Repo) -> None:
    repo.git("checkout", "-q", "--orphan", "new")


def no_repository(repo: Repo) -> None:
    (repo.path / ".git").rename(repo.path.parent / "elsewhere")


def deleted(repo: Repo) -> None:
    (repo.path / SEARCH).unlink()


def unreadable(repo: Repo) -> None:
    """A directory where a file is listed: reading it fails for every user, root too."""
    (repo.path / SEARCH).unlink()
    (repo.path / SEARCH).mkdir()


def linked(repo: Repo) -> None:
    (repo.path / SEARCH).unlink()
    (repo.path / SEARCH).symlink_to("/etc/passwd")


def conflict(repo: Repo) -> None:
    repo.branch("theirs")
    repo.write(SEARCH, "theirs")
    repo.commit()
    repo.checkout("main")
    repo.write(SEARCH, "ours")
    repo.commit()
    assert repo.run("merge", "-q", "theirs").code == 1


def object_of(repo: Repo, name: str) -> Path:
    oid = repo.oid(name)
    return repo.path / ".git" / "objects" / oid[:2] / oid[2:]


def missing_blob(repo: Repo) -> None:
    object_of(repo, f"HEAD:{SEARCH}").unlink()


def corrupt_blob(repo: Repo) -> None:
    path = object_of(repo, f"HEAD:{SEARCH}")
    path.chmod(0o644)
    path.write_bytes(b"no zlib stream")


def missing_manifest_blob(repo: Repo) -> None:
    object_of(repo, "HEAD:llm-cost.toml").unlink()


def two_histories(repo: Repo) -> None:
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("another beginning")


def without_manifest(repo: Repo) -> None:
    (repo.path / "llm-cost.toml").unlink()


def finds_nothing(repo: Repo) -> None:
    repo.write("llm-cost.toml", 'version = 1\n[discover]\ninclude = ["no/*.md"]\n')


def nested(rules: str) -> Wrong:
    def arrange(repo: Repo) -> None:
        repo.write("a/prompts/x.md", words(5))
        defaults = 'version = 1\n[defaults]\nmodel = "gpt-4o"\ncalls = 1\noutput_tokens = 1\n'
        repo.write("a/llm-cost.toml", defaults + rules)

    return arrange


# --- what is run ------------------------------------------------------------------------------------------------------


def shallow(*args: str) -> Run:
    """A clone of one commit, beside a branch of another."""

    def run(repo: Repo) -> Ran:
        repo.branch("feat", "HEAD")
        repo.write(SEARCH, words(401))
        repo.commit()
        repo.checkout("main")
        repo.write(SEARCH, words(402))
        repo.commit()
        clone = repo.clone(repo.path.parent / "clone", "--depth=1", "--no-single-branch")
        return llm_cost(clone.path, *args)

    return run


def hook(module: object, *args: str, env: dict[str, str] | None = None) -> Run:
    return lambda repo: in_process(repo.path, lambda: module.main(list(args)), env)  # type: ignore[attr-defined]


def pushing(line: str) -> Run:
    """pre-push, told of a push by git's line on stdin."""

    def run(repo: Repo) -> Ran:
        text = line.format(head=repo.oid("HEAD"), zero="0" * 40, other="1" * 40)
        return call_hook(repo.path, "origin", "url", module="llmcost_hooks.hooks.pre_push", stdin=text.encode())

    return run


def late(*args: str) -> Run:
    """When the prices are too old to be believed."""
    day = load_price_book().valid_until + timedelta(GRACE_DAYS + 1)
    moment = datetime.combine(day, datetime.min.time(), timezone.utc).timestamp() + 3600
    return lambda repo: start(repo.path, *args, env={"PINNED_TIME": str(moment)})


TABLE = [
    # the base
    Row("base is no revision", staged, ("check", "--base", "origin/main"), 2, "'origin/main' does not name a commit"),
    Row("base is a file", staged, ("check", "--base", f"HEAD:{SEARCH}"), 2, "does not name a commit"),
    Row("base is empty", staged, ("check", "--base", ""), 2, "does not name a commit"),
    Row("HEAD is unborn", unborn, OVER_HEAD, 2, "'HEAD' does not name a commit"),
    Row("no common history", two_histories, ("check", "--base", "main", "--merge-base"), 2, "have no commit in common"),
    Row("merge base without a base", staged, ("check", "--merge-base"), 2, "--merge-base needs --base"),
    Row("an increase without a base", staged, ("check", "--max-increase", "5%"), 2, "--max-increase needs --base"),
    Row("a shallow clone", staged, shallow("check", "--base", "origin/feat", "--merge-base"), 2, "--unshallow"),
    Row("a shallow clone's parent", staged, shallow("check", "--base", "HEAD~1"), 2, "--unshallow"),
    Row("another unit than base's", both(budget('max_increase = "5%"\n'), committed,
        manifest(('period = "month"', 'period = "week"\nmax_increase = "5%"'))), OVER_HEAD, 2,
        "[budget] period changes"),
    Row("another unit, limits of a prompt",
        manifest(('period = "month"', 'period = "week"'), more='max_increase = "5%"\n'),
        OVER_HEAD, 2, "[budget] period changes"),
    # models and prices
    Row("an unknown model", manifest(('"gpt-4o-mini"', '"gpt-4o-minni"')), CHECK, 4, 'the model "gpt-4o-minni"'),
    Row("no model", manifest(('model = "gpt-4o"\n', "")), CHECK, 2, "no model is named"),
    Row("an empty model", staged, ("check", "--model", ""), 2, "--model is empty"),
    Row("prices that are too old", staged, late("check"), 4, "Pricing data too old"),
    Row("a model without a batch price", manifest(('"gpt-4o-mini"', '"ours"\nscenario = "batch"'), more=OURS), CHECK, 4,
        "batch price"),
    Row("a model by region, and none named", manifest(('"gpt-4o-mini"', '"bedrock/amazon.nova-pro-v1:0#mars"')), CHECK,
        4, "mars"),
    Row("no cache hit ratio", staged, ("check", "--scenario", "cached"), 2, "no cache hit ratio"),
    Row("training without a price", manifest(more="training_tokens = 9\n"), CHECK, 4, "has no training price"),
    Row("training without a period", manifest((LIMIT, ""), more="training_tokens = 9\n"), CHECK, 2,
        "no [budget] period"),
    # prompts
    Row("a binary prompt", prompt(b"\0"), CHECK, 3, "is binary"),
    Row("a prompt in Latin-1", prompt(b"caf\xe9"), CHECK, 3, "is not UTF-8"),
    Row("a pointer of LFS", prompt(LFS_POINTER), CHECK, 3, "is a Git LFS pointer"),
    Row("a prompt over 10 MB", prompt(b"word " * 2_000_001), CHECK, 3, "10,000,000"),
    Row("a broken template", both(manifest(('"search"', '"search"\nformat = "jinja2"')), prompt("{% if %}")), CHECK, 3,
        SEARCH),
    Row("a missing include", both(manifest(('"search"', '"search"\nformat = "jinja2"')),
        prompt('{% include "no.md" %}')), CHECK, 3, "no.md"),
    Row("missing samples", manifest(more='variables_from = "no.json"\n'), CHECK, 2, "no.json"),
    Row("a listed file that is gone", deleted, CHECK, 2, "is listed in llm-cost.toml and is not there"),
    Row("a listed file that is gone from the index", both(deleted, staged), STAGED, 2, "is not there"),
    Row("a directory in a prompt's place", unreadable, CHECK, 2, SEARCH),
    Row("a link in a prompt's place", linked, CHECK, 3, SEARCH),
    Row("no calls", manifest(("calls = 1000\n", "")), CHECK, 2, "has no calls"),
    Row("an output that must be known", both(manifest(NO_OUTPUT, (LIMIT, LIMIT + "require_output = true\n"))), CHECK, 1,
        "No output size"),
    Row("two prompts with one id", both(manifest(('prompt_id = "classify"\n', 'prompt_id = "search"\n'))), CHECK, 2,
        "used twice"),
    # the manifest
    Row("a broken manifest", manifest(more="[budget"), CHECK, 2, "llm-cost.toml:"),
    Row("a key that is no key", manifest(("limit", "limt")), CHECK, 2, 'Did you mean "limit"?'),
    Row("a manifest that is gone", without_manifest, CHECK, 2, "exists on main and not in the worktree"),
    Row("a manifest that finds nothing", finds_nothing, CHECK, 2, "finds no prompt"),
    Row("no usd_rate", budget('currency = "EUR"\n'), CHECK, 2, "no usd_rate is given"),
    Row("an increase in another currency", budget('max_increase = "€5"\n'), CHECK, 2, "max_increase is in EUR"),
    Row("a tag that no prompt has", budget("", '[[budget.by_tag]]\ntag = "team:search"\nlimit = 1\n'), CHECK, 2,
        "no prompt has that tag"),
    Row("a tag with another value", budget("", 'tags = { team = "serach" }\n[[budget.by_tag]]\n'
        'tag = "team:search"\nlimit = 1\n'), CHECK, 2, 'Did you mean "team:serach"?'),
    Row("manifests with other periods", nested('[budget]\nperiod = "week"\n' + LISTED), CHECK, 2,
        "period differs"),
    Row("a broken manifest below", nested("[budgt]\n"), CHECK, 2, 'a/llm-cost.toml:6: unknown key "budgt"'),
    Row("a limit for one of several manifests", nested('[budget]\nperiod = "month"\n' + LISTED),
        ("check", "--budget", "5"), 2, "several manifests"),
    # rules
    Row("a window that nobody knows", manifest(('"gpt-4o-mini"', '"ours"'),
        more=OURS + '[policy]\nheadroom = "5%"\n'), CHECK, 1, "the context window of ours is not known"),
    Row("headroom without an output size", manifest(NO_OUTPUT, more='[policy]\nheadroom = "5%"\n'), CHECK, 1,
        "its output size is not known"),
    Row("a size that nobody knows", both(prompt("Say {{ what }}"),
        manifest(('"search"', '"search"\nformat = "jinja2"'), more="[policy]\nmax_tokens = 900\n")), CHECK, 1,
        "the size of what is not known"),
    Row("a tag that must be there", manifest(more='[policy]\nrequire_tags = ["team"]\n'), CHECK, 1,
        "it has no tag team"),
    Row("an id that must be there", manifest(('prompt_id = "search"\n', ""),
        more="[policy]\nrequire_prompt_id = true\n"), CHECK, 1, "it has no prompt_id"),
    # git
    Row("no repository", no_repository, CHECK, 2, "git"),
    Row("a conflict in the index", conflict, STAGED, 2, "conflict"),
    Row("a missing object", missing_blob, AT_HEAD, 2, SEARCH),
    Row("a corrupt object", corrupt_blob, AT_HEAD, 2, SEARCH),
    Row("a missing object of base", both(budget('max_increase = "5%"\n'), prompt(words(400) + " a"), missing_blob),
        OVER_HEAD, 1, "Increase exceeded"),
    Row("a missing object of base, for one prompt", both(budget('max_prompt_increase = "5%"\n'), prompt(words(401)),
        missing_blob), OVER_HEAD, 1, "Increase exceeded: search"),
    Row("a missing manifest object", missing_manifest_blob, AT_HEAD, 2, "llm-cost.toml"),
    # hooks
    Row("staged: an unknown model", both(manifest(('"gpt-4o-mini"', '"nope"')), staged), hook(pre_commit), 4, '"nope"'),
    Row("staged: a broken manifest", both(manifest(more="[x"), staged), hook(pre_commit), 2, "llm-cost.toml:"),
    Row("staged: a binary prompt", both(prompt(b"\0"), staged), hook(pre_commit), 3, "is binary"),
    Row("staged: a tag that nobody has", both(budget("", '[[budget.by_tag]]\ntag = "a:b"\nlimit = 1\n'), staged),
        hook(pre_commit), 2, "no prompt has that tag"),
    Row("a range that is not there", staged,
        hook(pre_commit, env={"PRE_COMMIT_FROM_REF": "nowhere", "PRE_COMMIT_TO_REF": "HEAD"}), 2, "nowhere"),
    Row("a conflict at a commit", conflict, hook(pre_commit), 2, "conflict"),
    Row("pushed: a commit that is not there", staged, pushing("refs/heads/main {other} refs/heads/main {zero}\n"), 2,
        "1" * 9 + " is not in this repository"),
    Row("pushed: an unreadable line", staged, pushing("what\n"), 2, "what"),
    Row("pushed: an unknown model", both(manifest(('"gpt-4o-mini"', '"nope"')), committed),
        pushing("refs/heads/main {head} refs/heads/main {zero}\n"), 4, '"nope"'),
    Row("linted: a broken manifest", both(budget('currency = "EUR"\n'), staged), hook(manifest_lint), 2, "usd_rate"),
    Row("linted: HEAD's manifest is not there", both(missing_manifest_blob, budget("limit = 9\n"), staged),
        hook(manifest_lint), 2, "llm-cost.toml is not in this clone"),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.wrong)
def test_what_is_not_known_is_no_pass(row: Row, prompts: Repo) -> None:
    row.arrange(prompts)
    before = dict(os.environ)
    ran = row.run(prompts) if callable(row.run) else llm_cost(prompts.path, *row.run)
    os.environ.clear()
    os.environ.update(before)
    failed(ran, row.code)
    assert row.said in ran.out + ran.err, ran
    assert "✅" not in ran.out


def test_there_are_enough_of_them() -> None:
    assert len(TABLE) >= 40
    assert len({row.wrong for row in TABLE}) == len(TABLE)


def test_the_project_itself_passes(prompts: Repo) -> None:
    """Without what is wrong in a row there is nothing to fail for."""
    for args in (CHECK, STAGED, OVER_HEAD, ("check", "--budget", "5")):
        assert llm_cost(prompts.path, *args).code == 0
