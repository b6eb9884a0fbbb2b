"""Comments on GitHub's pull requests, on github.com and on GitHub Enterprise Server."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import ConfigError
from .answers import MAX_PAGES, document, not_the_api, number, objects, text, too_many, value
from .http import Answer, Client, ForgeError, ask, connect, read_token, segment
from .places import Place, branch_of_origin, need_number, needed, ref_of, variable, whole
from .posting import Comment, is_marked

TITLE, LIMIT, VISIBLE = "GitHub", 65_536, False
HEAD_REF = "pull/{}/head"
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
PER_PAGE = 100
ACTIONS_BOT = "github-actions[bot]"

_TOKEN = "In a workflow: env: GITHUB_TOKEN: ${{ github.token }}, with permissions: pull-requests: write."
HINTS = {
    401: f"The token is not valid, or has expired. {_TOKEN}",
    403: f"The token may not write comments there. {_TOKEN} A fork's pull request gets none: docs/pull-requests.md",
    404: "There is no such pull request, or the token may not see it: --repo OWNER/NAME --pull-request N",
    410: "Comments are switched off there.",
    422: "GitHub does not take the comment: is the pull request locked, or blocked as spam?",
}


def read_place(env: Mapping[str, str]) -> Place:
    """What GitHub Actions says of the run."""
    ref = ref_of(env.get("GITHUB_REF"), "pull/[0-9]{1,18}/(?:merge|head)")
    return Place(
        variable(env, "GITHUB_API_URL"),
        variable(env, "GITHUB_REPOSITORY"),
        whole(ref.split("/")[1]) if ref else None,
        branch_of_origin(variable(env, "GITHUB_BASE_REF")),
        variable(env, "GITHUB_GRAPHQL_URL"),
        ref,
    )


class GitHub(NamedTuple):
    """One pull request."""

    client: Client
    graphql: str
    repo: str  # "owner/name", each as a segment of a path
    number: int
    author: str | None  # who the token is, where the command line says so
    in_actions: bool
    title: str = TITLE

    def own(self, marker: str) -> list[Comment]:
        author, found = self.author or self._viewer(), list[Comment]()
        for each in _pages(self.client, f"/repos/{self.repo}/issues/{self.number}/comments", {}):
            bot = author.endswith("[bot]")
            ours = text(each, "user", "login") == author and (text(each, "user", "type") == "Bot") == bot
            if ours and is_marked(text(each, "body"), marker):
                found.append(self._comment(each))
        return sorted(found, key=lambda comment: int(comment.id.partition(" ")[0]))

    def create(self, body: str) -> Comment:
        path = f"/repos/{self.repo}/issues/{self.number}/comments"
        return self._comment(document(self.client, ask(self.client, "POST", path, payload={"body": body}, once=True)))

    def update(self, comment: Comment, body: str) -> None:
        ask(self.client, "PATCH", self._path(comment), payload={"body": body})

    def delete(self, comment: Comment) -> None:
        ask(self.client, "DELETE", self._path(comment))

    def hide(self, comments: list[Comment]) -> None:
        """Minimised as outdated; those that are already are left alone."""
        ids = [comment.id.partition(" ")[2] for comment in comments]
        hidden: set[str] = set()
        for start in range(0, len(ids), PER_PAGE):
            found = self._query(_HIDDEN, {"ids": ids[start : start + PER_PAGE]})
            hidden |= {text(each, "id") for each in found.get("nodes") or () if each and each.get("isMinimized")}
        for each in ids:
            if each not in hidden:
                self._query(_HIDE, {"id": each})

    def _comment(self, found: Any) -> Comment:
        """Its id is two: one for each of GitHub's APIs."""
        ids = f"{number(self.client, found, 'id')} {text(found, 'node_id')}"
        return Comment(ids, text(found, "body"), text(found, "html_url"))

    def _path(self, comment: Comment) -> str:
        return f"/repos/{self.repo}/issues/comments/{segment(comment.id.partition(' ')[0])}"

    def _viewer(self) -> str:
        """Who the token is. An app's token, such as that of GitHub Actions, is refused at /user, and answered here."""
        try:
            login = text(self._query("query { viewer { login } }", {}), "viewer", "login")
        except ForgeError as error:
            if error.status not in (403, 404) or not self.in_actions:
                raise
            return ACTIONS_BOT
        if not login:
            raise not_the_api(self.client)
        return login

    def _query(self, query: str, variables: dict[str, object]) -> dict[str, Any]:
        payload = {"query": query, "variables": variables}
        answer = document(self.client, ask(self.client, "POST", self.graphql, payload=payload))
        if isinstance(answer, dict) and answer.get("errors"):
            kind = text(answer["errors"][0] if isinstance(answer["errors"], list) else {}, "type")
            status = {"FORBIDDEN": 403, "NOT_FOUND": 404, "INSUFFICIENT_SCOPES": 403}.get(kind, 422)
            raise ForgeError(f"{TITLE} refused a query ({kind or 'no reason given'})", HINTS[status], status)
        data = value(self.client, answer, "data")
        if not isinstance(data, dict):
            raise not_the_api(self.client)
        return data


_HIDDEN = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on IssueComment { isMinimized } } }"
_HIDE = (
    "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED})"
    " { minimizedComment { isMinimized } } }"
)


def open_forge(place: Place, env: Mapping[str, str], author: str | None) -> GitHub:
    """The pull request at `place`. Raises ConfigError for what is not known."""
    client = _connect(place, env)
    pull = need_number(place, "pull request", "For example: --pull-request 42, or --commit SHA of its head")
    graphql = place.api_url_graphql or _graphql(client.address)
    return GitHub(client, graphql, _repo(place), pull, author, bool(env.get("GITHUB_ACTIONS")))


def find_pulls(place: Place, env: Mapping[str, str], commit: str) -> list[Place]:
    """`place` with each open pull request into its repository whose head is `commit`, and with that one's base.

    None where it was closed, or has a newer commit. For a workflow that runs after another one: of a fork's pull
    request it is told the commit, and nothing else that could not have been written by whoever opened it.
    """
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        raise ConfigError("--commit takes a whole commit id, in small letters", "Run: git rev-parse HEAD")
    client = _connect(place, env)
    pulls = _pages(client, f"/repos/{_repo(place)}/pulls", {"state": "open", "sort": "updated", "direction": "desc"})
    found = {number(client, each, "number"): each for each in pulls if text(each, "head", "sha") == commit}
    return [
        place._replace(number=each, base=branch_of_origin(text(found[each], "base", "ref"))) for each in sorted(found)
    ]


def _connect(place: Place, env: Mapping[str, str]) -> Client:
    token = read_token(env, TOKENS, TITLE, _TOKEN)
    address = place.api_url or "https://api.github.com"
    return connect(TITLE, address, f"Bearer {token}", (token,), HINTS, _is_limit)


def _is_limit(answer: Answer) -> bool:
    """A secondary rate limit need not have a header, and GraphQL answers a limit with 200."""
    if answer.status in (403, 429):
        return b"secondary rate limit" in answer.body or b"abuse detection" in answer.body
    if answer.status != 200 or b"RATE_LIMITED" not in answer.body:
        return False
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return False
    errors = found.get("errors") if isinstance(found, dict) else None
    return isinstance(errors, list) and any(text(each, "type") == "RATE_LIMITED" for each in errors)


def _repo(place: Place) -> str:
    repo = needed(place.repo, "repository", "For example: --repo OWNER/NAME")
    parts = repo.split("/")
    if len(parts) != 2 or not all(re.fullmatch(r"[A-Za-z0-9._-]{1,100}", part) for part in parts) or ".." in parts:
        raise ConfigError(f"{repo!r} is not the name of a repository on GitHub", "For example: --repo OWNER/NAME")
    return repo


def _graphql(address: str) -> str:
    """Beside the API: https://HOST/api/v3 has it at https://HOST/api/graphql."""
    return f"{address.removesuffix('/v3')}/graphql"


def _pages(client: Client, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for page in range(1, MAX_PAGES + 1):
        answer = ask(client, "GET", path, params={**params, "per_page": str(PER_PAGE), "page": str(page)})
        found += objects(client, document(client, answer))
        if not has_next(answer):
            return found
    raise too_many(client)


def has_next(answer: Answer) -> bool:
    """Whether the forge says that there is another page. Its address is ours to make, not the answer's to say."""
    return re.search(r'rel="?next\b', answer.headers.get("link", "")) is not None
