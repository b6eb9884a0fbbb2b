"""Signed price files, made with throw-away keys as a publisher would, without the code that verifies them.

Keys come from their names and Ed25519 is deterministic, so the same call gives the same bytes for ever.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from llmcost_hooks.prices.price_file import DATE
from llmcost_hooks.prices.signing import PRICES, REVOCATION, ROTATION

from ..prices.files import WHOLE


class Key(NamedTuple):
    """A publisher's key: 8 bytes that label it, and a secret."""

    id: bytes
    seed: bytes

    @property
    def raw(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def text(self) -> str:
        return base64.b64encode(b"Ed" + self.id + self.raw).decode()

    def sign(self, message: bytes, comment: str, *, algorithm: bytes = b"ED", note: str = "a test") -> str:
        """The text of a .minisig file: Ed25519 over the BLAKE2b of the message, and over signature and comment."""
        secret = Ed25519PrivateKey.from_private_bytes(self.seed)
        signature = secret.sign(hashlib.blake2b(message).digest() if algorithm == b"ED" else message)
        whole = secret.sign(signature + comment.encode())
        first, last = (base64.b64encode(raw).decode() for raw in (algorithm + self.id + signature, whole))
        return f"untrusted comment: {note}\n{first}\ntrusted comment: {comment}\n{last}\n"


@cache
def key(name: str) -> Key:
    """The key of this name."""
    digest = hashlib.sha512(f"llm-cost test key {name}".encode()).digest()
    return Key(digest[:8], digest[32:])


def small(at: datetime, *, days: float = 45, **members: Any) -> dict[str, Any]:
    """The value of a small price file of that moment: two models, one alias."""
    rates = {"input": "2.5", "output": "10", "cache_read": "1.25"}
    row = {"effective_from": "2025-01-01", "source": "s", "standard": rates, "variants": {}, "tiers": []}
    model = {
        "provider": "OpenAI", "input_price_per_mtok": 2.5, "output_price_per_mtok": 10.0, "context_window": 128000,
        "max_output_tokens": 16384, "tokenizer": "o200k_base", "lifecycle": {"retires_at": None},
        "offers": [{"channel": "openai", "region": None, "prices": [row]}],
    }  # fmt: skip
    return {
        "schema_version": 1,
        "db_version": at.strftime("%Y.%m.%d"),
        "currency": "USD",
        "generated_at": at.strftime(DATE),
        "valid_until": (at + timedelta(days=days)).strftime(DATE),
        "sources": {"s": {"url": "https://example.com", "verified_at": "2026-11-26", "verified_by": "a test"}},
        "channels": {"openai": {"vendor": "OpenAI", "service": "API"}},
        "models": {"gpt-4o": model, "gpt-4o-mini": {**model, "input_price_per_mtok": 0.15}},
        "aliases": {"gpt-4o-2024-08-06": "gpt-4o"},
        "revocations": [],
        **members,
    }


def signed_part(value: dict[str, Any]) -> bytes:
    """Everything before the signatures, in the layout of a price file."""
    lines = ["{"]
    for name, member in value.items():
        if name in ("models", "aliases"):
            body = [f"    {json.dumps(each)}: {json.dumps(member[each])}" for each in sorted(member)]
            lines += [f'  "{name}": {{', *([",\n".join(body)] if body else []), "  },"]
        else:
            lines.append(f"  {json.dumps(name)}: {json.dumps(member)},")
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")


def closed(message: bytes, *signatures: str | None) -> bytes:
    """The file: the signed part and its block of one or two signatures."""
    first, second = (*(json.dumps(text) for text in signatures), "null", "null")[:2]
    return message + f'  "signatures": {{\n    "primary": {first},\n    "secondary": {second}\n  }}\n}}\n'.encode()


def signed(value: dict[str, Any] | bytes, *keys: Key, purpose: str = PRICES) -> bytes:
    """The file, signed by one or two keys."""
    message = value if isinstance(value, bytes) else signed_part(value)
    return closed(message, *(each.sign(message, f"{purpose} 2026-11-28") for each in keys))


def statement(by: Key, purpose: str, **value: Any) -> dict[str, str]:
    """A signed statement as it travels in a file."""
    return signed_text(by, purpose, json.dumps(value) + "\n")


def signed_text(by: Key, purpose: str, text: str) -> dict[str, str]:
    """The same of a text that need not be a statement."""
    return {"statement": text, "signature": by.sign(text.encode(), purpose)}


def revocation(of: Key, by: Key | None = None, reason: str = "exposed") -> dict[str, str]:
    return statement(by or of, REVOCATION, revoke=of.text, reason=reason)


def rotation(by: Key, to: Key, until: datetime) -> dict[str, str]:
    return statement(by, ROTATION, rotate_to=to.text, valid_until=until.strftime(DATE))


BUNDLED_AT = datetime.strptime(WHOLE["generated_at"] + "+0000", DATE + "%z")
