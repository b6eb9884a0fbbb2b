"""The steps of action.yml as a runner runs them: its conditions, its environment, its files; the services are ours."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..cli.running import MODULES, ROOT
from ..preloaded import Preloaded
from ..repos import Repo

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]


class Ended(NamedTuple):
    """How a run of the whole action ended."""

    code: int  # of the first step that failed
    log: str
    outputs: dict[str, str]
    summary: str
    ran: list[str]  # the steps


class Runner:
    """A runner with a checkout in `workspace`, whose event is `event`.

    The step Install is left out: `programs` runs this process's own llm-cost in place of what it installs, or is the
    folder that it has made (tools/check_action.py, which runs it).
    """

    def __init__(
        self, folder: Path, workspace: Path, event: dict[str, Any], programs: Preloaded | Path, **environment: str
    ) -> None:
        self.temp, self.workspace, self.event = folder / "temp", workspace, event
        self.temp.mkdir(parents=True)
        modules = {}
        if isinstance(programs, Path):
            (self.temp / "llm-cost").symlink_to(programs)
        else:
            _stand_in(self.temp / "llm-cost" / "bin", programs)
            modules = {"PYTHONPATH": MODULES}
        self.environment = {
            "RUNNER_TEMP": str(self.temp), "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "o/r", "GITHUB_ACTOR": "ada", "GITHUB_SERVER_URL": "https://github.invalid",
            **modules, **environment,
        }  # fmt: skip

    def run(self, **inputs: str) -> Ended:
        """Every step whose condition holds, until one fails. `inputs` have underscores for dashes."""
        given = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()}
        given["token"] = self.environment.get("TOKEN", "")
        given.update({name.replace("_", "-"): value for name, value in inputs.items()})
        steps: dict[str, dict[str, dict[str, str]]] = {}
        code, log, ran, summary = 0, "", list[str](), self.temp / "summary"
        summary.write_text("")
        for step in STEPS:
            context = {"inputs": given, "github": self.event, "steps": steps}
            if step["name"] == "Install" or not _holds(step.get("if", "true"), context):
                continue
            ran.append(step["name"])
            if "run" not in step:
                continue
            output = self.temp / "output"
            output.write_text("")
            values = {name: _expand(text, context) for name, text in step.get("env", {}).items()}
            environment = {
                **os.environ, **self.environment, **values,
                "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary),
            }  # fmt: skip
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=self.workspace,
                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                encoding="utf-8", check=False,
            )  # fmt: skip
            log += done.stdout
            if "id" in step:
                steps[step["id"]] = {"outputs": dict(line.split("=", 1) for line in output.read_text().splitlines())}
            if done.returncode:
                code = done.returncode
                break
        outputs = {name: _expand(each["value"], {"steps": steps}) for name, each in ACTION["outputs"].items()}
        return Ended(code, log, outputs, summary.read_text(), ran)


def _stand_in(folder: Path, preloaded: Preloaded) -> None:
    """What Install puts there, of this process's own modules."""
    folder.mkdir(parents=True)
    python = f'{shlex.quote(sys.executable)} "$@"'
    for name, line in (("llm-cost", preloaded.script("llm-cost", "llmcost_hooks.cli:main")), ("python", python)):
        (folder / name).write_text(f"#!/bin/sh\nexec {line}\n")
        (folder / name).chmod(0o755)


def _expand(text: str, context: dict[str, Any]) -> str:
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: _value(found[1], context), text)


def _value(path: str, context: Any) -> str:
    for key in path.split("."):
        context = context.get(key) if isinstance(context, dict) else None
    return "" if context is None else str(context)


def _holds(condition: str, context: dict[str, Any]) -> bool:
    """`a == 'x' && b != 'y'`: all that action.yml uses."""
    for part in condition.split(" && "):
        if part == "true":
            continue
        found = re.fullmatch(r"([\w.-]+) (==|!=) '([^']*)'", part)
        assert found, f"{part!r} is more than this runner can"
        if (_value(found[1], context) == found[3]) != (found[2] == "=="):
            return False
    return True


def checkout(origin: Repo, folder: Path, ref: str, depth: int | None = 1) -> Repo:
    """As actions/checkout does: one commit, detached, and no branch of origin but what is asked for."""
    copy = Repo.init(folder)
    copy.git("remote", "add", "origin", f"file://{origin.path}")
    copy.git(
        "fetch", "-q", "--no-tags", *([f"--depth={depth}"] if depth else []), "origin", f"+{ref}:refs/remotes/pull"
    )
    copy.git("checkout", "-q", "--detach", "refs/remotes/pull")
    return copy


def pull_request(origin: Repo, branch: str, number: int = 7, base: str = "main") -> None:
    """The ref that GitHub makes of a pull request merged into its base."""
    at = origin.git("symbolic-ref", "--short", "HEAD")
    origin.checkout(base)
    origin.git("checkout", "-q", "--detach")
    origin.merge(branch)
    origin.git("update-ref", f"refs/pull/{number}/merge", "HEAD")
    origin.git("update-ref", f"refs/pull/{number}/head", branch)
    origin.checkout(at)


def event(**changes: Any) -> dict[str, Any]:
    """A pull_request's event, as the contexts of action.yml see it."""
    plain: dict[str, Any] = {
        "base_ref": "main",
        "event": {"repository": {"default_branch": "main"}, "pull_request": {"head": {"repo": {"full_name": "o/r"}}}},
    }
    return json.loads(json.dumps({**plain, **changes}))  # type: ignore[no-any-return]
