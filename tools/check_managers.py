"""What docs/hooks.md says of lefthook and husky, done with the real programs in real repositories.

    npm install --prefix DIR lefthook@2.2.2 husky@9.1.7
    python -m tools.check_managers --programs DIR/node_modules/.bin

llm-cost has to be on PATH with its hooks. Each configuration is what `llm-cost install` prints. Ends with 1 at the
first step that does not end as it must. pre-commit is tested by the suite (tests/hooks/test_managed.py).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.repos import GIT_CONFIG

MANIFEST = """\
version = 1

[defaults]
model = "gpt-4o"
calls = 1000
output_tokens = 50

[budget]
limit = 10.00
period = "month"
max_increase = "$1.00"

[[prompts]]
path = "prompts/search.md"
prompt_id = "search"
"""
ACCEPT = "LLM-Cost-Accept: search <= +$2.00/month (longer answers)"
OVER, GREW = "Budget exceeded", "Increase exceeded"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True, help="the directory that has lefthook and husky")
    programs = os.path.abspath(parser.parse_args().programs)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / "gitconfig").write_text(GIT_CONFIG)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") and name != "CI"}
        env = {
            **environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]]),
            "HOME": scratch, "XDG_CACHE_HOME": f"{scratch}/cache", "XDG_DATA_HOME": f"{scratch}/data",
            "GIT_CONFIG_GLOBAL": f"{scratch}/gitconfig", "GIT_CONFIG_NOSYSTEM": "1",
        }  # fmt: skip
        steps = sum(
            _check(name, install, skip, home / f"the {name} project", env)
            for name, install, skip in (("lefthook", _lefthook, "LEFTHOOK"), ("husky", _husky, "HUSKY"))
        )
    print(f"\n{steps} steps ended as they must")
    return 0


class Shell:
    """Runs commands in one repository and counts them."""

    def __init__(self, top: Path, env: dict[str, str]) -> None:
        self.top, self.env, self.steps = top, env, 0

    def run(self, *command: str, fails: str = "", cwd: Path | None = None, env: Mapping[str, str] = {}) -> str:
        """What it printed. It has to end with 0, or, with `fails`, with something else and that text."""
        done = subprocess.run(
            command, cwd=cwd or self.top, env={**self.env, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", check=False,
        )  # fmt: skip
        shown = " ".join([*(f"{name}={value}" for name, value in env.items()), *command]).partition("\n")[0]
        if bool(done.returncode) != bool(fails) or fails not in done.stdout:
            print(done.stdout)
            raise SystemExit(f"FAILED: {shown} (ended with {done.returncode})")
        self.steps += 1
        print(f"ok: {shown}" + (f" -> {fails}" if fails else ""))
        return done.stdout

    def git(self, *args: str, fails: str = "", cwd: Path | None = None, env: Mapping[str, str] = {}) -> str:
        return self.run("git", *args, fails=fails, cwd=cwd, env=env)

    def prompt(self, tokens: int, top: Path | None = None) -> None:
        path = (top or self.top) / "prompts" / "search.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a " * tokens)


def _lefthook(shell: Shell) -> None:
    (shell.top / "lefthook.yml").write_text("")
    _refused(shell, "lefthook")
    shell.run("sh", "-c", "llm-cost install 2> refused >> lefthook.yml; rm refused")
    shell.run("lefthook", "install")


def _husky(shell: Shell) -> None:
    shell.run("husky")
    _refused(shell, "husky")
    shell.run("sh", "-c", "llm-cost install 2> refused | sh; rm refused")


def _refused(shell: Shell, name: str) -> None:
    shell.run("llm-cost", "install", fails=f"{name} manages the hooks of this repository")


def _check(name: str, install: Callable[[Shell], None], skip: str, top: Path, env: dict[str, str]) -> int:
    print(f"\n# {name} {_version(name, env['PATH'])}")
    shell = Shell(top, env)
    top.mkdir()
    shell.git("init", "-q")
    (top / "llm-cost.toml").write_text(MANIFEST)
    shell.prompt(400)
    install(shell)
    shell.git("add", "--all")
    shell.git("commit", "-qm", "first")

    shell.prompt(9000)
    for command in ("-am m", "-m m prompts/search.md", "-m m --only prompts/search.md", "-m m -i prompts/search.md"):
        shell.git("commit", *command.split(), fails=OVER)
    shell.git("commit", "-am", "below", cwd=top / "prompts", fails=OVER)
    shell.git("checkout", "-q", "HEAD", "--", ".")

    shell.prompt(1200)
    shell.git("commit", "-qam", "grew by two dollars", fails=GREW)
    shell.git("commit", "-qam", f"grew by two dollars\n\n{ACCEPT}")

    server = f"../server of {name}.git"
    shell.git("init", "-q", "--bare", server)
    shell.git("remote", "add", "origin", server)
    shell.git("push", "-q", "origin", "main")
    shell.prompt(9000)
    shell.git("commit", "-qam", "dear", env={skip: "0"})
    shell.git("push", "origin", "main", fails=OVER)
    shell.git("push", "-q", "origin", "main~1:refs/heads/other", "main~2:refs/heads/older")
    shell.git("push", "-q", "origin", ":older")
    shell.git("push", "-q", "origin", "main", env={skip: "0"})

    shell.git("checkout", "-q", "-b", "cheap", "main~1")
    (top / "README.md").write_text("x\n")
    shell.git("add", "README.md")
    shell.git("commit", "-qm", "beside")
    shell.git("merge", "main", "-m", "dear by a merge", fails=OVER)
    if name != "husky":  # its hooks lie in an ignored directory of one working tree
        linked = top.parent / "linked"
        shell.git("worktree", "add", "-q", "-b", "linked", "../linked", "main~1")
        shell.prompt(9000, linked)
        shell.git("commit", "-qam", "in a linked worktree", cwd=linked, fails=OVER)
    return shell.steps


def _version(name: str, path: str) -> str:
    package = Path(path.split(os.pathsep)[0]).parent / name / "package.json"
    return str(json.loads(package.read_text())["version"]) if package.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
