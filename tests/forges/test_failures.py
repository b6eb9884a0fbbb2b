"""What goes wrong between us and a forge: it is said, nothing is posted twice, the token stays with the forge."""

from __future__ import annotations

import base64
import http.server
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from llmcost_hooks.checking import check_side
from llmcost_hooks.errors import ConfigError
from llmcost_hooks.forges import http as client
from llmcost_hooks.forges.http import LOOPBACK, connect

from ..certificates import make_certificate
from ..cli.running import Ran, failed, llm_cost, passed
from ..repos import Repo
from .conftest import Comment
from .server import (
    BOT,
    ME,
    OTHER,
    TOKEN,
    AzureServer,
    DataCenterServer,
    Fault,
    Forge,
    GitHubServer,
    GitLabServer,
    Reply,
    serving,
)
from .test_comment import HIDDEN, SERVERS, every_forge, marker, me

# A request of each forge that makes, and one that changes, a comment.
CHANGES = {"github": "PATCH", "gitlab": "PUT", "azure-repos": "PATCH", "bitbucket": "PUT", "data-center": "PUT"}
COMMENTS = "(comments|notes|threads)"


def refused(ran: Ran, *said: str) -> None:
    """Exit 2, with what to do in a line of its own, and the token nowhere."""
    failed(ran, 2, *said)
    basic = base64.b64encode(f":{TOKEN}".encode()).decode()
    assert TOKEN not in ran.out + ran.err
    assert basic not in ran.out + ran.err


@every_forge
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_refusal_is_final(name: str, status: int, comment: Comment, pauses: list[float]) -> None:
    forge = SERVERS[name]()
    forge.faults = [Fault("POST", COMMENTS, Reply(status, {"message": "Because."}))]
    refused(comment(name, forge), f"answered {status}: Because. (POST /")
    assert not forge.comments and not pauses


@every_forge
def test_a_token_that_is_wrong(name: str, comment: Comment) -> None:
    ran = comment(name, SERVERS[name](), token="another")
    failed(ran, 2, "The token is not valid")
    assert "another" not in ran.err


@every_forge
def test_a_token_that_is_not_there(name: str, comment: Comment) -> None:
    """As in a pull request from a fork: the variable is set, and empty."""
    forge = SERVERS[name]()
    refused(comment(name, forge, token=""), "No token for ", "is not set, or empty")
    assert not forge.seen


@pytest.mark.parametrize("token", ["two words", "line\nend", "tök"])
def test_a_token_that_no_header_could_hold_is_not_shown(token: str, comment: Comment) -> None:
    ran = comment("github", GitHubServer(), token=token)
    failed(ran, 2, "$GITHUB_TOKEN does not hold a token")
    assert token not in ran.err


@every_forge
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_reading_is_tried_again(name: str, status: int, comment: Comment, pauses: list[float]) -> None:
    forge = SERVERS[name]()
    forge.faults = [Fault("GET", COMMENTS if name != "data-center" else "activities", Reply(status))] * 3
    passed(comment(name, forge))
    assert pauses == [1, 2, 4]
    assert len(forge.comments) == 1


def test_not_without_an_end(comment: Comment, pauses: list[float]) -> None:
    forge = GitLabServer()
    forge.faults = [Fault("GET", "notes", Reply(502, b"<html>Bad gateway</html>"))] * 9
    refused(comment("gitlab", forge), "GitLab answered 502 (GET /projects/group%2Fproject/merge_requests/7/notes)")
    assert len(pauses) == 4


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "soon"}, 1),
        ({"RateLimit-Reset": "x"}, 1),
        ({}, 1),
    ],
)
def test_what_the_forge_asks_to_wait(
    headers: dict[str, str], waited: float, comment: Comment, pauses: list[float]
) -> None:
    forge = GitLabServer()
    forge.faults = [Fault("POST", "notes", Reply(429, {"message": "slow down"}, headers))]
    passed(comment("gitlab", forge))
    assert pauses == [waited]
    assert len(forge.comments) == 1


def test_a_date_and_a_reset_are_moments(comment: Comment, pauses: list[float]) -> None:
    forge = GitHubServer()
    later = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 20)}
    forge.faults = [
        Fault("POST", "comments", Reply(403, {"message": "API rate limit exceeded"}, later)),
        Fault("POST", "comments", Reply(429, {}, {"Retry-After": formatdate(time.time() + 20)})),
    ]
    passed(comment("github", forge))
    assert all(15 < pause < 21 for pause in pauses) and len(pauses) == 2


def test_a_limit_that_ends_too_late_is_said(comment: Comment, pauses: list[float]) -> None:
    forge = GitHubServer()
    later = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 2990)}
    forge.faults = [Fault("GET", "comments", Reply(403, {"message": "API rate limit exceeded"}, later))]
    refused(comment("github", forge), "answered 403: API rate limit exceeded", "it asks to wait 2,9", "Run this again")
    assert not pauses


def limits(headers: dict[str, str] | None = None, status: int = 403) -> Reply:
    """As GitHub answers to many requests at one time: the hour's limit is not reached, and ends whenever it does."""
    plenty = {"X-RateLimit-Remaining": "4990", "X-RateLimit-Reset": str(int(time.time()) + 3000)}
    return Reply(status, {"message": "You have exceeded a secondary rate limit."}, {**plenty, **(headers or {})})


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(("method", "path"), [("GET", "comments"), ("POST", "comments"), ("POST", "graphql")])
def test_a_secondary_limit_is_waited_for(
    method: str, path: str, status: int, comment: Comment, pauses: list[float]
) -> None:
    forge = GitHubServer()
    forge.faults = [
        Fault(method, path, limits(status=status)),
        Fault(method, path, limits({"Retry-After": "5"}, status)),
    ]
    passed(comment("github", forge))
    assert pauses == [60, 5]
    assert len(forge.comments) == 1


def test_a_limit_of_graphql_has_the_status_of_a_success(comment: Comment, pauses: list[float]) -> None:
    forge = GitHubServer()
    limited = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    forge.faults = [Fault("POST", "graphql", Reply(200, limited))]
    forge.add('of a person: {"errors": [{"type": "RATE_LIMITED"}]}', OTHER)
    passed(comment("github", forge))
    assert pauses == [60] and len(forge.comments) == 2
    forge.faults = [Fault("POST", "graphql", Reply(200, limited))] * 9
    in_actions = {"GITHUB_ACTIONS": "true"}  # it is not taken for an answer to who the token is
    ran = comment("github", forge, env=in_actions)
    refused(ran, "GitHub limits how often it is asked: GitHub answered 200: API rate limit exceeded", "again later")
    assert "pull-requests: write" not in ran.err


def test_only_what_the_forge_asks_is_said_to_be_asked(
    comment: Comment, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TOTAL_SECONDS", 3.0)
    forge = GitHubServer()
    forge.faults = [Fault("GET", "comments", limits())]
    ran = comment("github", forge)
    refused(ran, "secondary rate limit. (GET /repos/o/r/issues/7/comments); there is no time to try again")
    assert "asks" not in ran.err and not pauses


def test_the_time_for_requests_begins_with_the_first(
    comment: Comment, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting a large repository may take longer than all requests together."""

    def slowly(*args: Any, **options: Any) -> Any:
        time.sleep(1.2)
        return check_side(*args, **options)

    monkeypatch.setattr(client, "TOTAL_SECONDS", 1.1)
    monkeypatch.setattr("llmcost_hooks.commands.comment.check_side", slowly)
    forge = GitHubServer()
    forge.faults = [Fault("POST", "comments", Reply(503, {}, {"Retry-After": "0"}))]
    passed(comment("github", forge))
    assert pauses == [0] and len(forge.comments) == 1


# --- answers that are lost ------------------------------------------------------------------------------------------


@every_forge
@pytest.mark.parametrize("reply", ["drop", Reply(500), Reply(502), Reply(504)], ids=str)
@pytest.mark.parametrize("after", [True, False], ids=["done", "not done"])
def test_a_comment_is_made_once(
    name: str, reply: Reply | str, after: bool, comment: Comment, pauses: list[float]
) -> None:
    forge = SERVERS[name]()
    forge.add(f"{marker(name)}\nof a person", OTHER)
    forge.faults = [Fault("POST", COMMENTS, reply, after=after)]
    passed(comment(name, forge))
    assert len(forge.comments) == 2
    assert pauses == [1]


def test_a_secure_connection_that_breaks_has_carried_the_comment(
    comment: Comment, pauses: list[float], tmp_path: Path
) -> None:
    """The failure of TLS comes when the answer is read."""
    authority = make_certificate(tmp_path)
    forge = GitLabServer()
    with serving(forge, tmp_path / "cert.pem"):
        trusted = {"REQUESTS_CA_BUNDLE": str(authority)}
        forge.faults = [Fault("POST", "notes", "garble", after=True)]
        passed(comment("gitlab", forge, env=trusted))
        assert len(forge.comments) == 1 and pauses == [1]
        forge.comments.clear()
        forge.faults = [Fault("POST", "notes", "garble", after=True)]
        ran = comment("gitlab", forge, "--behavior", "new", env=trusted)
        refused(ran, "no secure connection could be made; the comment may be there all the same")
        assert len(forge.comments) == 1


def test_a_certificate_that_nobody_vouches_for(comment: Comment, pauses: list[float], tmp_path: Path) -> None:
    make_certificate(tmp_path)
    forge = GitLabServer()
    with serving(forge, tmp_path / "cert.pem"):
        ran = comment("gitlab", forge, "--behavior", "new")
    refused(ran, "no secure connection could be made", "$REQUESTS_CA_BUNDLE")
    assert not forge.seen and "may be there" not in ran.err


@every_forge
def test_a_new_one_is_not_looked_for(name: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    forge.faults = [Fault("POST", COMMENTS, "drop", after=True)]
    refused(comment(name, forge, "--behavior", "new"), "the connection broke; the comment may be there all the same")
    assert len(forge.comments) == 1


@every_forge
@pytest.mark.parametrize("reply", ["drop", Reply(500)], ids=str)
def test_a_change_may_happen_twice(name: str, reply: Reply | str, comment: Comment, pauses: list[float]) -> None:
    forge = SERVERS[name]()
    forge.add(f"{marker(name)}\nbefore", me(name))
    forge.faults = [Fault(CHANGES[name], "", reply)]
    assert passed(comment(name, forge)).out.startswith("Comment updated")
    assert len(forge.comments) == 1 and "within budget" in forge.bodies()[0]


@every_forge
def test_one_that_somebody_deletes_meanwhile_is_made_again(name: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    forge.add(f"{marker(name)}\nbefore", me(name))
    gone = Reply(404, {"message": "Not Found"})
    forge.faults = [Fault(CHANGES[name], "", gone)]
    original = forge.answer

    def answer(ask: Any) -> Reply:
        if ask.method == "GET" and not forge.faults:  # it was refused: from now on it is gone
            forge.comments = [each for each in forge.comments if "before" not in forge.body_of(each)]
        return original(ask)

    forge.answer = answer  # type: ignore[method-assign]
    assert passed(comment(name, forge)).out.startswith("Comment posted")
    assert len(forge.comments) == 1


def test_one_that_was_edited_meanwhile_is_read_again(comment: Comment, pauses: list[float]) -> None:
    forge = DataCenterServer()
    ours = forge.add(f"{marker('data-center')}\nbefore", ME)
    forge.faults = [Fault("PUT", "", Reply(409, {"errors": [{"message": "changed since you looked"}]}))]
    passed(comment("data-center", forge))
    assert ours["version"] == 1 and "within budget" in ours["text"]
    ours["text"] = f"{marker('data-center')}\nbefore"
    forge.faults = [Fault("PUT", "", Reply(409))] * 9
    refused(comment("data-center", forge), "changes faster than it can be updated")


@every_forge
def test_an_older_one_that_stays_is_said(name: str, comment: Comment) -> None:
    forge = SERVERS[name]()
    passed(comment(name, forge))
    forge.faults = [Fault("DELETE", "", Reply(403, {"message": "No."}))]
    ran = comment(name, forge, "--behavior", "delete-and-new")
    refused(ran, "The new comment is there; an older one could not be taken away", "answered 403: No.")
    forge.faults = [Fault("DELETE", "", Reply(404))]
    passed(comment(name, forge, "--behavior", "delete-and-new"))


# --- answers that are none ------------------------------------------------------------------------------------------

ODD = [b"", b"<html>Sign in</html>", b"[1, 2]", b'{"values": 3}', b"[" * 100_000, b"\xff\xfe", b"null", b'"text"']


@every_forge
@pytest.mark.parametrize("body", ODD, ids=lambda body: repr(body[:12]))
def test_what_is_no_list_of_comments(name: str, body: bytes, comment: Comment) -> None:
    forge = SERVERS[name]()
    forge.faults = [Fault("GET", COMMENTS if name != "data-center" else "activities", Reply(200, body))]
    refused(comment(name, forge), "What answers at 127.0.0.1 is not the API of ")
    assert not forge.comments


@every_forge
@pytest.mark.parametrize(
    "body", [*ODD, b'{"id": "7"}', b'{"id": true}', b'{"comments": []}'], ids=lambda b: repr(b[:12])
)
def test_what_is_no_comment(name: str, body: bytes, comment: Comment) -> None:
    forge = SERVERS[name]()
    forge.faults = [Fault("POST", COMMENTS, Reply(201, body))]
    refused(comment(name, forge), "What answers at 127.0.0.1 is not the API of ")


@pytest.mark.parametrize("body", ODD, ids=lambda body: repr(body[:12]))
def test_what_is_no_user(body: bytes, comment: Comment) -> None:
    for name, server, method in (("github", GitHubServer, "POST"), ("gitlab", GitLabServer, "GET")):
        forge: Forge = server()
        forge.faults = [Fault(method, "/(graphql|user)$", Reply(200, body))]
        refused(comment(name, forge))
        assert not forge.comments


def test_comments_without_an_author_are_nobodys(comment: Comment) -> None:
    forge = GitLabServer()
    for author in (None, 3, {"username": None}):
        forge.comments.append({"id": 1, "body": f"{HIDDEN}\n", "author": author})
    passed(comment("gitlab", forge))
    assert len(forge.comments) == 4


def test_pages_end(comment: Comment, monkeypatch: pytest.MonkeyPatch) -> None:
    from llmcost_hooks.forges import gitlab

    monkeypatch.setattr(gitlab, "MAX_PAGES", 3)
    forge = GitLabServer()
    for n in range(301):
        forge.add(str(n), OTHER)
    refused(comment("gitlab", forge), "pages of comments", "--behavior new")


def test_bodies_end(comment: Comment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_BYTES", 1000)
    forge = GitLabServer()
    forge.add("x" * 1000, OTHER)
    refused(comment("gitlab", forge), "answers with more than ")


@pytest.mark.parametrize("reply", ["drip", "drop"])
def test_it_does_not_wait_for_ever(
    reply: str, comment: Comment, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    monkeypatch.setattr(client, "REQUEST_SECONDS", 0.3)
    forge = GitLabServer()
    forge.faults = [Fault("GET", "notes", reply)] * 5
    said = "it took too long" if reply == "drip" else "the connection broke"
    refused(comment("gitlab", forge), f"GitLab cannot be reached at 127.0.0.1: {said}")
    assert len(pauses) == 4


def test_nobody_there(repo: Repo, pauses: list[float]) -> None:
    with_port = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    address = f"http://127.0.0.1:{with_port.server_port}"
    with_port.server_close()
    options = ("--api-url", address, "--repo", "o/r", "--pull-request", "7", "--base", "main")
    ran = llm_cost(repo.path, "comment", "github", *options, env={"GITHUB_TOKEN": TOKEN})
    refused(ran, "GitHub cannot be reached at 127.0.0.1: no connection", "$HTTPS_PROXY")


# --- the token stays with the forge ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(status: int, comment: Comment, serve: Callable[..., str]) -> None:
    elsewhere, forge = GitHubServer(), GitHubServer()
    target = {"Location": f"{serve(elsewhere)}/repos/o/r/issues/7/comments"}
    for method in ("GET", "POST"):
        forge.faults = [Fault(method, "comments", Reply(status, {}, target))]
        refused(comment("github", forge), "GitHub redirects to 127.0.0.1, where the token is not sent")
    assert not elsewhere.seen and not forge.comments


def test_the_second_api_is_on_the_host_of_the_first(repo: Repo, serve: Callable[..., str]) -> None:
    """A variable of the pipeline names it; another host, port or scheme gets no token."""
    elsewhere, forge = GitHubServer(), GitHubServer()
    address = serve(forge)
    for there in (f"{serve(elsewhere)}/graphql", address.replace("127.0.0.1", "localhost") + "/graphql",
                  "https://127.0.0.1/graphql", "http://[::1/graphql"):  # fmt: skip
        env = {"GITHUB_API_URL": address, "GITHUB_GRAPHQL_URL": there, "GITHUB_REPOSITORY": "o/r",
               "GITHUB_REF": "refs/pull/7/merge", "GITHUB_TOKEN": TOKEN}  # fmt: skip
        refused(llm_cost(repo.path, "comment", "github", "--base", "main", env=env), "token is not sent there")
    assert not elsewhere.seen and not forge.seen


def test_a_repository_that_was_renamed_is_found(comment: Comment) -> None:
    forge = GitHubServer()
    target = {"Location": "/repos/o/r/issues/7/comments?per_page=100&page=1"}
    forge.faults = [
        Fault("GET", "comments", Reply(301, {}, target)),
        Fault("POST", "comments", Reply(307, {}, {"Location": "/repos/o/r/issues/7/comments"})),
    ]
    passed(comment("github", forge))
    assert len(forge.comments) == 1
    assert forge.seen[-1].body["body"].startswith(HIDDEN)


@pytest.mark.parametrize(("method", "status"), [("GET", 302), ("POST", 302)])
def test_redirects_end(method: str, status: int, comment: Comment) -> None:
    forge = GitHubServer()
    target = {"Location": "/repos/o/r/issues/7/comments"}
    forge.faults = [Fault(method, "comments", Reply(status, {}, target))] * 9
    refused(comment("github", forge), f"redirects and never answers ({method} /repos/o/r/issues/7/comments)")


def test_azure_asks_to_sign_in(comment: Comment) -> None:
    forge = AzureServer()
    forge.faults = [
        Fault("GET", "threads", Reply(302, b"", {"Location": "https://spsprodweu.vssps.visualstudio.com/_signin"}))
    ]
    refused(comment("azure-repos", forge), "redirects to spsprodweu.vssps.visualstudio.com", "asks to sign in")


def test_a_forge_that_repeats_the_token_is_not_quoted(comment: Comment) -> None:
    forge = GitHubServer()
    text = f"bad\nheader: Bearer {TOKEN}\x1b[31m::error::x"
    forge.faults = [Fault("POST", "comments", Reply(400, {"message": text}))]
    ran = comment("github", forge)
    refused(ran, "answered 400: bad header: Bearer ***\\x1b[31m::error::x")


def test_credentials_of_netrc_are_not_used(comment: Comment) -> None:
    netrc = Path.home() / ".netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password stolen\n")
    try:
        forge = GitHubServer()
        passed(comment("github", forge))
    finally:
        netrc.unlink()
    assert {ask.headers["authorization"] for ask in forge.seen} == {f"Bearer {TOKEN}"}


def test_a_proxy_is_used(comment: Comment, serve: Callable[..., str], pauses: list[float]) -> None:
    """One that stands in for the forge: it is asked for the whole address."""
    asked: list[str] = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(502)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    forge = GitLabServer()
    serve(forge)
    ran = comment("gitlab", forge, env={"HTTP_PROXY": f"http://127.0.0.1:{server.server_port}"})
    server.shutdown()
    server.server_close()
    refused(ran, "GitLab answered 502")
    assert asked[0] == f"{forge.address}/user" and not forge.seen


@pytest.mark.parametrize(
    "address",
    [
        "http://git.example.com/api", "ftp://git.example.com", "git.example.com", "", "https://", "file:///etc/passwd",
        f"https://user:{TOKEN}@git.example.com", "https://git.example.com/?x=1", "https://git.example.com/#x",
        "https://git.example.com:x", "http://127.0.0.1.example.com", "https://[::1",
    ],
)  # fmt: skip
def test_an_address_that_no_token_must_be_sent_to(address: str) -> None:
    with pytest.raises(ConfigError):
        connect("GitHub", address, f"Bearer {TOKEN}", (TOKEN,), {})


def test_in_the_clear_only_on_this_machine() -> None:
    for host in LOOPBACK:
        where = f"[{host}]" if ":" in host else host
        assert connect("GitHub", f"http://{where}:1/x/", "", (), {}).address == f"http://{where}:1/x"


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "requests", None)
    with pytest.raises(ConfigError, match="Comments need the package requests") as caught:
        connect("GitHub", "https://api.github.com", "", (), {})
    assert "llmcost-hooks[comment]" in caught.value.hint


@pytest.mark.parametrize("repo_name", ["o", "o/r/x", "o/..", "o/r?x=1", "o/r#", "../..", "o/r\n", ""])
def test_the_name_of_a_repository_is_one(repo_name: str, repo: Repo, pauses: list[float]) -> None:
    options = ("--repo", repo_name, "--pull-request", "7", "--base", "main")
    refused(llm_cost(repo.path, "comment", "github", *options, env={"GITHUB_TOKEN": TOKEN}))


@pytest.mark.parametrize("name", ["azure-repos", "bitbucket"])
@pytest.mark.parametrize("repo_name", ["", "one", "/x", "x/"])
def test_two_parts_of_a_name(name: str, repo_name: str, repo: Repo, pauses: list[float]) -> None:
    options = ("--api-url", "https://git.example.com", "--repo", repo_name, "--pull-request", "7", "--base", "main")
    env = {"SYSTEM_ACCESSTOKEN": TOKEN, "BITBUCKET_TOKEN": TOKEN}
    refused(llm_cost(repo.path, "comment", name, *options, env=env))


def test_names_are_one_segment_of_a_path(repo: Repo, serve: Callable[..., str], pauses: list[float]) -> None:
    forge = GitLabServer()
    options = ("--api-url", serve(forge), "--repo", "a/../../user?x#y", "--pull-request", "7", "--base", "main")
    refused(llm_cost(repo.path, "comment", "gitlab", *options, env={"GITLAB_TOKEN": TOKEN}), "answered 404")
    assert {ask.path for ask in forge.seen} == {
        "/user",
        "/projects/a%2F..%2F..%2Fuser%3Fx%23y/merge_requests/7/notes",
    }


def test_it_needs_a_base_and_prompts(comment: Comment, repo: Repo, pauses: list[float], tmp_path: Path) -> None:
    options = ("--dry-run", "--repo", "o/r", "--pull-request", "7")
    refused(llm_cost(repo.path, "comment", "github", *options), "Which base?", "--base origin/main")
    refused(comment("github", GitHubServer(), "--base", "gone"), "gone")
    empty = Repo.init(tmp_path / "empty")
    empty.commit("nothing")
    refused(llm_cost(empty.path, "comment", "github", *options, "--base", "HEAD"), "No prompt was found")


def test_github_bot_is_a_bot(comment: Comment) -> None:
    forge = GitHubServer()
    forge.add(f"{HIDDEN}\nx", BOT)["user"]["type"] = "User"
    passed(comment("github", forge))
    assert len(forge.comments) == 2
