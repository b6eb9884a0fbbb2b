"""The publisher's side of a price file: everything but signing, which the stock minisign program does.

    python -m tools.publish_prices stamp prices.json --at 2026-12-03T06:00:00Z > unsigned.json
    python -m tools.publish_prices prefix unsigned.json > prices.signed
    python -m tools.publish_prices assemble prices.signed --primary prices.signed.minisig > prices.json
    python -m tools.publish_prices rotation --to RW... --valid-until 2027-03-03T00:00:00Z > rotation.json
    python -m tools.publish_prices revocation --key RW... --reason "signing key exposed" > revocation.json
    python -m tools.publish_prices attach unsigned.json --revocation revocation.json > with-revocation.json

No secret key is ever read here. docs/publishing.md has the steps in order. Standard library only.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

VALID_DAYS = 45
TRAILER = b'  "signatures": {\n    "primary": %s,\n    "secondary": %s\n  }\n}\n'
START = b'\n  "signatures": {\n'
DATE = "%Y-%m-%dT%H:%M:%SZ"


def stamp(data: bytes, at: datetime) -> bytes:
    """The file with the dates of a new publication; prices and who verified them when stay as they are."""
    values = {
        "db_version": at.strftime("%Y.%m.%d") if at.strftime("%H%M%S") == "000000" else at.strftime("%Y.%m.%d.%H%M%S"),
        "generated_at": at.strftime(DATE),
        "valid_until": (at + timedelta(days=VALID_DAYS)).strftime(DATE),
    }
    for key, value in values.items():
        data = _replaced(data, rf'^  "{key}": "[^"\n]*",$', f'  "{key}": "{value}",')
    return data


def prefix(data: bytes) -> bytes:
    """The bytes that are signed: everything before the line that opens `signatures`."""
    if data.count(START) != 1:
        raise ValueError("the file has not exactly one signature block in its place")
    return data[: data.index(START) + 1]


def assemble(signed: bytes, primary: str, secondary: str | None) -> bytes:
    """The price file: the signed bytes, and one or two minisign signatures of them."""
    slots = [json.dumps(text).encode() for text in (primary, secondary)]
    return signed + TRAILER % (slots[0], slots[1])


def rotation(to: str, valid_until: str) -> bytes:
    """The statement that the old key signs: which key comes next, and until when both sign."""
    _check_key(to)
    datetime.strptime(valid_until, DATE)
    return _statement({"rotate_to": to, "valid_until": valid_until})


def revocation(key: str, reason: str) -> bytes:
    """The statement that a key signs of itself: from now on it is worth nothing."""
    _check_key(key)
    if not re.fullmatch(r"[ -~]{1,64}", reason):
        raise ValueError("a reason is 1 to 64 printable ASCII characters")
    return _statement({"revoke": key, "reason": reason})


def attach(data: bytes, revocations: list[Path], rotating: Path | None) -> bytes:
    """The unsigned file with signed statements in it (STATEMENT and STATEMENT.minisig)."""
    members = [_signed(path) for path in revocations]
    data = _replaced(data, r'^  "revocations": \[.*\],$', f'  "revocations": {json.dumps(members)},')
    if rotating is not None:
        line = f'  "rotation": {json.dumps(_signed(rotating))},\n  "signatures": {{'
        data = _replaced(data, r'^  "signatures": \{$', line)
    return data


def _signed(path: Path) -> dict[str, str]:
    return {"statement": path.read_text("ascii"), "signature": Path(f"{path}.minisig").read_text("ascii")}


def _statement(value: dict[str, str]) -> bytes:
    return json.dumps(value).encode("ascii") + b"\n"


def _check_key(key: str) -> None:
    raw = base64.b64decode(key, validate=True)
    if len(raw) != 42 or raw[:2] != b"Ed" or base64.b64encode(raw).decode() != key:
        raise ValueError(f"{key} is not a minisign public key (the second line of a .pub file)")


def _replaced(data: bytes, pattern: str, line: str) -> bytes:
    found, count = re.subn(pattern.encode(), lambda _: line.encode("ascii"), data, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"{count} lines of the file match {pattern}: it is not in the layout of docs/prices.md")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    add = {
        name: commands.add_parser(name) for name in ("stamp", "prefix", "assemble", "rotation", "revocation", "attach")
    }
    for name in ("stamp", "prefix", "assemble", "attach"):
        add[name].add_argument("file", type=Path)
    add["stamp"].add_argument("--at", help=f"when it is published, {DATE}; default: now")
    add["assemble"].add_argument("--primary", type=Path, required=True, help="a .minisig file")
    add["assemble"].add_argument("--secondary", type=Path, help="a second one, while a key is being replaced")
    add["rotation"].add_argument("--to", required=True, help="the next public key, RW...")
    add["rotation"].add_argument("--valid-until", required=True, help="the end of the overlap")
    add["revocation"].add_argument("--key", required=True, help="the public key that revokes itself, RW...")
    add["revocation"].add_argument("--reason", required=True)
    add["attach"].add_argument("--revocation", type=Path, action="append", default=[])
    add["attach"].add_argument("--rotation", type=Path)
    given = parser.parse_args()
    try:
        result = _run(given)
    except (OSError, ValueError) as error:
        print(f"publish_prices: {error}", file=sys.stderr)
        return 2
    sys.stdout.buffer.write(result)
    return 0


def _run(given: argparse.Namespace) -> bytes:
    if given.command == "stamp":
        at = datetime.strptime(given.at, DATE) if given.at else datetime.now(timezone.utc)
        return stamp(given.file.read_bytes(), at)
    if given.command == "prefix":
        return prefix(given.file.read_bytes())
    if given.command == "assemble":
        second = given.secondary.read_text("ascii") if given.secondary else None
        return assemble(given.file.read_bytes(), given.primary.read_text("ascii"), second)
    if given.command == "rotation":
        return rotation(given.to, given.valid_until)
    if given.command == "revocation":
        return revocation(given.key, given.reason)
    return attach(given.file.read_bytes(), given.revocation, given.rotation)


if __name__ == "__main__":
    sys.exit(main())
