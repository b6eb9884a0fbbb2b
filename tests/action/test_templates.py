"""docs/ci: what each template runs, run in bash with its service's variables, against a server of its API."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

import llmcost_hooks

from ..cli.running import MODULES, ROOT, Ran, project, words
from ..forges.server import ME, TOKEN, AzureServer, BitbucketServer, Forge, GitHubServer, GitLabServer, serving
from ..repos import Repo

CI = ROOT / "docs" / "ci"

# Stands for the machine's python3, so that nothing is fetched: an environment whose llm-cost is this one.
PYTHON = """\
#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    printf 'PATH="%s/bin:$PATH"\\n' "$3" > "$3/bin/activate"
    printf '#!/bin/sh\\necho "$@" >> "{log}"\\n' > "$3/bin/pip"
    printf '#!/bin/sh\\nexec "{python}" -m llmcost_hooks "$@"\\n' > "$3/bin/llm-cost"
    chmod +x "$3/bin/pip" "$3/bin/llm-cost"
    exit
fi
exec "{python}" "$@"
"""


def template(name: str) -> Any:
    return yaml.safe_load((CI / name).read_text(encoding="utf-8"))


@pytest.fixture
def clone(tmp_path: Path) -> Repo:
    """A service's clone of a pull request: feat checked out, detached, and main known as origin's."""
    origin = project(tmp_path / "origin")
    origin.branch("feat")
    origin.write("prompts/search.md", words(600))
    origin.commit("longer")
    copy = origin.clone(tmp_path / "work")
    copy.git("checkout", "-q", "--detach", "origin/feat")
    return copy


@pytest.fixture
def serve() -> Iterator[Any]:
    with ExitStack() as running:
        yield lambda forge: running.enter_context(serving(forge))


def bash(clone: Repo, script: str, **variables: str) -> Ran:
    """`script` as a runner of the service would run it, with a python3 that installs nothing."""
    programs = clone.path.parent / "programs"
    programs.mkdir(exist_ok=True)
    log = clone.path.parent / "pip.log"
    (programs / "python3").write_text(PYTHON.format(log=log, python=sys.executable))
    (programs / "python3").chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    given = {**kept, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": MODULES, **variables}
    done = subprocess.run(["bash", "-c", script], cwd=clone.path, env=given, capture_output=True, check=False)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def posted(forge: Forge, ran: Ran, code: int = 0) -> None:
    assert ran.code == code, ran
    (body,) = forge.bodies()
    assert "This change adds $0.50 per month (+32%)" in body
    assert TOKEN not in ran.out + ran.err
    assert "llm-cost: " not in ran.err or code


def gitlab(clone: Repo, address: str, token: str, branch: str = "main", **more: str) -> Ran:
    job = template("gitlab-ci.yml")["llm-cost"]
    script = "set -eo pipefail\n" + "\n".join([*job["before_script"], *job["script"]])
    variables = {
        "CI_PROJECT_DIR": str(clone.path.parent), "CI_API_V4_URL": address, "CI_PROJECT_ID": "group/project",
        "CI_MERGE_REQUEST_PROJECT_ID": "group/project", "CI_MERGE_REQUEST_IID": "7", "GITLAB_TOKEN": token,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": clone.oid(f"origin/{branch}"), "CI_PIPELINE_SOURCE": "merge_request_event",
        **{"CI_MERGE_REQUEST_EVENT_TYPE": "detached", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "", **more},
    }  # fmt: skip
    return bash(clone, script, **{**job["variables"], **variables})


def azure(clone: Repo, address: str, token: str, branch: str = "main") -> Ran:
    pipeline = template("azure-pipelines.yml")
    scripts = [step["bash"] for step in pipeline["steps"] if "bash" in step]
    env = {name: value for step in pipeline["steps"] for name, value in step.get("env", {}).items()}
    assert env == {"SYSTEM_ACCESSTOKEN": "$(System.AccessToken)"}
    variables = {
        "AGENT_TEMPDIRECTORY": str(clone.path.parent), "SYSTEM_COLLECTIONURI": f"{address}/",
        "SYSTEM_TEAMPROJECT": "project", "BUILD_REPOSITORY_ID": "repo", "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
        "SYSTEM_PULLREQUEST_TARGETBRANCH": f"refs/heads/{branch}", "SYSTEM_ACCESSTOKEN": token,
        "SYSTEM_PULLREQUEST_ISFORK": "False" if token else "True",
    }  # fmt: skip
    return bash(clone, "\n".join(scripts), **{**pipeline["variables"], **variables})


def bitbucket(clone: Repo, address: str, token: str, branch: str = "main") -> Ran:
    """The cloud has one address, so the command is told the server's here."""
    step = template("bitbucket-pipelines.yml")["pipelines"]["pull-requests"]["**"][0]["step"]
    script = "set -e\n" + "\n".join(step["script"]).replace("/tmp/llm-cost", str(clone.path.parent / "env"))
    clone.git("update-ref", "-d", "refs/remotes/origin/main")  # it clones the one branch
    variables = {
        "BITBUCKET_REPO_FULL_NAME": "team/repo", "BITBUCKET_PR_ID": "7", "BITBUCKET_PR_DESTINATION_BRANCH": branch,
        "BITBUCKET_TOKEN": token, "BITBUCKET_AUTHOR": ME,
    }  # fmt: skip
    return bash(clone, script.replace("comment bitbucket", f"comment bitbucket --api-url {address}/2.0"), **variables)


def jenkins(clone: Repo, address: str, token: str, branch: str = "main") -> Ran:
    text = (CI / "Jenkinsfile").read_text(encoding="utf-8")
    scripts = [found[1] or found[2] for found in re.finditer(r"sh '''(.*?)'''|sh '([^'\n]+)'", text, re.DOTALL)]
    assert len(scripts) == 3
    clone.git("update-ref", "-d", "refs/remotes/origin/main")
    script = "\n".join(f"(\n{each}\n) || exit" for each in scripts)
    variables = {
        "CHANGE_TARGET": branch, "CHANGE_ID": "7", "CHANGE_URL": "https://github.invalid/o/r/pull/7",
        "GITHUB_TOKEN": token, "GITHUB_API_URL": address, "GITHUB_GRAPHQL_URL": f"{address}/graphql",
    }  # fmt: skip
    return bash(clone, script, **variables)


TEMPLATES: dict[str, tuple[Any, type[Forge]]] = {
    "gitlab-ci.yml": (gitlab, GitLabServer), "azure-pipelines.yml": (azure, AzureServer),
    "bitbucket-pipelines.yml": (bitbucket, BitbucketServer), "Jenkinsfile": (jenkins, GitHubServer),
}  # fmt: skip


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_it_runs_posts_and_passes(name: str, clone: Repo, serve: Any) -> None:
    run, server = TEMPLATES[name]
    forge = server()
    posted(forge, run(clone, serve(forge), TOKEN))
    assert (clone.path.parent / "pip.log").read_text().split()[-1] == "llmcost-hooks[comment]"


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_fails_where_a_limit_does(name: str, clone: Repo, serve: Any) -> None:
    clone.write("llm-cost.toml", (clone.path / "llm-cost.toml").read_text().replace("limit = 10.00", "limit = 2.00"))
    clone.commit("a lower limit")
    run, server = TEMPLATES[name]
    forge = server()
    ran = run(clone, serve(forge), TOKEN)
    posted(forge, ran, code=1)
    assert "Exit code: 1 (BUDGET_EXCEEDED)" in ran.err


def test_what_others_merged_is_not_the_merge_requests_own(clone: Repo, serve: Any) -> None:
    """A pipeline for merged results: HEAD merges the target branch, which has moved on and become dearer."""
    left = clone.oid("origin/main")
    clone.git("checkout", "-q", "--detach", "origin/main")
    clone.write("prompts/classify.md", words(9000))
    manifest = (clone.path / "llm-cost.toml").read_text()
    clone.write("llm-cost.toml", manifest.replace("limit = 10.00", 'limit = 10.00\nmax_increase = "$1.00"'))
    clone.commit("somebody else's")
    target = clone.oid("HEAD")
    clone.merge("origin/feat")
    clone.git("update-ref", "refs/remotes/origin/main", left)
    merged = {"CI_MERGE_REQUEST_EVENT_TYPE": "merged_result", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": target}
    for kind in (merged, {**merged, "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train"}):
        forge = GitLabServer()
        ran = gitlab(clone, serve(forge), TOKEN, **kind)
        assert ran.code == 0, ran
        assert "This change adds $0.50 per month" in forge.bodies()[0]


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name != "Jenkinsfile"])
def test_without_a_token_it_only_checks(name: str, clone: Repo, serve: Any) -> None:
    run, server = TEMPLATES[name]
    forge = server()
    ran = run(clone, serve(forge), "")
    assert ran.code == 0, ran
    assert not forge.seen and "Within budget" in ran.out


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_hostile_branch_is_a_branch(name: str, clone: Repo, serve: Any) -> None:
    """GitLab names a commit."""
    origin = Repo(clone.path.parent / "origin")
    evil = "$(touch${IFS}pwned);x"
    origin.git("branch", evil, "main")
    clone.git("fetch", "-q", "origin")
    run, server = TEMPLATES[name]
    forge = server()
    ran = run(clone, serve(forge), TOKEN, evil)
    posted(forge, ran)
    assert not list(clone.path.parent.rglob("pwned"))


def test_pre_commit_ci_has_our_hooks() -> None:
    configuration = template("pre-commit-ci.yaml")
    declared = {each["id"] for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    (repository,) = configuration["repos"]
    used = {hook["id"] for hook in repository["hooks"]}
    assert used <= declared and set(configuration["ci"]["skip"]) <= used
    assert repository["rev"] == f"v{llmcost_hooks.__version__}"


@pytest.mark.parametrize("path", [".github/workflows/ci.yml", "docs/ci/github.yml", "docs/ci/github-forks.yml"])
def test_workflows_are_pinned_and_run_no_expression(path: str) -> None:
    workflow = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert set(job["permissions"].values()) <= {"read", "write"} and job["permissions"]["contents"] == "read"
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            assert "uses" not in step or step["uses"] == "./" or re.search(r"@[0-9a-f]{40}$", step["uses"])


def test_the_workflow_of_forks_takes_a_commit_and_nothing_else() -> None:
    text = (CI / "github-forks.yml").read_text(encoding="utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    checkout, ours = job["steps"]
    assert set(checkout["with"]) == {"persist-credentials"}  # no ref: the default branch
    (first,) = template("github.yml")["jobs"].values()
    limits = first["steps"][1]["with"]  # the same, or the comment and the check would say different things
    assert ours["with"] == {"commit": "${{ github.event.workflow_run.head_sha }}", **limits}
    assert "download-artifact" not in text
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    for name in ("github.yml", "github-forks.yml"):
        for each in template(name)["jobs"].values():
            assert set(each["steps"][1]["with"]) <= set(inputs)
