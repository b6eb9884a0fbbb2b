"""Comments on the pull requests of Bitbucket: the cloud, and with an address of one's own the data center."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import ConfigError
from .answers import MAX_PAGES, document, number, objects, text, too_many, value
from .bitbucket_server import BitbucketServer
from .http import Client, ForgeError, ask, connect, read_token, segment
from .places import Place, branch_of_origin, need_number, needed, variable, whole
from .posting import Comment, is_marked

TITLE, LIMIT, VISIBLE = "Bitbucket", 32_768, True  # its Markdown hides nothing
HEAD_REF = None  # the cloud has none
TOKENS = ("BITBUCKET_TOKEN",)
CLOUD = "https://api.bitbucket.org/2.0"
PER_PAGE = 100

_TOKEN = (
    "Set BITBUCKET_TOKEN, a secured variable, to an access token of the repository with the permission to write pull"
    " requests; for an API token of a user, set BITBUCKET_USERNAME to the address of that account too."
)
_AUTHOR = "Bitbucket does not tell a repository's access token who it is. Name its account id or uuid: --author ID"
HINTS = {
    401: f"The token is not valid, or has expired. {_TOKEN}",
    403: f"The token may not write comments there. {_TOKEN}",
    404: "There is no such pull request, or the token may not see it: --repo WORKSPACE/NAME --pull-request N",
    409: "Somebody else changed the comment at the same moment: run this again.",
}


def read_place(env: Mapping[str, str]) -> Place:
    """What Bitbucket Pipelines says of a pull request's run."""
    commit = env.get("BITBUCKET_COMMIT", "")
    return Place(
        None,
        variable(env, "BITBUCKET_REPO_FULL_NAME"),
        whole(env.get("BITBUCKET_PR_ID")),
        branch_of_origin(variable(env, "BITBUCKET_PR_DESTINATION_BRANCH")),
        commit=commit if re.fullmatch("[0-9a-f]{40}", commit) else None,
    )


class Bitbucket(NamedTuple):
    """One pull request of the cloud."""

    client: Client
    comments: str  # path of its comments
    author: str | None
    title: str = TITLE

    def own(self, marker: str) -> list[Comment]:
        author, found = self.author or self._user(), list[Comment]()
        for page in range(1, MAX_PAGES + 1):
            answer = ask(self.client, "GET", self.comments, params={"pagelen": str(PER_PAGE), "page": str(page)})
            listed = document(self.client, answer)
            for each in objects(self.client, value(self.client, listed, "values")):
                ours = author in (text(each, "user", "uuid"), text(each, "user", "account_id"))
                if ours and not each.get("deleted") and is_marked(text(each, "content", "raw"), marker):
                    found.append(self._comment(each))
            if not listed.get("next"):
                return sorted(found, key=lambda comment: int(comment.id))
        raise too_many(self.client)

    def create(self, body: str) -> Comment:
        payload = {"content": {"raw": body}}
        return self._comment(document(self.client, ask(self.client, "POST", self.comments, payload=payload, once=True)))

    def update(self, comment: Comment, body: str) -> None:
        ask(self.client, "PUT", f"{self.comments}/{segment(comment.id)}", payload={"content": {"raw": body}})

    def delete(self, comment: Comment) -> None:
        ask(self.client, "DELETE", f"{self.comments}/{segment(comment.id)}")

    def _comment(self, found: Any) -> Comment:
        return Comment(
            str(number(self.client, found, "id")), text(found, "content", "raw"), text(found, "links", "html", "href")
        )

    def _user(self) -> str:
        try:
            found = document(self.client, ask(self.client, "GET", "/user"))
        except ForgeError as error:
            if error.status in (403, 404):
                raise ForgeError(f"Which user is the token? {error.message}", _AUTHOR, error.status) from None
            raise
        return needed(text(found, "uuid"), "user is the token", _AUTHOR)


def open_forge(place: Place, env: Mapping[str, str], author: str | None) -> Bitbucket | BitbucketServer:
    """The pull request at `place`. Raises ConfigError for what is not known."""
    token, user = read_token(env, TOKENS, TITLE, _TOKEN), env.get("BITBUCKET_USERNAME", "")
    basic = b64encode(f"{user}:{token}".encode()).decode()
    authorization = f"Basic {basic}" if user else f"Bearer {token}"
    address = place.api_url or CLOUD
    client = connect(TITLE, address, authorization, (token, basic), HINTS)
    workspace, _, name = needed(place.repo, "repository", "For example: --repo WORKSPACE/NAME").partition("/")
    if not workspace or not name or "/" in name:
        raise ConfigError(f"{place.repo!r} is not the name of a repository", "For example: --repo WORKSPACE/NAME")
    pull = need_number(place, "pull request", "For example: --pull-request 42")
    if not client.address.endswith("/2.0"):
        path = f"/rest/api/1.0/projects/{segment(workspace)}/repos/{segment(name)}/pull-requests/{pull}"
        return BitbucketServer(client, path, author)
    return Bitbucket(client, f"/repositories/{segment(workspace)}/{segment(name)}/pullrequests/{pull}/comments", author)
