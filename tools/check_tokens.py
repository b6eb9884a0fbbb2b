"""Compare both ways to count tokens with tiktoken built from the ORIGINAL rank files. Exit code 1 on any difference.

    python tools/check_tokens.py --ranks DIR [--strings N] [--write]

DIR holds o200k_base.tiktoken and cl100k_base.tiktoken; their SHA-256 is checked. N random strings per encoding
(default 200,000). --write also freezes tiktoken's counts of the test texts in tests/tokens/reference.json.
It takes six minutes on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from random import Random

import tiktoken

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from llmcost_hooks.data import open_data, open_table  # noqa: E402  (needs the path above)
from llmcost_hooks.tokens.bulk import Bulk  # noqa: E402
from llmcost_hooks.tokens.encodings import CORE, KNOWN  # noqa: E402
from llmcost_hooks.tokens.merge import count_merged  # noqa: E402
from llmcost_hooks.tokens.split import make_splitter  # noqa: E402
from llmcost_hooks.tokens.table import Ranks  # noqa: E402
from llmcost_hooks.tokens.table_counter import TableCounter  # noqa: E402
from tests.tokens.texts import mixed, noise, prose, reference_texts, runs  # noqa: E402
from tools.build_tables import read_ranks  # noqa: E402

REFERENCE = ROOT / "tests" / "tokens" / "reference.json"
CONTEXTS = (
    "{0}", " {0}", "a{0}", "A{0}", "{0}a", "{0}A", "{0}{0}", "1{0}2", "'{0}", "a'{0}", "'l{0}", "{0}'s", "É{0}é",
    "中{0}中", "\u0301{0}\u0301", "!{0}", "{0}!", "{0}\n", "\n{0}", "  {0}x", "/{0}/",
)  # fmt: skip
UNLIMITED = 1 << 60


def original(folder: Path, name: str) -> tiktoken.Encoding:
    """tiktoken's encoding from the rank file in `folder`, with its own definition of pattern and special tokens."""
    from tiktoken_ext import openai_public  # type: ignore[import-untyped]

    vars(openai_public)["load_tiktoken_bpe"] = lambda *_, **__: read_ranks(folder, name)
    return tiktoken.Encoding(**getattr(openai_public, name)())


def counts_of(encoding: tiktoken.Encoding) -> Callable[[str], int]:
    return lambda text: len(encoding.encode_ordinary(text))


class Check:
    """One encoding: both of our ways and `others`, each a function from text to tokens; counts the differences.

    The first of the others decides. Where another one disagrees with it, that is counted apart. None: it has no say.
    """

    def __init__(self, name: str, others: Mapping[str, Callable[[str], int | None]]) -> None:
        self.name = name
        self.others = others
        self.ranks = Ranks(open_table(name))
        self.splitter = make_splitter(KNOWN[name], open_data("classes.bin"), self.ranks)
        self.bulk = Bulk(KNOWN[name], self.ranks, self.splitter)
        self.differences = 0
        self.unheard = 0  # texts on which the first of the others has no say
        self.apart = Counter[str]()  # texts on which another one disagrees with the first
        self.forget()

    def forget(self) -> None:
        """Begin with empty memos, which would otherwise hold every piece of the run."""
        self.table = TableCounter(Ranks(open_table(self.name)), self.splitter, UNLIMITED)

    def compare(self, text: str, what: str) -> None:
        prepared = self.splitter.prepare(text)
        counts: dict[str, int | None] = {"table": self.table.count(prepared), "bulk": self.bulk.count(prepared)}
        counts.update((other, count(text)) for other, count in self.others.items())
        first = counts[next(iter(self.others))]
        self.unheard += first is None
        said = {counts["table"], counts["bulk"]} | ({first} if first is not None else set())
        if len(said) > 1:
            self.differences += 1
            if self.differences <= 20:
                print(f"DIFFERENT {self.name}: {what[:200]}: {counts}", flush=True)
        elif first is not None:
            self.apart.update(other for other in self.others if counts[other] not in (None, first))

    def run(self, title: str, texts: Iterable[tuple[str, str]]) -> None:
        """Compare all `texts`: (what it is, text); print one line."""
        self.forget()
        start, before, number, size = time.perf_counter(), self.differences, 0, 0
        self.unheard = 0
        self.apart.clear()
        for what, text in texts:
            self.compare(text, what)
            number, size = number + 1, size + len(text)
            if size >> 22 != (size - len(text)) >> 22:
                self.forget()
        seconds, found = time.perf_counter() - start, self.differences - before
        remarks = [f", {self.unheard:,} of them without a say"] if self.unheard else []
        remarks += [f", {other} disagrees {times:,} times" for other, times in self.apart.items()]
        print(
            f"{self.name:12} {title:34} {number:>9,} texts {size:>12,} characters {found} differ {seconds:6.0f} s"
            + "".join(remarks),
            flush=True,
        )

    def vocabulary(self, original: tiktoken.Encoding) -> None:
        """Table and rank file hold the same tokens, and merging a token's bytes gives that token."""
        tokens = list(self.ranks.vocabulary())
        same = {token: rank for rank, token in enumerate(tokens)} == original._mergeable_ranks
        whole = sum(count_merged(token, self.ranks) == 1 for token in tokens)
        found = sum(self.ranks.look_up(token) == rank for rank, token in enumerate(tokens))
        self.differences += (not same) + (whole != len(tokens)) + (found != len(tokens))
        print(f"{self.name:12} vocabulary: {len(tokens):,} tokens, equal: {same}, found: {found:,}, merged: {whole:,}")


def code_points(contexts: Sequence[str] = CONTEXTS) -> Iterator[tuple[str, str]]:
    """Every code point in every one of `contexts`, each context of 64 code points a text."""
    points = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    for start in range(0, len(points), 64):
        chars = list(map(chr, points[start : start + 64]))
        for context in contexts:
            text = "\n.".join(context.format(char) for char in chars)
            yield f"64 code points from U+{points[start]:04X} in {context!r}", text


def strings(number: int) -> Iterator[tuple[str, str]]:
    """Random strings: fragments that meet in every order, and characters from all planes."""
    random = Random(20261122)
    for i in range(number):
        text = noise(random, 20) if i % 5 == 0 else mixed(random, 1 + i % 24)
        yield ascii(text), text


def long_texts() -> Iterator[tuple[str, str]]:
    """Runs and mixtures that reach every border: list and heap, chunk, window."""
    random = Random(5)
    for size in (*range(1, 40), 99, 100, 101, 102, 127, 128, 129, 4095, 4097, 16_385, 70_000):
        yield from ((f"{name} x {size}", text) for name, text in runs(size))
    for letters in (
        "ab",
        "abc ",
        "etaoin shrdlu",
        "中文字典",
        " \n\t",
        "'s",
        "aA",
        "0123456789",
        "!?./-",
        "\u0301\u0300",
    ):
        for size in (1_000, 40_000, 200_000):
            yield f"{size} of {letters!r}", "".join(random.choices(letters, k=size))
    for size in (300, 10_000):
        yield f"mixed {size}", mixed(random, size)
        yield f"noise {size}", noise(random, size)
        yield f"prose {size}", prose(random, size)


def freeze(originals: Mapping[str, tiktoken.Encoding]) -> None:
    frozen = {
        name: {"sha256": hashlib.sha256(text.encode()).hexdigest()}
        | {each: len(original.encode_ordinary(text)) for each, original in originals.items()}
        for name, text in reference_texts().items()
    }
    REFERENCE.write_text(json.dumps(frozen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--ranks", type=Path, required=True)
    parser.add_argument("--strings", type=int, default=200_000)
    parser.add_argument("--write", action="store_true", help="freeze the counts of the test texts")
    args = parser.parse_args()
    print(f"Python {platform.python_version()}, tiktoken {version('tiktoken')}, original rank files (SHA-256 checked)")
    originals = {name: original(args.ranks, name) for name in CORE}
    if args.write:
        freeze(originals)
    checks = [Check(name, {"tiktoken": counts_of(originals[name])}) for name in CORE]
    for check in checks:
        check.vocabulary(originals[check.name])
        check.run("test texts", reference_texts().items())
        check.run("runs and long mixtures", long_texts())
        check.run("random strings", strings(args.strings))
        check.run(f"every code point x {len(CONTEXTS)} contexts", code_points())
    differences = sum(check.differences for check in checks)
    print(f"{differences} differences")
    return int(bool(differences))


if __name__ == "__main__":
    raise SystemExit(main())
