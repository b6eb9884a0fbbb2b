"""Minisign keys and signatures, strictly: the one module that knows the crypto library, and loads it only to verify.

Stricter than the format: prehashed signatures only, exactly four lines, canonical base64, no key of small order, and
a purpose in the trusted comment, so that a signature made for one thing is not taken for another. Keys are the same
where their 32 bytes are: an id can be relabelled.
"""

from __future__ import annotations

import base64
import re
from typing import Any, NamedTuple

from ..errors import ConfigError

PRICES, ROTATION, REVOCATION = "llm-cost prices v1", "llm-cost rotation v1", "llm-cost revocation v1"

# The eight encodings of points of small order: for these somebody can make a "signature" of any message.
SMALL_ORDER = frozenset(
    bytes.fromhex(key)
    for key in (
        "00" * 32,
        "01" + "00" * 31,
        "00" * 31 + "80",
        "01" + "00" * 30 + "80",
        "ec" + "ff" * 30 + "7f",
        "ec" + "ff" * 31,
        "ed" + "ff" * 30 + "7f",
        "ed" + "ff" * 31,
        "ee" + "ff" * 30 + "7f",
        "ee" + "ff" * 31,
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    )
)


class PublicKey(NamedTuple):
    """A minisign public key."""

    id: bytes  # 8 bytes, a label
    key: bytes  # the 32 bytes that it is
    text: str  # "RW...", as people pass it on

    def shown(self) -> str:
        """The id as the minisign program prints it."""
        return self.id[::-1].hex().upper()


class Signature(NamedTuple):
    """A minisign signature that is well formed; nothing is known yet of what it signs."""

    key_id: bytes
    comment: str  # the trusted one, which is signed too
    text: str


class BadKey(ValueError):
    """Not a minisign public key that can be trusted. The message completes "it ..."."""


class BadSignature(ValueError):
    """A signature that cannot be accepted. `kind` is "format", "legacy", "mismatch" or "purpose"."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def parse_key(text: str) -> PublicKey:
    """A key from its base64 text. Raises BadKey."""
    raw = _decoded(text, 42)
    if raw is None:
        raise BadKey("is not a minisign public key: 56 characters that begin with RW, the second line of a .pub file")
    if raw[:2] != b"Ed":
        raise BadKey("is a key of another algorithm")
    if raw[10:] in SMALL_ORDER:
        raise BadKey("is a weak key, for which anybody can sign")
    return PublicKey(raw[2:10], raw[10:], text)


_FORM = re.compile(
    r"untrusted comment: [ -~]{0,200}\n([A-Za-z0-9+/]{99}=)\n"
    r"trusted comment: ([ -~\t]{0,400})\n([A-Za-z0-9+/]{86}==)\n",
    re.ASCII,
)


def parse_signature(text: str) -> Signature:
    """A signature from the text of a .minisig file. Raises BadSignature."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise BadSignature("format")
    raw = _decoded(match[1], 74)
    if raw is None or _decoded(match[3], 64) is None:
        raise BadSignature("format")
    if raw[:2] == b"Ed":
        raise BadSignature("legacy")
    if raw[:2] != b"ED":
        raise BadSignature("format")
    return Signature(raw[2:10], match[2], text)


def verify(message: bytes, signature: Signature, key: PublicKey, purpose: str) -> None:
    """Raises BadSignature unless `key` signed exactly `message`, for exactly this purpose."""
    library = _library()
    try:
        library.PublicKey.from_base64(key.text).verify(message, library.Signature.from_bytes(signature.text.encode()))
    except library.Error:
        raise BadSignature("mismatch") from None
    if signature.comment != purpose and not signature.comment.startswith(purpose + " "):
        raise BadSignature("purpose")


def _library() -> Any:
    """py-minisign's module. Raises ConfigError where the empty package of that name lies over it."""
    import minisign  # type: ignore[import-untyped]

    if not hasattr(minisign, "PublicKey"):
        raise ConfigError(
            'The empty package "minisign" hides py-minisign, which checks signatures',
            "Run: pip uninstall minisign; pip install --force-reinstall py-minisign",
        )
    return minisign


def _decoded(text: str, length: int) -> bytes | None:
    """The bytes, where the text is their one canonical base64 form."""
    try:
        raw = base64.b64decode(text.encode("ascii"))
    except ValueError:
        return None
    return raw if len(raw) == length and base64.b64encode(raw).decode() == text else None
