"""What forges answer, read strictly: what is not as their documents say is a ForgeError and never a guess."""

from __future__ import annotations

import json
from typing import Any

from .http import Answer, Client, ForgeError, host_of

MAX_PAGES = 200


def document(client: Client, answer: Answer) -> Any:
    """An answer's JSON. Raises ForgeError where it is none: a sign-in page, a proxy's message."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise not_the_api(client) from None


def objects(client: Client, found: Any) -> list[dict[str, Any]]:
    """`found` as a list of objects, or ForgeError."""
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise not_the_api(client)
    return found


def value(client: Client, found: Any, *keys: str) -> Any:
    """`found[key][key]...`; ForgeError where one of them is not there."""
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            raise not_the_api(client)
        found = found[key]
    return found


def text(found: Any, *keys: str) -> str:
    """The same, "" where there is no such text."""
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def number(client: Client, found: Any, *keys: str) -> int:
    """A whole number in `found`, or ForgeError."""
    it = value(client, found, *keys)
    if not isinstance(it, int) or isinstance(it, bool):
        raise not_the_api(client)
    return it


def not_the_api(client: Client) -> ForgeError:
    return ForgeError(
        f"What answers at {host_of(client.address)} is not the API of {client.forge}",
        "Is the address right (--api-url), and does no proxy answer in its place?",
    )


def too_many(client: Client) -> ForgeError:
    return ForgeError(f"{client.forge} has more than {MAX_PAGES} pages of comments there", "Use --behavior new.")
