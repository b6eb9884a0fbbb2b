"""Every step of action.yml over a real history, against a server that answers as GitHub does.

    python -m tools.check_action BUNDLE --ranks DIR [--changes 24]

The consecutive changes of prompts in BUNDLE become pull requests of a local repository, three pushes each; while one is
open, main moves on. For each push a runner checks out one commit, as actions/checkout does, and runs the steps with
their conditions and environment, all installed by the step Install; the comment goes over HTTP to a server of GitHub's
API. What is merged runs as push and as merge_group; each third pull request is one from a fork, and gets its comment
from the second workflow. Total, delta and percent are held against plain git, tiktoken and arithmetic, the exit code
against the limits, each comment against the one before, and the command that it names is run. Ends with 1 at the first
difference. Needs a package index (Install), and the rank file of o200k_base in DIR.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from tests.action.steps import ACTION, STEPS, Ended, Runner, checkout, event
from tests.forges.server import BOT, TOKEN, GitHubServer, serving
from tests.repos import Repo

from .replay_pulls import Oracle, Push, Replay
from .sealed_home import seal

ROOT = Path(__file__).resolve().parent.parent
PUSHES = 3  # to a pull request
INCREASE = Decimal("0.5")  # percent that one may add
FORMATS = re.findall(r"(?m)^    ([\w-]+)\) .*report=", (ROOT / "action" / "report.sh").read_text(encoding="utf-8"))


class Bench:
    """Where runs happen, and what came of them."""

    def __init__(self, scratch: Path, replay: Replay, oracle: Oracle) -> None:
        self.scratch, self.replay, self.oracle = scratch, replay, oracle
        self.installed = scratch / "installed" / "llm-cost"
        self.runs = 0
        self.ran, self.codes, self.said = Counter[str](), Counter[str](), Counter[str]()

    def install(self) -> None:
        """The step Install, once: its result serves every run."""
        (step,) = [each for each in STEPS if each["name"] == "Install"]
        place = {"RUNNER_TEMP": str(self.installed.parent), "GITHUB_ACTION_PATH": str(ROOT)}
        self.installed.parent.mkdir()
        subprocess.run(["bash", "-c", step["run"]], env={**os.environ, **place}, check=True)
        self.ran["Install"] += 1

    def run(self, ref: str, name: str, context: dict[str, Any], forge: GitHubServer, **inputs: str) -> Ended:
        """The action, on a checkout of one commit."""
        self.runs += 1
        folder = self.scratch / f"run-{self.runs}"
        copy = checkout(self.replay.repo, folder / "work", ref)
        variables = {
            "GITHUB_EVENT_NAME": name, "GITHUB_REF": ref, "TOKEN": TOKEN, "GITHUB_API_URL": forge.address,
            "GITHUB_GRAPHQL_URL": f"{forge.address}/graphql",
        }  # fmt: skip
        ended = Runner(folder, copy.path, event(**context), self.installed, **variables).run(**inputs)
        self.ran.update(ended.ran)
        self.codes[f"{name}: {ended.outputs['exit-code'] or 'comment alone'}"] += 1
        demand(TOKEN not in ended.log + ended.summary, "the token is in the log", ended)
        return ended


class Costs(NamedTuple):
    """What a change has to cost, in USD per month."""

    base: Decimal
    head: Decimal

    def outputs(self) -> dict[str, Decimal]:
        delta = self.head - self.base
        return {"total": self.head, "delta": delta, "percent": delta / self.base * 100}


def demand(holds: bool, what: str, ended: Ended | None = None) -> None:
    if not holds:
        raise SystemExit(f"FAIL {what}{'' if ended is None else f': {ended.outputs} {ended.log}'}")


def check_outputs(ended: Ended, costs: Costs) -> None:
    for name, expected in costs.outputs().items():
        found = Decimal(ended.outputs[name])
        close = abs(found - expected) < Decimal("0.005") if name == "percent" else found == expected
        demand(close, f"{name} is {found}, and {expected} by git and tiktoken", ended)


def check_report(ended: Ended, format: str, costs: Costs) -> None:
    text = Path(ended.outputs["report"]).read_text(encoding="utf-8")
    demand(bool(text.strip()), f"the report ({format}) is empty", ended)
    if format == "json":
        demand(Decimal(json.loads(text)["total"]["delta"]) == costs.head - costs.base, "the JSON's delta", ended)
    elif format in ("sarif", "shields", "gitlab-codequality"):
        json.loads(text)


def check_comment(bench: Bench, forge: GitHubServer, before: list[dict[str, Any]], costs: Costs) -> str:
    """The body of the one comment there is: made by the first run, changed in place by those after it."""
    demand(len(forge.comments) == 1, f"{len(forge.comments)} comments")
    comment = forge.comments[0]
    demand(comment["user"]["login"] == BOT, "somebody else's comment")
    demand(not before or before[0]["id"] == comment["id"], "the comment is another one")
    body = str(comment["body"])
    delta = costs.head - costs.base
    word = "adds" if delta > 0 else "saves" if delta else "leaves the cost as it is"
    demand(f" This change {word}" in body.split("\n")[2], f"not {word!r} in: {body[:300]}")
    bench.said[word] += 1
    return body


def check_command(bench: Bench, clone: Repo, body: str) -> None:
    """What the comment tells to type shows the same table."""
    found = re.search(r"To see the same: `git fetch origin (\S+) && llm-cost (diff [0-9a-f]{12} [0-9a-f]{12})`", body)
    total = re.search(r"(?m)^Total: .*$", body)
    assert found is not None and total is not None, body
    clone.git("fetch", "-q", "origin", found[1])
    program = [str(bench.installed / "bin" / "llm-cost"), *found[2].split()]
    shown = subprocess.run(program, cwd=clone.path, capture_output=True, encoding="utf-8", check=True).stdout
    demand(total[0] in shown, f"{found[2]} does not say {total[0]}: {shown}")


def limits(costs: Costs, at: int) -> tuple[dict[str, str], int]:
    """(inputs, the exit code that they must end with): budgets just above and just below what it costs, in turn."""
    cents = Decimal("0.01")
    budget = (costs.head + (cents if at % 3 else -cents)).quantize(cents)
    grew = costs.base > 0 and (costs.head - costs.base) / costs.base * 100 > INCREASE
    return {"budget": f"{budget}", "fail_on_increase": f"{INCREASE}%"}, int(costs.head > budget or grew)


def pull_request(bench: Bench, push: Push, forge: GitHubServer, clone: Repo, at: int) -> str:
    """One push to a pull request: a line of what came of it."""
    costs = Costs(bench.oracle.cost(push.fork), bench.oracle.cost(push.merge))
    inputs, code = limits(costs, at)
    format, fork = FORMATS[at % len(FORMATS)], push.number % 3 == 0
    theirs = {"repository": {"default_branch": "main"}, "pull_request": {"head": {"repo": {"full_name": "eve/r"}}}}
    context = {"event": theirs} if fork else {}
    before = [dict(each) for each in forge.comments]
    ended = bench.run(f"refs/pull/{push.number}/merge", "pull_request", context, forge, format=format, **inputs)
    demand(ended.code == code and ended.outputs["exit-code"] == str(code), f"exit code {code} expected", ended)
    check_outputs(ended, costs)
    check_report(ended, format, costs)
    if fork:
        demand(ended.ran[2:] == ["Keep the report of a fork", "Verdict"] and forge.comments == before, "a fork", ended)
        forge.pulls = [{"number": push.number, "head": {"sha": push.head}, "base": {"ref": "main"}}]
        later = {"base_ref": "", "event": {}}
        second = bench.run("refs/heads/main", "workflow_run", later, forge, commit=push.head, **inputs)
        demand(second.code == 0 and second.ran == ["Find the base", "Comment"], "the second workflow", second)
    body = check_comment(bench, forge, before, costs)
    demand(fork or ended.summary == body, "the summary is not what the comment says", ended)
    check_command(bench, clone, body)
    demand(
        ("❌" in body.split("\n")[2]) == bool(code), f"the comment says something else than exit code {code}: {body}"
    )
    made = "updated" if before else "posted"
    answer = body.split("\n")[2].removeprefix("### ")
    return f"#{push.number:<2} {made:7}  exit {code}  {format:18} {'fork  ' if fork else '      '}{answer}"


def merged(bench: Bench, push: Push, tip: str) -> None:
    """After the merge: a push to main, and what a merge queue runs. No comment, the same numbers."""
    costs, forge = Costs(bench.oracle.cost(push.base), bench.oracle.cost(tip)), GitHubServer(number=push.number)
    known: dict[str, Any] = {"repository": {"default_branch": "main"}}
    for name, said in (("push", {"before": push.base}), ("merge_group", {"merge_group": {"base_sha": push.base}})):
        ended = bench.run("refs/heads/main", name, {"base_ref": "", "event": {**known, **said}}, forge)
        demand(ended.code == 0 and not forge.seen, f"a {name} after the merge", ended)
        check_outputs(ended, costs)


def replay(bench: Bench, changes: list[str], clone: Repo) -> Iterator[str]:
    forge = GitHubServer(number=0)
    for at, push in enumerate(bench.replay.pulls(changes, PUSHES)):
        if push.number != forge.number:
            forge = GitHubServer(number=push.number)
        with serving(forge):
            yield pull_request(bench, push, forge, clone, at)
        if push.last and push.number % 2:
            bench.replay.point(**{"refs/heads/main": push.merge})
            merged(bench, push, push.merge)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--ranks", type=Path, required=True)
    parser.add_argument("--changes", type=int, default=24)
    given = parser.parse_args()
    bundle, ranks, start = given.bundle.resolve(), given.ranks.resolve(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        seal(scratch / "home")
        made = Replay(bundle, scratch / "origin.git")
        bench = Bench(scratch, made, Oracle(made.repo.path, ranks, scratch / "ranks"))
        bench.install()
        changes = made.changes(given.changes)
        print(
            f"{bundle.name}: {given.changes} changes of prompts, {changes[1][:12]} to {changes[-1][:12]}\n", flush=True
        )
        clone = Repo.init(scratch / "clone")
        clone.git("remote", "add", "origin", f"file://{made.repo.path}")
        for line in replay(bench, changes, clone):
            print(line, flush=True)
    steps = {each["name"] for each in STEPS}
    demand(set(bench.ran) == steps, f"not every step ran: {steps - set(bench.ran)}")
    demand(
        bench.codes["pull_request: 0"] > 0 and bench.codes["pull_request: 1"] > 0, "limits that hold, and that do not"
    )
    demand(
        set(ACTION["outputs"]) == {"total", "delta", "percent", "report", "exit-code"}, "outputs that are not checked"
    )
    for title, counted in (("steps", bench.ran), ("runs by event and exit code", bench.codes), ("changes", bench.said)):
        print(f"\n{title}: {', '.join(f'{what} {times}' for what, times in sorted(counted.items()))}")
    print(f"\n{bench.runs} runs in {time.monotonic() - start:.0f} s: all as git, tiktoken and arithmetic say")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
