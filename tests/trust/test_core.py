"""The trust core at its edges, where a vector cannot say it: limits, messages, the store as text."""

from __future__ import annotations

import base64
import json
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.prices.price_file import Refused, check_document, moment, parse_document, split_file
from llmcost_hooks.prices.signing import (
    PRICES,
    SMALL_ORDER,
    BadKey,
    BadSignature,
    parse_key,
    parse_signature,
    verify,
)
from llmcost_hooks.prices.strict_json import Duplicate, NotStrict, parse_strict
from llmcost_hooks.prices.trust import (
    Floor,
    Revoked,
    Roots,
    Rotation,
    Trust,
    Verified,
    floor_if_signed,
    floor_of,
    judge_file,
    parse_trust,
    render_trust,
    revoked_keys,
    trusted_keys,
)

from ..pace import quiet_seconds
from .files import Key, closed, key, revocation, rotation, signed, signed_part, small

NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
LATER = "2027-02-01T00:00:00Z"
K1, K2, K3, K4 = key("one"), key("two"), key("three"), key("four")
ROOTS = Roots((K1.text, K2.text))


# --- strict JSON -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"[" * 16 + b"]" * 16, None),
        (b'{"a": {"b": []}}', {"a": {"b": []}}),
        (b'["[[[[[[[[[[[[[[[[[", "]"]', ["[[[[[[[[[[[[[[[[[", "]"]),
        (b'["\\"[[[[[[[[[[[[[[[[[[[[[", 1]', None),
        (b"[" + b"[]," * 40 + b"[]]", None),
        (b"9" * 20, 10**20 - 1),
        (b"0." + b"1" * 23, Decimal("0." + "1" * 23)),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        ("\u00fc".encode().join([b'"', b'"']), "\u00fc"),
        (b"1.50", Decimal("1.50")),
    ],
)
def test_what_is_strict(text: bytes, value: Any) -> None:
    found = parse_strict(text)
    assert value is None or (found == value and type(found) is type(value))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"[" * 17 + b"]" * 17, "it is nested too deeply"),
        (b'{"a":' * 17 + b"1" + b"}" * 17, "it is nested too deeply"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'"x"' + b"[" * 17, "it is nested too deeply"),
        (b'"\\', "it is not JSON"),
        (b'"abc', "it is not JSON"),
        (b"", "it is not JSON"),
        (b"1 2", "it is not JSON"),
        (b"9" * 21, "a number is too long"),
        (b"0." + b"1" * 24, "a number is too long"),
        (b"1e99999999999999999999", "it is not JSON"),
        (b"NaN", "NaN is no number"),
        (b"-Infinity", "-Infinity is no number"),
        (b'"\xff"', "it is not UTF-8"),
        (b'"\\ud800"', "it holds half a character"),
        (b'["\\uDFFF"]', "it holds half a character"),
        (b'{"\\udbff": 1}', "it holds half a character"),
        (b'{"a": [{"b": "\\uDc00"}]}', "it holds half a character"),
        (b'{"a": 1, "b": 2, "a": 3}', 'it has the member "a" twice'),
        (b'{"b": 1, "a": 2, "a": 3}', 'it has the member "a" twice'),
        (b'{"a": 1, "\\u0061": 3}', 'it has the member "a" twice'),
        (b'{"' + b"a" * 100 + b'": 1, "' + b"a" * 100 + b'": 1}', f'it has the member "{"a" * 100}" twice'),
        (b'{"' + b"a" * 101 + b'": 1, "' + b"a" * 101 + b'": 1}', "it has a member twice"),
        (b'{"\\u001b": 1, "\\u001b": 1}', "it has a member twice"),
        (b'{"\xc3\xbc": 1, "\xc3\xbc": 1}', "it has a member twice"),
        (b"[1]]" + b"[" * 18, "it is nested too deeply"),
    ],
)
def test_what_is_not_strict(text: bytes, why: str) -> None:
    with pytest.raises(NotStrict) as caught:
        parse_strict(text)
    assert str(caught.value) == why
    assert isinstance(caught.value, Duplicate) == ("twice" in why)


@pytest.mark.parametrize("text", [b'"' + b'\\"' * 500_000, b'"\\' * 500_000, b'"' * 999_999, b'\\"' * 500_000])
def test_the_time_is_linear(text: bytes) -> None:

    def work() -> None:
        with pytest.raises(NotStrict):
            parse_strict(text)

    assert quiet_seconds(work, times=1) < 1


# --- keys and signatures -----------------------------------------------------------------------------------------

MESSAGE = b"a message"


def test_a_key() -> None:
    found = parse_key(K1.text)
    assert (found.id, found.key, found.text) == (K1.id, K1.raw, K1.text)
    assert found.shown() == K1.id[::-1].hex().upper()


@pytest.mark.parametrize("raw", sorted(SMALL_ORDER))
def test_weak_keys(raw: bytes) -> None:
    assert len(raw) == 32
    with pytest.raises(BadKey, match="weak"):
        parse_key(base64.b64encode(b"Ed" + bytes(8) + raw).decode())


PRIME = 2**255 - 19


def test_every_point_of_small_order_is_known_in_every_encoding() -> None:
    """y of the eight points, their sign bits, and y + p where that still fits into 255 bits."""
    d = -121665 * pow(121666, -1, PRIME) % PRIME
    encodings = set()
    for y in {1, PRIME - 1, 0, *_of_order_eight(d)}:
        for number in (y, y + PRIME):
            if number < 2**255:
                encodings |= {number.to_bytes(32, "little"), (number | 1 << 255).to_bytes(32, "little")}
    assert encodings == SMALL_ORDER


def _of_order_eight(d: int) -> list[int]:
    """y with 2P of order 4, whose y is 0: x² = -y², so that d·y⁴ + 2·y² - 1 = 0."""

    def root(square: int) -> int | None:
        found = pow(square, (PRIME + 3) // 8, PRIME)
        for each in (found, found * pow(2, (PRIME - 1) // 4, PRIME) % PRIME):
            if each * each % PRIME == square % PRIME:
                return each
        return None

    under = root(1 + d)
    assert under is not None
    squares = [(sign * under - 1) * pow(d, -1, PRIME) % PRIME for sign in (1, -1)]
    found = [y for y in map(root, squares) if y is not None]
    return [*found, *(PRIME - y for y in found)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not a minisign public key"),
        (K1.text[:-1], "is not a minisign public key"),
        (K1.text + "\n", "is not a minisign public key"),
        (" " + K1.text, "is not a minisign public key"),
        (base64.b64encode(b"Ed" + bytes(41)).decode(), "is not a minisign public key"),
        (base64.b64encode(b"ED" + K1.id + K1.raw).decode(), "another algorithm"),
        ("\u00fc" * 56, "is not a minisign public key"),
    ],
)
def test_what_is_no_key(text: str, why: str) -> None:
    with pytest.raises(BadKey, match=why):
        parse_key(text)


def changed(line: int, text: str, of: str | None = None) -> str:
    lines = (of or K1.sign(MESSAGE, PRICES)).split("\n")
    lines[line] = text
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        K1.sign(MESSAGE, PRICES, note=""),
        K1.sign(MESSAGE, PRICES, note="~" * 200),
        K1.sign(MESSAGE, PRICES + " " + "~" * (400 - len(PRICES) - 1)),
        K1.sign(MESSAGE, PRICES + " \t"),
        K1.sign(MESSAGE, PRICES),
    ],
)
def test_signatures(text: str) -> None:
    signature = parse_signature(text)
    assert (signature.key_id, signature.text) == (K1.id, text)
    assert signature.comment == text.split("\n")[2].removeprefix("trusted comment: ")
    verify(MESSAGE, signature, parse_key(K1.text), PRICES)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (K1.sign(MESSAGE, PRICES, note="~" * 201), "format"),
        (K1.sign(MESSAGE, "~" * 401), "format"),
        (K1.sign(MESSAGE, PRICES, note="\u00fc"), "format"),
        (K1.sign(MESSAGE, "\u00fc"), "format"),
        (K1.sign(MESSAGE, "\x1b"), "format"),
        (K1.sign(MESSAGE, PRICES) + "x", "format"),
        ("x" + K1.sign(MESSAGE, PRICES), "format"),
        (K1.sign(MESSAGE, PRICES)[:-1], "format"),
        (changed(1, base64.b64encode(b"ED" + bytes(71)).decode()), "format"),
        (changed(1, base64.b64encode(b"ED" + bytes(73)).decode()), "format"),
        (changed(1, base64.b64encode(b"ED" + bytes(72)).decode()[:-2] + "B="), "format"),
        (changed(3, base64.b64encode(bytes(63)).decode()), "format"),
        (changed(3, base64.b64encode(bytes(64)).decode()[:-3] + "B=="), "format"),
        (changed(0, "untrusted comment x"), "format"),
        (changed(2, "trusted comment:x"), "format"),
        (K1.sign(MESSAGE, PRICES, algorithm=b"Ed"), "legacy"),
        (K1.sign(MESSAGE, PRICES, algorithm=b"EE"), "format"),
    ],
)
def test_what_is_no_signature(text: str, kind: str) -> None:
    with pytest.raises(BadSignature) as caught:
        parse_signature(text)
    assert caught.value.kind == str(caught.value) == kind


@pytest.mark.parametrize(
    ("text", "key", "kind"),
    [
        (K1.sign(b"other", PRICES), K1, "mismatch"),
        (K1.sign(MESSAGE, PRICES), K2, "mismatch"),
        (Key(K1.id, K2.seed).sign(MESSAGE, PRICES), K1, "mismatch"),
        (K1.sign(MESSAGE, PRICES).replace("v1", "v2"), K1, "mismatch"),
        (K1.sign(MESSAGE, "x" + PRICES), K1, "purpose"),
        (K1.sign(MESSAGE, PRICES + "\t"), K1, "purpose"),
        (K1.sign(MESSAGE, PRICES[:-1]), K1, "purpose"),
    ],
)
def test_what_does_not_verify(text: str, key: Key, kind: str) -> None:
    with pytest.raises(BadSignature) as caught:
        verify(MESSAGE, parse_signature(text), parse_key(key.text), PRICES)
    assert caught.value.kind == kind


def test_a_hidden_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "minisign", ModuleType("minisign"))
    with pytest.raises(ConfigError, match="hides py-minisign") as caught:
        verify(MESSAGE, parse_signature(K1.sign(MESSAGE, PRICES)), parse_key(K1.text), PRICES)
    assert "pip uninstall minisign" in caught.value.hint


# --- the price file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        None, 1, "", "2026-11-26", "2026-11-26T00:00:00", "2026-11-26T00:00:00Z\n", "2026-2-3T0:0:0Z",
        "2026-02-30T00:00:00Z", "1999-12-31T23:59:59Z", "9999-12-31T00:00:00Z", "3000-01-01T00:00:00Z",
        "2026-11-26t00:00:00Z", "2026-11-26T00:00:00+00:00", "\u0662026-11-26T00:00:00Z", "2026-11-26T24:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_date(text: object) -> None:
    with pytest.raises(ValueError):
        moment(text)


def test_dates() -> None:
    assert moment("2000-01-01T00:00:00Z") == datetime(2000, 1, 1, tzinfo=timezone.utc)
    assert moment("2999-12-31T23:59:59Z").tzinfo is timezone.utc


@pytest.mark.parametrize(
    ("file", "id"),
    [
        (b" " * (8 * 1024 * 1024 + 1), "E_SIZE"),
        (b" " * (8 * 1024 * 1024), "E_UNSIGNED"),
        (b"{}", "E_UNSIGNED"),
        (b'{"signatures"}', "E_FORMAT"),
        (closed(b"{\n", "x" * 2001), "E_FORMAT"),
        (closed(b"", "x"), "E_FORMAT"),
        (closed(b"{\n", "\u00fc"), "E_FORMAT"),
    ],
)
def test_what_is_not_split(file: bytes, id: str) -> None:
    with pytest.raises(Refused) as caught:
        split_file(file)
    assert caught.value.id == id


def test_split() -> None:
    text = 'a\n\t"\\b'
    assert split_file(closed(b"{\n", text)) == (b"{\n", (text,))
    assert split_file(closed(b"{\n", text, "x" * 2000)) == (b"{\n", (text, "x" * 2000))
    assert split_file(closed(b"{\n")) == (b"{\n", ())
    assert split_file(closed(b"{\n", None, "b")) == (b"{\n", ("b",))


def document(**members: Any) -> tuple[dict[str, Any], bytes]:
    data = closed(signed_part(small(NOW, **members)))
    return parse_document(split_file(data).signed), data


def models(**members: Any) -> dict[str, Any]:
    value: dict[str, Any] = small(NOW)["models"]
    return {"gpt-4o": {**value["gpt-4o"], **members}, "gpt-4o-mini": value["gpt-4o-mini"]}


def offers(prices: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    (offer,) = small(NOW)["models"]["gpt-4o"]["offers"]
    row = {**offer["prices"][0], **(prices or {})}
    return models(offers=[{**offer, "prices": [row], **members}])


OPENAI = {"vendor": "OpenAI", "service": "API"}
RATES = {"input": "1"}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"db_version": "x" * 400},
        {"revocations": [1] * 64},
        {"channels": {"openai": {**OPENAI, "fine_tuned": {"multiplier": "1.5"}}}},
        {"channels": {"openai": {**OPENAI, "fine_tuned": None}}},
        {"models": models(input_price_per_mtok=0)},
        {"models": models(input_price_per_mtok=1000000)},
        {"models": models(developer="OpenAI", base_model="x", mode="chat")},
        {"models": offers({"effective_from": "1990-01-01"})},
        {"models": offers({"effective_from": "2099-12-31"})},
        {"models": offers({"per_request": {"request": "1"}, "training": "25"})},
        {"models": offers(region_multipliers={"eu": "1.1"}), "aliases": {"a": "gpt-4o#eu", "b": "gpt-4o"}},
        {"models": {"g" * 200: small(NOW)["models"]["gpt-4o"]}, "aliases": {"a" * 200: "g" * 200}},
    ],
    ids=str,
)
def test_valid_documents(members: dict[str, Any]) -> None:
    value, data = document(**members)
    checked = check_document(value, data)
    assert checked.models == len(value["models"])
    assert (checked.version, checked.generated_at) == (value["db_version"], NOW)
    assert checked.valid_until == NOW + timedelta(days=45)


def tier(**members: Any) -> list[dict[str, Any]]:
    return [{"variant": "standard", "when_input_gt": 10, "input": "1", **members}]


def window(**members: Any) -> list[dict[str, Any]]:
    return [{"variant": "standard", "utc_from": "01:00", "utc_to": "02:00", "input": "1", **members}]


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"schema_version": 0}, "schema_version"),
        ({"schema_version": Decimal("1.0")}, "schema_version"),
        ({"generated_at": "9999-12-31T00:00:00Z"}, "generated_at"),
        ({"valid_until": "soon"}, "valid_until"),
        ({"valid_until": "2026-11-28T12:00:00Z"}, "valid_until"),
        ({"valid_until": "2027-03-28T12:00:01Z"}, "valid_until"),
        ({"db_version": ""}, "db_version"),
        ({"db_version": "x" * 401}, "db_version"),
        ({"db_version": 1}, "db_version"),
        ({"db_version": "\u00fc"}, "db_version"),
        ({"db_version": "\n"}, "db_version"),
        ({"currency": None}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"revocations": None}, "revocations"),
        ({"revocations": [1] * 65}, "revocations"),
        ({"sources": []}, "sources or channels"),
        ({"sources": {"s": {}}}, "sources or channels"),
        ({"sources": {"s": {"url": "u", "verified_at": "20261126", "verified_by": "x"}}}, "sources or channels"),
        ({"sources": {"s": 1}}, "sources or channels"),
        ({"channels": {"openai": {}}}, "sources or channels"),
        ({"channels": {"openai": {"vendor": ""}}}, "channels"),
        ({"channels": {"openai": {**OPENAI, "fine_tuned": {"multiplier": "NaN"}}}}, "sources or channels"),
        ({"channels": {"openai": {**OPENAI, "fine_tuned": {"multiplier": 1}}}}, "sources or channels"),
        ({"channels": {"openai": {**OPENAI, "fine_tuned": {"multiplier": "1000001"}}}}, "channels"),
        ({"models": {}, "aliases": {}}, "models"),
        ({"models": {"g" * 201: small(NOW)["models"]["gpt-4o"]}, "aliases": {}}, "models (a name)"),
        ({"models": {".a": small(NOW)["models"]["gpt-4o"]}, "aliases": {}}, "models (a name)"),
        ({"models": models(provider=1)}, "models.gpt-4o"),
        ({"models": models(developer="")}, "models.gpt-4o"),
        ({"models": models(base_model="\x1b")}, "models.gpt-4o"),
        ({"models": models(tokenizer="\u00fc")}, "models.gpt-4o"),
        ({"models": models(mode="")}, "models.gpt-4o"),
        ({"models": models(lifecycle={"retires_at": None, "replacement": ""})}, "models.gpt-4o"),
        ({"models": models(input_price_per_mtok=True)}, "models.gpt-4o.input_price_per_mtok"),
        ({"models": models(output_price_per_mtok="1")}, "models.gpt-4o.output_price_per_mtok"),
        ({"models": models(output_price_per_mtok=-1)}, "models.gpt-4o.output_price_per_mtok"),
        ({"models": models(input_price_per_mtok=1000001)}, "models.gpt-4o.input_price_per_mtok"),
        ({"models": offers({"effective_from": "1989-12-31"})}, "models.gpt-4o.effective_from"),
        ({"models": offers({"effective_from": "2100-01-01"})}, "models.gpt-4o.effective_from"),
        ({"models": offers({"effective_from": "20250101"})}, "models.gpt-4o"),
        ({"models": offers({"effective_from": "2025-W01-1"})}, "models.gpt-4o"),
        ({"models": offers({"standard": {"input": "1e3"}})}, "models.gpt-4o"),
        ({"models": offers({"standard": {"input": "1_000"}})}, "models.gpt-4o"),
        ({"models": offers({"standard": {"input": " 1"}})}, "models.gpt-4o"),
        ({"models": offers({"standard": {"input": "1.000000000000000000001"}})}, "models.gpt-4o"),
        ({"models": offers({"standard": {**RATES, "cache_write_1h": "1000001"}})}, "models.gpt-4o"),
        ({"models": offers({"standard": {**RATES, "input_audio": "1000001"}})}, "models.gpt-4o"),
        ({"models": offers({"variants": {"batch": {"input": "1000001"}}})}, "models.gpt-4o"),
        ({"models": offers({"variants": {"": {"input": "1"}}})}, "models.gpt-4o"),
        ({"models": offers({"tiers": tier(input="1000001")})}, "models.gpt-4o"),
        ({"models": offers({"time_of_day": window(input="1000001")})}, "models.gpt-4o"),
        ({"models": offers({"per_request": {"request": "1000001"}})}, "models.gpt-4o"),
        ({"models": offers({"per_request": {"": "1"}})}, "models.gpt-4o"),
        ({"models": offers({"training": "1000001"})}, "models.gpt-4o"),
        ({"models": offers({"standard": {"\x1b": "1"}})}, "models.gpt-4o"),
        ({"models": offers(region_multipliers={"eu": "1000001"})}, "models.gpt-4o"),
        ({"models": offers(region_multipliers={"\x1b": "1"})}, "models.gpt-4o"),
        ({"models": offers(channel="")}, "models.gpt-4o"),
        ({"models": offers(region="")}, "aliases.a"),
        ({"sources": {"s": {"url": "\x1b", "verified_at": "2026-11-26", "verified_by": "x"}}}, "models.gpt-4o"),
        ({"sources": {"s": {"url": "u", "verified_at": "2026-11-26", "verified_by": ""}}}, "models.gpt-4o"),
        ({"aliases": {"": "gpt-4o"}}, "aliases (a name)"),
        ({"aliases": {"a" * 201: "gpt-4o"}}, "aliases (a name)"),
        ({"aliases": {"gpt-4o": "gpt-4o"}}, "aliases (a name)"),
        ({"aliases": {"a": None}}, "aliases (a name)"),
        ({"aliases": {"a": "none"}}, "aliases.a"),
        ({"aliases": {"a": "gpt-4o#eu"}}, "aliases.a"),
    ],
    ids=str,
)
def test_invalid_documents(members: dict[str, Any], field: str) -> None:
    if field == "aliases.a":
        members = {"aliases": {"a": "gpt-4o#nowhere"}, **members}
    plain = json.loads(json.dumps(members, default=float)) if "schema_version" not in members else {}
    value, data = document(**plain)
    value.update(members if "schema_version" in members else {})
    with pytest.raises(Refused) as caught:
        check_document(value, data)
    assert (caught.value.id, caught.value.message) == (
        "E_SCHEMA",
        f"Price file is not valid: the field {field} is not.",
    )


@pytest.mark.parametrize("member", ["models", "aliases"])
def test_members_that_are_no_object(member: str) -> None:
    value, data = document()
    with pytest.raises(Refused, match=f"the field {member} is not"):
        check_document({**value, member: []}, data)
    with pytest.raises(Refused, match=f"the field {member} is not"):
        check_document({**value, member: ["gpt-4o"]}, data)


@pytest.mark.parametrize(("count", "field"), [(50_000, "models.0"), (50_001, "models")])
def test_as_many_models_as_there_may_be(count: int, field: str) -> None:
    """Models without prices: of 50,000 the first one is refused, of one more none is looked at."""
    value, data = document()
    with pytest.raises(Refused, match=f"the field {field} is not"):
        check_document({**value, "models": {str(n): {} for n in range(count)}}, data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"gpt-4o": {', b'"gpt-4o":{'),
        (b'    "gpt-4o": {', b'     "gpt-4o": {'),
        (b'"gpt-4o-2024-08-06": "gpt-4o"', b'"gpt-4o-2024-08-06":\n"gpt-4o"'),
        (b'": {"provider"', b'": {\n"provider"'),
        # "gpt-4o" ends on the line of the other model, which the lines show as cheaper than the document does
        (b'"tokenizer": "o200k_base", "life', b'"tokenizer": "o200k_base", "more": {\n    "gpt-4o-mini": {}}, "life'),
    ],
)  # fmt: skip
def test_lines_that_say_something_else_than_the_document(old: bytes, new: bytes) -> None:
    data = document()[1]
    assert old in data
    data = data.replace(old, new, 1)
    with pytest.raises(Refused) as caught:
        check_document(parse_document(split_file(data).signed), data)
    assert "layout" in caught.value.message


# --- keys that are trusted, and for how long ---------------------------------------------------------------------


def rotated(by: Key, to: Key, until: str = LATER) -> Rotation:
    return Rotation(to.text, by.text, until)


def names(trust: Trust, roots: Roots = ROOTS, at: datetime = NOW) -> str:
    known = {each.text: name for each, name in ((K1, "1"), (K2, "2"), (K3, "3"), (K4, "4"))}
    return "".join(known[each.text] for each in trusted_keys(trust, roots, at))


def test_trusted_keys() -> None:
    end = moment(LATER)
    assert names(Trust()) == "12"
    assert names(Trust(trusted=(K3.text, K1.text))) == "123"
    assert names(Trust(introduced=(rotated(K1, K3),))) == "123"
    assert names(Trust(introduced=(rotated(K1, K3),)), at=end) == "123"
    assert names(Trust(introduced=(rotated(K1, K3),)), at=end + timedelta(seconds=1)) == "23"
    assert names(Trust(announced=(rotated(K1, K3),)), at=end + timedelta(days=1)) == "12"
    assert names(Trust(revoked=(Revoked(K1.text, "x"),), introduced=(rotated(K1, K3), rotated(K3, K4)))) == "2"
    assert names(Trust(revoked=(Revoked(K3.text, "x"),), introduced=(rotated(K1, K3), rotated(K3, K4)))) == "12"
    assert names(Trust(introduced=(rotated(K3, K4), rotated(K1, K3))), Roots((K2.text,), ((K1.text, "x"),))) == "2"
    rooted = Trust(trusted=(K3.text,), revoked=(Revoked(K1.text, "x"),), introduced=(rotated(K1, K3), rotated(K1, K2)))
    assert names(rooted) == "23"


def test_why_a_key_is_gone() -> None:
    trust = Trust(revoked=(Revoked(K1.text, "mine"),), introduced=(rotated(K1, K3), rotated(K1, K1)))
    assert revoked_keys(trust, Roots((), ((K2.text, "built in"),))) == {
        K1.raw: "mine", K2.raw: "built in", K3.raw: "introduced by a revoked key",
    }  # fmt: skip


def judged(data: bytes, trust: Trust = Trust(), roots: Roots = ROOTS, at: datetime = NOW, **given: bool) -> str:  # noqa: B008
    try:
        judge_file(data, trust, roots, (), at, **given)
    except Refused as refused:
        return refused.id
    return "accept"


def test_a_label_displaces_no_key() -> None:
    other = Key(K1.id, K3.seed)
    assert judged(signed(small(NOW), K1), Trust(trusted=(other.text,))) == "accept"
    assert judged(signed(small(NOW), other), Trust(trusted=(other.text,))) == "E_SIG"
    relabelled = Key(K3.id, K1.seed)
    for each in (K1, relabelled):
        assert judged(signed(small(NOW), each), Trust(trusted=(relabelled.text,))) == "accept"


def test_a_key_that_signs_in_both_places_under_two_labels_counts_once_or_twice_and_is_trusted() -> None:
    relabelled = Key(K3.id, K1.seed)
    assert judged(signed(small(NOW), K1, relabelled), Trust(trusted=(relabelled.text,))) == "accept"
    assert judged(signed(small(NOW), K1, K1)) == "E_FORMAT"


def test_revocations_are_remembered_once_and_drop_the_record() -> None:
    verified = Verified("00", 1, 2, 3, 4, (K1.text,), "1")
    told = signed(small(NOW, revocations=[revocation(K1, reason="first"), revocation(K1, reason="second")]), K2)
    after = judge_file(told, Trust(verified=verified), ROOTS, (), NOW).trust
    assert after.revoked == (Revoked(K1.text, "first"),)
    assert after.verified is None
    again = judge_file(told, after._replace(verified=verified), ROOTS, (), NOW).trust
    assert (again.revoked, again.verified) == (after.revoked, verified)


@pytest.mark.parametrize("length", [1, 64])
def test_reasons(length: int) -> None:
    told = signed(small(NOW, revocations=[revocation(K1, reason="x" * length)]), K2)
    assert judge_file(told, Trust(), ROOTS, (), NOW).trust.revoked == (Revoked(K1.text, "x" * length),)


def test_the_64th_revocation_counts_and_a_list_of_65_is_not_looked_at() -> None:
    for extra, count in ((63, 1), (64, 0)):
        file = signed(small(NOW, revocations=[1] * extra + [revocation(K1)]), key("thief"))
        with pytest.raises(Refused) as caught:
            judge_file(file, Trust(), ROOTS, (), NOW)
        assert len(getattr(caught.value, "trust", Trust()).revoked) == count


def test_a_rotation_to_a_key_that_the_same_file_revokes() -> None:
    file = signed(small(NOW, revocations=[revocation(K3)], rotation=rotation(K1, K3, NOW + timedelta(days=9))), K1)
    verdict = judge_file(file, Trust(), ROOTS, (), NOW, accept_rotation=True)
    assert (verdict.rotation, verdict.accepted_rotation, verdict.trust.introduced) == (None, False, ())


def test_announced_then_accepted_then_known() -> None:
    file = signed(small(NOW, rotation=rotation(K1, K3, moment(LATER))), K1)
    seen = judge_file(file, Trust(announced=(rotated(K2, K4), rotated(K2, K3))), ROOTS, (), NOW)
    assert seen.trust.announced == (rotated(K2, K4), rotated(K1, K3)) and not seen.accepted_rotation
    took = judge_file(file, seen.trust._replace(introduced=(rotated(K2, K3),)), ROOTS, (), NOW, accept_rotation=True)
    assert took.trust.introduced == (rotated(K1, K3),) and took.accepted_rotation
    assert took.trust.announced == (rotated(K2, K4),) and took.rotation == rotated(K1, K3)
    again = judge_file(file, took.trust, ROOTS, (), NOW).trust
    assert again == took.trust
    full = tuple(rotated(K1, key(str(n))) for n in range(1000))
    assert judge_file(file, Trust(announced=full), ROOTS, (), NOW).trust.announced == (*full[1:], rotated(K1, K3))
    took = judge_file(file, Trust(introduced=full), ROOTS, (), NOW, accept_rotation=True)
    assert took.trust.introduced == (*full[1:], rotated(K1, K3))


# --- floors and messages -----------------------------------------------------------------------------------------


def test_the_verdict() -> None:
    data = signed(small(NOW), K1, K2)
    verdict = judge_file(data, Trust(), ROOTS, (), NOW)
    assert [each.text for each in verdict.signers] == [K1.text, K2.text]
    assert verdict.floor == floor_of(data) == verdict.trust.floor
    assert verdict.floor.generated_at == "2026-11-28T12:00:00Z"
    assert verdict.file.models == 2


@pytest.mark.parametrize("stamp", [b"2026-99-99T00:00:00Z", b"9999-12-31T00:00:00Z", b"x", b"\xff"])
def test_a_damaged_file_has_no_floor(stamp: bytes) -> None:
    data = signed(small(NOW), K1)
    damaged = data.replace(b'"generated_at": "2026-11-28T12:00:00Z"', b'"generated_at": "' + stamp + b'"')
    with pytest.raises(Refused) as caught:
        floor_of(damaged)
    assert caught.value.id == "E_SCHEMA"
    with pytest.raises(Refused):
        floor_of(data.replace(b"generated_at", b"made_at"))
    assert floor_if_signed(damaged, Trust(), ROOTS) is None
    assert floor_if_signed(data, Trust(), ROOTS) == floor_of(data)
    assert floor_if_signed(data, Trust(), Roots((K2.text,))) is None


SHOWN = [parse_key(each.text).shown() for each in (K3, K4)]
UNKNOWN = "Not signed by a key this version trusts (key id {})."
FUTURE, OLD = "Prices are dated in the future (2026-11-28).", "Pricing data too old (expired: 2027-01-12, 31 days ago)"


@pytest.mark.parametrize(
    ("data", "at", "message", "hint"),
    [
        (signed(small(NOW), K3), NOW, UNKNOWN.format(SHOWN[0]), "Upgrade llm-cost."),
        (signed(small(NOW), K3, K4), NOW, UNKNOWN.format(", ".join(SHOWN)), "Upgrade llm-cost."),
        (closed(signed_part(small(NOW))), NOW, "Price file is not signed (both signatures are empty).", ""),
        (signed(small(NOW), K1), NOW - timedelta(days=2), FUTURE, "Check this computer's clock."),
        (
            signed(small(NOW), K1),
            NOW + timedelta(days=76),
            OLD,
            "Offer a newer file.\nOr:  --force-stale (not recommended)",
        ),
    ],
)
def test_messages(data: bytes, at: datetime, message: str, hint: str) -> None:
    with pytest.raises(Refused) as caught:
        judge_file(data, Trust(), ROOTS, (), at)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_build_without_pins_says_how_to_trust_a_key() -> None:
    with pytest.raises(Refused) as caught:
        judge_file(signed(small(NOW), K1), Trust(), Roots(), (), NOW)
    assert caught.value.id == "E_NOPIN"
    assert "pins no publisher's key" in caught.value.message and "llm-cost prices trust RW" in caught.value.hint
    introduced = Trust(introduced=(rotated(K2, K3),))
    assert judged(signed(small(NOW), K1), introduced, Roots()) == "E_NOKEY"
    assert judged(signed(small(NOW), K1), Trust(trusted=(K3.text,)), Roots()) == "E_NOKEY"


# --- the store as text -------------------------------------------------------------------------------------------

FULL = Trust(
    revoked=(Revoked(K1.text, "x"),),
    trusted=(K2.text,),
    introduced=(rotated(K2, K3),),
    announced=(rotated(K3, K4),),
    floor=Floor("2026-11-28T12:00:00Z", "ab" * 32),
    verified=Verified("cd" * 32, 1, 2, 3, 4, (K2.text, K3.text), "1.0"),
)


def test_the_store_as_text() -> None:
    for trust in (Trust(), FULL):
        data = render_trust(trust)
        assert parse_trust(data) == trust
        assert data.isascii() and data.endswith(b"}\n") and json.loads(data)["version"] == 1
    assert set(json.loads(render_trust(FULL))) == {"version", *Trust._fields}


def test_the_store_is_readable_line_by_line() -> None:
    """Its owner looks up there which keys are trusted and which are gone."""
    lines = render_trust(Trust(revoked=(Revoked(K1.text, "exposed"),), trusted=(K2.text,))).decode().split("\n")
    assert lines[:4] == ["{", ' "version": 1,', ' "trusted": [', f'  "{K2.text}"']
    assert f'   "key": "{K1.text}",' in lines and '   "reason": "exposed"' in lines


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2), (("version",), True), (("version",), "1"), (("trusted",), "x"), (("trusted", 0), 1),
        (("trusted", 0), "RW"), (("revoked",), {}), (("revoked", 0, "key"), "RW"), (("revoked", 0, "reason"), 1),
        (("revoked", 0, "more"), 1), (("introduced", 0, "to"), "RW"), (("introduced", 0, "by"), "RW"),
        (("introduced", 0, "valid_until"), "2026-1-1T0:0:0Z"), (("announced", 0, "to"), "RW"),
        (("announced", 0, "by"), "RW"), (("announced", 0, "valid_until"), "x"), (("announced", 0), 1),
        (("floor", "generated_at"), "2026-99-01T00:00:00Z"), (("floor", "sha256"), 1), (("floor", "more"), "x"),
        (("verified", "size"), "1"), (("verified", "size"), True), (("verified", "mtime_ns"), "1"),
        (("verified", "ctime_ns"), "1"), (("verified", "ino"), "1"), (("verified", "sha256"), 1),
        (("verified", "program"), 1), (("verified", "signers"), [1]), (("verified", "signers"), None),
        (("more",), 1), (("floor",), []), (("floor",), 1),
    ],
    ids=str,
)  # fmt: skip
def test_a_store_that_is_damaged(path: tuple[Any, ...], value: object) -> None:
    stored = json.loads(render_trust(FULL))
    place = stored
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Refused) as caught:
        parse_trust(json.dumps(stored).encode())
    assert caught.value.id == "E_TRUST" and "llm-cost update-db --reset-trust" in caught.value.hint


@pytest.mark.parametrize("name", ["version", *Trust._fields])
def test_a_store_without_a_member(name: str) -> None:
    stored = json.loads(render_trust(FULL))
    del stored[name]
    with pytest.raises(Refused):
        parse_trust(json.dumps(stored).encode())
