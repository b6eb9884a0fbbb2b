"""Small servers that answer as the forges' APIs do, over real HTTP, and fail as a test wants them to."""

from __future__ import annotations

import base64
import json
import os
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "tok-5ecret-0123456789abcdef"
ME, OTHER, BOT = "ada", "mallory", "github-actions[bot]"


class Reply(NamedTuple):
    status: int
    body: object = None  # JSON; bytes are sent as they are
    headers: Mapping[str, str] = {}


class Fault(NamedTuple):
    """What happens to one request in place of, or after, what should."""

    method: str
    path: str  # a pattern that is searched in the path
    reply: Reply | str  # "drop": no answer; "drip": one that never ends; "garble": bytes that TLS cannot read
    after: bool = False  # the request is carried out first, and only its answer is lost


class Seen(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class Forge:
    """One pull request of one forge: its comments, who asks, and what was asked."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.seen: list[Seen] = []
        self.faults: list[Fault] = []
        self.address = ""
        self.last = 100
        self.lock = threading.Lock()

    def next_id(self) -> int:
        self.last += 1
        return self.last

    def allowed(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Bearer {TOKEN}"

    def answer(self, ask: Seen) -> Reply:
        raise NotImplementedError

    def body_of(self, comment: dict[str, Any]) -> str:
        return str(comment["body"])

    def add(self, body: str, author: str) -> dict[str, Any]:
        raise NotImplementedError

    def bodies(self) -> list[str]:
        return [self.body_of(comment) for comment in self.comments]

    def count(self, method: str) -> int:
        return sum(1 for ask in self.seen if ask.method == method)

    def with_id(self, number: str) -> dict[str, Any] | None:
        return next((comment for comment in self.comments if str(comment["id"]) == number), None)


def page(items: list[Any], query: Mapping[str, str], key: str, at_most: int) -> tuple[list[Any], int | None]:
    """(one page, the number of the next one)."""
    size, number = min(int(query.get(key, "20")), at_most), int(query.get("page", "1"))
    chosen = items[(number - 1) * size : number * size]
    return chosen, number + 1 if number * size < len(items) else None


class GitHubServer(Forge):
    """https://docs.github.com/en/rest/issues/comments, and the three GraphQL queries that are used."""

    def __init__(self, *, app: bool = True, number: int = 7) -> None:
        super().__init__()
        self.number = number
        self.viewer: str | None = BOT if app else ME
        self.hidden: set[str] = set()
        self.pulls: list[dict[str, Any]] = []
        self.size = 100

    def add(self, body: str, author: str, pull: str = "") -> dict[str, Any]:
        number, pull = self.next_id(), pull or str(self.number)
        comment = {
            "id": number, "node_id": f"IC_{number}", "body": body,
            "html_url": f"https://github.com/o/r/pull/{pull}#{number}",
            "issue_url": f"https://api.github.com/repos/o/r/issues/{pull}",
            "user": {"login": author, "type": "Bot" if author.endswith("[bot]") else "User"},
        }  # fmt: skip
        self.comments.append(comment)
        return comment

    def answer(self, ask: Seen) -> Reply:
        if not self.allowed(ask.headers):
            return Reply(401, {"message": "Bad credentials"})
        if ask.path == "/graphql":
            return self.graphql(ask.body)
        if ask.path == "/user":
            return Reply(403, {"message": "Resource not accessible by integration"})
        if ask.path == "/repos/o/r/pulls":
            return self.listed(ask, self.pulls)
        if place := re.fullmatch(r"/repos/o/r/issues/([0-9]+)/comments", ask.path):
            if ask.method == "GET":
                there = [each for each in self.comments if each["issue_url"].endswith(f"/{place[1]}")]
                return self.listed(ask, there)
            if len(ask.body["body"]) > 65_536:
                return Reply(422, {"message": "Validation Failed", "errors": [{"message": "body is too long"}]})
            return Reply(201, self.add(ask.body["body"], self.viewer or BOT, place[1]))
        found = re.fullmatch(r"/repos/o/r/issues/comments/([0-9]+)", ask.path)
        comment = self.with_id(found[1]) if found else None
        if comment is None:
            return Reply(404, {"message": "Not Found"})
        if comment["user"]["login"] != (self.viewer or BOT):
            return Reply(403, {"message": "Must have admin rights to Repository."})
        if ask.method == "DELETE":
            self.comments.remove(comment)
            return Reply(204)
        comment["body"] = ask.body["body"]
        return Reply(200, comment)

    def listed(self, ask: Seen, items: list[Any]) -> Reply:
        chosen, following = page(items, ask.query, "per_page", self.size)
        link = f'<{self.address}{ask.path}?page={following}>; rel="next", <{self.address}>; rel="last"'
        return Reply(200, chosen, {"Link": link} if following else {})

    def graphql(self, body: Any) -> Reply:
        query, variables = body["query"], body["variables"]
        if "viewer" in query:
            if self.viewer is None:
                return Reply(200, {"data": None, "errors": [{"type": "FORBIDDEN", "message": "no"}]})
            return Reply(200, {"data": {"viewer": {"login": self.viewer}}})
        if "nodes" in query:
            nodes = [{"id": each, "isMinimized": each in self.hidden} for each in variables["ids"]]
            return Reply(200, {"data": {"nodes": nodes}})
        self.hidden.add(variables["id"])
        return Reply(200, {"data": {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}})


class GitLabServer(Forge):
    """https://docs.gitlab.com/api/notes/#merge-requests."""

    notes = "/projects/group%2Fproject/merge_requests/7/notes"

    def add(self, body: str, author: str) -> dict[str, Any]:
        comment = {"id": self.next_id(), "body": body, "system": False, "author": {"id": 1, "username": author}}
        self.comments.append(comment)
        return comment

    def answer(self, ask: Seen) -> Reply:
        if not self.allowed(ask.headers):
            return Reply(401, {"message": "401 Unauthorized"})
        if ask.path == "/user":
            return Reply(200, {"id": 1, "username": ME})
        if ask.path == self.notes:
            if ask.method == "GET":
                chosen, following = page(self.comments, ask.query, "per_page", 100)
                return Reply(200, chosen, {"X-Next-Page": str(following or "")})
            return Reply(201, self.add(ask.body["body"], ME))
        comment = self.with_id(ask.path.removeprefix(f"{self.notes}/"))
        if comment is None:
            return Reply(404, {"message": "404 Not found"})
        if comment["author"]["username"] != ME:
            return Reply(403, {"message": "403 Forbidden"})
        if ask.method == "DELETE":
            self.comments.remove(comment)
            return Reply(204)
        comment["body"] = ask.body["body"]
        return Reply(200, comment)


class AzureServer(Forge):
    """https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads; `comments` holds threads."""

    threads = "/project/_apis/git/repositories/repo/pullRequests/7/threads"

    def allowed(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode()

    def body_of(self, comment: dict[str, Any]) -> str:
        return str(comment["comments"][0]["content"])

    def add(self, body: str, author: str) -> dict[str, Any]:
        first = {"id": 1, "content": body, "author": {"id": author, "displayName": author}, "commentType": "text"}
        thread = {"id": self.next_id(), "isDeleted": False, "comments": [first]}
        self.comments.append(thread)
        return thread

    def answer(self, ask: Seen) -> Reply:
        if not self.allowed(ask.headers):
            return Reply(203, b"<html>Sign in</html>", {"Content-Type": "text/html"})
        if ask.path == "/_apis/connectionData":
            return Reply(200, {"authenticatedUser": {"id": ME}})
        if ask.query.get("api-version") is None:
            return Reply(400, {"message": "No api-version was supplied"})
        if ask.path == self.threads:
            if ask.method == "GET":
                return Reply(200, {"value": self.comments, "count": len(self.comments)})
            assert ask.body["comments"][0]["parentCommentId"] == 0
            return Reply(200, {**self.add(ask.body["comments"][0]["content"], ME), "status": ask.body["status"]})
        found = re.fullmatch(rf"{self.threads}/([0-9]+)/comments/1", ask.path)
        thread = self.with_id(found[1]) if found else None
        if thread is None:
            return Reply(404, {"message": "The thread does not exist"})
        if thread["comments"][0]["author"]["id"] != ME:
            return Reply(403, {"message": "TF401027: you need the GenericContribute permission"})
        if ask.method == "DELETE":
            self.comments.remove(thread)
            return Reply(200)
        thread["comments"][0]["content"] = ask.body["content"]
        return Reply(200, thread["comments"][0])


class BitbucketServer(Forge):
    """https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests, comments."""

    path = "/repositories/team/repo/pullrequests/7/comments"

    def __init__(self) -> None:
        super().__init__()
        self.knows_user = True

    def body_of(self, comment: dict[str, Any]) -> str:
        return str(comment["content"]["raw"])

    def add(self, body: str, author: str) -> dict[str, Any]:
        comment = {
            "id": self.next_id(), "content": {"raw": body}, "user": {"uuid": author, "display_name": author},
            "deleted": False, "links": {"html": {"href": "https://bitbucket.org/team/repo/pull-requests/7"}},
        }  # fmt: skip
        self.comments.append(comment)
        return comment

    def answer(self, ask: Seen) -> Reply:
        if not self.allowed(ask.headers):
            return Reply(401, {"type": "error", "error": {"message": "Token is invalid or expired"}})
        path = ask.path.removeprefix("/2.0")
        if path == "/user":
            scopes = {"type": "error", "error": {"message": "Your credentials lack one or more required scopes."}}
            return Reply(200, {"uuid": ME}) if self.knows_user else Reply(403, scopes)
        if path == self.path:
            if ask.method == "GET":
                chosen, following = page(self.comments, ask.query, "pagelen", 100)
                more = {"next": f"https://api.bitbucket.org/2.0{self.path}?page={following}"} if following else {}
                return Reply(200, {"values": chosen, **more})
            if len(ask.body["content"]["raw"]) > 32_768:
                return Reply(400, {"type": "error", "error": {"message": "content is too long"}})
            return Reply(201, self.add(ask.body["content"]["raw"], ME))
        comment = self.with_id(path.removeprefix(f"{self.path}/"))
        if comment is None:
            return Reply(404, {"type": "error", "error": {"message": "Resource not found"}})
        if comment["user"]["uuid"] != ME:
            return Reply(403, {"type": "error", "error": {"message": "not yours"}})
        if ask.method == "DELETE":
            self.comments.remove(comment)
            return Reply(204)
        comment["content"]["raw"] = ask.body["content"]["raw"]
        return Reply(200, comment)


class DataCenterServer(Forge):
    """https://developer.atlassian.com/server/bitbucket/rest: comments have versions, and lists of activities pages."""

    pull = "/rest/api/1.0/projects/team/repos/repo/pull-requests/7"

    def body_of(self, comment: dict[str, Any]) -> str:
        return str(comment["text"])

    def add(self, body: str, author: str) -> dict[str, Any]:
        comment = {"id": self.next_id(), "version": 0, "text": body, "author": {"name": author}}
        self.comments.append(comment)
        return comment

    def answer(self, ask: Seen) -> Reply:
        if not self.allowed(ask.headers):
            return Reply(401, {"errors": [{"message": "Authentication failed."}]})
        if ask.path == f"{self.pull}/activities":
            start, size = int(ask.query.get("start", "0")), int(ask.query.get("limit", "25"))
            listed = [{"id": -1, "action": "OPENED"}]
            listed += [{"id": c["id"], "action": "COMMENTED", "comment": c} for c in reversed(self.comments)]
            end = start + size
            found = {"values": listed[start:end], "isLastPage": end >= len(listed)}
            return Reply(200, {**found, "nextPageStart": end}, {"X-AUSERNAME": ME})
        if ask.path == f"{self.pull}/comments":
            return Reply(201, self.add(ask.body["text"], ME))
        comment = self.with_id(ask.path.removeprefix(f"{self.pull}/comments/"))
        if comment is None:
            return Reply(404, {"errors": [{"message": "The specified comment does not exist."}]})
        stated = ask.query.get("version") if ask.method == "DELETE" else str(ask.body["version"])
        if stated != str(comment["version"]):
            return Reply(409, {"errors": [{"message": "The comment has been changed since you looked at it."}]})
        if ask.method == "DELETE":
            self.comments.remove(comment)
            return Reply(204)
        comment.update(text=ask.body["text"], version=comment["version"] + 1)
        return Reply(200, comment)


@contextmanager
def serving(forge: Forge, certificate: Path | None = None) -> Iterator[str]:
    """The address of the forge's server, while it runs; over TLS with a certificate."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(forge))
    server.daemon_threads = True
    forge.address = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield forge.address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(forge: Forge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            ask = Seen(self.command, parts.path, query, headers, json.loads(data) if data else None)
            with forge.lock:
                forge.seen.append(ask)
                fault = _fault(forge, ask)
                reply: Reply | str = forge.answer(ask) if fault is None or fault.after else fault.reply
                reply = fault.reply if fault is not None else reply
            if isinstance(reply, str):
                self.close_connection = True
                if reply == "drip":
                    self.drip()
                if reply == "garble":
                    os.write(self.connection.fileno(), b"\x17\x03\x03\x00\x20" + b"x" * 32)
                return
            self.send(reply)

        def send(self, reply: Reply) -> None:
            data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if reply.status != 204:
                self.wfile.write(data)

        def drip(self) -> None:
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                for _ in range(200):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                return

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _fault(forge: Forge, ask: Seen) -> Fault | None:
    for fault in forge.faults:
        if fault.method == ask.method and re.search(fault.path, unquote(ask.path)):
            forge.faults.remove(fault)
            return fault
    return None


Make = Callable[[], Forge]
