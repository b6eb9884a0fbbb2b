"""`llm-cost install`: the git hooks of one repository, as plain scripts; and the man pages."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Sequence

import click

from .. import __version__
from ..boundary import write
from ..errors import ConfigError
from ..git.hook_place import HookPlace, find_hooks
from ..git.plumbing import Repository, open_repository
from ..hook_files import apply, read_hooks
from ..hook_managers import find_manager
from ..hook_scripts import DEFAULT, LEGACY, PROGRAMS, TRAILER, Hook, Step, is_ours, plan_install, plan_uninstall
from ..man_pages import copy_man_pages, default_directory
from ..manifest import NAME
from ..render.sanitise import terminal_name

HELP = """Put the git hooks of this repository in place: pre-commit, pre-merge-commit, commit-msg and pre-push.

They go where git looks for them, core.hooksPath included, and hold for all working trees of the repository. A hook that
is there already and is not ours is never overwritten: --chain keeps it as HOOK.legacy, which then runs first. Where
pre-commit, lefthook or husky manages the hooks, nothing is changed and what to add to its configuration is printed.
Running it again changes nothing.

\b
  llm-cost install                 the hooks
  llm-cost install --trailer       also prepare-commit-msg, which writes the change of cost into the message
  llm-cost install --dry-run       say what would happen
  llm-cost install --uninstall     take them out; what was chained is put back
  llm-cost install --man           the man pages alone, for: git llm-cost --help

\b
A hook whose program is not on PATH fails. To leave the hooks out once: LLMCOST_SKIP=1 git commit, or --no-verify.
Exit codes: 0; 2 a hook or a hook manager is in the way, and nothing was changed.
"""


@click.command("install", help=HELP)
@click.option("--trailer", is_flag=True, help="Also the hook that writes an LLM-Cost-Delta trailer.")
@click.option("--chain", is_flag=True, help="Keep a hook that is not ours as HOOK.legacy, and run it first.")
@click.option("--uninstall", is_flag=True, help="Take our hooks out, and only ours.")
@click.option("--dry-run", is_flag=True, help="Change nothing, say what would be changed.")
@click.option("--man", "man", metavar="[DIR]", is_flag=False, flag_value="", default=None,
              help="Copy the man pages into DIR, else into ~/.local/share/man.")  # fmt: skip
@click.pass_context
def install_command(
    ctx: click.Context, /, trailer: bool, chain: bool, uninstall: bool, dry_run: bool, man: str | None
) -> int:
    quiet = ctx.obj["quiet"]
    if man is not None:
        if trailer or chain or uninstall or dry_run:
            raise ConfigError("--man copies the man pages and goes with no other option", "Run it by itself.")
        return _install_man(man or default_directory(), quiet)
    if uninstall and (trailer or chain):
        raise ConfigError("--uninstall takes every hook of ours out", "Leave --trailer and --chain out.")
    repo = open_repository()
    if repo.top is None:
        raise ConfigError("A bare repository has no commits made in it", "For pushes to it, see docs/hooks.md.")
    place = find_hooks(repo)
    hooks = read_hooks(place.directory, tuple(PROGRAMS))
    if uninstall:
        steps = [plan_uninstall(hook) for hook in hooks]
    else:
        _refuse_shared_place(place)
        _refuse_managed(repo.top, place)
        steps = [
            plan_install(hook, chain=chain, beside=_beside(PROGRAMS[hook.name], place))
            for hook in _wanted(hooks, trailer)
        ]
    _refuse_blocked(place.directory, steps)
    if not dry_run:
        apply(place.directory, steps)
    if not quiet:
        write(sys.stdout, _told(repo, place, steps, dry_run=dry_run, uninstall=uninstall))
    return 0


def _wanted(hooks: Sequence[Hook], trailer: bool) -> list[Hook]:
    """The trailer's hook where it was asked for, or is in place."""
    wanted = (*DEFAULT, TRAILER) if trailer else DEFAULT
    return [hook for hook in hooks if hook.name in wanted or (hook.script is not None and is_ours(hook.script))]


def _refuse_shared_place(place: HookPlace) -> None:
    if place.scope in ("global", "system"):
        raise ConfigError(
            f"core.hooksPath is {place.stated} for all repositories of this machine ({place.scope} configuration): "
            "a hook there would judge every one of them. Nothing was changed",
            "For this repository alone: git config core.hooksPath .git/hooks, then llm-cost install\n"
            "Or start llm-cost-pre-commit and llm-cost-pre-push from your hooks there.",
        )


def _refuse_managed(top: str, place: HookPlace) -> None:
    """Another program rewrites the hooks. Its snippet goes to stdout, so that it can be sent into a file."""
    found = find_manager(lambda mark: os.path.lexists(os.path.join(top, mark)) or place.stated.startswith(f"{mark}/"))
    if found is None:
        return
    manager, mark = found
    write(sys.stdout, manager.snippet.replace("{version}", __version__))
    sys.stdout.flush()  # before what is said of it
    raise ConfigError(
        f"{manager.name} manages the hooks of this repository ({mark}). Nothing was changed",
        manager.place.replace("{mark}", mark) + (f", then run: {manager.then}" if manager.then else ""),
    )


def _beside(program: str, place: HookPlace) -> str:
    """Where the program lies beside this one, for a PATH that lacks it, as that of an editor.

    "" in a directory that others get with the repository: their machines are not like this one. ConfigError where there
    is no such program at all, because its hook would fail for ever.
    """
    folders = (os.path.dirname(os.path.abspath(sys.argv[0])), sysconfig.get_path("scripts"))
    found = next((path for folder in folders if os.access(path := os.path.join(folder, program), os.X_OK)), "")
    if not found and shutil.which(program) is None:
        raise ConfigError(f"The program {program} is not on PATH", "Install llm-cost again: pip install llmcost-hooks")
    return "" if place.in_tree else found


def _refuse_blocked(directory: str, steps: Sequence[Step]) -> None:
    blocked = [step for step in steps if step.action == "refuse"]
    if blocked:
        first, *others = [f"{os.path.join(directory, step.hook)} {step.why}" for step in blocked]
        raise ConfigError(f"{first}. Nothing was changed", "\n".join(others))


def _told(repo: Repository, place: HookPlace, steps: Sequence[Step], *, dry_run: bool, uninstall: bool) -> str:
    lines = []
    for step in steps:
        path, program = os.path.join(place.directory, step.hook), PROGRAMS[step.hook]
        done = {
            "write": f"runs {program}",
            "chain": f"runs {step.hook}{LEGACY}, which was there, then {program}",
            "keep": "" if uninstall else f"runs {program}, as before",
            "remove": "removed",
            "restore": f"removed, and {step.hook}{LEGACY} put back",
        }[step.action]
        if done:
            shown = terminal_name(path.removeprefix(f"{repo.top}/"), 1000)
            lines.append(f"{'✓' if step.action == 'keep' or not dry_run else 'would be'} {shown}: {done}\n")
    if uninstall and not lines:
        return "There is no hook of ours here.\n"
    if not uninstall:
        lines += [f"\n{note}\n" for note in _notes(repo, place)]
    return "".join(lines)


def _notes(repo: Repository, place: HookPlace) -> list[str]:
    notes = []
    if not os.path.lexists(os.path.join(repo.top or "", NAME)):
        notes.append(f"There is no {NAME} yet, and without a model the hooks fail. To write one: llm-cost init")
    if place.in_tree:
        notes.append("The hooks lie in the working tree: commit them for others to have them.")
    elif place.stated:
        notes.append(f"core.hooksPath is {terminal_name(place.stated)}: they hold for every repository that names it.")
    return notes


def _install_man(directory: str, quiet: bool) -> int:
    paths = copy_man_pages(directory)
    if not quiet:
        write(sys.stdout, "".join(f"✓ {terminal_name(path, 1000)}\n" for path in paths))
        write(
            sys.stdout, "If git llm-cost --help finds no page: export MANPATH=" + terminal_name(directory, 1000) + ":\n"
        )
    return 0
