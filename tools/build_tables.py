"""Build the token tables of the package: <encoding>.tbl and classes.bin.

    python tools/build_tables.py RANKS_DIR [OUT_DIR] [--check]

RANKS_DIR holds o200k_base.tiktoken and cl100k_base.tiktoken. OUT_DIR is llmcost_hooks/data unless named. With --check
nothing is written: the result is compared with the files in OUT_DIR, and a difference ends with exit code 1.
The layouts are described in llmcost_hooks/tokens/table.py and split.py. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import struct
import sys
import zlib
from array import array
from pathlib import Path

import tiktoken

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from llmcost_hooks.tokens import split, table  # noqa: E402  (needs the path above)
from llmcost_hooks.tokens.encodings import CJK  # noqa: E402

# OpenAI's public rank files; the hashes are those that tiktoken 0.14.0 pins in tiktoken_ext/openai_public.py.
SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
# The first letter of a stand-in's name; see split.py.
CLASSES = {
    r"[\p{Lu}\p{Lt}]": "U",
    r"\p{Ll}": "l",
    r"[\p{Lm}\p{Lo}]": "o",
    r"\p{M}": "M",
    r"\p{N}": "N",
    r"\p{P}": "P",
    r"\p{S}": "S",
}
BYTES = {bytes([i]): i for i in range(256)}
CODE_POINTS = "".join(chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)


def read_ranks(folder: Path, name: str) -> dict[bytes, int]:
    """Token -> rank from a rank file: lines of base64, space, rank. The file's hash must be the known one."""
    data = (folder / f"{name}.tiktoken").read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256[name]:
        sys.exit(f"{name}.tiktoken in {folder} is not the known file: its SHA-256 differs")
    lines = (line.split() for line in data.splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def build_table(ranks: dict[bytes, int]) -> bytes:
    """The bytes of <encoding>.tbl."""
    tokens = sorted(ranks, key=ranks.__getitem__)
    if [ranks[token] for token in tokens] != list(range(len(tokens))):
        sys.exit("the ranks are not 0, 1, 2, ...")
    offsets = [0]
    for token in tokens:
        offsets.append(offsets[-1] + len(token))
    slots = build_slots(tokens)
    header = struct.pack("<4sIII", table.MAGIC, len(tokens), len(slots), offsets[-1])
    return header + pack(slots) + pack(offsets) + b"".join(tokens)


def build_slots(tokens: list[bytes]) -> list[int]:
    """An open-addressing hash table of rank + 1, at most half full: a miss costs 0.5 us, at three quarters 2.3 us."""
    slots = [0] * (1 << (2 * len(tokens)).bit_length())
    for rank, token in enumerate(tokens):
        at = zlib.crc32(token) & (len(slots) - 1)
        while slots[at]:
            at = (at + 1) & (len(slots) - 1)
        slots[at] = rank + 1
    return slots


def pack(numbers: list[int]) -> bytes:
    """uint32, little endian."""
    packed = array("I", numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def matching(pattern: str) -> str:
    """All characters that `pattern` matches, found by tiktoken's own regex engine."""
    bytes_only = tiktoken.Encoding("bytes", pat_str=pattern, mergeable_ranks=BYTES, special_tokens={})
    return bytes(bytes_only.encode_ordinary(CODE_POINTS)).decode()


def classify() -> dict[str, str]:
    """Character -> stand-in, for all characters. U+017F counts as the s of a contraction."""
    names = dict.fromkeys(CODE_POINTS, "C")
    names.update((char, letter) for pattern, letter in CLASSES.items() for char in matching(pattern))
    for pattern, letter in ((f"[{CJK}]", "J"), (r"\p{Han}", "H")):
        for char in matching(pattern):
            names[char] += letter
    folded = [char for char in matching("(?i:[sdmtlver])") if not char.isascii()]
    if folded != ["\u017f"]:
        sys.exit(f"contractions match other characters than expected: {folded}")
    names["\u017f"] = "s"
    return {char: split.STAND_INS[name] for char, name in names.items()} | dict.fromkeys(matching(r"\s"), split.SPACE)


def build_classes() -> bytes:
    """The bytes of classes.bin: ranges of characters beyond ASCII with one stand-in."""
    stand_ins = classify()
    starts: list[int] = []
    values = ""
    for code_point in range(0x80, 0x110000):
        value = stand_ins.get(chr(code_point), split.STAND_INS["C"])  # surrogates are in no text
        if not values or value != values[-1]:
            starts.append(code_point)
            values += value
    return struct.pack("<4sI", split.MAGIC, len(starts)) + pack(starts) + values.encode("latin-1")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("ranks", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "llmcost_hooks" / "data")
    parser.add_argument("--check", action="store_true", help="compare with the files in OUT_DIR")
    args = parser.parse_args()
    built = {f"{name}.tbl": build_table(read_ranks(args.ranks, name)) for name in SHA256}
    built["classes.bin"] = build_classes()
    different = False
    for name, data in built.items():
        path = args.out / name
        if not args.check:
            path.write_bytes(data)
        same = path.is_file() and path.read_bytes() == data
        different |= not same
        print(f"{name}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()[:16]}", "" if same else "DIFFERS")
    return int(different)


if __name__ == "__main__":
    raise SystemExit(main())
