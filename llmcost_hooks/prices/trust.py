"""Whether a price file is accepted, and what is remembered of keys and files. Pure: state, bytes and time come in.

The order is part of the promise: form, then revocations (each signed by the key that it revokes, so they count even in
a file that is refused), then signatures, then everything else that the file says.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from .price_file import (
    DATE,
    MAX_REVOCATIONS,
    Checked,
    Refused,
    Split,
    check_document,
    moment,
    parse_document,
    split_file,
)
from .signing import (
    PRICES,
    REVOCATION,
    ROTATION,
    BadSignature,
    PublicKey,
    Signature,
    parse_key,
    parse_signature,
    verify,
)
from .strict_json import parse_strict

SKEW, GRACE, MAX_OVERLAP = timedelta(hours=24), timedelta(days=30), timedelta(days=97)
MAX_KEYS = 1000  # of each kind that is remembered


class Revoked(NamedTuple):
    key: str  # "RW..."
    reason: str


class Rotation(NamedTuple):
    """A trusted key's word that another one follows it."""

    to: str  # "RW..."
    by: str  # "RW...", who signed it
    valid_until: str  # the end of the overlap


class Floor(NamedTuple):
    """What no accepted file may be older than."""

    generated_at: str
    sha256: str  # of the signed part: one date, one content


class Verified(NamedTuple):
    """The installed file as it was when it was last verified."""

    sha256: str
    size: int
    mtime_ns: int
    ctime_ns: int
    ino: int
    signers: tuple[str, ...]  # "RW..."
    program: str  # the version of llm-cost that verified it


class Trust(NamedTuple):
    """The trust store of one user on one machine."""

    revoked: tuple[Revoked, ...] = ()
    trusted: tuple[str, ...] = ()  # keys that the user trusts explicitly
    introduced: tuple[Rotation, ...] = ()  # accepted rotations
    announced: tuple[Rotation, ...] = ()  # rotations that are known and not accepted
    floor: Floor | None = None
    verified: Verified | None = None


class Roots(NamedTuple):
    """What the release itself says of keys."""

    pinned: tuple[str, ...] = ()
    revoked: tuple[tuple[str, str], ...] = ()


class Verdict(NamedTuple):
    """An accepted file, and the trust store after it."""

    trust: Trust
    file: Checked
    floor: Floor  # of this file
    signers: tuple[PublicKey, ...]
    rotation: Rotation | None  # what the file announces
    accepted_rotation: bool


class RefusedAndLearned(Refused):
    """Refused, with revocations that are to be remembered all the same."""

    def __init__(self, refused: Refused, trust: Trust) -> None:
        super().__init__(refused.id, refused.message, refused.hint)
        self.trust = trust


def judge_file(
    data: bytes,
    trust: Trust,
    roots: Roots,
    floors: Iterable[Floor],
    now: datetime,
    *,
    accept_rotation: bool = False,
    force_stale: bool = False,
) -> Verdict:
    """Accept a file or raise Refused.

    `floors` are those of the bundled and of the installed file; `now` is the system's clock, in UTC. Time never goes
    back behind what has been seen. RefusedAndLearned carries a trust store with new revocations in it.
    """
    known = [*floors, *([trust.floor] if trust.floor else [])]
    now = max([now, *(moment(floor.generated_at) for floor in known)])
    split = split_file(data)
    document = parse_document(split.signed)
    revocations = _revocations(document.get("revocations"))
    learned = _with_revocations(trust, roots, revocations)
    try:
        signers = _signers(split, learned, roots, now)
        file = check_document(document, data)
        floor = Floor(file.generated_at.strftime(DATE), hashlib.sha256(split.signed).hexdigest())
        _check_age(file, floor, known, now, force_stale)
    except Refused as refused:
        if learned != trust:
            raise RefusedAndLearned(refused, learned) from None
        raise
    rotation = _rotation(document.get("rotation"), learned, roots, {_key(each.key).key for each in revocations}, now)
    accepted = rotation is not None and accept_rotation
    learned = _after(learned, floor, rotation, accepted)
    return Verdict(learned, file, floor, signers, rotation, accepted)


def _after(trust: Trust, floor: Floor, rotation: Rotation | None, accepted: bool) -> Trust:
    trust = trust._replace(floor=floor)
    if rotation is None:
        return trust
    others = tuple(each for each in trust.announced if each.to != rotation.to)
    if not accepted:
        known = any(each.to == rotation.to for each in trust.introduced)
        return trust if known else trust._replace(announced=(*others, rotation)[-MAX_KEYS:])
    introduced = tuple(each for each in trust.introduced if each.to != rotation.to)
    return trust._replace(introduced=(*introduced, rotation)[-MAX_KEYS:], announced=others)


# --- keys --------------------------------------------------------------------------------------------------------


def trusted_keys(trust: Trust, roots: Roots, now: datetime) -> tuple[PublicKey, ...]:
    """The keys whose signature is accepted at `now`.

    Pinned, trusted by the user, or introduced by an accepted rotation; not revoked, and not the old key of an accepted
    rotation whose overlap is over.
    """
    gone = revoked_keys(trust, roots).keys()
    retired = {_key(each.by).key for each in trust.introduced if moment(each.valid_until) < now}
    texts = (*roots.pinned, *trust.trusted, *(each.to for each in trust.introduced))
    keys = dict.fromkeys(map(_key, texts))
    return tuple(key for key in keys if key.key not in gone and key.key not in retired)


def revoked_keys(trust: Trust, roots: Roots) -> dict[bytes, str]:
    """The 32 bytes of every revoked key, and why. What a revoked key introduced is gone with it, and so on."""
    gone = {_key(key).key: reason for key, reason in (*roots.revoked, *trust.revoked)}
    while True:
        more = {
            _key(each.to).key: "introduced by a revoked key"
            for each in trust.introduced
            if _key(each.by).key in gone and _key(each.to).key not in gone and not _has_root(each.to, trust, roots)
        }
        if not more:
            return gone
        gone.update(more)


def _has_root(text: str, trust: Trust, roots: Roots) -> bool:
    """Whether the key is trusted for a reason of its own, and not only because another key named it."""
    return _key(text).key in {_key(each).key for each in (*roots.pinned, *trust.trusted)}


def _all_known(trust: Trust, roots: Roots) -> list[PublicKey]:
    """Every key that was ever spoken of, under each of its labels."""
    rotations = [text for each in (*trust.introduced, *trust.announced) for text in (each.to, each.by)]
    revoked = [key for key, _ in (*roots.revoked, *trust.revoked)]
    return [_key(text) for text in (*roots.pinned, *trust.trusted, *rotations, *revoked)]


def _key(text: str) -> PublicKey:
    """A key that was checked when it came in."""
    return parse_key(text)


# --- revocations -------------------------------------------------------------------------------------------------


def _revocations(members: object) -> list[Revoked]:
    """Those members of a file that are what they say: signed by the key that they revoke.

    A list longer than a valid file's is not looked at: nothing is known yet of who made it.
    """
    if not isinstance(members, list) or len(members) > MAX_REVOCATIONS:
        return []
    return [found for found in map(_revocation, members) if found is not None]


def _with_revocations(trust: Trust, roots: Roots, revocations: list[Revoked]) -> Trust:
    """The trust store with the revocations of keys that we know; others would only fill it.

    The record of the installed file goes: what a revoked key introduced may have signed it.
    """
    known, gone = {key.key for key in _all_known(trust, roots)}, revoked_keys(trust, roots)
    new: dict[bytes, Revoked] = {}
    for each in revocations:
        key = _key(each.key).key
        if key in known and key not in gone:
            new.setdefault(key, each)
    return trust._replace(revoked=(*trust.revoked, *new.values()), verified=None) if new else trust


def _revocation(member: object) -> Revoked | None:
    """A signed statement {"revoke", "reason"}; None for anything else."""
    try:
        value, message, signature = _statement(member, {"revoke", "reason"})
        reason = value["reason"]
        if not (reason.isascii() and reason.isprintable() and 1 <= len(reason) <= 64):
            return None
        key = parse_key(value["revoke"])
        verify(message, signature, key, REVOCATION)
        return Revoked(key.text, reason)
    except ValueError:
        return None


def _statement(member: object, keys: set[str]) -> tuple[dict[str, str], bytes, Signature]:
    """A statement as it travels in a file: its value, the bytes that were signed, and the signature.

    ValueError for anything else: BadKey, BadSignature and NotStrict are ones too.
    """
    if not isinstance(member, dict) or set(member) != {"statement", "signature"}:
        raise ValueError
    text, signature = member["statement"], member["signature"]
    if not isinstance(text, str) or not isinstance(signature, str) or len(text) > 1000:
        raise ValueError
    if not text.endswith("}\n") or text.count("\n") != 1:
        raise ValueError
    value = parse_strict(text.encode())  # what ends like this is an object
    if set(value) != keys or not all(isinstance(each, str) for each in value.values()):
        raise ValueError
    return value, text.encode(), parse_signature(signature)


# --- rotation ----------------------------------------------------------------------------------------------------


def _rotation(member: object, trust: Trust, roots: Roots, gone: set[bytes], now: datetime) -> Rotation | None:
    """The rotation that a file announces; None where there is none that holds now.

    Signed by a key that is trusted, to another one that is neither revoked (`gone`: in the same file) nor weak, with
    an overlap that is not over and not longer than 97 days.
    """
    try:
        value, message, signature = _statement(member, {"rotate_to", "valid_until"})
        to, until = parse_key(value["rotate_to"]), moment(value["valid_until"])
        by = next((key for key in trusted_keys(trust, roots, now) if key.id == signature.key_id), None)
        if by is None or to.key == by.key or to.key in {*gone, *revoked_keys(trust, roots)}:
            return None
        if not now < until <= now + MAX_OVERLAP:
            return None
        verify(message, signature, by, ROTATION)
        return Rotation(to.text, by.text, value["valid_until"])
    except ValueError:
        return None


# --- signatures --------------------------------------------------------------------------------------------------


def _signers(split: Split, trust: Trust, roots: Roots, now: datetime) -> tuple[PublicKey, ...]:
    """The trusted keys that signed. One bad signature of a trusted key, or one of a revoked key, spoils the file."""
    if not split.signatures:
        raise Refused("E_UNSIGNED", "Price file is not signed (both signatures are empty).")
    signatures = [_parsed(text) for text in split.signatures]
    ids = [signature.key_id for signature in signatures]
    if len(set(ids)) != len(ids):
        raise Refused("E_FORMAT", "Signature block is malformed: one key signed twice.")
    gone = revoked_keys(trust, roots)
    for key in _all_known(trust, roots):
        if key.key in gone and key.id in ids:
            raise Refused(
                "E_REVOKED", f"Signed by revoked key {key.shown()} ({gone[key.key]}).", "Run: llm-cost update-db"
            )
    # A label is no proof: where two keys bear the same one, the earlier keeps it, and pinned keys come first.
    trusted = {key.id: key for key in reversed(trusted_keys(trust, roots, now))}
    signers = tuple(
        _verified(split.signed, each, trusted[each.key_id]) for each in signatures if each.key_id in trusted
    )
    if not signers:
        raise _no_signer(trust, roots, trusted, ids)
    return signers


def _no_signer(trust: Trust, roots: Roots, trusted: Mapping[bytes, PublicKey], ids: list[bytes]) -> Refused:
    if not roots.pinned and not trust.trusted and not trust.introduced:
        return Refused(
            "E_NOPIN",
            "This build of llm-cost pins no publisher's key, so it cannot tell who made a price file.",
            "To trust a publisher on this machine: llm-cost prices trust RW...",
        )
    if not trusted:
        return Refused("E_ALLREVOKED", "Every signing key of this version is revoked or retired.", "Upgrade llm-cost.")
    shown = ", ".join(id[::-1].hex().upper() for id in ids)
    return Refused("E_NOKEY", f"Not signed by a key this version trusts (key id {shown}).", "Upgrade llm-cost.")


def _parsed(text: str) -> Signature:
    try:
        return parse_signature(text)
    except BadSignature as bad:
        if bad.kind == "legacy":
            raise Refused("E_LEGACY", "Signature uses the legacy format, which is not accepted.") from None
        raise Refused("E_SIGFMT", "Signature is not valid minisign.") from None


def _verified(message: bytes, signature: Signature, key: PublicKey) -> PublicKey:
    try:
        verify(message, signature, key, PRICES)
    except BadSignature as bad:
        if bad.kind == "purpose":
            raise Refused("E_PURPOSE", "Signature was made for another purpose.") from None
        raise Refused("E_SIG", "Signature does not match: the file was changed after signing.") from None
    return key


# --- age ---------------------------------------------------------------------------------------------------------


def _check_age(file: Checked, floor: Floor, floors: list[Floor], now: datetime, force_stale: bool) -> None:
    if file.generated_at > now + SKEW:
        raise Refused(
            "E_FUTURE",
            f"Prices are dated in the future ({file.generated_at:%Y-%m-%d}).",
            "Check this computer's clock.",
        )
    for other in floors:
        if file.generated_at < moment(other.generated_at):
            raise Refused(
                "E_ROLLBACK", f"Offered prices ({floor.generated_at}) are older than installed ({other.generated_at})."
            )
        if floor.generated_at == other.generated_at and floor.sha256 != other.sha256:
            raise Refused(
                "E_EQUIVOCATION", f"Offered prices differ from installed under the same date ({floor.generated_at})."
            )
    if now > file.valid_until + GRACE and not force_stale:
        days = (now - file.valid_until).days
        raise Refused(
            "E_EXPIRED",
            f"Pricing data too old (expired: {file.valid_until:%Y-%m-%d}, {days:,} days ago)",
            "Offer a newer file.\nOr:  --force-stale (not recommended)",
        )


def floor_of(data: bytes) -> Floor:
    """The floor of a file that is trusted already. Refused where it is damaged."""
    signed = split_file(data).signed
    stamp = re.search(rb'^  "generated_at": "([^"\n]+)",$', signed, re.MULTILINE)
    try:
        text = stamp[1].decode("ascii") if stamp else ""
        moment(text)
    except ValueError:
        raise Refused("E_SCHEMA", "Price file is not valid: the field generated_at is not.") from None
    return Floor(text, hashlib.sha256(signed).hexdigest())


def floor_if_signed(data: bytes, trust: Trust, roots: Roots) -> Floor | None:
    """The floor of an installed file; None where it is damaged, so that no damage can lock newer files out."""
    try:
        floor = floor_of(data)
        _signers(split_file(data), trust, roots, moment(floor.generated_at))
    except Refused:
        return None
    return floor


# --- the store as a file -----------------------------------------------------------------------------------------

_PARTS: dict[str, Any] = {"revoked": Revoked, "introduced": Rotation, "announced": Rotation}
_SINGLE: dict[str, Any] = {"floor": Floor, "verified": Verified}


def render_trust(trust: Trust) -> bytes:
    """The bytes of trust.json."""
    value: dict[str, Any] = {"version": 1, "trusted": list(trust.trusted)}
    for name in _PARTS:
        value[name] = [each._asdict() for each in getattr(trust, name)]
    for name in _SINGLE:
        part = getattr(trust, name)
        value[name] = None if part is None else part._asdict()
    return json.dumps(value, indent=1).encode("ascii") + b"\n"


def parse_trust(data: bytes) -> Trust:
    """What `render_trust` wrote, strictly. Refused: E_TRUST; a damaged store is never taken for an empty one."""
    try:
        value = parse_strict(data)
        if _same(int, value.pop("version")) != 1 or set(value) != set(Trust._fields):
            raise ValueError
        parts: dict[str, Any] = {"trusted": tuple(_same(str, text) for text in _same(list, value["trusted"]))}
        parts |= {name: tuple(_made(kind, each) for each in _same(list, value[name])) for name, kind in _PARTS.items()}
        parts |= {name: None if value[name] is None else _made(kind, value[name]) for name, kind in _SINGLE.items()}
        trust = Trust(**parts)
        _all_known(trust, Roots())
        for each in (*trust.introduced, *trust.announced):
            moment(each.valid_until)
        if trust.floor is not None:
            moment(trust.floor.generated_at)
        return trust
    except (ValueError, TypeError, KeyError, AttributeError):  # a text that is no JSON and a bad key are ValueErrors
        raise Refused(
            "E_TRUST",
            "The trust store is damaged.",
            "To begin anew with what this release trusts: llm-cost update-db --reset-trust",
        ) from None


def _made(kind: Any, value: dict[str, Any]) -> Any:
    """A NamedTuple of texts and numbers from an object with exactly its members."""
    found = {key: tuple(_same(str, each) for each in item) if key == "signers" else item for key, item in value.items()}
    for key, item in found.items():
        if key != "signers":
            _same(int if key in ("size", "mtime_ns", "ctime_ns", "ino") else str, item)
    return kind(**found)


def _same(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value
