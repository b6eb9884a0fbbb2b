"""Where a pull request is, as the services that run pipelines say in their variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..errors import ConfigError


class Place(NamedTuple):
    """One pull request. None: not known yet."""

    api_url: str | None
    repo: str | None
    number: int | None
    base: str | None = None  # revision that it is compared with
    api_url_graphql: str | None = None  # GitHub's second API
    ref: str | None = None  # of the server, without refs/, that has what the pipeline has checked out
    commit: str | None = None  # of the branch, where the pipeline merges it itself and no server has what comes of it


def given(place: Place, api_url: str | None, repo: str | None, number: int | None) -> Place:
    """`place` with what the command line says. A number belongs to a repository: another one, another number."""
    if repo is not None and repo != place.repo:
        place = place._replace(repo=repo, number=None, ref=None, commit=None)
    if api_url is not None:
        place = place._replace(api_url=api_url, api_url_graphql=None)
    if number is not None and number != place.number:
        place = place._replace(number=number, ref=None, commit=None)
    return place


def ref_of(text: str | None, pattern: str) -> str | None:
    """A ref in a variable without its refs/; None for any that does not match `pattern`: it will stand in a command."""
    found = re.fullmatch(f"refs/({pattern})", text or "", re.ASCII)
    return found[1] if found else None


def needed(value: str | None, what: str, hint: str) -> str:
    if not value:
        raise ConfigError(f"Which {what}?", hint)
    return value


def need_number(place: Place, what: str, hint: str) -> int:
    if place.number is None:
        raise ConfigError(f"Which {what}? This pipeline runs for none", hint)
    return place.number


def whole(text: str | None) -> int | None:
    """A number in a variable; None where it is none."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,18}", text) else None


def branch_of_origin(ref: str | None) -> str | None:
    """The remote-tracking branch of a branch's name or ref."""
    return f"origin/{ref.removeprefix('refs/heads/')}" if ref else None


def variable(env: Mapping[str, str], *names: str) -> str | None:
    """The first of these that is set and not empty."""
    return next((env[name] for name in names if env.get(name)), None)
