"""What is said when a path names a part behind "::" that its file does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import ParseError

_NAME = re.compile(r"[\w.$\[\]-]{1,64}")


def no_such_member(member: str, kind: str, known: Iterable[str]) -> ParseError:
    from difflib import get_close_matches  # only where something went wrong

    names = [name for name in known if _NAME.fullmatch(name)]  # a key of JSON can be any text
    near = get_close_matches(member, names, 3) or names[:3]
    hint = f"Near names: {', '.join(near)}." if near else f"The file has no {kind}."
    return ParseError(f'has no {kind} "{member}"', hint)


def refuse_member(member: str | None) -> None:
    """For files that hold one prompt."""
    if member is not None:
        raise ParseError('has no parts to name behind "::"', 'Leave "::" and what follows out of the path.')
