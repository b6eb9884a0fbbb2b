"""What git makes of a file's bytes on their way into the repository: encoding, line ends, `$Id$`.

git alone knows which conversions its attributes and configuration ask for. So all that it could ask for are tried, and
the one whose result has the object id that git computed is the truth.
"""

from __future__ import annotations

import hashlib
import re

_IDENT = re.compile(rb"\$Id:[^$\n]*\$")


def blob_oid(data: bytes, *, like: str) -> str:
    """The object id of a blob, in the hash that the id `like` is made with."""
    algorithm = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def converted(data: bytes, encoding: str, oid: str) -> tuple[bytes, bytes] | None:
    """The conversion of `data` that has the id `oid`, and the same one with carriage returns kept; None if none has.

    `encoding` is the file's working-tree-encoding, "" for none.
    """
    for text in [data] if not encoding else _decoded(data, encoding):
        for kept in (text, _IDENT.sub(rb"$Id$", text)):
            for stored in (kept, kept.replace(b"\r\n", b"\n")):
                if blob_oid(stored, like=oid) == oid:
                    return stored, kept
    return None


# Python has codecs that are no file's encoding; these take a time that grows with the square of the file.
_SLOW = ("punycode", "idna", "unicode", "raw", "undefined", "utf7")


def _decoded(data: bytes, encoding: str) -> list[bytes]:
    """`data` in UTF-8; nothing where it is not in that encoding, or the encoding is not known."""
    name = encoding.lower().replace("utf-", "utf")
    if name.startswith(_SLOW):
        return []
    try:
        # git's own name for an encoding that it writes in one way, and reads as either.
        return [data.decode("utf16" if name == "utf16le-bom" else name).encode()]
    except (LookupError, UnicodeError):
        return []
