"""Comments on the pull requests of Azure Repos, in Azure DevOps Services and Azure DevOps Server."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import ConfigError
from .answers import document, number, objects, text, value
from .http import Answer, Client, ForgeError, ask, connect, read_token, segment
from .places import Place, branch_of_origin, need_number, needed, ref_of, variable, whole
from .posting import Comment, is_marked

TITLE, LIMIT, VISIBLE = "Azure Repos", 150_000, False
HEAD_REF = "pull/{}/merge"
TOKENS = ("SYSTEM_ACCESSTOKEN", "AZURE_DEVOPS_EXT_PAT")
CLOSED = 4  # a thread's status: it does not keep the pull request from being completed
_VERSION = {"api-version": "7.0"}

_TOKEN = (
    "In a pipeline: env: SYSTEM_ACCESSTOKEN: $(System.AccessToken), and the build service needs the permission"
    " Contribute to pull requests on the repository."
)
HINTS = {
    203: f"The token is not valid. {_TOKEN}",
    302: f"Azure DevOps asks to sign in: the token is not valid. {_TOKEN}",
    401: f"The token is not valid, or has expired. {_TOKEN}",
    403: f"The token may not write comments there. {_TOKEN}",
    404: "There is no such pull request, or the token may not see it: --repo PROJECT/REPOSITORY --pull-request N",
}


def read_place(env: Mapping[str, str]) -> Place:
    """What Azure Pipelines says of a pull request's run. A macro that it cannot fill stays as it is: `$(Name)`."""
    env = {name: text for name, text in env.items() if not text.startswith("$(")}
    project, repo = variable(env, "SYSTEM_TEAMPROJECTID", "SYSTEM_TEAMPROJECT"), variable(env, "BUILD_REPOSITORY_ID")
    return Place(
        variable(env, "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"),
        f"{project}/{repo}" if project and repo else None,
        whole(env.get("SYSTEM_PULLREQUEST_PULLREQUESTID")),
        branch_of_origin(variable(env, "SYSTEM_PULLREQUEST_TARGETBRANCH")),
        ref=ref_of(env.get("BUILD_SOURCEBRANCH"), "pull/[0-9]{1,18}/merge"),
    )


class AzureRepos(NamedTuple):
    """One pull request. A comment is the first one of a thread of its own."""

    client: Client
    threads: str  # path of its threads
    author: str | None
    title: str = TITLE

    def own(self, marker: str) -> list[Comment]:
        author, found = self.author or self._user(), list[Comment]()
        for thread in objects(self.client, value(self.client, self._ask("GET", self.threads), "value")):
            comments = thread.get("comments")
            if thread.get("isDeleted") or not isinstance(comments, list) or not comments:
                continue
            first = comments[0]
            ours = text(first, "author", "id") == author and not first.get("isDeleted")
            if ours and is_marked(text(first, "content"), marker):
                found.append(self._comment(thread))
        return sorted(found, key=lambda comment: int(comment.id.partition("/")[0]))

    def create(self, body: str) -> Comment:
        first = {"parentCommentId": 0, "content": body, "commentType": 1}
        return self._comment(self._ask("POST", self.threads, {"comments": [first], "status": CLOSED}, once=True))

    def update(self, comment: Comment, body: str) -> None:
        self._ask("PATCH", self._path(comment), {"content": body})

    def delete(self, comment: Comment) -> None:
        _signed_in(ask(self.client, "DELETE", self._path(comment), params=_VERSION))

    def _comment(self, thread: Any) -> Comment:
        """Its id is the thread's and its own."""
        comments = value(self.client, thread, "comments")
        first = objects(self.client, comments)[0] if comments else {}
        ids = f"{number(self.client, thread, 'id')}/{number(self.client, first, 'id')}"
        return Comment(ids, text(first, "content"))

    def _path(self, comment: Comment) -> str:
        thread, _, first = comment.id.partition("/")
        return f"{self.threads}/{segment(thread)}/comments/{segment(first)}"

    def _user(self) -> str:
        found = self._ask("GET", "/_apis/connectionData", version={})
        return needed(text(found, "authenticatedUser", "id"), "user is the token", "Name its id: --author ID")

    def _ask(
        self, method: str, path: str, payload: object = None, *, once: bool = False,
        version: Mapping[str, str] = _VERSION,
    ) -> Any:  # fmt: skip
        answer = ask(self.client, method, path, params=version, payload=payload, once=once)
        _signed_in(answer)
        return document(self.client, answer)


def _signed_in(answer: Answer) -> None:
    """A token that is not valid gets the page to sign in, and a status that means success."""
    if answer.status == 203:
        raise ForgeError(f"{TITLE} answered 203 and a page to sign in", HINTS[203], 203)


def open_forge(place: Place, env: Mapping[str, str], author: str | None) -> AzureRepos:
    """The pull request at `place`. Raises ConfigError for what is not known."""
    token = read_token(env, TOKENS, TITLE, _TOKEN)
    basic = b64encode(f":{token}".encode()).decode()
    address = needed(place.api_url, "organisation", "For example: --api-url https://dev.azure.com/ORGANISATION")
    client = connect(TITLE, address, f"Basic {basic}", (token, basic), HINTS)
    project, _, repo = needed(place.repo, "repository", "For example: --repo PROJECT/REPOSITORY").partition("/")
    if not project or not repo:
        raise ConfigError(f"{place.repo!r} is not a project and a repository", "For example: --repo PROJECT/REPOSITORY")
    pull = need_number(place, "pull request", "For example: --pull-request 42")
    path = f"/{segment(project)}/_apis/git/repositories/{segment(repo)}/pullRequests/{pull}/threads"
    return AzureRepos(client, path, author)
