r"""Every encoding that can be counted exactly, as data: how text is cut, which table it needs, where that comes from.

A pattern is written as tiktoken takes it; `split` translates it for Python. `\p{CJK}` stands for the two ranges that
DeepSeek names. A table of the core is called as its encoding is; the name of any other ends with the first eight hex
digits of its SHA-256, so that a package with another table of the same encoding is not taken for it.
"""

from __future__ import annotations

from typing import NamedTuple

CJK = r"\u4e00-\u9fa5\u3040-\u30ff"


class Spec(NamedTuple):
    """How one encoding counts."""

    name: str
    title: str  # the models it belongs to
    table: str  # the file's name without ".tbl"
    pattern: str | None  # None: SentencePiece, see `sentencepiece.py`
    source: str  # who published the vocabulary, and under which licence
    nfc: bool = False  # text is brought into Unicode's normal form C first


_WORD = r"[^\r\n\p{L}\p{N}]?"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_SPACES = (r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+")
_SIGNS = r" ?[^\s\p{L}\p{N}]+[\r\n]*"


def _one_of(*alternatives: str) -> str:
    return "|".join(alternatives)


_O200K = _one_of(
    rf"{_WORD}{_UPPER}*{_LOWER}+{_SUFFIX}?",
    rf"{_WORD}{_UPPER}+{_LOWER}*{_SUFFIX}?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    *_SPACES,
)
_CL100K = _one_of(
    r"'(?i:[sdmt]|ll|ve|re)",
    r"[^\r\n\p{L}\p{N}]?+\p{L}++",
    r"\p{N}{1,3}+",
    r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
    r"\s++$",
    r"\s*[\r\n]",
    r"\s+(?!\S)",
    r"\s",
)
_R50K = _one_of(
    r"'(?:[sdmt]|ll|ve|re)", r" ?\p{L}++", r" ?\p{N}++", r" ?[^\s\p{L}\p{N}]++", r"\s++$", r"\s+(?!\S)", r"\s"
)
_LLAMA3 = _one_of(_SUFFIX, rf"{_WORD}\p{{L}}+", r"\p{N}{1,3}", _SIGNS, *_SPACES)
_QWEN = _one_of(_SUFFIX, rf"{_WORD}\p{{L}}+", r"\p{N}", _SIGNS, *_SPACES)
_TEKKEN = _one_of(
    rf"{_WORD}{_UPPER}*{_LOWER}+", rf"{_WORD}{_UPPER}+{_LOWER}*", r"\p{N}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", *_SPACES
)
_NOT_HAN = r"&&[^\p{Han}]]"
_KIMI = _one_of(
    r"[\p{Han}]+",
    rf"{_WORD}{_UPPER[:-1]}{_NOT_HAN}*{_LOWER[:-1]}{_NOT_HAN}+{_SUFFIX}?",
    rf"{_WORD}{_UPPER[:-1]}{_NOT_HAN}+{_LOWER[:-1]}{_NOT_HAN}*{_SUFFIX}?",
    r"\p{N}{1,3}",
    _SIGNS,
    *_SPACES,
)
# DeepSeek cuts three times: numbers, then CJK, then what is left of each stretch. In one pattern a stretch ends where a
# number or CJK begins, and what no pattern matches is a piece of its own: signs without a class before anything but
# letters. A letter of the CJK ranges is no letter for the third cut.
_LETTERS = r"[\p{L}\p{M}&&[^\p{CJK}]]"
_MARKS = r"[\p{P}\p{S}&&[^\p{CJK}]]"
_STRETCH_ENDS = r"(?![^\s\p{N}\p{CJK}])"
_DEEPSEEK = _one_of(
    r"\p{N}{1,3}",
    r"[\p{CJK}]+",
    r"[!-/:-@\[-`{-~][A-Za-z]+",
    rf"[^\r\n\p{{L}}\p{{P}}\p{{S}}\p{{N}}\p{{CJK}}]?{_LETTERS}+",
    rf" ?{_MARKS}+[\r\n]*",
    r"\s*[\r\n]+",
    rf"\s+{_STRETCH_ENDS}",
    r"\s+",
    rf"[^\s\p{{L}}\p{{M}}\p{{N}}\p{{P}}\p{{S}}\p{{CJK}}]+(?!{_LETTERS})",
)

_OPENAI = "published by OpenAI for tiktoken, MIT licence"
_META = "published by Meta in llama-models"
_GOOGLE = "published by Google for Gemma 4, Apache-2.0"
_SPECS = (
    Spec("o200k_base", "OpenAI models from GPT-4o", "o200k_base", _O200K, _OPENAI),
    Spec("cl100k_base", "OpenAI models from GPT-3.5 Turbo to GPT-4 Turbo", "cl100k_base", _CL100K, _OPENAI),
    Spec("o200k_harmony", "gpt-oss: o200k_base, with other special tokens", "o200k_base", _O200K, _OPENAI),
    Spec("p50k_base", "OpenAI's Codex and text-davinci-002, -003", "p50k_base-0eea41be", _R50K, _OPENAI),
    Spec("r50k_base", "OpenAI's GPT-3", "r50k_base-bbf7d4ce", _R50K, _OPENAI),
    Spec("llama3", "Llama 3, 3.1, 3.2, 3.3", "llama3-59cf7f3c", _LLAMA3, f"{_META}, Llama 3.1 Community License"),
    Spec("llama4", "Llama 4", "llama4-86c6636e", _O200K, f"{_META}, Llama 4 Community License"),
    Spec(
        "qwen",
        "Qwen 1.5, 2, 2.5 and 3",
        "qwen-9341272b",
        _QWEN,
        "published by Alibaba Cloud in dashscope, Apache-2.0",
        nfc=True,
    ),
    Spec(
        "tekken",
        "Mistral models with the tokenizer Tekken: from NeMo",
        "tekken-d8d11451",
        _TEKKEN,
        "published by Mistral AI in mistral-common, Apache-2.0",
    ),
    Spec(
        "deepseek_v3",
        "DeepSeek V3 and R1",
        "deepseek_v3-d4528281",
        _DEEPSEEK,
        "published by DeepSeek, MIT licence of its code",
    ),
    Spec("gemma4", "Gemma 4", "gemma4-8f022793", None, _GOOGLE),
    Spec("gemma3", "Gemma 3: gemma4, with other special tokens", "gemma4-8f022793", None, _GOOGLE),
    Spec("kimi_k2", "Kimi K2", "kimi_k2-d330b161", _KIMI, "published by Moonshot AI, modified MIT licence"),
)

# Every encoding that this release can count exactly, whether its table is installed or not.
KNOWN: dict[str, Spec] = {spec.name: spec for spec in _SPECS}
CORE: tuple[str, ...] = ("o200k_base", "cl100k_base")  # tables of this package
ADD_ON = "llmcost-hooks-vocab"  # the package with the others


def counted_as(name: str) -> str:
    """What is counted in place of `name`: the core's encoding where it differs in special tokens only, else itself.

    Raises ValueError if it is unknown.
    """
    table = spec_of(name).table
    return table if table in CORE else name


def spec_of(name: str) -> Spec:
    """How encoding `name` counts. Raise ValueError if it is unknown."""
    if name not in KNOWN:
        raise ValueError(f"unknown encoding {name!r}; known: {', '.join(KNOWN)}")
    return KNOWN[name]
