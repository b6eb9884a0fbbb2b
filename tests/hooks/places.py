"""The repositories that the rows of `situations` happen in, each built by git from one small project.

One token of a prompt costs $0.25 a month there, and one answer $1.00, so that an amount in a message says which text
was counted: `prompts/search.md` and `prompts/other.md` cost $26.00 and $6.00 at first, and $50.00 is the limit.
"""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from ..cli.running import ROOT, words
from ..repos import Repo

SEARCH, OTHER, CODE = "prompts/search.md", "prompts/other.md", "src/main.py"
MANIFEST = """\
version = 1
[defaults]
model = "gpt-4o"
calls = 100_000
output_tokens = 1
[budget]
limit = 50
period = "month"
[discover]
include = ["prompts/**"]
[[prompts]]
path = "prompts/search.md"
prompt_id = "search"
"""
LIMITED = MANIFEST.replace("limit = 50", 'limit = 50\nmax_increase = "$10.00"')
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"


BACKENDS = ("git", "pygit2")
# Our two hooks that judge, as .pre-commit-hooks.yaml has them; each with both ways to read objects, so that one run of
# pre-commit answers for both. The programs are those on PATH instead of newly installed ones.
CONFIG = yaml.safe_dump(
    {"repos": [{"repo": "local", "hooks": [
        {**hook, "language": "system", "entry": f"env LLMCOST_GIT_BACKEND={backend} {hook['entry']}"}
        for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        if hook["id"] in ("llm-cost-check", "llm-cost-budget")
        for backend in BACKENDS
    ]}]}
)  # fmt: skip


def plain(at: Path, *options: str, manifest: str = MANIFEST) -> Repo:
    """One commit: two prompts, some code."""
    return fill(Repo.init(at / "repo", *options), manifest)


def fill(repo: Repo, manifest: str = MANIFEST) -> Repo:
    repo.write("llm-cost.toml", manifest)
    repo.write(".pre-commit-config.yaml", CONFIG)
    repo.write(SEARCH, words(100))
    repo.write(OTHER, words(20))
    repo.write(CODE, "print()\n")
    repo.commit("project")
    return repo


# --- what is staged and what lies there -------------------------------------------------------------------------------


def staged(at: Path, *options: str) -> Repo:
    """search: 300 tokens staged, 400 in the working tree; other: 30 in the working tree."""
    return edited(plain(at, *options))


def edited(repo: Repo) -> Repo:
    repo.stage(SEARCH, words(300))
    repo.write(SEARCH, words(400))
    repo.write(OTHER, words(30))
    return repo


def staged_cheap(at: Path) -> Repo:
    """The other way round: what is staged keeps the budget."""
    repo = plain(at)
    repo.stage(SEARCH, words(110))
    repo.write(SEARCH, words(400))
    return repo


def over(at: Path) -> Repo:
    """HEAD is over the limit; nothing is staged."""
    repo = plain(at)
    repo.write(SEARCH, words(300))
    repo.commit("dear")
    return repo


def over_code(at: Path) -> Repo:
    repo = over(at)
    repo.stage(CODE, "print(1)\n")
    return repo


def own_index(at: Path) -> Repo:
    """An index beside git's own: search has 310 tokens in it."""
    repo = staged(at)
    env = {"GIT_INDEX_FILE": str(repo.path / ".git/own-index")}
    repo.git("read-tree", "HEAD", env=env)
    oid = repo.git("hash-object", "-w", "--stdin", stdin=words(310).encode())
    repo.git("update-index", "--cacheinfo", f"100644,{oid},{SEARCH}", env=env)
    return repo


# --- histories that meet ----------------------------------------------------------------------------------------------


def branches(at: Path, *, search: str = "side") -> Repo:
    """main and side, each within the limit; together over it. search is edited on main, and on `search`."""
    repo = plain(at)
    repo.branch("side")
    repo.write(OTHER, words(80))
    if search == "both":
        repo.write(SEARCH, words(120))
    repo.commit("side")
    repo.checkout("main")
    repo.write(SEARCH, words(150))
    repo.commit("main")
    return repo


def conflict(at: Path) -> Repo:
    """A merge that stopped."""
    repo = branches(at, search="both")
    assert repo.run("merge", "side").code == 1
    return repo


def resolved(at: Path) -> Repo:
    repo = conflict(at)
    repo.stage(SEARCH, words(160))
    return repo


def octopus(at: Path) -> Repo:
    repo = branches(at)
    repo.branch("third", "main~1")
    repo.write("notes.txt", "third")
    repo.commit("third")
    repo.checkout("main")
    return repo


def criss_cross(at: Path) -> Repo:
    """main and side, each merged into the other, then both go on: two merge bases."""
    repo = plain(at)
    repo.branch("side")
    repo.write(OTHER, words(30))
    repo.commit("side")
    side = repo.oid("HEAD")
    repo.checkout("main")
    repo.write(SEARCH, words(110))
    repo.commit("main")
    main = repo.oid("HEAD")
    repo.merge(side)
    repo.write(SEARCH, words(150))
    repo.commit("main goes on")
    repo.checkout("side")
    repo.merge(main)
    repo.write(OTHER, words(80))
    repo.commit("side goes on")
    repo.checkout("main")
    return repo


def cherry(at: Path) -> Repo:
    """A cherry-pick that stopped, resolved."""
    repo = branches(at, search="both")
    assert repo.run("cherry-pick", "side").code == 1
    repo.stage(SEARCH, words(160))
    return repo


def reverting(at: Path) -> Repo:
    """HEAD made a dear prompt cheap, and is being reverted."""
    repo = cheaper(plain(at))
    repo.git("revert", "--no-commit", "HEAD")
    return repo


def cheaper(repo: Repo) -> Repo:
    for tokens in (300, 100):
        repo.write(SEARCH, words(tokens))
        repo.commit(f"{tokens} tokens")
    return repo


# --- kinds of repositories and of index -------------------------------------------------------------------------------


def unborn(at: Path) -> Repo:
    repo = plain(at)
    repo.git("update-ref", "-d", "HEAD")
    return edited(repo)


def detached(at: Path) -> Repo:
    repo = plain(at)
    repo.git("checkout", "-q", "--detach")
    return edited(repo)


def sha256(at: Path) -> Repo:
    return staged(at, "--object-format=sha256")


def separate(at: Path) -> Repo:
    return staged(at, f"--separate-git-dir={at / 'git-dir'}")


def indexed(at: Path, options: tuple[str, ...]) -> Repo:
    """The index as `git update-index OPTIONS` makes it."""
    repo = plain(at)
    repo.git("update-index", *options)
    return edited(repo)


def untracked_cache(at: Path) -> Repo:
    repo = indexed(at, ("--force-untracked-cache",))
    repo.git("status")
    return repo


def no_checksum(at: Path) -> Repo:
    repo = staged(at)
    index = repo.path / ".git/index"
    index.write_bytes(index.read_bytes()[:-20] + bytes(20))
    return repo


def intent_to_add(at: Path) -> Repo:
    """A dear prompt that is only intended to be added, beside a change that keeps the budget."""
    repo = staged_cheap(at)
    repo.write(SEARCH, words(110))
    repo.write("prompts/new.md", words(400))
    repo.git("add", "--intent-to-add", "prompts/new.md")
    return repo


def sparse(at: Path, options: tuple[str, ...]) -> Repo:
    """The prompts are not checked out; the manifest lowers the limit."""
    repo = plain(at)
    repo.git("sparse-checkout", "set", "--cone", *options, "src")
    assert not (repo.path / "prompts").exists()
    repo.stage("llm-cost.toml", MANIFEST.replace("limit = 50", "limit = 31"))
    return repo


def linked(at: Path) -> Repo:
    """The main working tree has 300 tokens staged, the linked one 310."""
    main = staged(at)
    main.git("worktree", "add", "-q", "-b", "side", str(at / "side"))
    side = Repo(at / "side")
    side.stage(SEARCH, words(310))
    return side


def submodule(at: Path) -> Repo:
    """A project that has another one as its submodule `library`, which has a new commit."""
    library = fill(Repo.init(at / "library"))
    repo = over(at)
    repo.git("submodule", "--quiet", "add", f"file://{library.path}", "library")
    repo.commit("submodule")
    inner = Repo(repo.path / "library")
    inner.write(CODE, "print(2)\n")
    inner.commit("more")
    repo.git("add", "library")
    return repo


def inside_submodule(at: Path) -> Repo:
    return edited(Repo(submodule(at).path / "library"))


def prompt_in_submodule(at: Path) -> Repo:
    repo = submodule(at)
    repo.stage("llm-cost.toml", MANIFEST.replace(SEARCH, f"library/{SEARCH}"))
    return repo


def alternates(at: Path) -> Repo:
    source = plain(at / "source")
    source.git("clone", "-q", "--template=", "--shared", source.cwd, str(at / "repo"))
    return edited(Repo(at / "repo"))


def shallow(at: Path) -> Repo:
    return edited(over(at / "source").clone(at / "repo", "--depth=1"))


def blobless(at: Path) -> Repo:
    """A partial clone that lacks the prompts of HEAD; a new version of one is staged."""
    source = plain(at / "source")
    source.git("config", "uploadpack.allowFilter", "true")
    repo = source.clone(at / "repo", "--filter=blob:none", "--sparse")
    repo.write(SEARCH, words(300))
    repo.git("add", "--sparse", SEARCH)
    return repo


def blobless_offline(at: Path) -> Repo:
    repo = blobless(at)
    (at / "source").rename(at / "gone")
    return repo


def treeless(at: Path) -> Repo:
    source = plain(at / "source")
    source.git("config", "uploadpack.allowFilter", "true")
    return edited(source.clone(at / "repo", "--filter=tree:0"))


def replaced(at: Path) -> Repo:
    """A replace ref shows a cheap prompt instead of the one that is staged."""
    repo = staged(at)
    repo.git("replace", repo.oid(f":{SEARCH}"), repo.oid(f"HEAD:{SEARCH}"))
    return repo


def hooks_path(at: Path) -> Repo:
    repo = staged(at)
    repo.git("config", "core.hooksPath", ".husky")
    return repo


def foreign(at: Path) -> Repo:
    """Everything below belongs to somebody else; only root can give it away. `gitconfig` trusts it all the same."""
    repo = staged(at)
    own = os.environ["GIT_CONFIG_GLOBAL"]
    (at / "gitconfig").write_text(f"[include]\n\tpath = {own}\n[safe]\n\tdirectory = {repo.path}\n")
    for path in (at, *at.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    return repo


# --- what happens to a prompt -----------------------------------------------------------------------------------------


def renamed(at: Path) -> Repo:
    """One that is known by its path moves and grows; one that the manifest lists stays."""
    repo = plain(at)
    repo.mv(OTHER, "prompts/deep/moved.md")
    repo.stage("prompts/deep/moved.md", words(180))
    return repo


def renamed_listed(at: Path) -> Repo:
    repo = plain(at)
    repo.mv(SEARCH, "prompts/moved.md")
    return repo


def deleted(at: Path) -> Repo:
    repo = over(at)
    repo.rm(OTHER)
    return repo


def deleted_listed(at: Path) -> Repo:
    repo = plain(at)
    repo.rm(SEARCH)
    return repo


def no_manifest(at: Path) -> Repo:
    repo = plain(at)
    repo.rm("llm-cost.toml")
    return repo


def mode(at: Path) -> Repo:
    repo = over(at)
    repo.git("update-index", "--chmod=+x", SEARCH)
    return repo


def symlink(at: Path) -> Repo:
    repo = plain(at)
    (repo.path / SEARCH).unlink()
    (repo.path / SEARCH).symlink_to("other.md")
    repo.git("add", SEARCH)
    return repo


def written(at: Path, path: str, content: str | bytes, attributes: str = "") -> Repo:
    """A prompt of this name and content is staged."""
    repo = plain(at)
    if attributes:
        repo.stage(".gitattributes", attributes)
    repo.stage(path, content)
    return repo


# --- with a server ----------------------------------------------------------------------------------------------------


def pushed(at: Path, *options: str, manifest: str = MANIFEST) -> Repo:
    """`main` is on a server, which is called origin."""
    repo = plain(at, *options, manifest=manifest)
    Repo.init(at / "server.git", "--bare", *options)
    repo.git("remote", "add", "origin", str(at / "server.git"))
    repo.git("push", "-q", "-u", "origin", "main")
    return repo


def ahead(
    at: Path, tokens: int = 300, branch: str = "main", manifest: str = MANIFEST, options: tuple[str, ...] = ()
) -> Repo:
    """A commit on a branch that the server has not: search has so many tokens."""
    repo = pushed(at, *options, manifest=manifest)
    if branch != "main":
        repo.branch(branch)
    repo.write(SEARCH, words(tokens))
    repo.commit(f"{tokens} tokens")
    return repo


def forked(at: Path) -> Repo:
    """main goes on; feat left it before, with a dear commit."""
    repo = ahead(at, branch="feat")
    repo.checkout("main")
    repo.write(CODE, "print(3)\n")
    repo.commit("main goes on")
    repo.git("push", "-q", "origin", "main")
    repo.checkout("feat")
    repo.git("format-patch", "-q", "-1", "-o", "..")
    return repo


def cheaper_pushed(at: Path) -> Repo:
    repo = cheaper(pushed(at))
    repo.git("push", "-q", "origin", "main")
    return repo


def staged_pushed(at: Path) -> Repo:
    return edited(pushed(at))


def rewritten(at: Path) -> Repo:
    """The server's commit is replaced by another, 50 tokens dearer."""
    repo = ahead(at, 110, manifest=LIMITED)
    repo.git("push", "-q", "origin", "main")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.write(SEARCH, words(160))
    repo.commit("another")
    return repo


def two_branches(at: Path) -> Repo:
    """`a` keeps the budget, `b` does not."""
    repo = pushed(at)
    for name, tokens in (("a", 110), ("b", 300)):
        repo.branch(name, "main")
        repo.write(SEARCH, words(tokens))
        repo.commit(name)
    return repo


def extra(at: Path) -> Repo:
    """A branch of the server that will be deleted; the limit does not hold any more."""
    repo = ahead(at)
    repo.git("push", "-q", "origin", "main:extra")
    return repo


def tagged(at: Path, options: tuple[str, ...] = ()) -> Repo:
    repo = ahead(at)
    repo.git("tag", *options, "v1")
    return repo


def tagged_pushed(at: Path) -> Repo:
    repo = tagged(at, ("-a", "-m", "v1"))
    repo.git("push", "-q", "origin", "main")
    return repo


def tagged_blob(at: Path) -> Repo:
    repo = pushed(at)
    repo.git("tag", "blob", f"HEAD:{SEARCH}")
    return repo


def behind(at: Path) -> Repo:
    """Somebody else pushed in between."""
    repo = ahead(at, 110)
    other = Repo(at / "server.git").clone(at / "other")
    other.write(CODE, "print(4)\n")
    other.commit("theirs")
    other.git("push", "-q", "origin", "main")
    return repo


def shallow_ahead(at: Path) -> Repo:
    """A shallow clone, of whose branch `old` nobody here knows where it left main."""
    first = pushed(at / "first")
    first.write(CODE, "print(5)\n")
    first.commit("main goes on")
    first.git("push", "-q", "origin", "main")
    repo = Repo(at / "first/server.git").clone(at / "repo", "--depth=1")
    repo.git("fetch", "-q", "--depth=1", "origin", first.oid("main~1"))
    repo.git("checkout", "-q", "-b", "old", "FETCH_HEAD")
    repo.write(SEARCH, words(110))
    repo.commit("old")
    return repo


def shallow_main(at: Path) -> Repo:
    cheaper_pushed(at / "first")
    repo = Repo(at / "first/server.git").clone(at / "repo", "--depth=1")
    repo.write(SEARCH, words(300))
    repo.commit("dear")
    return repo


def first_push(at: Path, manifest: str = MANIFEST) -> Repo:
    """Nothing is on the server yet."""
    repo = plain(at, manifest=manifest)
    Repo.init(at / "server.git", "--bare")
    repo.git("remote", "add", "origin", str(at / "server.git"))
    return repo


def bare(at: Path) -> Repo:
    """A bare clone, with a dear commit that its origin lacks."""
    repo = ahead(at)
    bare = repo.clone(at / "bare.git", "--bare")
    bare.git("remote", "set-url", "origin", str(at / "server.git"))
    return bare


def linked_ahead(at: Path) -> Repo:
    main = ahead(at, branch="feat")
    main.git("worktree", "add", "-q", "-b", "side", str(at / "side"), "feat")
    return Repo(at / "side")
