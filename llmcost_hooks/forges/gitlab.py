"""Notes on GitLab's merge requests, on gitlab.com and on one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .answers import MAX_PAGES, document, number, objects, text, too_many
from .http import Client, ask, connect, read_token, segment
from .places import Place, need_number, needed, ref_of, variable, whole
from .posting import Comment, is_marked

TITLE, LIMIT, VISIBLE = "GitLab", 1_000_000, False
HEAD_REF = "merge-requests/{}/head"
TOKENS = ("GITLAB_TOKEN",)
PER_PAGE = 100

_TOKEN = (
    "Make a project access token with the scope api and the role Reporter or higher, and set it as the masked"
    " variable GITLAB_TOKEN. CI_JOB_TOKEN may not write notes."
)
HINTS = {
    401: f"The token is not valid, or has expired. {_TOKEN}",
    403: f"The token may not write notes there. {_TOKEN}",
    404: "There is no such merge request, or the token may not see it: --repo GROUP/PROJECT --merge-request N",
}


def read_place(env: Mapping[str, str]) -> Place:
    """What GitLab CI says of a merge request's pipeline, also of one that runs in a fork.

    A pipeline for merged results, and one of a merge train, runs on a merge with the target branch, whose commit it
    names: from where the source branch left it, what others merged since then would count as the merge request's own.
    Elsewhere that variable is empty.
    """
    iid = whole(env.get("CI_MERGE_REQUEST_IID"))
    names = ("CI_MERGE_REQUEST_PROJECT_ID", "CI_PROJECT_ID") if iid is not None else ("CI_PROJECT_ID",)
    base = variable(env, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA")
    ref = ref_of(env.get("CI_MERGE_REQUEST_REF_PATH"), "merge-requests/[0-9]{1,18}/(?:head|merge|train)")
    return Place(variable(env, "CI_API_V4_URL"), variable(env, *names), iid, base, ref=ref)


class GitLab(NamedTuple):
    """One merge request."""

    client: Client
    notes: str  # path of its notes
    author: str | None
    title: str = TITLE

    def own(self, marker: str) -> list[Comment]:
        author, found = self.author or self._user(), list[Comment]()
        for page in range(1, MAX_PAGES + 1):
            params = {"per_page": str(PER_PAGE), "page": str(page), "order_by": "created_at", "sort": "asc"}
            answer = ask(self.client, "GET", self.notes, params=params)
            for each in objects(self.client, document(self.client, answer)):
                ours = text(each, "author", "username") == author and not each.get("system")
                if ours and is_marked(text(each, "body"), marker):
                    found.append(self._comment(each))
            if not answer.headers.get("x-next-page", "").strip():
                return sorted(found, key=lambda comment: int(comment.id))
        raise too_many(self.client)

    def create(self, body: str) -> Comment:
        return self._comment(
            document(self.client, ask(self.client, "POST", self.notes, payload={"body": body}, once=True))
        )

    def update(self, comment: Comment, body: str) -> None:
        ask(self.client, "PUT", f"{self.notes}/{segment(comment.id)}", payload={"body": body})

    def delete(self, comment: Comment) -> None:
        ask(self.client, "DELETE", f"{self.notes}/{segment(comment.id)}")

    def _comment(self, found: Any) -> Comment:
        return Comment(str(number(self.client, found, "id")), text(found, "body"))

    def _user(self) -> str:
        found = text(document(self.client, ask(self.client, "GET", "/user")), "username")
        return needed(found, "user is the token", "Name it: --author USERNAME")


def open_forge(place: Place, env: Mapping[str, str], author: str | None) -> GitLab:
    """The merge request at `place`. Raises ConfigError for what is not known."""
    token = read_token(env, TOKENS, TITLE, _TOKEN)
    client = connect(TITLE, place.api_url or "https://gitlab.com/api/v4", f"Bearer {token}", (token,), HINTS)
    project = needed(place.repo, "project", "For example: --repo GROUP/PROJECT")
    iid = need_number(place, "merge request", "For example: --merge-request 42. Pipelines of branches have none.")
    return GitLab(client, f"/projects/{segment(project)}/merge_requests/{iid}/notes", author)
