"""action.yml, step by step, over real repositories and a server that answers as GitHub does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ..cli.running import ROOT, project, words
from ..forges.server import TOKEN, Fault, GitHubServer, Reply, serving
from ..preloaded import Preloaded
from ..repos import Repo
from .steps import ACTION, STEPS, Runner, checkout, event, pull_request

# What a branch, an input or a path may be called by somebody who wishes us ill.
PWNED = "pwned"
EVIL = [
    f"$(touch {PWNED})", f"`touch {PWNED}`", f"; touch {PWNED} ;", f'"; touch {PWNED}; "', f"'; touch {PWNED}; '",
    f"&& touch {PWNED}", f"| touch {PWNED}", f"\n touch {PWNED}\n", f"--upload-pack=touch {PWNED}", "--output=pwned",
    "-x", "::set-output name=x::y", "::error::x", "a\nexit-code=0\nb", "%0A::error::x", "${{ github.token }}", "../..",
    "*",    "main\nbase=0000", f"ext::sh -c touch% {PWNED}",
]  # fmt: skip


@pytest.fixture
def origin(tmp_path: Path) -> Repo:
    """A server's repository; its pull request 7 makes search dearer by $0.50 a month."""
    repo = project(tmp_path / "origin")
    for n in range(3):
        repo.write("README.md", f"{n}")
        repo.commit("history")
    repo.branch("feat")
    repo.write("prompts/search.md", words(600))
    repo.commit("longer")
    repo.checkout("main")
    repo.write("README.md", "moved on")
    repo.commit("moved on")
    pull_request(repo, "feat")
    return repo


@pytest.fixture
def forge() -> Iterator[GitHubServer]:
    with ExitStack() as running:
        server = GitHubServer()
        running.enter_context(serving(server))
        yield server


Start = Callable[..., Runner]


@pytest.fixture
def start(
    origin: Repo, forge: GitHubServer, preloaded: Preloaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Start:
    """A runner after actions/checkout, for a pull request unless it is said otherwise."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def begin(ref: str = "refs/pull/7/merge", depth: int | None = 1, **changes: Any) -> Runner:
        variables = {
            "GITHUB_EVENT_NAME": changes.pop("name", "pull_request"), "GITHUB_REF": ref, "TOKEN": TOKEN,
            "GITHUB_API_URL": forge.address, "GITHUB_GRAPHQL_URL": f"{forge.address}/graphql",
        }  # fmt: skip
        copy = checkout(origin, tmp_path / "work", ref, depth)
        return Runner(tmp_path, copy.path, event(**changes), preloaded, **variables, **changes.pop("environment", {}))

    return begin


def test_a_pull_request_gets_its_comment(start: Start, forge: GitHubServer) -> None:
    ended = start().run()
    assert ended.code == 0, ended.log
    assert ended.outputs == {
        "total": "2.045", "delta": "0.5", "percent": "32.36", "exit-code": "0", "report": ended.outputs["report"],
    }  # fmt: skip
    assert "| search " in Path(ended.outputs["report"]).read_text()
    (body,) = forge.bodies()
    assert "### ✅ This change adds $0.50 per month (+32%): within budget, $7.96 left" in body
    assert "git fetch origin pull/7/merge && llm-cost diff " in body
    assert ended.summary == body
    assert TOKEN not in ended.log
    assert ended.ran == ["Find the base", "Report", "Comment", "Verdict"]


@pytest.mark.parametrize("depth", [1, 2, None])
def test_however_much_was_fetched(depth: int | None, start: Start) -> None:
    ended = start(depth=depth).run(comment="false")
    assert (ended.code, ended.outputs["delta"]) == (0, "0.5"), ended.log


def test_of_the_branch_itself_and_a_base_that_moved_on(start: Start, origin: Repo) -> None:
    """Where the two meet is some commits away."""
    ended = start(ref="refs/heads/feat").run(comment="false")
    assert (ended.code, ended.outputs["delta"]) == (0, "0.5"), ended.log


def test_when_behavior_and_tag_are_those_of_the_command(start: Start, forge: GitHubServer) -> None:
    runner = start()
    for inputs, comments in (
        ({"when": "over"}, 0), ({}, 1), ({}, 1), ({"behavior": "new"}, 2), ({"tag": "other"}, 3),
        ({"behavior": "delete-and-new"}, 2), ({"when": "over", "tag": "other", "behavior": "delete-and-new"}, 1),
        ({"comment": "false", "behavior": "new"}, 1),
    ):  # fmt: skip
        ended = runner.run(**inputs)
        assert (ended.code, len(forge.comments)) == (0, comments), (inputs, ended.log)


def test_limits_fail_after_the_comment(start: Start, forge: GitHubServer) -> None:
    ended = start().run(budget="2.00")
    assert (ended.code, ended.outputs["exit-code"]) == (1, "1")
    assert "### ❌ This change adds $0.50 per month (+32%): over budget by $0.04" in forge.bodies()[0]
    assert "::error title=llm-cost::Exit code 1: a limit does not hold (BUDGET_EXCEEDED)" in ended.log


@pytest.mark.parametrize(("allowed", "code"), [("25%", 1), ("40%", 0), ("$0.49", 1), ("$0.50", 0)])
def test_fail_on_increase(allowed: str, code: int, start: Start, forge: GitHubServer) -> None:
    ended = start().run(fail_on_increase=allowed)
    assert (ended.code, ended.outputs["exit-code"]) == (code, str(code)), ended.log
    assert len(forge.comments) == 1


# What the report file is called, and how it begins: search costs $0.50 more, $2.05 in all, and $2.00 is allowed.
REPORTS = {
    "table": ("llm-cost.txt", "📊 Cost Comparison: "), "markdown": ("llm-cost.md", "📊 Cost Comparison: "),
    "json": ("llm-cost.json", '{\n  "schema": "llm-cost/diff/1"'), "csv": ("llm-cost.csv", "prompt_id,path,"),
    "html": ("llm-cost.html", "<!DOCTYPE html>\n"), "github": ("llm-cost.log", "❌ Budget exceeded: $2.04 > $2.00"),
    "sarif": ("llm-cost.sarif", '{\n  "$schema": '), "junit": ("llm-cost.junit.xml", "<?xml "),
    "gitlab-codequality": ("gl-code-quality-report.json", '[\n  {\n    "description": "Budget exceeded'),
    "badge": ("llm-cost.svg", "<svg "), "shields": ("llm-cost.shields.json", '{"schemaVersion": 1, '),
    "agent": ("llm-cost.agent.txt", "llm-cost check: BUDGET_EXCEEDED\n"),
}  # fmt: skip


@pytest.mark.parametrize("format", REPORTS)
def test_formats_of_the_report(format: str, start: Start) -> None:
    name, begins = REPORTS[format]
    ended = start().run(format=format, budget="2.00", comment="false")
    assert (ended.code, ended.outputs["exit-code"], ended.outputs["delta"]) == (1, "1", "0.5"), ended.log
    report = Path(ended.outputs["report"])
    assert report.name == name
    assert report.read_text().startswith(begins)
    assert ended.summary.startswith("<!-- llm-cost comment: default -->\n\n### ❌ This change adds $0.50")
    assert "llm-cost check" not in ended.summary  # whatever the format: one summary
    assert ended.log.count("❌ Budget exceeded") == 1
    annotations = re.findall("(?m)^::error file=.*$", _outside_of_quiet(ended.log))
    assert [each.partition("::Budget exceeded")[0] for each in annotations] == (
        ["::error file=llm-cost.toml,line=9,title=llm-cost%3A limit"] if format == "github" else []
    )


def test_every_format_of_the_command_has_a_report() -> None:
    """And the scripts know no other; focus and its kin are rows of estimate, and no report of a change."""
    from llmcost_hooks.commands.options import FORMATS
    from llmcost_hooks.render.formats import FORMATS as DRAWN

    known = re.findall(r"(?m)^    ([\w-]+)\) .*report=", (ROOT / "action/report.sh").read_text())
    assert known == list(REPORTS) == [*FORMATS, *DRAWN]
    described = ACTION["inputs"]["format"]["description"]
    assert all(re.search(rf"\b{name}\b", described) for name in known)


def test_the_page_lists_them() -> None:
    page = (ROOT / "docs/pull-requests.md").read_text(encoding="utf-8")
    table = page[page.index("| `format` | file | of |") :].partition("\n\n")[0]
    listed: dict[str, tuple[str, str]] = {}
    for formats, files, command in re.findall(r"(?m)^\| ([^|]*) \| ([^|]*) \| `(\w+)` \|$", table):
        names, called = (re.findall(r"`([\w.-]+)`", cell) for cell in (formats, files))
        listed.update({name: (file, command) for name, file in zip(names, called, strict=True)})
    script = (ROOT / "action/report.sh").read_text(encoding="utf-8")
    assert listed == {
        name: (file, "check" if re.search(rf"(?m)^    {name}\) from=check", script) else "diff")
        for name, (file, _) in REPORTS.items()
    }


def _commands(log: str) -> list[str]:
    """What the runner takes for its own, but for the verdict."""
    lines = [line for line in _outside_of_quiet(log).split("\n") if line.startswith("::")]
    return [line for line in lines if not line.startswith("::error title=llm-cost::Exit code ")]


def _outside_of_quiet(log: str) -> str:
    """What of a log the runner reads commands in."""
    return re.sub(r"(?ms)^::stop-commands::([0-9a-f]{32})$.*?^::\1::$", "", log)


@pytest.mark.parametrize("format", ["pdf", "Markdown", "sarif ", "focus", "../x", *EVIL])
def test_a_format_that_is_none(format: str, start: Start, forge: GitHubServer) -> None:
    ended = start().run(format=format)
    assert (ended.code, ended.ran) == (2, ["Find the base", "Report"])
    assert "The input format is none that llm-cost check prints" in ended.log
    assert not forge.seen and not any(ended.outputs.values())


@pytest.mark.parametrize(
    ("broken", "code"),
    [({"llm-cost.toml": "version = 2\n"}, 2), ({"prompts/search.md": b"\0"}, 3), ({"llm-cost.toml": None}, 2)],
)
def test_what_cannot_be_judged_is_no_pass(
    broken: dict[str, Any], code: int, start: Start, origin: Repo, forge: GitHubServer
) -> None:
    origin.checkout("feat")
    for path, content in broken.items():
        if content is None:
            origin.rm(path)
        else:
            origin.write(path, content)
    origin.commit("broken")
    origin.checkout("main")
    pull_request(origin, "feat")
    ended = start().run()
    assert ended.code == code, ended.log
    assert ended.outputs["exit-code"] == str(code)


def test_a_model_without_a_price(start: Start) -> None:
    ended = start().run(model="no-such-model", comment="false")
    assert (ended.code, ended.outputs["exit-code"], ended.outputs["total"]) == (4, "4", ""), ended.log


def test_a_manifest_that_has_to_be_there(start: Start) -> None:
    assert start().run(manifest="llm-cost.toml", comment="false").code == 0


@pytest.mark.parametrize("name", ["other/llm-cost.toml", "prompts", "../work/llm-cost.toml"])
def test_and_is_not(name: str, start: Start, forge: GitHubServer) -> None:
    """Or is no file: nothing is said of costs, so nothing green."""
    ended = start().run(manifest=name)
    assert (ended.code, ended.outputs["exit-code"]) == (2, "2")
    assert ended.ran == ["Find the base", "Report"] and not forge.seen
    assert _commands(ended.log) == [
        "::error title=llm-cost::The file that the input manifest names is not there: nothing is judged."
    ]
    assert "✅" not in ended.log and not ended.summary and not ended.outputs["report"]


def test_on_pull_request_target_nothing_of_the_pull_request_is_there(start: Start, forge: GitHubServer) -> None:
    ended = start(ref="refs/heads/main", name="pull_request_target").run()
    assert (ended.code, ended.outputs["exit-code"], ended.ran) == (2, "2", ["Find the base", "Report"])
    (said,) = _commands(ended.log)
    assert said.startswith("::error title=llm-cost::On pull_request_target ") and said.endswith("on: pull_request")
    assert not forge.seen


@pytest.mark.parametrize("before", ["0" * 40, None])
def test_where_there_is_nothing_to_compare_with_it_is_said(before: str | None, start: Start) -> None:
    """The first push of the default branch: its limits are judged, and no increase is."""
    pushed = {"repository": {"default_branch": "main"}, "before": before}
    runner = start(ref="refs/heads/main", name="push", base_ref="", event=pushed)
    for inputs, code in ({}, 0), ({"budget": "1.00"}, 1):
        ended = runner.run(**inputs)
        assert (ended.code, ended.outputs["delta"]) == (code, "0"), ended.log
        assert _commands(ended.log)[0].startswith("::notice title=llm-cost::The base holds all that HEAD does: ")


def test_a_pull_request_that_deletes_the_last_prompt_is_told(start: Start, origin: Repo, forge: GitHubServer) -> None:
    origin.checkout("main")
    text = (origin.path / "llm-cost.toml").read_text()
    origin.write("llm-cost.toml", text[: text.index("[[prompts]]")] + '[discover]\ninclude = ["prompts/*.md"]\n')
    origin.commit("whatever is there")
    origin.branch("gone")
    origin.git("rm", "-q", "-r", "prompts")
    origin.commit("none left")
    pull_request(origin, "gone")
    ended = start().run()
    assert (ended.code, ended.outputs["exit-code"], ended.outputs["percent"]) == (2, "2", "-100.00"), ended.log
    (body,) = forge.bodies()
    assert ended.summary == body and "(-100%): nothing was judged\n" in body and " | removed | " in body
    assert "finds no prompt: nothing was judged" in ended.log


def test_where_nothing_can_be_shown_the_log_says_why(start: Start, origin: Repo, forge: GitHubServer) -> None:
    origin.checkout("main")
    origin.git("rm", "-q", "-r", "prompts", "llm-cost.toml")
    origin.commit("nothing")
    origin.branch("other")
    origin.write("README.md", "other")
    origin.commit("nothing either")
    pull_request(origin, "other")
    ended = start().run(comment="false")
    assert (ended.code, ended.outputs["exit-code"]) == (2, "2")
    assert "No prompt was found: there is nothing to tell" in ended.log
    assert ended.summary == "### ❌ llm-cost: this change cannot be judged. The log of the step Report says why.\n"


def test_the_summary_is_cut_to_what_a_summary_takes(start: Start, origin: Repo, forge: GitHubServer) -> None:
    """Which is more than a comment."""
    origin.checkout("main")
    text = (origin.path / "llm-cost.toml").read_text()
    origin.write("llm-cost.toml", text[: text.index("[[prompts]]")] + '[discover]\ninclude = ["prompts/*.md"]\n')
    origin.commit("whatever is there")
    origin.branch("many")
    for n in range(1_200):
        origin.write(f"prompts/one-of-the-many-prompts-of-this-project-{n:04}.md", "text")
    origin.commit("many")
    pull_request(origin, "many")
    ended = start().run()
    (body,) = forge.bodies()
    assert len(body.encode()) <= 65_536 < len(ended.summary.encode())
    assert "Cut to what GitHub takes" in body and "in the log" not in body and "Cut to" not in ended.summary
    assert len(re.findall("one-of-the-many-prompts.* new ", ended.summary)) == 1_200


def test_from_a_fork_nothing_is_written_but_here(start: Start, forge: GitHubServer) -> None:
    theirs = {"repository": {"default_branch": "main"}, "pull_request": {"head": {"repo": {"full_name": "eve/r"}}}}
    ended = start(event=theirs).run()
    assert ended.code == 0, ended.log
    assert not forge.seen
    assert "### ✅ This change adds $0.50" in ended.summary
    assert ended.ran == ["Find the base", "Report", "Keep the report of a fork", "Verdict"]


def test_a_forge_that_refuses_fails_the_step(start: Start, forge: GitHubServer) -> None:
    forge.faults = [Fault("POST", "comments", Reply(403, {"message": "Resource not accessible by integration"}))]
    ended = start().run()
    assert ended.code == 2
    assert "pull-requests: write" in ended.log and TOKEN not in ended.log


def test_a_push_is_compared_with_what_was_there(start: Start, origin: Repo, forge: GitHubServer) -> None:
    before = origin.oid("main")
    origin.merge("feat")
    pushed = {"repository": {"default_branch": "main"}, "before": before}
    ended = start(ref="refs/heads/main", name="push", base_ref="", event=pushed).run()
    assert (ended.code, ended.outputs["delta"]) == (0, "0.5"), ended.log
    assert not forge.seen
    assert "No pull request in this run: no comment." in ended.log


@pytest.mark.parametrize("before", ["0" * 40, "1" * 40, "", None])
def test_a_push_of_a_new_branch_is_compared_with_the_default_branch(before: str | None, start: Start) -> None:
    pushed = {"repository": {"default_branch": "main"}, "before": before}
    ended = start(ref="refs/heads/feat", name="push", base_ref="", event=pushed).run()
    assert (ended.code, ended.outputs["delta"]) == (0, "0.5"), ended.log


def test_a_merge_group(start: Start, origin: Repo) -> None:
    group = {"repository": {"default_branch": "main"}, "merge_group": {"base_sha": origin.oid("main")}}
    ended = start(name="merge_group", base_ref="", event=group).run()
    assert (ended.code, ended.outputs["delta"]) == (0, "0.5"), ended.log


@pytest.mark.parametrize("base", ["feat", "main", "HEAD", "{oid}"])
def test_a_base_of_ones_own(base: str, start: Start, origin: Repo) -> None:
    ended = start().run(base=base.format(oid=origin.oid("feat")), comment="false")
    assert ended.code == 0, ended.log
    assert ended.outputs["delta"] == ("0.5" if base == "main" else "0")


def test_a_base_that_is_a_tag(start: Start, origin: Repo) -> None:
    origin.git("tag", "v1", "main~1")
    ended = start().run(base="v1", comment="false")
    assert (ended.code, ended.outputs["delta"]) == (0, "0.5"), ended.log


@pytest.mark.parametrize("base", ["", "feat", "v1"])
def test_a_whole_clone_stays_whole(base: str, start: Start, origin: Repo) -> None:
    origin.git("tag", "v1", "main")
    runner = start(depth=None)
    before = Repo(runner.workspace).git("rev-list", "--count", "HEAD")
    ended = runner.run(comment="false", base=base)
    assert ended.code == 0, ended.log
    copy = Repo(runner.workspace)
    assert copy.git("rev-parse", "--is-shallow-repository") == "false"
    assert copy.git("rev-list", "--count", "HEAD") == before


ACCEPTED = "LLM-Cost-Accept: search <= +$1.00/month (once)"


@pytest.mark.parametrize("depth", [1, 2, 7, 45, None])
@pytest.mark.parametrize("own", [True, False], ids=["own", "of main"])
def test_a_waiver_counts_where_it_is_the_pull_requests_own(
    own: bool, depth: int | None, start: Start, origin: Repo
) -> None:
    """However much was fetched: one of main, from before the branch, is not taken for its own, and its own is found."""
    origin.checkout("main")
    origin.commit("old" if own else f"old\n\n{ACCEPTED}")
    origin.branch("topic")
    origin.write("prompts/search.md", words(600))
    origin.commit(f"longer\n\n{ACCEPTED}" if own else "longer")
    for n in range(6):
        origin.commit(f"more {n}")
    origin.checkout("main")
    for n in range(40):
        origin.commit(f"moved on {n}")
    pull_request(origin, "topic")
    origin.commit("moved on after that")
    ended = start(depth=depth).run(fail_on_increase="25%", comment="false")
    assert (ended.code, ended.outputs["exit-code"]) == ((0, "0") if own else (1, "1")), ended.log


def test_a_directory_of_ones_own(start: Start, tmp_path: Path) -> None:
    runner = start()
    (tmp_path / "up").mkdir()
    (tmp_path / "work").rename(tmp_path / "up" / "a b")
    runner.workspace = tmp_path / "up"
    ended = runner.run(working_directory="a b", comment="false")
    assert (ended.code, ended.outputs["delta"]) == (0, "0.5"), ended.log


def test_without_a_checkout(start: Start, tmp_path: Path) -> None:
    runner = start()
    runner.workspace = tmp_path / "empty"
    runner.workspace.mkdir()
    ended = runner.run()
    assert ended.code == 2
    assert "put actions/checkout before this action" in ended.log


def test_after_a_forks_run_its_pull_request_gets_the_comment(start: Start, origin: Repo, forge: GitHubServer) -> None:
    """The second workflow: the default branch is checked out, and the fork's commit is never: it is only read."""
    head = origin.oid("feat")
    forge.pulls = [{"number": 7, "head": {"sha": head}, "base": {"ref": "main"}}]
    runner = start(ref="refs/heads/main", name="workflow_run", base_ref="", event={})
    ended = runner.run(commit=head)
    assert ended.code == 0, ended.log
    assert ended.ran == ["Find the base", "Comment"]
    assert "### ✅ This change adds $0.50 per month (+32%)" in forge.bodies()[0]
    assert Repo(runner.workspace).oid("HEAD") == origin.oid("main")
    assert "a a a" not in forge.bodies()[0]


def test_after_a_forks_run_the_limits_are_those_of_the_inputs(start: Start, origin: Repo, forge: GitHubServer) -> None:
    head = origin.oid("feat")
    forge.pulls = [{"number": 7, "head": {"sha": head}, "base": {"ref": "main"}}]
    runner = start(ref="refs/heads/main", name="workflow_run", base_ref="", event={})
    assert runner.run(commit=head, budget="2.00").code == 0
    assert "### ❌ This change adds $0.50 per month (+32%): over budget by $0.04" in forge.bodies()[0]


def test_after_a_run_only_a_commit_is_taken(start: Start, forge: GitHubServer) -> None:
    runner = start(ref="refs/heads/main", name="workflow_run", base_ref="", event={})
    for commit in ("feat", "refs/pull/7/head", "1" * 40, *EVIL):
        assert runner.run(commit=commit).code == 2
        assert not forge.seen
    assert not list(runner.temp.parent.rglob(PWNED))


# --- names that wish us ill -----------------------------------------------------------------------------------------


INPUTS = [name.replace("-", "_") for name in ACTION["inputs"] if name not in ("comment", "token", "commit")]


@pytest.mark.parametrize("name", INPUTS)
def test_hostile_inputs(name: str, start: Start, forge: GitHubServer) -> None:
    """Nothing runs, no output is forged, nothing passes."""
    runner = start()
    for evil in ("\n".join(EVIL), "".join(EVIL).replace("\n", "")):
        ended = runner.run(**{name: evil})
        assert ended.code in (1, 2, 3, 4), (evil, ended.log)
        assert ended.outputs["exit-code"] in ("", "0", "1", "2", "3", "4")
        assert not list(runner.temp.parent.rglob(PWNED)), evil


@pytest.mark.parametrize(
    "name",
    ["x;touch${IFS}pwned", "$(touch${IFS}pwned)", "`touch${IFS}pwned`", "'\"&|", "a$FETCH_TOKEN", "ö|b<b>@ada#7"],
)
def test_hostile_branches(name: str, start: Start, origin: Repo, forge: GitHubServer) -> None:
    origin.git("branch", name, "main")
    runner = start(base_ref=name)
    ended = runner.run()
    assert (ended.code, ended.outputs["delta"]) == (0, "0.5"), ended.log
    assert not list(runner.temp.parent.rglob(PWNED))
    assert re.match(r"<!-- llm-cost comment: default -->\n\n### ✅ This change adds", forge.bodies()[0])


@pytest.mark.parametrize("format", ["markdown", "github"])
@pytest.mark.parametrize(
    "name", ["::error::x", "::set-output name=exit-code::0", "a\n::error::x", "$(touch pwned)", "<img src=x>"]
)
def test_hostile_paths(name: str, format: str, start: Start, origin: Repo, forge: GitHubServer) -> None:
    """Without a manifest a path is an id, and stands at the beginning of a line of the log."""
    origin.checkout("main")
    origin.rm("llm-cost.toml")
    origin.commit("no manifest")
    origin.checkout("feat")
    origin.git("merge", "-q", "main")
    origin.write(f"{name}/prompts/x.md", "text")
    origin.write(f"prompts/{name}.md", "text")
    origin.write(f"prompts/{name}-broken.md", b"\0")
    origin.commit("hostile")
    origin.checkout("main")
    pull_request(origin, "feat")
    runner = start()
    ended = runner.run(model="gpt-4o", format=format)
    assert (ended.code, ended.outputs["exit-code"]) == (3, "3"), ended.log
    assert re.search("^::stop-commands::([0-9a-f]{32})$", ended.log, re.MULTILINE)
    commands = [line for line in _outside_of_quiet(ended.log).split("\n") if line.lstrip().startswith("::")]
    *annotations, verdict = commands
    assert verdict.startswith("::error title=llm-cost::Exit code 3: ")
    assert bool(annotations) == (format == "github")
    for line in annotations:  # of files that are no prompts, and nothing in a name ends the place
        assert re.fullmatch(r"::error file=[^,:\r\n]+,line=1,title=llm-cost%3A PARSE_ERROR::[^\r\n]*", line), line
    assert not list(runner.temp.parent.rglob(PWNED))
    assert "<img" not in forge.bodies()[0]


def test_no_expression_is_in_what_a_shell_runs() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", "")
        assert "uses" not in step or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
    for script in (ROOT / "action").glob("*.sh"):
        text = script.read_text(encoding="utf-8")
        assert text.startswith("#!/usr/bin/env bash\n") and "set -euo pipefail" in text
        assert "eval" not in text and "${{" not in text


def test_requirements_are_hashed_and_fit() -> None:
    """Every one by its hash; and what setup.cfg asks for is what is there."""
    import configparser

    text = (ROOT / "action/requirements.txt").read_text(encoding="utf-8")
    pinned: dict[str, list[tuple[int, ...]]] = {}
    for found in re.finditer(
        r"^([\w-]+)==([\d.]+)\S* *(?:;.*)?\\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE
    ):
        pinned.setdefault(found[1].lower(), []).append(tuple(map(int, found[2].strip(".").split("."))))
    assert len(re.findall(r"^[\w-]+==", text, re.MULTILINE)) == sum(map(len, pinned.values()))
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    wanted = setup["options"]["install_requires"] + setup["options.extras_require"]["comment"]
    for name, least, below in re.findall(r"^([\w-]+)>=([\d.]+),<([\d.]+)$", wanted, re.MULTILINE):
        low, high = (tuple(map(int, each.split("."))) for each in (least, below))
        assert all(low <= version < high for version in pinned[name.lower()]), name
