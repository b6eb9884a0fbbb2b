"""Comments on the pull requests of Bitbucket Data Center, which has another API than the cloud."""

from __future__ import annotations

from typing import Any, NamedTuple

from .answers import MAX_PAGES, document, number, objects, text, too_many, value
from .http import Client, ask, segment
from .places import needed
from .posting import Comment, is_marked


class BitbucketServer(NamedTuple):
    """One pull request."""

    client: Client
    pull: str  # its path
    author: str | None
    title: str = "Bitbucket Data Center"

    def own(self, marker: str) -> list[Comment]:
        """Out of the list of everything that has happened there."""
        found: dict[str, Comment] = {}
        start, author = 0, self.author
        for _ in range(MAX_PAGES):
            answer = ask(self.client, "GET", f"{self.pull}/activities", params={"limit": "100", "start": str(start)})
            listed = document(self.client, answer)
            activities = objects(self.client, value(self.client, listed, "values"))
            user = author or answer.headers.get("x-ausername", "")
            author = needed(user, "user is the token", "Name it: --author USERNAME")
            for each in activities:
                comment = each.get("comment")
                if each.get("action") != "COMMENTED" or text(comment, "author", "name") != author:
                    continue
                if is_marked(text(comment, "text"), marker):
                    ours = self._comment(comment)
                    found[ours.id] = ours
            if value(self.client, listed, "isLastPage"):
                return sorted(found.values(), key=lambda comment: int(comment.id))
            start = number(self.client, listed, "nextPageStart")
        raise too_many(self.client)

    def create(self, body: str) -> Comment:
        answer = ask(self.client, "POST", f"{self.pull}/comments", payload={"text": body}, once=True)
        return self._comment(document(self.client, answer))

    def update(self, comment: Comment, body: str) -> None:
        ask(self.client, "PUT", self._path(comment), payload={"text": body, "version": comment.version})

    def delete(self, comment: Comment) -> None:
        ask(self.client, "DELETE", self._path(comment), params={"version": str(comment.version)})

    def _comment(self, found: Any) -> Comment:
        ids = number(self.client, found, "id"), number(self.client, found, "version")
        return Comment(str(ids[0]), text(found, "text"), "", ids[1])

    def _path(self, comment: Comment) -> str:
        return f"{self.pull}/comments/{segment(comment.id)}"
