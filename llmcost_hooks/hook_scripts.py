"""The scripts that `llm-cost install` puts into a repository's hooks, and what it may do with one that is there. Pure.

A script of ours carries a digest of its own text, so that any release knows it from one that somebody edited.
"""

from __future__ import annotations

from hashlib import sha256
from shlex import quote
from typing import NamedTuple

TRAILER = "prepare-commit-msg"
# git's hook -> the program that it starts.
PROGRAMS = {
    "pre-commit": "llm-cost-pre-commit",
    "pre-merge-commit": "llm-cost-pre-commit",
    "commit-msg": "llm-cost-message",
    "pre-push": "llm-cost-pre-push",
    TRAILER: "llm-cost-trailer",
}
DEFAULT = tuple(hook for hook in PROGRAMS if hook != TRAILER)
LEGACY = ".legacy"

_MARK = "# llm-cost hook "
_ABOUT = ": written by llm-cost install, taken out by llm-cost install --uninstall; not to be edited."
_TYPED = tuple(f'#!/bin/sh\nexec {program} "$@"\n'.encode() for program in PROGRAMS.values())  # as 0.2 documents it
_COMMANDS = {"pre-merge-commit": "merge", "pre-push": "push"}  # what starts a hook, where it is not `git commit`


class Hook(NamedTuple):
    """A hook's file as it is."""

    name: str
    script: bytes | None  # None: there is no file
    executable: bool = True
    has_legacy: bool = False  # a file of the same name with `.legacy` behind it


class Step(NamedTuple):
    """What happens to one hook."""

    hook: str
    action: str  # "write", "chain" (write, and keep what is there as .legacy), "keep", "remove", "restore", "refuse"
    script: bytes = b""
    why: str = ""  # of "refuse"


def hook_script(hook: str, *, chained: bool = False, beside: str = "") -> bytes:
    """The script of git's hook `hook`. `chained`: it runs `<hook>.legacy` first.

    `beside` is where the program lies if PATH does not have it, "" for nowhere.
    """
    lines = "".join(f"{line}\n" for line in _lines(hook, chained, beside))
    data = lines.encode("utf-8", "surrogateescape")
    return f"#!/bin/sh\n{_MARK}{_digest(data)}{_ABOUT}\n".encode() + data


def _lines(hook: str, chained: bool, beside: str) -> list[str]:
    program, reads_stdin = PROGRAMS[hook], hook == "pre-push"
    found = 'command -v "$program" > /dev/null 2>&1'
    feed = "feed | " if chained and reads_stdin else ""
    lines = []
    if feed:  # both programs get what git says of the push
        lines += ["refs=$(cat)", """feed() { [ -z "$refs" ] || printf '%s\\n' "$refs" 2> /dev/null; }"""]
    if chained:
        lines.append(f'[ ! -x "$0{LEGACY}" ] || {feed}"$0{LEGACY}" "$@" || exit')
    lines += [
        'if [ "${LLMCOST_SKIP:-}" = 1 ]; then',
        f'    echo "llm-cost: {hook} skipped (LLMCOST_SKIP=1)" >&2',
        "    exit 0",
        "fi",
        f"program={program}",
    ]
    if beside:
        lines.append(f"{found} || program={quote(beside)}")
    lines += [f"{found} || {{", *(f"    echo {quote(line)} >&2" for line in _missing(hook, program))]
    lines += ["    exit 0" if hook == TRAILER else "    exit 2", "}"]
    return [*lines, f'{feed}"$program" "$@"' if feed else 'exec "$program" "$@"']


def _missing(hook: str, program: str) -> list[str]:
    """Of a program that is not there. The trailer's hook judges nothing, and --no-verify does not leave it out."""
    if hook == TRAILER:
        return [f"llm-cost: warning: {program} is not on PATH: the message gets no trailer"]
    command = f"git {_COMMANDS.get(hook, 'commit')}"
    return [
        f"llm-cost: the {hook} hook needs the program {program}, which is not on PATH",
        "  Install it (pip install llmcost-hooks), or activate the environment that has it.",
        f"  Once without it: {command} --no-verify, or LLMCOST_SKIP=1 {command}",
        "Exit code: 2 (CONFIG_ERROR)",
    ]


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


def is_ours(script: bytes) -> bool:
    """Whether this or another release wrote the script, or its documents said to, and nobody changed it since."""
    if script in _TYPED:
        return True
    _, mark, rest = (*script.split(b"\n", 2), b"", b"")[:3]
    return mark == f"{_MARK}{_digest(rest)}{_ABOUT}".encode()


def is_edited(script: bytes) -> bool:
    """Whether it was ours before somebody changed it."""
    return _MARK.encode() in script and not is_ours(script)


def _is_chained(script: bytes) -> bool:
    return f'"$0{LEGACY}" "$@"'.encode() in script


def plan_install(hook: Hook, *, chain: bool, beside: str = "") -> Step:
    """What installing does to one hook; it never overwrites what is not ours."""
    plain = hook_script(hook.name, beside=beside)
    if hook.script is None:
        return Step(hook.name, "write", plain)
    if is_ours(hook.script):
        ours = hook_script(hook.name, chained=True, beside=beside) if _is_chained(hook.script) else plain
        return Step(hook.name, "keep" if (hook.script, hook.executable) == (ours, True) else "write", ours)
    if is_edited(hook.script):
        return Step(hook.name, "refuse", why="is ours and was edited; move what you added elsewhere, and delete it")
    if not chain:
        return Step(hook.name, "refuse", why="is not ours; --chain keeps it and runs it first")
    if hook.has_legacy:
        return Step(hook.name, "refuse", why=f"is not ours, and {hook.name}{LEGACY} is taken; rename one of the two")
    return Step(hook.name, "chain", hook_script(hook.name, chained=True, beside=beside))


def plan_uninstall(hook: Hook) -> Step:
    """What taking ours out does to one hook."""
    if hook.script is None or not (is_ours(hook.script) or is_edited(hook.script)):
        return Step(hook.name, "keep")
    if is_edited(hook.script):
        return Step(hook.name, "refuse", why="is ours and was edited; delete it yourself")
    return Step(hook.name, "restore" if _is_chained(hook.script) and hook.has_legacy else "remove")
