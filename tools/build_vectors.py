"""Build tests/trust/vectors.json: what is accepted as a price file and what is not, as data for any implementation.

    python -m tools.build_vectors [--check]

Keys are made from their names, so the same inputs give the same bytes. tests/trust/README.md describes the format.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from llmcost_hooks.prices.price_file import DATE, MAX_BYTES
from llmcost_hooks.prices.signing import PRICES, REVOCATION, ROTATION
from tests.trust.files import Key, closed, key, revocation, rotation, signed, signed_part, signed_text, small, statement

OUTPUT = Path(__file__).resolve().parent.parent / "tests" / "trust" / "vectors.json"
NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
MADE = NOW - timedelta(hours=1)
BUNDLED = NOW - timedelta(days=2)
K1, K2, K3, THIEF = key("one"), key("two"), key("three"), key("thief")
PINS = [K1.text, K2.text]
Vector = dict[str, Any]


def stamp(at: datetime) -> str:
    return at.strftime(DATE)


def vector(name: str, file: bytes, expect: str, **given: Any) -> Vector:
    """One case. `given`: pins, revoked, trust, floors, now, accept_rotation, force_stale, after, pad_to."""
    text: dict[str, str]
    try:
        text = {"text": file.decode("ascii")}
    except UnicodeDecodeError:
        text = {"base64": base64.b64encode(file).decode()}
    now = given.pop("now", NOW)
    return {
        "name": name,
        "file": {**text, **({"pad_to": given.pop("pad_to")} if "pad_to" in given else {})},
        "pins": given.pop("pins", PINS),
        "now": stamp(now),
        "floors": given.pop("floors", [{"generated_at": stamp(BUNDLED), "sha256": "00" * 32}]),
        "expect": expect,
        **given,
    }


def floor(at: datetime, file: bytes | None = None) -> dict[str, str]:
    digest = hashlib.sha256(file[: file.index(b'\n  "signatures"') + 1]).hexdigest() if file else "11" * 32
    return {"generated_at": stamp(at), "sha256": digest}


def trust(**members: Any) -> dict[str, Any]:
    empty = {"version": 1, "revoked": [], "trusted": [], "introduced": [], "announced": [], "floor": None}
    return {**empty, "verified": None, **members}


GOOD = signed(small(MADE), K1)


def edited(old: bytes, new: bytes, file: bytes = GOOD) -> bytes:
    assert file.count(old) >= 1, old
    return file.replace(old, new, 1)


def model(**members: Any) -> dict[str, Any]:
    """A file whose first model has these members; signed, so that only its content can be what is refused."""
    value = small(MADE)
    value["models"]["gpt-4o"] = {**value["models"]["gpt-4o"], **members}
    return value


def rate(text: Any) -> bytes:
    value = small(MADE)
    row = json.loads(json.dumps(value["models"]["gpt-4o"]["offers"]))
    row[0]["prices"][0]["standard"]["input"] = text
    value["models"]["gpt-4o"] = {**value["models"]["gpt-4o"], "offers": row}
    return signed(value, K1)


def raw(change: Callable[[bytes], bytes]) -> bytes:
    """A signed file whose signed part was changed as text before it was signed."""
    return signed(change(signed_part(small(MADE))), K1)


def tuned(factor: str) -> dict[str, Any]:
    return {"openai": {"vendor": "OpenAI", "service": "API", "fine_tuned": {"multiplier": factor}}}


def since(day: str) -> dict[str, Any]:
    value = small(MADE)
    offers = json.loads(json.dumps(value["models"]["gpt-4o"]["offers"]))
    offers[0]["prices"][0]["effective_from"] = day
    return model(offers=offers)


def number(text: bytes) -> bytes:
    return raw(lambda data: data.replace(b'"input_price_per_mtok": 2.5', b'"input_price_per_mtok": ' + text, 1))


def accepted() -> list[Vector]:
    both = signed(small(MADE), K1, K2)
    overlap = signed(small(MADE, rotation=rotation(K1, K3, NOW + timedelta(days=90))), K1)
    to_k3 = {"to": K3.text, "by": K1.text, "valid_until": stamp(NOW + timedelta(days=90))}
    from_k3 = signed(small(MADE), K3)
    revoking = signed(small(MADE, revocations=[revocation(K1)]), K2)
    gone = [{"key": K1.text, "reason": "exposed"}]
    lost = [{"key": K3.text, "reason": "lost"}]
    other_slot = signed(small(MADE), K2)
    record = {
        "sha256": "22" * 32,
        "size": 1,
        "mtime_ns": 2,
        "ctime_ns": 3,
        "ino": 4,
        "signers": [K1.text],
        "program": "1",
    }
    return [
        vector("primary only", GOOD, "accept"),
        vector("both signatures, the first key pinned", both, "accept", pins=[K1.text]),
        vector("both signatures, the second key pinned", both, "accept", pins=[K2.text]),
        vector("slots swapped", signed(small(MADE), K2, K1), "accept", pins=[K1.text]),
        vector("the installed file again", GOOD, "accept", floors=[floor(MADE, GOOD)]),
        vector("the installed content, signed by another key", other_slot, "accept", floors=[floor(MADE, GOOD)]),
        vector("newer than installed by a second", GOOD, "accept", floors=[floor(MADE - timedelta(seconds=1))]),
        vector("another untrusted comment", edited(b"comment: a test", b"comment: b test"), "accept"),
        vector("one unknown key beside a trusted one", signed(small(MADE), THIEF, K1), "accept"),
        vector("a key that the user trusts", signed(small(MADE), K3), "accept", pins=[], trust=trust(trusted=[K3.text])),
        vector("published up to 24 hours ahead of the clock", signed(small(NOW + timedelta(hours=24)), K1), "accept"),
        vector("a clock of 1970 reaches 24 hours beyond what has been seen", signed(small(BUNDLED + timedelta(hours=24)), K1), "accept", now=datetime(1970, 1, 1, tzinfo=timezone.utc)),
        vector("on its last day", signed(small(NOW - timedelta(days=45)), K1), "accept", floors=[]),
        vector("in its last moment of grace", signed(small(NOW - timedelta(days=75)), K1), "accept", floors=[]),
        vector("too old, and forced", signed(small(NOW - timedelta(days=76)), K1), "accept", floors=[], force_stale=True),
        vector("valid for 120 days", signed(small(MADE, days=120), K1), "accept"),
        vector("an unknown member", signed(small(MADE, future={"a": [1]}), K1), "accept"),
        vector("no alias at all", signed(small(MADE, aliases={}), K1), "accept"),
        vector("a price of 0", rate("0"), "accept"),
        vector("the least price", rate("0.000000001"), "accept"),
        vector("the highest price", rate("1000000"), "accept"),
        vector("an unknown price", rate(None), "accept"),
        vector("no number for readers of the first schema", number(b"null"), "accept"),
        vector("64 revocations of keys that nobody knows", signed(small(MADE, revocations=[revocation(key(str(n))) for n in range(64)]), K1), "accept", after={"revoked": []}),
        vector("signed by the second key, with the revocation of the first", revoking, "accept", after={"revoked": gone}),
        vector("the first key is revoked, the file is the second's", other_slot, "accept", trust=trust(revoked=gone)),
        vector("a revocation that another key signed says nothing", signed(small(MADE, revocations=[revocation(K1, by=K2)]), K1), "accept", after={"revoked": []}),
        vector("a revocation signed for prices says nothing", signed(small(MADE, revocations=[statement(K1, PRICES, revoke=K1.text, reason="x")]), K1), "accept", after={"revoked": []}),
        vector("a revocation with one member too many says nothing", signed(small(MADE, revocations=[statement(K1, REVOCATION, revoke=K1.text, reason="x", more="y")]), K1), "accept", after={"revoked": []}),
        vector("a revocation with a reason of 65 characters says nothing", signed(small(MADE, revocations=[revocation(K1, reason="x" * 65)]), K1), "accept", after={"revoked": []}),
        vector("a revocation in a statement of 1,000 characters", signed(small(MADE, revocations=[padded(1000)]), K2), "accept", after={"revoked": gone}),
        vector("a revocation beside one that is known", revoking, "accept", trust=trust(trusted=[K3.text], revoked=lost), after={"revoked": [*lost, *gone]}),
        vector("a revocation with an empty reason says nothing", signed(small(MADE, revocations=[revocation(K1, reason="")]), K1), "accept", after={"revoked": []}),
        vector("a revocation with an escape in its reason says nothing", signed(small(MADE, revocations=[revocation(K1, reason="\x1b[2J")]), K1), "accept", after={"revoked": []}),
        vector("members of revocations that are no statements", signed(small(MADE, revocations=[1, "x", {}, {"statement": 1, "signature": 2}, {**revocation(K1), "statement": 1}, {**revocation(K1), "signature": 2}, {"statement": "{}\n", "signature": ""}]), K1), "accept", after={"revoked": []}),
        vector("a rotation is announced and not accepted", overlap, "accept", after={"announced": [to_k3], "introduced": []}),
        vector("a rotation that the second key signed", signed(small(MADE, rotation=rotation(K2, K3, NOW + timedelta(days=90))), K1), "accept", after={"announced": [{**to_k3, "by": K2.text}]}),
        vector("a rotation is accepted", overlap, "accept", accept_rotation=True, after={"announced": [], "introduced": [to_k3]}),
        vector("a rotation to a key that the same file revokes", signed(small(MADE, revocations=[revocation(K3)], rotation=rotation(K1, K3, NOW + timedelta(days=9))), K1), "accept", accept_rotation=True, after={"announced": [], "introduced": []}),
        vector("the old key signs in the last moment of the overlap", GOOD, "accept", trust=trust(introduced=[{**to_k3, "valid_until": stamp(NOW)}])),
        vector("a user's key under the label of a pinned one displaces nothing", GOOD, "accept", trust=trust(trusted=[Key(K1.id, K3.seed).text])),
        vector("a pinned key that the user trusts under another label", GOOD, "accept", trust=trust(trusted=[Key(K3.id, K1.seed).text])),
        vector("a learned revocation drops the record of the installed file", revoking, "accept", trust=trust(verified=record), after={"revoked": gone, "verified": None}),
        vector("a known revocation keeps it", revoking, "accept", trust=trust(verified=record, revoked=gone), after={"revoked": gone, "verified": record}),
        vector("of two revocations of a key the first is kept", signed(small(MADE, revocations=[revocation(K1), revocation(K1, reason="again")]), K2), "accept", after={"revoked": gone}),
        vector("a price of 0 with many digits", rate("0.00000000000000000000"), "accept"),
        vector("a factor for fine-tuned models", signed(small(MADE, channels=tuned("1.5")), K1), "accept"),
        vector("an accepted key signs alone", from_k3, "accept", trust=trust(introduced=[to_k3])),
        vector("the old key signs within the overlap", GOOD, "accept", trust=trust(introduced=[to_k3])),
        vector("a rotation with 97 days of overlap", signed(small(MADE, rotation=rotation(K1, K3, NOW + timedelta(days=97))), K1), "accept", after={"announced": [{**to_k3, "valid_until": stamp(NOW + timedelta(days=97))}]}),
        *[
            vector(f"a rotation that does not hold: {what}", signed(small(MADE, rotation=member), K1), "accept", accept_rotation=True, after={"announced": [], "introduced": []}, **given)
            for what, member, given in (
                ("97 days and a second", rotation(K1, K3, NOW + timedelta(days=97, seconds=1)), {}),
                ("its end is now", rotation(K1, K3, NOW), {}),
                ("its end is over", rotation(K1, K3, NOW - timedelta(days=1)), {}),
                ("to the same key", rotation(K1, K1, NOW + timedelta(days=9)), {}),
                ("signed by the new key", rotation(K3, K3, NOW + timedelta(days=9)), {}),
                ("signed by a key that nobody trusts", rotation(THIEF, K3, NOW + timedelta(days=9)), {}),
                ("to a revoked key", rotation(K1, K2, NOW + timedelta(days=9)), {"revoked": [[K2.text, "lost"]]}),
                ("to a key of small order", statement(K1, ROTATION, rotate_to=weak(), valid_until=stamp(NOW + timedelta(days=9))), {}),
                ("to a number", statement(K1, ROTATION, rotate_to=1, valid_until=stamp(NOW + timedelta(days=9))), {}),
                ("to what is no key", statement(K1, ROTATION, rotate_to="RWQ", valid_until=stamp(NOW + timedelta(days=9))), {}),
                ("signed for prices", statement(K1, PRICES, rotate_to=K3.text, valid_until=stamp(NOW + timedelta(days=9))), {}),
                ("a date that is none", statement(K1, ROTATION, rotate_to=K3.text, valid_until="soon"), {}),
                ("one member too many", statement(K1, ROTATION, rotate_to=K3.text, valid_until=stamp(NOW + timedelta(days=9)), x="y"), {}),
                ("on two lines", two_lines(), {}),
                ("a date of another form", statement(K1, ROTATION, rotate_to=K3.text, valid_until="2026-12-9T0:0:0Z"), {}),
                ("no statement", 7, {}),
            )
        ],
    ]  # fmt: skip


def weak() -> str:
    return base64.b64encode(b"Ed" + bytes(8) + b"\x01" + bytes(31)).decode()


def two_lines() -> dict[str, str]:
    text = json.dumps({"rotate_to": K3.text, "valid_until": stamp(NOW + timedelta(days=9))}, indent=1) + "\n"
    return signed_text(K1, ROTATION, text)


def reworded(old: str, new: str) -> dict[str, str]:
    """The first key's revocation of itself, changed as text before it was signed."""
    text = revocation(K1)["statement"]
    assert old in text
    return signed_text(K1, REVOCATION, text.replace(old, new, 1))


def padded(length: int) -> dict[str, str]:
    """The same with spaces up to this length."""
    return reworded("}", " " * (length - len(revocation(K1)["statement"])) + "}")


def refused() -> list[Vector]:
    message = signed_part(small(MADE))
    good = K1.sign(message, f"{PRICES} x")
    relabelled = Key(b"12345678", K1.seed)
    wrong_secret = Key(K1.id, THIEF.seed)
    gone = [{"key": K1.text, "reason": "exposed"}]
    to_k3 = {"to": K3.text, "by": K1.text, "valid_until": stamp(NOW + timedelta(days=90))}
    deep = raw(lambda data: data.replace(b'"currency"', b'"deep": ' + b"[" * 17 + b"]" * 17 + b', "currency"', 1))
    spare = good.splitlines()
    spare[3] = spare[3][:85] + chr(ord(spare[3][85]) + 1) + "=="
    cases: list[tuple[str, bytes, str, dict[str, Any]]] = [
        # What was signed is changed
        ("a price changed by one digit", edited(b'"2.5"', b'"2.6"'), "E_SIG", {}),
        ("a space added", edited(b'"currency": "USD"', b'"currency":  "USD"'), "E_SIG", {}),
        ("the trusted comment changed", edited(b"v1 2026", b"v1 2027"), "E_SIG", {}),
        ("a key that nobody trusts", signed(small(MADE), THIEF), "E_NOKEY", {}),
        ("another secret under a trusted id", signed(small(MADE), wrong_secret), "E_SIG", {}),
        ("a bad signature of a trusted key beside a good one", closed(message, wrong_secret.sign(message, PRICES), K2.sign(message, PRICES)), "E_SIG", {}),
        ("a good signature beside a bad one of a trusted key", closed(message, K2.sign(message, PRICES), wrong_secret.sign(message, PRICES)), "E_SIG", {}),
        ("a signature of another file", closed(message, K1.sign(b"other", PRICES)), "E_SIG", {}),
        # Purpose and form of a signature
        ("signed as a rotation", signed(small(MADE), K1, purpose=ROTATION), "E_PURPOSE", {}),
        ("signed as a revocation", signed(small(MADE), K1, purpose=REVOCATION), "E_PURPOSE", {}),
        ("a purpose that only begins alike", closed(message, K1.sign(message, PRICES + "0")), "E_PURPOSE", {}),
        ("no purpose", closed(message, K1.sign(message, "")), "E_PURPOSE", {}),
        ("the legacy format", closed(message, K1.sign(message, PRICES, algorithm=b"Ed")), "E_LEGACY", {}),
        ("an algorithm of no kind", closed(message, K1.sign(message, PRICES, algorithm=b"Ex")), "E_SIGFMT", {}),
        ("base64 with spare bits set", closed(message, "\n".join(spare) + "\n"), "E_SIGFMT", {}),
        ("a signature of three lines", closed(message, "\n".join(good.splitlines()[:3]) + "\n"), "E_SIGFMT", {}),
        ("a signature of five lines", closed(message, good + "more\n"), "E_SIGFMT", {}),
        ("a signature without its last newline", closed(message, good[:-1]), "E_SIGFMT", {}),
        ("a signature with carriage returns", closed(message, good).replace(b"\\n", b"\\r\\n"), "E_FORMAT", {}),
        ("an empty signature", closed(message, ""), "E_SIGFMT", {}),
        ("an untrusted comment of 201 characters", closed(message, K1.sign(message, PRICES, note="x" * 201)), "E_SIGFMT", {}),
        ("an escape in the untrusted comment", closed(message, K1.sign(message, PRICES, note="\x1b[2J")), "E_FORMAT", {}),
        ("the same key twice", closed(message, good, good), "E_FORMAT", {}),
        # The block
        ("both signatures empty", closed(message), "E_UNSIGNED", {}),
        ("no signatures at all", message[:-2] + b"\n}\n", "E_UNSIGNED", {}),
        ("an empty object", b"{}", "E_UNSIGNED", {}),
        ("nothing", b"", "E_UNSIGNED", {}),
        ("a login page", b"<!doctype html><html><body>Log in</body></html>", "E_UNSIGNED", {}),
        ("cut short", GOOD[:-30], "E_FORMAT", {}),
        ("without its last newline", GOOD[:-1], "E_FORMAT", {}),
        ("a byte behind its end", GOOD + b"\n", "E_FORMAT", {}),
        ("two blocks", GOOD + GOOD[GOOD.index(b'  "signatures"') :], "E_FORMAT", {}),
        ("two blocks, one inside", edited(b'  "aliases"', b'  "signatures": {\n  },\n  "aliases"'), "E_FORMAT", {}),
        ("a third slot", edited(b'    "secondary": null', b'    "secondary": null,\n    "third": null'), "E_FORMAT", {}),
        ("slots in another order", GOOD.replace(b'"primary"', b'"x"').replace(b'"secondary"', b'"primary"'), "E_FORMAT", {}),
        ("reformatted", json.dumps(json.loads(GOOD), indent=4).encode(), "E_FORMAT", {}),
        ("minified", json.dumps(json.loads(GOOD), separators=(",", ":")).encode(), "E_FORMAT", {}),
        ("with carriage returns", GOOD.replace(b"\n", b"\r\n"), "E_FORMAT", {}),
        ("with a byte order mark", b"\xef\xbb\xbf" + GOOD, "E_JSON", {}),
        ("in UTF-16", GOOD.decode().encode("utf-16"), "E_UNSIGNED", {}),
        ("one byte over the limit", GOOD, "E_SIZE", {"pad_to": MAX_BYTES + 1}),
        # JSON with more than one meaning
        ("a member twice", raw(lambda data: data.replace(b'"currency": "USD"', b'"currency": "USD", "currency": "EUR"', 1)), "E_DUPKEY", {}),
        ("a model twice", raw(lambda data: data.replace(b'    "gpt-4o-mini"', b'    "gpt-4o"', 1)), "E_DUPKEY", {}),
        ("a member twice, once escaped", raw(lambda data: data.replace(b'"currency": "USD"', b'"currency": "USD", "c\\u0075rrency": "EUR"', 1)), "E_DUPKEY", {}),
        ("a member of a price twice", raw(lambda data: data.replace(b'"input": "2.5"', b'"input": "2.5", "input": "0"', 1)), "E_DUPKEY", {}),
        ("NaN", number(b"NaN"), "E_JSON", {}),
        ("Infinity", number(b"Infinity"), "E_JSON", {}),
        ("-Infinity", number(b"-Infinity"), "E_JSON", {}),
        ("a number of 5,000 digits", number(b"9" * 5000), "E_JSON", {}),
        ("a number of 21 digits", number(b"9" * 21), "E_JSON", {}),
        ("17 arrays deep, and signed", deep, "E_JSON", {}),
        ("100,000 arrays deep, unsigned", edited(b'"currency"', b"[" * 100_000 + b'"currency"'), "E_JSON", {}),
        ("half a character in an array", raw(lambda data: data.replace(b'"currency"', b'"more": ["\\udc00"], "currency"', 1)), "E_JSON", {}),
        ("half a character", raw(lambda data: data.replace(b'"USD"', b'"\\ud800"', 1)), "E_JSON", {}),
        ("bytes that are not UTF-8", raw(lambda data: data.replace(b'"USD"', b'"\xff"', 1)), "E_JSON", {}),
        ("a comma too many", raw(lambda data: data.replace(b'"currency": "USD",', b'"currency": "USD",,', 1)), "E_JSON", {}),
        # What the schema promises
        ("schema version 2", signed(small(MADE, schema_version=2), K1), "E_VERSION", {}),
        ("schema version 0", signed(small(MADE, schema_version=0), K1), "E_SCHEMA", {}),
        ("schema version true", signed(small(MADE, schema_version=True), K1), "E_SCHEMA", {}),
        ("schema version as a text", signed(small(MADE, schema_version="1"), K1), "E_SCHEMA", {}),
        ("a number of -1", number(b"-1"), "E_SCHEMA", {}),
        ("a number of 1e9", number(b"1e9"), "E_SCHEMA", {}),
        ("a number of 1e-30", number(b"1e-30"), "E_SCHEMA", {}),
        ("a number of 1e999999999", number(b"1e999999999"), "E_SCHEMA", {}),
        ("a text for a number", number(b'"2.5"'), "E_SCHEMA", {}),
        ("true for a number", number(b"true"), "E_SCHEMA", {}),
        ("a number for a price", rate(2.5), "E_SCHEMA", {}),
        ("a negative price", rate("-1"), "E_SCHEMA", {}),
        ("a price of NaN", rate("NaN"), "E_SCHEMA", {}),
        ("a price of Infinity", rate("Infinity"), "E_SCHEMA", {}),
        ("a price below the least", rate("0.0000000009"), "E_SCHEMA", {}),
        ("a price above the highest", rate("1000000.01"), "E_SCHEMA", {}),
        ("a price that is a word", rate("free"), "E_SCHEMA", {}),
        ("a price with an exponent", rate("1e3"), "E_SCHEMA", {}),
        ("a price with an underscore", rate("1_000"), "E_SCHEMA", {}),
        ("a price with a space", rate(" 1"), "E_SCHEMA", {}),
        ("a price with a sign", rate("+1"), "E_SCHEMA", {}),
        ("a price in other digits", rate("\u0661"), "E_SCHEMA", {}),
        ("a price of 21 decimals", rate("1.000000000000000000001"), "E_SCHEMA", {}),
        ("a price without a digit before its point", rate(".5"), "E_SCHEMA", {}),
        ("a factor of NaN for fine-tuned models", signed(small(MADE, channels=tuned("NaN")), K1), "E_SCHEMA", {}),
        ("a factor for fine-tuned models above the highest price", signed(small(MADE, channels=tuned("1000001")), K1), "E_SCHEMA", {}),
        ("a price from a day without dashes", signed(since("20250101"), K1), "E_SCHEMA", {}),
        ("a price from a week", signed(since("2025-W01-1"), K1), "E_SCHEMA", {}),
        ("a price from 2100 on", signed(since("2100-01-01"), K1), "E_SCHEMA", {}),
        ("a price from 1989 on", signed(since("1989-12-31"), K1), "E_SCHEMA", {}),
        ("a line with another price than the document", raw(lambda data: data.replace(b'"tokenizer": "o200k_base", "life', b'"tokenizer": "o200k_base", "more": {\n    "gpt-4o-mini": {}}, "life', 1)), "E_SCHEMA", {}),
        ("no models", signed(small(MADE, models={}), K1), "E_SCHEMA", {}),
        ("models as a list", raw(lambda data: data.replace(b'"models": {', b'"models": [], "old": {', 1)), "E_SCHEMA", {}),
        ("an escape in a model's name", signed({**small(MADE), "models": {"gpt\x1b[2J": small(MADE)["models"]["gpt-4o"]}, "aliases": {}}, K1), "E_SCHEMA", {}),
        ("a # in a model's name", signed({**small(MADE), "models": {"gpt#4": small(MADE)["models"]["gpt-4o"]}, "aliases": {"a": "gpt#4"}}, K1), "E_SCHEMA", {}),
        ("an escape in a provider", signed(model(provider="Open\x1b[2JAI"), K1), "E_SCHEMA", {}),
        ("an empty provider", signed(model(provider=""), K1), "E_SCHEMA", {}),
        ("a right-to-left mark in a provider", signed(model(provider="Open\u202eAI"), K1), "E_SCHEMA", {}),
        ("a window that is no number", signed(model(context_window="big"), K1), "E_SCHEMA", {}),
        ("no offers", signed(model(offers=[]), K1), "E_SCHEMA", {}),
        ("an alias to nowhere", signed(small(MADE, aliases={"a": "b"}), K1), "E_SCHEMA", {}),
        ("an alias to an unknown region", signed(small(MADE, aliases={"a": "gpt-4o#mars"}), K1), "E_SCHEMA", {}),
        ("an alias that is a model", signed(small(MADE, aliases={"gpt-4o": "gpt-4o-mini"}), K1), "E_SCHEMA", {}),
        ("an alias that is no text", signed(small(MADE, aliases={"a": 1}), K1), "E_SCHEMA", {}),
        ("two models on one line", raw(lambda data: data.replace(b',\n    "gpt-4o-mini"', b', "gpt-4o-mini"', 1)), "E_SCHEMA", {}),
        ("models out of order", raw(swapped), "E_SCHEMA", {}),
        ("an escaped name of a model", raw(lambda data: data.replace(b'    "gpt-4o":', b'    "gpt\\u002d4o":', 1)), "E_SCHEMA", {}),
        ("a currency of its own", signed(small(MADE, currency="EUR"), K1), "E_SCHEMA", {}),
        ("revocations that are no list", signed(small(MADE, revocations={}), K1), "E_SCHEMA", {}),
        ("without revocations", raw(lambda data: data.replace(b'"revocations"', b'"retractions"', 1)), "E_SCHEMA", {}),
        ("65 revocations", signed(small(MADE, revocations=[1] * 65), K1), "E_SCHEMA", {}),
        ("an unknown source", signed(small(MADE, sources={}), K1), "E_SCHEMA", {}),
        ("a channel without a vendor", signed(small(MADE, channels={"openai": {}}), K1), "E_SCHEMA", {}),
        # Dates
        ("valid for 120 days and a second", signed(small(MADE, days=120 + 1 / 86400), K1), "E_SCHEMA", {}),
        ("valid for ten years", signed(small(MADE, days=3650), K1), "E_SCHEMA", {}),
        ("valid for no time", signed(small(MADE, days=0), K1), "E_SCHEMA", {}),
        ("dates reversed", signed(small(MADE, days=-1), K1), "E_SCHEMA", {}),
        ("the 30th of February", signed(small(MADE, generated_at="2026-02-30T00:00:00Z"), K1), "E_SCHEMA", {}),
        ("a date in the year 9999", signed(small(MADE, generated_at="9999-12-30T00:00:00Z", valid_until="9999-12-31T00:00:00Z"), K1), "E_SCHEMA", {}),
        ("a date in one digit", signed(small(MADE, generated_at="2026-11-8T11:00:00Z"), K1), "E_SCHEMA", {}),
        ("a date with an offset", signed(small(MADE, generated_at="2026-11-28T11:00:00+00:00"), K1), "E_SCHEMA", {}),
        ("a date without a time", signed(small(MADE, generated_at="2026-11-28"), K1), "E_SCHEMA", {}),
        ("a date as a number", signed(small(MADE, generated_at=1), K1), "E_SCHEMA", {}),
        ("24 hours and a second ahead of the clock", signed(small(NOW + timedelta(hours=24, seconds=1)), K1), "E_FUTURE", {}),
        ("a year ahead of the clock, forced", signed(small(NOW + timedelta(days=365)), K1), "E_FUTURE", {"force_stale": True}),
        ("a clock of 1970 does not reach what has not been seen", signed(small(BUNDLED + timedelta(days=2)), K1), "E_FUTURE", {"now": datetime(1970, 1, 1, tzinfo=timezone.utc)}),
        ("a second older than installed", GOOD, "E_ROLLBACK", {"floors": [floor(MADE + timedelta(seconds=1))]}),
        ("older than the release's own", signed(small(BUNDLED - timedelta(days=1)), K1), "E_ROLLBACK", {}),
        ("older than the release's own, forced", signed(small(BUNDLED - timedelta(days=1)), K1), "E_ROLLBACK", {"force_stale": True}),
        ("older than what was seen, after the file was lost", GOOD, "E_ROLLBACK", {"trust": trust(floor=floor(MADE + timedelta(hours=1)))}),
        ("another content under the same date", GOOD, "E_EQUIVOCATION", {"floors": [floor(MADE)]}),
        ("another content under a date that was seen", GOOD, "E_EQUIVOCATION", {"trust": trust(floor=floor(MADE))}),
        ("a second beyond its grace", signed(small(NOW - timedelta(days=75, seconds=1)), K1), "E_EXPIRED", {"floors": []}),
        ("expired by what was seen, with the clock set back", signed(small(NOW - timedelta(days=80)), K1), "E_ROLLBACK", {"now": NOW - timedelta(days=70)}),
        ("forced, with a bad signature", edited(b'"2.5"', b'"2.6"'), "E_SIG", {"force_stale": True}),
        # Keys
        ("no key is pinned", GOOD, "E_NOPIN", {"pins": []}),
        ("the key is revoked", GOOD, "E_REVOKED", {"trust": trust(revoked=gone)}),
        ("the key is revoked by the release", GOOD, "E_REVOKED", {"revoked": [[K1.text, "stolen"]]}),
        ("a revoked key beside a good one", signed(small(MADE), K1, K2), "E_REVOKED", {"trust": trust(revoked=gone)}),
        ("a good key beside a revoked one", signed(small(MADE), K2, K1), "E_REVOKED", {"trust": trust(revoked=gone)}),
        ("a revoked key that nobody pins any more", signed(small(MADE), K1, K2), "E_REVOKED", {"pins": [K2.text], "revoked": [[K1.text, "stolen"]]}),
        ("a file with the revocation of its own key", signed(small(MADE, revocations=[revocation(K1)]), K1), "E_REVOKED", {"after": {"revoked": gone}}),
        ("a forged file teaches a true revocation", signed(small(MADE, revocations=[revocation(K1)]), THIEF), "E_NOKEY", {"after": {"revoked": gone}}),
        ("an invalid file teaches a true revocation", signed(small(MADE, revocations=[revocation(K1)], currency="EUR"), K2), "E_SCHEMA", {"after": {"revoked": gone}}),
        ("an old file teaches a true revocation", signed(small(BUNDLED - timedelta(days=1), revocations=[revocation(K1)]), K2), "E_ROLLBACK", {"after": {"revoked": gone}}),
        ("a list of 65 revocations is not looked at", signed(small(MADE, revocations=[revocation(K1), *[1] * 64]), K2), "E_SCHEMA", {"after": {"revoked": []}}),
        *[
            (f"a forged file with a revocation that says nothing: {what}", signed(small(MADE, revocations=[member]), THIEF), "E_NOKEY", {"after": {"revoked": []}})
            for what, member in (
                ("a statement of 1,001 characters", padded(1001)),
                ("its newline is not at its end", reworded(', "reason": "exposed"}\n', ',\n"reason": "exposed"}')),
                ("a member twice", reworded('"reason": ', '"reason": "lost", "reason": ')),
                ("no JSON", reworded('"revoke": ', "")),
                ("a list", reworded(revocation(K1)["statement"], '["revoke", "reason"]\n')),
                ("a reason that is a number", statement(K1, REVOCATION, revoke=K1.text, reason=1)),
                ("a reason in other letters", revocation(K1, reason="\u00fc")),
                ("a key that is a number", statement(K1, REVOCATION, revoke=1, reason="x")),
                ("of what is no key", statement(K1, REVOCATION, revoke="RWQ", reason="x")),
                ("of a key of small order", statement(K1, REVOCATION, revoke=weak(), reason="x")),
            )
        ],
        ("the 64th revocation of a forged file", signed(small(MADE, revocations=[*[1] * 63, revocation(K1)]), THIEF), "E_NOKEY", {"after": {"revoked": gone}}),
        ("a file of an introduced key revokes who introduced it", signed(small(MADE, revocations=[revocation(K1)]), K3), "E_REVOKED", {"trust": trust(introduced=[to_k3]), "after": {"revoked": gone, "verified": None}}),
        ("a user's key under the label of a pinned one", signed(small(MADE), Key(K1.id, K3.seed)), "E_SIG", {"trust": trust(trusted=[Key(K1.id, K3.seed).text])}),
        ("a revoked key under another label", signed(small(MADE), relabelled), "E_REVOKED", {"pins": [relabelled.text, K2.text], "trust": trust(revoked=gone)}),
        ("every key is revoked", signed(small(MADE), THIEF), "E_ALLREVOKED", {"pins": [K1.text], "trust": trust(revoked=gone)}),
        ("the old key after the overlap of an accepted rotation", GOOD, "E_NOKEY", {"trust": trust(introduced=[{**to_k3, "valid_until": stamp(NOW - timedelta(seconds=1))}])}),
        ("the old key, whose overlap is over by what was seen, with the clock set back", GOOD, "E_NOKEY", {"now": BUNDLED - timedelta(days=9), "floors": [floor(MADE, GOOD)], "trust": trust(introduced=[{**to_k3, "valid_until": stamp(MADE - timedelta(seconds=1))}])}),
        ("a key that a revoked key introduced", signed(small(MADE), K3), "E_REVOKED", {"trust": trust(introduced=[to_k3], revoked=gone)}),
        ("a key that the next one introduced, after the first is revoked", signed(small(MADE), THIEF), "E_REVOKED", {"trust": trust(introduced=[to_k3, {**to_k3, "to": THIEF.text, "by": K3.text}], revoked=gone)}),
        ("an announced key that nobody accepted", signed(small(MADE), K3), "E_NOKEY", {"trust": trust(announced=[to_k3])}),
        ("a key that the user trusts, revoked by itself", signed(small(MADE, revocations=[revocation(K3)]), K3), "E_REVOKED", {"pins": [], "trust": trust(trusted=[K3.text]), "after": {"revoked": [{"key": K3.text, "reason": "exposed"}]}}),
    ]  # fmt: skip
    return [vector(name, file, expect, **given) for name, file, expect, given in cases]


def swapped(data: bytes) -> bytes:
    """The two models in the other order."""
    begin, end = data.index(b'    "gpt-4o"'), data.index(b'\n  },\n  "aliases"')
    first, second = data[begin:end].split(b",\n    ", 1)
    return data[:begin] + b"    " + second + b",\n" + first + data[end:]


def render() -> bytes:
    vectors = [*accepted(), *refused()]
    names = [each["name"] for each in vectors]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    lines = ",\n".join(json.dumps(each) for each in vectors)
    return f"[\n{lines}\n]\n".encode("ascii")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file that is there")
    given = parser.parse_args()
    data = render()
    if given.check:
        same = OUTPUT.read_bytes() == data
        print("the same bytes" if same else "OTHER BYTES")
        return 0 if same else 1
    OUTPUT.write_bytes(data)
    print(f"{len(json.loads(data))} vectors, {len(data):,} bytes -> {OUTPUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
