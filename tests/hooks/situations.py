"""What the hooks have to answer in every situation that git brings them into: the rows of `test_situations`.

Each row is a command of git in a place of `places`, and the verdict on it: what our hook ends with, whole lines that
git prints, and whether git does what it was asked. Amounts say which bytes were judged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..cli.running import words
from ..repos import Repo
from . import places
from .places import LIMITED, OTHER, POINTER, SEARCH


class Verdict(NamedTuple):
    code: int | None  # what our hook ends with; None: it is not started
    says: tuple[str, ...]  # whole lines of what is printed
    done: bool  # whether git does what it was asked


class Situation(NamedTuple):
    name: str
    build: Callable[[Path], Repo]
    command: str  # of git; {at} is the place
    verdict: Verdict
    before: tuple[str, ...] = ()  # commands of git that succeed and start no hook of ours
    stdin: str = ""
    cwd: str = "{repo}"
    env: Mapping[str, str] = {}
    hooked: str = "{repo}"  # where the hooks are installed
    but: Mapping[str, Verdict] = {}  # for cells named by "BACKEND INSTALLED", or by one of the two


def over(amount: str, limit: str = "50.00") -> Verdict:
    return Verdict(1, (f"❌ Budget exceeded: ${amount} > ${limit} (limit)", "Exit code: 1 (BUDGET_EXCEEDED)"), False)


def increase(amount: str, base: str) -> Verdict:
    line = f"❌ Increase exceeded: +${amount} > $10.00 (max_increase $10.00) over {base}"
    return Verdict(1, (line, "Exit code: 1 (BUDGET_EXCEEDED)"), False)


def within(amount: str = "", *more: str) -> Verdict:
    """It passes: in silence at a commit, with a report at a push."""
    left = f"{50 - float(amount or 0):.2f}"
    said = (f"✅ Within budget: ${amount} of $50.00 (limit), ${left} left",) if amount else ()
    return Verdict(0, (*said, *more), True)


def refused(code: int, *says: str) -> Verdict:
    name = {2: "CONFIG_ERROR", 3: "PARSE_ERROR", 4: "PRICING_ERROR"}[code]
    return Verdict(code, (*says, f"Exit code: {code} ({name})"), False)


def unasked(*says: str, done: bool = True) -> Verdict:
    return Verdict(None, says, done)


DIES_OF_THE_NAME = (
    "An unexpected error has occurred: UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9 in position 11: "
    "invalid continuation byte"
)
NO_SHA256 = "llm-cost: pygit2 cannot open {repo}: {repo}: unknown object format 'sha256'"
COMMITTING = (
    Situation("commit", places.staged, "commit -q -m m", over("82.00")),
    Situation("commit, dear file not staged", places.staged_cheap, "commit -q -m m", within()),
    Situation("commit --all", places.staged, "commit -q -a -m m", over("109.50")),
    Situation("commit --patch", places.staged, "commit -q -p -m m", over("107.00"), stdin="n\ny\n"),
    Situation("commit --include", places.staged, f"commit -q -m m -i {SEARCH}", over("107.00")),
    Situation("commit --only", places.staged, f"commit -q -m m --only {SEARCH}", over("107.00")),
    Situation("commit PATH leaves out what is staged", places.staged, f"commit -q -m m {OTHER}", within()),
    Situation("commit --amend", places.staged, "commit -q --amend --no-edit", over("82.00")),
    Situation("commit --allow-empty", places.over, "commit -q --allow-empty -m m", over("82.00")),
    Situation("commit --reuse-message", places.staged, "commit -q -C HEAD", over("82.00")),
    Situation("commit --fixup", places.staged, "commit -q --fixup=HEAD", over("82.00")),
    Situation("commit of nothing of ours", places.over_code, "commit -q -m m", within()),
    Situation("commit with an index of one's own", places.own_index, "commit -q -m m", over("84.50"),
              env={"GIT_INDEX_FILE": "{repo}/.git/own-index"}),
    Situation("hook run by hand", places.over, "hook run pre-commit", over("82.00")),
    Situation("commit --no-verify, then push", places.staged_pushed, "push origin main", over("82.00"),
              before=("commit -q --no-verify -m m",)),
    # Histories that meet.
    Situation("merge", places.branches, "merge -q --no-edit side", over("59.50")),
    Situation("merge, criss-cross", places.criss_cross, "merge -q --no-edit side", over("59.50")),
    Situation("merge, octopus", places.octopus, "merge -q --no-edit side third", over("59.50")),
    Situation("merge --squash", places.branches, "commit -q -m m", over("59.50"), before=("merge -q --squash side",)),
    Situation("merge, fast-forward, then push", partial(places.ahead, branch="feat"), "push origin main", over("82.00"),
              before=("checkout -q main", "merge -q --ff-only feat")),
    Situation("merge, conflict resolved", places.resolved, "commit -q --no-edit", over("62.00")),
    Situation("merge, conflict in the index", places.conflict, "commit -q -m m",
              unasked("fatal: Exiting because of an unresolved conflict.", done=False)),
    Situation("hook run by hand in a conflict", places.conflict, "hook run pre-commit",
              refused(2, f"llm-cost: {SEARCH} is unmerged"),
              but={"pre-commit": unasked("[ERROR] Unmerged files.  Resolve before committing.", done=False)}),
    Situation("rebase --apply, then push", places.forked, "push origin feat", over("82.00"),
              before=("rebase -q --apply main",)),
    Situation("rebase --merge, then push", places.forked, "push origin feat", over("82.00"),
              before=("rebase -q --merge main",)),
    Situation("rebase, stopped to edit", places.forked, "commit -q --amend --no-edit", over("82.00"),
              before=("rebase -q -i main",), env={"GIT_SEQUENCE_EDITOR": "sed -i s/^pick/edit/"}),
    Situation("cherry-pick, then push", places.forked, "push origin main", over("82.00"),
              before=("checkout -q main", "cherry-pick feat")),
    Situation("cherry-pick, conflict resolved", places.cherry, "commit -q --no-edit", over("62.00")),
    Situation("cherry-pick --continue", places.cherry, "cherry-pick --continue", over("62.00"),
              env={"GIT_EDITOR": "true"}),
    Situation("revert, then push", places.cheaper_pushed, "push origin main", over("82.00"),
              before=("revert --no-edit HEAD",)),
    Situation("revert --no-commit", places.reverting, "commit -q -m m", over("82.00")),
    Situation("am, then push", places.forked, "push origin main", over("82.00"),
              before=("checkout -q main", "am -q {at}/0001-300-tokens.patch")),
    Situation("stash and pop", places.staged, "commit -q -m m", over("82.00"),
              before=("stash push -q", "stash pop -q --index")),
    Situation("stash --keep-index", places.staged, "commit -q -a -m m", over("82.00"),
              before=("stash push -q --keep-index",)),
    # Where git is started.
    Situation("in a subdirectory", places.staged, "commit -q -a -m m", over("109.50"), cwd="{repo}/prompts"),
    Situation("in a subdirectory, PATH", places.staged, "commit -q -m m search.md", over("107.00"),
              cwd="{repo}/prompts"),
    Situation("-C", places.staged, "-C {repo} commit -q -a -m m", over("109.50"), cwd="{at}"),
    Situation("--git-dir, --work-tree", places.staged,
              "--git-dir={repo}/.git --work-tree={repo} commit -q -a -m m", over("109.50"), cwd="{at}"),
    Situation("separate git directory", places.separate, "commit -q -m m", over("82.00")),
    Situation("linked worktree", places.linked, "commit -q -m m", over("84.50")),
    # Kinds of repositories and of index.
    Situation("unborn HEAD", places.unborn, "commit -q -m m", over("82.00")),
    Situation("detached HEAD", places.detached, "commit -q -m m", over("82.00")),
    Situation("SHA-256", places.sha256, "commit -q -m m", over("82.00"), but={"pygit2": refused(2, NO_SHA256)}),
    Situation("split index", partial(places.indexed, options=("--split-index",)), "commit -q -m m", over("82.00")),
    Situation("index version 4", partial(places.indexed, options=("--index-version", "4")), "commit -q -m m",
              over("82.00")),
    Situation("untracked cache", places.untracked_cache, "commit -q -m m", over("82.00")),
    Situation("index without checksum", places.no_checksum, "commit -q -m m", over("82.00")),
    Situation("intent to add", places.intent_to_add, "commit -q -m m", within()),
    Situation("intent to add, then --all", places.intent_to_add, "commit -q -a -m m", over("135.50")),
    Situation("sparse checkout", partial(places.sparse, options=("--no-sparse-index",)), "commit -q -m m",
              over("32.00", "31.00")),
    Situation("sparse index", partial(places.sparse, options=("--sparse-index",)), "commit -q -m m",
              over("32.00", "31.00")),
    Situation("submodule moved on", places.submodule, "commit -q -m m", within()),
    Situation("inside a submodule", places.inside_submodule, "commit -q -m m", over("82.00")),
    Situation("prompt in a submodule", places.prompt_in_submodule, "commit -q -m m",
              refused(2, f"llm-cost: library/{SEARCH}: is listed in llm-cost.toml and is not there")),
    Situation("alternates", places.alternates, "commit -q -m m", over("82.00")),
    Situation("shallow clone", places.shallow, "commit -q -m m", over("82.00")),
    Situation("partial clone", places.blobless, "commit -q -m m",
              refused(2, f"llm-cost: {OTHER}: is not in this clone")),
    Situation("partial clone, server gone", places.blobless_offline, "commit -q -m m",
              refused(2, f"llm-cost: {OTHER}: is not in this clone")),
    Situation("partial clone, fetched as the message says", places.blobless, "commit -q -m m", over("82.00"),
              before=("fetch -q --refetch --no-filter",)),
    Situation("treeless clone", places.treeless, "commit -q -m m", over("82.00")),
    Situation("replace refs", places.replaced, "commit -q -m m", over("82.00")),
    Situation("core.hooksPath", places.hooks_path, "commit -q -m m", over("82.00")),
    # What happens to a prompt.
    Situation("renamed prompt", places.renamed, "commit -q -m m", over("72.00")),
    Situation("renamed prompt, listed", places.renamed_listed, "commit -q -m m",
              refused(2, f"llm-cost: {SEARCH}: is listed in llm-cost.toml and is not there")),
    Situation("deleted prompt", places.deleted, "commit -q -m m", over("76.00")),
    Situation("deleted prompt, listed", places.deleted_listed, "commit -q -m m",
              refused(2, f"llm-cost: {SEARCH}: is listed in llm-cost.toml and is not there")),
    Situation("deleted manifest", places.no_manifest, "commit -q -m m", refused(2)),
    Situation("mode change", places.mode, "commit -q -m m", over("82.00")),
    Situation("symbolic link", places.symlink, "commit -q -m m",
              refused(2, f"llm-cost: {SEARCH}: is listed in llm-cost.toml and is not there")),
    Situation("LFS pointer", partial(places.written, path=SEARCH, content=POINTER), "commit -q -m m", refused(3)),
    Situation("working-tree-encoding", partial(
        places.written, path="prompts/wide.md", content=b"\xff\xfe" + words(300).encode("utf-16-le"),
        attributes="wide.md text working-tree-encoding=UTF-16LE-BOM\n"), "commit -q -m m", over("108.00")),
    Situation("CRLF", partial(
        places.written, path="prompts/dos.md", content="a\r\n\r\n" * 100, attributes="dos.md text eol=crlf\n"),
        "commit -q -m m", over("83.00")),
    Situation("name that is not UTF-8", partial(places.written, path="prompts/caf\udce9.md", content=words(300)),
              "commit -q -m m", over("108.00"),
              but={"pre-commit": unasked(DIES_OF_THE_NAME, done=False)}),
    Situation("name with a newline", partial(places.written, path="prompts/a\nb.md", content=words(300)),
              "commit -q -m m", over("108.00")),
    Situation("case pair", partial(places.written, path="prompts/Search.md", content=words(300)), "commit -q -m m",
              over("108.00")),
)  # fmt: skip

# Only root can make them.
FOREIGN = (
    Situation("somebody else's repository", places.foreign, "commit -q -m m",
              unasked("fatal: detected dubious ownership in repository at '{repo}'", done=False)),
    Situation("somebody else's repository, trusted", places.foreign, "commit -q -m m", over("82.00"),
              env={"GIT_CONFIG_GLOBAL": "{at}/gitconfig"}),
    Situation("somebody else's repository, trusted by -c", places.foreign, "-c safe.directory=* commit -q -m m",
              over("82.00"),
              but={"pygit2": refused(2, "llm-cost: git refuses to read {repo}: it belongs to another user")}),
)  # fmt: skip

# pre-commit asks of a push one ref alone, none of a deletion and of what is there already, and it names a base of its
# own: what the remote had, where that is here, else the parent of the first commit that it has not.
PUSHING = (
    Situation("push", partial(places.ahead, tokens=150, manifest=LIMITED), "push origin main",
              increase("12.50", "origin/main"), but={"pre-commit": increase("12.50", "{remote}")}),
    Situation("push that keeps the budget", partial(places.ahead, tokens=120, manifest=LIMITED), "push origin main",
              within("37.00")),
    Situation("push HEAD, detached", places.ahead, "push origin HEAD:main", over("82.00"),
              before=("checkout -q --detach",)),
    Situation("push, new branch", partial(places.ahead, tokens=150, branch="feat", manifest=LIMITED),
              "push origin feat", increase("12.50", "merge base with origin/main"),
              but={"pre-commit": increase("12.50", "{remote}")}),
    Situation("push --force", places.rewritten, "push -f origin main", increase("12.50", "origin/main"),
              but={"pre-commit": increase("12.50", "{remote}")}),
    Situation("push, deletion", places.extra, "push origin :extra", within("", " - [deleted]         extra"),
              but={"pre-commit": unasked(" - [deleted]         extra")}),
    Situation("push, tag", partial(places.tagged, options=("-a", "-m", "v1")), "push origin v1", over("82.00")),
    Situation("push, light tag", places.tagged, "push origin v1", over("82.00")),
    Situation("push, tag of a commit that is there", places.tagged_pushed, "push origin v1", over("82.00"),
              but={"pre-commit": unasked(" * [new tag]         v1 -> v1")}),
    Situation("push, tag of a blob", places.tagged_blob, "push origin blob",
              within("", "llm-cost: refs/tags/blob is not a commit and is not judged"),
              but={"pre-commit": unasked(" * [new tag]         blob -> blob")}),
    Situation("push, several refs", places.two_branches, "push origin a b", over("82.00"),
              but={"pre-commit": within("34.50", " * [new branch]      b -> b")}),
    Situation("push, unknown object on the remote", places.behind, "push -f origin main",
              refused(2, "  To compare with it: git fetch origin"), but={"pre-commit": within("34.50")}),
    Situation("push, shallow clone", places.shallow_main, "push origin HEAD:main", over("82.00")),
    Situation("push, shallow clone without merge base", places.shallow_ahead, "push origin old",
              refused(2, "  Type: git fetch --unshallow (or git fetch --deepen=100, until it is). In GitHub Actions: "
                         "fetch-depth: 0"), but={"pre-commit": within("34.50")}),
    Situation("push, first of all", partial(places.first_push, manifest=LIMITED), "push origin main", within("32.00")),
    Situation("push, by URL", places.ahead, "push {at}/server.git main", over("82.00")),
    Situation("push, SHA-256", partial(places.ahead, options=("--object-format=sha256",)), "push origin main",
              over("82.00"), but={"pygit2": refused(2, NO_SHA256)}),
    Situation("push, SHA-256, new branch", partial(places.ahead, options=("--object-format=sha256",), branch="feat"),
              "push origin feat", over("82.00"), but={"pygit2": refused(2, NO_SHA256)}),
    Situation("push from a bare repository", places.bare, "push origin main", over("82.00"),
              but={"pre-commit": unasked("No .pre-commit-config.yaml file was found", done=False)}),
    Situation("push from a linked worktree", places.linked_ahead, "push origin side", over("82.00")),
)  # fmt: skip

# The same program on the server, where git keeps what is pushed in quarantine until the hook has passed. pre-commit has
# no such stage.
RECEIVING = tuple(
    situation._replace(name=f"pre-receive: {situation.name}", hooked="{at}/server.git")
    for situation in (
        Situation("push", partial(places.ahead, tokens=150, manifest=LIMITED), "push origin main",
                  increase("12.50", "main before this push")),
        Situation("push that keeps the budget", partial(places.ahead, tokens=120, manifest=LIMITED), "push origin main",
                  within("37.00")),
        Situation("over the limit", places.ahead, "push origin main", over("82.00")),
        Situation("new branch", partial(places.ahead, tokens=150, branch="feat", manifest=LIMITED), "push origin feat",
                  increase("12.50", "merge base with main")),
        Situation("force", places.rewritten, "push -f origin main", increase("12.50", "main before this push")),
        Situation("deletion", places.extra, "push origin :extra", within("", " - [deleted]         extra")),
        Situation("tag", partial(places.tagged, options=("-a", "-m", "v1")), "push origin v1", over("82.00")),
        Situation("several refs", places.two_branches, "push origin a b", over("82.00")),
        Situation("first of all", partial(places.first_push, manifest=LIMITED), "push origin main", within("32.00")),
        Situation("SHA-256", partial(places.ahead, options=("--object-format=sha256",)), "push origin main",
                  over("82.00"), but={"pygit2": refused(2, NO_SHA256.replace("{repo}", "{at}/server.git"))}),
    )
)  # fmt: skip

SITUATIONS = (*COMMITTING, *(FOREIGN if os.geteuid() == 0 else ()), *PUSHING)
