"""Revisions: what the user typed or git knows, turned into the ids of commits and trees."""

from __future__ import annotations

import os
import re
from datetime import date, datetime, timezone

from ..errors import ConfigError
from .plumbing import Completed, git_failed, run_git

_OID = re.compile(rb"[0-9a-f]{40,}\n")
_BRANCH = re.compile(r"(?!-|HEAD$|[0-9a-f]{7,}$)[A-Za-z0-9._/-]+")


def resolve_commit(cwd: str, revision: str) -> str:
    """The id of the commit that `revision` names, in git's own syntax.

    Raises ConfigError, with what to type, where it names none or more than one.
    """
    found = _verify(cwd, revision)
    if _OID.fullmatch(found.stdout):
        return _oid(found)
    said = os.fsdecode(found.stderr).rpartition("fatal: ")[2].strip().replace("Needed a single revision", "")
    raise ConfigError(f"{revision!r} does not name a commit{said and f': {said}'}", _how_to_have(cwd, revision))


def try_resolve_commit(cwd: str, revision: str) -> str | None:
    """The id of the commit that `revision` names; None where it names none or more than one."""
    found = _verify(cwd, revision)
    return _oid(found) if _OID.fullmatch(found.stdout) else None


def tree_of(cwd: str, commit: str) -> str:
    """The id of a commit's tree. git peels, so that replace refs count as they do in `git diff`."""
    return _oid(run_git(cwd, "rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}"))


def commit_and_tree(cwd: str, revision: str) -> tuple[str, str] | None:
    """The commit that a plain revision (`HEAD`, an id) names, and its tree, in one spawn; None where it names none."""
    specs = (f"{revision}^{{commit}}", f"{revision}^{{tree}}")
    ids = run_git(cwd, "rev-parse", "--revs-only", "-q", "--end-of-options", *specs, check=False).stdout.split()
    return (ids[0].decode("ascii"), ids[1].decode("ascii")) if len(ids) == 2 else None


def commit_day(cwd: str, commit: str) -> date:
    """The day (UTC) on which a commit (an id) was made, as its committer's clock says."""
    out = run_git(cwd, "show", "-s", "--no-show-signature", "--format=%ct", commit).stdout
    return datetime.fromtimestamp(int(out), timezone.utc).date()


_EMPTY_TREES = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


def empty_tree(cwd: str, beside: str | None = None) -> str:
    """The id of the tree without entries, in the repository's own hash; by any other id, `beside`, without a spawn."""
    if beside is not None:
        return _EMPTY_TREES[len(beside)]
    return _oid(run_git(cwd, "hash-object", "-t", "tree", "--stdin", stdin=b""))


def merge_base(cwd: str, a: str, b: str) -> str:
    """The commit that two commits (ids) last had in common: the first one that git names.

    Raises ConfigError where there is none, or none within a shallow clone.
    """
    found = try_merge_base(cwd, a, b)
    if found is None:
        message = f"{a[:12]} and {b[:12]} have no commit in common"
        raise ConfigError(message, "Compare the two themselves: A..B, not A...B")
    return found


def try_merge_base(cwd: str, a: str, b: str) -> str | None:
    """The same; None where there is none. ConfigError where there is none within a shallow clone."""
    found = run_git(cwd, "merge-base", "--end-of-options", a, b, check=False)
    if found.returncode == 0:
        return _oid(found)
    if found.returncode != 1:
        raise git_failed("merge-base", found)
    if _is_shallow(cwd):
        hint = "Type: git fetch --unshallow (or git fetch --deepen=100, until it is). In GitHub Actions: fetch-depth: 0"
        raise ConfigError(f"The merge base of {a[:12]} and {b[:12]} is not in this shallow clone", hint)
    return None


def merge_heads(cwd: str) -> list[str]:
    """The commits that the merge which is being committed brings in; none where there is no merge."""
    path = os.fsdecode(run_git(cwd, "rev-parse", "--git-path", "MERGE_HEAD").stdout).removesuffix("\n")
    try:
        with open(os.path.join(cwd, path), "rb") as file:
            return [line.decode("ascii") for line in file.read().split() if _OID.fullmatch(line + b"\n")]
    except FileNotFoundError:
        return []


def nearest_known(cwd: str, commit: str) -> str | None:
    """The newest ancestor of `commit` (or itself) that any ref of this repository holds; None where there is none."""
    if not run_git(cwd, "for-each-ref", "--count=1").stdout:
        return None
    return _boundary(cwd, commit, "--all")


def unpushed_base(cwd: str, commit: str, remote: str) -> str | None:
    """The newest ancestor of `commit` (or itself) that a remote-tracking branch of `remote` holds.

    A remote that is named by its URL has no such branches: then those of any remote count. None where there is none.
    """
    known = run_git(cwd, "for-each-ref", "--count=1", f"refs/remotes/{remote}/").stdout if "/" not in remote else b""
    pattern = f"--remotes={remote}" if known else "--remotes"
    if not run_git(cwd, "for-each-ref", "--count=1", "refs/remotes/").stdout:
        return None
    return _boundary(cwd, commit, pattern)


def _boundary(cwd: str, commit: str, refs: str) -> str | None:
    """Where the history of `commit` meets that of `refs`."""
    listed = ("rev-list", "--topo-order", "--boundary", commit, "--not", refs, "--")
    out = run_git(cwd, *listed).stdout.decode("ascii").split()
    if not out:
        return commit  # everything is there already
    return next((line[1:] for line in out if line.startswith("-")), None)


def branch_name(cwd: str) -> str | None:
    """The short name of the branch that HEAD is on, which may be unborn; None when HEAD is detached."""
    found = run_git(cwd, "symbolic-ref", "--short", "-q", "HEAD", check=False)
    return os.fsdecode(found.stdout).removesuffix("\n") if found.returncode == 0 else None


def _verify(cwd: str, revision: str) -> Completed:
    """`git rev-parse --verify`; the answer is one id only where `revision` names exactly one commit."""
    if not revision or "\0" in revision:
        return Completed(1, b"", b"")
    # `:/text` searches for all of the rest, and finds nothing but commits.
    spec = revision if revision.startswith(":/") else f"{revision}^{{commit}}"
    warn = ("-c", "core.warnAmbiguousRefs=true")  # and no -q, which would swallow it
    found = run_git(cwd, *warn, "rev-parse", "--verify", "--end-of-options", spec, check=False)
    if found.returncode == 0 and b"is ambiguous" in found.stderr:
        hint = f"Write refs/heads/{revision} for the branch, refs/tags/{revision} for the tag."
        raise ConfigError(f"{revision} is the name of more than one thing in git", hint)
    return found


def _oid(completed: Completed) -> str:
    return completed.stdout.decode("ascii").split("\n", 1)[0]


def _is_shallow(cwd: str) -> bool:
    return run_git(cwd, "rev-parse", "--is-shallow-repository").stdout == b"true\n"


def _how_to_have(cwd: str, revision: str) -> str:
    name = re.split(r"[~^@:]", revision, maxsplit=1)[0]
    rest = revision[len(name) :]
    shallow = _is_shallow(cwd)
    if not _BRANCH.fullmatch(name):
        return "Type: git fetch --unshallow" if shallow else "See git help revisions, and git log for what there is."
    refs = os.fsdecode(run_git(cwd, "for-each-ref", "--format=%(refname:lstrip=2)", f"refs/remotes/*/{name}").stdout)
    if refs:
        return f"There is no local branch {name}. Did you mean {refs.splitlines()[0]}{rest}?"
    remotes = os.fsdecode(run_git(cwd, "remote").stdout).splitlines()
    if not remotes:
        return "See git branch --all for what there is."
    remote, slash, branch = name.partition("/")
    if not slash or remote not in remotes:
        remote, branch = "origin" if "origin" in remotes else remotes[0], name
    depth = " --unshallow" if shallow else ""
    fetch = f"git fetch{depth} {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}"
    return f"If {remote} has it, type: {fetch}  and name it {remote}/{branch}{rest}"
