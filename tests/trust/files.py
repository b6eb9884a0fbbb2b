"""Signed price files, made with throw-away keys: what a publisher does, by py-minisign instead of the program."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from llmcost_hooks.prices.price_file import DATE
from llmcost_hooks.prices.signing import PRICES, REVOCATION, ROTATION, PublicKey, parse_key

from ..prices.files import WHOLE, edited


class Key(NamedTuple):
    """A publisher's key."""

    pair: Any
    public: PublicKey

    @property
    def text(self) -> str:
        return self.public.text

    def sign(self, message: bytes, comment: str) -> str:
        signature = self.pair.secret_key.sign(message, trusted_comment=comment, untrusted_comment="a test")
        return bytes(signature).decode().rstrip("\n") + "\n"


@cache
def key(name: str) -> Key:
    """The same key for the same name, within one process."""
    import minisign  # type: ignore[import-untyped]

    pair = minisign.KeyPair.generate()
    return Key(pair, parse_key(pair.public_key.to_base64().decode()))


def small(at: datetime, *, days: int = 45, change: Any = None, **members: Any) -> bytes:
    """A small price file of that moment, unsigned: two models of the bundled one."""

    def shrink(value: dict[str, Any]) -> None:
        value["models"] = {name: value["models"][name] for name in ("gpt-4o", "gpt-4o-mini")}
        value["aliases"] = {"gpt-4o-2024-08-06": "gpt-4o"}
        value["db_version"] = at.strftime("%Y.%m.%d.%H%M%S")
        value["generated_at"], value["valid_until"] = at.strftime(DATE), (at + timedelta(days)).strftime(DATE)
        value.update(members)
        if change is not None:
            change(value)

    return edited(shrink)


def signed_part(data: bytes) -> bytes:
    return data[: data.index(b'\n  "signatures": {\n') + 1]


def signed(data: bytes, *keys: Key, purpose: str = PRICES) -> bytes:
    """The file with the signatures of one or two keys."""
    message = signed_part(data)
    texts = [json.dumps(each.sign(message, f"{purpose} test")) for each in keys]
    first, second = (*texts, "null", "null")[:2]
    return message + f'  "signatures": {{\n    "primary": {first},\n    "secondary": {second}\n  }}\n}}\n'.encode()


def statement(by: Key, purpose: str, **value: str) -> dict[str, str]:
    """A signed statement as it travels in a file."""
    text = json.dumps(value) + "\n"
    return {"statement": text, "signature": by.sign(text.encode(), purpose)}


def revocation(of: Key, by: Key | None = None, reason: str = "exposed") -> dict[str, str]:
    return statement(by or of, REVOCATION, revoke=of.text, reason=reason)


def rotation(by: Key, to: Key, until: datetime) -> dict[str, str]:
    return statement(by, ROTATION, rotate_to=to.text, valid_until=until.strftime(DATE))


BUNDLED_AT = datetime.strptime(WHOLE["generated_at"] + "+0000", DATE + "%z")
