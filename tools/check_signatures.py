"""Signatures judged by us and by the real minisign program: we may be stricter, never laxer.

    python -m tools.check_signatures [--files 1000] [--mutations 1000] > docs/evidence/signatures.txt

Files are signed by the program with a throw-away key. A mutation changes a byte, a line or the ending of a signature,
or a byte of the file. Needs minisign (Debian package minisign). Ends with 1 where we accept what the program refuses,
or refuse what it accepts without one of the reasons that are ours.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from llmcost_hooks.prices.signing import PRICES, BadSignature, PublicKey, parse_key, parse_signature, verify

# Why we refuse what the program accepts (docs/security.md).
OURS = {
    "format": "not exactly four lines of printable ASCII with canonical base64, each ended by a newline",
    "legacy": "the legacy format, which is not prehashed",
    "purpose": "a trusted comment that does not begin with the purpose",
}


def ours(message: bytes, text: bytes, key: PublicKey) -> str:
    """ "accept", or the kind of the refusal."""
    try:
        verify(message, parse_signature(text.decode("latin-1")), key, PRICES)
    except BadSignature as bad:
        return bad.kind
    return "accept"


def theirs(folder: Path, message: bytes, text: bytes) -> bool:
    """Whether the program accepts."""
    (folder / "m").write_bytes(message)
    (folder / "m.minisig").write_bytes(text)
    command = ["minisign", "-V", "-q", "-p", str(folder / "key.pub"), "-m", str(folder / "m")]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def sign(folder: Path, message: bytes, comment: str, legacy: bool) -> bytes:
    (folder / "m").write_bytes(message)
    command = ["minisign", "-S", "-s", str(folder / "key"), "-m", str(folder / "m"), "-t", comment]
    subprocess.run([*command, *(["-l"] if legacy else [])], capture_output=True, check=True)
    return (folder / "m.minisig").read_bytes()


def mutated(message: bytes, text: bytes, chance: random.Random) -> tuple[bytes, bytes]:
    """The file or its signature with one thing changed."""
    kind = chance.randrange(10)
    lines = text.split(b"\n")
    if kind == 0 and message:
        at = chance.randrange(len(message))
        return message[:at] + bytes([message[at] ^ 1 << chance.randrange(8)]) + message[at + 1 :], text
    if kind == 1:
        return message + b"x", text
    if kind == 2:
        return message, text.rstrip(b"\n")
    if kind == 3:
        return message, text.replace(b"\n", b"\r\n")
    if kind == 4:
        return message, text + b"garbage\n"
    if kind == 5:
        del lines[chance.randrange(4)]
        return message, b"\n".join(lines)
    if kind == 6:  # the untrusted comment: nobody signs it
        lines[0] = b"untrusted comment: " + bytes(chance.randrange(32, 256) for _ in range(chance.randrange(40)))
        return message, b"\n".join(lines)
    at = chance.randrange(len(text))
    if kind == 7:
        return message, text[:at] + text[at + 1 :]
    return message, text[:at] + bytes([text[at] ^ 1 << chance.randrange(8)]) + text[at + 1 :]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--mutations", type=int, default=1000)
    given = parser.parse_args()
    if shutil.which("minisign") is None:
        print("minisign is not installed: apt-get install minisign", file=sys.stderr)
        return 2
    chance = random.Random(2026)
    plain: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make = ["minisign", "-G", "-W", "-p", str(folder / "key.pub"), "-s", str(folder / "key")]
        subprocess.run(make, capture_output=True, check=True)
        key = parse_key((folder / "key.pub").read_text().splitlines()[1])
        signed = []
        for n in range(given.files):
            message = chance.randbytes(chance.choice((0, 1, 100, 5000)))
            comment = f"{PRICES} {n}" if n % 10 else "timestamp:1"
            signed.append((message, sign(folder, message, comment, legacy=n % 10 == 5)))
        pairs = [(message, text, plain) for message, text in signed]
        pairs += [(*mutated(*chance.choice(signed), chance), changed) for _ in range(given.mutations)]
        for message, text, counts in pairs:
            we, they = ours(message, text, key), theirs(folder, message, text)
            agreed = (we == "accept") == they
            counts["both accept" if agreed and they else "both refuse" if agreed else f"only we refuse: {we}"] += 1
            if we == "accept" and not they:
                wrong.append(f"accepted by us alone: {text!r}")
            elif they and we not in ("accept", *OURS):
                wrong.append(f"refused by us alone ({we}): {text!r}")
    print(f"$ python -m tools.check_signatures --files {given.files} --mutations {given.mutations}\n")
    for title, counts in ((f"{given.files:,} files", plain), (f"{given.mutations:,} mutations", changed)):
        print(title)
        for what, count in sorted(counts.items()):
            reason = OURS.get(what.rpartition(": ")[2], "")
            print(f"  {count:6,} {what}{f' ({reason})' if reason else ''}")
    print(f"\n{len(wrong)} differences without a reason of ours")
    print(*wrong[:10], sep="\n", end="")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
