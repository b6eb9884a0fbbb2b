"""The git program: the one place that starts it, and what a repository is to the rest of the package."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..errors import ConfigError

ARGUMENT_BYTES = 100_000  # of path names on one command line; some systems allow little more than twice that

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",  # git below 2.44 knows no other way to forbid a lazy fetch
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "LLMCOST_EMPTY": "",  # what `filters` sets the commands of filter drivers to
}
_CLASHING = ("GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS")
# git resolves these against its own directory, which need not be the one that they were set in.
_LOCATIONS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")


class Completed(NamedTuple):
    """What a git process left."""

    returncode: int
    stdout: bytes
    stderr: bytes


class Repository(NamedTuple):
    """Where git runs. Every function of this room that takes a `cwd` expects this one."""

    cwd: str  # top of the working tree; the git directory where there is none
    top: str | None  # absolute path of the working tree's top, None in a bare repository
    prefix: str  # where the user stood below `top`: "" or "sub/dir/"
    shallow: bool


class Entry(NamedTuple):
    """A regular file of a tree or of the index."""

    mode: str  # "100644" or "100755"
    oid: str


def run_git(
    cwd: str,
    *args: str,
    stdin: bytes | None = None,
    check: bool = True,
    env: Mapping[str, str] | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> Completed:
    """Run `git ARGS` in `cwd`, offline, without prompts or locks, with pathspecs taken literally.

    A hook's own GIT_* variables are kept. Raises ConfigError where git is missing, `cwd` is in no repository or
    in one of another user, and, unless `check` is false, for every exit code but 0. `meanwhile` is called while git
    works, for what has to be done anyway.
    """
    command = ["git", "-c", "core.fsmonitor=false", "--no-pager", *args]
    try:
        with subprocess.Popen(
            command,
            cwd=cwd,
            env=_environment(env or {}),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            if meanwhile is not None:
                meanwhile()
            out, err = process.communicate(stdin)
    except OSError as error:
        raise _not_started(error, cwd) from None
    if process.returncode:
        _raise_known(cwd, os.fsdecode(err))
    completed = Completed(process.returncode, out, err)
    if check and completed.returncode:
        raise git_failed(args[0], completed)
    return completed


def open_repository(directory: str = ".") -> Repository:
    """The repository around `directory`. Raises ConfigError where there is none that git would use."""
    return open_at_head(directory)[0]


def open_at_head(directory: str = ".") -> tuple[Repository, tuple[str, str] | None]:
    """The same with HEAD's commit and its tree, in one spawn; None where HEAD is unborn, or its tree is not there."""
    # At the first revision that is none git ends its answer, so they stand last.
    heads = ("--is-inside-work-tree", "--revs-only", "-q", "HEAD^{commit}", "HEAD^{tree}")
    found = run_git(directory, "rev-parse", *_WHERE, *heads, check=False)
    bare, shallow, *rest = os.fsdecode(found.stdout).split("\n")[:-1] or ("", "")
    inside = max((n for n, line in enumerate(rest) if line in ("true", "false")), default=0)  # a path can hold lines
    if not inside:
        raise git_failed("rev-parse", found)
    head = (rest[inside + 1], rest[inside + 2]) if len(rest) == inside + 3 else None
    where = "\n".join(rest[:inside])
    git_dir, _, up = where.rpartition("\n")
    if bare == "true" or not git_dir:  # without a working tree, as inside .git, --show-cdup prints not even a line
        return Repository(where, None, "", shallow == "true"), head
    here = os.path.realpath(directory)
    top = os.path.normpath(os.path.join(here, up))
    if top == git_dir:  # the hooks of a push run there, with GIT_DIR=.
        return Repository(git_dir, None, "", shallow == "true"), head
    prefix = "" if os.path.isabs(up) else here[len(top) :].strip("/")
    return Repository(top, top, prefix and f"{prefix}/", shallow == "true"), head


_WHERE = ("--is-bare-repository", "--is-shallow-repository", "--absolute-git-dir", "--show-cdup")


def fitting(paths: Sequence[str]) -> Sequence[str]:
    """`paths` if one command line can hold them, otherwise none: git then answers for all, and the caller filters."""
    return paths if sum(len(os.fsencode(path)) + 1 for path in paths) <= ARGUMENT_BYTES else ()


def not_owned(path: str) -> ConfigError:
    """The error for a repository that belongs to somebody else; git and libgit2 both refuse it."""
    quoted = "'" + path.replace("'", "'\\''") + "'"
    hint = f"If you trust it, type: git config --global --add safe.directory {quoted}"
    return ConfigError(f"git refuses to read {path}: it belongs to another user", hint)


def git_failed(command: str, completed: Completed) -> ConfigError:
    """The error for a git command that ended in a way its caller has no answer for."""
    lines = os.fsdecode(completed.stderr).splitlines()
    said = [line for line in lines if line.startswith("fatal: ")] or lines or [f"exit code {completed.returncode}"]
    partial = any("promisor remote" in line for line in lines)
    hint = "This is a partial clone. To have everything here, type: git fetch --refetch --no-filter" if partial else ""
    return ConfigError(f"git {command} failed: {said[0].removeprefix('fatal: ')}", hint)


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _CLASHING}
    located = {name: os.path.abspath(kept[name]) for name in _LOCATIONS if kept.get(name)}
    return {**kept, **located, **_ENVIRONMENT, **extra}


def _not_started(error: OSError, cwd: str) -> ConfigError:
    if error.filename == cwd:
        return ConfigError(f"Cannot enter the directory {cwd}: {error.strerror}")
    if isinstance(error, FileNotFoundError):
        return ConfigError("git was not found on PATH", "Install git, or add its directory to PATH.")
    return ConfigError(f"git could not be started: {error.strerror}")


def _raise_known(cwd: str, stderr: str) -> None:
    """Refusals that mean the same for every command, so that no caller takes them for an answer."""
    if "dubious ownership" in stderr or "unsafe repository" in stderr:
        named = re.search(r"repository (?:at |\()'(.*)'", stderr)
        raise not_owned(named[1] if named else os.path.abspath(cwd))
    if "not a git repository" in stderr:
        message = f"{os.path.abspath(cwd)} is not inside a git repository"
        raise ConfigError(message, "Change to one, or name one: git -C DIRECTORY llm-cost ...")
