"""One comment on a pull request, new or in place of the one before. The same for every forge."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from ..errors import ConfigError
from . import http
from .http import ATTEMPTS, ForgeError, Unsure

BEHAVIORS = ("update", "new", "hide-and-new", "delete-and-new")


class Comment(NamedTuple):
    """A comment that the token's own user wrote."""

    id: str
    body: str
    url: str = ""
    version: int = 0  # counts its edits, where the forge wants to be told which one is replaced


class Forge(Protocol):
    """What a forge can do with the comments of one pull request."""

    title: str

    def own(self, marker: str) -> list[Comment]:
        """Comments by the token's own user whose first line is `marker`, oldest first."""

    def create(self, body: str) -> Comment: ...

    def update(self, comment: Comment, body: str) -> None: ...

    def delete(self, comment: Comment) -> None: ...


@runtime_checkable
class Hides(Protocol):
    """A forge that can fold comments away."""

    def hide(self, comments: list[Comment]) -> None: ...


class Posted(NamedTuple):
    """What was done: "created", "updated", "unchanged", "removed" or "nothing"."""

    what: str
    url: str = ""


def post(forge: Forge, behavior: str, marker: str, body: str, *, wanted: bool = True) -> Posted:
    """Post `body`, whose first line is `marker`.

    Not `wanted` there is nothing to tell, so that no comment is made; one that is already there is brought up to date
    all the same, or taken away, because it would tell what is no longer so. Raises ForgeError.
    """
    if behavior == "hide-and-new" and not isinstance(forge, Hides):
        raise ConfigError(f"{forge.title} cannot hide a comment", "Use --behavior update, new or delete-and-new.")
    if behavior == "new":
        return _created(forge, marker, body) if wanted else Posted("nothing")
    if behavior == "update":
        return _updated(forge, marker, body, wanted)
    before = forge.own(marker)
    posted = _created(forge, marker, body, before) if wanted else Posted("removed" if before else "nothing")
    _take_away(forge, behavior, before, wanted)
    return posted


def is_marked(body: str, marker: str) -> bool:
    """Whether a comment's first line is the marker: what quotes it further down is somebody else's text."""
    return body.split("\n", 1)[0].strip() == marker


def _updated(forge: Forge, marker: str, body: str, wanted: bool) -> Posted:
    """The newest is brought up to date. Older ones are what runs at one moment left: nobody would update them."""
    for _ in range(ATTEMPTS):
        before = forge.own(marker)
        if not before:
            return _created(forge, marker, body, before) if wanted else Posted("nothing")
        *older, newest = before
        try:
            if not _same(newest.body, body):
                forge.update(newest, body)
            for each in older:
                _drop(forge, each, body)
        except ForgeError as error:
            if error.status not in (404, 409):  # gone, or edited, since it was read
                raise
            http.pause(1)
            continue
        return Posted("unchanged" if _same(newest.body, body) else "updated", newest.url)
    raise ForgeError(f"The comment on {forge.title} changes faster than it can be updated", "Run this again.")


def _drop(forge: Forge, comment: Comment, body: str) -> None:
    """Delete a comment; one that has to stay, because somebody answered it, is brought up to date too."""
    try:
        forge.delete(comment)
    except ForgeError as error:
        if error.status in (404, 410):  # gone already
            return
        if error.status not in (403, 405, 409):
            raise
        if not _same(comment.body, body):
            forge.update(comment, body)


def _created(forge: Forge, marker: str, body: str, before: list[Comment] | None = None) -> Posted:
    """A new comment, once: where an answer was lost, it is looked for before it is sent again."""
    known = None if before is None else {each.id for each in before}
    for attempt in range(ATTEMPTS):
        try:
            return Posted("created", forge.create(body).url)
        except Unsure as error:
            if attempt == ATTEMPTS - 1 or known is None:
                raise ForgeError(f"{error.message}; the comment may be there all the same", error.hint) from None
            http.pause(2.0**attempt)
            arrived = [each for each in forge.own(marker) if each.id not in known and _same(each.body, body)]
            if arrived:
                return Posted("created", arrived[-1].url)
    raise AssertionError("the last attempt returns or raises")


def _take_away(forge: Forge, behavior: str, comments: list[Comment], posted: bool) -> None:
    try:
        if behavior == "hide-and-new":
            assert isinstance(forge, Hides)  # `post` refuses the others
            forge.hide(comments)
            return
        for each in comments:
            try:
                forge.delete(each)
            except ForgeError as error:
                if error.status not in (404, 410):  # gone already
                    raise
    except ForgeError as error:
        done = "The new comment is there; an older one" if posted else "The comment"
        raise ForgeError(f"{done} could not be taken away: {error.message}", error.hint, error.status) from None


def _same(one: str, other: str) -> bool:
    """Forges change line ends and what stands at a comment's end."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
