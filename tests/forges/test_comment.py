"""`llm-cost comment` against each forge's API, over HTTP: found again, brought up to date, taken away."""

from __future__ import annotations

import html
import re
import subprocess
from typing import Any

import pytest

from llmcost_hooks.forges import FORGES
from llmcost_hooks.forges.places import given

from ..cli.running import PROJECT, failed, llm_cost, passed
from ..pure.test_sanitise import PARSER
from ..repos import Repo
from .conftest import Comment
from .server import (
    BOT,
    ME,
    OTHER,
    TOKEN,
    AzureServer,
    BitbucketServer,
    DataCenterServer,
    Fault,
    Forge,
    GitHubServer,
    GitLabServer,
    Reply,
)

SERVERS: dict[str, type[Forge]] = {
    "github": GitHubServer, "gitlab": GitLabServer, "azure-repos": AzureServer, "bitbucket": BitbucketServer,
    "data-center": DataCenterServer,
}  # fmt: skip
every_forge = pytest.mark.parametrize("name", SERVERS)
REFS = {
    "github": " pull/7/head", "gitlab": " merge-requests/7/head", "azure-repos": " pull/7/merge", "bitbucket": "",
    "data-center": "",
}  # fmt: skip
HIDDEN = "<!-- llm-cost comment: default -->"
SHOWN = "llm-cost comment `default`"


def marker(name: str) -> str:
    return SHOWN if name in ("bitbucket", "data-center") else HIDDEN


def me(name: str) -> str:
    return BOT if name == "github" else ME


@every_forge
def test_the_first_comment(name: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    ran = passed(comment(name, forge))
    assert ran.out.startswith("Comment posted: ")
    (body,) = forge.bodies()
    first, _, answer, *_ = body.split("\n")
    assert first == marker(name)
    assert answer == "### ✅ This change adds $0.50 per month (+32%): within budget, $7.96 left"
    assert "| search | modified | $1.50 | $2.00 | +$0.50 ⚠️ |" in body
    assert re.search(rf"`git fetch origin{REFS[name]} && llm-cost diff [0-9a-f]{{12}} [0-9a-f]{{12}}`", body)


@every_forge
def test_the_next_run_updates_it_and_another_one_changes_nothing(name: str, comment: Comment, repo: Repo) -> None:
    forge = SERVERS[name]()
    passed(comment(name, forge))
    repo.write("prompts/search.md", "shorter")
    repo.commit("shorter")
    assert passed(comment(name, forge)).out.startswith("Comment updated: ")
    (body,) = forge.bodies()
    assert "### ✅ This change saves " in body
    writes = forge.count("POST") + forge.count("PUT") + forge.count("PATCH")
    assert passed(comment(name, forge)).out.startswith("Comment is up to date: ")
    asked = sum(1 for ask in forge.seen if ask.path == "/graphql")  # who the token is
    assert forge.count("POST") + forge.count("PUT") + forge.count("PATCH") - asked == writes - 2 * (name == "github")


@every_forge
def test_runs_at_one_moment_leave_two_and_the_next_one_leaves_one(name: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    theirs = f"{marker(name)}\nof somebody else"
    forge.add(theirs, OTHER)
    for n in range(3):
        forge.add(f"{marker(name)}\nrun {n}", me(name))
    newest = forge.comments[-1]["id"]
    assert passed(comment(name, forge)).out.startswith("Comment updated: ")
    assert [each["id"] for each in forge.comments][1:] == [newest]
    assert forge.bodies()[0] == theirs and "within budget" in forge.bodies()[1]
    forge.comments.insert(1, {**forge.comments[1], "id": 90})
    assert passed(comment(name, forge)).out.startswith("Comment is up to date: ")
    assert [each["id"] for each in forge.comments][1:] == [newest]


def test_an_older_one_that_was_answered_is_brought_up_to_date(comment: Comment) -> None:
    forge = DataCenterServer()
    for n in range(2):
        forge.add(f"{marker('data-center')}\nrun {n}", ME)
    forge.faults = [Fault("DELETE", "", Reply(409, {"errors": [{"message": "It has replies."}]}))]
    passed(comment("data-center", forge))
    assert len(forge.comments) == 2 and len(set(forge.bodies())) == 1
    assert "within budget" in forge.bodies()[0]


@every_forge
def test_somebody_elses_comment_with_the_marker_is_not_touched(name: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    theirs = f"{marker(name)}\nmine now"
    forge.add(theirs, OTHER)
    forge.add(f"quoting: \n{marker(name)}", me(name))
    passed(comment(name, forge, "--behavior", "delete-and-new"))
    passed(comment(name, forge, "--behavior", "update"))
    assert len(forge.bodies()) == 3
    assert theirs in forge.bodies()


@every_forge
def test_it_is_found_behind_hundreds_of_others(name: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    passed(comment(name, forge))
    ours = forge.comments.pop()
    for n in range(250):
        forge.add(f"comment {n}", OTHER)
    forge.comments.insert(-1, ours)
    assert passed(comment(name, forge)).out.startswith("Comment is up to date: ")
    assert len(forge.comments) == 251


@every_forge
@pytest.mark.parametrize("behavior", ["new", "delete-and-new"])
def test_a_new_comment(name: str, behavior: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    passed(comment(name, forge))
    before = forge.comments[0]["id"]
    assert passed(comment(name, forge, "--behavior", behavior)).out.startswith("Comment posted: ")
    assert len(forge.comments) == (2 if behavior == "new" else 1)
    assert forge.comments[-1]["id"] != before


def test_on_github_older_comments_are_hidden(comment: Comment) -> None:
    forge = GitHubServer()
    for expected in (set(), {"IC_101"}, {"IC_101", "IC_102"}):
        passed(comment("github", forge, "--behavior", "hide-and-new"))
        assert forge.hidden == expected
    hides = [ask for ask in forge.seen if ask.path == "/graphql" and "minimizeComment" in ask.body["query"]]
    assert len(hides) == 2  # what is hidden is not hidden again


@pytest.mark.parametrize("name", [name for name in SERVERS if name != "github"])
def test_others_cannot_hide(name: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    failed(comment(name, forge, "--behavior", "hide-and-new"), 2, "cannot hide a comment", "delete-and-new")
    assert not forge.comments


@every_forge
def test_several_in_one_place(name: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    for tag in ("en", "de", "en"):
        passed(comment(name, forge, "--tag", tag, "--behavior", "delete-and-new"))
    assert sorted(body.split("\n")[0] for body in forge.bodies()) == sorted(
        marker(name).replace("default", tag) for tag in ("en", "de")
    )


@pytest.mark.parametrize("tag", ["", "a b", "-->", "x" * 65, "a\nb", "ä"])
def test_a_tag_that_is_none(tag: str, comment: Comment) -> None:
    failed(comment("github", GitHubServer(), "--tag", tag), 2, "is not 1 to 64 letters")


# --- who the token is ----------------------------------------------------------------------------------------------


def test_a_users_token_on_github_is_not_the_bot(comment: Comment) -> None:
    forge = GitHubServer(app=False)
    forge.add(f"{HIDDEN}\nby the bot", BOT)
    forge.add(f"{HIDDEN}\nby one who is called so", f"{ME}[bot]")
    passed(comment("github", forge))
    assert [each["user"]["login"] for each in forge.comments] == [BOT, f"{ME}[bot]", ME]


@pytest.mark.parametrize("reply", [None, Reply(403, {"message": "Resource not accessible"}), Reply(404, {})])
def test_where_github_does_not_say_an_actions_token_is_its_bot(reply: Reply | None, comment: Comment) -> None:
    forge = GitHubServer()
    forge.viewer = None
    forge.add(f"{HIDDEN}\nbefore", BOT)
    forge.add(f"{HIDDEN}\na user of that name", BOT)["user"]["type"] = "User"
    if reply is not None:
        forge.faults.append(Fault("POST", "/graphql", reply))
    passed(comment("github", forge, env={"GITHUB_ACTIONS": "true"}))
    assert [body.split("\n")[1] for body in forge.bodies()] == ["", "a user of that name"]


def test_elsewhere_it_has_to_be_said(comment: Comment) -> None:
    forge = GitHubServer()
    forge.viewer = None
    failed(comment("github", forge), 2, "GitHub refused a query (FORBIDDEN)")
    passed(comment("github", forge, "--author", BOT))
    assert len(forge.comments) == 1


def test_an_access_token_of_a_bitbucket_repository_has_no_user(comment: Comment) -> None:
    forge = BitbucketServer()
    forge.knows_user = False
    failed(comment("bitbucket", forge), 2, "Which user is the token?", "--author ID")
    assert not forge.comments
    for _ in range(2):
        passed(comment("bitbucket", forge, "--author", ME))
    assert len(forge.comments) == 1


def test_an_api_token_on_bitbucket_has_a_user_name(comment: Comment) -> None:
    forge = BitbucketServer()
    failed(comment("bitbucket", forge, env={"BITBUCKET_USERNAME": "ada@example.invalid"}), 2, "answered 401")
    assert forge.seen[-1].headers["authorization"].startswith("Basic ")


# --- whether there is something to tell ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--when", "always"), True),
        (("--when", "changed"), True),
        (("--when", "increase"), True),
        (("--when", "over"), False),
        (("--when", "over", "--budget", "2"), True),
        (("--when", "over", "--max-increase", "10%"), True),
        (("--when", "over", "--max-increase", "50%"), False),
        (("--threshold", "$0.50"), True),
        (("--threshold", "$0.51"), False),
        (("--threshold", "32%"), True),
        (("--threshold", "33%"), False),
        (("--when", "increase", "--threshold", "$1"), False),
    ],
)
def test_only_where_there_is_something_to_tell(options: tuple[str, ...], told: bool, comment: Comment) -> None:
    forge = GitLabServer()
    ran = passed(comment("gitlab", forge, *options))
    assert len(forge.comments) == told
    assert told or ran.out == "Nothing to tell (--when, --threshold): no comment.\n"


def test_a_saving_is_no_increase_and_reaches_a_threshold(comment: Comment, repo: Repo) -> None:
    repo.write("prompts/search.md", "short")
    repo.commit("short")
    forge = GitLabServer()
    passed(comment("gitlab", forge, "--when", "increase"))
    assert not forge.comments
    passed(comment("gitlab", forge, "--when", "changed", "--threshold", "$0.50"))
    assert len(forge.comments) == 1


def test_what_is_not_known_is_told(comment: Comment, repo: Repo) -> None:
    repo.write("prompts/search.md", b"\0")
    repo.commit("binary")
    forge = GitLabServer()
    passed(comment("gitlab", forge, "--when", "increase", "--threshold", "$100"))
    (body,) = forge.bodies()
    assert "### ❌ What this change costs is not known in full: 1 prompt cannot be priced" in body
    assert "is binary" in body


@every_forge
@pytest.mark.parametrize("behavior", ["update", "delete-and-new"])
def test_a_comment_that_is_there_never_goes_stale(name: str, behavior: str, comment: Comment, repo: Repo) -> None:
    forge = SERVERS[name]()
    passed(comment(name, forge, "--when", "changed", "--behavior", behavior))
    repo.git("reset", "-q", "--hard", "main")
    passed(comment(name, forge, "--when", "changed", "--behavior", behavior))
    if behavior == "update":
        assert "### ✅ This change leaves the cost as it is: within budget" in forge.bodies()[0]
    else:
        assert not forge.comments


# --- dry run, pipelines ----------------------------------------------------------------------------------------------


def test_a_dry_run_needs_no_token_and_sends_nothing(comment: Comment) -> None:
    forge = GitHubServer()
    ran = passed(comment("github", forge, "--dry-run", token=""))
    assert ran.out.startswith(f"{HIDDEN}\n\n### ✅ This change adds $0.50 per month")
    assert not forge.seen


def _plain(body: str) -> str:
    return html.unescape(body).replace("\u200b", "")


FOUND = '[discover]\ninclude = ["prompts/*.md"]\n'


def _again(repo: Repo, comment: Comment, *options: str) -> tuple[str, str, list[str]]:
    """The total of a comment, what the command in it prints when a shell runs it, and its options by their names."""
    body = passed(comment("github", GitHubServer(), *options, "--dry-run", token="")).out
    (total,) = re.findall("(?m)^Total: .*$", body)
    (code,) = (
        each for each in PARSER.parseInline(body.splitlines()[-1])[0].children or [] if each.type == "code_inline"
    )
    shell = f"set -e; git() {{ :; }}; llm-cost() {{ printf '%s\\0' \"$@\"; }}; {code.content}"
    words = subprocess.run(["bash", "-c", shell], cwd=repo.path, capture_output=True, check=True).stdout.decode()
    given = words.split("\0")[:-1]
    names = [each.partition("=")[0] for each in given if each.startswith("--")]
    return total, passed(llm_cost(repo.path, *given)).out, names


@pytest.mark.parametrize(
    "options",
    [
        ("--model", "gpt-4o-mini"), ("--calls", "7", "--output-tokens", "3"), ("--output-ratio", ".25"),
        ("--include", "prompts/s*.md", "--exclude", "prompts/it's $(touch pwned); #*", "--exclude", "ö|x"),
        ("--cache-hit-ratio", "0.5", "--as", "text", "--force-stale"),
    ],
)  # fmt: skip
def test_what_was_asked_for_is_in_the_command(options: tuple[str, ...], comment: Comment, repo: Repo) -> None:
    total, shown, words = _again(repo, comment, *options)
    assert total in shown
    assert words == [each for each in options if each.startswith("--")]
    assert not (repo.path / "pwned").exists()


@pytest.mark.parametrize("name", ["a`b`<img src=x>", "a\nb", "\u202eb"])
def test_what_cannot_be_shown_in_it_is_said(name: str, comment: Comment) -> None:
    body = passed(comment("github", GitHubServer(), "--exclude", name, "--dry-run", token="")).out
    last = body.splitlines()[-1]
    assert re.fullmatch(
        r"To see the same: `git fetch origin pull/7/head && llm-cost diff [0-9a-f]{12} [0-9a-f]{12}`, "
        r"with the options of this run \(llm-cost \S+\)",
        last,
    )


def test_a_change_that_leaves_nothing_to_judge_is_told(comment: Comment, repo: Repo) -> None:
    """As the check: without a prompt no limit holds."""
    repo.checkout("main")
    repo.write("llm-cost.toml", PROJECT[: PROJECT.index("[[prompts]]")] + FOUND)
    repo.commit("whatever is there")
    repo.branch("gone")
    repo.git("rm", "-q", "-r", "prompts")
    repo.commit("none left")
    forge = GitHubServer()
    passed(comment("github", forge, "--when", "over"))
    (body,) = forge.bodies()
    assert re.search(r"### ❌ This change saves \$\d\.\d\d per month \(-100%\): nothing was judged\n", body), body
    assert re.search(r"(?m)^- \S+llm-cost\.toml finds no prompt: nothing was judged$", _plain(body)), body
    assert re.search(r"(?m)^\| prompts/search\.md \| removed \| \$1\.50 \| — \| -\$1\.50 \|$", body)


def test_nor_without_a_manifest(comment: Comment, repo: Repo) -> None:
    repo.checkout("main")
    repo.rm("llm-cost.toml")
    repo.commit("no manifest")
    repo.branch("gone")
    repo.git("rm", "-q", "-r", "prompts")
    repo.commit("none left")
    options = ("--model", "gpt-4o", "--output-tokens", "9")
    failed(llm_cost(repo.path, "check", "--rev", "HEAD", "--base", "main", *options), 2, "No prompt was found")
    body = passed(comment("github", GitHubServer(), *options, "--dry-run", token="")).out
    assert re.search(r"### ❌ This change saves \S+ .*: nothing was judged\n", body)
    assert "- No prompt was found: nothing was judged\n" in body


def test_cut_for_another_place(comment: Comment) -> None:
    whole = passed(comment("github", GitHubServer(), "--dry-run", token="")).out
    cut = passed(comment("github", GitHubServer(), "--dry-run", "--limit", "1000000", token="")).out
    assert cut == whole
    failed(comment("github", GitHubServer(), "--limit", "1000000"), 2, "--limit needs --dry-run")


PIPELINES: list[tuple[str, type[Forge], dict[str, str]]] = [
    ("github", GitHubServer, {
        "GITHUB_API_URL": "{address}", "GITHUB_GRAPHQL_URL": "{address}/graphql", "GITHUB_REPOSITORY": "o/r",
        "GITHUB_REF": "refs/pull/7/merge", "GITHUB_BASE_REF": "main", "GITHUB_TOKEN": TOKEN,
        "GITHUB_EVENT_NAME": "pull_request",
    }),
    ("gitlab", GitLabServer, {
        "CI_API_V4_URL": "{address}", "CI_PROJECT_ID": "99", "CI_MERGE_REQUEST_PROJECT_ID": "group/project",
        "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "{main}", "GITLAB_TOKEN": TOKEN,
        "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/7/merge",
    }),
    ("azure-repos", AzureServer, {
        "SYSTEM_COLLECTIONURI": "{address}/", "SYSTEM_TEAMPROJECT": "project", "BUILD_REPOSITORY_ID": "repo",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "7", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
        "SYSTEM_ACCESSTOKEN": TOKEN, "BUILD_SOURCEBRANCH": "refs/pull/7/merge",
    }),
    ("bitbucket", BitbucketServer, {
        "BITBUCKET_REPO_FULL_NAME": "team/repo", "BITBUCKET_PR_ID": "7", "BITBUCKET_PR_DESTINATION_BRANCH": "main",
        "BITBUCKET_TOKEN": TOKEN, "BITBUCKET_COMMIT": "{branch}",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("name", "server", "variables"), PIPELINES, ids=lambda each: each if type(each) is str else "")
def test_in_its_pipeline_nothing_has_to_be_said(
    name: str, server: type[Forge], variables: dict[str, str], repo: Repo, serve: Any, pauses: list[float]
) -> None:
    """Nor how to see the same: each server has what is checked out, or what was merged, in a place of its own."""
    origin, branch = repo.clone(repo.path.parent / "origin", "--bare"), repo.oid("feat")
    repo.git("checkout", "-q", "--detach", "main")
    repo.write("README.md", "moved on")
    repo.commit("moved on")
    main = repo.oid("HEAD")
    repo.git("update-ref", "refs/remotes/origin/main", main)
    merge = repo.merge("feat")
    origin.git("fetch", "-q", str(repo.path), f"{main}:refs/heads/main")
    forge = server()
    if name != "bitbucket":  # there nobody has the merge but the pipeline
        ref = "merge-requests" if name == "gitlab" else "pull"
        origin.git("fetch", "-q", str(repo.path), f"{merge}:refs/{ref}/7/merge")
    known = {"address": serve(forge), "main": main, "branch": branch}
    env = {key: text.format(**known) for key, text in variables.items()}
    options = ("--api-url", f"{forge.address}/2.0") if name == "bitbucket" else ()  # the cloud has one address
    passed(llm_cost(repo.path, "comment", name, *options, env=env))
    assert "within budget" in forge.bodies()[0]
    shown = re.search(
        r"To see the same: `(git fetch origin[ \w/-]*) && llm-cost (diff [0-9a-f]+( |\.\.\.)[0-9a-f]+)`",
        forge.bodies()[0],
    )
    assert shown is not None and (shown[3] == "...") == (name == "bitbucket")
    reader = Repo.init(repo.path.parent / "reader")
    reader.git("remote", "add", "origin", f"file://{origin.path}")
    reader.git(*shown[1].split()[1:])
    (total,) = re.findall("(?m)^Total: .*$", forge.bodies()[0])
    assert total in passed(llm_cost(reader.path, *shown[2].split())).out


@pytest.mark.parametrize(
    "ref", ["refs/pull/7/merge;touch x", "refs/pull/$(x)/merge", "pull/7/merge", "refs/heads/x", "", "\n"]
)
def test_no_variable_but_a_ref_stands_in_the_command(ref: str) -> None:
    for name, variable in (
        ("github", "GITHUB_REF"), ("gitlab", "CI_MERGE_REQUEST_REF_PATH"), ("azure-repos", "BUILD_SOURCEBRANCH"),
        ("bitbucket", "BITBUCKET_COMMIT"),
    ):  # fmt: skip
        place = FORGES[name].read_place({variable: ref})
        assert place.ref is None and place.commit is None
        number = {"github": 7}.get(name)
        assert given(place._replace(ref="x", commit="y", number=number), None, None, 8)[-2:] == (None, None)


def test_a_pull_request_that_was_named_is_read_by_its_head(comment: Comment) -> None:
    """Whatever this pipeline's own is."""
    forge = GitHubServer()
    passed(comment("github", forge, env={"GITHUB_REF": "refs/pull/9/merge", "GITHUB_REPOSITORY": "o/r"}))
    assert "`git fetch origin pull/7/head && " in forge.bodies()[0]
    passed(comment("github", forge, "--head", "feat"))
    assert "`git fetch origin && " in forge.bodies()[0]


def test_a_merge_request_of_a_branch_pipeline_is_not_known(repo: Repo, pauses: list[float]) -> None:
    env = {"CI_PROJECT_ID": "1", "GITLAB_TOKEN": TOKEN}
    ran = llm_cost(repo.path, "comment", "gitlab", "--base", "main", env=env)
    failed(ran, 2, "Which merge request? This pipeline runs for none")


def test_a_macro_that_azure_could_not_fill_is_no_value(repo: Repo, pauses: list[float]) -> None:
    env = {
        "SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/", "SYSTEM_TEAMPROJECT": "p", "BUILD_REPOSITORY_ID": "r",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "$(System.PullRequest.PullRequestId)", "SYSTEM_ACCESSTOKEN": TOKEN,
    }  # fmt: skip
    failed(llm_cost(repo.path, "comment", "azure-repos", "--base", "main", env=env), 2, "Which pull request?")


def test_a_pull_request_by_its_head(comment: Comment, repo: Repo, serve: Any, pauses: list[float]) -> None:
    """What a workflow_run knows of a fork's pull request; there, hundreds of others are open."""
    repo.git("update-ref", "refs/remotes/origin/release", "main")
    head, forge = repo.oid("feat"), GitHubServer()
    repo.checkout("main")
    others = [{"number": n, "head": {"sha": "0" * 40}, "base": {"ref": "main"}} for n in range(8, 208)]
    forge.pulls = [*others, {"number": 7, "head": {"sha": head}, "base": {"ref": "release"}}]
    env = {"GITHUB_REPOSITORY": "o/r", "GITHUB_API_URL": serve(forge), "GITHUB_TOKEN": TOKEN}
    passed(llm_cost(repo.path, "comment", "github", "--commit", head, env=env))
    assert "Cost Comparison: origin/release → " in forge.bodies()[0]
    assert "`git fetch origin pull/7/head && " in forge.bodies()[0]  # a fork's branch is in no other ref
    forge.pulls.append({"number": 8, "head": {"sha": head}, "base": {"ref": "main"}})
    repo.git("update-ref", "refs/remotes/origin/main", "main")
    ran = passed(llm_cost(repo.path, "comment", "github", "--commit", head, "--model", "gpt-4o-mini", env=env))
    assert ran.out == (
        "Comment updated: https://github.com/o/r/pull/7#101\nComment posted: https://github.com/o/r/pull/8#102\n"
    )
    assert "Cost Comparison: origin/main → " in forge.bodies()[1]
    assert all("This change adds $0.03 per month" in body for body in forge.bodies())  # by the model that was asked for
    forge.pulls.clear()
    ran = passed(llm_cost(repo.path, "comment", "github", "--commit", head, env=env))  # no fault of this run
    assert "No open pull request has the head" in ran.out and "Nothing was posted" in ran.out
    failed(llm_cost(repo.path, "comment", "github", "--commit", "feat", env=env), 2, "a whole commit id")
    failed(llm_cost(repo.path, "comment", "gitlab", "--commit", head, env=env), 2, "--commit is for GitHub")
